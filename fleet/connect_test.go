package fleet

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"
)

// serveNATS runs a NATS server on loopback, with JetStream unless the options name
// the directory "-", and returns its URL.
func serveNATS(t testing.TB, o *server.Options) string {
	t.Helper()
	o.Host, o.Port, o.NoSigs, o.NoLog = "127.0.0.1", server.RANDOM_PORT, true, true
	o.JetStream, o.StoreDir = o.StoreDir != "-", t.TempDir()
	s, err := server.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	go s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(time.Minute) {
		t.Fatal("the server does not start")
	}
	return fmt.Sprintf("nats://%s", s.Addr())
}

// accepted checks that it can connect and use JetStream.
func accepted(t testing.TB, c Connection) {
	t.Helper()
	f, err := Connect(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	run := orderTargets(t, f, offline(), Target{Name: "a", URL: "/no/such/directory"})
	if status, err := run.Status(t.Context()); err != nil || status.Waiting != 1 {
		t.Errorf("%+v, %v", status, err)
	}
}

// refused checks that connecting fails, with or without words in the error.
func refused(t testing.TB, c Connection, want string, secrets ...string) {
	t.Helper()
	f, err := Connect(t.Context(), c)
	if err == nil {
		f.Close()
		t.Fatal("it is let in")
	}
	if !strings.Contains(strings.ToLower(err.Error()), want) {
		t.Errorf("%q, want %q", err, want)
	}
	for _, s := range secrets {
		if strings.Contains(err.Error(), s) {
			t.Errorf("the error shows a secret: %q", err)
		}
	}
}

func save(t testing.TB, name string, text []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAuthenticationByNameAndPassword(t *testing.T) {
	t.Parallel()
	url := serveNATS(t, &server.Options{Username: "joe", Password: "s3cret"})
	accepted(t, Connection{URL: url, User: "joe", Password: "s3cret"})
	refused(t, Connection{URL: url, User: "joe", Password: "wr0ng"}, "authorization", "wr0ng")
	refused(t, Connection{URL: url}, "authorization")
	refused(t, Connection{URL: strings.Replace(url, "//", "//joe:wr0ng@", 1)}, "authorization", "wr0ng")
}

// key creates an NKey of a kind, and returns its seed and its public key.
func key(t testing.TB, create func() (nkeys.KeyPair, error)) (nkeys.KeyPair, []byte, string) {
	t.Helper()
	pair, err := create()
	if err != nil {
		t.Fatal(err)
	}
	seed, err := pair.Seed()
	if err != nil {
		t.Fatal(err)
	}
	public, err := pair.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	return pair, seed, public
}

func TestAuthenticationByNKey(t *testing.T) {
	t.Parallel()
	_, seed, public := key(t, nkeys.CreateUser)
	_, other, _ := key(t, nkeys.CreateUser)
	url := serveNATS(t, &server.Options{Nkeys: []*server.NkeyUser{{Nkey: public}}})
	accepted(t, Connection{URL: url, NKeyFile: save(t, "user.nk", seed)})
	refused(t, Connection{URL: url, NKeyFile: save(t, "other.nk", other)}, "authorization", string(other))
	refused(t, Connection{URL: url, NKeyFile: save(t, "none.nk", []byte("not a seed"))}, "nkey")
}

func TestAuthenticationByCredentialsFile(t *testing.T) {
	t.Parallel()
	operator, _, operatorID := key(t, nkeys.CreateOperator)
	account, _, accountID := key(t, nkeys.CreateAccount)
	system, _, systemID := key(t, nkeys.CreateAccount)
	sign := func(c jwt.Claims, by nkeys.KeyPair) string {
		text, err := c.Encode(by)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	operatorClaims := jwt.NewOperatorClaims(operatorID)
	operatorClaims.SystemAccount = systemID
	accountClaims := jwt.NewAccountClaims(accountID)
	accountClaims.Limits.JetStreamLimits = jwt.JetStreamLimits{
		MemoryStorage: jwt.NoLimit, DiskStorage: jwt.NoLimit, Streams: jwt.NoLimit, Consumer: jwt.NoLimit,
	}
	resolver := &server.MemAccResolver{}
	for id, text := range map[string]string{
		accountID: sign(accountClaims, operator), systemID: sign(jwt.NewAccountClaims(systemID), operator),
	} {
		if err := resolver.Store(id, text); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := jwt.DecodeOperatorClaims(sign(operatorClaims, operator)); err != nil {
		t.Fatal(err)
	}
	url := serveNATS(t, &server.Options{TrustedOperators: []*jwt.OperatorClaims{operatorClaims}, AccountResolver: resolver, SystemAccount: systemID})
	credentials := func(by nkeys.KeyPair, change func(*jwt.UserClaims)) string {
		_, seed, id := key(t, nkeys.CreateUser)
		c := jwt.NewUserClaims(id)
		change(c)
		text, err := jwt.FormatUserConfig(sign(c, by), seed)
		if err != nil {
			t.Fatal(err)
		}
		return save(t, "user.creds", text)
	}
	accepted(t, Connection{URL: url, CredsFile: credentials(account, func(*jwt.UserClaims) {})})
	refused(t, Connection{URL: url, CredsFile: credentials(account, func(c *jwt.UserClaims) { c.Expires = time.Now().Add(-time.Hour).Unix() })}, "authorization")
	// A user of an account that is unknown to the server.
	refused(t, Connection{URL: url, CredsFile: credentials(system, func(*jwt.UserClaims) {})}, "jetstream")
	stranger, _, _ := key(t, nkeys.CreateAccount)
	refused(t, Connection{URL: url, CredsFile: credentials(stranger, func(*jwt.UserClaims) {})}, "authorization")
}

func TestMissingPermissionsAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	url := serveNATS(t, &server.Options{Users: []*server.User{{
		Username: "joe", Password: "s3cret", Permissions: &server.Permissions{Publish: &server.SubjectPermission{Allow: []string{"else.>"}}},
	}}})
	refused(t, Connection{URL: url, User: "joe", Password: "s3cret"}, "permissions violation", "s3cret")
}

// authority is a certificate authority.
type authority struct {
	t    testing.TB
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	file string
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	a := &authority{t: t}
	der, k := a.sign(&x509.Certificate{
		Subject: pkix.Name{CommonName: "test authority"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	})
	var err error
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	a.key = k
	a.file = save(t, "ca.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return a
}

func (a *authority) sign(c *x509.Certificate) ([]byte, *ecdsa.PrivateKey) {
	a.t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	c.SerialNumber = big.NewInt(time.Now().UnixNano())
	c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	parent, by := a.cert, a.key
	if parent == nil {
		parent, by = c, k
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &k.PublicKey, by)
	if err != nil {
		a.t.Fatal(err)
	}
	return der, k
}

// issue issues a certificate for server and client, as files and loaded.
func (a *authority) issue(name string) (certFile, keyFile string, loaded tls.Certificate) {
	a.t.Helper()
	der, k := a.sign(&x509.Certificate{
		Subject: pkix.Name{CommonName: name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	})
	keyDER, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		a.t.Fatal(err)
	}
	cert, private := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})
	if loaded, err = tls.X509KeyPair(cert, private); err != nil {
		a.t.Fatal(err)
	}
	return save(a.t, name+".pem", cert), save(a.t, name+"-key.pem", private), loaded
}

func TestMutualTLS(t *testing.T) {
	t.Parallel()
	ours, theirs := newAuthority(t), newAuthority(t)
	_, _, serverCert := ours.issue("server")
	pool := x509.NewCertPool()
	pool.AddCert(ours.cert)
	plain := serveNATS(t, &server.Options{TLS: true, TLSTimeout: 30, TLSVerify: true, TLSConfig: &tls.Config{
		MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{serverCert}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert,
	}})
	url := strings.Replace(plain, "nats://", "tls://", 1)
	cert, certKey, _ := ours.issue("client")
	accepted(t, Connection{URL: url, CAFile: ours.file, CertFile: cert, KeyFile: certKey})
	// A server whose authority is unknown.
	refused(t, Connection{URL: url, CertFile: cert, KeyFile: certKey}, "unknown authority")
	refused(t, Connection{URL: url, CAFile: theirs.file, CertFile: cert, KeyFile: certKey}, "unknown authority")
	// A user without a certificate, or with one of another authority. In TLS 1.3
	// the client's handshake ends before the server has checked: whether it reads
	// the server's alert or writes to a closed connection first is chance.
	refused(t, Connection{URL: url, CAFile: ours.file}, "")
	cert, certKey, _ = theirs.issue("client")
	refused(t, Connection{URL: url, CAFile: ours.file, CertFile: cert, KeyFile: certKey}, "")
	// A name that is not in the certificate.
	refused(t, Connection{URL: strings.Replace(url, "127.0.0.1", "localhost", 1), CAFile: ours.file}, "certificate is not valid for any names")
	refused(t, Connection{URL: url, CAFile: "/no/such/file"}, "no such file")
	refused(t, Connection{URL: url, CAFile: save(t, "empty.pem", nil)}, "parse")
}

// Nothing is sent in plain text to a host other than loopback without --nats-plaintext.
// 0.0.0.0 is this computer, but not a loopback address.
func TestNothingGoesToAnotherHostInPlainText(t *testing.T) {
	t.Parallel()
	url := strings.Replace(serveNATS(t, &server.Options{Username: "joe", Password: "s3cret"}), "127.0.0.1", "0.0.0.0", 1)
	refused(t, Connection{URL: url, User: "joe", Password: "s3cret"}, "secure connection not available")
	accepted(t, Connection{URL: url, User: "joe", Password: "s3cret", Plaintext: true})
	// One such server of several is enough to require TLS.
	refused(t, Connection{URL: url + ",nats://127.0.0.1:1", User: "joe", Password: "s3cret"}, "connecting")
}

func TestConnectingGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(fmt.Errorf("enough"))
	if f, err := Connect(ctx, Connection{URL: serveNATS(t, &server.Options{})}); err == nil {
		f.Close()
		t.Error("it connects")
	} else if !strings.Contains(err.Error(), "enough") {
		t.Errorf("%v", err)
	}
}
