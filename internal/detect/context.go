package detect

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
)

// What is found here is Momento's by its surroundings only.

// momentoName is what names Momento: its hosts, its packages, variables.
const momentoName = "momento"

// parse parses the first n characters of a run with what their surroundings
// say of them.
func (s *Scanner) parse(v *view, r *run, n int) (credential.Credential, error) {
	text := r.text[:n]
	c, err := credential.Parse(text)
	switch {
	case err == nil && !c.Kind.Descriptor().Enclosed:
		return c, nil
	case err != nil && err != credential.ErrContext && err != credential.ErrForeign: //nolint:errorlint // always a Reason
		return c, err
	case bytes.IndexByte(text, '.') < 0:
		return c, err
	}
	lo, hi := int(r.at[0]), int(r.to[n-1])
	endpoint, ok := s.enclosed(v, lo, hi)
	if !ok {
		endpoint, ok = s.enclosedInString(v, lo, hi)
	}
	if ok {
		if in, inErr := credential.ParseEnclosed(text, endpoint); inErr == nil {
			return in, nil
		}
	}
	if err == credential.ErrContext && s.namesMomento(v, lo, hi) { //nolint:errorlint // always a Reason
		return credential.ParseIn(text, credential.Context{Momento: true})
	}
	return c, err
}

// enclosed reports whether v.data[lo:hi] is the api_key of a JSON object in the
// clear that is an envelope, and returns its endpoint.
func (s *Scanner) enclosed(v *view, lo, hi int) (endpoint string, ok bool) {
	const name = "api_key"
	d := v.data
	from := max(0, lo-64)
	at := bytes.LastIndex(d[from:lo], []byte(name))
	if at < 0 {
		return "", false
	}
	at += from
	if at == 0 || wordSet[d[at-1]] {
		return "", false
	}
	s.work += 128
	if memberValue(d, at+len(name)) != lo {
		return "", false
	}
	first, last, braces := objectAround(d, at)
	s.work += objectWork * int64(last-first)
	if !braces {
		return "", false
	}
	object := d[first:last]
	if host, ok := endpointMember(object); ok {
		return host, true
	}
	// With nothing else in it, it is an envelope, too.
	const between = " \t\r\n\"'\\"
	before, after := bytes.TrimLeft(d[first:at], between+"{"), bytes.Trim(d[hi:last], between+"}")
	return "", len(before) == 0 && len(after) == 0
}

// enclosedInString is like enclosed for an object that is part of a string, all of
// it with escapes.
func (s *Scanner) enclosedInString(v *view, lo, hi int) (endpoint string, ok bool) {
	const (
		name = "api_key"
		// Forms write a blank as a plus sign.
		between = " \t\r\n\"'\\+"
	)
	d := v.data
	// An escaped quotation mark is before it: \", %22, &quot;, \u{22}.
	if lo < 2 || !quotedAt(d, lo) && d[lo-1] != '}' || quoteAt(d, lo-1) > 0 && d[lo-2] != '\\' {
		return "", false
	}
	near := d[max(0, lo-maxObject/4):lo]
	s.work += int64(len(near))
	// Most tokens that are not Momento's go no further.
	const last = 512
	tail := bytes.TrimRight(written(near[max(0, len(near)-last):]), between)
	tail, ok = bytes.CutSuffix(tail, []byte(":"))
	if !ok || !bytes.HasSuffix(bytes.TrimRight(tail, between), []byte(name)) {
		return "", false
	}
	before, after := written(near), written(d[hi:min(len(d), hi+maxObject/4)])
	s.work += objectWork * int64(len(before)+len(after))
	text := slices.Concat(before, after)
	at := len(before)
	first, end, braces := objectAround(text, at)
	if !braces {
		return "", false
	}
	object := text[first:end]
	if host, ok := endpointMember(object); ok {
		return host, true
	}
	const around = between + "{}:"
	return "", string(bytes.Trim(text[first:at], around)) == name && len(bytes.Trim(text[at:end], around)) == 0
}

// memberValue returns where the value of the JSON member begins whose name ends
// at d[i], behind its quotation mark; -1 if there is none. The object may be
// part of a string, or percent-encoded.
func memberValue(d []byte, i int) int {
	i = skipJSON(d, i)
	c, n := logical(d, i)
	if c != ':' {
		return -1
	}
	return skipJSON(d, i+n)
}

