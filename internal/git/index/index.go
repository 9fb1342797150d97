// Package index reads a repository's index: its entries and how they differ from
// a tree through git, and the tree that it would be committed as by itself.
package index

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/momentolint/momentolint/internal/git"
	"github.com/momentolint/momentolint/internal/git/odb"
)

// Entry is an entry of the index.
type Entry struct {
	Mode int64
	ID   git.OID
	Path string
	// Old is the file that HEAD has at the path, the zero value if it has none.
	// Only Diff sets it.
	Old   git.OID
	Stage int
}

// IsGitlink reports whether the entry is a submodule.
func (e *Entry) IsGitlink() bool { return e.Mode&0o170000 == odb.ModeGitlink }

// diffIndex returns the git command that compares the index with a tree, the
// last argument. It overrides the user's settings for diffs.
func diffIndex(args ...string) []string {
	return slices.Concat([]string{
		"diff-index", "--cached", "--raw", "-z", "--no-renames", "--no-abbrev", "--no-relative",
		"--no-ext-diff", "--no-textconv", "--ignore-submodules=none",
	}, args, []string{"--"})
}

// Diff returns the entries that the index adds to or changes from a tree-ish,
// and all versions of those in conflict.
func Diff(ctx context.Context, r *git.Repo, base string) ([]Entry, error) {
	out, err := r.Git().Output(ctx, diffIndex(base)...)
	if err != nil {
		return nil, err
	}
	var entries []Entry
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
		e := Entry{Path: string(fields[1])}
		if e.Mode, err = strconv.ParseInt(meta[1], 8, 64); err != nil {
			return nil, fmt.Errorf("git diff-index: unexpected mode: %w", err)
		}
		if e.ID, err = odb.ParseOID(meta[3]); err != nil {
			return nil, fmt.Errorf("git diff-index: %w", err)
		}
		if old, err := odb.ParseOID(meta[2]); err == nil && !strings.HasPrefix(meta[0], ":160000") {
			e.Old = old
		}
		entries = append(entries, e)
	}
	if conflicts {
		all, err := Entries(ctx, r, "--unmerged")
		if err != nil {
			return nil, err
		}
		for _, e := range all {
			if e.Stage != 0 {
				entries = append(entries, e)
			}
		}
	}
	return entries, nil
}

// Entries lists the whole index, with options of git ls-files.
func Entries(ctx context.Context, r *git.Repo, options ...string) ([]Entry, error) {
	args := append([]string{"ls-files", "--stage", "-z", "--full-name"}, options...)
	out, err := r.Git().Output(ctx, append(args, "--", ":(top)")...)
	if err != nil {
		return nil, err
	}
	var entries []Entry
	for line := range strings.SplitSeq(string(out), "\x00") {
		if line == "" {
			continue
		}
		meta, path, ok := strings.Cut(line, "\t")
		fields := strings.Fields(meta)
		if !ok || len(fields) != 3 {
			return nil, fmt.Errorf("git ls-files: unexpected output %q", line)
		}
		e := Entry{Path: path}
		if e.Mode, err = strconv.ParseInt(fields[0], 8, 64); err != nil {
			return nil, fmt.Errorf("git ls-files: unexpected mode: %w", err)
		}
		if e.ID, err = odb.ParseOID(fields[1]); err != nil {
			return nil, fmt.Errorf("git ls-files: %w", err)
		}
		if e.Stage, err = strconv.Atoi(fields[2]); err != nil {
			return nil, fmt.Errorf("git ls-files: unexpected stage: %w", err)
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// Removed is a file that the index no longer has.
type Removed struct {
	Path string
	ID   git.OID
}

// RemovedFrom returns the files of a tree-ish that the index does not have, at
// most limit.
func RemovedFrom(ctx context.Context, r *git.Repo, base string, limit int) ([]Removed, error) {
	out, err := r.Git().Output(ctx, diffIndex("--diff-filter=D", base)...)
	if err != nil {
		return nil, err
	}
	var files []Removed
	for fields := bytes.Split(out, []byte{0}); len(fields) >= 2 && len(files) < limit; fields = fields[2:] {
		meta := strings.Fields(string(fields[0]))
		if len(meta) == 5 && !strings.HasPrefix(meta[0], ":160000") {
			if id, err := odb.ParseOID(meta[2]); err == nil {
				files = append(files, Removed{string(fields[1]), id})
			}
		}
	}
	return files, nil
}
