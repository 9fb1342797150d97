// Package noleak tells whether an output gives a secret away: in full, in
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
	"regexp"
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
	// Whole tells that all of it stands there, and not only a piece.
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
	maxBytes  = 256 << 20
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

// Find gives the leaks in an output, at most one for each way in which it may
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
	{"HTML", func(b []byte) []byte { return []byte(html.UnescapeString(string(b))) }, false},
	{"quoted-printable", quoted, false},
	{"numbers", numbers, false},
	{"hex", hexRuns, false},
	{"base64", base64Runs, false},
	{"gzip", inflate("\x1f\x8b\x08", func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }), false},
	{"zlib", inflate("\x78", func(r io.Reader) (io.Reader, error) { return zlib.NewReader(r) }), false},
	{"zip", unzip, false},
	{"pieces", onlyToken, true},
	{"pieces without words", onlyLongWords, true},
	{"backward", reversed, true},
	{"pieces, the last first", reversedWords, true},
}

// telling tells whether something decoded can be more than noise: a row of
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
	return bytes.Contains(b, []byte("\x1f\x8b\x08")) || bytes.HasPrefix(b, []byte("\x78")) || bytes.Contains(b, []byte("PK\x03\x04"))
}

func dropNULs(b []byte) []byte {
	if bytes.IndexByte(b, 0) < 0 {
		return nil
	}
	return bytes.ReplaceAll(b, []byte{0}, nil)
}

// tokenBytes are the characters of base64, in both alphabets, and of tokens.
func tokenByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '+' || c == '/' || c == '-' || c == '_' || c == '.'
}

// onlyToken joins what stands in pieces between quotes, commas and line ends.
func onlyToken(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for _, c := range b {
		if tokenByte(c) {
			out = append(out, c)
		}
	}
	return out
}

// words are what may be pieces of a token. Shorter ones are the text around.
var words = regexp.MustCompile(`[A-Za-z0-9+/._-]{4,}`)

// looksRandom tells a piece of a token from a word.
func looksRandom(w []byte) bool {
	var upper, lower, digit bool
	for _, c := range w {
		upper = upper || 'A' <= c && c <= 'Z'
		lower = lower || 'a' <= c && c <= 'z'
		digit = digit || '0' <= c && c <= '9'
	}
	return upper && (lower || digit) || digit && lower
}

// onlyLongWords joins pieces that have labels between them, as in
// part1: …, part2: ….
func onlyLongWords(b []byte) []byte {
	var out []byte
	for _, w := range words.FindAll(b, -1) {
		if looksRandom(w) {
			out = append(out, w...)
		}
	}
	return out
}

func reversed(b []byte) []byte {
	out := slices.Clone(b)
	slices.Reverse(out)
	return out
}

func reversedWords(b []byte) []byte {
	var out []byte
	list := words.FindAll(b, -1)
	for _, w := range slices.Backward(list) {
		if looksRandom(w) {
			out = append(out, w...)
		}
	}
	return out
}

func percent(b []byte) []byte {
	return replaceCode(b, percentCode, func(m []byte) (rune, bool) { return parseCode(m[1:], 16) })
}

var (
	percentCode = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)
	escapeCode  = regexp.MustCompile(`\\u\{?[0-9A-Fa-f]{1,8}\}?|\\U[0-9A-Fa-f]{8}|\\x[0-9A-Fa-f]{2}|\\[0-7]{3}|\\/`)
)

func replaceCode(b []byte, code *regexp.Regexp, value func([]byte) (rune, bool)) []byte {
	return code.ReplaceAllFunc(b, func(m []byte) []byte {
		if r, ok := value(m); ok {
			return []byte(string(r))
		}
		return m
	})
}

func parseCode(digits []byte, base int) (rune, bool) {
	n, err := strconv.ParseUint(strings.Trim(string(digits), "{}"), base, 21)
	return rune(n), err == nil
}

func escapes(b []byte) []byte {
	return replaceCode(b, escapeCode, func(m []byte) (rune, bool) {
		switch m[1] {
		case '/':
			return '/', true
		case 'u', 'U', 'x':
			return parseCode(m[2:], 16)
		}
		return parseCode(m[1:], 8)
	})
}

func quoted(b []byte) []byte {
	if !bytes.Contains(b, []byte("=")) {
		return nil
	}
	out, _ := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(b))) // as far as it goes
	return out
}

var numberRun = regexp.MustCompile(`(?:\b[0-9]{1,3}\b[\s,;]+){15,}[0-9]{1,3}`)

// numbers reads lists of bytes: [101, 121, 74, …].
func numbers(b []byte) []byte {
	var out []byte
	for _, run := range numberRun.FindAll(b, -1) {
		for _, n := range bytes.FieldsFunc(run, func(r rune) bool { return r < '0' || r > '9' }) {
			v, err := strconv.ParseUint(string(n), 10, 8)
			if err == nil {
				out = append(out, byte(v))
			}
		}
	}
	return out
}

var hexRun = regexp.MustCompile(`(?:[0-9A-Fa-f]{2}[\s:,-]?){16,}`)

func hexRuns(b []byte) []byte {
	var out []byte
	for _, run := range hexRun.FindAll(b, -1) {
		digits := bytes.Map(func(r rune) rune {
			if r >= '0' && r <= '9' || r >= 'A' && r <= 'F' || r >= 'a' && r <= 'f' {
				return r
			}
			return -1
		}, run)
		// It may begin in the middle of a byte.
		for _, d := range [][]byte{digits, digits[1:]} {
			d = d[:len(d)/2*2]
			value := make([]byte, len(d)/2)
			if _, err := hex.Decode(value, d); err == nil && telling(value) {
				out = append(append(out, value...), '\n')
			}
		}
	}
	return out
}

var base64Run = regexp.MustCompile(`[A-Za-z0-9+/_-]{20,}`)

func base64Runs(b []byte) []byte {
	var out []byte
	for _, run := range base64Run.FindAll(b, -1) {
		text := bytes.Map(func(r rune) rune {
			switch r {
			case '-':
				return '+'
			case '_':
				return '/'
			}
			return r
		}, run)
		// It may begin anywhere in a group of four.
		for from := range 4 {
			part := text[from:]
			part = part[:len(part)/4*4]
			value := make([]byte, base64.RawStdEncoding.DecodedLen(len(part)))
			if n, err := base64.RawStdEncoding.Decode(value, part); err == nil && telling(value[:n]) {
				out = append(append(out, value[:n]...), '\n')
			}
		}
	}
	return out
}

// maxInflated is the most that one compressed stream gives.
const maxInflated = 32 << 20

// inflate reads every compressed stream that begins somewhere.
func inflate(magic string, open func(io.Reader) (io.Reader, error)) func([]byte) []byte {
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
