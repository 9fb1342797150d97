package main

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/momentolint/momentolint/internal/cli"
	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/machine"
	"github.com/momentolint/momentolint/scanner"
)

// scanFlags are the flags of "scan" alone.
type scanFlags struct {
	history, reflog, allObjects, staged, machine, noCache bool
	commits                                               string
	imports                                               []string
	limits                                                cli.LimitFlags
}

func (f *scanFlags) add(fs *pflag.FlagSet) {
	fs.BoolVar(&f.history, "history", false, "scan everything reachable from any ref of the repository")
	fs.BoolVar(&f.reflog, "reflog", false, "with --history, also what only reflogs and stashes reach")
	fs.BoolVar(&f.allObjects, "all-objects", false, "with --history, everything in the object store, dangling objects too")
	fs.StringVar(&f.commits, "range", "", "scan what the commits of `A..B` added")
	fs.BoolVar(&f.staged, "staged", false, "scan what the index adds over HEAD")
	fs.BoolVar(&f.machine, "machine", false, "scan the places on this computer where keys are kept (AI assistants, histories, settings) and the environment")
	fs.StringArrayVar(&f.imports, "import", nil, "take the findings of another scanner's report: `FILE` of gitleaks, betterleaks, TruffleHog or Kingfisher, or in SARIF, - = standard input; may be repeated")
	fs.BoolVar(&f.noCache, "no-cache", false, "do not use or write the cache of scanned git objects")
	f.limits.Add(fs)
}

// modes lists which of the sources that exclude each other were asked for.
func (f *scanFlags) modes() []string {
	var list []string
	for _, m := range []struct {
		on   bool
		name string
	}{{f.history, "--history"}, {f.commits != "", "--range"}, {f.staged, "--staged"}, {f.machine, "--machine"}, {len(f.imports) > 0, "--import"}} {
		if m.on {
			list = append(list, m.name)
		}
	}
	return list
}

// inRepository reports whether objects of a repository are scanned.
func (f *scanFlags) inRepository() bool { return f.history || f.staged || f.commits != "" }

func newScanCommand(a *app) *cobra.Command {
	var (
		flags  scanFlags
		report reportFlags
		live   liveFlags
	)
	cmd := &cobra.Command{
		Use:   "scan [PATH…]",
		Short: "Find Momento credentials in files, archives, git histories and on this computer",
		Long: `scan finds Momento credentials in files, directories, archives and standard input
("-"), in whole git histories, in what a range of commits or the index adds, in
the well-known places on this computer, or in the reports of other scanners.
Without a PATH it scans the current directory.

Exit code: 0 nothing found, 1 found, 2 something was skipped or could not be done.`,
		Example: `  momentolint scan                           # this directory
  momentolint scan --offline deploy app.tar  # a directory and an archive, no network
  kubectl get secrets -o yaml | momentolint scan -
  momentolint scan --history                 # every commit of this repository
  momentolint scan --range origin/main..HEAD # what a branch adds
  momentolint scan --staged                  # what would be committed
  momentolint scan --machine                 # this computer
  momentolint scan --import gitleaks.json    # what gitleaks has found`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.scan(cmd, args, &flags, &report, &live)
		},
	}
	flags.add(cmd.Flags())
	report.add(cmd.Flags())
	live.add(cmd.Flags())
	return cmd
}

// scan is the command: options, sources, report.
func (a *app) scan(cmd *cobra.Command, args []string, flags *scanFlags, report *reportFlags, live *liveFlags) error {
	ctx := cmd.Context()
	wrong := func(format string, v ...any) error {
		return cli.Wrong(cmd, fmt.Errorf(format, v...))
	}
	modes := flags.modes()
	switch {
	case len(modes) > 1:
		return wrong("%s and %s exclude each other", modes[0], modes[1])
	case (flags.reflog || flags.allObjects) && !flags.history:
		return wrong("--reflog and --all-objects go with --history")
	case cmd.Flags().Changed("range") && flags.commits == "":
		// A script whose variable is not set must not get a scan of something else.
		return wrong("--range is empty: write A..B for the commits of B that are not in A, or --history for all")
	case slices.Contains(args, ""):
		return wrong(`a PATH is empty: use "." for the current directory`)
	case len(modes) == 1 && (flags.machine || len(flags.imports) > 0) && len(args) > 0:
		return wrong("%s takes no PATH", modes[0])
	case len(modes) == 1 && len(args) > 1:
		return wrong("%s takes one repository", modes[0])
	}
	if len(args) == 0 {
		args = []string{"."}
	}
	p, err := a.prepare(cmd, args, flags, report, live)
	if err != nil {
		return err
	}
	stopProgress := a.showProgress(ctx, p.progress, report)
	defer stopProgress()
	if !flags.inRepository() {
		defer limitMemory()()
	}
	list, err := a.sources(flags, args)
	if err == nil {
		err = p.run.Scan(ctx, list...)
	}
	failed(p.run, args[0], err)
	return errors.Join(a.finish(ctx, p.run, p.settings, report, stopProgress), err)
}

