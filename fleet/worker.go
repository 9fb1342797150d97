package fleet

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/momentolint/momentolint/internal/account"
	"github.com/momentolint/momentolint/internal/config"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/gitcmd"
	"github.com/momentolint/momentolint/internal/redact"
	"github.com/momentolint/momentolint/internal/verify"
	"github.com/momentolint/momentolint/scanner"
)

// WorkerOptions configures a Worker.
type WorkerOptions struct {
	// Name identifies the worker in results; "" means a random name.
	Name string
	// Dir is the directory for clones and for the caches of scanned objects.
	Dir string
	// Parallel is how many items are scanned at once; 0 means one for each core.
	Parallel int
	// Run is the id of the only run to work for; "" means all.
	Run string
	// Drain makes the worker end when everything submitted is done, rather than
	// wait for more.
	Drain bool
	// DiskQuota bounds the size of the clones in bytes; 0 means no limit.
	DiskQuota int64
	// ClonesPerHost bounds the simultaneous clones from one host, for the whole
	// fleet; 0 means DefaultClonesPerHost.
	ClonesPerHost int
	// Version is momentolint's version.
	Version string
	// Verify and Account are the settings of the live check. They decide where
	// credentials may be sent; the queue never does. Verify.Rate applies to all
	// workers together.
	Verify  verify.Options
	Account account.Settings
	// Log receives events, without secrets; nil means none.
	Log *slog.Logger

	// pause is how long a worker with a full disk takes no items.
	pause time.Duration
}

// DefaultVerifyTotal bounds the live check of one repository's credentials. It is
// long because the credentials of the whole fleet share one rate limit.
const DefaultVerifyTotal = 24 * time.Hour

// DefaultClonesPerHost is the number of simultaneous clones from one host.
const DefaultClonesPerHost = 8

// Worker scans the items of the queue.
type Worker struct {
	fleet  *Fleet
	o      WorkerOptions
	clones *clones
	own    *verify.Verifier

	// scanning holds a slot for each item that is being cloned or scanned, taken
	// one for each item that is not yet acknowledged: items that wait for the live
	// check do not occupy a slot for scanning.
	scanning, taken chan struct{}

	mu     sync.Mutex
	runs   map[string]*Run
	paused time.Time
}

// waitingFactor is the number of unacknowledged items for each slot for scanning.
const waitingFactor = 16

