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
