package report

import (
	"testing"

	"github.com/momentolint/momentolint/internal/finding"
)

func TestAddressesOfFilesOutsideOfTheRepository(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]string{
		"/home/dev/a b.env":               "file:///home/dev/a%20b.env",
		"C:/Users/dev/a b.env":            "file:///C:/Users/dev/a%20b.env",
		"d:/x#1.env":                      "file:///d:/x%231.env",
		"//server/share/a.env":            "file://server/share/a.env",
		"//?/C:/very/long/a.env":          "file:///C:/very/long/a.env",
		"//?/UNC/server/share/long/a.env": "file://server/share/long/a.env",
		"../a.env":                        "../a.env",
		// No drive: a name on Linux, or a stream of NTFS.
		"C:a.env":    "C%3Aa.env",
		"1:/a.env":   "1%3A/a.env",
		"ab:/a.env":  "ab%3A/a.env",
		"a.env:data": "a.env%3Adata",
	} {
		if got := (location{file: file}).uri(); got != want {
			t.Errorf("%s: %s, want %s", file, got, want)
		}
	}
}

// A report of a Windows machine that was imported elsewhere: its paths are not
// below the present directory.
func TestAnotherComputersDriveIsNotInTheRepository(t *testing.T) {
	t.Parallel()
	tree := newTree(t.TempDir())
	defer tree.close()
	for file, want := range map[string]string{
		"C:/src/app/.env": "file:///C:/src/app/.env",
		"src/app/.env":    "src/app/.env",
		"C:x/.env":        "C%3Ax/.env",
	} {
		at := tree.locate(&finding.Finding{Location: finding.Location{File: file, StartLine: 1}})
		if got := at.uri(); got != want {
			t.Errorf("%s: %s, want %s", file, got, want)
		}
	}
}
