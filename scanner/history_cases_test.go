package scanner_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/testing/gittest"
	"github.com/momentolint/momentolint/scanner"
)

// keep is for comparing other scanners on the same repository; see
// docs/benchmarks.
var keep = flag.String("keep", "", "copy the repository of the history's cases to this folder")

// reach says which selection leads to a case.
type reach int

const (
	byRefs reach = iota
	byReflog
	byNothing
)

// hidden is one place of one key in the repository of cases.
type hidden struct {
	name string
	key  string
	path string
	// commit is the one that has to be named, "" for none.
	commit string
	reach  reach
}

// caseRepo is a repository with a key in every place where a history can have one.
type caseRepo struct {
	*gittest.Repo
	t     *testing.T
	cases []hidden
}

// key mints the key of a case and says where it is.
func (c *caseRepo) key(name string) string {
	return credentialtest.V2(credentialtest.Options{Seed: "history " + name})
}

func (c *caseRepo) at(name, path, commit string, r ...reach) {
	h := hidden{name: name, key: c.key(name), path: path, commit: commit}
	if len(r) > 0 {
		h.reach = r[0]
	}
	c.cases = append(c.cases, h)
}

func (c *caseRepo) env(name string) string { return "MOMENTO_API_KEY=" + c.key(name) + "\n" }

// id gives the id of a revision.
func (c *caseRepo) id(rev string) string {
	c.t.Helper()
	return c.Git("rev-parse", "--verify", rev)
}

// newCases makes the repository.
func newCases(t *testing.T, format string) *caseRepo {
	t.Helper()
	c := &caseRepo{Repo: gittest.New(t, "--object-format="+format), t: t}
	c.linear()
	c.merges()
	c.names()
	c.messages()
	c.unreferenced()
	return c
}

// linear is a branch with files that come and go.
func (c *caseRepo) linear() {
	var i gittest.Importer
	type placed struct{ name, path, mark string }
	var all []placed
	at := func(name, path string) { all = append(all, placed{name, path, i.Mark()}) }
	plain := func(name, path string) {
		i.File("100644", path, c.env(name))
		at(name, path)
	}
	zeros := strings.Repeat("1", len(c.GitInput("", "hash-object", "--stdin")))

	i.Commit("main", "root", "")
	plain("in the root commit", "first.env")
	i.File("100644", ".gitattributes", "*.locked -diff\n*.dat binary\n*.tex diff=tex\n")
	i.Commit("main", "files that diff does not show", "")
	plain("-diff attribute", "settings.locked")
	plain("binary attribute", "state.dat")
	plain("diff driver", "paper.tex")
	i.File("100644", "core.1234", "\x7fELF\x00\x00\x01"+c.env("binary content")+"\x00\x00")
	at("binary content", "core.1234")
	i.Commit("main", "special files", "")
	i.File("120000", "link", "/srv/"+c.key("target of a link"))
	at("target of a link", "link")
	i.File("100755", "deploy.sh", "#!/bin/sh\nexport "+c.env("program"))
	at("program", "deploy.sh")
	i.File("100644", "deep"+strings.Repeat("/deeper", 40)+"/.env", c.env("deep folder"))
	at("deep folder", "deep"+strings.Repeat("/deeper", 40)+"/.env")
	i.Submodule("vendored", zeros)
	i.Commit("main", "encoded", "")
	i.File("100644", "app.zip", c.zipped("conf/.env", c.env("member of an archive")))
	at("member of an archive", "app.zip!conf/.env")
	i.File("100644", "secret.yaml", "data:\n  key: "+base64.StdEncoding.EncodeToString([]byte(c.key("base64")))+"\n")
	at("base64", "secret.yaml")
	i.File("100644", "windows.txt", "\xff\xfe"+utf16(c.env("UTF-16")))
	at("UTF-16", "windows.txt")
	i.File("100644", "bundle.min.js", strings.Repeat("var a=1;", 300_000)+`k="`+c.key("far inside a long line")+`";`+strings.Repeat("x()", 100_000))
	at("far inside a long line", "bundle.min.js")
	i.Commit("main", "twice", "")
	plain("in two places", "one.env")
	plain("in two places", "two.env")
	i.Commit("main", "moved", "")
	i.File("100644", "before/.env", c.env("moved file"))
	at("moved file", "before/.env")
	i.Commit("main", "move it", "")
	i.Remove("before")
	i.File("100644", "after/.env", c.env("moved file"))
	at("moved file", "after/.env")
	i.Commit("main", "deleted", "")
	plain("deleted file", "gone/.env")
	i.Commit("main", "delete", "")
	i.Remove("gone")
	i.Commit("main", "again", "")
	// It was there before, so this commit does not introduce it.
	i.File("100644", "gone/.env", c.env("deleted file"))
	i.Commit("main", "a submodule becomes a file", "")
	i.Remove("vendored")
	plain("submodule's path", "vendored")
	i.Commit("main", "changed around the key", "")
	i.File("100644", "edited.env", "# first\n"+c.env("edited file"))
	at("edited file", "edited.env")
	i.Commit("main", "changed again", "")
	// Another blob at the same path is another finding.
	i.File("100644", "edited.env", "# second\n"+c.env("edited file"))
	at("edited file", "edited.env")
	i.Commit("orphan", "another root", "")
	plain("branch without common history", "orphan.env")
	marks := c.importAll(&i)
	for _, p := range all {
		c.at(p.name, p.path, marks[p.mark])
	}
	c.Git("update-ref", "refs/pull/7/head", "orphan")
	c.Git("branch", "-D", "-q", "orphan")
}

