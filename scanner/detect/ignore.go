package detect

import (
	"bufio"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// ignoreList is what .gitleaksignore files say: fingerprints of gitleaks, which
// are places: file:rule:line or commit:file:rule:line.
type ignoreList map[string]bool

// read adds a .gitleaksignore file, as gitleaks does: empty lines and lines that
// begin with # do not count, backslashes in paths are slashes.
//
// gitleaks names files as they were named to it, so what people copy out of its
// reports begins at the top of the repository, at the folder that was scanned,
// which is that of the file, or at the root of the file system. All three count.
func (l ignoreList) read(file GitleaksFile) error {
	f, err := os.Open(file.Path)
	if err != nil {
		return fmt.Errorf("reading gitleaks' ignore file: %w", err)
	}
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if strings.Count(line, ":") < 2 {
			return &ConfigError{Path: file.Path, Line: n, Problem: "not of the form file:rule:line or commit:file:rule:line"}
		}
		line = strings.ReplaceAll(line, `\`, "/")
		commit, place, _ := strings.Cut(line, ":")
		if isObjectID(commit) {
			commit += ":"
		} else {
			commit, place = "", line
		}
		for _, name := range file.names(place) {
			l[commit+name] = true
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("reading gitleaks' ignore file: %w", err)
	}
	return nil
}

// names gives what a name that the file holds can be at the root. In a folder
// below it nothing is said about what lies outside of that.
func (f GitleaksFile) names(name string) []string {
	if f.Root == "" {
		return []string{name, strings.TrimPrefix(name, "./")}
	}
	full := filepath.FromSlash(name)
	if !filepath.IsAbs(full) {
		full = filepath.Join(f.Root, f.Dir, full)
	}
	var list []string
	if rel, err := filepath.Rel(f.Root, full); err == nil {
		list = append(list, filepath.ToSlash(rel))
	}
	if f.Dir == "" || strings.HasPrefix(name, f.Dir+"/") {
		list = append(list, name)
	}
	return list
}

// isObjectID tells whether a word is the whole id of a git object.
func isObjectID(s string) bool {
	return (len(s) == 40 || len(s) == 64) && strings.Trim(s, "0123456789abcdef") == ""
}

// has tells whether a finding is in the list: by its place alone, or by its
// commit and place.
func (l ignoreList) has(commit, path, rule string, line int) bool {
	if len(l) == 0 || path == "" {
		return false
	}
	place := path + ":" + rule + ":" + strconv.Itoa(line)
	return l[place] || commit != "" && l[commit+":"+place]
}

// lines gives the list in a stable order.
func (l ignoreList) lines() []string {
	return slices.Sorted(maps.Keys(l))
}
