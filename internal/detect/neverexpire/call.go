package neverexpire

import (
	"bytes"
	"strings"
)

// call looks at the name around Data[at]: the SDK's call that creates a key, or
// the protocol message of one.
func (t *Text) call(at int) []Problem {
	d := t.Data
	first, end := wordBefore(d, at), wordAt(d, at)
	if t.inLiteral(first) {
		return nil
	}
	switch name := strings.TrimLeft(strings.TrimPrefix(string(d[first:end]), "PB_"), "_"); name {
	case "generateApiKey", "generateApiToken":
		receiver := receiverOf(d, first)
		if t.script() && (t.usesSDK() || mentions(d[receiver:first], "momento")) {
			return t.sdkCall(end)
		}
	case "GenerateApiTokenRequest", "GenerateApiKeyRequest":
		if !t.generated() && !strings.Contains(t.Path, "_pb") && !strings.Contains(t.Path, ".pb.") {
			return t.message(first, end)
		}
	}
	return nil
}

// receiverOf returns the beginning of what a method's name at d[first] belongs
// to, such as this.auth.momento.
func receiverOf(d []byte, first int) int {
	i := first
	for i > 0 && first-i < 64 {
		dot := spaceBefore(d, i)
		if dot == 0 || d[dot-1] != '.' {
			break
		}
		name := spaceBefore(d, dot-1)
		if name > 0 && d[name-1] == '?' {
			name = spaceBefore(d, name-1)
		}
		if i = wordBefore(d, name); i == name {
			break
		}
	}
	return i
}

// sdkCall judges the arguments of a call whose name ends at d[end].
func (t *Text) sdkCall(end int) []Problem {
	d := t.Data
	open := skipSpace(d, end)
	if open < len(d) && d[open] == '<' {
		// Type arguments.
		if k := bytes.IndexByte(d[open:min(len(d), open+200)], '>'); k > 0 {
			open = skipSpace(d, open+k+1)
		}
	}
	if bytes.HasPrefix(d[min(open, len(d)):], []byte("?.")) {
		open += 2
	}
	if open >= len(d) || d[open] != '(' {
		return nil
	}
	to := closing(d, open, maxCall, false)
	if to < 0 {
		return nil
	}
	t.Work += int64(2 * (to - open))
	// A declaration has parameters there: what they are, only a caller knows.
	next := skipSpace(d, to+1)
	declares := next < len(d) && (d[next] == '{' || d[next] == ':')
	s := lifetimes{t: t, resolve: !declares, seen: map[int]bool{}}
	s.scan(open+1, to, 0)
	return s.found
}

// lifetimes collects the lifetimes that an expression may have.
type lifetimes struct {
	t       *Text
	resolve bool
	found   []Problem
	seen    map[int]bool
}

// scan looks at the names in d[lo:hi]: for ExpiresIn, and for variables that
// hold one.
func (s *lifetimes) scan(lo, hi, depth int) {
	d := s.t.Data
	if depth > maxResolve || s.seen[lo] {
		return
	}
	s.seen[lo] = true
	s.t.Work += int64(hi - lo)
	for i := lo; i < hi; {
		if next := skipDead(d, i, false); next > i {
			i = next
			continue
		}
		if !isWord(d[i]) {
			i++
			continue
		}
		start := i
		chain, end := chainAt(d[:hi], start)
		i = end
		before := lo + spaceBefore(d[lo:start], start-lo)
		if isDigit(d[start]) || before > lo && d[before-1] == '.' && !bytes.HasSuffix(d[lo:before], []byte("...")) {
			continue
		}
		if n := len(chain); n >= 2 && isMethod(chain[n-1]) && s.t.isExpiresIn(start, chain[n-2]) {
			s.expiresIn(start, end, chain[n-1], depth)
			continue
		}
		after := skipGap(d, end)
		if !s.resolve || after < len(d) && d[after] == ':' && (before <= lo || d[before-1] != '?') {
			// The name of a property, not of cond ? a : b.
			continue
		}
		if after < len(d) && d[after] == '(' {
			s.called(start, end, chain, depth)
			continue
		}
		s.variable(start, chain, depth)
	}
}

// isMethod reports whether ExpiresIn has a function of this name.
func isMethod(name string) bool {
	switch name {
	case "never", "seconds", "minutes", "hours", "days", "epoch":
		return true
	}
	return false
}