// importAll imports and gives the ids of the marks.
func (c *caseRepo) importAll(i *gittest.Importer) map[string]string {
	c.t.Helper()
	file := filepath.Join(c.t.TempDir(), "marks")
	c.ImportMarks(i, true, file)
	text, err := os.ReadFile(file)
	if err != nil {
		c.t.Fatal(err)
	}
	marks := map[string]string{}
	for line := range strings.Lines(string(text)) {
		mark, id, _ := strings.Cut(strings.TrimSpace(line), " ")
		marks[mark] = id
	}
	return marks
}

// merges has content that only merges brought in, and branches that race.
func (c *caseRepo) merges() {
	var i gittest.Importer
	from := "refs/heads/main^0"
	i.Commit("left", "left", from)
	i.File("100644", "both.txt", "left\n")
	left := i.Mark()
	i.Commit("right", "right", from)
	i.File("100644", "both.txt", "right\n")
	i.File("100644", "raced.env", c.env("on two branches"))
	right := i.Mark()
	i.Commit("left", "the same a minute later", left)
	i.File("100644", "raced.env", c.env("on two branches"))
	later := i.Mark()
	i.Commit("merged", "merge", later, right)
	i.File("100644", "both.txt", "left\n"+c.env("changed in a merge")+"right\n")
	i.File("100644", "new.env", c.env("added in a merge"))
	merge := i.Mark()
	i.Commit("a", "a", merge)
	i.File("100644", "a", "a")
	a := i.Mark()
	i.Commit("b", "b", merge)
	i.File("100644", "b", "b")
	i.Commit("octopus", "three parents", merge, a, i.Mark())
	i.File("100644", "octopus.env", c.env("in an octopus merge"))
	octopus := i.Mark()
	marks := c.importAll(&i)
	c.at("on two branches", "raced.env", marks[right])
	c.at("changed in a merge", "both.txt", marks[merge])
	c.at("added in a merge", "new.env", marks[merge])
	c.at("in an octopus merge", "octopus.env", marks[octopus])
}

