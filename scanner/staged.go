package scanner

import "context"

// Staged scans what the index of a repository adds over HEAD: the staged
// content, whatever the work tree has.
func (r *Run) Staged(ctx context.Context, dir string) error {
	repo, err := r.openRepo(ctx, dir)
	if err != nil {
		return r.stop(ctx, err)
	}
	defer func() { _ = repo.Close() }()
	r.progress.phase("reading the index")
	c := changeScan{run: r}
	stats, err := repo.Staged(ctx, c.visitor(ctx))
	c.keep()
	r.mu.Lock()
	r.summary.Files += stats.Files
	r.summary.Bytes += stats.Bytes
	r.mu.Unlock()
	return r.stop(ctx, err)
}