// NewWorker returns a worker. The error is about the options or a missing git.
func (f *Fleet) NewWorker(o WorkerOptions) (*Worker, error) {
	if o.Parallel <= 0 {
		o.Parallel = runtime.GOMAXPROCS(0)
	}
	if o.ClonesPerHost <= 0 {
		o.ClonesPerHost = DefaultClonesPerHost
	}
	if o.Verify.Rate <= 0 {
		o.Verify.Rate = verify.DefaultRate
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.pause <= 0 {
		o.pause = 30 * time.Second
	}
	if o.Name == "" {
		made, err := newOwner("")
		if err != nil {
			return nil, err
		}
		o.Name = made.Nonce[:8]
	}
	if _, err := gitcmd.New(gitcmd.Options{}); err != nil {
		return nil, err
	}
	o.Verify.Limiter = newLimiter(f, o.Verify.Rate)
	o.Verify.Total = cmp.Or(o.Verify.Total, DefaultVerifyTotal)
	own, err := verify.New(o.Verify)
	if err != nil {
		return nil, fmt.Errorf("preparing the live check: %w", err)
	}
	return &Worker{
		fleet: f, o: o, own: own, runs: map[string]*Run{},
		clones: &clones{
			fleet: f, worker: o.Name, dir: filepath.Join(o.Dir, "clones"), quota: o.DiskQuota, perHost: o.ClonesPerHost,
		},
		scanning: make(chan struct{}, o.Parallel), taken: make(chan struct{}, o.Parallel*waitingFactor),
	}, nil
}

// Work scans items until the context ends, or everything is done if Drain is set.
// Items in progress when the context ends are redelivered to other workers.
func (w *Worker) Work(ctx context.Context) error {
	var items sync.WaitGroup
	defer items.Wait()
	for {
		if err := w.waitForDisk(ctx); err != nil {
			return w.ended(ctx, err)
		}
		for _, c := range []chan struct{}{w.taken, w.scanning} {
			select {
			case c <- struct{}{}:
			case <-ctx.Done():
				return nil
			}
		}
		run, msg, err := w.next(ctx)
		if msg == nil {
			<-w.scanning
			<-w.taken
			if err != nil || run == nil {
				return w.ended(ctx, err)
			}
			continue
		}
		items.Go(func() {
			defer func() { <-w.taken }()
			w.handle(ctx, run, msg)
		})
	}
}

// ended returns err, or nil if the context was cancelled.
func (w *Worker) ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// waitForDisk waits while the disk is full.
func (w *Worker) waitForDisk(ctx context.Context) error {
	w.mu.Lock()
	pause := time.Until(w.paused)
	w.mu.Unlock()
	select {
	case <-time.After(max(0, pause)):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// idle is how long a worker waits for an item before it looks for new runs;
// drained, how long before it looks whether everything is done.
const (
	idle    = 500 * time.Millisecond
	drained = 100 * time.Millisecond
)

// next returns an item of the oldest run that has one. If there is no item, a run
// without a message means to try again, and no run means that all is done.
func (w *Worker) next(ctx context.Context) (*Run, jetstream.Msg, error) {
	runs, err := w.open(ctx)
	if err != nil {
		return nil, nil, err
	}
	done, span := w.o.Drain, idle
	if done {
		span = drained
	}
	var last *Run
	for i, run := range runs {
		last = run
		var batch jetstream.MessageBatch
		if i < len(runs)-1 {
			batch, err = run.consumer.FetchNoWait(1)
		} else {
			batch, err = run.consumer.Fetch(1, jetstream.FetchMaxWait(span))
		}
		if err == nil {
			for msg := range batch.Messages() {
				return run, msg, nil
			}
			err = batch.Error()
		}
		if ctx.Err() != nil {
			return nil, nil, nil
		}
		if err != nil && !errors.Is(err, jetstream.ErrNoMessages) {
			if !isTransient(err) && !errors.Is(err, jetstream.ErrConsumerNotFound) {
				return nil, nil, fmt.Errorf("taking an item: %w", err)
			}
			w.o.Log.Debug("waiting for the server", "error", errorText(err))
			// The error came at once. This waits for an unreachable server.
			gone, err := w.removed(ctx, run)
			if err != nil {
				return nil, nil, err
			}
			if gone {
				continue
			}
		}
		if done {
			finished, err := w.finished(ctx, run)
			if err != nil {
				return nil, nil, err
			}
			done = finished
		}
	}
	if done {
		return nil, nil, nil
	}
	if last == nil {
		select {
		case <-time.After(idle):
		case <-ctx.Done():
		}
		last = &Run{}
	}
	return last, nil, nil
}

// removed reports whether a run was removed. That is an error if the worker works
// only for this run and does not drain it.
func (w *Worker) removed(ctx context.Context, run *Run) (bool, error) {
	_, err := w.fleet.get(ctx, w.fleet.runs, run.ID)
	switch {
	case errors.Is(err, jetstream.ErrKeyNotFound) && w.o.Run != "" && !w.o.Drain:
		return true, fmt.Errorf("%w: %s was removed", errNoRun, run.ID)
	case errors.Is(err, jetstream.ErrKeyNotFound):
		delete(w.runs, run.ID)
		return true, nil
	case err != nil:
		return false, fmt.Errorf("reading the status of run %s: %w", run.ID, err)
	}
	select {
	case <-time.After(drained):
	case <-ctx.Done():
	}
	return false, nil
}

// open returns the runs to work for, the oldest first.
func (w *Worker) open(ctx context.Context) ([]*Run, error) {
	ids := []string{w.o.Run}
	if w.o.Run == "" {
		var err error
		if ids, err = w.fleet.Runs(ctx); err != nil {
			return nil, err
		}
	}
	var list []*Run
	for _, id := range ids {
		run := w.runs[id]
		if run == nil {
			var err error
			run, err = w.fleet.Run(ctx, id)
			if errors.Is(err, errNoRun) && w.o.Run == "" || errors.Is(err, jetstream.ErrStreamNotFound) {
				continue // it is being removed
			}
			if err != nil {
				return nil, err
			}
			w.runs[id] = run
			if err := run.check(); err != nil && w.o.Run != "" {
				return nil, err
			} else if err != nil {
				w.o.Log.Warn("not working for a run", "error", errorText(err))
			}
		}
		if run.check() == nil {
			list = append(list, run)
		}
	}
	return list, nil
}

// finished reports whether all items of a run are done, or the run is removed.
func (w *Worker) finished(ctx context.Context, run *Run) (bool, error) {
	fresh, err := w.fleet.get(ctx, w.fleet.runs, run.ID)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("reading the status of run %s: %w", run.ID, err)
	}
	var r record
	if err := json.Unmarshal(fresh.Value(), &r); err != nil {
		return false, fmt.Errorf("reading the status of run %s: %w", run.ID, err)
	}
	if !r.Closed {
		return false, nil
	}
	_, waiting, running, err := run.progress(ctx)
	return err == nil && waiting == 0 && running == 0, err
}

// task is one delivery of an item.
type task struct {
	run  *Run
	item item
	// deliveries is how often the item was delivered to a worker, tries how often
	// without being returned by a worker that was stopped.
	deliveries, tries int

	began time.Time
	// freed frees the slot for scanning.
	freed sync.Once
	w     *Worker
}

func (t *task) free() { t.freed.Do(func() { <-t.w.scanning }) }

// handle processes one delivery and acknowledges or returns it.
func (w *Worker) handle(ctx context.Context, run *Run, msg jetstream.Msg) {
	t := &task{run: run, began: time.Now(), w: w}
	defer t.free()
	meta, err := msg.Metadata()
	if err == nil {
		err = json.Unmarshal(msg.Data(), &t.item)
	}
	if err != nil {
		w.o.Log.Error("malformed work item", "subject", msg.Subject(), "error", errorText(err))
		_ = msg.TermWithReason("not an item")
		return
	}
	stop := w.heartbeat(msg, run.Settings.AckWait)
	defer stop()
	returned, err := 0, error(nil)
	if t.deliveries = int(meta.NumDelivered); t.deliveries > 1 {
		returned, err = w.returned(ctx, t)
	}
	t.tries = max(1, t.deliveries-returned)
	log := w.o.Log.With("repository", redact.Credentials(t.item.String()), "try", t.tries)
	done := false
	if err == nil {
		done, err = w.stored(ctx, t)
	}
	if err == nil && !done {
		err = w.do(ctx, t)
	}
	var f *fault
	isFault := errors.As(err, &f)
	switch {
	case ctx.Err() != nil:
		// This worker ends; another one will process the item.
		w.countReturn(ctx, t)
		_ = msg.Nak()
		return
	case err == nil:
	case isFault && f.full && t.tries <= run.Settings.Tries:
		log.Warn("the disk is full; pausing", "pause", w.o.pause.String())
		w.mu.Lock()
		w.paused = time.Now().Add(w.o.pause)
		w.mu.Unlock()
		_ = msg.NakWithDelay(time.Second)
		return
	case isFault && f.final, t.tries >= run.Settings.Tries:
		log.Warn("failed permanently", "error", errorText(err))
		if err = w.storeDeadLetter(ctx, t, errorText(err)); err != nil {
			_ = msg.NakWithDelay(backoff(t.tries))
			return
		}
	default:
		log.Info("failed", "error", errorText(err))
		_ = msg.NakWithDelay(backoff(t.tries))
		return
	}
	// Without the server's confirmation the item might be delivered again. Then
	// its result is found.
	if err := retry(ctx, func(ctx context.Context) error { return msg.DoubleAck(ctx) }); err != nil {
		log.Info("acknowledgement not confirmed", "error", errorText(err))
	}
	log.Debug("done", "seconds", time.Since(t.began).Seconds())
}

// errorText returns an error in one line for the log and for dead letters, redacted,
// since it may quote git, a file name or a server.
func errorText(err error) string {
	return redact.Credentials(strings.Join(strings.Fields(err.Error()), " "))
}

// returnedKey is the key of the number of times that an item was returned because
// a worker was stopped. JetStream counts these deliveries, too, but they are not
// crashes.
func returnedKey(t *task) string { return "returned." + t.item.id() }

// returned returns how often an item was returned.
func (w *Worker) returned(ctx context.Context, t *task) (int, error) {
	entry, err := w.fleet.get(ctx, t.run.claims, returnedKey(t))
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("reading how often an item was returned: %w", err)
	}
	n, err := strconv.Atoi(string(entry.Value()))
	return max(0, n), err
}

// countReturn counts the return of an item. If it fails, the try counts.
func (w *Worker) countReturn(ctx context.Context, t *task) {
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTimeout)
	defer cancel()
	if before, err := w.returned(limited, t); err == nil {
		_, _ = t.run.claims.Put(limited, returnedKey(t), []byte(strconv.Itoa(before+1)))
	}
}

