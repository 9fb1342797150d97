package scanner

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/detect"
	"github.com/momentolint/momentolint/internal/git"
	"github.com/momentolint/momentolint/internal/git/cache"
	githistory "github.com/momentolint/momentolint/internal/git/history"
	"github.com/momentolint/momentolint/internal/redact"
	"github.com/momentolint/momentolint/internal/source"
)

// History is a source: the history of a repository, with all files that any ref
// leads to, and the messages of commits and tags. A finding is reported for each
// blob and path that it is in, with the commit that introduced it.
//
// All objects are scanned once, without asking where they belong. The few with
// something in them are scanned again at each of their places: only then rules
// and settings that depend on the path or the commit can be applied.
type History struct {
	// Dir is a directory of the repository.
	Dir string
	// Reflog adds what only reflogs and stashes reach, AllObjects everything in
	// the object store.
	Reflog, AllObjects bool
	// Part and Parts select one of several ranges of object ids: the Part-th, from
	// 0, of Parts. All together find what the whole does. Parts below 2 is the
	// whole.
	Part, Parts int
	// Here takes Dir as the repository itself, not as a directory in one.
	Here bool
}

func (s History) scan(ctx context.Context, r *Run) error {
	r.progress.phase("opening the repository")
	repo, from, err := r.openRepo(ctx, s.Dir, s.Here)
	if err != nil {
		return err
	}
	defer func() { _ = repo.Close() }()
	h := &history{run: r, repo: repo, from: from, paths: r.detector.PathRules()}
	// Only with its path can it be said whether a file is excluded.
	h.nameOpaque = r.o.NameOpaque || len(r.o.Config.Exclude) > 0
	h.selection = githistory.Selection{Reflog: s.Reflog, AllObjects: s.AllObjects, Part: s.Part, Parts: s.Parts}
	if err := h.openCache(); err != nil {
		r.Note(err.Error())
	}
	r.progress.phase("reading the history")
	if err := h.search(ctx); err != nil && ctx.Err() == nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		// What was found until now is still worth attributing.
		later, cancel := context.WithTimeout(context.WithoutCancel(ctx), afterStop)
		defer cancel()
		if failed := h.place(later); failed != nil && later.Err() == nil {
			return failed
		}
		return context.Cause(ctx)
	}
	r.progress.phase("finding the commits that introduced findings")
	return h.place(ctx)
}

// afterStop is how long a run that was stopped may still look where its
// findings came in.
const afterStop = 10 * time.Second

// history is one scan of a history.
type history struct {
	run       *Run
	repo      *git.Repo
	from      *origin
	selection githistory.Selection
	// paths reports that there are rules that look at paths alone, so that every
	// blob's are needed.
	paths bool
	// nameOpaque has opaque files named by commit and path rather than by their
	// object id.
	nameOpaque bool
	workers    []historyWorker
	// holes are the objects that could not be read. If some are missing on purpose,
	// partial is set.
	holes   []githistory.Hole
	partial bool
}

// historyWorker is what one worker found.
type historyWorker struct {
	options source.Options
	blob    source.Blob
	// hit is set if the current object has a finding or was skipped in part;
	// found only for a finding.
	hit, found bool
	// entries are what is opaque in the current object.
	entries []coverage.Entry
	// hits are the objects with something in them, others the blobs without if
	// their paths are needed.
	hits, others []git.OID
	// opaque is what is opaque in objects that are not among the hits.
	opaque []coverage.Entry
	// large counts blobs above the limit that the user set.
	large int
}

// openCache takes the repository's cache, if there is to be one.
func (h *history) openCache() error {
	r := h.run
	if r.o.CacheDir == "" || h.paths {
		return nil
	}
	dir := filepath.Join(r.o.CacheDir, "objects")
	key := cache.Key{
		Rules: fmt.Sprintf("%s %d %d", r.detector.RuleSet(), r.o.Limits.ArchiveDepth, r.o.Limits.FileSize), Version: r.o.Version,
		Repository: h.selection.PartName(h.repo.CommonDir()),
	}
	c, err := cache.Open(dir, key, h.repo.Hash())
	h.selection.Cache = c
	if h.selection.Reflog {
		key.Repository += " with reflogs"
	}
	h.selection.Introductions = cache.OpenIntroductions(dir, key, h.repo.Hash())
	h.selection.Storable = func(name string) bool { return redact.Prose(name) == name }
	return err
}

