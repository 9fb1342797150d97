package gitcmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// ErrNoRevision says that a repository does not know a revision.
var ErrNoRevision = errors.New("no such revision")

// Entry is an entry of a tree.
type Entry struct {
	// Path is slash-separated, from the top of the repository.
	Path string
	// ID is the object's.
	ID string
	// Mode is git's: ModeFile, ModeExecutable, ModeLink, ModeTree or ModeSubmodule.
	Mode uint32
}

// The modes of entries.
const (
	ModeFile       = 0o100644
	ModeExecutable = 0o100755
	ModeLink       = 0o120000
	ModeTree       = 0o040000
	ModeSubmodule  = 0o160000
)

// IsFile reports whether the entry is a regular file.
func (e Entry) IsFile() bool { return e.Mode&0o170000 == 0o100000 }

// Resolve returns the id of the commit that a revision names. The error is
// [ErrNoRevision] if the repository has no such commit.
func (g *Git) Resolve(ctx context.Context, revision string) (string, error) {
	if revision == "" || strings.ContainsAny(revision, "\x00\n") {
		return "", fmt.Errorf("%w: %q", ErrNoRevision, revision)
	}
	// Without --end-of-options, which git knows since 2.24.
	if revision[0] == '-' {
		return "", fmt.Errorf("%w: %s", ErrNoRevision, revision)
	}
	out, err := g.Output(ctx, "rev-parse", "--verify", "--quiet", revision+"^{commit}")
	if ExitCode(err) == 1 {
		return "", fmt.Errorf("%w: %s", ErrNoRevision, revision)
	}
	return strings.TrimSpace(string(out)), err
}

// List returns the entries of a directory at a revision, without those of the
// directories below it; dir is slash-separated from the top of the repository,
// "" or "." for the top. A directory that does not exist has none.
func (g *Git) List(ctx context.Context, revision, dir string) ([]Entry, error) {
	prefix := ""
	if dir = path.Clean("/" + dir)[1:]; dir != "" {
		prefix = dir + "/"
	}
	return g.tree(ctx, revision, prefix)
}

// ReadFile returns the content of a regular file at a revision, as the commit
// has it, replacements or not. The name is slash-separated from the top of the
// repository. The error is [fs.ErrNotExist] if the commit has no such file, and
// [ErrTooLarge] for one of more than limit bytes.
func (g *Git) ReadFile(ctx context.Context, revision, name string, limit int64) ([]byte, error) {
	name = path.Clean("/" + name)[1:]
	entries, err := g.NoReplace().tree(ctx, revision, name)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		switch {
		case e.Path != name:
			continue
		case !e.IsFile():
			return nil, fmt.Errorf("%s at %s is not a regular file", name, revision)
		}
		small := *g.NoReplace()
		small.o.MaxOutput = limit
		return small.Output(ctx, "cat-file", "blob", e.ID)
	}
	return nil, fmt.Errorf("%s at %s: %w", name, revision, fs.ErrNotExist)
}

// tree lists what "git ls-tree" does for one path.
func (g *Git) tree(ctx context.Context, revision, name string) ([]Entry, error) {
	id, err := g.Resolve(ctx, revision)
	if err != nil {
		return nil, err
	}
	args := []string{"ls-tree", "-z", "--full-tree", id}
	if name != "" {
		args = append(args, "--", ":(literal)"+name)
	}
	out, err := g.Output(ctx, args...)
	if err != nil {
		return nil, err
	}
	var entries []Entry
	for line := range strings.SplitSeq(string(out), "\x00") {
		if line == "" {
			continue
		}
		meta, name, ok := strings.Cut(line, "\t")
		fields := strings.Fields(meta)
		if !ok || len(fields) != 3 {
			return nil, fmt.Errorf("git ls-tree: unexpected output %q", line)
		}
		mode, err := strconv.ParseUint(fields[0], 8, 32)
		if err != nil {
			return nil, fmt.Errorf("git ls-tree: unexpected mode: %w", err)
		}
		entries = append(entries, Entry{Path: name, ID: fields[2], Mode: uint32(mode)})
	}
	return entries, nil
}
