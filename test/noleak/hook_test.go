//go:build integration

package noleak_test

import (
	"cmp"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/test/noleak"
)

// noObject is what git writes for the id of a ref that the remote lacks.
var noObject = strings.Repeat("0", 40)

// pushed is what git writes to the pre-push hook for the whole of repo.
func (w *world) pushed() string {
	return "refs/heads/" + w.key("name of a pushed branch", ct.Options{}) + " " + w.head + " refs/heads/" + w.key("name of a remote's branch", ct.Options{}) + " " + noObject + "\n"
}

// fillHooked makes a repository below a directory that is named by a key, with
// the hooks in it and one key staged.
func (w *world) fillHooked(t *testing.T) {
	t.Helper()
	w.hooked = filepath.Join(w.hooked, w.key("name of a repository with hooks", ct.Options{}))
	repository(t, w.hooked)
	write(t, filepath.Join(w.hooked, "staged.env"), []byte("KEY="+w.key("staged before a hook", ct.Options{})+"\n"))
	write(t, filepath.Join(w.hooked, w.key("name of a file before a hook", ct.Options{})), []byte("KEY="+w.key("staged in a strange file before a hook", ct.Options{})+"\n"))
	git(t, w.hooked, nil, "add", "-A", "-f")
	git(t, filepath.Dir(w.hooked), nil, "init", "-q", "--bare", "remote.git")
	git(t, w.hooked, nil, "remote", "add", "origin", filepath.Join(filepath.Dir(w.hooked), "remote.git"))
}

// fillBroken makes a repository in which the content of a committed file and
// that of a staged one are damaged, both in files with strange names.
func (w *world) fillBroken(t *testing.T) {
	t.Helper()
	repository(t, w.broken)
	damage := func(id string) {
		path := filepath.Join(w.broken, ".git", "objects", id[:2], id[2:])
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		write(t, path, []byte("no object"))
	}
	committed, staged := w.key("name of a damaged file", ct.Options{}), w.key("name of a damaged staged file", ct.Options{})
	write(t, filepath.Join(w.broken, "whole.env"), []byte("KEY="+w.key("beside a damaged file", ct.Options{})+"\n"))
	write(t, filepath.Join(w.broken, committed), []byte("some text\n"))
	git(t, w.broken, nil, "add", "-A", "-f")
	git(t, w.broken, nil, "commit", "-q", "-m", "Damaged "+w.key("message of a damaged commit", ct.Options{}))
	write(t, filepath.Join(w.broken, staged), []byte("other text\n"))
	git(t, w.broken, nil, "add", "-A", "-f")
	w.brokenHead = git(t, w.broken, nil, "rev-parse", "HEAD")
	damage(git(t, w.broken, nil, "rev-parse", "HEAD:"+committed))
	damage(git(t, w.broken, nil, "rev-parse", ":"+staged))
}

// hookRuns are calls of "hook run" as git and hook managers make them.
func (w *world) hookRuns() []run {
	remote := "https://u:" + w.key("password of a pushed remote", ct.Options{}) + "@example.com/x.git"
	framework := []string{
		"PRE_COMMIT_REMOTE_NAME=" + w.key("name of a remote", ct.Options{}), "PRE_COMMIT_REMOTE_URL=" + remote,
		"PRE_COMMIT_REMOTE_BRANCH=refs/heads/" + w.key("a branch of the framework's remote", ct.Options{}), "PRE_COMMIT_LOCAL_BRANCH=refs/heads/main",
	}
	proxy := []string{"HTTPS_PROXY=http://u:" + w.key("password of a hook's proxy", ct.Options{}) + "@127.0.0.1:1"}
	return []run{
		{name: "hook run pre-commit", args: []string{"hook", "run", "pre-commit"}, dir: w.repo, codes: []int{1}, says: "staged.env"},
		{name: "hook run pre-push", args: []string{"hook", "run", "pre-push", "origin", remote}, dir: w.repo, in: w.pushed(), codes: []int{1}, says: "UNVERIFIED"},
		{name: "hook run pre-push of the framework", args: []string{"hook", "run", "pre-push"}, dir: w.repo, codes: []int{1}, says: "UNVERIFIED", env: framework},
		{name: "hook run pre-commit in a damaged repository", args: []string{"hook", "run", "pre-commit"}, dir: w.broken, codes: []int{2}, says: "damaged"},
		{name: "hook run pre-push in a damaged repository", args: []string{"hook", "run", "pre-push"}, dir: w.broken, in: "HEAD " + w.brokenHead + " refs/heads/main " + noObject + "\n", codes: []int{2}, says: "whole.env"},
		{name: "hook run --live where nobody answers", args: []string{"hook", "run", "--live", "pre-commit"}, dir: w.hooked, env: proxy, codes: []int{1}, says: "staged.env"},
		{name: "hook run ai", args: []string{"hook", "run", "ai"}, dir: w.repo, in: `{"hook_event_name":"UserPromptSubmit","prompt":"` + w.key("in a prompt", ct.Options{}) + `"}`, codes: []int{0}, says: "blocked"},
		{name: "hook run ai, refused by exit code", args: []string{"hook", "run", "ai"}, dir: w.repo, in: `{"agent_action_name":"pre_run_command","tool_info":{"` + w.key("name of a field", ct.Options{}) + `":"` + w.key("in a command", ct.Options{}) + `"}}`, codes: []int{2}, says: "blocked"},
		{name: "hook run ai, a strange file", args: []string{"hook", "run", "ai"}, dir: w.hooked, in: `{"hook_event_name":"beforeReadFile","file_path":` + strconv.Quote(filepath.Join(w.hooked, "staged.env")) + `}`, codes: []int{0}, says: "blocked"},
		{name: "hook install, dry", args: []string{"hook", "install", "--dry-run"}, dir: w.hooked, codes: []int{0}},
		{name: "hook uninstall, dry", args: []string{"hook", "uninstall", "--dry-run"}, dir: w.hooked, codes: []int{0}},
	}
}

