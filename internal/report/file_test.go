package report

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/finding"
)

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// only fails where a directory holds anything but the named files.
func only(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(names, " ") {
		t.Errorf("the folder holds %q, want %q", got, names)
	}
}

func TestWriteFileWritesWhatTheWriterGives(t *testing.T) {
	dir := t.TempDir()
	for _, format := range Formats() {
		path := filepath.Join(dir, format)
		for range 2 { // a new file, then in its place
			if err := WriteFile(path, format, sample(t)); err != nil {
				t.Fatal(err)
			}
		}
		w, err := ByName(format)
		if err != nil {
			t.Fatal(err)
		}
		if read(t, path) != write(t, w, sample(t)) {
			t.Errorf("%s: the file is not what the writer gives", format)
		}
	}
}

func TestAFailedReportLeavesTheOldOne(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "report")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(path, "xml", sample(t)); err == nil || read(t, path) != "old" {
		t.Errorf("error %v for a format that does not exist", err)
	}
	if err := WriteFile(filepath.Join(dir, "gone", "report"), "json", sample(t)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v for a folder that does not exist", err)
	}
	if err := WriteFile(dir, "json", sample(t)); err == nil {
		t.Error("a folder was replaced")
	}
}

func TestPermissionsOfReports(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // has no such permissions
	}
	secrets := sample(t)
	secrets.ShowSecrets = true
	dir := t.TempDir()
	for name, tt := range map[string]struct {
		format string
		r      *finding.Report
		before fs.FileMode
		want   fs.FileMode
	}{
		"redacted":                     {"json", sample(t), 0, 0o644},
		"in full":                      {"json", secrets, 0, 0o600},
		"in full, over a public one":   {"json", secrets, 0o644, 0o600},
		"asked for, but never in full": {"csv", secrets, 0, 0o644},
		"over a private one":           {"json", sample(t), 0o600, 0o600},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, strings.ReplaceAll(name, " ", "-"))
			if tt.before != 0 {
				if err := os.WriteFile(path, nil, tt.before); err != nil {
					t.Fatal(err)
				}
			}
			if err := WriteFile(path, tt.format, tt.r); err != nil {
				t.Fatal(err)
			}
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if got := info.Mode().Perm(); got&^tt.want != 0 || got&0o600 != 0o600 {
				t.Errorf("permissions %o, want %o less the umask", got, tt.want)
			}
		})
	}
}
