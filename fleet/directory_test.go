package fleet

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/finding"
)

func runGit(t testing.TB, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", append([]string{
		"-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main",
	}, args...)...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

// listed returns what Directory finds, by name.
func listed(t testing.TB, dir string) map[string]string {
	t.Helper()
	targets, err := Directory(dir, func(path string, err error) { t.Errorf("%s: %v", path, err) })
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]string{}
	for _, target := range targets {
		if list[target.Name] != "" {
			t.Errorf("two are called %s", target.Name)
		}
		list[target.Name] = target.URL
	}
	return list
}

func TestAWorkTreeAndABareRepositoryOfOneNameAreTwo(t *testing.T) {
	t.Parallel()
	secrets := mint(t, 2)
	dir := t.TempDir()
	_, _ = remote(t, filepath.Join(dir, "api"), secrets[:1])
	_, _ = remote(t, filepath.Join(dir, "api.git"), secrets[1:])
	_, _ = remote(t, filepath.Join(dir, "web.git"), secrets[:1])
	f := shared(t)
	run := order(t, f, offline(), dir)
	work(t, f, WorkerOptions{Run: run.ID})
	got := gather(t, run)
	var names, fingerprints []string
	for _, r := range got.Repositories {
		names = append(names, r.Name)
	}
	for i := range got.Findings {
		fingerprints = append(fingerprints, got.Findings[i].Repository+" "+got.Findings[i].Fingerprint)
	}
	slices.Sort(fingerprints)
	if want := []string{"api", "api.git", "web"}; !slices.Equal(names, want) {
		t.Errorf("repositories %q, want %q", names, want)
	}
	want := []string{"api " + secrets[0].fingerprint, "api.git " + secrets[1].fingerprint, "web " + secrets[0].fingerprint}
	if !slices.Equal(fingerprints, want) {
		t.Errorf("found %q, want %q", fingerprints, want)
	}
}

func TestTheWorkTreesOfARepositoryAreOne(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	main := filepath.Join(dir, "main")
	runGit(t, dir, "init", "-q", "main")
	runGit(t, main, "commit", "-q", "--allow-empty", "-m", "Begin")
	for _, tree := range []string{"a", "z"} { // before and after it
		runGit(t, main, "worktree", "add", "-q", "--detach", filepath.Join(dir, tree))
	}
	runGit(t, main, "worktree", "add", "-q", "--detach", filepath.Join(dir, "elsewhere", "b"))
	// A work tree that names the repository, which does not know it.
	private := filepath.Join(dir, "claims", "private")
	for name, text := range map[string]string{
		"claims/.git": "gitdir: private\n", "claims/private/commondir": filepath.Join(main, ".git") + "\n", "claims/private/HEAD": "ref: refs/heads/main\n",
	} {
		if err := os.MkdirAll(private, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if list := listed(t, dir); len(list) != 2 || list["main"] != main || list["claims"] == "" {
		t.Errorf("%v, want main and claims", list)
	}
	// Without the main one, any other.
	if list := listed(t, filepath.Join(dir, "elsewhere")); len(list) != 1 || list["b"] == "" {
		t.Errorf("%v, want b", list)
	}
}

func TestTheDirectoryMayBeALink(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	newRepo(t, filepath.Join(dir, "there", "a"))
	link := filepath.Join(dir, "link")
	if err := os.Symlink("there", link); err != nil {
		t.Fatal(err)
	}
	if list := listed(t, link); len(list) != 1 || list["a"] != filepath.Join(link, "a") {
		t.Errorf("%v", list)
	}
}

func TestRepositoriesOfOneNameAreDistinguished(t *testing.T) {
	t.Parallel()
	got := Distinct([]Target{{"api", "/a/api"}, {"api", "/b/api"}, {"web", "/a/web"}, {"h/x", "https://h/x"}, {"h/x", "https://h/x.git"}})
	want := []Target{{"/a/api", "/a/api"}, {"/b/api", "/b/api"}, {"web", "/a/web"}, {"h/x", "https://h/x"}, {"h/x", "https://h/x.git"}}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// A damaged repository must not be taken for the sound one around it, and is not
// tried again.
func TestADamagedRepositoryIsNotTheOneAroundIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	runGit(t, dir, "init", "-q")
	runGit(t, dir, "commit", "-q", "--allow-empty", "-m", "Begin")
	damaged := filepath.Join(dir, "damaged")
	newRepo(t, filepath.Join(damaged, ".git"))
	if err := os.Remove(filepath.Join(damaged, ".git", "HEAD")); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(damaged, link); err != nil {
		t.Fatal(err)
	}
	f := shared(t)
	run := orderTargets(t, f, offline(), Target{"damaged", damaged}, Target{"link", link}, Target{"sound", dir})
	work(t, f, WorkerOptions{Run: run.ID})
	for _, r := range gather(t, run).Repositories {
		if r.Name == "sound" {
			if r.Status != finding.RepositoryScanned {
				t.Errorf("%+v", r)
			}
		} else if r.Status != finding.RepositoryFailed || r.Tries != 1 || !strings.Contains(r.Reason, "not a git repository") {
			t.Errorf("%+v", r)
		}
	}
}
