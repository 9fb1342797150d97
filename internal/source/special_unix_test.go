//go:build unix

package source

import (
	"net"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/momentolint/momentolint/internal/coverage"
)

// What is not opened, because opening it may wait or do something, is counted,
// and does not make the scan one that is not finished.
func TestPipesAndSocketsAreLeftOutAndSaid(t *testing.T) {
	dir := tree(t, "a", "1", "gone/x", "2")
	for _, name := range []string{"pipe", "gone/pipe"} {
		if err := syscall.Mkfifo(filepath.Join(dir, name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// The address of a socket must be short: it is made in the directory itself.
	t.Chdir(dir)
	var listen net.ListenConfig
	l, err := listen.Listen(t.Context(), "unix", "socket")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	bothWalks(t, func(t *testing.T, o Options) {
		o.Exclude = func(path string, _ bool) bool { return path == "gone" }
		r := files(t, o, ".")
		wantBlobs(t, r, seen{"a", "", "1"})
		wantSkips(t, r, "gone", "", "pipe", "neither a file nor a directory", "socket", "neither a file nor a directory")
		for _, e := range r.skips {
			want := coverage.Opaque
			if e.Path == "gone" {
				want = coverage.Excluded
			}
			if e.Class != want {
				t.Errorf("%s: class %d, want %d", e.Path, e.Class, want)
			}
		}
	})
}
