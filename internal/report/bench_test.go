package report

import (
	"io"
	"testing"
)

// BenchmarkWriters writes 10,000 findings of 3,334 credentials in each format.
func BenchmarkWriters(b *testing.B) {
	r := many(b, 10_000)
	r.Root = b.TempDir()
	for _, f := range formats() {
		b.Run(f.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := f.write(io.Discard, r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
