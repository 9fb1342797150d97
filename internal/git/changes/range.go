package changes

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/internal/git"
	"github.com/momentolint/momentolint/internal/git/odb"
	"github.com/momentolint/momentolint/internal/git/refs"
	"github.com/momentolint/momentolint/internal/gitcmd"
)

// Range calls visit for everything that the commits of a range added: files
// that differ from those of every parent, and messages. The range is written as
// for git log: A..B, A...B, A^!, a single revision for its whole history, or
// several words separated by spaces: revisions, ^revisions, --not, which inverts
// the revisions after it, --remotes and --remotes=NAME.
//
// The error for a range that cannot be scanned is a [RangeError]. So is that for
// an empty range, which callers may accept.
func Range(ctx context.Context, r *git.Repo, spec string, visit Visitor) (Stats, error) {
	words := strings.Fields(spec)
	if len(words) == 0 || len(words) == 1 && spec[0] == '-' || strings.ContainsAny(spec, "\x00\n") {
		return Stats{}, invalidRange(spec, "it is not a range of commits")
	}
	if len(words) > 1 {
		c, err := parseCommits(spec, words)
		if err != nil {
			return Stats{}, err
		}
		stats, err := Of(ctx, r, c, visit)
		var wrong *RangeError
		if errors.As(err, &wrong) && wrong.Same {
			// A range that a person wrote may have its ends swapped.
			return stats, emptyRange(spec, false)
		}
		return stats, err
	}
	revs, err := resolveRange(ctx, r, spec)
	if err != nil {
		return Stats{}, err
	}
	commits, err := list(ctx, r, spec, refs.RevList{Revs: revs})
	if err != nil {
		return Stats{}, err
	}
	if len(commits) == 0 {
		return Stats{}, emptyRange(spec, false)
	}
	return walkCommits(ctx, r, commits, nil, visit)
}

// resolveRange replaces the ends of a range of one word with ids, after it has
// checked that they exist. Git reads other forms, like A^!, as they are.
func resolveRange(ctx context.Context, r *git.Repo, spec string) ([]string, error) {
	from, to, sep := splitRange(spec)
	if sep == "" && strings.ContainsAny(spec, "^@") {
		return []string{spec}, nil
	}
	ends := []string{to}
	if sep != "" {
		ends = []string{from, to}
	}
	found, err := refs.Resolve(ctx, r.Git(), ends)
	if err != nil {
		return nil, err
	}
	for i, f := range found {
		switch {
		case isZeroID(ends[i]):
			return nil, zeroID(spec, ends[i])
		case f.Commit.IsZero():
			return nil, unknownRevision(spec, ends[i], r.Shallow())
		}
	}
	first, last := found[0].Commit, found[len(found)-1].Commit
	switch {
	case sep == "":
		return []string{last.String()}, nil
	case first == last:
		return nil, emptyRange(spec, true)
	case sep == "..":
		return []string{last.String(), "^" + first.String()}, nil
	}
	return []string{first.String() + "..." + last.String()}, nil
}

// list lists commits, with the errors of a range.
func list(ctx context.Context, r *git.Repo, spec string, l refs.RevList) ([]refs.Listed, error) {
	commits, err := refs.List(ctx, r, l)
	if errors.Is(err, refs.ErrBadRevision) {
		return nil, unknownRevision(spec, spec, r.Shallow())
	}
	if shallow, ok := errors.AsType[*refs.ShallowError](err); ok {
		return nil, shallowRange(spec, shallow.Commit.String())
	}
	return commits, err
}

// Of is like [Range] but takes an explicit list of commits.
func Of(ctx context.Context, r *git.Repo, c Commits, visit Visitor) (Stats, error) {
	spec := c.String()
	if len(c.Include) == 0 {
		return Stats{}, emptyRange(spec, true)
	}
	for _, rev := range slices.Concat(c.Include, c.Exclude) {
		if rev == "" || strings.ContainsAny(rev, "\x00\n") {
			return Stats{}, invalidRange(rev, "it is not a revision")
		}
	}
	g := r.Git()
	if c.AsSent {
		g = g.NoReplace()
	}
	revs, others, err := resolveCommits(ctx, r, g, c)
	if err != nil {
		return Stats{}, err
	}
	var commits []refs.Listed
	if slices.ContainsFunc(revs, func(rev string) bool { return rev[0] != '^' }) {
		commits, err = list(ctx, r, spec, refs.RevList{Git: g, Revs: revs, IgnoreMissing: c.Lenient})
		if err != nil {
			return Stats{}, err
		}
	}
	if len(commits) == 0 && len(others) == 0 {
		return Stats{}, nothingNew(spec)
	}
	return walkCommits(ctx, r, commits, others, visit)
}

// resolveCommits returns the arguments for rev-list, and the included objects
// that are not commits.
func resolveCommits(ctx context.Context, r *git.Repo, g *gitcmd.Git, c Commits) (revs []string, others []refs.Resolved, err error) {
	names := slices.Concat(c.Include, c.Exclude)
	found, err := refs.Resolve(ctx, g, names)
	if err != nil {
		return nil, nil, err
	}
	for i, f := range found {
		include := i < len(c.Include)
		isOther := include && !f.ID.IsZero() && f.Type != odb.Commit
		if isOther {
			others = append(others, f)
		}
		switch {
		case !f.Commit.IsZero() && include:
			revs = append(revs, f.Commit.String())
		case !f.Commit.IsZero():
			revs = append(revs, "^"+f.Commit.String())
		case isOther, !include && c.Lenient:
		case isZeroID(names[i]):
			return nil, nil, zeroID(c.String(), names[i])
		default:
			return nil, nil, unknownRevision(c.String(), names[i], r.Shallow())
		}
	}
	for _, id := range c.Known {
		revs = append(revs, "^"+id)
	}
	if c.AllRemotes || c.Remote != "" {
		remote := c.Remote
		if c.AllRemotes {
			remote = ""
		}
		known, err := refs.Remotes(ctx, r, remote)
		if err != nil {
			return nil, nil, err
		}
		for _, id := range known {
			revs = append(revs, "^"+id)
		}
	}
	return revs, others, nil
}
