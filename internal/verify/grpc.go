package verify

import (
	"context"
	"net"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/guard"
	"github.com/momentolint/momentolint/internal/lazy"
	"github.com/momentolint/momentolint/internal/verify/momentopb"
)

// The only methods that are ever called. Both read; what would change the
// account (GenerateApiToken, RefreshApiToken, GenerateDisposableToken …) has
// no name in this program.
const (
	methodListCaches = "/control_client.ScsControl/ListCaches"
	methodGet        = "/cache_client.Scs/Get"
)

const (
	// maxAnswer is the largest message taken: the caches of an account are some
	// hundred bytes each.
	maxAnswer = 4 << 20
	// maxHeaders is the largest header list taken.
	maxHeaders = 64 << 10
)

// grpcProber speaks the protocol directly.
type grpcProber struct {
	dialer *guard.Dialer
	agent  string

	mu    sync.Mutex
	peers map[Address]*peer
}

// peer is the connection to one address, which all credentials share: a key
// travels in the metadata of each call.
type peer struct {
	conn *grpc.ClientConn
	// failure is why the last attempt to connect failed; gRPC keeps only its text.
	failure atomic.Pointer[error]
}

func newGRPCProber(dialer *guard.Dialer, version string) *grpcProber {
	if version == "" {
		version = "dev"
	}
	return &grpcProber{dialer: dialer, agent: "go:momentolint:" + version, peers: map[Address]*peer{}}
}

// Close closes the connections.
func (p *grpcProber) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, peer := range p.peers {
		_ = peer.conn.Close()
	}
	clear(p.peers)
}

// ListCaches implements Prober.
func (p *grpcProber) ListCaches(ctx context.Context, at Address, key credential.Credential) Answer {
	var list momentopb.ListCachesResponse
	a := p.call(ctx, at, methodListCaches, key, "", &momentopb.ListCachesRequest{}, &list)
	if a.Outcome == OutcomeAccepted {
		for _, c := range list.GetCache() {
			a.Caches = append(a.Caches, c.GetCacheName())
		}
		a.More = list.GetNextToken() != ""
	}
	return a
}

// Get implements Prober.
func (p *grpcProber) Get(ctx context.Context, at Address, key credential.Credential, cache string) Answer {
	request := &momentopb.GetRequest{CacheKey: []byte("momentolint")}
	return p.call(ctx, at, methodGet, key, cache, request, &momentopb.GetResponse{})
}

func (p *grpcProber) call(ctx context.Context, at Address, method string, key credential.Credential, cache string, request, answer proto.Message) Answer {
	peer, err := p.peer(at)
	if err != nil {
		return Answer{Outcome: OutcomeUnknown, Reason: guard.Explain(err)}
	}
	md := metadata.Pairs("authorization", key.Reveal(), "agent", p.agent, "runtime-version", runtime.Version())
	if cache != "" {
		md.Set("cache", cache)
	}
	var seen trailerSeen
	var header, trailer metadata.MD
	ctx = context.WithValue(metadata.NewOutgoingContext(ctx, md), trailerKey{}, &seen)
	err = peer.conn.Invoke(ctx, method, request, answer, grpc.Header(&header), grpc.Trailer(&trailer))
	a := judge(ctx, method, status.Code(err), seen.Load(), trailer, peer)
	// An answer of one header list has everything in the trailer.
	a.Date = date(header, trailer)
	return a
}

// judge says what a status tells about the credential. genuine is whether the
// status came in the trailers of a gRPC answer: gRPC's client makes up
// UNAUTHENTICATED and PERMISSION_DENIED itself from a proxy's HTTP 401 and
// 403, and from an HTTP/2 stream that is reset for inadequate security.
func judge(ctx context.Context, method string, code codes.Code, genuine bool, trailer metadata.MD, p *peer) Answer {
	if !genuine {
		return judgeLocal(ctx, code, p)
	}
	switch code {
	case codes.OK:
		return Answer{Outcome: OutcomeAccepted}
	case codes.NotFound:
		if method == methodGet {
			return Answer{Outcome: OutcomeAccepted}
		}
	case codes.PermissionDenied:
		return Answer{Outcome: OutcomeForbidden}
	case codes.Unauthenticated:
		return Answer{Outcome: OutcomeRefused}
	case codes.ResourceExhausted:
		return Answer{Outcome: OutcomeUnknown, Reason: "throttled" + limit(trailer)}
	case codes.Unavailable:
		return Answer{Outcome: OutcomeUnavailable, Reason: "the service is unavailable"}
	case codes.DeadlineExceeded:
		return Answer{Outcome: OutcomeTimeout, Reason: "timeout"}
	}
	return Answer{Outcome: OutcomeUnknown, Reason: "the answer " + codeName(code) + " says nothing about the key"}
}

