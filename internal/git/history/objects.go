// Package history reads the history of a repository: all of its objects, and the
// commits that introduced some of them.
package history

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/momentolint/momentolint/internal/git"
	"github.com/momentolint/momentolint/internal/git/cache"
	"github.com/momentolint/momentolint/internal/git/odb"
	"github.com/momentolint/momentolint/internal/git/refs"
)

// Selection chooses the part of a history to scan. The zero value is everything
// reachable from refs and the HEADs of work trees, except for the stash.
type Selection struct {
	// Reflog adds what is reachable from reflogs and stashes.
	Reflog bool
	// AllObjects selects everything in the object store, unreachable objects
	// included.
	AllObjects bool
	// Part and Parts limit Objects to one of several ranges of object ids: the
	// Part-th, from 0, of Parts. Parts below 2 means everything.
	Part, Parts int
	// Cache, if not nil, knows the objects of earlier runs; Objects skips them,
	// adds those of this run and saves it.
	Cache *cache.Cache
	// Introductions, if not nil, has the results of earlier runs; Attribute uses,
	// updates and saves it. Its key has to name the rest of the selection.
	Introductions *cache.Introductions
	// Storable reports whether a path or the name of a ref may be stored there,
	// since it must not hold a secret. nil allows all.
	Storable func(name string) bool
}

// Object is a visited object.
type Object struct {
	*git.Object
	found, forget bool
}

// Found marks the object, so that the next run has it in [Stats.Found]. It may
// be called only during the visit.
func (o *Object) Found() { o.found = true }

// Forget makes the next run visit the object as if it were new. It may be called
// only during the visit.
func (o *Object) Forget() { o.forget = true }

// has reports whether an object is in the part.
func (s *Selection) has(id git.OID) bool {
	if s.Parts < 2 {
		return true
	}
	var buf [32]byte
	// Ids are random, so equal ranges of them hold equal shares.
	lead := uint64(binary.BigEndian.Uint32(id.AppendTo(buf[:0])))
	return lead*uint64(s.Parts)>>32 == uint64(s.Part)
}

// PartName returns the repository's identity for the key of a cache. Each part
// has its own.
func (s *Selection) PartName(repository string) string {
	if s.Parts < 2 {
		return repository
	}
	return fmt.Sprintf("%s part %d of %d", repository, s.Part, s.Parts)
}

// Stats counts what Objects visited.
type Stats struct {
	// Blobs, Commits and Tags count the objects in the store, including those
	// that the cache knew.
	Blobs, Commits, Tags int64
	// Bytes is their size.
	Bytes int64
	// Known is how many of them the cache knew.
	Known int64
	// Found are those of them that were marked with [Object.Found], in no order.
	Found []git.OID
	// Holes are the objects that should have been read and were not.
	Holes []Hole
	// Shallow and Partial report that the repository does not have the whole
	// history: commits or blobs were never fetched.
	Shallow, Partial bool
}

// Hole is an object that should have been read and was not.
type Hole struct {
	ID git.OID
	// Type is what it is, 0 if that is not known.
	Type odb.Type
	// Err says what is wrong with an object that exists. It is nil for one that does
	// not, which By and ByType name.
	Err    *odb.DamageError
	By     git.OID
	ByType odb.Type
}

// Missing reports whether the object does not exist.
func (h *Hole) Missing() bool { return h.Err == nil }

// maxSkips is how many refs of missing objects are reported one by one.
const maxSkips = 50

// Objects calls visit once for every blob, commit and annotated tag of the
// repository, from Options.Jobs goroutines, whether it is reachable or not; see
// the package documentation. It reads trees as well, to find missing objects.
//
// An error of visit ends the walk and is returned.
func Objects(ctx context.Context, r *git.Repo, sel Selection, visit func(worker int, o *Object) error) (Stats, error) {
	s, err := r.Store(ctx)
	if err != nil {
		return Stats{}, err
	}
	scan := &scan{repo: r, store: s, sel: sel, visit: visit}
	scan.workers = make([]scanWorker, r.Jobs())
	return scan.run(ctx)
}

