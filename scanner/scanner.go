// Package scanner finds Momento's credentials. A [Run] scans one source or more
// (files, streams, histories, ranges of commits, ...), sets aside what was
// suppressed, asks Momento about the rest and returns a [Report].
//
//	run, err := scanner.New(scanner.Options{})
//	...
//	err = run.Scan(ctx, scanner.Files{Paths: []string{"."}})
//	report := run.Report(ctx)
//
// An error of Scan does not make what was found before it worthless: Report
// returns it all the same, and Report.Summary says what was not scanned.
package scanner

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/momentolint/momentolint/internal/account"
	"github.com/momentolint/momentolint/internal/baseline"
	"github.com/momentolint/momentolint/internal/config"
	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/detect"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/verify"
)

// The defaults of Options.
const (
	DefaultArchiveDepth  = 8
	DefaultDecodeDepth   = 6
	DefaultExpiryWarning = 30 * 24 * time.Hour
)

// MaxJobs is the most that Limits.Jobs may be: every job has buffers of its
// own, so that a much larger number would use up the memory before anything is
// scanned.
const MaxJobs = 1024

// Off switches a depth of Limits off.
const Off = -1

// Options are the settings of a run. The zero value is a run with the defaults:
// all rules, and a live check through Momento's own hosts.
type Options struct {
	// Version is momentolint's version, for the report and the cache's key.
	Version string
	// Config is the content of the configuration file; nil means none.
	Config *config.Config
	// Baseline holds the findings that are known; nil means none.
	Baseline *baseline.Baseline
	// Gitleaks are the user's files for gitleaks.
	Gitleaks Gitleaks
	// Limits bound what is read.
	Limits Limits
	// SetBy names the flag or file that set what excludes something, for the
	// report; what is not in it was set by the configuration.
	SetBy map[coverage.By]string
	// NameOpaque names opaque files of a history by path and commit, which takes a
	// walk of its trees, rather than by object id.
	NameOpaque bool
	// ExpiryWarning is how long before its expiry a credential is reported as
	// expiring soon; 0 means DefaultExpiryWarning.
	ExpiryWarning time.Duration
	// ShowSecrets makes reports show credentials in full.
	ShowSecrets bool
	// Live are the settings of the live check.
	Live Live
	// CacheDir is the directory of the cache of scanned git objects; "" means no
	// cache.
	CacheDir string
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Progress, if not nil, is updated while the run goes on.
	Progress *Progress
}

// Gitleaks are files for gitleaks whose rules and allowlists apply.
type Gitleaks struct {
	// Config is the path of a configuration; "" means none.
	Config string
	// Ignore are the paths of the .gitleaksignore files.
	Ignore []string
	// Root is the directory that names in these files are relative to: the top of
	// the repository. With "" they are compared with the names in the report.
	Root string
	// Tree holds these files by their names below Root; nil means the file system.
	// With a Root they count as part of what is scanned: what they extend must be
	// in the same tree.
	Tree fs.FS
}

// Limits bound what is read.
type Limits struct {
	// Jobs is how many blobs are scanned at once, at most MaxJobs; 0 means one for
	// each core.
	Jobs int
	// ArchiveDepth is how many archives inside one another are opened; 0 means
	// DefaultArchiveDepth, Off none.
	ArchiveDepth int
	// DecodeDepth is how many layers of encoding are decoded; 0 means
	// DefaultDecodeDepth, Off none.
	DecodeDepth int
	// FileSize excludes larger files, in bytes; 0 means no limit.
	FileSize int64
}

// depth returns the depth that a setting means.
func depth(setting, standard int) int {
	switch {
	case setting < 0:
		return 0
	case setting == 0:
		return standard
	}
	return setting
}

// Live are the settings of the live check.
type Live struct {
	verify.Options
	// Verifier, if not nil, judges the credentials instead of a check by Options
	// and Account.
	Verifier Verifier
	// Account are the settings for looking v2 keys up in their account.
	Account account.Settings
}

// Verifier judges credentials; verify.Verifier is one.
type Verifier interface {
	// Verify returns a verdict for every credential among the targets, by its
	// fingerprint.
	Verify(ctx context.Context, targets []verify.Target) map[string]finding.Verdict
}

// Progress counts what has been done so far. It may be read at any time.
type Progress struct {
	// Files and Bytes are what was scanned; Findings what was found in it.
	Files, Bytes, Findings atomic.Int64
	// Done and Total are the objects of a history; Total is 0 until it is known.
	Done, Total atomic.Int64
	// Phase says in a word or two what is being done.
	Phase atomic.Value
}

