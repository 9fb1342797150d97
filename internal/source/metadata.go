package source

import (
	"bufio"
	"encoding/binary"
	"io"

	"github.com/klauspost/compress/gzip"
)

// Compressed data may hold text besides its content that decoders pass over: the
// comment of a gzip member, the skippable frames of zstd. It is shown as part of
// the file itself.

// minMetadata is the length of what is too short to hold a credential, maxMetadata
// how much of one file is kept.
const (
	minMetadata = 40
	maxMetadata = 1 << 20
)

// aside is a decoder that keeps what it passes over; cut says that it was too
// much to keep all.
type metadataReader interface {
	skipped() (text []byte, cut bool)
}

// showMetadata shows what a decoder has passed over.
func (w *worker) showMetadata(s *stream, dec *decoded) error {
	a, ok := dec.r.(metadataReader)
	if !ok {
		return nil
	}
	text, cut := a.skipped()
	if cut {
		w.complain(s.path, "comments or skippable frames too long to keep; the rest of them was not scanned")
	}
	if len(text) == 0 {
		return nil
	}
	return w.show(&stream{path: s.path, encoding: s.encoding, head: text})
}

// asides is what was passed over.
type metadata struct {
	text []byte
	cut  bool
}

func (a *metadata) skipped() ([]byte, bool) { return a.text, a.cut }

// header keeps the texts of a gzip member's header.
func (a *metadata) header(h *gzip.Header) {
	for _, text := range []string{h.Name, h.Comment, string(h.Extra)} {
		switch {
		case len(text) < minMetadata:
		case len(a.text)+len(text) > maxMetadata:
			a.cut = true
		default:
			a.text = append(append(a.text, text...), '\n')
		}
	}
}

// zstdFrames passes the frames of zstd data on to the decoder, keeps the
// skippable ones, and ends where something else follows.
type zstdFrames struct {
	metadata
	in *bufio.Reader
	// left is how much of the frame's present part is to be passed on.
	left int64
	// inFrame says that a block follows; checksum that one ends the frame.
	inFrame, checksum bool
}

func (z *zstdFrames) Read(p []byte) (int, error) {
	for z.left == 0 {
		if err := z.next(); err != nil {
			return 0, err
		}
	}
	n, err := z.in.Read(p[:min(int64(len(p)), z.left)])
	z.left -= int64(n)
	return n, err
}

// next finds the next part to be passed on.
func (z *zstdFrames) next() error {
	if z.inFrame {
		b, err := z.in.Peek(3)
		if err != nil {
			return unexpected(err)
		}
		block := uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16
		z.left = 3 + int64(block>>3)
		switch block >> 1 & 3 {
		case 1: // one byte, repeated
			z.left = 4
		case 3: // reserved: the decoder will say so
			z.left = 1 << 62
		}
		if block&1 != 0 {
			z.inFrame = false
			if z.checksum {
				z.left += 4
			}
		}
		return nil
	}
	b, err := z.in.Peek(8)
	switch {
	case isSkippable(b):
		_, _ = z.in.Discard(8)
		return z.skip(int64(binary.LittleEndian.Uint32(b[4:])))
	case len(b) >= 5 && string(b[:4]) == "\x28\xb5\x2f\xfd":
		d := b[4]
		z.left = 5 + [...]int64{0, 1, 2, 4}[d&3] + [...]int64{0, 2, 4, 8}[d>>6]
		if single := d&0x20 != 0; !single {
			z.left++ // the window's size
		} else if d>>6 == 0 {
			z.left++ // the content's size, in a byte
		}
		z.inFrame, z.checksum = true, d&4 != 0
		return nil
	case err != nil && len(b) > 0:
		return io.EOF
	case err != nil:
		return err
	}
	return io.EOF
}

// skip passes over a frame of that length.
func (z *zstdFrames) skip(size int64) error {
	keep := min(size, max(0, maxMetadata-int64(len(z.text))))
	if keep >= minMetadata {
		text, err := io.ReadAll(io.LimitReader(z.in, keep))
		z.text = append(append(z.text, text...), '\n')
		if err != nil {
			return err
		}
		size -= keep
		z.cut = z.cut || size > 0
	}
	_, err := io.CopyN(io.Discard, z.in, size)
	return unexpected(err)
}

func unexpected(err error) error {
	if err == io.EOF { //nolint:errorlint // a bufio.Reader returns it as it is
		return io.ErrUnexpectedEOF
	}
	return err
}
