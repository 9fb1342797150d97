package changes

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"

	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/git"
	"github.com/momentolint/momentolint/internal/git/odb"
	"github.com/momentolint/momentolint/internal/git/refs"
	"github.com/momentolint/momentolint/internal/git/treediff"
)

// walk is one walk over commits or the index.
type walk struct {
	repo  *git.Repo
	visit Visitor
	done  atomic.Int64
	total int64

	commits, files, messages, bytes atomic.Int64
}

// walkCommits visits the changes of commits with all workers, and then those of
// other objects. Each worker takes a few commits in a row, because neighbours
// share most of their trees.
func walkCommits(ctx context.Context, r *git.Repo, commits []refs.Listed, others []refs.Resolved, visit Visitor) (Stats, error) {
	store, err := r.Store(ctx)
	if err != nil {
		return Stats{}, err
	}
	s := &walk{repo: r, visit: visit, total: int64(len(commits))}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	trees := make(map[git.OID]git.OID, len(commits))
	for _, c := range commits {
		trees[c.ID] = c.Tree
	}
	run := min(max(len(commits)/(r.Jobs()*8), 4), 64)
	var next atomic.Int64
	var workers sync.WaitGroup
	for worker := range min(r.Jobs(), len(commits)/run+1) {
		workers.Go(func() {
			rd := store.Reader()
			defer func() { _ = rd.Close() }()
			d := &treediff.Differ{Reader: rd, Trees: trees}
			for {
				from := int(next.Add(int64(run))) - run
				if from >= len(commits) {
					return
				}
				for i := from; i < min(from+run, len(commits)); i++ {
					if err := s.commit(ctx, d, worker, i, commits[i]); err != nil {
						cancel(err)
						return
					}
				}
			}
		})
	}
	workers.Wait()
	if ctx.Err() != nil {
		return s.stats(), context.Cause(ctx)
	}
	r.Progress(s.done.Load(), s.total, s.bytes.Load())
	rd := store.Reader()
	defer func() { _ = rd.Close() }()
	for i, e := range others {
		if err := s.pushed(ctx, &treediff.Differ{Reader: rd}, len(commits)+i, e); err != nil {
			return s.stats(), err
		}
	}
	return s.stats(), nil
}

func (s *walk) stats() Stats {
	return Stats{Commits: s.commits.Load(), Files: s.files.Load(), Messages: s.messages.Load(), Bytes: s.bytes.Load()}
}

// commit visits the changes of one commit.
func (s *walk) commit(ctx context.Context, d *treediff.Differ, worker, seq int, c refs.Listed) error {
	r := s.repo
	var parents []git.OID
	for _, p := range c.Parents {
		tree, err := d.TreeOf(ctx, p)
		if err != nil {
			return s.unread(ctx, c.ID.String(), err)
		}
		parents = append(parents, tree)
	}
	o, err := d.Reader.Read(ctx, c.ID)
	if err != nil {
		return s.unread(ctx, c.ID.String(), err)
	}
	info := git.Describe(r.Hash(), o)
	s.commits.Add(1)
	if err := s.message(worker, seq, info, o); err != nil {
		return err
	}
	err = d.Added(ctx, c.Tree, parents, func(f treediff.File) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		change := &Change{Commit: info, Seq: seq, Path: f.Path}
		change.before = func(ctx context.Context) iter.Seq2[*git.Object, error] {
			return earlier(ctx, d, f, c.Tree, parents)
		}
		return s.file(ctx, d, worker, f.ID, change)
	})
	if done := s.done.Add(1); worker == 0 {
		r.Progress(done, s.total, s.bytes.Load())
	}
	if err != nil && !isVisitError(err) {
		return s.unread(ctx, c.ID.String(), err)
	}
	return err
}

// visitError is an error that visit returned. It ends the walk, unlike an error
// of reading, which is reported.
type visitError struct{ err error }

func (e *visitError) Error() string { return e.err.Error() }
func (e *visitError) Unwrap() error { return e.err }

func isVisitError(err error) bool { return errors.As(err, new(*visitError)) }

// unread reports something unreadable.
func (s *walk) unread(ctx context.Context, path string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	s.repo.Skip(path, err.Error())
	return nil
}

func (s *walk) message(worker, seq int, info *finding.Commit, o *odb.Object) error {
	s.messages.Add(1)
	s.bytes.Add(o.Size)
	return wrapVisit(s.visit(worker, &Change{Commit: info, Seq: seq, Object: o}))
}

func wrapVisit(err error) error {
	if err != nil {
		return &visitError{err}
	}
	return nil
}

// file reads the new content of a change and visits it.
func (s *walk) file(ctx context.Context, d *treediff.Differ, worker int, id git.OID, c *Change) error {
	if id == s.repo.Hash().Sum(odb.Blob, nil) {
		// It need not exist: git add -N names it and does not write it.
		s.files.Add(1)
		return nil
	}
	o, err := d.Reader.Read(ctx, id)
	if err == nil && o.Type != odb.Blob {
		err = fmt.Errorf("object %s is a %s where a file should be", id, o.Type)
	}
	if err != nil {
		path := c.Path
		if c.Commit != nil {
			path = c.Commit.ID + ":" + path
		}
		return s.unread(ctx, path, err)
	}
	s.files.Add(1)
	s.bytes.Add(o.Size)
	c.Object = o
	return wrapVisit(s.visit(worker, c))
}

// earlier returns the versions of a file that its commit's parents have.
func earlier(ctx context.Context, d *treediff.Differ, f treediff.File, tree git.OID, parents []git.OID) iter.Seq2[*git.Object, error] {
	return d.Versions(ctx, f, func(i int) ([]treediff.RemovedFile, error) { return d.Removed(ctx, parents[i], tree) })
}

// pushed visits what a push sends besides commits: the message of a tag, and
// the files of a tag that does not name a commit.
func (s *walk) pushed(ctx context.Context, d *treediff.Differ, seq int, e refs.Resolved) error {
	id := e.ID
	for range git.MaxTreeDepth {
		o, err := d.Reader.Read(ctx, id)
		if err != nil {
			return s.unread(ctx, id.String(), err)
		}
		switch o.Type {
		case odb.Tag:
			if err := s.message(0, seq, git.Describe(s.repo.Hash(), o), o); err != nil {
				return err
			}
			t, err := odb.ParseTag(s.repo.Hash(), o.Data)
			if err != nil {
				return s.unread(ctx, id.String(), err)
			}
			id = t.Object
			continue
		case odb.Blob:
			return s.file(ctx, d, 0, id, &Change{Seq: seq})
		case odb.Tree:
			err := d.Added(ctx, id, nil, func(f treediff.File) error {
				return s.file(ctx, d, 0, f.ID, &Change{Seq: seq, Path: f.Path})
			})
			if err != nil && !isVisitError(err) {
				return s.unread(ctx, id.String(), err)
			}
			return err
		case odb.Commit:
		}
		return nil
	}
	return nil
}