// search looks through all objects for those with something in them.
func (h *history) search(ctx context.Context) error {
	h.workers = make([]historyWorker, h.run.o.Limits.Jobs)
	for i := range h.workers {
		w := &h.workers[i]
		w.options = h.run.sourceOptions()
		w.options.Record = func(e coverage.Entry) {
			switch e.Class {
			case coverage.Skipped:
				w.hit = true
			default:
				w.entries = append(w.entries, e)
			}
		}
	}
	stats, err := githistory.Objects(ctx, h.repo, h.selection, func(worker int, o *githistory.Object) error {
		return h.visit(ctx, worker, o)
	})
	h.workers[0].hits = append(h.workers[0].hits, stats.Found...)
	h.holes, h.partial = stats.Holes, stats.Partial
	r := h.run
	r.mu.Lock()
	r.summary.Blobs += stats.Blobs
	r.summary.Commits += stats.Commits
	r.summary.Bytes += stats.Bytes
	r.mu.Unlock()
	return err
}

// errHit ends the look at an object at the first thing found in it.
var errHit = errors.New("hit")

func (h *history) visit(ctx context.Context, worker int, o *githistory.Object) error {
	w := &h.workers[worker]
	r := h.run
	w.hit, w.found, w.entries = false, false, w.entries[:0]
	switch {
	case o.Type != git.Blob:
		w.blob = source.Blob{Head: o.Data}
		if err := h.look(ctx, worker, &w.blob); err != nil && !errors.Is(err, errHit) {
			return err
		}
	case r.o.Limits.FileSize > 0 && o.Size > r.o.Limits.FileSize:
		w.large++
		o.Forget()
		return nil
	case o.Data != nil && !source.IsContainer(o.Data):
		w.blob = source.Blob{Head: o.Data}
		if err := h.look(ctx, worker, &w.blob); err != nil && !errors.Is(err, errHit) {
			return err
		}
	default:
		err := expand(ctx, worker, o.Object, "", w.options, func(_ int, b *source.Blob) error { return h.look(ctx, worker, b) })
		if err != nil && !errors.Is(err, errHit) {
			return err
		}
	}
	if len(w.entries) > 0 && !w.hit {
		if h.nameOpaque {
			w.hit = true
		} else {
			// The next run is to see it again.
			o.Forget()
			for _, e := range w.entries {
				e.Path = o.ID.String() + e.Path
				w.opaque = append(w.opaque, e)
			}
		}
	}
	if w.hit {
		o.Found()
		w.hits = append(w.hits, o.ID)
		if w.found {
			r.progress.Findings.Add(1)
		}
	} else if h.paths && o.Type == git.Blob {
		w.others = append(w.others, o.ID)
	}
	return nil
}

// look scans a text whose path is not known yet.
func (h *history) look(ctx context.Context, worker int, b *source.Blob) error {
	w := &h.workers[worker]
	n, err := h.run.scanners[worker].Scan(ctx, "", b.Head, b.Rest, func(*detect.Match) error {
		w.hit, w.found = true, true
		return errHit
	})
	h.run.progress.Bytes.Add(n)
	if p, ok := errors.AsType[*detect.Partial](err); ok {
		if len(p.Reasons) > 0 || !chosenDepth(h.run.o.Limits.DecodeDepth, DefaultDecodeDepth) {
			w.hit = true
		} else {
			w.entries = append(w.entries, coverage.Exclude(coverage.ByMaxDecodeDepth, ""))
		}
		return nil
	}
	return err
}

// unattributedOpaque is said where opaque objects of a history are named by
// their ids: that takes no walk, and so nothing says whether a ref reaches them.
const unattributedOpaque = "opaque objects are named by id and may include unreachable ones; --verbose shows the commit and path of each, for exclude in .momentolint.yaml"

