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

	"github.com/momentolint/momentolint/internal/redact"
	"github.com/momentolint/momentolint/scanner"
)

// Settings are what a run's order says to all workers.
type Settings struct {
	// Offline: ask nobody whether credentials are live.
	Offline bool `json:"offline,omitempty"`
	// Config is the text of a configuration file, whose paths count from the
	// top of each repository; "" = none.
	Config string `json:"config,omitempty"`
	// ConfigName names that file in reports.
	ConfigName string `json:"config_name,omitempty"`
	// Strict makes the run fail if something is opaque.
	Strict bool `json:"strict,omitempty"`
	// MaxArchiveDepth, MaxDecodeDepth and MaxFileSize are those of scanner.Options.
	MaxArchiveDepth int   `json:"max_archive_depth"`
	MaxDecodeDepth  int   `json:"max_decode_depth"`
	MaxFileSize     int64 `json:"max_file_size,omitempty"`
	// Tries is how often an item is begun before it is a dead letter; 0 = 5.
	Tries int `json:"tries"`
	// AckWait is how long a worker may be silent before its items go to
	// others; 0 = 30 s. JetStream wants a second at least.
	AckWait time.Duration `json:"ack_wait"`
	// SplitObjects splits repositories with more objects than this into ranges,
	// four at the most; 0 = 2,000,000.
	SplitObjects int64 `json:"split_objects"`
}

// The defaults of Settings.
const (
	DefaultTries        = 5
	DefaultAckWait      = 30 * time.Second
	DefaultSplitObjects = 2_000_000
)

func (s Settings) withDefaults() Settings {
	if s.Tries <= 0 {
		s.Tries = DefaultTries
	}
	if s.AckWait <= 0 {
		s.AckWait = DefaultAckWait
	}
	if s.SplitObjects <= 0 {
		s.SplitObjects = DefaultSplitObjects
	}
	return s
}

// DefaultSettings are those of a scan.
func DefaultSettings() Settings {
	return Settings{MaxArchiveDepth: scanner.DefaultArchiveDepth, MaxDecodeDepth: scanner.DefaultDecodeDepth}.withDefaults()
}

// record is what the bucket of runs holds of one.
type record struct {
	ID       string    `json:"id"`
	Created  time.Time `json:"created"`
	Settings Settings  `json:"settings"`
	// Key is the key of the claims' HMAC. It is here for the workers, and ends
	// with the run.
	Key []byte `json:"key"`
	// Closed reports that everything has been submitted.
	Closed bool `json:"closed"`
	// Version is the version of rules and results; "" in runs of programs before
	// there was one.
	Version string `json:"version,omitempty"`
}

// Run is one order to scan a list of repositories.
type Run struct {
	record
	fleet    *Fleet
	items    jetstream.Stream
	consumer jetstream.Consumer
	results  jetstream.KeyValue
	failed   jetstream.KeyValue
	claims   jetstream.KeyValue
}

// Names of what a run consists of. Streams are named in capitals, as JetStream's
// own are.
func streamName(run string) string       { return "MOMENTOLINT-" + run }
func subject(run, id string) string      { return "momentolint." + run + ".item." + id }
func bucketName(run, what string) string { return "momentolint-" + run + "-" + what }

const consumerName = "workers"

