//go:build integration

package changes

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/testing/gittest"
)

// The cache of trees of the index agrees with git after any changes, in every
// version of the format.
func TestTheIndexSaysWhatGitSays(t *testing.T) {
	gittest.Isolate(t)
	random := rand.New(rand.NewPCG(7, 7))
	staged := 0
	for _, format := range []string{"2", "3", "4", "sha256"} {
		var init []string
		if format == "sha256" {
			init = []string{"--object-format=sha256"}
		}
		repo := gittest.New(t, init...)
		if format != "sha256" {
			repo.Git("update-index", "--index-version", format)
		}
		name := func() string {
			parts := []string{"a", "b.c", "dir/x", "dir/y z", "dir/deep/er/x", "dir.x/q", "e\"ü\n", "dir/" + strings.Repeat("n", 5000)}
			return parts[random.IntN(len(parts))]
		}
		repo.Write("first", "1\n")
		repo.Commit("Begin")
		if format == "3" {
			// Extended flags are what makes it version 3.
			repo.Git("update-index", "--skip-worktree", "first")
		}
		for step := range 6 {
			for range 1 + random.IntN(4) {
				switch file := name(); random.IntN(8) {
				case 0:
					_, _ = repo.Try("", "rm", "-q", "-r", "--cached", "--ignore-unmatch", file)
				case 1:
					_ = os.RemoveAll(repo.Path("link"))
					if err := os.Symlink(fmt.Sprint("target ", step), repo.Path("link")); err != nil {
						t.Fatal(err)
					}
					repo.Git("add", "link")
				case 2:
					repo.Git("update-index", "--add", "--cacheinfo", "160000,"+repo.Git("rev-parse", "HEAD")+",sub")
				case 3:
					repo.Git("update-index", "--force-remove", "sub")
					repo.Git("update-index", "--add", "--cacheinfo", "100644,"+repo.Blob("a file now")+",sub")
				default:
					id := repo.Blob(fmt.Sprintf("content %d", random.IntN(6)))
					mode := []string{"100644", "100755"}[random.IntN(2)]
					repo.GitInput(mode+" "+id+"\t"+file+"\x00", "update-index", "--add", "--replace", "-z", "--index-info")
				}
			}
			repo.Git("write-tree") // as "git commit" does before it runs a hook
			own, said, err := bothWays(t, repo.Dir)
			if err != nil {
				t.Fatalf("format %s, step %d: %v", format, step, err)
			}
			if !slices.Equal(own, said) {
				t.Fatalf("format %s, step %d:\nown %q\ngit %q", format, step, own, said)
			}
			staged += len(own)
			if random.IntN(3) == 0 {
				repo.CommitIndex("Next")
				if random.IntN(2) == 0 {
					repo.Git("pack-refs", "--all")
				}
			}
		}
	}
	if staged < 25 {
		t.Errorf("only %d files were staged, which proves little", staged)
	}
}
