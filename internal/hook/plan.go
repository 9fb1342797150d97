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
	// Event is what to advise about: the hook's event, or Manual.
	Event Event
}

// Plan returns what an event has to scan in the current directory's repository.
//
// The pre-commit framework passes no arguments and no input, but sets variables
// (https://pre-commit.com/#arguments-pattern-in-hooks). It can run any hook at
// any stage, so the variables count, and not the event.
func (e Event) Plan(ctx context.Context, c Call) (Plan, error) {
	p, err := e.plan(ctx, c)
	if p.Event == "" {
		p.Event = e
	}
	return p, err
}

func (e Event) plan(ctx context.Context, c Call) (Plan, error) {
	if e == PreReceive {
		updates, err := readUpdates(c.In, parseReceived)
		if err != nil {
			return Plan{}, err
		}
		return planReceive(ctx, updates)
	}
	if len(c.Args) == 0 {
		if f := readFramework(c.Lookup); f.runs {
			return f.plan(ctx, e)
		}
	}
	if e == PreCommit {
		return Plan{Index: true}, nil
	}
	updates, err := ReadUpdates(c.In)
	if err != nil {
		return Plan{}, err
	}
	return planPush(ctx, c.Args, updates)
}

// planPush returns the plan for what git passes to a pre-push hook: its arguments, the
// remote's name and URL, and the updates. Deletions send nothing.
func planPush(ctx context.Context, args []string, updates []Update) (Plan, error) {
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
		return Plan{}, nil
	}
	if len(args) > 1 {
		r, err := openReceivers(ctx, ".")
		if err != nil {
			return Plan{}, err
		}
		c.Known, _ = r.known(args[1], updates)
	}
	return Plan{Commits: &c}, nil
}

// frameworkCall holds the variables that the pre-commit framework sets.
type frameworkCall struct {
	runs bool
	// from and to are a range.
	from, to string
	// url is set for a push, of which branch is the local ref. Of a push of several
	// refs only the first is described.
	url, branch string
}

func readFramework(lookup func(string) (string, bool)) frameworkCall {
	get := func(name string) string {
		value, _ := lookup("PRE_COMMIT" + name)
		return value
	}
	f := frameworkCall{from: get("_FROM_REF"), to: get("_TO_REF"), url: get("_REMOTE_URL"), branch: get("_LOCAL_BRANCH")}
	f.runs = get("") == "1" || f.to != "" || f.url != ""
	return f
}

func (f frameworkCall) plan(ctx context.Context, e Event) (Plan, error) {
	c := changes.Commits{AsSent: true, Lenient: f.url != ""}
	switch {
	case f.to != "":
		// "pre-commit run --from-ref A --to-ref B" sets no remote.
		c.Include = []string{f.to}
	case f.url != "" && f.branch != "":
		// The first push of a history has nothing to start from.
		c.Include = []string{f.branch}
	default:
		return f.planIndex(ctx, e)
	}
	sure := true
	if f.url != "" {
		r, err := openReceivers(ctx, ".")
		if err != nil {
			return Plan{}, err
		}
		c.Known, sure = r.known(f.url, nil)
	}
	// The framework takes all remote-tracking refs of the remote's name for what it
	// has. A first checkout is from no commit.
	if sure && strings.Trim(f.from, "0") != "" {
		c.Exclude = []string{f.from}
	}
	p := Plan{Commits: &c}
	if f.url == "" {
		p.Event = Manual
	}
	return p, nil
}

// planIndex returns the plan where the framework names no commits. It passes
// --all-files to no hook, but then nothing is staged, or it is not before a commit.
func (frameworkCall) planIndex(ctx context.Context, e Event) (Plan, error) {
	if e != PreCommit {
		return Plan{Index: true, Tracked: true, Event: Manual}, nil
	}
	git, err := gitcmd.New(gitcmd.Options{Kind: gitcmd.Own})
	if err != nil {
		return Plan{}, err
	}
	_, err = git.Output(ctx, "diff-index", "--cached", "--quiet", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none", "HEAD", "--")
	// An error other than a difference means that there is no HEAD, and then
	// every file of the index is an addition.
	if err == nil {
		return Plan{Index: true, Tracked: true, Event: Manual}, nil
	}
	return Plan{Index: true}, nil
}
