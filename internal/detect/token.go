package detect

import (
	"bytes"

	"github.com/momentolint/momentolint/analyzers/credential"
)

// part is what part of a token is being read.
type part uint8

const (
	// partStart: the first eight characters, which tell a JWT from an envelope.
	partStart part = iota
	partHeader
	partClaims
	partSignature
	partEnvelope
	// partTail: what stands inside the envelope's base64 after the object.
	partTail
	// partWhole: all of a token has been read.
	partWhole
	// partCut: what is left of an envelope has been read.
	partCut
	// partNone: this is no token.
	partNone
)

// maxHeader is the longest header of a JWT that is read, in characters; the
// ones of Momento have 20 or 36.
const maxHeader = 512

// token reads a JWT or an envelope character by character and knows when it
// is whole.
type token struct {
	r    *run
	part part
	// first is where the present part begins in r.text.
	first int
	// want is how many characters of signature the algorithm gives, 0 if unknown.
	want int
	// soft is where the token ends if nothing that follows completes it; -1 if
	// it does not end before the last character. believed is how the piece after
	// it was joined.
	soft     int
	believed join
	// end is the length of the token once it is whole.
	end int

	// How pieces were joined before the signature, the longest of them, and
	// where the present one began.
	wrapped join
	longest int
	piece   int

	// object follows the JSON in the base64 of the present part, closed tells
	// that it has ended.
	object object
	closed bool
}

func (t *token) reset(r *run) {
	*t = token{r: r, soft: -1}
}

// feed implements reading.
func (t *token) feed(c byte) bool {
	n := len(t.r.text)
	switch t.part {
	case partStart:
		if !base64Set[c] {
			return t.fail()
		}
		if n == 7 {
			return t.start(c)
		}
		return true
	case partHeader:
		if c == '.' {
			want, ok := headerWants(t.r.text)
			if !ok || !t.closed {
				return t.fail()
			}
			t.next(partClaims)
			t.want = want
			return true
		}
		return t.json(c) && n < maxHeader || t.fail()
	case partClaims:
		if c == '.' {
			if !t.closed {
				return t.fail()
			}
			t.next(partSignature)
			return true
		}
		return t.json(c) && n < credential.MaxLength || t.fail()
	case partSignature:
		if !urlSet[c] || n >= credential.MaxLength {
			return false
		}
		if n+1-t.first == t.want && canonical(c, t.want) {
			t.part, t.end = partWhole, n+1
		}
		return true
	case partEnvelope:
		if !base64Set[c] || n >= credential.MaxLength {
			return false
		}
		switch t.object.feed(c) {
		case objectClosed:
			t.part, t.end = partTail, n+1
		case objectBroken:
			// What follows on the next line may belong to something else.
			if t.soft < 0 {
				return t.fail()
			}
			t.part, t.end = partCut, t.soft
			return false
		}
		return true
	case partTail:
		if !base64Set[c] {
			return false
		}
		switch t.object.tail(c) {
		case objectClosed:
			t.end = n + 1
		case objectBroken:
			return false
		}
		return true
	}
	return false
}

// start decides, at the eighth character, what this is.
func (t *token) start(c byte) bool {
	var b [6]byte
	var text [8]byte
	text[copy(text[:7], t.r.text)] = c
	if !decodeGroups(b[:], text[:]) {
		return t.fail()
	}
	switch {
	case string(b[:]) == `{"endp`, string(b[:]) == `{"api_`, spacedObject(b[:]):
		t.part = partEnvelope
	case b[0] == '{' && b[1] == '"' && wordSet[b[2]]:
		t.part = partHeader
	default:
		return t.fail()
	}
	for _, c := range &text {
		if t.object.feed(c) != objectOpen || t.part == partHeader && !urlSet[c] {
			return t.fail()
		}
	}
	return true
}

// next begins the next part of a JWT.
func (t *token) next(p part) {
	t.part, t.first, t.object, t.closed = p, len(t.r.text)+1, object{}, false
}

// json takes the next character of a JWT's header or claims; false if they
// are no JSON object.
func (t *token) json(c byte) bool {
	switch {
	case c == '=':
		return true
	case !urlSet[c]:
		return false
	case t.closed:
		return t.object.tail(c) != objectBroken
	}
	state := t.object.feed(c)
	t.closed = state == objectClosed
	return state != objectBroken
}

