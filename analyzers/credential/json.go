package credential

import (
	"bytes"
	"encoding/json"
)

// members iterates over a JSON object without allocating, which encoding/json
// cannot. It finds where keys and values lie and that the object is whole; it
// is lenient about what is inside nested values, so what it has let pass
// is checked by encoding/json before it is believed.
//
// It keeps offsets, not slices: a store of a slice through the receiver would
// move the caller's buffer to the heap.
type members struct {
	json []byte
	at   int
	// Where key and value lie in json, without the quotes of a string.
	keyStart, keyEnd, valueStart, valueEnd int
	// text means that the value is a string.
	text bool
	// bad means that the object is broken or followed by something else.
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

// key is the member's name, with escapes as written.
func (m *members) key() []byte { return m.json[m.keyStart:m.keyEnd] }

// value is the member's value as written, without the quotes of a string.
func (m *members) value() []byte { return m.json[m.valueStart:m.valueEnd] }

// next moves to the next member; false at the end and on broken JSON.
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

// cut reports whether the object is broken because its end is missing.
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

// openString returns what there is of the string that the end of a cut object
// cuts, if it is the value of the member name.
func (m *members) openString(name string) []byte {
	if m.at+1 >= len(m.json) || !m.text || string(m.key()) != name {
		return nil
	}
	return m.json[m.at+1:]
}

// skip moves over white space and returns the next byte, 0 at the end.
func (m *members) skip() byte {
	m.at = len(m.json) - len(trimJSONSpace(m.json[m.at:]))
	if m.at == len(m.json) {
		return 0
	}
	return m.json[m.at]
}

// take cuts off the front what the function measures and returns where it lies.
func (m *members) take(f func([]byte) (inside, size int, ok bool)) (start, end int, ok bool) {
	quote, size, ok := f(m.json[m.at:])
	start, end = m.at+quote, m.at+size-quote
	m.at += size
	return start, end, ok
}

// cutString measures the string at the front: one quote on each side is not
// part of what is inside.
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

// cutValue measures the value at the front that is not a string.
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

// jsonString resolves the escapes of a string's inside; nil if they are broken.
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
