package detect

import (
	"bytes"

	"github.com/momentolint/momentolint/internal/detect/neverexpire"
)

// hit looks at one needle in a view.
func (s *Scanner) hit(v *view, at int, n *needle) {
	if v.parent == nil && s.known(at) {
		return
	}
	if s.exhausted() {
		if v.parent == nil && n.sort == plainStart {
			s.plain(v, at)
		}
		return
	}
	switch n.sort {
	case plainStart:
		// After a point, these are the claims of a token whose beginning may have
		// been cut in two.
		if !s.token(v, at) && at > 0 && v.data[at-1] == '.' {
			s.broken(v, at)
		}
	case plainMiddle:
		s.broken(v, at)
	case inBase64:
		if looksEncoded(v.data, at, n.phase) && !s.wasDecoded(v, at, n.phase) && !s.broken(v, at) {
			s.base64(v, at, n.phase)
		}
	case inHex:
		s.hex(v, at)
	case inDecimal:
		s.decimal(v, at)
	case inUTF16:
		s.utf16(v, at)
	case escaped:
		if s.d.depth > v.depth {
			s.token(v, escapeStart(v.data, at, n.phase))
		}
	case inGzip:
		s.gzip(v, at, n.phase)
	case named:
		s.named(v, at, n.phase)
	case section:
		s.section(v, at, s.d.kinds[n.phase].Section)
	case jwk:
		s.signingKey(v, at)
	case envelopeMiddle:
		s.envelope(v, at, n.phase)
	case creation:
		if v.parent == nil {
			s.neverExpiring(at, neverexpire.Anchor(n.phase))
		}
	}
}

// exhausted reports whether the work has reached its bound.
func (s *Scanner) exhausted() bool {
	if s.left() >= 0 {
		return false
	}
	s.partly(tooDense)
	return true
}

// left is how much work may still be done.
func (s *Scanner) left() int64 { return s.sizes.work + s.workPerByte*s.consumed - s.work }

// examine looks at every needle of a decoded view.
func (s *Scanner) examine(v *view) {
	s.work += int64(len(v.data))
	for at := 0; ; at++ {
		pos, which := s.d.searcher.Next(v.data, at)
		if pos < 0 {
			return
		}
		at = pos
		if lo, _ := v.span(at, at+1); s.known(lo) {
			continue
		}
		s.hit(v, at, &s.d.needles[which])
	}
}

// token looks for a JWT or an envelope that begins at v.data[at], or an envelope
// with white space before it, and reports whether there is a credential.
func (s *Scanner) token(v *view, at int) bool {
	if first := spaceBefore(v.data, at); first < at && s.tokenAt(v, first) {
		return true
	}
	return s.tokenAt(v, at)
}

// spaceBefore goes back from d[at] past the groups of base64 that are nothing but
// white space.
func spaceBefore(d []byte, at int) int {
	for at >= 4 && at <= len(d) {
		var b [3]byte
		if !decodeGroups(b[:], d[at-4:at]) || !isSpace(b[0]) || !isSpace(b[1]) || !isSpace(b[2]) {
			break
		}
		at -= 4
	}
	return at
}

// tokenAt is token for what begins at v.data[at] exactly.
func (s *Scanner) tokenAt(v *view, at int) bool {
	d := v.data
	if at < 0 || at >= len(d) {
		return false
	}
	if tokenSet[d[at]] && !looksLikeToken(d, at) {
		return false
	}
	r := &s.runs[v.depth]
	r.reset()
	var t token
	t.reset(r)
	_, cut := read(r, v, at, at+s.forward, &tokenSet, s.d.depth > v.depth, &t)
	s.work += int64(len(r.text)) + 16
	return s.tokenRead(v, at, &t, cut)
}

// plain looks for a JWT or an envelope that begins at v.data[at] and stands there
// as it is: nothing in it is escaped, and nothing stands in between. That costs
// little, so it is done whatever the text.
func (s *Scanner) plain(v *view, at int) {
	d := v.data
	if !looksLikeToken(d, at) {
		return
	}
	r := &s.runs[v.depth]
	r.reset()
	var t token
	t.reset(r)
	end := min(at+s.forward, len(d))
	i := at
	for ; i < end && (tokenSet[d[i]] || d[i] == '=' && padsPart(d, i) && t.pad()); i++ {
		if !t.feed(d[i]) {
			break
		}
		r.add(d[i], i, i+1)
		if t.done() {
			break
		}
	}
	s.tokenRead(v, at, &t, i == end && end < len(d))
}

// tokenRead makes a finding of the token that was read from v.data[at] on, if it
// is a credential, which it tells.
func (s *Scanner) tokenRead(v *view, at int, t *token, cut bool) bool {
	d, r := v.data, t.r
	n := t.length()
	if n > 0 && t.doubtful(d[r.to[n-1]:]) {
		n = t.soft
	}
	if cut && t.part != partWhole && t.part != partNone && (v.cut || len(d)-at > s.forward) {
		// A token that runs into the end of a cut text is met again in the next
		// part of it, unless it began far from that end.
		if t.part != partStart && len(d)-at > s.tail {
			s.partly(tooLong)
		}
		return false
	}
	if n == 0 {
		return false
	}
	n = takePadding(r, v, n, t.padding())
	c, err := s.parse(v, r, n)
	if session, ok := s.session(v, r, n); ok {
		c, err = session, nil
	}
	if err != nil || c.Incomplete && unsigned(t, n, d[r.to[n-1]:]) {
		return false
	}
	// A signature of the right length is a whole one, whatever follows: joined texts
	// and binary formats have the next field there. But where a character was put
	// into a token, its end moves behind that length, and what remains may look
	// whole; see finding.Finding.Joined.
	joined := t.part == partWhole && int(r.to[n-1]) < len(d) && urlSet[d[r.to[n-1]]]
	s.add(s.candidate(v, r, n, c, joined))
	return true
}

