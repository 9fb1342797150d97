package fleet

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/redact"
	"github.com/momentolint/momentolint/scanner"
)

// Settings are the options of a run, for all workers.
type Settings struct {
	// Offline disables the live check.
	Offline bool `json:"offline,omitempty"`
	// Config is the content of a configuration file, with paths relative to the
	// root of each repository; "" means none.
	Config string `json:"config,omitempty"`
	// ConfigName names that file in reports.
	ConfigName string `json:"config_name,omitempty"`
	// Strict counts opaque files as skipped.
	Strict bool `json:"strict,omitempty"`
	// FailOn and ExpiryWarning are those of the configuration, for reports; "" and 0
	// if it does not set them.
	FailOn        string        `json:"fail_on,omitempty"`
	ExpiryWarning time.Duration `json:"expiry_warning,omitempty"`
	// MaxArchiveDepth, MaxDecodeDepth and MaxFileSize are those of scanner.Options.
	MaxArchiveDepth int   `json:"max_archive_depth"`
	MaxDecodeDepth  int   `json:"max_decode_depth"`
	MaxFileSize     int64 `json:"max_file_size,omitempty"`
	// SetBy names the flags that set limits, for reports.
	SetBy map[coverage.By]string `json:"set_by,omitempty"`
	// Tries is how often an item is started before it becomes a dead letter; 0
	// means 5.
	Tries int `json:"tries"`
	// AckWait is how long a worker may be silent before its items are
	// redelivered; 0 means 30 s. JetStream requires at least a second.
	AckWait time.Duration `json:"ack_wait"`
	// SplitObjects splits repositories with more objects than this into at most
	// four ranges; 0 means 2,000,000.
	SplitObjects int64 `json:"split_objects"`
}

// The defaults of Settings.
const (
	defaultTries        = 5
	defaultAckWait      = 30 * time.Second
	defaultSplitObjects = 2_000_000
)

func (s Settings) withDefaults() Settings {
	if s.Tries <= 0 {
		s.Tries = defaultTries
	}
	if s.AckWait <= 0 {
		s.AckWait = defaultAckWait
	}
	if s.SplitObjects <= 0 {
		s.SplitObjects = defaultSplitObjects
	}
	return s
}

// DefaultSettings returns the settings that a scan has by default.
func DefaultSettings() Settings {
	return Settings{MaxArchiveDepth: scanner.DefaultArchiveDepth, MaxDecodeDepth: scanner.DefaultDecodeDepth}.withDefaults()
}

// record is the entry of a run in the bucket of runs.
type record struct {
	ID       string    `json:"id"`
	Created  time.Time `json:"created"`
	Settings Settings  `json:"settings"`
	// Key is the key of the claims' HMAC. Workers read it here; it is deleted
	// with the run.
	Key []byte `json:"key"`
	// Closed reports whether everything has been submitted.
	Closed bool `json:"closed"`
	// Version is the version of rules and results; "" in runs of programs that
	// had none.
	Version string `json:"version,omitempty"`
}

// Run is one request to scan a list of repositories.
type Run struct {
	record
	fleet    *Fleet
	items    jetstream.Stream
	consumer jetstream.Consumer
	results  jetstream.KeyValue
	failed   jetstream.KeyValue
	claims   jetstream.KeyValue
}

// The names of a run's stream, subjects and buckets. Streams are named in capitals,
// like those of JetStream itself.
func streamName(run string) string       { return "MOMENTOLINT-" + run }
func subject(run, id string) string      { return "momentolint." + run + ".item." + id }
func bucketName(run, what string) string { return "momentolint-" + run + "-" + what }

const consumerName = "workers"

// NewRun creates a run, open for submissions. It rejects a configuration that
// contains a credential, since the server's files would keep it.
func (f *Fleet) NewRun(ctx context.Context, s Settings) (*Run, error) {
	if redact.Credentials(s.Config) != s.Config {
		return nil, errors.New("creating a run: the configuration contains a credential, which the queue would store; allow it by fingerprint instead")
	}
	random := make([]byte, 4+32)
	if _, err := rand.Read(random); err != nil {
		return nil, fmt.Errorf("creating a run: %w", err)
	}
	now := time.Now().UTC()
	r := &Run{fleet: f, record: record{
		// Ids sort by time, also those of two runs in the same second.
		ID:      strings.Replace(now.Format("20060102-150405.000-"), ".", "-", 1) + hex.EncodeToString(random[:4]),
		Created: now, Settings: s.withDefaults(), Key: random[4:], Version: f.version,
	}}
	if err := r.create(ctx); err != nil {
		return nil, fmt.Errorf("creating a run: %w", err)
	}
	value, err := json.Marshal(r.record)
	if err != nil {
		return nil, fmt.Errorf("creating a run: %w", err)
	}
	// Last, so that workers find everything else.
	if err := f.put(ctx, f.runs, r.ID, value); err != nil {
		return nil, fmt.Errorf("creating a run: %w", err)
	}
	return r, nil
}

