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

// Connection says how to reach JetStream.
type Connection struct {
	// Dir is the directory that the embedded server keeps its files in. It is
	// used where URL is "".
	Dir string
	// URL is that of a NATS server, or of several with commas in between.
	URL string
	// CredsFile and NKeyFile are the user's credentials in the two forms that
	// NATS has; User and Password those of servers that go by these. All are
	// optional.
	CredsFile, NKeyFile, User, Password string
	// CAFile is the authority of the server's certificate, if not one that the
	// system trusts; CertFile and KeyFile are a certificate of the user's own.
	CAFile, CertFile, KeyFile string
	// Plaintext allows a connection without TLS to a host that is not loopback.
	Plaintext bool
	// Name tells this connection from others in the server's monitoring.
	Name string
}

// callTimeout is for one call of JetStream's.
const callTimeout = 5 * time.Second

// Fleet is a connection to JetStream. It comes back by itself when the server
// does; calls meanwhile wait.
type Fleet struct {
	nc       *nats.Conn
	js       jetstream.JetStream
	embedded *embedded
	runs     jetstream.KeyValue
	limits   jetstream.KeyValue
	// life is that of a claim on a credential.
	life time.Duration
	// replicas is how many servers keep a copy of everything.
	replicas int
	// version is the version of runs and results.
	version string
}

// formatVersion is the version of what is kept in the server; it grows with
// every change after which an older program would lose something.
const formatVersion = "2"

// Connect reaches the server, or starts the embedded one. The error names the
// setting that is wrong, and holds no password.
func Connect(ctx context.Context, c Connection) (*Fleet, error) {
	f := &Fleet{replicas: 1, life: claimLife, version: formatVersion + "." + detect.Version}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	opts := []nats.Option{
		nats.Name("momentolint " + c.Name), nats.MaxReconnects(-1), nats.ReconnectWait(250 * time.Millisecond),
		nats.ReconnectJitter(100*time.Millisecond, 500*time.Millisecond), nats.Timeout(5 * time.Second),
		nats.PingInterval(5 * time.Second), nats.MaxPingsOutstanding(2),
		// What could not be sent is an error, not a promise: everything here is
		// tried again with its answer looked at.
		nats.ReconnectBufSize(-1),
		// A request that the user has no right to gets no answer, but this.
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

// options are the settings for a server elsewhere.
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
		// The scheme "nats" upgrades to TLS if asked to.
		opts = append(opts, nats.Secure())
	}
	if c.CAFile != "" {
		opts = append(opts, nats.RootCAs(c.CAFile))
	}
	if (c.CertFile == "") != (c.KeyFile == "") {
		return nil, errors.New("a TLS certificate for NATS needs its key, and a key its certificate")
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

// withoutPassword keeps what a URL may hold out of a message.
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
				return errors.New("the server refuses the connection (the message is left out: it holds the URL's password)")
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

// open makes or finds the buckets that all runs share.
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
		Bucket: limitsBucket, Description: "what the workers of momentolint fleet share: rates, and slots for clones",
		LimitMarkerTTL: markerLife,
	})
	return err
}

// available asks whether there is JetStream at all: where there is none, no
// request has an answer, which elsewhere is a reason to wait.
func (f *Fleet) available(ctx context.Context) error {
	began := time.Now()
	err := retry(ctx, func(ctx context.Context) error {
		_, err := f.js.AccountInfo(ctx)
		if errors.Is(err, jetstream.ErrJetStreamNotEnabled) && time.Since(began) < silence {
			return nats.ErrNoResponders // it may be starting
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("asking for JetStream: %w", err)
	}
	return nil
}

const (
	// silence is how long a server may say at first that it has no JetStream.
	silence = 3 * time.Second
	// clusterReplicas is how many servers of a cluster keep a copy; smaller
	// clusters have one.
	clusterReplicas = 3
	// markerLife is how long JetStream remembers that a claim has expired.
	markerLife = time.Minute
	// patience is how long a server may be out of reach before something is
	// given up.
	patience = 2 * time.Minute
)

// bucket makes a bucket, or finds it.
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

// tooSmall reports that the cluster has too few servers for the replicas.
func (f *Fleet) tooSmall(err error) bool {
	var api *jetstream.APIError
	if f.replicas == 1 || !errors.As(err, &api) {
		return false
	}
	// "replicas > 1 not supported in non-clustered mode" and "no suitable
	// peers for placement" (nats-server, server/errors.json).
	return api.ErrorCode == 10074 || api.ErrorCode == 10005
}

// Close lets go of the server, and stops it if it is this process's.
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

// retry calls until it succeeds, fails for a reason that stays, or the time is
// over: what a cluster that elects a leader and a server that restarts need.
func retry(ctx context.Context, call func(context.Context) error) error {
	deadline := time.Now().Add(patience)
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		limited, cancel := context.WithTimeout(ctx, callTimeout)
		err := call(limited)
		cancel()
		if err == nil || !passing(err) || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pause):
		}
	}
}

// passing reports whether an error may be gone the next time: everything about
// the connection and the server's state. What JetStream itself answers about
// the request stays.
func passing(err error) bool {
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
		// 5xx is the server's state (no leader yet, not enough peers, no
		// space), 408 its time; the rest is about the request.
		return api.Code >= 500 || api.Code == 408
	}
	return true
}