// maxMasked is how many characters of a signature a mask may leave.
const maxMasked = 20

// unsigned reports whether an incomplete credential was made so on purpose: its
// signature, which is the secret, is left out, or hidden by asterisks.
func unsigned(t *token, n int, next []byte) bool {
	if t.part != partSignature {
		return false
	}
	left := n - t.first
	return left <= 0 || left < maxMasked && hasPrefix(next, 0, "**")
}

// takePadding cuts the run to n characters and adds up to count padding
// characters that stand behind them. It gives the length with them.
func takePadding(r *run, v *view, n, count int) int {
	r.text, r.at, r.to = r.text[:n], r.at[:n], r.to[:n]
	for i := int(r.to[n-1]); count > 0 && i < len(v.data); count-- {
		c, size, l := unescape(v.data, i)
		switch {
		case size > 0 && c == '=':
			r.marked(v, i, l)
		case v.data[i] == '=':
			size = 1
		default:
			return len(r.text)
		}
		r.add('=', i, i+size)
		i += size
	}
	return len(r.text)
}

// looksLikeToken is the quick way out of nearly all needles: what begins at
// d[at] must decode to the beginning of a JSON object, as far as the
// characters go on without anything between them.
func looksLikeToken(d []byte, at int) bool {
	n := 0
	for n < 8 && at+n < len(d) && base64Set[d[at+n]] {
		n++
	}
	if n < 8 {
		return at+n == len(d) || d[at+n] != '.' && mayContinue(d, at+n)
	}
	var b [6]byte
	decodeGroups(b[:], d[at:at+8])
	return b[0] == '{' && b[1] == '"' && wordSet[b[2]] || spacedObject(b[:])
}

// spacedObject reports whether a text may be the beginning of an object with white
// space before or after its brace.
func spacedObject(b []byte) bool {
	rest := bytes.TrimLeft(b, " \t\r\n")
	switch {
	case len(rest) == 0:
		return true
	case rest[0] != '{':
		return false
	case len(rest) == len(b):
		return spacedName(b[1:])
	}
	rest = bytes.TrimLeft(rest[1:], " \t\r\n")
	return len(rest) == 0 || rest[0] == '"' && (len(rest) == 1 || wordSet[rest[1]])
}

// spacedName reports whether an object may go on so after its brace: white
// space and, if there is room, a name.
func spacedName(b []byte) bool {
	if !isSpace(b[0]) {
		return false
	}
	b = bytes.TrimLeft(b, " \t\r\n")
	return len(b) == 0 || b[0] == '"' && (len(b) == 1 || wordSet[b[1]])
}

// maxStart is how far after its beginning a token is recognised again whose
// beginning was cut in two: a JWT's header, or an envelope's endpoint.
const maxStart = 512

// broken looks for a token whose beginning a separator cuts in two, and which
// goes on at v.data[at]. It reports whether there is a credential.
func (s *Scanner) broken(v *view, at int) bool {
	d := v.data
	from := max(0, at-s.back)
	var prefix []byte
	length := 0
	before := s.unbroken[v.depth]
	s.unbroken[v.depth] = at
	for piece := 0; ; piece++ {
		first := at
		for first > from && tokenSet[d[first-1]] {
			first--
			if first == before || hasPrefix(d, first, starts) {
				// Looked at from there already; not cut, so it has been looked at.
				return false
			}
			if length++; length > maxStart {
				s.work += int64(length)
				return false
			}
		}
		s.work += int64(at-first) + 64
		if first == from || !mayPrecede(d[first-1]) {
			return false
		}
		if piece == 0 {
			prefix = linePrefix(d, at)
		}
		end, ok := pieceBefore(d, first, from, prefix)
		if !ok {
			return false
		}
		// The separator must stand inside of the three characters.
		for have := 1; have <= 2; have++ {
			if hasPrefix(d, end-have, starts[:have]) && hasPrefix(d, first, starts[have:]) {
				return s.token(v, end-have)
			}
		}
		at = end
	}
}

// mayPrecede reports whether a byte can be the last one between two pieces of a
// text.
func mayPrecede(c byte) bool {
	switch c {
	case '"', '\'', '`', '\n', '\r', ' ', '\t', '>', ';', 'n', 'r', 't', '2', '7':
		return true
	}
	return c >= 0x80
}

// escapeStart returns the place where the escape begins whose inside is at
// d[at]: phase characters before it, and all the backslashes there.
func escapeStart(d []byte, at, phase int) int {
	if phase == 0 {
		return at
	}
	for at > 0 && d[at-1] == '\\' {
		at--
	}
	return at
}
