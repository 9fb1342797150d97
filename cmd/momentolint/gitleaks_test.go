package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// env is a settings file with a key of its own on its first line.
func env(seed string) string { return "K=" + ct.V2(ct.Options{Seed: seed}) + "\n" }

// foundIn scans and gives the files with findings, without the folder dir.
func foundIn(t *testing.T, dir string, args ...string) []string {
	t.Helper()
	r := call(t, "", nil, append([]string{"scan", "--offline", "--format", "csv"}, args...)...)
	if r.code == exitFailed {
		t.Fatalf("%q: exit %d: %s", args, r.code, r.stderr)
	}
	var files []string
	for line := range strings.Lines(r.out) {
		for _, name := range []string{"ignored.env", "found.env", "allowed.env", "own.txt"} {
			if strings.Contains(line, name) {
				files = append(files, name)
			}
		}
	}
	slices.Sort(files)
	return files
}

// What the gitleaks files at the top of a repository say holds for a scan of any
// part of it, from anywhere.
func TestGitleaksFilesOfTheTopHoldBelow(t *testing.T) {
	dir := tree(t, map[string]string{
		"app/conf/ignored.env": env("1"), "app/conf/found.env": env("2"), "app/docs/allowed.env": env("3"), "app/own.txt": "tok_0123456789abcdef\n",
		"other/a": "nothing",
		".gitleaksignore": "# rotated\napp/conf/ignored.env:momento-api-key-v2:1\n" +
			// From where "app" is scanned, this is another file.
			"conf/found.env:momento-api-key-v2:1\nfound.env:momento-api-key-v2:1\n",
		".gitleaks.toml": "[extend]\npath = \"rules.toml\"\n[[allowlists]]\npaths = ['''^app/docs/''']\n",
		"rules.toml":     "[[rules]]\nid = \"own\"\nregex = '''tok_[0-9a-f]{16}'''\npath = '''^app/'''\n",
	})
	runGit(t, dir, "init", "-q")
	elsewhere := t.TempDir()
	app := filepath.Join(dir, "app")
	for _, tt := range []struct {
		from string
		args []string
		want string
	}{
		{dir, nil, "found.env own.txt"},
		{dir, []string{"."}, "found.env own.txt"},
		{dir, []string{"app"}, "found.env own.txt"},
		{dir, []string{"./app/"}, "found.env own.txt"},
		{dir, []string{"app", "other"}, "found.env own.txt"},
		{dir, []string{"other", "./app/../app"}, "found.env own.txt"},
		{dir, []string{"app/conf/ignored.env"}, ""},
		{dir, []string{"app/own.txt"}, "own.txt"},
		{dir, []string{"app/docs/allowed.env", "app/conf"}, "found.env"},
		{app, nil, "found.env own.txt"},
		{app, []string{"../app/conf"}, "found.env"},
		{app, []string{".."}, "found.env own.txt"},
		{app, []string{"conf/ignored.env", "conf/found.env"}, "found.env"},
		{elsewhere, []string{dir}, "found.env own.txt"},
		{elsewhere, []string{app}, "found.env own.txt"},
		{elsewhere, []string{filepath.Join(app, "conf", "ignored.env"), filepath.Join(app, "own.txt")}, "own.txt"},
	} {
		t.Run(fmt.Sprint(filepath.Base(tt.from), tt.args), func(t *testing.T) {
			t.Chdir(tt.from)
			if got := strings.Join(foundIn(t, dir, tt.args...), " "); got != tt.want {
				t.Errorf("found %q, want %q", got, tt.want)
			}
		})
	}
}

// An ignore file below the top speaks of what is around it, in gitleaks' names
// as somebody may have copied them: from that folder, the top or the root.
func TestIgnoreFilesBelowTheTop(t *testing.T) {
	line := func(dir, name string) string {
		return filepath.ToSlash(filepath.Join(dir, name)) + ":momento-api-key-v2:1\n"
	}
	for name, tt := range map[string]struct {
		ignore func(dir string) string
		args   []string
		want   string
	}{
		"from its folder":           {func(string) string { return line("", "ignored.env") }, []string{"app"}, "found.env found.env"},
		"from the top":              {func(string) string { return line("app", "ignored.env") }, []string{"app"}, "found.env found.env"},
		"from the root":             {func(dir string) string { return line(filepath.Join(dir, "app"), "ignored.env") }, []string{"app"}, "found.env found.env"},
		"with a dot":                {func(string) string { return "./" + line("", "ignored.env") }, []string{"app"}, "found.env found.env"},
		"a file":                    {func(string) string { return line("", "ignored.env") }, []string{"app/ignored.env"}, ""},
		"not what is outside":       {func(string) string { return line("", "found.env") }, []string{".", "app"}, "found.env found.env ignored.env"},
		"not where all is scanned":  {func(string) string { return line("", "ignored.env") }, nil, "found.env found.env found.env ignored.env"},
		"above a folder in it":      {func(string) string { return line("deep", "found.env") }, []string{"app/deep"}, ""},
		"for one of several folder": {func(string) string { return line("", "ignored.env") }, []string{"app", "found.env"}, "found.env found.env found.env"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := tree(t, map[string]string{
				"found.env": env("1"), "app/ignored.env": env("2"), "app/found.env": env("3"), "app/deep/found.env": env("4"),
			})
			runGit(t, dir, "init", "-q")
			if err := os.WriteFile(filepath.Join(dir, "app", ".gitleaksignore"), []byte(tt.ignore(dir)), 0o600); err != nil {
				t.Fatal(err)
			}
			t.Chdir(dir)
			if got := strings.Join(foundIn(t, dir, tt.args...), " "); got != tt.want {
				t.Errorf("found %q, want %q", got, tt.want)
			}
		})
	}
}

