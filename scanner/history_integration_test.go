//go:build integration

package scanner_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/testing/gittest"
	"github.com/momentolint/momentolint/internal/verify"
	"github.com/momentolint/momentolint/momentotest"
	"github.com/momentolint/momentolint/scanner"
)

func empty(t *testing.T, path string) {
	t.Helper()
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

// The same code reads both formats, so every contributor's run has one of them.
func TestHistoryFindsEveryCaseInSHA256(t *testing.T) { findsEveryCase(t, "sha256") }

func TestHistoryReadsEveryKindOfRepository(t *testing.T) {
	clone := func(args ...string) func(*testing.T, *caseRepo) string {
		return func(t *testing.T, c *caseRepo) string {
			t.Helper()
			dir := filepath.Join(t.TempDir(), "clone")
			c.Git(append(append([]string{"clone", "-q"}, args...), c.Dir, dir)...)
			return dir
		}
	}
	kinds := map[string]func(t *testing.T, c *caseRepo) string{
		"work tree":       func(_ *testing.T, c *caseRepo) string { return c.Dir },
		"folder in it":    func(_ *testing.T, c *caseRepo) string { return c.Path("sub") },
		"its .git folder": func(_ *testing.T, c *caseRepo) string { return c.Path(".git") },
		"loose objects": func(_ *testing.T, c *caseRepo) string {
			c.loosen()
			return c.Dir
		},
		"bare":   clone("--bare"),
		"mirror": clone("--mirror"),
		"shared": clone("--shared", "--no-checkout"),
		"linked work tree": func(t *testing.T, c *caseRepo) string {
			t.Helper()
			dir := filepath.Join(t.TempDir(), "linked")
			c.Git("worktree", "add", "-q", "--detach", dir)
			return dir
		},
		"separate git folder": func(t *testing.T, c *caseRepo) string {
			t.Helper()
			c.Git("init", "-q", "--separate-git-dir", filepath.Join(t.TempDir(), "elsewhere"))
			return c.Dir
		},
		"detached HEAD": func(_ *testing.T, c *caseRepo) string {
			c.Git("checkout", "-q", "--detach")
			c.Git("branch", "-q", "-D", "main")
			return c.Dir
		},
		"GIT_DIR": func(t *testing.T, c *caseRepo) string {
			t.Helper()
			t.Chdir(t.TempDir())
			t.Setenv("GIT_DIR", c.Path(".git"))
			return "."
		},
		"objects elsewhere, as in a pre-receive hook": func(t *testing.T, c *caseRepo) string {
			t.Helper()
			away := filepath.Join(t.TempDir(), "objects")
			if err := os.Rename(c.Path(".git", "objects"), away); err != nil {
				t.Fatal(err)
			}
			if err := os.MkdirAll(c.Path(".git", "objects", "incoming"), 0o755); err != nil {
				t.Fatal(err)
			}
			t.Chdir(c.Dir)
			t.Setenv("GIT_OBJECT_DIRECTORY", c.Path(".git", "objects", "incoming"))
			t.Setenv("GIT_ALTERNATE_OBJECT_DIRECTORIES", away)
			return "."
		},
		"an extension that is not known": func(t *testing.T, c *caseRepo) string {
			t.Helper()
			// git takes no notice of extensions in repositories of version 0.
			c.Git("config", "extensions.somethingNew", "true")
			return c.Dir
		},
	}
	for name, prepare := range kinds {
		t.Run(name, func(t *testing.T) {
			gittest.Isolate(t)
			c := newSmall(t)
			r := history(t, prepare(t, c), scanner.History{}, scanner.Options{})
			if r.Summary.Incomplete() {
				t.Errorf("skipped %v", r.Summary.Skipped)
			}
			compare(t, c.found(r.Findings), c.expected(byRefs))
		})
	}
}

func TestStagedReadsEveryKindOfIndex(t *testing.T) {
	gittest.Isolate(t)
	for name, tt := range map[string]struct {
		init    []string
		prepare func(*gittest.Repo)
	}{
		"version 2": {nil, func(r *gittest.Repo) { r.Git("update-index", "--index-version", "2") }},
		"version 3": {nil, func(r *gittest.Repo) {
			r.Write("meant", "1")
			r.Git("add", "-N", "meant")
		}},
		"version 4":      {nil, func(r *gittest.Repo) { r.Git("update-index", "--index-version", "4") }},
		"a split index":  {nil, func(r *gittest.Repo) { r.Git("update-index", "--split-index") }},
		"SHA-256":        {[]string{"--object-format=sha256"}, func(*gittest.Repo) {}},
		"a sparse index": {nil, func(r *gittest.Repo) { r.Git("sparse-checkout", "set", "--cone", "--sparse-index", "deploy") }},
		"a config of its own": {nil, func(r *gittest.Repo) {
			for key, value := range map[string]string{
				"diff.relative": "true", "diff.noprefix": "true", "diff.mnemonicPrefix": "true", "color.ui": "always", "color.diff": "always",
				"core.quotePath": "true", "diff.renames": "copies", "core.abbrev": "4", "diff.ignoreSubmodules": "all", "diff.submodule": "log",
				"status.relativePaths": "true", "diff.orderFile": "order", "core.fsmonitor": "true", "core.untrackedCache": "true",
			} {
				r.Git("config", key, value)
			}
			r.Write("order", "z*\n")
		}},
	} {
		repo := begun(t, tt.init...)
		repo.Write("deploy/k8s/x", "1\n")
		repo.Commit("deploy")
		tt.prepare(repo)
		repo.Write("deploy/app.env", "K="+key("staged")+"\n")
		repo.Git("add", "--sparse", "deploy/app.env")
		for _, dir := range []string{repo.Dir, repo.Path("deploy"), repo.Path("deploy", "k8s")} {
			expect(t, name, stagedIn(t, dir), "index: deploy/app.env")
		}
	}
}

func TestAServiceThatDiesHalfWayIsSaidInTheReport(t *testing.T) {
	dir, s, truth := leaks(t)
	var calls atomic.Int32
	s.SetFault(func(momentotest.Call) momentotest.Fault {
		if calls.Add(1) >= 100 {
			s.Die()
			return momentotest.Fault{Reset: true}
		}
		return momentotest.Fault{}
	})
	r := scan(t, dir, s)
	live, unverified := 0, 0
	for f, got := range statuses(t, r) {
		switch got {
		case finding.StatusLive:
			live++
		case finding.StatusUnverified:
			unverified++
			continue
		}
		if got != truth[f] {
			t.Errorf("%s: WRONG %s", f, got)
		}
	}
	if r.Summary.Findings != 1000 || r.Summary.Credentials != 200 || r.Summary.Live != live {
		t.Errorf("summary %+v, %d live", r.Summary, live)
	}
	// 99 calls were answered: the opening control, one for each dead credential,
	// and four for each live one. The reset may overtake answers under way.
	most, least := 98, 98/4-verify.DefaultConcurrency
	if decided := 200 - unverified; decided > most || decided < least {
		t.Errorf("%d of 200 have a verdict, want %d to %d", decided, least, most)
	}
	for i := range r.Findings {
		if v := r.Findings[i].Verdict; v.Status == finding.StatusUnverified && v.Reason == "" {
			t.Fatal("unverified without a reason")
		}
	}
}

func TestHistoryIsNotCleanIfAnythingIsDamaged(t *testing.T) {
	gittest.Isolate(t)
	file := func(c *caseRepo, rev string) string {
		id := c.id(rev)
		return c.Path(".git", "objects", id[:2], id[2:])
	}
	flip := func(t *testing.T, path string, at int) {
		t.Helper()
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		data[(at+len(data))%len(data)] ^= 0x40
		if err := os.Chmod(path, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	remove := func(t *testing.T, path string) {
		t.Helper()
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	damages := map[string]struct {
		do func(t *testing.T, c *caseRepo)
		// left are the keys that are still found in their places. hidden maps keys
		// whose place is unreadable to their blobs, which are named by their ids.
		left   []int
		hidden map[string]string
	}{
		"missing blob": {func(t *testing.T, c *caseRepo) { c.loosen(); remove(t, file(c, "main~2:one.env")) }, []int{1, 2}, nil},
		"broken blob":  {func(t *testing.T, c *caseRepo) { c.loosen(); flip(t, file(c, "main~2:one.env"), -30) }, []int{1, 2}, nil},
		"wrong blob": {func(t *testing.T, c *caseRepo) {
			c.loosen()
			data, err := os.ReadFile(file(c, "main:list.txt"))
			if err == nil {
				remove(t, file(c, "main~2:one.env"))
				err = os.WriteFile(file(c, "main~2:one.env"), data, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}, []int{1, 2}, nil},
		"missing tree":   {func(t *testing.T, c *caseRepo) { c.loosen(); remove(t, file(c, "main:sub")) }, []int{0, 1}, map[string]string{"three": "main:sub/three.env"}},
		"missing commit": {func(t *testing.T, c *caseRepo) { c.loosen(); remove(t, file(c, "main~2")) }, []int{1, 2}, map[string]string{"one": "main~2:one.env"}},
		"empty object":   {func(t *testing.T, c *caseRepo) { c.loosen(); empty(t, file(c, "main~2:one.env")) }, []int{1, 2}, nil},
		"no index": {func(t *testing.T, c *caseRepo) {
			for _, idx := range globAll(t, c.Path(".git", "objects", "pack", "*.idx")) {
				remove(t, idx)
			}
		}, nil, nil},
		"broken ref": {func(t *testing.T, c *caseRepo) {
			path := c.Path(".git", "refs", "heads", "broken")
			if err := os.WriteFile(path, []byte(strings.Repeat("1", 40)+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, []int{0, 1, 2}, nil},
	}
	for name, d := range damages {
		t.Run(name, func(t *testing.T) {
			c := newSmall(t)
			var want []place
			for key, rev := range d.hidden {
				want = append(want, place{key, c.id(rev), ""})
			}
			d.do(t, c)
			r := history(t, c.Dir, scanner.History{}, scanner.Options{})
			if !r.Summary.Incomplete() {
				t.Error("the scan calls itself complete")
			}
			for _, i := range d.left {
				want = append(want, c.expected(byRefs)[i])
			}
			compare(t, c.found(r.Findings), want)
		})
	}
}
