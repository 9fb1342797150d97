package fleet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/momentolint/momentolint/internal/detect"
)

// Connection configures Connect.
type Connection struct {
	// Dir is the directory for the embedded server's files. It is used if URL is
	// "".
	Dir string
	// URL is the URL of a NATS server, or a comma-separated list of URLs.
	URL string
	// CredsFile and NKeyFile hold the user's credentials in NATS's two formats.
	// User and Password are for servers with password authentication. All are
	// optional.
	CredsFile, NKeyFile, User, Password string
	// CAFile is the certificate authority of the server, if the system does not
	// trust it; CertFile and KeyFile are the client's certificate.
	CAFile, CertFile, KeyFile string
	// Plaintext allows a connection without TLS to a host that is not loopback.
	Plaintext bool
	// Name identifies this connection in the server's monitoring.
	Name string
}

// callTimeout bounds one call of JetStream.
const callTimeout = 5 * time.Second

// Fleet is a connection to JetStream. It reconnects when the server is back;
// calls wait for that.
type Fleet struct {
	nc       *nats.Conn
	js       jetstream.JetStream
	embedded *embedded
	runs     jetstream.KeyValue
	limits   jetstream.KeyValue
	// life is how long a claim on a credential lasts.
	life time.Duration
	// replicas is the number of servers that store a copy of everything.
	replicas int
	// version is the version of runs and results that this program reads.
	version string
}

// formatVersion is the version of the data in the server. It is raised with every
// change of which an older program would lose something.
const formatVersion = "2"

// Connect connects to the server, or starts the embedded one. The error names the
// wrong setting, and contains no password.
func Connect(ctx context.Context, c Connection) (*Fleet, error) {
	f := &Fleet{replicas: 1, life: claimLife, version: formatVersion + "." + detect.Version}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	opts := []nats.Option{
		nats.Name("momentolint " + c.Name), nats.MaxReconnects(-1), nats.ReconnectWait(250 * time.Millisecond),
		nats.ReconnectJitter(100*time.Millisecond, 500*time.Millisecond), nats.Timeout(5 * time.Second),
		nats.PingInterval(5 * time.Second), nats.MaxPingsOutstanding(2),
		// Sending fails while disconnected, rather than buffering: all calls
		// here are retried until they are answered.
		nats.ReconnectBufSize(-1),
		// A request without permission gets no response, only this.
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			if errors.Is(err, nats.ErrPermissionViolation) {
				cancel(err)
			}
		}),
	}
	target := c.URL
	if target == "" {
		var err error
		if f.embedded, err = openEmbedded(c.Dir); err != nil {
			return nil, err
		}
		opts = append(opts, nats.InProcessServer(f.embedded))
	} else {
		more, err := c.options()
		if err != nil {
			return nil, err
		}
		opts = append(opts, more...)
	}
	nc, err := nats.Connect(target, opts...)
	if err != nil {
		f.close()
		return nil, fmt.Errorf("connecting to NATS: %w", withoutPassword(err, c.URL))
	}
	f.nc = nc
	if err := f.open(ctx); err != nil {
		f.Close()
		if cause := context.Cause(ctx); cause != nil {
			err = fmt.Errorf("opening JetStream: %w", cause)
		}
		return nil, err
	}
	return f, nil
}

