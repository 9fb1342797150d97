package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/tools/go/analysis"

	"github.com/momentolint/momentolint/analyzers"
	"github.com/momentolint/momentolint/analyzers/momentoexpiry"
	"github.com/momentolint/momentolint/internal/cli"
	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/golint"
	"github.com/momentolint/momentolint/internal/redact"
	"github.com/momentolint/momentolint/internal/verify"
	"github.com/momentolint/momentolint/internal/words"
	"github.com/momentolint/momentolint/scanner"
)

// lintFlags are the flags of "lint" alone.
type lintFlags struct {
	fix, offline, cgo bool
	timeout           time.Duration
	tags              []string
	disable           []string
	settings          analyzers.Options
	set               *pflag.FlagSet
}

func (f *lintFlags) add(fs *pflag.FlagSet) {
	f.settings, f.set = analyzers.DefaultOptions(), fs
	fs.BoolVar(&f.fix, "fix", false, "apply the suggested fixes, and report what is left")
	fs.BoolVar(&f.offline, "offline", false, "no network: the go command downloads no modules")
	fs.BoolVar(&f.cgo, "cgo", false, "let the go command run cgo, with the C compiler and pkg-config as the code asks for them")
	fs.DurationVar(&f.timeout, "timeout", defaultLintTime, "stop after this `TIME`, report what was found, and exit with 2; 0 for no limit")
	fs.StringSliceVar(&f.tags, "tags", nil, "build with these `TAGS`, separated by commas")
	fs.StringSliceVar(&f.disable, "disable", nil, "switch the analyzer `NAME` off; may be repeated")
	// The analyzers' own settings have the names that they have in go vet.
	fs.BoolVar(&f.settings.Hardcoded.TestFiles, "momentohardcoded.test-files", f.settings.Hardcoded.TestFiles, "look at _test.go files too")
	fs.Var(&lifetimeFlag{&f.settings.Expiry.MaxLifetime}, "momentoexpiry.max-lifetime", "the longest life of a key that is not reported, such as 365d or 8760h; 0 for no limit")
	fs.IntVar(&f.settings.Expiry.SuggestLifetime, "momentoexpiry.suggest-lifetime", f.settings.Expiry.SuggestLifetime, "how many days the fix gives a key; 0 for no fix")
}

// defaultLintTime is far more than the largest modules take with empty caches.
const defaultLintTime = time.Hour

// errLintTime is the error of a run that took too long.
var errLintTime = errors.New("the time limit (--timeout) was reached")

// configure sets the flags that the command line does not set from the
// configuration.
func (f *lintFlags) configure(s *settings) error {
	const name = "momentoexpiry.max-lifetime"
	if s.config.MaxLifetime == nil || f.set.Changed(name) {
		return nil
	}
	if err := f.set.Set(name, s.config.LongestLifetime().String()); err != nil {
		return fmt.Errorf("max-lifetime in %s: %w", s.config.Path, err)
	}
	return nil
}

// lifetimeFlag is a lifetime as pflag wants it.
type lifetimeFlag struct{ *momentoexpiry.Lifetime }

// Type names the kind of value in the help.
func (*lifetimeFlag) Type() string { return "TIME" }

// vetFlags are the flags for go vet and for the tool.
func (f *lintFlags) vetFlags(jobs int, off []string) (build, tool []string) {
	if len(f.tags) > 0 {
		build = append(build, "-tags="+strings.Join(f.tags, ","))
	}
	if jobs > 0 {
		build = append(build, "-p="+strconv.Itoa(jobs))
	}
	for _, name := range analyzers.Names() {
		if slices.Contains(off, name) {
			tool = append(tool, "-"+name+"=false")
		}
	}
	f.set.Visit(func(flag *pflag.Flag) {
		if analyzer, _, ok := strings.Cut(flag.Name, "."); ok && slices.Contains(analyzers.Names(), analyzer) {
			tool = append(tool, "-"+flag.Name+"="+flag.Value.String())
		}
	})
	return build, tool
}

