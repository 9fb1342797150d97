package neverexpire

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
)

// maxBody is how far the body of a request is from its path.
const maxBody = 4 << 10

// maxFields is how many fields around a path are looked at.
const maxFields = 32

// request judges the expiries around the path of the HTTP API at Data[at].
func (t *Text) request(at int) []Problem {
	d := t.Data
	end := at + len("/api-keys")
	if end < len(d) && (isWord(d[end]) && d[end] != '$' || d[end] == '-' || d[end] == '/') {
		// Another path, or that of one key.
		return nil
	}
	near, first := t.near(at, end, maxBody)
	if !bytes.Contains(near, []byte("expiry")) && !bytes.Contains(near, []byte("EXPIRY")) {
		return nil
	}
	if !mentions(near, "momento") && !bytes.Contains(near, []byte("role_id")) || t.described() {
		return nil
	}
	if t.reads(at) || t.describes(at, end) {
		return nil
	}
	var list []Problem
	i := first
	for range maxFields {
		k := bytes.Index(d[i:first+len(near)], []byte("expiry"))
		if k < 0 {
			break
		}
		i += k
		if (i == 0 || !isWord(d[i-1]) || d[i-1] == '$') && !t.othersField(i, at) && !t.isExample(i) {
			p, ok := t.expiry(i)
			if ok && !slices.ContainsFunc(list, func(q Problem) bool { return p.Lo < q.Hi && q.Lo < p.Hi }) {
				list = append(list, p)
			}
		}
		i += len("expiry")
	}
	return list
}

// described reports whether the file describes an API rather than calling it.
func (t *Text) described() bool {
	head := t.Beginning[:min(len(t.Beginning), 1<<10)]
	for _, word := range []string{"openapi:", `"openapi"`, "swagger:", `"swagger"`} {
		if bytes.Contains(head, []byte(word)) {
			return true
		}
	}
	return false
}

// describes reports whether the path d[at:end] is a key of an object that
// describes an API: its members are named after methods.
func (t *Text) describes(at, end int) bool {
	d := t.Data
	if at == 0 || quote(d, at-1) == 0 {
		return false
	}
	i, quotes := skipQuotes(d, end)
	if quotes == 0 || i >= len(d) || d[i] != ':' {
		return false
	}
	if i = skipGap(d, i+1); i >= len(d) || d[i] != '{' {
		return false
	}
	to := closing(d, i, maxBody, false)
	if to < 0 {
		to = min(len(d), i+maxBody)
	}
	t.Work += int64(to - i)
	for _, m := range methods {
		if _, ok := memberOf(d, i, to, strings.ToLower(m)); ok {
			return true
		}
	}
	return false
}

// isExample reports whether the field at d[at] is in an example or a schema of a
// description, which are objects within others.
func (t *Text) isExample(at int) bool {
	d := t.Data
	from := max(0, at-maxBody)
	t.Work += int64(at-from) / 2
	closed := 0
	for i := at - 1; i >= from; i-- {
		switch d[i] {
		case '}', ']', ')':
			closed++
		case '(':
			if closed--; closed < 0 {
				// The arguments of a call, such as that of JSON.stringify.
				closed = 0
			}
		case '{', '[':
			if closed--; closed >= 0 {
				continue
			}
			closed = 0
			colon := spaceBefore(d, i)
			if colon == 0 || d[colon-1] != ':' {
				continue
			}
			end := spaceBefore(d, colon-1)
			if end > 0 && (d[end-1] == '"' || d[end-1] == '\'') {
				end--
			}
			switch string(d[wordBefore(d, end):end]) {
			case "example", "examples", "schema", "schemas":
				return true
			}
		}
	}
	return false
}

// quote returns the length of the quotation mark at d[i], with the backslashes
// before it; 0 if there is none.
func quote(d []byte, i int) int {
	start := i
	for i < len(d) && d[i] == '\\' {
		i++
	}
	for _, mark := range [...]string{`"`, `'`, "%22", "&quot;", "`"} {
		if bytes.HasPrefix(d[i:], []byte(mark)) {
			return i + len(mark) - start
		}
	}
	return 0
}

