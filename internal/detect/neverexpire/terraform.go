package neverexpire

import (
	"bytes"
	"slices"
	"strings"
)

// terraformFiles are the endings of Terraform's files; "" is a text without a
// name.
var terraformFiles = []string{"", ".tf", ".tofu", ".hcl", ".json", ".tftpl"}

// resource judges the Terraform resource whose type is at Data[at]: without an
// expiry, the key never expires.
func (t *Text) resource(at int) []Problem {
	d := t.Data
	end := at + len("momento_api_key")
	if at == 0 || end >= len(d) || !slices.Contains(terraformFiles, t.extension()) {
		return nil
	}
	// A label may be in quotes.
	quoted := d[at-1] == '"' && d[end] == '"'
	if !quoted && (!isBlank(d[at-1]) || !isBlank(d[end]) && d[end] != '"') {
		return nil
	}
	before := at
	if quoted {
		before, end = at-1, end+1
	}
	before = spaceBefore(d, before)
	if string(d[wordBefore(d, before):before]) == "resource" {
		lo := wordBefore(d, before)
		if !quoted && len(bytes.TrimSpace(d[lineStart(d, lo):lo])) > 0 {
			return nil
		}
		last, ok := label(d, skipSpace(d, end))
		open := skipSpace(d, last)
		if !ok || open >= len(d) || d[open] != '{' {
			return nil
		}
		return t.block(lo, last, open)
	}
	if next := skipSpace(d, end); quoted && next < len(d) && d[next] == ':' {
		return t.jsonResources(skipSpace(d, next+1))
	}
	return nil
}

// label returns the end of a block's label at d[i], which may be in quotes.
func label(d []byte, i int) (end int, ok bool) {
	if _, end, ok = stringAt(d, i); ok {
		return end, true
	}
	for end = i; end < len(d) && (isWord(d[end]) || d[end] == '-'); {
		end++
	}
	return end, end > i
}

// block judges the block of a resource: lo to hi is its head, open its brace.
func (t *Text) block(lo, hi, open int) []Problem {
	d := t.Data
	to := closing(d, open, maxCall, true)
	if to < 0 {
		return nil
	}
	t.Work += int64(to - open)
	at, value, ok := t.attribute(open+1, to, "expiry")
	if !ok {
		return []Problem{{Lo: lo, Hi: hi, Level: Omitted}}
	}
	end := min(to, expressionEnd(d, value))
	if p, bad := t.terraformValue(value, end, 0); bad {
		p.Lo, p.Hi = at, spaceBefore(d, end)
		return []Problem{p}
	}
	return nil
}

// attribute returns the place of an attribute in a block and of its value.
func (t *Text) attribute(lo, hi int, name string) (at, value int, ok bool) {
	d := t.Data
	for i := lo; i < hi; {
		if next := skipDead(d, i, true); next > i {
			i = next
			continue
		}
		switch {
		case d[i] == '{' || d[i] == '(' || d[i] == '[':
			k := closing(d, i, maxCall, true)
			if k < 0 {
				return 0, 0, false
			}
			i = k
		case bytes.HasPrefix(d[i:hi], []byte("<<")):
			i = heredocEnd(d, i, hi)
			continue
		case wordIs(d, i, name):
			if after := skipSpace(d, i+len(name)); after < hi && d[after] == '=' && d[after+1] != '=' {
				return i, skipSpace(d, after+1), true
			}
		}
		i++
	}
	return 0, 0, false
}

// heredocEnd returns the end of the here-document at d[i].
func heredocEnd(d []byte, i, hi int) int {
	k := i + 2
	if k < hi && (d[k] == '-' || d[k] == '~') {
		k++
	}
	word := d[k:min(wordAt(d, k), hi)]
	if len(word) == 0 {
		return k
	}
	at := k
	for l := range bytes.Lines(d[k:hi]) {
		at += len(l)
		if bytes.Equal(bytes.TrimSpace(l), word) && at > k+len(word)+1 {
			return at
		}
	}
	return hi
}

