package detect

import (
	"bytes"
	"path"

	"github.com/momentolint/momentolint/analyzers/credential"
)

// maxObject is how far the object around a name reaches at most, each way.
const maxObject = 32 << 10

// objectWork is how often the object is gone through.
const objectWork = 8

// refreshToken looks at the value of a name such as refreshToken. The token is
// opaque, and OAuth uses the same names: the neighbours in the same object
// decide whether it is Momento's.
func (s *Scanner) refreshToken(v *view, at int) {
	d := v.data
	end := at
	for end < len(d) && (wordSet[d[end]] || d[end] == '-') {
		end++
	}
	if at == 0 || d[at-1]|0x20 != 'r' || end-at > len("efresh_token") {
		return
	}
	if s.table(v, at, end) {
		return
	}
	f, ok := fieldAfter(d, end)
	if !ok {
		return
	}
	s.work += 64
	r := &s.runs[v.depth]
	s.value(v, f, r)
	if len(r.text) < 16 || f.end == 0 && !quotedAt(d, f.at) && !opaque(r.text) {
		return
	}
	lo, hi, braces := objectAround(d, at)
	if braces && f.listed {
		// The entries of the list.
		lo, hi, _ = objectAround(d, max(0, lo-1))
	}
	s.work += objectWork * int64(hi-lo)
	if !braces {
		s.work += 2 * maxObject // in which braces were looked for
	}
	n := credential.Context{File: fileName(s.path)}
	object := d[lo:hi]
	for i := 0; ; {
		k := indexFold(object[i:], "endpoint")
		if k < 0 {
			break
		}
		i += k + len("endpoint")
		if value, _, ok := valueAfter(object, i); ok {
			n.Endpoint = endpointOf(string(value))
			break
		}
	}
	n.ValidUntil = bytes.Contains(object, []byte("validUntil")) || bytes.Contains(object, []byte("valid_until")) || bytes.Contains(object, []byte("VALID_UNTIL"))
	key, encoded := s.keyIn(v, lo, hi)
	n.APIKey = key
	// The search for the key used the run.
	s.value(v, f, r)
	s.refresh(v, r, n, encoded)
}

// refresh makes a finding of the refresh token in a run, if it is one. encoded
// says that the key next to it is in base64 once more; then the token is, too.
func (s *Scanner) refresh(v *view, r *run, n credential.Context, encoded bool) {
	if encoded {
		child, ok := s.unwrapped(v, r)
		if !ok {
			return
		}
		v, r = child, &s.runs[child.depth]
		whole(v, r)
	}
	if c, err := credential.ParseRefreshToken(r.text, n); err == nil {
		s.found(v, r, len(r.text), c)
	}
}

// table looks at the column of a table, as CSV writes it, whose header has the
// name d[at:end]. It returns false if the line is not a header.
func (s *Scanner) table(v *view, at, end int) bool {
	d := v.data
	first := at
	for first > 0 && d[first-1] != '\n' && at-first < 1<<10 {
		first--
	}
	last := end
	for last < len(d) && d[last] != '\n' && last-end < 1<<10 {
		last++
	}
	if last >= len(d) || d[last] != '\n' {
		return false
	}
	header := bytes.TrimRight(d[first:last], "\r")
	for _, separator := range []byte{',', ';', '\t'} {
		if bytes.IndexByte(header, separator) < 0 {
			continue
		}
		tokenColumn, keyColumn := -1, -1
		for i, span := range columns(header, 0, separator) {
			name := bytes.Trim(header[span.lo:span.hi], "\" '\xef\xbb\xbf")
			switch {
			case first+span.lo <= at && at < first+span.hi:
				tokenColumn = i
			case keyName(name):
				keyColumn = i
			}
			if !isName(name) {
				return false
			}
		}
		if tokenColumn < 0 || keyColumn < 0 {
			continue
		}
		s.work += int64(len(header))
		s.rows(v, last+1, separator, tokenColumn, keyColumn)
		return true
	}
	return false
}

// isName reports whether a text can be the name of a column.
func isName(text []byte) bool {
	for _, c := range text {
		if !wordSet[c] && c != ' ' && c != '-' && c != '.' {
			return false
		}
	}
	return len(text) > 0 && len(text) < 64
}

func keyName(name []byte) bool {
	for _, n := range keyNames {
		if len(n) == len(name) && indexFold(name, n) == 0 {
			return true
		}
	}
	return false
}

// cell is a cell of a row.
type cell struct{ lo, hi int }

// columns splits a line at its separators, outside of quotation marks. Its places
// are counted from base.
func columns(line []byte, base int, separator byte) (list []cell) {
	start, quoted := 0, false
	for i, c := range line {
		switch {
		case c == '"':
			quoted = !quoted
		case c == separator && !quoted:
			list = append(list, cell{base + start, base + i})
			start = i + 1
		}
	}
	return append(list, cell{base + start, base + len(line)})
}

