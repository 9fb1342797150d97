package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/momentolint/momentolint/internal/git/odb"
	"github.com/momentolint/momentolint/internal/gitcmd"
)

// Staged calls visit for every file that the index adds to or changes from
// HEAD, with the content that is staged; before the first commit for every
// file in it. Of a file in conflict every version is given, and while a merge
// is going on a file counts only if it differs from that of the other side as
// well. Submodules and files that are only meant to be added (git add -N) have
// no content here. visit is called by worker 0 only.
func (r *Repo) Staged(ctx context.Context, visit func(worker int, c *Change) error) (RangeStats, error) {
	if r.bare {
		return RangeStats{}, fmt.Errorf("the repository %s is bare, so nothing is staged in it", r.gitDir)
	}
	st, err := r.open(ctx)
	if err != nil {
		return RangeStats{}, err
	}
	rd := st.Reader()
	defer func() { _ = rd.Close() }()
	s := &rangeScan{repo: r, visit: visit}
	staged := &stagedScan{rangeScan: s, d: &differ{repo: r, rd: rd}, base: "HEAD"}
	entries, err := staged.entries(ctx)
	if err != nil {
		return RangeStats{}, err
	}
	if err := staged.readMerge(ctx); err != nil {
		return RangeStats{}, err
	}
	for i, e := range entries {
		if err := ctx.Err(); err != nil {
			return s.stats(), err
		}
		if err := staged.entry(ctx, e); err != nil {
			return s.stats(), err
		}
		if r.o.Progress != nil {
			r.o.Progress(int64(i+1), int64(len(entries)), s.bytes.Load())
		}
	}
	return s.stats(), nil
}

// indexEntry is an entry of the index.
type indexEntry struct {
	mode int64
	id   OID
	path string
	// old is what HEAD has in its place, the zero value if nothing or no file.
	old   OID
	stage int
}

func (e *indexEntry) isGitlink() bool { return e.mode&0o170000 == odb.ModeGitlink }

