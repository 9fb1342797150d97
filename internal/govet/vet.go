package govet

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/momentolint/momentolint/internal/lazy"
)

// stopDelay is how long the go command may take to stop.
const stopDelay = 10 * time.Second

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
	// Text is what the go command or the tool says.
	Text string
}

// Result is what a run has found.
type Result struct {
	Diagnostics []Diagnostic
	Problems    []Problem
	// Patterns are the packages that the go command agreed to look at.
	Patterns []string
}

// Run runs go vet over a target. The error is for what prevents the run as a
// whole; packages that cannot be loaded or do not compile are problems, and do
// not keep the others from being analyzed.
func (r *Runner) Run(ctx context.Context, t Target) (Result, error) {
	result, err := r.vet(ctx, t)
	if err != nil || !slices.ContainsFunc(result.Problems, func(p Problem) bool { return p.Package == "" }) {
		return result, err
	}
	// A package that cannot be loaded, for one that imports what is not there,
	// makes the go command give up at once. The others are named one by one.
	good := r.loadable(ctx, t)
	if len(good) == 0 {
		return Result{Problems: result.Problems, Patterns: []string{}}, nil
	}
	again := t
	again.Patterns = good
	rest, err := r.vet(ctx, again)
	rest.Problems = append(result.Problems, rest.Problems...)
	return rest, err
}

// loadable gives the import paths of the packages that can be loaded, with
// their tests and all that they import.
func (r *Runner) loadable(ctx context.Context, t Target) []string {
	args := slices.Concat([]string{"list", "-e", "-test", "-json=ImportPath,ForTest,Error,DepsErrors"}, r.BuildFlags, t.Patterns)
	out, err := r.output(ctx, t.Dir, t.env(), args...)
	if err != nil {
		return nil
	}
	good := make(map[string]bool)
	decoder := json.NewDecoder(strings.NewReader(out))
	for {
		var p struct {
			ImportPath string            `json:"ImportPath"`
			ForTest    string            `json:"ForTest"`
			Error      json.RawMessage   `json:"Error"`
			DepsErrors []json.RawMessage `json:"DepsErrors"`
		}
		if decoder.Decode(&p) != nil {
			break
		}
		// A test's main package is named a.test, and stands for a.
		path := strings.TrimSuffix(cmp.Or(p.ForTest, p.ImportPath), ".test")
		known, seen := good[path]
		good[path] = len(p.Error) == 0 && len(p.DepsErrors) == 0 && (known || !seen)
	}
	var list []string
	for path, ok := range good {
		if ok {
			list = append(list, path)
		}
	}
	slices.Sort(list)
	return list
}

// vet runs go vet once.
func (r *Runner) vet(ctx context.Context, t Target) (Result, error) {
	args := slices.Concat([]string{"vet", "-vettool=" + r.Tool, "-json"}, r.BuildFlags, r.ToolFlags, t.Patterns)
	cmd, err := r.command(ctx, t.Dir, t.env(), args...)
	if err != nil {
		return Result{}, err
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	runErr := cmd.Run()
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
	result.Patterns = t.Patterns
	if err != nil {
		return result, fmt.Errorf("reading what go vet says in %s: %w", t.Dir, err)
	}
	if runErr != nil {
		problems := problems(errorOutput)
		if t.Optional && len(problems) == 1 && noPackages(problems[0].Text) {
			return result, nil
		}
		if len(problems) == 0 && len(result.Problems) == 0 {
			return result, fmt.Errorf("go vet in %s: %w", t.Dir, runErr)
		}
		result.Problems = append(result.Problems, problems...)
	}
	return result, nil
}

// noPackages tells whether the go command only found nothing to do.
func noPackages(text string) bool {
	return strings.Contains(text, "no packages to vet") || strings.Contains(text, "matched no packages")
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
					result.Problems = append(result.Problems, Problem{Package: pkg, Text: failure.Error})
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
	slices.SortFunc(result.Diagnostics, func(a, b Diagnostic) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Analyzer, b.Analyzer), cmp.Compare(a.Message, b.Message))
	})
	slices.SortFunc(result.Problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Package, b.Package), cmp.Compare(a.Text, b.Text))
	})
	return result, nil
}

// Count is how much was looked at.
type Count struct{ Files, Bytes int64 }

// Add adds another count.
func (c *Count) Add(other Count) {
	c.Files += other.Files
	c.Bytes += other.Bytes
}

// Count tells how many Go files the packages of a target have, those of the
// patterns that a run looked at, and how large they are.
func (r *Runner) Count(ctx context.Context, t Target, patterns []string) Count {
	var count Count
	if len(patterns) == 0 {
		return count
	}
	args := slices.Concat([]string{"list", "-e", "-json=Dir,GoFiles,CgoFiles,TestGoFiles,XTestGoFiles"}, r.BuildFlags, patterns)
	out, err := r.output(ctx, t.Dir, t.env(), args...)
	if err != nil {
		return count
	}
	decoder := json.NewDecoder(strings.NewReader(out))
	for {
		var p struct {
			Dir          string   `json:"Dir"`
			GoFiles      []string `json:"GoFiles"`
			CgoFiles     []string `json:"CgoFiles"`
			TestGoFiles  []string `json:"TestGoFiles"`
			XTestGoFiles []string `json:"XTestGoFiles"`
		}
		if decoder.Decode(&p) != nil {
			return count
		}
		for _, name := range slices.Concat(p.GoFiles, p.CgoFiles, p.TestGoFiles, p.XTestGoFiles) {
			count.Files++
			if info, err := os.Stat(filepath.Join(p.Dir, name)); err == nil {
				count.Bytes += info.Size()
			}
		}
	}
}

// env are the variables that a target needs.
func (t *Target) env() []string {
	if t.NoWorkspace {
		return []string{"GOWORK=off"}
	}
	return nil
}

// CutPlace parts a line of the go command, "file.go:line:column: text" or
// "file.go:line: text", into place and text.
func CutPlace(line string) (place, text string, ok bool) {
	m := placed().FindStringSubmatch(line)
	if m == nil {
		return "", line, false
	}
	return m[1], m[2], true
}

var placed = lazy.Regexp(`^(.*\.go:\d+(?::\d+)?): (.*)$`)

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

// problems reads the go command's complaints: below a line "# package" they
// are about that package.
func problems(stderr string) []Problem {
	var found []Problem
	pkg := ""
	for line := range strings.Lines(stderr) {
		line = strings.TrimRight(line, "\r\n")
		if name, ok := strings.CutPrefix(line, "# "); ok {
			// "# [package]" repeats the name for a test's variant.
			if !strings.HasPrefix(name, "[") {
				pkg, _, _ = strings.Cut(name, " ")
			}
			continue
		}
		if line == "" || strings.HasPrefix(line, "go: downloading ") || strings.HasPrefix(line, "go: finding ") {
			continue
		}
		line = strings.TrimPrefix(line, "vet: ")
		if n := len(found); n > 0 && found[n-1].Package == pkg {
			found[n-1].Text += "\n" + line
			continue
		}
		found = append(found, Problem{Package: pkg, Text: line})
	}
	return found
}
