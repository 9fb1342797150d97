package refs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/momentolint/momentolint/internal/git"
	"github.com/momentolint/momentolint/internal/git/odb"
	"github.com/momentolint/momentolint/internal/gitcmd"
)

// Resolved is the object that a revision names.
type Resolved struct {
	ID git.OID
	// Commit is the commit that ID leads to, the zero value if none is known.
	Commit git.OID
	Type   odb.Type
}

// Resolve asks git which objects revisions name. They are passed on standard
// input, where none can be mistaken for an option.
func Resolve(ctx context.Context, g *gitcmd.Git, revs []string) ([]Resolved, error) {
	var in bytes.Buffer
	for _, rev := range revs {
		_, _ = fmt.Fprintf(&in, "%s\n%s^{commit}\n", rev, rev)
	}
	out, err := g.Pipe(ctx, in.Bytes(), "cat-file", "--batch-check=%(objectname) %(objecttype)")
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(lines) != 2*len(revs) {
		return nil, fmt.Errorf("git cat-file: %d lines for %d revisions", len(lines), len(revs))
	}
	all := make([]Resolved, len(revs))
	for i := range revs {
		all[i].ID, all[i].Type = parseCheck(lines[2*i])
		all[i].Commit, _ = parseCheck(lines[2*i+1])
	}
	return all, nil
}

// parseCheck parses "id type"; anything else means that there is no such object.
func parseCheck(line string) (git.OID, odb.Type) {
	hex, kind, _ := strings.Cut(line, " ")
	id, err := odb.ParseOID(hex)
	if err != nil {
		return git.OID{}, 0
	}
	t, err := odb.ParseType(kind)
	if err != nil {
		return git.OID{}, 0
	}
	return id, t
}

// Remotes lists the objects of the remote-tracking refs of a remote, or with ""
// of all remotes.
func Remotes(ctx context.Context, r *git.Repo, remote string) ([]string, error) {
	out, err := r.Git().Output(ctx, "for-each-ref", "--format=%(objectname) %(refname)", "refs/remotes/")
	if err != nil {
		return nil, err
	}
	var ids []string
	for line := range strings.SplitSeq(string(out), "\n") {
		hex, name, ok := strings.Cut(line, " ")
		if ok && (remote == "" || strings.HasPrefix(name, "refs/remotes/"+remote+"/")) {
			ids = append(ids, hex)
		}
	}
	return ids, nil
}

// Listed is a commit as rev-list prints it: with replacements and grafts
// applied, unless git was told to ignore them.
type Listed struct {
	ID, Tree git.OID
	Parents  []git.OID
}

// RevList configures List.
type RevList struct {
	// Git runs git; nil means the repository's.
	Git *gitcmd.Git
	// Revs are revisions, those to leave out with a leading ^.
	Revs []string
	// IgnoreMissing leaves out unknown revisions.
	IgnoreMissing bool
}

// ErrBadRevision is returned by List for a revision that git does not know.
var ErrBadRevision = errors.New("bad revision")

// ShallowError is returned by List if the history was cut at one of the commits,
// so that its parents are not known.
type ShallowError struct{ Commit git.OID }

// Error describes the problem.
func (e *ShallowError) Error() string { return fmt.Sprintf("the history ends at commit %s", e.Commit) }

// List returns the commits that a rev-list selects, parents first.
func List(ctx context.Context, r *git.Repo, l RevList) ([]Listed, error) {
	args := []string{"rev-list", "--topo-order", "--reverse", "--format=%T %P"}
	if l.IgnoreMissing {
		args = append(args, "--ignore-missing")
	}
	g := l.Git
	if g == nil {
		g = r.Git()
	}
	out, err := g.Pipe(ctx, []byte(strings.Join(l.Revs, "\n")+"\n"), append(args, "--stdin")...)
	if err != nil {
		var failed *gitcmd.Error
		if errors.As(err, &failed) && strings.Contains(failed.Stderr, "bad revision") {
			return nil, ErrBadRevision
		}
		return nil, err
	}
	w, err := ReadRewrites(r, nil)
	if err != nil {
		return nil, err
	}
	return parseList(string(out), w.Shallow)
}

// parseList parses pairs of lines: "commit ID" and "TREE PARENTS".
func parseList(out string, shallow map[git.OID]bool) ([]Listed, error) {
	var commits []Listed
	for line := range strings.SplitSeq(out, "\n") {
		if hex, ok := strings.CutPrefix(line, "commit "); ok {
			id, err := odb.ParseOID(hex)
			if err != nil {
				return nil, err
			}
			commits = append(commits, Listed{ID: id})
			if shallow[id] {
				return nil, &ShallowError{id}
			}
			continue
		}
		for i, hex := range strings.Fields(line) {
			id, err := odb.ParseOID(hex)
			if err != nil {
				return nil, err
			}
			last := &commits[len(commits)-1]
			if i == 0 {
				last.Tree = id
			} else {
				last.Parents = append(last.Parents, id)
			}
		}
	}
	return commits, nil
}
