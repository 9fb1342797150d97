package neverexpire

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"time"
)

// evaluate returns the value of a numeric expression of constants, variables
// with a constant value, and the present time; ok is false for any other.
func (t *Text) evaluate(lo, hi, depth int) (value float64, ok bool) {
	if depth > maxResolve || hi-lo > 512 {
		return 0, false
	}
	p := parser{t: t, d: t.Data[:hi], i: lo, depth: depth}
	t.Work += int64(hi - lo)
	value, ok = p.sum()
	p.i = skipSpace(p.d, p.i)
	return value, ok && p.i >= hi && !math.IsNaN(value)
}

// parser evaluates one expression, d up to its end.
type parser struct {
	t        *Text
	d        []byte
	i, depth int
	nesting  int
}

func (p *parser) peek() byte {
	p.i = skipSpace(p.d, p.i)
	if p.i < len(p.d) {
		return p.d[p.i]
	}
	return 0
}

func (p *parser) sum() (float64, bool) {
	value, ok := p.product()
	for ok {
		c := p.peek()
		if c != '+' && c != '-' {
			break
		}
		p.i++
		var next float64
		if next, ok = p.product(); c == '-' {
			next = -next
		}
		value += next
	}
	return value, ok
}

func (p *parser) product() (float64, bool) {
	value, ok := p.factor()
	for ok {
		c := p.peek()
		if c != '*' && c != '/' {
			break
		}
		p.i++
		if c == '*' && p.i < len(p.d) && p.d[p.i] == '*' {
			p.i++
			var next float64
			next, ok = p.factor()
			value = math.Pow(value, next)
			continue
		}
		var next float64
		if next, ok = p.factor(); c == '*' {
			value *= next
		} else {
			value /= next
		}
	}
	return value, ok
}

// maxNesting is how deep brackets may be nested in an expression.
const maxNesting = 16

func (p *parser) factor() (float64, bool) {
	if p.nesting++; p.nesting > maxNesting {
		return 0, false
	}
	defer func() { p.nesting-- }()
	switch c := p.peek(); {
	case c == '(':
		p.i++
		return p.closed()
	case c == '-':
		p.i++
		value, ok := p.factor()
		return -value, ok
	case isDigit(c) || c == '.':
		return p.number()
	case isWord(c):
		return p.name()
	}
	return 0, false
}

// closed reads an expression and the parenthesis that closes it.
func (p *parser) closed() (float64, bool) {
	value, ok := p.sum()
	if p.peek() != ')' {
		return 0, false
	}
	p.i++
	return value, ok
}

func (p *parser) number() (float64, bool) {
	start := p.i
	for p.i < len(p.d) && (isWord(p.d[p.i]) || p.d[p.i] == '.' || (p.d[p.i] == '+' || p.d[p.i] == '-') && (p.d[p.i-1]|0x20) == 'e') {
		p.i++
	}
	text := strings.TrimRight(strings.ReplaceAll(string(p.d[start:p.i]), "_", ""), "nLl")
	if n, err := strconv.ParseInt(text, 0, 64); err == nil {
		return float64(n), true
	}
	n, err := strconv.ParseFloat(text, 64)
	// Infinity is what a number above all others becomes.
	return n, err == nil || math.IsInf(n, 1)
}

// name reads a constant, a function of the language, or a variable.
func (p *parser) name() (float64, bool) {
	start := p.i
	for p.i < len(p.d) && (isWord(p.d[p.i]) || p.d[p.i] == '.') {
		p.i++
	}
	name := string(p.d[start:p.i])
	if p.peek() == '(' {
		p.i++
		return p.function(name)
	}
	switch name {
	case "Number.MAX_SAFE_INTEGER", "Number.MAX_VALUE", "Number.POSITIVE_INFINITY", "Infinity":
		return math.Inf(1), true
	case "new":
		if !bytes.HasPrefix(p.d[p.i:], []byte("Date")) {
			return 0, false
		}
		p.i += len("Date")
		if p.peek() != '(' {
			return 0, false
		}
		p.i++
		return p.date()
	}
	if strings.Contains(name, ".") {
		return 0, false
	}
	lo, hi, ok := p.t.definition(start, name)
	if !ok {
		return 0, false
	}
	return p.t.evaluate(lo, hi, p.depth+1)
}

func (p *parser) function(name string) (float64, bool) {
	switch name {
	case "Date.now":
		if p.peek() != ')' {
			return 0, false
		}
		p.i++
		return float64(p.t.Now.UnixMilli()), true
	case "Date.parse":
		return p.stringDate()
	case "Math.floor", "Math.round", "Math.ceil", "Math.trunc", "Number", "BigInt":
		return p.closed()
	}
	return 0, false
}

// date reads what follows "new Date(": nothing or a string, and the call that
// makes milliseconds of it.
func (p *parser) date() (value float64, ok bool) {
	if p.peek() == ')' {
		p.i++
		value, ok = float64(p.t.Now.UnixMilli()), true
	} else if value, ok = p.stringDate(); !ok {
		return 0, false
	}
	for _, method := range []string{".getTime()", ".valueOf()"} {
		if bytes.HasPrefix(p.d[p.i:], []byte(method)) {
			p.i += len(method)
			return value, ok
		}
	}
	return 0, false
}

func (p *parser) stringDate() (float64, bool) {
	text, end, ok := stringAt(p.d, skipSpace(p.d, p.i))
	if !ok {
		return 0, false
	}
	p.i = end
	at, ok := parseDate(text)
	if !ok || p.peek() != ')' {
		return 0, false
	}
	p.i++
	return float64(at.UnixMilli()), true
}

