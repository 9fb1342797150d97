package scanner_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/testing/gittest"
	"github.com/momentolint/momentolint/scanner"
)

// stagedIn scans what is staged in the repository around a directory.
func stagedIn(t *testing.T, dir string) *finding.Report {
	t.Helper()
	r, err := scanOf(t, scanner.Options{}, scanner.Staged{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if r.Summary.Incomplete() {
		t.Errorf("not everything was looked at: %v", r.Summary.Skipped)
	}
	return r
}

// begun is a repository with one commit.
func begun(t *testing.T, init ...string) *gittest.Repo {
	t.Helper()
	repo := gittest.New(t, init...)
	repo.Write("conf/old.env", "A=1\nB=2\nC=3\nK="+key("old")+"\nD=4\n")
	repo.Write("readme", "1\n")
	repo.Commit("begin")
	return repo
}

func TestStagedContentIsScannedWhateverTheFolderHolds(t *testing.T) {
	gittest.Isolate(t)
	repo := gittest.New(t)
	k := "K=" + key("staged") + "\n"
	repo.Write("sub/a.env", k)
	repo.Git("add", "-A")
	repo.Write("sub/a.env", "")
	expect(t, "before the first commit", stagedIn(t, repo.Dir), "index: sub/a.env")
	expect(t, "from a directory below", stagedIn(t, repo.Path("sub")), "index: sub/a.env")
	repo.CommitIndex("leak")
	expect(t, "committed", stagedIn(t, repo.Dir))
	repo.Write("sub/a.env", "# another line\n"+k)
	repo.Write("b.env", k)
	repo.Write("c.env", k)
	repo.Git("add", "sub/a.env", "b.env")
	expect(t, "a new file with a known key", stagedIn(t, repo.Dir), "index: b.env")
	repo.Git("add", "-N", "c.env")
	expect(t, "a file that is only meant to be added", stagedIn(t, repo.Dir), "index: b.env")
	repo.Git("reset", "-q", "--hard")

	repo.Write(".gitattributes", "*.lock -diff\n*.bin binary\n")
	repo.Write("x.lock", key("lock"))
	repo.Write("x.bin", "\x00\x01"+key("bin")+"\x00")
	repo.Write("x.zip", zipOf(t, "in/.env", key("zip")))
	repo.Write("od\"d\nn\xc3\xa4me", key("odd"))
	if err := os.Symlink(key("link"), repo.Path("link")); err != nil {
		t.Fatal(err)
	}
	repo.Git("add", "-A")
	repo.Git("update-index", "--add", "--cacheinfo", "160000,"+strings.Repeat("1", 40)+",module")
	repo.Git("update-index", "--chmod=+x", "sub/a.env")
	expect(t, "all sorts of files", stagedIn(t, repo.Dir),
		"index: x.lock", "index: x.bin", "index: x.zip!in/.env", "index: od\"d\nn\xc3\xa4me", "index: link")
}

func TestStagedRenamesAreNotNew(t *testing.T) {
	gittest.Isolate(t)
	repo := begun(t)
	repo.Git("mv", "conf/old.env", "settings.env")
	expect(t, "renamed", stagedIn(t, repo.Dir))
	repo.Write("settings.env", "# more\nK="+key("old")+"\nNEW="+key("new")+"\n")
	repo.Git("add", "-A")
	r := stagedIn(t, repo.Dir)
	expect(t, "renamed and changed", r, "index: settings.env")
	if len(r.Findings) == 1 && r.Findings[0].Location.StartLine != 3 {
		t.Errorf("the finding is in line %d, want the new key in 3", r.Findings[0].Location.StartLine)
	}
}

func TestStagedMergesAndConflicts(t *testing.T) {
	gittest.Isolate(t)
	repo := begun(t)
	repo.Git("checkout", "-q", "-b", "other")
	repo.Write("theirs.env", key("theirs"))
	repo.Write("readme", "K="+key("conflict")+"\n")
	repo.Commit("other")
	repo.Git("checkout", "-q", "main")
	repo.Write("readme", "2\n")
	repo.Commit("main")

	if _, err := repo.Try("", "merge", "-q", "--no-edit", "other"); err == nil {
		t.Fatal("no conflict")
	}
	expect(t, "in conflict with what is merged", stagedIn(t, repo.Dir))
	repo.Write("readme", "K="+key("conflict")+"\nL="+key("resolved")+"\n")
	repo.Git("add", "readme")
	r := stagedIn(t, repo.Dir)
	expect(t, "resolved with something new", r, "index: readme")
	if len(r.Findings) == 1 && r.Findings[0].Location.StartLine != 2 {
		t.Errorf("the finding is in line %d, want 2", r.Findings[0].Location.StartLine)
	}
	repo.Git("merge", "--abort")

	if _, err := repo.Try("", "cherry-pick", "other"); err == nil {
		t.Fatal("no conflict")
	}
	// Their version is not HEAD's yet.
	expect(t, "in conflict with what is picked", stagedIn(t, repo.Dir), "index: readme", "index: theirs.env")
}

func TestStagedFindsTheIndexThatGitUses(t *testing.T) {
	gittest.Isolate(t)
	repo := begun(t)
	tree := filepath.Join(t.TempDir(), "tree")
	repo.Git("worktree", "add", "-q", "-b", "other", tree)
	linked := gittest.Open(t, tree)
	linked.Write("linked.env", key("linked"))
	linked.Git("add", "-A")
	expect(t, "a linked work tree", stagedIn(t, tree), "index: linked.env")
	expect(t, "the main work tree", stagedIn(t, repo.Dir))

	// git commit -a has an index of its own while the hook runs.
	repo.Write("other.env", key("other index"))
	repo.Env = []string{"GIT_INDEX_FILE=" + repo.Path(".git", "other-index")}
	repo.Git("read-tree", "HEAD")
	repo.Git("add", "other.env")
	repo.Write("sub/x", "1\n")
	t.Chdir(repo.Dir)
	t.Setenv("GIT_INDEX_FILE", filepath.Join(".git", "other-index"))
	expect(t, "GIT_INDEX_FILE", stagedIn(t, "."), "index: other.env")
	expect(t, "GIT_INDEX_FILE, and a directory below", stagedIn(t, "sub"), "index: other.env")
	t.Setenv("GIT_DIR", ".git")
	expect(t, "as in a hook", stagedIn(t, "."), "index: other.env")
	// For another work tree these variables mean nothing.
	expect(t, "another work tree", stagedIn(t, tree), "index: linked.env")
}

func TestStagedWhereThereIsNone(t *testing.T) {
	gittest.Isolate(t)
	bare, broken := gittest.New(t, "--bare"), begun(t)
	if err := os.WriteFile(broken.Path(".git", "refs", "heads", "main"), []byte(strings.Repeat("1", 40)+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	damaged := begun(t)
	if err := os.WriteFile(damaged.Path(".git", "index"), []byte("DIRC no index"), 0o644); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]string{bare.Dir: "bare", broken.Dir: "HEAD", damaged.Dir: "index", t.TempDir(): "not a git repository"} {
		_, err := scanOf(t, scanner.Options{}, scanner.Staged{Dir: dir})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
