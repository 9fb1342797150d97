package gitcmd_test

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/gitcmd"
	"github.com/momentolint/momentolint/internal/testing/gittest"
)

func open(t *testing.T, o gitcmd.Options) *gitcmd.Git {
	t.Helper()
	g, err := gitcmd.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestReadingAtARevision(t *testing.T) {
	gittest.Isolate(t)
	r := gittest.New(t)
	r.Write("a.txt", "one")
	r.Write("dir/b.txt", "two")
	r.Write("dir/[x]*.txt", "magic")
	r.Write(":(top)odd", "odd")
	if err := os.Symlink("a.txt", r.Path("link")); err != nil {
		t.Fatal(err)
	}
	first := r.Commit("One")
	r.Write("a.txt", "changed")
	second := r.Commit("Two")
	r.Git("replace", second, first)
	g := open(t, gitcmd.Options{Dir: r.Path("dir")})

	for revision, want := range map[string]string{"HEAD": second, "main": second, "main~1": first, first[:12]: first} {
		if got, err := g.NoReplace().Resolve(t.Context(), revision); err != nil || got != want {
			t.Errorf("%s is %s, %v; want %s", revision, got, err, want)
		}
	}
	for _, revision := range []string{"", "nothing", "--all", "main:a.txt", strings.Repeat("0", 40), "a\nb"} {
		if got, err := g.Resolve(t.Context(), revision); !errors.Is(err, gitcmd.ErrNoRevision) {
			t.Errorf("%q is %s, %v", revision, got, err)
		}
	}
	for _, test := range []struct{ revision, name, want string }{
		{first, "a.txt", "one"},
		{second, "a.txt", "changed"}, // although it is replaced
		{"HEAD", "dir/b.txt", "two"},
		{"HEAD", "./dir//b.txt", "two"},
		{"HEAD", "dir/[x]*.txt", "magic"},
		{"HEAD", ":(top)odd", "odd"},
	} {
		if got, err := g.ReadFile(t.Context(), test.revision, test.name, 100); err != nil || string(got) != test.want {
			t.Errorf("%s of %s is %q, %v; want %q", test.name, test.revision, got, err, test.want)
		}
	}
	for _, name := range []string{"missing", "dir/a.txt", "dir/*.txt", "../a.txt/x", ""} {
		if got, err := g.ReadFile(t.Context(), "HEAD", name, 100); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q is %q, %v", name, got, err)
		}
	}
	for _, name := range []string{"link", "dir"} {
		if got, err := g.ReadFile(t.Context(), "HEAD", name, 100); err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is %q, %v; it is no regular file", name, got, err)
		}
	}
	if _, err := g.ReadFile(t.Context(), "HEAD", "a.txt", 6); !errors.Is(err, gitcmd.ErrTooLarge) {
		t.Errorf("a file of 7 bytes with a limit of 6: %v", err)
	}
	var names []string
	entries, err := g.List(t.Context(), "HEAD", "dir")
	for _, e := range entries {
		names = append(names, e.Path)
	}
	if want := []string{"dir/[x]*.txt", "dir/b.txt"}; err != nil || !slices.Equal(names, want) {
		t.Errorf("dir has %q, %v; want %q", names, err, want)
	}
	top, err := g.List(t.Context(), "HEAD", "")
	if err != nil || len(top) != 4 || top[3].Mode != gitcmd.ModeLink || top[2].Mode != gitcmd.ModeTree {
		t.Errorf("the top has %+v, %v", top, err)
	}
	if none, err := g.List(t.Context(), "HEAD", "no/such"); err != nil || len(none) != 0 {
		t.Errorf("a missing directory has %v, %v", none, err)
	}
}

