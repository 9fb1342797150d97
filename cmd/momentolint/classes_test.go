package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// encryptedZip sets the flag of encrypted members, in the local header and in
// the table of contents.
func encryptedZip(t *testing.T) string {
	t.Helper()
	data := []byte(zipped(t, "m", strings.Repeat("content ", 100)))
	data[6] |= 1
	data[bytes.Index(data, []byte("PK\x01\x02"))+8] |= 1
	return string(data)
}

// interruptingInput is a standard input during which the run is interrupted.
type interruptingInput struct {
	interrupt context.CancelFunc
	text      io.Reader
}

func (r *interruptingInput) Read(p []byte) (int, error) {
	n, err := r.text.Read(p)
	if err == io.EOF {
		r.interrupt()
	}
	return n, err
}

// Every format shows that a run was interrupted.
func TestEveryFormatShowsAnInterrupt(t *testing.T) {
	dir := tree(t, map[string]string{"after.env": "nothing\n"})
	for _, format := range []string{"text", "compact", "json", "sarif", "github", "html", "junit", "csv", "gitlab"} {
		ctx, cancel := context.WithCancel(t.Context())
		var out, stderr bytes.Buffer
		a := newApp(&interruptingInput{cancel, strings.NewReader("nothing\n")}, &out, &stderr, func(string) (string, bool) { return "", false })
		code := a.run(ctx, []string{"scan", "--offline", "--format", format, "-", dir})
		cancel()
		if code != exitFailed || !strings.Contains(strings.ToLower(out.String()), "skipped") || !strings.Contains(out.String(), "stopped before it was done") {
			t.Errorf("%s: exit %d\n%s%s", format, code, out.String(), stderr.String())
		}
		for _, words := range unqualified {
			if strings.Contains(out.String()+stderr.String(), words) {
				t.Errorf("%s claims a clean result: %q", format, words)
			}
		}
	}
}

