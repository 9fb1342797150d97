//go:build linux

package main

import (
	"regexp"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/momentolint/momentolint/internal/testing/terminaltest"
)

// erase is the beginning of the line: it returns to the left and clears the rest.
const erase = "\r\x1b[K"

// A line on the terminal shows the progress of a run, fits the terminal, and is
// removed at the end.
func TestALiveLineShowsTheProgress(t *testing.T) {
	dir, key, server := organisation(t)
	for _, test := range []struct {
		name    string
		columns int
		env     map[string]string
		args    []string
		live    bool
	}{
		{"wide", 200, map[string]string{"TERM": "xterm"}, nil, true},
		{"narrow", 30, map[string]string{"TERM": "xterm"}, nil, true},
		{"switched off", 200, map[string]string{"TERM": "xterm"}, []string{"--no-progress"}, false},
		{"quiet", 200, map[string]string{"TERM": "xterm"}, []string{"--quiet"}, false},
		{"in CI", 200, map[string]string{"TERM": "xterm", "CI": "true"}, nil, false},
		{"a dumb terminal", 200, map[string]string{"TERM": "dumb"}, nil, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			if r := call(t, "", nil, "submit", dir, "--dir", home); r.code != 0 {
				t.Fatal(r.err)
			}
			terminal := terminaltest.New(t, test.columns)
			var watching sync.WaitGroup
			var out strings.Builder
			var screen string
			watching.Go(func() {
				defer func() { screen = terminal.End() }()
				args := append([]string{"status", "--watch", "--dir", home}, test.args...)
				code := newApp(strings.NewReader(""), &out, terminal.Program, func(name string) (string, bool) {
					v, ok := test.env[name]
					return v, ok
				}).run(t.Context(), args)
				if code != 0 {
					t.Errorf("exit code %d", code)
				}
			})
			if test.live {
				terminal.WaitFor(" of 2 done")
			}
			if r := call(t, "", nil, "worker", "--drain", "--dir", home, "--live-target", server.Addr(), "--rate", "1000"); r.code != 0 {
				t.Error(r.err)
			}
			watching.Wait()
			if !strings.Contains(out.String(), "2 of 2 done") || strings.Contains(screen, key) {
				t.Errorf("%s%s", out.String(), screen)
			}
			if !test.live {
				if strings.Contains(screen, "\x1b") || strings.Contains(screen, " of 2 done") {
					t.Errorf("a line is drawn: %q", screen)
				}
				return
			}
			lines := strings.Split(screen, erase)
			if len(lines) < 3 {
				t.Fatalf("no line is drawn: %q", screen)
			}
			// There is no line before the first and after the last.
			status := regexp.MustCompile(`^[0-2] of 2 done, \d running, \d waiting, 0 failed, [\d.]+/s, `)
			for _, line := range lines[1 : len(lines)-1] {
				if utf8.RuneCountInString(line) >= test.columns || strings.Contains(line, "\n") {
					t.Errorf("%q is too long for %d columns", line, test.columns)
				}
				if test.columns > 100 && !status.MatchString(line) || !strings.Contains(line, " of 2 done") {
					t.Errorf("the line says %q", line)
				}
			}
			if strings.Contains(lines[len(lines)-1], "running") {
				t.Errorf("the last line stays: %q", screen)
			}
		})
	}
}
