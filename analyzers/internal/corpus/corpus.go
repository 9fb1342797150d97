// Package corpus leads the tests to the code under testdata/src that all
// drivers are held against, and to what it looks like once fixed.
package corpus

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// Dir is the testdata directory of the repository, for analysistest: it has the
// corpus (example.com/corpus/…), and stand-ins for the modules it imports,
// below src.
func Dir() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..", "..", "testdata")
}

// Factless is a test that takes no offence at facts: what the corpus expects
// are findings, and the same of all drivers.
type Factless struct{ *testing.T }

// Errorf drops complaints about facts.
func (f Factless) Errorf(format string, args ...any) {
	f.Helper()
	if text := fmt.Sprintf(format, args...); !strings.Contains(text, ": unexpected fact: ") {
		f.Error(text)
	}
}

// expectation is a comment that tells what an analyzer is to find.
var expectation = regexp.MustCompile(`(?m)\s*// want .*$`)

// Fixed returns a copy of the testdata directory where the files that have a golden
// one are as the fixes should leave them, without expectations: nothing may be
// found in them any more.
func Fixed(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	err := filepath.WalkDir(Dir(), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(Dir(), path)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if _, err := os.Stat(path + ".golden"); err == nil {
			return nil // its golden file takes its place
		}
		if fixed, ok := strings.CutSuffix(name, ".golden"); ok {
			name, content = fixed, expectation.ReplaceAll(content, nil)
		}
		target := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		return os.WriteFile(target, content, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
	return root
}
