package detect

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"strings"

	"github.com/momentolint/momentolint/analyzers/credential"
)

// The bounds of a search for the value of a field, in bytes.
const (
	maxTag  = 128 // the tags between a name and its value
	maxGap  = 256 // the other members of an entry of a list
	maxRows = 1000
)

// field is the value of a named field: where it begins, and for binary formats
// where it ends.
type field struct {
	at, end int
	// listed: name and value are two members of an entry in a list.
	listed bool
}

// fieldAfter finds the value that belongs to the name which ends at d[end], in
// the forms in which objects are written: JSON and its relatives, shells and
// INI files, the structs of Go's %+v, XML, DynamoDB's JSON, lists of names and
// values, BSON.
func fieldAfter(d []byte, end int) (f field, ok bool) {
	if end >= len(d) {
		return f, false
	}
	if d[end] == 0 {
		return bsonString(d, end)
	}
	i := skipQuotes(d, end)
	if at, ok := afterTag(d, i); ok {
		return field{at: at}, true
	}
	c, n := logical(d, i)
	switch {
	case c == ':' || c == '=':
		i += n
		if d[i-1] == '=' && bytes.HasPrefix(d[i:], []byte("3D")) && softLineAhead(d, i) {
			// The equals sign of quoted-printable.
			i += len("3D")
		}
		if c, n = logical(d, i); c == '>' || c == '=' {
			i += n
		}
	case c == ',':
		if at, ok := listedValue(d, i); ok {
			return field{at: at, listed: true}, true
		}
		i += n
	case c == '\n' || c == '\r':
		at, ok := listedValue(d, i)
		return field{at: at, listed: true}, ok
	default:
		if at, ok := attributeValue(d, i); ok {
			return field{at: at}, true
		}
		return f, false
	}
	i = skipQuotes(d, i)
	if c, n := logical(d, i); c == '{' {
		// {"S": "…"}: the type of the value.
		k := skipQuotes(d, i+n)
		word := k
		for k < len(d) && wordSet[d[k]] && k-word < 12 {
			k++
		}
		k = skipQuotes(d, k)
		if c, n := logical(d, k); c == ':' && k > word {
			return field{at: skipQuotes(d, k+n)}, true
		}
	}
	return field{at: i}, true
}

// softLineAhead reports whether the line of d[i] ends as quoted-printable cuts
// long lines.
func softLineAhead(d []byte, i int) bool {
	rest := d[i:min(len(d), i+80)]
	k := bytes.IndexByte(rest, '\n')
	return k > 0 && bytes.HasSuffix(bytes.TrimRight(rest[:k], "\r"), []byte("="))
}

// bsonString reads the length of a BSON string after the NUL at d[i].
func bsonString(d []byte, i int) (f field, ok bool) {
	if i+5 > len(d) {
		return f, false
	}
	n := int64(binary.LittleEndian.Uint32(d[i+1:]))
	if n < 2 || n > credential.MaxLength || int64(i+5)+n > int64(len(d)) || d[int64(i+4)+n] != 0 {
		return f, false
	}
	return field{at: i + 5, end: int(int64(i+4) + n)}, true
}

// afterTag goes past the end of an XML tag at d[i]: of the element that has the
// name, or of one that holds the name and is followed by one with the value.
func afterTag(d []byte, i int) (at int, ok bool) {
	limit := min(len(d), i+maxTag)
	switch {
	case i < limit && d[i] == '>' && !(i > 0 && d[i-1] == '='):
		i++
	case bytes.HasPrefix(d[min(i, limit):limit], []byte("</")):
		// <key>name</key> <string>value</string>
		for range 2 {
			k := bytes.IndexByte(d[i:limit], '>')
			if k < 0 {
				return 0, false
			}
			i += k + 1
		}
	default:
		return 0, false
	}
	for i < len(d) && isSpace(d[i]) {
		i++
	}
	if cdata := []byte("<![CDATA["); bytes.HasPrefix(d[i:], cdata) {
		i += len(cdata)
	} else if value := []byte("<value>"); bytes.HasPrefix(d[i:], value) {
		i += len(value)
	}
	return i, true
}