// backoff returns the pause before the next try.
func backoff(tries int) time.Duration {
	return min(time.Second<<min(tries, 6), time.Minute)
}

// heartbeat keeps an item from being redelivered until stop is called.
func (w *Worker) heartbeat(msg jetstream.Msg, ackWait time.Duration) (stop func()) {
	done := make(chan struct{})
	go func() {
		tick := time.NewTicker(ackWait / 4)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				_ = msg.InProgress()
			}
		}
	}()
	return sync.OnceFunc(func() { close(done) })
}

// stored reports whether the item has a result or is a dead letter, because its
// acknowledgement was lost.
func (w *Worker) stored(ctx context.Context, t *task) (bool, error) {
	if t.deliveries == 1 {
		return false, nil
	}
	for _, kv := range []jetstream.KeyValue{t.run.results, t.run.failed} {
		_, err := w.fleet.get(ctx, kv, t.item.id())
		if err == nil {
			return true, nil
		}
		if !errors.Is(err, jetstream.ErrKeyNotFound) {
			return false, fmt.Errorf("looking for a result: %w", err)
		}
	}
	if t.tries > t.run.Settings.Tries {
		return false, &fault{final: true, reason: fmt.Sprintf(
			"%d workers crashed or were killed while scanning it", t.run.Settings.Tries)}
	}
	return false, nil
}

