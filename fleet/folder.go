package fleet

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Folder lists the repositories in a folder, work trees and bare ones, at any
// depth but not inside one another. A folder that is a repository itself is
// the only one. unread is called for what cannot be looked into.
func Folder(dir string, unread func(path string, err error)) ([]Target, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("looking for repositories: %w", err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("looking for repositories: %s is not a folder", dir)
	}
	var targets []Target
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			unread(path, err)
			return nil
		}
		if !d.IsDir() {
			return nil
		}
		if !isRepository(path) {
			return nil
		}
		t, err := ParseTarget(path)
		if err != nil {
			unread(path, err)
			return filepath.SkipDir
		}
		// Findings name the repository as it is called in the folder.
		if rel, err := filepath.Rel(dir, path); err == nil && rel != "." {
			t.Name = filepath.ToSlash(rel)
		}
		t.Name = strings.TrimSuffix(t.Name, ".git")
		targets = append(targets, t)
		return filepath.SkipDir
	})
	if err != nil {
		return nil, fmt.Errorf("looking for repositories: %w", err)
	}
	if len(targets) == 0 {
		return nil, errors.New("there is no repository in " + dir)
	}
	return targets, nil
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
