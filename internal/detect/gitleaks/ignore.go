package gitleaks

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// IgnoreList is what .gitleaksignore files say: fingerprints of gitleaks, which
// are places: file:rule:line or commit:file:rule:line.
type IgnoreList map[string]bool

// Read adds a .gitleaksignore file, as gitleaks does: empty lines and lines that
// begin with # do not count, backslashes in paths are slashes.
//
// gitleaks names files as they were named to it, so what people copy out of its
// reports begins at the top of the repository, at the directory that was scanned,
// which is that of the file, or at the root of the file system. All three count.
//
// A line that is not of either form ignores nothing; notes name it.
func (l IgnoreList) Read(file *File) (notes []string, err error) {
	text, err := file.read(maxIgnoreSize)
	if err != nil {
		return nil, fmt.Errorf("reading gitleaks' ignore file: %w", err)
	}
	malformed := 0
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if strings.Count(line, ":") < 2 {
			if malformed++; malformed <= maxMalformed {
				e := &ConfigError{Path: file.Path, Line: n, Problem: "ignores nothing: not of the form file:rule:line or commit:file:rule:line"}
				notes = append(notes, e.Error())
			}
			continue
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
	if malformed > maxMalformed {
		notes = append(notes, fmt.Sprintf("%s: %d more lines ignore nothing", file.Path, malformed-maxMalformed))
	}
	return notes, nil
}

// maxIgnoreSize is the largest ignore file that is read, in bytes.
const maxIgnoreSize = 16 << 20

// maxMalformed is how many malformed lines of a file are listed.
const maxMalformed = 10

// names returns what a name that the file holds can be at the root. In a directory
// below it nothing is said about what lies outside of that.
func (f *File) names(name string) []string {
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

// isObjectID reports whether a word is the whole id of a git object.
func isObjectID(s string) bool {
	return (len(s) == 40 || len(s) == 64) && strings.Trim(s, "0123456789abcdef") == ""
}

// Has reports whether a finding is in the list: by its place alone, or by its
// commit and place.
func (l IgnoreList) Has(commit, path, rule string, line int) bool {
	if len(l) == 0 || path == "" {
		return false
	}
	place := path + ":" + rule + ":" + strconv.Itoa(line)
	return l[place] || commit != "" && l[commit+":"+place]
}

// Lines returns the list in a stable order.
func (l IgnoreList) Lines() []string {
	return slices.Sorted(maps.Keys(l))
}
