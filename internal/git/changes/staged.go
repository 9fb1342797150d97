package changes

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/momentolint/momentolint/internal/git"
	"github.com/momentolint/momentolint/internal/git/index"
	"github.com/momentolint/momentolint/internal/git/refs"
	"github.com/momentolint/momentolint/internal/git/treediff"
)

// Staged calls visit for every file that the index adds to or changes from
// HEAD, with the staged content; before the first commit for every file. All
// versions of a file in conflict are visited. During a merge only files count
// that also differ from the other side. Submodules and intent-to-add files
// (git add -N) have no content. Only worker 0 calls visit.
func Staged(ctx context.Context, r *git.Repo, visit Visitor) (Stats, error) {
	return scanIndex(ctx, r, visit, "HEAD")
}

// Tracked calls visit for every file of the index, like [Staged] before the
// first commit.
func Tracked(ctx context.Context, r *git.Repo, visit Visitor) (Stats, error) {
	return scanIndex(ctx, r, visit, "")
}

// scanIndex visits what the index adds to a base: HEAD, or nothing for "".
func scanIndex(ctx context.Context, r *git.Repo, visit Visitor, base string) (Stats, error) {
	if r.Bare() {
		return Stats{}, fmt.Errorf("the repository %s is bare, so nothing is staged in it", r.GitDir())
	}
	store, err := r.Store(ctx)
	if err != nil {
		return Stats{}, err
	}
	rd := store.Reader()
	defer func() { _ = rd.Close() }()
	w := &walk{repo: r, visit: visit}
	s := &stagedWalk{walk: w, d: &treediff.Differ{Reader: rd}, base: base}
	entries, err := s.entries(ctx)
	if err != nil {
		return Stats{}, err
	}
	if base != "" {
		if err := s.readMerge(ctx); err != nil {
			return Stats{}, err
		}
	}
	for i, e := range entries {
		if err := ctx.Err(); err != nil {
			return s.stats(), err
		}
		if err := s.entry(ctx, e); err != nil {
			return s.stats(), err
		}
		r.Progress(int64(i+1), int64(len(entries)), s.bytes.Load())
	}
	return s.stats(), nil
}

// stagedWalk is one call of Staged.
type stagedWalk struct {
	*walk

	d *treediff.Differ
	// base is what the index is compared with: HEAD, or "" before the first commit.
	base string
	// head is the tree of HEAD, read when it is first needed.
	head git.OID
	// tree is the tree of the index, if that was compared.
	tree git.OID
	// merging are the trees of the commits that are being merged.
	merging []git.OID
	// moved are the files of HEAD that the index no longer has.
	moved     []treediff.RemovedFile
	readMoved bool
}

// entries returns what the index adds to the base.
func (s *stagedWalk) entries(ctx context.Context) ([]index.Entry, error) {
	if s.base == "" {
		return index.Diff(ctx, s.repo, s.repo.Hash().EmptyTree().String())
	}
	if entries, err := s.compareTrees(ctx); err == nil || ctx.Err() != nil {
		return entries, ctx.Err()
	}
	s.head, s.tree = git.OID{}, git.OID{}
	entries, err := index.Diff(ctx, s.repo, s.base)
	if err == nil {
		return entries, nil
	}
	head, headErr := refs.Head(ctx, s.repo)
	if headErr != nil {
		return nil, headErr
	}
	if !head.IsZero() {
		return nil, err
	}
	s.base = ""
	return s.entries(ctx)
}

// readMerge finds the other sides of a merge in progress.
func (s *stagedWalk) readMerge(ctx context.Context) error {
	heads, err := refs.MergeHeads(s.repo)
	if err != nil {
		return err
	}
	for _, head := range heads {
		tree, err := s.d.TreeOf(ctx, head)
		if err != nil {
			return err
		}
		s.merging = append(s.merging, tree)
	}
	return nil
}

// inHead returns the file that HEAD has at the path.
func (s *stagedWalk) inHead(ctx context.Context, e index.Entry) (git.OID, error) {
	if e.Stage == 0 {
		return e.Old, nil
	}
	if s.head.IsZero() {
		head, err := refs.Head(ctx, s.repo)
		if err != nil {
			return git.OID{}, err
		}
		if s.head, err = s.d.TreeOf(ctx, head); err != nil {
			return git.OID{}, err
		}
	}
	return s.d.Lookup(ctx, s.head, e.Path)
}

func (s *stagedWalk) entry(ctx context.Context, e index.Entry) error {
	if e.IsGitlink() || e.ID.IsZero() {
		return nil
	}
	f := treediff.File{Path: e.Path, ID: e.ID}
	if s.base != "" {
		old, err := s.inHead(ctx, e)
		if err != nil {
			return err
		}
		f.Before = append(f.Before, old)
	}
	for _, tree := range s.merging {
		old, err := s.d.Lookup(ctx, tree, e.Path)
		if err != nil {
			return err
		}
		f.Before = append(f.Before, old)
	}
	if slices.Contains(f.Before, e.ID) {
		return nil
	}
	c := &Change{Path: e.Path}
	c.before = func(ctx context.Context) iter.Seq2[*git.Object, error] { return s.earlier(ctx, f) }
	return s.file(ctx, s.d, 0, e.ID, c)
}

// earlier returns the versions that the parents have, and for a new file the
// files that were removed.
func (s *stagedWalk) earlier(ctx context.Context, f treediff.File) iter.Seq2[*git.Object, error] {
	return s.d.Versions(ctx, f, func(parent int) ([]treediff.RemovedFile, error) {
		if parent > 0 {
			return nil, nil // what the other side of a merge removed, HEAD may have
		}
		return s.removed(ctx)
	})
}

// removed returns the files of HEAD that the index does not have.
func (s *stagedWalk) removed(ctx context.Context) ([]treediff.RemovedFile, error) {
	if s.base == "" || s.readMoved {
		return s.moved, nil
	}
	if !s.tree.IsZero() {
		var err error
		s.moved, err = s.d.Removed(ctx, s.head, s.tree)
		s.readMoved = err == nil
		return s.moved, err
	}
	files, err := index.RemovedFrom(ctx, s.repo, s.base, treediff.MaxRemoved)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		s.moved = append(s.moved, treediff.RemovedFile(f))
	}
	s.readMoved = true
	return s.moved, nil
}

// compareTrees finds what is staged without git, by comparing the tree that the
// index records with that of HEAD. After an error git has to be asked.
func (s *stagedWalk) compareTrees(ctx context.Context) ([]index.Entry, error) {
	tree, err := index.Tree(s.repo)
	if err != nil {
		return nil, err
	}
	commit, err := refs.HeadFile(s.repo)
	if err != nil {
		return nil, err
	}
	head, err := s.d.TreeOf(ctx, commit)
	if err != nil {
		return nil, err
	}
	var entries []index.Entry
	err = s.d.Added(ctx, tree, []git.OID{head}, func(f treediff.File) error {
		entries = append(entries, index.Entry{Path: f.Path, ID: f.ID, Old: f.Before[0]})
		return nil
	})
	s.head, s.tree = head, tree
	return entries, err
}
