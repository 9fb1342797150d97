package fleet

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// limiter spaces the calls of all workers evenly. A key holds the time of the
// next call. A worker reserves it by advancing the key, with compare-and-set, and
// waits for it. The reservation of a worker that dies is lost.
//
// Times are the server's, so the workers' clocks do not matter.
type limiter struct {
	fleet *Fleet
	every time.Duration

	mu       sync.Mutex
	offset   time.Duration // server's clock minus this computer's
	measured time.Time
}

const (
	rateKey = "rate.momento"
	// offsetLife is how long a measured offset is used.
	offsetLife = time.Minute
)

func newLimiter(f *Fleet, rate float64) *limiter {
	return &limiter{fleet: f, every: time.Duration(float64(time.Second) / rate)}
}

// Wait implements verify.Limiter.
func (l *limiter) Wait(ctx context.Context) error {
	turn, err := l.take(ctx)
	if err != nil {
		return fmt.Errorf("waiting for the rate limit: %w", err)
	}
	wait := time.Until(turn)
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < wait {
		return context.DeadlineExceeded
	}
	select {
	case <-time.After(wait):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// take reserves a call and returns its time by this computer's clock.
func (l *limiter) take(ctx context.Context) (time.Time, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.measure(ctx); err != nil {
		return time.Time{}, err
	}
	for {
		entry, err := l.fleet.get(ctx, l.fleet.limits, rateKey)
		now := time.Now().Add(l.offset)
		turn := now
		switch {
		case errors.Is(err, jetstream.ErrKeyNotFound):
		case err != nil:
			return time.Time{}, err
		default:
			if b := entry.Value(); len(b) == 8 {
				turn = time.Unix(0, int64(binary.BigEndian.Uint64(b)))
			}
		}
		if turn.Before(now) {
			turn = now
		}
		next := binary.BigEndian.AppendUint64(nil, uint64(turn.Add(l.every).UnixNano()))
		err = retry(ctx, func(ctx context.Context) error {
			var err error
			if entry == nil {
				_, err = l.fleet.limits.Create(ctx, rateKey, next)
			} else {
				_, err = l.fleet.limits.Update(ctx, rateKey, next, entry.Revision())
			}
			return err
		})
		switch {
		case err == nil:
			return turn.Add(-l.offset), nil
		case isConflict(err), errors.Is(err, jetstream.ErrKeyExists):
			// Another worker has reserved it.
		default:
			return time.Time{}, err
		}
	}
}

// measure sets the offset of the clocks.
func (l *limiter) measure(ctx context.Context) error {
	if !l.measured.IsZero() && time.Since(l.measured) < offsetLife {
		return nil
	}
	var before, after, theirs time.Time
	err := retry(ctx, func(ctx context.Context) error {
		before = time.Now()
		stream, err := l.fleet.js.Stream(ctx, "KV_"+limitsBucket)
		if err != nil {
			return err
		}
		after, theirs = time.Now(), stream.CachedInfo().TimeStamp
		return nil
	})
	if err != nil {
		return err
	}
	if theirs.IsZero() {
		theirs = after
	}
	l.offset = theirs.Sub(before.Add(after.Sub(before) / 2))
	l.measured = after
	return nil
}
