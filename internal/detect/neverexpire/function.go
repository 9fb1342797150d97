package neverexpire

import (
	"bytes"
	"slices"
	"strings"
)

// code are the endings of files in which a quotation mark begins a string and
// nothing else. (In a Vue template it also begins an attribute that holds code,
// and a notebook's code is in strings.)
var code = []string{"", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx"}

// inLiteral reports whether the place is in a string literal of a script. What a
// template literal holds in ${…} is code.
func (t *Text) inLiteral(at int) bool {
	if !slices.Contains(code, t.extension()) {
		return false
	}
	d := t.Data
	from := max(0, at-maxDefinition)
	// Only from the file's beginning on can template literals be told apart: their
	// two ends look the same.
	whole := from == 0 && bytes.HasPrefix(t.Beginning, d[:min(len(d), 64)])
	if !whole {
		from = bytes.LastIndexByte(d[from:at], '\n') + 1 + from
	}
	t.Work += int64(at-from) / 2
	// The braces that are open, with whether each belongs to a template literal.
	var open []bool
	template := false
	for i := from; i < at; i++ {
		c := d[i]
		if template {
			switch {
			case c == '\\':
				i++
			case c == '`':
				template = false
			case c == '$' && d[i+1] == '{':
				open, template = append(open, true), false
				i++
			}
			continue
		}
		switch c {
		case '`':
			template = whole
		case '{':
			open = append(open, false)
		case '}':
			if n := len(open); n > 0 {
				template = open[n-1]
				open = open[:n-1]
			}
		case '"', '\'', '/':
			if next := skipDead(d, i, false); next > at && c != '/' {
				// Without a name the file may have templates, whose attributes hold code.
				return t.Path != "" || i == 0 || d[i-1] != '='
			} else if next > i {
				i = next - 1
			}
		}
	}
	return template
}

// dead reports whether the place is in a comment or a string.
func (t *Text) dead(at int) bool { return t.inComment(at) || t.script() && t.inLiteral(at) }

// function returns the body of the function of this name, or the expression of
// an arrow function; as a method, of the class around d[at].
func (t *Text) function(at int, name string, method bool) (lo, hi int, ok bool) {
	d := t.Data
	from, to := max(0, at-maxDefinition), min(len(d), at+maxDefinition)
	t.Work += int64(to - from)
	for i := from; i < to; i += len(name) {
		k := bytes.Index(d[i:to], []byte(name))
		if k < 0 {
			return 0, 0, false
		}
		i += k
		if i == at || !wordIs(d, i, name) {
			continue
		}
		before := strings.TrimSuffix(string(d[max(0, i-64):spaceBefore(d, i)]), "*")
		declares := strings.HasSuffix(strings.TrimRight(before, " "), "function")
		if declares == method {
			continue
		}
		if lo, hi, ok = bodyAfter(d, i+len(name)); ok && !t.dead(i) {
			return lo, hi, true
		}
	}
	return 0, 0, false
}

// bodyAfter returns the body in braces that follows the parameters at d[i], and
// perhaps a type.
func bodyAfter(d []byte, i int) (lo, hi int, ok bool) {
	i = skipGap(d, i)
	if i >= len(d) || d[i] != '(' {
		return 0, 0, false
	}
	to := closing(d, i, maxCall, false)
	if to < 0 {
		return 0, 0, false
	}
	if i = skipGap(d, to+1); i < len(d) && d[i] == ':' {
		k := bytes.IndexAny(d[i:min(len(d), i+200)], "{;=\n")
		if k < 0 {
			return 0, 0, false
		}
		i += k
	}
	if i >= len(d) || d[i] != '{' {
		return 0, 0, false
	}
	hi = closing(d, i, maxCall, false)
	return i, hi, hi > 0
}

// functionBody returns the body of the function expression d[lo:hi], in braces,
// or the expression of an arrow function.
func functionBody(d []byte, lo, hi int) (body, last int, ok bool) {
	if wordIs(d, lo, "async") {
		lo = skipGap(d, lo+len("async"))
	}
	if wordIs(d, lo, "function") {
		i := skipGap(d, lo+len("function"))
		return bodyAfter(d, wordAt(d, i))
	}
	end := wordAt(d, lo)
	if lo < hi && d[lo] == '(' {
		if end = closing(d, lo, maxCall, false); end < 0 {
			return 0, 0, false
		}
		end++
	}
	arrow := bytes.Index(d[min(end, hi):min(hi, end+200)], []byte("=>"))
	if arrow < 0 {
		return 0, 0, false
	}
	// A type between the parameters and the arrow.
	if between := bytes.TrimSpace(d[end : end+arrow]); len(between) > 0 && between[0] != ':' {
		return 0, 0, false
	}
	body = skipGap(d, end+arrow+2)
	if body < hi && d[body] == '(' && bytes.HasPrefix(d[skipGap(d, body+1):], []byte("{")) {
		// An object.
		return 0, 0, false
	}
	if body < hi && d[body] == '{' {
		last = closing(d, body, maxCall, false)
		return body, last, last > 0
	}
	return body, hi, body < hi
}

// methodOf returns the body of a method of the object d[lo:hi].
func (t *Text) methodOf(lo, hi int, name string) (body, last int, ok bool) {
	d := t.Data
	t.Work += int64(hi - lo)
	for i := lo + 1; i < hi; i++ {
		if next := skipDead(d, i, false); next > i {
			i = next - 1
			continue
		}
		if wordIs(d, i, name) {
			if body, last, ok = bodyAfter(d, i+len(name)); ok && last < hi {
				return body, last, true
			}
		}
	}
	return 0, 0, false
}

// destructured returns the property that a variable was taken from, and the
// expression that has it: const {property: name} = expression.
func (t *Text) destructured(at int, name string) (property string, lo, hi int, ok bool) {
	d := t.Data
	from := max(0, at-maxDefinition)
	t.Work += int64(at-from) / 2
	for i := at - 1; i >= from; i-- {
		if d[i] != name[0] || !wordIs(d, i, name) {
			continue
		}
		end := i + len(name)
		after := skipGap(d, end)
		if after >= len(d) || d[after] != ',' && d[after] != '}' {
			continue
		}
		before := spaceBefore(d, i)
		property = name
		if before > 0 && d[before-1] == ':' {
			word := spaceBefore(d, before-1)
			property = string(d[wordBefore(d, word):word])
			before = spaceBefore(d, wordBefore(d, word))
		}
		if before == 0 || d[before-1] != '{' && d[before-1] != ',' || property == "" {
			continue
		}
		open := bytes.LastIndexAny(d[max(from, before-512):before], "{}();=")
		if open < 0 {
			continue
		}
		if open += max(from, before-512); d[open] != '{' || !declared(d, open) {
			continue
		}
		last := closing(d, open, 1<<10, false)
		if last < 0 {
			continue
		}
		if k := skipGap(d, last+1); k+1 < len(d) && d[k] == '=' && d[k+1] != '=' && d[k+1] != '>' && !t.dead(i) {
			lo = skipGap(d, k+1)
			return property, lo, expressionEnd(d, lo), true
		}
	}
	return "", 0, 0, false
}
