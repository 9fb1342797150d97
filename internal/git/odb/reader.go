package odb

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"

	"github.com/momentolint/momentolint/internal/git/inflate"
)

// Reader reads single objects. It remembers what it unpacked, so that reading
// related objects (the same file or directory of neighbouring commits) is cheap.
// It belongs to one goroutine.
type Reader struct {
	s       *Store
	inf     inflate.Decoder
	scratch []byte
	delta   []byte
	cache   baseCache
}

// readerCache is how many bytes a Reader keeps; git's core.deltaBaseCacheLimit
// is 96 MiB.
const readerCache = 48 << 20

// Reader makes a reader.
func (s *Store) Reader() *Reader {
	return &Reader{s: s, cache: baseCache{limit: readerCache}}
}

// Read returns an object by its id, having made sure that it is what the id
// says. Its data stays valid, and must not be changed. The error is a
// [NotFoundError], a [DamageError] when no copy of the object in the store can
// be read, or the context's.
func (r *Reader) Read(ctx context.Context, id OID) (*Object, error) {
	return r.read(ctx, id, 0)
}

// scratchKept is the most that is kept of a buffer for deltas between objects.
const scratchKept = 4 << 20

// maxChain is how many deltas may lie between an object and the first one
// that is whole. git writes 50, at most 4095. (To
// a Walk the length of a chain costs nothing, so it has no such bound.)
const maxChain = 1 << 13

func (r *Reader) read(ctx context.Context, id OID, depth int) (*Object, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if int(id.size) != r.s.hash.Size() {
		return nil, &NotFoundError{id}
	}
	first, ok := r.s.locate(&id)
	if !ok {
		if id == r.s.hash.EmptyTree() {
			return &Object{ID: id, Type: Tree, hash: r.s.hash}, nil
		}
		return nil, &NotFoundError{id}
	}
	o, err := r.try(ctx, id, first, depth)
	if err == nil || errors.Is(err, errDepth) || errors.Is(err, errCycle) {
		// Of a chain without an end every further copy would only go round once more.
		return o, err
	}
	for _, other := range r.s.copies(&id) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if other == first {
			continue
		}
		if o, err := r.try(ctx, id, other, depth); err == nil {
			return o, nil
		}
	}
	return nil, err
}

// try reads an object from one place.
func (r *Reader) try(ctx context.Context, id OID, loc location, depth int) (*Object, error) {
	o := &Object{ID: id, hash: r.s.hash}
	err := r.readAt(ctx, loc, o, depth)
	// A base is not verified: what is made with a wrong one will not match.
	if err == nil && depth == 0 {
		err = o.Verify()
	}
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, damaged(id, loc, err)
	}
	return o, nil
}

func damaged(id OID, loc location, err error) *DamageError {
	var damage *DamageError
	name := ""
	if errors.As(err, &damage) && damage.ID == id {
		name, err = damage.File, damage.Err
	}
	if loc.pack != nil {
		name = loc.pack.name()
	} else if loc.loose != "" {
		name = filepath.Join(filepath.Base(filepath.Dir(loc.loose)), filepath.Base(loc.loose))
	}
	return &DamageError{ID: id, File: name, Err: err}
}

// locate finds one place where the object is stored.
func (s *Store) locate(id *OID) (loc location, ok bool) {
	var err error
	defer rescue(&err)
	defer guard()()
	return s.find(id)
}

// copies returns every place where the object is stored.
func (s *Store) copies(id *OID) (all []location) {
	var err error
	defer rescue(&err)
	defer guard()()
	for _, p := range *s.packs.Load() {
		if loc, ok := p.find(id.bytes()); ok {
			all = append(all, loc)
		}
	}
	for _, d := range s.dirs {
		if loc, ok := d.loose(id); ok {
			all = append(all, loc)
		}
	}
	return all
}

func (r *Reader) readAt(ctx context.Context, loc location, o *Object, depth int) (err error) {
	defer rescue(&err)
	defer guard()()
	if loc.pack == nil {
		return r.readLoose(loc.loose, o)
	}
	p := loc.pack
	if loc.offset < packHeader || loc.offset >= p.end() {
		return errOffset
	}
	head, err := p.file.view(loc.offset, min(loc.offset+maxEntryHeader, p.end()), &r.scratch)
	if err != nil {
		return err
	}
	e, err := readEntry(head, p.hash)
	if err != nil {
		return err
	}
	if e.kind == Blob && e.size > uint64(r.s.limits.Memory) {
		if !plausible(e.size, p.end()-loc.offset) {
			return errSize
		}
		o.Type, o.Size = Blob, int64(e.size)
		o.stream = r.s.packStream(o.ID, p, loc.offset+int64(e.header), o.Size)
		return nil
	}
	o.Type, o.Data, err = r.unpack(ctx, p, loc.offset, depth)
	o.Size = int64(len(o.Data))
	return err
}

