package odb

import (
	"hash/crc32"
	"math/bits"
	"sync/atomic"

	"github.com/momentolint/momentolint/internal/git/inflate"
)

// worker is one goroutine of a walk.
type worker struct {
	walk *walk
	id   int

	inf     inflate.Decoder
	scratch []byte
	delta   []byte
	seams   []span
	// mismatch means that the packed bytes of the node that is being unpacked do not
	// have the index's checksum.
	mismatch bool
	free     [freeClasses][]*buffer
	reader   *Reader // for what lies off the planned paths
	obj      Object
	commit   CommitInfo

	// stack holds what to unpack next, the last one first.
	stack []item
	chunk chunk
	// holdsLarge means that this worker holds walk.large.
	holdsLarge bool
	// uncounted is what was unpacked and is not in walk.unpacked yet.
	uncounted int64

	_           [64]byte // the counters are written often; keep them off other workers' lines
	done, bytes atomic.Int64
	_           [64]byte
}

// item is a node to unpack. Its base's content is in base, unless the node
// has none or it was given up to save memory.
type item struct {
	plan *plan
	node int32
	base *buffer
}

// buffer is an unpacked object that deltas still need. The count of items
// that refer to it decides when it can be used again.
type buffer struct {
	kind Type
	data []byte
	refs atomic.Int32
	// shared means that the data is also a Reader's.
	shared bool
}

const (
	// Objects from this size on are unpacked by one worker at a time.
	largeObject = 32 << 20
	// Buffers are kept for reuse in classes of sizes up to 512 << 12 = 2 MiB,
	// as many as take freeBytes per class.
	freeClasses  = 13
	smallestFree = 9
	freeBytes    = 4 << 20
	// countedAt is how many bytes a worker unpacks before it tells.
	countedAt = 16 << 20
)

func sizeClass(n int) int { return max(bits.Len(uint(max(n, 1)-1))-smallestFree, 0) }

// alloc returns a buffer of n bytes with undefined content.
func (w *worker) alloc(kind Type, n int) *buffer {
	c := sizeClass(n + inflate.Slack)
	var b *buffer
	if c < freeClasses {
		if free := w.free[c]; len(free) > 0 {
			b = free[len(free)-1]
			w.free[c] = free[:len(free)-1]
			b.data = b.data[:n]
		} else {
			b = &buffer{data: make([]byte, n, 1<<(c+smallestFree))}
		}
	} else {
		b = &buffer{data: make([]byte, n, n+inflate.Slack)}
	}
	b.kind = kind
	b.refs.Store(1)
	w.walk.live.Add(int64(n))
	if w.uncounted += int64(n); w.uncounted > countedAt {
		w.walk.unpacked.Add(w.uncounted)
		w.uncounted = 0
	}
	return b
}

// release drops one reference.
func (w *worker) release(b *buffer) {
	if b == nil || b.refs.Add(-1) != 0 || b.shared {
		return
	}
	w.walk.live.Add(-int64(len(b.data)))
	c := sizeClass(cap(b.data))
	if c < freeClasses && cap(b.data) == 1<<(c+smallestFree) && len(w.free[c]) < max(freeBytes>>(c+smallestFree), 4) {
		w.free[c] = append(w.free[c], b)
	}
}

// run works until nothing is left. Faults of mapped files become errors of
// the objects concerned; see unpack.
func (w *worker) run() error {
	defer guard()()
	defer w.unlock()
	for !w.walk.stop.Load() {
		it, ok := w.next()
		if !ok {
			return nil
		}
		if err := w.process(it); err != nil {
			return err
		}
		w.share()
	}
	return nil
}

// next returns what to do next: the stack's top, a root, or what others give.
func (w *worker) next() (item, bool) {
	for {
		if n := len(w.stack); n > 0 {
			it := w.stack[n-1]
			w.stack[n-1] = item{}
			w.stack = w.stack[:n-1]
			return it, true
		}
		w.unlock()
		if w.chunk.from < w.chunk.to {
			at := w.chunk.from
			w.chunk.from++
			if w.chunk.plan == nil {
				return item{node: int32(at)}, true
			}
			return item{plan: w.chunk.plan, node: w.chunk.plan.roots[at]}, true
		}
		if i := w.walk.cursor.Add(1) - 1; i < int64(len(w.walk.chunks)) {
			w.chunk = w.walk.chunks[i]
			continue
		}
		return w.walk.shared.take(w.walk.o.Jobs)
	}
}

// share returns the oldest item of the stack, which leads to the largest part of
// what is left here, to a worker that has nothing.
func (w *worker) share() {
	if w.walk.shared.hungry.Load() <= 0 {
		return
	}
	if len(w.stack) > 1 {
		it := w.stack[0]
		w.stack = append(w.stack[:0], w.stack[1:]...)
		w.walk.shared.give(it)
		return
	}
	if c := &w.chunk; c.from+1 < c.to {
		c.to--
		it := item{plan: c.plan, node: int32(c.to)}
		if c.plan != nil {
			it.node = c.plan.roots[c.to]
		}
		w.walk.shared.give(it)
	}
}

