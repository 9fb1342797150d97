// Package noleak reports whether an output gives a secret away: in full, in
// pieces of any order, or in an encoding of either. It shares no code with the
// detector, so that neither is the judge of itself.
//
// A secret counts as given away where sixteen of its characters stand in a
// row, so a text that was cut up is noticed by its pieces. What is encoded is
// decoded first, layer by layer.
package noleak

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"html"
	"io"
	mathbits "math/bits"
	"mime/quotedprintable"
	"slices"
	"strconv"
	"strings"
)

// Secret is a text that must not be given away.
type Secret struct {
	// Name is what a Leak calls it.
	Name string
	Text string
	// Public is how many of its first bytes may be shown, because all secrets
	// of its kind share them.
	Public int
}

// Leak is a place where a secret is given away.
type Leak struct {
	// Secret is the secret's name.
	Secret string
	// How lists the layers that were taken off, outermost first; none if it
	// stands there as it is.
	How []string
	// At is where it was seen in the decoded text, in bytes.
	At int
	// Whole reports that all of it stands there, and not only a piece.
	Whole bool
}

// String tells of the leak without showing the secret.
func (l Leak) String() string {
	what := "a piece of "
	if l.Whole {
		what = ""
	}
	how := "as it is"
	if len(l.How) > 0 {
		how = "in " + strings.Join(l.How, ", ")
	}
	return fmt.Sprintf("%s%s at %d, %s", what, l.Secret, l.At, how)
}

// window is how many bytes of a secret in a row give it away.
const window = 16

// Bounds of the decoding: layers inside one another, and bytes in all.
const (
	maxLayers = 4
	maxBytes  = 64 << 20
)

// place is a window of a secret.
type place struct{ secret, at int }

// Finder looks for secrets. It is safe for use by several goroutines.
type Finder struct {
	secrets []Secret
	windows map[uint64]place
	// maybe holds a bit for the hashes of all windows.
	maybe []uint64
	shift int
}

// New prepares the search for some secrets. None may be shorter than window
// bytes beyond its public part: there would be nothing to look for.
func New(secrets []Secret) (*Finder, error) {
	size := 0
	for _, s := range secrets {
		size += len(s.Text)
	}
	// Some thirty bits for each window: one in thirty questions is asked twice.
	bits := max(10, mathbits.Len(uint(size))+5)
	f := &Finder{secrets: secrets, windows: map[uint64]place{}, maybe: make([]uint64, 1<<(bits-6)), shift: 64 - bits}
	for i, s := range secrets {
		if len(s.Text)-s.Public < window {
			return nil, fmt.Errorf("%s is too short to look for", s.Name)
		}
		for at := s.Public; at+window <= len(s.Text); at++ {
			h := hash(s.Text[at : at+window])
			if _, known := f.windows[h]; !known {
				f.windows[h] = place{i, at}
			}
			f.maybe[h>>f.shift/64] |= 1 << (h >> f.shift % 64)
		}
	}
	return f, nil
}

// hash spreads a window over 64 bits.
func hash[T string | []byte](w T) uint64 {
	b := []byte(w[:window])
	a := binary.LittleEndian.Uint64(b) * 0x9e3779b97f4a7c15
	c := binary.LittleEndian.Uint64(b[8:]) * 0xc2b2ae3d27d4eb4f
	h := (a ^ a>>29) + c
	h ^= h >> 32
	return h * 0x9e3779b97f4a7c15
}