// unpack returns the object at an offset of a pack: down the chain of deltas to
// a whole object or one that is remembered, and back up.
func (r *Reader) unpack(ctx context.Context, p *pack, offset int64, depth int) (Type, []byte, error) {
	type link struct {
		at, data int64
		size     uint64
	}
	var chain []link
	var kind Type
	var data []byte
	// A chain that leads back to where it was is noticed once it comes by the
	// mark, which moves on whenever the length has doubled.
	mark := int64(-1)
	for at := offset; data == nil; {
		if err := ctx.Err(); err != nil {
			return 0, nil, err
		}
		if depth+len(chain) > maxChain {
			return 0, nil, errDepth
		}
		if at == mark {
			return 0, nil, errCycle
		}
		if n := len(chain); n&(n-1) == 0 {
			mark = at
		}
		var ok bool
		if kind, data, ok = r.cache.get(baseKey{p, at}); ok {
			if data == nil {
				data = []byte{}
			}
			break
		}
		if at < packHeader || at >= p.end() {
			return 0, nil, errOffset
		}
		head, err := p.file.view(at, min(at+maxEntryHeader, p.end()), &r.scratch)
		if err != nil {
			return 0, nil, err
		}
		e, err := readEntry(head, p.hash)
		if err != nil {
			return 0, nil, err
		}
		if e.size > uint64(r.s.limits.Unpacked) {
			return 0, nil, errLarge
		}
		body := at + int64(e.header)
		switch e.kind {
		case offsetDelta:
			chain = append(chain, link{at, body, e.size})
			if e.base > uint64(at) {
				return 0, nil, errOffset
			}
			at -= int64(e.base)
		case refDelta:
			chain = append(chain, link{at, body, e.size})
			id := oidOf(e.baseID)
			if i, ok := p.idx.find(id.bytes()); ok {
				at = p.idx.offset(i)
				continue
			}
			// git completes packs when it stores them, but reads those whose
			// bases lie elsewhere, too.
			o, err := r.read(ctx, id, depth+len(chain))
			if err != nil {
				return 0, nil, baseError(err)
			}
			if o.stream != nil {
				return 0, nil, errLarge
			}
			if kind, data = o.Type, o.Data; data == nil {
				data = []byte{}
			}
		default:
			data = make([]byte, e.size, e.size+inflate.Slack)
			if err := r.inflateAt(p, body, data); err != nil {
				return 0, nil, err
			}
			kind = e.kind
			r.cache.put(baseKey{p, at}, kind, data)
		}
	}
	for _, l := range slices.Backward(chain) {

		if !plausible(l.size, p.end()-l.data) {
			return 0, nil, errSize
		}
		r.delta = grow(r.delta, int(l.size))
		if err := r.inflateAt(p, l.data, r.delta); err != nil {
			return 0, nil, err
		}
		size, ops, err := checkDelta(r.delta, len(data), r.s.limits.Unpacked)
		if err != nil {
			return 0, nil, err
		}
		next := make([]byte, size)
		if err := applyDelta(next, data, ops, nil); err != nil {
			return 0, nil, err
		}
		if cap(r.delta) > scratchKept {
			r.delta = nil
		}
		data = next
		r.cache.put(baseKey{p, l.at}, kind, data)
	}
	return kind, data, nil
}

// baseError says of an object what is wrong with its base. A loop stays
// recognisable.
func baseError(err error) error {
	var missing *NotFoundError
	switch {
	case errors.Is(err, errDepth):
		return errDepth
	case errors.Is(err, errCycle):
		return errCycle
	case errors.Is(err, errLarge):
		return errLarge
	case errors.As(err, &missing):
		return errBase
	}
	return errBaseDamage
}

// checkDelta reads a delta's sizes and returns its result's size and instructions.
func checkDelta(delta []byte, base int, limit int64) (size int, ops []byte, err error) {
	baseSize, resultSize, n, err := deltaSizes(delta)
	switch {
	case err != nil:
		return 0, nil, err
	case baseSize != uint64(base):
		return 0, nil, errDeltaBase
	case resultSize > uint64(limit):
		return 0, nil, errLarge
	}
	ops = delta[n:]
	// An instruction of at least two bytes makes at most 16 MiB.
	if resultSize > uint64(len(ops)+1)<<24 {
		return 0, nil, errDelta
	}
	return int(resultSize), ops, nil
}

// grow returns a slice of n bytes to inflate into, the old one if it is large enough.
func grow(b []byte, n int) []byte {
	if cap(b) < n+inflate.Slack {
		return make([]byte, n, n+n/4+inflate.Slack)
	}
	return b[:n]
}

// inflateAt fills dst with the stream at an offset of a pack.
func (r *Reader) inflateAt(p *pack, at int64, dst []byte) error {
	if !plausible(uint64(len(dst)), p.end()-at) {
		return errSize
	}
	if p.file.data != nil {
		src, err := p.file.view(at, p.end(), nil)
		if err != nil {
			return err
		}
		_, err = r.inf.Zlib(dst, src, true)
		return err
	}
	// How long the stream is will be known at its end. Deflate makes nothing
	// much larger than it was, unless someone tries.
	for n := int64(len(dst)) + int64(len(dst))/64 + 128; ; n *= 8 {
		to := min(at+n, p.end())
		src, err := p.file.view(at, to, &r.scratch)
		if err != nil {
			return err
		}
		if _, err = r.inf.Zlib(dst, src, true); err == nil || to == p.end() {
			return err
		}
	}
}

// packStream reads a large blob piece by piece.
func (s *Store) packStream(id OID, p *pack, at, size int64) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		return newStream(id, p.name(), io.NewSectionReader(p.file, at, p.end()-at), nil, size)
	}
}