// NewRun makes a run, open for submissions. A configuration with a credential
// in it is refused: the server's files would keep it.
func (f *Fleet) NewRun(ctx context.Context, s Settings) (*Run, error) {
	if redact.Credentials(s.Config) != s.Config {
		return nil, errors.New("making a run: the configuration contains a credential, which the queue would store; allow it by fingerprint instead")
	}
	random := make([]byte, 4+32)
	if _, err := rand.Read(random); err != nil {
		return nil, fmt.Errorf("making a run: %w", err)
	}
	now := time.Now().UTC()
	r := &Run{fleet: f, record: record{
		// Ids sort by time, those of a script's two runs in one second too.
		ID:      strings.Replace(now.Format("20060102-150405.000-"), ".", "-", 1) + hex.EncodeToString(random[:4]),
		Created: now, Settings: s.withDefaults(), Key: random[4:], Version: f.version,
	}}
	if err := r.create(ctx); err != nil {
		return nil, fmt.Errorf("making a run: %w", err)
	}
	value, err := json.Marshal(r.record)
	if err != nil {
		return nil, fmt.Errorf("making a run: %w", err)
	}
	// Last, so that workers find everything else there.
	if err := f.put(ctx, f.runs, r.ID, value); err != nil {
		return nil, fmt.Errorf("making a run: %w", err)
	}
	return r, nil
}

// create makes the run's stream, consumer and buckets.
func (r *Run) create(ctx context.Context) error {
	f := r.fleet
	err := retry(ctx, func(ctx context.Context) error {
		var err error
		r.items, err = f.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
			Name: streamName(r.ID), Description: "work items of momentolint fleet", Subjects: []string{subject(r.ID, "*")},
			// What is done stays, for the report; and a subject takes one
			// message for good, so that nothing is submitted twice.
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
			// The bound on tries is the worker's: one delivery beyond it is
			// needed to write the dead letter of an item that kills workers.
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

// ErrNoRun is returned where there is no such run.
var ErrNoRun = errors.New("there is no such run")

// ErrVersion is returned where a run was submitted by a program with other rules
// or another format of results.
var ErrVersion = errors.New("the run was submitted by another version of momentolint: update the program everywhere, or submit the run again")

// check returns ErrVersion unless the run is of this program's version: one
// report must not mix results of different rules.
func (r *Run) check() error {
	if own := r.fleet.version; r.Version != own {
		return fmt.Errorf("run %s: %w (rules %s there, %s here)", r.ID, ErrVersion, cmp.Or(r.Version, "1"), own)
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
			return nil, fmt.Errorf("%w: nothing was submitted yet", ErrNoRun)
		}
		id = all[len(all)-1]
	}
	value, err := f.get(ctx, f.runs, id)
	if errors.Is(err, jetstream.ErrKeyNotFound) || errors.Is(err, jetstream.ErrInvalidKey) {
		return nil, fmt.Errorf("%w: %s", ErrNoRun, id)
	}
	if err != nil {
		return nil, fmt.Errorf("opening run %s: %w", id, err)
	}
	r := &Run{fleet: f}
	if err := json.Unmarshal(value.Value(), &r.record); err != nil {
		return nil, fmt.Errorf("opening run %s: its record is damaged: %w", id, err)
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

// Runs lists the ids of all runs, the oldest first.
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

// Remove deletes a run with all that belongs to it.
func (f *Fleet) Remove(ctx context.Context, id string) error {
	steps := []func(context.Context) error{
		// The record first: workers no longer see the run.
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

// Submit adds repositories. The same one twice is one. It gives how many were new.
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
			// Once more, with patience.
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

// publish submits one item, however long it takes the server to come back.
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

// isDuplicate reports that the item's subject has its message already.
func isDuplicate(err error) bool {
	return err != nil && strings.Contains(err.Error(), "maximum messages per subject exceeded")
}

// Close says that everything has been submitted: workers that drain the queue
// end when it is done.
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

// put stores a value, however long it takes the server to come back.
func (f *Fleet) put(ctx context.Context, kv jetstream.KeyValue, key string, value []byte) error {
	return retry(ctx, func(ctx context.Context) error {
		_, err := kv.Put(ctx, key, value)
		return err
	})
}

// get reads a value likewise.
func (f *Fleet) get(ctx context.Context, kv jetstream.KeyValue, key string) (jetstream.KeyValueEntry, error) {
	var e jetstream.KeyValueEntry
	err := retry(ctx, func(ctx context.Context) error {
		var err error
		e, err = kv.Get(ctx, key)
		return err
	})
	return e, err
}
