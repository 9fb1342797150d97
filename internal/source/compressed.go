package source

import (
	"bufio"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	"github.com/mikelolasagasti/xz"

	"github.com/momentolint/momentolint/internal/finding"
)

// The memory of decoders. Window sizes are the data's choice, so they are
// bounded: what the tools use by default fits the small one. Larger windows
// need the run's only large decoder.
const (
	smallWindow = 8 << 20
	largeWindow = 64 << 20
)

// errMemory means that a decoder would need more than it may have.
var errMemory = errors.New("needs too much memory")

// decoders are kept for the next use.
type decoders struct {
	gzip  *gzip.Reader
	zlib  io.ReadCloser
	xz    *xz.Reader
	zstd  *zstd.Decoder
	flate io.ReadCloser
}

// heavy is the large decoder, which one file at a time may use.
type heavy struct {
	mu   sync.Mutex
	used bool
	decoders
}

func (h *heavy) unlock() {
	h.used = false
	h.mu.Unlock()
}

// takeHeavy gets the large decoder for the current file. It is held until the
// file is done: whoever has it never waits for anybody.
func (w *worker) takeHeavy() (*heavy, error) {
	if !w.outer.heavy {
		w.heavy.mu.Lock()
		w.outer.heavy = true
	}
	if w.heavy.used {
		return nil, errMemory
	}
	w.heavy.used = true
	return w.heavy, nil
}

// opener makes a decoder. It fails with errMemory where window is too small.
type opener func(d *decoders, in *input, window int) (io.Reader, error)

// decompress shows what is inside compressed data.
func (w *worker) decompress(s *stream, f *format, d depth, open opener) error {
	in := w.input(s, d)
	dec, n, err := w.firstBytes(in, d, open, &w.level(d.level).decoders, smallWindow)
	if n == 0 && errors.Is(err, errMemory) {
		var h *heavy
		if h, err = w.takeHeavy(); err == nil {
			defer func() { h.used = false }()
			in = in.restart(w, d)
			dec, n, err = w.firstBytes(in, d, open, &h.decoders, largeWindow)
		}
	}
	if n == 0 && err != nil && !errors.Is(err, io.EOF) {
		if ends(err) {
			return err
		}
		if s.sound() {
			w.undecoded(s.path, f.name, "looks like "+f.name+" but cannot be opened", err)
		}
		return w.undo(in)
	}
	in.commit()
	inner := stream{path: s.path, encoding: s.within(f.name), head: w.level(d.level).head[:n], carrier: dec}
	if err == nil {
		inner.rest = dec
	}
	if err := w.handle(&inner, d); err != nil {
		return err
	}
	if err := w.showMetadata(s, dec); err != nil {
		return err
	}
	switch {
	case dec.damaged():
		if s.sound() {
			if errors.Is(dec.err, errMemory) {
				w.undecoded(s.path, f.name, fmt.Sprintf("unpacked to %d bytes only", dec.n), dec.err)
			} else {
				w.unread(s.path, f.name, fmt.Sprintf("damaged %s data: unpacked to %d bytes, then: %s", f.name, dec.n, finding.Reason(dec.err)))
			}
		}
		return w.remains(in)
	case ends(dec.err):
		return dec.err
	case errors.Is(dec.err, io.EOF):
		return w.trailing(in, d)
	}
	return nil
}

// undecoded records that something could not be decoded: opaque, unless what is
// missing is memory, which is a limit of ours.
func (w *worker) undecoded(path, format, what string, err error) {
	if errors.Is(err, errMemory) {
		w.complain(path, what+" (it needs more memory than a decoder may use); its bytes were scanned as they are")
		return
	}
	w.unread(path, format, fmt.Sprintf("%s (%s); its bytes were scanned as they are", what, finding.Reason(err)))
}

