package detect

// reading takes the characters of a text one by one and says what it makes of
// them.
type reading interface {
	// feed takes the next character; false if it is not wanted: then it is not
	// part of the text.
	feed(c byte) bool
	// joined is told that the next piece follows, and how; false if the text
	// ends here.
	joined(how join) bool
	// done reports that nothing more is wanted.
	done() bool
	// pad reports whether padding may stand here, inside of the text.
	pad() bool
}

// read reads the text that begins at v.data[i], into r, which is not emptied.
// It returns the place where it stopped; cut reports that it stopped at end rather
// than at the end of the text.
func read(r *run, v *view, i, end int, alphabet *set, escapes bool, to reading) (stop int, cut bool) {
	d := v.data
	end = min(end, len(d))
	var prefix []byte
	knowsPrefix := false
	for i < end {
		c := d[i]
		if alphabet[c] {
			if !to.feed(c) {
				return i, false
			}
			r.add(c, i, i+1)
			i++
			if to.done() {
				return i, false
			}
			continue
		}
		if c == '=' && padsPart(d, i) && to.pad() {
			if !to.feed(c) {
				return i, false
			}
			r.add(c, i, i+1)
			i++
			continue
		}
		if escapes {
			if e, n, l := unescape(d, i); n > 0 && alphabet[e] {
				if !to.feed(e) {
					return i, false
				}
				r.marked(v, i, l)
				r.add(e, i, i+n)
				i += n
				if to.done() {
					return i, false
				}
				continue
			}
		}
		if !knowsPrefix {
			prefix, knowsPrefix = linePrefix(d, i), true
		}
		var (
			next int
			how  join
		)
		if n := softBreak(d, i); n > 0 {
			if alphabet == &base64Set && len(r.text)%4 == 3 && !softLine(d, i) {
				// Padding, which stands at a line's end as well.
				return i, false
			}
			next, how = skipPrefix(d, i+n, end, prefix), joinSoft
			if next >= end || !alphabet[d[next]] && d[next] != '=' {
				return i, next >= end
			}
		} else {
			next, how = separate(d, i, end, prefix)
		}
		if how == apart || !to.joined(how) {
			return i, how == apart && next >= end && end < len(d)
		}
		r.marked(v, next, how.layer())
		i = next
	}
	return i, true
}

// padsPart reports whether the equals sign at d[i] is padding before the next
// part of a JWT.
func padsPart(d []byte, i int) bool {
	return hasPrefix(d, i, "=.") || hasPrefix(d, i, "==.")
}

// softLine reports whether the line that ends with the equals sign at d[i] is as
// long as quoted-printable makes its lines: 76 characters at the most, and not
// much less.
func softLine(d []byte, i int) bool {
	first := i
	for first > 0 && i-first < 80 && d[first-1] != '\n' {
		first--
	}
	length := i + 1 - first
	return 70 <= length && length <= 77
}
