package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Nothing that this program writes follows a link of the checkout out of it.
func TestNoReportFollowsALinkOutOfTheCheckout(t *testing.T) {
	for name, args := range map[string][]string{
		"a report":   {"scan", "--offline", "--report", "json=link", "."},
		"a baseline": {"scan", "--offline", "--write-baseline", "link", "."},
	} {
		t.Run(name, func(t *testing.T) {
			outside := filepath.Join(t.TempDir(), "outside")
			const text = "not to be written to"
			if err := os.WriteFile(outside, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			runGit(t, dir, "init", "-q")
			if err := os.Symlink(outside, filepath.Join(dir, "link")); err != nil {
				t.Fatal(err)
			}
			t.Chdir(dir)
			r := call(t, "", nil, args...)
			if r.code != exitFailed || !strings.Contains(r.stderr, "leads out of it") {
				t.Errorf("exit %d: %s%s", r.code, r.out, r.stderr)
			}
			if got, err := os.ReadFile(outside); err != nil || string(got) != text {
				t.Errorf("%q, %v outside", got, err)
			}
		})
	}
}

func TestActionFollowsNoLinkOutOfTheCheckout(t *testing.T) {
	s := newSteps(t)(t)
	outside := t.TempDir()
	if err := os.Symlink(outside, filepath.Join(s.dir, "out")); err != nil {
		t.Fatal(err)
	}
	s.env["MOMENTOLINT_SARIF_FILE"] = "out/new/m.sarif"
	log, code, _ := s.run(t)
	if list, err := os.ReadDir(outside); code != exitFailed || !strings.Contains(log, "leads out of it") || err != nil || len(list) > 0 {
		t.Errorf("exit %d, %v outside, %v: %s", code, list, err, log)
	}
}