func TestOnlyTheVariablesOfTheKindPass(t *testing.T) {
	all := append(gitcmd.RepositoryVars(),
		"GIT_SSH_COMMAND", "GIT_EXEC_PATH", "GIT_EXTERNAL_DIFF", "GIT_PAGER", "GIT_EDITOR", "GIT_TRACE", "GIT_TRACE2_EVENT", "GIT_ASKPASS",
		"SSH_ASKPASS", "GIT_PROXY_COMMAND", "GIT_ALLOW_PROTOCOL", "GIT_CONFIG_GLOBAL", "GIT_TEMPLATE_DIR", "GIT_ATTR_SOURCE", "GIT_LITERAL_PATHSPECS",
		"GIT_NO_LAZY_FETCH", "GIT_REDIRECT_STDOUT", "GIT_CEILING_DIRECTORIES")
	var env []string
	for _, name := range all {
		env = append(env, name+"=/canary")
	}
	configuration := []string{"GIT_CONFIG_GLOBAL", "GIT_CEILING_DIRECTORIES"}
	for kind, want := range map[gitcmd.Kind][]string{
		gitcmd.Untrusted: configuration,
		gitcmd.Own:       append(gitcmd.RepositoryVars(), configuration...),
		gitcmd.Settings:  append(gitcmd.RepositoryVars(), configuration...),
		gitcmd.Fetch:     append([]string{"GIT_SSH_COMMAND", "GIT_EXEC_PATH", "GIT_PROXY_COMMAND"}, configuration...),
	} {
		g := open(t, gitcmd.Options{Kind: kind, Env: env})
		for _, name := range all {
			if passed := g.Getenv(name) == "/canary"; passed != slices.Contains(want, name) {
				t.Errorf("kind %d: %s passes: %t", kind, name, passed)
			}
		}
	}
}

func TestOnlyListedCommandsRun(t *testing.T) {
	gittest.Isolate(t)
	r := gittest.New(t)
	for kind, commands := range map[gitcmd.Kind][]string{
		gitcmd.Untrusted: {"status", "log", "diff", "show", "fetch", "checkout", "gc", "archive", "submodule", ""},
		gitcmd.Own:       {"commit", "push", "fetch"},
		gitcmd.Settings:  {"cat-file", "rev-list", "diff-index"},
		gitcmd.Fetch:     {"clone", "pull", "rev-list"},
	} {
		for _, command := range commands {
			_, err := open(t, gitcmd.Options{Kind: kind, Dir: r.Dir}).Output(t.Context(), command)
			if err == nil || !strings.Contains(err.Error(), "not among the commands") {
				t.Errorf("kind %d: git %s: %v", kind, command, err)
			}
		}
	}
}

func TestOutputInMemoryHasALimit(t *testing.T) {
	gittest.Isolate(t)
	r := gittest.New(t)
	r.Write("a", strings.Repeat("x", 100_000))
	r.Commit("One")
	g := open(t, gitcmd.Options{Dir: r.Dir, MaxOutput: 99_999})
	if out, err := g.Output(t.Context(), "cat-file", "blob", "HEAD:a"); !errors.Is(err, gitcmd.ErrTooLarge) || len(out) > 99_999 {
		t.Errorf("%d bytes, %v", len(out), err)
	}
}

func TestAProgramInTheCurrentDirectoryIsNotTaken(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "git"), []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	t.Setenv("PATH", ".")
	if _, err := gitcmd.New(gitcmd.Options{}); err == nil {
		t.Error("it was taken")
	}
	if _, err := gitcmd.New(gitcmd.Options{Program: "git"}); err == nil {
		t.Error("it was taken by name")
	}
}

func TestAProcessAnswersOneRequestAfterTheOther(t *testing.T) {
	gittest.Isolate(t)
	r := gittest.New(t)
	r.Write("a", "content")
	r.Commit("One")
	p, err := open(t, gitcmd.Options{Dir: r.Dir}).Start(t.Context(), "cat-file", "--batch-check")
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		var line string
		err := p.Ask(t.Context(), "HEAD:a", func(in *bufio.Reader) (err error) {
			line, err = in.ReadString('\n')
			return err
		})
		if err != nil || !strings.HasSuffix(line, " blob 7\n") {
			t.Fatalf("%q, %v", line, err)
		}
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}
