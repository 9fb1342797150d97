package momentotest

import (
	"context"
	"net/http"
	"slices"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/momentolint/momentolint/internal/verify/momentopb"
)

// The methods that the server knows; whatever else is called is recorded and
// answered with UNIMPLEMENTED.
const (
	ListCaches = "/control_client.ScsControl/ListCaches"
	Get        = "/cache_client.Scs/Get"
)

// Fault is what goes wrong in the answer to one call. The zero value is
// nothing.
type Fault struct {
	// Latency is how long the answer takes.
	Latency time.Duration
	// Code is answered instead of the truth, unless it is OK; Err is the
	// trailing metadata "err" that comes with it.
	Code codes.Code
	Err  string
	// Accept answers OK whatever the key is, as a proxy does that fakes success.
	Accept bool
	// Reset breaks the connection.
	Reset bool
}

// SetFault has a function choose the fault of every call; nil = none.
func (s *Server) SetFault(choose func(Call) Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = choose
}

func (s *Server) faultOf(c Call) Fault {
	s.mu.Lock()
	choose := s.fault
	s.mu.Unlock()
	if choose == nil {
		return Fault{}
	}
	return choose(c)
}

// describe makes the record of a call.
func describe(ctx context.Context, method string) (Call, string) {
	md, _ := metadata.FromIncomingContext(ctx)
	first := func(name string) string {
		if v := md.Get(name); len(v) > 0 {
			return v[0]
		}
		return ""
	}
	key := first("authorization")
	return Call{Method: method, Fingerprint: fingerprint(key), Cache: first("cache"), Agent: first("agent")}, key
}

type acceptKey struct{}

func (s *Server) intercept(ctx context.Context, request any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	call, key := describe(ctx, info.FullMethod)
	s.record(call)
	f := s.faultOf(call)
	sleep(ctx, f.Latency)
	if ctx.Err() != nil {
		return nil, status.FromContextError(ctx.Err()).Err()
	}
	if s.opts.Clock != nil {
		date := metadata.Pairs("date", s.opts.Clock().UTC().Format(http.TimeFormat))
		// Proxies put it into the only header list of an answer that has just one,
		// which gRPC takes for the trailer.
		if s.lookup(key).State == Live {
			_ = grpc.SetHeader(ctx, date)
		} else {
			_ = grpc.SetTrailer(ctx, date)
		}
	}
	if f.Reset {
		s.listener.reset()
		return nil, status.Error(codes.Unavailable, "reset")
	}
	if f.Code != codes.OK {
		if f.Err != "" {
			_ = grpc.SetTrailer(ctx, metadata.Pairs("err", f.Err))
		}
		return nil, status.Error(f.Code, "fault on demand")
	}
	return handle(context.WithValue(ctx, acceptKey{}, f.Accept), request)
}

func (s *Server) unknownMethod(_ any, stream grpc.ServerStream) error {
	method, _ := grpc.MethodFromServerStream(stream)
	call, _ := describe(stream.Context(), method)
	s.record(call)
	return status.Error(codes.Unimplemented, "unknown method")
}

// authenticate returns the key of a call, as the service does before anything else.
func (s *Server) authenticate(ctx context.Context) (Key, error) {
	if all, _ := ctx.Value(acceptKey{}).(bool); all {
		return Key{State: Live, List: true, Read: []string{"*"}}, nil
	}
	_, authorization := describe(ctx, "")
	k := s.lookup(authorization)
	if k.State != Live {
		return Key{}, status.Error(codes.Unauthenticated, "Invalid credentials")
	}
	return k, nil
}

func (s *Server) listCaches(ctx context.Context, _ *momentopb.ListCachesRequest) (*momentopb.ListCachesResponse, error) {
	k, err := s.authenticate(ctx)
	if err != nil {
		return nil, err
	}
	if !k.List {
		return nil, status.Error(codes.PermissionDenied, "Insufficient permissions to perform operation")
	}
	response := &momentopb.ListCachesResponse{}
	for _, name := range s.opts.Caches {
		response.Cache = append(response.Cache, &momentopb.Cache{CacheName: name})
	}
	return response, nil
}

func (s *Server) get(ctx context.Context, request *momentopb.GetRequest) (*momentopb.GetResponse, error) {
	k, err := s.authenticate(ctx)
	if err != nil {
		return nil, err
	}
	call, _ := describe(ctx, "")
	if call.Cache == "" || len(request.GetCacheKey()) == 0 {
		return nil, status.Error(codes.InvalidArgument, "cache name and key must not be empty")
	}
	if !slices.Contains(k.Read, "*") && !slices.Contains(k.Read, call.Cache) {
		return nil, status.Error(codes.PermissionDenied, "Insufficient permissions to perform operation")
	}
	if !slices.Contains(s.opts.Caches, call.Cache) {
		return nil, status.Error(codes.NotFound, "Cache not found")
	}
	return &momentopb.GetResponse{Result: momentopb.Result_RESULT_MISS}, nil
}

// register names the services by hand: the names belong to Momento's own
// definitions, which a program under test may have linked as well.
func (s *Server) register() {
	s.grpc.RegisterService(&grpc.ServiceDesc{
		ServiceName: "control_client.ScsControl",
		Methods:     []grpc.MethodDesc{{MethodName: "ListCaches", Handler: unary(ListCaches, s.listCaches)}},
	}, nil)
	s.grpc.RegisterService(&grpc.ServiceDesc{
		ServiceName: "cache_client.Scs",
		Methods:     []grpc.MethodDesc{{MethodName: "Get", Handler: unary(Get, s.get)}},
	}, nil)
}

// unary makes the handler that generated code would have.
func unary[Q, A any](method string, f func(context.Context, *Q) (*A, error)) grpc.MethodHandler {
	return func(_ any, ctx context.Context, decode func(any) error, intercept grpc.UnaryServerInterceptor) (any, error) {
		request := new(Q)
		if err := decode(request); err != nil {
			return nil, err
		}
		handle := func(ctx context.Context, request any) (any, error) {
			q, ok := request.(*Q)
			if !ok {
				return nil, status.Error(codes.Internal, "request of another type")
			}
			return f(ctx, q)
		}
		return intercept(ctx, request, &grpc.UnaryServerInfo{FullMethod: method}, handle)
	}
}
