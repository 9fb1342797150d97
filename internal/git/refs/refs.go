// Package refs reads what leads into the history of a repository: refs, HEADs,
// reflogs, revisions, and the files that change how git reads the history.
package refs

import (
	"context"
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

// All returns all refs of this work tree.
func All(ctx context.Context, r *git.Repo) ([]Ref, error) {
	out, said, err := r.Git().Messages(ctx, "for-each-ref", "--format=%(objectname) %(refname)")
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
		refs = append(refs, Ref{id, name})
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
	// This lists the commits of all refs again, together with those of the HEAD
	// and the own refs of every work tree.
	args := []string{"rev-list", "--no-walk=unsorted", "--ignore-missing", "--exclude=" + stash, "--all"}
	if sel.Reflog {
		args = append(args, "--all", "--reflog")
	}
	out, err := r.Git().Output(ctx, args...)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		// Some ref names an object that cannot be read. The others are known.
		r.Skip("refs", err.Error())
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
