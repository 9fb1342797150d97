package gitcmd

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Whatever a configuration holds, looking for the files that it includes ends,
// and refuses only what is not a regular file.
func FuzzConfig(f *testing.F) {
	f.Add([]byte("[include]\n\tpath = config\n"))
	f.Add([]byte("[includeIf \"gitdir:x\"]\n\tpath = \"a b\" # no\n[core]\n\texcludesFile = fifo\n"))
	f.Add([]byte("[include] path = \\\n other\n[core]attributesfile=~/x\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		path := filepath.Join(dir, "config")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		err := (&walker{seen: map[string]bool{}}).config(path, 0)
		if _, ok := errors.AsType[*IrregularError](err); err != nil && !ok {
			t.Errorf("%q: %v", data, err)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%q: %v", data, took)
		}
	})
}
