package hook

import (
	"bytes"
	"path/filepath"
	"strings"
)

// scriptMark is the line by which a hook script is known to be ours.
const scriptMark = `# Installed by "momentolint hook install"; "momentolint hook uninstall" takes it away.`

// suffix is added to the name of a hook that was there before.
const suffix = ".before-momentolint"

// isOurs reports whether a hook file is a script of ours.
func isOurs(content []byte) bool { return bytes.Contains(content, []byte(scriptMark)) }

// script is the hook file for an event, for any POSIX shell. program is the
// absolute path of momentolint, "" to look for it in PATH only. It runs the
// hook that was there before first; if momentolint is gone it fails rather than
// let everything pass.
func script(e Event, program string) []byte {
	input, give, arguments := "", "", ""
	if e == PrePush {
		// Both hooks read what git writes: a line for each ref.
		input, give, arguments = readRefs, "give | ", ` "$@"`
	}
	return []byte(strings.NewReplacer(
		"MARK", scriptMark, "BYPASS", e.bypass(), "EVENT", string(e), "SUFFIX", suffix,
		"INPUT", input, "GIVE", give, "ARGUMENTS", arguments, "PROGRAM", quote(shellPath(filepath.ToSlash(program))),
	).Replace(scriptText))
}

const scriptText = `#!/bin/sh
MARK
# Do not edit. Put your own commands in EVENTSUFFIX, in this directory.
# Skip it once: BYPASS, or MOMENTOLINT_SKIP=1.
INPUTbefore=$(dirname -- "$0")/EVENTSUFFIX
if [ -x "$before" ]; then
	GIVE"$before" "$@" || exit
fi
[ "${MOMENTOLINT_SKIP:-}" != 1 ] || exit 0
program=PROGRAM
[ -x "$program" ] || program=$(command -v momentolint) || {
	echo "momentolint is not installed any more: install it, or delete this hook: $0" >&2
	exit 1
}
GIVE"$program" hook run EVENTARGUMENTS
`

const readRefs = `refs=$(cat)
give() { [ -z "$refs" ] || printf '%s\n' "$refs" 2>/dev/null; }
`

// shellPath is a path, slash-separated, for the shell that git brings along on
// Windows: it takes C:/x and //server/share/x, but not the long form of either.
func shellPath(path string) string {
	if share, ok := strings.CutPrefix(path, "//?/UNC/"); ok {
		return "//" + share
	}
	return strings.TrimPrefix(path, "//?/")
}

// quote makes one word of the shell out of any text.
func quote(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
