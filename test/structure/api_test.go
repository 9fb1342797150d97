package structure

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"testing"
)

// maxScannerNames keeps package scanner small: programs of others depend on each
// of its names.
const maxScannerNames = 60

// exported is a name that a package exports: a constant, a variable, a type, a
// function, a method or a method of an interface as T.M, or a field as T.F.
type exported struct {
	name              string
	field, documented bool
}

// exportedNames returns what the files of a package export.
func exportedNames(files []file, dir string) (list []exported) {
	for _, f := range files {
		if f.dir != dir {
			continue
		}
		for _, d := range f.syntax.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				list = append(list, exportedFunction(d)...)
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					list = append(list, exportedSpec(d, spec)...)
				}
			}
		}
	}
	return list
}

func exportedFunction(d *ast.FuncDecl) []exported {
	name := d.Name.Name
	if d.Recv != nil {
		receiver := d.Recv.List[0].Type
		if star, ok := receiver.(*ast.StarExpr); ok {
			receiver = star.X
		}
		id, ok := receiver.(*ast.Ident)
		if !ok || !id.IsExported() {
			return nil
		}
		name = id.Name + "." + name
	}
	if !d.Name.IsExported() {
		return nil
	}
	return []exported{{name: name, documented: d.Doc != nil}}
}

func exportedSpec(d *ast.GenDecl, spec ast.Spec) (list []exported) {
	switch s := spec.(type) {
	case *ast.ValueSpec:
		for _, n := range s.Names {
			if n.IsExported() {
				// A comment on the group documents its names.
				list = append(list, exported{name: n.Name, documented: d.Doc != nil || s.Doc != nil || s.Comment != nil})
			}
		}
	case *ast.TypeSpec:
		if !s.Name.IsExported() {
			return nil
		}
		list = append(list, exported{name: s.Name.Name, documented: s.Doc != nil || d.Doc != nil && len(d.Specs) == 1})
		var members *ast.FieldList
		field := true
		switch t := s.Type.(type) {
		case *ast.StructType:
			members = t.Fields
		case *ast.InterfaceType:
			members, field = t.Methods, false
		default:
			return list
		}
		for _, m := range members.List {
			documented := m.Doc != nil || m.Comment != nil
			for _, n := range m.Names {
				if n.IsExported() {
					list = append(list, exported{s.Name.Name + "." + n.Name, field, documented})
				}
			}
		}
	}
	return list
}

func TestPackageScannerIsSmallAndDocumented(t *testing.T) {
	names, fields := 0, 0
	for _, e := range exportedNames(sources(t), "scanner") {
		if e.field {
			fields++
		} else {
			names++
		}
		if !e.documented {
			t.Errorf("scanner.%s is not documented", e.name)
		}
	}
	if names == 0 || fields == 0 {
		t.Fatalf("%d names, %d fields: the package was not found", names, fields)
	}
	if names > maxScannerNames {
		t.Errorf("package scanner exports %d names, want at most %d", names, maxScannerNames)
	}
}

func TestExportedNamesAreCounted(t *testing.T) {
	const source = `package p

// A is documented.
const A = 1

const (
	// B is documented.
	B = 2
	C = 3
	d = 4
)

// T is documented.
type T struct {
	// F and G are documented.
	F, G int
	h    int
}

type U = T

type V interface{ M() }

func (t *T) N() {}

func (t *T) o() {}

func (p *private) P() {}

// Q is documented.
func Q() {}
`
	syntax, err := parser.ParseFile(token.NewFileSet(), "", source, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	want := []exported{
		{"A", false, true}, {"B", false, true}, {"C", false, false},
		{"T", false, true}, {"T.F", true, true}, {"T.G", true, true},
		{"U", false, false}, {"V", false, false}, {"V.M", false, false}, {"T.N", false, false}, {"Q", false, true},
	}
	if got := exportedNames([]file{{"p.go", "p", syntax}}, "p"); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