// Find returns the leaks in an output, at most one for each way in which it may
// be read.
func (f *Finder) Find(output []byte) []Leak {
	var leaks []Leak
	seen := map[uint64]bool{}
	left := maxBytes
	for queue := []view{{data: output}}; len(queue) > 0; queue = queue[1:] {
		v := queue[0]
		h := fingerprint(v.data)
		if seen[h] || len(v.data) > left {
			continue
		}
		seen[h] = true
		left -= len(v.data)
		if l, ok := f.search(v); ok {
			leaks = append(leaks, l)
			continue
		}
		if len(v.how) == maxLayers {
			continue
		}
		for i, layer := range layers {
			if layer.order && v.reordered {
				continue
			}
			if inner := layer.take(v.data); len(inner) >= window && !bytes.Equal(inner, v.data) {
				queue = append(queue, view{inner, append(slices.Clone(v.how), layers[i].name), v.reordered || layer.order})
			}
		}
	}
	return leaks
}

// view is an output as it may be read.
type view struct {
	data []byte
	how  []string
	// reordered: its pieces were put together already.
	reordered bool
}

func fingerprint(data []byte) uint64 {
	h := uint64(14695981039346656037)
	for _, c := range data {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h
}

// search looks for a window of any secret.
func (f *Finder) search(v view) (Leak, bool) {
	for at := 0; at+window <= len(v.data); at++ {
		h := hash(v.data[at : at+window])
		if f.maybe[h>>f.shift/64]&(1<<(h>>f.shift%64)) == 0 {
			continue
		}
		p, ok := f.windows[h]
		if !ok {
			continue
		}
		s := f.secrets[p.secret]
		if string(v.data[at:at+window]) != s.Text[p.at:p.at+window] {
			continue
		}
		return Leak{Secret: s.Name, How: v.how, At: at, Whole: bytes.Contains(v.data, []byte(s.Text))}, true
	}
	return Leak{}, false
}

// layer is a way to write a text in another, with how to read it.
type layer struct {
	name string
	take func([]byte) []byte
	// order: it puts pieces together, which is done once.
	order bool
}

var layers = []layer{
	{"UTF-16", dropNULs, false},
	{"percent", percent, false},
	{"escapes", escapes, false},
	{"HTML", entities, false},
	{"quoted-printable", quoted, false},
	{"numbers", numbers, false},
	{"hex", hexRuns, false},
	{"base64", base64Runs, false},
	{"gzip", inflate("\x1f\x8b\x08", func(r io.Reader) (io.ReadCloser, error) { return gzip.NewReader(r) }), false},
	{"zlib", inflate("\x78\x01", zlib.NewReader), false},
	{"zlib", inflate("\x78\x9c", zlib.NewReader), false},
	{"zlib", inflate("\x78\xda", zlib.NewReader), false},
	{"zip", unzip, false},
	{"pieces", onlyToken, true},
	{"pieces without words", onlyPieces, true},
	{"backward", reversed, true},
	{"pieces, the last first", reversedPieces, true},
}

// telling reports whether something decoded can be more than noise: a row of
// characters, or the beginning of a compressed stream.
func telling(b []byte) bool {
	row := 0
	for _, c := range b {
		if c >= ' ' && c <= '~' || c == 0 || c == '\n' || c == '\r' || c == '\t' {
			if row++; row == window {
				return true
			}
		} else {
			row = 0
		}
	}
	return bytes.Contains(b, []byte("\x1f\x8b\x08")) || bytes.HasPrefix(b, []byte("\x78")) && len(b) > 1 && (b[1] == 0x01 || b[1] == 0x9c || b[1] == 0xda) || bytes.Contains(b, []byte("PK\x03\x04"))
}

func dropNULs(b []byte) []byte {
	if bytes.IndexByte(b, 0) < 0 {
		return nil
	}
	return bytes.ReplaceAll(b, []byte{0}, nil)
}

// The classes of characters.
const (
	isToken = 1 << iota // of base64, in both alphabets, and of tokens
	isBase64
	isHex
	isUpper
	isLower
	isDigit
)

var class = func() (table [256]uint8) {
	set := func(chars string, bits uint8) {
		for _, c := range []byte(chars) {
			table[c] |= bits
		}
	}
	set("ABCDEFGHIJKLMNOPQRSTUVWXYZ", isToken|isBase64|isUpper)
	set("abcdefghijklmnopqrstuvwxyz", isToken|isBase64|isLower)
	set("0123456789", isToken|isBase64|isHex|isDigit)
	set("ABCDEFabcdef", isHex)
	set("+/-_", isToken|isBase64)
	set(".", isToken)
	return table
}()

// runs calls take for every run of characters of a class that is long enough.
func runs(b []byte, bits uint8, least int, take func([]byte)) {
	for at := 0; at < len(b); {
		from := at
		for at < len(b) && class[b[at]]&bits != 0 {
			at++
		}
		if at-from >= least {
			take(b[from:at])
		}
		if at == from {
			at++
		}
	}
}

// onlyToken joins what stands in pieces between quotes, commas and line ends.
func onlyToken(b []byte) []byte {
	out := make([]byte, 0, len(b))
	runs(b, isToken, 1, func(w []byte) { out = append(out, w...) })
	return out
}

// pieces are what may be pieces of a token; shorter ones and plain words are
// the text around.
func pieces(b []byte) [][]byte {
	var list [][]byte
	runs(b, isToken, 4, func(w []byte) {
		var has uint8
		for _, c := range w {
			has |= class[c]
		}
		if has&isUpper != 0 && has&(isLower|isDigit) != 0 || has&isDigit != 0 && has&isLower != 0 {
			list = append(list, w)
		}
	})
	return list
}

// onlyPieces joins pieces that have labels between them, as in part1: …, part2: ….
func onlyPieces(b []byte) []byte { return bytes.Join(pieces(b), nil) }

func reversedPieces(b []byte) []byte {
	list := pieces(b)
	slices.Reverse(list)
	return bytes.Join(list, nil)
}

func reversed(b []byte) []byte {
	out := slices.Clone(b)
	slices.Reverse(out)
	return out
}

// codes replaces what begins with a mark and is a character's code.
func codes(b []byte, mark byte, read func([]byte) (r rune, length int)) []byte {
	if bytes.IndexByte(b, mark) < 0 {
		return nil
	}
	out := make([]byte, 0, len(b))
	for at := 0; at < len(b); {
		if b[at] == mark {
			if r, n := read(b[at:min(at+12, len(b))]); n > 0 {
				out = append(out, string(r)...)
				at += n
				continue
			}
		}
		out = append(out, b[at])
		at++
	}
	return out
}

// number reads up to most digits.
func number(b []byte, base, most int) (r rune, length int) {
	n := 0
	for n < len(b) && n < most && class[b[n]]&isHex != 0 && (base == 16 || b[n] < '8') {
		n++
	}
	v, err := strconv.ParseUint(string(b[:n]), base, 21)
	if err != nil {
		return 0, 0
	}
	return rune(v), n
}

func percent(b []byte) []byte {
	return codes(b, '%', func(b []byte) (rune, int) {
		if r, n := number(b[1:], 16, 2); n == 2 {
			return r, 3
		}
		return 0, 0
	})
}

// escapes reads \u0065, \u{65}, \U00000065, \x65, \145 and \/.
func escapes(b []byte) []byte {
	return codes(b, '\\', func(b []byte) (rune, int) {
		if len(b) < 2 {
			return 0, 0
		}
		digits := map[byte]int{'u': 4, 'U': 8, 'x': 2}[b[1]]
		switch {
		case b[1] == '/':
			return '/', 2
		case digits == 0:
			r, n := number(b[1:], 8, 3)
			return r, n + min(n, 1)
		case len(b) > 3 && b[2] == '{':
			if r, n := number(b[3:], 16, 8); n > 0 && 3+n < len(b) && b[3+n] == '}' {
				return r, n + 4
			}
			return 0, 0
		}
		if r, n := number(b[2:], 16, digits); n == digits {
			return r, n + 2
		}
		return 0, 0
	})
}

func entities(b []byte) []byte {
	if bytes.IndexByte(b, '&') < 0 {
		return nil
	}
	return []byte(html.UnescapeString(string(b)))
}

func quoted(b []byte) []byte {
	if bytes.IndexByte(b, '=') < 0 {
		return nil
	}
	out, _ := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(b))) // as far as it goes
	return out
}

