package fleet

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/gitcmd"
)

// remote is a repository that is cloned by its URL.
func remote(t testing.TB, dir string, secrets []secret) (*repo, Target) {
	t.Helper()
	r := newRepo(t, dir)
	r.commit("Begin", map[string]string{"a.txt": "a\n", "key.env": "KEY=" + secrets[0].text + "\n"})
	target, err := ParseTarget("file://" + filepath.ToSlash(dir))
	if err != nil {
		t.Fatal(err)
	}
	return r, target
}

func newClones(t testing.TB, f *Fleet, dir string, quota int64) *clones {
	t.Helper()
	w, err := f.NewWorker(WorkerOptions{Dir: dir, DiskQuota: quota, ClonesPerHost: 2})
	if err != nil {
		t.Fatal(err)
	}
	return w.clones
}

// runOf returns a run of which only the id matters.
func runOf(id string) *Run { return &Run{record: record{ID: id, Settings: DefaultSettings()}} }

func TestAURLIsClonedAndLaterBroughtUpToDate(t *testing.T) {
	t.Parallel()
	secrets := mint(t, 2)
	dir, home := t.TempDir(), t.TempDir()
	r, target := remote(t, filepath.Join(dir, "a.git"), secrets)
	r.write("refs/pull-not.txt", "")
	if err := os.Remove(filepath.Join(r.dir, "refs", "pull-not.txt")); err != nil {
		t.Fatal(err)
	}
	// A pull request, which hosting services keep for ever.
	main := r.tip
	theirs := r.commit("Not ours", map[string]string{"pull.txt": "KEY=" + secrets[1].text + "\n"})
	r.git("update-ref", "refs/pull/1/head", theirs)
	r.git("update-ref", "refs/heads/main", main)
	r.git("update-ref", "refs/custom/x", main)
	f := shared(t)
	run := orderTargets(t, f, offline(), target)
	work(t, f, WorkerOptions{Run: run.ID, Dir: home})
	got := gather(t, run)
	if got.Summary.Incomplete() || len(got.Findings) != 1 || got.Findings[0].Location.File != target.Name+"/key.env" {
		t.Fatalf("%+v %+v", got.Repositories, got.Findings)
	}
	r.git("update-ref", "refs/heads/second", theirs)
	run = orderTargets(t, f, offline(), target)
	work(t, f, WorkerOptions{Run: run.ID, Dir: home})
	if got := gather(t, run); got.Summary.Incomplete() || len(got.Findings) != 2 {
		t.Errorf("after the second branch: %+v", got.Findings)
	}
}

