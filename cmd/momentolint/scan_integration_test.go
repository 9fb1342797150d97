//go:build integration

package main

import (
	"os"
	"strings"
	"testing"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

func TestAPushIsNotBlamedForWhatTheRemoteHas(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	key := ct.V2(ct.Options{Seed: "theirs"})
	d.write("app.env", key)
	d.git("add", ".")
	d.git("commit", "-q", "--no-verify", "-m", "leak of others")
	d.git("push", "-q", "--no-verify", "origin", "main")
	d.git("checkout", "-q", "-b", "topic", "main~")
	d.write("a", "1")
	d.git("add", ".")
	d.passes("commit", "-q", "-m", "topic")
	d.git("merge", "-q", "--no-edit", "main")
	d.passes("push", "-q", "origin", "topic")
	d.git("tag", "-a", "-m", "a release", "v1")
	d.passes("push", "-q", "origin", "v1", "topic:copy")
	d.passes("push", "-q", "origin", ":copy")
	d.passes("push", "-q", "origin", "main") // nothing to push
	// A remote that has nothing is given everything.
	fork := t.TempDir()
	if out, err := d.in(fork, "git", "init", "-q", "--bare"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	d.git("remote", "add", "fork", fork)
	d.blocked(key, "app.env:1:1", "push", "fork", "topic")
}

func TestLintKeepsToWhatWasSilenced(t *testing.T) {
	dir := withSDK(t, map[string]string{
		"a.go": never(
			neverLine+" // momentolint:allow momentoexpiry -- the root key",
			neverLine+" //nolint:momentolint // the root key",
			neverLine,
		),
		"old/k.go":          keyFile("old", ct.V2(ct.Options{})),
		".momentolint.yaml": "version: 1\nallow:\n  - path: old/**\n    reason: goes away next week\n",
	})
	expectPlaces(t, lintJSON(t, dir, exitFound), "a.go:12")

	lintJSON(t, dir, exitClean, "--write-baseline", "base.json")
	expectPlaces(t, lintJSON(t, dir, exitClean, "--baseline", "base.json"))
	// The same line once more, and elsewhere in the file: a new finding.
	if err := os.WriteFile("a.go", []byte(never("{},", neverLine, neverLine)), 0o644); err != nil {
		t.Fatal(err)
	}
	o := lintJSON(t, dir, exitFound, "--baseline", "base.json")
	expectPlaces(t, o, "a.go:12")
}

func TestTheWaysOutOfARefusedCommitWork(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	key := ct.V2(ct.Options{Seed: "ways out"})
	d.write("a b.env", "KEY="+key+"\n")
	d.git("add", ".")
	out := d.blocked(key, "a b.env:1:5", "commit", "-m", "leak")
	_, command, ok := strings.Cut(out, "take out")
	command, _, _ = strings.Cut(strings.TrimSpace(command), ", and ")
	if !ok || !strings.HasPrefix(command, "git reset -- ") {
		t.Fatalf("no command in\n%s", out)
	}
	if out, err := d.in(d.dir, "sh", "-c", command); err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
	if staged := d.git("diff", "--cached", "--name-only"); staged != "" {
		t.Errorf("still staged: %s", staged)
	}
	d.passes("commit", "-q", "--allow-empty", "-m", "taken out")

	d.write("a b.env", "KEY="+key+" # momentolint:allow -- the emulator's\n")
	d.git("add", ".")
	d.passes("commit", "-q", "-m", "allowed")
	d.write("c.env", key)
	d.git("add", ".")
	d.env = append(d.env, "MOMENTOLINT_SKIP=1")
	d.passes("commit", "-q", "-m", "skipped")
	d.passes("push", "-q", "origin", "main")
}
