//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// Where an analyzer or the go command fails, lint and the action report what
// they found in other packages and modules, and what failed.
func TestFindingsAreReportedWhereTheAnalysisFails(t *testing.T) {
	for name, tt := range map[string]struct {
		files   map[string]string
		says    string
		prepare func(t *testing.T)
	}{
		"an analyzer": {
			map[string]string{"bad/bad.go": keyFile("bad", ct.V2(ct.Options{Seed: "bad"}))}, "the analyzer has failed",
			func(t *testing.T) { t.Setenv(withFailingAnalyzer, "1") },
		},
		"the go command in one of two modules": {
			map[string]string{
				"bad/go.mod": "module example.com/bad\n\ngo 1.25.0\n", "bad/bad.go": "package bad\n",
				"later/go.mod": "module example.com/later\n\ngo 1.25.0\n", "later/later.go": keyFile("later", ct.V2(ct.Options{Seed: "later"})),
			}, "/bad: exit",
			func(t *testing.T) {
				resolved, err := exec.LookPath("go")
				if err != nil {
					t.Fatal(err)
				}
				bin := t.TempDir()
				script := "#!/bin/sh\ncase \"$1 $(pwd)\" in vet*/bad) exit 3;; esac\nexec '" + resolved + "' \"$@\"\n"
				if err := os.WriteFile(filepath.Join(bin, "go"), []byte(script), 0o700); err != nil {
					t.Fatal(err)
				}
				t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			// Only the analyzers find this.
			tt.files["a.go"] = never(neverLine)
			dir := withSDK(t, tt.files)
			runGit(t, dir, "init", "-q", "-b", "main")
			tt.prepare(t)
			t.Chdir(dir)
			sarif := filepath.Join(t.TempDir(), "r.sarif")
			r := call(t, "", nil, "lint", "--offline", "--report", "sarif="+sarif)
			text, err := os.ReadFile(sarif)
			if _, later := tt.files["later/later.go"]; later && !strings.Contains(r.out, "later/later.go:3") {
				t.Errorf("lint stopped at the module that failed:\n%s", r.out)
			}
			if r.code != exitFailed || err != nil || !strings.Contains(string(text), "momentoexpiry") ||
				!strings.Contains(r.out, "a.go:10") || !strings.Contains(r.out, tt.says) || !strings.Contains(r.out, "Skipped") {
				t.Errorf("lint: exit %d, %v\n%s%s", r.code, err, r.out, r.stderr)
			}
			s := &step{dir: dir, env: map[string]string{
				"GITHUB_ACTIONS": "true", "CI": "true", "GITHUB_WORKSPACE": dir, "RUNNER_TEMP": t.TempDir(), "MOMENTOLINT_LIVE": "false",
				"MOMENTOLINT_LINT": "true",
			}}
			s.env["GITHUB_OUTPUT"], s.env["GITHUB_STEP_SUMMARY"] = filepath.Join(s.env["RUNNER_TEMP"], "output"), filepath.Join(s.env["RUNNER_TEMP"], "summary.md")
			s.event(t, "workflow_dispatch", map[string]any{})
			log, code, outputs := s.run(t)
			if code != exitFailed || !strings.Contains(log, "file=a.go,line=10") || !strings.Contains(log, tt.says) || outputs["report"] == "" {
				t.Errorf("action: exit %d, %v\n%s", code, outputs, log)
			}
			if text := s.summary(t); !strings.Contains(text, "a.go") || !strings.Contains(text, tt.says) {
				t.Errorf("the summary does not show it:\n%s", text)
			}
		})
	}
}
