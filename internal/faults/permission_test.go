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

// What the user may not read is said, counted and makes the exit code 2; the
// rest is reported. Root may read everything, so there the program runs as
// somebody without rights.
func TestAFileWithoutPermissionIsSaidAndTheRestIsThere(t *testing.T) {
	dir, err := os.MkdirTemp("", "momentolint-permission-") //nolint:usetesting // nobody else may enter the test's own folder
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	var prefix []string
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
