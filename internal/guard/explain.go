package guard

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"os"
)

// Explain says in a few words why a connection failed. It never repeats what
// the other side sent.
func Explain(err error) string {
	var (
		refused   *RefusedError
		dns       *net.DNSError
		authority x509.UnknownAuthorityError
		hostname  x509.HostnameError
		invalid   x509.CertificateInvalidError
		record    tls.RecordHeaderError
		handshake *HandshakeError
		via       *ProxyError
		verify    *tls.CertificateVerificationError
		op        *net.OpError
		timeout   interface{ Timeout() bool }
	)
	switch {
	case err == nil:
		return "no answer"
	case errors.As(err, &refused):
		return refused.Error()
	case errors.Is(err, context.Canceled):
		return "interrupted"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return "timeout"
	case errors.As(err, &dns) && dns.IsNotFound:
		return "no such host"
	case errors.As(err, &dns):
		return "the host's name cannot be looked up"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "TLS: the certificate has expired or is not valid yet"
	case errors.As(err, &hostname):
		return "TLS: the certificate is for another host"
	case errors.As(err, &authority):
		return "TLS: the certificate is from an unknown authority"
	case errors.As(err, &verify), errors.As(err, &invalid):
		return "TLS: the certificate is not valid"
	case errors.As(err, &record):
		return "TLS: the answer is not TLS"
	case errors.As(err, &via):
		return via.Error()
	case errors.As(err, &op) && op.Op == "remote error":
		return "TLS: the handshake was refused"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "timeout"
	case errors.As(err, &handshake) && !errors.As(err, &op):
		return "TLS: the handshake failed"
	case errors.As(err, &op):
		if call, ok := errors.AsType[*os.SyscallError](op.Err); ok {
			return call.Err.Error()
		}
		return "the connection broke"
	}
	return "the connection failed"
}