// skipQuotes goes past white space and quotation marks, and counts the latter.
func skipQuotes(d []byte, i int) (next, quotes int) {
	for i < len(d) {
		if n := quote(d, i); n > 0 {
			i += n
			quotes++
		} else if isSpace(d[i]) {
			i++
		} else {
			break
		}
	}
	return i, quotes
}

// expiry judges the field whose name begins at d[at].
func (t *Text) expiry(at int) (p Problem, ok bool) {
	d := t.Data
	i, quoted := skipQuotes(d, at+len("expiry"))
	separator := separatorAt(d, i, quoted > 0)
	if separator == 0 {
		// {role_id, expiry}: the variable has the field's name.
		if i < len(d) && (d[i] == '}' || d[i] == ',') && quoted == 0 && t.script() {
			return t.expiryVariable(at, "expiry", 1)
		}
		return p, false
	}
	if d[i] == '=' && separator == 1 && quoted == 0 && t.script() && isSpace(d[i-1]) && (at == 0 || d[at-1] != '.') && !t.inLiteral(at) {
		// A variable: what counts is the value that it has in the request.
		return p, false
	}
	lo, quotes := skipQuotes(d, i+separator)
	hi := fieldEnd(d, lo, quotes > 0)
	if string(d[lo:hi]) == "never" {
		if quotes == 0 && !isHTTPie(d[lineStart(d, at):at]) {
			return p, false
		}
		hi += quote(d, hi)
		if quotes > 0 && isUnion(d, hi) {
			return p, false
		}
	} else if p, ok = t.expiryText(lo, hi, at, 0); !ok || p.Hi > 0 {
		return p, ok
	}
	p.Lo, p.Hi = quoteBefore(d, at), hi
	return p, true
}

// separatorAt returns the length of what is between a field and its value at
// d[i], 0 if no value follows. A comma separates only a quoted name from it.
func separatorAt(d []byte, i int, quoted bool) int {
	if bytes.HasPrefix(d[i:], []byte("==")) {
		return 0
	}
	for _, s := range [...]string{"=>", ":=", ":", "=", "%3A", ",", "to "} {
		if bytes.HasPrefix(d[i:], []byte(s)) && (quoted || s != ",") {
			return len(s)
		}
	}
	return 0
}

// fieldEnd returns the end of the value at d[lo]: that of an expression, or of
// what is in quotation marks.
func fieldEnd(d []byte, lo int, quoted bool) int {
	if !quoted {
		// Where there is no expression, the space is that before it.
		return max(lo, spaceBefore(d, expressionEnd(d, lo)))
	}
	hi := lo
	for hi < len(d) && quote(d, hi) == 0 && d[hi] != '\n' && hi-lo < 200 {
		hi++
	}
	return hi
}

// isUnion reports whether the value that ends at d[hi] is one of a type, as in
// 'never' | number.
func isUnion(d []byte, hi int) bool {
	i := skipSpace(d, hi)
	return i+1 < len(d) && d[i] == '|' && d[i+1] != '|'
}

