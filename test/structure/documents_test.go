package structure

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// architecture is the page that says where a change belongs.
func architecture(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "architecture.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

// section returns the text of a section of the page up to the next heading.
func section(t *testing.T, page, heading string) string {
	t.Helper()
	_, text, ok := strings.Cut(page, "\n## "+heading+"\n")
	if !ok {
		t.Fatalf("docs/architecture.md has no section %q", heading)
	}
	text, _, _ = strings.Cut(text, "\n## ")
	return text
}

var (
	code      = regexp.MustCompile("`([^`]+)`")
	namedTest = regexp.MustCompile(`^[a-z/]+\.Test[A-Z]`)
)

func TestTheArchitecturePageNamesExistingPaths(t *testing.T) {
	page := architecture(t)
	exists := func(name string) bool {
		_, err := os.Stat(filepath.Join("..", "..", filepath.FromSlash(name)))
		return err == nil
	}
	rows := 0
	for line := range strings.Lines(section(t, page, "Where a change belongs")) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		if len(cells) != 4 || strings.HasPrefix(line, "| change") || strings.HasPrefix(line, "| ---") {
			continue
		}
		rows++
		directory, start, test := cells[1], cells[2], cells[3]
		if !strings.Contains(directory, "`") {
			t.Errorf("no directory: %s", line)
		}
		for _, m := range code.FindAllStringSubmatch(directory+" "+start, -1) {
			if !exists(m[1]) {
				t.Errorf("%s does not exist: %s", m[1], line)
			}
		}
		// That the test exists is tested in internal/testing/doctest.
		if m := code.FindStringSubmatch(test); m == nil || !namedTest.MatchString(m[1]) {
			t.Errorf("no test: %s", line)
		}
	}
	if rows < 15 {
		t.Errorf("the table has %d rows, want at least 15", rows)
	}
	for _, m := range code.FindAllStringSubmatch(section(t, page, "Packages"), -1) {
		if strings.Contains(m[1], "/") && !exists(m[1]) {
			t.Errorf("%s does not exist", m[1])
		}
	}
}

func TestTheArchitecturePageNamesEveryPackage(t *testing.T) {
	packages := section(t, architecture(t), "Packages")
	dirs, err := os.ReadDir(filepath.Join("..", "..", "internal"))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dirs {
		if d.IsDir() && !strings.Contains(packages, "`internal/"+d.Name()+"`") {
			t.Errorf("internal/%s is missing", d.Name())
		}
	}
}
