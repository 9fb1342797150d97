package userfile_test

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/testing/userfiletest"
	"github.com/momentolint/momentolint/internal/userfile"
)

const limit = 1 << 20

func TestReadText(t *testing.T) {
	for _, c := range userfiletest.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "file")
			c.Make(t, path, []byte("grün: 1\n"))
			// Named by the user.
			got, err := userfile.ReadText(path, limit)
			compare(t, path, c.Reason, got, err)
			// Named by the tree.
			reason := c.Reason
			if c.Escapes {
				reason = "leads out of the tree"
			}
			got, err = userfile.ReadTextFS(userfile.Dir(dir), "file", path, limit)
			compare(t, path, reason, got, err)
			if errors.Is(err, userfile.ErrOutside) != c.Escapes {
				t.Errorf("cause of %v", err)
			}
		})
	}
}

func compare(t *testing.T, path, reason string, got []byte, err error) {
	t.Helper()
	switch {
	case reason == "" && (err != nil || string(got) != "grün: 1\n"):
		t.Errorf("%q, %v", got, err)
	case reason != "" && (err == nil || !strings.Contains(err.Error(), reason) || !strings.HasPrefix(err.Error(), path+": ")):
		t.Errorf("error %v, want %s: … %s", err, path, reason)
	}
}

func TestEmptyFileIsEmpty(t *testing.T) {
	path := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := userfile.ReadText(path, limit); err != nil || len(got) != 0 {
		t.Errorf("%q, %v", got, err)
	}
}

func TestATreeHasNoNamesOutsideOfIt(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(dir, "outside")
	if err := os.WriteFile(outside, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	top := filepath.Join(dir, "top")
	if err := os.Mkdir(top, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"../outside", outside, "a/../../outside", "./x", ""} {
		if _, err := userfile.ReadTextFS(userfile.Dir(top), name, name, limit); !errors.Is(err, userfile.ErrOutside) {
			t.Errorf("%q: error %v", name, err)
		}
	}
	if _, err := userfile.Name(top, outside); !errors.Is(err, userfile.ErrOutside) {
		t.Errorf("Name: error %v", err)
	}
	if name, err := userfile.Name(top, filepath.Join(top, "a", "b")); err != nil || name != "a/b" {
		t.Errorf("Name: %q, %v", name, err)
	}
}

// What waits for a writer, or for its next byte, ends with the context.
func TestStreamEndsWithItsContext(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // has no such pipes
	}
	path := filepath.Join(t.TempDir(), "pipe")
	if err := exec.Command("mkfifo", path).Run(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := userfile.Stream(ctx, path); !errors.Is(err, context.Canceled) {
		t.Errorf("without a writer: %v", err)
	}
	// The goroutine above still waits for a writer; this is one.
	w, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Close() }()
	ctx, cancel = context.WithCancel(t.Context())
	defer cancel()
	r, err := userfile.Stream(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	if _, err := w.WriteString("x"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(r, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := r.Read(make([]byte, 1)); !errors.Is(err, context.Canceled) {
		t.Errorf("without another byte: %v", err)
	}
}

func TestStreamTakesWhatProcessSubstitutionPasses(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	if _, err := w.WriteString("\xef\xbb\xbfa report"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := "/dev/fd/" + strconv.Itoa(int(r.Fd()))
	if _, err := os.Stat(path); err != nil {
		return // this system has no such names
	}
	in, err := userfile.Stream(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	if got, err := io.ReadAll(userfile.Text(in, limit)); err != nil || string(got) != "a report" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestStreamTakesNothingEndless(t *testing.T) {
	for _, c := range userfiletest.Cases() {
		if c.Reason == "" || c.Name == "named pipe" || c.Name == "huge" || c.Name == "zero bytes" || c.Name == "UTF-16 cut" {
			continue
		}
		path := filepath.Join(t.TempDir(), "file")
		c.Make(t, path, nil)
		if _, err := userfile.Stream(t.Context(), path); err == nil || !strings.Contains(err.Error(), c.Reason) {
			t.Errorf("%s: error %v", c.Name, err)
		}
	}
	if _, err := io.ReadAll(userfile.Text(strings.NewReader(strings.Repeat("x", 11)), 10)); err == nil {
		t.Error("more than the limit")
	}
	if got, err := io.ReadAll(userfile.Text(strings.NewReader(strings.Repeat("x", 10)), 10)); err != nil || len(got) != 10 {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}
