package index

import (
	"bytes"
	"os"
	"testing"

	"github.com/momentolint/momentolint/internal/git/odb"
	"github.com/momentolint/momentolint/internal/testing/gittest"
)

// FuzzIndex parses damaged indexes: the result is a tree or an error.
func FuzzIndex(f *testing.F) {
	gittest.Isolate(f)
	for _, version := range []string{"2", "4"} {
		repo := gittest.New(f)
		repo.Git("update-index", "--index-version", version)
		repo.Write("dir/a", "1\n")
		repo.Write("b", "2\n")
		repo.Commit("Begin")
		index, err := os.ReadFile(repo.Path(".git", "index"))
		if err != nil {
			f.Fatal(err)
		}
		if _, err := parseTree(bytes.NewReader(index), int64(len(index)), odb.SHA1); err != nil {
			f.Fatal(err)
		}
		f.Add(index, false)
	}
	f.Fuzz(func(t *testing.T, index []byte, long bool) {
		hash := odb.SHA1
		if long {
			hash = odb.SHA256
		}
		tree, err := parseTree(bytes.NewReader(index), int64(len(index)), hash)
		if (err == nil) == tree.IsZero() || err == nil && !bytes.Contains(index, []byte("TREE")) {
			t.Errorf("%v, %v", tree, err)
		}
	})
}
