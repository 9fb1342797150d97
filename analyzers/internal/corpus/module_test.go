package corpus

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// What the corpus imports is found by analysistest wherever it lies; other
// drivers need a module for it.
func TestEveryImportOfTheCorpusHasAModule(t *testing.T) {
	src := filepath.Join(Dir(), "src")
	used := make(map[string]bool)
	err := filepath.WalkDir(src, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			first, _, _ := strings.Cut(imported, "/")
			if !strings.Contains(first, ".") || within(imported, Path) {
				continue
			}
			module := ""
			for candidate := range standIns {
				if within(imported, candidate) && len(candidate) > len(module) {
					module = candidate
				}
			}
			if module == "" {
				t.Errorf("%s: no stand-in for the module of %s", path, imported)
			}
			used[module] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for module := range standIns {
		if _, err := os.Stat(filepath.Join(src, filepath.FromSlash(module))); err != nil {
			t.Error(err)
		}
		if !used[module] {
			t.Errorf("nothing imports %s", module)
		}
	}
}

// within reports whether a package belongs to a module, by their paths.
func within(pkg, module string) bool { return pkg == module || strings.HasPrefix(pkg, module+"/") }
