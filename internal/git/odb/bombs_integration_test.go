//go:build integration

package odb_test

import (
	"bytes"
	"compress/zlib"
	"runtime"
	"sync"
	"testing"

	"github.com/momentolint/momentolint/internal/git/odb"
)

// zeros deflates n zero bytes.
func zeros(n int64) []byte {
	var b bytes.Buffer
	z, _ := zlib.NewWriterLevel(&b, zlib.BestCompression)
	piece := make([]byte, 1<<20)
	for ; n > 0; n -= int64(len(piece)) {
		_, _ = z.Write(piece[:min(n, int64(len(piece)))])
	}
	_ = z.Close()
	return b.Bytes()
}

// copies is a delta that copies its base, of size bytes, n times.
func copies(size, n int) []byte {
	d := append(varint(uint64(size)), varint(uint64(size*n))...)
	for range n {
		d = append(d, 0xf0, byte(size), byte(size>>8), byte(size>>16))
	}
	return d
}

func TestBombsCostLittleMemory(t *testing.T) {
	// A large blob of zeros, a commit that claims to be one, and deltas that make
	// 2 GB of a base of 1 MB.
	const base, times, bombs = 1 << 20, 50, 40
	const blob = 100 << 20
	entries := []packed{
		{kind: blobEntry, size: blob, raw: zeros(blob), id: oidOf(1)},
		{kind: commitEntry, size: 300 << 20, raw: make([]byte, 400_000), id: oidOf(2)},
		{kind: blobEntry, size: base, raw: zeros(base), id: oidOf(3)},
	}
	for i := range bombs {
		entries = append(entries, packed{kind: refDeltaEntry, size: -1, ref: oidOf(3), data: copies(base, times), id: oidOf(byte(10 + i))})
	}
	pack, index := build(entries)
	s, err := odb.Open(odb.Options{Dir: store(t, pack, index), Limits: odb.Limits{Expansion: 300 << 20}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	var peak uint64
	var mu sync.Mutex
	var read int64
	result, err := s.Walk(t.Context(), odb.WalkOptions{Jobs: 2}, func(_ int, o *odb.Object) error {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		mu.Lock()
		defer mu.Unlock()
		peak = max(peak, m.HeapInuse)
		read += o.Size
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if peak > 500<<20 {
		t.Errorf("the heap grew to %d MB", peak>>20)
	}
	// Each worker notices the end with one object's delay.
	if most := int64(blob + 300<<20 + 4*base*times); read > most || read < 300<<20 {
		t.Errorf("%d MB were unpacked, want at most %d", read>>20, most>>20)
	}
	told := 0
	for _, d := range result.Damaged {
		if odb.IsTooLarge(d) {
			told++
		}
	}
	if left := bombs - int((read-blob-base)/(base*times)); told != left+1 {
		t.Errorf("%d objects were told as too large, want %d and the commit", told, left)
	}
}