// create creates the run's stream, consumer and buckets.
func (r *Run) create(ctx context.Context) error {
	f := r.fleet
	err := retry(ctx, func(ctx context.Context) error {
		var err error
		r.items, err = f.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
			Name: streamName(r.ID), Description: "work items of momentolint fleet", Subjects: []string{subject(r.ID, "*")},
			// Acknowledged items stay, for the report. A subject accepts only
			// one message ever, so that nothing is submitted twice.
			Retention: jetstream.LimitsPolicy, MaxMsgsPerSubject: 1, Discard: jetstream.DiscardNew, DiscardNewPerSubject: true,
			Storage: jetstream.FileStorage, Replicas: f.replicas, AllowDirect: true,
		})
		return err
	})
	if err != nil {
		return err
	}
	err = retry(ctx, func(ctx context.Context) error {
		var err error
		r.consumer, err = r.items.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
			Durable: consumerName, AckPolicy: jetstream.AckExplicitPolicy, AckWait: r.Settings.AckWait,
			// Workers limit the tries: the dead letter of an item that crashes
			// workers needs one more delivery.
			MaxDeliver: -1, MaxAckPending: -1, MaxWaiting: 100_000,
		})
		return err
	})
	if err != nil {
		return err
	}
	return r.buckets(ctx)
}

