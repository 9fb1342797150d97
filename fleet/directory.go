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

// Directory lists the repositories in a directory, work trees and bare ones, at any
// depth but not inside one another. A directory that is a repository itself is
// the only one. Links in it are not followed, and several work trees of one
// repository are that repository. unread is called for what cannot be looked
// into.
func Directory(dir string, unread func(path string, err error)) ([]Target, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("looking for repositories: %w", err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("looking for repositories: %s is not a directory", dir)
	}
	var targets []Target
	// With a separator behind it the directory itself may be a link.
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
		// Findings name the repository as it is called in the directory.
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
		return nil, errors.New("there is no repository in " + dir)
	}
	targets = withoutWorkTrees(targets)
	shorten(targets)
	return targets, nil
}

// shorten takes the ending of bare repositories off their names, but where it
// is all that tells one from its neighbour.
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

// withoutWorkTrees leaves one of several work trees of a repository, the main
// one if it is there: the history of any is that of all.
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

// repositoryOf returns the directory that holds a repository's objects and refs, and
// whether dir is a linked work tree of it, that is, one that the repository
// knows (gitrepository-layout, "worktrees/<id>/"). "" where nothing is certain.
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

// maxPointer is more than any path has.
const maxPointer = 64 << 10

// pointer reads a file of git's that names another place, from its own directory on.
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

// resolved is a path without links, "" if it leads nowhere.
func resolved(path string) string {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return ""
	}
	return path
}

// isRepository tells a work tree or a bare repository by what git puts there.
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
