// Package lint runs the Go analyzers over packages, applies their fixes, and
// turns diagnostics into findings, with the configuration and the baseline of
// the user. internal/golint runs the go command for it.
package lint

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/tools/go/analysis"

	"github.com/momentolint/momentolint/analyzers"
	"github.com/momentolint/momentolint/internal/baseline"
	"github.com/momentolint/momentolint/internal/cli"
	"github.com/momentolint/momentolint/internal/config"
	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/golint"
	"github.com/momentolint/momentolint/internal/redact"
	"github.com/momentolint/momentolint/internal/words"
	"github.com/momentolint/momentolint/scanner"
)

// Options configures an analysis of packages in the current directory.
type Options struct {
	// Patterns name the packages, as for go vet; none means "./...".
	Patterns []string
	// Analyzers are the settings of the analyzers.
	Analyzers analyzers.Options
	// Disable names the analyzers that the user has switched off. The
	// configuration may switch off more.
	Disable []string
	// Tags are the build tags.
	Tags []string
	// Jobs is how many packages are analyzed at once; 0 means the go command's
	// default.
	Jobs int
	// Timeout is when the analysis stops; 0 means no limit.
	Timeout time.Duration
	// Offline keeps the go command from downloading modules, Cgo lets it run cgo.
	Offline, Cgo bool
	// Fix applies the suggested fixes of what would be reported.
	Fix bool
	// Config is the user's configuration.
	Config *config.Config
	// Baseline holds the findings that are known; nil means none.
	Baseline *baseline.Baseline
}

// DefaultTimeout is far more than the largest modules take with empty caches.
const DefaultTimeout = time.Hour

// errTimeout is the error of an analysis that took too long.
var errTimeout = errors.New("the time limit (--timeout) was reached")

// linter is one run of the analyzers over packages.
type linter struct {
	options Options
	runner  *golint.Runner
	root    string
	// off are the analyzers that are switched off.
	off []string

	// files are the sources, by absolute path.
	files map[string]*source
	// linted are the files of the linted packages.
	linted map[string]bool
	// The results of the last round.
	findings []lintFinding
	problems []scanner.Entry
	left     []scanner.Entry
	counted  golint.Count
	// fixed counts the applied fixes; broken is why some could not be applied.
	fixed  golint.Applied
	broken error
}

// Validate reports invalid options, by the names of their flags.
func (o *Options) Validate() error {
	for _, p := range o.Patterns {
		if strings.HasPrefix(p, "-") {
			return fmt.Errorf("%q is not a package pattern", p)
		}
	}
	if o.Timeout < 0 {
		return fmt.Errorf("--timeout %s: want 0 or more", o.Timeout)
	}
	if err := o.Analyzers.Validate(); err != nil {
		return fmt.Errorf("--momentoexpiry.%w", err)
	}
	_, err := switchedOff(o.Disable, o.Config)
	return err
}

// newLinter prepares an analysis.
func newLinter(o Options) (*linter, error) {
	off, err := switchedOff(o.Disable, o.Config)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding this program: %w", err)
	}
	root, err := filepath.Abs(".")
	if err != nil {
		return nil, fmt.Errorf("finding this directory: %w", err)
	}
	set := Analyzers(o.Analyzers)
	options := golint.Options{Tool: self, ToolFlags: toolFlags(set, off), BuildFlags: o.buildFlags(), Offline: o.Offline, Cgo: o.Cgo}
	options.Analyzers = slices.DeleteFunc(set, func(a *analysis.Analyzer) bool { return slices.Contains(off, a.Name) })
	runner, err := golint.New(options)
	if err != nil {
		return nil, err
	}
	return &linter{options: o, runner: runner, root: root, off: off, files: make(map[string]*source), linted: make(map[string]bool)}, nil
}

