package fleet

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/momentolint/momentolint/internal/userfile"
)

// Directory lists the repositories in a directory, work trees and bare ones, at
// any depth but not inside one another. If the directory is itself a repository,
// it is the only one. Links in it are not followed, and several work trees of one
// repository count once. unread is called for unreadable directories.
func Directory(dir string, unread func(path string, err error)) ([]Target, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("looking for repositories: %w", err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("looking for repositories: %s is not a directory", dir)
	}
	var targets []Target
	// With a separator at its end the directory itself may be a link.
	err = filepath.WalkDir(dir+string(filepath.Separator), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			unread(path, err)
			return nil
		}
		if !d.IsDir() || !isRepository(path) {
			return nil
		}
		t, err := ParseTarget(path)
		if err != nil {
			unread(path, err)
			return filepath.SkipDir
		}
		// Findings name the repository by its path in the directory.
		if rel, err := filepath.Rel(dir, path); err == nil && rel != "." {
			t.Name = filepath.ToSlash(rel)
		}
		targets = append(targets, t)
		return filepath.SkipDir
	})
	if err != nil {
		return nil, fmt.Errorf("looking for repositories: %w", err)
	}
	if len(targets) == 0 {
		return nil, errors.New("no repository in " + dir)
	}
	targets = withoutWorkTrees(targets)
	shorten(targets)
	return targets, nil
}

// shorten removes the extension of bare repositories from their names, unless
// another one has the shorter name.
func shorten(targets []Target) {
	taken := map[string]bool{}
	for _, t := range targets {
		taken[t.Name] = true
	}
	for i := range targets {
		t := &targets[i]
		if short := strings.TrimSuffix(strings.TrimSuffix(t.Name, ".git"), "/"); short != "" && !taken[short] {
			taken[short] = true
			t.Name = short
		}
	}
}

// withoutWorkTrees keeps one of several work trees of a repository, the main one
// if it is present: all have the same history.
func withoutWorkTrees(targets []Target) []Target {
	type place struct {
		repository string
		linked     bool
	}
	places := make([]place, len(targets))
	chosen := map[string]int{}
	for i, t := range targets {
		p := &places[i]
		if p.repository, p.linked = repositoryOf(t.URL); p.repository == "" {
			continue
		}
		if other, ok := chosen[p.repository]; !ok || places[other].linked && !p.linked {
			chosen[p.repository] = i
		}
	}
	var kept []Target
	for i, t := range targets {
		if p := places[i]; p.repository == "" || chosen[p.repository] == i {
			kept = append(kept, t)
		}
	}
	return kept
}

// repositoryOf returns the directory with a repository's objects and refs, or ""
// if it is uncertain, and reports whether dir is a linked work tree that the
// repository knows (gitrepository-layout, "worktrees/<id>/").
func repositoryOf(dir string) (repository string, linked bool) {
	name := filepath.Join(dir, ".git")
	info, err := os.Lstat(name)
	switch {
	case err != nil:
		name = dir // a bare one
	case info.Mode().IsRegular():
		private, ok := pointer(name, "gitdir: ")
		if !ok {
			return "", false
		}
		common, ok := pointer(filepath.Join(private, "commondir"), "")
		if !ok {
			return resolved(private), false // a submodule
		}
		if repository = resolved(common); resolved(filepath.Dir(private)) != filepath.Join(repository, "worktrees") {
			return "", false
		}
		return repository, true
	}
	return resolved(name), false
}

// maxPointer is longer than any path.
const maxPointer = 64 << 10

// pointer reads a file of git that contains a path, relative to the file's directory,
// after prefix.
func pointer(file, prefix string) (path string, ok bool) {
	info, err := os.Lstat(file)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxPointer {
		return "", false
	}
	text, err := userfile.Read(file, maxPointer)
	if err != nil {
		return "", false
	}
	path, ok = strings.CutPrefix(strings.TrimRight(string(text), "\r\n"), prefix)
	if ok && !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(file), path)
	}
	return path, ok
}

// resolved returns a path without symbolic links, "" if it does not exist.
func resolved(path string) string {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return ""
	}
	return path
}

// isRepository reports whether dir is a work tree or a bare repository.
func isRepository(dir string) bool {
	if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
		return true
	}
	for _, name := range []string{"HEAD", "objects", "refs"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return false
		}
	}
	return true
}
