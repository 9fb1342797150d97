package credential

import (
	"encoding/hex"
	"unicode"
	"unicode/utf8"
)

// field is one field of a message in wire format.
type field struct {
	number int
	varint uint64
	bytes  []byte
	// wire is the wire type: 0 varint, 1 fixed64, 2 length-delimited, 5 fixed32.
	wire int
}

// nextField takes a field off the front of a message.
func nextField(b []byte) (f field, rest []byte, ok bool) {
	key, b, ok := uvarint(b)
	if !ok || key>>3 == 0 || key>>3 > 1<<29-1 {
		return f, b, false
	}
	f.number, f.wire = int(key>>3), int(key&7)
	var size uint64
	switch f.wire {
	case 0:
		f.varint, b, ok = uvarint(b)
		return f, b, ok
	case 1:
		size = 8
	case 2:
		if size, b, ok = uvarint(b); !ok {
			return f, b, false
		}
	case 5:
		size = 4
	default: // groups: not in proto3, and none of ours
		return f, b, false
	}
	if size > uint64(len(b)) {
		return f, b, false
	}
	f.bytes = b[:size]
	return f, b[size:], true
}

func uvarint(b []byte) (v uint64, rest []byte, ok bool) {
	for i := 0; i < len(b) && i < 10; i++ {
		v |= uint64(b[i]&0x7f) << (7 * i)
		if b[i] < 0x80 {
			return v, b[i+1:], true
		}
	}
	return 0, b, false
}

// wellFormed reports whether b is a sequence of fields.
func wellFormed(b []byte) bool {
	for len(b) > 0 {
		var ok bool
		if _, b, ok = nextField(b); !ok {
			return false
		}
	}
	return true
}

// decodeSelector reads {1 name or key, 2 prefix}.
func decodeSelector(b []byte) string {
	selector := Unknown
	for len(b) > 0 {
		f, rest, ok := nextField(b)
		if !ok || f.wire != 2 || f.number > 2 {
			return Unknown
		}
		b = rest
		selector = displayName(f.bytes)
		if f.number == 2 {
			selector += "*"
		}
	}
	return selector
}

// displayName returns a name as it is if it can be shown, else its bytes in hex.
func displayName(b []byte) string {
	if !utf8.Valid(b) {
		return "0x" + hex.EncodeToString(b)
	}
	for _, r := range string(b) {
		if !unicode.IsPrint(r) {
			return "0x" + hex.EncodeToString(b)
		}
	}
	return string(b)
}
