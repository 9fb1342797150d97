// Package scanner is the pipeline: source → detect → verify → report. A Run
// takes blobs from one or more sources, finds the credentials in them, sets
// aside what was silenced, asks the service about the rest and gives the
// report.
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

// The bounds that a run has if nobody sets others.
const (
	DefaultArchiveDepth  = 8
	DefaultDecodeDepth   = 6
	DefaultExpiryWarning = 30 * 24 * time.Hour
)

// MaxJobs is the most that Options.Jobs may be: every job has buffers of its
// own, so that a much larger number would use up the memory before anything is
// scanned.
const MaxJobs = 1024

// Coverage is the ledger of what a run did not scan: skipped, opaque, excluded.
type Coverage = coverage.Ledger

// Entry is an entry of the ledger.
type Entry = coverage.Entry

// Options are what a run needs to know beside its sources.
type Options struct {
	// Version is momentolint's version, for the report and the cache's key.
	Version string
	// Config is the configuration file's content; nil = none.
	Config *config.Config
	// Baseline holds the findings that are known; nil = none.
	Baseline *baseline.Baseline
	// GitleaksConfig is the path of a gitleaks configuration whose allowlists and
	// own rules count; "" = none.
	GitleaksConfig string
	// GitleaksIgnore are the paths of the .gitleaksignore files that count.
	GitleaksIgnore []string
	// GitleaksRoot is the folder that names in these files count from, if not
	// from the file's own: the top of the repository. "" = what they say is
	// compared with the names that the report tells.
	GitleaksRoot string
	// GitleaksTree holds these files by their names below GitleaksRoot; nil = they
	// are read from the file system. With a GitleaksRoot they count as a part of
	// what is scanned: what they extend must be in the same tree.
	GitleaksTree fs.FS
	// Jobs is how many blobs are scanned at once, at most MaxJobs; 0 = as many as
	// there are cores.
	Jobs int
	// MaxArchiveDepth is how many archives inside one another are opened, 0 = none.
	MaxArchiveDepth int
	// MaxDecodeDepth is how many layers of encoding are taken off, 0 = none.
	MaxDecodeDepth int
	// MaxFileSize leaves out larger files, in bytes; 0 = none.
	MaxFileSize int64
	// SetBy names the flag or file that set what excludes something, for the
	// report; what is not in it was set by the configuration.
	SetBy map[coverage.By]string
	// NameOpaque looks the paths of opaque files of a history up, which takes a
	// walk of its trees. Without it they are named by their object ids.
	NameOpaque bool
	// ExpiryWarning is how far ahead an expiry counts as soon.
	ExpiryWarning time.Duration
	// ShowSecrets lets reports show credentials in full.
	ShowSecrets bool
	// Verify are the settings of the live check.
	Verify verify.Options
	// Verifier, if not nil, judges the credentials in place of a live check of
	// the run's own by Verify and Account.
	Verifier Verifier
	// Account are the settings for looking v2 keys up in their account.
	Account account.Settings
	// CacheDir is the folder of the cache of scanned git objects; "" = no cache.
	CacheDir string
	// Now is the clock; nil = time.Now.
	Now func() time.Time
	// Progress, if not nil, is kept up to date while the run goes on.
	Progress *Progress
}

// Verifier judges credentials; verify.Verifier is one.
type Verifier interface {
	// Verify gives a verdict for every credential among the targets, by its
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

// Run is one run of the scanner. Its methods that read sources may be called
// one after the other, then Report once.
type Run struct {
	o        Options
	detector *detect.Detector
	scanners []*detect.Scanner
	started  time.Time
	progress *Progress
	// root is the folder that file names refer to, "" if they are not names of
	// files.
	root string
	// fromRoot gives the name that a file of the source at hand has for the
	// gitleaks files; nil = its name in the report.
	fromRoot func(string) string
	// tracked tells that every file is one that git tracks.
	tracked bool

	mu       sync.Mutex
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
	if o.Jobs < 0 || o.Jobs > MaxJobs {
		return nil, fmt.Errorf("%d jobs: want 0 to %d", o.Jobs, MaxJobs)
	}
	if o.Jobs == 0 {
		o.Jobs = runtime.GOMAXPROCS(0)
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
	if o.Verifier == nil {
		if _, err := verify.New(o.Verify); err != nil {
			return nil, fmt.Errorf("preparing the live check: %w", err)
		}
	}
	d, err := detect.New(detect.Options{
		MaxDecodeDepth: o.MaxDecodeDepth,
		GitleaksConfig: o.gitleaksFile(o.GitleaksConfig),
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
	for range o.Jobs {
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

// Add puts findings of another tool of this program (the Go analyzers) into
// the run, to be silenced, checked and reported like the rest.
func (r *Run) Add(findings ...finding.Finding) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, f := range findings {
		if r.o.Config.Disabled(f.Rule) {
			r.record(coverage.Exclude(coverage.ByDisable, ""))
			continue
		}
		r.findings = append(r.findings, f)
	}
}

// SetRoot tells the folder that the file names of added findings refer to.
func (r *Run) SetRoot(dir string) { r.root = dir }

// Count adds what another tool of this program has read.
func (r *Run) Count(files, bytes int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.summary.Files += files
	r.summary.Bytes += bytes
}

// Progress gives the run's progress, with the name of what is being done.
func (r *Run) Progress(phase string) *Progress {
	r.progress.phase(phase)
	return r.progress
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
