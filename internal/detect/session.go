package detect

import (
	"bytes"
	"strconv"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
)

// sessionSection is the section of the command line's credentials file that
// holds a login.
const sessionSection = "[.momento_session]"

// session reports whether the first n characters of a run are the token of a
// login of Momento's command line: the section that they stand in says so.
func (s *Scanner) session(v *view, r *run, n int) (c credential.Credential, ok bool) {
	if bytes.IndexByte(r.text[:n], '.') < 0 {
		return c, false
	}
	lo, hi := int(r.at[0]), int(r.to[n-1])
	text, first := around(v.data, lo, hi)
	s.work += int64(len(text)) / 64
	if !bytes.Contains(text[:lo-first], []byte(sessionSection[2:len(sessionSection)-1])) {
		return c, false
	}
	before := written(text[:lo-first])
	i := bytes.LastIndex(before, []byte(sessionSection))
	if i < 0 {
		return c, false
	}
	section := before[i+len(sessionSection):]
	if hasSection(section) || !namedToken(section) {
		return c, false
	}
	var ctx credential.Context
	after := written(text[hi-first:])
	for _, part := range [][]byte{section, upToSection(after)} {
		if k := bytes.Index(part, []byte("valid_until")); k >= 0 {
			if value, _, ok := valueAfter(part, k+len("valid_until")); ok {
				if u, err := strconv.ParseInt(string(value), 10, 64); err == nil && u > 0 {
					ctx.ExpiresAt = time.Unix(u, 0)
				}
			}
		}
	}
	c, err := credential.ParseSessionToken(r.text[:n], ctx)
	return c, err == nil
}

// hasSection reports whether another section of an INI file begins in text.
func hasSection(text []byte) bool { return len(upToSection(text)) < len(text) }

// upToSection returns the text before the next section of an INI file.
func upToSection(text []byte) []byte {
	for i, c := range text {
		if c == '[' && i > 0 && (text[i-1] == '\n' || text[i-1] == '\r') {
			return text[:i]
		}
	}
	return text
}

// written returns a text with its escapes resolved, line ends among them.
func written(d []byte) []byte {
	if bytes.IndexByte(d, '\\') < 0 && bytes.IndexByte(d, '%') < 0 && bytes.IndexByte(d, '&') < 0 {
		return d
	}
	out := make([]byte, 0, len(d))
	for i := 0; i < len(d); {
		c, n := writtenAt(d, i)
		out = append(out, c)
		i += n
	}
	return out
}

// writtenAt returns the character at d[i] with its escape resolved, a line end
// among them, and its length.
func writtenAt(d []byte, i int) (c byte, n int) {
	c, n = logical(d, i)
	if c != '\\' {
		return c, n
	}
	k := i
	for k < len(d) && d[k] == '\\' && k-i < maxBackslashes {
		k++
	}
	if k < len(d) {
		switch d[k] {
		case 'n':
			return '\n', k + 1 - i
		case 'r':
			return '\r', k + 1 - i
		case 't':
			return '\t', k + 1 - i
		case '"':
			return '"', k + 1 - i
		}
	}
	return c, n
}

// namedToken reports whether text ends in "token=".
func namedToken(text []byte) bool {
	text = bytes.TrimRight(text, " \t\"'\\")
	if !bytes.HasSuffix(text, []byte("=")) {
		return false
	}
	return bytes.HasSuffix(bytes.TrimRight(text[:len(text)-1], " \t"), []byte("token"))
}

// maxSection is how much of a section of the credentials file is read, in
// characters.
const maxSection = 4 << 10

// section looks for the token of a login in the section whose name is at
// v.data[at]. Tokens that are JWTs are found by themselves; see session.
func (s *Scanner) section(v *view, at int, name string) {
	d := v.data
	end := at + len(name)
	c, n := logical(d, end)
	if c != ']' || !bytes.HasSuffix(d[:at], []byte("[")) && !bytes.HasSuffix(bytes.ToUpper(d[max(0, at-3):at]), []byte("%5B")) {
		return
	}
	r := &s.runs[v.depth]
	r.reset()
	for i := end + n; i < len(d) && len(r.text) < maxSection; {
		c, n := writtenAt(d, i)
		if n > 1 {
			l := layerEscape
			if _, size, how := unescape(d, i); size > 0 {
				l = how
			}
			r.marked(v, i, l)
		}
		r.add(c, i, i+n)
		i += n
	}
	text := upToSection(r.text)
	s.work += int64(2*len(r.text)) + 64
	first, last := fieldOfLine(text, "token")
	if first == last || looksLikeToken(text, first) || last == maxSection {
		return
	}
	var ctx credential.Context
	if from, to := fieldOfLine(text, "valid_until"); from < to {
		if u, err := strconv.ParseInt(string(text[from:to]), 10, 64); err == nil && u > 0 {
			ctx.ExpiresAt = time.Unix(u, 0)
		}
	}
	session, err := credential.ParseSessionToken(text[first:last], ctx)
	if err != nil {
		return
	}
	r.text, r.at, r.to = r.text[first:], r.at[first:], r.to[first:]
	s.found(v, r, last-first, session)
}

// fieldOfLine returns the place of the value of a line "name = value" of an INI
// file, without quotation marks; first == last if there is none.
func fieldOfLine(text []byte, name string) (first, last int) {
	for start := 0; start < len(text); {
		end := len(text)
		if k := bytes.IndexAny(text[start:], "\r\n"); k >= 0 {
			end = start + k
		}
		if before, _, ok := bytes.Cut(text[start:end], []byte("=")); ok && string(bytes.TrimSpace(before)) == name {
			const around = " \t\"'"
			first, last = start+len(before)+1, end
			last -= len(text[first:last]) - len(bytes.TrimRight(text[first:last], around))
			first += len(text[first:last]) - len(bytes.TrimLeft(text[first:last], around))
			return first, last
		}
		start = end + 1
	}
	return 0, 0
}
