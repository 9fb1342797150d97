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

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/momentolint/momentolint/internal/action"
	"github.com/momentolint/momentolint/internal/atomicfile"
	"github.com/momentolint/momentolint/internal/cli"
	"github.com/momentolint/momentolint/internal/git/changes"
	"github.com/momentolint/momentolint/internal/lint"
	"github.com/momentolint/momentolint/internal/redact"
	"github.com/momentolint/momentolint/internal/report"
	"github.com/momentolint/momentolint/scanner"
)

// newGitHubActionCommand builds what action.yml runs. It takes no flags of its
// own: everything comes from the runner's variables and from the inputs.
func newGitHubActionCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:    "github-action",
		Short:  "The inside of the GitHub action",
		Long:   "github-action is what momentolint's GitHub action runs (docs/github-action.md). It is of no use elsewhere.",
		Hidden: true,
		Args:   cobra.NoArgs,
	}
	s := &actionStep{app: a, cmd: cmd}
	s.scan.add(cmd.Flags())
	s.report.add(cmd.Flags())
	s.live.add(cmd.Flags())
	// The analyzers' flags, but for those that scanning has too and for --fix.
	analyzers := pflag.NewFlagSet("lint", pflag.ContinueOnError)
	s.lint.add(analyzers)
	s.lint.set = cmd.Flags()
	analyzers.VisitAll(func(f *pflag.Flag) {
		if f.Name != "fix" && cmd.Flags().Lookup(f.Name) == nil {
			cmd.Flags().AddFlag(f)
		}
	})
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		s.run(cmd.Context())
		return nil
	}
	return cmd
}

// actionStep is one run of the action's step.
type actionStep struct {
	*app
	cmd    *cobra.Command
	runner action.Runner
	inputs action.Inputs
	scan   scanFlags
	report reportFlags
	live   liveFlags
	lint   lintFlags
	// rules says which configuration counts, and configured are the changes to it
	// that wait for the merge.
	rules      redact.Markdown
	configured []configChange
	// json and sarif are the paths of the reports.
	json, sarif string
}

// run does the step. What goes wrong becomes an annotation and a part of the
// run's page, not only a line of the log, and makes the step fail.
func (s *actionStep) run(ctx context.Context) {
	err := s.try(ctx)
	if tellErr := s.tell(err); tellErr != nil {
		err = errors.Join(err, tellErr)
	}
	if err != nil {
		_ = cli.Print(s.out, redact.AnnotateError(redact.Error(err), redact.Property("title", redact.Literal("momentolint"))))
		s.code = exitFailed
	}
}

func (s *actionStep) try(ctx context.Context) (err error) {
	if s.runner, err = action.NewRunner(s.getenv); err != nil {
		return err
	}
	if s.inputs, err = action.NewInputs(s.getenv); err != nil {
		return err
	}
	plan, err := s.runner.Plan()
	if err != nil {
		return err
	}
	if plan.Mode == action.Nothing {
		s.log("Nothing to look at: " + plan.Title + ".")
		return nil
	}
	// Paths of inputs and flags are relative to the checkout.
	if err := os.Chdir(filepath.Join(s.runner.Workspace, s.inputs.Directory)); err != nil {
		return fmt.Errorf("going to the checkout: %w", err)
	}
	if err := s.setFlags(); err != nil {
		return err
	}
	var found action.Range
	if plan.Mode == action.Commits {
		// First, since it may fetch the commit whose configuration counts.
		if found, err = (action.Repository{Dir: ".", Log: s.log}).Resolve(ctx, plan); err != nil {
			return err
		}
	}
	if err := s.configuration(ctx, plan, found); err != nil {
		return err
	}
	p, err := s.prepare(s.cmd, []string{"."}, &s.scan, &s.report, &s.live) //nolint:contextcheck // it takes the context from the command
	if err != nil {
		return err
	}
	if options := s.lint.options(p.settings, s.report.jobs, nil); s.inputs.Lint || s.inputs.LintAuto {
		if err := options.Validate(); err != nil {
			return fmt.Errorf("the input args: %w", err)
		}
	}
	// Findings are reported even if a part fails.
	err = s.read(ctx, p.run, plan, found)
	failed(p.run, ".", err)
	err = errors.Join(err, s.analyze(ctx, p))
	return errors.Join(err, s.finish(ctx, p.run, p.settings, &s.report, func() {}))
}

// read scans what the event brings.
func (s *actionStep) read(ctx context.Context, run *scanner.Run, plan action.Plan, found action.Range) error {
	switch {
	case plan.Mode == action.Commits:
		message := ""
		if found.Tag {
			message = " and the tag's message"
		}
		s.log("Looking at " + plan.Title + ": " + cli.Plural(found.Commits, "commit") + message + ".")
		if found.Commits == 0 && !found.Tag {
			return run.Scan(ctx, scanner.Diagnostics{Root: "."})
		}
		commits := changes.Commits{Include: []string{found.Include}}
		if found.Exclude != "" {
			commits.Exclude = []string{found.Exclude}
		}
		return run.Scan(ctx, scanner.Commits{Dir: ".", Commits: commits})
	case s.inputs.History:
		if err := (action.Repository{Dir: ".", Log: s.log}).Whole(ctx); err != nil {
			return err
		}
		s.log("Looking at the whole history.")
		return run.Scan(ctx, scanner.History{Dir: "."})
	}
	s.log("Looking at " + plan.Title + " in " + strings.Join(s.inputs.Paths, ", ") + ".")
	return run.Scan(ctx, scanner.Files{Paths: s.inputs.Paths, WholePaths: true})
}

