package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// step is a run of the GitHub action's step in a repository of its own: main
// has two commits, of which the second brings a key.
type step struct {
	dir, first, second string
	env                map[string]string
}

// newSteps makes the repository once and gives copies of it.
func newSteps(t *testing.T) func(t *testing.T) *step {
	t.Helper()
	origin := &step{dir: t.TempDir()}
	runGit(t, origin.dir, "init", "-q", "-b", "main")
	commit := func(name, content string) string {
		path := filepath.Join(origin.dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		runGit(t, origin.dir, "add", "--all")
		runGit(t, origin.dir, "commit", "-q", "-m", name)
		return strings.TrimSpace(runGit(t, origin.dir, "rev-parse", "HEAD"))
	}
	origin.first = commit("first.txt", "one\n")
	origin.second = commit("deploy/second.env", "K="+credentialtest.V2(credentialtest.Options{})+"\n")
	return func(t *testing.T) *step {
		t.Helper()
		s := &step{dir: t.TempDir(), first: origin.first, second: origin.second}
		if err := os.CopyFS(s.dir, os.DirFS(origin.dir)); err != nil {
			t.Fatal(err)
		}
		runner := t.TempDir()
		s.env = map[string]string{
			"GITHUB_ACTIONS": "true", "CI": "true", "GITHUB_WORKSPACE": s.dir, "RUNNER_TEMP": runner,
			"GITHUB_OUTPUT": filepath.Join(runner, "output"), "GITHUB_STEP_SUMMARY": filepath.Join(runner, "summary.md"),
			"MOMENTOLINT_LIVE": "false",
		}
		s.event(t, "push", map[string]any{"ref": "refs/heads/main", "before": s.first, "after": s.second})
		return s
	}
}

// event sets what has happened.
func (s *step) event(t *testing.T, name string, payload map[string]any) {
	t.Helper()
	payload["repository"] = map[string]string{"default_branch": "main"}
	text, err := json.Marshal(payload)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(s.env["RUNNER_TEMP"], "event.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	s.env["GITHUB_EVENT_NAME"], s.env["GITHUB_EVENT_PATH"] = name, path
}

// run runs the step and gives its log, exit code and outputs.
func (s *step) run(t *testing.T) (log string, code int, outputs map[string]string) {
	t.Helper()
	t.Chdir(s.dir)
	var out, stderr bytes.Buffer
	a := newApp(strings.NewReader(""), &out, &stderr, func(name string) (string, bool) {
		value, ok := s.env[name]
		return value, ok
	})
	code = a.run(t.Context(), []string{"github-action"})
	if stderr.Len() > 0 {
		t.Errorf("on standard error: %s", stderr.String())
	}
	outputs = map[string]string{}
	text, err := os.ReadFile(s.env["GITHUB_OUTPUT"])
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?m)^([a-z]+)<<(end-\S+)\n(.*)\nend-\S+$`).FindAllStringSubmatch(string(text), -1) {
		outputs[m[1]] = m[3]
	}
	return out.String(), code, outputs
}

func (s *step) summary(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(s.env["GITHUB_STEP_SUMMARY"])
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestActionLooksAtWhatTheEventBrings(t *testing.T) {
	newStep := newSteps(t)
	zeros := strings.Repeat("0", 40)
	for name, tt := range map[string]struct {
		event    string
		payload  func(*step) map[string]any
		env      map[string]string
		code     int
		findings string
		log      string
	}{
		"a push": {"push", func(s *step) map[string]any {
			return map[string]any{"ref": "refs/heads/main", "before": s.first, "after": s.second}
		}, nil, 1, "1", "Looking at push to main: 1 commit."},
		"a push that may fail for live keys only": {"push", func(s *step) map[string]any {
			return map[string]any{"ref": "refs/heads/main", "before": s.first, "after": s.second}
		}, map[string]string{"MOMENTOLINT_FAIL_ON": "live"}, 0, "1", "Looking at push to main: 1 commit."},
		"the first push": {"push", func(s *step) map[string]any {
			return map[string]any{"ref": "refs/heads/main", "before": zeros, "after": s.second}
		}, nil, 1, "1", "2 commits."},
		"a clean push": {"push", func(s *step) map[string]any {
			return map[string]any{"ref": "refs/heads/main", "before": zeros, "after": s.first}
		}, nil, 0, "0", "No Momento credentials found."},
		"a pull request": {"pull_request", func(s *step) map[string]any {
			return map[string]any{"number": 7, "pull_request": map[string]any{"base": map[string]string{"sha": s.first}, "head": map[string]string{"sha": s.second}}}
		}, nil, 1, "1", "Looking at pull request #7: 1 commit."},
		"a pull request without commits": {"pull_request", func(s *step) map[string]any {
			return map[string]any{"number": 7, "pull_request": map[string]any{"base": map[string]string{"sha": s.second}, "head": map[string]string{"sha": s.first}}}
		}, nil, 0, "0", "Looking at pull request #7: 0 commits."},
		"a deleted branch": {"push", func(s *step) map[string]any {
			return map[string]any{"ref": "refs/heads/old", "before": s.first, "after": zeros, "deleted": true}
		}, nil, 0, "0", "Nothing to look at: the deletion of old."},
		"a schedule": {"schedule", func(*step) map[string]any { return map[string]any{} }, nil, 1, "1", "Looking at all files in .."},
		"some files": {"workflow_dispatch", func(*step) map[string]any { return map[string]any{} },
			map[string]string{"MOMENTOLINT_PATHS": "first.txt\n"}, 0, "0", "Looking at all files in first.txt."},
		"a file that is not there": {"workflow_dispatch", func(*step) map[string]any { return map[string]any{} },
			map[string]string{"MOMENTOLINT_PATHS": "gone"}, 2, "0", "::error title=momentolint::Skipped: 1 (no such file or directory)."},
		"the history": {"schedule", func(*step) map[string]any { return map[string]any{} },
			map[string]string{"MOMENTOLINT_HISTORY": "true"}, 1, "1", "Looking at the whole history."},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStep(t)
			s.event(t, tt.event, tt.payload(s))
			maps.Copy(s.env, tt.env)
			log, code, outputs := s.run(t)
			if code != tt.code || outputs["findings"] != tt.findings || !strings.Contains(log, tt.log) {
				t.Errorf("exit %d with %s findings, want %d with %s and %q in\n%s", code, outputs["findings"], tt.code, tt.findings, tt.log, log)
			}
			if tt.findings == "1" && (!strings.Contains(log, "::error file=deploy/second.env,line=1,col=3,") || !strings.Contains(s.summary(t), "deploy/second.env:1:3")) {
				t.Errorf("the finding is not at its place in\n%s\n%s", log, s.summary(t))
			}
		})
	}
}

// A release is a tag of what is on the default branch already: its message is
// all that is new.
func TestActionReadsTheMessageOfATag(t *testing.T) {
	zeros := strings.Repeat("0", 40)
	for message, want := range map[string]string{
		"made with " + credentialtest.V2(credentialtest.Options{Seed: "tag"}): "1",
		"nothing but words": "0",
	} {
		s := newSteps(t)(t)
		runGit(t, s.dir, "update-ref", "refs/remotes/origin/main", s.second)
		runGit(t, s.dir, "tag", "-a", "v1", "-m", message, s.second)
		tag := strings.TrimSpace(runGit(t, s.dir, "rev-parse", "v1"))
		s.event(t, "push", map[string]any{"ref": "refs/tags/v1", "before": zeros, "after": tag})
		log, code, outputs := s.run(t)
		if code != map[string]int{"1": 1, "0": 0}[want] || outputs["findings"] != want {
			t.Errorf("code %d, %s findings, want %s", code, outputs["findings"], want)
		}
		if !strings.Contains(log, "Looking at push of the tag v1: 0 commits and the tag's message.") {
			t.Errorf("the log does not say what was looked at:\n%s", log)
		}
		if _, code, outputs = func() (string, int, map[string]string) {
			s.event(t, "push", map[string]any{"ref": "refs/tags/light", "before": zeros, "after": s.second})
			return s.run(t)
		}(); code != 0 || outputs["findings"] != "0" {
			t.Errorf("a tag without a message: code %d, %s findings", code, outputs["findings"])
		}
	}
}

func TestActionFindsItsFilesFromTheTopOfTheCheckout(t *testing.T) {
	s := newSteps(t)(t)
	s.event(t, "schedule", map[string]any{})
	s.env["MOMENTOLINT_PATHS"], s.env["MOMENTOLINT_SARIF_FILE"] = "./deploy/", "out/m.sarif"
	log, _, outputs := s.run(t)
	if !strings.Contains(log, "::error file=deploy/second.env,line=1,") {
		t.Errorf("the annotation is elsewhere: %s", log)
	}
	text, err := os.ReadFile(outputs["sarif"])
	if err != nil || outputs["sarif"] != filepath.Join(s.dir, "out", "m.sarif") || !strings.Contains(string(text), `"uri": "deploy/second.env"`) {
		t.Errorf("the SARIF report at %q: %v", outputs["sarif"], err)
	}
}

func TestActionTakesACheckoutWithAPath(t *testing.T) {
	s := newSteps(t)(t)
	workspace := t.TempDir()
	if err := os.Rename(s.dir, filepath.Join(workspace, "src")); err != nil {
		t.Fatal(err)
	}
	s.dir, s.env["GITHUB_WORKSPACE"] = workspace, workspace
	s.env["MOMENTOLINT_WORKING_DIRECTORY"] = "src"
	log, code, _ := s.run(t)
	if code != 1 || !strings.Contains(log, "::error file=deploy/second.env,line=1,") {
		t.Errorf("exit %d: %s", code, log)
	}
}

func TestActionAddsToTheSummary(t *testing.T) {
	s := newSteps(t)(t)
	if err := os.WriteFile(s.env["GITHUB_STEP_SUMMARY"], []byte("# Mine\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.run(t)
	if text := s.summary(t); !strings.HasPrefix(text, "# Mine\n## momentolint\n") {
		t.Errorf("the summary is %q", text)
	}
}

// What cannot be done is refused, with a reason, an annotation and a summary.
func TestActionRefusesWhatItCannotDo(t *testing.T) {
	newStep := newSteps(t)
	for name, tt := range map[string]struct{ variable, value, want string }{
		"a command in args":         {"MOMENTOLINT_ARGS", "--quiet; touch PWNED", "one --flag or --flag=value on each line"},
		"a path in args":            {"MOMENTOLINT_ARGS", "/etc/passwd", "one --flag or --flag=value on each line"},
		"a range in args":           {"MOMENTOLINT_ARGS", "--range=HEAD~1..HEAD", "the event decides"},
		"an input of its own":       {"MOMENTOLINT_ARGS", "--fail-on=none", "it has an input of its own"},
		"a format in args":          {"MOMENTOLINT_ARGS", "--format=text", "the action writes its reports itself"},
		"secrets in args":           {"MOMENTOLINT_ARGS", "--show-secrets", "what a workflow shows is read by many"},
		"fixing":                    {"MOMENTOLINT_ARGS", "--fix", "unknown flag: --fix"},
		"a flag that is unknown":    {"MOMENTOLINT_ARGS", "--expiry-warnin=1d", "did you mean --expiry-warning?"},
		"an unknown analyzer":       {"MOMENTOLINT_ARGS", "--disable=momentoscop", `did you mean "momentoscope"?`},
		"an unknown switch":         {"MOMENTOLINT_LIVE", "perhaps", `the input live is true or false, not "perhaps"`},
		"another unknown switch":    {"MOMENTOLINT_LINT", "perhaps", `the input lint is true, false or auto, not "perhaps"`},
		"an unknown measure":        {"MOMENTOLINT_FAIL_ON", "$(touch PWNED)", "want any, live or none"},
		"a baseline that is gone":   {"MOMENTOLINT_BASELINE", "gone.json", "gone.json"},
		"an event that is no event": {"GITHUB_EVENT_PATH", os.DevNull, "not a regular file but a device"},
		"a folder without git":      {"GITHUB_WORKSPACE", t.TempDir(), "the input working-directory"},
		"a folder elsewhere":        {"MOMENTOLINT_WORKING_DIRECTORY", "../other", "a directory below the workspace"},
		"a folder that is gone":     {"MOMENTOLINT_WORKING_DIRECTORY", "gone", "going to the checkout"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStep(t)
			s.env["MOMENTOLINT_LINT"] = "true"
			s.env[tt.variable] = tt.value
			log, code, outputs := s.run(t)
			if code != 2 || !strings.HasPrefix(log[strings.LastIndex(strings.TrimSpace(log), "\n")+1:], "::error title=momentolint::") {
				t.Errorf("exit %d, want 2 and an annotation at the end of\n%s", code, log)
			}
			if plain := strings.NewReplacer("%0A", "\n", "%3A", ":").Replace(log); !strings.Contains(plain, tt.want) {
				t.Errorf("no %q in\n%s", tt.want, plain)
			}
			if outputs["findings"] != "0" || outputs["sarif"] != "" || outputs["report"] != "" {
				t.Errorf("outputs %q", outputs)
			}
			if !strings.Contains(s.summary(t), "## momentolint failed") {
				t.Errorf("the summary: %s", s.summary(t))
			}
			if found, err := filepath.Glob(filepath.Join(s.dir, "PWNED")); err != nil || len(found) > 0 {
				t.Error("a text was run")
			}
		})
	}
}

// The configuration's max-lifetime holds for the analyzers of the action, as it
// does for lint.
func TestActionLintsWithTheConfiguration(t *testing.T) {
	s := newSteps(t)(t)
	s.dir = withSDK(t, map[string]string{"a.go": never(longLine), ".momentolint.yaml": "version: 1\nmax-lifetime: 100d\n"})
	runGit(t, s.dir, "init", "-q", "-b", "main")
	s.env["GITHUB_WORKSPACE"], s.env["MOMENTOLINT_LINT"] = s.dir, "true"
	s.event(t, "workflow_dispatch", map[string]any{})
	if log, code, _ := s.run(t); code != exitFound || !strings.Contains(log, "file=a.go,line=10") {
		t.Errorf("exit %d\n%s", code, log)
	}
}

func TestActionOutsideOfARunnerSaysSo(t *testing.T) {
	var out bytes.Buffer
	a := newApp(strings.NewReader(""), &out, &out, func(string) (string, bool) { return "", false })
	if code := a.run(t.Context(), []string{"github-action"}); code != 2 || !strings.Contains(out.String(), "GITHUB_EVENT_NAME is not set") {
		t.Errorf("exit %d: %s", code, out.String())
	}
}
