package git

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/momentolint/momentolint/internal/git/odb"
	"github.com/momentolint/momentolint/internal/gitcmd"
)

// catfileStore reads everything through "git cat-file".
type catfileStore struct {
	repo *Repo

	once sync.Once
	ids  []OID
	err  error
}

func (s *catfileStore) Problems() []odb.Problem { return nil }
func (s *catfileStore) Close() error            { return nil }

// list returns the ids of all objects, ascending.
func (s *catfileStore) list(ctx context.Context) ([]OID, error) {
	s.once.Do(func() {
		s.err = s.repo.git.Stream(ctx, nil, func(in *bufio.Reader) error {
			for {
				line, err := in.ReadString('\n')
				if err != nil {
					return endOfFile(err, line)
				}
				id, err := odb.ParseOID(strings.TrimSuffix(line, "\n"))
				if err != nil {
					return err
				}
				s.ids = append(s.ids, id)
			}
		}, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)", "--buffer")
		slices.SortFunc(s.ids, OID.Compare)
		s.ids = slices.Compact(s.ids)
	})
	return s.ids, s.err
}

// endOfFile accepts the end of the output unless it cuts off a line.
func endOfFile(err error, line string) error {
	if errors.Is(err, io.EOF) {
		if line == "" {
			return nil
		}
		return io.ErrUnexpectedEOF
	}
	return err
}

func (s *catfileStore) Contains(id OID) bool {
	ids, err := s.list(context.Background())
	if err != nil {
		return false
	}
	_, ok := slices.BinarySearchFunc(ids, id, OID.Compare)
	return ok
}

type sortedIDs []OID

func (n sortedIDs) Len() int { return len(n) }
func (n sortedIDs) Of(id []byte) (int, bool) {
	return slices.BinarySearchFunc(n, odb.OIDFromBytes(id), OID.Compare)
}

func (s *catfileStore) Number() (Numbers, error) {
	ids, err := s.list(context.Background())
	return sortedIDs(ids), err
}

// maxFailures is how often git is restarted after an object that it cannot
// read.
const maxFailures = 100

