package scanner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/detect"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/git"
	"github.com/momentolint/momentolint/internal/git/changes"
)

// Range is a source: what a range of commits added. A range whose ends are the
// same commit adds a note to the report and is no error; every other range that
// cannot be scanned whole is an error.
type Range struct {
	// Dir is a directory of the repository.
	Dir string
	// Spec is A..B, A...B, or what else [changes.Range] takes.
	Spec string
}

func (s Range) scan(ctx context.Context, r *Run) error {
	return r.changes(ctx, s.Dir, func(repo *git.Repo, visit changes.Visitor) (changes.Stats, error) {
		return changes.Range(ctx, repo, s.Spec, visit)
	})
}

// Commits is a source like Range, for commits that are named one by one, as a
// push does.
type Commits struct {
	// Dir is a directory of the repository.
	Dir string
	// Commits are the ends of what is scanned.
	changes.Commits
}

func (s Commits) scan(ctx context.Context, r *Run) error {
	return r.changes(ctx, s.Dir, func(repo *git.Repo, visit changes.Visitor) (changes.Stats, error) {
		return changes.Of(ctx, repo, s.Commits, visit)
	})
}

// changes scans what commits added.
func (r *Run) changes(ctx context.Context, dir string, walk func(*git.Repo, changes.Visitor) (changes.Stats, error)) error {
	repo, from, err := r.openRepo(ctx, dir, false)
	if err != nil {
		return err
	}
	defer func() { _ = repo.Close() }()
	r.progress.phase("reading commits")
	c := changeScan{run: r, from: from}
	stats, err := walk(repo, c.visitor(ctx))
	c.keep()
	r.mu.Lock()
	r.summary.Commits += stats.Commits
	r.summary.Blobs += stats.Files
	r.summary.Bytes += stats.Bytes
	r.mu.Unlock()
	var wrong *changes.RangeError
	if errors.As(err, &wrong) && wrong.Same {
		r.Note(fmt.Sprintf("nothing was scanned: %s", wrong.Detail))
		return nil
	}
	return err
}

// changeScan gathers what changes add.
type changeScan struct {
	run  *Run
	from *origin

	mu   sync.Mutex
	hits []changeHit
}

// changeHit is a match that the file's earlier versions do not have.
type changeHit struct {
	finding finding.Finding
	match   detect.Match
	object  git.OID
	seq     int
}

func (c *changeScan) visitor(ctx context.Context) changes.Visitor {
	return func(worker int, change *changes.Change) error {
		hits, err := c.run.change(ctx, worker, c.from, change)
		c.mu.Lock()
		defer c.mu.Unlock()
		c.hits = append(c.hits, hits...)
		return err
	}
}

// keep hands what was found to the run: of what several commits bring in with
// the same content, the first.
func (c *changeScan) keep() {
	slices.SortStableFunc(c.hits, func(a, b changeHit) int { return cmp.Compare(a.seq, b.seq) })
	type place struct {
		object            git.OID
		file, rule, print string
		line, column      int
	}
	seen := map[place]bool{}
	for i := range c.hits {
		h := &c.hits[i]
		l := &h.finding.Location
		p := place{h.object, l.File, h.finding.Rule, h.finding.Fingerprint, l.StartLine, l.StartColumn}
		if !seen[p] {
			seen[p] = true
			c.run.keep(&h.finding, &h.match)
		}
	}
}

// change scans one change and returns what is new in it.
func (r *Run) change(ctx context.Context, worker int, from *origin, c *changes.Change) ([]changeHit, error) {
	if !c.IsMessage() && r.excludedFile(from, c.Path) {
		return nil, nil
	}
	var hits []changeHit
	p := place{from: from, path: cmp.Or(c.Path, c.ID.String()), commit: safeCommit(c.Commit)}
	if limit := r.o.Limits.FileSize; limit > 0 && c.Size > limit && !c.IsMessage() {
		r.Record(coverage.Exclude(coverage.ByMaxFileSize, ""))
		return nil, nil
	}
	err := r.object(ctx, worker, c.Object, p, func(f *finding.Finding, m *detect.Match) {
		hits = append(hits, changeHit{*f, *m, c.ID, c.Seq})
	})
	if err != nil {
		return nil, err
	}
	return r.newIn(ctx, worker, p, c, hits)
}

// newIn drops what the file's earlier versions have: for each credential, and
// each content of a policy finding. A comment that silenced it and was taken
// away makes it new.
func (r *Run) newIn(ctx context.Context, worker int, p place, c *changes.Change, hits []changeHit) ([]changeHit, error) {
	if len(hits) == 0 {
		return nil, nil
	}
	p.quiet = true
	for before, err := range c.Before(ctx) {
		if ctx.Err() != nil {
			return hits, context.Cause(ctx)
		}
		if err != nil {
			// What cannot be compared counts as new.
			continue
		}
		old := map[string]bool{}
		err := r.object(ctx, worker, before, p, func(f *finding.Finding, m *detect.Match) {
			id := f.Rule + "\x00" + f.Fingerprint
			old[id] = old[id] || !m.Allowed()
		})
		if err != nil {
			return hits, err
		}
		hits = slices.DeleteFunc(hits, func(h changeHit) bool {
			open, known := old[h.finding.Rule+"\x00"+h.finding.Fingerprint]
			return known && (open || h.match.Allowed())
		})
		if len(hits) == 0 {
			break
		}
	}
	return hits, nil
}
