package momentotest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"time"
)

// CertificateFault is what is wrong with the server's TLS.
type CertificateFault uint8

// The faults of TLS.
const (
	// CertificateSound: nothing.
	CertificateSound CertificateFault = iota
	// CertificateExpired: it ended yesterday.
	CertificateExpired
	// CertificateEarly: it begins tomorrow.
	CertificateEarly
	// CertificateOtherHost: it is for another host.
	CertificateOtherHost
	// CertificateUnknownAuthority: it is from an authority that nobody knows.
	CertificateUnknownAuthority
	// CertificateSelfSigned: it is its own authority.
	CertificateSelfSigned
	// CertificateClientOnly: it is good for clients, not for servers.
	CertificateClientOnly
	// TLSOld: nothing newer than TLS 1.1.
	TLSOld
	// TLSNoHTTP2: HTTP/2 is not agreed on.
	TLSNoHTTP2

	certificateEnd
)

var certificateNames = [...]string{
	"sound", "expired", "not yet valid", "other host", "unknown authority", "self-signed", "client only", "TLS 1.1", "no HTTP/2",
}

// String names the fault.
func (f CertificateFault) String() string {
	return certificateNames[min(f, certificateEnd-1)]
}

// CertificateFaults lists all faults of TLS.
func CertificateFaults() []CertificateFault {
	var all []CertificateFault
	for f := CertificateSound + 1; f < certificateEnd; f++ {
		all = append(all, f)
	}
	return all
}

// authority signs the server's certificates.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority() (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "momentotest authority"},
		NotBefore:             time.Now().Add(-48 * time.Hour),
		NotAfter:              time.Now().Add(48 * time.Hour),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &authority{certificate, key}, nil
}

func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

// serverConfig makes the TLS of a server for hosts, with a fault.
func (a *authority) serverConfig(hosts []string, fault CertificateFault) (*tls.Config, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		Subject:      pkix.Name{CommonName: "momentotest"},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(24 * time.Hour),
		DNSNames:     hosts,
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	parent, signer := a.certificate, a.key
	config := &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2"}}
	switch fault {
	case CertificateExpired:
		template.NotBefore, template.NotAfter = time.Now().Add(-48*time.Hour), time.Now().Add(-24*time.Hour)
	case CertificateEarly:
		template.NotBefore = time.Now().Add(23 * time.Hour)
	case CertificateOtherHost:
		template.DNSNames, template.IPAddresses = []string{"portal.example"}, nil
	case CertificateUnknownAuthority:
		other, err := newAuthority()
		if err != nil {
			return nil, err
		}
		parent, signer = other.certificate, other.key
	case CertificateSelfSigned:
		parent, signer = template, key
	case CertificateClientOnly:
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	case TLSOld:
		config.MinVersion, config.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 // #nosec G402 -- wrong on purpose
	case TLSNoHTTP2:
		config.NextProtos = nil
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		return nil, err
	}
	config.Certificates = []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}
	return config, nil
}
