package golint

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"

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

// Apply applies fixes, each wholly or not at all. Edits that several fixes have
// in common, such as the import of a package, are made once. A file that was
// formatted stays formatted; one that would no longer parse is left alone.
func Apply(fixes []*Fix) (Applied, error) {
	var done Applied
	accepted := make(map[string][]Edit)
	for _, f := range fixes {
		if !compatible(f, accepted) {
			done.Later++
			continue
		}
		done.Fixes++
		for _, e := range f.Edits {
			if !slices.Contains(accepted[e.File], e) {
				accepted[e.File] = append(accepted[e.File], e)
			}
		}
	}
	var errs []error
	for file, edits := range accepted {
		if err := edit(file, edits); err != nil {
			errs = append(errs, err)
			continue
		}
		done.Files++
	}
	return done, errors.Join(errs...)
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

// edit makes edits of one file.
func edit(file string, edits []Edit) error {
	if err := atomicfile.Check(file); err != nil {
		return fmt.Errorf("fixing %s: %w", file, err)
	}
	before, err := userfile.Read(file, userfile.Small)
	if err != nil {
		return fmt.Errorf("fixing: %w", err)
	}
	// What may not be written is not replaced either.
	if f, err := os.OpenFile(file, os.O_WRONLY, 0); err != nil {
		return fmt.Errorf("fixing %s: %w", file, err)
	} else if err := f.Close(); err != nil {
		return fmt.Errorf("fixing %s: %w", file, err)
	}
	slices.SortFunc(edits, func(a, b Edit) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End)) })
	var after bytes.Buffer
	at := 0
	for _, e := range edits {
		if e.Start < at || e.End < e.Start || e.End > len(before) {
			return fmt.Errorf("fixing %s: the file has changed meanwhile", file)
		}
		after.Write(before[at:e.Start])
		after.WriteString(e.New)
		at = e.End
	}
	after.Write(before[at:])
	text := after.Bytes()
	if _, err := parser.ParseFile(token.NewFileSet(), file, text, parser.SkipObjectResolution); err != nil {
		// The error may quote the code.
		return fmt.Errorf("fixing %s: the result would not be valid Go; please report it", file)
	}
	if formatted, err := format.Source(before); err == nil && bytes.Equal(formatted, before) {
		if formatted, err = format.Source(text); err == nil {
			text = formatted
		}
	}
	if err := atomicfile.WriteBytes(file, 0o644, text); err != nil {
		return fmt.Errorf("fixing %s: %w", file, err)
	}
	return nil
}