// scan is one call of Objects.
type scan struct {
	repo  *git.Repo
	store *git.Store
	sel   Selection
	visit func(worker int, o *Object) error

	rewrites refs.Rewrites
	workers  []scanWorker
	known    [odb.Tag + 1]atomic.Int64
	bytes    atomic.Int64
	mu       sync.Mutex
	found    []git.OID // known to the cache
}

// scanWorker holds the counts of one worker.
type scanWorker struct {
	count [odb.Tag + 1]int64
	bytes int64
	seen  []cache.Entry
	_     [64]byte // keeps the workers' counters apart
}

func (s *scan) run(ctx context.Context) (Stats, error) {
	r := s.repo
	var err error
	if s.rewrites, err = refs.ReadRewrites(r, nil); err != nil {
		return Stats{}, err
	}
	partial, err := r.Partial(ctx)
	if err != nil {
		return Stats{}, err
	}
	o := odb.WalkOptions{
		Jobs: r.Jobs(), Check: true, Progress: r.Progress,
		Expected: s.expected(ctx),
	}
	if s.sel.Parts > 1 {
		o.Skip = func(id git.OID) bool { return !s.sel.has(id) }
	}
	if s.sel.Cache != nil {
		o.Known = s.isKnown
	}
	result, err := s.store.Walk(ctx, o, s.object)
	if err == nil && s.vanished() {
		// An object that earlier runs saw is gone, pruned or lost. Check again that
		// everything exists that the known objects name.
		var again odb.WalkResult
		again, err = s.store.Walk(ctx, odb.WalkOptions{
			Jobs: r.Jobs(), Check: true, Types: odb.Of(odb.Tree), Expected: o.Expected,
		}, func(int, *odb.Object) error { return nil })
		result.Missing, result.Damaged = again.Missing, append(result.Damaged, again.Damaged...)
	}
	if saveErr := s.save(err == nil, result); saveErr != nil {
		r.Warn("the cache of scanned objects could not be written: %v", saveErr)
	}
	stats := s.stats()
	stats.Partial, stats.Shallow = partial, r.Shallow()
	stats.Holes = holes(result)
	if err != nil {
		return stats, err
	}
	for _, p := range s.store.Problems() {
		r.Skip(p.Path, p.Err.Error())
	}
	if n := result.Mismatched; n > 0 {
		r.Warn("%d objects were read although the pack index has other checksums for them: their ids match (git fsck says more)", n)
	}
	if r.Shallow() {
		r.Warn("the history is cut: this is a shallow clone (git fetch --unshallow gets the rest)")
	}
	return stats, s.settleRefs(ctx)
}

// holes returns what a walk could not read, in the order of ids.
func holes(result odb.WalkResult) []Hole {
	var all []Hole
	for _, d := range result.Damaged {
		all = append(all, Hole{ID: d.ID, Type: d.Type, Err: d})
	}
	for _, m := range result.Missing {
		all = append(all, Hole{ID: m.ID, Type: m.Type, By: m.By, ByType: m.ByType})
	}
	slices.SortStableFunc(all, func(a, b Hole) int { return a.ID.Compare(b.ID) })
	return slices.CompactFunc(all, func(a, b Hole) bool { return a.ID == b.ID })
}

// expected returns a function that reports whether an object may be missing: a
// parent of a shallow commit, or one that a graft cut off.
func (s *scan) expected(ctx context.Context) func(git.OID) bool {
	cut := map[git.OID]bool{}
	rd := s.store.Reader()
	defer func() { _ = rd.Close() }()
	add := func(id git.OID) {
		o, err := rd.Read(ctx, id)
		if err != nil {
			return // the walk reports it
		}
		var c odb.CommitInfo
		if odb.ParseCommit(s.repo.Hash(), o.Data, &c) == nil {
			for _, p := range c.Parents {
				cut[p] = true
			}
		}
	}
	for id := range s.rewrites.Shallow {
		add(id)
	}
	for id := range s.rewrites.Grafts {
		add(id)
	}
	if len(cut) == 0 {
		return nil
	}
	return func(id git.OID) bool { return cut[id] }
}