// Without a repository the current folder is the top, if what is scanned lies in
// it; what is further up speaks of something else.
func TestIgnoreFilesOutsideOfARepository(t *testing.T) {
	dir := tree(t, map[string]string{
		".gitleaksignore":           "work/app/found.env:momento-api-key-v2:1\n",
		"work/app/found.env":        env("1"),
		"work/app/ignored.env":      env("2"),
		"work/.gitleaksignore":      "app/ignored.env:momento-api-key-v2:1\n",
		"elsewhere/.gitleaksignore": "../work/app/ignored.env:momento-api-key-v2:1\n",
	})
	for from, tt := range map[string]struct{ path, want string }{
		"work": {"app", "found.env"}, "work/app": {".", "found.env ignored.env"}, "elsewhere": {"../work/app", "found.env"}, ".": {"work", ""},
	} {
		t.Run(from, func(t *testing.T) {
			t.Chdir(filepath.Join(dir, from))
			if got := strings.Join(foundIn(t, dir, tt.path), " "); got != tt.want {
				t.Errorf("found %q, want %q", got, tt.want)
			}
		})
	}
}

// Commits and the index name files from the top, wherever one stands.
func TestGitleaksFilesInARepository(t *testing.T) {
	dir := t.TempDir()
	runGit(t, dir, "init", "-q", "-b", "main")
	put(t, dir, ".gitleaksignore", "app/ignored.env:momento-api-key-v2:1\n")
	put(t, dir, ".gitleaks.toml", "[[allowlists]]\npaths = ['''^app/docs/''']\n")
	put(t, dir, "app/.gitleaksignore", "found.env:momento-api-key-v2:1\n")
	commit(t, dir, "begin")
	put(t, dir, "app/ignored.env", env("1"))
	put(t, dir, "app/found.env", env("2"))
	put(t, dir, "app/docs/allowed.env", env("3"))
	check := func(what string, args ...string) {
		t.Helper()
		for _, from := range []string{dir, filepath.Join(dir, "app")} {
			if got := foundIn(t, dir, append(args, from)...); !slices.Equal(got, []string{"found.env"}) {
				t.Errorf("%s, from %s: found %q", what, filepath.Base(from), got)
			}
		}
	}
	check("the index", "--staged")
	commit(t, dir, "leak")
	check("a range", "--range", "HEAD~..HEAD")
	check("the history", "--history", "--no-cache")
}

// A hook's environment names another repository, or the same one by a path that
// counts from elsewhere.
func TestAFileThatGitIgnoresIsSaidToBeWhateverTheEnvironment(t *testing.T) {
	dir := tree(t, map[string]string{".env": env("1"), ".gitignore": ".env\n"})
	runGit(t, dir, "init", "-q")
	other := t.TempDir()
	runGit(t, other, "init", "-q")
	for name, value := range map[string]string{
		"GIT_DIR": filepath.Join(other, ".git"), "GIT_WORK_TREE": other, "GIT_INDEX_FILE": filepath.Join(other, "index"), "GIT_COMMON_DIR": filepath.Join(other, ".git"),
		"GIT_OBJECT_DIRECTORY": other, "GIT_PREFIX": "x/", "GIT_LITERAL_PATHSPECS": "1", "GIT_NAMESPACE": "x", "GIT_CEILING_DIRECTORIES": other,
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, value)
			for _, from := range []string{dir, other} {
				t.Chdir(from)
				if r := call(t, "", nil, "scan", "--offline", dir); strings.Count(r.out, "git ignores") != 1 {
					t.Errorf("from %s: git is to ignore it\n%s", from, r.out)
				}
			}
		})
	}
}

func TestAFileThatGitIgnoresIsSaidToBeHoweverItIsNamed(t *testing.T) {
	dir := tree(t, map[string]string{".env": env("1"), "app/.env": env("2"), ".gitignore": ".env\n"})
	runGit(t, dir, "init", "-q")
	elsewhere := t.TempDir()
	for _, tt := range []struct {
		from string
		args []string
	}{
		{dir, []string{".env"}}, {dir, []string{"app/.env"}}, {dir, []string{".env", "app"}}, {filepath.Join(dir, "app"), []string{"../.env"}},
		{elsewhere, []string{filepath.Join(dir, ".env")}}, {elsewhere, []string{filepath.Join(dir, ".env"), filepath.Join(dir, "app")}},
	} {
		t.Chdir(tt.from)
		if r := call(t, "", nil, append([]string{"scan", "--offline"}, tt.args...)...); strings.Count(r.out, "git ignores") != len(tt.args) {
			t.Errorf("%q: git is to ignore %d\n%s", tt.args, len(tt.args), r.out)
		}
	}
}