// head gives HEAD's commit; the zero value before the first one. A HEAD that
// is broken is an error.
func (r *Repo) head(ctx context.Context) (OID, error) {
	out, err := r.git.Output(ctx, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
	if err == nil {
		return odb.ParseOID(strings.TrimSpace(string(out)))
	}
	if gitcmd.ExitCode(err) != 1 {
		return OID{}, err
	}
	// Either there is no commit yet, or HEAD leads to something else.
	out, err = r.git.Output(ctx, "rev-parse", "--verify", "--quiet", "HEAD")
	switch {
	case err == nil:
		return OID{}, fmt.Errorf("HEAD is %s, and this repository has no such commit", strings.TrimSpace(string(out)))
	case gitcmd.ExitCode(err) != 1:
		return OID{}, err
	}
	if _, err := r.git.Output(ctx, "symbolic-ref", "--quiet", "HEAD"); err != nil {
		return OID{}, errors.New("HEAD names no commit")
	}
	return OID{}, nil
}

// diffIndex is the git command that compares the index; what the user has set
// about the form of diffs does not count. The last argument is what with.
func diffIndex(args ...string) []string {
	return slices.Concat([]string{
		"diff-index", "--cached", "--raw", "-z", "--no-renames", "--no-abbrev", "--no-relative",
		"--no-ext-diff", "--no-textconv", "--ignore-submodules=none",
	}, args, []string{"--"})
}

// stagedEntries asks git what differs between the index and HEAD, or whatever
// base is.
func (r *Repo) stagedEntries(ctx context.Context, base string) ([]indexEntry, error) {
	out, err := r.git.Output(ctx, diffIndex(base)...)
	if err != nil {
		return nil, err
	}
	var entries []indexEntry
	conflicts := false
	for fields := bytes.Split(out, []byte{0}); len(fields) >= 2; fields = fields[2:] {
		// ":100644 100755 <old id> <new id> M", then the path.
		meta := strings.Fields(string(fields[0]))
		if len(meta) != 5 || len(meta[4]) == 0 {
			return nil, fmt.Errorf("git diff-index: unexpected output %q", fields[0])
		}
		switch meta[4][0] {
		case 'D':
			continue
		case 'U':
			conflicts = true
			continue
		}
		e := indexEntry{path: string(fields[1])}
		if e.mode, err = strconv.ParseInt(meta[1], 8, 64); err != nil {
			return nil, fmt.Errorf("git diff-index: unexpected mode: %w", err)
		}
		if e.id, err = odb.ParseOID(meta[3]); err != nil {
			return nil, fmt.Errorf("git diff-index: %w", err)
		}
		if old, err := odb.ParseOID(meta[2]); err == nil && !strings.HasPrefix(meta[0], ":160000") {
			e.old = old
		}
		entries = append(entries, e)
	}
	if conflicts {
		all, err := r.indexEntries(ctx, "--unmerged")
		if err != nil {
			return nil, err
		}
		for _, e := range all {
			if e.stage != 0 {
				entries = append(entries, e)
			}
		}
	}
	return entries, nil
}

// indexEntries lists the index, whatever the current folder.
func (r *Repo) indexEntries(ctx context.Context, options ...string) ([]indexEntry, error) {
	args := append([]string{"ls-files", "--stage", "-z", "--full-name"}, options...)
	out, err := r.git.Output(ctx, append(args, "--", ":(top)")...)
	if err != nil {
		return nil, err
	}
	var entries []indexEntry
	for line := range strings.SplitSeq(string(out), "\x00") {
		if line == "" {
			continue
		}
		meta, path, ok := strings.Cut(line, "\t")
		fields := strings.Fields(meta)
		if !ok || len(fields) != 3 {
			return nil, fmt.Errorf("git ls-files: unexpected output %q", line)
		}
		e := indexEntry{path: path}
		if e.mode, err = strconv.ParseInt(fields[0], 8, 64); err != nil {
			return nil, fmt.Errorf("git ls-files: unexpected mode: %w", err)
		}
		if e.id, err = odb.ParseOID(fields[1]); err != nil {
			return nil, fmt.Errorf("git ls-files: %w", err)
		}
		if e.stage, err = strconv.Atoi(fields[2]); err != nil {
			return nil, fmt.Errorf("git ls-files: unexpected stage: %w", err)
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// stagedScan is one run of Staged.
type stagedScan struct {
	*rangeScan
	d *differ
	// base is what git compared the index with: HEAD, or "" if there is none.
	base string
	// head is HEAD's tree, once it was needed.
	head OID
	// tree is the index's, if that was compared.
	tree OID
	// merging are the trees of the commits that are being merged.
	merging []OID
	// moved are the files of HEAD that the index no longer has.
	moved     []removedFile
	readMoved bool
}

// entries gives what the index has that the base has not.
func (s *stagedScan) entries(ctx context.Context) ([]indexEntry, error) {
	if entries, err := s.compareTrees(ctx); err == nil || ctx.Err() != nil {
		return entries, ctx.Err()
	}
	s.head, s.tree = OID{}, OID{}
	entries, err := s.repo.stagedEntries(ctx, s.base)
	if err == nil {
		return entries, nil
	}
	head, headErr := s.repo.head(ctx)
	if headErr != nil {
		return nil, headErr
	}
	if !head.IsZero() {
		return nil, err
	}
	s.base = ""
	return s.repo.stagedEntries(ctx, s.repo.hash.EmptyTree().String())
}

// readMerge finds the other sides of a merge that is going on.
func (s *stagedScan) readMerge(ctx context.Context) error {
	lines, err := idLines(filepath.Join(s.repo.gitDir, "MERGE_HEAD"))
	if err != nil {
		return fmt.Errorf("reading what is being merged: %w", err)
	}
	for _, ids := range lines {
		tree, err := s.treeOf(ctx, s.d, ids[0])
		if err != nil {
			return err
		}
		s.merging = append(s.merging, tree)
	}
	return nil
}

// inHead gives what HEAD has in a file's place.
func (s *stagedScan) inHead(ctx context.Context, e indexEntry) (OID, error) {
	if e.stage == 0 {
		return e.old, nil
	}
	if s.head.IsZero() {
		head, err := s.repo.head(ctx)
		if err != nil {
			return OID{}, err
		}
		if s.head, err = s.treeOf(ctx, s.d, head); err != nil {
			return OID{}, err
		}
	}
	return s.d.lookup(ctx, s.head, e.path)
}

func (s *stagedScan) entry(ctx context.Context, e indexEntry) error {
	if e.isGitlink() || e.id.IsZero() {
		return nil
	}
	f := file{path: e.path, id: e.id}
	if s.base != "" {
		old, err := s.inHead(ctx, e)
		if err != nil {
			return err
		}
		f.before = append(f.before, old)
	}
	for _, tree := range s.merging {
		old, err := s.d.lookup(ctx, tree, e.path)
		if err != nil {
			return err
		}
		f.before = append(f.before, old)
	}
	if slices.Contains(f.before, e.id) {
		return nil
	}
	c := &Change{Path: e.path}
	c.before = func(ctx context.Context) iter.Seq2[*Object, error] { return s.earlier(ctx, f) }
	return s.file(ctx, s.d, 0, e.id, c)
}

// earlier gives the versions that the parents have, and for a new file those
// that were removed.
func (s *stagedScan) earlier(ctx context.Context, f file) iter.Seq2[*Object, error] {
	return s.d.versions(ctx, f, func(parent int) ([]removedFile, error) {
		if parent > 0 {
			return nil, nil // what the other side of a merge removed, HEAD may have
		}
		return s.removed(ctx)
	})
}

// removed gives the files that HEAD has and the index has not.
func (s *stagedScan) removed(ctx context.Context) ([]removedFile, error) {
	if s.base == "" || s.readMoved {
		return s.moved, nil
	}
	if !s.tree.IsZero() {
		var err error
		s.moved, err = s.d.removed(ctx, s.head, s.tree)
		s.readMoved = err == nil
		return s.moved, err
	}
	out, err := s.repo.git.Output(ctx, diffIndex("--diff-filter=D", s.base)...)
	if err != nil {
		return nil, err
	}
	for fields := bytes.Split(out, []byte{0}); len(fields) >= 2 && len(s.moved) < maxRemoved; fields = fields[2:] {
		meta := strings.Fields(string(fields[0]))
		if len(meta) == 5 && !strings.HasPrefix(meta[0], ":160000") {
			if id, err := odb.ParseOID(meta[2]); err == nil {
				s.moved = append(s.moved, removedFile{string(fields[1]), id})
			}
		}
	}
	s.readMoved = true
	return s.moved, nil
}

// lookup finds a file of a tree by its path; the zero value if it has none.
func (d *differ) lookup(ctx context.Context, tree OID, path string) (OID, error) {
	names := strings.Split(path, "/")
	for i, name := range names {
		c, err := d.cursor(ctx, tree)
		if err != nil {
			return OID{}, err
		}
		want := odb.TreeEntry{Name: []byte(name), Mode: 0o100644}
		if i < len(names)-1 {
			want.Mode = odb.ModeTree
		}
		if !c.seek(&want) || c.entry.IsGitlink() {
			return OID{}, nil
		}
		tree = odb.OIDFromBytes(c.entry.ID)
	}
	return tree, nil
}