func (s *scan) isKnown(id git.OID) bool {
	e, ok := s.sel.Cache.Lookup(id)
	if !ok {
		return false
	}
	s.known[e.Type].Add(1)
	if e.Found {
		s.mu.Lock()
		s.found = append(s.found, id)
		s.mu.Unlock()
	}
	if e.Type != odb.Tree {
		s.bytes.Add(e.Size)
	}
	return true
}

// vanished reports whether the cache knows objects that the store lacks.
func (s *scan) vanished() bool {
	if s.sel.Cache == nil {
		return false
	}
	var known int64
	for i := range s.known {
		known += s.known[i].Load()
	}
	return known < int64(s.sel.Cache.Len())
}

// object is called by the walk.
func (s *scan) object(worker int, o *odb.Object) error {
	w := &s.workers[worker]
	x := Object{Object: o}
	if o.Type != odb.Tree {
		if err := s.visit(worker, &x); err != nil {
			return err
		}
		w.bytes += o.Size
	}
	w.count[o.Type]++
	if s.sel.Cache != nil && !x.forget {
		w.seen = append(w.seen, cache.Entry{ID: o.ID, Type: o.Type, Size: o.Size, Found: x.found})
	}
	return nil
}

// save adds the visited objects to the cache, except for those that are malformed
// or name missing objects, so that the next run reports these again. A complete
// run also removes objects that the store no longer has.
func (s *scan) save(complete bool, result odb.WalkResult) error {
	if s.sel.Cache == nil {
		return nil
	}
	var seen []cache.Entry
	for i := range s.workers {
		seen = append(seen, s.workers[i].seen...)
	}
	broken := make(map[git.OID]bool, len(result.Missing))
	for _, m := range result.Missing {
		broken[m.By] = true
	}
	for _, d := range result.Damaged {
		broken[d.ID] = true
	}
	seen = slices.DeleteFunc(seen, func(e cache.Entry) bool { return broken[e.ID] })
	keep := func(git.OID) bool { return true }
	if complete && s.vanished() {
		keep = s.store.Contains
	} else if len(seen) == 0 {
		return nil
	}
	return s.sel.Cache.Save(seen, keep)
}

func (s *scan) stats() Stats {
	st := Stats{Bytes: s.bytes.Load(), Found: s.found}
	count := func(t odb.Type) int64 {
		n := s.known[t].Load()
		st.Known += n
		for i := range s.workers {
			n += s.workers[i].count[t]
		}
		return n
	}
	st.Blobs, st.Commits, st.Tags = count(odb.Blob), count(odb.Commit), count(odb.Tag)
	for i := range s.workers {
		st.Bytes += s.workers[i].bytes
	}
	return st
}

// settleRefs reports refs and HEADs that name objects that the store does not
// have. (The walk has reported what those in it name.)
func (s *scan) settleRefs(ctx context.Context) error {
	named, err := refs.All(ctx, s.repo)
	if err != nil {
		return err
	}
	heads, err := refs.Heads(ctx, s.repo)
	if err != nil {
		return err
	}
	missing := 0
	for _, ref := range append(named, heads...) {
		if s.store.Contains(ref.ID) || ref.ID == s.repo.Hash().EmptyTree() {
			continue
		}
		if missing++; missing <= maxSkips {
			s.repo.Skip(fmt.Sprintf("%s, which %s names", ref.ID, ref.Name), "the object is missing")
		}
	}
	if missing > maxSkips {
		s.repo.Skip("refs", fmt.Sprintf("%d more refs name missing objects", missing-maxSkips))
	}
	return nil
}
