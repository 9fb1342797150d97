package detect

import "bytes"

// join is how two pieces of text belong together.
type join uint8

const (
	// apart: they do not.
	apart join = iota
	// joinSoft: a soft line end of quoted-printable.
	joinSoft
	// joinContinued: a backslash before the line end.
	joinContinued
	// joinLogged: a log that marks which of its lines go on with the one before.
	joinLogged
	// joinLiterals: string literals that the language itself puts together: an
	// operator, or nothing, between them.
	joinLiterals
	// joinWrapped: a line end and nothing else.
	joinWrapped
	// joinListed: string literals with something between them that may put
	// them together: commas, calls of append, several statements.
	joinListed
)

// certain reports whether the pieces belong together whatever they are. What is
// merely possible is believed only if the whole then has the right structure.
func (j join) certain() bool { return j >= joinSoft && j <= joinLiterals }

func (j join) layer() layer {
	switch j {
	case joinSoft:
		return layerQuotedPrintable
	case joinWrapped, joinLogged:
		return layerWrapped
	}
	return layerSplit
}

// The bounds of what may stand between two pieces.
const (
	maxSeparator = 1024 // bytes: an operator, line ends, a comment or two
	maxLines     = 16
	maxQuotes    = 10
)

// separator reads what stands between two pieces of a text.
type separator struct {
	d []byte
	// at is the place reached, end the last one to be looked at.
	at, end int
	// prefix begins every line: a comment's or quotation's mark.
	prefix []byte
	// What was met.
	lines, quotes, words int
	continued, logged    bool
	ops                  [2]byte
	opCount              int
}

// separate reads what stands at d[i], which belongs to no piece, and returns the
// place where the next piece begins and how they belong together.
func separate(d []byte, i, end int, prefix []byte) (next int, how join) {
	s := separator{d: d, at: i, end: min(end, i+maxSeparator, len(d)), prefix: prefix}
	how = s.read()
	return s.at, how
}

func (s *separator) read() join {
	if !s.inside() {
		return apart
	}
	if s.begins() {
		switch {
		case s.continued:
			return joinContinued
		case s.logged && s.lines == 1:
			return joinLogged
		case s.lines == 1:
			return joinWrapped
		}
		return apart
	}
	if !s.literals() {
		return apart
	}
	if s.words > 0 || s.lines > 0 && s.opCount == 0 || !concatenates(s.ops[:min(s.opCount, len(s.ops))], s.opCount) || !s.filled() {
		return joinListed
	}
	return joinLiterals
}

// inside reads what may still belong to the text itself: blanks, line ends and
// their escapes. It stops before anything else; false if nothing can follow.
func (s *separator) inside() bool {
	for s.at < s.end {
		c := s.d[s.at]
		switch {
		case isBlank(c):
			s.at++
		case c == '\n' || c == '\r':
			s.newline()
		case c == '\\':
			if !s.backslash() {
				return s.quote() > 0
			}
		case c == '<':
			n := lineBreakTag(s.d, s.at)
			if n == 0 {
				return false
			}
			s.at += n
			s.lines++
		case c >= 0x80:
			n := invisible(s.d, s.at)
			if n == 0 {
				return s.quote() > 0
			}
			s.at += n
			s.lines = max(s.lines, 1)
		default:
			if c == '&' {
				if e, n := unentity(s.d, s.at); n > 0 && (e == '\n' || e == '\r') {
					s.at += n
					s.lines = max(s.lines, 1)
					continue
				}
			}
			return true
		}
		if s.lines > maxLines {
			return false
		}
	}
	return false
}

// newline goes past a line end, the indentation and the prefix of the next line.
func (s *separator) newline() {
	end := s.at
	s.at += lineEnd(s.d, s.at)
	s.lines++
	if n, goesOn := logPrefix(s.d[:s.end], end, s.at); n > 0 {
		s.at += n
		s.logged = goesOn
		return
	}
	s.at = skipPrefix(s.d, s.at, s.end, s.prefix)
}

// skipPrefix returns the place after the indentation and the prefix of a line.
func skipPrefix(d []byte, i, end int, prefix []byte) int {
	for i < end && isBlank(d[i]) {
		i++
	}
	if len(prefix) > 0 && hasPrefix(d, i, string(prefix)) {
		i += len(prefix)
		for i < end && isBlank(d[i]) {
			i++
		}
	}
	return i
}

