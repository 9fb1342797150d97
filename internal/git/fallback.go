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

// gitStore reads everything through "git cat-file".
type gitStore struct {
	repo *Repo

	once sync.Once
	ids  []OID
	err  error
}

func (s *gitStore) Problems() []odb.Problem { return nil }
func (s *gitStore) Close() error            { return nil }

// list gives the ids of all objects, ascending.
func (s *gitStore) list(ctx context.Context) ([]OID, error) {
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

// endOfFile makes the end of the output no error if no line was begun.
func endOfFile(err error, line string) error {
	if errors.Is(err, io.EOF) {
		if line == "" {
			return nil
		}
		return io.ErrUnexpectedEOF
	}
	return err
}

func (s *gitStore) Contains(id OID) bool {
	ids, err := s.list(context.Background())
	if err != nil {
		return false
	}
	_, ok := slices.BinarySearchFunc(ids, id, OID.Compare)
	return ok
}

type listNumbers []OID

func (n listNumbers) Len() int { return len(n) }
func (n listNumbers) Of(id []byte) (int, bool) {
	return slices.BinarySearchFunc(n, odb.OIDFromBytes(id), OID.Compare)
}

func (s *gitStore) Number() (numbers, error) {
	ids, err := s.list(context.Background())
	return listNumbers(ids), err
}

// Walk reads the wanted objects in one go, and hands them to the workers.
func (s *gitStore) Walk(ctx context.Context, o odb.WalkOptions, visit func(worker int, o *odb.Object) error) (odb.WalkResult, error) {
	var result odb.WalkResult
	if o.Types == 0 {
		o.Types = odb.All
	}
	ids, err := s.list(ctx)
	if err != nil {
		return result, err
	}
	var want []OID
	for _, id := range ids {
		if o.Skip == nil || !o.Skip(id) {
			want = append(want, id)
		}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	work := make(chan *odb.Object, 64)
	checks := checker{store: s, o: o, missing: map[OID]odb.Missing{}}
	var size atomic.Int64
	var workers sync.WaitGroup
	for worker := range max(o.Jobs, 1) {
		workers.Go(func() {
			for obj := range work {
				if ctx.Err() != nil {
					continue
				}
				if o.Check {
					checks.check(obj) //nolint:contextcheck // a look at an index, which does not wait
				}
				size.Add(obj.Size)
				if o.Types.Has(obj.Type) {
					if err := visit(worker, obj); err != nil {
						cancel(err)
					}
				}
			}
		})
	}
	done := 0
	for rest := want; len(rest) > 0 && ctx.Err() == nil; {
		n, err := s.repo.batch(ctx, rest, func(obj *odb.Object) error {
			if done++; o.Progress != nil && done%256 == 0 {
				o.Progress(int64(done), int64(len(want)), size.Load())
			}
			if o.Types.Has(obj.Type) || o.Check && obj.Type != odb.Blob {
				work <- obj
			}
			return nil
		})
		rest = rest[n:]
		if err != nil && len(rest) > 0 && ctx.Err() == nil {
			// git gives up at an object it cannot read. Go on behind it.
			result.Damaged = append(result.Damaged, &odb.DamageError{ID: rest[0], Err: err})
			rest = rest[1:]
			if len(result.Damaged) >= maxFailures {
				for _, id := range rest {
					result.Damaged = append(result.Damaged, &odb.DamageError{ID: id, Err: errors.New("not read after too many failures")})
				}
				rest = nil
			}
		}
	}
	close(work)
	workers.Wait()
	result.Total, result.Bytes = int64(done), size.Load()
	if o.Progress != nil {
		o.Progress(int64(done), int64(len(want)), size.Load())
	}
	for _, m := range checks.missing {
		result.Missing = append(result.Missing, m)
	}
	slices.SortFunc(result.Missing, func(a, b odb.Missing) int { return a.ID.Compare(b.ID) })
	if ctx.Err() != nil {
		return result, context.Cause(ctx)
	}
	return result, nil
}

// maxFailures is how often git is started anew behind an object that it
// cannot read.
const maxFailures = 100

// checker looks whether what objects name exists.
type checker struct {
	store   *gitStore
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

// references gives the ids that an object names.
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

// batch has git read objects, in the given order, and tells how many it read
// before it failed, if it did. Each object has its own memory.
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

// unpackLimit is the size of the largest object taken from git into memory.
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

// readByGit has git read one object, with replaced objects left as they are.
func (r *Repo) readByGit(ctx context.Context, id OID) (*odb.Object, error) {
	var got *odb.Object
	if _, err := r.batch(ctx, []OID{id}, func(o *odb.Object) error {
		got = o
		return nil
	}); err != nil {
		return nil, err
	}
	return got, got.Verify()
}

// gitReader reads single objects through a git process that it keeps.
type gitReader struct {
	repo    *Repo
	process *gitcmd.Process
}

func (s *gitStore) Reader() reader { return &gitReader{repo: s.repo} }

func (g *gitReader) Close() error {
	if g.process == nil {
		return nil
	}
	err := g.process.Close()
	g.process = nil
	return err
}

func (g *gitReader) Read(ctx context.Context, id OID) (o *odb.Object, err error) {
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
		// The output's place is lost, or git gave up.
		_ = g.Close()
		if ctx.Err() == nil {
			err = &odb.DamageError{ID: id, Err: err}
		}
	}
	return nil, err
}
