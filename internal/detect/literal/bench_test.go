package literal

import (
	"bytes"
	"go/build"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// sourceText returns n bytes of real text: the Go toolchain's own sources, in
// the order of their names, and again from the start if they do not suffice.
func sourceText(tb testing.TB, n int) []byte {
	tb.Helper()
	text := make([]byte, 0, n)
	for len(text) < n {
		before := len(text)
		err := filepath.WalkDir(filepath.Join(build.Default.GOROOT, "src"), func(path string, d fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || !d.Type().IsRegular() {
				return err
			}
			data, err := os.ReadFile(path)
			text = append(text, data[:min(len(data), n-len(text))]...)
			if len(text) == n {
				return fs.SkipAll
			}
			return err
		})
		if err != nil || len(text) == before {
			tb.Fatalf("reading the Go sources: %v", err)
		}
	}
	return text
}

// BenchmarkSearch measures, on source text that fits the second-level cache
// and on text that does not, the search as the scanner does it next to its
// floors: the standard library looking for one byte, and for one string.
func BenchmarkSearch(b *testing.B) {
	s, err := New(typicalNeedles())
	if err != nil {
		b.Fatal(err)
	}
	type method struct {
		name string
		all  func(text []byte) int
	}
	var methods []method
	for _, k := range kernels() {
		methods = append(methods, method{"kernel" + strconv.Itoa(int(k)), func(text []byte) int { return count(s, k, text) }})
	}
	methods = append(methods, []method{
		{"IndexByte", func(text []byte) int {
			hits := 0
			for at := 0; ; hits++ {
				i := bytes.IndexByte(text[at:], 'J')
				if i < 0 {
					return hits
				}
				at += i + 1
			}
		}},
		{"Index", func(text []byte) int {
			hits, needle := 0, []byte("eyJ")
			for at := 0; ; hits++ {
				i := bytes.Index(text[at:], needle)
				if i < 0 {
					return hits
				}
				at += i + 1
			}
		}},
	}...)
	for _, size := range []struct {
		name string
		n    int
	}{{"256KiB", 256 << 10}, {"4KiB", 4 << 10}, {"64MiB", 64 << 20}} {
		text := sourceText(b, size.n)
		for _, m := range methods {
			b.Run(size.name+"/"+m.name, func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				hits, before := 0, cpuTime()
				for b.Loop() {
					hits = m.all(text)
				}
				if used := cpuTime() - before; used > 0 {
					b.ReportMetric(float64(len(text))*float64(b.N)/float64(used.Nanoseconds()), "GB/cpu-s")
				}
				b.ReportMetric(float64(hits)*1e9/float64(len(text)), "hits/GB")
			})
		}
	}
}

// BenchmarkNew measures what the search costs at the start of the program.
func BenchmarkNew(b *testing.B) {
	needles := typicalNeedles()
	for b.Loop() {
		if _, err := New(needles); err != nil {
			b.Fatal(err)
		}
	}
}

// count returns the number of matches in text.
func count(s *Searcher, k kernel, text []byte) int {
	hits := 0
	for at := 0; ; hits++ {
		pos, _ := s.next(k, text, at)
		if pos < 0 {
			return hits
		}
		at = pos + 1
	}
}