func (t *token) fail() bool {
	t.part = partNone
	return false
}

// done implements reading.
func (t *token) done() bool { return t.part == partWhole }

// pad implements reading: lenient encoders pad the parts of a JWT.
func (t *token) pad() bool {
	if t.part != partHeader && t.part != partClaims {
		return false
	}
	n := len(t.r.text) - t.first
	return n%4 >= 2
}

// joined implements reading.
func (t *token) joined(how join) bool {
	n := len(t.r.text)
	length := n - t.piece
	t.piece = n
	switch t.part {
	case partTail:
		// The last group, with white space in it, may stand on the next line; but
		// an equals sign is more likely padding than a soft line end.
		if t.end == n && (how == joinLiterals || how == joinListed) {
			// A literal after the end is another text.
			return false
		}
		return how != joinSoft || n%4 != 3
	case partWhole, partCut, partNone:
		return false
	case partEnvelope:
		if !how.certain() && (how != t.wrapped || length < t.longest) {
			t.soft, t.believed = n, how
		}
	case partSignature:
		switch {
		case n == t.first || how.certain():
		case t.soft < 0 && (how != t.wrapped || length < t.longest):
			// What follows is believed only if it makes the signature whole. (In
			// a text wrapped at a width, the first shorter line is the last.)
			t.soft, t.believed = n, how
		}
		t.longest = max(t.longest, length)
		return t.soft < 0 || t.want > n-t.first
	}
	t.wrapped = how
	t.longest = max(t.longest, length)
	return true
}

// length is how many characters belong to the token, once nothing more is to
// be had; 0 if it is none.
func (t *token) length() int {
	switch t.part {
	case partWhole, partTail, partCut:
		return t.end
	case partSignature, partEnvelope:
		if t.soft >= 0 {
			return t.soft
		}
		return len(t.r.text)
	}
	return 0
}

// doubtful reports whether the token is whole only by a piece of the next line
// that looks like the beginning of something else: of a credential that is cut
// at the end of its line nothing but that beginning would make a whole one.
func (t *token) doubtful(next []byte) bool {
	if t.part != partWhole || t.soft < 0 || t.believed != joinWrapped {
		return false
	}
	piece := t.r.text[t.soft:t.end]
	if len(next) > 0 && !endSet[next[0]] && (!isBlank(next[0]) || len(piece) < minRandom) {
		return true
	}
	return len(piece) > 2 && wordlike(piece)
}

// endSet is what may follow the last line of a text that is wrapped.
var endSet = setOf("\r\n\"'`\\,;)]}<&|=%\xe2")

// minRandom is how many characters are enough to be taken for a part of a
// signature although text follows on their line.
const minRandom = 16

// wordlike reports whether a text is a number, or a word in lower case, upper
// case or with a capital.
func wordlike(text []byte) bool {
	var upper, lower, digit int
	for _, c := range text {
		switch {
		case 'A' <= c && c <= 'Z':
			upper++
		case 'a' <= c && c <= 'z':
			lower++
		case isDigit(c):
			digit++
		default:
			return false
		}
	}
	n := len(text)
	return lower == n || upper == n || digit == n || lower == n-1 && 'A' <= text[0] && text[0] <= 'Z'
}

// padding is how many padding characters belong after the token.
func (t *token) padding() int {
	if t.part != partTail {
		return 0
	}
	return (4 - t.end%4) % 4
}

// signatures is how many characters a signature has, by RFC 7518. Momento's are
// HMACs; the others only say how long a text is that is not Momento's.
var signatures = []struct {
	algorithm string
	length    int
}{
	{"HS256", 43}, {"HS384", 64}, {"HS512", 86},
	{"ES256", 86}, {"ES384", 128}, {"ES512", 176}, {"EdDSA", 86},
	{"RS256", 342}, {"RS384", 342}, {"RS512", 342}, {"PS256", 342}, {"PS384", 342}, {"PS512", 342},
}

// headerWants decodes a JWT's header and returns the length of the signature
// that its algorithm makes, 0 if that is not known.
func headerWants(text []byte) (length int, ok bool) {
	var b [maxHeader]byte
	text = bytes.TrimRight(text, "=")
	header := b[:len(text)*6/8]
	if !decodeGroups(header, text) || header[len(header)-1] != '}' {
		// White space after the object is possible, but nobody writes it.
		return 0, false
	}
	_, alg, found := bytes.Cut(header, []byte(`"alg"`))
	if !found {
		return 0, false
	}
	for _, s := range signatures {
		if bytes.Contains(alg[:min(len(alg), 16)], []byte(s.algorithm)) {
			return s.length, true
		}
	}
	return 0, true
}

