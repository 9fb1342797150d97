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

// Options are for New. The zero value is what there is to want.
type Options struct {
	// Getenv reads HTTPS_PROXY and NO_PROXY; nil = os.Getenv. Where they name a
	// proxy the SDK goes through it, and the proxy looks the host up.
	Getenv func(string) string

	hooks guard.Hooks
}

// Prober implements verify.Prober. It is safe for use by several goroutines.
type Prober struct {
	dialer guard.Dialer
}

var _ verify.Prober = (*Prober)(nil)

// New makes a Prober.
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
		return verify.Answer{Outcome: verify.OutcomeUnknown, Reason: "the SDK gave an answer of an unknown type"}
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

// longest is above every deadline of a call; the context's is the one that counts.
const longest = time.Minute

// client makes an SDK client for one address and one key. It connects when it
// is first used.
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
		return nil, verify.Answer{Outcome: verify.OutcomeUnknown, Reason: "the SDK made no client"}
	}
	return client, verify.Answer{}
}

// definite are the SDK's errors that say something about the key.
var definite = map[string]verify.Outcome{
	momento.PermissionError:     verify.OutcomeForbidden,
	momento.AuthenticationError: verify.OutcomeRefused,
}

// made are beginnings of status messages that gRPC's client makes up itself,
// from answers that are not gRPC and from broken streams.
var made = []string{
	"unexpected HTTP status code", "malformed header", "transport: ", "stream terminated by RST_STREAM", "connection error: ",
}

// judge says what an error of the SDK tells about the key.
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
		return verify.Answer{Outcome: verify.OutcomeUnknown, Reason: "the SDK gave an error of an unknown type"}
	}
	outcome, ok := definite[e.Code()]
	if get && e.Code() == momento.CacheNotFoundError {
		outcome, ok = verify.OutcomeAccepted, true
	}
	switch {
	case ok && !fromService(e.OriginalErr()):
		return verify.Answer{Outcome: verify.OutcomeUnknown, Reason: "the answer is not one of a gRPC service (a proxy or portal in between?)"}
	case ok:
		return verify.Answer{Outcome: outcome}
	case e.Code() == momento.ServerUnavailableError:
		return verify.Answer{Outcome: verify.OutcomeUnavailable, Reason: "the service is unavailable"}
	case e.Code() == momento.TimeoutError:
		return verify.Answer{Outcome: verify.OutcomeTimeout, Reason: "timeout"}
	case e.Code() == momento.LimitExceededError:
		return verify.Answer{Outcome: verify.OutcomeUnknown, Reason: "throttled"}
	}
	return verify.Answer{Outcome: verify.OutcomeUnknown, Reason: "the SDK's answer says nothing about the key"}
}

// fromService tells whether a gRPC error is one that the other side sent.
func fromService(err error) bool {
	s, ok := status.FromError(err)
	if !ok {
		return false
	}
	for _, beginning := range made {
		if strings.HasPrefix(s.Message(), beginning) {
			return false
		}
	}
	return true
}

// provider hands the SDK one key for one address. It does not parse the key
// again, as the SDK's own providers do: what it is, and where it may go, is
// decided already.
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

// WithEndpoints refuses: the address is the one that has passed.
func (p *provider) WithEndpoints(auth.AllEndpoints) (auth.CredentialProvider, error) {
	return nil, errors.New("the endpoints of a key that is being checked are fixed")
}

// String hides the key from the SDK's logs.
func (p *provider) String() string { return p.key.String() + " at " + p.target }
