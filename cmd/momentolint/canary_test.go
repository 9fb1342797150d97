//go:build unix

package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/testing/gittest"
	"github.com/momentolint/momentolint/internal/testing/soak"
)

// subcommand is a way of calling momentolint on a repository.
type subcommand struct {
	name string
	args []string
	// dir is where it is called, relative to the repository; outside is a
	// directory elsewhere, with the repository's as the last argument.
	dir     string
	outside bool
	env     []string
	stdin   string
	// event is what the action is about.
	event string
	// finds says that a credential must be found, or something be skipped;
	// objects that every object is read.
	finds, objects bool
	// fetches says that it fetches from origin.
	fetches bool
	// all takes the subcommand to the full table only.
	all bool
}

const noCommit = "0000000000000000000000000000000000000000"

// subcommands are those that read a directory or a repository. %HEAD% and
// %BASE% are commits, %TMP% is a directory elsewhere.
func subcommands() []subcommand {
	list := []subcommand{
		{name: "scan .", args: []string{"scan", "--offline", "."}, finds: true},
		{name: "scan DIR", args: []string{"scan", "--offline"}, outside: true, finds: true},
		{name: "scan --history", args: []string{"scan", "--offline", "--history"}, finds: true, objects: true},
		{name: "scan --range", args: []string{"scan", "--offline", "--range", "%BASE%..%HEAD%"}, finds: true, objects: true},
		{name: "scan --staged", args: []string{"scan", "--offline", "--staged"}, finds: true, objects: true},
		{name: "hook run pre-commit", args: []string{"hook", "run", "pre-commit"}, finds: true, objects: true},
		{name: "scan, in a directory", args: []string{"scan", "--offline", "."}, dir: "deploy", all: true},
		{name: "scan FILE", args: []string{"scan", "--offline", "deploy/app.env"}, all: true},
		{name: "scan .git", args: []string{"scan", "--offline", ".git"}, all: true},
		{name: "scan --history DIR", args: []string{"scan", "--offline", "--history"}, outside: true, finds: true, objects: true, all: true},
		{name: "scan --history --reflog", args: []string{"scan", "--offline", "--history", "--reflog"}, finds: true, objects: true, all: true},
		{name: "scan --history --all-objects", args: []string{"scan", "--offline", "--history", "--all-objects"}, finds: true, objects: true, all: true},
		{name: "scan --report", args: []string{"scan", "--offline", "--report", "sarif=%TMP%/x.sarif", "--report", "html=%TMP%/x.html"}, finds: true, all: true},
		{name: "scan --write-baseline", args: []string{"scan", "--offline", "--write-baseline", "%TMP%/baseline"}, all: true},
		{name: "scan --range of one", args: []string{"scan", "--offline", "--range", "main"}, finds: true, objects: true, all: true},
		{name: "lint", args: []string{"lint", "--offline"}, all: true},
		{name: "hook run pre-commit --all-files", args: []string{"hook", "run", "pre-commit"}, env: []string{"PRE_COMMIT=1"}, all: true},
		{name: "hook run pre-commit of a range", args: []string{"hook", "run", "pre-commit"}, env: []string{"PRE_COMMIT=1", "PRE_COMMIT_FROM_REF=%BASE%", "PRE_COMMIT_TO_REF=%HEAD%"}, all: true},
		{name: "hook run pre-push", args: []string{"hook", "run", "pre-push", "origin", "https://host.invalid/x"}, stdin: "refs/heads/main %HEAD% refs/heads/main " + noCommit + "\n", all: true},
		{name: "hook install --dry-run", args: []string{"hook", "install", "--dry-run"}, all: true},
		{name: "hook uninstall", args: []string{"hook", "uninstall"}, all: true},
		{name: "the action, on a schedule", args: []string{"github-action"}, event: `schedule {}`, all: true},
		{name: "the action, on a push", args: []string{"github-action"}, event: `push {"ref": "refs/heads/main", "before": "%BASE%", "after": "%HEAD%"}`, all: true},
		{name: "the action, fetching", args: []string{"github-action"}, event: `push {"ref": "refs/heads/topic", "before": "` + noCommit[1:] + `1", "after": "%HEAD%"}`, fetches: true, all: true},
	}
	return list
}