// stringAt reads the string literal at d[i].
func stringAt(d []byte, i int) (text string, end int, ok bool) {
	if i >= len(d) || !isQuote(d[i]) {
		return "", 0, false
	}
	k := bytes.IndexByte(d[i+1:], d[i])
	if k < 0 || k > 256 {
		return "", 0, false
	}
	return string(d[i+1 : i+1+k]), i + k + 2, true
}

// parseDate reads a date, with a time of day or without one.
func parseDate(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// parseSpan reads a duration as command lines and Terraform write it, such as
// 90d or 876000h. A number alone counts seconds.
func parseSpan(text string) (seconds float64, ok bool) {
	units := map[byte]float64{'s': 1, 'm': 60, 'h': 3600, 'd': 86400, 'w': 7 * 86400, 'y': 365 * 86400}
	if text == "" {
		return 0, false
	}
	for len(text) > 0 {
		n := 0
		for n < len(text) && (isDigit(text[n]) || text[n] == '.') {
			n++
		}
		value, err := strconv.ParseFloat(text[:n], 64)
		if err != nil {
			return 0, false
		}
		unit := 1.0
		if n < len(text) {
			if unit = units[text[n]]; unit == 0 {
				return 0, false
			}
			// Words: days, hours.
			for n < len(text) && ('a' <= text[n] && text[n] <= 'z') {
				n++
			}
		}
		seconds += value * unit
		text = text[n:]
	}
	return seconds, true
}

// definition returns the expression that the variable of this name has at
// d[at]: the nearest assignment before it that is in scope, else the nearest
// after it. A parameter has the value of its default, if it has one.
func (t *Text) definition(at int, name string) (lo, hi int, ok bool) {
	d := t.Data
	from := max(0, at-maxDefinition)
	t.Work += int64(at-from) / 2
	closed := 0 // blocks that have been closed before d[at]
	for i := at - 1; i >= from; i-- {
		switch d[i] {
		case '}':
			closed++
			continue
		case '{':
			if closed > 0 {
				closed--
				continue
			}
			if lo, hi, found, ok := t.parameter(i, name); found {
				return lo, hi, ok
			}
			continue
		}
		if closed > 0 || d[i] != name[0] || !wordIs(d, i, name) {
			continue
		}
		if lo, ok = assigned(d, i+len(name)); ok && !t.dead(i) {
			return lo, expressionEnd(d, lo), true
		}
	}
	to := min(len(d), at+maxDefinition)
	t.Work += int64(to-at) / 2
	for i := at; i < to; {
		k := bytes.Index(d[i:to], []byte(name))
		if k < 0 {
			break
		}
		i += k
		if wordIs(d, i, name) && declared(d, i) {
			if lo, ok = assigned(d, i+len(name)); ok && !t.dead(i) {
				return lo, expressionEnd(d, lo), true
			}
		}
		i += len(name)
	}
	return 0, 0, false
}

// parameter looks for a name among the parameters of the function whose body
// begins at d[brace].
func (t *Text) parameter(brace int, name string) (lo, hi int, found, ok bool) {
	d := t.Data
	i := spaceBefore(d, brace)
	if i >= 2 && d[i-1] == '>' && d[i-2] == '=' {
		i = spaceBefore(d, i-2)
	}
	end := i
	// A type between the parameters and the body.
	for end > 0 && brace-end < 200 && d[end-1] != ')' && d[end-1] != ';' && d[end-1] != '{' && d[end-1] != '}' {
		end--
	}
	if end == 0 || d[end-1] != ')' {
		return 0, 0, false, false
	}
	open, depth := end-1, 0
	for ; open >= 0 && end-open < maxCall; open-- {
		if d[open] == ')' {
			depth++
		} else if d[open] == '(' {
			if depth--; depth == 0 {
				break
			}
		}
	}
	if open < 0 || d[open] != '(' {
		return 0, 0, false, false
	}
	// if (…), for (…) and their like have no parameters.
	word := string(d[wordBefore(d, spaceBefore(d, open)):spaceBefore(d, open)])
	switch word {
	case "if", "for", "while", "switch", "catch", "with":
		return 0, 0, false, false
	}
	for i := open; i < end-len(name); i++ {
		if wordIs(d, i, name) {
			if lo, ok := assigned(d, i+len(name)); ok && lo < end {
				return lo, min(expressionEnd(d, lo), end-1), true, true
			}
			return 0, 0, true, false
		}
	}
	return 0, 0, false, false
}

// wordIs reports whether the whole word at d[i] is name, and not the member of
// an object.
func wordIs(d []byte, i int, name string) bool {
	end := i + len(name)
	return end <= len(d) && string(d[i:end]) == name && (end == len(d) || !isWord(d[end])) && (i == 0 || !isWord(d[i-1]) && d[i-1] != '.' && d[i-1] != '-')
}

// declared reports whether a declaration begins before the name at d[i].
func declared(d []byte, i int) bool {
	end := spaceBefore(d, i)
	switch string(d[wordBefore(d, end):end]) {
	case "const", "let", "var", "static", "readonly", "final":
		return true
	}
	return false
}

// assigned returns the place of the value that is assigned to the name which
// ends at d[i].
func assigned(d []byte, i int) (lo int, ok bool) {
	limit := min(len(d), i+200)
	i = skipSpace(d[:limit], i)
	if i < limit && d[i] == ':' {
		// A type, or with := the value.
		generic := 0 // Record<string, ExpiresIn>
		for i++; i < limit && d[i] != '=' && (d[i] != ',' || generic > 0) && d[i] != ')' && d[i] != ';' && d[i] != '\n' && d[i] != '{'; {
			switch d[i] {
			case '<':
				generic++
			case '>':
				generic--
			}
			i++
		}
	}
	if i+1 >= limit || d[i] != '=' || d[i+1] == '=' || d[i+1] == '>' {
		return 0, false
	}
	return skipSpace(d, i+1), true
}
