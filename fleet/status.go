package fleet

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Status is the progress of a run.
type Status struct {
	// Run is its id.
	Run string `json:"run"`
	// Total is the number of items submitted, the parts of large repositories
	// included. Each is Done, Failed, Running or Waiting.
	Total   int64 `json:"total"`
	Done    int64 `json:"done"`
	Failed  int64 `json:"failed"`
	Running int64 `json:"running"`
	Waiting int64 `json:"waiting"`
	// Closed reports whether everything has been submitted.
	Closed bool `json:"closed"`
	// Seconds is how long the run has taken.
	Seconds float64 `json:"seconds"`
	// PerSecond is the number of items finished per second: on average, or after
	// Since, in that time.
	PerSecond float64 `json:"per_second"`
	// Left is how many seconds the rest takes at that rate; -1 means unknown.
	Left float64 `json:"seconds_left"`
}

// Finished reports whether nothing is left to do.
func (s *Status) Finished() bool { return s.Closed && s.Waiting == 0 && s.Running == 0 }

// Status returns the progress of the run.
func (r *Run) Status(ctx context.Context) (*Status, error) {
	fresh, err := r.fleet.Run(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	r.record = fresh.record
	total, waiting, running, err := r.progress(ctx)
	if err != nil {
		return nil, err
	}
	failed, last, err := r.count(ctx, r.failed)
	if err != nil {
		return nil, err
	}
	_, lastResult, err := r.count(ctx, r.results)
	if err != nil {
		return nil, err
	}
	s := &Status{
		Run: r.ID, Total: total, Failed: failed, Running: running, Waiting: waiting, Closed: r.Closed, Left: -1,
	}
	s.Done = max(0, s.Total-s.Running-s.Waiting-s.Failed)
	if lastResult.After(last) {
		last = lastResult
	}
	if s.Finished() && !last.IsZero() {
		s.Seconds = last.Sub(r.Created).Seconds()
	} else {
		s.Seconds = time.Since(r.Created).Seconds()
	}
	if s.Seconds = max(s.Seconds, 0); s.Seconds > 0 {
		s.rate(float64(s.Done+s.Failed) / s.Seconds)
	}
	return s, nil
}

// progress returns the number of all items, of those that no worker has received
// yet, and of those in progress. The consumer's own count of pending items lags
// behind submissions: an item that it does not count yet would pass for done. Items
// are never deleted, so sequence numbers count them.
func (r *Run) progress(ctx context.Context) (total, waiting, running int64, err error) {
	var consumer *jetstream.ConsumerInfo
	var items *jetstream.StreamInfo
	err = retry(ctx, func(ctx context.Context) error {
		var err error
		// In this order, so that items submitted in between count as waiting.
		if consumer, err = r.consumer.Info(ctx); err == nil {
			items, err = r.items.Info(ctx)
		}
		return err
	})
	if err != nil {
		return 0, 0, 0, fmt.Errorf("reading the status of run %s: %w", r.ID, err)
	}
	waiting = max(0, int64(items.State.LastSeq)-int64(consumer.Delivered.Stream))
	return int64(items.State.Msgs), waiting, int64(consumer.NumAckPending), nil
}

// rate sets the rate and the time left.
func (s *Status) rate(perSecond float64) {
	s.PerSecond, s.Left = perSecond, -1
	if left := s.Waiting + s.Running; left == 0 {
		s.Left = 0
	} else if perSecond > 0 {
		s.Left = float64(left) / perSecond
	}
}

// Since sets the rate to that of the time since an earlier status.
func (s *Status) Since(earlier *Status) {
	if span := s.Seconds - earlier.Seconds; span > 0 && !s.Finished() {
		s.rate(float64(s.Done+s.Failed-earlier.Done-earlier.Failed) / span)
	}
}

// count returns the number of keys of a bucket, and when the last one was stored.
func (r *Run) count(ctx context.Context, kv jetstream.KeyValue) (n int64, last time.Time, err error) {
	err = retry(ctx, func(ctx context.Context) error {
		stream, err := r.fleet.js.Stream(ctx, "KV_"+kv.Bucket())
		if err != nil {
			return err
		}
		state := stream.CachedInfo().State
		n, last = int64(state.Msgs), state.LastTime
		return nil
	})
	if err != nil {
		return 0, last, fmt.Errorf("reading the status of run %s: %w", r.ID, err)
	}
	return n, last, nil
}

// String returns the status in one line.
func (s *Status) String() string {
	line := fmt.Sprintf("%d of %d done, %d running, %d waiting, %d failed, %.1f/s", s.Done, s.Total, s.Running, s.Waiting, s.Failed, s.PerSecond)
	switch {
	case s.Finished():
		return line + ", finished in " + seconds(s.Seconds)
	case !s.Closed:
		line += ", still being submitted"
	case s.Left < 0:
		line += ", time left unknown"
	default:
		line += ", " + seconds(s.Left) + " left"
	}
	return line
}

func seconds(s float64) string {
	return time.Duration(s * float64(time.Second)).Round(time.Second).String()
}