// do scans an item, or splits it, and stores its result.
func (w *Worker) do(ctx context.Context, t *task) (err error) {
	defer func() {
		if r := recover(); r != nil {
			// The value of a panic may contain scanned data; the stack does not.
			w.o.Log.Error("panic", "repository", redact.Credentials(t.item.String()), "stack", string(debug.Stack()))
			err = &fault{reason: "momentolint crashed while scanning this repository (the stack is in the worker's log)"}
		}
	}()
	target := t.item.target()
	dir, release, err := w.clones.get(ctx, t.run, target)
	if err != nil {
		return err
	}
	defer release()
	r := &result{Version: t.run.Version, Item: t.item, Tries: t.tries, Worker: w.o.Name}
	objects := int64(0)
	if t.item.Parts < 2 {
		if objects = estimateObjects(dir); objects > t.run.Settings.SplitObjects {
			return w.split(ctx, t, r, objects)
		}
	}
	v := &verifier{run: t.run, worker: w.o.Name, own: w.own, account: w.o.Account, offline: w.o.Verify.Offline || t.run.Settings.Offline, waiting: t.free}
	if v.offline && !w.o.Verify.Offline {
		o := w.o.Verify
		o.Offline = true
		if v.own, err = verify.New(o); err != nil {
			return fmt.Errorf("preparing the live check: %w", err)
		}
	}
	progress := &scanner.Progress{}
	full, err := w.scan(ctx, t, dir, objects, v, progress)
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	r.Commits, r.Blobs, r.Bytes = full.Summary.Commits, full.Summary.Blobs, full.Summary.Bytes
	r.Read = progress.Bytes.Load()
	r.Seconds = time.Since(t.began).Seconds()
	data, err := r.encode(full)
	if err != nil {
		return err
	}
	return w.store(ctx, t, data)
}

// smallRepository is the number of objects up to which a repository is scanned by
// one core: the other cores scan other repositories.
const smallRepository = 100_000

// depth returns the scanner's setting for a depth in Settings, where 0 means none.
func depth(n int) int {
	if n == 0 {
		return scanner.Off
	}
	return n
}