// attributeValue finds the attribute value of the XML element at d[i].
func attributeValue(d []byte, i int) (at int, ok bool) {
	rest := d[min(i, len(d)):min(len(d), i+maxTag)]
	if len(rest) == 0 || indexFold(rest, "value=") != 0 {
		return 0, false
	}
	return skipQuotes(d, i+len("value=")), true
}

// listedValue finds the member "value" of the entry in which the name before
// d[i] is the value of another member.
func listedValue(d []byte, i int) (at int, ok bool) {
	rest := d[i:min(len(d), i+maxGap)]
	if k := bytes.IndexByte(rest, '}'); k >= 0 {
		rest = rest[:k]
	}
	if k := bytes.Index(rest, []byte("\n-")); k >= 0 {
		rest = rest[:k]
	}
	for k := 0; ; {
		n := indexFold(rest[k:], "value")
		if n < 0 {
			return 0, false
		}
		k += n + len("value")
		if n > 0 && wordSet[rest[k-len("value")-1]] || k < len(rest) && wordSet[rest[k]] {
			continue
		}
		at := skipQuotes(d, i+k)
		if c, n := logical(d, at); c == ':' {
			return skipQuotes(d, at+n), true
		}
	}
}

// value reads the text of a field into a run: escapes are resolved, and the soft
// line ends of quoted-printable taken out.
func (s *Scanner) value(v *view, f field, r *run) {
	d := v.data
	r.reset()
	if f.end > 0 {
		for i := f.at; i < f.end; i++ {
			r.add(d[i], i, i+1)
		}
		return
	}
	quoted := quotedAt(d, f.at)
	for i := f.at; i < len(d) && len(r.text) < credential.MaxLength; {
		if n := softBreak(d, i); n > 0 && len(r.text) > 0 && (quoted || softLine(d, i)) {
			i += n
			if i < len(d) {
				r.marked(v, i, layerQuotedPrintable)
			}
			continue
		}
		c, n := logical(d, i)
		if d[i] == '=' {
			if e, m, l := unescape(d, i); m > 0 && e == '=' {
				c, n = e, m
				r.marked(v, i, l)
			}
		}
		if c <= ' ' || c > '~' || strings.IndexByte("\"'`,}];\\<>&", c) >= 0 {
			break
		}
		if n > 1 && d[i] != '=' {
			_, _, l := unescape(d, i)
			r.marked(v, i, l)
		}
		r.add(c, i, i+n)
		i += n
	}
	s.work += int64(2 * len(r.text))
}

// unwrapped decodes a value that is base64 once more, as under data: of a
// Kubernetes Secret, into the view below v. It returns false if the value is
// something else.
func (s *Scanner) unwrapped(v *view, r *run) (child *view, ok bool) {
	if v.depth >= s.d.depth {
		return nil, false
	}
	text := bytes.TrimRight(r.text, "=")
	for _, c := range text {
		if !base64Set[c] || c == '-' || c == '_' {
			return nil, false
		}
	}
	decoded, err := base64.RawStdEncoding.DecodeString(string(text))
	if err != nil || len(decoded) == 0 {
		return nil, false
	}
	for i, c := range decoded {
		if c == '\n' && i == len(decoded)-1 {
			decoded = decoded[:i]
		} else if c <= ' ' || c > '~' {
			return nil, false
		}
	}
	child = &view{data: decoded, parent: v, name: LayerBase64, depth: v.depth + 1, marks: r.marks}
	child.origin, _ = r.span(v, 0, 1)
	for i := range decoded {
		first, last := i*8/6, min((i*8+7)/6, len(text)-1)
		lo, hi := r.span(v, first, last+1)
		if i == len(decoded)-1 {
			_, hi = r.span(v, first, len(r.text))
		}
		child.lo, child.hi = append(child.lo, int32(lo-child.origin)), append(child.hi, int32(hi-child.origin))
	}
	return child, true
}

// whole reads a view from its beginning to its end into a run.
func whole(v *view, r *run) {
	r.reset()
	for i, c := range v.data {
		r.add(c, i, i+1)
	}
}
