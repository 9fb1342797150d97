package hook

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/atomicfile"
)

// sandbox is a computer with git, where nothing of the real one's settings counts.
type sandbox struct {
	t *testing.T
	// dir holds everything; home is the user's.
	dir, home string
	// program stands for momentolint: it notes how it was called in notes and
	// exits with what the file exit holds.
	program, notes string
}

func newSandbox(t *testing.T) *sandbox {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := &sandbox{t: t, dir: dir, home: filepath.Join(dir, "home"), program: filepath.Join(dir, "it's a tool", "momentolint"), notes: filepath.Join(dir, "notes")}
	s.write(s.program, "#!/bin/sh\n{ echo \"$@\"; [ \"$3\" != pre-push ] || sed 's/^/< /'; } >>'"+filepath.ToSlash(s.notes)+"'\nexit \"$(cat '"+filepath.ToSlash(dir)+"/exit' 2>/dev/null || echo 0)\"\n", 0o755)
	if err := os.Mkdir(s.home, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, e := range os.Environ() {
		if name, _, _ := strings.Cut(e, "="); strings.HasPrefix(name, "GIT_") {
			t.Setenv(name, "") // restores it at the end
			if err := os.Unsetenv(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Setenv("HOME", s.home)
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(s.home, ".config"))
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	t.Setenv("MOMENTOLINT_SKIP", "")
	// No sample hooks and no cleaning up behind commits: processes cost time.
	s.write(filepath.Join(s.home, ".gitconfig"), "[user]\n\tname = Test\n\temail = test@example.com\n[init]\n\tdefaultBranch = main\n\ttemplateDir =\n[maintenance]\n\tauto = false\n[gc]\n\tauto = 0\n[core]\n\tfsync = none\n", 0o644)
	return s
}

// path is an absolute path in the sandbox.
func (s *sandbox) path(elements ...string) string {
	return filepath.Join(append([]string{s.dir}, elements...)...)
}

func (s *sandbox) write(path, content string, mode os.FileMode) {
	s.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		s.t.Fatal(err)
	}
}

func (s *sandbox) read(path string) string {
	s.t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(content)
}

// tryGit runs git in a directory of the sandbox and returns all that it prints.
func (s *sandbox) tryGit(dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(s.t.Context(), "git", args...)
	cmd.Dir = s.path(dir)
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

func (s *sandbox) git(dir string, args ...string) string {
	s.t.Helper()
	out, err := s.tryGit(dir, args...)
	if err != nil {
		s.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// repository makes one with a first commit.
func (s *sandbox) repository(dir string) {
	s.t.Helper()
	s.git("", "init", "-q", dir)
	s.git(dir, "commit", "-q", "--no-verify", "--allow-empty", "-m", "first")
}

func (s *sandbox) installer(dir string) *Installer {
	return &Installer{Dir: s.path(dir), Program: s.program, Version: "v1.2.3", gitVersion: &version{2, 39}}
}

func (s *sandbox) install(i *Installer) []string {
	s.t.Helper()
	lines, err := i.Install(s.t.Context())
	if err != nil {
		s.t.Fatalf("installing: %v", err)
	}
	return lines
}

func (s *sandbox) uninstall(i *Installer) []string {
	s.t.Helper()
	lines, err := i.Uninstall(s.t.Context())
	if err != nil {
		s.t.Fatalf("uninstalling: %v", err)
	}
	return lines
}

// calls returns the notes of the program since the last call.
func (s *sandbox) calls() string {
	content, err := os.ReadFile(s.notes)
	if errors.Is(err, os.ErrNotExist) {
		return ""
	}
	if err != nil {
		s.t.Fatal(err)
	}
	if err := os.Remove(s.notes); err != nil {
		s.t.Fatal(err)
	}
	return strings.TrimSpace(string(content))
}

// refuse makes the program find something.
func (s *sandbox) refuse() { s.write(s.path("exit"), "1", 0o644) }

// commit makes an empty commit with the hooks on and reports whether it came about.
func (s *sandbox) commit(dir string) (string, bool) {
	out, err := s.tryGit(dir, "commit", "-q", "--allow-empty", "-m", "next")
	return out, err == nil
}

func (s *sandbox) mustCommit(dir, wantCalls string) {
	s.t.Helper()
	if out, ok := s.commit(dir); !ok {
		s.t.Errorf("the commit is refused: %s", out)
	}
	if got := s.calls(); got != wantCalls {
		s.t.Errorf("momentolint is called as %q, want %q", got, wantCalls)
	}
}

// tree lists a directory's files with mode and content.
func (s *sandbox) tree(dir string) []string {
	s.t.Helper()
	var list []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		var content string
		if info.Mode()&os.ModeSymlink != 0 {
			content, err = os.Readlink(path)
		} else {
			content = s.read(path)
		}
		list = append(list, path+" "+info.Mode().String()+" "+content)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return list
}

const committed = "hook run pre-commit"

func TestAnInstalledHookIsAskedAndObeyed(t *testing.T) {
	s := newSandbox(t)
	s.repository("repo")
	lines := s.install(s.installer("repo"))
	if len(lines) != 2 || !strings.HasPrefix(lines[0], "installed "+s.path("repo", ".git", "hooks", "pre-commit")) {
		t.Errorf("says %q", lines)
	}
	s.mustCommit("repo", committed)
	s.refuse()
	if out, ok := s.commit("repo"); ok {
		t.Errorf("the commit comes about although momentolint says no: %s", out)
	}
	s.git("repo", "commit", "-q", "--no-verify", "--allow-empty", "-m", "anyway")
}

func TestAPushIsAskedForWithAllItsRefs(t *testing.T) {
	s := newSandbox(t)
	s.repository("repo")
	s.git("repo", "branch", "other")
	s.git("", "init", "-q", "--bare", "server")
	s.git("repo", "remote", "add", "origin", s.path("server"))
	s.install(s.installer("repo"))
	id := s.git("repo", "rev-parse", "HEAD")

	s.git("repo", "push", "-q", "origin", "main", "other")
	want := "hook run pre-push origin " + s.path("server") + "\n< refs/heads/main " + id + " refs/heads/main " + none +
		"\n< refs/heads/other " + id + " refs/heads/other " + none
	if got := s.calls(); got != want {
		t.Errorf("momentolint is called as\n%s\nwant\n%s", got, want)
	}

	s.git("repo", "push", "-q", "origin", "main")
	if got := s.calls(); got != "hook run pre-push origin "+s.path("server") {
		t.Errorf("a push of nothing calls momentolint as %q", got)
	}

	s.refuse()
	s.git("repo", "commit", "-q", "--no-verify", "--allow-empty", "-m", "second")
	if out, err := s.tryGit("repo", "push", "-q", s.path("server"), "main"); err == nil {
		t.Errorf("the push comes about although momentolint says no: %s", out)
	}
}

const none = "0000000000000000000000000000000000000000"

func TestAHookThatIsThereRunsFirstAndComesBack(t *testing.T) {
	s := newSandbox(t)
	s.repository("repo")
	s.git("", "init", "-q", "--bare", "server")
	hooks := s.path("repo", ".git", "hooks")
	s.write(filepath.Join(hooks, "pre-push"), "#!/bin/sh\n{ echo old \"$@\"; sed 's/^/old < /'; } >>'"+filepath.ToSlash(s.notes)+"'\n", 0o755)
	s.write(s.path("repo", "check"), "#!/bin/sh\necho old commit >>'"+filepath.ToSlash(s.notes)+"'\nexit \"$(cat '"+filepath.ToSlash(s.dir)+"/old')\"\n", 0o755)
	s.write(s.path("old"), "0", 0o644)
	if err := os.Symlink(filepath.Join("..", "..", "check"), filepath.Join(hooks, "pre-commit")); err != nil {
		t.Fatal(err)
	}
	before := s.tree(hooks)

	s.install(s.installer("repo"))
	s.mustCommit("repo", "old commit\n"+committed)
	id := s.git("repo", "rev-parse", "HEAD")
	s.git("repo", "push", "-q", s.path("server"), "main")
	ref := "< refs/heads/main " + id + " refs/heads/main " + none
	want := "old " + s.path("server") + " " + s.path("server") + "\nold " + ref + "\nhook run pre-push " + s.path("server") + " " + s.path("server") + "\n" + ref
	if got := s.calls(); got != want {
		t.Errorf("the hooks are called as\n%s\nwant\n%s", got, want)
	}

	s.write(s.path("old"), "7", 0o644)
	if _, ok := s.commit("repo"); ok {
		t.Error("the old hook says no, and the commit comes about")
	}
	if got := s.calls(); got != "old commit" {
		t.Errorf("the hooks are called as %q", got)
	}

	s.uninstall(s.installer("repo"))
	if got := s.tree(hooks); !slices.Equal(got, before) {
		t.Errorf("after uninstalling the directory is\n%s\nit was\n%s", strings.Join(got, "\n"), strings.Join(before, "\n"))
	}
}

func TestAHookThatWasSwitchedOffStaysOff(t *testing.T) {
	s := newSandbox(t)
	s.repository("repo")
	s.write(s.path("repo", ".git", "hooks", "pre-commit"), "#!/bin/sh\nexit 9\n", 0o644)
	s.install(s.installer("repo"))
	s.mustCommit("repo", committed)
}

// A link in the work tree may have come with the code: hooks are not written
// through it to where it leads.
func TestHooksDoNotFollowALinkOutOfTheCheckout(t *testing.T) {
	for name, test := range map[string]struct {
		hooks, link, target string
		fine                bool
	}{
		"a directory":        {hooks: "hk", fine: true},
		"a link in the tree": {hooks: "hk", link: "hk", target: "real", fine: true},
		"a link out of it":   {hooks: "hk", link: "hk", target: "../outside"},
		"above":              {hooks: "up/hk", link: "up", target: "../outside"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSandbox(t)
			s.repository("repo")
			for _, dir := range []string{s.path("outside"), s.path("repo", "real")} {
				if err := os.MkdirAll(dir, 0o755); err != nil {
					t.Fatal(err)
				}
			}
			if test.link != "" {
				if err := os.Symlink(filepath.FromSlash(test.target), s.path("repo", test.link)); err != nil {
					t.Skip("no links: ", err)
				}
			}
			config, err := os.OpenFile(s.path("repo", ".git", "config"), os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			_, err = config.WriteString("[core]\n\thooksPath = " + test.hooks + "\n")
			if err := errors.Join(err, config.Close()); err != nil {
				t.Fatal(err)
			}
			_, err = s.installer("repo").Install(t.Context())
			if (err == nil) != test.fine || err != nil && !errors.Is(err, atomicfile.ErrOutside) {
				t.Errorf("error %v", err)
			}
			if entries, err := os.ReadDir(s.path("outside")); err != nil || len(entries) > 0 {
				t.Errorf("outside there is %v (%v)", entries, err)
			}
		})
	}
}

func TestInstallingTwiceChangesNothing(t *testing.T) {
	s := newSandbox(t)
	s.repository("repo")
	s.write(s.path("repo", ".git", "hooks", "pre-commit"), "#!/bin/sh\n", 0o755)
	s.install(s.installer("repo"))
	before := s.tree(s.path("repo", ".git", "hooks"))
	if lines := s.install(s.installer("repo")); !strings.HasPrefix(lines[0], "already installed") {
		t.Errorf("says %q", lines)
	}
	if got := s.tree(s.path("repo", ".git", "hooks")); !slices.Equal(got, before) {
		t.Error("the second time changes the directory")
	}
}

func TestAMovedProgramIsInstalledAnew(t *testing.T) {
	s := newSandbox(t)
	s.repository("repo")
	old := s.installer("repo")
	old.Program = s.path("gone", "momentolint")
	s.install(old)
	if out, ok := s.commit("repo"); ok || !strings.Contains(out, "momentolint is not installed any more") {
		t.Errorf("without the program the commit says %q, comes about: %v", out, ok)
	}
	t.Setenv("PATH", filepath.Dir(s.program)+string(os.PathListSeparator)+os.Getenv("PATH"))
	s.mustCommit("repo", committed)
	if lines := s.install(s.installer("repo")); !strings.HasPrefix(lines[0], "updated ") {
		t.Errorf("says %q", lines)
	}
}

func TestADryRunOnlySays(t *testing.T) {
	s := newSandbox(t)
	s.repository("repo")
	s.write(s.path("repo", ".git", "hooks", "pre-push"), "#!/bin/sh\n", 0o755)
	before := s.tree(s.path("repo", ".git"))
	i := s.installer("repo")
	i.DryRun = true
	lines := s.install(i)
	if len(lines) != 2 || !strings.HasPrefix(lines[0], "would have installed") || !strings.Contains(lines[1], "pre-push.before-momentolint") {
		t.Errorf("says %q", lines)
	}
	if got := s.tree(s.path("repo", ".git")); !slices.Equal(got, before) {
		t.Error("a dry run changes the repository")
	}

	i.DryRun = false
	s.install(i)
	i.DryRun = true
	before = s.tree(s.path("repo", ".git"))
	if lines := s.uninstall(i); len(lines) != 2 || !strings.HasPrefix(lines[0], "would have removed") {
		t.Errorf("says %q", lines)
	}
	if got := s.tree(s.path("repo", ".git")); !slices.Equal(got, before) {
		t.Error("a dry run of uninstalling changes the repository")
	}
}

func TestOnlyTheEventsAskedForAreTouched(t *testing.T) {
	s := newSandbox(t)
	s.repository("repo")
	i := s.installer("repo")
	i.Events = []Event{PrePush}
	s.install(i)
	s.mustCommit("repo", "")
	s.install(s.installer("repo"))
	s.uninstall(i)
	s.mustCommit("repo", committed)
}

func TestUninstallingLeavesOthersAlone(t *testing.T) {
	s := newSandbox(t)
	s.repository("repo")
	s.write(s.path("repo", ".git", "hooks", "pre-commit"), "#!/bin/sh\n", 0o755)
	before := s.tree(s.path("repo", ".git", "hooks"))
	if lines := s.uninstall(s.installer("repo")); !slices.Equal(lines, []string{"not installed"}) {
		t.Errorf("says %q", lines)
	}
	if got := s.tree(s.path("repo", ".git", "hooks")); !slices.Equal(got, before) {
		t.Error("somebody else's hook is touched")
	}
}

// A hook that was there, ours on top, and then a third one written over it:
// nobody can tell what is meant, so nothing is lost.
func TestTwoForeignHooksAreNotThrownTogether(t *testing.T) {
	s := newSandbox(t)
	s.repository("repo")
	path := s.path("repo", ".git", "hooks", "pre-commit")
	s.write(path, "#!/bin/sh\n# third\n", 0o755)
	s.write(path+suffix, "#!/bin/sh\n# first\n", 0o755)
	if _, err := s.installer("repo").Install(t.Context()); err == nil || !strings.Contains(err.Error(), "in the way") {
		t.Errorf("says %v", err)
	}
	if s.read(path) != "#!/bin/sh\n# third\n" || s.read(path+suffix) != "#!/bin/sh\n# first\n" {
		t.Error("a hook is lost")
	}
}

func TestSkippingOnceSkipsOnlyMomentolint(t *testing.T) {
	s := newSandbox(t)
	s.repository("repo")
	s.write(s.path("repo", ".git", "hooks", "pre-commit"), "#!/bin/sh\necho old >>'"+filepath.ToSlash(s.notes)+"'\n", 0o755)
	s.install(s.installer("repo"))
	t.Setenv("MOMENTOLINT_SKIP", "1")
	s.mustCommit("repo", "old")
}

// thorough reports that the integration tests run, and with them the cases that
// cost many processes and tell less.
var thorough = false

func TestTheHooksDirectoryIsTheOneThatGitUses(t *testing.T) {
	for name, prepare := range map[string]func(s *sandbox) (installIn, commitIn string){
		"from a directory inside": func(s *sandbox) (string, string) {
			s.write(s.path("repo", "a", "b", "file"), "", 0o644)
			return "repo/a/b", "repo"
		},
		"from a linked worktree": func(s *sandbox) (string, string) {
			s.git("repo", "worktree", "add", "-q", s.path("linked"), "-b", "linked")
			return "linked", "repo"
		},
		"for a linked worktree": func(s *sandbox) (string, string) {
			s.git("repo", "worktree", "add", "-q", s.path("linked"), "-b", "linked")
			return "repo", "linked"
		},
		"core.hooksPath, absolute": func(s *sandbox) (string, string) {
			s.git("repo", "config", "core.hooksPath", s.path("elsewhere"))
			return "repo", "repo"
		},
		"core.hooksPath, relative, from a directory inside": func(s *sandbox) (string, string) {
			s.git("repo", "config", "core.hooksPath", ".githooks")
			s.write(s.path("repo", "a", "file"), "", 0o644)
			return "repo/a", "repo"
		},
		"a submodule": func(s *sandbox) (string, string) {
			s.repository("library")
			s.git("repo", "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", s.path("library"), "library")
			return "repo/library", "repo/library"
		},
		"a repository whose directory is elsewhere": func(s *sandbox) (string, string) {
			s.git("", "init", "-q", "--separate-git-dir", s.path("store.git"), "apart")
			return "apart", "apart"
		},
	} {
		if !thorough && !slices.Contains([]string{"from a linked worktree", "core.hooksPath, relative, from a directory inside"}, name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			s := newSandbox(t)
			s.repository("repo")
			installIn, commitIn := prepare(s)
			t.Setenv("PATH", filepath.Dir(s.program)+string(os.PathListSeparator)+os.Getenv("PATH"))
			s.install(s.installer(installIn))
			s.mustCommit(commitIn, committed)
			s.uninstall(s.installer(installIn))
			s.mustCommit(commitIn, "")
		})
	}
}

func TestABareRepositoryGetsItsHooks(t *testing.T) {
	s := newSandbox(t)
	s.git("", "init", "-q", "--bare", "bare")
	i := s.installer("bare")
	i.gitVersion = &version{2, 54} // no hook of the configuration: it may be read by another git
	lines := s.install(i)
	hooks := s.path("bare", "hooks")
	if len(lines) != 1 || !isOurs([]byte(s.read(filepath.Join(hooks, "pre-receive")))) || len(s.tree(hooks)) != 1 {
		t.Errorf("says %q, has %q", lines, s.tree(hooks))
	}
	if again := s.install(s.installer("bare")); len(again) != 1 || !strings.HasPrefix(again[0], "already installed") {
		t.Errorf("a second time: %q", again)
	}
	if s.uninstall(s.installer("bare")); len(s.tree(hooks)) != 0 {
		t.Errorf("uninstalled, but there is %q", s.tree(hooks))
	}
	// Gitea owns pre-receive, and runs the files of pre-receive.d.
	s.write(filepath.Join(hooks, "pre-receive"), "#!/bin/sh\n", 0o755)
	s.write(filepath.Join(hooks, "pre-receive.d", "gitea"), "#!/bin/sh\n", 0o755)
	before := s.tree(hooks)
	s.install(s.installer("bare"))
	if got := s.tree(hooks); len(got) != 3 || !isOurs([]byte(s.read(filepath.Join(hooks, "pre-receive.d", "momentolint")))) {
		t.Errorf("with a directory of hooks: %q", got)
	}
	if s.uninstall(s.installer("bare")); !slices.Equal(s.tree(hooks), before) {
		t.Errorf("uninstalled, but there is %q, want %q", s.tree(hooks), before)
	}
}

func TestTheHookOfAServerIsInstalledAlone(t *testing.T) {
	s := newSandbox(t)
	s.repository("repo")
	i := s.installer("repo")
	i.Events = []Event{PreReceive, PreCommit}
	if lines, err := i.Install(t.Context()); err == nil {
		t.Errorf("says %q", lines)
	}
	i.Events = []Event{PreReceive}
	s.install(i)
	if got := s.read(s.path("repo", ".git", "hooks", "pre-receive")); !strings.Contains(got, "hook run pre-receive") || strings.Contains(got, "MOMENTOLINT_SKIP") {
		t.Errorf("the hook:\n%s", got)
	}
}

// Lines that users added to the file, wherever, outlive an installation and the
// removal, and run only if momentolint lets the commit pass.
func TestLinesThatUsersAddedStay(t *testing.T) {
	note := func(s *sandbox, text string) string {
		return "if true; then\n\techo " + text + " >>'" + filepath.ToSlash(s.notes) + "'\nfi\n"
	}
	for name, before := range map[string]bool{"alone": false, "with a hook that was there before": true} {
		t.Run(name, func(t *testing.T) {
			s := newSandbox(t)
			s.repository("repo")
			hook := s.path("repo", ".git", "hooks", "pre-commit")
			old := ""
			if before {
				s.write(hook, "#!/bin/sh\n"+note(s, "old"), 0o755)
				old = "old\n"
			}
			s.install(s.installer("repo"))
			script := s.read(hook)
			first, rest, _ := strings.Cut(script, "\n")
			s.write(hook, first+"\n"+note(s, "top")+rest+note(s, "end"), 0o755)
			s.mustCommit("repo", "top\n"+old+committed+"\nend")

			moved := s.installer("repo")
			moved.Program = s.path("moved", "momentolint")
			s.write(moved.Program, s.read(s.program), 0o755)
			s.install(moved)
			s.mustCommit("repo", old+committed+"\ntop\nend")
			if lines := s.install(moved); !strings.HasPrefix(lines[0], "already installed") {
				t.Errorf("a second time: %q", lines)
			}
			s.refuse()
			if out, ok := s.commit("repo"); ok {
				t.Errorf("the commit comes about although momentolint says no: %s", out)
			}
			s.calls()

			s.uninstall(s.installer("repo"))
			s.mustCommit("repo", old+"top\nend")
			if got := s.read(hook); isOurs([]byte(got)) || strings.Contains(got, "program") {
				t.Errorf("after the removal:\n%s", got)
			}
		})
	}
}

// Hooks that are committed must work on other computers.
func TestHooksInTheWorkTreeNameNoPathOfThisComputer(t *testing.T) {
	s := newSandbox(t)
	s.repository("repo")
	s.git("repo", "config", "core.hooksPath", ".githooks")
	s.install(s.installer("repo"))
	if content := s.read(s.path("repo", ".githooks", "pre-commit")); strings.Contains(content, s.dir) {
		t.Errorf("the hook names a path of this computer:\n%s", content)
	}
}

func TestADirectoryForAllRepositoriesNeedsToBeMeant(t *testing.T) {
	s := newSandbox(t)
	s.repository("repo")
	s.git("", "config", "--global", "core.hooksPath", "~/hooks")
	if _, err := s.installer("repo").Install(t.Context()); err == nil || !strings.Contains(err.Error(), "--global") {
		t.Errorf("says %v", err)
	}
	if _, err := os.Stat(filepath.Join(s.home, "hooks")); err == nil {
		t.Error("something is written nevertheless")
	}
	i := s.installer("repo")
	i.Global = true
	s.install(i)
	s.mustCommit("repo", committed)
	if lines := s.uninstall(s.installer("repo")); !slices.Equal(lines, []string{"not installed"}) {
		t.Errorf("uninstalling from one repository says %q", lines)
	}
	s.uninstall(i)
	s.mustCommit("repo", "")
}

func TestAllRepositoriesNeedANewGitOrADirectory(t *testing.T) {
	s := newSandbox(t)
	s.repository("repo")
	i := s.installer("repo")
	i.Global = true
	if _, err := i.Install(t.Context()); err == nil || !strings.Contains(err.Error(), "git 2.54") {
		t.Errorf("says %v", err)
	}
}

func TestManagersAreLeftInCharge(t *testing.T) {
	for name, tt := range map[string]struct {
		prepare func(s *sandbox)
		manager Manager
		snippet []string
	}{
		"pre-commit": {
			func(s *sandbox) { s.write(s.path("repo", ".pre-commit-config.yaml"), "repos: []\n", 0o644) },
			PreCommitFramework, []string{"rev: v1.2.3", "- id: momentolint\n", "- id: momentolint-pre-push\n", "pre-commit install --hook-type pre-commit --hook-type pre-push"},
		},
		"husky 9": {
			func(s *sandbox) { s.git("repo", "config", "core.hooksPath", ".husky/_") },
			Husky, []string{".husky/pre-commit", "momentolint hook run pre-commit\n", `momentolint hook run pre-push "$@"`},
		},
		"husky, not yet set up": {
			func(s *sandbox) { s.write(s.path("repo", ".husky", "pre-commit"), "npm test\n", 0o644) },
			Husky, []string{".husky/pre-commit"},
		},
		"husky in a directory": {
			func(s *sandbox) { s.git("repo", "config", "core.hooksPath", "web/.husky/_") },
			Husky, []string{".husky/pre-commit"},
		},
		"lefthook": {
			func(s *sandbox) { s.write(s.path("repo", "lefthook.yml"), "", 0o644) },
			Lefthook, []string{"run: momentolint hook run pre-push {1} {2}\n        use_stdin: true", "lefthook install"},
		},
		"lefthook, hidden": {
			func(s *sandbox) { s.write(s.path("repo", ".lefthook.toml"), "", 0o644) },
			Lefthook, []string{"lefthook install"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSandbox(t)
			s.repository("repo")
			tt.prepare(s)
			before := s.tree(s.path("repo"))
			_, err := s.installer("repo").Install(t.Context())
			var managed *ManagedError
			if !errors.As(err, &managed) || managed.Manager != tt.manager {
				t.Fatalf("says %v", err)
			}
			for _, want := range tt.snippet {
				if !strings.Contains(managed.Snippet, want) {
					t.Errorf("the snippet lacks %q:\n%s", want, managed.Snippet)
				}
			}
			if got := s.tree(s.path("repo")); !slices.Equal(got, before) {
				t.Error("something is written nevertheless")
			}
		})
	}
}

func TestASnippetForAnUnreleasedVersionSaysSo(t *testing.T) {
	if got := PreCommitFramework.Snippet(Events(), "v0.0.0-20261123-abcdef"); !strings.Contains(got, "rev: vX.Y.Z # the newest release") {
		t.Errorf("the snippet is\n%s", got)
	}
}

// newGit makes the installer believe in a git that has hooks in its
// configuration. The settings are real ones, read back by the real git.
func newGit(i *Installer) *Installer {
	i.gitVersion = &version{2, 54}
	return i
}

func TestNewGitGetsItsHooksInTheConfiguration(t *testing.T) {
	s := newSandbox(t)
	s.repository("repo")
	// Managers are no hindrance: these hooks run beside theirs.
	s.write(s.path("repo", "lefthook.yml"), "", 0o644)
	s.git("repo", "config", "hook.other.command", "true")
	before := s.git("repo", "config", "--local", "--list")

	if lines := s.install(newGit(s.installer("repo"))); len(lines) != 2 || lines[0] != "set hook.momentolint-pre-commit in git's local configuration" {
		t.Errorf("says %q", lines)
	}
	if got := s.git("repo", "config", "--local", "hook.momentolint-pre-push.event"); got != "pre-push" {
		t.Errorf("the event is %q", got)
	}
	// git hands the command to the shell and adds the hook's arguments.
	command := s.git("repo", "config", "--local", "hook.momentolint-pre-push.command")
	out, err := exec.CommandContext(t.Context(), "sh", "-c", command+` "$@"`, "sh", "origin", "URL").CombinedOutput()
	if got := s.calls(); err != nil || got != "hook run pre-push origin URL" {
		t.Errorf("the command %s calls momentolint as %q: %v %s", command, got, err, out)
	}
	if lines := s.install(newGit(s.installer("repo"))); !slices.Equal(lines, []string{"already installed in git's configuration"}) {
		t.Errorf("the second time it says %q", lines)
	}
	// Where the git of this computer is that new, it must do as it is told.
	actual, err := git{s.path("repo")}.version(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !actual.before(configHooks) {
		s.mustCommit("repo", committed)
		s.refuse()
		if out, ok := s.commit("repo"); ok {
			t.Errorf("the commit comes about although momentolint says no: %s", out)
		}
		s.calls()
	}
	if lines := s.uninstall(newGit(s.installer("repo"))); len(lines) != 2 {
		t.Errorf("says %q", lines)
	}
	if got := s.git("repo", "config", "--local", "--list"); got != before {
		t.Errorf("after uninstalling the configuration is\n%s\nit was\n%s", got, before)
	}
	if lines := s.uninstall(newGit(s.installer("repo"))); !slices.Equal(lines, []string{"not installed"}) {
		t.Errorf("says %q", lines)
	}
}

func TestNewGitServesAllRepositories(t *testing.T) {
	s := newSandbox(t)
	i := newGit(s.installer(""))
	i.Global = true
	s.install(i)
	if got := s.git("", "config", "--global", "hook.momentolint-pre-commit.event"); got != "pre-commit" {
		t.Errorf("the event is %q", got)
	}
	s.uninstall(i)
	if out, err := s.tryGit("", "config", "--global", "--get-regexp", "^hook"); err == nil {
		t.Errorf("left behind: %s", out)
	}
}

func TestAnUpgradeOfGitDoesNotRunTheHookTwice(t *testing.T) {
	s := newSandbox(t)
	s.repository("repo")
	s.write(s.path("repo", ".git", "hooks", "pre-commit"), "#!/bin/sh\n# old\n", 0o755)
	s.install(s.installer("repo"))
	s.install(newGit(s.installer("repo")))
	if got := s.read(s.path("repo", ".git", "hooks", "pre-commit")); got != "#!/bin/sh\n# old\n" {
		t.Errorf("the hook file is\n%s", got)
	}
	if _, err := os.Stat(s.path("repo", ".git", "hooks", "pre-push")); err == nil {
		t.Error("the hook file of pre-push is still there")
	}
}

func TestOutsideOfARepositoryGitsOwnWordsAreShown(t *testing.T) {
	s := newSandbox(t)
	t.Setenv("GIT_CEILING_DIRECTORIES", s.dir)
	if _, err := s.installer("home").Install(t.Context()); err == nil || !strings.Contains(err.Error(), "not a git repository") {
		t.Errorf("says %v", err)
	}
	if _, err := (&Installer{Dir: s.path("nowhere"), Program: s.program}).Install(t.Context()); err == nil {
		t.Error("a directory that does not exist is taken")
	}
}

func TestACancelledInstallationSaysSo(t *testing.T) {
	s := newSandbox(t)
	s.repository("repo")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.installer("repo").Install(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("says %v", err)
	}
}

func TestALinkIntoNowhereIsSomebodysHook(t *testing.T) {
	s := newSandbox(t)
	s.repository("repo")
	hooks := s.path("repo", ".git", "hooks")
	if err := os.MkdirAll(hooks, 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(s.path("not", "mounted"), filepath.Join(hooks, "pre-commit")); err != nil {
		t.Fatal(err)
	}
	before := s.tree(hooks)
	s.install(s.installer("repo"))
	s.mustCommit("repo", committed) // git ignores such a hook, too
	s.uninstall(s.installer("repo"))
	if got := s.tree(hooks); !slices.Equal(got, before) {
		t.Errorf("after uninstalling the directory is %q, it was %q", got, before)
	}
}
