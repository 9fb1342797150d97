package hook

import (
	"context"
	"io"
	"strings"

	"github.com/momentolint/momentolint/internal/git/changes"
	"github.com/momentolint/momentolint/internal/gitcmd"
)

// Call is how a hook was called.
type Call struct {
	// Args are the hook's own arguments.
	Args []string
	// In is its standard input.
	In io.Reader
	// Lookup returns a variable of its environment.
	Lookup func(string) (string, bool)
}

// Plan is what a hook has to scan: Commits if they are set, otherwise the index
// if Index is set, otherwise nothing.
type Plan struct {
	// Commits are those that are pushed, or those of a range.
	Commits *changes.Commits
	// Index means what the index adds to HEAD, and Tracked every file of it.
	Index, Tracked bool
}

// Plan returns what an event has to scan in the current directory's repository.
//
// The pre-commit framework passes no arguments and no input, but sets variables
// (https://pre-commit.com/#arguments-pattern-in-hooks). It can run any hook at
// any stage, so the variables count, and not the event.
func (e Event) Plan(ctx context.Context, c Call) (Plan, error) {
	if len(c.Args) == 0 {
		if p, ok := framework(c.Lookup); ok {
			return p.orTracked(ctx, e)
		}
	}
	if e == PreCommit {
		return Plan{Index: true}, nil
	}
	updates, err := ReadUpdates(c.In)
	if err != nil {
		return Plan{}, err
	}
	return push(c.Args, updates), nil
}

// push returns the plan for what git tells a pre-push hook: its arguments, the
// remote's name and URL, and the updates. Deletions send nothing.
func push(args []string, updates []Update) Plan {
	c := changes.Commits{Lenient: true, AsSent: true}
	for _, u := range updates {
		if u.LocalID == "" {
			continue
		}
		c.Include = append(c.Include, u.LocalID)
		if u.RemoteID != "" {
			c.Exclude = append(c.Exclude, u.RemoteID)
		}
	}
	if len(c.Include) == 0 {
		return Plan{}
	}
	// For a push to a URL both arguments are the URL.
	if len(args) > 0 && (len(args) < 2 || args[0] != args[1]) {
		c.Remote = args[0]
	}
	c.AllRemotes = c.Remote == ""
	return Plan{Commits: &c}
}

// framework returns the plan for the variables that the pre-commit framework
// sets. Of a push of several refs they describe only the first. ok is false if
// the framework does not run.
func framework(lookup func(string) (string, bool)) (p Plan, ok bool) {
	get := func(name string) string {
		value, _ := lookup("PRE_COMMIT" + name)
		return value
	}
	c := changes.Commits{AsSent: true, Remote: get("_REMOTE_NAME")}
	pushed := c.Remote != ""
	c.Lenient = pushed
	if pushed && c.Remote == get("_REMOTE_URL") {
		c.Remote, c.AllRemotes = "", true
	}
	from, to := get("_FROM_REF"), get("_TO_REF")
	switch {
	case to != "":
		// "pre-commit run --from-ref A --to-ref B" sets no remote.
		c.Include = []string{to}
		if strings.Trim(from, "0") != "" { // a first checkout is from no commit
			c.Exclude = []string{from}
		}
		return Plan{Commits: &c}, true
	case pushed && get("_LOCAL_BRANCH") != "":
		// The first push of a history has nothing to start from.
		c.Include = []string{get("_LOCAL_BRANCH")}
		return Plan{Commits: &c}, true
	}
	return Plan{Index: true}, get("") == "1" || pushed
}

// orTracked replaces the index's additions by all its files where the framework
// was called with --all-files: it says so to no hook, but then nothing is
// staged, or it is not before a commit.
func (p Plan) orTracked(ctx context.Context, e Event) (Plan, error) {
	if !p.Index {
		return p, nil
	}
	if e != PreCommit {
		return Plan{Index: true, Tracked: true}, nil
	}
	git, err := gitcmd.New(gitcmd.Options{Kind: gitcmd.Own})
	if err != nil {
		return Plan{}, err
	}
	_, err = git.Output(ctx, "diff-index", "--cached", "--quiet", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none", "HEAD", "--")
	// An error other than a difference means that there is no HEAD, and then
	// every file of the index is an addition.
	p.Tracked = err == nil
	return p, nil
}
