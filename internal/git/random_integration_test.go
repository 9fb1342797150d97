//go:build integration

package git

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/testing/gittest"
)

func growAndRecall(t *testing.T, seed uint64) (recalled int) {
	t.Helper()
	repo := gittest.New(t, "--bare")
	random := rand.New(rand.NewPCG(seed, 1))
	cacheDir := t.TempDir()
	branches := []string{}
	commit := func(i *gittest.Importer, branch, from string, merges ...string) {
		i.Commit(branch, fmt.Sprintf("change %d", random.Int()), from, merges...)
		for range 1 + random.IntN(3) {
			name := fmt.Sprintf("%c/%c", 'a'+random.IntN(3), 'a'+random.IntN(4))
			if random.IntN(4) == 0 {
				i.Remove(name)
				continue
			}
			// Few are wanted, and many others are there.
			i.File("100644", name, fmt.Sprintf("content %d", random.IntN(16)))
		}
	}
	for step := range 10 {
		var i gittest.Importer
		switch branch := fmt.Sprintf("b%d", step); {
		case len(branches) == 0 || random.IntN(12) == 0:
			commit(&i, branch, "")
			branches = append(branches, branch)
		case random.IntN(5) == 0:
			commit(&i, branch, "refs/heads/"+branches[random.IntN(len(branches))]+"^0")
			branches = append(branches, branch)
		case random.IntN(4) == 0 && len(branches) > 1:
			a, b := branches[random.IntN(len(branches))], branches[random.IntN(len(branches))]
			if a != b {
				commit(&i, a, "refs/heads/"+a+"^0", "refs/heads/"+b+"^0")
			}
		case random.IntN(8) == 0 && len(branches) > 2:
			k := random.IntN(len(branches))
			repo.Git("update-ref", "-d", "refs/heads/"+branches[k])
			branches = slices.Delete(branches, k, k+1)
		case random.IntN(8) == 0:
			i.Tag(branch, "refs/heads/"+branches[0]+"^0", "a tag")
		default:
			b := branches[random.IntN(len(branches))]
			for n := range 1 + random.IntN(3) {
				from := ""
				if n == 0 {
					from = "refs/heads/" + b + "^0"
				}
				commit(&i, b, from)
			}
		}
		repo.Import(&i, random.IntN(2) == 0)
		var ids []OID
		objects := repo.Objects()
		for id, o := range objects {
			if o.Type == "blob" && len(o.Data)%2 == 1 || o.Type == "commit" && id < "2" {
				ids = append(ids, mustID(t, id))
			}
		}
		if len(ids) > 0 && compareRecall(t, repo, cacheDir, ids, fmt.Sprintf("seed %d, step %d", seed, step)) {
			recalled++
		}
	}
	return recalled
}

// What the index says by its cache of trees is what git says, whatever was done
// to it, in every version of the format.
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
			own, git, err := bothWays(t, repo.Dir)
			if err != nil {
				t.Fatalf("format %s, step %d: %v", format, step, err)
			}
			if !slices.Equal(own, git) {
				t.Fatalf("format %s, step %d:\nown %q\ngit %q", format, step, own, git)
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

// A history grows at random: commits, merges, moved and deleted branches, tags.
// After each step what is recalled is what a reading of everything gives.
func TestRecalledIntroductionsAreThoseOfAReadingOfEverything(t *testing.T) {
	recalled := 0
	for seed := range uint64(1) {
		recalled += growAndRecall(t, seed)
	}
	// That it is right to read everything proves nothing about the other way.
	t.Logf("%d steps were answered from memory", recalled)
	if recalled < 3 {
		t.Errorf("only %d steps were answered from memory", recalled)
	}
}