// backslash goes past an escaped line end or tabulator, or a backslash before
// a real line end; false if it is something else.
func (s *separator) backslash() bool {
	k := s.at
	for k < s.end && s.d[k] == '\\' && k-s.at < maxBackslashes {
		k++
	}
	if k >= s.end {
		return false
	}
	switch s.d[k] {
	case 'n', 'r', 't':
		if s.d[k] == 'n' || s.lines == 0 {
			s.lines = 1
		}
		s.at = k + 1
		return true
	}
	for k < s.end && isBlank(s.d[k]) {
		k++
	}
	if lineEnd(s.d, k) == 0 {
		return false
	}
	s.at = k
	s.continued = true
	lines := s.lines
	s.newline()
	s.lines = lines
	return true
}

// begins reports whether a piece begins at the place reached.
func (s *separator) begins() bool {
	if s.at >= s.end {
		return false
	}
	if tokenSet[s.d[s.at]] {
		return true
	}
	c, n, _ := unescape(s.d, s.at)
	return n > 0 && tokenSet[c]
}

// quote returns the length of the quotation mark at the place reached, however
// it is written; 0 if there is none.
func (s *separator) quote() int {
	return quoteAt(s.d, s.at)
}

// quoteAt returns the length of the quotation mark at d[i], however it is
// written: plain, escaped, as an entity, typographic. 0 if there is none.
func quoteAt(d []byte, i int) int {
	if i >= len(d) {
		return 0
	}
	switch d[i] {
	case '"', '\'', '`':
		return 1
	case '\\':
		k := i
		for k < len(d) && d[k] == '\\' && k-i < maxBackslashes {
			k++
		}
		if k < len(d) && (d[k] == '"' || d[k] == '\'' || d[k] == '`') {
			return k + 1 - i
		}
		fallthrough
	case '&', '%':
		if c, n, _ := unescape(d, i); n > 0 && (c == '"' || c == '\'' || c == '`') {
			return n
		}
	case 0xe2:
		// U+2018, U+2019, U+201C, U+201D.
		if i+2 < len(d) && d[i+1] == 0x80 && (d[i+2] == 0x98 || d[i+2] == 0x99 || d[i+2] == 0x9c || d[i+2] == 0x9d) {
			return 3
		}
	}
	return 0
}

// literals reads from the end of one string literal to the text of the next.
func (s *separator) literals() bool {
	inside := true
	for s.at < s.end && s.lines <= maxLines && s.quotes <= maxQuotes {
		if n := s.quote(); n > 0 {
			s.at += n
			s.quotes++
			inside = !inside
			if inside && s.begins() {
				return true
			}
			continue
		}
		if s.quotes == 0 {
			return false
		}
		c := s.d[s.at]
		switch {
		case isBlank(c):
			s.at++
		case c == '\n' || c == '\r':
			s.newline()
		case c == '\\' && s.backslash():
			if !inside && s.continued {
				s.operator('\\')
			}
		case inside:
			// Between an outer literal's end and the next one's beginning, as in
			// a notebook's list of source lines.
			if c != ',' {
				return false
			}
			s.at++
		case !s.between(c):
			return false
		}
	}
	return false
}

// between reads what may stand between two string literals, outside of both.
func (s *separator) between(c byte) bool {
	if n := s.comment(c); n > 0 {
		s.at += n
		return true
	}
	switch {
	case wordSet[c]:
		first := s.at
		for s.at < s.end && wordSet[s.d[s.at]] {
			s.at++
		}
		s.word(string(s.d[first:s.at]))
		return true
	case c == ':' && s.at+1 < s.end && s.d[s.at+1] == ':':
		s.at += 2
		s.words++
		return true
	case c == '#' || c == '@' || c == '$':
		// Marks of raw and interpolated literals.
		s.at++
		return true
	}
	switch c {
	case '+', '.', ',', '&', '|', '<', '>', '^', '~', '*', '(', ')', '[', ']', ';', '=', '!', '-', '/', '?':
		s.operator(c)
		s.at++
		return true
	}
	return false
}

func (s *separator) operator(c byte) {
	if s.opCount < len(s.ops) {
		s.ops[s.opCount] = c
	}
	s.opCount++
}

// word takes note of a word between two literals, unless it is the next one's
// prefix or Visual Basic's line continuation.
func (s *separator) word(w string) {
	switch w {
	case "_", "r", "b", "f", "u", "R", "B", "F", "U", "L", "u8", "rb", "br", "Rb", "bR", "fr", "rf", "N", "E":
		return
	}
	s.words++
}

