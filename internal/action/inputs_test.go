package action

import (
	"os"
	"path/filepath"
	"testing"
)

func TestTheAnalyzersRunWhereTheGoCommandSeesAModule(t *testing.T) {
	for _, test := range []struct {
		file string
		want bool
	}{
		{"go.mod", true}, {"deep/in/it/go.mod", true}, {"testdata/go.mod", false}, {"a/vendor/b/go.mod", false},
		{"node_modules/a/go.mod", false}, {".git/go.mod", false}, {"_old/go.mod", false}, {"go.mod/x", false}, {"go.sum", false},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, filepath.FromSlash(test.file))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("module x\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		if got, err := HasModule(dir); err != nil || got != test.want {
			t.Errorf("%s: %v, %v", test.file, got, err)
		}
	}
	if found, err := HasModule(filepath.Join(t.TempDir(), "gone")); err == nil || found {
		t.Errorf("a directory that is gone: %v, %v", found, err)
	}
}
