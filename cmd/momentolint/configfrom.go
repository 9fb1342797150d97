package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/momentolint/momentolint/internal/baseline"
	"github.com/momentolint/momentolint/internal/config"
	"github.com/momentolint/momentolint/internal/gitcmd"
	"github.com/momentolint/momentolint/internal/userfile"
)

// configTree is where configuration, ignore files, allowlists and baseline are
// read from if not from the file system: a commit (--config-from), or nothing
// at all.
type configTree struct {
	files fs.FS
	// top is the directory on disk that the tree stands for.
	top string
	// name is the revision as it was given.
	name string
	// notes are remarks for the report.
	notes []string
}

// commitTree opens the tree of a revision of the repository that path is in.
func commitTree(ctx context.Context, path, revision string) (*configTree, error) {
	top, err := userfile.Top(path)
	if err != nil {
		return nil, err
	}
	git, err := gitcmd.New(gitcmd.Options{Kind: gitcmd.Untrusted, Dir: top})
	if err != nil {
		return nil, err
	}
	id, err := git.Resolve(ctx, revision)
	if err != nil {
		return nil, fmt.Errorf("--config-from: %w", err)
	}
	return &configTree{files: git.FS(ctx, id), top: top, name: revision}, nil
}

// headTree is the tree of HEAD in the repository of the current directory, as git
// names it for a hook.
func headTree(ctx context.Context) (*configTree, error) {
	git, err := gitcmd.New(gitcmd.Options{Kind: gitcmd.Own})
	if err != nil {
		return nil, err
	}
	id, err := git.Resolve(ctx, "HEAD")
	if errors.Is(err, gitcmd.ErrNoRevision) {
		return emptyTree(".")
	}
	if err != nil {
		return nil, err
	}
	top, err := userfile.Top(".")
	return &configTree{files: git.FS(ctx, id), top: top, name: "HEAD"}, err
}

// strictAt reports whether the configuration of a commit is strict. That of a
// commit that is not here is not.
func strictAt(ctx context.Context, commit string) bool {
	tree, err := commitTree(ctx, ".", commit)
	if err != nil {
		return false
	}
	c, err := tree.config("", ".")
	return err == nil && c.Strict
}

// emptyTree is the tree of a repository before its first commit.
func emptyTree(path string) (*configTree, error) {
	top, err := userfile.Top(path)
	if err != nil {
		return nil, err
	}
	return &configTree{files: emptyFS{}, top: top, name: "the empty tree"}, nil
}

type emptyFS struct{}

func (emptyFS) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// exists reports whether the tree has anything at a path on disk.
func (t *configTree) exists(path string) bool {
	name, err := userfile.Name(t.top, path)
	if err != nil {
		return false
	}
	_, err = fs.Stat(t.files, name)
	return !errors.Is(err, fs.ErrNotExist)
}

// wrap says in an error that a file is not the one on disk.
func (t *configTree) wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("as %s has it: %w", t.name, err)
}

// config reads the configuration that a flag names, or finds the one for dir.
func (t *configTree) config(named, dir string) (*config.Config, error) {
	if named == "" {
		c, err := config.FindIn(t.files, t.top, dir)
		return c, t.wrap(err)
	}
	name, err := userfile.Name(t.top, named)
	if err != nil {
		// A file of the user's own, which no commit changes.
		return config.Read(named)
	}
	c, err := config.ReadIn(t.files, t.top, name)
	if errors.Is(err, fs.ErrNotExist) && t.absent(named, "the defaults count") {
		return &config.Config{}, nil
	}
	return c, t.wrap(err)
}

// baseline is the same for the baseline that a flag names.
func (t *configTree) baseline(named string) (*baseline.Baseline, error) {
	name, err := userfile.Name(t.top, named)
	if err != nil {
		return baseline.Read(named)
	}
	b, err := baseline.ReadIn(t.files, name, named)
	if errors.Is(err, fs.ErrNotExist) && t.absent(named, "no baseline counts") {
		return nil, nil
	}
	return b, t.wrap(err)
}

// absent reports whether a file that the tree does not have is on disk, and
// notes it: that is how a change that introduces the file looks. A file that is
// nowhere was misspelt.
func (t *configTree) absent(named, consequence string) bool {
	if _, err := os.Lstat(named); err != nil {
		return false
	}
	t.notes = append(t.notes, fmt.Sprintf("%s is not in %s, so %s", named, t.name, consequence))
	return true
}

// tree is the tree of revision --config-from, nil without that flag.
func (f *reportFlags) tree(ctx context.Context, dir string) (*configTree, error) {
	switch {
	case f.from != nil:
		return f.from, nil
	case f.configFrom == "":
		return nil, nil
	}
	return commitTree(ctx, dir, f.configFrom)
}

// folderOf is the directory that the configuration for a PATH is looked for in.
func folderOf(path string) string {
	if path == "-" {
		return "."
	}
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		return filepath.Dir(path)
	}
	return path
}
