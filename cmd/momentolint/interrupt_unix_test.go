//go:build unix

package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// patience is how long a process that was interrupted may take before the test
// gives up on it: far more than the second in which it ends, since computers
// that run tests are busy.
const patience = 2 * time.Minute

// An interrupt ends every phase, whatever the program waits for or works on.
func TestAnInterruptEndsEveryPhase(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	key := credentialtest.V2(credentialtest.Options{})
	pipe := func(t *testing.T, dir string) {
		t.Helper()
		if err := unix.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write := func(name, text string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			t.Helper()
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, tt := range map[string]struct {
		prepare []func(*testing.T, string)
		args    []string
	}{
		"a report to import, without a writer": {[]func(*testing.T, string){pipe}, []string{"scan", "--offline", "--import", "pipe"}},
		"a report to revoke from":              {[]func(*testing.T, string){pipe}, []string{"revoke", "--dry-run", "--from", "pipe"}},
		"standard input":                       {nil, []string{"scan", "--offline", "-"}},
		"a report on standard input":           {nil, []string{"scan", "--offline", "--import", "-"}},
		"a report that is not read": {
			[]func(*testing.T, string){pipe, write("key", "K="+key+"\n")},
			[]string{"scan", "--offline", "--report", "json=pipe", "key"},
		},
		"user rules": {
			[]func(*testing.T, string){
				write(".gitleaks.toml", "[[rules]]\nid = \"slow\"\nregex = '''"+strings.Repeat("(?:[a-z]{0,100}){0,9}", 10)+"1'''\n"),
				write("text", strings.Repeat("a", 1<<20)),
			},
			[]string{"scan", "--offline", "."},
		},
		"an archive": {[]func(*testing.T, string){endlessGzip}, []string{"scan", "--offline", "zeros.gz"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for _, prepare := range tt.prepare {
				prepare(t, dir)
			}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			cmd := exec.CommandContext(ctx, program, tt.args...)
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), asProgram+"=1", "MOMENTO_API_KEY="+key)
			stdin, err := cmd.StdinPipe() // nothing comes from it
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = stdin.Close() }()
			var out bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &out
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			// Until the phase has begun; earlier, the signal ends the program too.
			time.Sleep(500 * time.Millisecond)
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
				t.Fatal(err)
			}
			err = cmd.Wait()
			if ctx.Err() != nil {
				t.Fatalf("it did not end: %s", out.String())
			}
			if _, ok := errors.AsType[*exec.ExitError](err); !ok {
				t.Errorf("it ended as if it had not been interrupted: %v, %s", err, out.String())
			}
		})
	}
}

// endlessGzip writes an archive that takes long to unpack: many members of zeros.
func endlessGzip(t *testing.T, dir string) {
	t.Helper()
	var member bytes.Buffer
	w := gzip.NewWriter(&member)
	if _, err := io.CopyN(w, endlessZeros{}, 64<<20); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "zeros.gz"), bytes.Repeat(member.Bytes(), 400), 0o600); err != nil {
		t.Fatal(err)
	}
}

type endlessZeros struct{}

func (endlessZeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
