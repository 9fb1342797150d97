package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
)

func TestFilesReadsEverythingInADirectory(t *testing.T) {
	dir := tree(t,
		"a.txt", "one",
		"b/c/d.txt", "two",
		"b/empty", "",
		".env", "three",
		".gitignore", "ignored",
		"ignored", "found all the same",
		"binary", "\x00\xff\x00",
	)
	bothWalks(t, func(t *testing.T, o Options) {
		r := files(t, o, dir)
		wantBlobs(t, r,
			seen{".env", "", "three"},
			seen{".gitignore", "", "ignored"},
			seen{"a.txt", "", "one"},
			seen{"b/c/d.txt", "", "two"},
			seen{"b/empty", "", ""},
			seen{"binary", "", "\x00\xff\x00"},
			seen{"ignored", "", "found all the same"},
		)
		wantSkips(t, r)
		if want := (Stats{Files: 7, Bytes: 3 + 3 + 5 + 7 + 18 + 3}); r.stats != want {
			t.Errorf("stats %+v, not %+v", r.stats, want)
		}
	})
}

func TestFilesNamesThingsAsTheCallerSees(t *testing.T) {
	dir := tree(t, "sub/x", "1", "other/y", "2", "z", "3")
	t.Chdir(dir)
	bothWalks(t, func(t *testing.T, o Options) {
		for _, c := range []struct {
			name  string
			full  bool
			paths []string
			want  string
		}{
			{"the current directory", false, []string{"."}, "other/y sub/x z"},
			{"one directory", false, []string{"sub"}, "x"},
			{"one directory with a slash", false, []string{"sub/"}, "x"},
			{"one file", false, []string{"sub/x"}, "sub/x"},
			{"one file as given", false, []string{"./sub/../z"}, "./sub/../z"},
			{"several", false, []string{"sub", "z", "other/"}, "other/y sub/x z"},
			{"full names", true, []string{"sub"}, "sub/x"},
			{"full names here", true, []string{"."}, "other/y sub/x z"},
		} {
			o := o
			o.FullNames = c.full
			r := files(t, o, c.paths...)
			if got := strings.Join(r.paths(), " "); got != c.want {
				t.Errorf("%s: %q, not %q", c.name, got, c.want)
			}
			wantSkips(t, r)
		}
	})
}

func TestFilesReadsNothingTwice(t *testing.T) {
	dir := tree(t, "sub/deep/x", "1", "z", "3")
	t.Chdir(dir)
	if err := os.Symlink("sub", "link"); err != nil {
		t.Fatal(err)
	}
	bothWalks(t, func(t *testing.T, o Options) {
		for _, paths := range [][]string{
			{".", "."},
			{".", "sub", "sub/deep/x", "z"},
			{"z", "sub/deep", "sub", "."},
			{".", dir},
			{".", "link", "link/deep/x"},
			{"sub/deep/x", "z", "./sub/deep/x", "link/deep/x"},
		} {
			r := files(t, o, paths...)
			if len(r.blobs) != 2 {
				t.Errorf("%q: saw %q", paths, r.paths())
			}
			wantSkips(t, r)
		}
	})
}

func TestFilesReadsWhatIsNamedThoughTheWalkWouldNotComeThere(t *testing.T) {
	dir := tree(t, ".git/config", "secret", "left/out/x", "1", "a", "2")
	t.Chdir(dir)
	bothWalks(t, func(t *testing.T, o Options) {
		o.Exclude = func(path string, dir bool) bool { return dir && path == "left" }
		r := files(t, o, ".", ".git/config", "left/out")
		if got := strings.Join(r.paths(), " "); got != ".git/config a left/out/x" {
			t.Errorf("saw %q", got)
		}
		r = files(t, o, ".git")
		if got := strings.Join(r.paths(), " "); got != "config" {
			t.Errorf("in .git itself: saw %q", got)
		}
	})
}

func TestFilesSaysWhatIsMissing(t *testing.T) {
	dir := tree(t, "a", "1")
	t.Chdir(dir)
	bothWalks(t, func(t *testing.T, o Options) {
		r := files(t, o, "nowhere", "a", "a/b", "")
		wantBlobs(t, r, seen{"a", "", "1"})
		wantSkips(t, r, "nowhere", "no such file or directory", "a/b", "not a directory", "", "no such file or directory")
	})
}