// phase names what is being done.
func (p *Progress) phase(name string) { p.Phase.Store(name) }

// Source is something to scan: Files, Stream, History, Range, Commits, Staged,
// Machine, Reports or Diagnostics.
type Source interface {
	scan(ctx context.Context, r *Run) error
}

// Run is one run of the scanner: Scan once or more, then Report once.
type Run struct {
	o        Options
	detector *detect.Detector
	scanners []*detect.Scanner
	started  time.Time
	progress *Progress

	mu sync.Mutex
	// root is the directory that file names in the report are relative to.
	root     string
	findings []finding.Finding
	summary  finding.Summary
	notes    []string
	stopped  error
	// excludedPaths are the paths of repositories that were recorded as excluded.
	excludedPaths map[string]bool
}

// New prepares a run. The error is a mistake in a configuration or in the
// options of the live check.
func New(o Options) (*Run, error) {
	if o.Limits.Jobs < 0 || o.Limits.Jobs > MaxJobs {
		return nil, fmt.Errorf("%d jobs: want 0 to %d", o.Limits.Jobs, MaxJobs)
	}
	if o.Limits.Jobs == 0 {
		o.Limits.Jobs = runtime.GOMAXPROCS(0)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Config == nil {
		o.Config = &config.Config{}
	}
	if o.Progress == nil {
		o.Progress = &Progress{}
	}
	o.Limits.ArchiveDepth = depth(o.Limits.ArchiveDepth, DefaultArchiveDepth)
	o.Limits.DecodeDepth = depth(o.Limits.DecodeDepth, DefaultDecodeDepth)
	if o.ExpiryWarning == 0 {
		o.ExpiryWarning = DefaultExpiryWarning
	}
	if o.Live.Verifier == nil {
		if _, err := verify.New(o.Live.Options); err != nil {
			return nil, fmt.Errorf("preparing the live check: %w", err)
		}
	}
	d, err := detect.New(detect.Options{
		MaxDecodeDepth: o.Limits.DecodeDepth,
		GitleaksConfig: o.gitleaksFile(o.Gitleaks.Config),
		GitleaksIgnore: o.gitleaksIgnore(),
		Version:        o.Version,
		MaxLifetime:    o.Config.LongestLifetime(),
		Now:            o.Now(),
	})
	if err != nil {
		return nil, fmt.Errorf("preparing the rules: %w", err)
	}
	r := &Run{o: o, detector: d, progress: o.Progress, started: time.Now(), excludedPaths: map[string]bool{}}
	r.notes = d.Notes()
	for range o.Limits.Jobs {
		r.scanners = append(r.scanners, d.NewScanner())
	}
	return r, nil
}

// NoteUnknownRules adds a note for each rule that the configuration disables or
// allows that does not exist, neither in this program nor in the gitleaks
// configuration. Such an entry suppresses nothing.
func (r *Run) NoteUnknownRules() {
	note := func(field, id string) {
		if id != "" && !r.detector.KnownRule(id) {
			r.Note(fmt.Sprintf("%s: %s: unknown rule %q suppresses nothing", r.o.Config.Path, field, id))
		}
	}
	for _, id := range r.o.Config.Rules.Disable {
		note("rules.disable", id)
	}
	for i := range r.o.Config.Allow {
		note("allow", r.o.Config.Allow[i].Rule)
	}
}

// Scan scans sources, one after the other. The error says that a source could
// not be scanned to its end. It is nil where the context ended the run: the
// report says so.
func (r *Run) Scan(ctx context.Context, sources ...Source) error {
	for _, s := range sources {
		if err := r.stop(ctx, s.scan(ctx, r)); err != nil {
			return err
		}
	}
	return nil
}

// Record adds something that was not scanned, or only in part, to the ledger.
func (r *Run) Record(e Entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.record(e)
}

// record is Record for callers that hold the lock.
func (r *Run) record(e Entry) {
	if e.Class == coverage.Excluded && e.Source == "" {
		e.Source = r.o.setBy(e.By)
	}
	r.summary.Add(e)
}

// Note adds a remark for people to the report, once.
func (r *Run) Note(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Contains(r.notes, text) {
		r.notes = append(r.notes, text)
	}
}

// stop notes that the run ended before its sources did, because of the context.
// It returns nil for that, and for a source that was skipped as a whole: what
// was found so far is still reported. It returns any other error.
func (r *Run) stop(ctx context.Context, err error) error {
	if errors.Is(err, errSkipped) {
		return nil
	}
	if err == nil || ctx.Err() == nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopped = context.Cause(ctx)
	return nil
}