// comment returns the length of the comment at the place reached, without the
// line end after it; 0 if there is none.
func (s *separator) comment(c byte) int {
	rest := s.d[s.at:s.end]
	switch {
	case len(rest) < 2:
		return 0
	case c == '/' && rest[1] == '*':
		for i := 2; i+1 < len(rest); i++ {
			if rest[i] == '*' && rest[i+1] == '/' {
				return i + 2
			}
		}
		return 0
	case c == '/' && rest[1] == '/', c == '-' && rest[1] == '-' && len(rest) > 2 && isBlank(rest[2]):
	case c == '#' && quoteAt(rest, 1) == 0 && rest[1] != '#' && (s.at == 0 || isSpace(s.d[s.at-1])):
	default:
		return 0
	}
	for i, b := range rest {
		if b == '\n' || b == '\r' {
			return i
		}
	}
	return len(rest)
}

// concatenates reports whether an operator between two string literals puts them
// together in one language or another.
func concatenates(ops []byte, count int) bool {
	switch {
	case count == 0:
		return true
	case count == 1:
		switch ops[0] {
		case '+', '.', '&', '~', '^', '\\', '*':
			return true
		}
	case count == 2:
		switch string(ops) {
		case "<>", "..", "++", "||", "<<", "+\\", "&\\", ".\\":
			return true
		}
	}
	return false
}

// filled reports whether the literal that begins at the place reached holds
// nothing but a piece of a token.
func (s *separator) filled() bool {
	i := s.at
	for i < len(s.d) && (tokenSet[s.d[i]] || s.d[i] == '=') {
		i++
	}
	if i >= len(s.d) {
		return false
	}
	return s.d[i] == '\\' || quoteAt(s.d, i) > 0
}

// lineBreakTag returns the length of a <br> or <wbr> at d[i], 0 if there is none.
func lineBreakTag(d []byte, i int) int {
	for _, tag := range [...]string{"<br>", "<br/>", "<br />", "<wbr>", "<wbr/>", "<BR>"} {
		if hasPrefix(d, i, tag) {
			return len(tag)
		}
	}
	return 0
}

// invisible returns the length of a character at d[i] that takes no room: zero
// width spaces and joiners, a soft hyphen, a byte order mark. 0 if there is none.
func invisible(d []byte, i int) int {
	for _, c := range [...]string{"\u200b", "\u200c", "\u200d", "\u2060", "\u00ad", "\ufeff"} {
		if hasPrefix(d, i, c) {
			return len(c)
		}
	}
	return 0
}

// maxPrefixed is the longest line whose beginning may be a prefix.
const maxPrefixed = 512

// linePrefix returns the mark of a comment or quotation that begins the line on
// which d[i] stands: "#", "//", "*", "> > ", a patch's plus sign. Lines that
// go on with the text begin with the same.
func linePrefix(d []byte, i int) []byte {
	from := max(0, i-maxPrefixed)
	first := from + bytes.LastIndexByte(d[from:i], '\n') + 1
	if first == from && from > 0 {
		// A long line: what begins it does not begin the next one.
		return nil
	}
	k := first
	for k < i && isBlank(d[k]) {
		k++
	}
	start := k
	switch {
	case k >= i:
		return nil
	case d[k] == '>' || d[k] == '|':
		for k < i && (d[k] == '>' || d[k] == '|' || isBlank(d[k])) {
			k++
		}
		for isBlank(d[k-1]) {
			k--
		}
	case d[k] == '#' || d[k] == '/' || d[k] == ';' || d[k] == '%' || d[k] == '!':
		for k < i && d[k] == d[start] {
			k++
		}
		if d[start] == '/' && k-start < 2 {
			return nil
		}
	case hasPrefix(d, k, "--"):
		k += 2
	case d[k] == '*' || (d[k] == '+' || d[k] == '-') && k == first:
		k++
	default:
		return nil
	}
	return d[start:min(k, i)]
}

// pieceBefore finds the end of the piece that goes on at d[i]: the place after its
// last character. false if nothing before d[i] goes on there.
func pieceBefore(d []byte, i, from int, prefix []byte) (end int, ok bool) {
	tries := 0
	for j := i - 1; j > from && i-j < maxSeparator && tries < 8; j-- {
		if !tokenSet[d[j-1]] || tokenSet[d[j]] {
			continue
		}
		tries++
		if next, how := separate(d, j, i+1, prefix); how != apart && next == i {
			return j, true
		}
		if n := softBreak(d, j); n > 0 && skipPrefix(d, j+n, i, prefix) == i {
			return j, true
		}
	}
	return 0, false
}
