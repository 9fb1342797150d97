package hook

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/momentolint/momentolint/internal/git/changes"
	"github.com/momentolint/momentolint/internal/gitcmd"
)

// PreReceive runs in the repository that receives a push, and scans what the
// push adds to it.
const PreReceive Event = "pre-receive"

// DefaultTimeout bounds the work of a pre-receive hook, for which the pusher
// waits.
const DefaultTimeout = time.Minute

// The push option that skips a pre-receive hook, and the setting of the server
// that permits it.
const (
	skipOption  = "momentolint.skip"
	skipSetting = "momentolint.allowSkip"
)

// parseReceived parses a line that git writes to a pre-receive hook:
// "<old id> <new id> <ref>" (githooks(5)).
func parseReceived(line string) (Update, error) {
	words := strings.SplitN(line, " ", 3)
	if len(words) < 3 {
		return Update{}, errors.New("want an old id, a new id and a ref")
	}
	u := Update{RemoteRef: words[2]}
	var err error
	if u.RemoteID, err = parseID(words[0]); err != nil {
		return Update{}, err
	}
	u.LocalID, err = parseID(words[1])
	return u, err
}

// planReceive returns the plan for a push that this repository receives. What it
// has is what its refs reach, hidden ones included. The pushed objects may be in
// a quarantine directory, which git names in the environment.
func planReceive(ctx context.Context, updates []Update) (Plan, error) {
	c := changes.Commits{Lenient: true, AsSent: true}
	for _, u := range updates {
		if u.LocalID != "" {
			c.Include = append(c.Include, u.LocalID)
		}
	}
	if len(c.Include) == 0 {
		return Plan{}, nil
	}
	git, err := gitcmd.New(gitcmd.Options{Kind: gitcmd.Own})
	if err != nil {
		return Plan{}, err
	}
	out, err := git.Output(ctx, "for-each-ref", "--format=%(objectname)")
	if err != nil {
		return Plan{}, err
	}
	seen := map[string]bool{}
	for id := range strings.FieldsSeq(string(out)) {
		if !seen[id] {
			seen[id] = true
			c.Known = append(c.Known, id)
		}
	}
	return Plan{Commits: &c}, nil
}

// Skipped reports whether the hook is to be skipped, and what to say about it:
// by MOMENTOLINT_SKIP=1, or on a server, whose environment may be the pusher's
// choice, by a push option if the server's configuration permits that.
func (e Event) Skipped(ctx context.Context, lookup func(string) (string, bool)) (skipped bool, note string, err error) {
	if e != PreReceive {
		value, _ := lookup("MOMENTOLINT_SKIP")
		return value == "1", "", nil
	}
	option, asked := pushOption(lookup)
	if !asked {
		return false, "", nil
	}
	git, err := gitcmd.New(gitcmd.Options{Kind: gitcmd.Own})
	if err != nil {
		return false, "", err
	}
	out, err := git.Output(ctx, "config", "--show-scope", "--type=bool", "--get", skipSetting)
	if err != nil && gitcmd.ExitCode(err) != 1 { // 1: it is not set
		return false, "", err
	}
	// What the command line sets is not the server's configuration.
	if scope, value, _ := strings.Cut(strings.TrimSpace(string(out)), "\t"); value != "true" || scope == "command" {
		return false, fmt.Sprintf("this server does not permit the push option %s (%s)", skipOption, skipSetting), nil
	}
	return true, fmt.Sprintf("not scanned, because of the push option %s", option), nil
}

// pushOption returns the option of "git push -o" that skips the hook: its name,
// perhaps with = and a reason.
func pushOption(lookup func(string) (string, bool)) (option string, ok bool) {
	value, _ := lookup("GIT_PUSH_OPTION_COUNT")
	count, err := strconv.Atoi(value)
	if err != nil {
		return "", false
	}
	for i := range min(count, 1000) {
		option, _ := lookup("GIT_PUSH_OPTION_" + strconv.Itoa(i))
		if name, _, _ := strings.Cut(option, "="); name == skipOption {
			return option, true
		}
	}
	return "", false
}

// Bounded runs work, which ends soon after its context does, for at most limit.
// An error says that it took longer, and reports whether the work has ended.
func Bounded(ctx context.Context, limit time.Duration, work func(context.Context) error) (ended bool, err error) {
	if limit <= 0 {
		return true, work(ctx)
	}
	late := fmt.Errorf("the scan did not end within %v (--timeout)", limit)
	limited, cancel := context.WithTimeoutCause(ctx, limit, late)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- work(limited) }()
	select {
	case err = <-done:
		ended = true
	case <-limited.Done():
		grace := time.NewTimer(2 * time.Second)
		defer grace.Stop()
		select {
		case err = <-done:
			ended = true
		case <-grace.C:
		}
	}
	// The work may have noticed its end without an error.
	if ctx.Err() == nil && limited.Err() != nil {
		err = late
	}
	if !ended && err == nil {
		err = context.Cause(limited)
	}
	return ended, err
}
