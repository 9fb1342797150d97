// Package momento stands for the SDK's package of that name.
package momento

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/momentohq/client-sdk-go/auth"
	"github.com/momentohq/client-sdk-go/config"
	"github.com/momentohq/client-sdk-go/responses"
)

// The SDK's error codes.
const (
	InvalidArgumentError    = "InvalidArgumentError"
	InternalServerError     = "InternalServerError"
	BadRequestError         = "BadRequestError"
	CanceledError           = "CanceledError"
	TimeoutError            = "TimeoutError"
	PermissionError         = "PermissionError"
	AuthenticationError     = "AuthenticationError"
	LimitExceededError      = "LimitExceededError"
	CacheNotFoundError      = "NotFoundError"
	AlreadyExistsError      = "AlreadyExistsError"
	UnknownServiceError     = "UnknownServiceError"
	ServerUnavailableError  = "ServerUnavailableError"
	FailedPreconditionError = "FailedPreconditionError"
)

// MomentoError is the SDK's error.
type MomentoError interface {
	error
	Code() string
	Message() string
	OriginalErr() error
}

type momentoError struct {
	code     string
	original error
}

func (e *momentoError) Error() string      { return fmt.Sprintf("%s: %v", e.code, e.original) }
func (e *momentoError) Code() string       { return e.code }
func (e *momentoError) Message() string    { return e.original.Error() }
func (e *momentoError) OriginalErr() error { return e.original }

func convert(err error) error {
	code, ok := map[codes.Code]string{
		codes.InvalidArgument: InvalidArgumentError, codes.Unimplemented: BadRequestError, codes.OutOfRange: BadRequestError,
		codes.FailedPrecondition: FailedPreconditionError, codes.Canceled: CanceledError, codes.DeadlineExceeded: TimeoutError,
		codes.PermissionDenied: PermissionError, codes.Unauthenticated: AuthenticationError, codes.ResourceExhausted: LimitExceededError,
		codes.NotFound: CacheNotFoundError, codes.AlreadyExists: AlreadyExistsError, codes.Aborted: InternalServerError,
		codes.Internal: InternalServerError, codes.DataLoss: InternalServerError, codes.Unavailable: ServerUnavailableError,
	}[status.Code(err)]
	if !ok {
		code = UnknownServiceError
	}
	return &momentoError{code, err}
}

// Key is the key of an item.
type Key interface{ asBytes() []byte }

// String is a key.
type String string

func (s String) asBytes() []byte { return []byte(s) }

// ListCachesRequest asks for the caches.
type ListCachesRequest struct{}

// GetRequest asks for an item.
type GetRequest struct {
	CacheName string
	Key       Key
}

// CacheClient talks to the service.
type CacheClient interface {
	ListCaches(ctx context.Context, request *ListCachesRequest) (responses.ListCachesResponse, error)
	Get(ctx context.Context, r *GetRequest) (responses.GetResponse, error)
	Close()
}

// NewCacheClientWithEagerConnectTimeout makes a client.
func NewCacheClientWithEagerConnectTimeout(c config.Configuration, p auth.CredentialProvider, ttl, _ time.Duration) (CacheClient, error) {
	if c.GetClientSideTimeout() < 1 || ttl == 0 {
		return nil, errors.New("a timeout and a TTL have to be given")
	}
	control, err := dial(p.GetControlEndpoint(), p.IsControlEndpointSecure(), p)
	if err != nil {
		return nil, convert(err)
	}
	data, err := dial(p.GetCacheEndpoint(), p.IsCacheEndpointSecure(), p)
	if err != nil {
		return nil, convert(err)
	}
	return &client{control, data, p.GetAuthToken()}, nil
}

func dial(endpoint string, secure bool, p auth.CredentialProvider) (*grpc.ClientConn, error) {
	security := insecure.NewCredentials()
	if secure {
		security = credentials.NewTLS(&tls.Config{ServerName: p.GetCacheTlsHostname()})
	}
	return grpc.NewClient(endpoint, grpc.WithTransportCredentials(security), grpc.WithDisableServiceConfig())
}

type client struct {
	control, data *grpc.ClientConn
	token         string
}

func (c *client) Close() {
	_ = c.control.Close()
	_ = c.data.Close()
}

func (c *client) ListCaches(ctx context.Context, _ *ListCachesRequest) (responses.ListCachesResponse, error) {
	ctx = metadata.AppendToOutgoingContext(ctx, "authorization", c.token)
	var answer []byte
	if err := c.control.Invoke(ctx, "/control_client.ScsControl/ListCaches", []byte{}, &answer, grpc.ForceCodec(raw{})); err != nil {
		return nil, convert(err)
	}
	var caches []responses.CacheInfo
	var next string
	for _, f := range fields(answer) {
		switch f.number {
		case 1:
			for _, inner := range fields(f.bytes) {
				if inner.number == 1 {
					caches = append(caches, responses.NewCacheInfo(string(inner.bytes)))
				}
			}
		case 2:
			next = string(f.bytes)
		}
	}
	return responses.NewListCachesSuccess(next, caches), nil
}

func (c *client) Get(ctx context.Context, r *GetRequest) (responses.GetResponse, error) {
	ctx = metadata.AppendToOutgoingContext(ctx, "authorization", c.token, "cache", r.CacheName)
	key := r.Key.asBytes()
	var answer []byte
	request := append([]byte{0x0a, byte(len(key))}, key...)
	if err := c.data.Invoke(ctx, "/cache_client.Scs/Get", request, &answer, grpc.ForceCodec(raw{})); err != nil {
		return nil, convert(err)
	}
	return &responses.GetMiss{}, nil
}

// raw passes messages as they are.
type raw struct{}

var _ encoding.Codec = raw{}

func (raw) Name() string { return "proto" }

func (raw) Marshal(v any) ([]byte, error) {
	b, ok := v.([]byte)
	if !ok {
		return nil, fmt.Errorf("not bytes but %T", v)
	}
	return b, nil
}

func (raw) Unmarshal(data []byte, v any) error {
	b, ok := v.(*[]byte)
	if !ok {
		return fmt.Errorf("not bytes but %T", v)
	}
	*b = append([]byte{}, data...)
	return nil
}

type field struct {
	number int
	bytes  []byte
}

// fields reads the length-delimited fields of a message with lengths below 128.
func fields(b []byte) []field {
	var list []field
	for len(b) >= 2 && b[0]&7 == 2 && int(b[1]) <= len(b)-2 {
		n := int(b[1])
		list = append(list, field{int(b[0] >> 3), b[2 : 2+n]})
		b = b[2+n:]
	}
	return list
}