// hookMistakes are calls that fail, with a credential in what is wrong.
func (w *world) hookMistakes() []run {
	all := []run{
		{name: "standard input without ids", args: []string{"hook", "run", "pre-push"}, in: "KEY\n"},
		{name: "standard input with a key for an id", args: []string{"hook", "run", "pre-push"}, in: "refs/heads/main KEY refs/heads/main " + noObject + "\n"},
		{name: "standard input with a key for the remote's id", args: []string{"hook", "run", "pre-push"}, in: "refs/heads/main " + w.head + " refs/heads/main KEY\n"},
		{name: "an object that is not there", args: []string{"hook", "run", "pre-push"}, in: "refs/heads/KEY " + strings.Repeat("ab", 20) + " refs/heads/KEY " + noObject + "\n"},
		{name: "a framework's revision that is none", args: []string{"hook", "run", "pre-push"}, env: []string{"PRE_COMMIT_REMOTE_NAME=origin", "PRE_COMMIT_REMOTE_URL=x", "PRE_COMMIT_TO_REF=KEY", "PRE_COMMIT_FROM_REF=KEY"}},
		{name: "a framework's branch that is none", args: []string{"hook", "run", "pre-push"}, env: []string{"PRE_COMMIT_REMOTE_NAME=origin", "PRE_COMMIT_REMOTE_URL=x", "PRE_COMMIT_LOCAL_BRANCH=refs/heads/KEY"}},
		{name: "a directory that is no repository", args: []string{"hook", "run", "pre-commit"}, dir: filepath.Join(w.odd, "KEY")},
		{name: "GIT_DIR", args: []string{"hook", "run", "pre-commit"}, env: []string{"GIT_DIR=KEY"}},
		{name: "GIT_INDEX_FILE", args: []string{"hook", "run", "pre-commit"}, env: []string{"GIT_INDEX_FILE=" + filepath.Join(w.broken, "README", "KEY")}},
		{name: "--config", args: []string{"hook", "run", "--config", "KEY", "pre-commit"}},
		{name: "--baseline", args: []string{"hook", "run", "--baseline", "KEY", "pre-commit"}},
		{name: "--fail-on", args: []string{"hook", "run", "--fail-on", "KEY", "pre-commit"}},
		{name: "--jobs", args: []string{"hook", "run", "--jobs", "KEY", "pre-push"}},
		{name: "--verbose", args: []string{"hook", "run", "--verbose", "KEY"}},
		{name: "pre-receive without ids", args: []string{"hook", "run", "pre-receive"}, in: "KEY KEY refs/heads/KEY\n"},
		{name: "pre-receive of an object that is not there", args: []string{"hook", "run", "pre-receive"}, in: noObject + " " + strings.Repeat("ab", 20) + " refs/heads/KEY\n"},
		{name: "hook install for an assistant that is none", args: []string{"hook", "install", "ai", "KEY"}},
		{name: "hook install of what is none", args: []string{"hook", "install", "KEY"}},
		{name: "hook install where there is no repository", args: []string{"hook", "install"}, dir: filepath.Join(w.odd, "KEY")},
	}
	for i := range all {
		r := &all[i]
		k := w.key("in a hook's mistake: "+r.name, ct.Options{})
		r.name, r.codes = "mistake: hook: "+r.name, []int{2}
		put := func(s string) string { return strings.ReplaceAll(s, "KEY", k) }
		r.in, r.dir = put(r.in), put(cmp.Or(r.dir, w.repo))
		for _, list := range [][]string{r.args, r.env} {
			for j := range list {
				list[j] = put(list[j])
			}
		}
		if err := os.MkdirAll(r.dir, 0o755); err != nil {
			panic(err) // the tests' own directory
		}
	}
	return all
}

// hooks has git itself run them, on the way to a commit and to a push: both
// are refused, and nothing that git passes on shows the key.
func (w *world) hooks(t *testing.T, finder *noleak.Finder) {
	t.Helper()
	before := git(t, w.hooked, nil, "rev-parse", "HEAD")
	w.check(t, finder, run{name: "hook install", args: []string{"hook", "install"}, dir: w.hooked, codes: []int{0}})
	w.check(t, finder, run{name: "git commit", bin: "git", args: []string{"commit", "-m", "Use a key"}, dir: w.hooked, env: people, codes: []int{1}, says: "staged.env"})
	if now := git(t, w.hooked, nil, "rev-parse", "HEAD"); now != before {
		t.Error("the commit was made")
	}
	git(t, w.hooked, nil, "commit", "-q", "--no-verify", "-m", "Use a key")
	w.check(t, finder, run{name: "git push", bin: "git", args: []string{"push", "origin", "main"}, dir: w.hooked, env: people, codes: []int{1}, says: "staged.env"})
	if refs := git(t, w.hooked, nil, "ls-remote", "origin"); refs != "" {
		t.Errorf("the push was made: %s", refs)
	}
	w.check(t, finder, run{name: "hook uninstall", args: []string{"hook", "uninstall"}, dir: w.hooked, codes: []int{0}})
}
