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
	for end < len(d) && wordSet[d[end]] {
		end++
	}
	if at == 0 || d[at-1]|0x20 != 'r' || end-at > len("efresh_token") {
		return
	}
	value, first, ok := valueAfter(d, end)
	s.work += int64(2*len(value)) + 64
	if !ok || len(value) < 16 {
		return
	}
	quoted := quotedAt(d, first)
	if !quoted && !opaque(value) {
		return
	}
	lo, hi, braces := objectAround(d, at)
	s.work += objectWork * int64(hi-lo)
	if !braces {
		s.work += 2 * maxObject // in which braces were looked for
	} else if !quoted {
		return
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
	n.APIKey = s.keyIn(v, lo, hi)
	c, err := credential.ParseRefreshToken(value, n)
	if err != nil {
		return
	}
	r := &s.runs[v.depth]
	r.reset()
	for i := first; len(r.text) < len(value); {
		c, size := logical(d, i)
		if size > 1 {
			_, _, l := unescape(d, i)
			r.marked(v, i, l)
		}
		r.add(c, i, i+size)
		i += size
	}
	s.found(v, r, len(value), c)
}

// quotedAt tells whether a quotation mark stands before d[i].
func quotedAt(d []byte, i int) bool {
	if i == 0 {
		return false
	}
	c := d[i-1]
	// Escaped ones end in a digit or a semicolon: %22, \u0022, &quot;.
	return c == '"' || c == '\'' || c == '`' || c == '2' || c == '7' || c == ';'
}

// opaque tells whether a value without quotation marks may be a token rather
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

// fileName gives the last part of a path, also behind an archive's name.
func fileName(name string) string {
	if name == "" {
		return ""
	}
	return path.Base(name)
}

// keyIn gives the value of apiKey or api_key in a part of a view, if it is a
// Momento credential.
func (s *Scanner) keyIn(v *view, lo, hi int) []byte {
	object := v.data[lo:hi]
	for _, name := range [...]string{"apikey", "api_key", "auth_token", "authtoken"} {
		for i := 0; ; {
			k := indexFold(object[i:], name)
			if k < 0 {
				break
			}
			i += k + len(name)
			_, at, ok := valueAfter(object, i)
			if !ok {
				continue
			}
			r := &s.runs[v.depth]
			r.reset()
			var t token
			t.reset(r)
			if tokenSet[object[at]] && !looksLikeToken(object, at) {
				continue
			}
			read(r, v, lo+at, lo+at+s.forward, &tokenSet, s.d.depth > v.depth, &t)
			s.work += int64(len(r.text)) + 64
			if s.exhausted() {
				return nil
			}
			if n := t.length(); n > 0 {
				n = takePadding(r, v, n, t.padding())
				if _, err := credential.Parse(r.text[:n]); err == nil {
					return bytes.Clone(r.text[:n])
				}
			}
		}
	}
	return nil
}

// objectAround gives the object that d[at] stands in: up to the braces around
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

// blockEnd tells whether an empty line or a section of an INI file begins
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
