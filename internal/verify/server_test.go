package verify

import (
	"bytes"
	"io"
	"net"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/momentotest"
)

// stream is one call at a hostile server.
type stream struct {
	*http2.Framer
	id uint32
	// authorization is the credential of the call.
	authorization string
	// elsewhere is the address of a listener that counts connections.
	elsewhere string
}

// headers writes one header list, given as names and values.
func (s *stream) headers(end bool, list ...string) {
	var b bytes.Buffer
	e := hpack.NewEncoder(&b)
	for i := 0; i < len(list); i += 2 {
		_ = e.WriteField(hpack.HeaderField{Name: list[i], Value: list[i+1]})
	}
	block, first := b.Bytes(), true
	for {
		part := block[:min(len(block), 16<<10)]
		block = block[len(part):]
		last := len(block) == 0
		var err error
		if first {
			err = s.WriteHeaders(http2.HeadersFrameParam{StreamID: s.id, BlockFragment: part, EndStream: end, EndHeaders: last})
		} else {
			err = s.WriteContinuation(s.id, last, part)
		}
		if first = false; last || err != nil {
			return
		}
	}
}

// begin writes the headers of a gRPC response.
func (s *stream) begin() { s.headers(false, ":status", "200", "content-type", "application/grpc") }

// only writes a response that consists of one header list.
func (s *stream) only(list ...string) {
	s.headers(true, append([]string{":status", "200", "content-type", "application/grpc"}, list...)...)
}

// endless repeats a write until the connection ends.
func endless(write func() error) {
	var err error
	for err == nil {
		err = write()
	}
}

// hostileServer answers the first call, the negative control, as the service
// does, and all others as answer does. It returns its address and how many bytes
// it was able to send.
func hostileServer(t *testing.T, elsewhere string, answer func(*stream)) (addr string, sent *atomic.Int64) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	sent = new(atomic.Int64)
	var calls atomic.Int32
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go serveHostile(counted{c, sent}, &calls, elsewhere, answer)
		}
	}()
	return l.Addr().String(), sent
}

// counted counts the bytes that are written.
type counted struct {
	net.Conn
	sent *atomic.Int64
}

func (c counted) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.sent.Add(int64(n))
	return n, err
}

func serveHostile(c net.Conn, calls *atomic.Int32, elsewhere string, answer func(*stream)) {
	defer func() { _ = c.Close() }()
	if _, err := io.ReadFull(c, make([]byte, len(http2.ClientPreface))); err != nil {
		return
	}
	f := http2.NewFramer(c, c)
	f.AllowIllegalWrites = true
	f.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	_ = f.WriteSettings()
	for {
		frame, err := f.ReadFrame()
		if err != nil {
			return
		}
		switch frame := frame.(type) {
		case *http2.SettingsFrame:
			if !frame.IsAck() {
				_ = f.WriteSettingsAck()
			}
		case *http2.PingFrame:
			if !frame.IsAck() {
				_ = f.WritePing(true, frame.Data)
			}
		case *http2.MetaHeadersFrame:
			s := &stream{Framer: f, id: frame.StreamID, elsewhere: elsewhere}
			for _, h := range frame.RegularFields() {
				if h.Name == "authorization" {
					s.authorization = h.Value
				}
			}
			if calls.Add(1) == 1 {
				s.only("grpc-status", "16")
			} else {
				answer(s)
			}
		}
	}
}

