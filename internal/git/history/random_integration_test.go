//go:build integration

package history

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/momentolint/momentolint/internal/git"
	"github.com/momentolint/momentolint/internal/testing/gittest"
)

func growAndUpdate(t *testing.T, seed uint64) (cached int) {
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
		var ids []git.OID
		objects := repo.Objects()
		for id, o := range objects {
			if o.Type == "blob" && len(o.Data)%2 == 1 || o.Type == "commit" && id < "2" {
				ids = append(ids, mustID(t, id))
			}
		}
		if len(ids) > 0 && compareIncremental(t, repo, cacheDir, ids, fmt.Sprintf("seed %d, step %d", seed, step)) {
			cached++
		}
	}
	return cached
}

// A history grows at random: commits, merges, moved and deleted branches, tags.
// After each step the incremental result equals that of a full read.
func TestIncrementalIntroductionsAreThoseOfAFullRead(t *testing.T) {
	cached := 0
	for seed := range uint64(1) {
		cached += growAndUpdate(t, seed)
	}
	// Full reads prove nothing about the incremental path.
	t.Logf("%d steps were answered from the cache", cached)
	if cached < 3 {
		t.Errorf("only %d steps were answered from the cache", cached)
	}
}