// scan scans the history of a repository, like "scan --history".
func (w *Worker) scan(ctx context.Context, t *task, dir string, objects int64, v *verifier, progress *scanner.Progress) (*finding.Report, error) {
	s := t.run.Settings
	c, err := config.Parse("the run's configuration", []byte(s.Config))
	if err != nil {
		return nil, &fault{reason: err.Error(), final: true}
	}
	c.Path = s.ConfigName
	o := scanner.Options{
		Version: w.o.Version, Config: c, Progress: progress, CacheDir: filepath.Join(w.o.Dir, "cache"), SetBy: s.SetBy, Live: scanner.Live{Options: w.o.Verify, Verifier: v},
		Limits: scanner.Limits{Jobs: 1, ArchiveDepth: depth(s.MaxArchiveDepth), DecodeDepth: depth(s.MaxDecodeDepth), FileSize: s.MaxFileSize},
	}
	if objects > smallRepository || w.o.Parallel == 1 || t.item.Parts > 1 {
		o.Limits.Jobs = 0
	}
	run, err := scanner.New(o)
	if err != nil {
		return nil, fmt.Errorf("preparing the scan: %w", err)
	}
	err = run.Scan(ctx, scanner.History{Dir: dir, Part: t.item.Part, Parts: t.item.Parts, Here: true})
	if err != nil {
		return nil, scanFault(err)
	}
	full := run.Report(ctx)
	// The path of the clone is not part of the report, which puts the
	// repository's name before it.
	clone := dir + string(filepath.Separator)
	for i := range full.Summary.Skipped {
		s := &full.Summary.Skipped[i]
		s.Path = strings.TrimPrefix(s.Path, clone)
	}
	for i := range full.Summary.Opaque {
		s := &full.Summary.Opaque[i]
		s.Path = strings.TrimPrefix(s.Path, clone)
	}
	return full, v.err
}

// scanFault returns the fault for a failed scan.
func scanFault(err error) error {
	if diskFull(err) {
		return &fault{reason: "the worker's disk is full", full: true}
	}
	if refused, ok := errors.AsType[*gitcmd.Error](err); ok {
		switch {
		case strings.Contains(refused.Stderr, "not a git repository"):
			return &fault{reason: "opening the repository: not a git repository, or its HEAD, objects or refs are missing", final: true}
		case strings.Contains(refused.Stderr, "dubious ownership"):
			return &fault{reason: "opening the repository: it belongs to another user and is not in git's safe.directory", final: true}
		}
	}
	return fmt.Errorf("scanning: %w", err)
}

// maxParts is the greatest number of ranges that a repository is split into. Objects
// are stored as differences from others, so each range unpacks many objects of the
// others: a quarter of the objects costs more than half of the work (docs/fleet.md).
const maxParts = 4

// split submits the ranges of a large repository's objects as items.
func (w *Worker) split(ctx context.Context, t *task, r *result, objects int64) error {
	r.Parts = int(min((objects+t.run.Settings.SplitObjects-1)/t.run.Settings.SplitObjects, maxParts))
	for part := range r.Parts {
		if _, err := t.run.publish(ctx, &item{Name: t.item.Name, URL: t.item.URL, Part: part, Parts: r.Parts}); err != nil {
			return err
		}
	}
	r.Seconds = time.Since(t.began).Seconds()
	data, err := r.encode(&finding.Report{})
	if err != nil {
		return err
	}
	return w.store(ctx, t, data)
}

// store stores a result. If it is larger than a message, it is stored in pieces, and
// last the number of pieces, under the key that readers look for.
func (w *Worker) store(ctx context.Context, t *task, data []byte) error {
	limit := int(w.fleet.nc.MaxPayload()) / 2
	id := t.item.id()
	if len(data) <= limit {
		return w.wrap(t, w.fleet.put(ctx, t.run.results, id, append([]byte{whole}, data...)))
	}
	pieces := 0
	for ; len(data) > 0; pieces++ {
		n := min(limit, len(data))
		if err := w.fleet.put(ctx, t.run.results, id+"."+strconv.Itoa(pieces), data[:n]); err != nil {
			return w.wrap(t, err)
		}
		data = data[n:]
	}
	return w.wrap(t, w.fleet.put(ctx, t.run.results, id, append([]byte{inPieces}, strconv.Itoa(pieces)...)))
}

// The first byte of a result: the result follows, or the number of its pieces.
const (
	whole    = 'r'
	inPieces = 'p'
)

func (w *Worker) wrap(t *task, err error) error {
	if err != nil {
		return fmt.Errorf("storing the result of %s: %w", &t.item, err)
	}
	return nil
}

// storeDeadLetter stores a dead letter.
func (w *Worker) storeDeadLetter(ctx context.Context, t *task, reason string) error {
	value, err := json.Marshal(deadLetter{t.item, reason, min(t.tries, t.run.Settings.Tries), w.o.Name})
	if err != nil {
		return fmt.Errorf("writing a dead letter: %w", err)
	}
	return w.wrap(t, w.fleet.put(ctx, t.run.failed, t.item.id(), value))
}
