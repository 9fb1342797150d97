package golint

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// known returns the parts of the files that do not depend on a name that
// import "C" declares, and the type information for them: analyzers that
// follow values expect every expression to have a type. Functions lose their
// bodies and variables their values; pruned reports whether any did.
func known(files []*ast.File, info *types.Info) (kept []*ast.File, keptInfo *types.Info, pruned bool) {
	unknown := func(n ast.Node) (found bool) {
		ast.Inspect(n, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				if name, ok := info.Uses[id].(*types.PkgName); ok {
					found = found || name.Imported().Path() == "C"
					return !found // other packages' names have no type either
				}
			}
			e, ok := n.(ast.Expr)
			found = found || ok && invalid(info.TypeOf(e))
			return !found
		})
		pruned = pruned || found
		return found
	}
	for _, file := range files {
		c := *file
		c.Decls = slices.Clone(file.Decls)
		for i, decl := range c.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Body != nil && unknown(d.Body) {
					without := *d
					without.Body = nil
					c.Decls[i] = &without
				}
			case *ast.GenDecl:
				c.Decls[i] = knownSpecs(d, unknown)
			}
		}
		kept = append(kept, &c)
	}
	copied := *info
	copied.InitOrder = slices.DeleteFunc(slices.Clone(info.InitOrder), func(i *types.Initializer) bool { return unknown(i.Rhs) })
	return kept, &copied, pruned
}

// knownSpecs returns a declaration without the values that are unknown.
func knownSpecs(d *ast.GenDecl, unknown func(ast.Node) bool) *ast.GenDecl {
	if d.Tok != token.VAR && d.Tok != token.CONST {
		return d
	}
	without := *d
	without.Specs = nil
	for _, spec := range d.Specs {
		v, ok := spec.(*ast.ValueSpec)
		if !ok || !unknown(v) {
			without.Specs = append(without.Specs, spec)
			continue
		}
		if d.Tok == token.VAR {
			name := *v
			name.Values = nil
			without.Specs = append(without.Specs, &name)
		}
	}
	return &without
}

// invalid reports whether a type is unknown, or made of one that is.
func invalid(t types.Type) bool {
	switch t := t.(type) {
	case *types.Basic:
		return t.Kind() == types.Invalid
	case *types.Pointer:
		return invalid(t.Elem())
	case *types.Slice:
		return invalid(t.Elem())
	case *types.Array:
		return invalid(t.Elem())
	case *types.Chan:
		return invalid(t.Elem())
	case *types.Map:
		return invalid(t.Key()) || invalid(t.Elem())
	case *types.Tuple:
		for v := range t.Variables() {
			if invalid(v.Type()) {
				return true
			}
		}
	case *types.Signature:
		return invalid(t.Params()) || invalid(t.Results())
	}
	return false
}