// firstBytes opens a decoder and reads what it gives first.
func (w *worker) firstBytes(in *input, d depth, open opener, keep *decoders, window int) (dec *decoded, n int, err error) {
	r, err := open(keep, in, window)
	if errors.Is(err, io.EOF) {
		// The header is cut off: that is no empty file.
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, 0, err
	}
	dec = &decoded{r: r, w: w}
	n, err = fill(dec, w.level(d.level).head)
	return dec, n, err
}

func openGzip(keep *decoders, in *input, _ int) (io.Reader, error) {
	if keep.gzip == nil {
		keep.gzip = new(gzip.Reader)
	}
	if err := keep.gzip.Reset(in.Reader); err != nil {
		return nil, err
	}
	keep.gzip.Multistream(false)
	g := &gzipMembers{z: keep.gzip, in: in}
	g.header(&g.z.Header)
	return g, nil
}

func openZlib(keep *decoders, in *input, _ int) (io.Reader, error) {
	if again, ok := keep.zlib.(zlib.Resetter); ok {
		return keep.zlib, again.Reset(in.Reader, nil)
	}
	var err error
	keep.zlib, err = zlib.NewReader(in.Reader)
	return keep.zlib, err
}

func openBzip2(_ *decoders, in *input, _ int) (io.Reader, error) {
	return bzip2.NewReader(in.Reader), nil
}

func openXZ(keep *decoders, in *input, window int) (io.Reader, error) {
	return keep.xzReader(in.Reader, window)
}

func openZstd(keep *decoders, in *input, window int) (io.Reader, error) {
	frames := &zstdFrames{in: in.Reader}
	r, err := keep.zstdReader(frames, window)
	return struct {
		io.Reader
		metadataReader
	}{r, frames}, err
}

// gzipMembers reads the members of a gzip file one after the other. What
// follows the last one is left in the input.
type gzipMembers struct {
	metadata
	z  *gzip.Reader
	in *input
}

func (g *gzipMembers) Read(p []byte) (int, error) {
	for {
		n, err := g.z.Read(p)
		if !errors.Is(err, io.EOF) {
			return n, err
		}
		if n > 0 {
			return n, nil
		}
		// Some programs pad members to the size of a block.
		if next, _ := g.in.Peek(1); len(next) == 1 && next[0] == 0 {
			_ = skipZeros(g.in.Reader)
		}
		if next, _ := g.in.Peek(4); len(next) < 4 || string(next[:3]) != "\x1f\x8b\x08" || next[3] >= 0x20 {
			return 0, io.EOF
		}
		if err := g.z.Reset(g.in.Reader); err != nil {
			return 0, err
		}
		g.z.Multistream(false)
		g.header(&g.z.Header)
	}
}

// xzReader and the like make a decoder, or use the one that is there again.
// The same decoders are always used with the same window.
func (d *decoders) xzReader(r io.Reader, window int) (io.Reader, error) {
	var err error
	if d.xz == nil {
		d.xz, err = xz.NewReader(r, uint32(window))
	} else {
		err = d.xz.Reset(r)
	}
	return memoryError{d.xz}, err
}

func (d *decoders) zstdReader(r io.Reader, window int) (io.Reader, error) {
	var err error
	if d.zstd == nil {
		d.zstd, err = zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(uint64(window)), zstd.WithDecodeBuffersBelow(0))
	} else {
		err = d.zstd.Reset(r)
	}
	return memoryError{d.zstd}, err
}

// flateReader reads no more of r than there is.
func (d *decoders) flateReader(r *bufio.Reader) io.Reader {
	if again, ok := d.flate.(flate.Resetter); ok && again.Reset(r, nil) == nil {
		return d.flate
	}
	d.flate = flate.NewReader(r)
	return d.flate
}

// memoryError returns the decoders' errors about memory one name.
type memoryError struct{ io.Reader }

func (m memoryError) Read(p []byte) (int, error) {
	n, err := m.Reader.Read(p)
	if errors.Is(err, xz.ErrMemlimit) || errors.Is(err, zstd.ErrWindowSizeExceeded) || errors.Is(err, zstd.ErrDecoderSizeExceeded) {
		err = errMemory
	}
	return n, err
}
