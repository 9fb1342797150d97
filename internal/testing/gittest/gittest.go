// Package gittest makes real git repositories for tests: with the git that is
// installed, in the test's own directory, independent of whoever runs the test.
package gittest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Repo is a repository of a test.
type Repo struct {
	// Dir is the work tree, or the repository itself if it is bare.
	Dir string
	// Env is added to git's environment.
	Env []string

	t testing.TB
	// clock numbers the commits; each is a minute later than the one before.
	clock int
}

// Env is an environment in which git reads no configuration but the repository's
// own, asks nobody, and knows no repository.
func Env(t testing.TB) []string {
	t.Helper()
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "GIT_") {
			env = append(env, v)
		}
	}
	return append(env,
		"GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "HOME="+noHome(),
		"GIT_TERMINAL_PROMPT=0", "LC_ALL=C",
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.com",
		"GIT_COMMITTER_NAME=Con", "GIT_COMMITTER_EMAIL=con@example.com")
}

// Isolate sets the process's environment likewise, for tests of code that
// calls git itself.
func Isolate(t testing.TB) {
	t.Helper()
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "GIT_") {
			// Setenv restores it at the test's end; unset it until then.
			t.Setenv(name, "")
			if err := os.Unsetenv(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	t.Setenv("HOME", noHome())
}

// noHome is a directory that does not exist.
func noHome() string { return filepath.Join(os.TempDir(), "no-home-for-git") }

// New makes a repository; args go to "git init".
func New(t testing.TB, args ...string) *Repo {
	t.Helper()
	r := &Repo{Dir: t.TempDir(), t: t}
	r.Git(append([]string{"init", "-q", "-b", "main"}, args...)...)
	return r
}

// Open uses a repository that exists.
func Open(t testing.TB, dir string) *Repo { return &Repo{Dir: dir, t: t} }

// Command is a git command in the repository, ready to run.
func (r *Repo) Command(args ...string) *exec.Cmd {
	r.t.Helper()
	fixed := []string{
		"-c", "core.fsync=none", "-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "commit.gpgSign=false",
		"-c", "protocol.file.allow=always", "-c", "core.autocrlf=false", "-c", "advice.detachedHead=false",
	}
	cmd := exec.Command("git", append(fixed, args...)...)
	cmd.Dir = r.Dir
	date := fmt.Sprintf("%d +0100", 1_700_000_000+60*r.clock)
	cmd.Env = append(append(Env(r.t), "GIT_AUTHOR_DATE="+date, "GIT_COMMITTER_DATE="+date), r.Env...)
	return cmd
}

// Git runs git and returns its output without the newline at the end. The test
// fails if git does.
func (r *Repo) Git(args ...string) string {
	r.t.Helper()
	return r.GitInput("", args...)
}

// GitInput is Git with something on standard input.
func (r *Repo) GitInput(input string, args ...string) string {
	r.t.Helper()
	out, err := r.Try(input, args...)
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

// Try is GitInput for commands that may fail.
func (r *Repo) Try(input string, args ...string) (string, error) {
	r.t.Helper()
	cmd := r.Command(args...)
	cmd.Stdin = strings.NewReader(input)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("git %s: %w\n%s", strings.Join(args, " "), err, errs.String())
	}
	return strings.TrimSuffix(out.String(), "\n"), nil
}

// Path returns the path of something in the repository's directory.
func (r *Repo) Path(elem ...string) string {
	return filepath.Join(append([]string{r.Dir}, elem...)...)
}

// Write writes a file of the work tree.
func (r *Repo) Write(name, content string) {
	r.t.Helper()
	path := r.Path(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// Remove deletes a file or directory of the work tree.
func (r *Repo) Remove(name string) {
	r.t.Helper()
	if err := os.RemoveAll(r.Path(name)); err != nil {
		r.t.Fatal(err)
	}
}

// Commit commits the whole work tree and returns the commit's id.
func (r *Repo) Commit(message string) string {
	r.t.Helper()
	r.Git("add", "-A")
	return r.CommitIndex(message)
}

// CommitIndex commits what is staged.
func (r *Repo) CommitIndex(message string) string {
	r.t.Helper()
	r.clock++
	r.GitInput(message, "commit", "-q", "--allow-empty", "--allow-empty-message", "--no-verify", "-F", "-")
	return r.Git("rev-parse", "HEAD")
}

// Importer writes commits for "git fast-import": hundreds in one go.
type Importer struct {
	stream bytes.Buffer
	clock  int
}

// Commit starts a commit on a branch. from is "" for the branch's last commit, or
// a name that git fast-import understands; so are merges. The files follow.
func (i *Importer) Commit(branch, message, from string, merges ...string) {
	i.clock++
	date := fmt.Sprintf("%d +0100", 1_700_000_000+60*i.clock)
	_, _ = fmt.Fprintf(&i.stream, "commit refs/heads/%s\nmark :%d\nauthor Ada <ada@example.com> %s\n", branch, i.clock, date)
	_, _ = fmt.Fprintf(&i.stream, "committer Con <con@example.com> %s\n", date)
	i.data(message)
	if from != "" {
		_, _ = fmt.Fprintf(&i.stream, "from %s\n", from)
	}
	for _, m := range merges {
		_, _ = fmt.Fprintf(&i.stream, "merge %s\n", m)
	}
}

// Mark names the last commit, for use in from and merges.
func (i *Importer) Mark() string { return fmt.Sprintf(":%d", i.clock) }

// File adds or changes a file of the commit. The mode is 100644, 100755 or 120000.
func (i *Importer) File(mode, name, content string) {
	_, _ = fmt.Fprintf(&i.stream, "M %s inline %q\n", mode, name)
	i.data(content)
}

// Submodule adds or changes a submodule of the commit.
func (i *Importer) Submodule(name, commit string) {
	_, _ = fmt.Fprintf(&i.stream, "M 160000 %s %q\n", commit, name)
}

// Remove removes a file or directory.
func (i *Importer) Remove(name string) { _, _ = fmt.Fprintf(&i.stream, "D %q\n", name) }

// Tag adds an annotated tag.
func (i *Importer) Tag(name, from, message string) {
	_, _ = fmt.Fprintf(&i.stream, "tag %s\nfrom %s\ntagger Tag <tag@example.com> 1700000000 +0000\n", name, from)
	i.data(message)
}

func (i *Importer) data(s string) { _, _ = fmt.Fprintf(&i.stream, "data %d\n%s\n", len(s), s) }

// Import adds what was written to the repository, as a pack or, which takes
// much longer, as loose objects. The work tree and the index stay as they are.
func (r *Repo) Import(i *Importer, packed bool) {
	r.t.Helper()
	r.ImportMarks(i, packed, "")
}

// ImportMarks is Import, and writes "mark id" lines to a file, if it is named.
// (git renames a new file over it, so it must not be the null device.)
func (r *Repo) ImportMarks(i *Importer, packed bool, marks string) {
	r.t.Helper()
	limit := "fastimport.unpackLimit=1000000"
	if packed {
		limit = "fastimport.unpackLimit=1"
	}
	args := []string{"-c", limit, "fast-import", "--quiet", "--force"}
	if marks != "" {
		args = append(args, "--export-marks="+marks)
	}
	r.GitInput(i.stream.String(), args...)
	r.clock += i.clock
}

// Tick lets a minute pass, for commands that make commits by themselves.
func (r *Repo) Tick() { r.clock++ }

// Blob stores content as a blob and returns its id.
func (r *Repo) Blob(content string) string {
	r.t.Helper()
	return r.GitInput(content, "hash-object", "-w", "--stdin")
}

// Object is what git says about an object.
type Object struct {
	Type, Data string
}

// Objects returns everything in the object store, as git reads it.
func (r *Repo) Objects() map[string]Object {
	r.t.Helper()
	cmd := r.Command("cat-file", "--batch-all-objects", "--batch", "--buffer", "--unordered")
	out, err := cmd.Output()
	if err != nil {
		r.t.Fatal(err)
	}
	all := map[string]Object{}
	for len(out) > 0 {
		line, rest, _ := bytes.Cut(out, []byte{'\n'})
		var id, kind string
		var size int
		if _, err := fmt.Sscan(string(line), &id, &kind, &size); err != nil {
			r.t.Fatalf("%q: %v", line, err)
		}
		all[id] = Object{kind, string(rest[:size])}
		out = rest[size+1:]
	}
	return all
}
