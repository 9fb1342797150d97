package guard

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A credential is not sent to a server that knows nothing newer than TLS 1.1.
func TestOldTLSIsRefusedAtTheHandshake(t *testing.T) {
	t.Parallel()
	for most, wanted := range map[uint16]bool{tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		s := httptest.NewUnstartedServer(http.NotFoundHandler())
		s.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: most} // #nosec G402 -- wrong on purpose
		s.StartTLS()
		defer s.Close()
		roots := x509.NewCertPool()
		roots.AddCert(s.Certificate())
		d := &Dialer{Hooks: Hooks{Roots: roots}}
		conn, err := tls.Dial("tcp", s.Listener.Addr().String(), d.TLS(Address{host: "example.com"}))
		if err == nil {
			_ = conn.Close()
		}
		if (err == nil) != wanted || err != nil && !strings.Contains(err.Error(), "protocol version") {
			t.Errorf("at most %s: %v", tls.VersionName(most), err)
		}
	}
}
