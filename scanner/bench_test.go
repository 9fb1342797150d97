package scanner_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/verify"
	"github.com/momentolint/momentolint/scanner"
)

// BenchmarkTree scans a tree of files: that in the variable BENCH_TREE, or else
// the Go distribution's own sources.
func BenchmarkTree(b *testing.B) {
	tree := os.Getenv("BENCH_TREE")
	if tree == "" {
		out, err := exec.CommandContext(b.Context(), "go", "env", "GOROOT").Output()
		if err != nil {
			b.Fatal(err)
		}
		tree = filepath.Join(strings.TrimSpace(string(out)), "src")
	}
	for _, depth := range []struct {
		name  string
		depth int
	}{{"archives closed", 0}, {"archives opened", scanner.DefaultArchiveDepth}} {
		b.Run(depth.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				run, err := scanner.New(scanner.Options{
					Limits: scanner.Limits{ArchiveDepth: depth.depth}, Live: scanner.Live{Options: verify.Options{Offline: true}},
				})
				if err != nil {
					b.Fatal(err)
				}
				if err := run.Scan(b.Context(), scanner.Files{Paths: []string{tree}}); err != nil {
					b.Fatal(err)
				}
				report := run.Report(b.Context())
				b.SetBytes(report.Summary.Bytes)
				b.ReportMetric(float64(report.Summary.Files), "files")
			}
		})
	}
}
