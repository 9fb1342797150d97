package corpus_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/internal/corpus"
)

// count is what the corpus has of one analyzer.
type count struct {
	// positive are the findings expected, negative the places that are like
	// them and where nothing is expected.
	positive, negative int
	// crossing are those of both in files that import another package of the
	// corpus, by what comes from there.
	crossingPositive, crossingNegative int
}

// Each line counts once, and only one that calls, makes or declares something:
// in the functions of a file called negative.go, or named for being fine.
func TestTheCorpusHasEnoughOfEach(t *testing.T) {
	expected := corpus.Expected(t)
	counts := make(map[string]*count)
	root := filepath.Join(corpus.Dir(), "src", filepath.FromSlash(corpus.Path))
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		analyzer, _, _ := strings.Cut(name, "/")
		if counts[analyzer] == nil {
			counts[analyzer] = new(count)
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		c, others := counts[analyzer], imported(file)
		for at, patterns := range expected {
			if at.File == name {
				c.positive += len(patterns)
			}
		}
		mentions := make(map[int]bool)
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if id, ok := s.X.(*ast.Ident); ok && others[id.Name] {
					mentions[fset.Position(s.Pos()).Line] = true
				}
			}
			return true
		})
		fine := make(map[int]bool)
		if strings.HasSuffix(name, "/negative.go") {
			for line := range statements(fset, file) {
				if len(expected[corpus.Place{File: name, Line: line}]) == 0 {
					fine[line] = true
				}
			}
		}
		c.negative += len(fine)
		for line := range mentions {
			switch {
			case len(expected[corpus.Place{File: name, Line: line}]) > 0:
				c.crossingPositive++
			case fine[line]:
				c.crossingNegative++
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for analyzer, least := range map[string]count{
		"hardcoded": {30, 30, 1, 1}, "plaintext": {30, 30, 5, 5}, "expiry": {30, 30, 5, 5}, "scope": {15, 15, 1, 1},
	} {
		got := counts[analyzer]
		if got == nil {
			t.Fatalf("nothing of %s", analyzer)
		}
		t.Logf("%s: %+v", analyzer, *got)
		if got.positive < least.positive || got.negative < least.negative ||
			got.crossingPositive < least.crossingPositive || got.crossingNegative < least.crossingNegative {
			t.Errorf("the corpus has %+v of %s, want at least %+v", *got, analyzer, least)
		}
	}
}

// imported are the names of the packages of the corpus that a file imports.
func imported(file *ast.File) map[string]bool {
	names := make(map[string]bool)
	for _, spec := range file.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil || !strings.HasPrefix(path, corpus.Path+"/") {
			continue
		}
		name := path[strings.LastIndexByte(path, '/')+1:]
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = true
	}
	return names
}

// statements are the lines on which a call, a composite literal, or a constant
// or variable with a value begins.
func statements(fset *token.FileSet, file *ast.File) map[int]bool {
	lines := make(map[int]bool)
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr, *ast.CompositeLit:
			lines[fset.Position(n.Pos()).Line] = true
		case *ast.ValueSpec:
			if len(n.Values) > 0 {
				lines[fset.Position(n.Pos()).Line] = true
			}
		}
		return true
	})
	return lines
}