// skipJSON goes past white space and quotation marks, with backslashes before
// them or not.
func skipJSON(d []byte, i int) int {
	for i < len(d) {
		k := i
		for k < len(d) && d[k] == '\\' && k-i < maxBackslashes {
			k++
		}
		n := quoteAt(d, i)
		switch {
		case n > 0:
			i += n
		case isSpace(d[i]), d[i] == '+':
			i++
		case k > i && k < len(d) && (d[k] == 'n' || d[k] == 'r' || d[k] == 't'):
			i = k + 1
		default:
			c, n := logical(d, i)
			if n < 2 || !isSpace(c) {
				return i
			}
			i += n
		}
	}
	return i
}

// namesMomento reports whether the file, or the text around v.data[lo:hi] in any
// layer, names Momento.
func (s *Scanner) namesMomento(v *view, lo, hi int) bool {
	if !s.momentoKnown {
		s.momentoKnown = true
		s.momento = s.outside.named || indexFold(s.beginning, momentoName) >= 0 || strings.Contains(strings.ToLower(s.path), momentoName)
		s.work += int64(len(s.beginning)) / 16
	}
	return s.momento || s.momentoAround(v, lo, hi, maxNearby)
}

// momentoAround reports whether Momento is named near v.data[lo:hi], in the view
// or in what it was decoded from.
func (s *Scanner) momentoAround(v *view, lo, hi, reach int) bool {
	for d, at := range v.surroundings(lo, hi) {
		s.work += int64(reach) / 32
		if momentoBeside(d, at[0], at[1], reach) {
			return true
		}
	}
	return false
}

// momentoBeside reports whether Momento is named near d[lo:hi].
func momentoBeside(d []byte, lo, hi, reach int) bool {
	return indexFold(d[max(0, lo-reach):lo], momentoName) >= 0 || indexFold(d[hi:min(len(d), hi+reach)], momentoName) >= 0
}

// envelope looks for the beginning of the envelope in base64 that goes on at
// v.data[at], whatever white space it has.
func (s *Scanner) envelope(v *view, at, phase int) {
	d := v.data
	first := at
	for first > max(0, at-s.back) && base64Set[d[first-1]] {
		first--
	}
	s.work += int64(at-first) + 64
	// Groups of four characters are counted from the needle.
	for i := first + (at-first+4-phase)%4; i < at; i += 4 {
		if opensObject(d[i:i+4]) && s.token(v, i) {
			return
		}
	}
	if first == 0 || !mayPrecede(d[first-1]) {
		return
	}
	// Its beginning may be on an earlier line.
	e := &s.encoded[v.depth]
	n, ok := e.index(v, at)
	if !ok {
		if n, ok = s.collect(e, v, at); !ok {
			return
		}
	}
	r := &e.run
	for i := (n + 4 - phase) % 4; i < n; i += 4 {
		if opensObject(r.text[i:min(i+4, len(r.text))]) && s.token(v, int(r.at[i])) {
			return
		}
	}
}

// opensObject reports whether a group of four characters of base64 is the
// beginning of an object with white space before or after its brace.
func opensObject(group []byte) bool {
	var b [3]byte
	if len(group) < 4 || !decodeGroups(b[:], group) {
		return false
	}
	rest := bytes.TrimLeft(b[:], " \t\r\n")
	switch {
	case len(rest) == 0 || rest[0] != '{':
		return false
	case len(rest) == len(b):
		return isSpace(b[1])
	}
	return len(rest) == 1 || rest[1] == '"' || isSpace(rest[1])
}

// The bounds of the surroundings of a private key, in bytes.
const (
	maxJWK    = 8 << 10
	besideJWK = 1 << 10
)

// signingKey looks at the object that has the member at v.data[at]: is it a
// private key for Momento?
func (s *Scanner) signingKey(v *view, at int) {
	d := v.data
	from := max(0, at-min(maxJWK, s.back))
	first := bytes.LastIndexByte(d[from:at], '{')
	for _, escaped := range [...]string{"%7B", "%7b", `\u007b`, `\u007B`} {
		// Only one that is nearer counts.
		after := from + max(first, 0)
		if i := bytes.LastIndex(d[after:at], []byte(escaped)); i >= 0 {
			first = after - from + i
		}
	}
	if first < 0 {
		return
	}
	first += from
	r := &s.runs[v.depth]
	r.reset()
	for i := first; ; {
		if i >= len(d) || i-at > maxJWK {
			return
		}
		c, n := unquoted(d, i)
		if n > 1 {
			l := layerEscape
			if _, size, how := unescape(d, i); size > 0 {
				l = how
			}
			r.marked(v, i, l)
		}
		r.add(c, i, i+n)
		if i += n; c == '}' {
			break
		}
	}
	last := int(r.to[len(r.to)-1])
	s.work += int64(2*(last-first)) + 64
	if !bytes.Contains(r.text, []byte(`"d"`)) {
		return
	}
	reach := min(besideJWK, s.back/2)
	ctx := s.outside.Context
	if s.path != "" {
		ctx.File = fileName(s.path)
	}
	for d, place := range v.surroundings(first, last) {
		lo, hi := place[0], place[1]
		from := max(0, lo-reach)
		beside := d[from:min(len(d), hi+reach)]
		s.work += int64(len(beside))
		ctx.Momento = ctx.Momento || momentoBeside(d, lo, hi, reach)
		if host := nearestEndpoint(beside, from, lo, hi); ctx.Endpoint == "" && strings.HasSuffix(host, "."+momentoDomain) {
			ctx.Endpoint = host
		}
		if at, ok := expiresAt(beside); ok && ctx.ExpiresAt.IsZero() {
			ctx.ExpiresAt = at
		}
	}
	c, err := credential.ParseSigningKey(r.text, ctx)
	if err != nil {
		return
	}
	s.found(v, r, len(r.text), c)
}

