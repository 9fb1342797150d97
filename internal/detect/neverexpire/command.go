package neverexpire

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
)

// command judges "momento api-key create" around Data[at]: without a flag that
// sets an expiry, the key never expires.
func (t *Text) command(at int) []Problem {
	d := t.Data
	if !bytes.HasPrefix(d[at:], []byte("api-key")) {
		// "key create", or a list's "- api-key".
		if at = subcommand(d, at); at < 0 {
			return nil
		}
	}
	if at > 0 && !isSpace(d[at-1]) && strings.IndexByte("\"'`", d[at-1]) < 0 {
		return nil
	}
	lo, ok := t.program(at)
	if !ok {
		return nil
	}
	var around byte // the quotation mark around the command
	if lo > 0 && strings.IndexByte("\"'`", d[lo-1]) >= 0 {
		around = d[lo-1]
	}
	i := at + len("api-key")
	words := commandWords(d, i, around)
	t.Work += int64(words.end - i)
	if len(words.list) == 0 || words.list[0].text != "create" || t.described() || t.printed(lo) {
		return nil
	}
	p := Problem{Lo: lo, Hi: words.list[0].hi, Level: Omitted}
	for n, w := range words.list[1:] {
		name, value, joined := strings.Cut(w.text, "=")
		if !joined && n+2 < len(words.list) {
			value = words.list[n+2].text
		}
		value = strings.Trim(value, `"'\`)
		var life Problem
		var bad bool
		switch name {
		case "--help", "-h":
			return nil
		case "--expires-in":
			seconds, ok := parseSpan(value)
			if !ok {
				return nil
			}
			life, bad = t.life(seconds)
		case "--expires-on":
			end, ok := parseDate(value)
			if !ok {
				return nil
			}
			life, bad = t.until(float64(end.Unix()))
		case "--expires-at-epoch-seconds":
			end, err := strconv.ParseFloat(value, 64)
			if err != nil {
				return nil
			}
			life, bad = t.until(end)
		default:
			// Flags may be in there.
			if w.open && !flagBefore(words.list, n+1) {
				return nil
			}
			continue
		}
		if !bad {
			return nil
		}
		life.Lo, life.Hi = w.lo, w.hi
		if !joined {
			life.Hi = words.list[n+2].hi
		}
		return []Problem{life}
	}
	if words.open {
		return nil
	}
	return []Problem{p}
}

// subcommand returns the place of "api-key" around the anchor at d[at], -1 if
// there is none.
func subcommand(d []byte, at int) int {
	for _, lo := range []int{at - len("api-"), at + len("- "), at + len(`- "`)} {
		if lo >= 0 && bytes.HasPrefix(d[lo:], []byte("api-key")) {
			return lo
		}
	}
	return -1
}

// flagBefore reports whether the word before words[n] is a flag, so that the
// word is its value.
func flagBefore(list []word, n int) bool {
	return n > 0 && strings.HasPrefix(list[n-1].text, "-") && !strings.Contains(list[n-1].text, "=")
}

// word is one word of a command.
type word struct {
	text   string
	lo, hi int
	// open: a variable outside of quotes, which may hold any number of words.
	open bool
}

// command line, as far as it goes.
type words struct {
	list []word
	end  int
	// open: something follows that adds words which are not known.
	open bool
}

// commandWords reads the words of a command from d[i] on: up to the end of the
// line or the command, over continued lines; or the strings of a list.
func commandWords(d []byte, i int, around byte) (w words) {
	limit := min(len(d), i+maxCall)
	var start = -1
	flush := func(end int) {
		if start >= 0 {
			text := strings.Trim(string(d[start:end]), "\"'`\\,")
			if text != "" {
				bare := d[start] == '$' && !strings.HasPrefix(text, "$(") || strings.HasPrefix(text, "{{") || strings.Contains(text, "[@]") || text == "$@" || text == "$*"
				hi := end
				for hi > start && strings.IndexByte("\"'`\\,", d[hi-1]) >= 0 {
					hi--
				}
				w.list = append(w.list, word{text: text, lo: start, hi: hi, open: bare})
			}
		}
		start = -1
	}
	if inYAMLList(d, i) {
		return yamlWords(d, i)
	}
	list := quote(d, i) > 0 // "api-key", "create": the strings of a list
	i += quote(d, i)
	for i < limit {
		c := d[i]
		switch {
		case c == '\n':
			flush(i)
			if list {
				i++
				continue
			}
			next := skipSpace(d, i)
			if next+1 >= limit || d[next] != '-' || d[next+1] != '-' {
				w.end = i
				return w
			}
			i = next
		case (c == '\\' || c == '`' && around != c || c == '^') && continued(d, i) > 0:
			flush(i)
			i = continued(d, i)
		case isSpace(c):
			flush(i)
			i++
		case c == '#' && start < 0 && !list:
			w.end = i
			return w
		case list && c == ',':
			flush(i)
			i++
		case list && (c == ']' || c == ')' || c == '}'):
			flush(i)
			next := skipSpace(d, i+1)
			// ["api-key", "create"].concat(flags), [...] + flags
			w.open = w.open || next < len(d) && (d[next] == '+' || d[next] == '.')
			w.end = i
			return w
		case list && (bytes.HasPrefix(d[i:], []byte("...")) || c == '*'):
			w.open = true
			i++
		case list && start < 0 && isWord(c):
			// A variable among the strings: a value behind a flag, else unknown.
			if n := len(w.list); n == 0 || !strings.HasPrefix(w.list[n-1].text, "-") {
				w.open = true
			}
			start = i
			i = wordAt(d, i)
		case c == '$' && i+1 < limit && (d[i+1] == '(' || d[i+1] == '{'):
			if start < 0 {
				start = i
			}
			if k := closing(d, i+1, 400, false); k > 0 {
				i = k + 1
			} else {
				i += 2
			}
		case !list && (c == ';' || c == '|' || c == '&' || c == ')' || c == '`' || c == '<'):
			flush(i)
			w.end = i
			return w
		case quote(d, i) > 0:
			n := quote(d, i)
			if !list && (c == around || start < 0 && !opensWord(d, i)) {
				// The end of a string around the command.
				flush(i)
				w.end = i
				next := skipSpace(d, i+n)
				w.open = next < len(d) && (d[next] == '+' || d[next] == ',' && bytes.HasPrefix(d[skipSpace(d, next+1):], []byte("...")))
				return w
			}
			if start < 0 {
				start = i
			}
			k := i + n
			for k < limit && quote(d, k) == 0 && d[k] != '\n' {
				k++
			}
			if k >= limit || d[k] == '\n' {
				if !list && start < i {
					// A string around the command ends behind a word.
					flush(i)
				}
				w.end = i
				return w
			}
			if start < i && !list && !opensWord(d, i) {
				flush(i)
				w.end = i
				return w
			}
			i = k + quote(d, k)
		default:
			if start < 0 {
				start = i
			}
			i++
		}
	}
	flush(limit)
	w.end, w.open = limit, true
	return w
}

// inYAMLList reports whether the word that ends at d[i] is an item of a YAML
// list, with nothing else on its line.
func inYAMLList(d []byte, i int) bool {
	return itemOf(d[lineStart(d, i):lineEnd(d, i)]) == "api-key"
}

// itemOf returns the item of a YAML list on this line, "" if there is none.
func itemOf(line []byte) string {
	item, ok := strings.CutPrefix(strings.TrimSpace(string(line)), "- ")
	if !ok {
		return ""
	}
	return strings.Trim(item, " \"'")
}

// yamlWords reads the items that follow the line of d[i] in a YAML list.
func yamlWords(d []byte, i int) (w words) {
	limit := min(len(d), i+maxCall)
	for {
		k := bytes.IndexByte(d[i:limit], '\n')
		if k < 0 {
			break
		}
		i += k + 1
		w.end = i
		end := limit
		if k := bytes.IndexByte(d[i:limit], '\n'); k >= 0 {
			end = i + k
		}
		item := itemOf(d[i:end])
		if item == "" {
			return w
		}
		lo := i + bytes.Index(d[i:end], []byte(item))
		// A template may stand for any number of items.
		w.list = append(w.list, word{text: item, lo: lo, hi: lo + len(item), open: strings.HasPrefix(item, "{{") || strings.HasPrefix(item, "$")})
	}
	w.end, w.open = limit, limit < len(d)
	return w
}

// opensWord reports whether the quotation mark at d[i] begins a word or a part
// of one, rather than ending the string that the command is in.
func opensWord(d []byte, i int) bool {
	return i > 0 && (isSpace(d[i-1]) || d[i-1] == '=' || d[i-1] == '\\')
}

// continued returns where the next line begins if the character at d[i]
// continues the line; 0 if not. In a string the line end may be escaped.
func continued(d []byte, i int) int {
	k := i + 1
	for k < len(d) && (isBlank(d[k]) || d[k] == '\r') {
		k++
	}
	if k < len(d) && d[k] == '\n' {
		return skipSpace(d, k)
	}
	return 0
}

// starters are the words that a command may follow.
var starters = []string{
	"sudo", "exec", "then", "do", "else", "time", "env", "command", "nohup", "xargs", "eval", "run", "RUN", "CMD", "script", "if", "while",
	"npx", "start", "call", "return", "bash", "sh", "ssh", "in", "and", "or", "not",
}

// program returns the place of the word momento before the subcommand at
// d[at], if it is where a command begins.
func (t *Text) program(at int) (lo int, ok bool) {
	d := t.Data
	from := max(0, at-200)
	t.Work += int64(at - from)
	i := bytes.LastIndex(d[from:at], []byte("momento"))
	if i < 0 {
		return 0, false
	}
	lo = from + i
	end := lo + len("momento")
	if bytes.HasPrefix(d[end:], []byte(".exe")) {
		end += len(".exe")
	}
	// Only flags may be in between.
	between := strings.NewReplacer("\\\n", " ", "`\n", " ", "`\r\n", " ", "^\r\n", " ", "\n- ", " ", `"`, " ", "'", " ", ",", " ", "[", " ", "\\", " ").Replace(string(d[end:at]))
	if end < len(d) && isWord(d[end]) || d[end] == '-' || d[end] == '.' {
		return 0, false
	}
	value := false
	for w := range strings.FieldsSeq(between) {
		switch {
		case strings.HasPrefix(w, "-"):
			value = !strings.Contains(w, "=")
		case value:
			value = false
		default:
			return 0, false
		}
	}
	if strings.ContainsAny(between, ";|&") || lo > 0 && (isWord(d[lo-1]) || d[lo-1] == '-' || d[lo-1] == '.') {
		return 0, false
	}
	return lo, t.commandPosition(lo)
}

// commandPosition reports whether a command can begin at d[lo].
func (t *Text) commandPosition(lo int) bool {
	d := t.Data
	// A path before the program's name.
	for lo > 0 && (isWord(d[lo-1]) && d[lo-1] != '$' || strings.IndexByte("./\\~{}$-", d[lo-1]) >= 0) {
		lo--
	}
	i := lo
	for i > 0 && isBlank(d[i-1]) {
		i--
	}
	if i == 0 || d[i-1] == '\n' {
		return true
	}
	switch c := d[i-1]; c {
	case ';', '|', '&', '(', '{', '"', '\'', '`', '[', ':', '$', '!', '>', '@', '=', ',', '%':
		return true
	case '-':
		return i != lo // "-momento" is not one, "- momento" is
	}
	first := i
	for first > 0 && !isSpace(d[first-1]) && d[first-1] != '"' && d[first-1] != '\'' {
		first--
	}
	before := string(d[first:i])
	return slices.Contains(starters, before) || strings.HasPrefix(before, "-") || isAssignment(before)
}

// isAssignment reports whether a word sets a variable for the command behind it.
func isAssignment(text string) bool {
	name, _, ok := strings.Cut(text, "=")
	return ok && name != "" && !strings.HasPrefix(name, "-") && !strings.ContainsAny(name, `"'(`)
}

// printers are words that show the text behind them.
var printers = []string{"echo", "printf", "print", "println", "console.", "log.", "logger.", "usage", "help", "description", "Write-Host", "Write-Output", "example", "e.g.", "read -p", "read-host", "error(", "exception(", "panic(", "raise ", "die ", "fmt.", "puts ", "say "}

// printed reports whether the command at d[lo] is shown rather than run: by a
// command on its line, or in a here-document that is.
func (t *Text) printed(lo int) bool {
	d := t.Data
	start := bytes.LastIndexByte(d[max(0, lo-maxCall):lo], '\n') + 1 + max(0, lo-maxCall)
	line := d[start:lo]
	// Only the command that the text is an argument of.
	if i := bytes.LastIndexAny(line, ";|&"); i >= 0 && bytes.Count(line[i:], []byte{'"'})%2 == 0 && bytes.Count(line[i:], []byte{'\''})%2 == 0 {
		line = line[i+1:]
	}
	if k := bytes.LastIndex(line, []byte("$(")); k >= 0 {
		line = line[k+2:]
	}
	for _, p := range printers {
		if mentions(line, strings.ToLower(p)) {
			return true
		}
	}
	return t.inHeredoc(start)
}

// inHeredoc reports whether the line at d[at] is in a here-document that is
// printed.
func (t *Text) inHeredoc(at int) bool {
	d := t.Data
	from := max(0, at-maxCall)
	t.Work += int64(at - from)
	for end := at; ; {
		i := bytes.LastIndex(d[from:end], []byte("<<"))
		if i < 0 {
			return false
		}
		i += from
		end = i
		k := i + 2
		for k < len(d) && (d[k] == '-' || d[k] == '~' || d[k] == ' ' || d[k] == '"' || d[k] == '\'' || d[k] == '\\') {
			k++
		}
		last := wordAt(d, k)
		if last == k || isDigit(d[k]) {
			continue
		}
		word := d[k:last]
		line := bytes.IndexByte(d[last:at], '\n')
		if line < 0 || closesHeredoc(d[last+line:at], word) {
			continue
		}
		start := bytes.LastIndexByte(d[from:i], '\n') + 1 + from
		opener := string(d[start : last+line])
		return printsHeredoc(opener)
	}
}

// closesHeredoc reports whether one of the lines is the here-document's word.
func closesHeredoc(lines, word []byte) bool {
	for l := range bytes.Lines(lines) {
		if bytes.Equal(bytes.TrimSpace(l), word) {
			return true
		}
	}
	return false
}

// printsHeredoc reports whether the command on this line shows its
// here-document. One that is written to a script will be run.
func printsHeredoc(line string) bool {
	for _, shell := range []string{"bash", "sh ", "ssh ", "zsh", ".sh", "python", "docker"} {
		if strings.Contains(line, shell) {
			return false
		}
	}
	return true
}