func (w *worker) unlock() {
	if w.holdsLarge {
		w.holdsLarge = false
		w.walk.large.Unlock()
	}
}

// process unpacks one object, yields it if it is wanted, and puts the deltas
// made against it on the stack.
func (w *worker) process(it item) error {
	if it.plan == nil {
		return w.single(w.walk.todo[it.node])
	}
	pl, node := it.plan, it.node
	o := &w.obj
	*o = Object{hash: pl.pack.hash}
	w.seams = w.seams[:0]
	w.mismatch = false
	buf, err := w.unpack(it, o)
	w.release(it.base)
	if w.mismatch {
		// Either the packed bytes or the index's checksum of them are damaged. The
		// id decides, also for a base that the walk does not visit.
		o.ID = oidOf(pl.pack.idx.id(int(pl.pos[node])))
		switch {
		case err == nil && o.Verify() == nil:
			w.walk.mismatched.Add(1)
		case err == nil || !IsTooLarge(err):
			err = errCRC
			w.release(buf)
		}
	}
	if err != nil {
		w.fail(pl, node, err)
		return nil
	}
	if pl.wanted[node] && (pl.kind[node] != 0 || w.walk.reads(o.Type)) {
		o.ID = oidOf(pl.pack.idx.id(int(pl.pos[node])))
		var seams []span
		if pl.base[node] >= 0 {
			seams = w.seams
		}
		// An old index has no checksums that would tell a flipped bit in a header.
		if pl.pack.idx.crcs == nil && o.stream == nil {
			err = o.Verify()
		}
		if err != nil {
			w.walk.fail(pl, node, err)
		} else if err := w.object(o, seams); err != nil {
			return err
		}
	}
	if buf == nil {
		// Too large for the deltas made against it, if there are any.
		for c := pl.first[node]; c != none; c = pl.next[c] {
			w.fail(pl, c, errLarge)
		}
		return nil
	}
	w.push(pl, node, buf)
	w.release(buf)
	return nil
}

// push puts a node's deltas on the stack, the heaviest first, so that it is
// unpacked last: then the bases that wait for others are those of lighter
// parts only, and their number grows with the logarithm of the objects'.
func (w *worker) push(pl *plan, node int32, buf *buffer) {
	heavy, count := int32(none), int32(0)
	for c := pl.first[node]; c != none; c = pl.next[c] {
		if pl.weight[c] == 0 {
			continue
		}
		count++
		if heavy == none || pl.weight[c] > pl.weight[heavy] {
			heavy = c
		}
	}
	if count == 0 {
		return
	}
	buf.refs.Add(count)
	w.stack = append(w.stack, item{pl, heavy, buf})
	for c := pl.first[node]; c != none; c = pl.next[c] {
		if pl.weight[c] > 0 && c != heavy {
			w.stack = append(w.stack, item{pl, c, buf})
		}
	}
	if w.walk.live.Load() > w.walk.store.limits.Retained*int64(w.walk.o.Jobs) {
		w.giveUp()
	}
}

// giveUp releases all bases but those of the top of the stack. They will be
// unpacked again when their turn comes.
func (w *worker) giveUp() {
	top := w.stack[len(w.stack)-1].base
	for i := range w.stack {
		if it := &w.stack[i]; it.base != top {
			w.release(it.base)
			it.base = nil
		}
	}
}

// fail notes a node and everything that is a delta against it as unreadable.
func (w *worker) fail(pl *plan, node int32, err error) {
	todo := []int32{node}
	for len(todo) > 0 {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if pl.wanted[n] {
			w.walk.fail(pl, n, err)
		}
		err = errBaseDamage
		for c := pl.first[n]; c != none; c = pl.next[c] {
			if pl.weight[c] > 0 {
				todo = append(todo, c)
			}
		}
	}
}