// quoteBefore returns where the quotation mark before d[i] begins, i if there is
// none.
func quoteBefore(d []byte, i int) int {
	if i == 0 || d[i-1] != '"' && d[i-1] != '\'' {
		return i
	}
	return len(bytes.TrimRight(d[:i-1], `\`))
}

// isHTTPie reports whether a command line is one of HTTPie, whose fields are
// words such as expiry=never.
func isHTTPie(line []byte) bool {
	for _, name := range []string{"http ", "https ", "xh "} {
		if i := bytes.Index(line, []byte(name)); i >= 0 && (i == 0 || isSpace(line[i-1]) || line[i-1] == '(') {
			return true
		}
	}
	return false
}

// expiryValue judges the definition of a variable that is an expiry.
func (t *Text) expiryValue(lo, hi, depth int) (p Problem, ok bool) {
	d := t.Data
	if text, end, isString := stringAt(d, lo); isString && text == "never" || string(bytes.TrimSpace(d[lo:min(hi, len(d))])) == "never" {
		if !isString {
			end = lo + len("never")
		}
		return Problem{Lo: lo, Hi: end}, true
	}
	hi = max(lo, spaceBefore(d, hi))
	if p, ok = t.expiryText(lo, hi, lo, depth); ok && p.Hi == 0 {
		p.Lo, p.Hi = lo, hi
	}
	return p, ok
}

// expiryText judges a value that is not the word never. If it is a variable,
// the problem is at its definition.
func (t *Text) expiryText(lo, hi, at, depth int) (p Problem, ok bool) {
	d := t.Data
	text := string(d[lo:hi])
	if text == "" || depth > maxResolve {
		return p, false
	}
	if n, err := strconv.ParseFloat(text, 64); err == nil {
		return t.until(n)
	}
	if seconds, ok := shellDate(text); ok {
		return t.life(seconds)
	}
	if name, ok := variableName(text); ok {
		if dlo, dhi, ok := t.shellDefinition(at, name); ok {
			return t.expiryValue(dlo, dhi, depth+1)
		}
		return p, false
	}
	if wordAt(d, lo) == hi {
		return t.expiryVariable(at, text, depth+1)
	}
	if n, ok := t.evaluate(lo, hi, 0); ok {
		return t.until(n)
	}
	return p, false
}

// expiryVariable judges the values that a variable may have at d[at].
func (t *Text) expiryVariable(at int, name string, depth int) (p Problem, ok bool) {
	if !t.script() {
		if lo, hi, ok := t.definition(at, name); ok {
			return t.expiryValue(lo, hi, depth)
		}
		return p, false
	}
	for _, lo := range t.values(at, name) {
		if p, ok = t.expiryValue(lo, expressionEnd(t.Data, lo), depth); ok {
			return p, true
		}
	}
	return p, false
}

// variableName returns the name in $NAME, ${NAME} and ${{ env.NAME }}.
func variableName(text string) (string, bool) {
	name, ok := strings.CutPrefix(text, "$")
	if !ok {
		return "", false
	}
	name = strings.TrimSpace(strings.Trim(name, "{}"))
	name = strings.TrimPrefix(name, "env.")
	for i := range len(name) {
		if !isWord(name[i]) || name[i] == '$' {
			return "", false
		}
	}
	return name, name != ""
}

// shellDefinition returns the value that a variable of the shell, or of a
// workflow's environment, has at d[at].
func (t *Text) shellDefinition(at int, name string) (lo, hi int, ok bool) {
	d := t.Data
	from := max(0, at-maxDefinition)
	t.Work += int64(at - from)
	for end := at; ; {
		i := bytes.LastIndex(d[from:end], []byte(name))
		if i < 0 {
			return 0, 0, false
		}
		i += from
		end = i
		if !wordIs(d, i, name) || i > 0 && (d[i-1] == '{' || d[i-1] == '$') {
			continue
		}
		lo = i + len(name)
		switch {
		case lo < len(d) && d[lo] == '=':
			lo++
		case bytes.HasPrefix(d[lo:], []byte(": ")):
			lo += 2
		default:
			continue
		}
		// $(…) holds blanks.
		if bytes.HasPrefix(d[lo:], []byte("$(")) {
			if k := closing(d, lo+1, 200, false); k > 0 {
				return lo, k + 1, true
			}
		}
		if _, end, isString := stringAt(d, lo); isString {
			return lo, end, true
		}
		hi = lo
		for hi < len(d) && !isSpace(d[hi]) && d[hi] != ';' && d[hi] != '&' {
			hi++
		}
		return lo, hi, true
	}
}

// shellDate returns the lifetime in $(date -d '+10 years' +%s).
func shellDate(text string) (seconds float64, ok bool) {
	text = strings.NewReplacer("\\", "", `"`, " ", "'", " ", "=", " ").Replace(text)
	inner, ok := strings.CutPrefix(text, "$(date ")
	if !ok || !strings.Contains(inner, "+%s") {
		return 0, false
	}
	units := []struct {
		name string
		days float64
	}{{"year", 365}, {"month", 30}, {"week", 7}, {"day", 1}}
	words := strings.Fields(inner)
	for i := 0; i+1 < len(words); i++ {
		n, err := strconv.ParseFloat(strings.TrimPrefix(words[i], "+"), 64)
		for _, u := range units {
			if err == nil && strings.HasPrefix(words[i+1], u.name) {
				return n * u.days * day.Seconds(), true
			}
		}
	}
	return 0, false
}