// judgeLocal is for statuses that the service did not send.
func judgeLocal(ctx context.Context, code codes.Code, p *peer) Answer {
	switch {
	case ctx.Err() != nil, code == codes.DeadlineExceeded:
		reason := "timeout"
		// A connection that keeps failing is more telling than the clock.
		if failure := p.failure.Load(); failure != nil {
			reason = guard.Explain(*failure)
		}
		return Answer{Outcome: OutcomeTimeout, Reason: reason}
	case code == codes.Unavailable:
		if failure := p.failure.Load(); failure != nil {
			return Answer{Outcome: OutcomeUnavailable, Reason: guard.Explain(*failure)}
		}
		return Answer{Outcome: OutcomeUnavailable, Reason: "the connection broke"}
	case code == codes.ResourceExhausted:
		return Answer{Outcome: OutcomeUnknown, Reason: "response exceeds the size or rate limit"}
	}
	return Answer{Outcome: OutcomeUnknown, Reason: "the response is not from a gRPC service (intercepting proxy or captive portal?)"}
}

// date returns the time that the metadata "date" states.
func date(lists ...metadata.MD) time.Time {
	for _, md := range lists {
		for _, v := range md.Get("date") {
			if t, err := http.ParseTime(v); err == nil {
				return t
			}
		}
	}
	return time.Time{}
}

// plainWord is all that is taken over from an answer.
var plainWord = lazy.Regexp(`^[a-z][a-z_]{0,63}$`)

// limit returns the kind of limit that the trailing metadata "err" names.
func limit(trailer metadata.MD) string {
	for _, v := range trailer.Get("err") {
		if plainWord().MatchString(v) {
			return " (" + v + ")"
		}
	}
	return ""
}

// codeName returns gRPC's name of a code; numbers that it has no name for are
// the other side's own.
func codeName(code codes.Code) string {
	if code > codes.Unauthenticated {
		return "with an unknown status"
	}
	return code.String()
}

// peer returns the connection to an address, made when first needed.
func (p *grpcProber) peer(at Address) (*peer, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if known := p.peers[at]; known != nil {
		return known, nil
	}
	made := &peer{}
	security := insecure.NewCredentials()
	if !at.Plaintext() {
		security = credentials.NewTLS(p.dialer.TLS(at))
	}
	conn, err := grpc.NewClient("passthrough:///"+at.String(),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
			// The address is the one that has passed, whatever gRPC makes of it.
			c, err := p.dialer.Dial(ctx, at)
			made.note(err)
			return c, err
		}),
		grpc.WithTransportCredentials(&noting{security, made}),
		// No settings from DNS, no second connection for health checks, no
		// retries beyond the verifier's own.
		grpc.WithDisableServiceConfig(),
		grpc.WithDisableHealthCheck(),
		grpc.WithDisableRetry(),
		grpc.WithMaxHeaderListSize(maxHeaders),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxAnswer), grpc.MaxCallSendMsgSize(credential.MaxLength*2)),
		grpc.WithStatsHandler(trailers{}),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: time.Second},
			MinConnectTimeout: DefaultTimeout,
		}),
	)
	if err != nil {
		return nil, err
	}
	made.conn = conn
	p.peers[at] = made
	return made, nil
}

// note keeps why connecting failed; nil forgets it.
func (p *peer) note(err error) {
	if err == nil {
		p.failure.Store(nil)
		return
	}
	p.failure.Store(&err)
}

// noting notes why a TLS handshake failed.
type noting struct {
	credentials.TransportCredentials
	peer *peer
}

func (n *noting) ClientHandshake(ctx context.Context, authority string, raw net.Conn) (net.Conn, credentials.AuthInfo, error) {
	conn, info, err := n.TransportCredentials.ClientHandshake(ctx, authority, raw)
	if err != nil {
		err = &guard.HandshakeError{Err: err}
		n.peer.note(err)
	}
	return conn, info, err
}

func (n *noting) Clone() credentials.TransportCredentials {
	return &noting{n.TransportCredentials.Clone(), n.peer}
}

// trailerSeen is set when a call's answer had gRPC's trailers.
type trailerSeen = atomic.Bool

type trailerKey struct{}

// trailers tells calls that trailers have come. gRPC reports them only for
// answers of gRPC's content type.
type trailers struct{}

func (trailers) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context { return ctx }

func (trailers) HandleRPC(ctx context.Context, s stats.RPCStats) {
	if _, ok := s.(*stats.InTrailer); !ok {
		return
	}
	if seen, ok := ctx.Value(trailerKey{}).(*trailerSeen); ok {
		seen.Store(true)
	}
}

func (trailers) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }

func (trailers) HandleConn(context.Context, stats.ConnStats) {}
