package detect

// maxBackslashes is how many backslashes in a row count as one: every level of
// JSON in JSON doubles them.
const maxBackslashes = 16

// unescape reads the escape at d[i], whatever its style, and returns the ASCII
// character that it stands for, its length and the layer. Escapes of escapes
// are resolved as far as they go. n is 0 where there is none, or none of a
// single ASCII character.
func unescape(d []byte, i int) (c byte, n int, l layer) {
	switch d[i] {
	case '%':
		c, n = unpercent(d, i)
		return c, n, layerPercent
	case '\\':
		c, n = unbackslash(d, i)
		return c, n, layerEscape
	case '&':
		c, n = unentity(d, i)
		return c, n, layerHTML
	case '=':
		c, n = unquotedPrintable(d, i)
		return c, n, layerQuotedPrintable
	}
	return 0, 0, 0
}

// unpercent reads %3D and %253D.
func unpercent(d []byte, i int) (c byte, n int) {
	c, ok := hexPair(d, i+1)
	if !ok {
		return 0, 0
	}
	n = 3
	for c == '%' {
		next, ok := hexPair(d, i+n)
		if !ok {
			break
		}
		c, n = next, n+2
	}
	return c, n
}

// unbackslash reads \u003d, \u{3d}, \U0000003d, \x3d, \075, \/ and the like,
// behind any number of backslashes.
func unbackslash(d []byte, i int) (c byte, n int) {
	k := i + 1
	for k < len(d) && d[k] == '\\' && k-i < maxBackslashes {
		k++
	}
	if k >= len(d) {
		return 0, 0
	}
	switch x := d[k]; {
	case x == 'u' || x == 'x' || x == 'U':
		c, n = hexEscape(d, k)
		if n == 0 {
			return 0, 0
		}
		return c, k + n - i
	case '0' <= x && x <= '7':
		v, m := 0, 0
		for m < 3 && k+m < len(d) && '0' <= d[k+m] && d[k+m] <= '7' {
			v, m = v<<3|int(d[k+m]-'0'), m+1
		}
		if m < 2 || v > 0x7f {
			return 0, 0
		}
		return byte(v), k + m - i
	case x == '/' || x == '_' || x == '-' || x == '.' || x == '+' || x == '=':
		// JSON's \/, and what Markdown and regular expressions escape.
		return x, k + 1 - i
	}
	return 0, 0
}

// hexEscape reads what follows the backslash, from the letter on.
func hexEscape(d []byte, k int) (c byte, n int) {
	if k+1 < len(d) && d[k+1] == '{' {
		v, m := 0, 2
		for m < 10 && k+m < len(d) && hexSet[d[k+m]] {
			v, m = v<<4|int(unhex(d[k+m])), m+1
		}
		if m == 2 || v > 0x7f || k+m >= len(d) || d[k+m] != '}' {
			return 0, 0
		}
		return byte(v), m + 1
	}
	zeros := 0
	switch d[k] {
	case 'u':
		zeros = 2
	case 'U':
		zeros = 6
	}
	for m := range zeros {
		if k+1+m >= len(d) || d[k+1+m] != '0' {
			return 0, 0
		}
	}
	c, ok := hexPair(d, k+1+zeros)
	if !ok || c > 0x7f {
		return 0, 0
	}
	return c, 3 + zeros
}

// entities are the named references of HTML for characters that matter here.
var entities = []struct {
	name string
	char byte
}{
	{"equals;", '='}, {"plus;", '+'}, {"sol;", '/'}, {"period;", '.'}, {"lowbar;", '_'}, {"hyphen;", '-'}, {"dash;", '-'},
	{"quot;", '"'}, {"QUOT;", '"'}, {"apos;", '\''}, {"lt;", '<'}, {"gt;", '>'}, {"NewLine;", '\n'}, {"Tab;", '\t'},
	{"lbrace;", '{'}, {"rbrace;", '}'}, {"colon;", ':'}, {"comma;", ','}, {"nbsp;", ' '},
}

// unentity reads &#61;, &#x3d;, &equals; and &amp;#61;.
func unentity(d []byte, i int) (c byte, n int) {
	k := i + 1
	for hasPrefix(d, k, "amp;") {
		k += 4
	}
	if k >= len(d) {
		return 0, 0
	}
	if d[k] != '#' {
		for _, e := range entities {
			if hasPrefix(d, k, e.name) {
				return e.char, k + len(e.name) - i
			}
		}
		if k > i+1 {
			return '&', k - i
		}
		return 0, 0
	}
	k++
	v, base := 0, 10
	if k < len(d) && d[k]|0x20 == 'x' {
		k, base = k+1, 16
	}
	first := k
	for k < len(d) && k-first < 8 {
		h := int(unhex(d[k]))
		if h >= base {
			break
		}
		v, k = v*base+h, k+1
	}
	if k == first || v > 0x7f || k >= len(d) || d[k] != ';' {
		return 0, 0
	}
	return byte(v), k + 1 - i
}

// unquotedPrintable reads =3D. The digits are upper case by RFC 2045, so that
// an assignment is not taken for one as often.
func unquotedPrintable(d []byte, i int) (c byte, n int) {
	if i+2 >= len(d) || 'a' <= d[i+1] && d[i+1] <= 'f' || 'a' <= d[i+2] && d[i+2] <= 'f' {
		return 0, 0
	}
	c, ok := hexPair(d, i+1)
	if !ok || c > 0x7f {
		return 0, 0
	}
	return c, 3
}

// softBreak returns the length of quoted-printable's soft line end at d[i]: an
// equals sign, the line end, and the quotation marks of a reply before the
// next line. 0 if there is none.
func softBreak(d []byte, i int) int {
	if d[i] != '=' {
		return 0
	}
	k := i + 1
	for k < len(d) && isBlank(d[k]) {
		k++
	}
	n := lineEnd(d, k)
	if n == 0 {
		return 0
	}
	return k + n - i
}

// lineEnd returns the length of the line end at d[i], 0 if there is none.
func lineEnd(d []byte, i int) int {
	switch {
	case i >= len(d):
		return 0
	case d[i] == '\n':
		return 1
	case d[i] == '\r' && i+1 < len(d) && d[i+1] == '\n':
		return 2
	case d[i] == '\r':
		return 1
	}
	return 0
}

// hasPrefix reports whether text stands at d[i].
func hasPrefix(d []byte, i int, text string) bool {
	return i >= 0 && len(d)-i >= len(text) && string(d[i:i+len(text)]) == text
}
