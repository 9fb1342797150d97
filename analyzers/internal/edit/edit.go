// Package edit makes the text edits of suggested fixes such that the result
// compiles: it refers to packages by the name they have in a file, and adds
// their import where it is missing.
package edit

import (
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// Reference returns the text by which code at pos in file can name a
// package-level object of the package, and the edit that imports the package
// if the file does not yet. ok is false where neither is safe: the name means
// something else there, or the file is cgo's.
func Reference(pkg *types.Package, info *types.Info, file *ast.File, pos token.Pos, importPath, object string) (text string, edits []analysis.TextEdit, ok bool) {
	scope := innermost(info, file, pos)
	if scope == nil {
		return "", nil, false
	}
	for _, spec := range file.Imports {
		switch p, err := strconv.Unquote(spec.Path.Value); {
		case err != nil:
			return "", nil, false
		case p == "C":
			// The file that the driver sees is not the one on disk.
			return "", nil, false
		case p != importPath || spec.Name != nil && (spec.Name.Name == "_" || spec.Name.Name == "."):
			continue
		}
		name := path.Base(importPath)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		if _, obj := scope.LookupParent(name, pos); obj != nil {
			if p, isPackage := obj.(*types.PkgName); isPackage && p.Imported().Path() == importPath {
				return name + "." + object, nil, true
			}
		}
		return "", nil, false
	}
	name := path.Base(importPath)
	if _, obj := scope.LookupParent(name, pos); obj != nil {
		return "", nil, false
	}
	// An import is visible in the whole file: nothing in the package may have
	// its name, and nothing in the file may be declared by it further down.
	if pkg.Scope().Lookup(name) != nil {
		return "", nil, false
	}
	return name + "." + object, []analysis.TextEdit{importEdit(file, importPath)}, true
}

func innermost(info *types.Info, file *ast.File, pos token.Pos) *types.Scope {
	scope := info.Scopes[file]
	if scope == nil {
		return nil
	}
	if inner := scope.Innermost(pos); inner != nil {
		return inner
	}
	return scope
}

// importEdit adds an import of a standard library package, in its place in
// the order of the first block of imports.
func importEdit(file *ast.File, importPath string) analysis.TextEdit {
	quoted := strconv.Quote(importPath)
	insert := func(pos token.Pos, text string) analysis.TextEdit {
		return analysis.TextEdit{Pos: pos, End: pos, NewText: []byte(text)}
	}
	for _, decl := range file.Decls {
		block, ok := decl.(*ast.GenDecl)
		if !ok || block.Tok != token.IMPORT {
			break
		}
		if !block.Lparen.IsValid() {
			continue
		}
		var before *ast.ImportSpec
		for _, s := range block.Specs {
			spec, ok := s.(*ast.ImportSpec)
			if !ok {
				continue
			}
			p, err := strconv.Unquote(spec.Path.Value)
			if err != nil || !isStandard(p) {
				break
			}
			if p > importPath {
				return insert(start(spec), quoted+"\n\t")
			}
			before = spec
		}
		switch {
		case before != nil:
			return insert(end(before), "\n\t"+quoted)
		case len(block.Specs) > 0:
			if spec, ok := block.Specs[0].(*ast.ImportSpec); ok {
				return insert(start(spec), quoted+"\n\n\t")
			}
		default:
			return insert(block.Lparen+1, "\n\t"+quoted+"\n")
		}
	}
	if len(file.Imports) > 0 {
		return insert(end(file.Imports[len(file.Imports)-1]), "\nimport "+quoted)
	}
	return insert(file.Name.End(), "\n\nimport "+quoted)
}

func start(spec *ast.ImportSpec) token.Pos {
	if spec.Doc != nil {
		return spec.Doc.Pos()
	}
	return spec.Pos()
}

func end(spec *ast.ImportSpec) token.Pos {
	if spec.Comment != nil {
		return spec.Comment.End()
	}
	return spec.End()
}

// isStandard reports whether an import path looks like the standard library's.
func isStandard(p string) bool {
	first, _, _ := strings.Cut(p, "/")
	return !strings.Contains(first, ".")
}

// Removable reports whether the node can be replaced without leaving an import or
// a local variable behind that nobody uses: golangci-lint does not clean up
// after a fix. What kept names (a part of the result) is used anyway. Other
// uses in the file do not count: other fixes may remove them.
func Removable(info *types.Info, node, kept ast.Node) bool {
	used := make(map[types.Object]bool)
	mention := func(n ast.Node, do func(types.Object)) {
		ast.Inspect(n, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				if obj := info.Uses[id]; obj != nil && mustBeUsed(obj) {
					do(obj)
				}
			}
			return true
		})
	}
	if kept != nil {
		mention(kept, func(obj types.Object) { used[obj] = true })
	}
	removable := true
	mention(node, func(obj types.Object) { removable = removable && used[obj] })
	return removable
}

// mustBeUsed reports whether the compiler refuses obj if nothing uses it.
func mustBeUsed(obj types.Object) bool {
	switch obj := obj.(type) {
	case *types.PkgName:
		return true
	case *types.Var:
		return !obj.IsField() && obj.Pkg() != nil && obj.Parent() != obj.Pkg().Scope()
	}
	return false
}