func TestFilesLeavesOutWhatTheCallerExcludes(t *testing.T) {
	dir := tree(t, "keep", "1", "drop", "2", "sub/drop", "3", "gone/x", "4", "gone/sub/y", "5")
	bothWalks(t, func(t *testing.T, o Options) {
		var asked atomic.Int32
		o.Exclude = func(path string, dir bool) bool {
			if path == "gone" && dir {
				return true
			}
			if strings.HasPrefix(path, "gone/") {
				asked.Add(1)
			}
			return !dir && path == "drop"
		}
		r := files(t, o, dir)
		if got := strings.Join(r.paths(), " "); got != "keep sub/drop" {
			t.Errorf("saw %q", got)
		}
		wantSkips(t, r, "gone", "", "drop", "")
		if asked.Load() > 0 {
			t.Error("went into an excluded directory")
		}
	})
}

func TestFilesLeavesOutLargeFilesAndSaysSo(t *testing.T) {
	dir := tree(t, "small", "12345", "large", "123456")
	bothWalks(t, func(t *testing.T, o Options) {
		o.MaxFileSize = 5
		r := files(t, o, dir)
		wantBlobs(t, r, seen{"small", "", "12345"})
		wantSkips(t, r, "large", "larger than the limit of 5 bytes")
	})
}

// Around the size of the buffer a file is shown whole, or as a head and a rest.
func TestFilesOfEverySizeAroundTheBuffer(t *testing.T) {
	const buffer = 1024
	var list []string
	random := rand.New(rand.NewPCG(1, 1))
	for _, size := range []int{0, 1, buffer - 1, buffer, buffer + 1, 2*buffer - 1, 2 * buffer, 2*buffer + 1, 100*buffer + 17} {
		content := make([]byte, size)
		for i := range content {
			content[i] = byte('a' + random.IntN(26))
		}
		list = append(list, fmt.Sprintf("%07d", size), string(content))
	}
	dir := tree(t, list...)
	bothWalks(t, func(t *testing.T, o Options) {
		for _, depth := range []int{0, 8} {
			o := o
			o.BufferSize, o.MaxArchiveDepth = buffer, depth
			var wrong atomic.Bool
			r := &record{}
			o.Record = r.skip
			stats, err := Files(t.Context(), []string{dir}, o, func(worker int, b *Blob) error {
				if len(b.Head) > buffer || b.Rest != nil && len(b.Head) < buffer {
					wrong.Store(true)
				}
				return r.visit(worker, b)
			})
			if err != nil {
				t.Fatal(err)
			}
			if wrong.Load() {
				t.Error("a head is longer than the buffer, or shorter though something follows")
			}
			var want []seen
			var bytes int64
			for i := 0; i < len(list); i += 2 {
				want = append(want, seen{list[i], "", list[i+1]})
				bytes += int64(len(list[i+1]))
			}
			wantBlobs(t, r, want...)
			wantSkips(t, r)
			if stats.Bytes != bytes || stats.Files != int64(len(want)) {
				t.Errorf("stats %+v, not %d files and %d bytes", stats, len(want), bytes)
			}
		}
	})
}

func TestFilesGivesEachWorkerItsOwnIndex(t *testing.T) {
	var list []string
	for i := range 500 {
		list = append(list, fmt.Sprintf("d%d/e%d/f%d", i%7, i%11, i), "x")
	}
	dir := tree(t, list...)
	bothWalks(t, func(t *testing.T, o Options) {
		o.Jobs = 8
		var busy [8]atomic.Bool
		var count atomic.Int32
		_, err := Files(t.Context(), []string{dir}, o, func(worker int, _ *Blob) error {
			if worker < 0 || worker >= 8 {
				return fmt.Errorf("worker %d", worker)
			}
			if !busy[worker].CompareAndSwap(false, true) {
				return fmt.Errorf("worker %d is in two places", worker)
			}
			defer busy[worker].Store(false)
			count.Add(1)
			return nil
		})
		if err != nil || count.Load() != 500 {
			t.Errorf("%d visits, error %v", count.Load(), err)
		}
	})
}