// terraformValue judges the value of an expiry: a date, null, a sum, or a
// variable or local that has such a value here.
func (t *Text) terraformValue(lo, hi, depth int) (p Problem, bad bool) {
	d := t.Data
	if depth > maxResolve {
		return p, false
	}
	text := strings.TrimSpace(string(d[lo:hi]))
	switch {
	case text == "null":
		return Problem{Level: Omitted}, true
	case strings.HasPrefix(text, `"`):
		value := strings.Trim(text, `"`)
		if value == "never" || value == "" {
			return Problem{}, true
		}
		if at, ok := parseDate(value); ok {
			return t.until(float64(at.Unix()))
		}
	case strings.HasPrefix(text, "timeadd("):
		// Only from now on; another beginning is not known here.
		inner := strings.TrimSuffix(strings.TrimPrefix(text, "timeadd("), ")")
		start, span, _ := strings.Cut(inner, ",")
		start = strings.TrimSpace(start)
		if start != "timestamp()" && start != "plantimestamp()" {
			return p, false
		}
		if seconds, ok := parseSpan(strings.Trim(strings.TrimSpace(span), `"`)); ok {
			return t.life(seconds)
		}
	case strings.HasPrefix(text, "var."):
		if value, end, ok := t.variableDefault(strings.TrimPrefix(text, "var.")); ok {
			return t.terraformValue(value, end, depth+1)
		}
	case strings.HasPrefix(text, "local."):
		if value, end, ok := t.local(strings.TrimPrefix(text, "local.")); ok {
			return t.terraformValue(value, end, depth+1)
		}
	}
	return p, false
}

// variableDefault returns the default of a variable that this file declares.
func (t *Text) variableDefault(name string) (lo, hi int, ok bool) {
	d := t.Data
	t.Work += int64(len(d)) / 8
	open := -1
	for i := 0; open < 0; {
		k := bytes.Index(d[i:], []byte("variable"))
		if k < 0 {
			return 0, 0, false
		}
		i += k + len("variable")
		at := skipSpace(d, i)
		end, ok := label(d, at)
		if next := skipSpace(d, end); ok && strings.Trim(string(d[at:end]), `"`) == name && next < len(d) && d[next] == '{' {
			open = next
		}
	}
	to := closing(d, open, maxCall, true)
	if to < 0 {
		return 0, 0, false
	}
	_, lo, ok = t.attribute(open+1, to, "default")
	return lo, min(to, expressionEnd(d, lo)), ok
}

// local returns the value of a local that this file declares.
func (t *Text) local(name string) (lo, hi int, ok bool) {
	d := t.Data
	t.Work += int64(len(d)) / 8
	for i := 0; ; {
		k := bytes.Index(d[i:], []byte("locals"))
		if k < 0 {
			return 0, 0, false
		}
		i += k + len("locals")
		open := skipSpace(d, i)
		if open >= len(d) || d[open] != '{' {
			continue
		}
		to := closing(d, open, maxCall, true)
		if to < 0 {
			continue
		}
		if _, lo, ok = t.attribute(open+1, to, name); ok {
			return lo, min(to, expressionEnd(d, lo)), true
		}
	}
}

// jsonResources judges the resources of this type in Terraform's JSON syntax,
// the value of whose name begins at d[open].
func (t *Text) jsonResources(open int) []Problem {
	d := t.Data
	if open >= len(d) || d[open] != '{' || t.Path != "" && !strings.HasSuffix(t.Path, ".tf.json") {
		return nil
	}
	to := closing(d, open, maxCall, false)
	if to < 0 {
		return nil
	}
	t.Work += int64(to - open)
	var list []Problem
	for i := open + 1; i < to; {
		lo := skipSpace(d, i)
		_, end, ok := stringAt(d, lo)
		if !ok {
			return list
		}
		colon := skipSpace(d, end)
		inner := skipSpace(d, colon+1)
		if inner >= to || d[colon] != ':' || d[inner] != '{' {
			return list
		}
		last := closing(d, inner, maxCall, false)
		if last < 0 {
			return list
		}
		if p, bad := t.jsonResource(inner, last); bad {
			if p.Hi == 0 {
				p.Lo, p.Hi = lo, end
			}
			list = append(list, p)
		}
		i = skipSpace(d, last+1)
		if i < to && d[i] == ',' {
			i++
		}
	}
	return list
}

func (t *Text) jsonResource(lo, hi int) (p Problem, bad bool) {
	d := t.Data
	i := bytes.Index(d[lo:hi], []byte(`"expiry"`))
	if i < 0 {
		return Problem{Level: Omitted}, true
	}
	at := lo + i
	value := skipSpace(d, at+len(`"expiry"`))
	if value >= hi || d[value] != ':' {
		return p, false
	}
	value = skipSpace(d, value+1)
	end := min(hi, expressionEnd(d, value))
	if p, bad = t.terraformValue(value, end, 0); bad {
		p.Lo, p.Hi = at, spaceBefore(d, end)
	}
	return p, bad
}