// switchedOff returns the analyzers that flags and configuration switch off.
func switchedOff(names []string, c *config.Config) ([]string, error) {
	known := analyzers.Names()
	for _, name := range names {
		if slices.Contains(known, name) {
			continue
		}
		if near := words.Nearest(name, known); near != "" {
			return nil, fmt.Errorf("--disable: unknown analyzer %q: did you mean %q?", name, near)
		}
		return nil, fmt.Errorf("--disable: unknown analyzer %q: want some of %s", name, strings.Join(known, ", "))
	}
	off := slices.DeleteFunc(slices.Clone(known), func(name string) bool {
		return !slices.Contains(names, name) && !c.Disabled(name)
	})
	if len(off) == len(known) {
		return nil, errors.New("all analyzers are switched off")
	}
	return off, nil
}

// toolFlags returns the flags that make the vet tool run the analyzers with the
// settings of set, without those that are off. Defaults have no flag, so the go
// command's cache knows the results of go vet -vettool too.
func toolFlags(set []*analysis.Analyzer, off []string) (flags []string) {
	for i, usual := range Analyzers(analyzers.DefaultOptions()) {
		if slices.Contains(off, usual.Name) {
			flags = append(flags, "-"+usual.Name+"=false")
		}
		set[i].Flags.VisitAll(func(f *flag.Flag) {
			if value := f.Value.String(); value != usual.Flags.Lookup(f.Name).Value.String() {
				flags = append(flags, "-"+usual.Name+"."+f.Name+"="+value)
			}
		})
	}
	return flags
}

// buildFlags returns the flags for go list and go vet.
func (o *Options) buildFlags() (flags []string) {
	if len(o.Tags) > 0 {
		flags = append(flags, "-tags="+strings.Join(o.Tags, ","))
	}
	if o.Jobs > 0 {
		flags = append(flags, "-p="+strconv.Itoa(o.Jobs))
	}
	return flags
}

// Run analyzes packages and adds findings and exclusions to run. What fails is
// added too, as skipped, and returned. fixed counts the fixes that were applied.
func Run(ctx context.Context, run *scanner.Run, o Options) (fixed golint.Applied, err error) {
	l, err := newLinter(o)
	if err == nil {
		err = l.runWithin(ctx)
	}
	if err != nil {
		run.Record(coverage.Skip(".", finding.Reason(err)))
	}
	if l == nil {
		return fixed, err
	}
	for _, name := range l.off {
		e := coverage.Exclude(coverage.ByAnalyzer, "")
		if slices.Contains(o.Disable, name) {
			e.Source = "--disable"
		}
		run.Record(e)
	}
	return l.fixed, errors.Join(l.broken, err, run.Scan(ctx, l.diagnostics()))
}

// maxRounds is how often fixes are applied and the result is linted again: a
// fix may overlap with another one, or lead to a finding that has one.
const maxRounds = 10

// runWithin is analyze with a limit on its time. Once it is interrupted it
// returns within a second. The findings until then are kept unless the program
// was busy with a single package.
func (l *linter) runWithin(ctx context.Context) error {
	limited, cancel := ctx, context.CancelFunc(func() {})
	if limit := l.options.Timeout; limit > 0 {
		limited, cancel = context.WithTimeoutCause(ctx, limit, errTimeout)
	}
	defer cancel()
	work := *l
	err := cli.UntilDone(limited, func() error { return work.analyze(limited) })
	if !errors.Is(err, cli.ErrInterrupted) {
		*l = work
	}
	if err != nil && ctx.Err() == nil && limited.Err() != nil {
		return errTimeout
	}
	return err
}

// analyze runs go vet, again after each round of fixes.
func (l *linter) analyze(ctx context.Context) error {
	patterns := l.options.Patterns
	if len(patterns) == 0 {
		patterns = []string{"./..."}
	}
	plan, err := l.runner.Plan(ctx, l.root, patterns, l.excluded)
	if err != nil {
		return err
	}
	for range maxRounds {
		if err := l.round(ctx, plan); err != nil {
			return err
		}
		for _, u := range plan.Unread {
			l.problems = append(l.problems, coverage.Skip(l.name(u.Dir), finding.Reason(u.Err)))
		}
		if !l.options.Fix || l.broken != nil || !l.apply() {
			return nil //nolint:nilerr // the caller reports broken
		}
	}
	return nil
}

