// Package refs reads what leads into the history of a repository: refs, HEADs,
// reflogs, revisions, and the files that change how git reads the history.
package refs

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/internal/git"
	"github.com/momentolint/momentolint/internal/git/odb"
	"github.com/momentolint/momentolint/internal/userfile"
)

// Ref is a name of an object.
type Ref struct {
	ID git.OID
	// Name is "" for what only a reflog or a detached HEAD names.
	Name string
}

const stash = "refs/stash"

// All returns all refs, those that only other work trees see included.
func All(ctx context.Context, r *git.Repo) ([]Ref, error) {
	all, err := list(ctx, r, "", "for-each-ref", "--format=%(objectname) %(refname)")
	if err != nil {
		return nil, err
	}
	private, err := others(ctx, r)
	return append(all, private...), err
}

// perWorkTree are the refs that each work tree has for itself (git-worktree, "REFS").
var perWorkTree = []string{"refs/bisect", "refs/worktree", "refs/rewritten"}

// others returns the refs that only work trees other than this one see, under the
// names that git has for them here.
func others(ctx context.Context, r *git.Repo) ([]Ref, error) {
	places := map[string]string{"main-worktree/": r.CommonDir()}
	linked, err := os.ReadDir(filepath.Join(r.CommonDir(), "worktrees"))
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	for _, e := range linked {
		places["worktrees/"+e.Name()+"/"] = filepath.Join(r.CommonDir(), "worktrees", e.Name())
	}
	var refs []Ref
	for _, prefix := range slices.Sorted(maps.Keys(places)) {
		dir := places[prefix]
		if filepath.Clean(dir) == filepath.Clean(r.GitDir()) || !hasPrivateRefs(dir) {
			continue
		}
		args := append([]string{"--git-dir=" + dir, "for-each-ref", "--format=%(objectname) %(refname)"}, perWorkTree...)
		found, err := list(ctx, r, prefix, args...)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			r.Skip(prefix+"refs", err.Error())
		}
		refs = append(refs, found...)
	}
	return refs, nil
}

// hasPrivateRefs reports whether a work tree may have refs for itself, so that git
// has to be asked.
func hasPrivateRefs(dir string) bool {
	for _, name := range append([]string{"reftable"}, perWorkTree...) {
		if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name))); err == nil {
			return true
		}
	}
	return false
}

// list returns the refs that a call of git for-each-ref lists.
func list(ctx context.Context, r *git.Repo, prefix string, args ...string) ([]Ref, error) {
	out, said, err := r.Git().Messages(ctx, args...)
	if err != nil {
		return nil, err
	}
	for _, line := range said {
		// "warning: ignoring broken ref refs/heads/x"
		r.Skip("refs", strings.TrimPrefix(line, "warning: "))
	}
	var refs []Ref
	for line := range strings.SplitSeq(string(out), "\n") {
		hex, name, ok := strings.Cut(line, " ")
		if !ok {
			continue
		}
		id, err := odb.ParseOID(hex)
		if err != nil {
			return nil, err
		}
		refs = append(refs, Ref{id, prefix + name})
	}
	return refs, nil
}

// Heads returns the HEADs of all work trees, except for those that name a ref.
func Heads(ctx context.Context, r *git.Repo) ([]Ref, error) {
	if heads, ok := onlyHead(r); ok {
		return heads, nil
	}
	out, err := r.Git().Output(ctx, "worktree", "list", "--porcelain")
	if err != nil {
		return nil, err
	}
	var heads []Ref
	for line := range strings.SplitSeq(string(out), "\n") {
		hex, ok := strings.CutPrefix(line, "HEAD ")
		// All zeros mean a branch that does not exist yet.
		if !ok || strings.Trim(hex, "0") == "" {
			continue
		}
		id, err := odb.ParseOID(hex)
		if err != nil {
			return nil, err
		}
		heads = append(heads, Ref{id, "HEAD"})
	}
	return heads, nil
}

// onlyHead reads the HEAD of a repository without linked work trees, which
// saves a git process. ok is false if git is needed: for linked work trees, and
// for refs that are not files (gitrepository-layout, "HEAD"; with reftables HEAD
// names the branch ".invalid").
func onlyHead(r *git.Repo) (heads []Ref, ok bool) {
	linked, err := os.ReadDir(filepath.Join(r.CommonDir(), "worktrees"))
	if len(linked) > 0 || err != nil && !os.IsNotExist(err) {
		return nil, false
	}
	text, err := userfile.Read(filepath.Join(r.GitDir(), "HEAD"), userfile.Small)
	if err != nil {
		return nil, false
	}
	line := strings.TrimSpace(string(text))
	if name, ok := strings.CutPrefix(line, "ref:"); ok {
		// A ref like all others, or one that does not exist yet.
		return nil, strings.TrimSpace(name) != "refs/heads/.invalid"
	}
	id, err := odb.ParseOID(line)
	return []Ref{{id, "HEAD"}}, err == nil
}

// Selection chooses where a history starts.
type Selection struct {
	// Reflog adds the stash and the entries of reflogs.
	Reflog bool
}

// Tips returns where a history starts: all refs (of all work trees) except the
// stash, and the HEAD of every work tree.
func Tips(ctx context.Context, r *git.Repo, sel Selection) ([]Ref, error) {
	tips, err := All(ctx, r)
	if err != nil {
		return nil, err
	}
	if !sel.Reflog {
		tips = slices.DeleteFunc(tips, func(t Ref) bool { return t.Name == stash })
	}
	heads, err := Heads(ctx, r)
	if err != nil {
		return nil, err
	}
	tips = append(tips, heads...)
	if !sel.Reflog {
		return tips, nil
	}
	// Without reflogs, --reflog alone is a usage error.
	out, err := r.Git().Output(ctx, "rev-list", "--no-walk=unsorted", "--ignore-missing", "--exclude=refs/*", "--all", "--reflog")
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		// A reflog names an object that cannot be read. The refs are known.
		r.Skip("reflogs", err.Error())
		return tips, nil
	}
	for hex := range strings.FieldsSeq(string(out)) {
		id, err := odb.ParseOID(hex)
		if err != nil {
			return nil, err
		}
		tips = append(tips, Ref{ID: id})
	}
	return tips, nil
}
