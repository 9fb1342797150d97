package source

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"unicode"
	"unicode/utf8"

	"github.com/klauspost/compress/zlib"
)

// format is a kind of container, known by its content. The file's name does
// not matter.
type format struct {
	// name is what Blob.Encoding says; for containers that are not opened, what
	// they are called.
	name string
	// magic is what the content begins with, at offset.
	magic  string
	offset int
	// match looks closer where the magic may occur by chance; nil if not needed.
	match func(head []byte) bool
	// archive tells containers of several members from mere compression.
	archive bool
	// opened means that worker.open knows how to show what is inside.
	opened bool
}

// open shows what is inside a container.
func (w *worker) open(s *stream, f *format, d depth) error {
	switch f.name {
	case "zip":
		return w.zip(s, f, d)
	case "tar":
		return w.tar(s, f, d)
	case "ar":
		return w.ar(s, f, d)
	case "gzip":
		return w.decompress(s, f, d, openGzip)
	case "bzip2":
		return w.decompress(s, f, d, openBzip2)
	case "xz":
		return w.decompress(s, f, d, openXZ)
	case "zstd":
		return w.decompress(s, f, d, openZstd)
	case "zlib":
		return w.decompress(s, f, d, openZlib)
	case "pack", bundle:
		return w.gitPack(s, f, d)
	case sqlite:
		return w.sqlite(s, d)
	default:
		return w.show(s)
	}
}

// bundle is the name of a git bundle.
const bundle = "bundle"

// formats are the containers that are known, those that occur most first.
var formats = makeFormats()

func makeFormats() []*format {
	return []*format{
		{name: "zip", magic: "PK\x03\x04", archive: true, opened: true},
		{name: "zip", magic: "PK\x05\x06", archive: true, match: isEmptyZip, opened: true},
		{name: "zip", magic: "PK\x07\x08PK\x03\x04", archive: true, opened: true}, // in several parts
		{name: "zip", magic: "PK00PK\x03\x04", archive: true, opened: true},       // in several parts that became one
		{name: "gzip", magic: "\x1f\x8b\x08", match: func(h []byte) bool { return len(h) > 10 && h[3] < 0x20 }, opened: true},
		{name: "tar", offset: 257, magic: "ustar", archive: true, match: isTar, opened: true},
		{name: "tar", offset: 154, magic: "\x00 ", archive: true, match: isTar, opened: true}, // before POSIX
		{name: "bzip2", magic: "BZh", match: isBzip2, opened: true},
		{name: "xz", magic: "\xfd7zXZ\x00", opened: true},
		{name: "zstd", magic: "\x28\xb5\x2f\xfd", opened: true},
		{name: "zstd", offset: 1, magic: "\x2a\x4d\x18", match: isZstdAfterSkip, opened: true},
		{name: "ar", magic: "!<arch>\ndebian-binary", archive: true, opened: true},
		// Git's loose objects in a saved directory are zlib data; each level of
		// compression has a header of its own.
		{name: "zlib", magic: "\x78\x01", match: isZlib, opened: true},
		{name: "zlib", magic: "\x78\x5e", match: isZlib, opened: true},
		{name: "zlib", magic: "\x78\x9c", match: isZlib, opened: true},
		{name: "zlib", magic: "\x78\xda", match: isZlib, opened: true},
		{name: "pack", magic: "PACK\x00\x00\x00\x02", archive: true, opened: true},
		{name: "pack", magic: "PACK\x00\x00\x00\x03", archive: true, opened: true},
		{name: bundle, magic: "# v2 git bundle\n", archive: true, opened: true},
		{name: bundle, magic: "# v3 git bundle\n", archive: true, opened: true},
		{name: sqlite, magic: sqliteMagic, archive: true, match: isSQLite, opened: true},

		{name: "7z archive", magic: "7z\xbc\xaf\x27\x1c"},
		{name: "rar archive", magic: "Rar!\x1a\x07"},
		{name: "cab archive", magic: "MSCF\x00\x00\x00\x00"},
		{name: "lz4 data", magic: "\x04\x22\x4d\x18"},
		{name: "lzip data", magic: "LZIP\x01"},
		{name: "lzop data", magic: "\x89LZO\x00\r\n\x1a\n"},
		{name: "compress (.Z) data", magic: "\x1f\x9d\x90"},
		{name: "squashfs image", magic: "hsqs", match: func(h []byte) bool { return len(h) > 32 && h[28] == 4 && h[29] == 0 }},
		{name: "rpm package", magic: "\xed\xab\xee\xdb"},
		{name: "xar archive", magic: "xar!\x00\x1c"},
		{name: "wim image", magic: "MSWIM\x00\x00\x00"},
		// Encrypted Office documents are compound documents; so are old ones, whose
		// text may be in pieces.
		{name: "compound document", magic: "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"},
		// Nearly all have compressed streams, in which text is in pieces; some are
		// encrypted.
		{name: "PDF document", magic: "%PDF-"},
		{name: "age-encrypted data", magic: "age-encryption.org/v1\n"},
		{name: "OpenSSL-encrypted data", magic: "Salted__"},
	}
}