// numbers reads lists of bytes: [101, 121, 74, …].
func numbers(b []byte) []byte {
	var out, run []byte
	end := func() {
		if len(run) >= window {
			out = append(append(out, run...), '\n')
		}
		run = run[:0]
	}
	for at := 0; at < len(b); at++ {
		c := b[at]
		switch {
		case class[c]&isDigit != 0:
			from := at
			for at+1 < len(b) && class[b[at+1]]&isDigit != 0 {
				at++
			}
			if v, err := strconv.ParseUint(string(b[from:min(at+1, from+4)]), 10, 8); err == nil {
				run = append(run, byte(v))
			} else {
				end()
			}
		case c == ',' || c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == ';':
		default:
			end()
		}
	}
	end()
	return out
}

func hexRuns(b []byte) []byte {
	var out, run []byte
	end := func() {
		// It may begin in the middle of a byte.
		for from := 0; from < 2 && len(run) >= 2*window; from++ {
			d := run[from:]
			d = d[:len(d)/2*2]
			value := make([]byte, len(d)/2)
			if _, err := hex.Decode(value, d); err == nil && telling(value) {
				out = append(append(out, value...), '\n')
			}
		}
		run = run[:0]
	}
	between := 0
	for _, c := range b {
		switch {
		case class[c]&isHex != 0:
			run, between = append(run, c), 0
		case between == 0 && (c == ' ' || c == '\n' || c == ':' || c == ',' || c == '-'):
			between = 1
		default:
			end()
			between = 0
		}
	}
	end()
	return out
}

