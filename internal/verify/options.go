package verify

import (
	"context"
	"os"
	"time"

	"golang.org/x/time/rate"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/guard"
)

// The defaults of Options.
const (
	// DefaultTimeout is for everything that is asked about one credential.
	DefaultTimeout = 5 * time.Second
	// DefaultTotal is for all credentials together.
	DefaultTotal = 30 * time.Second
	// DefaultRate is how many calls go out in a second. Momento limits the
	// authentication operations of an account to five a second.
	DefaultRate = 5
	// DefaultConcurrency is how many credentials are asked about at once.
	DefaultConcurrency = 8
)

// PublicCell is the endpoint that is asked about v2 keys where none is known:
// they are valid in every region of their account
// (https://docs.momentohq.com/platform/regions lists the public cells).
const PublicCell = "cell-us-east-1-1.prod.a.momentohq.com"

// Options say where and how fast to ask. The zero value of each is a sensible
// default.
type Options struct {
	// Offline: ask nobody. Expiry claims are still judged.
	Offline bool
	// Endpoint is HOST or HOST:PORT of the cell for credentials that name none.
	// It has to be under momentohq.com or an allowed host.
	Endpoint string
	// AmbientEndpoint is likewise an endpoint, from the environment; Endpoint
	// takes precedence. One that must not be contacted is not an error: the
	// credentials that need it are unverified.
	AmbientEndpoint string
	// LiveTarget is HOST:PORT to which every call goes instead of the hosts
	// that belong to the credentials; without TLS exactly where HOST is a
	// loopback address.
	LiveTarget string
	// AllowHosts are domains besides momentohq.com that credentials may be
	// sent to. A host under one of them may lie in a private network.
	AllowHosts []string
	// Timeout is for everything that is asked about one credential, its waiting
	// for the rate not counted; Total is for the whole of Verify.
	Timeout, Total time.Duration
	// Rate is how many calls a second go out, Concurrency how many credentials
	// are asked about at once.
	Rate        float64
	Concurrency int
	// Limiter, if not nil, is asked before every call in place of Rate: for
	// several processes that share one rate.
	Limiter Limiter
	// Now is the clock; nil = time.Now.
	Now func() time.Time
	// At is the time that expiry claims are held against, so that all of a
	// report is about one moment, however long it takes and wherever the clock
	// is set meanwhile; the zero time = Now when Verify begins.
	At time.Time
	// Getenv reads HTTPS_PROXY and NO_PROXY; nil = os.Getenv.
	Getenv func(string) string
	// Version is momentolint's own, told to the service in the metadata "agent".
	Version string
	// Prober asks the service; nil = gRPC, as the package does it itself. It is
	// not closed.
	Prober Prober

	hooks guard.Hooks
	// backoff is the first pause before a retry.
	backoff time.Duration
	// closing is how long after the opening negative control of a host the
	// closing one is worth a call.
	closing time.Duration
}

// Limiter says when a call may go out.
type Limiter interface {
	// Wait returns when the next call may go out; its error is that there will
	// be none in time.
	Wait(ctx context.Context) error
}

// Target is a credential to be judged.
type Target struct {
	Credential credential.Credential
	// NearbyEndpoint is a host found near the credential, for those that name
	// none; "" if none. It is data of the scanned text.
	NearbyEndpoint string
	// Joined reports that the text goes on after the credential without a break: a
	// rejection does not make it dead.
	Joined bool
}

// Verifier judges credentials. It is safe for use by several goroutines; the
// rate holds for all of them together.
type Verifier struct {
	opts   Options
	rules  guard.Rules
	target guard.Address
	user   route
	// refused is why the AmbientEndpoint is not used.
	refused string
	dialer  guard.Dialer
	limiter Limiter
	madeUp  credential.Credential
	nothing string
}

// OptionError is a mistake in an option.
type OptionError struct {
	// Option is the name of the field.
	Option string
	Err    error
}

func (e *OptionError) Error() string { return e.Option + ": " + e.Err.Error() }

// Unwrap returns what is wrong with the option.
func (e *OptionError) Unwrap() error { return e.Err }

// New checks the options. Mistakes in them are of type *OptionError.
func New(opts Options) (*Verifier, error) {
	if opts.Timeout <= 0 {
		opts.Timeout = DefaultTimeout
	}
	if opts.Total <= 0 {
		opts.Total = DefaultTotal
	}
	if opts.Rate <= 0 {
		opts.Rate = DefaultRate
	}
	if opts.Concurrency <= 0 {
		opts.Concurrency = DefaultConcurrency
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Getenv == nil {
		opts.Getenv = os.Getenv
	}
	if opts.backoff <= 0 {
		opts.backoff = 200 * time.Millisecond
	}
	if opts.closing <= 0 {
		opts.closing = 2 * time.Second
	}
	v := &Verifier{
		opts:    opts,
		dialer:  guard.Dialer{Getenv: opts.Getenv, Hooks: opts.hooks},
		limiter: opts.Limiter,
	}
	if v.limiter == nil {
		// A burst of one: the calls are spread over the second.
		v.limiter = rate.NewLimiter(rate.Limit(opts.Rate), 1)
	}
	var err error
	if v.rules, err = guard.NewRules(opts.AllowHosts); err != nil {
		return nil, &OptionError{"AllowHosts", err}
	}
	if opts.LiveTarget != "" {
		if v.target, err = guard.Target(opts.LiveTarget); err != nil {
			return nil, &OptionError{"LiveTarget", err}
		}
	}
	switch {
	case opts.Endpoint != "":
		if v.user, err = v.namedRoute(opts.Endpoint); err != nil {
			return nil, &OptionError{"Endpoint", err}
		}
	case opts.AmbientEndpoint != "":
		if v.user, err = v.namedRoute(opts.AmbientEndpoint); err != nil {
			v.refused = "no endpoint in the credential, and the one in the environment was refused: " + err.Error() + "; nothing was sent; set one with --endpoint HOST"
		}
	}
	if v.madeUp, v.nothing, err = madeUp(); err != nil {
		return nil, err
	}
	return v, nil
}

// unverified is the verdict that nothing can be known, for a reason.
func unverified(reason string) finding.Verdict {
	return finding.Verdict{Status: finding.StatusUnverified, Reason: reason}
}

// unfinished is the verdict that nothing is known because asking failed.
func unfinished(reason string) finding.Verdict {
	return finding.Verdict{Status: finding.StatusUnverified, Reason: reason, Unfinished: true}
}
