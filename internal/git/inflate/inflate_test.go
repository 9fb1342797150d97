package inflate_test

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"hash/adler32"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/klauspost/compress/zlib"

	"github.com/momentolint/momentolint/internal/git/inflate"
)

// pack compresses at a level as zlib's writer would.
func pack(t testing.TB, data []byte, level int) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := zlib.NewWriterLevel(&b, level)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// samples are contents that need all sorts of blocks, codes and matches.
func samples() map[string][]byte {
	rnd := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 200_000)
	for i := range noise {
		noise[i] = byte(rnd.Uint32())
	}
	var text strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&text, "line %d of %d: %x\n", i, rnd.IntN(50), rnd.IntN(1<<20))
	}
	// Bytes whose frequencies double give the longest codes there are.
	var skewed []byte
	for i := range 18 {
		skewed = append(skewed, bytes.Repeat([]byte{byte(i * 7)}, 1<<i)...)
	}
	rnd.Shuffle(len(skewed), func(i, j int) { skewed[i], skewed[j] = skewed[j], skewed[i] })
	m := map[string][]byte{
		"empty":    {},
		"one byte": {'x'},
		"noise":    noise,
		"text":     []byte(text.String()),
		"zeros":    make([]byte, 100_000),
		"skewed":   skewed,
		"far":      append(append(append([]byte(nil), noise[:32768]...), noise[:32768]...), noise[:300]...),
	}
	for period := 2; period < 20; period++ {
		m[fmt.Sprintf("period %d", period)] = bytes.Repeat(noise[:period], 3000/period)
	}
	return m
}

func TestUnpacksWhatWasPacked(t *testing.T) {
	var d inflate.Decoder
	for name, want := range samples() {
		for level := flate.HuffmanOnly; level <= 9; level++ {
			src := pack(t, want, level)
			for _, slack := range []int{0, 1, inflate.Slack} {
				// What follows in the pack must not be touched by the stream's end.
				long := append(append([]byte(nil), src...), "the next object"...)
				for _, src := range [][]byte{src, long} {
					dst := make([]byte, len(want), len(want)+slack)
					n, err := d.Zlib(dst, src, true)
					if err != nil {
						t.Fatalf("%s, level %d, slack %d: %v", name, level, slack, err)
					}
					if n != len(src) && n != len(src)-len("the next object") {
						t.Fatalf("%s, level %d: stream of %d bytes, got %d", name, level, len(src), n)
					}
					if !bytes.Equal(dst, want) {
						t.Fatalf("%s, level %d, slack %d: wrong content", name, level, slack)
					}
				}
			}
		}
	}
}

func TestRefusesAnotherSize(t *testing.T) {
	var d inflate.Decoder
	for name, want := range samples() {
		src := pack(t, want, 6)
		for _, off := range []int{-1, 1, 300} {
			if len(want)+off < 0 {
				continue
			}
			for _, slack := range []int{0, inflate.Slack} {
				dst := make([]byte, len(want)+off, len(want)+off+slack)
				if _, err := d.Zlib(dst, src, true); !errors.Is(err, inflate.ErrSize) {
					t.Errorf("%s in %+d bytes: got %v", name, off, err)
				}
			}
		}
	}
}

func TestRefusesEveryTruncation(t *testing.T) {
	var d inflate.Decoder
	want := samples()["text"][:3000]
	src := pack(t, want, 6)
	dst := make([]byte, len(want), len(want)+inflate.Slack)
	for n := range src {
		if _, err := d.Zlib(dst, src[:n], true); err == nil {
			t.Fatalf("the first %d of %d bytes were taken for all", n, len(src))
		}
	}
}

