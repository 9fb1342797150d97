package odb_test

import (
	"bytes"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/adler32"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/momentolint/momentolint/internal/git/odb"
)

// The pack format's types of entries.
const (
	commitEntry   = 1
	treeEntry     = 2
	blobEntry     = 3
	tagEntry      = 4
	offsetEntry   = 6
	refDeltaEntry = 7
)

// packed is an entry of a pack that a test writes byte by byte, and may lie
// about in every way.
type packed struct {
	kind int
	// size is what the header claims; -1 for the truth.
	size int64
	// back is the distance to an offset delta's base in bytes if not 0, else
	// in entries by base.
	back int64
	base int
	ref  odb.OID
	// data is what is deflated; raw, if set, is in the pack instead.
	data, raw []byte
	// id is what the index says; the zero value for the id of result.
	id odb.OID
	// result is the object, where it is not data.
	result []byte
	of     odb.Type
}

func object(kind int, data string) packed {
	return packed{kind: kind, size: -1, data: []byte(data), of: odb.Type(kind)}
}

// delta writes the instructions that make result of base with one insertion
// for each 127 bytes.
func delta(base int, result string) []byte {
	d := append(varint(uint64(base)), varint(uint64(len(result)))...)
	for len(result) > 0 {
		n := min(len(result), 127)
		d = append(append(d, byte(n)), result[:n]...)
		result = result[n:]
	}
	return d
}

func varint(v uint64) []byte { return binary.AppendUvarint(nil, v) }

// deflated makes a zlib stream without compressing, which takes no time.
func deflated(data []byte) []byte {
	b := []byte{0x78, 0x01}
	sum := adler32.Checksum(data)
	for {
		n := min(len(data), 0xffff)
		last := byte(0)
		if n == len(data) {
			last = 1
		}
		b = append(b, last, byte(n), byte(n>>8), ^byte(n), ^byte(n>>8))
		b = append(b, data[:n]...)
		if data = data[n:]; last == 1 {
			return binary.BigEndian.AppendUint32(b, sum)
		}
	}
}

func entryHeader(kind int, size uint64) []byte {
	c := byte(kind<<4) | byte(size&15)
	size >>= 4
	var b []byte
	for size > 0 {
		b = append(b, c|0x80)
		c = byte(size & 0x7f)
		size >>= 7
	}
	return append(b, c)
}

func distance(v uint64) []byte {
	b := []byte{byte(v & 0x7f)}
	for v >>= 7; v > 0; v >>= 7 {
		v--
		b = append([]byte{0x80 | byte(v&0x7f)}, b...)
	}
	return b
}

// build writes a pack and its index.
func build(entries []packed) (pack, index []byte) {
	pack = append([]byte("PACK\x00\x00\x00\x02"), binary.BigEndian.AppendUint32(nil, uint32(len(entries)))...)
	type line struct {
		id  odb.OID
		off int
		crc uint32
	}
	lines := make([]line, len(entries))
	offsets := make([]int, len(entries))
	for i, e := range entries {
		from := len(pack)
		offsets[i] = from
		size := e.size
		if size < 0 {
			size = int64(len(e.data))
		}
		pack = append(pack, entryHeader(e.kind, uint64(size))...)
		switch e.kind {
		case offsetEntry:
			back := e.back
			if back == 0 {
				back = int64(from - offsets[e.base])
			}
			pack = append(pack, distance(uint64(back))...)
		case refDeltaEntry:
			pack = e.ref.AppendTo(pack)
		}
		if e.raw != nil {
			pack = append(pack, e.raw...)
		} else {
			pack = append(pack, deflated(e.data)...)
		}
		id := e.id
		if id.IsZero() {
			content := e.data
			if e.result != nil {
				content = e.result
			}
			id = odb.SHA1.Sum(e.of, content)
		}
		lines[i] = line{id, from, crc32.ChecksumIEEE(pack[from:])}
	}
	sum := sha1.Sum(pack)
	pack = append(pack, sum[:]...)

	slices.SortStableFunc(lines, func(a, b line) int { return a.id.Compare(b.id) })
	index = []byte("\xfftOc\x00\x00\x00\x02")
	for first := range 256 {
		n := 0
		for _, l := range lines {
			if int(l.id.AppendTo(nil)[0]) <= first {
				n++
			}
		}
		index = binary.BigEndian.AppendUint32(index, uint32(n))
	}
	for _, l := range lines {
		index = l.id.AppendTo(index)
	}
	for _, l := range lines {
		index = binary.BigEndian.AppendUint32(index, l.crc)
	}
	for _, l := range lines {
		index = binary.BigEndian.AppendUint32(index, uint32(l.off))
	}
	index = append(index, sum[:]...)
	own := sha1.Sum(index)
	return pack, append(index, own[:]...)
}

