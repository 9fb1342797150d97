package atomicfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestWhatFailsLeavesWhatWasThere(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	full := errors.New("no space left on device")
	err := Write(path, 0o644, func(w io.Writer) error {
		if _, err := io.WriteString(w, strings.Repeat("new", 100_000)); err != nil {
			return err
		}
		return full
	})
	if text, reading := os.ReadFile(path); !errors.Is(err, full) || reading != nil || string(text) != "old" {
		t.Errorf("error %v, %v, and the file holds %d bytes", err, reading, len(text))
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 1 {
		t.Errorf("%v, %v: something is left", list, err)
	}
	if err := WriteBytes(dir, 0o644, nil); !errors.Is(err, fs.ErrExist) {
		t.Errorf("error %v for a folder", err)
	}
	if err := WriteBytes(filepath.Join(dir, "gone", "file"), 0o644, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v for a folder that does not exist", err)
	}
}

func TestALinkStaysALinkAndAFileKeepsItsMode(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // neither is like this there
	}
	dir := t.TempDir()
	path, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := os.WriteFile(path, []byte("old"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("file", link); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ mode, want fs.FileMode }{{0o644, 0o640}, {Private, Private}} {
		if err := WriteBytes(link, c.mode, []byte("new")); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(path)
		if err != nil || string(text) != "new" {
			t.Errorf("%q, %v", text, err)
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != c.want {
			t.Errorf("%v, %v, not %v", info.Mode(), err, c.want)
		}
		if to, err := os.Readlink(link); err != nil || to != "file" {
			t.Errorf("the link leads to %q, %v", to, err)
		}
	}
}
