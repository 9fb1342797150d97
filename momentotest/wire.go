package momentotest

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strconv"
	"sync"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// WireFault is what goes wrong below gRPC, for every connection.
type WireFault uint8

// The faults of a connection.
const (
	// WireSound: none.
	WireSound WireFault = iota
	// WireResetOnAccept: the connection is reset as soon as it stands.
	WireResetOnAccept
	// WireSilence: the connection stands and nothing ever comes.
	WireSilence
	// WireGarbage: random bytes instead of HTTP/2.
	WireGarbage
	// WireGarbageFrames: a good beginning, then frames that make no sense.
	WireGarbageFrames
	// WireHTTP1: an HTTP/1.1 portal page, as a captive portal gives.
	WireHTTP1
	// WireTrickle: a good answer, a byte now and then.
	WireTrickle
	// WireHeadersOnly: response headers, and then nothing.
	WireHeadersOnly
	// WireHalfClosed: response headers and data, ended without trailers.
	WireHalfClosed
	// WireGoAway: the connection is ended instead of answering.
	WireGoAway
	// WireResetStream: the stream is reset (CANCEL).
	WireResetStream
	// WireResetInadequate: the stream is reset with INADEQUATE_SECURITY, which
	// gRPC's client turns into PERMISSION_DENIED.
	WireResetInadequate
	// WireResetAfterHeaders: gRPC response headers, then INADEQUATE_SECURITY.
	WireResetAfterHeaders
	// WirePage200, WirePage302, WirePage401, WirePage403, WirePage404,
	// WirePage407, WirePage429 and WirePage503: an HTTP/2 answer that is a web
	// page, as a proxy gives.
	WirePage200
	WirePage302
	WirePage401
	WirePage403
	WirePage404
	WirePage407
	WirePage429
	WirePage503
	// WireStatus401 and WireStatus403: HTTP status 401 or 403 under gRPC's
	// content type, without a gRPC status.
	WireStatus401
	WireStatus403
	// WirePageClaims: a web page with a header grpc-status of UNAUTHENTICATED.
	WirePageClaims
	// WireHugeAnswer: an answer that says it is 100 MB long.
	WireHugeAnswer

	wireEnd
)

var wireNames = [...]string{
	"sound", "reset on accept", "silence", "garbage", "garbage frames", "HTTP/1 portal", "trickle", "headers only",
	"half closed", "goaway", "stream reset", "stream reset for inadequate security", "reset after headers",
	"page 200", "page 302", "page 401", "page 403", "page 404", "page 407", "page 429", "page 503",
	"gRPC type with 401", "gRPC type with 403", "page with a grpc-status", "huge answer",
}

// String names the fault.
func (f WireFault) String() string {
	if int(f) < len(wireNames) {
		return wireNames[f]
	}
	return strconv.Itoa(int(f))
}

// WireFaults lists all faults of connections.
func WireFaults() []WireFault {
	var all []WireFault
	for f := WireSound + 1; f < wireEnd; f++ {
		all = append(all, f)
	}
	return all
}

// SetWire breaks all connections and returns those that come a fault.
func (s *Server) SetWire(f WireFault) { s.listener.setFault(f) }

// listener hands sound connections to gRPC and spoils the others itself.
type listener struct {
	net.Listener
	config *tls.Config

	mu     sync.Mutex
	fault  WireFault
	conns  map[net.Conn]struct{}
	count  int
	closed bool
}

func newListener(raw net.Listener, config *tls.Config) *listener {
	return &listener{Listener: raw, config: config, conns: map[net.Conn]struct{}{}}
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	for {
		raw, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		l.mu.Lock()
		if l.closed {
			l.mu.Unlock()
			_ = raw.Close()
			return nil, net.ErrClosed
		}
		l.count++
		fault := l.fault
		tracked := &tracked{Conn: raw, owner: l}
		l.conns[raw] = struct{}{}
		l.mu.Unlock()
		var conn net.Conn = tracked
		if l.config != nil {
			conn = tls.Server(tracked, l.config)
		}
		if fault == WireSound {
			return conn, nil
		}
		go spoil(conn, raw, fault)
	}
}

// tracked leaves the list when it is closed.
type tracked struct {
	net.Conn
	owner *listener
}

func (t *tracked) Close() error {
	t.owner.mu.Lock()
	delete(t.owner.conns, t.Conn)
	t.owner.mu.Unlock()
	return t.Conn.Close()
}

func (l *listener) accepted() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.count
}

func (l *listener) setFault(f WireFault) {
	l.mu.Lock()
	l.fault = f
	l.mu.Unlock()
	l.reset()
}

// reset breaks every connection there is.
func (l *listener) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for conn := range l.conns {
		abort(conn)
	}
	clear(l.conns)
}

func (l *listener) stop() {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	_ = l.Listener.Close()
	l.reset()
}

