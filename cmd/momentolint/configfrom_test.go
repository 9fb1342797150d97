package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/testing/soak"
)

// silencers are the ways in which a change can silence the key that it adds as
// key.env, one set of files each, which may put the key elsewhere in that file.
func silencers(t *testing.T, key string) map[string]map[string]string {
	t.Helper()
	config := func(text string) map[string]string { return map[string]string{".momentolint.yaml": text} }
	return map[string]map[string]string{
		"exclude":           config("exclude: [key.env]\n"),
		"max-file-size":     config("max-file-size: 1\n"),
		"max-archive-depth": {".momentolint.yaml": "max-archive-depth: 0\n", "key.env": zipped(t, "m", "K="+key+"\n")},
		"rules.disable":     config("rules: {disable: [momento-api-key-v2]}\n"),
		"allow":             config("allow: [{path: key.env, reason: mine}]\n"),
		"fail-on":           config("fail-on: none\n"),
		"baseline":          {".momentolint.yaml": "baseline: b.json\n", "b.json": gitleaksReport("REDACTED")},
		"allowlist":         {".gitleaks.toml": "[[allowlists]]\npaths = ['''key''']\n"},
		"extended":          {".gitleaks.toml": "[extend]\npath = \"more.toml\"\n", "more.toml": "[[allowlists]]\npaths = ['''key''']\n"},
		"gitleaks' ignores": {".gitleaksignore": "key.env:momento-api-key-v2:1\n"},
	}
}

// change makes a repository whose first commit has the files before, and whose
// second adds those of after and the key.
func change(t *testing.T, before, after map[string]string, key string) (dir, base, head string) {
	t.Helper()
	dir = t.TempDir()
	runGit(t, dir, "init", "-q", "-b", "main")
	commit := func(files map[string]string) string {
		for name, content := range files {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		runGit(t, dir, "add", "--all")
		runGit(t, dir, "commit", "-q", "--allow-empty", "-m", "a commit")
		return strings.TrimSpace(runGit(t, dir, "rev-parse", "HEAD"))
	}
	base = commit(before)
	files := map[string]string{"key.env": "K=" + key + "\n"}
	maps.Copy(files, after)
	return dir, base, commit(files)
}

func TestConfigFromJudgesByTheCommit(t *testing.T) {
	key := credentialtest.V2(credentialtest.Options{})
	all := silencers(t, key)
	stride := soak.Stride(3)
	for i, name := range slices.Sorted(maps.Keys(all)) {
		files := all[name]
		if name == "baseline" {
			files["b.json"] = strings.ReplaceAll(files["b.json"], `"key"`, `"key.env"`)
		}
		t.Run(name, func(t *testing.T) {
			// The change brings the file: it does not count.
			dir, base, _ := change(t, nil, files, key)
			t.Chdir(dir)
			modes := map[string][]string{
				"files": {"scan", "--offline", "."}, "range": {"scan", "--offline", "--range", base + "..HEAD"},
				"history": {"scan", "--offline", "--no-cache", "--history"},
			}
			for j, mode := range slices.Sorted(maps.Keys(modes)) {
				// Each file with a mode, and each mode with some of the files.
				if (i+j)%stride != 0 {
					continue
				}
				args := modes[mode]
				if mode == "history" && name == "max-file-size" {
					continue // the size of objects is not limited there
				}
				if r := call(t, "", nil, args...); r.code != exitClean {
					t.Errorf("%s, by the work tree: exit %d: %s%s", mode, r.code, r.out, r.stderr)
				}
				if r := call(t, "", nil, append(args, "--config-from", base)...); r.code != exitFound {
					t.Errorf("%s, by the commit before: exit %d: %s%s", mode, r.code, r.out, r.stderr)
				}
				if r := call(t, "", nil, append(args, "--config-from", "HEAD")...); r.code != exitClean {
					t.Errorf("%s, by HEAD: exit %d: %s%s", mode, r.code, r.out, r.stderr)
				}
			}
			// The work tree takes the file away again: the commit's counts.
			for file := range files {
				if file == "key.env" {
					continue
				}
				if err := os.Remove(file); err != nil {
					t.Fatal(err)
				}
			}
			args := []string{"scan", "--offline", "--config-from", "HEAD", "."}
			if r := call(t, "", nil, args...); r.code != exitClean {
				t.Errorf("without the files in the work tree: exit %d: %s%s", r.code, r.out, r.stderr)
			}
		})
	}
}

func TestConfigFromWithFilesThatFlagsName(t *testing.T) {
	key := credentialtest.V2(credentialtest.Options{})
	files := map[string]string{"m.yaml": "rules: {disable: [momento-api-key-v2]}\n", "b.json": strings.ReplaceAll(gitleaksReport("REDACTED"), `"key"`, `"key.env"`)}
	dir, base, _ := change(t, nil, files, key)
	t.Chdir(dir)
	outside := filepath.Join(t.TempDir(), "own.yaml")
	if err := os.WriteFile(outside, []byte(files["m.yaml"]), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"--config", "m.yaml"}, exitFound, "m.yaml is not in " + base},
		{[]string{"--baseline", "b.json"}, exitFound, "b.json is not in " + base},
		{[]string{"--config", "nowhere.yaml"}, exitFailed, "no such configuration file"},
		{[]string{"--baseline", "nowhere.json"}, exitFailed, "nowhere.json"},
		{[]string{"--config", outside}, exitClean, ""},
		{[]string{"--config-from", "nothing"}, exitFailed, "--config-from: no such revision"},
	} {
		r := call(t, "", nil, append([]string{"scan", "--offline", "--config-from", base, "."}, tt.args...)...)
		if r.code != tt.code || !strings.Contains(r.out+r.stderr, tt.want) {
			t.Errorf("%q: exit %d, want %d with %q: %s%s", tt.args, r.code, tt.code, tt.want, r.out, r.stderr)
		}
	}
}

