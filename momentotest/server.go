package momentotest

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"google.golang.org/grpc"

	"github.com/momentolint/momentolint/analyzers/credential"
)

// State is what the service thinks of a key.
type State uint8

// The states of a key. A key that the server was not given is Unknown to it.
const (
	// Unknown: nobody ever issued it.
	Unknown State = iota
	// Live: it works.
	Live
	// Revoked: it has worked.
	Revoked
	// Expired: its time is over, whatever it says itself.
	Expired
)

// String names the state.
func (s State) String() string {
	return [...]string{"unknown", "live", "revoked", "expired"}[min(s, Expired)]
}

// Key is a key that the server knows.
type Key struct {
	// Text is the credential as the user has it: a v1 envelope, a v2 key, a
	// disposable or legacy token, a bare JWT.
	Text  string
	State State
	// List: it may list the account's caches.
	List bool
	// Read names the caches that it may read; "*" = all.
	Read []string

	// ReadKeys and WriteKeys: it may list, and revoke, keys in the management API.
	ReadKeys, WriteKeys bool
	// Listed: the management API lists it. KeyID is by default the claim jti.
	Listed      bool
	KeyID       string
	Description string
	RoleID      string
	IssuedAt    time.Time
	// ExpiresAt: zero = never expires.
	ExpiresAt time.Time
}

// Role is a role as GET /roles gives it.
type Role struct {
	ID, Name string
	// Type is system or custom.
	Type        string
	Description string
	// Permissions is the JSON of its permission set.
	Permissions string
}

// Options are what the server starts with.
type Options struct {
	// Caches are the caches of the account.
	Caches []string
	Keys   []Key
	Roles  []Role
	// Authority is a server whose certificate authority this one shares; nil =
	// one of its own.
	Authority *Server
	// TLS has both listeners speak TLS with a certificate of the server's own
	// authority (see Roots), good for Hosts; else they speak plain text.
	TLS bool
	// Hosts are the names in the certificate; 127.0.0.1 is always in it.
	Hosts []string
	// Certificate is what is wrong with the certificate.
	Certificate CertificateFault
	// Clock is the time in the "date" of answers to gRPC calls; nil = answers
	// have none.
	Clock func() time.Time
	// PageSize is the most that one page of the management API holds; 0 = 100.
	PageSize int
	// Addr and ManagementAddr are the addresses to listen on;
	// "" = a free port of 127.0.0.1.
	Addr, ManagementAddr string
}

// Call is one call that the server was asked for.
type Call struct {
	// At is when it came in.
	At time.Time
	// Method is the gRPC path or, of the management API, verb and path.
	Method string
	// Fingerprint is that of the credential it came with; "" without one.
	Fingerprint string
	// Cache is the metadata "cache".
	Cache string
	// Agent is the metadata "agent", or the user agent.
	Agent string
}

// Server is a running stand-in.
type Server struct {
	opts      Options
	authority *authority
	grpc      *grpc.Server
	listener  *listener
	http      *http.Server
	web       net.Listener

	mu       sync.Mutex
	keys     map[string]*Key // by fingerprint
	order    []string
	calls    []Call
	fault    func(Call) Fault
	webFault func(Call) WebFault
	done     sync.WaitGroup
}

// Start starts a server on loopback.
func Start(opts Options) (*Server, error) {
	if opts.PageSize <= 0 {
		opts.PageSize = 100
	}
	s := &Server{opts: opts, keys: map[string]*Key{}}
	for _, k := range opts.Keys {
		if err := s.Add(k); err != nil {
			return nil, err
		}
	}
	if err := s.listen(); err != nil {
		return nil, err
	}
	s.grpc = grpc.NewServer(grpc.UnaryInterceptor(s.intercept), grpc.UnknownServiceHandler(s.unknownMethod))
	s.register()
	s.http = &http.Server{Handler: s.management(), ReadHeaderTimeout: time.Minute, ErrorLog: discard()}
	s.done.Add(2)
	go func() {
		defer s.done.Done()
		_ = s.grpc.Serve(s.listener) // ends with Close
	}()
	go func() {
		defer s.done.Done()
		_ = s.http.Serve(s.web) // ends with Close
	}()
	return s, nil
}

func (s *Server) listen() error {
	var config *tls.Config
	if s.opts.TLS {
		var err error
		if s.authority, err = s.opts.shared(); err != nil {
			return fmt.Errorf("certificate authority: %w", err)
		}
		if config, err = s.authority.serverConfig(s.opts.Hosts, s.opts.Certificate); err != nil {
			return fmt.Errorf("certificate: %w", err)
		}
	}
	raw, err := net.Listen("tcp", orLoopback(s.opts.Addr))
	if err != nil {
		return err
	}
	s.listener = newListener(raw, config)
	if s.web, err = net.Listen("tcp", orLoopback(s.opts.ManagementAddr)); err != nil {
		_ = raw.Close()
		return err
	}
	if config != nil {
		web := config.Clone()
		web.NextProtos = []string{"http/1.1"}
		s.web = tls.NewListener(s.web, web)
	}
	return nil
}

func orLoopback(addr string) string {
	if addr == "" {
		return "127.0.0.1:0"
	}
	return addr
}

// Close ends the server and all connections.
func (s *Server) Close() {
	s.listener.stop()
	s.grpc.Stop()
	_ = s.http.Close()
	s.done.Wait()
}

// Die breaks every connection and takes no more, as a service does that is gone.
func (s *Server) Die() { s.listener.stop() }

// Addr is host and port of both gRPC planes, for --live-target.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// ManagementURL is the base of the management API, for --management-url.
func (s *Server) ManagementURL() string {
	if s.opts.TLS {
		return "https://" + s.web.Addr().String()
	}
	return "http://" + s.web.Addr().String()
}

// Roots is the server's certificate authority; nil without TLS.
func (s *Server) Roots() *x509.CertPool {
	if s.authority == nil {
		return nil
	}
	return s.authority.pool()
}

// AuthorityPEM is the certificate of the server's authority, as a file that
// SSL_CERT_FILE can name; nil without TLS.
func (s *Server) AuthorityPEM() []byte {
	if s.authority == nil {
		return nil
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.authority.certificate.Raw})
}

func (o *Options) shared() (*authority, error) {
	if o.Authority != nil && o.Authority.authority != nil {
		return o.Authority.authority, nil
	}
	return newAuthority()
}

// Add makes a key known, or changes one that is.
func (s *Server) Add(k Key) error {
	c, err := credential.Parse([]byte(k.Text))
	if err != nil {
		return fmt.Errorf("key for the stand-in: %w", err)
	}
	if k.KeyID == "" {
		k.KeyID = c.KeyID
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f := c.Fingerprint()
	if s.keys[f] == nil {
		s.order = append(s.order, f)
	}
	s.keys[f] = &k
	return nil
}

// Calls returns everything the server was asked so far.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Forget empties the record of calls.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = nil
}

// Connections is how many connections the gRPC listener has accepted.
func (s *Server) Connections() int { return s.listener.accepted() }

func (s *Server) record(c Call) {
	c.At = time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, c)
}

// lookup returns a copy of the key that an authorization names; the zero Key,
// Unknown, if there is none.
func (s *Server) lookup(authorization string) Key {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k := s.keys[fingerprint(authorization)]; k != nil {
		return *k
	}
	return Key{}
}

// fingerprint is as credential.Credential.Fingerprint has it.
func fingerprint(authorization string) string {
	if authorization == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(authorization))
	return hex.EncodeToString(sum[:8])
}

// sleep waits unless the call is given up before.
func sleep(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
