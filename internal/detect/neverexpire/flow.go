package neverexpire

import (
	"bytes"
	"slices"
)

// maxValues is how many values of one variable are looked at, and maxBlocks how
// many statements may be nested around one.
const (
	maxValues = 16
	maxBlocks = 64
)

// values returns the places of the values that the variable of a script may have
// at d[at]. If branches assign to it, these are several.
func (t *Text) values(at int, name string) []int {
	if start, ok := t.declaration(at, name); ok {
		f := flow{t: t, d: t.Data[:at], name: name}
		t.Work += int64(at - start)
		out := f.block(start, nil)
		if f.ended {
			out = f.reaching
		}
		if !f.failed && (len(out) > 0 || f.tested) {
			return out
		}
	}
	if lo, _, ok := t.definition(at, name); ok {
		return []int{lo}
	}
	return nil
}

// declaration returns the place of the name in the let or var that declares the
// variable d[at] refers to.
func (t *Text) declaration(at int, name string) (start int, ok bool) {
	d := t.Data
	from := max(0, at-maxDefinition)
	t.Work += int64(at-from) / 2
	closed := 0
	for i := at - 1; i >= from; i-- {
		switch d[i] {
		case '}':
			closed++
		case '{':
			if closed > 0 {
				closed--
			} else if _, _, found, _ := t.parameter(i, name); found {
				return 0, false
			}
		case name[0]:
			if closed == 0 && wordIs(d, i, name) && declared(d, i) && !t.dead(i) {
				return i, true
			}
		}
	}
	return 0, false
}

// flow follows the assignments to one variable through the statements of a
// script, up to the end of d, where it is used.
type flow struct {
	t    *Text
	d    []byte
	name string
	// ended is set at the end of d, with the values that reach it.
	ended    bool
	reaching []int
	// left are the values where break and continue leave a statement.
	left []int
	// shadowed is set where a block declares a variable of the same name.
	shadowed bool
	// tested is set where a test drops values.
	tested bool
	depth  int
	failed bool
}

// end records the values at the end of d.
func (f *flow) end(in []int) (next int, out []int) {
	if !f.ended {
		f.ended, f.reaching = true, in
	}
	return len(f.d), in
}

// block goes through the statements from d[i] to the closing brace or the end.
// It begins with the values in, and returns those at the end.
func (f *flow) block(i int, in []int) (out []int) {
	for i = skipGap(f.d, i); i < len(f.d) && f.d[i] != '}' && !f.ended; i = skipGap(f.d, i) {
		i, in = f.statement(i, in)
	}
	if i >= len(f.d) {
		f.end(in)
	}
	return in
}

// statement goes through one statement, and returns where it ends and the values
// after it.
func (f *flow) statement(i int, in []int) (next int, out []int) {
	if f.depth++; f.depth > maxBlocks {
		f.failed = true
		return f.end(nil)
	}
	defer func() { f.depth-- }()
	d := f.d
	if i = skipGap(d, i); i >= len(d) {
		return f.end(in)
	}
	if d[i] == '{' {
		return f.braces(i, in)
	}
	switch word := string(d[i:wordAt(d, i)]); word {
	case "if":
		return f.branch(i+len(word), in)
	case "for", "while", "with", "switch":
		return f.repeated(i+len(word), word == "switch", in)
	case "do", "else", "finally":
		return f.statement(i+len(word), in)
	case "try":
		next, out = f.statement(i+len(word), in)
		if !f.ended && wordIs(d, skipGap(d, next), "catch") {
			var caught []int
			next = skipGap(d, next) + len("catch")
			if k := skipGap(d, next); k < len(d) && d[k] == '(' {
				next = f.closing(k) + 1
			}
			next, caught = f.statement(next, union(in, out))
			out = union(out, caught)
		}
		return next, out
	case "return", "throw", "break", "continue":
		if next, out = f.expression(i+len(word), in); word == "break" || word == "continue" {
			f.left = union(f.left, out)
		}
		return next, nil
	}
	return f.expression(i, in)
}

// closing returns the place of the bracket that closes d[open], the end of d if
// there is none.
func (f *flow) closing(open int) int {
	to := closing(f.d, open, len(f.d), false)
	if to < 0 {
		to = len(f.d)
	}
	f.t.Work += int64(to-open) / 2
	return to
}

// braces goes through a block in braces, whose variables are its own.
func (f *flow) braces(open int, in []int) (next int, out []int) {
	outer := f.shadowed
	f.shadowed = false
	out = f.block(open+1, in)
	if f.shadowed && !f.ended {
		out = in
	}
	f.shadowed = outer
	return min(f.closing(open)+1, len(f.d)), out
}

