package odb

import (
	"bytes"
	"context"
	"errors"
	"math"
	"slices"
	"sort"
	"sync"
	"sync/atomic"
	"time"
)

// WalkOptions say what a Walk does.
type WalkOptions struct {
	// Types are the types of objects to yield; 0 means all.
	Types Types
	// Skip reports whether an object is not wanted; nil wants all. It is called from
	// several goroutines.
	Skip func(id OID) bool
	// Known reports whether an object was read by an earlier walk and need not be
	// read again; nil knows none. It is asked only about objects whose bytes have
	// the checksums of the pack index, so that damage since then is noticed.
	Known func(id OID) bool
	// Jobs is the number of workers; below 1 means 1.
	Jobs int
	// Check also reads the trees, commits and tags that are not yielded, and
	// looks whether the objects they name exist. Objects that Skip or Known tells
	// are not checked.
	Check bool
	// Expected reports whether an object may be missing, the parents of a shallow
	// clone's oldest commits; nil means none.
	Expected func(id OID) bool
	// Progress, if set, is called now and then with how many objects of how many are
	// done, and their bytes. It is called from one goroutine, and once at the end.
	Progress func(done, total, bytes int64)
}

// WalkResult is what a Walk could not yield.
type WalkResult struct {
	// Damaged are objects of which the store has no readable copy.
	Damaged []*DamageError
	// Missing are objects that others name and that do not exist; only with
	// WalkOptions.Check.
	Missing []Missing
	// Total and Bytes are how many objects were read, and their size.
	Total, Bytes int64
	// Mismatched is how many objects are as their ids say, but not as the checksums
	// of the pack index say.
	Mismatched int64
}

// Missing is an object that another one names and that the store lacks.
type Missing struct {
	ID OID
	// Type is what it should be; 0 if that is not known.
	Type Type
	// By is the object that names it, one of them if there are several.
	By OID
	// ByType is that object's type.
	ByType Type
}

// Walk calls visit once for every wanted object of the store, from Jobs
// goroutines at once; worker counts from 0 and tells them apart. An error of
// visit ends the walk and is returned. Objects that cannot be read do not end
// it; they are in the result, as are [Store.Problems].
func (s *Store) Walk(ctx context.Context, o WalkOptions, visit func(worker int, o *Object) error) (WalkResult, error) {
	if o.Types == 0 {
		o.Types = All
	}
	o.Jobs = max(o.Jobs, 1)
	w := &walk{store: s, o: o, visit: visit, ctx: ctx, missing: map[OID]Missing{}, reader: s.Reader()}
	w.shared.ready = sync.NewCond(&w.shared.mu)
	if err := w.prepare(); err != nil {
		return WalkResult{}, err
	}
	return w.run() //nolint:contextcheck // the walk holds it
}

// walk is one run of Walk.
type walk struct {
	store *Store
	o     WalkOptions
	visit func(worker int, o *Object) error
	ctx   context.Context

	reader *Reader // of the goroutine that prepares and settles
	packs  []*pack
	loose  []OID // ascending
	todo   []OID // those of them that are wanted; all that are wanted if few
	// few means that so little is wanted that looking each up is less work than
	// planning the packs.
	few bool
	// wanted has a bit for each position of each pack's index, if Skip was asked
	// before the packs were planned.
	wanted []posSet
	// chunks are runs of roots, or of loose objects, that workers take in order.
	chunks []chunk
	cursor atomic.Int64
	shared shared
	// large is held while objects are unpacked of which each takes much memory.
	large sync.Mutex
	// live is how many bytes the workers hold in unpacked objects.
	live  atomic.Int64
	total int64
	// unpacked is how many bytes were unpacked, expansion how many may be.
	unpacked   atomic.Int64
	expansion  int64
	mismatched atomic.Int64

	stop atomic.Bool
	mu   sync.Mutex // guards the following
	err  error
	// failed are objects that could not be read where they were met first.
	failed  []failure
	missing map[OID]Missing
	// malformed are objects that are whole and yet not what their type wants.
	malformed []*DamageError
}

type failure struct {
	id OID
	at location
	// kind is 0 where it is not known.
	kind Type
	err  error
}

// chunk is a part of the work: roots of a plan, or loose objects.
type chunk struct {
	plan     *plan
	from, to int
}

const chunkSize = 32

// The default of Limits.Expansion.
const (
	leastExpansion = 64 << 30
	expansionRatio = 1000
)

