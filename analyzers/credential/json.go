package credential

import (
	"bytes"
	"encoding/json"
)

// members iterates over a JSON object without allocating, unlike encoding/json. It locates keys and
// values and checks that the object is whole. It is lenient about the contents of nested values, so
// encoding/json must check an object before its values are trusted.
//
// It keeps offsets, not slices: storing a slice through the receiver would move the caller's buffer
// to the heap.
type members struct {
	json []byte
	at   int
	// Offsets of key and value in json, without the quotes of a string.
	keyStart, keyEnd, valueStart, valueEnd int
	// text reports that the value is a string.
	text bool
	// bad reports that the object is malformed or followed by other data.
	bad         bool
	first, done bool
}

func objectMembers(b []byte) members {
	b = trimJSONSpace(b)
	if len(b) < 2 || b[0] != '{' {
		return members{bad: true, done: true}
	}
	return members{json: b, at: 1, first: true}
}

// key returns the member's name, escapes unresolved.
func (m *members) key() []byte { return m.json[m.keyStart:m.keyEnd] }

// value returns the member's value as written, without the quotes of a string.
func (m *members) value() []byte { return m.json[m.valueStart:m.valueEnd] }

// next advances to the next member. It returns false at the end and on malformed JSON.
func (m *members) next() bool {
	if m.done {
		return false
	}
	if !m.step() {
		m.done = true
		return false
	}
	return true
}

func (m *members) step() bool {
	m.bad = true
	switch m.skip() {
	case '}':
		m.bad = len(trimJSONSpace(m.json[m.at+1:])) != 0
		return false
	case ',':
		if m.first {
			return false
		}
		m.at++
		m.skip()
	default:
		if !m.first {
			return false
		}
	}
	m.first, m.text = false, false
	var ok bool
	if m.keyStart, m.keyEnd, ok = m.take(cutString); !ok || m.skip() != ':' {
		return false
	}
	m.at++
	m.text = m.skip() == '"'
	if m.text {
		m.valueStart, m.valueEnd, ok = m.take(cutString)
	} else {
		m.valueStart, m.valueEnd, ok = m.take(cutValue)
	}
	m.bad = !ok
	return ok
}

// cut reports whether the object is malformed because its end is missing.
func (m *members) cut() bool {
	if !m.bad || m.json == nil {
		return false
	}
	rest := m.json[m.at:]
	if len(rest) == 0 || rest[0] != '"' {
		return len(rest) == 0
	}
	for _, c := range rest[1:] {
		if c == '"' || c < ' ' {
			return false
		}
	}
	return true
}

// openString returns the beginning of the string value of the member name if the string is
// truncated by the end of the input.
func (m *members) openString(name string) []byte {
	if m.at+1 >= len(m.json) || !m.text || string(m.key()) != name {
		return nil
	}
	return m.json[m.at+1:]
}

// skip skips white space and returns the next byte, or 0 at the end.
func (m *members) skip() byte {
	m.at = len(m.json) - len(trimJSONSpace(m.json[m.at:]))
	if m.at == len(m.json) {
		return 0
	}
	return m.json[m.at]
}

// take consumes what f measures at the front and returns its offsets.
func (m *members) take(f func([]byte) (inside, size int, ok bool)) (start, end int, ok bool) {
	quote, size, ok := f(m.json[m.at:])
	start, end = m.at+quote, m.at+size-quote
	m.at += size
	return start, end, ok
}

// cutString measures the string at the front. One quote on each side is not part of the inside.
func cutString(b []byte) (quote, size int, ok bool) {
	if len(b) == 0 || b[0] != '"' {
		return 0, 0, false
	}
	for i := 1; i < len(b); i++ {
		switch {
		case b[i] == '"':
			return 1, i + 1, true
		case b[i] == '\\':
			i++
		case b[i] < ' ':
			return 0, 0, false
		}
	}
	return 0, 0, false
}

// cutValue measures the non-string value at the front.
func cutValue(b []byte) (quote, size int, ok bool) {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch c := b[i]; c {
		case '"':
			_, n, ok := cutString(b[i:])
			if !ok {
				return 0, 0, false
			}
			i += n - 1
		case '{', '[':
			depth++
		case '}', ']', ',':
			if depth == 0 {
				size = len(bytes.TrimRight(b[:i], " \t\r\n"))
				return 0, size, size > 0
			}
			if c != ',' {
				depth--
			}
		}
	}
	return 0, 0, false
}

func trimJSONSpace(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\n' || b[0] == '\t' || b[0] == '\r') {
		b = b[1:]
	}
	return b
}

// jsonString resolves the escapes in a string. It returns nil if they are malformed.
func jsonString(raw []byte) []byte {
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw
	}
	quoted := make([]byte, 0, len(raw)+2)
	quoted = append(append(append(quoted, '"'), raw...), '"')
	var s string
	if json.Unmarshal(quoted, &s) != nil {
		return nil
	}
	return []byte(s)
}
