package doctest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/testing/doctest"
)

const root = "../../.."

// documents are the Markdown files that people read, by name from the root.
func documents(t *testing.T) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--",
		"*.md", ":!:testdata", ":!:**/testdata", ":!:.github")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("listing the documents: %v", err)
	}
	var names []string
	for name := range strings.SplitSeq(strings.TrimRight(string(out), "\x00"), "\x00") {
		// Deleted, but not yet in the index.
		if _, err := os.Stat(filepath.Join(root, name)); err == nil {
			names = append(names, name)
		}
	}
	return names
}

func blocks(t *testing.T, name string) []doctest.Block {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	list, err := doctest.Blocks(string(text))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return list
}

func TestBlocksOfTheDocumentsParse(t *testing.T) {
	for _, name := range documents(t) {
		for _, b := range blocks(t, name) {
			if err := b.Check(); err != nil {
				t.Errorf("%s:%d: %v", name, b.Line, err)
			}
		}
	}
}

func TestCommandsThatOtherFilesRunStandInThem(t *testing.T) {
	for _, name := range documents(t) {
		for _, b := range blocks(t, name) {
			if b.In == "" {
				continue
			}
			text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(b.In)))
			if err != nil {
				t.Errorf("%s:%d: %v", name, b.Line, err)
				continue
			}
			for line := range strings.Lines(b.Text) {
				line = strings.TrimSpace(strings.TrimPrefix(line, "$ "))
				if !strings.Contains(string(text), line) {
					t.Errorf("%s:%d: %s does not hold %q", name, b.Line, b.In, line)
				}
			}
		}
	}
}

func TestBlocksAreFoundWithTheirDirectives(t *testing.T) {
	document := strings.Join([]string{
		"Text", "", // 2
		"```sh", "echo a", "echo b", "```", "", // 7
		"<!-- doctest: exit 3 -->", "```console", "$ exit 3", "```", // 11
		"1. In a list", // 12
		"   <!-- doctest: skip, it needs a browser -->", "   ~~~bash title", "   open x", "", "     more", "   ~~~", // 18
		"<!-- doctest: in scripts/test -->", "````sh", "```", "````", // 22
		"```", "no language", "```",
	}, "\n")
	got, err := doctest.Blocks(document)
	if err != nil {
		t.Fatal(err)
	}
	want := []doctest.Block{
		{Line: 3, Language: "sh", Text: "echo a\necho b\n"},
		{Line: 9, Language: "console", Text: "$ exit 3\n", Exit: 3},
		{Line: 14, Language: "bash", Text: "open x\n\n  more\n", Skip: "it needs a browser"},
		{Line: 20, Language: "sh", Text: "```\n", In: "scripts/test"},
		{Line: 23, Text: "no language\n"},
	}
	if len(got) != len(want) {
		t.Fatalf("%d blocks, want %d: %+v", len(got), len(want), got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("block %d is %+v, want %+v", i, got[i], want[i])
		}
	}
	for i, runs := range []bool{true, true, false, false, false} {
		if got[i].Runs() != runs {
			t.Errorf("block %d runs: %v, want %v", i, got[i].Runs(), runs)
		}
	}
}

func TestBadDocumentsAreRefused(t *testing.T) {
	for document, want := range map[string]string{
		"```sh\necho":                                 "line 1: the fence is not closed",
		"<!-- doctest: slip -->\n```sh\n```":          `the directive "slip"`,
		"<!-- doctest: skip, -->\n```sh\n```":         "says no more",
		"<!-- doctest: exit one -->\n```sh\n```":      "exit code",
		"<!-- doctest: skip, because\n```sh\n```":     "does not end",
		"<!-- doctest: skip needless -->\n```sh\n```": `the directive "skip"`,
	} {
		if _, err := doctest.Blocks(document); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", document, err, want)
		}
	}
}

func TestDataOfTheWrongFormIsRefused(t *testing.T) {
	for _, b := range []doctest.Block{
		{Language: "json", Text: "{"}, {Language: "yaml", Text: "a: [\n"}, {Language: "go", Text: "func {"},
	} {
		if b.Check() == nil {
			t.Errorf("%s %q is taken", b.Language, b.Text)
		}
	}
	for _, b := range []doctest.Block{
		{Language: "json", Text: "{\"a\": 1}\n{}\n"}, {Language: "yaml", Text: "a: [1]\n"}, {Language: "go", Text: "x := 1\n"}, {Language: "text", Text: "{"},
	} {
		if err := b.Check(); err != nil {
			t.Errorf("%s %q: %v", b.Language, b.Text, err)
		}
	}
}

