package hook

import (
	"fmt"
	"slices"
	"strings"
)

// maxNamed is how many files are named in a command to copy.
const maxNamed = 5

// WayOut says how to go on after a hook has refused because of what is in the
// files. unread says that something was skipped or is opaque.
func (e Event) WayOut(files []string, unread bool) string {
	var b strings.Builder
	row := func(label, text string) { fmt.Fprintf(&b, "  %-11s%s\n", label, text) }
	switch {
	case e == PreCommit && len(files) > 0:
		b.WriteString("momentolint blocked this commit. To proceed:\n")
		row("take out", unstage(files)+", and the credential into the environment or a secret manager")
	case e == Manual && len(files) > 0:
		b.WriteString("momentolint found credentials. To proceed:\n")
		row("take out", "the credential, into the environment or a secret manager; and git rebase -i, until no commit to be pushed has it")
		row("revoke", "it, if a commit with it was pushed")
	case e == Manual:
		b.WriteString("momentolint could not scan everything. To proceed:\n")
	case len(files) > 0:
		b.WriteString(e.refusal() + ". To proceed:\n")
		tags := slices.ContainsFunc(files, inTag)
		if !tags || slices.ContainsFunc(files, func(name string) bool { return !inTag(name) }) {
			row("take out", "git commit --amend, or git rebase -i, until no commit to be pushed has it")
		}
		if tags {
			row("take out", "git tag -f -a NAME, with a message without it: a tag does not change with its commit")
		}
	case e == PreCommit:
		b.WriteString("momentolint could not scan everything that is staged, and blocked this commit. To proceed:\n")
	default:
		b.WriteString("Not everything that is to be pushed could be scanned. " + e.refusal() + ". To proceed:\n")
	}
	if len(files) > 0 {
		row("allow", "a comment with a reason on its line: momentolint:allow -- why it may stay")
	}
	if unread {
		where := ""
		if e == PreReceive {
			where = " of the default branch"
		}
		row("leave out", "a file that cannot be scanned: exclude it in .momentolint.yaml"+where)
	}
	row("skip once", e.bypass())
	return b.String()
}

// refusal says what became of a push.
func (e Event) refusal() string {
	if e == PreReceive {
		return "momentolint rejected this push"
	}
	return "momentolint blocked this push"
}

// inTag reports whether a finding's file is a tag's message or header, as package
// scanner names it.
func inTag(name string) bool { return strings.HasPrefix(name, "(tag ") }

// unstage is the command that takes files out of what is staged.
func unstage(files []string) string {
	words := []string{"git reset --"}
	for _, name := range files[:min(len(files), maxNamed)] {
		words = append(words, shellWord(name))
	}
	if len(files) > maxNamed {
		words = append(words, "…")
	}
	return strings.Join(words, " ")
}

// shellWord makes one word of a file's name, which a stranger may have chosen:
// what is not plain is not offered for copying.
func shellWord(name string) string {
	plain := strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789./_-+,@ ") == ""
	switch {
	case !plain:
		return "FILE"
	case strings.Contains(name, " "):
		return quote(name)
	}
	return name
}