// prepare plans all packs and lists the loose objects.
func (w *walk) prepare() error {
	s := w.store
	// A concurrent repack may take packs away between listing and opening.
	for s.refresh(); s.forget(); {
		s.refresh()
	}
	s.compareIndexes()
	for _, p := range *s.packs.Load() {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		if err := p.open(); err != nil {
			w.problem(p, err)
			continue
		}
		w.packs = append(w.packs, p)
	}
	for _, d := range s.dirs {
		err := eachLoose(d.path, s.hash, func(id OID) { w.loose = append(w.loose, id) })
		if err != nil {
			s.mu.Lock()
			s.addProblem(d.path, err)
			s.mu.Unlock()
		}
	}
	if w.expansion = s.limits.Expansion; w.expansion <= 0 {
		w.expansion = leastExpansion
		for _, p := range w.packs {
			w.expansion += min(p.file.size, math.MaxInt64/expansionRatio/64) * expansionRatio
		}
	}
	sort.Slice(w.loose, func(i, j int) bool { return w.loose[i].Compare(w.loose[j]) < 0 })
	w.loose = slices.Compact(w.loose)
	if (w.o.Skip != nil || w.o.Known != nil) && w.o.Types == All {
		if err := w.ask(); err != nil || w.few {
			return err
		}
	}
	var plans []*plan
	var planned []*pack
	var wanted []posSet
	for i, p := range w.packs {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		pl, err := w.plan(p)
		if err != nil {
			w.problem(p, err)
			w.elsewhere(i)
			continue
		}
		plans, planned = append(plans, pl), append(planned, p)
		if w.wanted != nil {
			wanted = append(wanted, w.wanted[i])
		}
	}
	w.packs, w.wanted = planned, wanted
	return w.choose(plans)
}

func (w *walk) problem(p *pack, err error) {
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	w.store.addProblem(p.path+".pack", err)
}

// elsewhere notes the wanted objects of a pack that turned out to be unusable:
// for those that are somewhere else, too, this pack was to be the place.
func (w *walk) elsewhere(i int) {
	if w.wanted == nil {
		return
	}
	idx := w.packs[i].idx
	for pos := range uint32(idx.n) {
		if !w.wanted[i].has(pos) {
			continue
		}
		if id := oidOf(idx.id(int(pos))); len(w.store.copies(&id)) > 1 {
			w.failed = append(w.failed, failure{id: id, err: errRead})
		}
	}
}

// plan plans one pack.
func (w *walk) plan(p *pack) (*plan, error) {
	if err := p.idx.prepare(); err != nil {
		return nil, err
	}
	return newPlan(p, w.o.Jobs)
}

// posSet is a set of positions in an index.
type posSet []uint64

func (s posSet) has(i uint32) bool { return s[i/64]>>(i%64)&1 != 0 }
func (s posSet) add(i uint32)      { s[i/64] |= 1 << (i % 64) }

// fewObjects is how many objects are few, or one in fewOf of all.
const (
	fewObjects = 500
	fewOf      = 200
)

// ask asks Skip and Known for every object, in the order of the indexes, before
// anything is unpacked.
func (w *walk) ask() (err error) {
	defer rescue(&err)
	defer guard()()
	count := len(w.loose)
	for _, p := range w.packs {
		count += p.idx.n
	}
	few := max(fewObjects, count/fewOf)
	var todo []OID
	found := 0
	seen := newSeen(len(w.packs) > 1 || len(w.loose) > 0, count)
	add := func(id OID) {
		if found++; found <= few {
			todo = append(todo, id)
		}
	}
	w.wanted = make([]posSet, len(w.packs))
	for i, p := range w.packs {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		w.wanted[i] = make(posSet, (p.idx.n+63)/64)
		sound := w.o.Known != nil && p.sound(w.ctx)
		for pos := range uint32(p.idx.n) {
			if !w.first(p, pos, seen, w.packs[:i]) {
				continue
			}
			if id := oidOf(p.idx.id(int(pos))); !w.skips(id) && !(sound && w.o.Known(id)) {
				w.wanted[i].add(pos)
				add(id)
			}
		}
	}
	looseToo := w.looseTodo(seen)
	for _, id := range looseToo {
		add(id)
	}
	if found <= few {
		w.few = true
		w.schedule(todo)
		return nil
	}
	w.todo = looseToo
	return nil
}

// first reports whether an object of a pack is in none of the packs before.
func (w *walk) first(p *pack, pos uint32, seen *seenSet, before []*pack) bool {
	raw := p.idx.id(int(pos))
	if pos > 0 && bytes.Equal(raw, p.idx.id(int(pos)-1)) {
		return false
	}
	if seen.maybe(raw) {
		for _, b := range before {
			if _, ok := b.idx.find(raw); ok {
				return false
			}
		}
	}
	return true
}