func TestFilesEndsWithTheVisitorsError(t *testing.T) {
	var list []string
	for i := range 300 {
		list = append(list, fmt.Sprintf("d%d/f%d", i%10, i), "x")
	}
	dir := tree(t, list...)
	bothWalks(t, func(t *testing.T, o Options) {
		enough := errors.New("enough")
		var count atomic.Int32
		_, err := Files(t.Context(), []string{dir}, o, func(int, *Blob) error {
			if count.Add(1) == 20 {
				return enough
			}
			return nil
		})
		if !errors.Is(err, enough) {
			t.Errorf("error %v", err)
		}
		if n := count.Load(); n > 100 {
			t.Errorf("went on for %d more files", n-20)
		}
	})
}

func TestFilesEndsWithTheContext(t *testing.T) {
	var list []string
	for i := range 300 {
		list = append(list, fmt.Sprintf("d%d/f%d", i%10, i), "x")
	}
	dir := tree(t, list...)
	bothWalks(t, func(t *testing.T, o Options) {
		ctx, cancel := context.WithCancel(t.Context())
		var count atomic.Int32
		stats, err := Files(ctx, []string{dir}, o, func(int, *Blob) error {
			if count.Add(1) == 20 {
				cancel()
				// What follows from cancel takes a moment; nothing may be read after it.
				for ctx.Err() == nil {
					runtime.Gosched()
				}
			}
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
		if stats.Files < 20 {
			t.Errorf("what was read until then was not counted: %+v", stats)
		}
		if _, err := Files(cancelled(t), []string{dir}, o, func(int, *Blob) error {
			t.Error("visited after the end")
			return nil
		}); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	})
}

func TestFilesMayLeaveTheRestUnread(t *testing.T) {
	dir := tree(t, "a", strings.Repeat("x", 5000), "b", strings.Repeat("y", 5000), "c.tar", string(tarOf(t,
		member{name: "m1", content: strings.Repeat("1", 5000)}, member{name: "m2", content: strings.Repeat("2", 5000)})))
	bothWalks(t, func(t *testing.T, o Options) {
		o.BufferSize, o.MaxArchiveDepth, o.Jobs = 1024, 1, 1
		var heads []string
		r := &record{}
		o.Record = r.skip
		_, err := Files(t.Context(), []string{dir}, o, func(_ int, b *Blob) error {
			heads = append(heads, b.Path+string(b.Head[:1]))
			return nil
		})
		if err != nil || len(heads) != 4 {
			t.Errorf("saw %q, error %v", heads, err)
		}
		wantSkips(t, r)
	})
}

func TestFilesTakesSpecialNames(t *testing.T) {
	names := []string{
		strings.Repeat("n", 255),
		"new\nline",
		"tab\tand \"quotes\"",
		"-rf",
		"bad utf-8 \xff\xfe",
		"…umlauts äöü",
		"\x01\x02",
	}
	dir := t.TempDir()
	want := make(map[string]bool)
	for _, n := range names {
		if err := os.WriteFile(filepath.Join(dir, n), []byte(n), 0o600); err != nil {
			t.Logf("this file system does not take %q: %v", n, err)
			continue
		}
		want[n] = true
	}
	bothWalks(t, func(t *testing.T, o Options) {
		r := files(t, o, dir)
		wantSkips(t, r)
		if len(r.blobs) != len(want) {
			t.Errorf("saw %d files, not %d", len(r.blobs), len(want))
		}
		for _, b := range r.blobs {
			if !want[b.path] || b.content != b.path {
				t.Errorf("saw %q with %q", b.path, b.content)
			}
		}
	})
}

func TestReadHeadTakesShortReads(t *testing.T) {
	content := bytes.Repeat([]byte("0123456789"), 50)
	for _, size := range []int64{0, 100, 500, 600} {
		buf := make([]byte, 1000)
		n, err := readHead(&fakeFile{trickle: trickle{r: bytes.NewReader(content)}}, buf, size)
		if size == 100 && n < 100 || size != 100 && !bytes.Equal(buf[:n], content) {
			t.Errorf("size %d: read %d bytes, error %v", size, n, err)
		}
	}
}

type fakeFile struct {
	file
	trickle
}

func (f *fakeFile) Read(p []byte) (int, error) { return f.trickle.Read(p) }
