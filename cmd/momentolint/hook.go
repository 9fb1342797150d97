package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/momentolint/momentolint/internal/cli"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/hook"
	"github.com/momentolint/momentolint/internal/redact"
	"github.com/momentolint/momentolint/internal/report"
	"github.com/momentolint/momentolint/scanner"
)

func newHookCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "hook",
		Short: "Keep credentials out of commits and pushes",
		Long: `hook puts momentolint into git's hooks: before a commit it scans what is
staged, before a push the commits that the remote does not have yet.`,
		Args: cli.UnknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newHookInstallCommand(a), newHookUninstallCommand(a), newHookRunCommand(a))
	return cmd
}

// installFlags are those of install and uninstall.
type installFlags struct{ global, dryRun bool }

func (f *installFlags) add(fs *pflag.FlagSet) {
	fs.BoolVar(&f.global, "global", false, "all repositories of this user")
	fs.BoolVar(&f.dryRun, "dry-run", false, "only say what would be done")
}

// installer joins flags and arguments.
func (f *installFlags) installer(cmd *cobra.Command, args []string) (*hook.Installer, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding the program's own path: %w", err)
	}
	i := &hook.Installer{Dir: ".", Program: program, Version: buildVersion(), Global: f.global, DryRun: f.dryRun}
	for _, name := range args {
		e, err := hook.ParseEvent(name)
		if err != nil {
			return nil, cli.Wrong(cmd, err)
		}
		if !slices.Contains(i.Events, e) {
			i.Events = append(i.Events, e)
		}
	}
	return i, nil
}

func newHookInstallCommand(a *app) *cobra.Command {
	var flags installFlags
	cmd := &cobra.Command{
		Use:   "install [pre-commit] [pre-push] | install pre-receive | install ai [ASSISTANT…]",
		Short: "Let git run momentolint before commits and pushes",
		Long: `install makes git run momentolint before each commit and each push, or at the
one that is named; in a bare repository before it receives a push (pre-receive).
A hook that is there is kept and runs first. Where
pre-commit, husky or lefthook manage the hooks, nothing is changed; install
shows the lines for their file.

"install ai" puts momentolint into the hooks of the AI coding assistants that you
use (claude, cursor, gemini, codex, copilot, windsurf), in their files in your home
directory: a prompt, tool call, file or command with a credential is blocked.`,
		ValidArgs: eventNames(),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 && args[0] == assistants {
				i, err := flags.assistantInstaller(args[1:])
				if err != nil {
					return err
				}
				return a.say(i.Install())
			}
			i, err := flags.installer(cmd, args)
			if err != nil {
				return err
			}
			return a.say(i.Install(cmd.Context()))
		},
	}
	flags.add(cmd.Flags())
	return cmd
}

func newHookUninstallCommand(a *app) *cobra.Command {
	var flags installFlags
	cmd := &cobra.Command{
		Use:       "uninstall [pre-commit] [pre-push] [pre-receive] | uninstall ai [ASSISTANT…]",
		Short:     "Take momentolint out of git's hooks",
		Long:      `uninstall takes out what install put in, and puts back what was there before.`,
		ValidArgs: eventNames(),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 && args[0] == assistants {
				i, err := flags.assistantInstaller(args[1:])
				if err != nil {
					return err
				}
				return a.say(i.Uninstall())
			}
			i, err := flags.installer(cmd, args)
			if err != nil {
				return err
			}
			return a.say(i.Uninstall(cmd.Context()))
		},
	}
	flags.add(cmd.Flags())
	return cmd
}

// say prints what was done, also where it then failed.
func (a *app) say(lines []string, err error) error {
	for _, line := range lines {
		if err := cli.Print(a.out, redact.OfLines(line)); err != nil {
			return err
		}
	}
	return err
}

func eventNames() []string {
	var names []string
	for _, e := range append(hook.Events(), hook.PreReceive) {
		names = append(names, string(e))
	}
	return append(names, assistants)
}

// hookFlags are the flags of "hook run".
type hookFlags struct {
	live, strict             bool
	failOn, config, baseline string
	jobs                     int
	timeout                  time.Duration
}

// forScan returns the flags of a scan. Those that a hook does not have are as in a
// scan that was given none.
func (f *hookFlags) forScan() (scan scanFlags, reports reportFlags, live liveFlags) {
	defaults := pflag.NewFlagSet("scan", pflag.ContinueOnError)
	scan.add(defaults)
	reports.add(defaults)
	live.add(defaults)
	reports.FailOn, reports.config, reports.Baseline, reports.jobs = f.failOn, f.config, f.baseline, f.jobs
	return scan, reports, live
}