// expiresAt returns the time that a text calls expires_at.
func expiresAt(text []byte) (at time.Time, ok bool) {
	k := bytes.Index(text, []byte("expires_at"))
	if k < 0 {
		return at, false
	}
	value, _, ok := valueAfter(text, k+len("expires_at"))
	if !ok {
		return at, false
	}
	at, err := time.Parse(time.RFC3339, string(value))
	return at, err == nil
}

// unquoted is like logical, and takes the backslashes off a quotation mark.
func unquoted(d []byte, i int) (c byte, n int) {
	if d[i] == '\\' {
		k := i
		for k < len(d) && d[k] == '\\' && k-i < maxBackslashes {
			k++
		}
		switch {
		case k < len(d) && d[k] == '"':
			return '"', k + 1 - i
		case k < len(d) && (d[k] == 'n' || d[k] == 'r' || d[k] == 't'):
			return ' ', k + 1 - i
		}
	}
	return logical(d, i)
}

// named looks at the value of a field whose name is one for the opaque texts of
// a kind; kind is its place in the table.
func (s *Scanner) named(v *view, at, kind int) {
	if s.d.kinds[kind].Renews {
		s.refreshToken(v, at)
		return
	}
	s.webhookSecret(v, at, s.d.kinds[kind].Names)
}

// webhookSecret looks at the value of a name such as signingSecret. Others use
// such names for secrets of their own: the file has to use Momento's webhooks.
func (s *Scanner) webhookSecret(v *view, at int, names []string) {
	d := v.data
	end := at
	for end < len(d) && wordSet[d[end]] {
		end++
	}
	if at == 0 || !slices.Contains(names, string(d[at-1:end])) {
		return
	}
	value, first, ok := valueAfter(d, end)
	s.work += int64(2*len(value)) + 64
	if !ok || !quotedAt(d, first) || indexFold(d[max(0, at-256):min(len(d), first+len(value)+256)], "slack") >= 0 {
		return
	}
	c, err := credential.ParseWebhookSecret(value, credential.Context{Momento: s.usesWebhooks(v, at)})
	if err != nil {
		return
	}
	s.takeValue(v, first, len(value), c)
}

// usesWebhooks reports whether the file uses Momento's webhooks: at its
// beginning, or in the text around a place in any layer.
func (s *Scanner) usesWebhooks(v *view, at int) bool {
	if !s.namesMomento(v, at, at+1) {
		return false
	}
	s.work += int64(len(s.beginning)) / 16
	if s.outside.webhooks || credential.MentionsWebhooks(s.beginning) {
		return true
	}
	for d, place := range v.surroundings(at, at+1) {
		text, _ := around(d, place[0], place[1])
		s.work += int64(len(text)) / 16
		if credential.MentionsWebhooks(text) {
			return true
		}
	}
	return false
}

// takeValue makes a finding of the n characters, with their escapes resolved, that
// begin at v.data[first].
func (s *Scanner) takeValue(v *view, first, n int, c credential.Credential) {
	r := &s.runs[v.depth]
	r.reset()
	for i := first; len(r.text) < n; {
		c, size := logical(v.data, i)
		if size > 1 {
			_, _, l := unescape(v.data, i)
			r.marked(v, i, l)
		}
		r.add(c, i, i+size)
		i += size
	}
	s.found(v, r, n, c)
}

// endpointMember returns the host that the member "endpoint" of an object names,
// and whether there is such a member.
func endpointMember(object []byte) (host string, ok bool) {
	for i := 0; ; {
		k := bytes.Index(object[i:], []byte("endpoint"))
		if k < 0 {
			return "", false
		}
		i += k + len("endpoint")
		if value := memberValue(object, i); value >= 0 {
			end := value
			for end < len(object) && hostByte(object[end]) {
				end++
			}
			return endpointOf(string(object[value:end])), true
		}
	}
}
