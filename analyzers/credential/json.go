package credential

import (
	"bytes"
	"encoding/json"
)

// members iterates over a JSON object without allocating, which encoding/json
// cannot. It finds where keys and values lie and that the object is whole; it
// is lenient about what stands inside nested values, so what it has let pass
// is checked by encoding/json before it is believed.
type members struct {
	rest []byte
	key  []byte // without quotes, escapes as written
	// value as written: with quotes taken off if text is true.
	value []byte
	text  bool
	open  bool
	bad   bool
	first bool
}

func objectMembers(b []byte) members {
	b = trimJSONSpace(b)
	if len(b) < 2 || b[0] != '{' {
		return members{bad: true}
	}
	return members{rest: b[1:], open: true, first: true}
}

// next moves to the next member; false at the end and on broken JSON. After
// the end, bad tells whether the object was broken or followed by more.
func (m *members) next() bool {
	if m.bad || !m.open {
		return false
	}
	m.rest = trimJSONSpace(m.rest)
	if len(m.rest) == 0 {
		return m.fail()
	}
	switch {
	case m.rest[0] == '}':
		m.open = false
		m.bad = len(trimJSONSpace(m.rest[1:])) != 0
		return false
	case m.first:
		m.first = false
	case m.rest[0] == ',':
		m.rest = trimJSONSpace(m.rest[1:])
	default:
		return m.fail()
	}
	var ok bool
	if m.key, m.rest, ok = cutString(m.rest); !ok {
		return m.fail()
	}
	m.rest = trimJSONSpace(m.rest)
	if len(m.rest) == 0 || m.rest[0] != ':' {
		return m.fail()
	}
	m.rest = trimJSONSpace(m.rest[1:])
	if len(m.rest) == 0 {
		return m.fail()
	}
	m.text = m.rest[0] == '"'
	if m.text {
		m.value, m.rest, ok = cutString(m.rest)
	} else {
		m.value, m.rest, ok = cutValue(m.rest)
	}
	if !ok {
		return m.fail()
	}
	return true
}

func (m *members) fail() bool {
	m.bad = true
	return false
}

// cutString takes a string off the front, without its quotes.
func cutString(b []byte) (text, rest []byte, ok bool) {
	if len(b) == 0 || b[0] != '"' {
		return nil, b, false
	}
	for i := 1; i < len(b); i++ {
		switch {
		case b[i] == '"':
			return b[1:i], b[i+1:], true
		case b[i] == '\\':
			i++
		case b[i] < ' ':
			return nil, b, false
		}
	}
	return nil, b, false
}

// cutValue takes a value that is not a string off the front.
func cutValue(b []byte) (value, rest []byte, ok bool) {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch c := b[i]; c {
		case '"':
			_, after, ok := cutString(b[i:])
			if !ok {
				return nil, b, false
			}
			i = len(b) - len(after) - 1
		case '{', '[':
			depth++
		case '}', ']', ',':
			if depth == 0 {
				value = bytes.TrimRight(b[:i], " \t\r\n")
				return value, b[i:], len(value) > 0
			}
			if c != ',' {
				depth--
			}
		}
	}
	return nil, b, false
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
