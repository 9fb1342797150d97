package neverexpire

import (
	"bytes"
	"path"
	"strings"
)

func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '$'
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

func isSpace(c byte) bool { return isBlank(c) || c == '\n' || c == '\r' }

func isQuote(c byte) bool { return c == '"' || c == '\'' || c == '`' }

func skipSpace(d []byte, i int) int {
	for i < len(d) && isSpace(d[i]) {
		i++
	}
	return i
}

// lineStart returns the beginning of the line of d[at], or a place maxCall
// bytes before it on a longer line.
func lineStart(d []byte, at int) int {
	from := max(0, at-maxCall)
	return from + bytes.LastIndexByte(d[from:at], '\n') + 1
}

// lineEnd returns the end of the line of d[at], at most maxCall bytes after it.
func lineEnd(d []byte, at int) int {
	to := min(len(d), at+maxCall)
	if k := bytes.IndexByte(d[at:to], '\n'); k >= 0 {
		return at + k
	}
	return to
}

// skipGap goes past white space and comments.
func skipGap(d []byte, i int) int {
	for {
		i = skipSpace(d, i)
		if i+1 >= len(d) || d[i] != '/' || d[i+1] != '/' && d[i+1] != '*' {
			return i
		}
		i = skipDead(d, i, false)
	}
}

// chainAt reads the name at d[i] and its members: a.b, a?.b and a['b'], with
// white space around the dots.
func chainAt(d []byte, i int) (chain []string, end int) {
	end = wordAt(d, i)
	chain = append(chain, string(d[i:end]))
	for {
		k := skipGap(d, end)
		switch {
		case bytes.HasPrefix(d[k:], []byte("...")):
			return chain, end
		case k < len(d) && d[k] == '.':
			k++
		case bytes.HasPrefix(d[k:], []byte("?.")):
			k += 2
		case k < len(d) && d[k] == '[':
			name, after, ok := stringAt(d, skipGap(d, k+1))
			if after = skipGap(d, after); !ok || after >= len(d) || d[after] != ']' {
				return chain, end
			}
			chain, end = append(chain, name), after+1
			continue
		default:
			return chain, end
		}
		k = skipGap(d, k)
		last := wordAt(d, k)
		if last == k {
			return chain, end
		}
		chain, end = append(chain, string(d[k:last])), last
	}
}

// spaceBefore returns the place after the last character before d[i] that is
// not white space.
func spaceBefore(d []byte, i int) int {
	for i > 0 && isSpace(d[i-1]) {
		i--
	}
	return i
}

// wordAt returns the end of the word that begins at d[i].
func wordAt(d []byte, i int) int {
	for i < len(d) && isWord(d[i]) {
		i++
	}
	return i
}

// wordBefore returns the beginning of the word that ends at d[i].
func wordBefore(d []byte, i int) int {
	for i > 0 && isWord(d[i-1]) {
		i--
	}
	return i
}

// skipDead returns the end of the string or comment that begins at d[i], and i
// if none does. hash says that # begins a comment.
func skipDead(d []byte, i int, hash bool) int {
	switch c := d[i]; {
	case isQuote(c):
		for k := i + 1; k < len(d); k++ {
			switch {
			case d[k] == '\\':
				k++
			case d[k] == c:
				return k + 1
			case d[k] == '\n' && c != '`':
				return i + 1 // an apostrophe, not a string
			}
		}
		return i + 1
	case c == '/' && i+1 < len(d) && d[i+1] == '/', hash && c == '#':
		if k := bytes.IndexByte(d[i:], '\n'); k >= 0 {
			return i + k
		}
		return len(d)
	case c == '/' && i+1 < len(d) && d[i+1] == '*':
		if k := bytes.Index(d[i:], []byte("*/")); k >= 0 {
			return i + k + 2
		}
		return len(d)
	}
	return i
}

