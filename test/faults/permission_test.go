//go:build integration && linux

package faults_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// openDir makes a directory that everybody may enter, and returns what goes before
// the program so that it runs as somebody without root's rights.
func openDir(t *testing.T) (dir string, prefix []string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "momentolint-permission-") //nolint:usetesting // nobody else may enter the test's own folder
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	if os.Getuid() == 0 {
		const nobody = 65534
		id := strconv.Itoa(nobody)
		prefix = []string{"setpriv", "--reuid", id, "--regid", id, "--clear-groups"}
		for _, folder := range []string{dir, filepath.Dir(path)} {
			if err := os.Chmod(folder, 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir, prefix
}

// What the user may not read is said, counted and makes the exit code 2; the
// rest is reported. Root may read everything, so there the program runs as
// somebody without rights.
func TestAFileWithoutPermissionIsSaidAndTheRestIsThere(t *testing.T) {
	dir, prefix := openDir(t)
	hidden := filepath.Join(dir, "closed")
	if err := os.Mkdir(hidden, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, mode := range map[string]os.FileMode{"open.env": 0o644, "locked.env": 0, "closed/inside.env": 0o644} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte("MOMENTO_API_KEY="+ct.V2(ct.Options{Seed: name})+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(hidden, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(hidden, 0o755) })
	r := run(t, call{prefix: prefix, args: []string{"scan", "--offline", "--format", "json", dir}})
	if r.code != 2 {
		t.Errorf("exit %d, want 2\n%s", r.code, r.stderr)
	}
	got := parse(t, r.out)
	if got.Summary.Findings != 1 || len(got.Summary.Skipped) != 2 {
		t.Errorf("%d findings, %d skipped; want 1 and 2\n%s", got.Summary.Findings, len(got.Summary.Skipped), r.out)
	}
	for _, name := range []string{"locked.env", "closed"} {
		if !strings.Contains(r.stderr, name) {
			t.Errorf("standard error does not name %s:\n%s", name, r.stderr)
		}
	}
}

// The same in lint: a directory that cannot be entered may hold a module.
func TestLintSaysWhichFoldersItCouldNotLookInto(t *testing.T) {
	dir, prefix := openDir(t)
	key := ct.V2(ct.Options{Seed: "lint"})
	for name, text := range map[string]string{
		"m/go.mod":      "module example.com/m\n\ngo 1.25.0\n",
		"m/m.go":        "package m\n\nconst key = \"" + key + "\"\n",
		"closed/go.mod": "module example.com/closed\n\ngo 1.25.0\n",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cache := filepath.Join(dir, ".cache")
	for path, mode := range map[string]os.FileMode{cache: 0o777, filepath.Join(dir, "closed"): 0} {
		if err := os.MkdirAll(path, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = os.Chmod(filepath.Join(dir, "closed"), 0o755) })
	r := run(t, call{
		prefix: prefix, args: []string{"lint", "--offline", "--format", "json", dir + "/..."},
		env: []string{"HOME=" + cache, "TMPDIR=" + cache, "GOCACHE=" + cache, "GOFLAGS=-mod=mod"},
	})
	got := parse(t, r.out)
	if r.code != 2 || got.Summary.Findings != 1 || len(got.Summary.Skipped) != 1 ||
		!strings.HasSuffix(got.Summary.Skipped[0].Path, "/closed") || got.Summary.Skipped[0].Reason != "permission denied" {
		t.Errorf("exit %d, %d findings, skipped %v\n%s", r.code, got.Summary.Findings, got.Summary.Skipped, r.stderr)
	}
}

// A fix goes by way of a new file, which the directory's permissions alone would
// allow: a file that may not be written stays as it is.
func TestAFixLeavesAFileThatMayNotBeWritten(t *testing.T) {
	dir, prefix := openDir(t)
	text := "package m\n\nvar key = \"" + ct.V2(ct.Options{Seed: "fix"}) + "\"\n"
	module := filepath.Join(dir, "m")
	if err := os.Mkdir(module, 0o755); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(module, "m.go")
	for path, content := range map[string]string{filepath.Join(module, "go.mod"): "module example.com/m\n\ngo 1.25.0\n", file: text} {
		if err := os.WriteFile(path, []byte(content), 0o444); err != nil {
			t.Fatal(err)
		}
	}
	for _, open := range []string{dir, module} {
		if err := os.Chmod(open, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	r := run(t, call{
		prefix: prefix, args: []string{"lint", "--offline", "--fix", module + "/..."},
		env: []string{"HOME=" + dir, "TMPDIR=" + dir, "GOCACHE=" + filepath.Join(dir, "cache"), "GOFLAGS=-mod=mod"},
	})
	if after, err := os.ReadFile(file); err != nil || string(after) != text {
		t.Errorf("%v, and the file was changed: %t", err, string(after) != text)
	}
	if r.code != 2 || !strings.Contains(r.stderr, "m.go") || !strings.Contains(r.stderr, "permission denied") {
		t.Errorf("exit %d\n%s\n%s", r.code, r.stderr, r.out)
	}
}