// isExpiresIn reports whether a name stands for the SDK's class at d[at]: it is
// its name, or the file gives it another.
func (t *Text) isExpiresIn(at int, name string) bool {
	const class = "ExpiresIn"
	if name == class {
		return true
	}
	if !t.usesSDK() {
		return false
	}
	for _, as := range []string{class + " as ", class + ": "} {
		t.Work += int64(len(t.Beginning)) / 16
		if i := bytes.Index(t.Beginning, []byte(as+name)); i >= 0 && wordAt(t.Beginning, i+len(as)) == i+len(as)+len(name) {
			return true
		}
	}
	lo, hi, ok := t.definition(at, name)
	if !ok || lo >= len(t.Data) || !isWord(t.Data[lo]) {
		return false
	}
	chain, end := chainAt(t.Data[:hi], lo)
	return chain[len(chain)-1] == class && skipGap(t.Data[:hi], end) >= hi
}

// called looks at what the call of a function returns, whose name is d[at:end].
func (s *lifetimes) called(at, end int, chain []string, depth int) {
	if depth >= maxResolve {
		return
	}
	d := s.t.Data
	name := chain[len(chain)-1]
	switch {
	case len(chain) == 2 && chain[0] == "this":
		if lo, hi, ok := s.t.function(at, name, true); ok {
			s.returned(lo, hi, depth)
		} else if lo, ok := s.t.field(at, name); ok {
			s.result(at, end, lo, expressionEnd(d, lo), nil, depth)
		}
	case len(chain) == 1:
		if lo, hi, ok := s.t.function(at, name, false); ok {
			s.returned(lo, hi, depth)
		} else if property, lo, hi, ok := s.t.destructured(at, name); ok {
			s.result(at, end, lo, hi, []string{property}, depth)
		} else if lo, hi, ok := s.t.definition(at, name); ok {
			s.result(at, end, lo, hi, nil, depth)
		}
	case len(chain) == 2:
		if lo, hi, ok := s.t.definition(at, chain[0]); ok {
			s.result(at, end, lo, hi, chain[1:], depth)
		}
	}
}

// result looks at what a function returns that is the value d[lo:hi], or a
// member of it; it is called at d[at:end].
func (s *lifetimes) result(at, end, lo, hi int, members []string, depth int) {
	d := s.t.Data
	if lo >= hi {
		return
	}
	if body, last, ok := functionBody(d, lo, hi); ok && len(members) == 0 {
		s.returned(body, last, depth)
		return
	}
	if isWord(d[lo]) {
		// A function of ExpiresIn itself.
		chain, last := chainAt(d[:hi], lo)
		chain = append(chain, members...)
		if n := len(chain); skipGap(d[:hi], last) >= hi && n >= 2 && isMethod(chain[n-1]) && s.t.isExpiresIn(lo, chain[n-2]) {
			s.expiresIn(at, end, chain[n-1], depth)
		}
		return
	}
	if len(members) == 1 && d[lo] == '{' {
		if body, last, ok := s.t.methodOf(lo, hi, members[0]); ok {
			s.returned(body, last, depth)
		} else if value, ok := memberOf(d, lo, hi, members[0]); ok {
			s.result(at, end, value, min(hi, expressionEnd(d, value)), nil, depth)
		}
	}
}

// returned looks at what a function returns, whose body in braces, or whose
// expression, is d[lo:hi].
func (s *lifetimes) returned(lo, hi, depth int) {
	d := s.t.Data
	s.t.Work += int64(hi - lo)
	if lo >= hi || d[lo] != '{' {
		s.member(lo, hi, nil, depth)
		return
	}
	for i := lo + 1; i < hi; {
		if next := skipDead(d, i, false); next > i {
			i = next
			continue
		}
		switch {
		case d[i] == '{' && bytes.HasSuffix(d[:spaceBefore(d, i)], []byte("=>")), wordIs(d, i, "function"):
			// Another function's.
			k := bytes.IndexByte(d[i:hi], '{')
			if k < 0 {
				return
			}
			if i = closing(d, i+k, maxCall, false); i < 0 {
				return
			}
		case wordIs(d, i, "return"):
			value := skipGap(d, i+len("return"))
			end := min(hi, expressionEnd(d, value))
			s.member(value, end, nil, depth)
			i = max(i+len("return"), end-1)
		case isWord(d[i]):
			i = wordAt(d, i) - 1
		}
		i++
	}
}

