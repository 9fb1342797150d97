package git

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/momentolint/momentolint/internal/git/cache"
	"github.com/momentolint/momentolint/internal/git/odb"
	"github.com/momentolint/momentolint/internal/gitcmd"
)

// Selection says which part of a repository a scan of its history is about.
// Without flags it is what refs and the work trees' HEADs lead to, but for the
// stash.
type Selection struct {
	// Reflog adds what reflogs and stashes lead to.
	Reflog bool
	// AllObjects is everything in the object store, unreachable objects too.
	AllObjects bool
	// Part and Parts bound Objects to one of several ranges of object ids: the
	// Part-th, from 0, of Parts. Parts below 2 is everything.
	Part, Parts int
	// Cache, if not nil, tells objects that were looked at earlier; Objects adds
	// those of this run and saves it.
	Cache *cache.Cache
	// Introductions, if not nil, tells where objects came in that were looked
	// for earlier; Attribute adds to it and saves it. Its key has to name the
	// rest of the selection.
	Introductions *cache.Introductions
	// Storable tells whether a path or a ref's name may be kept there: it must
	// not hold a secret. nil allows all.
	Storable func(name string) bool
}

// has tells whether an object is in the part.
func (s *Selection) has(id OID) bool {
	if s.Parts < 2 {
		return true
	}
	var buf [32]byte
	// Ids are as good as random, so equal ranges of them hold equally much.
	lead := uint64(binary.BigEndian.Uint32(id.AppendTo(buf[:0])))
	return lead*uint64(s.Parts)>>32 == uint64(s.Part)
}

// PartName gives the repository's identity for the key of a cache, which each
// part has for itself.
func (s *Selection) PartName(repository string) string {
	if s.Parts < 2 {
		return repository
	}
	return fmt.Sprintf("%s part %d of %d", repository, s.Part, s.Parts)
}

// Stats is how much Objects looked at.
type Stats struct {
	// Blobs, Commits and Tags count the objects in the store, those that the
	// cache knew included.
	Blobs, Commits, Tags int64
	// Bytes is their size.
	Bytes int64
	// Known is how many of them the cache knew.
	Known int64
	// Found are those of them that had something in them, in no order.
	Found []OID
	// Shallow and Partial tell that the repository does not hold the whole
	// history: commits or blobs were never fetched.
	Shallow, Partial bool
}

// maxSkips is how many skips of one sort are told one by one.
const maxSkips = 50

// Objects calls visit for every blob, commit and annotated tag of the
// repository once, from Options.Jobs goroutines. See the package documentation
// for what it means that an object is visited. Trees are read on the way: they
// tell whether objects are missing.
//
// An error of visit ends it and is returned.
func (r *Repo) Objects(ctx context.Context, sel Selection, visit func(worker int, o *Object) error) (Stats, error) {
	s, err := r.open(ctx)
	if err != nil {
		return Stats{}, err
	}
	scan := &scan{repo: r, store: s, sel: sel, visit: visit}
	scan.workers = make([]scanWorker, r.o.Jobs)
	return scan.run(ctx)
}

// scan is one run of Objects.
type scan struct {
	repo  *Repo
	store store
	sel   Selection
	visit func(worker int, o *Object) error

	rewrites rewrites
	workers  []scanWorker
	known    [odb.Tag + 1]atomic.Int64
	bytes    atomic.Int64
	mu       sync.Mutex
	found    []OID // known to the cache
}

// scanWorker is what one worker counts.
type scanWorker struct {
	count [odb.Tag + 1]int64
	bytes int64
	seen  []cache.Entry
	_     [64]byte // keeps the workers' counters apart
}

func (s *scan) run(ctx context.Context) (Stats, error) {
	r := s.repo
	var err error
	if s.rewrites, err = r.readRewrites(nil); err != nil {
		return Stats{}, err
	}
	partial, err := r.partial(ctx)
	if err != nil {
		return Stats{}, err
	}
	o := odb.WalkOptions{
		Jobs: r.o.Jobs, Check: true, Progress: r.o.Progress,
		Expected: s.expected(ctx),
	}
	switch {
	case s.sel.Parts > 1:
		o.Skip = func(id OID) bool { return !s.sel.has(id) || s.sel.Cache != nil && s.isKnown(id) }
	case s.sel.Cache != nil:
		o.Skip = s.isKnown
	}
	result, err := s.store.Walk(ctx, o, s.object)
	if err == nil && s.vanished() {
		// Something that earlier runs saw is gone: pruned, or lost. The objects
		// known from then on have to be asked again whether all they name exists.
		var again odb.WalkResult
		again, err = s.store.Walk(ctx, odb.WalkOptions{
			Jobs: r.o.Jobs, Check: true, Types: odb.Of(odb.Tree), Expected: o.Expected,
		}, func(int, *odb.Object) error { return nil })
		result.Missing = again.Missing
	}
	if saveErr := s.save(err == nil, result.Missing); saveErr != nil {
		r.warn("the cache of scanned objects could not be written: %v", saveErr)
	}
	stats := s.stats()
	stats.Partial, stats.Shallow = partial, r.shallow
	if err != nil {
		return stats, err
	}
	if err := s.settle(ctx, result, &stats); err != nil {
		return stats, err
	}
	if r.shallow {
		r.warn("the history is cut: this is a shallow clone (git fetch --unshallow gets the rest)")
	}
	return stats, nil
}

