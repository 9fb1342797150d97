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
		t.Errorf("error %v for a directory", err)
	}
	if err := WriteBytes(filepath.Join(dir, "gone", "file"), 0o644, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v for a directory that does not exist", err)
	}
}

func TestALinkStaysALink(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	if err := os.WriteFile(target, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("target", link); err != nil {
		t.Fatal(err)
	}
	if err := WriteBytes(link, 0o644, []byte("new")); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link was replaced: %v", err)
	}
	if text, err := os.ReadFile(target); err != nil || string(text) != "new" {
		t.Errorf("%q, %v where the link leads", text, err)
	}
}

func TestAFileKeepsItsModeUnlessItMustBePrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // has no such permissions
	}
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("old"), 0o640); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ mode, want fs.FileMode }{{0o644, 0o640}, {Private, Private}} {
		if err := WriteBytes(path, c.mode, []byte("new")); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != c.want {
			t.Errorf("%v, %v, not %v", info.Mode(), err, c.want)
		}
	}
}

// In a tree no link leads to a file elsewhere, whichever part of the path it
// is; outside of any, links are the user's own.
func TestNoLinkLeadsOutOfATree(t *testing.T) {
	for name, tt := range map[string]struct {
		link, target, path string
		leaves             bool
	}{
		"a file elsewhere":            {"report", "OUT/file", "report", true},
		"a directory elsewhere":       {"out", "OUT", "out/file", true},
		"a file to be made elsewhere": {"out", "OUT", "out/new/file", true},
		"a file in the tree":          {"report", "inside", "report", false},
		"a device":                    {"report", os.DevNull, "report", true},
	} {
		for kind, tree := range map[string]bool{"a checkout": true, "the working directory": true, "a named directory": true, "nothing": false} {
			t.Run(name+" in "+kind, func(t *testing.T) {
				outside, dir := t.TempDir(), t.TempDir()
				for _, file := range []string{filepath.Join(outside, "file"), filepath.Join(dir, "inside")} {
					if err := os.WriteFile(file, []byte("old"), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				trees := []string{filepath.Join(dir, "none"), outside}
				switch kind {
				case "a checkout":
					if err := os.Mkdir(filepath.Join(dir, ".git"), 0o700); err != nil {
						t.Fatal(err)
					}
				case "the working directory":
					t.Chdir(dir)
				case "a named directory":
					trees = append(trees, dir)
				}
				if err := os.Symlink(strings.Replace(tt.target, "OUT", outside, 1), filepath.Join(dir, tt.link)); err != nil {
					t.Fatal(err)
				}
				path := filepath.Join(dir, filepath.FromSlash(tt.path))
				if err := Check(path, trees...); errors.Is(err, ErrOutside) != (tt.leaves && tree) {
					t.Errorf("Check: %v", err)
				}
				if kind == "a named directory" {
					return // Write knows the others by itself
				}
				err := WriteBytes(path, 0o600, []byte("new"))
				if refused := errors.Is(err, ErrOutside); refused != (tt.leaves && tree) {
					t.Errorf("error %v", err)
				}
				if text, err := os.ReadFile(filepath.Join(outside, "file")); tree && (err != nil || string(text) != "old") {
					t.Errorf("%q, %v elsewhere", text, err)
				}
			})
		}
	}
}