// hostileAnswers are answers that say nothing about a credential.
var hostileAnswers = map[string]func(*stream){
	"an endless body": func(s *stream) {
		s.begin()
		endless(func() error { return s.WriteData(s.id, false, make([]byte, 16<<10)) })
	},
	"an endless message": func(s *stream) {
		s.begin()
		_ = s.WriteData(s.id, false, []byte{0, 0xff, 0xff, 0xff, 0xff})
		endless(func() error { return s.WriteData(s.id, false, make([]byte, 16<<10)) })
	},
	"endless headers": func(s *stream) {
		_ = s.WriteHeaders(http2.HeadersFrameParam{StreamID: s.id, BlockFragment: []byte{0x88}})
		// A literal field without indexing, name "a", value of 126 bytes.
		field := append([]byte{0x00, 0x01, 'a', 126}, bytes.Repeat([]byte{'b'}, 126)...)
		endless(func() error { return s.WriteContinuation(s.id, false, bytes.Repeat(field, 100)) })
	},
	"huge headers": func(s *stream) {
		s.headers(false, ":status", "200", "content-type", "application/grpc", "x", strings.Repeat("x", 1<<20))
	},
	"huge trailers": func(s *stream) {
		s.begin()
		s.headers(true, "grpc-status", "7", "x", strings.Repeat("x", 1<<20))
	},
	"a huge status message": func(s *stream) { s.only("grpc-status", "7", "grpc-message", strings.Repeat("x", 1<<20)) },
	"many headers": func(s *stream) {
		var list []string
		for i := range 20_000 {
			list = append(list, "x-"+strconv.Itoa(i), "y")
		}
		s.only(append(list, "grpc-status", "7")...)
	},
	"endless pings":    func(s *stream) { endless(func() error { return s.WritePing(false, [8]byte{}) }) },
	"endless settings": func(s *stream) { endless(func() error { return s.WriteSettings() }) },
	"endless window updates": func(s *stream) {
		endless(func() error { return s.WriteWindowUpdate(0, 1) })
	},
	"a body in drips": func(s *stream) {
		s.begin()
		endless(func() error { time.Sleep(10 * time.Millisecond); return s.WriteData(s.id, false, []byte{0}) })
	},
	"nothing":           func(*stream) {},
	"a redirect":        func(s *stream) { s.headers(true, ":status", "302", "location", "http://"+s.elsewhere+"/") },
	"a redirect of 307": func(s *stream) { s.headers(true, ":status", "307", "location", "https://"+s.elsewhere+"/") },
	"a redirect as gRPC": func(s *stream) {
		s.headers(true, ":status", "308", "content-type", "application/grpc", "location", "http://"+s.elsewhere+"/", "grpc-status", "14")
	},
	"another host as alternative service": func(s *stream) {
		s.only("alt-svc", `h2="`+s.elsewhere+`"; ma=86400`, "grpc-status", "14")
	},
	"a push of another host": func(s *stream) {
		var b bytes.Buffer
		e := hpack.NewEncoder(&b)
		for _, h := range [][2]string{{":method", "GET"}, {":scheme", "http"}, {":authority", s.elsewhere}, {":path", "/"}} {
			_ = e.WriteField(hpack.HeaderField{Name: h[0], Value: h[1]})
		}
		_ = s.WritePushPromise(http2.PushPromiseParam{StreamID: s.id, PromiseID: 2, BlockFragment: b.Bytes(), EndHeaders: true})
	},
	"GOAWAY": func(s *stream) { _ = s.WriteGoAway(s.id-2, http2.ErrCodeEnhanceYourCalm, []byte("too_many_pings")) },
	"GOAWAY with the credential": func(s *stream) {
		_ = s.WriteGoAway(0, http2.ErrCodeNo, []byte(s.authorization))
	},
	"a reset":                         func(s *stream) { _ = s.WriteRSTStream(s.id, http2.ErrCodeInternal) },
	"a reset for inadequate security": func(s *stream) { _ = s.WriteRSTStream(s.id, http2.ErrCodeInadequateSecurity) },
	"HTTP 401":                        func(s *stream) { s.headers(true, ":status", "401") },
	"HTTP 403 with a gRPC status":     func(s *stream) { s.headers(true, ":status", "403", "content-type", "text/html", "grpc-status", "7") },
	"HTTP 407":                        func(s *stream) { s.headers(true, ":status", "407", "content-type", "application/grpc") },
	"a page with a gRPC status":       func(s *stream) { s.headers(true, ":status", "200", "content-type", "text/html", "grpc-status", "16") },
	"no status":                       func(s *stream) { s.begin(); _ = s.WriteData(s.id, true, make([]byte, 5)) },
	"success without a message":       func(s *stream) { s.only("grpc-status", "0") },
	"a negative status":               func(s *stream) { s.only("grpc-status", "-1") },
	"a status that is not a number":   func(s *stream) { s.only("grpc-status", "UNAUTHENTICATED") },
	"a status out of range":           func(s *stream) { s.only("grpc-status", "4294967312") },
	"an unknown status":               func(s *stream) { s.only("grpc-status", "17") },
	"an empty status":                 func(s *stream) { s.only("grpc-status", "") },
	"no HTTP status":                  func(s *stream) { s.headers(true, "content-type", "application/grpc", "grpc-status", "7") },
	"a message that cannot be decoded": func(s *stream) {
		s.begin()
		_ = s.WriteData(s.id, false, []byte{0, 0, 0, 0, 2, 0xff, 0xff})
		s.headers(true, "grpc-status", "0")
	},
	"a compressed message": func(s *stream) {
		s.headers(false, ":status", "200", "content-type", "application/grpc", "grpc-encoding", "gzip")
		_ = s.WriteData(s.id, false, []byte{1, 0, 0, 0, 1, 0})
		s.headers(true, "grpc-status", "0")
	},
	"the credential in the status message": func(s *stream) {
		s.only("grpc-status", "13", "grpc-message", "bad key "+s.authorization)
	},
	"the credential as the kind of limit": func(s *stream) { s.only("grpc-status", "8", "err", s.authorization) },
	"control characters": func(s *stream) {
		s.only("grpc-status", "8", "grpc-message", "%1B]0;pwned%07%0A::error::x", "err", "limit\x1b[31m\r\n::error::x")
	},
}