// expiresIn judges a call such as ExpiresIn.days(90), whose name is d[lo:end].
func (s *lifetimes) expiresIn(lo, end int, method string, depth int) {
	d := s.t.Data
	open := skipSpace(d, end)
	if open >= len(d) || d[open] != '(' {
		return
	}
	to := closing(d, open, maxCall, false)
	if to < 0 {
		return
	}
	units := map[string]float64{"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
	p, bad := Problem{}, method == "never"
	if unit := units[method]; unit > 0 || method == "epoch" {
		value, ok := s.t.evaluate(open+1, to, depth)
		if !ok {
			return
		}
		if method == "epoch" {
			p, bad = s.t.until(value)
		} else {
			p, bad = s.t.life(value * unit)
		}
	}
	if bad {
		p.Lo, p.Hi = lo, to+1
		s.found = append(s.found, p)
	}
}

// variable looks at the value of a variable, or of a member of one.
func (s *lifetimes) variable(at int, chain []string, depth int) {
	d := s.t.Data
	name, members := chain[0], chain[1:]
	switch name {
	case "await", "new", "return", "as", "const", "typeof", "void", "null", "undefined", "true", "false", "async", "function":
		return
	case "this":
		if len(members) == 0 {
			return
		}
		name, members = members[0], members[1:]
		if lo, ok := s.t.field(at, name); ok {
			s.member(lo, expressionEnd(d, lo), members, depth)
			return
		}
	}
	if property, lo, hi, ok := s.t.destructured(at, name); ok {
		s.member(lo, hi, append([]string{property}, members...), depth)
	} else if list := s.t.values(at, name); len(list) > 0 {
		for _, lo := range list {
			s.member(lo, expressionEnd(d, lo), members, depth)
		}
	} else if len(members) > 0 && bytes.Contains(d, []byte("class "+name)) {
		// A static field.
		s.t.Work += int64(len(d)) / 8
		if lo, ok := s.t.field(at, members[0]); ok {
			s.member(lo, expressionEnd(d, lo), members[1:], depth)
		}
	}
}

// member looks at the member of the object d[lo:hi], or at the whole.
func (s *lifetimes) member(lo, hi int, members []string, depth int) {
	d := s.t.Data
	for n, m := range members {
		if bytes.HasPrefix(d[lo:hi], []byte("Object.freeze(")) {
			lo += len("Object.freeze(")
		}
		if lo < hi && isWord(d[lo]) && depth < maxResolve {
			// A member of another variable.
			if chain, end := chainAt(d[:hi], lo); skipGap(d[:hi], end) >= hi {
				s.variable(lo, append(chain, members[n:]...), depth+1)
			}
			return
		}
		value, ok := memberOf(d, lo, hi, m)
		if !ok {
			return
		}
		lo, hi = value, min(hi, expressionEnd(d, value))
	}
	if s.t.evaluates(lo, hi) {
		return
	}
	s.scan(lo, hi, depth+1)
}

// memberOf returns the place of the value of a member of the object d[lo:hi].
func memberOf(d []byte, lo, hi int, name string) (value int, ok bool) {
	if lo >= hi || d[lo] != '{' {
		return 0, false
	}
	for i := lo + 1; i < hi; {
		if text, end, isString := stringAt(d[:hi], i); isString && text == name {
			if after := skipGap(d, end); after < hi && d[after] == ':' {
				return skipGap(d, after+1), true
			}
		}
		if next := skipDead(d, i, false); next > i {
			i = next
			continue
		}
		if d[i] == '{' || d[i] == '[' || d[i] == '(' {
			if i = closing(d, i, maxCall, false); i < 0 {
				return 0, false
			}
		} else if wordIs(d, i, name) {
			if after := skipGap(d, i+len(name)); after < hi && d[after] == ':' {
				return skipGap(d, after+1), true
			}
		}
		i++
	}
	return 0, false
}

// evaluates reports whether an expression is a mere number, which is not a
// lifetime.
func (t *Text) evaluates(lo, hi int) bool {
	return lo < hi && isDigit(t.Data[lo]) && wordAt(t.Data, lo) >= hi
}

// field returns the value of a field of the class around d[at], from
// this.name = value or a field's declaration.
func (t *Text) field(at int, name string) (lo int, ok bool) {
	d := t.Data
	from, to := max(0, at-maxDefinition), min(len(d), at+maxDefinition)
	t.Work += int64(to - from)
	for i := from; i < to; {
		k := bytes.Index(d[i:to], []byte(name))
		if k < 0 {
			return 0, false
		}
		i += k
		before := wordBefore(d, max(i-1, 0))
		own := i > 0 && d[i-1] == '.' && string(d[before:i-1]) == "this" || wordIs(d, i, name)
		if own && i != at {
			if lo, ok := assigned(d, i+len(name)); ok {
				return lo, true
			}
		}
		i += len(name)
	}
	return 0, false
}

// message judges the use of the protocol message that asks for a key. Its name
// is d[first:end], and its fields are set in brackets behind it, or one by one
// if it was put into a variable.
func (t *Text) message(first, end int) []Problem {
	d := t.Data
	open := skipSpace(d, end)
	if bytes.HasPrefix(d[open:], []byte(".new(")) {
		open += len(".new")
	}
	if bytes.HasPrefix(d[open:], []byte(".newBuilder(")) {
		return t.builder(open)
	}
	if open >= len(d) || d[open] != '(' && d[open] != '{' {
		return nil
	}
	if before := spaceBefore(d, first); before > 0 {
		switch string(d[wordBefore(d, before):before]) {
		case "class", "struct", "interface", "message", "enum", "type", "impl", "for", "def", "fn", "func", "function":
			return nil
		}
	}
	to := closing(d, open, maxCall, true)
	if to < 0 {
		return nil
	}
	t.Work += int64(4 * (to - open))
	if p, ok := t.fields(open, to); ok {
		return []Problem{p}
	}
	name := assignedTo(d, first)
	if name == "" {
		return nil
	}
	// The rest of the block: what is set in a branch may not be set at all.
	depth := 0
	for i := to + 1; i < min(len(d), to+maxCall); {
		if next := skipDead(d, i, true); next > i {
			i = next
			continue
		}
		switch d[i] {
		case '{', '(', '[':
			depth++
		case '}', ')', ']':
			if depth--; depth < 0 {
				return nil
			}
		}
		if depth == 0 && wordIs(d, i, name) {
			if p, ok := t.setter(i, i+len(name)); ok {
				return []Problem{p}
			}
		}
		i++
	}
	return nil
}

// builder judges the calls of Java's builder that follow at d[open].
func (t *Text) builder(open int) []Problem {
	d := t.Data
	end := expressionEnd(d, open)
	t.Work += int64(end - open)
	const call = ".setNever("
	i := bytes.Index(d[open:end], []byte(call))
	if i < 0 || unset(d[open+i+len(call):end]) || t.dead(open+i) {
		return nil
	}
	lo := open + i + 1
	return []Problem{{Lo: lo, Hi: lo + len(call) - 2}}
}

// assignedTo returns the name of the variable that the expression at d[at] is
// put into, "" if there is none.
func assignedTo(d []byte, at int) string {
	line := d[:at]
	if i := bytes.LastIndexAny(line, "\n;{}"); i >= 0 {
		line = line[i+1:]
	}
	i := bytes.LastIndexByte(line, '=')
	if i < 0 {
		return ""
	}
	end := spaceBefore(line, i)
	if k := bytes.IndexByte(line[:end], ':'); k >= 0 {
		end = spaceBefore(line, k)
	}
	return string(line[wordBefore(line, end):end])
}

// fields looks for the fields that give a request its expiry.
func (t *Text) fields(lo, hi int) (Problem, bool) {
	d := t.Data
	for i := lo; i < hi; {
		if next := skipDead(d, i, true); next > i {
			i = next
			continue
		}
		if !isWord(d[i]) {
			i++
			continue
		}
		end := wordAt(d, i)
		after := skipSpace(d, end)
		sets := after < hi && (d[after] == ':' || d[after] == '=' && !bytes.HasPrefix(d[after:], []byte("==")))
		switch name := string(d[i:end]); {
		case strings.EqualFold(name, "never") && sets && !unset(d[after+1:hi]), name == "Never" && bytes.HasSuffix(d[lo:i], []byte("::")):
			return Problem{Lo: i, Hi: end}, true
		case (name == "valid_for_seconds" || name == "validForSeconds") && sets:
			value := skipSpace(d, after+1)
			if p, ok := t.seconds(value, min(expressionEnd(d, value), hi)); ok {
				p.Lo, p.Hi = i, spaceBefore(d, min(expressionEnd(d, value), hi))
				return p, true
			}
		}
		i = end
	}
	return Problem{}, false
}

// unset reports whether a value means that a field is not there.
func unset(value []byte) bool {
	value = bytes.TrimLeft(value, " \t\r\n")
	for _, word := range []string{"undefined", "null", "None", "nil", "false"} {
		if bytes.HasPrefix(value, []byte(word)) {
			return true
		}
	}
	return false
}

// seconds judges a lifetime in seconds.
func (t *Text) seconds(lo, hi int) (Problem, bool) {
	value, ok := t.evaluate(lo, hi, 0)
	if !ok {
		return Problem{}, false
	}
	return t.life(value)
}

// setter judges what is done with a message in a variable, whose name is
// d[lo:end].
func (t *Text) setter(lo, end int) (p Problem, ok bool) {
	d := t.Data
	if end >= len(d) || d[end] != '.' {
		return p, false
	}
	last := wordAt(d, end+1)
	after := skipSpace(d, last)
	if after+1 >= len(d) {
		return p, false
	}
	switch string(d[end+1 : last]) {
	case "never":
		// Python's request.never.SetInParent() is a chain of names.
		ok = d[after] == '=' && d[after+1] != '=' && !unset(d[after+1:]) || bytes.HasPrefix(d[after:], []byte(".SetInParent(")) || bytes.HasPrefix(d[after:], []byte(".CopyFrom("))
	case "setNever":
		ok = d[after] == '(' && !unset(d[after+1:])
	case "setExpires", "expires":
		return t.fields(last, min(len(d), expressionEnd(d, last)))
	}
	if !ok {
		return p, false
	}
	p.Lo, p.Hi = lo, last
	return p, true
}
