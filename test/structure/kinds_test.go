package structure

import (
	"go/ast"
	"slices"
	"strings"
	"testing"
)

const credentialPackage = "github.com/momentolint/momentolint/analyzers/credential"

// constants returns the names of the constants of a type.
func constants(files []file, dir, typeName string) (names []string) {
	for _, f := range files {
		if f.dir != dir {
			continue
		}
		for _, d := range f.syntax.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range g.Specs {
				v, ok := spec.(*ast.ValueSpec)
				if !ok {
					continue
				}
				if t, ok := v.Type.(*ast.Ident); ok && t.Name == typeName {
					for _, n := range v.Names {
						names = append(names, n.Name)
					}
				}
			}
		}
	}
	return names
}

// What is particular to a kind is in its descriptor, so that a new kind needs no
// change anywhere else.
func TestOnlyDescriptorsNameKinds(t *testing.T) {
	files := sources(t)
	names := constants(files, "analyzers/credential", "Kind")
	if !slices.Contains(names, "APIKeyV2") {
		t.Fatalf("the kinds are %q", names)
	}
	r := rule{promise: "kinds are described in analyzers/credential"}
	for _, n := range names {
		r.uses = append(r.uses, credentialPackage+"."+n)
	}
	for _, f := range files {
		if breaches := r.breaches(f.syntax); len(breaches) > 0 && !isTestSupport(f.dir) {
			t.Errorf("%s names %s", f.name, strings.Join(breaches, ", "))
		}
	}
}
