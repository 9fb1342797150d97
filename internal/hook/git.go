package hook

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/momentolint/momentolint/internal/gitcmd"
)

// version is a version of git.
type version struct{ major, minor int }

// configHooks is the first version that runs hooks from its configuration
// (hook.<name>.command, git-hook(1)).
var configHooks = version{2, 54}

func (v version) before(other version) bool {
	return v.major < other.major || v.major == other.major && v.minor < other.minor
}

// git runs git in a directory. What it answers is what the user's own git
// would do.
type git struct{ dir string }

// run returns what git prints, without the line end.
func (g git) run(ctx context.Context, args ...string) (string, error) {
	program, err := gitcmd.New(gitcmd.Options{Kind: gitcmd.Settings, Dir: g.dir})
	if err != nil {
		return "", err
	}
	out, err := program.Output(ctx, args...)
	if err != nil {
		return "", err
	}
	return strings.TrimRight(string(out), "\r\n"), nil
}

// version asks git for its version.
func (g git) version(ctx context.Context) (version, error) {
	out, err := g.run(ctx, "version")
	if err != nil {
		return version{}, err
	}
	return parseVersion(out)
}

// parseVersion reads "git version 2.39.5 (Apple Git-154)".
func parseVersion(out string) (version, error) {
	words := strings.Fields(out)
	if len(words) >= 3 {
		numbers := strings.SplitN(words[2], ".", 3)
		if len(numbers) >= 2 {
			major, err1 := strconv.Atoi(numbers[0])
			minor, err2 := strconv.Atoi(numbers[1])
			if err1 == nil && err2 == nil {
				return version{major, minor}, nil
			}
		}
	}
	return version{}, fmt.Errorf("cannot parse git's version from %q", out)
}

// repository is what git says of the repository that a directory belongs to.
type repository struct {
	git
	// top is the work tree's directory, or the repository's own if it is bare.
	top string
	// bare reports that there is no work tree.
	bare bool
	// hooks is the directory of the hooks: the one git really looks into.
	hooks string
	// hooksPath is the setting core.hooksPath, "" if unset; hooksScope is where
	// it is set: local, worktree, global, system or command.
	hooksPath, hooksScope string
}

// open asks git about the repository at dir.
func open(ctx context.Context, dir string) (*repository, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("finding the directory: %w", err)
	}
	r := &repository{git: git{dir}}
	isBare, err := r.run(ctx, "rev-parse", "--is-bare-repository")
	if err != nil {
		return nil, err
	}
	r.bare = isBare == "true"
	where := "--show-toplevel"
	if r.bare {
		where = "--absolute-git-dir"
	}
	if r.top, err = r.run(ctx, "rev-parse", where); err != nil {
		return nil, err
	}
	r.top = filepath.FromSlash(r.top)
	// From the top, because a relative core.hooksPath is relative to the directory
	// that hooks run in, and git prints it as it stands.
	r.dir = r.top
	if r.hooks, err = r.run(ctx, "rev-parse", "--git-path", "hooks"); err != nil {
		return nil, err
	}
	r.hooks = filepath.FromSlash(r.hooks)
	if !filepath.IsAbs(r.hooks) {
		r.hooks = filepath.Join(r.top, r.hooks)
	}
	if err := r.readHooksPath(ctx); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *repository) readHooksPath(ctx context.Context) error {
	out, err := r.run(ctx, "config", "--show-scope", "--get", "core.hooksPath")
	switch {
	case err == nil:
		r.hooksScope, r.hooksPath, _ = strings.Cut(out, "\t")
		return nil
	case gitcmd.ExitCode(err) == 1: // not set
		return nil
	}
	return err
}

// shared reports that the hooks directory serves more repositories than this one.
func (r *repository) shared() bool {
	return r.hooksPath != "" && (r.hooksScope == "global" || r.hooksScope == "system")
}

// hooksInTree reports that the hooks directory is part of the work tree, so that
// what is put there may be committed.
func (r *repository) hooksInTree() bool {
	if r.bare || r.hooksPath == "" {
		return false
	}
	rel, err := filepath.Rel(r.top, r.hooks)
	return err == nil && filepath.IsLocal(rel) && rel != ".git" && !strings.HasPrefix(rel, ".git"+string(filepath.Separator))
}