// store writes a store of one pack.
func store(t testing.TB, pack, index []byte) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "pack"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"pack-1.pack": pack, "pack-1.idx": index} {
		if err := os.WriteFile(filepath.Join(dir, "pack", name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// readAll walks a store and reads each listed object by itself, and tells the
// ids whose content was yielded rightly. Whatever else is yielded is wrong.
func readAll(t testing.TB, o odb.Options, ids []odb.OID) (good map[odb.OID]bool, result odb.WalkResult, problems []odb.Problem) {
	t.Helper()
	s, err := odb.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	good = map[odb.OID]bool{}
	var mu sync.Mutex
	result, err = s.Walk(t.Context(), odb.WalkOptions{Jobs: 2, Check: true}, func(_ int, obj *odb.Object) error {
		r, err := obj.Reader()
		if err != nil {
			return nil
		}
		_, err = io.Copy(io.Discard, r)
		_ = r.Close()
		mu.Lock()
		defer mu.Unlock()
		if err == nil {
			good[obj.ID] = obj.Verify() == nil
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	reader := s.Reader()
	for _, id := range ids {
		obj, err := reader.Read(t.Context(), id)
		var damage *odb.DamageError
		var missing *odb.NotFoundError
		switch {
		case err == nil:
			if err := obj.Verify(); err != nil {
				t.Errorf("%s is read, and is something else: %v", id, err)
			}
		case !errors.As(err, &damage) && !errors.As(err, &missing):
			t.Errorf("%s: %v, want a DamageError", id, err)
		}
	}
	return good, result, s.Problems()
}

func TestHostilePacksGiveErrors(t *testing.T) {
	t.Parallel()
	fine := object(blobEntry, "a good object\n")
	bad := func(id byte, e packed) packed {
		e.id, e.of = oidOf(id), odb.Blob
		return e
	}
	base := strings.Repeat("base ", 100)
	huge := uint64(1) << 40
	deltaOf := func(data []byte) packed {
		return bad(1, packed{kind: offsetEntry, size: -1, base: 1, data: data})
	}
	cases := map[string][]packed{
		"size larger than the data":   {bad(1, packed{kind: blobEntry, size: 100, data: []byte("short")})},
		"size smaller than the data":  {bad(1, packed{kind: blobEntry, size: 2, data: []byte("longer than that")})},
		"size of a terabyte":          {bad(1, packed{kind: blobEntry, size: int64(huge), data: []byte("short")})},
		"size beyond 63 bits":         {bad(1, packed{kind: blobEntry, size: -1, raw: bytes.Repeat([]byte{0xff}, 30)})},
		"commit of a terabyte":        {bad(1, packed{kind: commitEntry, size: int64(huge), data: []byte("short")})},
		"no deflate stream":           {bad(1, packed{kind: blobEntry, size: 10, raw: []byte("not deflate")})},
		"nothing":                     {bad(1, packed{kind: blobEntry, size: 10, raw: []byte{}})},
		"type 0":                      {bad(1, packed{kind: 0, size: -1, data: []byte("x")})},
		"type 5":                      {bad(1, packed{kind: 5, size: -1, data: []byte("x")})},
		"other content than its id's": {bad(1, packed{kind: blobEntry, size: -1, data: []byte("x")})},
		"delta of itself":             {bad(1, packed{kind: refDeltaEntry, size: -1, ref: oidOf(1), data: delta(9, "x")})},
		"two deltas of each other": {
			bad(1, packed{kind: refDeltaEntry, size: -1, ref: oidOf(2), data: delta(9, "x")}),
			bad(2, packed{kind: refDeltaEntry, size: -1, ref: oidOf(1), data: delta(9, "x")}),
		},
		"three deltas in a circle and one into it": {
			bad(1, packed{kind: refDeltaEntry, size: -1, ref: oidOf(2), data: delta(9, "x")}),
			bad(2, packed{kind: refDeltaEntry, size: -1, ref: oidOf(3), data: delta(9, "x")}),
			bad(3, packed{kind: refDeltaEntry, size: -1, ref: oidOf(1), data: delta(9, "x")}),
			bad(4, packed{kind: refDeltaEntry, size: -1, ref: oidOf(2), data: delta(9, "x")}),
		},
		"delta of nothing":           {bad(1, packed{kind: refDeltaEntry, size: -1, ref: oidOf(9), data: delta(9, "x")})},
		"delta before the pack":      {bad(1, packed{kind: offsetEntry, size: -1, back: 1 << 20, data: delta(9, "x")})},
		"delta of the header":        {bad(1, packed{kind: offsetEntry, size: -1, back: 5, data: delta(9, "x")})},
		"delta of another size":      {object(blobEntry, base), deltaOf(delta(len(base)+1, "x"))},
		"delta with a lying result":  {object(blobEntry, base), deltaOf(append(append(varint(uint64(len(base))), varint(50)...), 3, 'a', 'b', 'c'))},
		"delta beyond its result":    {object(blobEntry, base), deltaOf(append(append(varint(uint64(len(base))), varint(2)...), 3, 'a', 'b', 'c'))},
		"delta beyond its base":      {object(blobEntry, base), deltaOf(append(append(varint(uint64(len(base))), varint(100)...), 0x93, 0xff, 0xff, 100))},
		"delta with a cut copy":      {object(blobEntry, base), deltaOf(append(append(varint(uint64(len(base))), varint(100)...), 0xff))},
		"delta with a cut insertion": {object(blobEntry, base), deltaOf(append(append(varint(uint64(len(base))), varint(100)...), 100, 'a'))},
		"delta with the reserved 0":  {object(blobEntry, base), deltaOf(append(append(varint(uint64(len(base))), varint(1)...), 0))},
		"delta without instructions": {object(blobEntry, base), deltaOf(append(varint(uint64(len(base))), varint(10)...))},
		"delta without sizes":        {object(blobEntry, base), deltaOf([]byte{0xff})},
		"empty delta":                {object(blobEntry, base), deltaOf([]byte{})},
		"delta of a terabyte":        {object(blobEntry, base), deltaOf(append(append(varint(uint64(len(base))), varint(huge)...), 1, 'a'))},
	}
	for name, entries := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := append([]packed{fine}, entries...)
			pack, index := build(all)
			dir := store(t, pack, index)
			var ids []odb.OID
			for i := range byte(5) {
				ids = append(ids, oidOf(i))
			}
			good := odb.SHA1.Sum(odb.Blob, fine.data)
			for _, o := range []odb.Options{{Dir: dir}, {Dir: dir, NoMap: true}} {
				got, result, problems := readAll(t, o, append(ids, good))
				if !got[good] {
					t.Error("the good object beside it was not read")
				}
				for _, e := range entries {
					// "other content" is not known before an id is asked for.
					if !e.id.IsZero() && got[e.id] {
						t.Errorf("%s was read", e.id)
					}
				}
				if name != "other content than its id's" && len(result.Damaged) == 0 && len(problems) == 0 {
					t.Error("nothing was told")
				}
			}
		})
	}
}

// oidOf makes an id up.
func oidOf(b byte) odb.OID { return odb.OIDFromBytes(bytes.Repeat([]byte{b}, 20)) }

func TestTruncatedAndFlippedPacksNeverFailTheReader(t *testing.T) {
	t.Parallel()
	base := strings.Repeat("base ", 30)
	changed := base + "and more"
	entries := []packed{
		object(blobEntry, base),
		{kind: offsetEntry, size: -1, base: 0, data: delta(len(base), changed), result: []byte(changed), of: odb.Blob},
		object(treeEntry, "100644 a\x00"+strings.Repeat("\x01", 20)),
		object(commitEntry, "tree "+strings.Repeat("0", 40)+"\n\nmessage\n"),
		object(tagEntry, "object "+strings.Repeat("0", 40)+"\ntype commit\ntag x\n\nmessage\n"),
	}
	pack, index := build(entries)
	ids := make([]odb.OID, 0, len(entries))
	for _, e := range entries {
		content := e.data
		if e.result != nil {
			content = e.result
		}
		ids = append(ids, odb.SHA1.Sum(e.of, content))
	}
	try := func(pack, index []byte) {
		t.Helper()
		dir := store(t, pack, index)
		for _, noMap := range []bool{false, true} {
			got, _, _ := readAll(t, odb.Options{Dir: dir, NoMap: noMap}, ids)
			for id, right := range got {
				// Only a flip in the index's own ids can make content and id differ
				// without a checksum that tells.
				if !right && slices.Contains(ids, id) {
					t.Errorf("%s was yielded with other content", id)
				}
			}
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
	for n := 0; n < len(pack); n += 7 {
		try(pack[:n], index)
	}
	for n := 0; n < len(index); n += 41 {
		try(pack, index[:n])
	}
	for at := 0; at < len(pack); at += 3 {
		flipped := bytes.Clone(pack)
		flipped[at] ^= 1 << (at % 8)
		try(flipped, index)
	}
	for at := 8; at < len(index); at += 5 {
		if at < 8+4*250 && at%100 != 3 {
			continue // most of the fan-out is alike
		}
		flipped := bytes.Clone(index)
		flipped[at] ^= 1 << (at % 8)
		try(pack, flipped)
	}
}

func TestDeepDeltaChainsAreRead(t *testing.T) {
	t.Parallel()
	// Longer than any that git writes, each one byte longer than its base.
	const depth = 6000
	content := []byte("begin")
	entries := []packed{object(blobEntry, string(content))}
	for i := range depth {
		next := append(bytes.Clone(content), 'x')
		d := append(varint(uint64(len(content))), varint(uint64(len(next)))...)
		d = append(d, 0xb0, byte(len(content)), byte(len(content)>>8), 1, 'x')
		entries = append(entries, packed{kind: offsetEntry, size: -1, base: i, data: d, result: next, of: odb.Blob})
		content = next
	}
	pack, index := build(entries)
	last := odb.SHA1.Sum(odb.Blob, content)
	got, result, problems := readAll(t, odb.Options{Dir: store(t, pack, index)}, []odb.OID{last})
	if len(got) != depth+1 || !got[last] || len(result.Damaged)+len(problems) > 0 {
		t.Errorf("%d of %d objects, damaged %v, %v", len(got), depth+1, result.Damaged, problems)
	}
}

func TestEndlessDeltaChainsEnd(t *testing.T) {
	t.Parallel()
	// A chain so long that reading one object of it by itself is refused; the
	// walk, which unpacks each once, reads them all.
	const depth = 20_000
	entries := []packed{object(blobEntry, "begin")}
	for i := range depth {
		entries = append(entries, packed{kind: offsetEntry, size: -1, base: i, data: delta(5, fmt.Sprintf("%05d", i)), result: fmt.Appendf(nil, "%05d", i), of: odb.Blob})
	}
	pack, index := build(entries)
	last := odb.SHA1.Sum(odb.Blob, fmt.Appendf(nil, "%05d", depth-1))
	s, err := odb.Open(odb.Options{Dir: store(t, pack, index)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if _, err := s.Reader().Read(t.Context(), last); !errors.As(err, new(*odb.DamageError)) {
		t.Errorf("reading the chain's end: %v", err)
	}
	result, err := s.Walk(t.Context(), odb.WalkOptions{}, func(int, *odb.Object) error { return nil })
	if err != nil || result.Total != depth+1 {
		t.Errorf("%d objects, %v", result.Total, err)
	}
}

func TestLooseObjectsThatLie(t *testing.T) {
	t.Parallel()
	cases := map[string][]byte{
		"size larger than the data":  deflated([]byte("blob 100\x00short")),
		"size smaller than the data": deflated([]byte("blob 2\x00longer than that")),
		"size of a terabyte":         deflated([]byte("blob 1099511627776\x00short")),
		"commit of a terabyte":       deflated([]byte("commit 1099511627776\x00short")),
		"negative size":              deflated([]byte("blob -1\x00short")),
		"no type":                    deflated([]byte("thing 5\x00short")),
		"no header":                  deflated([]byte(strings.Repeat("x", 1000))),
		"other content":              deflated([]byte("blob 5\x00other")),
		"no deflate stream":          []byte("not deflate"),
		"nothing":                    {},
		"cut":                        deflated([]byte("blob 5\x00other"))[:8],
	}
	for name, data := range cases {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			id := oidOf(1)
			hex := id.String()
			if err := os.MkdirAll(filepath.Join(dir, hex[:2]), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, hex[:2], hex[2:]), data, 0o600); err != nil {
				t.Fatal(err)
			}
			got, result, _ := readAll(t, odb.Options{Dir: dir}, []odb.OID{id})
			if got[id] || len(result.Damaged) != 1 {
				t.Errorf("read %v, damaged %v", got, result.Damaged)
			}
		})
	}
}

// FuzzReader feeds the reader packs and indexes, with the sums that bind them
// together put right where fix says so: the reader has to end, without a
// failure, and never give an object of another content than its id's.
func FuzzReader(f *testing.F) {
	base := strings.Repeat("base ", 30)
	seeds := [][]packed{
		{object(blobEntry, base), {kind: offsetEntry, size: -1, data: delta(len(base), "x"), result: []byte("x"), of: odb.Blob}},
		{object(treeEntry, "40000 a\x00"+strings.Repeat("\x01", 20)), object(commitEntry, "tree "+strings.Repeat("0", 40)+"\n\n")},
		{object(tagEntry, "object "+strings.Repeat("0", 40)+"\ntype commit\ntag x\n\nmessage\n")},
		{{kind: refDeltaEntry, size: -1, ref: odb.SHA1.Sum(odb.Blob, []byte(base)), data: delta(len(base), "y"), result: []byte("y"), of: odb.Blob}, object(blobEntry, base)},
		{{kind: refDeltaEntry, size: -1, ref: oidOf(1), data: delta(9, "x"), id: oidOf(1)}},
	}
	for _, s := range seeds {
		pack, index := build(s)
		f.Add(pack, index, true)
		f.Add(pack, index, false)
	}
	f.Fuzz(func(t *testing.T, pack, index []byte, fix bool) {
		if len(pack) > 1<<16 || len(index) > 1<<16 {
			return
		}
		if fix {
			pack, index = consistent(pack, index)
		}
		dir := store(t, pack, index)
		limits := odb.Limits{Memory: 1 << 16, Unpacked: 1 << 20, Retained: 1 << 16, Expansion: 64 << 20}
		for _, noMap := range []bool{false, true} {
			readAll(t, odb.Options{Dir: dir, NoMap: noMap, Limits: limits}, idsOf(index))
		}
	})
}

// consistent makes count and checksums of a pack and its index agree.
func consistent(pack, index []byte) (p, i []byte) {
	const tables = 8 + 256*4
	if len(pack) < 12+20 || len(index) < tables+40 {
		return pack, index
	}
	pack, index = bytes.Clone(pack), bytes.Clone(index)
	n := int(binary.BigEndian.Uint32(index[tables-4:]))
	if n > 1000 || len(index) < tables+n*28+40 {
		return pack, index
	}
	copy(pack, "PACK\x00\x00\x00\x02")
	binary.BigEndian.PutUint32(pack[8:], uint32(n))
	sum := sha1.Sum(pack[:len(pack)-20])
	copy(pack[len(pack)-20:], sum[:])
	copy(index[len(index)-40:], sum[:])
	offsets := index[tables+n*24:]
	var starts []int
	for k := range n {
		starts = append(starts, int(binary.BigEndian.Uint32(offsets[4*k:])))
	}
	sorted := append(slices.Sorted(slices.Values(starts)), len(pack)-20)
	for k, from := range starts {
		next := sorted[slices.Index(sorted, from)+1]
		if from < next && next <= len(pack)-20 {
			binary.BigEndian.PutUint32(index[tables+n*20+4*k:], crc32.ChecksumIEEE(pack[from:next]))
		}
	}
	return pack, index
}

// idsOf returns the ids that an index lists, as far as it goes.
func idsOf(index []byte) (ids []odb.OID) {
	const tables = 8 + 256*4
	for at := tables; at+20 <= len(index) && len(ids) < 20; at += 20 {
		ids = append(ids, odb.OIDFromBytes(index[at:at+20]))
	}
	return ids
}
