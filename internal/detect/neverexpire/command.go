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
	at = subcommand(d, at)
	if at < 0 || at > 0 && !isSpace(d[at-1]) && !isQuote(d[at-1]) {
		return nil
	}
	lo, ok := t.program(at)
	if !ok {
		return nil
	}
	var around byte // the quotation mark around the command
	if lo > 0 && isQuote(d[lo-1]) {
		around = d[lo-1]
	}
	i := at + len("api-key")
	words := commandWords(d, i, around)
	t.Work += int64(words.end - i)
	if len(words.list) == 0 || words.list[0].text != "create" || t.described() || t.printed(lo) {
		return nil
	}
	return t.flags(lo, words)
}

// subcommand returns the place of "api-key" at the anchor at d[at] or around
// it, as in "key create" and a list's "- api-key"; -1 if there is none.
func subcommand(d []byte, at int) int {
	for _, lo := range []int{at, at - len("api-"), at + len("- "), at + len(`- "`)} {
		if lo >= 0 && bytes.HasPrefix(d[lo:], []byte("api-key")) {
			return lo
		}
	}
	return -1
}

// expiryFlags holds the flags that set an expiry. Their functions judge a
// value; one that cannot be read is no problem.
var expiryFlags = map[string]func(t *Text, value string) (p Problem, ok bool){
	"--expires-in": func(t *Text, value string) (p Problem, ok bool) {
		if seconds, ok := parseSpan(value); ok {
			return t.life(seconds)
		}
		return p, false
	},
	"--expires-on": func(t *Text, value string) (p Problem, ok bool) {
		if end, ok := parseDate(value); ok {
			return t.until(float64(end.Unix()))
		}
		return p, false
	},
	"--expires-at-epoch-seconds": func(t *Text, value string) (p Problem, ok bool) {
		if end, err := strconv.ParseFloat(value, 64); err == nil {
			return t.until(end)
		}
		return p, false
	},
}