// The action's log and job summary show every class.
func TestTheActionShowsEveryClass(t *testing.T) {
	for _, tt := range uncoveredTrees(t) {
		t.Run(tt.name, func(t *testing.T) {
			dir, runner := tree(t, tt.files), t.TempDir()
			runGit(t, dir, "init", "-q", "-b", "main")
			t.Chdir(dir)
			if tt.prepare != nil {
				tt.prepare(t, dir)
			}
			s := &step{dir: dir, env: map[string]string{
				"GITHUB_ACTIONS": "true", "CI": "true", "GITHUB_WORKSPACE": dir, "RUNNER_TEMP": runner,
				"GITHUB_OUTPUT": filepath.Join(runner, "output"), "GITHUB_STEP_SUMMARY": filepath.Join(runner, "summary.md"),
				"MOMENTOLINT_LIVE": "false",
			}}
			switch {
			case tt.class == "skipped":
				s.env["MOMENTOLINT_PATHS"] = ".\n" + tt.args[0]
			case len(tt.args) > 0 && tt.args[0] == "--baseline":
				s.env["MOMENTOLINT_BASELINE"] = tt.args[1]
			default:
				s.env["MOMENTOLINT_ARGS"] = strings.Join(tt.args, "=")
			}
			s.event(t, "workflow_dispatch", map[string]any{})
			want := exitClean
			if tt.class == "skipped" {
				want = exitFailed
			}
			log, code, _ := s.run(t)
			if code != want {
				t.Errorf("exit %d, want %d\n%s", code, want, log)
			}
			for name, text := range map[string]string{"log": log, "summary": s.summary(t)} {
				for _, show := range []string{tt.class, tt.show} {
					// Markdown escapes some of the characters.
					if plain := strings.ToLower(strings.ReplaceAll(text, `\`, "")); !strings.Contains(plain, show) {
						t.Errorf("the %s does not show %q:\n%s", name, show, text)
					}
				}
				for _, words := range unqualified {
					if tt.class != "excluded" && strings.Contains(text, words) {
						t.Errorf("the %s claims a clean result: %q", name, words)
					}
				}
			}
		})
	}
}

// The hook before a push lists what is opaque and excluded in what is pushed,
// and refuses what is opaque if strict says so.
func TestPrePushShowsEveryClass(t *testing.T) {
	const never = "0000000000000000000000000000000000000000"
	for _, tt := range uncoveredTrees(t) {
		if tt.class == "skipped" || len(tt.args) > 0 || strings.Contains(tt.files[".momentolint.yaml"], "max-file-size") {
			continue // there are no such things in a push
		}
		t.Run(tt.name, func(t *testing.T) {
			dir := tree(t, tt.files)
			runGit(t, dir, "init", "-q", "-b", "main")
			runGit(t, dir, "add", "--all", "--force")
			runGit(t, dir, "commit", "-q", "-m", "a commit")
			head := strings.TrimSpace(runGit(t, dir, "rev-parse", "HEAD"))
			t.Chdir(dir)
			for _, strict := range []bool{false, true} {
				args := []string{"hook", "run", "pre-push", "origin", "https://host.invalid/x"}
				want := exitClean
				if strict {
					args = append(args, "--strict")
					if tt.class == "opaque" {
						want = exitFailed
					}
				}
				r := call(t, "refs/heads/main "+head+" refs/heads/main "+never+"\n", nil, args...)
				if r.code != want {
					t.Errorf("strict %t: exit %d, want %d\n%s", strict, r.code, want, r.stderr)
				}
				shows := []string{tt.class, tt.show}
				if tt.class == "opaque" {
					for name := range tt.files {
						shows = append(shows, name)
					}
				}
				for _, show := range shows {
					if !strings.Contains(strings.ToLower(r.stderr), show) {
						t.Errorf("strict %t: %q is not shown:\n%s", strict, show, r.stderr)
					}
				}
			}
		})
	}
}

// A baseline or a report that cannot be written keeps no other report from
// being written.
func TestFindingsAreReportedWhereSomethingCannotBeWritten(t *testing.T) {
	dir := tree(t, map[string]string{"app.env": "K=" + ct.V2(ct.Options{}) + "\n"})
	full := "/dev/full"
	if _, err := os.Stat(full); err != nil {
		// A name that is too long fails when it is written, too.
		full = filepath.Join(t.TempDir(), strings.Repeat("x", 300))
	}
	for name, args := range map[string][]string{
		"a baseline": {"--write-baseline", full}, "a report": {"--report", "csv=" + full},
	} {
		for _, source := range [][]string{{"scan", "--offline", dir}} {
			report := filepath.Join(t.TempDir(), "r.json")
			r := call(t, "", nil, append(append(source, args...), "--report", "json="+report)...)
			text, err := os.ReadFile(report)
			if r.code != exitFailed || err != nil || !strings.Contains(string(text), "app.env") || !strings.Contains(r.out, "app.env") {
				t.Errorf("%s: exit %d, %v\n%s%s", name, r.code, err, r.out, r.stderr)
			}
		}
	}
}

// Outside of a repository there is no range: that is noticed before anything is
// scanned, and no result is claimed.
func TestWhatNeedsARepositoryFailsOutsideOfOne(t *testing.T) {
	t.Chdir(tree(t, map[string]string{"app.env": "K=" + ct.V2(ct.Options{}) + "\n"}))
	for _, args := range [][]string{
		{"--range", "x"}, {"--range", "HEAD~..HEAD"}, {"--staged"}, {"--history"}, {"--config-from", "HEAD"},
		{"--staged", "--config-from", "HEAD"}, {"--range", "a..b", "--config-from", "a"},
	} {
		r := call(t, "", nil, append([]string{"scan", "--offline", "--format", "json"}, args...)...)
		if r.code != exitFailed || !strings.Contains(r.stderr, "not a git repository") && !strings.Contains(r.stderr, "not in a git repository") {
			t.Errorf("%q: exit %d\n%s%s", args, r.code, r.out, r.stderr)
		}
		if r.out != "" && !strings.Contains(r.out, `"files": 0`) {
			t.Errorf("%q: something was scanned\n%s", args, r.out)
		}
	}
}

// One bad line of a .gitleaksignore is remarked; the others hold.
func TestABadLineOfAnIgnoreFile(t *testing.T) {
	dir := tree(t, map[string]string{
		"ignored.env": env("1"), "found.env": env("2"),
		".gitleaksignore": "not a fingerprint\nignored.env:momento-api-key-v2:1\n",
	})
	t.Chdir(dir)
	r := call(t, "", nil, "scan", "--offline")
	if r.code != exitFound || !strings.Contains(r.out, "found.env") || strings.Contains(r.out, "ignored.env") {
		t.Errorf("exit %d: the other lines do not hold\n%s%s", r.code, r.out, r.stderr)
	}
	if !strings.Contains(r.out, "note: .gitleaksignore:1: ignores nothing") {
		t.Errorf("no note\n%s%s", r.out, r.stderr)
	}
}

// A user's own gitleaks rules are known to rules.disable and allow; others are
// remarked and suppress nothing.
func TestUnknownRulesOfTheConfiguration(t *testing.T) {
	rules := "[[rules]]\nid = \"acme-key\"\nregex = '''acme_[0-9a-f]{16}'''\n"
	for _, tt := range []struct {
		name, config string
		code         int
		note         bool
	}{
		{"the user's rule disabled", "rules: {disable: [acme-key]}\n", exitClean, false},
		{"an unknown rule disabled", "rules: {disable: [acme-kye]}\n", exitFound, true},
		{"the user's rule allowed", "allow: [{rule: acme-key, reason: mine}]\n", exitClean, false},
		{"an unknown rule allowed", "allow: [{rule: acme-kye, reason: mine}]\n", exitFound, true},
	} {
		t.Chdir(tree(t, map[string]string{"a.txt": "acme_0123456789abcdef\n", ".gitleaks.toml": rules, ".momentolint.yaml": tt.config}))
		r := call(t, "", nil, "scan", "--offline")
		if r.code != tt.code || strings.Contains(strings.Join(strings.Fields(r.out), " "), "unknown rule") != tt.note {
			t.Errorf("%s: exit %d, want %d and a note: %t\n%s%s", tt.name, r.code, tt.code, tt.note, r.out, r.stderr)
		}
	}
}

// Comments that take effect in a pull request are counted in the job summary,
// with the file that they are in.
func TestTheJobSummaryCountsAllowComments(t *testing.T) {
	key := ct.V2(ct.Options{})
	dir, base, head := change(t, nil, map[string]string{"key.env": "K=" + key + " # momentolint:allow -- synthetic\nL=" + ct.V2(ct.Options{Seed: "other"}) + " # gitleaks:allow\n"}, key)
	runner := t.TempDir()
	s := &step{dir: dir, env: map[string]string{
		"GITHUB_ACTIONS": "true", "CI": "true", "GITHUB_WORKSPACE": dir, "RUNNER_TEMP": runner,
		"GITHUB_OUTPUT": filepath.Join(runner, "output"), "GITHUB_STEP_SUMMARY": filepath.Join(runner, "summary.md"),
		"MOMENTOLINT_LIVE": "false",
	}}
	s.event(t, "pull_request", map[string]any{"number": 7, "pull_request": map[string]any{"base": map[string]string{"sha": base}, "head": map[string]string{"sha": head}}})
	log, code, _ := s.run(t)
	if text := s.summary(t); code != exitClean || !strings.Contains(text, "Excluded: 2") || !strings.Contains(text, "2 findings by comment in key.env") {
		t.Errorf("exit %d\n%s\n%s", code, log, text)
	}
}

// --config-from holds for the index as well.
func TestConfigFromWithTheIndex(t *testing.T) {
	key := ct.V2(ct.Options{})
	for name, files := range silencers(t, key) {
		if name == "baseline" {
			files["b.json"] = strings.ReplaceAll(files["b.json"], `"key"`, `"key.env"`)
		}
		dir := tree(t, map[string]string{"README": "x\n"})
		runGit(t, dir, "init", "-q", "-b", "main")
		runGit(t, dir, "add", "--all")
		runGit(t, dir, "commit", "-q", "-m", "begin")
		put(t, dir, "key.env", "K="+key+"\n")
		for file, text := range files {
			put(t, dir, file, text)
		}
		runGit(t, dir, "add", "--all")
		t.Chdir(dir)
		if r := call(t, "", nil, "scan", "--offline", "--staged"); r.code != exitClean {
			t.Errorf("%s, by the work tree: exit %d\n%s%s", name, r.code, r.out, r.stderr)
		}
		if r := call(t, "", nil, "scan", "--offline", "--staged", "--config-from", "HEAD"); r.code != exitFound {
			t.Errorf("%s, by the commit: exit %d\n%s%s", name, r.code, r.out, r.stderr)
		}
	}
}
