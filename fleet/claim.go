package fleet

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/finding"
)

// claimLife is how long a claim on a credential lasts without renewal. A worker
// that is disconnected for less keeps its claims.
const claimLife = 30 * time.Second

// lease is a key that a worker holds in a bucket until it releases it or stops
// renewing it; then JetStream removes it, by the server's clock.
type lease struct {
	fleet    *Fleet
	kv       jetstream.KeyValue
	key      string
	value    []byte
	revision uint64
	// life is how long it lasts without renewal.
	life time.Duration

	mu   sync.Mutex
	lost bool
	done chan struct{}
	once sync.Once
}

// owner is the value of a lease: the worker that holds it and, for a settled
// claim, the verdict. The nonce identifies the worker's own claim, even if the
// server's acknowledgement was lost.
type owner struct {
	Worker  string           `json:"worker"`
	Nonce   string           `json:"nonce"`
	Verdict *finding.Verdict `json:"verdict,omitempty"`
}

func newOwner(worker string) (owner, error) {
	nonce := make([]byte, 12)
	if _, err := rand.Read(nonce); err != nil {
		return owner{}, fmt.Errorf("making a claim: %w", err)
	}
	return owner{Worker: worker, Nonce: hex.EncodeToString(nonce)}, nil
}

// acquire creates a key and returns the lease on it. If the key exists, it
// returns the owner that the holder stored. A lease that is not renewed expires
// after life, which JetStream counts in whole seconds.
func (f *Fleet) acquire(ctx context.Context, kv jetstream.KeyValue, key, worker string, life time.Duration) (*lease, *owner, error) {
	mine, err := newOwner(worker)
	if err != nil {
		return nil, nil, err
	}
	value, err := json.Marshal(mine)
	if err != nil {
		return nil, nil, fmt.Errorf("making a claim: %w", err)
	}
	for {
		var revision uint64
		err := retry(ctx, func(ctx context.Context) error {
			var err error
			revision, err = kv.Create(ctx, key, value, jetstream.KeyTTL(life))
			return err
		})
		if err != nil && !errors.Is(err, jetstream.ErrKeyExists) {
			return nil, nil, fmt.Errorf("claiming: %w", err)
		}
		var theirs *owner
		if err != nil {
			entry, getErr := f.get(ctx, kv, key)
			if errors.Is(getErr, jetstream.ErrKeyNotFound) {
				continue // it has expired in the meantime
			}
			if getErr != nil {
				return nil, nil, fmt.Errorf("claiming: %w", getErr)
			}
			theirs = &owner{}
			if err := json.Unmarshal(entry.Value(), theirs); err != nil {
				return nil, nil, fmt.Errorf("reading a claim: %w", err)
			}
			revision = entry.Revision()
		}
		if theirs != nil && theirs.Nonce != mine.Nonce {
			return nil, theirs, nil
		}
		l := &lease{fleet: f, kv: kv, key: key, value: value, revision: revision, life: life, done: make(chan struct{})}
		go l.renew(ctx)
		return l, nil, nil
	}
}

// renew renews the lease until it is stopped or lost.
func (l *lease) renew(ctx context.Context) {
	tick := time.NewTicker(l.life / 3)
	defer tick.Stop()
	for {
		select {
		case <-l.done:
			return
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		l.mu.Lock()
		select {
		case <-l.done:
		default:
			if err := l.update(ctx, l.value, l.life); isConflict(err) {
				l.lost = true
			}
		}
		lost := l.lost
		l.mu.Unlock()
		if lost {
			return
		}
	}
}

// update stores a value if the lease is still this worker's. The value expires
// after life; 0 means never.
func (l *lease) update(ctx context.Context, value []byte, life time.Duration) error {
	opts := []jetstream.PublishOpt{jetstream.WithExpectLastSequencePerSubject(l.revision)}
	if life > 0 {
		opts = append(opts, jetstream.WithMsgTTL(life))
	}
	limited, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	ack, err := l.fleet.js.Publish(limited, "$KV."+l.kv.Bucket()+"."+l.key, value, opts...)
	if err != nil {
		return err
	}
	l.revision = ack.Sequence
	return nil
}

// isConflict reports whether another process has changed a key.
func isConflict(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && (api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence || api.ErrorCode == 10164)
}

// settle stores the final value. It returns false if the lease was lost.
func (l *lease) settle(ctx context.Context, value []byte) (bool, error) {
	l.stop()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lost {
		return false, nil
	}
	err := retry(ctx, func(ctx context.Context) error {
		err := l.update(ctx, value, 0)
		if !isConflict(err) {
			return err
		}
		// It may be this very value, whose acknowledgement was lost, or a renewal.
		entry, getErr := l.kv.Get(ctx, l.key)
		if getErr != nil {
			return getErr
		}
		var now, mine owner
		if json.Unmarshal(entry.Value(), &now) != nil || json.Unmarshal(value, &mine) != nil || now.Nonce != mine.Nonce {
			return err
		}
		if now.Verdict != nil {
			return nil
		}
		l.revision = entry.Revision()
		return l.update(ctx, value, 0)
	})
	if isConflict(err) || errors.Is(err, jetstream.ErrKeyNotFound) {
		return false, nil
	}
	return err == nil, err
}

func (l *lease) stop() { l.once.Do(func() { close(l.done) }) }

// release deletes the key, so that other workers can acquire it.
func (l *lease) release(ctx context.Context) {
	l.stop()
	l.mu.Lock()
	defer l.mu.Unlock()
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTimeout)
	defer cancel()
	// If it fails, the lease expires.
	_ = l.kv.Delete(limited, l.key, jetstream.LastRevision(l.revision))
}

// claimKey returns the key of the claim on a credential.
func (r *Run) claimKey(c credential.Credential) string {
	mac := hmac.New(sha256.New, r.Key)
	_, _ = mac.Write([]byte(c.Reveal()))
	return hex.EncodeToString(mac.Sum(nil))
}
