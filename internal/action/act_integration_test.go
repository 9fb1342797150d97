//go:build integration

package action_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/momentotest"
)

// environment is that of whoever tests; the tests change their own.
var environment = os.Environ()

// actTool builds the real act (https://github.com/nektos/act), which runs
// workflows as GitHub's runner does, once.
var actTool = sync.OnceValues(func() (string, error) {
	cmd := exec.Command(filepath.Join(root, "scripts", "tool"), "act")
	cmd.Env = environment
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), err
})

// exportedTree is the tree as GitHub gives it to a runner that uses the
// action: only what git has, and no git directory.
var exportedTree = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "momentolint-action-")
	if err != nil {
		return "", err
	}
	script := `
		cd "$1"
		git ls-files --cached --others --exclude-standard -z |
			while IFS= read -r -d '' f; do if [ -e "$f" ]; then printf '%s\0' "$f"; fi; done |
			tar --null -T - -c | tar -x -C "$2"`
	out, err := exec.Command("bash", "-euo", "pipefail", "-c", script, "bash", root, dir).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("exporting the tree: %w: %s", err, out)
	}
	return dir, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, err := exportedTree(); err == nil {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

// job is one run of a workflow with one step of the action.
type job struct {
	// checkout is the directory that the checkout step gives.
	checkout string
	event    string
	payload  map[string]any
	// with are the action's inputs, env is what the job sets.
	with, env map[string]string
}

// annotation is what GitHub would show.
type annotation struct{ level, file, line, title, message string }

// outcome is what came of a job.
type outcome struct {
	annotations []annotation
	outputs     map[string]string
	summary     string
	// commands are all workflow commands that the runner took.
	commands []string
	log      string
	success  bool
	// dir is the directory below which everything ran.
	dir string
}

// published is the action as a workflow names it; act takes the exported tree.
const published = "momentolint/momentolint@v0.1.0"

// run lets act run the job.
func (j job) run(t *testing.T) outcome {
	t.Helper()
	act, err := actTool()
	if err != nil {
		t.Fatalf("building act: %v", err)
	}
	tree, err := exportedTree()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	// act takes no null for a mapping.
	env, with := map[string]string{}, map[string]string{}
	maps.Copy(env, j.env)
	maps.Copy(with, j.with)
	workflow := map[string]any{
		"name": "momentolint", "on": j.event, "permissions": map[string]any{},
		"jobs": map[string]any{"momentolint": map[string]any{
			"runs-on": "ubuntu-latest", "permissions": map[string]any{"contents": "read"}, "env": env,
			"steps": []any{
				map[string]any{"uses": "actions/checkout@v7"},
				map[string]any{"id": "m", "uses": published, "with": with},
			},
		}},
	}
	// JSON is YAML.
	write := func(name string, value any) string {
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	payload := map[string]any{"repository": map[string]any{
		"full_name": "me/demo", "name": "demo", "owner": map[string]any{"login": "me"}, "default_branch": "main",
	}}
	maps.Copy(payload, j.payload)
	args := []string{
		j.event, "--json", "--no-cache-server", "-P", "ubuntu-latest=-self-hosted",
		"-W", write("workflow.yml", workflow), "-e", write("event.json", payload), "-C", j.checkout,
		"--action-cache-path", filepath.Join(dir, "cache"), "--local-repository", published + "=" + tree,
	}
	// The steps have the caches of whoever tests, so that nothing is built or
	// loaded twice, and the test's settings of git.
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPATH", "GOPROXY", "GOSUMDB"} {
		args = append(args, "--env", name+"="+goEnv(t, name))
	}
	for _, name := range []string{"HOME", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM"} {
		args = append(args, "--env", name+"="+os.Getenv(name))
	}
	// act does not read what is left in its terminal when a step fails. The end
	// of such a step waits until it has been read.
	bash := filepath.Join(dir, "bash_env")
	if err := os.WriteFile(bash, []byte("exec() { code=0; \"$@\" || code=$?; sleep 1; exit $code; }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	args = append(args, "--env", "BASH_ENV="+bash)
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, act, args...)
	cmd.Dir = dir
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("act: %v\n%s", err, stderr.String())
	}
	out := readLog(t, stdout.Bytes(), stderr.String())
	out.dir = dir
	if out.success != (err == nil) {
		t.Fatalf("act ends with %v, the job's success is %v\n%s\n%s", err, out.success, out.log, stderr.String())
	}
	return out
}

// readLog reads act's structured log.
func readLog(t *testing.T, log []byte, stderr string) outcome {
	t.Helper()
	out := outcome{outputs: map[string]string{}}
	lines := bufio.NewScanner(bytes.NewReader(log))
	lines.Buffer(nil, 16<<20)
	finished := false
	for lines.Scan() {
		var line struct {
			Command, Name, Arg, Content, Msg, JobResult string
			KVPairs                                     map[string]string `json:"kvPairs"`
			StepID                                      []string          `json:"stepID"`
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatalf("act says %q: %v", lines.Text(), err)
		}
		if line.JobResult != "" {
			finished, out.success = true, line.JobResult == "success"
		}
		out.log += strings.TrimRight(line.Msg, "\n") + "\n"
		switch line.Command {
		case "":
			continue
		case "error", "warning", "notice":
			kv := line.KVPairs
			out.annotations = append(out.annotations, annotation{line.Command, kv["file"], kv["line"], kv["title"], line.Arg})
		case "summary":
			out.summary += line.Content
		case "set-output":
			// Those of the step inside become those of the action.
			if slices.Equal(line.StepID, []string{"m"}) {
				out.outputs[line.Name] = line.Arg
			} else if !slices.Equal(line.StepID, []string{"m", "momentolint"}) {
				t.Errorf("the step %q sets the output %s", line.StepID, line.Name)
			}
		}
		out.commands = append(out.commands, line.Command)
	}
	if err := lines.Err(); err != nil || !finished {
		t.Fatalf("act did not finish the job (%v):\n%s\n%s", err, out.log, stderr)
	}
	return out
}

func goEnv(t *testing.T, name string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "env", name)
	cmd.Env = environment
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// want checks what is the same for every outcome.
func (o outcome) want(t *testing.T, success bool, findings, live string) {
	t.Helper()
	if o.success != success {
		t.Errorf("success is %v, want %v", o.success, success)
	}
	if o.outputs["findings"] != findings || o.outputs["live"] != live {
		t.Errorf("%s findings, %s live, want %s and %s", o.outputs["findings"], o.outputs["live"], findings, live)
	}
	for _, c := range o.commands {
		if !slices.Contains([]string{"error", "warning", "notice", "summary", "set-output"}, c) {
			t.Errorf("somebody commands the runner to %s", c)
		}
	}
	if t.Failed() {
		t.Logf("annotations: %+v\noutputs: %q\nsummary: %s\nlog:\n%s", o.annotations, o.outputs, o.summary, o.log)
	}
}

// wantAnnotation looks for an annotation at a place whose text holds the words.
func (o outcome) wantAnnotation(t *testing.T, level, file, line string, words ...string) {
	t.Helper()
	for _, a := range o.annotations {
		if a.level != level || a.file != file || a.line != line {
			continue
		}
		text := a.title + "\n" + a.message
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }) {
			return
		}
	}
	t.Errorf("no %s at %s:%s with %q among\n%+v", level, file, line, words, o.annotations)
}

