// Package hook puts momentolint into git's hooks and takes it out again, and
// parses what git passes to a hook. It knows three ways in: hooks in git's
// configuration (git 2.54 and newer), a script in the hooks directory, which runs
// the hook that was there before, and, where a hook manager owns the directory,
// the lines to put into that manager's file. A server's hook is always a script.
// Package ai does the same for AI coding assistants.
package hook

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// ShellWord returns a program's path as a word of the shell.
func ShellWord(program string) string { return quote(shellPath(filepath.ToSlash(program))) }

// CommandWord is like ShellWord, but leaves out quotes that no shell needs: an
// assistant may run its hooks with another one.
func CommandWord(program string) string {
	path := shellPath(filepath.ToSlash(program))
	if strings.Trim(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789./_-:") == "" {
		return path
	}
	return quote(path)
}

// Event is the moment at which git runs a hook, by git's own name
// (https://git-scm.com/docs/githooks).
type Event string

// The events that momentolint has hooks for.
const (
	// PreCommit looks at what the index adds over HEAD.
	PreCommit Event = "pre-commit"
	// PrePush looks at the commits that the remote does not have yet.
	PrePush Event = "pre-push"
	// Manual is no hook of git: someone, or CI, runs the pre-commit framework.
	Manual Event = "pre-commit run"
)

// Events lists the events of a developer's repository, in the order in which
// work meets them.
func Events() []Event { return []Event{PreCommit, PrePush} }

// allEvents are those and that of a server.
func allEvents() []Event { return append(Events(), PreReceive) }

// ParseEvent returns the event of that name.
func ParseEvent(name string) (Event, error) {
	if !slices.Contains(allEvents(), Event(name)) {
		return "", fmt.Errorf("there is no hook %q: want %s, %s or %s", name, PreCommit, PrePush, PreReceive)
	}
	return Event(name), nil
}

// bypass is how to go on for once in spite of the hook.
func (e Event) bypass() string {
	if e == PreReceive {
		return "git push -o " + skipOption + "=REASON, if the server permits it (" + skipSetting + ")"
	}
	if e == Manual {
		return "SKIP=momentolint pre-commit run …"
	}
	return "git " + strings.TrimPrefix(string(e), "pre-") + " --no-verify"
}
