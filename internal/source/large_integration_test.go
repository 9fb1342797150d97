//go:build integration

package source

import (
	"archive/tar"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// overlapping makes a zip archive whose table names one member many times.
func overlapping(t *testing.T, times, size int) []byte {
	t.Helper()
	z := zipOf(t, member{name: "kernel", content: strings.Repeat("\x00", size)})
	table, end := bytes.Index(z, []byte(zipCentral)), bytes.Index(z, []byte(zipEnd))
	entry := z[table:end]
	out := append(slices.Clone(z[:table]), bytes.Repeat(entry, times)...)
	record := slices.Clone(z[end:])
	le := binary.LittleEndian
	le.PutUint16(record[8:], uint16(times))
	le.PutUint16(record[10:], uint16(times))
	le.PutUint32(record[12:], uint32(times*len(entry)))
	return append(out, record...)
}

// sparseTar makes a tar archive with a file of one hole, in the PAX format.
func sparseTar(t *testing.T, size int64) []byte {
	t.Helper()
	var buf bytes.Buffer
	records := ""
	for _, kv := range [][2]string{{"GNU.sparse.major", "1"}, {"GNU.sparse.minor", "0"}, {"GNU.sparse.name", "hole"}, {"GNU.sparse.realsize", fmt.Sprint(size)}} {
		line := fmt.Sprintf(" %s=%s\n", kv[0], kv[1])
		n := len(line) + 2
		records += fmt.Sprintf("%d%s", n, line)
	}
	header := func(name string, kind byte, n int) {
		h := make([]byte, 512)
		copy(h, name)
		copy(h[100:], "0000644\x000000000\x000000000\x00")
		copy(h[124:], fmt.Sprintf("%011o\x00%011o\x00", n, 0))
		h[156] = kind
		copy(h[257:], "ustar\x0000")
		copy(h[148:], "        ")
		sum := 0
		for _, c := range h {
			sum += int(c)
		}
		copy(h[148:], fmt.Sprintf("%06o\x00 ", sum))
		buf.Write(h)
	}
	pad := func() { buf.Write(make([]byte, (512-buf.Len()%512)%512)) }
	header("pax", 'x', len(records))
	buf.WriteString(records)
	pad()
	header("hole", '0', 512)
	buf.WriteString("0\n")
	pad()
	buf.Write(make([]byte, 1024))
	if _, err := tar.NewReader(bytes.NewReader(buf.Bytes())).Next(); err != nil {
		t.Fatalf("the archive made here is broken: %v", err)
	}
	return buf.Bytes()
}

// One directory with many files is work for all: while one worker is slow, the
// others take what it has not come to.
func TestFilesSharesALargeDirectory(t *testing.T) {
	dir := t.TempDir()
	for i := range 4000 {
		write(t, filepath.Join(dir, fmt.Sprintf("file%04d", i)), "x")
	}
	bothWalks(t, func(t *testing.T, o Options) {
		o.Jobs = 4
		var visits [4]atomic.Int64
		_, err := Files(t.Context(), []string{dir}, o, func(worker int, _ *Blob) error {
			visits[worker].Add(1)
			time.Sleep(100 * time.Microsecond)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		var total int64
		for worker := range visits {
			n := visits[worker].Load()
			if total += n; n < 100 {
				t.Errorf("worker %d read %d of 4000 files", worker, n)
			}
		}
		if total != 4000 {
			t.Errorf("%d visits, not 4000", total)
		}
	})
}

func TestBombsEndAtTheLimitAndSaySo(t *testing.T) {
	zeros := strings.Repeat("\x00", 20<<20)
	inner := string(zipOf(t, member{name: "z", content: zeros}))
	var nested []member
	for i := range 20 {
		nested = append(nested, member{name: fmt.Sprintf("%d.zip", i), content: inner})
	}
	sparse := sparseTar(t, 1<<40)
	for name, data := range map[string][]byte{
		"gzip": gzipOf(t, []byte(zeros)), "bzip2": bzip2Of(t, []byte(zeros)), "xz": xzOf(t, []byte(zeros)), "zstd": zstdOf(t, []byte(zeros)),
		"zip": zipOf(t, member{name: "z", content: zeros}), "zips in a zip": zipOf(t, nested...),
		"gzip in gzip": gzipOf(t, gzipOf(t, []byte(zeros))), "overlapping members": overlapping(t, 2000, 100_000), "a sparse file in tar": sparse,
	} {
		const limit = 4 << 20
		everyWay(t, Options{MaxArchiveDepth: 8, MaxExpansion: limit, BufferSize: 64 << 10}, "bomb", data, func(t *testing.T, r *record) {
			var total int
			for _, b := range r.blobs {
				total += len(b.content)
			}
			if total > limit+len(data)+1<<20 {
				t.Errorf("%s: expanded to %d bytes, the limit is %d", name, total, limit)
			}
			wantSkips(t, r, "bomb", "expansion limit reached")
		})
	}
}

// Above the memory for streams, an archive is read by what precedes each
// member.
func TestALongZipStreamNeedsNoMemory(t *testing.T) {
	noise := make([]byte, (spoolMost+2)*spoolChunk)
	x := uint32(1)
	for i := range noise {
		x = x*1664525 + 1013904223
		noise[i] = byte(x >> 24)
	}
	z := zipOf(t, member{name: "a", content: secret}, member{name: "noise", content: string(noise)}, member{name: "z", content: secret})
	r := &record{}
	_, err := Reader(t.Context(), "-", io.MultiReader(bytes.NewReader(z)), Options{MaxArchiveDepth: 1, Record: r.skip}, r.visit)
	must(t, err)
	if !slices.Contains(r.blobs, seen{"-!a", "zip", secret}) || !slices.Contains(r.blobs, seen{"-!z", "zip", secret}) {
		t.Errorf("saw %q, said %+v", r.paths(), r.skips)
	}
}