// branch goes through an if statement, whose condition begins at d[i].
func (f *flow) branch(i int, in []int) (next int, out []int) {
	d := f.d
	open := skipGap(d, i)
	to := f.closing(min(open, len(d)))
	if to >= len(d) {
		return f.end(in)
	}
	// What passes a test for the end is not known, nor is what fails it.
	tested, negated := f.tests(d[open:to])
	inner := in
	if tested {
		f.tested = true
		inner = nil
	}
	next, out = f.statement(to+1, inner)
	if f.ended {
		return next, out
	}
	if otherwise := skipGap(d, next); wordIs(d, otherwise, "else") {
		var other []int
		next, other = f.statement(otherwise+len("else"), inner)
		return next, union(out, other)
	}
	if tested && negated {
		return next, out
	}
	return next, union(out, in)
}

// tests reports whether a condition asks if the variable's value ends, and whether
// it is negated or a comparison.
func (f *flow) tests(cond []byte) (tested, negated bool) {
	i := bytes.Index(cond, []byte(f.name))
	if i < 0 || !bytes.Contains(cond, []byte("doesExpire")) && !bytes.Contains(cond, []byte("never")) {
		return false, false
	}
	return true, !bytes.Contains(cond, []byte("doesExpire")) || bytes.IndexByte(cond[:i], '!') >= 0
}

// repeated goes through a loop or a switch, whose head in parentheses begins at
// d[i].
func (f *flow) repeated(i int, choice bool, in []int) (next int, out []int) {
	d := f.d
	if i = skipGap(d, i); wordIs(d, i, "await") {
		i = skipGap(d, i+len("await"))
	}
	to := f.closing(min(i, len(d)))
	if to >= len(d) {
		return f.end(in)
	}
	outer := f.left
	f.left = nil
	i = skipGap(d, to+1)
	complete := false
	if choice && i < len(d) && d[i] == '{' {
		next, out, complete = f.cases(i, in)
	} else {
		next, out = f.statement(i, in)
	}
	out = union(out, f.left)
	f.left = outer
	if !complete {
		out = union(out, in)
	}
	return next, out
}

// cases goes through the body of a switch, and reports whether one of its cases
// is always taken.
func (f *flow) cases(open int, in []int) (next int, out []int, complete bool) {
	d := f.d
	to := f.closing(open)
	i := skipGap(d, open+1)
	// A brace that closes nothing ends the body as well: no statement passes it.
	for ; i < to && d[i] != '}' && !f.ended; i = skipGap(d, i) {
		if otherwise := wordIs(d, i, "default"); otherwise || wordIs(d, i, "case") {
			complete = complete || otherwise
			out = union(out, in)
			for i < to && d[i] != ':' {
				if d[i] == '(' || d[i] == '[' || d[i] == '{' {
					i = f.closing(i) // case key({a: 1}):
				}
				i = max(i+1, skipDead(d, i, false))
			}
			i++
			continue
		}
		i, out = f.statement(i, out)
	}
	if to >= len(d) {
		f.end(out)
	}
	return min(to+1, len(d)), out, complete
}

// expression goes through a statement without a keyword of its own. Functions in
// it run at another time; but the use may be in one.
func (f *flow) expression(i int, in []int) (next int, out []int) {
	d, out := f.d, in
	start, inside := i, false
	for i < len(d) {
		if next := skipDead(d, i, false); next > i {
			i = next
			continue
		}
		switch c := d[i]; {
		case c == '(' || c == '[' || c == '{':
			if to := f.closing(i); to < len(d) {
				i = to
			} else if c == '{' {
				_, out = f.braces(i, out)
				return f.end(out)
			} else if inside, f.depth = true, f.depth+1; f.depth > maxBlocks {
				f.failed = true
				return f.end(nil)
			}
		case inside:
		case c == '}':
			return i, out
		case c == ';' || c == ',' || c == ')' || c == ']':
			return i + 1, out
		case c == '\n' && i > start && !goesOn(d, i):
			return i + 1, out
		case wordIs(d, i, f.name):
			out = f.assignment(i, start, out)
		}
		i = max(i+1, wordAt(d, i))
	}
	return f.end(out)
}

// assignment returns the values after the name at d[i], in a statement that begins
// at d[start].
func (f *flow) assignment(i, start int, in []int) (out []int) {
	d := f.d
	first := declared(d, i)
	f.shadowed = f.shadowed || first
	end := skipGap(d, i+len(f.name))
	for _, operator := range []string{"??=", "||=", "&&="} {
		if bytes.HasPrefix(d[min(end, len(d)):], []byte(operator)) {
			return union(in, []int{skipGap(d, end+len(operator))})
		}
	}
	lo, ok := assigned(d, i+len(f.name))
	switch {
	case !ok || lo >= len(d):
		return in
	case first || i == start:
		return []int{lo}
	}
	return union(in, []int{lo})
}

// union joins two lists of values.
func union(a, b []int) []int {
	list := slices.Clone(a)
	for _, v := range b {
		if !slices.Contains(list, v) && len(list) < maxValues {
			list = append(list, v)
		}
	}
	return list
}