func TestACloneRunsNothingOfTheRepository(t *testing.T) {
	secrets := mint(t, 1)
	dir, home := t.TempDir(), t.TempDir()
	ran := filepath.Join(dir, "ran")
	hook := "#!/bin/sh\necho hook >> " + ran + "\n"
	r, target := remote(t, filepath.Join(dir, "a.git"), secrets)
	if err := os.MkdirAll(filepath.Join(r.dir, "hooks"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"post-checkout", "post-merge", "reference-transaction", "pre-auto-gc", "post-update", "pre-receive", "update"} {
		r.write("hooks/"+name, hook)
		if err := os.Chmod(filepath.Join(r.dir, "hooks", name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	r.write("config", "[core]\n\trepositoryformatversion = 0\n\tbare = true\n\tfsmonitor = "+ran+".sh\n\talternateRefsCommand = "+ran+".sh\n"+
		"[uploadpack]\n\tpackObjectsHook = "+ran+".sh\n")
	if err := os.WriteFile(ran+".sh", []byte(hook), 0o755); err != nil {
		t.Fatal(err)
	}
	// A user's template with hooks: it is for work, not for scans.
	template := filepath.Join(dir, "template", "hooks")
	if err := os.MkdirAll(template, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(template, "reference-transaction"), []byte(hook), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GIT_TEMPLATE_DIR", filepath.Dir(template))
	f := shared(t)
	run := orderTargets(t, f, offline(), target)
	work(t, f, WorkerOptions{Run: run.ID, Dir: home})
	if got := gather(t, run); got.Summary.Incomplete() || len(got.Findings) != 1 {
		t.Errorf("%+v %+v", got.Repositories, got.Findings)
	}
	if text, err := os.ReadFile(ran); err == nil {
		t.Errorf("something ran: %s", text)
	}
}

// A private repository, served by git over HTTP, is cloned with the user's
// credential helper.
func TestAPrivateRepositoryIsClonedWithTheUsersGitCredentials(t *testing.T) {
	secrets := mint(t, 1)
	dir := t.TempDir()
	remote(t, filepath.Join(dir, "a.git"), secrets)
	programs, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		t.Fatal(err)
	}
	backend := &cgi.Handler{
		Path: filepath.Join(strings.TrimSpace(string(programs)), "git-http-backend"),
		Env:  []string{"GIT_PROJECT_ROOT=" + dir, "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_NOSYSTEM=1", "REMOTE_USER=joe"},
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, ok := r.BasicAuth(); !ok || user != "joe" || password != "pa55" {
			w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		backend.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	target, err := ParseTarget(server.URL + "/a.git")
	if err != nil {
		t.Fatal(err)
	}
	f := shared(t)
	run := orderTargets(t, f, offline(), target)
	work(t, f, WorkerOptions{Run: run.ID})
	got := gather(t, run)
	if r := got.Repositories[0]; r.Status != finding.RepositoryFailed || r.Tries != 1 || !strings.Contains(r.Reason, "could not read Username") {
		t.Errorf("without credentials: %+v", r)
	}
	config := filepath.Join(dir, "gitconfig")
	if err := os.WriteFile(config, []byte("[credential]\n\thelper = \"!f() { echo username=joe; echo password=pa55; }; f\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GIT_CONFIG_GLOBAL", config)
	run = orderTargets(t, f, offline(), target)
	home := t.TempDir()
	work(t, f, WorkerOptions{Run: run.ID, Dir: home})
	if got := gather(t, run); got.Summary.Incomplete() || len(got.Findings) != 1 {
		t.Errorf("with credentials: %+v", got.Repositories)
	}
	// They are not stored anywhere else.
	err = filepath.WalkDir(home, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if text, err := os.ReadFile(path); err != nil || bytes.Contains(text, []byte("pa55")) {
			t.Errorf("%s holds the password, or cannot be read: %v", path, err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestAnInterruptedFetchIsContinued(t *testing.T) {
	t.Parallel()
	secrets := mint(t, 1)
	dir, home := t.TempDir(), t.TempDir()
	r, target := remote(t, filepath.Join(dir, "a.git"), secrets)
	c := newClones(t, shared(t), home, 0)
	repo, release, err := c.get(t.Context(), runOf("run1"), target)
	if err != nil {
		t.Fatal(err)
	}
	release()
	// As after a killed git: the mark, locks, half a pack.
	clone := filepath.Dir(repo)
	for _, name := range []string{cloneOpen, cloneRepo + "/packed-refs.lock", cloneRepo + "/HEAD.lock", cloneRepo + "/objects/pack/tmp_pack_x"} {
		if err := os.WriteFile(filepath.Join(clone, filepath.FromSlash(name)), []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r.commit("More", map[string]string{"b.txt": "b\n"})
	repo, release, err = c.get(t.Context(), runOf("run2"), target)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	mine := &repoDir{t, repo}
	if tip := mine.git("rev-parse", "refs/heads/main"); tip != r.tip {
		t.Errorf("main is at %s, want %s", tip, r.tip)
	}
	for _, name := range []string{cloneOpen, cloneRepo + "/packed-refs.lock", cloneRepo + "/objects/pack/tmp_pack_x"} {
		if _, err := os.Stat(filepath.Join(clone, filepath.FromSlash(name))); err == nil {
			t.Errorf("%s is still there", name)
		}
	}
}

type repoDir struct {
	t   testing.TB
	dir string
}

func (r *repoDir) git(args ...string) string { return (&repo{t: r.t, dir: r.dir}).git(args...) }

func TestTheDiskQuotaEvictsTheLeastRecentlyUsedClones(t *testing.T) {
	t.Parallel()
	secrets := mint(t, 1)
	dir, home := t.TempDir(), t.TempDir()
	f := shared(t)
	c := newClones(t, f, home, 1) // smaller than any clone
	var repos []string
	for i, name := range []string{"a", "b"} {
		_, target := remote(t, filepath.Join(dir, name+".git"), secrets)
		repo, release, err := c.get(t.Context(), runOf("run"), target)
		if err != nil {
			t.Fatal(err)
		}
		repos = append(repos, repo)
		if i == 0 {
			release()
		} else {
			defer release()
		}
	}
	if _, err := os.Stat(repos[0]); err == nil {
		t.Error("the clone that is not used is still there")
	}
	if _, err := os.Stat(filepath.Join(repos[1], "HEAD")); err != nil {
		t.Errorf("the clone that is used is gone: %v", err)
	}
	// One in use survives even a full disk.
	c.evict("", true)
	if _, err := os.Stat(filepath.Join(repos[1], "HEAD")); err != nil {
		t.Errorf("the clone that is used is gone: %v", err)
	}
}

func TestClonesOfOneHostWaitForASlot(t *testing.T) {
	t.Parallel()
	c := newClones(t, shared(t), t.TempDir(), 0)
	var held []*lease
	for range c.perHost {
		l, err := c.slot(t.Context(), "host.example", claimLife)
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, l)
	}
	other, err := c.slot(t.Context(), "other.example", claimLife)
	if err != nil {
		t.Fatal(err)
	}
	other.release(t.Context())
	short, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := c.slot(short, "host.example", claimLife); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("one more than allowed: %v", err)
	}
	held[0].release(t.Context())
	if _, err := c.slot(t.Context(), "host.example", claimLife); err != nil {
		t.Errorf("after a release: %v", err)
	}
}

func TestWhyACloneFailsDecidesWhetherItIsTriedAgain(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		said        string
		final, full bool
	}{
		{"remote: Repository not found.\nfatal: repository 'https://x/' not found", true, false},
		{"fatal: could not read Username for 'https://x': terminal prompts disabled", true, false},
		{"fatal: transport 'ext' not allowed", true, false},
		{"fatal: write error: No space left on device", false, true},
		{"fatal: unable to access 'https://x/': Could not resolve host: x", false, false},
		{"fatal: the remote end hung up unexpectedly", false, false},
	} {
		var f *fault
		if err := gitFault(t.Context(), &gitcmd.Error{Command: "fetch", Stderr: test.said, Err: errors.New("exit status 128")}); !errors.As(err, &f) || f.final != test.final || f.full != test.full {
			t.Errorf("%q: %+v", test.said, f)
		}
	}
}

// git's messages are cut to a maximum length, but not within a credential, whose
// remains would not be recognised.
func TestGitsMessagesContainNoCredential(t *testing.T) {
	t.Parallel()
	secret := mint(t, 1)[0].text
	for end := range 600 {
		err := gitFault(t.Context(), &gitcmd.Error{Command: "fetch", Stderr: "fatal: unable to access 'https://host/" + secret + "': " + strings.Repeat("x", end), Err: errors.New("exit status 128")})
		if strings.Contains(err.Error(), secret[len(secret)-40:len(secret)-8]) {
			t.Fatalf("%d bytes before the end of what git says: the fault shows it", end)
		}
	}
}

func TestARepositoryThatCannotBeClonedIsNamed(t *testing.T) {
	t.Parallel()
	secrets := mint(t, 1)
	dir := t.TempDir()
	_, there := remote(t, filepath.Join(dir, "a.git"), secrets)
	missing, err := ParseTarget("file://" + filepath.ToSlash(filepath.Join(dir, "missing.git")))
	if err != nil {
		t.Fatal(err)
	}
	f := shared(t)
	run := orderTargets(t, f, offline(), there, missing)
	work(t, f, WorkerOptions{Run: run.ID})
	got := gather(t, run)
	if len(got.Findings) != 1 || !got.Summary.Incomplete() {
		t.Errorf("%d findings, incomplete %v", len(got.Findings), got.Summary.Incomplete())
	}
	for _, r := range got.Repositories {
		if failed := r.Status == finding.RepositoryFailed; failed != (r.Name == missing.Name) || failed && (r.Tries != 1 || !strings.Contains(r.Reason, "cloning: ")) {
			t.Errorf("%+v", r)
		}
	}
}

// Stopping a worker properly does not count as a try.
func TestStoppingAWorkerCostsNoTry(t *testing.T) {
	t.Parallel()
	secrets := mint(t, 1)
	dir := t.TempDir()
	_, target := remote(t, filepath.Join(dir, "a.git"), secrets)
	f := connect(t, t.TempDir())
	s := offline()
	s.Tries = 2
	run := orderTargets(t, f, s, target)
	// The only slot is taken, so each worker is stopped while it waits.
	holder, _, err := f.acquire(t.Context(), f.limits, slotKey(target.host())+".0", "other", time.Minute)
	if err != nil || holder == nil {
		t.Fatal(err)
	}
	for stopped := range s.Tries + 2 {
		ctx, stop := context.WithCancel(t.Context())
		w, err := f.NewWorker(WorkerOptions{Dir: dir, Run: run.ID, Drain: true, ClonesPerHost: 1})
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- w.Work(ctx) }()
		for len(w.taken) == 0 || deliveries(t, run) <= stopped {
			select {
			case err := <-ended:
				t.Fatalf("worker %d ended by itself: %v", stopped, err)
			case <-time.After(5 * time.Millisecond):
			}
		}
		stop()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
	}
	holder.release(t.Context())
	work(t, f, WorkerOptions{Dir: dir, Run: run.ID, ClonesPerHost: 1})
	got := gather(t, run)
	if got.Summary.Incomplete() || len(got.Findings) != 1 || got.Repositories[0].Tries != 1 {
		t.Errorf("%d findings, %+v", len(got.Findings), got.Repositories)
	}
}

// deliveries returns how often the items of a run were delivered to workers.
func deliveries(t testing.TB, r *Run) int {
	t.Helper()
	info, err := r.consumer.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return int(info.Delivered.Consumer)
}