// failed records a source that could not be read to its end: what was found is
// reported all the same.
func failed(run *scanner.Run, source string, err error) {
	if err != nil {
		run.Record(coverage.Skip(source, finding.Reason(err)))
	}
}

// prepared is a run that has not read anything yet.
type prepared struct {
	run      *scanner.Run
	settings *settings
	progress *scanner.Progress
}

// prepare makes a run of the command's flags and the configuration around the
// first of the paths. An interrupt ends it.
func (a *app) prepare(cmd *cobra.Command, paths []string, flags *scanFlags, report *reportFlags, live *liveFlags) (*prepared, error) {
	var made *prepared
	err := cli.UntilDone(cmd.Context(), func() (err error) {
		made, err = a.makeRun(cmd, paths, flags, report, live)
		return err
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

func (a *app) makeRun(cmd *cobra.Command, paths []string, flags *scanFlags, report *reportFlags, live *liveFlags) (*prepared, error) {
	settings, err := report.settings(cmd, paths[0], paths[1:]...)
	if err != nil {
		return nil, err
	}
	limits := &flags.limits
	if err := limits.Merge(settings.config); err != nil {
		return nil, cli.Wrong(cmd, err)
	}
	options, err := a.scannerOptions(settings, report, live)
	if err != nil {
		return nil, cli.Wrong(cmd, err)
	}
	options.Limits.ArchiveDepth, options.Limits.DecodeDepth, options.Limits.FileSize = depth(limits.ArchiveDepth), depth(limits.DecodeDepth), limits.FileSize
	maps.Copy(settings.setBy, limits.SetBy())
	options.SetBy, options.NameOpaque = settings.setBy, settings.strict || report.Verbose
	gitleaksFiles(&options, paths, flags, settings.from)
	if !flags.noCache && flags.history {
		options.CacheDir = cacheDir()
	}
	run, err := scanner.New(options)
	if err != nil {
		return nil, err
	}
	run.NoteUnknownRules()
	if settings.from != nil {
		for _, note := range settings.from.notes {
			run.Note(note)
		}
	}
	return &prepared{run, settings, options.Progress}, nil
}

// limitMemory asks the runtime to collect garbage before files take more memory
// than they may: a decoder's window is the data's choice, so that a few archives
// leave tens of megabytes each. Whoever sets GOMEMLIMIT has decided already. The
// result undoes it.
func limitMemory() func() {
	const common, each = 70 << 20, 15 << 20
	before := debug.SetMemoryLimit(-1)
	if before == math.MaxInt64 {
		debug.SetMemoryLimit(common + each*int64(runtime.GOMAXPROCS(0)))
	}
	return func() { debug.SetMemoryLimit(before) }
}

// depth returns the scanner's setting for a depth of the command line, where 0
// means none.
func depth(n int) int {
	if n == 0 {
		return scanner.Off
	}
	return n
}

// sources returns what the command line names.
func (a *app) sources(flags *scanFlags, args []string) ([]scanner.Source, error) {
	switch {
	case flags.history:
		return []scanner.Source{scanner.History{Dir: args[0], Reflog: flags.reflog, AllObjects: flags.allObjects}}, nil
	case flags.commits != "":
		return []scanner.Source{scanner.Range{Dir: args[0], Spec: flags.commits}}, nil
	case flags.staged:
		return []scanner.Source{scanner.Staged{Dir: args[0]}}, nil
	case flags.machine:
		system, err := machine.Current()
		if err != nil {
			return nil, fmt.Errorf("finding the home directory: %w", err)
		}
		return []scanner.Source{scanner.Machine{System: system}}, nil
	case len(flags.imports) > 0:
		return []scanner.Source{scanner.Reports{Paths: flags.imports, Stdin: a.in}}, nil
	}
	var list []scanner.Source
	var paths []string
	for _, arg := range args {
		if arg == "-" {
			list = append(list, scanner.Stream{Name: "-", Reader: a.in})
		} else {
			paths = append(paths, arg)
		}
	}
	if len(paths) > 0 {
		list = append(list, scanner.Files{Paths: paths})
	}
	return list, nil
}

// cacheDir is momentolint's folder in the user's cache folder, "" if there is none.
func cacheDir() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "momentolint")
}