// Walk reads the wanted objects in one stream and hands them to the workers.
func (s *catfileStore) Walk(ctx context.Context, o odb.WalkOptions, visit func(worker int, o *odb.Object) error) (odb.WalkResult, error) {
	if o.Types == 0 {
		o.Types = odb.All
	}
	ids, err := s.list(ctx)
	if err != nil {
		return odb.WalkResult{}, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	w := &catfileWalk{
		store: s, o: o, visit: visit, cancel: cancel,
		work:   make(chan *odb.Object, 64),
		checks: checker{store: s, o: o, missing: map[OID]odb.Missing{}},
	}
	for _, id := range ids {
		if o.Skip == nil || !o.Skip(id) {
			w.want = append(w.want, id)
		}
	}
	for worker := range max(o.Jobs, 1) {
		w.workers.Go(func() { w.run(ctx, worker) })
	}
	w.read(ctx)
	close(w.work)
	w.workers.Wait()
	w.progress()
	if ctx.Err() != nil {
		return w.result(), context.Cause(ctx)
	}
	return w.result(), nil
}

// catfileWalk is one call of Walk.
type catfileWalk struct {
	store  *catfileStore
	o      odb.WalkOptions
	visit  func(worker int, o *odb.Object) error
	cancel context.CancelCauseFunc

	want    []OID
	done    int
	damaged []*odb.DamageError
	work    chan *odb.Object
	workers sync.WaitGroup
	checks  checker
	size    atomic.Int64
}

// run is a worker: it checks and visits objects.
func (w *catfileWalk) run(ctx context.Context, worker int) {
	for obj := range w.work {
		if ctx.Err() != nil {
			continue
		}
		if w.o.Check {
			w.checks.check(obj) //nolint:contextcheck // a lookup in an index, which does not block
		}
		w.size.Add(obj.Size)
		if w.o.Types.Has(obj.Type) {
			if err := w.visit(worker, obj); err != nil {
				w.cancel(err)
			}
		}
	}
}

// read reads the objects and passes them to the workers. Git stops at an object
// that it cannot read, and is started again for the objects after that.
func (w *catfileWalk) read(ctx context.Context) {
	for rest := w.want; len(rest) > 0 && ctx.Err() == nil; {
		n, err := w.store.repo.batch(ctx, rest, w.dispatch)
		rest = rest[n:]
		if err == nil || len(rest) == 0 || ctx.Err() != nil {
			continue
		}
		w.damaged = append(w.damaged, &odb.DamageError{ID: rest[0], Err: err})
		rest = rest[1:]
		// What keeps git waiting once may do so for every object.
		if len(w.damaged) < maxFailures && !errors.Is(err, gitcmd.ErrTimeout) {
			continue
		}
		for _, id := range rest {
			w.damaged = append(w.damaged, &odb.DamageError{ID: id, Err: errors.New("not read after too many failures")})
		}
		return
	}
}

func (w *catfileWalk) dispatch(obj *odb.Object) error {
	if w.done++; w.done%256 == 0 {
		w.progress()
	}
	if w.o.Types.Has(obj.Type) || w.o.Check && obj.Type != odb.Blob {
		w.work <- obj
	}
	return nil
}

func (w *catfileWalk) progress() {
	if w.o.Progress != nil {
		w.o.Progress(int64(w.done), int64(len(w.want)), w.size.Load())
	}
}

func (w *catfileWalk) result() odb.WalkResult {
	result := odb.WalkResult{Total: int64(w.done), Bytes: w.size.Load(), Damaged: w.damaged}
	for _, m := range w.checks.missing {
		result.Missing = append(result.Missing, m)
	}
	slices.SortFunc(result.Missing, func(a, b odb.Missing) int { return a.ID.Compare(b.ID) })
	return result
}

// checker finds the missing objects that others name.
type checker struct {
	store   *catfileStore
	o       odb.WalkOptions
	mu      sync.Mutex
	missing map[OID]odb.Missing
}

func (c *checker) check(o *odb.Object) {
	for _, id := range references(c.store.repo.hash, o) {
		if c.store.Contains(id) || id == c.store.repo.hash.EmptyTree() || c.o.Expected != nil && c.o.Expected(id) {
			continue
		}
		c.mu.Lock()
		c.missing[id] = odb.Missing{ID: id, By: o.ID, ByType: o.Type}
		c.mu.Unlock()
	}
}

// references returns the ids that an object names.
func references(h odb.Hash, o *odb.Object) (ids []OID) {
	switch o.Type {
	case odb.Tree:
		r := odb.ReadTree(h, o.Data)
		var e odb.TreeEntry
		for r.Next(&e) {
			if !e.IsGitlink() {
				ids = append(ids, odb.OIDFromBytes(e.ID))
			}
		}
	case odb.Commit:
		var c odb.CommitInfo
		if odb.ParseCommit(h, o.Data, &c) == nil {
			ids = append(append(ids, c.Tree), c.Parents...)
		}
	case odb.Tag:
		if t, err := odb.ParseTag(h, o.Data); err == nil {
			ids = append(ids, t.Object)
		}
	case odb.Blob:
	}
	return ids
}

// batch reads objects through git, in the given order, and returns how many it
// read before an error. Each object has its own memory.
func (r *Repo) batch(ctx context.Context, ids []OID, fn func(*odb.Object) error) (n int, err error) {
	var list bytes.Buffer
	for _, id := range ids {
		list.WriteString(id.String())
		list.WriteByte('\n')
	}
	limit := r.unpackLimit()
	err = r.git.NoReplace().Stream(ctx, &list, func(in *bufio.Reader) error {
		for n < len(ids) {
			o, err := readBatch(in, r.hash, ids[n], limit)
			if err != nil {
				return err
			}
			if err := fn(o); err != nil {
				return err
			}
			n++
		}
		return nil
	}, "cat-file", "--batch", "--buffer")
	return n, err
}

// unpackLimit is the size of the largest object that is read into memory.
func (r *Repo) unpackLimit() int64 {
	if r.o.Limits.Unpacked > 0 {
		return r.o.Limits.Unpacked
	}
	return 256 << 20
}

// readBatch reads one object of the output of "git cat-file --batch".
func readBatch(in *bufio.Reader, h odb.Hash, id OID, limit int64) (*odb.Object, error) {
	line, err := in.ReadString('\n')
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	fields := strings.Fields(line)
	if len(fields) == 2 && fields[1] == "missing" {
		return nil, &odb.NotFoundError{ID: id}
	}
	if len(fields) != 3 || fields[0] != id.String() {
		return nil, fmt.Errorf("git cat-file: unexpected output for %s", id)
	}
	size, err := strconv.ParseInt(fields[2], 10, 64)
	if err != nil || size < 0 {
		return nil, fmt.Errorf("git cat-file: unexpected size for %s", id)
	}
	if size > limit {
		return nil, fmt.Errorf("object %s of %d bytes is too large", id, size)
	}
	data := make([]byte, size+1)
	if _, err := io.ReadFull(in, data); err != nil {
		return nil, io.ErrUnexpectedEOF
	}
	t, err := odb.ParseType(fields[1])
	if err != nil {
		return nil, err
	}
	return odb.NewObject(h, id, t, data[:size:size]), nil
}

// catfileReader reads single objects through a long-running git process.
type catfileReader struct {
	repo    *Repo
	process *gitcmd.Process
}

func (s *catfileStore) newReader() reader { return &catfileReader{repo: s.repo} }

func (g *catfileReader) Close() error {
	if g.process == nil {
		return nil
	}
	err := g.process.Close()
	g.process = nil
	return err
}

func (g *catfileReader) Read(ctx context.Context, id OID) (o *odb.Object, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if g.process == nil {
		// The process may outlive this call, not the reader.
		if g.process, err = g.repo.git.NoReplace().Start(ctx, "cat-file", "--batch"); err != nil {
			return nil, err
		}
	}
	err = g.process.Ask(ctx, id.String(), func(out *bufio.Reader) (err error) {
		o, err = readBatch(out, g.repo.hash, id, g.repo.unpackLimit())
		return err
	})
	if err == nil {
		return o, o.Verify()
	}
	if !IsMissing(err) {
		// The position in the output is lost, or git gave up.
		_ = g.Close()
		if ctx.Err() == nil {
			err = &odb.DamageError{ID: id, Err: err}
		}
	}
	return nil, err
}