// partial tells whether blobs may be left at a remote on purpose.
func (r *Repo) partial(ctx context.Context) (bool, error) {
	if r.configHasNone("promisor", "partialclone") {
		return false, nil
	}
	_, err := r.git.Output(ctx, "config", "--get-regexp", `^(extensions\.partialclone|remote\..*\.(promisor|partialclonefilter))$`)
	switch {
	case err == nil:
		return true, nil
	case gitcmd.ExitCode(err) == 1:
		return false, nil
	}
	return false, err
}

// expected tells parents that may be missing: those of shallow commits, and
// those that grafts cut off.
func (s *scan) expected(ctx context.Context) func(OID) bool {
	cut := map[OID]bool{}
	rd := s.store.Reader()
	defer func() { _ = rd.Close() }()
	add := func(id OID) {
		o, err := rd.Read(ctx, id)
		if err != nil {
			return // the walk tells
		}
		var c odb.CommitInfo
		if odb.ParseCommit(s.repo.hash, o.Data, &c) == nil {
			for _, p := range c.Parents {
				cut[p] = true
			}
		}
	}
	for id := range s.rewrites.shallow {
		add(id)
	}
	for id := range s.rewrites.grafts {
		add(id)
	}
	if len(cut) == 0 {
		return nil
	}
	return func(id OID) bool { return cut[id] }
}

func (s *scan) isKnown(id OID) bool {
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

// vanished tells whether the cache knows objects that the store lacks.
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
	x := Object{Object: *o}
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

// save adds what was looked at to the cache, but for what names missing
// objects: the next run has to tell of these again. A complete run also forgets
// what the store no longer has.
func (s *scan) save(complete bool, missing []odb.Missing) error {
	if s.sel.Cache == nil {
		return nil
	}
	var seen []cache.Entry
	for i := range s.workers {
		seen = append(seen, s.workers[i].seen...)
	}
	broken := make(map[OID]bool, len(missing))
	for _, m := range missing {
		broken[m.By] = true
	}
	seen = slices.DeleteFunc(seen, func(e cache.Entry) bool { return broken[e.ID] })
	keep := func(OID) bool { return true }
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

// settle tells what could not be read and what is missing, after git itself
// had its try.
func (s *scan) settle(ctx context.Context, result odb.WalkResult, stats *Stats) error {
	r := s.repo
	for _, p := range s.store.Problems() {
		r.skip(p.Path, p.Err.Error())
	}
	failed, recovered := 0, 0
	for _, d := range result.Damaged {
		if err := ctx.Err(); err != nil {
			return err
		}
		if failed < maxFailures && !odb.IsTooLarge(d) {
			o, err := r.readByGit(ctx, d.ID)
			if err == nil && o.Type == odb.Tree {
				recovered++
				continue
			}
			if err == nil {
				recovered++
				if err := s.object(0, o); err != nil {
					return err
				}
				continue
			}
		}
		if failed++; failed <= maxSkips {
			r.skip(d.ID.String(), d.Error())
		}
	}
	if failed > maxSkips {
		r.skip("objects", fmt.Sprintf("%d more objects are damaged", failed-maxSkips))
	}
	if recovered > 0 {
		r.warn("%d damaged objects were read through git, which found them elsewhere", recovered)
		again := s.stats()
		again.Partial, again.Shallow = stats.Partial, stats.Shallow
		*stats = again
	}
	if err := s.settleMissing(result.Missing, stats.Partial); err != nil {
		return err
	}
	return s.settleRefs(ctx)
}

// settleRefs tells refs and HEADs that name what the store does not have. (What
// is missing behind them the walk has told.)
func (s *scan) settleRefs(ctx context.Context) error {
	refs, err := s.repo.namedRefs(ctx)
	if err != nil {
		return err
	}
	heads, err := s.repo.heads(ctx)
	if err != nil {
		return err
	}
	told := 0
	for _, ref := range append(refs, heads...) {
		if s.store.Contains(ref.id) || ref.id == s.repo.hash.EmptyTree() {
			continue
		}
		if told++; told <= maxSkips {
			s.repo.skip(fmt.Sprintf("%s, which %s names", ref.id, ref.name), "the object is missing")
		}
	}
	if told > maxSkips {
		s.repo.skip("refs", fmt.Sprintf("%d more refs name missing objects", told-maxSkips))
	}
	return nil
}

// settleMissing tells the missing objects. Those that only garbage needs are
// among them: too many warnings rather than one too few.
func (s *scan) settleMissing(missing []odb.Missing, partial bool) error {
	r := s.repo
	if len(missing) == 0 {
		return nil
	}
	if partial {
		r.skip("objects", fmt.Sprintf("%d objects were never fetched into this partial clone "+
			"(git fetch --refetch --no-filter gets them)", len(missing)))
		return nil
	}
	for _, m := range missing[:min(len(missing), maxSkips)] {
		r.skip(fmt.Sprintf("%s, which %s %s names", m.ID, m.ByType, m.By), "the object is missing")
	}
	if more := len(missing) - maxSkips; more > 0 {
		r.skip("objects", fmt.Sprintf("%d more objects are missing", more))
	}
	return nil
}