func newLintCommand(a *app) *cobra.Command {
	var (
		flags  lintFlags
		report reportFlags
	)
	cmd := &cobra.Command{
		Use:   "lint [PACKAGES]",
		Short: "Find Go code that hard-codes, prints or carelessly creates Momento keys",
		Long: `lint runs the Go analyzers over packages, "./..." if none is named: with every
module and workspace below the directory. It needs the go command. A second run
is fast, since the go command caches its results.

lint is safe on code that you do not trust. It runs "go list" and "go vet",
which compile imported packages with Go's own compiler and assembler, and it
downloads missing modules from GOPROXY unless --offline is given. It does not
run cgo, C compilers, pkg-config, SWIG, git, go:generate lines, tests, programs
named in GOFLAGS or by "go env -w", or a toolchain that go.mod asks for.
Packages that need cgo are analyzed from source, with the C names unknown. Those
for which that is not enough are reported as skipped; --cgo lets cgo run.
"go vet -vettool" is your own go command with all its settings: it runs cgo.

Exit code: 0 nothing found, 1 found, 2 something could not be analyzed: code
that does not compile, for one.`,
		Example: `  momentolint lint                                # everything below this directory
  momentolint lint --fix ./cmd/...                # repair what can be repaired
  momentolint lint --cgo ./...                    # your own code: run cgo too
  momentolint lint --tags integration ./...
  momentolint lint --momentoexpiry.max-lifetime 90d
  go vet -vettool="$(command -v momentolint)" ./...   # the same within go vet`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.lint(cmd, args, &flags, &report)
		},
	}
	flags.add(cmd.Flags())
	report.add(cmd.Flags())
	cmd.Flags().Lookup("fail-on").Usage = "exit with 1 on `WHAT`: any or none"
	for _, name := range []string{"expiry-warning", "show-secrets"} {
		// They concern credentials, which this command does not show.
		if err := cmd.Flags().MarkHidden(name); err != nil {
			panic(err) //nolint:forbidigo // a flag that is named wrongly just above
		}
	}
	return cmd
}

// lint is the command: options, runs of go vet, report.
func (a *app) lint(cmd *cobra.Command, args []string, flags *lintFlags, report *reportFlags) error {
	ctx := cmd.Context()
	wrong := func(format string, v ...any) error {
		return cli.Wrong(cmd, fmt.Errorf(format, v...))
	}
	for _, arg := range args {
		if strings.HasPrefix(arg, "-") {
			return wrong("%q is not a package pattern", arg)
		}
	}
	if flags.timeout < 0 {
		return wrong("--timeout %s: want 0 or more", flags.timeout)
	}
	if err := flags.settings.Validate(); err != nil {
		return wrong("--momentoexpiry.%w", err)
	}
	s, err := report.settings(cmd, ".")
	if err != nil {
		return err
	}
	if err := flags.configure(s); err != nil {
		return err
	}
	if s.failOn == "live" {
		if cmd.Flags().Changed("fail-on") {
			return wrong("--fail-on live: lint does not check whether a key is live; want any or none")
		}
		// The configuration file means scans.
		s.failOn = "any"
	}
	off, err := switchedOff(flags.disable, s)
	if err != nil {
		return wrong("%w", err)
	}
	run, err := scanner.New(scanner.Options{
		Version: buildVersion(), Config: s.config, Baseline: s.baseline, Limits: scanner.Limits{Jobs: report.jobs}, SetBy: s.setBy,
		Live: scanner.Live{Options: verify.Options{Offline: true}}, Now: a.now,
	})
	if err != nil {
		return err
	}
	l, err := newLinter(flags, report.jobs, off, s)
	if err != nil {
		return err
	}
	progress := &scanner.Progress{}
	progress.Phase.Store("running go vet")
	stopProgress := a.showProgress(ctx, progress, report)
	defer stopProgress()
	err = l.runWithin(ctx, flags.timeout, args)
	failed(run, ".", err)
	if l.fixed.Fixes > 0 && !report.quiet {
		stopProgress()
		_ = cli.Print(a.err, redact.Sprintf("momentolint: fixed %s in %s", cli.Plural(l.fixed.Fixes, "finding"), cli.Plural(l.fixed.Files, "file")))
	}
	recordDisabled(run, off, flags.disable)
	err = errors.Join(err, run.Scan(ctx, l.diagnostics()))
	return errors.Join(a.finish(ctx, run, s, report, stopProgress), l.broken, err)
}

// switchedOff are the analyzers that flags and configuration switch off.
func switchedOff(names []string, s *settings) ([]string, error) {
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
		return !slices.Contains(names, name) && !s.config.Disabled(name)
	})
	if len(off) == len(known) {
		return nil, errors.New("all analyzers are switched off")
	}
	return off, nil
}

