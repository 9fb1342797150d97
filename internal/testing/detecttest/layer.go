package detecttest

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
)

// text is a text in the making, with the places of the credentials in it.
type text struct {
	data  []byte
	spans []span
}

// span is the place of one credential: data[lo:hi], and the layers around it.
type span struct {
	lo, hi   int
	token    token
	encoding []string
}

// layer turns every byte of a text into something else. name is how the layer
// is told, "" if it is not; apply gives for each byte of data what stands for
// it, from start[i] to end[i] of the new text.
type layer struct {
	name  string
	apply func(data []byte) (out []byte, start, end []int)
	// touches reports whether the layer changes data[lo:hi]; nil = it does.
	touches func(data []byte, lo, hi int) bool
}

// under puts a layer around a text.
func (t text) under(l layer) text {
	out, start, end := l.apply(t.data)
	next := text{data: out}
	for _, s := range t.spans {
		if l.name != "" && (l.touches == nil || l.touches(t.data, s.lo, s.hi)) {
			s.encoding = append([]string{l.name}, s.encoding...)
		}
		s.lo, s.hi = start[s.lo], end[s.hi-1]
		next.spans = append(next.spans, s)
	}
	return next
}

// between puts text before and after.
func (t text) between(before, after string) text {
	next := text{data: append(append([]byte(before), t.data...), after...)}
	for _, s := range t.spans {
		s.lo, s.hi = s.lo+len(before), s.hi+len(before)
		next.spans = append(next.spans, s)
	}
	return next
}

// then appends another text.
func (t text) then(other text) text {
	moved := other.between(string(t.data), "")
	return text{data: moved.data, spans: append(append([]span(nil), t.spans...), moved.spans...)}
}

// each makes a layer that writes every byte by itself.
func each(name string, write func(c byte) string) layer {
	return layer{
		name: name,
		apply: func(data []byte) (out []byte, start, end []int) {
			for _, c := range data {
				start = append(start, len(out))
				out = append(out, write(c)...)
				end = append(end, len(out))
			}
			return out, start, end
		},
		touches: func(data []byte, lo, hi int) bool {
			for _, c := range data[lo:hi] {
				if write(c) != string(c) {
					return true
				}
			}
			return false
		},
	}
}

// cut makes a layer that puts separators into the text: the first after first
// bytes, the others after every width more.
func cut(name string, first, width int, separator string) layer {
	cutAt := func(i int) bool { return i == first || i > first && (i-first)%width == 0 }
	return layer{
		name: name,
		apply: func(data []byte) (out []byte, start, end []int) {
			for i, c := range data {
				if i > 0 && cutAt(i) {
					out = append(out, separator...)
				}
				start = append(start, len(out))
				out = append(out, c)
				end = append(end, len(out))
			}
			return out, start, end
		},
		touches: func(_ []byte, lo, hi int) bool {
			for i := lo + 1; i < hi; i++ {
				if cutAt(i) {
					return true
				}
			}
			return false
		},
	}
}

// base64Layer encodes the whole text. A credential that reaches to the end of
// it has the padding in its place.
func base64Layer(enc *base64.Encoding) layer {
	return layer{name: "base64", apply: func(data []byte) (out []byte, start, end []int) {
		out = []byte(enc.EncodeToString(data))
		for i := range data {
			start = append(start, 8*i/6)
			end = append(end, (8*i+7)/6+1)
		}
		if len(end) > 0 {
			end[len(end)-1] = len(out)
		}
		return out, start, end
	}}
}

// hexLayer writes two digits for each byte, with something between the pairs.
func hexLayer(between string, upper bool) layer {
	return layer{name: "hex", apply: func(data []byte) (out []byte, start, end []int) {
		for i, c := range data {
			if i > 0 {
				out = append(out, between...)
			}
			pair := hex.EncodeToString([]byte{c})
			if upper {
				pair = strings.ToUpper(pair)
			}
			start = append(start, len(out))
			out = append(out, pair...)
			end = append(end, len(out))
		}
		return out, start, end
	}}
}

// decimalLayer writes a list of byte values.
func decimalLayer(between string) layer {
	return layer{name: "decimal", apply: func(data []byte) (out []byte, start, end []int) {
		for i, c := range data {
			if i > 0 {
				out = append(out, between...)
			}
			start = append(start, len(out))
			out = fmt.Append(out, c)
			end = append(end, len(out))
		}
		return out, start, end
	}}
}

// wideLayer writes two bytes for each character.
func wideLayer(bigEndian bool) layer {
	if bigEndian {
		return each("utf-16be", func(c byte) string { return "\x00" + string(c) })
	}
	return each("utf-16le", func(c byte) string { return string(c) + "\x00" })
}

// isToken tells which characters a credential consists of and every escape
// leaves alone.
func isToken(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.' || c == '~'
}

// percentNeeded escapes what a URL's query must not hold, percentAll everything.
func percentNeeded() layer {
	return each("percent", func(c byte) string {
		if isToken(c) {
			return string(c)
		}
		return fmt.Sprintf("%%%02X", c)
	})
}

func percentAll(format string) layer {
	return each("percent", func(c byte) string { return fmt.Sprintf(format, c) })
}

// escapeAll writes every character with one format; escapeSome only those
// among chars.
func escapeAll(format string) layer {
	return each("escape", func(c byte) string { return fmt.Sprintf(format, c) })
}

func escapeSome(chars, format string) layer {
	return each("escape", func(c byte) string {
		if strings.IndexByte(chars, c) >= 0 {
			return fmt.Sprintf(format, c)
		}
		return string(c)
	})
}

// quoted writes the text as the inside of a JSON string.
func quoted() layer {
	return each("escape", func(c byte) string {
		switch c {
		case '"':
			return `\"`
		case '\\':
			return `\\`
		case '\n':
			return `\n`
		case '\r':
			return `\r`
		}
		return string(c)
	})
}

// htmlAll writes numeric references, htmlSome names for what has one.
func htmlAll(format string) layer {
	return each("html", func(c byte) string { return fmt.Sprintf(format, c) })
}

func htmlSome() layer {
	return each("html", func(c byte) string {
		switch c {
		case '=':
			return "&equals;"
		case '+':
			return "&plus;"
		case '/':
			return "&sol;"
		case '.':
			return "&#46;"
		case '"':
			return "&quot;"
		}
		return string(c)
	})
}

// quotedPrintable writes the text as mail programs do: lines of 76 characters
// at the most, equals signs escaped.
func quotedPrintable(lineEnd string) layer {
	return layer{
		name: "quoted-printable",
		apply: func(data []byte) (out []byte, start, end []int) {
			width := 0
			for _, c := range data {
				word := string(c)
				if c == '=' {
					word = "=3D"
				}
				if c == '\n' {
					start = append(start, len(out))
					out = append(out, lineEnd...)
					end = append(end, len(out))
					width = 0
					continue
				}
				if width+len(word) > 75 {
					out = append(append(out, '='), lineEnd...)
					width = 0
				}
				start = append(start, len(out))
				out = append(out, word...)
				end = append(end, len(out))
				width += len(word)
			}
			return out, start, end
		},
		touches: func(data []byte, lo, hi int) bool {
			out, start, end := quotedPrintable(lineEnd).apply(data)
			return string(out[start[lo]:end[hi-1]]) != string(data[lo:hi])
		},
	}
}
