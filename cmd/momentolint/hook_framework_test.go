package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// hook runs a hook as the pre-commit framework does, with what it sets in the
// environment and nothing on standard input.
func (d *desk) hook(event string, env ...string) (string, error) {
	d.t.Helper()
	program, err := os.Executable()
	if err != nil {
		d.t.Fatal(err)
	}
	own := *d
	own.env = append(slices.Clone(d.env), env...)
	return own.in(d.dir, program, "hook", "run", event)
}

// CI calls "pre-commit run --all-files" or "--from-ref A --to-ref B". The
// variables are those that pre-commit 3.2 to 4.6 sets, at every stage.
func TestTheFrameworkFindsWhatIsCommitted(t *testing.T) {
	t.Parallel()
	old, recent := ct.V2(ct.Options{Seed: "old"}), ct.V2(ct.Options{Seed: "recent"})
	d := newDesk(t)
	commit := func(name, text string) string {
		d.write(name, text)
		d.git("add", ".")
		d.git("commit", "-q", "--no-verify", "-m", name)
		return d.git("rev-parse", "HEAD")
	}
	first := commit("old.env", "KEY="+old+"\n")
	second := commit("recent.env", "KEY="+recent+"\n")
	third := commit("recent.env", "KEY=\n")
	all := []string{"PRE_COMMIT=1"}
	between := func(from, to string) []string {
		return []string{"PRE_COMMIT_ORIGIN=" + from, "PRE_COMMIT_SOURCE=" + to, "PRE_COMMIT_FROM_REF=" + from, "PRE_COMMIT_TO_REF=" + to, "PRE_COMMIT=1"}
	}
	toRemote := func(env []string) []string {
		return append(slices.Clone(env), "PRE_COMMIT_LOCAL_BRANCH=refs/heads/main", "PRE_COMMIT_REMOTE_BRANCH=refs/heads/main", "PRE_COMMIT_REMOTE_NAME=origin", "PRE_COMMIT_REMOTE_URL="+d.server)
	}
	for name, tt := range map[string]struct {
		env  []string
		want string // "" if nothing is found
	}{
		"--all-files":                       {all, "old.env:1:5"},
		"a range":                           {between(first, "HEAD"), "recent.env:1:5"},
		"a range of names":                  {between("HEAD~2", "main"), "recent.env:1:5"},
		"a range that is clean":             {between(second, third), ""},
		"an empty range":                    {between(third, third), ""},
		"an unknown start":                  {between(strings.Repeat("1", 40), third), "has no commit"},
		"a push":                            {toRemote(between("origin/main", third)), "recent.env:1:5"},
		"a push of what is there for a bit": {toRemote(between(second, third)), ""},
		"a first push":                      {toRemote(all), "old.env:1:5"},
	} {
		for _, event := range []string{"pre-commit", "pre-push"} {
			out, err := d.hook(event, tt.env...)
			if (err != nil) != (tt.want != "") || !strings.Contains(out, tt.want) {
				t.Errorf("%s, %s: %v, want %q:\n%s", name, event, err, tt.want, out)
			}
			if strings.Contains(out, old) || strings.Contains(out, recent) {
				t.Errorf("%s, %s shows a credential", name, event)
			}
		}
	}
	d.write("staged.txt", "fine\n")
	d.git("add", "staged.txt")
	if out, err := d.hook("pre-commit", all...); err != nil {
		t.Errorf("before a commit, what is staged counts: %v\n%s", err, out)
	}
	d.git("rm", "-q", "--cached", "staged.txt", "README.md")
	if out, err := d.hook("pre-commit", all...); err != nil {
		t.Errorf("before a commit that removes a file: %v\n%s", err, out)
	}
}

// Before the first commit every file is staged.
func TestTheFrameworkWorksBeforeTheFirstCommit(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.git("checkout", "-q", "--orphan", "new")
	if out, err := d.hook("pre-commit", "PRE_COMMIT=1"); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	key := ct.V2(ct.Options{Seed: "first"})
	d.write("app.env", "KEY="+key+"\n")
	d.git("add", "app.env")
	if out, err := d.hook("pre-commit", "PRE_COMMIT=1"); err == nil || !strings.Contains(out, "app.env:1:5") {
		t.Errorf("%v\n%s", err, out)
	}
}
