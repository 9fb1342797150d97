//go:build unix

package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/report"
)

// A report that cannot be printed makes the exit code 2, with the reason on
// standard error. (A standard output that is closed is no such case: the Go
// runtime opens /dev/null in its place, as some parents do on purpose.)
func TestAReportThatCannotBePrinted(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// With a finding: compact prints nothing else.
	dir := tree(t, map[string]string{"app.env": env("printed")})
	outputs := map[string]*os.File{}
	if outputs["opened for reading"], err = os.Open(os.DevNull); err != nil {
		t.Fatal(err)
	}
	if full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0); err == nil {
		outputs["a full disk"] = full
	}
	commands := [][]string{{"rules"}, {"rules", "momentoscope"}, {"rules", "--format", "gitleaks"}, {"version"}, {"version", "--json"}, {"completion", "bash"}}
	for _, format := range report.Formats() {
		commands = append(commands, []string{"scan", "--offline", "--format", format, "."})
	}
	for name, out := range outputs {
		defer func() { _ = out.Close() }()
		for _, args := range commands {
			cmd := exec.CommandContext(t.Context(), program, args...) // #nosec G204 -- this test
			cmd.Dir, cmd.Env = dir, append(os.Environ(), asProgram+"=1")
			var stderr strings.Builder
			cmd.Stdout, cmd.Stderr = out, &stderr
			_ = cmd.Run()
			if code := cmd.ProcessState.ExitCode(); code != exitFailed || !strings.Contains(stderr.String(), "momentolint: ") {
				t.Errorf("%s, %q: exit %d\n%s", name, args, code, stderr.String())
			}
		}
	}
}
