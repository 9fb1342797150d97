package scanner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/detect"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/source"
)

// place is where the blob being scanned comes from.
type place struct {
	from *origin
	// path is the name for the report, encoding the archives around it.
	path     string
	encoding []string
	// commit is set for blobs of a history.
	commit *finding.Commit
	// advice is set for well-known places on a computer.
	advice string
	// quiet suppresses entries of the ledger, for blobs read only for comparison.
	quiet bool
}

// scan looks through one blob and hands every match to take.
func (r *Run) scan(ctx context.Context, worker int, p place, head []byte, rest io.Reader, take func(*finding.Finding, *detect.Match)) error {
	n, err := r.scanners[worker].Scan(ctx, p.from.ruleName(p.path), head, rest, func(m *detect.Match) error {
		f := &finding.Finding{
			Rule: m.Rule, Credential: m.Credential, Message: m.Message, Minor: m.Minor,
			Fingerprint: m.Fingerprint, Redacted: m.Redacted,
			Location: finding.Location{
				File: p.path, Root: p.from.root, Tracked: p.from.tracked, StartLine: m.StartLine, StartColumn: m.StartColumn, EndLine: m.EndLine, EndColumn: m.EndColumn, UTF16Shift: m.UTF16Shift,
				Encoding: append(slices.Clone(p.encoding), m.Encoding...),
			},
			Commit: p.commit, Line: m.Line, LineColumn: m.LineColumn, LineWidth: m.LineWidth,
			NearbyEndpoint: m.NearbyEndpoint, Joined: m.Joined, Advice: strings.TrimSpace(m.Advice + " " + p.advice),
		}
		take(f, m)
		return nil
	})
	r.progress.Bytes.Add(n)
	if partial, ok := errors.AsType[*detect.Partial](err); ok {
		if p.quiet {
			return nil
		}
		r.partly(p.where(p.path), partial)
		return nil
	}
	return err
}

// partly records that a text was scanned in part.
func (r *Run) partly(path string, p *detect.Partial) {
	reasons := p.Reasons
	switch {
	case !p.Depth:
	case chosenDepth(r.o.Limits.DecodeDepth, DefaultDecodeDepth):
		r.Record(coverage.Exclude(coverage.ByMaxDecodeDepth, ""))
	default:
		reasons = append(slices.Clip(reasons), detect.TooDeep)
	}
	if len(reasons) > 0 {
		r.Record(coverage.Skip(path, strings.Join(reasons, "; ")))
	}
}

// keep is the usual end of a match: it becomes one of the run's findings, or is
// recorded as excluded.
func (r *Run) keep(f *finding.Finding, m *detect.Match) {
	if r.disabled(f) {
		r.Record(coverage.Exclude(coverage.ByDisable, ""))
		return
	}
	if f.Commit != nil && !m.Allowed() {
		r.detector.Ignore(f.Location.File, f.Commit.ID, m)
	}
	if m.Allowed() && m.FormerRule != "" {
		r.moved(m.FormerRule, f.Rule)
	}
	r.progress.Findings.Add(1)
	r.mu.Lock()
	defer r.mu.Unlock()
	if m.Allowed() {
		e := coverage.Exclude(m.AllowedBy, "")
		if m.AllowedBy == coverage.ByComment {
			e.Source = f.Location.File
		}
		r.record(e)
		return
	}
	r.findings = append(r.findings, *f)
}

// visit scans the blobs of a source. advice is for all of them.
func (r *Run) visit(ctx context.Context, from *origin, advice string) func(int, *source.Blob) error {
	return func(worker int, b *source.Blob) error {
		p := place{from: from, path: b.Path, encoding: b.Encoding, advice: advice}
		err := r.scan(ctx, worker, p, b.Head, b.Rest, r.keep)
		r.progress.Files.Add(1)
		return err
	}
}

func (r *Run) sourceOptions() source.Options {
	return source.Options{
		Jobs: r.o.Limits.Jobs, MaxArchiveDepth: r.o.Limits.ArchiveDepth, MaxFileSize: r.o.Limits.FileSize, Record: r.Record,
		DepthChosen: chosenDepth(r.o.Limits.ArchiveDepth, DefaultArchiveDepth),
	}
}

// count adds what a source has read to the summary.
func (r *Run) count(s source.Stats) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.summary.Files += s.Files
	r.summary.Bytes += s.Bytes
}

// Files is a source: files and directories. A path inside another one is
// scanned once.
type Files struct {
	// Paths are the files and directories.
	Paths []string
	// WholePaths keeps the names as they are in Paths even where there is only one
	// directory; otherwise its files are named relative to it.
	WholePaths bool
}

func (f Files) scan(ctx context.Context, r *Run) error {
	r.progress.phase("scanning")
	o := r.sourceOptions()
	root, paths := ".", f.Paths
	switch {
	case f.WholePaths:
		o.FullNames = true
		paths = make([]string, len(f.Paths))
		for i, p := range f.Paths {
			paths[i] = filepath.Clean(p)
		}
	case len(paths) == 1 && isDirectory(paths[0]):
		root = paths[0]
	}
	from := r.origin(root)
	if len(r.o.Config.Exclude) > 0 {
		// Only then: making the whole name of every entry costs its depth.
		o.Exclude = func(name string, dir bool) bool { return r.excluded(from, name, dir) }
	}
	stats, err := source.Files(ctx, paths, o, r.visit(ctx, from, ""))
	r.count(stats)
	return err
}

func isDirectory(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// Stream is a source: what a reader brings, for example standard input. It may
// be an archive.
type Stream struct {
	// Name is the stream's name in the report.
	Name string
	// Reader is read to its end.
	Reader io.Reader
}

func (s Stream) scan(ctx context.Context, r *Run) error {
	r.progress.phase("reading")
	stats, err := source.Reader(ctx, s.Name, s.Reader, r.sourceOptions(), r.visit(ctx, &origin{}, ""))
	r.count(stats)
	if err != nil {
		return fmt.Errorf("reading %s: %w", s.Name, err)
	}
	return nil
}

// excluded reports whether the configuration excludes a path, given by its name
// in the report.
func (r *Run) excluded(from *origin, name string, dir bool) bool {
	return len(r.o.Config.Exclude) > 0 && r.o.Config.Excluded(r.configPath(from.root, name), dir)
}

// configPath returns a name of the report as the configuration sees it: relative
// to the configuration's directory. root is the directory that it is relative to.
func (r *Run) configPath(root, name string) string {
	if r.o.Config.Dir == "" {
		return name
	}
	full := filepath.FromSlash(name)
	if root != "" && !filepath.IsAbs(full) {
		full = filepath.Join(root, full)
	}
	full, err := filepath.Abs(full)
	if err != nil {
		return name
	}
	dir, err := filepath.Abs(r.o.Config.Dir)
	if err != nil {
		return name
	}
	rel, err := filepath.Rel(dir, full)
	if err != nil {
		return name
	}
	return filepath.ToSlash(rel)
}
