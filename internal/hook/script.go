package hook

import (
	"bytes"
	"slices"
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
// let everything pass. Lines that follow it run if momentolint finds nothing.
func script(e Event, program string) []byte {
	input, give, arguments := "", "", ""
	if e != PreCommit {
		// Both hooks read what git writes: a line for each ref.
		input, give = readRefs, "give | "
	}
	if e == PrePush {
		arguments = ` "$@"`
	}
	// On a server the environment may be the pusher's choice.
	condition, skip := `[ "${MOMENTOLINT_SKIP:-}" != 1 ]`, e.bypass()+", or MOMENTOLINT_SKIP=1"
	if e == PreReceive {
		condition, skip = "true", e.bypass()
	}
	return []byte(strings.NewReplacer(
		"MARK", scriptMark, "SKIP", skip, "EVENT", string(e), "SUFFIX", suffix, "CONDITION", condition,
		"INPUT", input, "GIVE", give, "ARGUMENTS", arguments, "PROGRAM", ShellWord(program),
	).Replace(scriptText))
}

const shebang = "#!/bin/sh\n"

const scriptText = shebang + `MARK
# Do not edit. Put your own commands in EVENTSUFFIX, in this directory.
# Skip it once: SKIP.
INPUT` + runBefore + `if CONDITION; then
	program=PROGRAM
	[ -x "$program" ] || program=$(command -v momentolint) || {
		echo "momentolint is not installed any more: install it, or delete this hook: $0" >&2
		exit 1
	}
	GIVE"$program" hook run EVENTARGUMENTS || exit
fi
`

const runBefore = `before=$(dirname -- "$0")/EVENTSUFFIX
if [ -x "$before" ]; then
	GIVE"$before" "$@" || exit
fi
`

const readRefs = `refs=$(cat)
give() { [ -z "$refs" ] || printf '%s\n' "$refs" 2>/dev/null; }
`

// withShebang replaces the first line of a script by that of another one, which a
// user may have changed.
func withShebang(script, other []byte) []byte {
	line, _, _ := bytes.Cut(other, []byte("\n"))
	if !bytes.HasPrefix(line, []byte("#!")) {
		return script
	}
	_, rest, _ := bytes.Cut(script, []byte("\n"))
	return slices.Concat(line, []byte("\n"), rest)
}

// scriptBefore is a script that only runs the hook that was there before.
func scriptBefore(e Event) []byte {
	input, give := "", ""
	if e != PreCommit {
		input, give = readRefs, "give | "
	}
	return []byte(shebang + input + strings.NewReplacer("EVENT", string(e), "SUFFIX", suffix, "GIVE", give).Replace(runBefore))
}

// added returns the lines of a hook file of ours that are not in the script that
// is installed: those of the user. Lines of ours that were changed are not
// among them.
func added(content, script []byte) []byte {
	lines := slices.Collect(bytes.Lines(content))
	own := slices.Collect(bytes.Lines(script))
	same := func(a, b []byte) bool {
		isProgram := func(line []byte) bool { return bytes.HasPrefix(bytes.TrimSpace(line), []byte("program=")) }
		return bytes.Equal(bytes.TrimSpace(a), bytes.TrimSpace(b)) || isProgram(a) && isProgram(b)
	}
	// common[i][j] is how many lines of ours the rests from i and j have in common.
	common := make([][]int, len(lines)+1)
	for i := range common {
		common[i] = make([]int, len(own)+1)
	}
	for i, line := range slices.Backward(lines) {
		for j, ours := range slices.Backward(own) {
			if same(line, ours) {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	var kept []byte
	for i, j := 0, 0; i < len(lines); {
		switch {
		case j < len(own) && same(lines[i], own[j]):
			i, j = i+1, j+1
		case j < len(own) && common[i][j+1] >= common[i+1][j]:
			j++
		default:
			if !isChanged(lines[i]) {
				kept = append(kept, lines[i]...)
			}
			i++
		}
	}
	if len(bytes.TrimSpace(kept)) == 0 {
		return nil
	}
	return kept
}

// isChanged reports whether a line must be one of ours that was changed.
func isChanged(line []byte) bool {
	return slices.ContainsFunc([]string{`"$program"`, "MOMENTOLINT_SKIP", scriptMark}, func(s string) bool { return bytes.Contains(line, []byte(s)) }) ||
		bytes.HasPrefix(line, []byte("#!"))
}

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