// closing returns the place of the bracket that closes the one at d[open], at
// most limit bytes away; -1 if there is none.
func closing(d []byte, open, limit int, hash bool) int {
	d = d[:min(len(d), open+limit)]
	depth := 0
	for i := open; i < len(d); {
		if next := skipDead(d, i, hash); next > i {
			i = next
			continue
		}
		switch d[i] {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth--; depth == 0 {
				return i
			}
		}
		i++
	}
	return -1
}

// expressionEnd returns the end of the expression that begins at d[i]: a
// semicolon, a comma or a closing bracket outside of brackets, or a line end
// after which it cannot go on.
func expressionEnd(d []byte, i int) int {
	d = d[:min(len(d), i+maxCall)]
	depth := 0
	for start := i; i < len(d); {
		if next := skipDead(d, i, false); next > i {
			i = next
			continue
		}
		switch c := d[i]; c {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth--; depth < 0 {
				return i
			}
		case ';', ',':
			if depth == 0 {
				return i
			}
		case '\n':
			if depth > 0 || i == start {
				break
			}
			if !goesOn(d, i) {
				return i
			}
		}
		i++
	}
	return len(d)
}

// goesOn reports whether an expression goes on after the line end at d[i].
func goesOn(d []byte, i int) bool {
	next := skipSpace(d, i)
	before := spaceBefore(d, i)
	return next < len(d) && strings.IndexByte("+*/?:.&|)", d[next]) >= 0 ||
		before > 0 && strings.IndexByte("+*/?:=(,.&|>", d[before-1]) >= 0
}

// inComment reports whether the place is in a comment, as far as that can be
// decided without knowing the language.
func (t *Text) inComment(at int) bool {
	d := t.Data
	first := max(0, at-maxCall)
	t.Work += int64(at-first) / 4
	start := first
	if i := bytes.LastIndexByte(d[first:at], '\n'); i >= 0 {
		start = first + i + 1
	}
	line := bytes.TrimLeft(d[start:at], " \t")
	for _, mark := range [...]string{"//", "#", "*", "-- ", "<!--", ";;", "%", "'''", `"""`, "REM ", "rem "} {
		// A # before a [ is Rust's attribute.
		if bytes.HasPrefix(line, []byte(mark)) && !bytes.HasPrefix(line, []byte("#[")) {
			return true
		}
	}
	if trailingComment(line, t.Path) {
		return true
	}
	before := d[first:at]
	if open := bytes.LastIndex(before, []byte("/*")); open >= 0 && !bytes.Contains(before[open:], []byte("*/")) && !inString(before, open) {
		return true
	}
	if open := bytes.LastIndex(before, []byte("<!--")); open >= 0 && !bytes.Contains(before[open:], []byte("-->")) {
		return true
	}
	switch strings.ToLower(path.Ext(t.Path)) {
	case ".py", ".exs", ".ex", ".jl":
		// A docstring.
		return bytes.Count(before, []byte(`"""`))%2 == 1
	}
	return false
}

// inString reports whether an odd number of quotation marks is before the place
// on its line.
func inString(d []byte, at int) bool {
	line := d[:at]
	if i := bytes.LastIndexByte(line, '\n'); i >= 0 {
		line = line[i+1:]
	}
	return bytes.Count(line, []byte{'"'})%2 == 1 || bytes.Count(line, []byte{'\''})%2 == 1
}

// trailingComment reports whether a comment begins in a line of code.
func trailingComment(line []byte, name string) bool {
	hash := false
	switch strings.ToLower(path.Ext(name)) {
	case ".py", ".rb", ".sh", ".bash", ".zsh", ".fish", ".ex", ".exs", ".yml", ".yaml", ".php", ".pl", ".ps1", ".tf", ".tofu", ".hcl", ".r", ".jl", ".mk":
		hash = true
	}
	var quote byte
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case quote != 0:
			if c == '\\' {
				i++
			} else if c == quote {
				quote = 0
			}
		case isQuote(c):
			quote = c
		case c == '/' && i+1 < len(line) && line[i+1] == '/' && (i == 0 || line[i-1] != ':'):
			return true
		case hash && c == '#' && (i == 0 || isBlank(line[i-1])):
			return true
		}
	}
	return false
}