// looseTodo returns the wanted loose objects that are in no pack.
func (w *walk) looseTodo(seen *seenSet) (todo []OID) {
	for _, id := range w.loose {
		if seen.maybe(id.bytes()) && w.packed(id.bytes()) {
			continue
		}
		if !w.skips(id) && !(w.o.Known != nil && w.o.Known(id) && w.intact(id)) {
			todo = append(todo, id)
		}
	}
	return todo
}

func (w *walk) skips(id OID) bool { return w.o.Skip != nil && w.o.Skip(id) }

// intact reports whether a loose object is what its id says.
func (w *walk) intact(id OID) bool {
	for _, d := range w.store.dirs {
		loc, ok := d.loose(&id)
		if !ok {
			continue
		}
		o := Object{ID: id, hash: w.store.hash}
		return w.reader.readAt(w.ctx, loc, &o, 0) == nil && o.Verify() == nil
	}
	return false
}

// schedule cuts objects that are read one by one into chunks.
func (w *walk) schedule(todo []OID) {
	w.todo = todo
	for from := 0; from < len(todo); from += chunkSize {
		w.chunks = append(w.chunks, chunk{nil, from, min(from+chunkSize, len(todo))})
	}
	w.total += int64(len(todo))
}

// choose decides which objects to unpack, each in one place, and cuts the
// work into chunks.
func (w *walk) choose(plans []*plan) (err error) {
	defer rescue(&err)
	defer guard()()
	count := len(w.loose)
	for _, pl := range plans {
		count += len(pl.off)
	}
	seen := newSeen(len(plans) > 1 || len(w.loose) > 0, count)
	for i, pl := range plans {
		pl.choose(func(pos uint32, t Type) bool {
			if w.wanted != nil {
				return w.wanted[i].has(pos)
			}
			if !w.first(pl.pack, pos, seen, w.packs[:i]) || t != 0 && !w.reads(t) {
				return false
			}
			return w.o.Skip == nil || !w.o.Skip(oidOf(pl.pack.idx.id(int(pos))))
		})
		for from := 0; from < len(pl.roots); from += chunkSize {
			w.chunks = append(w.chunks, chunk{pl, from, min(from+chunkSize, len(pl.roots))})
		}
		for _, l := range pl.lost {
			w.fail(pl, l.node, l.err)
		}
		for _, r := range pl.roots {
			w.total += int64(pl.weight[r])
		}
	}
	if w.wanted == nil {
		w.todo = w.looseTodo(seen)
	}
	w.schedule(w.todo)
	return nil
}

// seenSet knows which ids were certainly not met before, so that the exact
// question has to be asked for few.
type seenSet struct {
	bits []uint64
	mask uint64
}

func newSeen(needed bool, count int) *seenSet {
	if !needed {
		return &seenSet{}
	}
	n := uint64(64)
	for n < uint64(count)*16 {
		n *= 2
	}
	return &seenSet{bits: make([]uint64, n/64), mask: n - 1}
}

func (s *seenSet) maybe(id []byte) bool {
	if s.bits == nil {
		return false
	}
	h := (uint64(id[8])<<56 | uint64(id[7])<<48 | uint64(id[6])<<40 | uint64(id[5])<<32 |
		uint64(id[4])<<24 | uint64(id[3])<<16 | uint64(id[2])<<8 | uint64(id[1])) & s.mask
	word, bit := &s.bits[h/64], uint64(1)<<(h%64)
	old := *word
	*word |= bit
	return old&bit != 0
}

// packed reports whether one of the walked packs has the object.
func (w *walk) packed(id []byte) bool {
	for _, p := range w.packs {
		if _, ok := p.idx.find(id); ok {
			return true
		}
	}
	return false
}

// exists reports whether the walked store has the object.
func (w *walk) exists(id []byte) bool {
	if w.packed(id) {
		return true
	}
	want := oidOf(id)
	i := sort.Search(len(w.loose), func(i int) bool { return w.loose[i].Compare(want) >= 0 })
	return i < len(w.loose) && w.loose[i] == want
}

// reads reports whether objects of a type have to be read.
func (w *walk) reads(t Type) bool { return w.o.Types.Has(t) || w.o.Check && t != Blob }

