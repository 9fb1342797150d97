package scanner_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/git/changes"
	"github.com/momentolint/momentolint/internal/testing/gittest"
	"github.com/momentolint/momentolint/internal/verify"
	"github.com/momentolint/momentolint/scanner"
)

// scanOf makes a run, lets it read something, and returns its report.
func scanOf(t *testing.T, o scanner.Options, source scanner.Source) (*finding.Report, error) {
	t.Helper()
	o.Live.Options = verify.Options{Offline: true}
	run, err := scanner.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Scan(t.Context(), source); err != nil {
		return nil, err
	}
	report := run.Report(t.Context())
	return report, nil
}

// rangeOf scans a range that can be scanned.
func rangeOf(t *testing.T, dir, spec string) *finding.Report {
	t.Helper()
	r, err := scanOf(t, scanner.Options{}, scanner.Range{Dir: dir, Spec: spec})
	if err != nil {
		t.Fatalf("%s: %v", spec, err)
	}
	if r.Summary.Incomplete() {
		t.Errorf("%s: not everything was looked at: %v", spec, r.Summary.Skipped)
	}
	return r
}

func key(seed string) string { return credentialtest.V2(credentialtest.Options{Seed: seed}) }

func zipOf(t *testing.T, name, text string) string {
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

// places lists findings as "commit's subject: file".
func places(r *finding.Report) []string {
	var list []string
	for i := range r.Findings {
		f := &r.Findings[i]
		subject := "index"
		if f.Commit != nil {
			subject = f.Commit.Subject
		}
		list = append(list, subject+": "+f.Location.File)
	}
	slices.Sort(list)
	return list
}

func expect(t *testing.T, what string, r *finding.Report, want ...string) {
	t.Helper()
	slices.Sort(want)
	if got := places(r); !slices.Equal(got, want) {
		t.Errorf("%s: found\n  %s\nwant\n  %s", what, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// storied makes a repository in which a branch, topic, did all that a branch
// can do, and main went on next to it. Commits are named by their subject.
func storied(t *testing.T) *gittest.Repo {
	t.Helper()
	repo := gittest.New(t)
	var i gittest.Importer
	i.Commit("main", "m1", "")
	i.File("100644", ".gitattributes", "*.lock -diff\n")
	i.File("100644", "old.env", "K="+key("old")+"\n")
	i.File("100644", "conf/app.env", "K="+key("app")+"\n")
	i.File("100644", "silenced.env", "K="+key("silenced")+" # momentolint:allow -- a test's\n")
	m1 := i.Mark()
	i.Commit("topic", "t1", m1)
	i.File("100644", "old.env", "# one line more\nK="+key("old")+"\n")
	i.File("100644", "added.env", "K="+key("added")+"\n")
	i.File("100644", "same.env", "K="+key("same")+"\n")
	i.Commit("topic", "t2", "")
	i.File("100644", "added.env", "K=\n")
	i.File("100644", "app.zip", zipOf(t, "conf/.env", "K="+key("zip")))
	i.File("100644", "deps.lock", key("lock"))
	i.File("120000", "link", key("link"))
	i.File("100644", "od\"d\nname.env", key("odd"))
	i.Submodule("module", strings.Repeat("1", 40))
	i.Commit("topic", "t3 it was "+key("said"), "")
	i.Remove("conf/app.env")
	i.File("100644", "settings/app.env", "# moved\nK="+key("app")+"\n")
	i.File("100644", "silenced.env", "K="+key("silenced")+"\n")
	i.Commit("side", "s1", m1)
	i.File("100644", "same.env", "K="+key("same")+"\n")
	side := i.Mark()
	i.Commit("main", "m2", "")
	i.File("100644", "theirs.env", "K="+key("theirs")+"\n")
	main := i.Mark()
	i.Commit("topic", "merge", "", main, side)
	i.File("100644", "theirs.env", "K="+key("theirs")+"\n")
	i.File("100644", "merged.env", "K="+key("merged")+"\n")
	i.Commit("topic", "t4", "")
	i.File("100644", "added.env", "# again\nK="+key("added")+"\n")
	i.File("100644", "empty", "")
	i.Remove("deps.lock")
	i.Tag("v1", "refs/heads/topic", "released with "+key("tag"))
	repo.Import(&i, true)
	return repo
}

func TestRangeReportsWhatItsCommitsAdded(t *testing.T) {
	gittest.Isolate(t)
	repo := storied(t)
	said := "t3 it was"
	r := rangeOf(t, repo.Dir, "main..topic")
	for i := range r.Findings {
		c := r.Findings[i].Commit
		if strings.Contains(c.Subject, key("said")) {
			t.Error("a commit's subject shows a credential")
		}
		if strings.HasPrefix(c.Subject, said) {
			c.Subject = said
		}
	}
	// Not old.env, whose key its parent has; not settings/app.env, which was
	// moved; not theirs.env, which came from main; same.env once.
	expect(t, "main..topic", r,
		"t1: added.env", "t1: same.env", "t2: app.zip!conf/.env", "t2: deps.lock", "t2: link", "t2: od\"d\nname.env",
		said+": (commit message)", said+": silenced.env", "merge: merged.env", "t4: added.env")
	if r.Summary.Commits != 6 || r.Summary.Blobs == 0 {
		t.Errorf("summary %+v, want 6 commits", r.Summary)
	}
	expect(t, "main...topic", rangeOf(t, repo.Dir, "topic~1^!"), "merge: merged.env")
	expect(t, "topic~2...main", rangeOf(t, repo.Dir, "topic~2...topic~1"), "m2: theirs.env", "merge: merged.env", "s1: same.env")
	expect(t, "from below", rangeOf(t, repo.Dir, "v1~1..v1"), "t4: added.env")
	for _, spec := range []string{"topic --not topic~1", "^topic~1 topic", "topic~1..topic ^main", "--not topic~1 --not topic"} {
		expect(t, spec, rangeOf(t, repo.Dir, spec), "t4: added.env")
	}
	// A revision alone is all that leads to it.
	expect(t, "main", rangeOf(t, repo.Dir, "main"), "m1: old.env", "m1: conf/app.env", "m2: theirs.env")
}

func TestOnlyWhatIsPushedIsScanned(t *testing.T) {
	gittest.Isolate(t)
	repo := storied(t)
	repo.Git("update-ref", "refs/remotes/origin/main", "main")
	repo.Git("update-ref", "refs/remotes/origin/topic", "topic~1")
	repo.Git("update-ref", "refs/remotes/other/main", "topic")
	unknown := strings.Repeat("1", 40)
	for name, tt := range map[string]struct {
		push changes.Commits
		want []string
	}{
		"a new branch":           {changes.Commits{Include: []string{"topic"}, Remote: "origin"}, []string{"t4: added.env"}},
		"over unknown commits":   {changes.Commits{Include: []string{"topic"}, Exclude: []string{unknown}, Lenient: true, Remote: "origin"}, []string{"t4: added.env"}},
		"to an address":          {changes.Commits{Include: []string{"topic"}, AllRemotes: true}, nil},
		"an annotated tag":       {changes.Commits{Include: []string{"refs/tags/v1"}, Remote: "origin"}, []string{"t4: added.env", "released with…: (tag message)"}},
		"two refs":               {changes.Commits{Include: []string{"main", "topic"}, Remote: "origin"}, []string{"t4: added.env"}},
		"to a remote of no name": {changes.Commits{Include: []string{"main"}, Exclude: []string{"main~1"}, Remote: "nobody"}, []string{"m2: theirs.env"}},
	} {
		r, err := scanOf(t, scanner.Options{}, scanner.Commits{Dir: repo.Dir, Commits: tt.push})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for i := range r.Findings {
			if c := r.Findings[i].Commit; strings.HasPrefix(c.Subject, "released with") {
				c.Subject = "released with…"
			}
		}
		expect(t, name, r, tt.want...)
	}
}

func TestARangeNeverPassesSilently(t *testing.T) {
	gittest.Isolate(t)
	repo := storied(t)
	shallow := t.TempDir()
	repo.Git("clone", "-q", "--depth=2", "--no-local", "--branch=topic", repo.Dir, shallow)
	zero := strings.Repeat("0", 40)
	for _, tt := range []struct{ dir, spec, want string }{
		{repo.Dir, "topic..main", "wrong way round"},
		{repo.Dir, "^topic", "wrong way round"},
		{repo.Dir, "main --not topic", "wrong way round"},
		{repo.Dir, "nobody..topic", "git fetch"},
		{repo.Dir, strings.Repeat("2", 40) + "..topic", "git fetch"},
		{repo.Dir, "topic~100..topic", "git fetch"},
		{repo.Dir, zero + "..topic", "new branch"},
		{repo.Dir, "topic.." + zero, "new branch"},
		{repo.Dir, "--all", "A..B"},
		{repo.Dir, "--all topic", "--remotes=NAME"},
		{repo.Dir, "topic --output=x", "--remotes=NAME"},
		{repo.Dir, "main...topic topic", "cannot be combined with other revisions"},
		{repo.Dir, "--not topic", "no commits that count"},
		{repo.Dir, "topic^{tree}..topic", "no commit topic^{tree}"},
		{shallow, repo.Git("rev-parse", "main") + "~5..topic", "fetch-depth: 0"},
		{shallow, "HEAD", "git fetch --unshallow"},
		{t.TempDir(), "main..topic", "not a git repository"},
		{repo.Dir + "/nowhere", "main..topic", "no such file"},
	} {
		_, err := scanOf(t, scanner.Options{}, scanner.Range{Dir: tt.dir, Spec: tt.spec})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.spec, err, tt.want)
		}
	}
	if _, err := os.Stat("x"); err == nil {
		t.Error("an option reached git")
	}
	r := rangeOf(t, repo.Dir, "topic..topic")
	if len(r.Notes) != 1 || !strings.Contains(r.Notes[0], "nothing was scanned") {
		t.Errorf("notes %q", r.Notes)
	}
	expect(t, "within a shallow clone", rangeOf(t, shallow, "HEAD~1..HEAD"), "t4: added.env")
}

func TestAMissingFileOfARangeIsTold(t *testing.T) {
	gittest.Isolate(t)
	repo := gittest.New(t)
	repo.Write("a", "1\n")
	repo.Commit("one")
	repo.Write("a", "2\n")
	repo.Commit("two")
	id := repo.Git("rev-parse", "HEAD:a")
	if err := os.Remove(repo.Path(".git", "objects", id[:2], id[2:])); err != nil {
		t.Fatal(err)
	}
	r, err := scanOf(t, scanner.Options{}, scanner.Range{Dir: repo.Dir, Spec: "HEAD~1..HEAD"})
	if err != nil || !r.Summary.Incomplete() || !strings.Contains(fmt.Sprint(r.Summary.Skipped), id) {
		t.Errorf("%v, incomplete %t, skipped %v", err, r != nil && r.Summary.Incomplete(), r)
	}
}
