package main

import (
	"errors"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/momentolint/momentolint/analyzers"
	"github.com/momentolint/momentolint/analyzers/momentoexpiry"
	"github.com/momentolint/momentolint/internal/cli"
	"github.com/momentolint/momentolint/internal/lint"
	"github.com/momentolint/momentolint/internal/redact"
	"github.com/momentolint/momentolint/internal/verify"
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
	fs.DurationVar(&f.timeout, "timeout", lint.DefaultTimeout, "stop after this `TIME`, report what was found, and exit with 2; 0 for no limit")
	fs.StringSliceVar(&f.tags, "tags", nil, "build with these `TAGS`, separated by commas")
	fs.StringSliceVar(&f.disable, "disable", nil, "switch the analyzer `NAME` off; may be repeated")
	// The analyzers' own settings have the names that they have in go vet.
	fs.BoolVar(&f.settings.Hardcoded.TestFiles, "momentohardcoded.test-files", f.settings.Hardcoded.TestFiles, "look at _test.go files too")
	fs.Var(&lifetimeFlag{&f.settings.Expiry.MaxLifetime}, "momentoexpiry.max-lifetime", "the longest life of a key that is not reported, such as 365d or 8760h; 0 for no limit")
	fs.IntVar(&f.settings.Expiry.SuggestLifetime, "momentoexpiry.suggest-lifetime", f.settings.Expiry.SuggestLifetime, "how many days the fix gives a key; 0 for no fix")
}

// lifetimeFlag is a lifetime as pflag wants it.
type lifetimeFlag struct{ *momentoexpiry.Lifetime }

// Type names the kind of value in the help.
func (*lifetimeFlag) Type() string { return "TIME" }

// options joins the flags with the configuration.
func (f *lintFlags) options(s *settings, jobs int, patterns []string) lint.Options {
	o := lint.Options{
		Patterns: patterns, Analyzers: f.settings, Disable: f.disable, Tags: f.tags, Jobs: jobs, Timeout: f.timeout,
		Offline: f.offline, Cgo: f.cgo, Fix: f.fix, Config: s.config, Baseline: s.baseline,
	}
	if s.config.MaxLifetime != nil && !f.set.Changed("momentoexpiry.max-lifetime") {
		o.Analyzers.Expiry.MaxLifetime = momentoexpiry.Lifetime(s.config.LongestLifetime())
	}
	return o
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

// lint is the command.
func (a *app) lint(cmd *cobra.Command, args []string, flags *lintFlags, report *reportFlags) error {
	ctx := cmd.Context()
	s, err := report.settings(cmd, ".")
	if err != nil {
		return err
	}
	if s.failOn == "live" {
		if cmd.Flags().Changed("fail-on") {
			return cli.Wrong(cmd, errors.New("--fail-on live: lint does not check whether a key is live; want any or none"))
		}
		// The configuration file means scans.
		s.failOn = "any"
	}
	options := flags.options(s, report.jobs, args)
	if err := options.Validate(); err != nil {
		return cli.Wrong(cmd, err)
	}
	run, err := scanner.New(scanner.Options{
		Version: buildVersion(), Config: s.config, Baseline: s.baseline, Limits: scanner.Limits{Jobs: report.jobs}, SetBy: s.setBy,
		Live: scanner.Live{Options: verify.Options{Offline: true}}, Now: a.now,
	})
	if err != nil {
		return err
	}
	progress := &scanner.Progress{}
	progress.Phase.Store("running go vet")
	stopProgress := a.showProgress(ctx, progress, report)
	defer stopProgress()
	fixed, err := lint.Run(ctx, run, options)
	if fixed.Fixes > 0 && !report.Quiet {
		stopProgress()
		_ = cli.Print(a.err, redact.Sprintf("momentolint: fixed %s in %s", cli.Plural(fixed.Fixes, "finding"), cli.Plural(fixed.Files, "file")))
	}
	return errors.Join(a.finish(ctx, run, s, report, stopProgress), err)
}