// canonical reports whether a signature of n characters may end in c: the bits
// of the last one that carry nothing are zero.
func canonical(c byte, n int) bool {
	switch n % 4 {
	case 2:
		return sextets[c]&15 == 0
	case 3:
		return sextets[c]&3 == 0
	}
	return true
}

// decodeGroups decodes as many bytes as dst has room for. It takes either
// alphabet, no padding.
func decodeGroups(dst, text []byte) bool {
	var bits uint32
	count, n := 0, 0
	for _, c := range text {
		v := sextets[c]
		if v == 255 {
			return false
		}
		bits, count = bits<<6|uint32(v), count+6
		if count >= 8 && n < len(dst) {
			count -= 8
			dst[n] = byte(bits >> count)
			n++
		}
	}
	return n == len(dst)
}

// state is how far a JSON object has been read.
type state uint8

const (
	objectOpen state = iota
	objectClosed
	objectBroken
)

// wish is what may come next in the outermost object.
type wish uint8

const (
	wishStart wish = iota
	wishFirstKey
	wishKey
	wishColon
	wishValue
	wishRest // of a number or a word
	wishNext // a comma or the end
	wishNothing
)

// object follows a JSON object through its base64, knows where it ends, and
// soon notices what is none.
type object struct {
	bits  uint32
	count int
	depth int
	wish  wish
	// text reports that a string is open, escape that a backslash was the last.
	text, escape bool
}

// feed takes the next character of base64.
func (o *object) feed(c byte) state {
	o.bits, o.count = o.bits<<6|uint32(sextets[c]), o.count+6
	if o.count < 8 {
		return objectOpen
	}
	o.count -= 8
	b := byte(o.bits >> o.count)
	switch {
	case o.escape:
		o.escape = false
	case o.text:
		switch {
		case b < ' ':
			return objectBroken
		case b == '"':
			o.text = false
		case b == '\\':
			o.escape = true
		}
	case b == ' ' || b == '\n' || b == '\r' || b == '\t':
		if o.depth == 1 && o.wish == wishRest {
			o.wish = wishNext
		}
	case o.depth > 1:
		return o.nested(b)
	default:
		return o.step(b)
	}
	return objectOpen
}

// nested takes a byte inside of a value that is an object or a list.
func (o *object) nested(b byte) state {
	switch b {
	case '"':
		o.text = true
	case '{', '[':
		o.depth++
	case '}', ']':
		o.depth--
	}
	if b < ' ' || b > '~' {
		return objectBroken
	}
	return objectOpen
}

// step takes a byte of the outermost object, outside of strings.
func (o *object) step(b byte) state {
	w := o.wish
	switch {
	case w == wishStart && b == '{':
		o.depth, o.wish = 1, wishFirstKey
	case (w == wishFirstKey || w == wishKey) && b == '"':
		o.text, o.wish = true, wishColon
	case w == wishColon && b == ':':
		o.wish = wishValue
	case w == wishValue && b == '"':
		o.text, o.wish = true, wishNext
	case w == wishValue && (b == '{' || b == '['):
		o.depth, o.wish = 2, wishNext
	case (w == wishValue || w == wishRest) && (isDigit(b) || 'a' <= b && b <= 'z' || b == '-' || b == '+' || b == '.' || b == 'E'):
		o.wish = wishRest
	case (w == wishNext || w == wishRest) && b == ',':
		o.wish = wishKey
	case (w == wishNext || w == wishRest || w == wishFirstKey) && b == '}':
		o.depth, o.wish = 0, wishNothing
		return objectClosed
	default:
		return objectBroken
	}
	return objectOpen
}

// tail takes a character after the object: white space may stand in its last
// groups.
func (o *object) tail(c byte) state {
	o.bits, o.count = o.bits<<6|uint32(sextets[c]), o.count+6
	if o.count < 8 {
		return objectOpen
	}
	o.count -= 8
	if b := byte(o.bits >> o.count); b != '\n' && b != '\r' && b != ' ' {
		return objectBroken
	}
	return objectClosed
}