// names has files whose names make trouble.
func (c *caseRepo) names() {
	names := map[string]string{
		"line break in the name":      "a\nb.env",
		"tab in the name":             "a\tb.env",
		"quotes in the name":          `"a" 'b'.env`,
		"backslash in the name":       `a\b.env`,
		"arrow in the name":           "a => b.env",
		"leading dash in the name":    "-r",
		"bytes that are no UTF-8":     "caf\xe9 \xff.env",
		"exclamation mark":            "a!b.env",
		"right-to-left mark":          "a\u202eb.env",
		"composed and not composed":   "e\u0301.env",
		"name like a line of a diff":  "+++ b",
		"name like a quoted diff":     `"b\303\251.env"`,
		"carriage return in the name": "a\rb.env",
	}
	var tree strings.Builder
	for _, name := range sortedKeys(names) {
		fmt.Fprintf(&tree, "100644 blob %s\t%s\x00", c.Blob(c.env(name)), names[name])
	}
	id := c.GitInput(tree.String(), "mktree", "-z")
	c.Tick()
	commit := c.Git("commit-tree", "-m", "odd names", id)
	c.Git("update-ref", "refs/remotes/origin/names", commit)
	for _, name := range sortedKeys(names) {
		c.at(name, names[name], commit)
	}
}

func sortedKeys(m map[string]string) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// messages has keys in what people write about commits.
func (c *caseRepo) messages() {
	tree := c.id("main^{tree}")
	message := func(name, text string, args ...string) string {
		c.Tick()
		return c.GitInput(text, append(append(args, "commit-tree"), tree, "-p", "main")...)
	}
	id := message("", "Rotate the key\n\nThe old one was\n"+c.key("commit message")+"\n")
	c.Git("update-ref", "refs/heads/message", id)
	c.at("commit message", scanner.CommitMessage, id)
	id = message("", "Use "+c.key("first line of a message")+" for now\n")
	c.Git("update-ref", "refs/heads/subject", id)
	c.at("first line of a message", scanner.CommitMessage, id)
	id = message("", "Schl\xfcssel\n\n"+c.key("message in Latin-1")+"\n", "-c", "i18n.commitEncoding=ISO-8859-1")
	c.Git("update-ref", "refs/heads/latin", id)
	c.at("message in Latin-1", scanner.CommitMessage, id)

	c.GitInput("A release\n\n"+c.key("annotated tag")+"\n", "tag", "-a", "-F", "-", "v1", "main")
	c.at("annotated tag", scanner.TagMessage, c.id("v1"))
	c.GitInput("Once more\n\n"+c.key("tag of a tag")+"\n", "tag", "-a", "-F", "-", "v1-again", "v1")
	c.at("tag of a tag", scanner.TagMessage, c.id("v1-again"))
	// The message of a tag that was merged is a part of the merge's header.
	// (git copies signed tags only, and does not look at the signature.)
	c.GitInput("Topic\n\n"+c.key("merged tag")+"\n-----BEGIN PGP SIGNATURE-----\n\n=abcd\n-----END PGP SIGNATURE-----\n", "tag", "-a", "-F", "-", "topic", "message")
	c.at("merged tag", scanner.TagMessage, c.id("topic"), byNothing)
	c.Git("checkout", "-q", "-b", "with-tag", "subject", "--")
	c.Tick()
	c.Git("merge", "-q", "--no-ff", "-m", "Merge the topic", "topic")
	c.Git("update-ref", "-d", "refs/tags/topic")
	c.at("merged tag", scanner.CommitHeader, c.id("with-tag"))

	c.Git("tag", "-a", "-m", "a tag of a file", "file", c.Blob(c.env("tagged file")))
	c.at("tagged file", "refs/tags/file", "")
	c.Git("tag", "light", c.Blob(c.env("file under a light tag")))
	c.at("file under a light tag", "refs/tags/light", "")
	folder := c.GitInput(fmt.Sprintf("100644 blob %s\tsettings.env\n", c.Blob(c.env("tagged folder"))), "mktree")
	c.Git("tag", "folder", folder)
	c.at("tagged folder", "settings.env", "")
	c.Tick()
	c.Git("notes", "add", "-m", c.env("note"), "main")
	note := c.id("main")
	c.at("note", note, c.id("refs/notes/commits"))
}

