// Package source is where bytes come from: files and directories, archives and
// compressed files inside them, and standard input. It passes what it reads to
// a visitor, blob by blob, and says what it could not read.
//
// The walk is made for speed on large trees: on Linux it works on directory
// descriptors with raw system calls (dir_linux.go), elsewhere with the
// standard library (dir_portable.go). Memory is bounded whatever the input:
// nothing is read whole, and archives are expanded as streams.
package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/momentolint/momentolint/internal/coverage"
)

// Blob is one thing to scan: a file, a member of an archive, standard input.
// It is valid during the visit only.
type Blob struct {
	// Path is its name for display, slash-separated. Members of an archive
	// follow after "!"; what is merely compressed has the name of its file.
	Path string
	// Encoding lists the containers around it, outermost first: zip, tar, ar,
	// gzip, bzip2, xz, zstd, lzma.
	Encoding []string
	// Head is its first bytes, all of them if Rest is nil.
	Head []byte
	// Rest is what follows Head. It never fails: what cannot be read ends it, and
	// is recorded through Options.Record after the visit.
	Rest io.Reader
}

// Options says what to read and how. The zero value reads everything, opens no
// archives and reports nothing.
type Options struct {
	// Jobs is how many files are read at once, 0 = one for each processor that
	// Go uses.
	Jobs int
	// BufferSize is how many bytes of a file are read at once, and so the most
	// that a Blob's Head holds; 0 = 256 KiB.
	BufferSize int
	// MaxFileSize leaves out larger files and members of archives, in bytes;
	// 0 = no limit. Each is recorded as excluded. Standard input has no limit.
	MaxFileSize int64
	// MaxArchiveDepth is how many archives inside one another are opened, 0 =
	// none, at most 32. A compressed archive counts as one.
	MaxArchiveDepth int
	// MaxExpansion bounds the bytes that one file may expand to beyond its own
	// size, with everything nested in it, whatever its size; 0 = 16 GiB.
	MaxExpansion int64
	// MaxRatio bounds them in relation to the file's size, 0 = 100. Less than
	// 256 MiB are always allowed.
	MaxRatio int64
	// MaxMembers bounds the members of one file's archives, 0 = 4 million.
	MaxMembers int
	// FullNames lets the names of files begin with the path as given, even if
	// that is the only one and a directory.
	FullNames bool
	// DepthChosen says that the user chose MaxArchiveDepth: what lies deeper is
	// excluded then. Else it is skipped, unless the depth is 0.
	DepthChosen bool
	// Record is called with everything that was not scanned, or only in part,
	// one call at a time.
	Record func(coverage.Entry)
	// Exclude reports whether to leave out a file, a directory or a member of an
	// archive, by its name for display. It is not asked about the paths given by
	// the caller. It must be safe for concurrent use.
	Exclude func(path string, dir bool) bool

	// portable lets tests walk the way that other systems do.
	portable bool
}

// Stats is how much was read.
type Stats struct {
	// Files counts files; an archive with all its members is one.
	Files int64
	// Bytes counts what was handed to the visitor, so archives as expanded.
	Bytes int64
}

// Visitor takes one blob. worker is from 0 to Jobs-1; one worker's visits
// follow one after the other. An error ends the run, and is its error.
type Visitor = func(worker int, b *Blob) error

// The limits that hold if Options has none.
const (
	defaultBufferSize   = 256 << 10
	defaultMaxExpansion = 16 << 30
	defaultMaxRatio     = 100
	defaultMaxMembers   = 4 << 20
	alwaysExpand        = 256 << 20
	maxArchiveDepth     = 32
)

func (o Options) withDefaults() Options {
	if o.Jobs <= 0 {
		o.Jobs = runtime.GOMAXPROCS(0)
	}
	if o.BufferSize <= 0 {
		o.BufferSize = defaultBufferSize
	}
	// Formats are recognized by their first bytes; tar needs most.
	o.BufferSize = max(o.BufferSize, 1024)
	if o.MaxFileSize <= 0 {
		o.MaxFileSize = math.MaxInt64
	}
	o.MaxArchiveDepth = min(max(o.MaxArchiveDepth, 0), maxArchiveDepth)
	if o.MaxExpansion <= 0 {
		o.MaxExpansion = defaultMaxExpansion
	}
	if o.MaxRatio <= 0 {
		o.MaxRatio = defaultMaxRatio
	}
	if o.MaxMembers <= 0 {
		o.MaxMembers = defaultMaxMembers
	}
	return o
}

// errStopped ends a worker because another one had an error, or because the
// context is done.
var errStopped = errors.New("stopped")

// run is what the workers of one call share.
type run struct {
	Options
	visit   Visitor
	heavy   *heavy
	stopped atomic.Bool
	wake    func() // called when stopped is set; may be nil

	mu    sync.Mutex // guards the calls of Options.Record, err and stats
	err   error
	stats Stats
}

func newRun(o Options, visit Visitor) *run {
	return &run{Options: o.withDefaults(), visit: visit, heavy: new(heavy)}
}

// bind lets the run end when ctx does. The result undoes that.
func (r *run) bind(ctx context.Context) func() bool {
	return context.AfterFunc(ctx, func() { r.stop(nil) })
}

// stop ends the run, with an error if it is the first.
func (r *run) stop(err error) {
	r.mu.Lock()
	if r.err == nil && !errors.Is(err, errStopped) {
		r.err = err
	}
	r.mu.Unlock()
	r.stopped.Store(true)
	if r.wake != nil {
		r.wake()
	}
}

// skip records something that should have been read and was not.
func (r *run) skip(path, reason string) { r.record(coverage.Skip(path, reason)) }

// leaveOut records a file or member above the size that the user set.
func (r *run) leaveOut(path string) {
	r.record(coverage.Entry{
		Class: coverage.Excluded, By: coverage.ByMaxFileSize, Path: path,
		Reason: fmt.Sprintf("larger than the limit of %d bytes", r.MaxFileSize),
	})
}

func (r *run) record(e coverage.Entry) {
	if r.Record == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Record(e)
}

// add takes over what a worker counted.
func (r *run) add(s Stats) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stats.Files += s.Files
	r.stats.Bytes += s.Bytes
}

// result is how a run ended.
func (r *run) result(ctx context.Context) (Stats, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return r.stats, r.err
	}
	return r.stats, context.Cause(ctx)
}

// matchesExclude reports whether the caller excludes a path.
func (r *run) matchesExclude(path string, dir bool) bool {
	return r.Exclude != nil && r.Exclude(path, dir)
}

// excluded reports whether the caller excludes a path that was come to, and
// records it.
func (r *run) excluded(path string, dir bool) bool {
	if !r.matchesExclude(path, dir) {
		return false
	}
	r.record(coverage.Entry{Class: coverage.Excluded, By: coverage.ByExclude, Path: path})
	return true
}
