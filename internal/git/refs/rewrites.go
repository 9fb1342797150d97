package refs

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/momentolint/momentolint/internal/git"
	"github.com/momentolint/momentolint/internal/git/odb"
	"github.com/momentolint/momentolint/internal/userfile"
)

// Rewrites are the ways in which git reads a history differently from what its
// commits say (gitrepository-layout: shallow, info/grafts; git-replace).
type Rewrites struct {
	// Shallow commits have no parents here.
	Shallow map[git.OID]bool
	// Grafts replace the parents of commits.
	Grafts map[git.OID][]git.OID
	// Replaced maps objects to those that replace them.
	Replaced map[git.OID]git.OID
}

// ReadRewrites reads them. Replacements are refs, so they come from tips.
func ReadRewrites(r *git.Repo, tips []Ref) (Rewrites, error) {
	w := Rewrites{Shallow: map[git.OID]bool{}, Grafts: map[git.OID][]git.OID{}, Replaced: map[git.OID]git.OID{}}
	shallow := filepath.Join(r.CommonDir(), "shallow")
	if v := r.Git().Getenv("GIT_SHALLOW_FILE"); v != "" {
		shallow = r.Abs(v)
	}
	lines, err := idLines(shallow)
	if err != nil {
		return w, err
	}
	for _, ids := range lines {
		w.Shallow[ids[0]] = true
	}
	grafts := filepath.Join(r.CommonDir(), "info", "grafts")
	if v := r.Git().Getenv("GIT_GRAFT_FILE"); v != "" {
		grafts = r.Abs(v)
	}
	if lines, err = idLines(grafts); err != nil {
		return w, err
	}
	for _, ids := range lines {
		w.Grafts[ids[0]] = ids[1:]
	}
	if r.Git().Getenv("GIT_NO_REPLACE_OBJECTS") != "" {
		return w, nil
	}
	base := r.Git().Getenv("GIT_REPLACE_REF_BASE")
	if base == "" {
		base = "refs/replace/"
	}
	for _, t := range tips {
		if hex, ok := strings.CutPrefix(t.Name, base); ok {
			if id, err := odb.ParseOID(hex); err == nil {
				w.Replaced[id] = t.ID
			}
		}
	}
	return w, nil
}

// idLines reads a file with ids on each line. A missing file has no lines.
func idLines(path string) ([][]git.OID, error) {
	text, err := userfile.Read(path, userfile.Small)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var lines [][]git.OID
	for line := range strings.SplitSeq(string(text), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		var ids []git.OID
		for hex := range strings.FieldsSeq(line) {
			id, err := odb.ParseOID(hex)
			if err != nil {
				ids = nil
				break // git ignores such lines with a warning
			}
			ids = append(ids, id)
		}
		if len(ids) > 0 {
			lines = append(lines, ids)
		}
	}
	return lines, nil
}

// MergeHeads returns the commits that are being merged.
func MergeHeads(r *git.Repo) ([]git.OID, error) {
	lines, err := idLines(filepath.Join(r.GitDir(), "MERGE_HEAD"))
	if err != nil {
		return nil, fmt.Errorf("reading what is being merged: %w", err)
	}
	heads := make([]git.OID, 0, len(lines))
	for _, ids := range lines {
		heads = append(heads, ids[0])
	}
	return heads, nil
}