func TestNoticesEveryFlippedBit(t *testing.T) {
	var d inflate.Decoder
	want := samples()["text"][:2000]
	src := pack(t, want, 6)
	dst := make([]byte, len(want), len(want)+inflate.Slack)
	for i := range src {
		for bit := range 8 {
			bad := bytes.Clone(src)
			bad[i] ^= 1 << bit
			if i == 0 && bad[0]&15 == 8 || i == 1 {
				continue // the header holds a level and a window size that do not matter
			}
			if _, err := d.Zlib(dst, bad, true); err == nil && !bytes.Equal(dst, want) {
				t.Fatalf("byte %d bit %d: passed as whole", i, bit)
			}
		}
	}
}

func TestChecksumIsOptional(t *testing.T) {
	var d inflate.Decoder
	src := pack(t, []byte("hello"), 6)
	src[len(src)-1]++
	dst := make([]byte, 5)
	if _, err := d.Zlib(dst, src, true); !errors.Is(err, inflate.ErrChecksum) {
		t.Errorf("got %v", err)
	}
	if n, err := d.Zlib(dst, src, false); err != nil || n != len(src) {
		t.Errorf("got %d, %v", n, err)
	}
}

// The standard library is the reference: it must agree on what is a stream, on
// its content and its length. (klauspost/compress v1.20.3 takes a block whose
// code is empty for one with the code of the block before.)
func FuzzAgreesWithTheLibrary(f *testing.F) {
	for _, data := range samples() {
		if len(data) > 5000 {
			data = data[:5000]
		}
		for _, level := range []int{flate.HuffmanOnly, 0, 1, 6, 9} {
			f.Add(pack(f, data, level)[2:], len(data))
		}
	}
	// Headers with codes that are incomplete, empty or too full.
	f.Add([]byte{0x05, 0xc0, 0x81, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0xff, 0xd5, 0x08}, 0)
	f.Add([]byte{0x03, 0x00}, 0)
	f.Add([]byte{0xfd, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 10)
	f.Fuzz(func(t *testing.T, raw []byte, _ int) {
		in := bytes.NewReader(raw)
		z := flate.NewReader(in)
		want, err := io.ReadAll(io.LimitReader(z, 1<<20))
		if len(want) == 1<<20 {
			return // a bomb: where the library stopped reading says nothing about its end
		}
		// A stream around it, with the checksum of what the library makes of it.
		length := len(raw) - in.Len()
		sum := adler32.Checksum(want)
		src := append([]byte{0x78, 0x9c}, raw...)
		src = append(src[:2+length:2+length], byte(sum>>24), byte(sum>>16), byte(sum>>8), byte(sum))
		src = append(src, raw[length:]...)
		var d inflate.Decoder
		for _, slack := range []int{0, inflate.Slack} {
			dst := make([]byte, len(want), len(want)+slack)
			n, ours := d.Zlib(dst, src, true)
			if (err == nil) != (ours == nil) {
				t.Fatalf("the library says %v, we say %v", err, ours)
			}
			if err != nil {
				continue
			}
			if n != length+6 {
				t.Fatalf("length %d, the library says %d", n, length+6)
			}
			if !bytes.Equal(dst, want) {
				t.Fatal("the contents differ")
			}
			// A second stream with the same decoder: the tables must not be left dirty.
			if n, ours := d.Zlib(dst, src, true); ours != nil || n != length+6 || !bytes.Equal(dst, want) {
				t.Fatalf("the second time: %v", ours)
			}
		}
	})
}

func BenchmarkZlib(b *testing.B) {
	for _, name := range []string{"text", "skewed", "zeros"} {
		data := samples()[name]
		src := pack(b, data, 6)
		b.Run(name+"/own", func(b *testing.B) {
			var d inflate.Decoder
			dst := make([]byte, len(data), len(data)+inflate.Slack)
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if _, err := d.Zlib(dst, src, true); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/library", func(b *testing.B) {
			z, err := zlib.NewReader(bytes.NewReader(src))
			if err != nil {
				b.Fatal(err)
			}
			dst := make([]byte, len(data))
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if err := z.(zlib.Resetter).Reset(bytes.NewReader(src), nil); err != nil {
					b.Fatal(err)
				}
				if _, err := io.ReadFull(z, dst); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