func wantText(t *testing.T, what, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("%s lacks %q:\n%s", what, w, text)
		}
	}
}

// key mints a synthetic key that may do everything.
func key(seed string) string {
	return credentialtest.V1(credentialtest.Options{Seed: seed, Permissions: credentialtest.SuperUser()})
}

// project is a repository on "GitHub" with a pull request: main has a clean
// commit and another one after the pull request left it.
type project struct {
	*server
	base, head, merge string
}

// newProject makes the pull request of commits, each a list of files; the
// content "" removes a file.
func newProject(t *testing.T, commits ...map[string]string) *project {
	t.Helper()
	p := &project{server: newServer(t)}
	config := filepath.Join(t.TempDir(), "gitconfig")
	// act names the repository after its origin.
	text := settings + "[url \"file://" + filepath.ToSlash(p.dir) + "\"]\n\tinsteadOf = https://github.com/me/demo\n[safe]\n\tdirectory = *\n[user]\n\tname = A\n\temail = a@example.com\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GIT_CONFIG_GLOBAL", config)
	p.base = p.third
	git(t, p.dir, "reset", "-q", "--hard")
	git(t, p.dir, "checkout", "-q", "--detach", p.second)
	for i, files := range commits {
		p.change(files, fmt.Sprint("change ", i+1))
	}
	p.head = git(t, p.dir, "rev-parse", "HEAD")
	// As from a fork: no branch here has the commits, only GitHub's refs do.
	git(t, p.dir, "update-ref", "refs/pull/7/head", p.head)
	git(t, p.dir, "checkout", "-q", "--detach", "main")
	git(t, p.dir, "merge", "-q", "--no-edit", p.head)
	p.merge = git(t, p.dir, "rev-parse", "HEAD")
	git(t, p.dir, "update-ref", "refs/pull/7/merge", p.merge)
	git(t, p.dir, "checkout", "-q", "main")
	return p
}

