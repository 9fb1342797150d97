package golint

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"go/format"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/internal/atomicfile"
	"github.com/momentolint/momentolint/internal/userfile"
)

// Applied is the outcome of Apply.
type Applied struct {
	// Fixes and Files are how many were applied, to how many files.
	Fixes, Files int
	// Later is how many overlap with one that was applied, and may be tried
	// again on the result.
	Later int
}

// Apply applies fixes, all or none: if one of the files cannot be changed, none
// is. Should writing fail after that, the error names the files that were
// changed already. Edits that several fixes have
// in common, such as the import of a package, are made once. A file that was
// formatted stays formatted; one that would no longer parse is left alone.
func Apply(fixes []*Fix) (Applied, error) {
	var done Applied
	var chosen []*Fix
	accepted := make(map[string][]Edit)
	for _, f := range fixes {
		if !compatible(f, accepted) {
			done.Later++
			continue
		}
		done.Fixes++
		chosen = append(chosen, f)
		for _, e := range f.Edits {
			if !slices.Contains(accepted[e.File], e) {
				accepted[e.File] = append(accepted[e.File], e)
			}
		}
	}
	// Nothing is written before everything is known to be right.
	var changes []change
	var errs []error
	for _, file := range slices.Sorted(maps.Keys(accepted)) {
		c, err := edit(file, accepted[file])
		if err != nil {
			errs = append(errs, err)
			continue
		}
		changes = append(changes, c)
	}
	if len(errs) > 0 {
		return Applied{Later: done.Later}, fmt.Errorf("no fix was applied: %w", errors.Join(errs...))
	}
	for i, c := range changes {
		if err := atomicfile.WriteBytes(c.file, 0o644, c.text); err != nil {
			return done.only(chosen, changes[:i]), fmt.Errorf("fixing %s: %w; %s", c.file, err, written(changes[:i]))
		}
		done.Files++
	}
	return done, nil
}

// change is the new content of a file.
type change struct {
	file string
	text []byte
}

// written names the files that were changed before an error.
func written(changes []change) string {
	if len(changes) == 0 {
		return "no file was changed"
	}
	var names []string
	for _, c := range changes {
		names = append(names, c.file)
	}
	return "changed before that: " + strings.Join(names, ", ")
}

// only returns what was applied if no files but those of changes were written:
// a fix counts if all its edits are in them.
func (done Applied) only(fixes []*Fix, changes []change) Applied {
	partial := Applied{Files: len(changes), Later: done.Later}
	for _, f := range fixes {
		if !slices.ContainsFunc(f.Edits, func(e Edit) bool {
			return !slices.ContainsFunc(changes, func(c change) bool { return c.file == e.File })
		}) {
			partial.Fixes++
		}
	}
	return partial
}

// dropMisplacedFixes removes the fixes of packages that say by line directives
// that their code is from elsewhere: the edits would be made there, at places
// that the code chooses, in any file of the user's.
func (r *Result) dropMisplacedFixes(g *graph) {
	misplaced := make(map[string]bool)
	for i := range r.Diagnostics {
		d := &r.Diagnostics[i]
		if d.Fix == nil {
			continue
		}
		l := g.byPath[d.Package]
		if l == nil {
			l = g.byPath[packagePath(d.Package)]
		}
		if l == nil {
			d.Fix = nil
			continue
		}
		found, ok := misplaced[l.Dir]
		if !ok {
			found = hasLineDirectives(l.Dir)
			misplaced[l.Dir] = found
		}
		if found {
			d.Fix = nil
		}
	}
}

// hasLineDirectives reports whether a Go file of a directory has a line
// directive, or something that looks like one, or cannot be read.
func hasLineDirectives(dir string) bool {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return true
	}
	for _, e := range entries {
		if filepath.Ext(e.Name()) != ".go" || e.IsDir() {
			continue
		}
		text, err := userfile.Read(filepath.Join(dir, e.Name()), userfile.Small)
		if err != nil || bytes.Contains(text, []byte("//line ")) || bytes.Contains(text, []byte("/*line ")) {
			return true
		}
	}
	return false
}

// compatible reports whether a fix touches nothing that another one changes.
func compatible(f *Fix, accepted map[string][]Edit) bool {
	for _, e := range f.Edits {
		for _, other := range accepted[e.File] {
			if e == other {
				continue
			}
			if e.Start < other.End && other.Start < e.End || e.Start == other.Start && (e.Start == e.End) == (other.Start == other.End) {
				return false
			}
		}
	}
	return true
}

// edit returns a file with edits made. It changes nothing.
func edit(file string, edits []Edit) (change, error) {
	if err := atomicfile.Check(file, ".", filepath.Dir(file)); err != nil {
		return change{}, fmt.Errorf("fixing %s: %w", file, err)
	}
	before, err := userfile.Read(file, userfile.Small)
	if err != nil {
		return change{}, fmt.Errorf("fixing: %w", err)
	}
	// What may not be written is not replaced either.
	if f, err := os.OpenFile(file, os.O_WRONLY, 0); err != nil {
		return change{}, fmt.Errorf("fixing %s: %w", file, err)
	} else if err := f.Close(); err != nil {
		return change{}, fmt.Errorf("fixing %s: %w", file, err)
	}
	slices.SortFunc(edits, func(a, b Edit) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End)) })
	var after bytes.Buffer
	at := 0
	for _, e := range edits {
		if e.Start < at || e.End < e.Start || e.End > len(before) {
			return change{}, fmt.Errorf("fixing %s: the file has changed meanwhile", file)
		}
		after.Write(before[at:e.Start])
		after.WriteString(e.New)
		at = e.End
	}
	after.Write(before[at:])
	text := after.Bytes()
	if _, err := parser.ParseFile(token.NewFileSet(), file, text, parser.SkipObjectResolution); err != nil {
		// The error may quote the code.
		return change{}, fmt.Errorf("fixing %s: the result would not be valid Go; please report it", file)
	}
	if formatted, err := format.Source(before); err == nil && bytes.Equal(formatted, before) {
		if formatted, err = format.Source(text); err == nil {
			text = formatted
		}
	}
	return change{file, text}, nil
}