// place looks at the objects with something in them at each of their places.
func (h *history) place(ctx context.Context) error {
	r := h.run
	var hits, others []git.OID
	large, unattributed := 0, false
	for i := range h.workers {
		hits = append(hits, h.workers[i].hits...)
		others = append(others, h.workers[i].others...)
		large += h.workers[i].large
		for _, e := range h.workers[i].opaque {
			r.Record(e)
			unattributed = unattributed || e.Class == coverage.Opaque
		}
	}
	if unattributed {
		r.Note(unattributedOpaque)
	}
	r.mu.Lock()
	r.summary.Exclude(coverage.Exclusion{By: coverage.ByMaxFileSize, Count: large, Source: r.o.setBy(coverage.ByMaxFileSize)})
	r.mu.Unlock()
	where, err := githistory.Attribute(ctx, h.repo, h.selection, slices.Concat(hits, others), h.holes)
	h.skipHoles(where)
	if err != nil {
		return err
	}
	r.progress.Findings.Store(0)
	for _, id := range others {
		for _, i := range where[id] {
			if i.Path == "" || r.excludedFile(h.from, i.Path) {
				continue
			}
			p := place{from: h.from, path: i.Path, commit: safeCommit(i.Commit)}
			if err := r.scan(ctx, 0, p, nil, nil, r.keep); err != nil {
				return err
			}
		}
	}
	hits = slices.DeleteFunc(hits, func(id git.OID) bool { return len(where[id]) == 0 })
	return h.repo.Each(ctx, hits, func(worker int, o *git.Object) error {
		for _, i := range where[o.ID] {
			p := place{from: h.from, path: i.Path, commit: safeCommit(i.Commit)}
			if p.path == "" {
				// A tag may stand for a file. Of others nothing but the id is known.
				if p.path = i.Ref; p.path == "" {
					p.path = o.ID.String()
				}
			}
			if err := r.object(ctx, worker, o, p, r.keep); err != nil {
				return err
			}
		}
		return nil
	})
}

// maxHoles is how many objects that could not be read are named; the others are
// counted.
const maxHoles = 50

// skipHoles records the objects that could not be read, by commit and path where
// those are known and not excluded.
func (h *history) skipHoles(where map[git.OID][]githistory.Introduction) {
	absent, damaged, unfetched := 0, 0, 0
	for i := range h.holes {
		hole := &h.holes[i]
		if h.partial && hole.Missing() {
			unfetched++
			continue
		}
		name, excluded := h.nameHole(hole, where[hole.ID])
		if excluded {
			continue
		}
		count, reason := &absent, "the object is missing"
		if name != hole.ID.String() {
			reason = fmt.Sprintf("object %s is missing", hole.ID)
		}
		if !hole.Missing() {
			count, reason = &damaged, hole.Err.Error()
		}
		if *count++; *count <= maxHoles {
			h.run.Record(coverage.Skip(name, reason))
		}
	}
	for what, n := range map[string]int{"missing": absent, "damaged": damaged} {
		if n > maxHoles {
			h.run.Record(coverage.Skip("objects", fmt.Sprintf("%d more objects are %s (git fsck lists all)", n-maxHoles, what)))
		}
	}
	if unfetched > 0 {
		h.run.Record(coverage.Skip("objects", fmt.Sprintf("%d objects were never fetched into this partial clone "+
			"(git fetch --refetch --no-filter gets them)", unfetched)))
	}
}

// nameHole returns the name of an object that could not be read, and whether the
// configuration excludes it wherever it is.
func (h *history) nameHole(hole *githistory.Hole, places []githistory.Introduction) (name string, excluded bool) {
	for _, i := range places {
		if i.Path != "" && h.run.excludedPath(h.from, i.Path, hole.Type == git.Tree) {
			excluded = true
			continue
		}
		p := place{commit: i.Commit}
		switch {
		case i.Path != "":
			return p.where(i.Path), false
		case i.Commit != nil && i.Commit.ID != hole.ID.String():
			// The tree of the commit itself.
			return i.Commit.ID, false
		}
	}
	if excluded {
		return "", true
	}
	if hole.Missing() {
		return fmt.Sprintf("%s, which %s %s names", hole.ID, hole.ByType, hole.By), false
	}
	return hole.ID.String(), false
}
