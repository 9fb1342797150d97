//go:build unix && integration

package gitcmd_test

import (
	"os"
	"path/filepath"
	"testing"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/gitcmd"
	"github.com/momentolint/momentolint/internal/testing/gittest"
)

// permitted are calls of all subcommands that may be run, in the ways that set
// most off.
var permitted = [][]string{
	{"cat-file", "-p", "main:.gitignore"}, {"cat-file", "--batch-all-objects", "--batch"}, {"check-ignore", "x"}, {"config", "--list"},
	{"diff-index", "--cached", "--raw", "main~1", "--"}, {"for-each-ref", "--format=%(objectname) %(contents)"}, {"ls-files", "--stage"},
	{"ls-tree", "-r", "-l", "main"}, {"rev-list", "--objects", "--all"}, {"rev-list", "--format=%T %P %B", "main"},
	{"rev-parse", "main:.gitignore"}, {"symbolic-ref", "HEAD"}, {"version"}, {"worktree", "list"}, {"ls-remote", "--get-url", "origin"},
}

// The canaries are tried with every permitted command, and with a git that does
// not know GIT_NO_LAZY_FETCH. That they are set off by a plain git is tested in
// cmd/momentolint.
func TestPermittedCommandsRunNothing(t *testing.T) {
	plain, err := gitcmd.New(gitcmd.Options{})
	if err != nil {
		t.Fatal(err)
	}
	old := filepath.Join(t.TempDir(), "git")
	if err := os.WriteFile(old, []byte("#!/bin/sh\nunset GIT_NO_LAZY_FETCH\nexec '"+plain.Program()+"' \"$@\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	lure := gittest.NewLures(t, ct.V2(ct.Options{}))
	for _, c := range gittest.Canaries() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			l := lure(t, c)
			l.Fired()
			for _, program := range []string{plain.Program(), old} {
				for _, kind := range []gitcmd.Kind{gitcmd.Untrusted, gitcmd.Own, gitcmd.Settings, gitcmd.Fetch} {
					g := open(t, gitcmd.Options{Kind: kind, Program: program, Dir: l.Dir, Env: append(gittest.Env(t), l.Env...), Timeout: patience})
					for _, args := range permitted {
						_, _ = g.Output(t.Context(), args...)
						if fired := l.Fired(); fired != "" && !(kind == gitcmd.Fetch && c.Fetches) {
							t.Errorf("kind %d, %s: %q: %s", kind, filepath.Base(filepath.Dir(program)), args, fired)
						}
					}
				}
				if c.Fetches {
					continue
				}
				l.Origin()
				l.Fired()
				g := open(t, gitcmd.Options{Kind: gitcmd.Fetch, Program: program, Dir: l.Dir, Env: append(gittest.Env(t), l.Env...), Timeout: patience})
				_ = g.Fetch(t.Context(), "origin", []string{"+refs/heads/*:refs/remotes/origin/*"}, "--no-tags")
				_ = g.Fetch(t.Context(), "origin", []string{"main"}, "--no-tags", "--prune", "--force")
				if fired := l.Fired(); fired != "" {
					t.Errorf("%s: fetching: %s", filepath.Base(filepath.Dir(program)), fired)
				}
			}
		})
	}
}

func TestAFetchTakesTheUsersTransportsAndNoOthers(t *testing.T) {
	dir := t.TempDir()
	ran := filepath.Join(dir, "ran")
	program := filepath.Join(dir, "ssh")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho \"$*\" >'"+ran+"'\nexit 1\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	global := filepath.Join(dir, "gitconfig")
	if err := os.WriteFile(global, []byte("[core]\n\tsshCommand = "+program+"\n[url \"ssh://host.invalid/\"]\n\tinsteadOf = short:\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	other := gittest.New(t)
	other.Commit("One")
	for _, test := range []struct {
		name, remote, config string
		env                  []string
		runs, fails          bool
	}{
		{name: "the user's variable", remote: "ssh://host.invalid/x", env: []string{"GIT_SSH_COMMAND=" + program}, runs: true, fails: true},
		{name: "the user's configuration", remote: "ssh://host.invalid/x", env: []string{"GIT_CONFIG_GLOBAL=" + global}, runs: true, fails: true},
		{name: "scp's notation", remote: "host.invalid:x", env: []string{"GIT_CONFIG_GLOBAL=" + global}, runs: true, fails: true},
		{name: "the user's shorthand", remote: "short:x", env: []string{"GIT_CONFIG_GLOBAL=" + global}, runs: true, fails: true},
		{name: "the repository's configuration", remote: "ssh://host.invalid/x", config: "[core]\n\tsshCommand = " + program + "\n", fails: true},
		{name: "ext::", remote: "ext::" + program, fails: true},
		{name: "ext:: by another name", remote: "https://host.invalid/", config: "[url \"ext::" + program + " \"]\n\tinsteadOf = https://host.invalid/\n", fails: true},
		{name: "fd::", remote: "fd::3", fails: true},
		{name: "an option", remote: "--upload-pack=" + program, fails: true},
		{name: "a path", remote: other.Dir},
		{name: "a file", remote: "file://" + other.Dir},
	} {
		r := gittest.New(t)
		if test.config != "" {
			f, err := os.OpenFile(r.Path(".git", "config"), os.O_APPEND|os.O_WRONLY, 0)
			if err == nil {
				_, err = f.WriteString(test.config)
				_ = f.Close()
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		g := open(t, gitcmd.Options{Kind: gitcmd.Fetch, Dir: r.Dir, Env: append(gittest.Env(t), test.env...), Timeout: patience})
		err := g.Fetch(t.Context(), test.remote, []string{"main"})
		_, missing := os.Stat(ran)
		if (err != nil) != test.fails || (missing == nil) != test.runs {
			t.Errorf("%s: ran: %t, %v", test.name, missing == nil, err)
		}
		_ = os.Remove(ran)
	}
}
