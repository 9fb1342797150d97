package golint

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// listed is a package as "go list" describes it, of the fields that are asked
// for. A test's variant has an ImportPath such as "a [a.test]".
type listed struct {
	Dir            string            `json:"Dir"`
	ImportPath     string            `json:"ImportPath"`
	ForTest        string            `json:"ForTest"`
	Standard       bool              `json:"Standard"`
	DepOnly        bool              `json:"DepOnly"`
	GoFiles        []string          `json:"GoFiles"`
	CgoFiles       []string          `json:"CgoFiles"`
	TestGoFiles    []string          `json:"TestGoFiles"`
	XTestGoFiles   []string          `json:"XTestGoFiles"`
	IgnoredGoFiles []string          `json:"IgnoredGoFiles"`
	SwigFiles      []string          `json:"SwigFiles"`
	SwigCXXFiles   []string          `json:"SwigCXXFiles"`
	Imports        []string          `json:"Imports"`
	ImportMap      map[string]string `json:"ImportMap"`
	Module         *module           `json:"Module"`
	Error          json.RawMessage   `json:"Error"`
	DepsErrors     []json.RawMessage `json:"DepsErrors"`
}

type module struct {
	Path      string `json:"Path"`
	Version   string `json:"Version"`
	GoVersion string `json:"GoVersion"`
}

const listedFields = "Dir,ImportPath,ForTest,Standard,DepOnly,GoFiles,CgoFiles,TestGoFiles,XTestGoFiles,IgnoredGoFiles,SwigFiles,SwigCXXFiles,Imports,ImportMap,Module,Error,DepsErrors"

// files returns the absolute names of the package's Go files.
func (l *listed) files() []string {
	names := slices.Concat(l.GoFiles, l.CgoFiles)
	for i, name := range names {
		if !filepath.IsAbs(name) {
			names[i] = filepath.Join(l.Dir, name)
		}
	}
	return names
}

// base returns the import path without the name of a test's variant.
func (l *listed) base() string {
	base, _, _ := strings.Cut(l.ImportPath, " ")
	return base
}

// testMain reports whether the package is the generated main package of a test.
func (l *listed) testMain() bool {
	return l.ForTest == "" && strings.HasSuffix(l.ImportPath, ".test") && len(l.GoFiles) == 1 && filepath.IsAbs(l.GoFiles[0])
}

// owner returns the import path of the package that is named on the command
// line if this package is a part of it, the package itself or one of its
// tests', and "" for the packages that they import.
func (l *listed) owner() string {
	base := l.base()
	switch {
	case l.DepOnly:
		return ""
	case l.testMain():
		return strings.TrimSuffix(base, ".test")
	case l.ForTest == "":
		return base
	case base == l.ForTest || base == l.ForTest+"_test":
		return l.ForTest
	}
	return ""
}

// loadable reports whether the package and all that it imports can be loaded.
func (l *listed) loadable() bool { return len(l.Error) == 0 && len(l.DepsErrors) == 0 }

// graph is what the patterns of a target name, with everything imported.
type graph struct {
	packages []*listed
	byPath   map[string]*listed
	// affected are the packages whose files or whose imports' files depend on
	// whether cgo is enabled.
	affected map[string]bool
}

// graph lists a target's packages, as they are with and without cgo. Listing
// compiles nothing and runs nothing.
func (r *Runner) graph(ctx context.Context, t Target) (*graph, error) {
	without, err := r.list(ctx, t, "")
	if err != nil || r.options.Cgo || r.cgoUnwanted {
		return without, err
	}
	with, err := r.list(ctx, t, "CGO_ENABLED=1")
	if err != nil {
		return nil, err
	}
	with.affected = make(map[string]bool)
	state := make(map[string]bool) // visited
	var visit func(l *listed) bool
	visit = func(l *listed) bool {
		if state[l.ImportPath] {
			return with.affected[l.ImportPath]
		}
		state[l.ImportPath] = true
		if l.Standard {
			return false
		}
		other := without.byPath[l.ImportPath]
		affected := len(l.CgoFiles)+len(l.SwigFiles)+len(l.SwigCXXFiles) > 0 || other == nil || !slices.Equal(l.GoFiles, other.GoFiles)
		for _, path := range l.Imports {
			if imported := with.byPath[path]; imported != nil && visit(imported) {
				affected = true
			}
		}
		if affected && !l.testMain() {
			with.affected[l.ImportPath] = true
		}
		return affected
	}
	for _, l := range with.packages {
		visit(l)
	}
	if len(with.affected) == 0 {
		return without, nil
	}
	// Whether what does not use cgo can be loaded is up to the run without it.
	for _, l := range with.packages {
		if other := without.byPath[l.ImportPath]; other != nil && !with.affected[l.ImportPath] {
			l.Error, l.DepsErrors = other.Error, other.DepsErrors
		}
	}
	return with, nil
}