// run starts the workers and collects what they could not read.
func (w *walk) run() (WalkResult, error) {
	ctx := w.ctx
	defer context.AfterFunc(ctx, func() { w.stopWith(ctx.Err()) })()
	workers := make([]*worker, w.o.Jobs)
	for i := range workers {
		workers[i] = &worker{walk: w, id: i}
	}
	finished := make(chan struct{})
	var reporting sync.WaitGroup
	if w.o.Progress != nil {
		reporting.Go(func() {
			tick := time.NewTicker(100 * time.Millisecond)
			defer tick.Stop()
			for {
				select {
				case <-tick.C:
					w.report(workers)
				case <-finished:
					w.report(workers)
					return
				}
			}
		})
	}
	var running sync.WaitGroup
	for _, wk := range workers {
		running.Go(func() {
			if err := wk.run(); err != nil {
				w.stopWith(err)
			}
		})
	}
	running.Wait()
	if err := ctx.Err(); err != nil {
		w.stopWith(err)
	}
	var result WalkResult
	if w.err == nil {
		result = w.settle(workers[0])
	}
	close(finished)
	reporting.Wait()
	for _, wk := range workers {
		result.Total += wk.done.Load()
		result.Bytes += wk.bytes.Load()
	}
	return result, w.err
}

func (w *walk) report(workers []*worker) {
	var done, bytes int64
	for _, wk := range workers {
		done += wk.done.Load()
		bytes += wk.bytes.Load()
	}
	w.o.Progress(done, w.total, bytes)
}

// stopWith ends the walk. The first error is the one that counts.
func (w *walk) stopWith(err error) {
	w.mu.Lock()
	if w.err == nil {
		w.err = err
	}
	w.mu.Unlock()
	w.stop.Store(true)
	w.shared.wake()
}

// fail notes a wanted object that could not be read.
func (w *walk) fail(pl *plan, node int32, err error) {
	id := oidOf(pl.pack.idx.id(int(pl.pos[node])))
	w.mu.Lock()
	w.failed = append(w.failed, failure{id, location{pack: pl.pack, offset: pl.off[node]}, pl.kind[node], err})
	w.mu.Unlock()
}

// settle tries other copies of what could not be read, and looks once more
// for what seemed to be missing: the store may have been repacked meanwhile.
func (w *walk) settle(wk *worker) WalkResult {
	defer guard()()
	result := WalkResult{Damaged: w.malformed, Mismatched: w.mismatched.Load()}
	lost := func(f *failure, damage *DamageError) {
		damage.Type = f.kind
		result.Damaged = append(result.Damaged, damage)
	}
	for _, f := range w.failed {
		if w.stop.Load() {
			break
		}
		if w.hopeless(&f) {
			wk.done.Add(1)
			lost(&f, damaged(f.id, f.at, f.err))
			continue
		}
		o, err := w.reader.Read(w.ctx, f.id)
		if err == nil {
			if !w.reads(o.Type) {
				continue
			}
			if err = wk.object(o, nil); err != nil {
				w.stopWith(err)
				break
			}
			continue
		}
		if w.ctx.Err() != nil {
			w.stopWith(w.ctx.Err())
			break
		}
		var damage *DamageError
		if !errors.As(err, &damage) {
			damage = damaged(f.id, f.at, f.err)
		}
		wk.done.Add(1)
		lost(&f, damage)
	}
	for _, m := range w.missing {
		if !w.store.Contains(m.ID) {
			result.Missing = append(result.Missing, m)
		}
	}
	sort.Slice(result.Missing, func(i, j int) bool { return result.Missing[i].ID.Compare(result.Missing[j].ID) < 0 })
	sort.Slice(result.Damaged, func(i, j int) bool { return result.Damaged[i].ID.Compare(result.Damaged[j].ID) < 0 })
	return result
}

// hopeless reports whether there is no other place to read an object from.
func (w *walk) hopeless(f *failure) bool {
	if errors.Is(f.err, errExpansion) {
		return true
	}
	places := w.store.copies(&f.id)
	return len(places) == 1 && (places[0] == f.at || f.at.pack == nil)
}

// shared is where workers with much to do put work for those without.
type shared struct {
	mu    sync.Mutex
	ready *sync.Cond
	items []item
	idle  int
	ended bool
	// hungry is idle less the items, for a look without the lock.
	hungry atomic.Int32
}

func (s *shared) wake() {
	s.mu.Lock()
	s.ended = true
	s.mu.Unlock()
	s.ready.Broadcast()
}

// give passes an item to a waiting worker.
func (s *shared) give(it item) {
	s.mu.Lock()
	s.items = append(s.items, it)
	s.hungry.Add(-1)
	s.mu.Unlock()
	s.ready.Signal()
}

// take waits for an item. When all workers wait there will be no more.
func (s *shared) take(workers int) (item, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.idle++
	s.hungry.Add(1)
	for len(s.items) == 0 && !s.ended {
		if s.idle == workers {
			s.ended = true
			s.ready.Broadcast()
			break
		}
		s.ready.Wait()
	}
	s.idle--
	if len(s.items) == 0 {
		s.hungry.Add(-1)
		return item{}, false
	}
	it := s.items[len(s.items)-1]
	s.items = s.items[:len(s.items)-1]
	return it, true
}
