package changes

import (
	"fmt"
	"strings"
)

// Commits names commits as hooks and workflows do.
type Commits struct {
	// Include are revisions whose commits count, and with them the message of an
	// annotated tag, and the files of a tag of a file or directory.
	Include []string
	// Exclude are revisions whose commits do not count.
	Exclude []string
	// Known are ids of objects whose commits do not count either, e.g. of refs that
	// the remote has. Those that do not exist here are ignored if Lenient is set.
	Known []string
	// Lenient ignores unknown revisions in Exclude, as a pre-push hook needs: the
	// remote may have commits that are unknown here.
	Lenient bool
	// AsSent reads commits as a push sends them, without replacements and grafts.
	AsSent bool
	// Remote excludes what the remote-tracking refs of a remote reach, AllRemotes
	// what those of any remote reach (git's --not --remotes).
	Remote     string
	AllRemotes bool
}

func (c Commits) String() string {
	var b strings.Builder
	b.WriteString(strings.Join(c.Include, " "))
	if len(c.Exclude) > 0 {
		b.WriteString(" --not " + strings.Join(c.Exclude, " "))
	}
	switch {
	case c.AllRemotes:
		b.WriteString(" --not --remotes")
	case c.Remote != "":
		b.WriteString(" --not --remotes=" + c.Remote)
	}
	return strings.TrimSpace(b.String())
}

// parseCommits parses a range of several words.
func parseCommits(spec string, words []string) (Commits, error) {
	var c Commits
	not := false
	for _, word := range words {
		name, isRemote := strings.CutPrefix(word, "--remotes")
		remote, named := strings.CutPrefix(name, "=")
		rev, negated := strings.CutPrefix(word, "^")
		from, to, sep := splitRange(rev)
		switch {
		case word == "--not":
			not = !not
		case isRemote && (name == "" || named && remote != "") && not:
			if c.Remote != "" && c.Remote != remote {
				return c, invalidRange(spec, "it names more than one remote")
			}
			c.AllRemotes, c.Remote = c.AllRemotes || name == "", remote
		case strings.HasPrefix(word, "-"):
			return c, invalidRange(spec, fmt.Sprintf("%s is not understood (--not and, behind it, --remotes and --remotes=NAME are)", word))
		case sep == "...":
			return c, invalidRange(spec, "A...B cannot be combined with other revisions")
		case sep == ".." && not == negated:
			c.Include, c.Exclude = append(c.Include, to), append(c.Exclude, from)
		case sep == "..":
			c.Include, c.Exclude = append(c.Include, from), append(c.Exclude, to)
		case not != negated:
			c.Exclude = append(c.Exclude, rev)
		default:
			c.Include = append(c.Include, rev)
		}
	}
	if len(c.Include) == 0 {
		return c, invalidRange(spec, "it names no commits that count")
	}
	return c, nil
}

// splitRange splits A..B and A...B; a missing end is HEAD.
func splitRange(spec string) (from, to, sep string) {
	for _, sep := range []string{"...", ".."} {
		if from, to, ok := strings.Cut(spec, sep); ok {
			if from == "" {
				from = "HEAD"
			}
			if to == "" {
				to = "HEAD"
			}
			return from, to, sep
		}
	}
	return "", spec, ""
}

func isZeroID(rev string) bool {
	return (len(rev) == 40 || len(rev) == 64) && strings.Trim(rev, "0") == ""
}
