package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// desk is a repository with momentolint's hooks and a remote that has its main branch.
type desk struct {
	t           *testing.T
	dir, server string
	env         []string
}

func newDesk(t *testing.T, init ...string) *desk {
	t.Helper()
	d := &desk{t: t, dir: t.TempDir(), server: t.TempDir()}
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "GIT_") && !strings.HasPrefix(v, "MOMENTOLINT_") && !strings.HasPrefix(v, "PRE_COMMIT") {
			d.env = append(d.env, v)
		}
	}
	home := t.TempDir()
	// No sample hooks, no cleaning up, nothing kept over a power cut: processes cost time.
	settings := "[init]\n\ttemplateDir =\n[maintenance]\n\tauto = false\n[gc]\n\tauto = 0\n[core]\n\tfsync = none\n"
	if err := os.WriteFile(filepath.Join(home, ".gitconfig"), []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	d.env = append(d.env, asProgram+"=1", "HOME="+home, "XDG_CONFIG_HOME="+home, "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.com", "GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.com")
	d.git(append([]string{"init", "-q", "-b", "main"}, init...)...)
	if out, err := d.in(d.server, "git", append([]string{"init", "-q", "--bare", "-b", "main"}, init...)...); err != nil {
		t.Fatalf("making the server: %v\n%s", err, out)
	}
	d.git("remote", "add", "origin", d.server)
	d.write("README.md", "nothing here\n")
	d.git("add", ".")
	d.git("commit", "-q", "-m", "start")
	d.git("push", "-q", "origin", "main")
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if out, err := d.in(d.dir, program, "hook", "install"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return d
}

// in runs a program in a directory and returns all that it prints.
func (d *desk) in(dir, program string, args ...string) (string, error) {
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Env = dir, d.env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (d *desk) git(args ...string) string {
	d.t.Helper()
	out, err := d.in(d.dir, "git", args...)
	if err != nil {
		d.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(out)
}

func (d *desk) write(name, text string) {
	d.t.Helper()
	path := filepath.Join(d.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		d.t.Fatal(err)
	}
}

// blocked runs git, which a hook must stop with a message that says where the
// secret is and not what it is.
func (d *desk) blocked(secret, where string, args ...string) string {
	d.t.Helper()
	out, err := d.in(d.dir, "git", args...)
	switch {
	case err == nil:
		d.t.Errorf("git %v passes\n%s", args, out)
	case !strings.Contains(out, "momentolint blocked") || !strings.Contains(out, where) || !strings.Contains(out, "--no-verify"):
		d.t.Errorf("git %v: %v, without %q or a way out:\n%s", args, err, where, out)
	case strings.Contains(out, secret):
		d.t.Errorf("git %v shows the credential", args)
	}
	return out
}

// passes runs git, to which the hooks must say nothing.
func (d *desk) passes(args ...string) {
	d.t.Helper()
	out, err := d.in(d.dir, "git", args...)
	if err != nil || strings.Contains(out, "momentolint") {
		d.t.Errorf("git %v: %v\n%s", args, err, out)
	}
}

func zipped(t *testing.T, name, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestACommitWithACredentialIsRefusedHoweverItHides(t *testing.T) {
	key := ct.V2(ct.Options{Seed: "hook"})
	third := len(key) / 3
	for name, tt := range map[string]struct{ file, text, where string }{
		"plain":             {"conf/.env", "A=1\nMOMENTO_API_KEY=" + key + "\n", "conf/.env:2:17"},
		"marked -diff":      {"dump.lock", key + "\n", "dump.lock:1:1"},
		"in a zip":          {"deploy/app.zip", zipped(t, "conf/.env", "K="+key), "deploy/app.zip!conf/.env:1:3"},
		"split over lines":  {"key.js", "const k = \"" + key[:third] + "\" +\n  \"" + key[third:2*third] + "\" +\n  \"" + key[2*third:] + "\";\n", "key.js:1:12"},
		"a name with bytes": {"od\"d näme\t.env", key, "od"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.write(".gitattributes", "*.lock -diff\n")
			d.write(tt.file, tt.text)
			d.git("add", ".")
			d.blocked(key, tt.where, "commit", "-m", "leak")
		})
	}
}

func TestARefusalStaysShort(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	key := ct.V2(ct.Options{Seed: "everywhere"})
	for i := range 7 {
		d.write(fmt.Sprintf("copy%d.env", i), "K="+key+"\n")
	}
	d.git("add", ".")
	out := d.blocked(key, "copy0.env:1:3", "commit", "-m", "copies")
	if got := strings.Count(out, ".env:1:3"); got != 5 || !strings.Contains(out, "… and at 2 more\n") {
		t.Errorf("%d of 7 copies are shown, or what is left out is not said:\n%s", got, out)
	}
	for i := range 6 {
		d.write(fmt.Sprintf("other%d.env", i), "K="+ct.V2(ct.Options{Seed: fmt.Sprint("other", i)})+"\n")
	}
	d.git("add", ".")
	out = d.blocked(key, ".env:1:3", "commit", "-m", "many")
	if got := strings.Count(out, "●"); got != 5 || !strings.Contains(out, "… and 2 more like these\n") {
		t.Errorf("%d of 7 credentials are shown, or what is left out is not said:\n%s", got, out)
	}
}

func TestTheCommitHookLooksAtWhatIsStaged(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	key := ct.V2(ct.Options{Seed: "staged"})
	d.write("app.env", "KEY="+key+"\n")
	d.passes("commit", "-q", "--allow-empty", "-m", "it is only in the directory")
	d.git("add", "app.env")
	d.write("app.env", "KEY=\n")
	d.blocked(key, "app.env:1:5", "commit", "-m", "staged before it was cleaned")
	d.git("add", "app.env")
	d.passes("commit", "-q", "-m", "clean")

	d.write("app.env", "KEY="+key+"\n")
	d.blocked(key, "app.env:1:5", "commit", "-a", "-m", "with -a")
	d.blocked(key, "app.env:1:5", "commit", "-m", "by name", "app.env")
	d.write("sub/other.txt", "fine\n")
	d.git("add", "sub")
	d.passes("commit", "-q", "-m", "another file by name", "sub/other.txt")

	out, err := d.in(filepath.Join(d.dir, "sub"), "git", "commit", "-a", "-m", "from below")
	if err == nil || !strings.Contains(out, "app.env:1:5") {
		t.Errorf("from a directory below: %v\n%s", err, out)
	}
	tree := filepath.Join(t.TempDir(), "tree")
	d.git("worktree", "add", "-q", tree, "-b", "other")
	if err := os.WriteFile(filepath.Join(tree, "tree.env"), []byte(key), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := d.in(tree, "git", "add", "."); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if out, err := d.in(tree, "git", "commit", "-m", "in a linked work tree"); err == nil || !strings.Contains(out, "tree.env:1:1") {
		t.Errorf("in a linked work tree: %v\n%s", err, out)
	}
}

func TestAPushWithACredentialIsRefusedWhereverItIs(t *testing.T) {
	key := ct.V2(ct.Options{Seed: "push"})
	commit := func(d *desk, name, text, message string) {
		d.write(name, text)
		d.git("add", ".")
		d.git("commit", "-q", "--no-verify", "-m", message)
	}
	for name, tt := range map[string]struct {
		prepare func(d *desk)
		push    []string
		where   string
	}{
		"in a commit that a later one cleans": {func(d *desk) {
			commit(d, "app.env", key, "leak")
			commit(d, "app.env", "", "clean")
		}, []string{"push", "origin", "main"}, "app.env:1:1"},
		"in a merge commit alone": {func(d *desk) {
			d.git("checkout", "-q", "-b", "topic")
			commit(d, "topic", "1", "topic")
			d.git("checkout", "-q", "main")
			commit(d, "main", "1", "main")
			d.git("merge", "-q", "--no-ff", "--no-commit", "topic")
			commit(d, "merged.env", key, "merge")
		}, []string{"push", "origin", "main"}, "merged.env:1:1"},
		"in the second of two branches": {func(d *desk) {
			d.git("branch", "clean")
			commit(d, "app.env", key, "leak")
		}, []string{"push", "origin", "clean", "main:other"}, "app.env:1:1"},
		"in a message": {func(d *desk) {
			commit(d, "a", "1", "use "+key)
		}, []string{"push", "origin", "main"}, "(commit message):1:5"},
		"in a tag's message": {func(d *desk) {
			d.git("tag", "-a", "-m", "use "+key, "v1")
		}, []string{"push", "origin", "v1"}, "(tag message):1:5"},
		"behind a forced push": {func(d *desk) {
			commit(d, "a", "1", "one")
			d.git("push", "-q", "origin", "main")
			d.git("reset", "-q", "--hard", "HEAD~")
			commit(d, "app.env", key, "leak")
		}, []string{"push", "--force", "origin", "main"}, "app.env:1:1"},
		"pushed from a detached HEAD": {func(d *desk) {
			d.git("checkout", "-q", "--detach")
			commit(d, "app.env", key, "leak")
		}, []string{"push", "origin", "HEAD:refs/heads/other"}, "app.env:1:1"},
		"in a zip": {func(d *desk) {
			commit(d, "app.zip", zipped(d.t, ".env", key), "leak")
		}, []string{"push", "origin", "main"}, "app.zip!.env:1:1"},
		"in a commit that another one replaces here": {func(d *desk) {
			commit(d, "app.env", key, "leak")
			d.git("replace", "HEAD", "HEAD~")
		}, []string{"push", "origin", "main:other"}, "app.env:1:1"},
		"behind a commit that is said to be another": {func(d *desk) {
			commit(d, "app.env", key, "leak")
			commit(d, "app.env", "", "clean")
			d.git("replace", "HEAD", d.git("commit-tree", "-p", "HEAD~2", "-m", "other", "HEAD^{tree}"))
		}, []string{"push", "origin", "main"}, "app.env:1:1"},
		"behind a graft": {func(d *desk) {
			commit(d, "app.env", key, "leak")
			commit(d, "app.env", "", "clean")
			d.write(".git/info/grafts", d.git("rev-parse", "HEAD")+" "+d.git("rev-parse", "HEAD~2")+"\n")
		}, []string{"push", "origin", "main"}, "app.env:1:1"},
		"behind a tag that is said to be another": {func(d *desk) {
			commit(d, "app.env", key, "leak")
			d.git("tag", "-a", "-m", "v1", "v1")
			d.git("tag", "-a", "-m", "v1", "other", "HEAD~")
			d.git("replace", "-f", d.git("rev-parse", "v1"), d.git("rev-parse", "other"))
			d.git("reset", "-q", "--hard", "HEAD~")
		}, []string{"push", "origin", "v1"}, "app.env:1:1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			tt.prepare(d)
			d.blocked(key, tt.where, tt.push...)
		})
	}
	t.Run("to an address", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		commit(d, "app.env", key, "leak")
		d.blocked(key, "app.env:1:1", "push", d.server, "main")
	})
	t.Run("in a repository with SHA-256", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, "--object-format=sha256")
		commit(d, "app.env", key, "leak")
		d.blocked(key, "app.env:1:1", "push", "origin", "main:new")
	})
}

func TestHookRunTellsWhatItCannotDo(t *testing.T) {
	for name, tt := range map[string]struct {
		in   string
		args []string
		want string
	}{
		"an event that there is not": {"", []string{"pre-rebase"}, "pre-commit, pre-push or pre-receive"},
		"no event":                   {"", nil, `Run "momentolint hook run --help"`},
		"not what git tells":         {"hello\n", []string{"pre-push", "origin", "x"}, "reading what git pushes, line 1"},
	} {
		t.Run(name, func(t *testing.T) {
			r := call(t, tt.in, nil, append([]string{"hook", "run"}, tt.args...)...)
			if r.code != exitFailed || !strings.Contains(r.stderr, tt.want) {
				t.Errorf("exit %d, want 2 and %q:\n%s", r.code, tt.want, r.stderr)
			}
		})
	}
}