func (r *Run) buckets(ctx context.Context) (err error) {
	for _, b := range []struct {
		kv   *jetstream.KeyValue
		name string
		life time.Duration
	}{{&r.results, "results", 0}, {&r.failed, "failed", 0}, {&r.claims, "claims", markerLife}} {
		*b.kv, err = r.fleet.bucket(ctx, jetstream.KeyValueConfig{
			Bucket: bucketName(r.ID, b.name), Description: b.name + " of a run of momentolint fleet", LimitMarkerTTL: b.life,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

var errNoRun = errors.New("there is no such run")

// errVersion is the error for a run that was submitted by a program with other
// rules or another format of results.
var errVersion = errors.New("the run was submitted by another version of momentolint: update the program everywhere, or submit the run again")

// check returns errVersion if the run has another version than this program: a
// report must not mix results of different rules.
func (r *Run) check() error {
	if own := r.fleet.version; r.Version != own {
		return fmt.Errorf("run %s: %w (rules %s there, %s here)", r.ID, errVersion, cmp.Or(r.Version, "1"), own)
	}
	return nil
}

// Run opens a run by its id; "" is the latest.
func (f *Fleet) Run(ctx context.Context, id string) (*Run, error) {
	if id == "" {
		all, err := f.Runs(ctx)
		if err != nil {
			return nil, err
		}
		if len(all) == 0 {
			return nil, fmt.Errorf("%w: nothing has been submitted yet", errNoRun)
		}
		id = all[len(all)-1]
	}
	value, err := f.get(ctx, f.runs, id)
	if errors.Is(err, jetstream.ErrKeyNotFound) || errors.Is(err, jetstream.ErrInvalidKey) {
		return nil, fmt.Errorf("%w: %s", errNoRun, id)
	}
	if err != nil {
		return nil, fmt.Errorf("opening run %s: %w", id, err)
	}
	r := &Run{fleet: f}
	if err := json.Unmarshal(value.Value(), &r.record); err != nil {
		return nil, fmt.Errorf("opening run %s: its record is corrupt: %w", id, err)
	}
	err = retry(ctx, func(ctx context.Context) error {
		var err error
		if r.items, err = f.js.Stream(ctx, streamName(id)); err != nil {
			return err
		}
		r.consumer, err = r.items.Consumer(ctx, consumerName)
		return err
	})
	if err == nil {
		err = r.buckets(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("opening run %s: %w", id, err)
	}
	return r, nil
}

// Runs returns the ids of all runs, the oldest first.
func (f *Fleet) Runs(ctx context.Context) ([]string, error) {
	var ids []string
	err := retry(ctx, func(ctx context.Context) error {
		ids = nil
		lister, err := f.runs.ListKeys(ctx)
		if errors.Is(err, jetstream.ErrNoKeysFound) {
			return nil
		}
		if err != nil {
			return err
		}
		for key := range lister.Keys() {
			ids = append(ids, key)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("listing the runs: %w", err)
	}
	slices.Sort(ids)
	return ids, nil
}

// Remove deletes a run with its results.
func (f *Fleet) Remove(ctx context.Context, id string) error {
	steps := []func(context.Context) error{
		// The record first, so that workers ignore the run.
		func(ctx context.Context) error { return f.runs.Purge(ctx, id) },
		func(ctx context.Context) error { return f.js.DeleteStream(ctx, streamName(id)) },
	}
	for _, what := range []string{"results", "failed", "claims"} {
		steps = append(steps, func(ctx context.Context) error { return f.js.DeleteKeyValue(ctx, bucketName(id, what)) })
	}
	for _, step := range steps {
		err := retry(ctx, step)
		if err != nil && !errors.Is(err, jetstream.ErrStreamNotFound) && !errors.Is(err, jetstream.ErrBucketNotFound) {
			return fmt.Errorf("removing run %s: %w", id, err)
		}
	}
	return nil
}

// Submit adds repositories and returns how many of them are new in this run.
func (r *Run) Submit(ctx context.Context, targets ...Target) (added int, err error) {
	const window = 256
	type sent struct {
		ack jetstream.PubAckFuture
		it  item
	}
	var open []sent
	settle := func(s sent) error {
		select {
		case <-s.ack.Ok():
			added++
			return nil
		case err := <-s.ack.Err():
			if isDuplicate(err) {
				return nil
			}
			// Try again, with retries.
			fresh, err := r.publish(ctx, &s.it)
			if fresh {
				added++
			}
			return err
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	for _, t := range targets {
		it := item{Name: t.Name, URL: t.URL}
		data, err := json.Marshal(it)
		if err != nil {
			return added, fmt.Errorf("submitting %s: %w", t.Name, err)
		}
		ack, err := r.fleet.js.PublishAsync(subject(r.ID, it.id()), data)
		if err != nil {
			fresh, err := r.publish(ctx, &it)
			if err != nil {
				return added, err
			}
			if fresh {
				added++
			}
			continue
		}
		if open = append(open, sent{ack, it}); len(open) == window {
			for _, s := range open {
				if err := settle(s); err != nil {
					return added, err
				}
			}
			open = open[:0]
		}
	}
	for _, s := range open {
		if err := settle(s); err != nil {
			return added, err
		}
	}
	return added, nil
}

// publish submits one item, with retries, and reports whether it is new.
func (r *Run) publish(ctx context.Context, it *item) (fresh bool, err error) {
	data, err := json.Marshal(it)
	if err != nil {
		return false, fmt.Errorf("submitting %s: %w", it, err)
	}
	err = retry(ctx, func(ctx context.Context) error {
		_, err := r.fleet.js.Publish(ctx, subject(r.ID, it.id()), data)
		return err
	})
	switch {
	case err == nil:
		return true, nil
	case isDuplicate(err):
		return false, nil
	}
	return false, fmt.Errorf("submitting %s: %w", it, err)
}

// isDuplicate reports whether err says that the item's subject has a message.
func isDuplicate(err error) bool {
	return err != nil && strings.Contains(err.Error(), "maximum messages per subject exceeded")
}

// Close records that everything has been submitted: workers that drain the queue
// end when it is empty.
func (r *Run) Close(ctx context.Context) error { return r.setClosed(ctx, true) }

// Reopen allows more submissions.
func (r *Run) Reopen(ctx context.Context) error { return r.setClosed(ctx, false) }

func (r *Run) setClosed(ctx context.Context, closed bool) error {
	r.record.Closed = closed
	value, err := json.Marshal(r.record)
	if err == nil {
		err = r.fleet.put(ctx, r.fleet.runs, r.ID, value)
	}
	if err != nil {
		return fmt.Errorf("closing run %s: %w", r.ID, err)
	}
	return nil
}

// put stores a value, with retries.
func (f *Fleet) put(ctx context.Context, kv jetstream.KeyValue, key string, value []byte) error {
	return retry(ctx, func(ctx context.Context) error {
		_, err := kv.Put(ctx, key, value)
		return err
	})
}

// get reads a value, with retries.
func (f *Fleet) get(ctx context.Context, kv jetstream.KeyValue, key string) (jetstream.KeyValueEntry, error) {
	var e jetstream.KeyValueEntry
	err := retry(ctx, func(ctx context.Context) error {
		var err error
		e, err = kv.Get(ctx, key)
		return err
	})
	return e, err
}
