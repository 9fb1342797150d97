package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// put writes a file of a repository and stages it.
func put(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	runGit(t, dir, "add", "-f", "--", name)
}

func commit(t *testing.T, dir, message string) string {
	t.Helper()
	runGit(t, dir, "commit", "-q", "--allow-empty", "-m", message)
	return strings.TrimSpace(runGit(t, dir, "rev-parse", "HEAD"))
}

func TestScanRangeReportsWhatItsCommitsAdded(t *testing.T) {
	dir := t.TempDir()
	runGit(t, dir, "init", "-q", "-b", "main")
	before, added, said := ct.V2(ct.Options{Seed: "before"}), ct.V2(ct.Options{Seed: "added"}), ct.V2(ct.Options{Seed: "said"})
	put(t, dir, "old.env", "KEY="+before+"\n")
	commit(t, dir, "start")
	put(t, dir, "old.env", "# more\nKEY="+before+"\n")
	put(t, dir, "conf/new.env", "\nKEY="+added+"\n")
	first := commit(t, dir, "add a key")
	put(t, dir, "conf/new.env", "KEY=\n")
	second := commit(t, dir, "take it away, it was "+said)

	o := scanJSON(t, "", exitFound, "--range", "HEAD~2..HEAD", dir)
	var got []string
	for _, f := range o.Findings {
		got = append(got, f.File+" "+*f.Commit)
	}
	want := []string{"(commit message) " + second, "conf/new.env " + first}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("found\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if r := call(t, "", nil, "scan", "--offline", "--range", "HEAD~..HEAD", dir); r.code != exitFound || strings.Contains(r.out+r.stderr, said) {
		t.Errorf("exit %d, or the key in the subject is shown:\n%s%s", r.code, r.out, r.stderr)
	}
}

func TestScanRangeNeverPassesSilently(t *testing.T) {
	dir := t.TempDir()
	runGit(t, dir, "init", "-q", "-b", "main")
	commit(t, dir, "one")
	commit(t, dir, "two")
	for spec, remedy := range map[string]string{
		"HEAD..HEAD~":                      "wrong way round",
		"HEAD~7..HEAD":                     "git fetch",
		"nobody..HEAD":                     "git fetch",
		strings.Repeat("0", 40) + "..HEAD": "new branch",
	} {
		r := call(t, "", nil, "scan", "--offline", "--range", spec, dir)
		if r.code != exitFailed || !strings.Contains(r.stderr, remedy) {
			t.Errorf("%s: exit %d, want 2 and %q:\n%s", spec, r.code, remedy, r.stderr)
		}
	}
	if r := call(t, "", nil, "scan", "--offline", "--range", "HEAD..HEAD", dir); r.code != exitClean || !strings.Contains(r.out+r.stderr, "nothing was scanned") {
		t.Errorf("exit %d:\n%s%s", r.code, r.out, r.stderr)
	}
}

func TestScanStagedReadsTheIndexNotTheFolder(t *testing.T) {
	dir := t.TempDir()
	runGit(t, dir, "init", "-q", "-b", "main")
	staged, unstaged := ct.V2(ct.Options{Seed: "staged"}), ct.V2(ct.Options{Seed: "unstaged"})
	put(t, dir, "conf/a.env", "KEY="+staged+"\n")
	if err := os.WriteFile(filepath.Join(dir, "conf", "a.env"), []byte("KEY="+unstaged+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, from := range []string{dir, filepath.Join(dir, "conf")} {
		o := scanJSON(t, "", exitFound, "--staged", from)
		if len(o.Findings) != 1 || o.Findings[0].File != "conf/a.env" || o.Findings[0].Commit != nil {
			t.Errorf("found %+v", o.Findings)
		}
	}
	commit(t, dir, "leak")
	scanJSON(t, "", exitClean, "--staged", dir)
	put(t, dir, "conf/a.env", "KEY="+unstaged+"\n")
	scanJSON(t, "", exitFound, "--staged", dir)
}
