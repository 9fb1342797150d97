package momentoplaintext

import "strings"

// verb is one verb of a format and what it does to its argument.
type verb struct {
	// arg is the number of the argument, from 0.
	arg  int
	mode mode
	// hidden: nothing of the value, or only a little, can be read.
	hidden bool
	// pointer: a pointer is shown as an address.
	pointer bool
}

// readable is how many characters of a secret may be shown.
const readable = 16

// verbs reads a format of package fmt. Arguments without a verb are not in the
// list; fmt prints them at the end.
func verbs(format string) []verb {
	var list []verb
	next := 0
	for {
		i := strings.IndexByte(format, '%')
		if i < 0 {
			return list
		}
		format = format[i+1:]
		v, rest, isVerb := oneVerb(format, &next)
		if format = rest; isVerb {
			list = append(list, v)
		}
	}
}

// oneVerb reads what follows a percent sign.
func oneVerb(s string, next *int) (v verb, rest string, ok bool) {
	sharp := false
	for len(s) > 0 && strings.IndexByte("+-# 0", s[0]) >= 0 {
		sharp = sharp || s[0] == '#'
		s = s[1:]
	}
	s = index(s, next)
	_, s = count(s, next)
	cut := false
	if strings.HasPrefix(s, ".") {
		s = index(s[1:], next)
		before := len(s)
		var precision int
		precision, s = count(s, next)
		known := len(s) == before || precision >= 0 // "%.s" shows nothing
		cut = known && precision <= readable
	}
	s = index(s, next)
	if s == "" {
		return verb{}, "", false
	}
	letter := s[0]
	rest = s[1:]
	if letter == '%' {
		return verb{}, rest, false
	}
	v.arg = *next
	*next++
	switch letter {
	case 'T':
		v.hidden = true
	case 'v':
		if sharp {
			v.mode = dumped
		}
	case 's', 'q', 'x', 'X', 'w':
		v.hidden = cut
	case 'p':
		v.pointer, v.mode = true, dumped
	default:
		// A verb that does not fit: fmt shows the value all the same, and does
		// not use its String method.
		v.mode = dumped
	}
	return v, rest, true
}

// index reads an explicit argument index, [n].
func index(s string, next *int) string {
	if !strings.HasPrefix(s, "[") {
		return s
	}
	digits, rest, ok := strings.Cut(s[1:], "]")
	n := number(digits)
	if !ok || n < 1 {
		return s
	}
	*next = n - 1
	return rest
}

// count reads a width or precision; -1 for *, which takes an argument.
func count(s string, next *int) (int, string) {
	if strings.HasPrefix(s, "*") {
		*next++
		return -1, s[1:]
	}
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return number("0" + s[:n]), s[n:]
}

// number reads a small decimal number; -1 if it is none.
func number(s string) int {
	n := 0
	for _, c := range []byte(s) {
		if c < '0' || c > '9' || n > 1e6 {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	if s == "" {
		return -1
	}
	return n
}
