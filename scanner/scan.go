package scanner

import (
	"context"
	"errors"
	"fmt"
	"io"
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
	name := p.path
	if r.fromRoot != nil {
		name = r.fromRoot(name)
	}
	n, err := r.scanners[worker].Scan(ctx, name, head, rest, func(m *detect.Match) error {
		f := &finding.Finding{
			Rule: m.Rule, Credential: m.Credential, Message: m.Message, Minor: m.Minor,
			Fingerprint: m.Fingerprint, Redacted: m.Redacted,
			Location: finding.Location{
				File: p.path, StartLine: m.StartLine, StartColumn: m.StartColumn, EndLine: m.EndLine, EndColumn: m.EndColumn, UTF16Shift: m.UTF16Shift,
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
	case chosenDepth(r.o.MaxDecodeDepth, DefaultDecodeDepth):
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

// visit scans the blobs that a source brings. advice is for all of them.
func (r *Run) visit(ctx context.Context, advice string) func(int, *source.Blob) error {
	return func(worker int, b *source.Blob) error {
		p := place{path: b.Path, encoding: b.Encoding, advice: advice}
		err := r.scan(ctx, worker, p, b.Head, b.Rest, r.keep)
		r.progress.Files.Add(1)
		return err
	}
}

func (r *Run) sourceOptions() source.Options {
	return source.Options{
		Jobs: r.o.Jobs, MaxArchiveDepth: r.o.MaxArchiveDepth, MaxFileSize: r.o.MaxFileSize, Record: r.Record,
		DepthChosen: chosenDepth(r.o.MaxArchiveDepth, DefaultArchiveDepth),
	}
}

// count adds what a source has read to the summary.
func (r *Run) count(s source.Stats) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.summary.Files += s.Files
	r.summary.Bytes += s.Bytes
}

// Files scans files and folders. File names are relative to the path if it is
// the only one and a folder, else they begin with the path as given. A path
// inside another one is scanned once.
func (r *Run) Files(ctx context.Context, paths []string) error {
	r.progress.phase("scanning")
	o := r.sourceOptions()
	r.root = "."
	if len(paths) == 1 && isFolder(paths[0]) {
		r.root = paths[0]
	}
	if len(r.o.Config.Exclude) > 0 {
		// Only then: making the whole name of every entry costs its depth.
		o.Exclude = r.excluded
	}
	defer r.nameFromRoot()()
	stats, err := source.Files(ctx, paths, o, r.visit(ctx, ""))
	r.count(stats)
	return r.stop(ctx, err)
}

// FilesHere is Files for paths of the current folder, to which all file names
// are relative, even if there is only one path.
func (r *Run) FilesHere(ctx context.Context, paths []string) error {
	r.progress.phase("scanning")
	r.root = "."
	o := r.sourceOptions()
	o.FullNames, o.Exclude = true, r.excluded
	defer r.nameFromRoot()()
	clean := make([]string, len(paths))
	for i, p := range paths {
		clean[i] = filepath.Clean(p)
	}
	stats, err := source.Files(ctx, clean, o, r.visit(ctx, ""))
	r.count(stats)
	return r.stop(ctx, err)
}

// excluded tells whether the configuration leaves out a path, given as it
// stands in the report.
func (r *Run) excluded(name string, dir bool) bool {
	if len(r.o.Config.Exclude) == 0 {
		return false
	}
	return r.o.Config.Excluded(r.configPath(name), dir)
}

// configPath gives a path of the report as the configuration sees it: relative
// to the configuration's folder.
func (r *Run) configPath(name string) string {
	if r.o.Config.Dir == "" {
		return name
	}
	full := filepath.FromSlash(name)
	if r.root != "" && !filepath.IsAbs(full) {
		full = filepath.Join(r.root, full)
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

// Reader scans a stream, e.g. standard input, which may be an archive. name is
// for the report.
func (r *Run) Reader(ctx context.Context, name string, in io.Reader) error {
	r.progress.phase("reading")
	stats, err := source.Reader(ctx, name, in, r.sourceOptions(), r.visit(ctx, ""))
	r.count(stats)
	if err != nil {
		err = fmt.Errorf("reading %s: %w", name, err)
	}
	return r.stop(ctx, err)
}
