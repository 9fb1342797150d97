package golint

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/atomicfile"
)

func TestFixesStayInTheTree(t *testing.T) {
	for _, checkout := range []bool{true, false} {
		testFixesStay(t, checkout)
	}
}

func testFixesStay(t *testing.T, checkout bool) {
	t.Helper()
	outside, dir := filepath.Join(t.TempDir(), "outside.go"), t.TempDir()
	const text = "package m\n"
	if err := os.WriteFile(outside, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if checkout {
		if err := os.Mkdir(filepath.Join(dir, ".git"), 0o700); err != nil {
			t.Fatal(err)
		}
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

// Fixes of several files are made in all of them or in none, and an error while
// writing names those that were changed.
func TestFixesOfSeveralFiles(t *testing.T) {
	// The names sort in this order, and the second one is the bad one.
	const before, after = "package m\n", "package n\n"
	long := "b" + strings.Repeat("x", 245) + ".go" // no room for a temporary name
	for name, test := range map[string]struct {
		second string
		spoil  func(t *testing.T, path string)
		edit   Edit
		// changed is whether the first file was, and says what the error must.
		changed bool
		says    string
	}{
		"all fine":    {"b.go", nil, Edit{Start: 8, End: 9, New: "n"}, true, ""},
		"not parsing": {"b.go", nil, Edit{Start: 8, End: 9, New: "}"}, false, "no fix was applied"},
		"changed":     {"b.go", nil, Edit{Start: 8, End: 900, New: "n"}, false, "no fix was applied"},
		"missing": {"b.go", func(t *testing.T, path string) {
			t.Helper()
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}, Edit{Start: 8, End: 9, New: "n"}, false, "no fix was applied"},
		"a directory": {"b.go", func(t *testing.T, path string) {
			t.Helper()
			if err := errors.Join(os.Remove(path), os.Mkdir(path, 0o700)); err != nil {
				t.Fatal(err)
			}
		}, Edit{Start: 8, End: 9, New: "n"}, false, "no fix was applied"},
		"not writable": {long, nil, Edit{Start: 8, End: 9, New: "n"}, true, "changed before that: "},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			paths := []string{filepath.Join(dir, "a.go"), filepath.Join(dir, test.second), filepath.Join(dir, "c.go")}
			var fixes []*Fix
			for i, path := range paths {
				if err := os.WriteFile(path, []byte(before), 0o600); err != nil {
					t.Fatal(err)
				}
				e := Edit{Start: 8, End: 9, New: "n"}
				if i == 1 {
					e = test.edit
				}
				e.File = path
				fixes = append(fixes, &Fix{"a fix", []Edit{e}})
			}
			if test.spoil != nil {
				test.spoil(t, paths[1])
			}
			applied, err := Apply(fixes)
			want := Applied{}
			switch {
			case test.says == "":
				want = Applied{Fixes: 3, Files: 3}
				if err != nil {
					t.Error(err)
				}
			case err == nil || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), paths[1]):
				t.Errorf("error %v, want %q and %s", err, test.says, test.second)
			case test.changed:
				want = Applied{Fixes: 1, Files: 1}
				if !strings.Contains(err.Error(), test.says+paths[0]) {
					t.Errorf("the error does not name %s: %v", paths[0], err)
				}
			}
			if applied != want {
				t.Errorf("applied %+v, want %+v", applied, want)
			}
			for i, path := range paths {
				wantText := before
				if test.says == "" || i == 0 && test.changed {
					wantText = after
				}
				got, err := os.ReadFile(path)
				if (i != 1 || test.spoil == nil) && (err != nil || string(got) != wantText) {
					t.Errorf("%s: %q, %v, want %q", filepath.Base(path), got, err, wantText)
				}
			}
			left, err := filepath.Glob(filepath.Join(dir, ".*"))
			if err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
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
