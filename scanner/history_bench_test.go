package scanner_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/testing/gittest"
	"github.com/momentolint/momentolint/internal/verify"
	"github.com/momentolint/momentolint/scanner"
)

// BenchmarkHistory scans a repository of 500 commits that change a few files
// each, with a key in one of them, as a whole: from opening to the report.
func BenchmarkHistory(b *testing.B) {
	repo := gittest.New(b)
	var i gittest.Importer
	rnd := rand.New(rand.NewPCG(1, 2))
	files := make([][]string, 40)
	for f := range files {
		for n := range 400 {
			files[f] = append(files[f], fmt.Sprintf("line %d of file %d: %x", n, f, rnd.Uint64()))
		}
	}
	var size int64
	for n := range 500 {
		i.Commit("main", fmt.Sprintf("commit %d", n), "")
		for range 3 {
			f := rnd.IntN(len(files))
			files[f][rnd.IntN(len(files[f]))] = fmt.Sprintf("changed in %d: %x", n, rnd.Uint64())
			text := strings.Join(files[f], "\n")
			size += int64(len(text))
			i.File("100644", fmt.Sprintf("folder%d/file%d.txt", f%7, f), text)
		}
		if n == 250 {
			i.File("100644", "key.env", credentialtest.V2(credentialtest.Options{Seed: "benchmark"}))
		}
	}
	repo.Import(&i, true)
	b.SetBytes(size)
	for b.Loop() {
		run, err := scanner.New(scanner.Options{
			Live: scanner.Live{Options: verify.Options{Offline: true}},
		})
		if err != nil {
			b.Fatal(err)
		}
		if err := run.Scan(b.Context(), scanner.History{Dir: repo.Dir}); err != nil {
			b.Fatal(err)
		}
		r := run.Report(b.Context())
		if len(r.Findings) != 1 {
			b.Fatalf("%d findings, want 1", len(r.Findings))
		}
	}
}
