package scanner

import (
	"context"

	"github.com/momentolint/momentolint/internal/git/changes"
)

// Staged is a source: what the index of a repository adds to HEAD. The staged
// content counts, not that of the work tree.
type Staged struct {
	// Dir is a directory of the repository.
	Dir string
	// Tracked compares with nothing: every file of the index counts.
	Tracked bool
}

func (s Staged) scan(ctx context.Context, r *Run) error {
	repo, from, err := r.openRepo(ctx, s.Dir, false)
	if err != nil {
		return err
	}
	defer func() { _ = repo.Close() }()
	r.progress.phase("reading the index")
	c := changeScan{run: r, from: from}
	walk := changes.Staged
	if s.Tracked {
		walk = changes.Tracked
	}
	stats, err := walk(ctx, repo, c.visitor(ctx))
	c.keep()
	r.mu.Lock()
	r.summary.Files += stats.Files
	r.summary.Bytes += stats.Bytes
	r.mu.Unlock()
	return err
}