// Whatever a server answers, the run ends, little of it is read, no part of it is
// in the reason, nothing is sent elsewhere, and the credential is unverified.
func TestHostileServers(t *testing.T) {
	t.Parallel()
	elsewhere, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = elsewhere.Close() }()
	var visitors atomic.Int32
	go func() {
		for {
			c, err := elsewhere.Accept()
			if err != nil {
				return
			}
			visitors.Add(1)
			_ = c.Close()
		}
	}()
	var group atomic.Int32
	t.Run("servers", func(t *testing.T) {
		for name, answer := range hostileAnswers {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				group.Add(1)
				addr, sent := hostileServer(t, elsewhere.Addr().String(), answer)
				c := parse(t, credentialtest.V2(credentialtest.Options{Seed: name}))
				o := serially(fast())
				o.LiveTarget, o.Timeout = addr, 500*time.Millisecond
				v := newVerifier(t, o)
				got := v.Verify(t.Context(), []Target{{Credential: c}})[c.Fingerprint()]
				if got.Status != finding.StatusUnverified || got.Reason == "" || !got.Unfinished {
					t.Errorf("%s (%s), unfinished %t", got.Status, got.Reason, got.Unfinished)
				}
				if strings.ContainsFunc(got.Reason, unicode.IsControl) || strings.Contains(got.Reason, "::") || len(got.Reason) > 200 {
					t.Errorf("the reason repeats the answer: %q", got.Reason)
				}
				for part := range strings.SplitSeq(c.Reveal(), ".") {
					if strings.Contains(got.Reason, part) {
						t.Errorf("the reason has a part of the credential: %s", credential.Redact(got.Reason))
					}
				}
				// What is not read fills the buffers of the system.
				if n := sent.Load(); n > 64<<20 && !slices.Contains(consumed, name) {
					t.Errorf("it was able to send %d bytes", n)
				}
			})
		}
	})
	if n := visitors.Load(); n != 0 {
		t.Errorf("%d connections to another host", n)
	}
	if n := int(group.Load()); n != len(hostileAnswers) {
		t.Errorf("%d of %d servers were tried", n, len(hostileAnswers))
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if m.HeapSys > 512<<20 {
		t.Errorf("a heap of %d MB", m.HeapSys>>20)
	}
}

// consumed are the answers whose frames are read and dropped one by one until
// the run ends.
var consumed = []string{"an endless body", "an endless message", "endless pings", "endless settings", "endless window updates"}

