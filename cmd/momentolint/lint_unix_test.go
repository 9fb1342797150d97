//go:build unix

package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// readPipe opens a named pipe, waits until something is written to it, and
// returns a channel that is closed when no process has it open any more.
func readPipe(t *testing.T, path string) (gone <-chan struct{}) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	r := bufio.NewReader(f)
	if _, err := r.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(io.Discard, r)
	}()
	return done
}

// However lint ends, the go command and what it has started end with it.
func TestLintLeavesNoProcessBehind(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	const stubborn = "trap '' INT TERM HUP\nsleep 1000 &\necho ready >&9\nwhile :; do sleep 1; done\n"
	for name, tt := range map[string]struct {
		script string
		signal os.Signal
		args   []string
		says   string
	}{
		"interrupted":        {stubborn, syscall.SIGTERM, nil, "skipped"},
		"out of time":        {stubborn, nil, []string{"--timeout", "1s"}, "--timeout"},
		"killed":             {"echo ready >&9\nexec sleep 1000\n", syscall.SIGKILL, nil, ""},
		"the leader is gone": {"sleep 1000 &\necho ready >&9\n", nil, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tt.signal == syscall.SIGKILL && runtime.GOOS != "linux" {
				return // the others have no such promise
			}
			dir := tree(t, map[string]string{"go.mod": goMod, "a.go": "package m\n"})
			bin, pipe := t.TempDir(), filepath.Join(t.TempDir(), "pipe")
			if err := unix.Mkfifo(pipe, 0o600); err != nil {
				t.Fatal(err)
			}
			script := "#!/bin/sh\nexec 9>'" + pipe + "'\n" + tt.script
			if err := os.WriteFile(filepath.Join(bin, "go"), []byte(script), 0o700); err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), program, append([]string{"lint", "--offline", "--format", "json"}, tt.args...)...)
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), asProgram+"=1", "PATH="+bin+":"+os.Getenv("PATH"))
			var out, said strings.Builder
			cmd.Stdout, cmd.Stderr = &out, &said
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			gone := readPipe(t, pipe)
			if tt.signal != nil {
				if err := cmd.Process.Signal(tt.signal); err != nil {
					t.Fatal(err)
				}
			}
			if err := cmd.Wait(); err == nil {
				t.Errorf("it ended as if all had been analyzed: %s", out.String())
			}
			select {
			case <-gone:
			case <-time.After(patience):
				t.Fatal("a process is left")
			}
			if !strings.Contains(out.String()+said.String(), tt.says) {
				t.Errorf("the output does not say %q:\n%s%s", tt.says, out.String(), said.String())
			}
		})
	}
}

// The go command may be killed while the vet tool works.
func TestTheVetToolEndsWithItsParent(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	for _, path := range []string{pipe, filepath.Join(dir, "vet.cfg")} {
		if err := unix.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// The tool waits for a writer of its configuration.
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `exec 9>pipe; "$0" vet.cfg & sleep 1; echo ready >&9; wait`, program)
	cmd.Dir = dir
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	gone := readPipe(t, pipe)
	select {
	case <-gone:
		t.Fatal("it ended too early")
	default:
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	select {
	case <-gone:
	case <-time.After(patience):
		t.Fatal("the vet tool is left")
	}
}
