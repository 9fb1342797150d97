package detect

import (
	"bufio"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
)

// ignoreList is a .gitleaksignore file: fingerprints of gitleaks, which are
// places: file:rule:line or commit:file:rule:line.
type ignoreList map[string]bool

// readIgnoreList reads a .gitleaksignore file as gitleaks does: empty lines and
// lines that begin with # do not count, backslashes in paths are slashes.
func readIgnoreList(path string) (ignoreList, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading gitleaks' ignore file: %w", err)
	}
	defer func() { _ = f.Close() }()
	list := ignoreList{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if strings.Count(line, ":") < 2 {
			return nil, &ConfigError{Path: path, Line: n, Problem: "not of the form file:rule:line or commit:file:rule:line"}
		}
		list[strings.ReplaceAll(line, `\`, "/")] = true
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading gitleaks' ignore file: %w", err)
	}
	return list, nil
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
