package source

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/momentolint/momentolint/internal/coverage"
)

// seen is a blob as a visitor saw it.
type seen struct {
	path     string
	encoding string
	content  string
}

// record collects what a run shows and says.
type record struct {
	mu    sync.Mutex
	blobs []seen
	skips []coverage.Entry
	stats Stats
	err   error
}

func (r *record) visit(_ int, b *Blob) error {
	content := append([]byte(nil), b.Head...)
	if b.Rest != nil {
		rest, err := io.ReadAll(b.Rest)
		if err != nil {
			return fmt.Errorf("Rest failed, which it never should: %w", err)
		}
		content = append(content, rest...)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.blobs = append(r.blobs, seen{b.Path, strings.Join(b.Encoding, " "), string(content)})
	return nil
}

func (r *record) skip(s coverage.Entry) { r.skips = append(r.skips, s) }

// sorted puts the blobs in the order of their names.
func (r *record) sorted() []seen {
	slices.SortFunc(r.blobs, func(a, b seen) int {
		return strings.Compare(a.path+"\x00"+a.content, b.path+"\x00"+b.content)
	})
	return r.blobs
}

func (r *record) paths() []string {
	var list []string
	for _, b := range r.sorted() {
		list = append(list, b.path)
	}
	return list
}

// files runs Files and fails on an error.
func files(t *testing.T, o Options, paths ...string) *record {
	t.Helper()
	r := &record{}
	o.Record = r.skip
	r.stats, r.err = Files(t.Context(), paths, o, r.visit)
	if r.err != nil {
		t.Fatalf("Files: %v", r.err)
	}
	return r
}

// expand runs Expand and fails on an error.
func expand(t *testing.T, o Options, name string, data []byte) *record {
	t.Helper()
	r := &record{}
	o.Record = r.skip
	r.stats, r.err = Expand(t.Context(), 0, name, data, o, r.visit)
	if r.err != nil {
		t.Fatalf("Expand: %v", r.err)
	}
	return r
}

// everyWay runs a test with an archive as a file on the disk, in memory, and as
// a stream that can only be read on.
func everyWay(t *testing.T, o Options, name string, data []byte, check func(t *testing.T, r *record)) {
	t.Helper()
	t.Run("file", func(t *testing.T) {
		dir := t.TempDir()
		write(t, filepath.Join(dir, name), string(data))
		check(t, files(t, o, dir))
	})
	t.Run("memory", func(t *testing.T) { check(t, expand(t, o, name, data)) })
	t.Run("stream", func(t *testing.T) {
		r := &record{}
		o.Record = r.skip
		r.stats, r.err = Reader(t.Context(), name, &trickle{r: bytes.NewReader(data)}, o, r.visit)
		if r.err != nil {
			t.Fatalf("Reader: %v", r.err)
		}
		check(t, r)
	})
}

// trickle returns a reader's data in pieces of awkward sizes.
type trickle struct {
	r io.Reader
	n int
}

func (s *trickle) Read(p []byte) (int, error) {
	s.n = s.n*7%8191 + 1
	return s.r.Read(p[:min(len(p), s.n)])
}

// wantBlobs compares what was shown, in the order of the names.
func wantBlobs(t *testing.T, r *record, want ...seen) {
	t.Helper()
	got := r.sorted()
	if !slices.Equal(got, want) {
		t.Errorf("saw:")
		for _, b := range got {
			t.Errorf("  %q [%s] %d bytes %.80q", b.path, b.encoding, len(b.content), b.content)
		}
		t.Errorf("wanted:")
		for _, b := range want {
			t.Errorf("  %q [%s] %d bytes %.80q", b.path, b.encoding, len(b.content), b.content)
		}
		t.Errorf("said: %+v", r.skips)
	}
}

// wantSkips compares what was said: path and a part of the reason in turn.
func wantSkips(t *testing.T, r *record, want ...string) {
	t.Helper()
	left := slices.Clone(r.skips)
	for i := 0; i+1 < len(want); i += 2 {
		at := slices.IndexFunc(left, func(s coverage.Entry) bool {
			return s.Path == want[i] && strings.Contains(s.Reason, want[i+1])
		})
		if at < 0 {
			t.Errorf("nothing said about %q: %q, but: %+v", want[i], want[i+1], r.skips)
			continue
		}
		left = slices.Delete(left, at, at+1)
	}
	if len(left) > 0 {
		t.Errorf("said beyond what was expected: %+v", left)
	}
}

// write writes a file and the directories above it.
func write(t testing.TB, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// tree writes files, given as path and content in turn, and returns the directory.
func tree(t testing.TB, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i+1 < len(files); i += 2 {
		write(t, filepath.Join(dir, filepath.FromSlash(files[i])), files[i+1])
	}
	return dir
}

// bothWalks runs a test with the system's own walk and with the portable one.
func bothWalks(t *testing.T, test func(t *testing.T, o Options)) {
	t.Helper()
	t.Run("native", func(t *testing.T) { test(t, Options{Jobs: 2}) })
	t.Run("portable", func(t *testing.T) { test(t, Options{Jobs: 2, portable: true}) })
}

func cancelled(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}