func (r *Runner) list(ctx context.Context, t Target, variable string) (*graph, error) {
	args := slices.Concat([]string{"list", "-e", "-deps", "-test", "-json=" + listedFields}, r.options.BuildFlags, t.Patterns)
	env := slices.Concat(r.env, t.env())
	if variable != "" {
		env = append(env, variable)
	}
	out, err := r.output(ctx, t.Dir, env, args...)
	if err != nil {
		return nil, err
	}
	g := &graph{byPath: make(map[string]*listed)}
	decoder := json.NewDecoder(strings.NewReader(out))
	for {
		l := new(listed)
		err := decoder.Decode(l)
		if errors.Is(err, io.EOF) {
			return g, nil
		}
		if err != nil {
			return nil, fmt.Errorf("reading what go list says in %s: %w", t.Dir, err)
		}
		g.packages = append(g.packages, l)
		g.byPath[l.ImportPath] = l
	}
}

// owners returns the import paths of the packages that the patterns name, in
// order, for which keep reports true. All parts of each are passed to it.
func (g *graph) owners(keep func(parts []*listed) bool) []string {
	parts := make(map[string][]*listed)
	for _, l := range g.packages {
		if owner := l.owner(); owner != "" {
			parts[owner] = append(parts[owner], l)
		}
	}
	var list []string
	for owner, p := range parts {
		if keep(p) {
			list = append(list, owner)
		}
	}
	slices.Sort(list)
	return list
}

// fromSource reports whether a package has to be analyzed from source, as it
// needs cgo to be compiled.
func (g *graph) fromSource(parts []*listed) bool {
	return slices.ContainsFunc(parts, func(l *listed) bool { return g.affected[l.ImportPath] })
}

// uncompiled returns a function that reports whether go vet has not analyzed a
// package: it imports one that has a problem, or has one itself that is no
// error of types.
func (g *graph) uncompiled(problems []Problem) func(parts []*listed) bool {
	bad, self := make(map[string]bool), make(map[string]bool)
	for _, p := range problems {
		bad[p.Package] = true
		self[p.Package] = self[p.Package] || p.File == ""
	}
	visited := make(map[string]bool)
	var visit func(l *listed) bool
	visit = func(l *listed) bool {
		if l.Standard || len(bad) == 0 {
			return false
		}
		if imports, ok := visited[l.ImportPath]; ok {
			return imports
		}
		visited[l.ImportPath] = false
		for _, path := range l.Imports {
			if imported := g.byPath[path]; imported != nil && (bad[imported.base()] || visit(imported)) {
				visited[l.ImportPath] = true
			}
		}
		return visited[l.ImportPath]
	}
	return func(parts []*listed) bool {
		return loadable(parts) && !g.fromSource(parts) && (self[parts[0].owner()] || slices.ContainsFunc(parts, visit))
	}
}

func loadable(parts []*listed) bool {
	return !slices.ContainsFunc(parts, func(l *listed) bool { return !l.loadable() })
}

// directories returns those of all packages outside the standard library:
// errors about Go files in them may be shown.
func (g *graph) directories() map[string]bool {
	known := make(map[string]bool)
	for _, l := range g.packages {
		if !l.Standard {
			known[l.Dir] = true
		}
	}
	return known
}

// leftOut returns the directories of the packages that the patterns name, and
// the Go files in them that the build leaves out.
func (g *graph) leftOut() (dirs, files []string) {
	for _, l := range g.packages {
		if l.owner() == "" || l.testMain() {
			continue
		}
		dirs = append(dirs, l.Dir)
		for _, name := range l.IgnoredGoFiles {
			files = append(files, filepath.Join(l.Dir, name))
		}
	}
	return dirs, files
}

// sources returns the files of the packages that the patterns name, and how
// much of them was analyzed: all but what has a problem.
func (g *graph) sources(problems []Problem) (files []string, count Count) {
	bad := make(map[string]bool)
	for _, p := range problems {
		bad[p.Package] = true
	}
	for _, owner := range g.owners(loadable) {
		l := g.byPath[owner]
		if l == nil {
			continue
		}
		for _, name := range slices.Concat(l.GoFiles, l.CgoFiles, l.TestGoFiles, l.XTestGoFiles) {
			path := filepath.Join(l.Dir, name)
			info, err := os.Lstat(path)
			if err != nil {
				continue
			}
			if info.Mode().IsRegular() {
				files = append(files, path)
			}
			if !bad[owner] {
				count.Files++
				count.Bytes += info.Size()
			}
		}
	}
	slices.SortFunc(files, cmp.Compare)
	return files, count
}