// analyze runs the Go analyzers over the checkout and adds what they find.
func (s *actionStep) analyze(ctx context.Context, p *prepared) error {
	wanted := s.inputs.Lint
	if s.inputs.LintAuto {
		var err error
		if wanted, err = action.HasModule("."); err != nil {
			failed(p.run, ".", err)
			return err
		}
	}
	if !wanted {
		return nil
	}
	s.log("Running the Go analyzers.")
	_, err := lint.Run(ctx, p.run, s.lint.options(p.settings, s.report.jobs, nil))
	return err
}

// takenFlags are the flags of "scan" that are not for the input args: they have
// an input of their own, the event decides on them, or the action does.
var takenFlags = []struct{ reason, flags string }{
	{"it has an input of its own", "fail-on baseline config config-from offline history"},
	{"the event decides what is scanned", "range staged machine reflog all-objects"},
	{"the action writes its reports itself; momentolint scan as a step of its own can write others", "format report write-baseline"},
	{"what a workflow shows is read by many", "show-secrets"},
}

// setFlags sets the flags by the inputs, as a command line would.
func (s *actionStep) setFlags() error {
	fs := s.cmd.Flags()
	if err := fs.Parse(s.inputs.Flags); err != nil {
		return fmt.Errorf("the input args: %w", cli.SuggestFlag(s.cmd, err))
	}
	var refused error
	fs.Visit(func(f *pflag.Flag) {
		for _, taken := range takenFlags {
			if slices.Contains(strings.Fields(taken.flags), f.Name) {
				refused = fmt.Errorf("the input args cannot hold --%s: %s", f.Name, taken.reason)
			}
		}
	})
	if refused != nil {
		return refused
	}
	dir, err := os.MkdirTemp(s.runner.Temp, "momentolint-report-")
	if err != nil {
		return fmt.Errorf("creating the directory for the reports: %w", err)
	}
	s.json, s.sarif = filepath.Join(dir, "momentolint.json"), filepath.Join(dir, "momentolint.sarif")
	if s.inputs.SARIF != "" {
		// Absolute, for the steps that follow.
		if s.sarif, err = filepath.Abs(filepath.FromSlash(s.inputs.SARIF)); err != nil {
			return fmt.Errorf("the input sarif-file: %w", err)
		}
		// Before anything is made below a link.
		if err := atomicfile.Check(s.sarif); err != nil {
			return fmt.Errorf("the input sarif-file: %w", err)
		}
		if err := os.MkdirAll(filepath.Dir(s.sarif), 0o750); err != nil {
			return fmt.Errorf("creating the directory for the SARIF report: %w", err)
		}
	}
	values := [][2]string{
		{"format", "github"}, {"report", "json=" + s.json}, {"report", "sarif=" + s.sarif}, {"fail-on", s.inputs.FailOn}, {"no-progress", "true"},
	}
	if s.inputs.Baseline != "" {
		values = append(values, [2]string{"baseline", filepath.FromSlash(s.inputs.Baseline)})
	}
	if s.inputs.Config != "" {
		values = append(values, [2]string{"config", filepath.FromSlash(s.inputs.Config)})
	}
	if !s.inputs.Live {
		values = append(values, [2]string{"offline", "true"})
	}
	for _, v := range values {
		if err := fs.Set(v[0], v[1]); err != nil {
			return fmt.Errorf("setting --%s: %w", v[0], err)
		}
	}
	return nil
}

// tell hands the results to the steps that follow and to the run's page.
func (s *actionStep) tell(failed error) error {
	findings, live := 0, 0
	var page strings.Builder
	if r := s.reported; r != nil {
		findings, live = r.Summary.Findings, r.Summary.Live
		if err := report.Summary(&page, r); err != nil {
			return err
		}
	}
	page.WriteString(s.configurationPage())
	if failed != nil {
		page.WriteString(redact.Markup("## momentolint failed\n\n%s", redact.Error(failed).Fence()).String())
	}
	var errs []error
	if s.runner.Summary != "" && page.Len() > 0 {
		errs = append(errs, action.AppendSummary(s.runner.Summary, page.String()))
	}
	if s.runner.Output != "" {
		errs = append(errs, action.WriteOutputs(s.runner.Output, []action.Output{
			{Name: "findings", Value: strconv.Itoa(findings)}, {Name: "live", Value: strconv.Itoa(live)},
			{Name: "sarif", Value: written(s.sarif)}, {Name: "report", Value: written(s.json)},
		}))
	}
	return errors.Join(errs...)
}

// written is the path of a report that is there, else "".
func written(path string) string {
	if info, err := os.Stat(path); path == "" || err != nil || !info.Mode().IsRegular() {
		return ""
	}
	return path
}

// log writes a line to the step's log. No line begins with text of foreign
// origin, and none commands the runner.
func (s *actionStep) log(line string) {
	_ = cli.Print(s.out, redact.Of(line).Log())
}
