package momentosdk

import (
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"github.com/momentohq/client-sdk-go/auth"
	"github.com/momentohq/client-sdk-go/config"
	"github.com/momentohq/client-sdk-go/config/logger"
	"github.com/momentohq/client-sdk-go/config/retry"
	"github.com/momentohq/client-sdk-go/momento"
	"github.com/momentohq/client-sdk-go/responses"
	"google.golang.org/grpc/status"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/guard"
	"github.com/momentolint/momentolint/internal/verify"
)

// Options configures New. The zero value is ready to use.
type Options struct {
	// Getenv reads HTTPS_PROXY and NO_PROXY; nil = os.Getenv. If they name a
	// proxy, the SDK connects through it, and the proxy resolves the host.
	Getenv func(string) string

	hooks guard.Hooks
}

// Prober implements verify.Prober. It is safe for use by several goroutines.
type Prober struct {
	dialer guard.Dialer
}

var _ verify.Prober = (*Prober)(nil)

// New returns a Prober.
func New(o Options) *Prober {
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	return &Prober{guard.Dialer{Getenv: o.Getenv, Hooks: o.hooks}}
}

// ListCaches implements verify.Prober.
func (p *Prober) ListCaches(ctx context.Context, at verify.Address, key credential.Credential) verify.Answer {
	client, answer := p.client(ctx, at, key)
	if client == nil {
		return answer
	}
	defer client.Close()
	response, err := client.ListCaches(ctx, &momento.ListCachesRequest{})
	if err != nil {
		return judge(ctx, err, false)
	}
	list, ok := response.(*responses.ListCachesSuccess)
	if !ok {
		return verify.Answer{Outcome: verify.OutcomeUnknown, Reason: "the SDK returned a response of an unknown type"}
	}
	answer = verify.Answer{Outcome: verify.OutcomeAccepted, More: list.NextToken() != ""}
	for _, c := range list.Caches() {
		answer.Caches = append(answer.Caches, c.Name())
	}
	return answer
}

// Get implements verify.Prober.
func (p *Prober) Get(ctx context.Context, at verify.Address, key credential.Credential, cache string) verify.Answer {
	client, answer := p.client(ctx, at, key)
	if client == nil {
		return answer
	}
	defer client.Close()
	if _, err := client.Get(ctx, &momento.GetRequest{CacheName: cache, Key: momento.String("momentolint")}); err != nil {
		return judge(ctx, err, true)
	}
	return verify.Answer{Outcome: verify.OutcomeAccepted}
}

// longest exceeds every deadline of a call: the deadline of the context applies.
const longest = time.Minute

// client returns an SDK client for one address and one key. It connects on first
// use.
func (p *Prober) client(ctx context.Context, at verify.Address, key credential.Credential) (momento.CacheClient, verify.Answer) {
	target, err := p.dialer.Resolve(ctx, at)
	if err != nil {
		outcome := verify.OutcomeUnavailable
		var refused *guard.RefusedError
		if errors.As(err, &refused) {
			outcome = verify.OutcomeUnknown
		}
		return nil, verify.Answer{Outcome: outcome, Reason: guard.Explain(err)}
	}
	configuration := config.LaptopLatestWithLogger(logger.NewNoopMomentoLoggerFactory()).
		WithRetryStrategy(retry.NewNeverRetryStrategy()).
		WithClientTimeout(longest)
	client, err := momento.NewCacheClientWithEagerConnectTimeout(configuration, &provider{at, target, key}, time.Minute, 0)
	if err != nil {
		// The error may repeat its settings.
		return nil, verify.Answer{Outcome: verify.OutcomeUnknown, Reason: "the SDK client could not be created"}
	}
	return client, verify.Answer{}
}

// definite maps the SDK's errors that depend on the key to outcomes.
var definite = map[string]verify.Outcome{
	momento.PermissionError:     verify.OutcomeForbidden,
	momento.AuthenticationError: verify.OutcomeRefused,
}

// clientMessages are the prefixes of the status messages that gRPC's client
// creates itself, for responses that are not gRPC and for broken streams.
var clientMessages = []string{
	"unexpected HTTP status code", "malformed header", "transport: ", "stream terminated by RST_STREAM", "connection error: ",
}

// judge converts an error of the SDK to an answer about the key.
func judge(ctx context.Context, err error, get bool) verify.Answer {
	var e interface {
		error
		Code() string
		OriginalErr() error
	}
	switch {
	case ctx.Err() != nil:
		return verify.Answer{Outcome: verify.OutcomeTimeout, Reason: "timeout"}
	case !errors.As(err, &e):
		return verify.Answer{Outcome: verify.OutcomeUnknown, Reason: "the SDK returned an error of an unknown type"}
	}
	outcome, ok := definite[e.Code()]
	if get && e.Code() == momento.CacheNotFoundError {
		outcome, ok = verify.OutcomeAccepted, true
	}
	switch {
	case ok && !fromService(e.OriginalErr()):
		return verify.Answer{Outcome: verify.OutcomeUnknown, Reason: "the response is not from a gRPC service (intercepting proxy or captive portal?)"}
	case ok:
		return verify.Answer{Outcome: outcome}
	case e.Code() == momento.ServerUnavailableError:
		return verify.Answer{Outcome: verify.OutcomeUnavailable, Reason: "the service is unavailable"}
	case e.Code() == momento.TimeoutError:
		return verify.Answer{Outcome: verify.OutcomeTimeout, Reason: "timeout"}
	case e.Code() == momento.LimitExceededError:
		return verify.Answer{Outcome: verify.OutcomeUnknown, Reason: "throttled"}
	}
	return verify.Answer{Outcome: verify.OutcomeUnknown, Reason: "the SDK's error says nothing about the key"}
}

// fromService reports whether the service sent a gRPC error.
func fromService(err error) bool {
	s, ok := status.FromError(err)
	if !ok {
		return false
	}
	for _, prefix := range clientMessages {
		if strings.HasPrefix(s.Message(), prefix) {
			return false
		}
	}
	return true
}

// provider passes one key for one address to the SDK. Unlike the SDK's own
// providers it does not parse the key: its kind and its address are already
// known.
type provider struct {
	at     verify.Address
	target string
	key    credential.Credential
}

var _ auth.CredentialProvider = (*provider)(nil)

func (p *provider) GetAuthToken() string          { return p.key.Reveal() }
func (p *provider) GetCacheTlsHostname() string   { return p.at.Host() }
func (p *provider) GetControlEndpoint() string    { return p.target }
func (p *provider) IsControlEndpointSecure() bool { return !p.at.Plaintext() }
func (p *provider) GetCacheEndpoint() string      { return p.target }
func (p *provider) IsCacheEndpointSecure() bool   { return !p.at.Plaintext() }
func (p *provider) GetTokenEndpoint() string      { return p.target }
func (p *provider) IsTokenEndpointSecure() bool   { return !p.at.Plaintext() }
func (p *provider) GetStorageEndpoint() string    { return p.target }
func (p *provider) IsStorageEndpointSecure() bool { return !p.at.Plaintext() }

// WithEndpoints returns an error: only the checked address may be used.
func (p *provider) WithEndpoints(auth.AllEndpoints) (auth.CredentialProvider, error) {
	return nil, errors.New("the endpoints of a key that is being checked are fixed")
}

// String hides the key from the SDK's logs.
func (p *provider) String() string { return p.key.String() + " at " + p.target }