// change commits files on what is checked out.
func (p *project) change(files map[string]string, subject string) string {
	p.t.Helper()
	for name, content := range files {
		path := filepath.Join(p.dir, filepath.FromSlash(name))
		if content == "" {
			if err := os.Remove(path); err != nil {
				p.t.Fatal(err)
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			p.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			p.t.Fatal(err)
		}
	}
	git(p.t, p.dir, "add", "--all")
	git(p.t, p.dir, "commit", "-q", "-m", subject)
	return git(p.t, p.dir, "rev-parse", "HEAD")
}

// clone is a checkout of a ref as actions/checkout makes it.
func (p *project) clone(t *testing.T, ref string, depth int) string {
	t.Helper()
	dir := p.checkout(t, ref, depth)
	git(t, dir, "remote", "set-url", "origin", "https://github.com/me/demo")
	return dir
}

// pullRequest is the payload of the event, of a pull request from a fork.
func (p *project) pullRequest() map[string]any {
	side := func(ref, id, repo string, fork bool) map[string]any {
		return map[string]any{"ref": ref, "sha": id, "repo": map[string]any{"full_name": repo, "fork": fork}}
	}
	return map[string]any{"action": "synchronize", "number": 7, "pull_request": map[string]any{
		"number": 7, "base": side("main", p.base, "me/demo", false), "head": side("feature", p.head, "stranger/demo", true),
	}}
}

// A pull request from a fork, in a checkout of depth 1, which is what
// actions/checkout gives without asking: the commits are fetched, each is
// looked at, and what was taken out again is found, too.
func TestActAnnotatesAPullRequestFromAForkInAShallowCheckout(t *testing.T) {
	live, gone := key("live"), key("gone")
	p := newProject(
		t,
		map[string]string{"deploy/app.env": "REGION=x\nMOMENTO_API_KEY=" + live + "\n", "old.env": "K=" + gone + "\n"},
		map[string]string{"old.env": ""},
	)
	s, err := momentotest.Start(momentotest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if err := errors.Join(
		s.Add(momentotest.Key{Text: live, State: momentotest.Live, List: true}), s.Add(momentotest.Key{Text: gone, State: momentotest.Revoked}),
	); err != nil {
		t.Fatal(err)
	}
	o := job{
		checkout: p.clone(t, "refs/pull/7/merge", 1), event: "pull_request", payload: p.pullRequest(),
		with: map[string]string{"args": "--live-target=" + s.Addr() + "\n"},
	}.run(t)
	o.want(t, false, "2", "1")
	o.wantAnnotation(t, "error", "deploy/app.env", "2", "Momento API key (v1)", "live", "everything in the account")
	o.wantAnnotation(t, "notice", "old.env", "1", "dead")
	if len(o.annotations) != 2 {
		t.Errorf("%d annotations, want 2: %+v", len(o.annotations), o.annotations)
	}
	wantText(t, "the log", o.log, "pull request #7: 2 commits", "fetching it from origin", "Scanned ")
	wantText(t, "the summary", o.summary, "## momentolint", "🔴 live", "<code>deploy/app.env:2:17", "everything in the account")
	for name, format := range map[string]string{"sarif": `"version": "2.1.0"`, "report": `"schema_version": 1`} {
		text, err := os.ReadFile(o.outputs[name])
		if err != nil || !strings.Contains(string(text), format) || !strings.Contains(string(text), "deploy/app.env") {
			t.Errorf("the output %s, %q, is no report of the findings: %v", name, o.outputs[name], err)
		}
		wantNoSecret(t, string(text), live, gone)
	}
	wantNoSecret(t, o.log+o.summary, live, gone)
}

func wantNoSecret(t *testing.T, text string, secrets ...string) {
	t.Helper()
	for _, s := range secrets {
		if c, err := credential.Parse([]byte(s)); err != nil || strings.Contains(text, s) || strings.Contains(text, c.Reveal()) {
			t.Errorf("a credential is shown (%v)", err)
		}
	}
}

// A checkout in a path of its own, inside another one that has nothing to do
// with the event.
func TestActLooksIntoACheckoutWithAPath(t *testing.T) {
	p := newProject(t, map[string]string{"deploy/app.env": "K=" + key("in a path") + "\n"})
	workspace := p.clone(t, "refs/heads/main", 1)
	if err := os.Rename(p.clone(t, "refs/pull/7/merge", 1), filepath.Join(workspace, "src")); err != nil {
		t.Fatal(err)
	}
	o := job{
		checkout: workspace, event: "pull_request", payload: p.pullRequest(),
		with: map[string]string{"live": "false", "working-directory": "src", "sarif-file": "out/m.sarif"},
	}.run(t)
	o.want(t, false, "1", "0")
	// As the repository knows it, which is how GitHub marks it in the diff.
	o.wantAnnotation(t, "error", "deploy/app.env", "1")
	wantText(t, "the log", o.log, "pull request #7: 1 commit.")
	if path := filepath.ToSlash(o.outputs["sarif"]); !strings.HasSuffix(path, "/src/out/m.sarif") {
		t.Errorf("the SARIF report is at %s", path)
	}
}

// A clean pull request passes and says what was looked at, whatever the job
// has set for the build of its own code.
func TestActPassesACleanPullRequestWhateverTheJobSets(t *testing.T) {
	p := newProject(t, map[string]string{"a.txt": "hello\n"}, map[string]string{"b.txt": "world\n"})
	o := job{
		checkout: p.clone(t, "refs/pull/7/merge", 0), event: "pull_request", payload: p.pullRequest(),
		env: map[string]string{
			"GOFLAGS": "-mod=vendor", "GOWORK": "/nowhere/go.work", "GOOS": "windows", "GOARCH": "arm64", "CGO_ENABLED": "1", "GOEXPERIMENT": "nonsense", "GOTOOLCHAIN": "local",
		},
	}.run(t)
	o.want(t, true, "0", "0")
	if len(o.annotations) > 0 {
		t.Errorf("annotations: %+v", o.annotations)
	}
	wantText(t, "the summary", o.summary, "No Momento credentials found.", "2 commits")
	wantText(t, "the log", o.log, "pull request #7: 2 commits", "No Momento credentials found.")
	if o.outputs["sarif"] == "" || o.outputs["report"] == "" {
		t.Errorf("no reports: %q", o.outputs)
	}
}

// What a merge commit brings that is in none of its parents is looked at; what
// it brings from the base branch is not held against the pull request.
func TestActLooksIntoMergeCommits(t *testing.T) {
	p := newProject(t, map[string]string{"a.txt": "hello\n"})
	git(t, p.dir, "checkout", "-q", "main")
	p.base = p.change(map[string]string{"mains.env": "K=" + key("of main") + "\n"}, "a key that is main's")
	git(t, p.dir, "checkout", "-q", "--detach", p.head)
	git(t, p.dir, "merge", "-q", "--no-commit", "main")
	p.head = p.change(map[string]string{"evil.env": "K=" + key("evil") + "\n"}, "merge")
	git(t, p.dir, "update-ref", "refs/pull/7/head", p.head)
	git(t, p.dir, "update-ref", "refs/pull/7/merge", p.head)
	o := job{
		checkout: p.clone(t, "refs/pull/7/merge", 0), event: "pull_request", payload: p.pullRequest(),
		with: map[string]string{"live": "false"},
	}.run(t)
	o.want(t, false, "1", "0")
	o.wantAnnotation(t, "error", "evil.env", "1", "unverified (offline)")
}

// A checkout without its origin cannot be deepened: the step fails and says
// what to write.
func TestActNeverPassesOverCommitsThatItCannotSee(t *testing.T) {
	p := newProject(t, map[string]string{"a.env": "K=" + key("a") + "\n"}, map[string]string{"a.env": "K=none\n"})
	checkout := p.clone(t, "refs/pull/7/merge", 1)
	git(t, checkout, "remote", "set-url", "origin", "https://github.invalid/me/demo")
	o := job{checkout: checkout, event: "pull_request", payload: p.pullRequest(), with: map[string]string{"live": "false", "fail-on": "none"}}.run(t)
	o.want(t, false, "0", "0")
	o.wantAnnotation(t, "error", "", "", "momentolint", "cannot scan all of the pull request #7", "fetch-depth: 0")
	wantText(t, "the summary", o.summary, "## momentolint failed", "fetch-depth: 0")
	if o.outputs["sarif"] != "" || o.outputs["report"] != "" {
		t.Errorf("reports of nothing: %q", o.outputs)
	}
}

// A new branch brings what the default branch does not have.
func TestActLooksAtWhatAPushBrings(t *testing.T) {
	p := newProject(t, map[string]string{"a.env": "K=" + key("a") + "\n"}, map[string]string{"b.txt": "b\n"})
	git(t, p.dir, "branch", "-f", "topic", p.head)
	o := job{
		checkout: p.clone(t, "refs/heads/topic", 1), event: "push",
		payload: map[string]any{"ref": "refs/heads/topic", "before": none, "after": p.head, "created": true},
		with:    map[string]string{"live": "false", "fail-on": "none", "sarif-file": "out/momentolint.sarif"},
	}.run(t)
	o.want(t, true, "1", "0")
	o.wantAnnotation(t, "error", "a.env", "1")
	wantText(t, "the log", o.log, "push to topic: 2 commits.")
	wantText(t, "the output sarif", filepath.ToSlash(o.outputs["sarif"]), "/out/momentolint.sarif")
}

func TestActLooksAtAMergeGroup(t *testing.T) {
	p := newProject(t, map[string]string{"a.env": "K=" + key("a") + "\n"})
	git(t, p.dir, "update-ref", "refs/heads/gh-readonly-queue/main/pr-7", p.merge)
	o := job{
		checkout: p.clone(t, "refs/heads/gh-readonly-queue/main/pr-7", 1), event: "merge_group",
		payload: map[string]any{"action": "checks_requested", "merge_group": map[string]any{"head_sha": p.merge, "base_sha": p.third, "head_ref": "refs/heads/gh-readonly-queue/main/pr-7"}},
		with:    map[string]string{"live": "false"},
	}.run(t)
	o.want(t, false, "1", "0")
	o.wantAnnotation(t, "error", "a.env", "1")
	wantText(t, "the log", o.log, "Looking at merge group: 2 commits.")
}

// goCode is a module whose code creates a key that never expires. The SDK is a
// stand-in: the analyzers know it by its path.
func goCode() map[string]string {
	return map[string]string{
		"service/go.mod":                "module example.com/service\n\ngo 1.24\n\nrequire github.com/momentohq/client-sdk-go v1.40.1\n\nreplace github.com/momentohq/client-sdk-go => ./sdk\n",
		"service/sdk/go.mod":            "module github.com/momentohq/client-sdk-go\n\ngo 1.24\n",
		"service/sdk/utils/expires.go":  "package utils\n\ntype ExpiresIn struct{ validForSeconds int64 }\n\nfunc ExpiresInNever() ExpiresIn { return ExpiresIn{1 << 62} }\n",
		"service/sdk/momento/auth.go":   "package momento\n\nimport \"github.com/momentohq/client-sdk-go/utils\"\n\ntype PermissionScope interface{}\n\ntype GenerateApiKeyRequest struct {\n\tExpiresIn utils.ExpiresIn\n\tScope     PermissionScope\n}\n",
		"service/keys/keys.go":          "package keys\n\nimport (\n\t\"github.com/momentohq/client-sdk-go/momento\"\n\t\"github.com/momentohq/client-sdk-go/utils\"\n)\n\nvar Request = momento.GenerateApiKeyRequest{\n\tExpiresIn: utils.ExpiresInNever(),\n}\n",
		"service/keys/testdata/old.env": "K=" + key("in testdata") + "\n",
		"other/own.env":                 "K=" + key("elsewhere") + "\n",
	}
}

// Events without commits: the files, or the history; and the Go code.
func TestActLooksAtAllFilesOnASchedule(t *testing.T) {
	p := newProject(t)
	p.change(goCode(), "code")
	p.change(map[string]string{"gone.env": "K=" + key("gone") + "\n"}, "a mistake")
	p.change(map[string]string{"gone.env": ""}, "taken back")
	t.Run("files and analyzers", func(t *testing.T) {
		o := job{
			checkout: p.clone(t, "refs/heads/main", 1), event: "schedule", payload: map[string]any{"schedule": "23 3 * * 1"},
			with: map[string]string{"live": "false", "paths": "service\n"},
		}.run(t)
		o.want(t, false, "2", "0")
		o.wantAnnotation(t, "error", "service/keys/testdata/old.env", "1")
		o.wantAnnotation(t, "warning", "service/keys/keys.go", "9", "never expires")
		wantText(t, "the log", o.log, "Looking at all files in service.", "Running the Go analyzers.")
		wantText(t, "the summary", o.summary, "momentoexpiry")
	})
	t.Run("the history, no analyzers", func(t *testing.T) {
		o := job{
			checkout: p.clone(t, "refs/heads/main", 0), event: "workflow_dispatch", payload: map[string]any{"inputs": nil},
			with: map[string]string{"live": "false", "history": "true", "lint": "false", "args": "--max-archive-depth=0\n"},
		}.run(t)
		o.want(t, false, "4", "0")
		o.wantAnnotation(t, "error", "gone.env", "1", "In the history since")
		if strings.Contains(o.log, "Running the Go analyzers.") {
			t.Error("the analyzers run although lint is false")
		}
	})
}

// Whatever a stranger or a careless workflow writes stays text.
func TestActDoesNothingThatTextAsksFor(t *testing.T) {
	hostile := []string{
		"::add-mask::momentolint.env", "##[stop-commands]x.env", "$(touch PWNED).env", "`touch PWNED`.env", "a;touch PWNED;.env", "%0A::set-output name=findings::0.env",
		"-rf.env", "new\nline::error::x.env", "<img src=x onerror=alert(1)>.env", "](https:example.com).env",
	}
	files := map[string]string{}
	for i, name := range hostile {
		files[strings.ReplaceAll(name, "/", "")] = "::stop-commands::x\n##[add-mask]e K=" + key(fmt.Sprint("hostile ", i)) + " ##[group]\n"
	}
	p := newProject(t, files)
	checkout := p.clone(t, "refs/pull/7/merge", 0)
	payload := p.pullRequest()
	payload["pull_request"].(map[string]any)["title"] = "::add-mask::e $(touch PWNED)"
	payload["pull_request"].(map[string]any)["head"].(map[string]any)["ref"] = "x`touch${IFS}PWNED`$(touch${IFS}PWNED)"
	o := job{
		checkout: checkout, event: "pull_request", payload: payload,
		with: map[string]string{"live": "false", "paths": "$(touch PWNED)\n`touch PWNED`", "args": "--tags=$(touch PWNED)\n--expiry-warning=30d\n"},
	}.run(t)
	o.want(t, false, fmt.Sprint(len(hostile)), "0")
	errorsShown := 0
	for _, a := range o.annotations {
		if a.level == "error" {
			errorsShown++
		}
		if strings.Contains(a.file+a.title+a.message, "##[") {
			t.Errorf("a command of the old form: %+v", a)
		}
	}
	if errorsShown != 10 {
		t.Errorf("%d errors, want nine and one for the rest", errorsShown)
	}
	o.wantAnnotation(t, "error", "", "", "1 more finding is not shown here")
	for line := range strings.Lines(o.log) {
		if strings.Contains(line, "##[") {
			t.Errorf("a command of the old form in the log: %q", line)
		}
	}
	err := filepath.WalkDir(o.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == "PWNED" {
			t.Errorf("a text was run: there is %s", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