// byFirst are the formats that begin with a byte at their offset, and
// offsets those that have to be examined.
var byFirst = indexFormats()

func indexFormats() (index [256][]*format) {
	for _, f := range formats {
		index[f.magic[0]] = append(index[f.magic[0]], f)
	}
	return index
}

// formatOf returns what container a stream is, nil if none.
func formatOf(s *stream) *format {
	if len(s.head) < 16 {
		return nil
	}
	f := beginsAs(s.head)
	if (f == nil || !f.opened) && endsAsZip(s) {
		return formats[0]
	}
	return f
}

// beginsAs returns the container that begins with head, nil if none does.
func beginsAs(head []byte) *format {
	if len(head) < 16 {
		return nil
	}
	for _, offset := range [...]int{0, 1, 257, 154} {
		if offset >= len(head) {
			continue
		}
		for _, f := range byFirst[head[offset]] {
			if f.offset == offset && bytes.HasPrefix(head[offset:], []byte(f.magic)) && (f.match == nil || f.match(head)) {
				return f
			}
		}
	}
	return nil
}

// isTar checks the sum of a tar header, so that no text is taken for one.
func isTar(h []byte) bool {
	if len(h) < tarBlock {
		return false
	}
	want, digits := int64(0), 0
	for _, c := range h[148:156] {
		if c >= '0' && c <= '7' {
			want, digits = want<<3|int64(c-'0'), digits+1
		} else if c != ' ' && c != 0 {
			return false
		}
	}
	if digits == 0 {
		return false
	}
	var unsigned, signed int64
	for i, c := range h[:tarBlock] {
		if i >= 148 && i < 156 {
			c = ' '
		}
		unsigned += int64(c)
		signed += int64(int8(c))
	}
	return want == unsigned || want == signed
}

const tarBlock = 512

// isBzip2 looks for the magic of a block, or of the end, behind that of the file.
func isBzip2(h []byte) bool {
	if len(h) < 10 || h[3] < '1' || h[3] > '9' {
		return false
	}
	next := string(h[4:10])
	return next == "\x31\x41\x59\x26\x53\x59" || next == "\x17\x72\x45\x38\x50\x90"
}

// isZlib examines what comes out: the magic is two bytes, and "x^2" is text.
func isZlib(h []byte) bool {
	if isText(h[:min(len(h), 64)]) {
		return false
	}
	z, err := zlib.NewReader(bytes.NewReader(h))
	if err != nil {
		return false
	}
	var out [1 << 10]byte
	_, err = io.ReadFull(z, out[:])
	return err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// isText reports whether bytes, of which the last may be cut off, are UTF-8
// without control characters.
func isText(b []byte) bool {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			return !utf8.FullRune(b)
		}
		if unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' {
			return false
		}
		b = b[n:]
	}
	return true
}

// isZstdAfterSkip recognises zstd data that begins with frames to be skipped
// (pzstd and seekable files do).
func isZstdAfterSkip(h []byte) bool {
	at := int64(0)
	for isSkippable(h[at:]) {
		at += 8 + int64(binary.LittleEndian.Uint32(h[at+4:]))
		if at > int64(len(h)-4) {
			// It cannot be seen from here; that it is one to be skipped is no chance.
			return true
		}
	}
	return at > 0 && string(h[at:at+4]) == "\x28\xb5\x2f\xfd"
}

// isSkippable reports whether a skippable frame of zstd begins at b.
func isSkippable(b []byte) bool {
	return len(b) >= 8 && b[0]&0xf0 == 0x50 && string(b[1:4]) == "\x2a\x4d\x18"
}

// isEmptyZip recognizes a zip archive without members, which is an end record alone.
func isEmptyZip(h []byte) bool {
	return len(h) >= zipEndSize && binary.LittleEndian.Uint16(h[10:]) == 0
}
