package git

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/internal/git/odb"
	"github.com/momentolint/momentolint/internal/userfile"
)

// ref is a name for an object.
type ref struct {
	id   OID
	name string // "" for what only a reflog or a detached HEAD names
}

const stash = "refs/stash"

// namedRefs gives all refs of this work tree.
func (r *Repo) namedRefs(ctx context.Context) ([]ref, error) {
	out, said, err := r.git.Messages(ctx, "for-each-ref", "--format=%(objectname) %(refname)")
	if err != nil {
		return nil, err
	}
	for _, line := range said {
		// "warning: ignoring broken ref refs/heads/x"
		r.skip("refs", strings.TrimPrefix(line, "warning: "))
	}
	var refs []ref
	for line := range strings.SplitSeq(string(out), "\n") {
		hex, name, ok := strings.Cut(line, " ")
		if !ok {
			continue
		}
		id, err := odb.ParseOID(hex)
		if err != nil {
			return nil, err
		}
		refs = append(refs, ref{id, name})
	}
	return refs, nil
}

// heads gives the HEADs of all work trees, but for those that are one of the
// refs.
func (r *Repo) heads(ctx context.Context) ([]ref, error) {
	if heads, ok := r.onlyHead(); ok {
		return heads, nil
	}
	out, err := r.git.Output(ctx, "worktree", "list", "--porcelain")
	if err != nil {
		return nil, err
	}
	var heads []ref
	for line := range strings.SplitSeq(string(out), "\n") {
		hex, ok := strings.CutPrefix(line, "HEAD ")
		// All zeros stand for a branch that does not exist yet.
		if !ok || strings.Trim(hex, "0") == "" {
			continue
		}
		id, err := odb.ParseOID(hex)
		if err != nil {
			return nil, err
		}
		heads = append(heads, ref{id, "HEAD"})
	}
	return heads, nil
}

// onlyHead reads the HEAD of a repository that has no linked work trees, which
// spares a git process. ok is false where that takes git: the HEADs of other
// work trees, and of refs that are not files (gitrepository-layout, "HEAD"; in
// a repository with reftables HEAD names the branch ".invalid").
func (r *Repo) onlyHead() (heads []ref, ok bool) {
	linked, err := os.ReadDir(filepath.Join(r.commonDir, "worktrees"))
	if len(linked) > 0 || err != nil && !os.IsNotExist(err) {
		return nil, false
	}
	text, err := userfile.Read(filepath.Join(r.gitDir, "HEAD"), userfile.Small)
	if err != nil {
		return nil, false
	}
	line := strings.TrimSpace(string(text))
	if name, ok := strings.CutPrefix(line, "ref:"); ok {
		// A ref like all others, or one that does not exist yet.
		return nil, strings.TrimSpace(name) != "refs/heads/.invalid"
	}
	id, err := odb.ParseOID(line)
	return []ref{{id, "HEAD"}}, err == nil
}

// tips gives what a selection starts from: all refs (of all work trees) but
// the stash, and every work tree's HEAD; with Reflog also the stash and what
// reflogs name.
func (r *Repo) tips(ctx context.Context, sel Selection) ([]ref, error) {
	tips, err := r.namedRefs(ctx)
	if err != nil {
		return nil, err
	}
	if !sel.Reflog {
		tips = slices.DeleteFunc(tips, func(t ref) bool { return t.name == stash })
	}
	// This gives the commits of all refs once more, and those of every work
	// tree's HEAD and own refs.
	args := []string{"rev-list", "--no-walk=unsorted", "--ignore-missing", "--exclude=" + stash, "--all"}
	if sel.Reflog {
		args = append(args, "--all", "--reflog")
	}
	out, err := r.git.Output(ctx, args...)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		// Some ref names an object that cannot be read. The others are known.
		r.skip("refs", err.Error())
		return tips, nil
	}
	for hex := range strings.FieldsSeq(string(out)) {
		id, err := odb.ParseOID(hex)
		if err != nil {
			return nil, err
		}
		tips = append(tips, ref{id: id})
	}
	return tips, nil
}

// rewrites are the places where git reads history otherwise than the commits
// say (gitrepository-layout: shallow, info/grafts; git-replace).
type rewrites struct {
	// shallow commits have no parents here.
	shallow map[OID]bool
	// grafts give commits other parents.
	grafts map[OID][]OID
	// replaced objects are shown as others.
	replaced map[OID]OID
}

func (r *Repo) readRewrites(tips []ref) (rewrites, error) {
	w := rewrites{shallow: map[OID]bool{}, grafts: map[OID][]OID{}, replaced: map[OID]OID{}}
	shallow := filepath.Join(r.commonDir, "shallow")
	if v := r.git.Getenv("GIT_SHALLOW_FILE"); v != "" {
		shallow = r.abs(v)
	}
	lines, err := idLines(shallow)
	if err != nil {
		return w, err
	}
	for _, ids := range lines {
		w.shallow[ids[0]] = true
	}
	grafts := filepath.Join(r.commonDir, "info", "grafts")
	if v := r.git.Getenv("GIT_GRAFT_FILE"); v != "" {
		grafts = r.abs(v)
	}
	if lines, err = idLines(grafts); err != nil {
		return w, err
	}
	for _, ids := range lines {
		w.grafts[ids[0]] = ids[1:]
	}
	if r.git.Getenv("GIT_NO_REPLACE_OBJECTS") != "" {
		return w, nil
	}
	base := r.git.Getenv("GIT_REPLACE_REF_BASE")
	if base == "" {
		base = "refs/replace/"
	}
	for _, t := range tips {
		if hex, ok := strings.CutPrefix(t.name, base); ok {
			if id, err := odb.ParseOID(hex); err == nil {
				w.replaced[id] = t.id
			}
		}
	}
	return w, nil
}

// idLines reads a file of lines of ids; none if it does not exist.
func idLines(path string) ([][]OID, error) {
	text, err := userfile.Read(path, userfile.Small)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var lines [][]OID
	for line := range strings.SplitSeq(string(text), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		var ids []OID
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
