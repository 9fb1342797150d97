package git

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/momentolint/momentolint/internal/git/odb"
)

// Object is an object of the repository.
type Object = odb.Object

// The types of the objects that callers look at.
const (
	Blob   = odb.Blob
	Commit = odb.Commit
	Tree   = odb.Tree
	Tag    = odb.Tag
)

// MaxTreeDepth is how deep directories and chains of tags may be nested; git's
// core.maxTreeDepth is 2048.
const MaxTreeDepth = 4096

// IsMissing reports whether an error says that an object does not exist.
func IsMissing(err error) bool { return errors.As(err, new(*odb.NotFoundError)) }

// Store is the object store of a repository.
type Store struct {
	backend
	repo *Repo
}

// backend reads objects: package odb, or git itself where the store may have a
// format that odb does not know.
type backend interface {
	Walk(ctx context.Context, o odb.WalkOptions, visit func(worker int, o *odb.Object) error) (odb.WalkResult, error)
	Contains(id OID) bool
	Number() (Numbers, error)
	Problems() []odb.Problem
	newReader() reader
	Close() error
}

// Numbers maps the ids of all objects to numbers from 0 to Len-1.
type Numbers interface {
	Of(id []byte) (int, bool)
	Len() int
}

type reader interface {
	Read(ctx context.Context, id OID) (*odb.Object, error)
	Close() error
}

// odbStore is the backend that package odb implements.
type odbStore struct{ *odb.Store }

func (s odbStore) Number() (Numbers, error) { return s.Store.Number() }
func (s odbStore) newReader() reader        { return odbReader{s.Reader()} }

type odbReader struct{ *odb.Reader }

func (odbReader) Close() error { return nil }

// Store returns the object store. The first call opens it.
func (r *Repo) Store(ctx context.Context) (*Store, error) {
	r.storeOnce.Do(func() {
		var b backend
		if b, r.storeErr = r.openBackend(ctx); r.storeErr == nil {
			r.store = &Store{backend: b, repo: r}
		}
	})
	return r.store, r.storeErr
}

// Reader reads single objects. It belongs to one goroutine.
type Reader struct {
	repo *Repo
	from reader
}

// Reader returns a new reader, which the caller has to close.
func (s *Store) Reader() *Reader { return &Reader{s.repo, s.newReader()} }

// Close ends the git process that a reader may hold.
func (rd *Reader) Close() error { return rd.from.Close() }

// Hash is the function that names the repository's objects.
func (rd *Reader) Hash() odb.Hash { return rd.repo.hash }

// Read returns one object, verified. Its data stays valid.
func (rd *Reader) Read(ctx context.Context, id OID) (*odb.Object, error) {
	return rd.from.Read(ctx, id)
}

// Read returns one object, verified. Its data stays valid. The error says
// whether it is missing ([IsMissing]) or damaged.
func (r *Repo) Read(ctx context.Context, id OID) (*Object, error) {
	s, err := r.Store(ctx)
	if err != nil {
		return nil, err
	}
	rd := s.Reader()
	defer func() { _ = rd.Close() }()
	return rd.Read(ctx, id)
}

// Each reads objects, verified, and calls visit for each from Options.Jobs
// goroutines. Unreadable objects are reported through Options.Record. An error
// of visit ends the walk and is returned.
func (r *Repo) Each(ctx context.Context, ids []OID, visit func(worker int, o *Object) error) error {
	s, err := r.Store(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var workers sync.WaitGroup
	for worker := range min(r.o.Jobs, len(ids)) {
		workers.Go(func() {
			rd := s.Reader()
			defer func() { _ = rd.Close() }()
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(ids) {
					return
				}
				o, err := rd.Read(ctx, ids[i])
				switch {
				case ctx.Err() != nil:
					return
				case err != nil:
					r.Skip(ids[i].String(), err.Error())
					continue
				}
				if err := visit(worker, o); err != nil {
					cancel(err)
				}
			}
		})
	}
	workers.Wait()
	return context.Cause(ctx)
}