func TestConsoleBlocksAreCommandsWithOutput(t *testing.T) {
	b := doctest.Block{Language: "console", Text: "$ echo a\na\n$ printf x \\\n>   y\nx\nz\n"}
	steps, err := b.Steps()
	if err != nil {
		t.Fatal(err)
	}
	want := []doctest.Step{
		{Command: "echo a\n", Output: "a\n", Compare: true},
		{Command: "printf x \\\n  y\n", Output: "x\nz\n", Compare: true},
	}
	if len(steps) != 2 || steps[0] != want[0] || steps[1] != want[1] {
		t.Errorf("steps are %+v, want %+v", steps, want)
	}
	if _, err := (doctest.Block{Language: "console", Text: "a\n"}).Steps(); err == nil {
		t.Error("output before the first command is taken")
	}
}

func TestOutputIsComparedWithItsGaps(t *testing.T) {
	for _, tt := range []struct {
		want, got string
		fits      bool
	}{
		{"a\nb\n", "a\nb", true},
		{"a  \n\n", "a", true},
		{"a\nb", "a\nc", false},
		{"a", "a\nb", false},
		{"a\nb", "a", false},
		{"a\n...\nd", "a\nb\nc\nd", true},
		{"a\n...\nd", "a\nd", true},
		{"a\n...\nd", "a\nb", false},
		{"...", "anything\nat all", true},
		{"took [..] s", "took 0.12 s", true},
		{"took [..] s", "took long", false},
		{"(x) [..]", "(x) y", true},
		{"...\nb\n...\nb", "a\nb\nc\nb", true},
	} {
		if got := doctest.Match(tt.want, tt.got); (got == "") != tt.fits {
			t.Errorf("Match(%q, %q) = %q, fits: want %v", tt.want, tt.got, got, tt.fits)
		}
	}
}

// Documents name tests as `directory.TestName`; each of them is there.
func TestTestsThatDocumentsNameExist(t *testing.T) {
	named := regexp.MustCompile("`([a-z][a-z0-9/]*)\\.(Test[A-Z][A-Za-z0-9]*)`")
	sources := map[string]string{}
	count := 0
	for _, document := range documents(t) {
		text, err := os.ReadFile(filepath.Join(root, document))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range named.FindAllStringSubmatch(string(text), -1) {
			dir, test := m[1], m[2]
			if _, ok := sources[dir]; !ok {
				files, err := filepath.Glob(filepath.Join(root, dir, "*_test.go"))
				if err != nil {
					t.Fatal(err)
				}
				for _, file := range files {
					source, err := os.ReadFile(file)
					if err != nil {
						t.Fatal(err)
					}
					sources[dir] += string(source)
				}
			}
			count++
			if !strings.Contains(sources[dir], "\nfunc "+test+"(") {
				t.Errorf("%s names %s of %s, which does not exist", document, test, dir)
			}
		}
	}
	// Who changes the form of the names must not switch this test off.
	if count < 30 {
		t.Errorf("the documents name %d tests", count)
	}
}

// The README is an overview: what is longer has a page.
func TestTheReadmeIsShort(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), "\n"); n >= 200 {
		t.Errorf("README.md has %d lines, want less than 200", n)
	}
}

// Links of a document to other documents, files and headings lead there.
func TestLinksOfTheDocumentsLeadSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading := regexp.MustCompile(`(?m)^#+ (.*)$`)
	drop := regexp.MustCompile("[^a-z0-9 _-]")
	links := 0
	for _, document := range documents(t) {
		text, err := os.ReadFile(filepath.Join(root, document))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			target, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, ":") {
				continue
			}
			links++
			name := filepath.Join(root, document)
			if target != "" {
				name = filepath.Join(filepath.Dir(name), filepath.FromSlash(target))
			}
			if _, err := os.Stat(name); err != nil {
				t.Errorf("%s links to %s, which does not exist", document, m[1])
				continue
			}
			if anchor == "" || filepath.Ext(name) != ".md" {
				continue
			}
			page, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			found := false
			for _, h := range heading.FindAllStringSubmatch(string(page), -1) {
				found = found || strings.ReplaceAll(drop.ReplaceAllString(strings.ToLower(h[1]), ""), " ", "-") == anchor
			}
			if !found {
				t.Errorf("%s links to %s, which has no such heading", document, m[1])
			}
		}
	}
	if links < 50 {
		t.Errorf("the documents have %d links to each other, want at least 50", links)
	}
}