// unpack fills in a node's object. The buffer, which holds its data, is nil
// for a blob that has to be streamed.
func (w *worker) unpack(it item, o *Object) (buf *buffer, err error) {
	defer func() {
		if err != nil && buf != nil {
			w.release(buf)
			buf = nil
		}
	}()
	defer rescue(&err)
	pl, node := it.plan, it.node
	base := pl.base[node]
	switch base {
	case broken:
		return nil, errHeader
	case odd, external:
		if buf, err = w.reread(pl, node); err == nil {
			o.setData(buf.kind, buf.data)
		}
		return buf, err
	}
	limits := &w.walk.store.limits
	if w.walk.unpacked.Load() > w.walk.expansion {
		return nil, errExpansion
	}
	from, to := pl.extent(node)
	head, err := pl.pack.file.view(from, min(to, from+maxEntryHeader), &w.scratch)
	if err != nil {
		return nil, err
	}
	e, err := readEntry(head, pl.pack.hash)
	if err != nil {
		return nil, err
	}
	body := from + int64(e.header)
	if !plausible(e.size, to-body) {
		return nil, errSize
	}
	if base == whole && e.kind == Blob {
		alone := pl.weight[node] == 1 && pl.wanted[node]
		if e.size > uint64(limits.Unpacked) || alone && e.size > uint64(limits.Memory) {
			// The id is not known yet here; errors of the stream name the pack.
			id := oidOf(pl.pack.idx.id(int(pl.pos[node])))
			o.Type, o.Size = Blob, int64(e.size)
			o.stream = w.walk.store.packStream(id, pl.pack, body, o.Size)
			return nil, nil
		}
	}
	if e.size > uint64(limits.Unpacked) {
		return nil, errLarge
	}
	src, size, err := w.packed(pl, node)
	if err != nil {
		return nil, err
	}
	src, size = src[e.header:], size-e.header
	if base == whole {
		w.lockFor(int(e.size))
		buf = w.alloc(e.kind, int(e.size))
		o.setData(buf.kind, buf.data)
		return buf, w.inflate(pl, buf.data, src, size)
	}
	if it.base == nil {
		if it.base, err = w.reread(pl, base); err != nil {
			return nil, err
		}
		defer w.release(it.base)
	}
	w.delta = grow(w.delta, int(e.size))
	if err := w.inflate(pl, w.delta, src, size); err != nil {
		return nil, err
	}
	result, ops, err := checkDelta(w.delta, len(it.base.data), limits.Unpacked)
	if err != nil {
		return nil, err
	}
	w.lockFor(result)
	buf = w.alloc(it.base.kind, result)
	o.setData(buf.kind, buf.data)
	var seams *[]span
	if buf.kind == Tree && w.walk.o.Check {
		seams = &w.seams
	}
	err = applyDelta(buf.data, it.base.data, ops, seams)
	if cap(w.delta) > scratchKept {
		w.delta = nil
	}
	return buf, err
}

// packed returns a node's packed bytes, and some of what follows. It sets mismatch
// if they do not have the checksum that the index has for them.
func (w *worker) packed(pl *plan, node int32) (src []byte, size int, err error) {
	from, to := pl.extent(node)
	src, err = pl.pack.file.view(from, to+inflate.Ahead, &w.scratch)
	if err != nil {
		return nil, 0, err
	}
	size = int(to - from)
	crc, ok := pl.crc(node)
	w.mismatch = ok && crc32.ChecksumIEEE(src[:size]) != crc
	return src, size, nil
}

// inflate unpacks a stream, which has to take size bytes if the index tells
// where the next object begins. Its own checksum needs no look where that of
// the packed bytes was right.
func (w *worker) inflate(pl *plan, dst, src []byte, size int) error {
	n, err := w.inf.Zlib(dst, src, !pl.exact || pl.pack.idx.crcs == nil || w.mismatch)
	if err == nil && (n > size || pl.exact && n != size) {
		err = errSize
	}
	return err
}

// reread unpacks a node by itself, off the walk's order.
func (w *worker) reread(pl *plan, node int32) (*buffer, error) {
	if w.reader == nil {
		w.reader = w.walk.store.Reader()
	}
	kind, data, err := w.reader.unpack(w.walk.ctx, pl.pack, pl.off[node], 0)
	if err != nil {
		return nil, err
	}
	b := &buffer{kind: kind, data: data, shared: true}
	b.refs.Store(1)
	return b, nil
}

// lockFor lets one worker at a time unpack large objects.
func (w *worker) lockFor(size int) {
	if size >= largeObject && !w.holdsLarge {
		w.walk.large.Lock()
		w.holdsLarge = true
	}
}

// single reads and yields an object that is in no plan.
func (w *worker) single(id OID) error {
	if w.reader == nil {
		w.reader = w.walk.store.Reader()
	}
	if !w.walk.few {
		return w.loose(id)
	}
	o, err := w.reader.Read(w.walk.ctx, id)
	if err != nil {
		w.walk.mu.Lock()
		w.walk.failed = append(w.walk.failed, failure{id: id, err: err})
		w.walk.mu.Unlock()
		return nil
	}
	return w.object(o, nil)
}

// loose reads and yields a loose object.
func (w *worker) loose(id OID) error {
	var err error
	for _, d := range w.walk.store.dirs {
		loc, ok := d.loose(&id)
		if !ok {
			continue
		}
		o := Object{ID: id, hash: w.walk.store.hash}
		if err = w.reader.readAt(w.walk.ctx, loc, &o, 0); err == nil && o.stream == nil {
			err = o.Verify()
		}
		if err == nil {
			if !w.walk.reads(o.Type) {
				w.done.Add(1)
				return nil
			}
			return w.object(&o, nil)
		}
	}
	if err == nil {
		err = errRead
	}
	w.walk.mu.Lock()
	w.walk.failed = append(w.walk.failed, failure{id: id, err: err})
	w.walk.mu.Unlock()
	return nil
}

// object checks what an object refers to, if asked, and yields it.
func (w *worker) object(o *Object, seams []span) error {
	if w.walk.o.Check {
		w.check(o, seams)
	}
	var err error
	if w.walk.o.Types.Has(o.Type) {
		err = w.walk.visit(w.id, o)
	}
	w.done.Add(1)
	w.bytes.Add(o.Size)
	return err
}
