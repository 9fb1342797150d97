//go:build unix

package run_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/run"
)

// program writes a shell script.
func program(t *testing.T, dir, name, script string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFind(t *testing.T) {
	const name = "momentolint-test-program"
	dir, here := t.TempDir(), t.TempDir()
	path := program(t, dir, name, "")
	t.Setenv("PATH", here+string(os.PathListSeparator)+dir)
	if got, err := run.Find(name); err != nil || got != path {
		t.Errorf("in PATH: %s, %v", got, err)
	}
	// Not one that the current directory has, which may be the scanned one.
	program(t, here, name, "")
	t.Chdir(here)
	for _, search := range []string{".", "", here + "/nothing"} {
		t.Setenv("PATH", search)
		if got, err := run.Find(name); !errors.Is(err, run.ErrNotFound) {
			t.Errorf("PATH=%q: %s, %v", search, got, err)
		}
	}
	// Beside this program comes first.
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	beside := program(t, filepath.Dir(self), name, "")
	defer func() { _ = os.Remove(beside) }()
	t.Setenv("PATH", dir)
	if got, err := run.Find(name); err != nil || got != beside {
		t.Errorf("beside: %s, %v; want %s", got, err, beside)
	}
}

func TestRun(t *testing.T) {
	dir := t.TempDir()
	var out, said bytes.Buffer
	p := run.Program{
		Path: program(t, dir, "p", `cat; echo "$@" >&2; exit 7`), Args: []string{"a b", "$c"},
		In: strings.NewReader("in"), Out: &out, Err: &said,
	}
	if code, err := p.Run(t.Context()); code != 7 || err != nil || out.String() != "in" || said.String() != "a b $c\n" {
		t.Errorf("%d, %v, %q, %q", code, err, out.String(), said.String())
	}
	for _, path := range []string{"p", "./p", filepath.Join(dir, "missing")} {
		if _, err := (run.Program{Path: path}).Run(t.Context()); err == nil {
			t.Errorf("%s: no error", path)
		}
	}
}

func TestTheContextInterrupts(t *testing.T) {
	// What a shell starts in the background ignores interrupts, and so would the
	// program; one that is received here is not ignored there.
	signal.Notify(make(chan os.Signal, 1), os.Interrupt)
	defer signal.Reset(os.Interrupt)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var out bytes.Buffer
	p := run.Program{
		Path: program(t, t.TempDir(), "p", `trap 'echo "went on later"; exit 3' INT; echo ready >&2; while :; do sleep 0.05; done`),
		Out:  &out, Err: starter{cancel},
	}
	if code, err := p.Run(ctx); code != 3 || out.String() != "went on later\n" {
		t.Errorf("%d, %v, %q", code, err, out.String())
	}
}

// starter cancels when something is written to it.
type starter struct{ cancel context.CancelFunc }

func (s starter) Write(p []byte) (int, error) {
	s.cancel()
	return len(p), nil
}