func base64Runs(b []byte) []byte {
	var out []byte
	runs(b, isBase64, 20, func(run []byte) {
		text := bytes.ReplaceAll(bytes.ReplaceAll(run, []byte("-"), []byte("+")), []byte("_"), []byte("/"))
		// It may begin anywhere in a group of four.
		for from := range 4 {
			part := text[from:]
			part = part[:len(part)/4*4]
			value := make([]byte, base64.RawStdEncoding.DecodedLen(len(part)))
			if n, err := base64.RawStdEncoding.Decode(value, part); err == nil && telling(value[:n]) {
				out = append(append(out, value[:n]...), '\n')
			}
		}
	})
	return out
}

// maxInflated is the most that one compressed stream gives.
const maxInflated = 32 << 20

// inflate reads every compressed stream that begins somewhere.
func inflate(magic string, open func(io.Reader) (io.ReadCloser, error)) func([]byte) []byte {
	return func(b []byte) []byte {
		var out []byte
		for at := 0; ; {
			next := bytes.Index(b[at:], []byte(magic))
			if next < 0 {
				return out
			}
			at += next
			if r, err := open(bytes.NewReader(b[at:])); err == nil {
				text, _ := io.ReadAll(io.LimitReader(r, maxInflated)) // as far as it goes
				if len(text) > 0 {
					out = append(append(out, text...), '\n')
				}
			}
			at++
		}
	}
}

// unzip reads the deflated members of zip archives by their local headers.
func unzip(b []byte) []byte {
	var out []byte
	for at := 0; ; {
		next := bytes.Index(b[at:], []byte("PK\x03\x04"))
		if next < 0 || at+next+30 > len(b) {
			return out
		}
		at += next
		names := int(binary.LittleEndian.Uint16(b[at+26:])) + int(binary.LittleEndian.Uint16(b[at+28:]))
		if from := at + 30 + names; from < len(b) {
			text, _ := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(b[from:])), maxInflated)) // as far as it goes
			out = append(append(out, text...), '\n')
		}
		at++
	}
}