// options returns the options for a server outside the process.
func (c *Connection) options() ([]nats.Option, error) {
	var opts []nats.Option
	var plain []string
	for raw := range strings.SplitSeq(c.URL, ",") {
		raw = strings.TrimSpace(raw)
		if !strings.Contains(raw, "://") {
			raw = "nats://" + raw
		}
		u, err := url.Parse(raw)
		if err != nil || u.Host == "" {
			return nil, errors.New("invalid NATS server URL")
		}
		switch u.Scheme {
		case "nats", "ws":
			if !loopback(u.Hostname()) {
				plain = append(plain, u.Hostname())
			}
		case "tls", "wss":
		default:
			return nil, fmt.Errorf("unsupported NATS URL scheme %q: want nats, tls, ws or wss", u.Scheme)
		}
	}
	if len(plain) > 0 && !c.Plaintext {
		// The scheme "nats" uses TLS only on request.
		opts = append(opts, nats.Secure())
	}
	if c.CAFile != "" {
		opts = append(opts, nats.RootCAs(c.CAFile))
	}
	if (c.CertFile == "") != (c.KeyFile == "") {
		return nil, errors.New("a TLS certificate for NATS requires its key, and a key its certificate")
	}
	if c.CertFile != "" {
		opts = append(opts, nats.ClientCert(c.CertFile, c.KeyFile))
	}
	if c.CredsFile != "" {
		if _, err := os.Stat(c.CredsFile); err != nil {
			return nil, fmt.Errorf("credentials for NATS: %w", err)
		}
		opts = append(opts, nats.UserCredentials(c.CredsFile))
	}
	if c.NKeyFile != "" {
		o, err := nats.NkeyOptionFromSeed(c.NKeyFile)
		if err != nil {
			return nil, fmt.Errorf("NKey for NATS in %s: %w", c.NKeyFile, err)
		}
		opts = append(opts, o)
	}
	if c.User != "" {
		opts = append(opts, nats.UserInfo(c.User, c.Password))
	}
	return opts, nil
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// withoutPassword returns err, or another error if err contains a password of urls.
func withoutPassword(err error, urls string) error {
	for raw := range strings.SplitSeq(urls, ",") {
		u, parseErr := url.Parse(strings.TrimSpace(raw))
		if parseErr != nil || u.User == nil {
			continue
		}
		secrets := []string{u.User.Username()}
		if p, ok := u.User.Password(); ok {
			secrets = append(secrets, p)
		}
		for _, s := range secrets {
			if s != "" && strings.Contains(err.Error(), s) {
				return errors.New("the server refused the connection (its message is omitted because it contains the password of the URL)")
			}
		}
	}
	return err
}

// The buckets that all runs share.
const (
	runsBucket   = "momentolint-runs"
	limitsBucket = "momentolint-limits"
)

// open creates or opens the buckets that all runs share.
func (f *Fleet) open(ctx context.Context) error {
	js, err := jetstream.New(f.nc, jetstream.WithDefaultTimeout(callTimeout))
	if err != nil {
		return fmt.Errorf("opening JetStream: %w", err)
	}
	f.js = js
	if err := f.available(ctx); err != nil {
		return err
	}
	if f.embedded == nil && f.nc.ConnectedClusterName() != "" {
		f.replicas = clusterReplicas
	}
	f.runs, err = f.bucket(ctx, jetstream.KeyValueConfig{
		Bucket: runsBucket, Description: "the runs of momentolint fleet",
	})
	if err != nil {
		return err
	}
	f.limits, err = f.bucket(ctx, jetstream.KeyValueConfig{
		Bucket: limitsBucket, Description: "rates and slots for clones, shared by the workers of momentolint fleet",
		LimitMarkerTTL: markerLife,
	})
	return err
}

// available returns an error if the server has no JetStream. Without it no
// request is answered, which later is a reason to wait.
func (f *Fleet) available(ctx context.Context) error {
	began := time.Now()
	err := retry(ctx, func(ctx context.Context) error {
		_, err := f.js.AccountInfo(ctx)
		if errors.Is(err, jetstream.ErrJetStreamNotEnabled) && time.Since(began) < startTime {
			return nats.ErrNoResponders // retried: it may be starting
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("asking for JetStream: %w", err)
	}
	return nil
}

const (
	// startTime is how long a server may report at first that it has no JetStream.
	startTime = 3 * time.Second
	// clusterReplicas is the number of copies in a cluster; clusters with fewer
	// servers store one.
	clusterReplicas = 3
	// markerLife is how long JetStream remembers that a claim has expired.
	markerLife = time.Minute
	// retryTime is how long calls are retried while the server is unreachable.
	retryTime = 2 * time.Minute
)

// bucket opens a bucket, or creates it.
func (f *Fleet) bucket(ctx context.Context, c jetstream.KeyValueConfig) (jetstream.KeyValue, error) {
	var kv jetstream.KeyValue
	c.Storage = jetstream.FileStorage
	err := retry(ctx, func(ctx context.Context) error {
		var err error
		if kv, err = f.js.KeyValue(ctx, c.Bucket); err == nil || !errors.Is(err, jetstream.ErrBucketNotFound) {
			return err
		}
		c.Replicas = f.replicas
		kv, err = f.js.CreateKeyValue(ctx, c)
		if f.tooSmall(err) {
			f.replicas = 1
			return err
		}
		if errors.Is(err, jetstream.ErrBucketExists) {
			kv, err = f.js.KeyValue(ctx, c.Bucket)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("opening the bucket %s: %w", c.Bucket, err)
	}
	return kv, nil
}

// tooSmall reports whether err says that the cluster has too few servers for the
// replicas.
func (f *Fleet) tooSmall(err error) bool {
	var api *jetstream.APIError
	if f.replicas == 1 || !errors.As(err, &api) {
		return false
	}
	// "replicas > 1 not supported in non-clustered mode" and "no suitable
	// peers for placement" (nats-server, server/errors.json).
	return api.ErrorCode == 10074 || api.ErrorCode == 10005
}

// Close disconnects from the server, and stops it if it is embedded.
func (f *Fleet) Close() {
	if f.nc != nil {
		f.nc.Close()
	}
	f.close()
}

func (f *Fleet) close() {
	if f.embedded != nil {
		f.embedded.close()
	}
}

// retry repeats a call until it succeeds, fails permanently, or retryTime has
// passed. A cluster may be electing a leader, or a server restarting.
func retry(ctx context.Context, call func(context.Context) error) error {
	deadline := time.Now().Add(retryTime)
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		limited, cancel := context.WithTimeout(ctx, callTimeout)
		err := call(limited)
		cancel()
		if err == nil || !isTransient(err) || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pause):
		}
	}
}

// isTransient reports whether a retry may succeed: after any error of the
// connection or the server's state, but not after JetStream's answers about the
// request.
func isTransient(err error) bool {
	for _, final := range []error{
		jetstream.ErrKeyExists, jetstream.ErrKeyNotFound, jetstream.ErrMsgNotFound, jetstream.ErrBucketNotFound, jetstream.ErrStreamNotFound,
		jetstream.ErrConsumerNotFound, jetstream.ErrJetStreamNotEnabled, jetstream.ErrJetStreamNotEnabledForAccount,
		jetstream.ErrInvalidKey, jetstream.ErrLimitMarkerTTLNotSupported, nats.ErrMaxPayload, nats.ErrConnectionClosed,
		nats.ErrAuthorization, nats.ErrPermissionViolation, context.Canceled, errClosed,
	} {
		if errors.Is(err, final) {
			return false
		}
	}
	if api, ok := errors.AsType[*jetstream.APIError](err); ok {
		// 5xx is about the server's state (no leader yet, not enough peers, no
		// space) and 408 a timeout; other codes are about the request.
		return api.Code >= 500 || api.Code == 408
	}
	return true
}
