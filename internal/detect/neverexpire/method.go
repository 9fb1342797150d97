package neverexpire

import (
	"bytes"
	"slices"
	"strings"
)

// requestPath is the path that keys are created with.
const requestPath = "/api-keys"

// maxCalls is how many calls around a field are looked at.
const maxCalls = 8

// reads reports whether the request to the path at d[at] surely creates no key,
// because its method is not POST.
func (t *Text) reads(at int) bool {
	d := t.Data
	if lo, hi := t.logicalLine(at); isCommand(d[lo:hi]) {
		return readsByCommand(string(d[lo:hi]))
	}
	if m := lastMethod(d[lineStart(d, at):at]); m != "" {
		return m != "POST"
	}
	open, to, ok := t.enclosing(at, at)
	if !ok {
		return false
	}
	name := strings.ToLower(string(d[wordBefore(d, spaceBefore(d, open)):spaceBefore(d, open)]))
	arguments := d[open+1 : to]
	if i := bytes.Index(arguments, []byte("method")); i >= 0 {
		k, _ := skipQuotes(arguments, i+len("method"))
		if k < len(arguments) && (arguments[k] == ':' || arguments[k] == '=') {
			k, _ = skipQuotes(arguments, k+1)
			m := strings.ToUpper(string(arguments[k:wordAt(arguments, k)]))
			return slices.Contains(methods, m) && m != "POST"
		}
	}
	switch name {
	case "get", "delete", "head", "put", "patch", "options":
		return true
	case "fetch", "ofetch", "urlopen":
		// Without options it is GET.
		return expressionEnd(d, open+1) >= to
	}
	return lastMethod(d[open+1:at]) != "" && lastMethod(d[open+1:at]) != "POST"
}

// methods of HTTP.
var methods = []string{"GET", "HEAD", "DELETE", "PUT", "PATCH", "OPTIONS", "POST"}

// lastMethod returns the last method of HTTP that is a word of its own in the
// text before a path.
func lastMethod(text []byte) string {
	last, method := -1, ""
	for _, m := range methods {
		if i := bytes.LastIndex(text, []byte(m)); i > last && wordIs(text, i, m) && wordAt(text, i) < len(text) {
			last, method = i, m
		}
	}
	return method
}

// logicalLine returns the line around d[at], with those that it continues or
// that continue it.
func (t *Text) logicalLine(at int) (lo, hi int) {
	d := t.Data
	lo, hi = at, at
	for at-lo < maxBody {
		lo = lineStart(d, lo)
		before := lo - 1
		if before > 0 && d[before-1] == '\r' {
			before--
		}
		if before <= 0 || d[lo-1] != '\n' || !continues(d[before-1]) {
			break
		}
		lo--
	}
	for hi-at < maxBody {
		if hi = lineEnd(d, hi); hi == len(d) {
			break
		}
		last := hi
		if last > 0 && d[last-1] == '\r' {
			last--
		}
		// A body in quotes goes over lines, too.
		if last == 0 || !continues(d[last-1]) && bytes.Count(d[lo:hi], []byte{'\''})%2 == 0 {
			break
		}
		hi++
	}
	t.Work += int64(hi-lo) * 2
	return lo, hi
}

func continues(c byte) bool { return c == '\\' || c == '`' || c == '^' }

// isCommand reports whether a line runs a program that makes requests.
func isCommand(line []byte) bool {
	for _, name := range []string{"curl", "wget"} {
		if i := bytes.Index(line, []byte(name)); i >= 0 && wordIs(line, i, name) && i+len(name) < len(line) && (isSpace(line[i+len(name)]) || strings.IndexByte("\"',", line[i+len(name)]) >= 0) {
			return true
		}
	}
	return false
}

// readsByCommand reports whether a command line asks for something, rather than
// sending it.
func readsByCommand(line string) bool {
	words := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t\r\n\"',[]", r) })
	sends := false
	for i, w := range words {
		name, value, joined := strings.Cut(w, "=")
		if !joined && i+1 < len(words) {
			value = words[i+1]
		}
		switch {
		case w == "|" || w == "&&" || w == "||" || w == ";":
			// Another command; only its own flags count, but it may be the one
			// before.
			if strings.Contains(strings.Join(words[:i], " "), requestPath) {
				return !sends
			}
			sends = false
		case name == "-X" || name == "--request" || name == "--method":
			return value != "POST" && slices.Contains(methods, value)
		case strings.HasPrefix(w, "-X") && slices.Contains(methods, w[2:]):
			return w[2:] != "POST"
		case w == "-G" || w == "--get" || w == "-I" || w == "--head":
			return true
		case strings.HasPrefix(w, "-d"), strings.HasPrefix(w, "--data"), strings.HasPrefix(w, "--json"), strings.HasPrefix(w, "-F"), strings.HasPrefix(w, "--form"),
			strings.HasPrefix(w, "-T"), name == "--upload-file", strings.HasPrefix(w, "--post-"), strings.HasPrefix(w, "--body-"),
			// Variables, and files of options.
			strings.HasPrefix(w, "$") && !strings.Contains(w, "/"), strings.HasPrefix(w, "${") && !strings.Contains(w, "/"), w == "-K", w == "--config", w == "-sd", w == "-sSd":
			sends = true
		}
	}
	return !sends
}

// enclosing returns the parentheses around d[lo:hi].
func (t *Text) enclosing(lo, hi int) (open, to int, ok bool) {
	d := t.Data
	depth := 0
	for open = lo - 1; open >= 0 && lo-open < 1<<10; open-- {
		switch d[open] {
		case ')':
			depth++
		case '(':
			if depth--; depth < 0 {
				to = closing(d, open, maxCall, false)
				t.Work += int64(lo - open + max(to-open, 0))
				return open, to, to >= hi
			}
		case ';':
			return 0, 0, false
		}
	}
	return 0, 0, false
}

// othersField reports whether the field at d[at] surely belongs to another
// request than the one whose path is at d[path].
func (t *Text) othersField(at, path int) bool {
	d := t.Data
	between := d[min(at, path):max(at, path)]
	t.Work += int64(len(between)) / 4
	if bytes.Contains(between, []byte("\n###")) {
		// Files of requests separate them so.
		return true
	}
	if lo, hi := t.logicalLine(at); isCommand(d[lo:hi]) {
		return isRequest(d[lo:hi]) && (path < lo || path >= hi)
	}
	// The calls around the field, from the innermost one.
	lo := at
	for range maxCalls {
		open, to, ok := t.enclosing(lo, at)
		if !ok {
			return false
		}
		if open < path && path < to {
			return false
		}
		if isRequest(d[open:to]) {
			return !bytes.Contains(d[open:to], []byte(requestPath)) || t.reads(open+bytes.Index(d[open:to], []byte(requestPath)))
		}
		lo = open
	}
	return false
}

// isRequest reports whether a text has an address or its path in quotes or as a
// word.
func isRequest(text []byte) bool {
	if bytes.Contains(text, []byte("://")) {
		return true
	}
	for _, start := range []string{`"/`, "'/", "`/", "}/", " /", "BASE/", "base/"} {
		if i := bytes.Index(text, []byte(start)); i >= 0 && i+len(start) < len(text) && isWord(text[i+len(start)]) {
			return true
		}
	}
	return false
}