// excluded reports whether the configuration excludes a directory.
func (l *linter) excluded(dir string) bool { return l.options.Config.Excluded(l.configPath(dir), true) }

// configPath returns a path relative to the configuration's directory.
func (l *linter) configPath(path string) string {
	base := l.root
	if l.options.Config.Dir != "" {
		if dir, err := filepath.Abs(l.options.Config.Dir); err == nil {
			base = dir
		}
	}
	return relative(base, path)
}

// name returns a path as reports have it: relative to the current directory.
func (l *linter) name(path string) string { return relative(l.root, path) }

// relative returns path, slash-separated, relative to base if it has such a
// path.
func relative(base, path string) string {
	if rel, err := filepath.Rel(base, path); err == nil {
		path = rel
	}
	return filepath.ToSlash(path)
}

// round runs every target once.
func (l *linter) round(ctx context.Context, plan golint.Plan) error {
	l.findings, l.problems, l.counted = nil, nil, golint.Count{}
	clear(l.files)
	clear(l.linted)
	var diagnostics []golint.Diagnostic
	var failed error
	left := newLeftOut(l, plan)
	for _, t := range plan.Targets {
		result, err := l.runner.Run(ctx, t)
		diagnostics = append(diagnostics, result.Diagnostics...)
		for _, p := range result.Problems {
			l.problems = append(l.problems, l.unanalyzed(t, p))
		}
		if err != nil {
			failed = errors.Join(failed, err)
			if ctx.Err() != nil {
				break
			}
			continue
		}
		l.counted.Add(result.Count)
		left.add(t, result)
		for _, file := range result.Files {
			l.linted[file] = true
		}
	}
	l.findings = l.convert(diagnostics)
	l.left = left.exclusions(failed == nil)
	return failed
}

// apply applies the fixes of everything that would be reported, and reports
// whether it changed a file.
func (l *linter) apply() bool {
	var fixes []*golint.Fix
	c, known := l.options.Config, l.options.Baseline
	for i := range l.findings {
		f := &l.findings[i]
		silenced := c.Disabled(f.Rule) || c.Allows(f.Fingerprint, f.Rule, l.configPath(f.path)) != "" || known != nil && known.Covers(&f.Finding)
		if f.fix != nil && !silenced {
			fixes = append(fixes, f.fix)
		}
	}
	if len(fixes) == 0 {
		return false
	}
	applied, err := golint.Apply(fixes)
	l.fixed.Fixes += applied.Fixes
	l.fixed.Files = max(l.fixed.Files, applied.Files)
	l.broken = err
	return applied.Files > 0
}

// diagnostics returns the findings as a source of a scan.
func (l *linter) diagnostics() scanner.Diagnostics {
	d := scanner.Diagnostics{Root: ".", Unscanned: slices.Concat(l.problems, l.left), Files: l.counted.Files, Bytes: l.counted.Bytes}
	for i := range l.findings {
		d.Findings = append(d.Findings, l.findings[i].Finding)
	}
	return d
}

// unanalyzed returns the entry for a problem.
func (l *linter) unanalyzed(t golint.Target, p golint.Problem) scanner.Entry {
	skip := coverage.Skip(p.Package, redact.Prose(p.Text))
	switch {
	case p.File != "":
		skip.Path = l.name(p.File) + ":" + strconv.Itoa(p.Line)
		if p.Column > 0 {
			skip.Path += ":" + strconv.Itoa(p.Column)
		}
	case skip.Path == "":
		skip.Path = l.name(t.Dir)
	}
	return skip
}