// recordDisabled reports the analyzers that are switched off, those in byFlag as
// switched off by the flag.
func recordDisabled(run *scanner.Run, off, byFlag []string) {
	for _, name := range off {
		e := coverage.Exclude(coverage.ByAnalyzer, "")
		if slices.Contains(byFlag, name) {
			e.Source = "--disable"
		}
		run.Record(e)
	}
}

// linter is one run of the analyzers over packages.
type linter struct {
	runner *golint.Runner
	s      *settings
	root   string
	fix    bool

	// files are the sources, by absolute path.
	files map[string]*source
	// linted are the files of the linted packages.
	linted map[string]bool
	// What the last round has found.
	findings []lintFinding
	problems []scanner.Entry
	left     []scanner.Entry
	counted  golint.Count
	// fixed is what became of fixes; broken is why some could not be applied.
	fixed  golint.Applied
	broken error
}

func newLinter(flags *lintFlags, jobs int, off []string, s *settings) (*linter, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding this program: %w", err)
	}
	root, err := filepath.Abs(".")
	if err != nil {
		return nil, fmt.Errorf("finding this directory: %w", err)
	}
	options := golint.Options{Tool: self, Offline: flags.offline, Cgo: flags.cgo}
	options.BuildFlags, options.ToolFlags = flags.vetFlags(jobs, off)
	options.Analyzers = slices.DeleteFunc(vetAnalyzers(flags.settings), func(a *analysis.Analyzer) bool { return slices.Contains(off, a.Name) })
	runner, err := golint.New(options)
	if err != nil {
		return nil, err
	}
	return &linter{runner: runner, s: s, root: root, fix: flags.fix, files: make(map[string]*source), linted: make(map[string]bool)}, nil
}

// maxRounds is how often fixes are applied and the result is linted again: a
// fix may overlap with another one, or lead to a finding that has one.
const maxRounds = 10

// runWithin is run with a limit on its time, 0 for none. Once it is interrupted
// it returns within a second; what was found until then is kept unless the
// program was busy with a single package.
func (l *linter) runWithin(ctx context.Context, limit time.Duration, patterns []string) error {
	limited, cancel := ctx, context.CancelFunc(func() {})
	if limit > 0 {
		limited, cancel = context.WithTimeoutCause(ctx, limit, errLintTime)
	}
	defer cancel()
	work := *l
	err := cli.UntilDone(limited, func() error { return work.run(limited, patterns) })
	if !errors.Is(err, cli.ErrInterrupted) {
		*l = work
	}
	if err != nil && ctx.Err() == nil && limited.Err() != nil {
		return errLintTime
	}
	return err
}

// run runs go vet, again after each round of fixes.
func (l *linter) run(ctx context.Context, patterns []string) error {
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
		if !l.fix || l.broken != nil || !l.apply() {
			return nil //nolint:nilerr // the caller reports broken
		}
	}
	return nil
}

// excluded tells whether the configuration leaves a folder out.
func (l *linter) excluded(dir string) bool { return l.s.config.Excluded(l.configPath(dir), true) }

// configPath is a path as the configuration has it.
func (l *linter) configPath(path string) string {
	base := l.root
	if l.s.config.Dir != "" {
		if dir, err := filepath.Abs(l.s.config.Dir); err == nil {
			base = dir
		}
	}
	rel, err := filepath.Rel(base, path)
	if err != nil {
		return filepath.ToSlash(path)
	}
	return filepath.ToSlash(rel)
}

// name is a path as reports have it: seen from here, with slashes.
func (l *linter) name(path string) string {
	rel, err := filepath.Rel(l.root, path)
	if err != nil {
		return filepath.ToSlash(path)
	}
	return filepath.ToSlash(rel)
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
	for i := range l.findings {
		f := &l.findings[i]
		silenced := l.s.config.Disabled(f.Rule) || l.s.config.Allows(f.Fingerprint, f.Rule, l.configPath(f.path)) != "" ||
			l.s.baseline != nil && l.s.baseline.Covers(&f.Finding)
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

// diagnostics returns what was found, for the run that reports it.
func (l *linter) diagnostics() scanner.Diagnostics {
	d := scanner.Diagnostics{Root: ".", Unscanned: slices.Clone(l.problems), Files: l.counted.Files, Bytes: l.counted.Bytes}
	for i := range l.findings {
		d.Findings = append(d.Findings, l.findings[i].Finding)
	}
	d.Unscanned = append(d.Unscanned, l.left...)
	return d
}

// unanalyzed returns what is reported of a problem.
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
