package golint

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/momentolint/momentolint/internal/atomicfile"
)

func TestFixesStayInTheCheckout(t *testing.T) {
	outside, dir := filepath.Join(t.TempDir(), "outside.go"), t.TempDir()
	const text = "package m\n"
	if err := os.WriteFile(outside, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, ".git"), 0o700); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "m.go")
	if err := os.Symlink(outside, link); err != nil {
		t.Fatal(err)
	}
	if _, err := Apply([]*Fix{{"a fix", []Edit{{link, 8, 9, "n"}}}}); !errors.Is(err, atomicfile.ErrOutside) {
		t.Errorf("error %v", err)
	}
	if got, err := os.ReadFile(outside); err != nil || string(got) != text {
		t.Errorf("%q, %v outside", got, err)
	}
}

// A line directive names another file, where the fix is not made.
func TestFixesAreNotMadeWhereLineDirectivesPoint(t *testing.T) {
	for name, test := range map[string]struct {
		files map[string]string
		pkg   string
		kept  bool
	}{
		"none":            {map[string]string{"m.go": "package m\n"}, "m", true},
		"a test's":        {map[string]string{"m.go": "package m\n"}, "m [m.test]", true},
		"unknown package": {map[string]string{"m.go": "package m\n"}, "other", false},
		"line":            {map[string]string{"m.go": "package m\n\n//line ../other/x.go:1\n"}, "m", false},
		"in a line":       {map[string]string{"m.go": "package m\n\n/*line ../other/x.go:1:1*/ var x int\n"}, "m", false},
		"in a test":       {map[string]string{"m.go": "package m\n", "m_test.go": "package m\n//line x.go:1\n"}, "m", false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, text := range test.files {
				if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			r := Result{Diagnostics: []Diagnostic{{Package: test.pkg, Fix: new(Fix)}}}
			r.dropMisplacedFixes(&graph{byPath: map[string]*listed{"m": {ImportPath: "m", Dir: dir}}})
			if kept := r.Diagnostics[0].Fix != nil; kept != test.kept {
				t.Errorf("kept: %v", kept)
			}
		})
	}
}