// abort closes with a reset rather than an orderly end.
func abort(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// spoil plays the server on one connection. It ends when the connection does.
func spoil(conn, raw net.Conn, fault WireFault) {
	defer func() { _ = conn.Close() }()
	switch fault {
	case WireResetOnAccept:
		abort(raw)
		return
	case WireSilence:
		_, _ = io.Copy(io.Discard, conn)
		return
	case WireGarbage:
		_, _ = conn.Write(bytes.Repeat([]byte("\xde\xad\xbe\xef garbage "), 512))
		_, _ = io.Copy(io.Discard, conn)
		return
	case WireHTTP1:
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 26\r\n\r\n<h1>Please log in here</h1>")
		_, _ = io.Copy(io.Discard, conn)
		return
	}
	http2Answer(conn, fault)
}

// http2Answer speaks HTTP/2 and answers every request in the same wrong way,
// until the connection ends.
func http2Answer(conn net.Conn, fault WireFault) {
	preface := make([]byte, len(http2.ClientPreface))
	if _, err := io.ReadFull(conn, preface); err != nil {
		return
	}
	out := io.Writer(conn)
	if fault == WireTrickle {
		out = &trickle{conn}
	}
	framer := http2.NewFramer(out, conn)
	if err := framer.WriteSettings(); err != nil {
		return
	}
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			return
		}
		switch f := frame.(type) {
		case *http2.SettingsFrame:
			if !f.IsAck() {
				err = framer.WriteSettingsAck()
			}
		case *http2.PingFrame:
			if !f.IsAck() {
				err = framer.WritePing(true, f.Data)
			}
		case *http2.HeadersFrame:
			err = answer(framer, conn, f.StreamID, fault)
		}
		if err != nil {
			return
		}
	}
}

// pages are the answers that are web pages.
var pages = map[WireFault]string{
	WirePage200: "200", WirePage302: "302", WirePage401: "401", WirePage403: "403",
	WirePage404: "404", WirePage407: "407", WirePage429: "429", WirePage503: "503",
}

var errUnknownFault = errors.New("unknown fault")

// answer writes one wrong answer.
func answer(framer *http2.Framer, conn net.Conn, stream uint32, fault WireFault) error {
	grpcHeaders := []string{":status", "200", "content-type", "application/grpc"}
	if code, ok := pages[fault]; ok {
		page := []string{":status", code, "content-type", "text/html", "location", "https://portal.example/"}
		if err := headers(framer, stream, false, page...); err != nil {
			return err
		}
		return framer.WriteData(stream, true, []byte("<h1>Please log in</h1>"))
	}
	switch fault {
	case WireGarbageFrames:
		_, err := conn.Write([]byte{0x00, 0x00, 0x04, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0xde, 0xad, 0xbe, 0xef, 0xff, 0xff, 0xff, 0x63})
		return err
	case WireTrickle:
		// A whole and true "refused", only far too slow.
		return headers(framer, stream, true, ":status", "200", "content-type", "application/grpc", "grpc-status", "16")
	case WireHeadersOnly:
		return headers(framer, stream, false, grpcHeaders...)
	case WireHalfClosed:
		if err := headers(framer, stream, false, grpcHeaders...); err != nil {
			return err
		}
		return framer.WriteData(stream, true, []byte{0, 0, 0, 0, 0})
	case WireGoAway:
		return framer.WriteGoAway(0, http2.ErrCodeNo, nil)
	case WireResetStream:
		return framer.WriteRSTStream(stream, http2.ErrCodeCancel)
	case WireResetInadequate:
		return framer.WriteRSTStream(stream, http2.ErrCodeInadequateSecurity)
	case WireResetAfterHeaders:
		if err := headers(framer, stream, false, grpcHeaders...); err != nil {
			return err
		}
		return framer.WriteRSTStream(stream, http2.ErrCodeInadequateSecurity)
	case WireStatus401:
		return headers(framer, stream, true, ":status", "401", "content-type", "application/grpc")
	case WireStatus403:
		return headers(framer, stream, true, ":status", "403", "content-type", "application/grpc")
	case WirePageClaims:
		return headers(framer, stream, true, ":status", "401", "content-type", "text/html", "grpc-status", "16")
	case WireHugeAnswer:
		if err := headers(framer, stream, false, grpcHeaders...); err != nil {
			return err
		}
		return framer.WriteData(stream, false, []byte{0, 0x06, 0x40, 0, 0})
	}
	return errUnknownFault
}

func headers(framer *http2.Framer, stream uint32, end bool, pairs ...string) error {
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	for i := 0; i+1 < len(pairs); i += 2 {
		if err := encoder.WriteField(hpack.HeaderField{Name: pairs[i], Value: pairs[i+1]}); err != nil {
			return err
		}
	}
	return framer.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: block.Bytes(), EndHeaders: true, EndStream: end})
}

// trickle lets a byte through now and then.
type trickle struct{ conn net.Conn }

func (t *trickle) Write(p []byte) (int, error) {
	for i := range p {
		time.Sleep(200 * time.Millisecond)
		if _, err := t.conn.Write(p[i : i+1]); err != nil {
			return i, err
		}
	}
	return len(p), nil
}