// unreferenced has keys that no ref leads to.
func (c *caseRepo) unreferenced() {
	c.Git("checkout", "-q", "-f", "-B", "work", "main", "--")
	c.Write("tracked.txt", "unchanged\n")
	c.Commit("Work")
	c.Write("tracked.txt", c.env("stashed change"))
	c.Git("add", "tracked.txt")
	c.Write("tracked.txt", "something else\n"+c.env("stashed over a staged change"))
	c.Write("untracked.env", c.env("stashed untracked file"))
	c.Tick()
	c.Git("stash", "push", "-q", "--include-untracked")
	c.at("stashed change", "tracked.txt", c.id("stash^2"), byReflog)
	c.at("stashed over a staged change", "tracked.txt", c.id("stash"), byReflog)
	c.at("stashed untracked file", "untracked.env", c.id("stash^3"), byReflog)
	// A second one leaves the first to the reflog alone.
	c.Write("tracked.txt", "another\n"+c.env("in the newer stash"))
	c.Tick()
	c.Git("stash", "push", "-q")
	c.at("in the newer stash", "tracked.txt", c.id("stash"), byReflog)

	c.Write("oops.env", c.env("amended away"))
	oops := c.Commit("Oops")
	c.Remove("oops.env")
	c.Git("add", "-A")
	c.Tick()
	c.Git("commit", "-q", "--amend", "--allow-empty", "-m", "Fine")
	c.at("amended away", "oops.env", oops, byReflog)

	c.at("dangling file", c.Blob(c.env("dangling file")), "", byNothing)
	folder := c.GitInput(fmt.Sprintf("100644 blob %s\tlost.env\n", c.Blob(c.env("dangling folder"))), "mktree")
	_ = folder
	c.at("dangling folder", "lost.env", "", byNothing)
	lost := c.GitInput(fmt.Sprintf("100644 blob %s\tlost.env\n", c.Blob(c.env("dangling commit"))), "mktree")
	c.Tick()
	c.at("dangling commit", "lost.env", c.Git("commit-tree", "-m", "lost", lost), byNothing)
	c.Write("staged.env", c.env("only staged"))
	c.Git("add", "staged.env")
	c.at("only staged", "staged.env", "", byNothing)

	// A linked work tree whose HEAD is on no branch.
	c.Git("worktree", "add", "-q", "--detach", filepath.Join(c.t.TempDir(), "linked"), "work")
	linked := gittest.Open(c.t, strings.TrimPrefix(lastWorktree(c.Git("worktree", "list", "--porcelain")), "worktree "))
	linked.Write("linked.env", c.env("detached HEAD of a linked work tree"))
	c.at("detached HEAD of a linked work tree", "linked.env", linked.Commit("Elsewhere"))
}

func lastWorktree(list string) string {
	last := ""
	for line := range strings.Lines(list) {
		if strings.HasPrefix(line, "worktree ") {
			last = strings.TrimSuffix(line, "\n")
		}
	}
	return last
}

func (c *caseRepo) zipped(name, content string) string {
	c.t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(name)
	if err == nil {
		_, err = w.Write([]byte(content))
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		c.t.Fatal(err)
	}
	return b.String()
}

func utf16(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		b.WriteByte(c)
		b.WriteByte(0)
	}
	return b.String()
}

// place is where a key was found, as the tests compare it.
type place struct{ name, path, commit string }

// expected are the places that a selection leads to.
func (c *caseRepo) expected(most reach) []place {
	var list []place
	for _, h := range c.cases {
		if h.reach <= most {
			list = append(list, place{h.name, h.path, h.commit})
		}
	}
	return list
}

