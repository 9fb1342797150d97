package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Nothing that this program writes follows a link out of the tree: a checkout,
// the working directory or the scanned directory.
func TestNothingIsWrittenThroughALinkOutOfTheTree(t *testing.T) {
	for name, tt := range map[string]struct {
		args []string
		// link is the path of the link, text what the file outside holds.
		link, text string
	}{
		"a report":   {[]string{"scan", "--offline", "--report", "json=LINK", "DIR"}, "link", "not to be written to"},
		"a baseline": {[]string{"scan", "--offline", "--write-baseline", "LINK", "DIR"}, "link", "not to be written to"},
		"a fix":      {[]string{"lint", "--offline", "--fix", "DIR/..."}, "a.go", never(neverLine)},
	} {
		for tree, dirs := range map[string][2]string{
			"a checkout": {"m", "."}, "the working directory": {"m", "."}, "the scanned directory": {".", "m"},
		} {
			t.Run(name+" in "+tree, func(t *testing.T) {
				outside := filepath.Join(t.TempDir(), "outside")
				if err := os.WriteFile(outside, []byte(tt.text), 0o600); err != nil {
					t.Fatal(err)
				}
				dir := withSDK(t, map[string]string{"doc.go": "package m\n"})
				parent := filepath.Dir(dir)
				if tree == "a checkout" {
					runGit(t, dir, "init", "-q")
				}
				if err := os.Symlink(outside, filepath.Join(dir, tt.link)); err != nil {
					t.Fatal(err)
				}
				t.Chdir(filepath.Join(parent, dirs[0]))
				var args []string
				for _, arg := range tt.args {
					arg = strings.Replace(arg, "DIR", "./"+dirs[1], 1)
					args = append(args, strings.Replace(arg, "LINK", filepath.Join(dirs[1], tt.link), 1))
				}
				r := call(t, "", nil, args...)
				if r.code != exitFailed || !strings.Contains(r.stderr, "leads out of it") {
					t.Errorf("exit %d: %s%s", r.code, r.out, r.stderr)
				}
				if got, err := os.ReadFile(outside); err != nil || string(got) != tt.text {
					t.Errorf("%q, %v outside", got, err)
				}
			})
		}
	}
}

func TestActionFollowsNoLinkOutOfTheTree(t *testing.T) {
	start := newSteps(t)
	for _, checkout := range []bool{true, false} {
		testActionFollowsNoLink(t, start(t), checkout)
	}
}

func testActionFollowsNoLink(t *testing.T, s *step, checkout bool) {
	t.Helper()
	if !checkout {
		if err := os.RemoveAll(filepath.Join(s.dir, ".git")); err != nil {
			t.Fatal(err)
		}
	}
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
