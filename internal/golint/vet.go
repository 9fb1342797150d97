package golint

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"
)

// stopDelay is how long the go command may take to stop, so that an interrupt
// ends the program within a second.
const stopDelay = 400 * time.Millisecond

// Diagnostic is one finding of the vet tool.
type Diagnostic struct {
	// Analyzer is the name of the analyzer, Package the package's import path.
	Analyzer, Package string
	Message, Category string
	// File is the absolute path; lines and columns count from 1.
	File                             string
	Line, Column, EndLine, EndColumn int
	// Fix is the suggested fix, nil if there is none.
	Fix *Fix
}

// Fix is a set of edits that belong together.
type Fix struct {
	Message string
	Edits   []Edit
}

// Edit replaces the bytes from Start to End of a file.
type Edit struct {
	File  string `json:"filename"`
	Start int    `json:"start"`
	End   int    `json:"end"`
	New   string `json:"new"`
}

// Problem is something that could not be analyzed.
type Problem struct {
	// Package is the import path, "" where it is not known.
	Package string
	// File, Line and Column are where the problem is: "" and 0 where that is not
	// known. File is absolute.
	File         string
	Line, Column int
	// Text is what the go command or an analyzer says. It quotes nothing from a
	// file but names.
	Text string
}

// Result is what a run has found.
type Result struct {
	Diagnostics []Diagnostic
	Problems    []Problem
	// Files are the absolute names of the files that were to be analyzed, and
	// the only ones that a diagnostic may quote.
	Files []string
	// Count is how much of that was analyzed.
	Count Count
	// Listed reports whether the target's packages could be listed. Dirs are
	// their directories, and LeftOut the Go files in them that the build leaves
	// out. All are absolute.
	Listed        bool
	Dirs, LeftOut []string
}

// Count is an amount of source code.
type Count struct{ Files, Bytes int64 }

// Add adds another count.
func (c *Count) Add(other Count) {
	c.Files += other.Files
	c.Bytes += other.Bytes
}

// Run analyzes a target. The error is for what prevents the run as a whole;
// packages that cannot be loaded or do not compile are problems, and do not
// keep the others from being analyzed.
func (r *Runner) Run(ctx context.Context, t Target) (Result, error) {
	g, err := r.graph(ctx, t)
	if err != nil {
		var failed *commandError
		if !errors.As(err, &failed) {
			return Result{}, err
		}
		problems := complaints(failed.stderr, t.Dir, nil)
		if len(problems) == 0 {
			return Result{}, err
		}
		return Result{Problems: problems}, nil
	}
	if t.Optional && len(g.packages) == 0 {
		return Result{Listed: true}, nil
	}
	var result Result
	fromSource := g.owners(g.fromSource)
	if len(fromSource) == 0 {
		result, err = r.vetAll(ctx, t, g)
	} else {
		// The others are named one by one.
		if t.Patterns = g.owners(func(parts []*listed) bool { return !g.fromSource(parts) }); len(t.Patterns) > 0 {
			result, err = r.vetAll(ctx, t, g)
		}
	}
	if err == nil {
		// What cannot be compiled keeps go vet from what imports it.
		fromSource = append(fromSource, g.owners(g.uncompiled(result.Problems))...)
		err = r.analyzeSource(ctx, g, fromSource, &result)
	}
	if err != nil {
		return result, err
	}
	result.dropMisplacedFixes(g)
	result.sort()
	result.Files, result.Count = g.sources(result.Problems)
	result.Listed = true
	result.Dirs, result.LeftOut = g.leftOut()
	return result, nil
}

// vetAll runs go vet over a target. A package that cannot be loaded, for
// example one that imports what does not exist, makes the go command give up
// at once. The others are then named one by one.
func (r *Runner) vetAll(ctx context.Context, t Target, g *graph) (Result, error) {
	result, err := r.vet(ctx, t, g)
	if err != nil || !slices.ContainsFunc(result.Problems, func(p Problem) bool { return p.Package == "" }) {
		return result, err
	}
	first := result.Problems
	t.Patterns = g.owners(func(parts []*listed) bool { return loadable(parts) && !g.fromSource(parts) })
	if len(t.Patterns) == 0 {
		return Result{Problems: first}, nil
	}
	result, err = r.vet(ctx, t, g)
	result.Problems = append(first, result.Problems...)
	return result, err
}

