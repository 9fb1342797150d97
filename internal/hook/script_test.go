package hook

import (
	"strings"
	"testing"
)

// The scripts as people find them in their repositories.
func TestScriptsReadAsTheyShould(t *testing.T) {
	const want = `#!/bin/sh
# Installed by "momentolint hook install"; "momentolint hook uninstall" takes it away.
# Do not edit. Put your own commands in pre-push.before-momentolint, in this directory.
# Skip it once: git push --no-verify, or MOMENTOLINT_SKIP=1.
refs=$(cat)
give() { [ -z "$refs" ] || printf '%s\n' "$refs" 2>/dev/null; }
before=$(dirname -- "$0")/pre-push.before-momentolint
if [ -x "$before" ]; then
	give | "$before" "$@" || exit
fi
if [ "${MOMENTOLINT_SKIP:-}" != 1 ]; then
	program='/home/o'\''neil/go/bin/momentolint'
	[ -x "$program" ] || program=$(command -v momentolint) || {
		echo "momentolint is not installed any more: install it, or delete this hook: $0" >&2
		exit 1
	}
	give | "$program" hook run pre-push "$@" || exit
fi
`
	if got := string(script(PrePush, "/home/o'neil/go/bin/momentolint")); got != want {
		t.Errorf("the script is\n%s\nwant\n%s", got, want)
	}
}

// Lines of the script of an earlier version are not the user's.
func TestAScriptOfAnEarlierVersionIsReplaced(t *testing.T) {
	const earlier = `#!/bin/sh
# Installed by "momentolint hook install"; "momentolint hook uninstall" takes it away.
# Do not edit. Put your own commands in pre-push.before-momentolint, in this directory.
# Skip it once: git push --no-verify, or MOMENTOLINT_SKIP=1.
refs=$(cat)
give() { [ -z "$refs" ] || printf '%s\n' "$refs" 2>/dev/null; }
before=$(dirname -- "$0")/pre-push.before-momentolint
if [ -x "$before" ]; then
	give | "$before" "$@" || exit
fi
[ "${MOMENTOLINT_SKIP:-}" != 1 ] || exit 0
program='/usr/bin/momentolint'
[ -x "$program" ] || program=$(command -v momentolint) || {
	echo "momentolint is not installed any more: install it, or delete this hook: $0" >&2
	exit 1
}
give | "$program" hook run pre-push "$@"
`
	s := newSandbox(t)
	s.repository("repo")
	i := s.installer("repo")
	i.Events = []Event{PrePush}
	path := s.path("repo", ".git", "hooks", "pre-push")
	s.write(path, earlier, 0o755)
	s.install(i)
	if got := s.read(path); got != string(script(PrePush, s.program)) {
		t.Errorf("it becomes\n%s", got)
	}
	s.write(path, earlier+"make check\n", 0o755)
	s.uninstall(i)
	if got := s.read(path); got != "#!/bin/sh\nmake check\n" {
		t.Errorf("without momentolint it is\n%s", got)
	}
}

func TestVersionsOfGitAreUnderstood(t *testing.T) {
	for out, want := range map[string]version{
		"git version 2.39.5":                    {2, 39},
		"git version 2.39.5 (Apple Git-154)":    {2, 39},
		"git version 2.54.0.windows.1":          {2, 54},
		"git version 2.55.0-rc2":                {2, 55},
		"git version 3.0":                       {3, 0},
		"git version 2.52.0.123.gabcdef0.dirty": {2, 52},
	} {
		got, err := parseVersion(out)
		if err != nil || got != want {
			t.Errorf("%q: %v, %v, want %v", out, got, err, want)
		}
	}
	if _, err := parseVersion("git versie twee"); err == nil {
		t.Error("a version without numbers is taken")
	}
	if !(version{2, 53}).before(configHooks) || (version{2, 54}).before(configHooks) || (version{3, 0}).before(configHooks) {
		t.Error("hooks in the configuration start with git 2.54")
	}
}

func TestPathsOfWindowsAreWrittenForTheShell(t *testing.T) {
	for path, want := range map[string]string{
		"C:/Program Files/momentolint.exe":           `program='C:/Program Files/momentolint.exe'`,
		"//?/C:/Users/o'neil/bin/momentolint.exe":    `program='C:/Users/o'\''neil/bin/momentolint.exe'`,
		"//server/tools/momentolint.exe":             `program='//server/tools/momentolint.exe'`,
		"//?/UNC/server/tools/$(id)/momentolint.exe": `program='//server/tools/$(id)/momentolint.exe'`,
	} {
		if got := string(script(PreCommit, path)); !strings.Contains(got, "\n\t"+want+"\n") {
			t.Errorf("%s: %s is not in\n%s", path, want, got)
		}
	}
}

func TestCommandsAreQuotedWhereAShellNeedsIt(t *testing.T) {
	for path, want := range map[string]string{
		"/usr/local/bin/momentolint":   "/usr/local/bin/momentolint",
		"C:/Users/ada/momentolint.exe": "C:/Users/ada/momentolint.exe",
		"/home/o'neil/bin/momentolint": `'/home/o'\''neil/bin/momentolint'`,
		"/home/$(id)/momentolint":      "'/home/$(id)/momentolint'",
		"C:/Program Files/momentolint": "'C:/Program Files/momentolint'",
		"//?/C:/Users/momentolint.exe": "C:/Users/momentolint.exe",
	} {
		if got := CommandWord(path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}