// rows looks at the rows of a table, which begin at v.data[i].
func (s *Scanner) rows(v *view, i int, separator byte, tokenColumn, keyColumn int) {
	d := v.data
	r := &s.runs[v.depth]
	for range maxRows {
		if i >= len(d) || s.exhausted() {
			return
		}
		end := len(d)
		if k := bytes.IndexByte(d[i:], '\n'); k >= 0 {
			end = i + k
		}
		s.work += int64(2 * (end - i))
		if end-i > maxObject {
			return
		}
		list := columns(bytes.TrimRight(d[i:end], "\r"), i, separator)
		if len(list) <= max(tokenColumn, keyColumn) {
			return
		}
		key := list[keyColumn]
		token := list[tokenColumn]
		for token.hi > token.lo+1 && d[token.lo] == '"' && d[token.hi-1] == '"' {
			token.lo, token.hi = token.lo+1, token.hi-1
		}
		s.value(v, field{at: token.lo, end: token.hi}, r)
		s.refresh(v, r, credential.Context{APIKey: bytes.Trim(bytes.TrimSpace(d[key.lo:key.hi]), `"`), File: fileName(s.path)}, false)
		i = end + 1
	}
}

// quotedAt reports whether a quotation mark stands before d[i].
func quotedAt(d []byte, i int) bool {
	if i == 0 {
		return false
	}
	c := d[i-1]
	// Escaped ones end in a digit or a semicolon: %22, \u0022, &quot;.
	return c == '"' || c == '\'' || c == '`' || c == '2' || c == '7' || c == ';'
}

// opaque reports whether a value without quotation marks may be a token rather
// than a variable or a call.
func opaque(value []byte) bool {
	count := 0
	for _, c := range value {
		switch {
		case isDigit(c):
			count++
		case !tokenSet[c] && c != '=' && c != '~':
			return false
		}
	}
	return count >= 2
}

// fileName returns the last part of a path, also behind an archive's name.
func fileName(name string) string {
	if name == "" {
		return ""
	}
	return path.Base(name)
}

// keyNames are the names of a field that holds a key, in lower case.
var keyNames = [...]string{"apikey", "api_key", "api-key", "auth_token", "authtoken", "auth-token"}

// keyIn returns the value of apiKey or api_key in a part of a view, if it is a
// Momento credential. encoded says that it is in base64 once more.
func (s *Scanner) keyIn(v *view, lo, hi int) (key []byte, encoded bool) {
	object := v.data[lo:hi]
	r := &s.runs[v.depth]
	for _, name := range keyNames {
		for i := 0; ; {
			k := indexFold(object[i:], name)
			if k < 0 {
				break
			}
			i += k + len(name)
			f, ok := fieldAfter(object, i)
			if !ok || f.at >= len(object) {
				continue
			}
			if tokenSet[object[f.at]] && !looksLikeToken(object, f.at) {
				f.at += lo
				if f.end > 0 {
					f.end += lo
				}
				s.value(v, f, r)
				if child, ok := s.unwrapped(v, r); ok {
					if _, err := credential.Parse(child.data); err == nil {
						return child.data, true
					}
				}
				continue
			}
			r.reset()
			var t token
			t.reset(r)
			read(r, v, lo+f.at, lo+f.at+s.forward, &tokenSet, s.d.depth > v.depth, &t)
			s.work += int64(len(r.text)) + 64
			if s.exhausted() {
				return nil, false
			}
			if n := t.length(); n > 0 {
				n = takePadding(r, v, n, t.padding())
				if _, err := credential.Parse(r.text[:n]); err == nil {
					return bytes.Clone(r.text[:n]), false
				}
			}
		}
	}
	return nil, false
}

// objectAround returns the object that d[at] stands in: up to the braces around
// it or, where there are none, the lines around it up to an empty one or a
// section's name.
func objectAround(d []byte, at int) (lo, hi int, braces bool) {
	from, to := max(0, at-maxObject), min(len(d), at+maxObject)
	lo, hi = -1, -1
	for i, depth := at-1, 0; i >= from; i-- {
		if d[i] == '}' {
			depth++
		} else if d[i] == '{' {
			if depth--; depth < 0 {
				lo = i
				break
			}
		}
	}
	for i, depth := at, 0; i < to; i++ {
		if d[i] == '{' {
			depth++
		} else if d[i] == '}' {
			if depth--; depth < 0 {
				hi = i
				break
			}
		}
	}
	if lo >= 0 && hi >= 0 {
		return lo, hi, true
	}
	lo, hi = from, to
	for i := at - 1; i > from; i-- {
		if blockEnd(d, i) {
			lo = i
			break
		}
	}
	for i := at; i < to; i++ {
		if blockEnd(d, i) {
			hi = i
			break
		}
	}
	return lo, hi, false
}

// blockEnd reports whether an empty line or a section of an INI file begins
// after the line end at d[i].
func blockEnd(d []byte, i int) bool {
	if d[i] != '\n' {
		return false
	}
	i++
	for i < len(d) && (isBlank(d[i]) || d[i] == '\r') {
		i++
	}
	return i < len(d) && (d[i] == '\n' || d[i] == '[')
}