// Only HTTPS_PROXY and NO_PROXY decide whether a proxy is used, whatever else
// the environment holds. The proxy of the test refuses every connection.
func TestWhichVariablesNameAProxy(t *testing.T) {
	for _, tt := range []struct {
		name string
		env  []string
		// target has everything sent to a loopback address.
		target, proxied bool
	}{
		{name: "none"},
		{name: "HTTPS_PROXY", env: []string{"HTTPS_PROXY"}, proxied: true},
		{name: "https_proxy", env: []string{"https_proxy"}, proxied: true},
		{name: "HTTP_PROXY", env: []string{"HTTP_PROXY", "http_proxy"}},
		{name: "ALL_PROXY", env: []string{"ALL_PROXY", "all_proxy"}},
		{name: "GRPC_PROXY", env: []string{"GRPC_PROXY", "grpc_proxy"}},
		{name: "NO_PROXY for the domain", env: []string{"HTTPS_PROXY", "NO_PROXY=.momentohq.com"}},
		{name: "NO_PROXY for all", env: []string{"HTTPS_PROXY", "NO_PROXY=*"}},
		{name: "NO_PROXY for another domain", env: []string{"HTTPS_PROXY", "NO_PROXY=momentohq.example"}, proxied: true},
		{name: "a loopback target", env: []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY"}, target: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = l.Close() }()
			var visitors atomic.Int32
			go func() {
				for {
					c, err := l.Accept()
					if err != nil {
						return
					}
					visitors.Add(1)
					_ = c.Close()
				}
			}()
			env := map[string]string{}
			for _, e := range tt.env {
				name, value, ok := strings.Cut(e, "=")
				if !ok {
					value = "http://" + l.Addr().String()
				}
				env[name] = value
				// What gRPC might read by itself.
				t.Setenv(name, value)
			}
			opts, text := momentotest.Options{}, credentialtest.V1(credentialtest.Options{Endpoint: cell})
			s := startCell(t, opts)
			o := world(t, s)
			if tt.target {
				s = start(t, opts)
				o = at(s)
			}
			if err := s.Add(momentotest.Key{Text: text, State: momentotest.Live, List: true}); err != nil {
				t.Fatal(err)
			}
			o.Getenv, o.Timeout = func(name string) string { return env[name] }, 2*time.Second
			c := parse(t, text)
			got := newVerifier(t, o).Verify(t.Context(), []Target{{Credential: c}})[c.Fingerprint()]
			want := finding.StatusLive
			if tt.proxied {
				want = finding.StatusUnverified
			}
			if got.Status != want || visitors.Load() > 0 != tt.proxied {
				t.Errorf("%s (%s), %d connections to the proxy", got.Status, got.Reason, visitors.Load())
			}
			if tt.proxied && s.Connections() != 0 {
				t.Errorf("%d connections around the proxy", s.Connections())
			}
		})
	}
}

// Hosts that the environment or scanned data name get no credential unless they
// are Momento's or allowed; hosts in flags are checked before anything is sent.
func TestWhoMayNameAHost(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name                     string
		ambient, endpoint, found string
		allow                    []string
		refused                  bool // by New
		reached                  bool
	}{
		{name: "MOMENTO_ENDPOINT elsewhere", ambient: "evil.example"},
		{name: "MOMENTO_ENDPOINT is loopback", ambient: "127.0.0.1"},
		{name: "MOMENTO_ENDPOINT has a port", ambient: "localhost:8080"},
		{name: "MOMENTO_ENDPOINT is a URL", ambient: "https://" + cell},
		{name: "MOMENTO_ENDPOINT is a cell", ambient: cell, reached: true},
		{name: "MOMENTO_ENDPOINT is allowed", ambient: "momento.corp.example", allow: []string{"corp.example"}, reached: true},
		{name: "data names another host", found: "evil.example"},
		{name: "data names a host that looks alike", found: "cell.momentohq.com.evil.example"},
		{name: "data names a suffix of the name", found: "evilmomentohq.com"},
		{name: "data names a cell", found: cell, reached: true},
		{name: "data names an allowed host", found: "momento.corp.example", allow: []string{"corp.example"}, reached: true},
		{name: "--endpoint elsewhere", endpoint: "evil.example", refused: true},
		{name: "--endpoint is allowed", endpoint: "momento.corp.example", allow: []string{"corp.example"}, reached: true},
		{name: "--allow-host com", allow: []string{"com"}, refused: true},
		{name: "--allow-host *.", allow: []string{"*."}, refused: true},
		{name: "--allow-host is an address", allow: []string{"10.0.0.1"}, refused: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tr := newTrap(t)
			o := tr.options(true)
			o.AmbientEndpoint, o.Endpoint, o.AllowHosts = tt.ambient, tt.endpoint, tt.allow
			v, err := New(o)
			if tt.refused != (err != nil) {
				t.Fatalf("%v, want an error: %t", err, tt.refused)
			}
			if err != nil {
				return
			}
			// A v1 token works at its own endpoint alone.
			c := parse(t, credentialtest.V1JWT(credentialtest.Options{Seed: tt.name}))
			got := v.Verify(tr.context(t), []Target{{Credential: c, NearbyEndpoint: tt.found}})[c.Fingerprint()]
			if got.Status != finding.StatusUnverified || got.Reason == "" {
				t.Errorf("%s (%s)", got.Status, got.Reason)
			}
			if !tt.reached {
				tr.nothing(t)
			} else if tr.settle(t) == 0 {
				t.Error("nothing was sent")
			}
		})
	}
}