// flags judges the flags that follow the first of the words, of a command that
// begins at Data[lo].
func (t *Text) flags(lo int, words words) []Problem {
	for n, w := range words.list[1:] {
		name, value, joined := strings.Cut(w.text, "=")
		hi := w.hi
		if !joined && n+2 < len(words.list) {
			value, hi = words.list[n+2].text, words.list[n+2].hi
		}
		judge := expiryFlags[name]
		switch {
		case name == "--help" || name == "-h":
			return nil
		case judge != nil:
			p, ok := judge(t, strings.Trim(value, `"'\`))
			if !ok {
				return nil
			}
			p.Lo, p.Hi = w.lo, hi
			return []Problem{p}
		case w.open && !flagBefore(words.list, n+1):
			// Flags may be in there.
			return nil
		}
	}
	if words.open {
		return nil
	}
	return []Problem{{Lo: lo, Hi: words.list[0].hi, Level: Omitted}}
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

// commandWords reads the words of a command from d[i] on. around is the
// quotation mark around the command, 0 if there is none.
func commandWords(d []byte, i int, around byte) words {
	if inYAMLList(d, i) {
		return yamlWords(d, i)
	}
	r := wordReader{d: d, i: i, limit: min(len(d), i+maxCall), start: -1, around: around}
	if n := quote(d, i); n > 0 {
		r.i += n
		return r.listed() // "api-key", "create"
	}
	return r.typed()
}

// wordReader reads the words of a command.
type wordReader struct {
	words
	d        []byte
	i, limit int
	start    int // of the present word, -1 between words
	around   byte
}

// typed reads words as a shell does: up to the end of the line or the command,
// over continued lines.
func (r *wordReader) typed() words {
	d := r.d
	for r.i < r.limit {
		c := d[r.i]
		switch {
		case c == '\n':
			next := skipSpace(d, r.i)
			if next+1 >= r.limit || d[next] != '-' || d[next+1] != '-' {
				return r.finish()
			}
			r.endWord(next)
		case r.continued() > 0:
			r.endWord(r.continued())
		case isSpace(c):
			r.endWord(r.i + 1)
		case c == '#' && r.start < 0, strings.IndexByte(";|&)`<", c) >= 0:
			return r.finish()
		case quote(d, r.i) == 0:
			r.unquoted()
		case c == r.around || r.start < 0 && !opensWord(d, r.i):
			// The end of a string around the command.
			next := skipSpace(d, r.i+quote(d, r.i))
			r.open = next < len(d) && (d[next] == '+' || d[next] == ',' && bytes.HasPrefix(d[skipSpace(d, next+1):], []byte("...")))
			return r.finish()
		case !opensWord(d, r.i) || !r.quoted():
			return r.finish()
		}
	}
	return r.cut()
}

// listed reads the strings of a list.
func (r *wordReader) listed() words {
	d := r.d
	for r.i < r.limit {
		c := d[r.i]
		switch {
		case r.continued() > 0:
			r.endWord(r.continued())
		case isSpace(c), c == ',':
			r.endWord(r.i + 1)
		case c == ']' || c == ')' || c == '}':
			// ["api-key", "create"].concat(flags), [...] + flags
			next := skipSpace(d, r.i+1)
			r.open = r.open || next < len(d) && (d[next] == '+' || d[next] == '.')
			return r.finish()
		case c == '*', bytes.HasPrefix(d[r.i:], []byte("...")):
			r.open = true
			r.i++
		case r.start < 0 && isWord(c):
			// A variable among the strings: a value after a flag, else unknown.
			if n := len(r.list); n == 0 || !strings.HasPrefix(r.list[n-1].text, "-") {
				r.open = true
			}
			r.start, r.i = r.i, wordAt(d, r.i)
		case quote(d, r.i) == 0:
			r.unquoted()
		case !r.quoted():
			r.start = -1 // what is read of this word is not all of it
			return r.finish()
		}
	}
	return r.cut()
}

// finish returns the words up to here, which are all of the command.
func (r *wordReader) finish() words {
	r.endWord(r.i)
	r.end = r.i
	return r.words
}

// cut returns the words up to the limit, after which more may follow.
func (r *wordReader) cut() words {
	r.i = r.limit
	r.open = true
	return r.finish()
}

// endWord ends the present word here, if there is one, and goes on at next.
func (r *wordReader) endWord(next int) {
	lo, hi := r.start, r.i
	r.start, r.i = -1, next
	if lo < 0 {
		return
	}
	const marks = "\"'`\\,"
	text := strings.Trim(string(r.d[lo:hi]), marks)
	if text == "" {
		return
	}
	open := r.d[lo] == '$' && !strings.HasPrefix(text, "$(") || strings.HasPrefix(text, "{{") || strings.Contains(text, "[@]") || text == "$@" || text == "$*"
	hi = lo + len(strings.TrimRight(string(r.d[lo:hi]), marks))
	r.list = append(r.list, word{text: text, lo: lo, hi: hi, open: open})
}

// beginWord begins a word here, unless one has begun.
func (r *wordReader) beginWord() {
	if r.start < 0 {
		r.start = r.i
	}
}

// unquoted reads a character or a substitution, a part of a word.
func (r *wordReader) unquoted() {
	r.beginWord()
	d, i := r.d, r.i
	if d[i] != '$' || i+1 >= r.limit || d[i+1] != '(' && d[i+1] != '{' {
		r.i++
	} else if k := closing(d, i+1, 400, false); k > 0 {
		r.i = k + 1
	} else {
		r.i += len("$(")
	}
}

// quoted reads a quoted part of a word. It reports whether the part ends on its
// line.
func (r *wordReader) quoted() bool {
	k := r.i + quote(r.d, r.i)
	for k < r.limit && quote(r.d, k) == 0 && r.d[k] != '\n' {
		k++
	}
	if k >= r.limit || r.d[k] == '\n' {
		return false
	}
	r.beginWord()
	r.i = k + quote(r.d, k)
	return true
}

// continued returns where the next line begins if the character here continues
// the line; 0 if not. In a string the line end may be escaped.
func (r *wordReader) continued() int {
	c := r.d[r.i]
	if c != '\\' && c != '^' && (c != '`' || c == r.around) {
		return 0
	}
	k := r.i + 1
	for k < len(r.d) && (isBlank(r.d[k]) || r.d[k] == '\r') {
		k++
	}
	if k < len(r.d) && r.d[k] == '\n' {
		return skipSpace(r.d, k)
	}
	return 0
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
