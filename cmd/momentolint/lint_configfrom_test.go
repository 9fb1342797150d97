package main

import (
	"os"
	"strings"
	"testing"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// --config-from has lint take the configuration and the baseline of a commit,
// not the work tree's, whether the work tree adds them or removes them.
func TestLintJudgesByTheCommit(t *testing.T) {
	key := ct.V2(ct.Options{})
	dir := tree(t, map[string]string{"go.mod": goMod, "a.go": keyFile("m", key)})
	runGit(t, dir, "init", "-q", "-b", "main")
	t.Chdir(dir)
	if r := call(t, "", nil, "lint", "--offline", "--write-baseline", "known.json"); r.code != exitClean {
		t.Fatalf("exit %d\n%s%s", r.code, r.out, r.stderr)
	}
	runGit(t, dir, "add", "--all")
	runGit(t, dir, "commit", "-q", "-m", "without configuration")
	before := strings.TrimSpace(runGit(t, dir, "rev-parse", "HEAD"))
	for name, config := range map[string]string{
		"baseline":      "baseline: known.json\n",
		"rules.disable": "rules: {disable: [momentohardcoded]}\n",
		"allow":         "allow: [{rule: momentohardcoded, reason: synthetic}]\n",
		"exclude":       "exclude: [a.go]\n",
		"fail-on":       "fail-on: none\n",
	} {
		runGit(t, dir, "checkout", "-q", "--detach", before)
		put(t, dir, ".momentolint.yaml", "version: 1\n"+config)
		runGit(t, dir, "add", "--all")
		runGit(t, dir, "commit", "-q", "-m", "with it")
		for _, tt := range []struct {
			from string
			want int
		}{{before, exitFound}, {"HEAD", exitClean}} {
			if r := call(t, "", nil, "lint", "--offline", "--config-from", tt.from); r.code != tt.want {
				t.Errorf("%s, the work tree has it, by %s: exit %d, want %d\n%s%s", name, tt.from, r.code, tt.want, r.out, r.stderr)
			}
		}
		if err := os.Remove(".momentolint.yaml"); err != nil {
			t.Fatal(err)
		}
		if r := call(t, "", nil, "lint", "--offline", "--config-from", "HEAD"); r.code != exitClean {
			t.Errorf("%s, the work tree has lost it: exit %d\n%s%s", name, r.code, r.out, r.stderr)
		}
	}
}