// found translates findings into places.
func (c *caseRepo) found(findings []finding.Finding) []place {
	c.t.Helper()
	byFingerprint := map[string]string{}
	for _, h := range c.cases {
		parsed, err := credential.Parse([]byte(h.key))
		if err != nil {
			c.t.Fatal(err)
		}
		byFingerprint[parsed.Fingerprint()] = h.name
	}
	var list []place
	for _, f := range findings {
		p := place{byFingerprint[f.Fingerprint], f.Location.File, ""}
		if f.Commit != nil {
			p.commit = f.Commit.ID
		}
		list = append(list, p)
	}
	return list
}

func compare(t *testing.T, got, want []place) {
	t.Helper()
	count := map[place]int{}
	for _, p := range want {
		count[p]++
	}
	for _, p := range got {
		count[p]--
	}
	for p, n := range count {
		switch {
		case n > 0:
			t.Errorf("not found: %s: %q in %s", p.name, p.path, p.commit)
		case n < 0:
			t.Errorf("not expected: %s: %q in %s", p.name, p.path, p.commit)
		}
	}
}

// show gives what git says about a commit or tag: author or tagger, and date.
func (c *caseRepo) show(id string) (author string, date time.Time) {
	c.t.Helper()
	out := c.Git("for-each-ref", "--format=%(objectname) %(taggername) %(taggeremail)%00%(taggerdate:iso-strict)", "refs/tags")
	if c.Git("cat-file", "-t", id) == "commit" {
		out = c.Git("log", "-1", "--no-show-signature", "--format=%H %an <%ae>%x00%aI", id)
	}
	for line := range strings.Lines(out) {
		line, ok := strings.CutPrefix(strings.TrimSpace(line), id+" ")
		if !ok {
			continue
		}
		who, when, _ := strings.Cut(line, "\x00")
		at, err := time.Parse(time.RFC3339, when)
		if err != nil {
			c.t.Fatal(err)
		}
		return who, at
	}
	c.t.Fatalf("git says nothing about %s", id)
	return "", time.Time{}
}

func TestHistoryFindsEveryCase(t *testing.T) { findsEveryCase(t, "sha1") }

// findsEveryCase makes the repository with objects named in one of git's ways.
func findsEveryCase(t *testing.T, format string) {
	t.Helper()
	gittest.Isolate(t)
	c := newCases(t, format)
	if *keep != "" {
		if err := os.CopyFS(*keep, os.DirFS(c.Dir)); err != nil {
			t.Fatal(err)
		}
	}
	selections := []struct {
		name string
		what scanner.History
		most reach
	}{
		{"refs", scanner.History{}, byRefs},
		{"reflogs", scanner.History{Reflog: true}, byReflog},
		{"all objects", scanner.History{Reflog: true, AllObjects: true}, byNothing},
	}
	for _, s := range selections {
		t.Run(s.name, func(t *testing.T) {
			r := history(t, c.Dir, s.what, scanner.Options{})
			if r.Summary.Incomplete() {
				t.Errorf("skipped %v", r.Summary.Skipped)
			}
			compare(t, c.found(r.Findings), c.expected(s.most))
			if s.most == byReflog {
				c.checkCommits(t, r)
			}
		})
	}
}

// checkCommits compares what findings tell about commits with what git does.
func (c *caseRepo) checkCommits(t *testing.T, r *finding.Report) {
	t.Helper()
	checked := map[string]bool{}
	for _, f := range r.Findings {
		if f.Commit == nil || checked[f.Commit.ID] {
			continue
		}
		checked[f.Commit.ID] = true
		author, date := c.show(f.Commit.ID)
		if f.Commit.Author != author || !f.Commit.Date.Equal(date) {
			t.Errorf("%s: %s at %v, git says %s at %v", f.Commit.ID, f.Commit.Author, f.Commit.Date, author, date)
		}
		for _, h := range c.cases {
			if strings.Contains(f.Commit.Subject, h.key) {
				t.Errorf("%s: the subject shows the key of %q", f.Commit.ID, h.name)
			}
		}
	}
	if len(checked) < 15 {
		t.Errorf("only %d commits and tags were compared", len(checked))
	}
}