// callOn calls momentolint on a lure, as a process of its own.
func (s subcommand) callOn(t *testing.T, l *gittest.Lure) (out string, code int) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	tmp := t.TempDir()
	ids := strings.Fields(l.Plain("for-each-ref", "--format=%(objectname)", "refs/heads/main", "refs/tags/base"))
	replace := strings.NewReplacer("%HEAD%", ids[0], "%BASE%", ids[1], "%TMP%", tmp)
	var args []string
	for _, a := range s.args {
		args = append(args, replace.Replace(a))
	}
	dir := l.Path(s.dir)
	if s.outside {
		args, dir = append(args, l.Dir), tmp
	}
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir = dir
	cmd.Env = append(gittest.Env(t), asProgram+"=1", "XDG_CACHE_HOME="+tmp, "HOME="+tmp, "GOFLAGS=-mod=mod", "GOPROXY=off", "GOCACHE="+goCache(t))
	cmd.Env = append(cmd.Env, l.Env...)
	for _, v := range s.env {
		cmd.Env = append(cmd.Env, replace.Replace(v))
	}
	if name, payload, ok := strings.Cut(s.event, " "); ok {
		var event map[string]any
		if err := json.Unmarshal([]byte(replace.Replace(payload)), &event); err != nil {
			t.Fatal(err)
		}
		event["repository"] = map[string]string{"default_branch": "main"}
		text, err := json.Marshal(event)
		if err == nil {
			err = os.WriteFile(filepath.Join(tmp, "event.json"), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		cmd.Env = append(cmd.Env, "GITHUB_ACTIONS=true", "CI=true", "GITHUB_WORKSPACE="+l.Dir, "RUNNER_TEMP="+tmp, "GITHUB_OUTPUT="+filepath.Join(tmp, "output"),
			"GITHUB_STEP_SUMMARY="+filepath.Join(tmp, "summary.md"), "MOMENTOLINT_LIVE=false", "GITHUB_EVENT_NAME="+name, "GITHUB_EVENT_PATH="+filepath.Join(tmp, "event.json"))
	}
	cmd.Stdin = strings.NewReader(replace.Replace(s.stdin))
	text, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return string(text), cmd.ProcessState.ExitCode()
}

// canaries tries every canary with each n-th of the subcommands, the next
// canary with the next ones, and then whether git itself sets it off.
func canaries(t *testing.T, commands []subcommand, n int) {
	t.Helper()
	lure := gittest.NewLures(t, ct.V2(ct.Options{}))
	for i, c := range gittest.Canaries() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			l := lure(t, c)
			l.Fired()
			for j, s := range commands {
				if (i+j)%n != 0 {
					continue
				}
				if s.fetches {
					if c.Fetches {
						continue
					}
					l.Origin()
					l.Fired()
				}
				out, code := s.callOn(t, l)
				if fired := l.Fired(); fired != "" {
					t.Errorf("momentolint %s: %s\n%s", s.name, fired, out)
				}
				if s.objects && l.Partial && code != exitFailed {
					t.Errorf("momentolint %s ends with %d although a blob is missing\n%s", s.name, code, out)
				}
				if s.finds && code != exitFound && code != exitFailed || code < 0 || code > exitFailed {
					t.Errorf("momentolint %s ends with %d\n%s", s.name, code, out)
				}
			}
			if len(c.Springs) == 0 && c.Unsprung == "" {
				t.Error("git does not set it off, and nothing says why")
			}
			for _, args := range c.Springs {
				_, _ = l.Try("", args...)
				if l.Fired() == "" {
					t.Errorf("git %s does not set it off, so this proves nothing", strings.Join(args, " "))
				}
			}
		})
	}
}

// Each canary with one of the subcommands; the integration test tries all with
// all.
func TestNothingScannedIsExecuted(t *testing.T) {
	var commands []subcommand
	for _, s := range subcommands() {
		if !s.all {
			commands = append(commands, s)
		}
	}
	canaries(t, commands, soak.Stride(len(commands)))
}
