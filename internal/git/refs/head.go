package refs

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/momentolint/momentolint/internal/git"
	"github.com/momentolint/momentolint/internal/git/odb"
	"github.com/momentolint/momentolint/internal/gitcmd"
	"github.com/momentolint/momentolint/internal/userfile"
)

// Head returns the commit of HEAD, the zero value before the first commit. A
// broken HEAD is an error.
func Head(ctx context.Context, r *git.Repo) (git.OID, error) {
	out, err := r.Git().Output(ctx, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
	if err == nil {
		return odb.ParseOID(strings.TrimSpace(string(out)))
	}
	if gitcmd.ExitCode(err) != 1 {
		return git.OID{}, err
	}
	// Either there is no commit yet, or HEAD is not a commit.
	out, err = r.Git().Output(ctx, "rev-parse", "--verify", "--quiet", "HEAD")
	switch {
	case err == nil:
		return git.OID{}, fmt.Errorf("HEAD is %s, and this repository has no such commit", strings.TrimSpace(string(out)))
	case gitcmd.ExitCode(err) != 1:
		return git.OID{}, err
	}
	if _, err := r.Git().Output(ctx, "symbolic-ref", "--quiet", "HEAD"); err != nil {
		return git.OID{}, errors.New("HEAD names no commit")
	}
	return git.OID{}, nil
}

// ErrUnclear is returned by HeadFile if git has to resolve HEAD.
var ErrUnclear = errors.New("HEAD is not a branch in a file, nor an id")

// HeadFile returns the commit of HEAD without starting git, if HEAD and its
// branch are files, as in most repositories. Otherwise, e.g. before the first
// commit, the error is [ErrUnclear].
func HeadFile(r *git.Repo) (git.OID, error) {
	text, err := userfile.Read(filepath.Join(r.GitDir(), "HEAD"), userfile.Small)
	if err != nil {
		return git.OID{}, ErrUnclear
	}
	line := strings.TrimSpace(string(text))
	name, symbolic := strings.CutPrefix(line, "ref:")
	if !symbolic {
		return parseID(line)
	}
	name = strings.TrimSpace(name)
	if !strings.HasPrefix(name, "refs/heads/") || !filepath.IsLocal(filepath.FromSlash(name)) {
		return git.OID{}, ErrUnclear
	}
	if text, err := userfile.Read(filepath.Join(r.CommonDir(), filepath.FromSlash(name)), userfile.Small); err == nil {
		return parseID(strings.TrimSpace(string(text)))
	}
	packed, err := userfile.Read(filepath.Join(r.CommonDir(), "packed-refs"), userfile.Small)
	if err != nil {
		return git.OID{}, ErrUnclear
	}
	before, _, ok := strings.Cut(string(packed), " "+name+"\n")
	if !ok {
		return git.OID{}, ErrUnclear
	}
	return parseID(before[strings.LastIndexByte(before, '\n')+1:])
}

func parseID(hex string) (git.OID, error) {
	id, err := odb.ParseOID(hex)
	if err != nil {
		return git.OID{}, ErrUnclear
	}
	return id, nil
}