// vet runs go vet once.
func (r *Runner) vet(ctx context.Context, t Target, g *graph) (Result, error) {
	args := slices.Concat([]string{"vet", "-vettool=" + r.options.Tool, "-json"}, r.options.BuildFlags, r.options.ToolFlags, t.Patterns)
	cmd, err := r.command(ctx, t.Dir, slices.Concat(r.env, t.env()), args...)
	if err != nil {
		return Result{}, err
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	runErr := runGroup(cmd)
	if ctx.Err() != nil {
		return Result{}, fmt.Errorf("go vet in %s: %w", t.Dir, ctx.Err())
	}
	var exit *exec.ExitError
	if runErr != nil && !errors.As(runErr, &exit) {
		return Result{}, fmt.Errorf("running go vet in %s: %w", t.Dir, runErr)
	}
	// Go 1.26 hands the tool's output on as it is; 1.25 puts it between its own
	// lines on standard error.
	text, errorOutput := separate(stderr.String())
	result, err := parse(io.MultiReader(&stdout, strings.NewReader(text)))
	if err != nil {
		return result, fmt.Errorf("reading what go vet says in %s: %w", t.Dir, err)
	}
	if runErr != nil {
		problems := complaints(errorOutput, t.Dir, g.directories())
		if len(problems) == 0 && len(result.Problems) == 0 {
			return result, fmt.Errorf("go vet in %s: %w", t.Dir, runErr)
		}
		result.Problems = append(result.Problems, problems...)
	}
	return result, nil
}

// separate parts JSON objects that begin at the start of a line from the other
// lines.
func separate(output string) (objects, rest string) {
	var o, r strings.Builder
	for output != "" {
		if output[0] == '{' {
			decoder := json.NewDecoder(strings.NewReader(output))
			var raw json.RawMessage
			if decoder.Decode(&raw) == nil {
				o.Write(raw)
				o.WriteByte('\n')
				output = strings.TrimPrefix(output[decoder.InputOffset():], "\n")
				continue
			}
		}
		line, after, _ := strings.Cut(output, "\n")
		r.WriteString(line + "\n")
		output = after
	}
	return o.String(), r.String()
}

// parse reads the tool's JSON: for each package an object of analyzers, each
// with its findings or an error.
func parse(r io.Reader) (Result, error) {
	type fix struct {
		Message string `json:"message"`
		Edits   []Edit `json:"edits"`
	}
	type diagnostic struct {
		Category       string `json:"category"`
		Posn           string `json:"posn"`
		End            string `json:"end"`
		Message        string `json:"message"`
		SuggestedFixes []fix  `json:"suggested_fixes"`
	}
	var result Result
	decoder := json.NewDecoder(r)
	for {
		var tree map[string]map[string]json.RawMessage
		err := decoder.Decode(&tree)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return result, err
		}
		for pkg, analyzers := range tree {
			for analyzer, raw := range analyzers {
				var list []diagnostic
				if err := json.Unmarshal(raw, &list); err != nil {
					var failure struct {
						Error string `json:"error"`
					}
					if json.Unmarshal(raw, &failure) != nil || failure.Error == "" {
						return result, err
					}
					result.Problems = append(result.Problems, Problem{Package: packagePath(pkg), Text: quotesNothing(failure.Error)})
					continue
				}
				for _, d := range list {
					found := Diagnostic{Analyzer: analyzer, Package: pkg, Message: d.Message, Category: d.Category}
					found.File, found.Line, found.Column = position(d.Posn)
					if _, line, column := position(d.End); line > 0 {
						found.EndLine, found.EndColumn = line, column
					} else {
						found.EndLine, found.EndColumn = found.Line, found.Column
					}
					if len(d.SuggestedFixes) > 0 {
						found.Fix = &Fix{d.SuggestedFixes[0].Message, d.SuggestedFixes[0].Edits}
					}
					result.Diagnostics = append(result.Diagnostics, found)
				}
			}
		}
	}
	return result, nil
}

func (r *Result) sort() {
	slices.SortFunc(r.Diagnostics, func(a, b Diagnostic) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Analyzer, b.Analyzer), cmp.Compare(a.Message, b.Message))
	})
	slices.SortFunc(r.Problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Package, b.Package), cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column), cmp.Compare(a.Text, b.Text))
	})
	r.Problems = slices.Compact(r.Problems)
}

// env are the variables that a target needs.
func (t *Target) env() []string {
	if t.NoWorkspace {
		return []string{"GOWORK=off"}
	}
	return nil
}

// packagePath returns a package's import path without the name of a test's
// variant.
func packagePath(id string) string {
	path, _, _ := strings.Cut(id, " ")
	return path
}

// position reads "file:line:column".
func position(s string) (file string, line, column int) {
	rest, last, ok := cutLast(s)
	if !ok {
		return s, 0, 0
	}
	file, middle, ok := cutLast(rest)
	if !ok {
		return s, 0, 0
	}
	line, err := strconv.Atoi(middle)
	if err != nil {
		return s, 0, 0
	}
	if column, err = strconv.Atoi(last); err != nil {
		return s, 0, 0
	}
	return file, line, column
}

func cutLast(s string) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}