// A link in the commit is followed within it only.
func TestConfigFromFollowsLinksWithinTheCommit(t *testing.T) {
	key := credentialtest.V2(credentialtest.Options{})
	for target, want := range map[string]int{"ci.yaml": exitClean, "../ci.yaml": exitFailed, "/etc/ci.yaml": exitFailed} {
		dir, _, _ := change(t, nil, map[string]string{"ci.yaml": "rules: {disable: [momento-api-key-v2]}\n"}, key)
		if err := os.Symlink(target, filepath.Join(dir, ".momentolint.yaml")); err != nil {
			t.Fatal(err)
		}
		runGit(t, dir, "add", "--all")
		runGit(t, dir, "commit", "-q", "-m", "a link")
		t.Chdir(dir)
		if r := call(t, "", nil, "scan", "--offline", "--config-from", "HEAD", "key.env"); r.code != want {
			t.Errorf("%s: exit %d, want %d: %s%s", target, r.code, want, r.out, r.stderr)
		}
	}
}

// A pull request, a push or a merge group that silences its own key fails, and
// says what takes effect after the merge.
func TestActionJudgesByTheBase(t *testing.T) {
	key := credentialtest.V2(credentialtest.Options{})
	all := silencers(t, key)
	delete(all, "fail-on") // the action has an input for it, which counts in any case
	all["baseline"]["b.json"] = strings.ReplaceAll(all["baseline"]["b.json"], `"key"`, `"key.env"`)
	stride := soak.Stride(3)
	for i, name := range slices.Sorted(maps.Keys(all)) {
		files := all[name]
		t.Run(name, func(t *testing.T) {
			dir, base, head := change(t, map[string]string{"README": "x\n"}, files, key)
			runner := t.TempDir()
			s := &step{dir: dir, env: map[string]string{
				"GITHUB_ACTIONS": "true", "CI": "true", "GITHUB_WORKSPACE": dir, "RUNNER_TEMP": runner,
				"GITHUB_OUTPUT": filepath.Join(runner, "output"), "GITHUB_STEP_SUMMARY": filepath.Join(runner, "summary.md"),
				"MOMENTOLINT_LIVE": "false",
			}}
			events := map[string]map[string]any{
				"pull_request": {"number": 7, "pull_request": map[string]any{"base": map[string]string{"sha": base}, "head": map[string]string{"sha": head}}},
				"push":         {"ref": "refs/heads/main", "before": base, "after": head},
				"merge_group":  {"merge_group": map[string]string{"base_sha": base, "head_sha": head}},
			}
			for j, event := range slices.Sorted(maps.Keys(events)) {
				// Each file with an event, and each event with some of the files.
				if (i+j)%stride != 0 {
					continue
				}
				s.event(t, event, events[event])
				if err := os.RemoveAll(s.env["GITHUB_STEP_SUMMARY"]); err != nil {
					t.Fatal(err)
				}
				log, code, outputs := s.run(t)
				if code != exitFound || outputs["findings"] != "1" {
					t.Errorf("%s: exit %d with %s findings: %s", event, code, outputs["findings"], log)
				}
				for file := range files {
					if file == "key.env" {
						continue
					}
					if !strings.Contains(log, "::warning file="+file+",") || !strings.Contains(log, "takes effect after the merge") {
						t.Errorf("%s: no annotation for %s in\n%s", event, file, log)
					}
					if text := s.summary(t); !strings.Contains(text, "take effect after the merge") || !strings.Contains(text, strings.ReplaceAll(file, "_", `\_`)) {
						t.Errorf("%s: %s is not in the summary\n%s", event, file, text)
					}
				}
				if name == "max-file-size" && !strings.Contains(s.summary(t), "(max-file-size)") {
					t.Errorf("the summary does not name the setting:\n%s", s.summary(t))
				}
			}
			// On purpose.
			s.env["MOMENTOLINT_CONFIG_FROM"] = "HEAD"
			log, code, _ := s.run(t)
			if code != exitClean || !strings.Contains(s.summary(t), "The workflow takes the configuration from <code>HEAD</code>") {
				t.Errorf("with HEAD: exit %d: %s\n%s", code, log, s.summary(t))
			}
		})
	}
}
