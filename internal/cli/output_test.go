package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/baseline"
	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/finding"
)

func TestWhatFailsKeepsNoReportFromBeingWritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var out, errs bytes.Buffer
	o := &Output{Name: "prog", Out: &out, Err: &errs, Getenv: func(string) string { return "" }}
	r := &finding.Report{}
	r.Summary.Add(coverage.Skip("lost.env", "permission denied"))
	flags := &ReportFlags{Format: "json", WriteBaseline: filepath.Join(dir, "missing", "baseline")}
	files := []ReportFile{{"csv", filepath.Join(dir, "missing", "r.csv")}, {"csv", filepath.Join(dir, "r.csv")}}
	err := o.Write(t.Context(), r, flags, files, baseline.New(nil))
	if err == nil || !strings.Contains(err.Error(), "baseline") || !strings.Contains(err.Error(), "r.csv") {
		t.Errorf("%v, want both errors", err)
	}
	written, _ := os.ReadFile(filepath.Join(dir, "r.csv"))
	for name, text := range map[string]string{"the file": string(written), "standard output": out.String(), "standard error": errs.String()} {
		if !strings.Contains(text, "lost.env") {
			t.Errorf("%s holds %q, want what was skipped", name, text)
		}
	}
}

func TestRemarksAreLimited(t *testing.T) {
	t.Parallel()
	r := &finding.Report{}
	for i := range maxRemarks + 3 {
		name := string(rune('a' + i))
		r.Summary.Add(coverage.Skip(name, "permission denied"))
		r.Summary.Add(coverage.Unread(name, "zip", "encrypted"))
	}
	for verbose, lines := range map[bool]int{false: 2 * (maxRemarks + 1), true: 2 * (maxRemarks + 3)} {
		var out, errs bytes.Buffer
		o := &Output{OutputFlags: OutputFlags{Verbose: verbose}, Name: "prog", Out: &out, Err: &errs, Getenv: func(string) string { return "" }}
		if err := o.Write(t.Context(), r, &ReportFlags{Format: "json"}, nil, nil); err != nil {
			t.Fatal(err)
		}
		got := errs.String()
		if strings.Count(got, "\nprog: ")+1 != lines || strings.Contains(got, "prog: 3 more skipped\n") == verbose || strings.Contains(got, "prog: 3 more opaque\n") == verbose {
			t.Errorf("verbose %v: want %d lines\n%s", verbose, lines, got)
		}
	}
}