func newHookRunCommand(a *app) *cobra.Command {
	var flags hookFlags
	cmd := &cobra.Command{
		Use:   "run pre-commit | run pre-push [REMOTE URL] | run pre-receive | run ai",
		Short: "What the hooks call",
		Long: `run is what git's hooks and hook managers call. For pre-commit it scans what is
staged. For pre-push it reads the refs that git writes to standard input, and
scans the commits that the remote does not have. For pre-receive it does so in
the repository that receives the push, with the configuration of its HEAD. It
prints nothing if nothing is found, and does not use the network unless --live
is given. For ai it reads an event of an AI coding assistant as JSON from standard
input, and answers it in that assistant's own form.

Exit code: 0 nothing found, 1 found, 2 something was skipped or could not be done.`,
		ValidArgs: eventNames(),
		RunE: func(cmd *cobra.Command, args []string) error {
			name := ""
			if len(args) > 0 {
				name = args[0]
			}
			if name == assistants {
				return a.runAssistantHook(cmd, &flags)
			}
			e, err := hook.ParseEvent(name)
			if err != nil {
				return cli.Wrong(cmd, err)
			}
			skipped, note, err := e.Skipped(cmd.Context(), a.lookup)
			if note != "" {
				_ = cli.Print(a.err, redact.Sprintf("momentolint: %s", note))
			}
			if err != nil || skipped {
				return err
			}
			if e == hook.PreReceive && !cmd.Flags().Changed("timeout") {
				flags.timeout = hook.DefaultTimeout
			}
			return a.runHook(cmd, e, args[1:], &flags)
		},
	}
	fs := cmd.Flags()
	fs.BoolVar(&flags.live, "live", false, "ask Momento whether what was found works")
	fs.BoolVar(&flags.strict, "strict", false, "also refuse what is opaque: encrypted, damaged or in a format that is not opened")
	fs.StringVar(&flags.failOn, "fail-on", "any", "refuse on `WHAT`: any, live or none")
	fs.StringVar(&flags.config, "config", "", "configuration `FILE` (default: .momentolint.yaml, searched for in the current directory and its parents)")
	fs.StringVar(&flags.baseline, "baseline", "", "leave out the findings that `FILE` lists")
	fs.IntVar(&flags.jobs, "jobs", 0, "work on `N` things at once, 0 = as many as there are cores")
	fs.DurationVar(&flags.timeout, "timeout", 0, "refuse what takes longer than `DURATION` to scan, 0 = no limit (default for pre-receive: 1m0s)")
	return cmd
}

// runHook looks at what is to be committed or pushed, and says on standard
// error what is wrong with it.
func (a *app) runHook(cmd *cobra.Command, e hook.Event, args []string, flags *hookFlags) error {
	ctx := cmd.Context()
	var plan hook.Plan
	_, err := hook.Bounded(ctx, flags.timeout, func(ctx context.Context) (err error) {
		plan, err = e.Plan(ctx, hook.Call{Args: args, In: a.in, Lookup: a.lookup})
		return err
	})
	if err != nil {
		return err
	}
	var source scanner.Source
	switch {
	case plan.Commits != nil:
		source = scanner.Commits{Dir: ".", Commits: *plan.Commits}
	case plan.Index:
		source = scanner.Staged{Dir: ".", Tracked: plan.Tracked}
	default:
		return nil
	}
	scan, reports, live := flags.forScan()
	reports.Strict = flags.strict
	live.Offline = !flags.live
	// What is pushed can be opaque on purpose: it is named.
	reports.Verbose = e != hook.PreCommit
	if e == hook.PreReceive {
		// The pusher must not choose the configuration.
		if reports.from, err = headTree(ctx); err != nil {
			return err
		}
	}
	if e == hook.PrePush && plan.Commits != nil && len(plan.Commits.Exclude) > 0 {
		reports.Strict = reports.Strict || strictAt(ctx, plan.Commits.Exclude[0])
	}
	p, err := a.prepare(cmd, []string{"."}, &scan, &reports, &live)
	if err != nil && e == hook.PreReceive && ctx.Err() == nil {
		// Or no push could repair the configuration.
		_ = cli.Print(a.err, redact.Sprintf("momentolint: %s; the defaults count", redact.Error(err)))
		if reports.from, err = emptyTree("."); err == nil {
			p, err = a.prepare(cmd, []string{"."}, &scan, &reports, &live)
		}
	}
	if err != nil {
		return err
	}
	ended, err := hook.Bounded(ctx, flags.timeout, func(ctx context.Context) error { return p.run.Scan(ctx, source) })
	if !ended {
		return err
	}
	failed(p.run, ".", err)
	r := p.run.Report(ctx)
	cli.RequireVerdicts(r, p.settings.failOn)
	a.code = cli.Policy{FailOn: p.settings.failOn, Strict: p.settings.strict}.ExitCode(r)
	s := &r.Summary
	if len(r.Findings) == 0 && a.code == exitClean && s.Unqualified() && len(s.Excluded) == 0 {
		return nil
	}
	return a.refuse(r, plan.Event)
}

// refuse writes what was found and the ways out.
func (a *app) refuse(r *finding.Report, e hook.Event) error {
	var b bytes.Buffer
	color := cli.Color(a.getenv, a.err, false)
	err := report.Text(&b, r, report.TextOptions{Color: color, Width: cli.Width(a.err), Quiet: true, Brief: true})
	if err != nil {
		return err
	}
	if a.code != exitClean {
		b.WriteString("\n" + redact.OfLines(e.WayOut(files(r), !r.Summary.Unqualified())).String())
	}
	if _, err = a.err.Write(b.Bytes()); err != nil {
		return fmt.Errorf("writing what was found: %w", err)
	}
	return nil
}

// files are the files with findings, an archive for what is in it.
func files(r *finding.Report) []string {
	var names []string
	for i := range r.Findings {
		name, _, _ := strings.Cut(redact.Credentials(r.Findings[i].Location.File), "!")
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
