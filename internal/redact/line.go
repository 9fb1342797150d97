package redact

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/momentolint/momentolint/internal/lazy"
)

// Line is a source line that may be shown: what a person needs to recognise the
// place, and no value. It keeps the names that something is assigned to, calls,
// flags, keywords, common words of programming, and punctuation. Everything
// else is "…", but for the finding itself.
type Line struct{ before, mark, after Text }

// SourceLine returns the line with everything masked that may be a value. The
// finding is in it from column on, width bytes long, and is shown: it is a
// redacted credential, or code that a rule is about, in which only what looks
// like a token is masked. A masked line may be masked again.
func SourceLine(line string, column, width int) Line {
	if column < 0 || width < 0 || column > len(line) || width > len(line)-column {
		column, width = 0, 0
	}
	before, mark, after := oneLine(line[:column]), Prose(line[column:column+width]), oneLine(line[column+width:])
	m := masker{line: before + mark + after, outLo: -1, outHi: -1}
	m.lo, m.hi = len(before), len(before)+len(mark)
	if mark == "" {
		m.lo, m.hi = len(m.line), len(m.line)
	}
	m.assigned.lo, m.assigned.hi = assignedName(m.line[:m.lo])
	if mark == "" {
		m.assigned.lo, m.assigned.hi = 0, 0
	}
	m.run()
	out := m.out.String()
	if mark == "" {
		return Line{before: Text{masked(out)}}
	}
	return Line{Text{masked(out[:m.outLo])}, Text{masked(out[m.outLo:m.outHi])}, Text{masked(out[m.outHi:])}}
}

// Code returns code with its values masked, such as a call in which a rule found
// a fault.
func Code(code string) string { return SourceLine(code, 0, 0).Text().s }

// Text returns the whole line.
func (l Line) Text() Text { return Text{l.before.s + l.mark.s + l.after.s} }

// Before returns what precedes the finding.
func (l Line) Before() Text { return l.before }

// Mark returns the finding.
func (l Line) Mark() Text { return l.mark }

// After returns what follows the finding.
func (l Line) After() Text { return l.after }

// IsEmpty reports whether there is nothing to show.
func (l Line) IsEmpty() bool { return l.before.s == "" && l.mark.s == "" && l.after.s == "" }

// Column and Width return where the finding is in the line, in bytes.
func (l Line) Column() int { return len(l.before.s) }

// Width returns the length of the finding in bytes.
func (l Line) Width() int { return len(l.mark.s) }

// Assigned returns no more of the line than the name to which the finding is
// assigned, and the finding: for reports that leave the machine.
func (l Line) Assigned() Line {
	if l.mark.s == "" {
		return Line{}
	}
	out := Line{mark: l.mark}
	if lo, hi := assignedName(l.before.s); hi > lo {
		name := l.before.s[lo:hi]
		out.before = Text{name + separator(l.before.s[hi:])}
	}
	return out
}

// separator returns what is between a name and its value in a plain form.
func separator(s string) string {
	switch {
	case strings.Contains(s, ":="):
		return " := "
	case strings.Contains(s, "=") && strings.Contains(s, " "):
		return " = "
	case strings.Contains(s, "="):
		return "="
	case strings.Contains(s, ":"):
		return ": "
	case strings.Contains(s, "("):
		return "("
	}
	return " "
}

// oneLine makes a part of a line printable: tabs are blanks, other control
// characters and those that change the direction of writing a dot.
func oneLine(s string) string { return Printable(s, len(s)*3+8) }

// Printable returns data safe for a terminal, a log and a report: valid UTF-8,
// no control characters, nothing that changes the direction of writing, at most
// limit bytes. Unlike Of it replaces what it takes out by one character, since
// it is made for parts of files, and it drops zero bytes, so that UTF-16 is
// readable.
func Printable(text string, limit int) string {
	out := make([]byte, 0, min(len(text), limit)+len("…"))
	for len(text) > 0 {
		r, n := utf8.DecodeRuneInString(text)
		if len(out)+max(n, 3) > limit && len(text) > n {
			return string(append(out, "…"...))
		}
		switch {
		case r == 0:
		case r == utf8.RuneError && n <= 1:
			out = append(out, "\uFFFD"...)
		case r == '\t':
			out = append(out, ' ')
		case !unicode.IsPrint(r):
			out = append(out, "·"...)
		default:
			out = append(out, text[:n]...)
		}
		text = text[n:]
	}
	return string(out)
}

// valueState says whether what comes next on the line is a value.
type valueState int

const (
	// code: names, keywords, calls.
	code valueState = iota
	// spaced is a value after "=" or ":" and a blank: up to a separator.
	spaced
	// glued is a value directly after "=" or ":": up to a blank.
	glued
)

const mask = "…"

// redactedLength is what follows the mask of a credential.
var redactedLength = lazy.Regexp(`^\([0-9]{1,9} characters\)`)

// maxPunctuation is the most punctuation in a row that is shown. A secret may
// consist of it.
const maxPunctuation = 5

// masker writes the masked form of one line.
type masker struct {
	line string
	// lo and hi are the finding, outLo and outHi where it is in the output.
	lo, hi, outLo, outHi int
	// assigned is the name to which the finding is assigned.
	assigned struct{ lo, hi int }
	out      strings.Builder
	state    valueState
	// masked reports that the last thing written is a mask, punctuation counts
	// the punctuation since the last word or blank.
	masked      bool
	punctuation int
	// tainted reports that something was hidden since the last separator: what
	// is attached to it may be the rest of the same value.
	tainted bool
	// valued reports that something of the glued value has been written.
	valued bool
}

func (m *masker) run() {
	m.span(0, len(m.line), 0)
	m.at(len(m.line))
}

// at notes where the finding begins and ends in the output.
func (m *masker) at(i int) {
	if i >= m.lo && m.outLo < 0 {
		m.outLo = m.out.Len()
	}
	if i >= m.hi && m.outHi < 0 {
		m.outHi = m.out.Len()
	}
}

// span masks part of the line; quote is the quotation mark around it, 0 outside
// of quotes.
func (m *masker) span(from, to int, quote byte) {
	for i := from; i < to; {
		m.at(i)
		if i == m.lo && m.hi > m.lo {
			m.keep(m.line[m.lo:m.hi])
			m.state = glued
			i = m.hi
			continue
		}
		c := m.line[i]
		switch {
		case c == ' ':
			if m.state == glued {
				m.state = code
			}
			m.out.WriteByte(' ')
			m.masked, m.tainted, m.punctuation = false, false, 0
			i++
		case m.apostrophe(i):
			m.hide()
			i++
		case isQuote(c) && quote == 0:
			i = m.quoted(i, to)
		case isWordByte(c):
			i = m.word(i, m.bound(i, to), quote)
		default:
			i = m.sign(i, m.bound(i, to))
		}
	}
}

// bound keeps a token from reaching into the finding.
func (m *masker) bound(i, to int) int {
	if i < m.lo {
		return min(to, m.lo)
	}
	return to
}

func (m *masker) hide() {
	if m.out.Len() == 0 {
		// The line may have been cut within a value.
		m.state = glued
	}
	if !m.masked {
		m.out.WriteString(mask)
	}
	m.masked, m.tainted, m.valued, m.punctuation = true, true, true, 0
}

func (m *masker) keep(s string) {
	if len(s) <= 2 {
		// Short words among punctuation may be pieces of a secret.
		if m.punctuation += len(s); m.punctuation > maxPunctuation {
			m.hide()
			return
		}
	} else {
		m.punctuation = 0
	}
	m.out.WriteString(s)
	m.masked, m.valued = false, true
}

// apostrophe reports whether a quotation mark is within a word, as in "don't".
func (m *masker) apostrophe(i int) bool {
	return m.line[i] == '\'' && i > 0 && i+1 < len(m.line) && i+1 != m.lo && isAlnum(m.line[i-1]) && isAlnum(m.line[i+1])
}

// quoted masks a quoted string and returns where it ends.
func (m *masker) quoted(i, to int) int {
	q := m.line[i]
	end, closed := to, false
	for j := i + 1; j < to; j++ {
		if j == m.lo && m.hi > m.lo {
			j = m.hi - 1 // the finding is not searched
			continue
		}
		if m.line[j] == '\\' {
			j++
			continue
		}
		if m.line[j] == q {
			end, closed = j, true
			break
		}
	}
	inside := m.lo > i && m.lo < end && m.hi > m.lo
	content := m.line[i+1 : end]
	m.out.WriteByte(q)
	m.masked, m.tainted = false, false
	was := m.state
	switch {
	case inside:
		if was == spaced {
			m.state = glued // a blank within quotes ends nothing
		}
		m.inString(i+1, end, q, was != code)
	case closed && was == code && nameLike(content) && isKey(m.line[end+1:]),
		i+1 == m.assigned.lo && end == m.assigned.hi:
		m.keep(content)
	case content == "":
	case constants[content]:
		m.keep(content)
	case was == code:
		m.inString(i+1, end, q, false)
	default:
		m.hide()
	}
	m.masked, m.tainted = false, false
	m.at(end)
	if closed {
		m.out.WriteByte(q)
		end++
	}
	m.state = code
	return end
}

// inString masks the content of a quoted string. Where it is a value, nothing
// but the name to which the finding is assigned is kept.
func (m *masker) inString(from, to int, q byte, value bool) {
	if !value {
		m.state = code
		m.span(from, to, q)
		return
	}
	for i := from; i < to; {
		switch {
		case i == m.lo && m.hi > m.lo:
			m.at(i)
			m.keep(m.line[m.lo:m.hi])
			i = m.hi
			m.at(i)
		case i == m.assigned.lo && m.assigned.hi > i:
			m.keep(m.line[i:m.assigned.hi])
			i = m.assigned.hi
		case i >= m.assigned.hi && m.assigned.hi > 0 && i < m.lo && strings.IndexByte("\"'`=:>(, \\+", m.line[i]) >= 0:
			m.keep(m.line[i : i+1])
			i++
		default:
			m.hide()
			i++
		}
	}
}

// word masks or keeps one word and returns where it ends.
func (m *masker) word(i, to int, quote byte) int {
	end := i
	for end < to {
		c := m.line[end]
		switch {
		case isWordByte(c):
			end++
			continue
		case (c == '-' || c == '.') && end+1 < to && isWordByte(m.line[end+1]):
			end++
			continue
		case strings.HasPrefix(m.line[end:to], "::") && end+2 < to && isLetter(m.line[end+2]) && m.state != glued:
			end += 2
			continue
		}
		break
	}
	word, rest := m.line[i:end], m.line[end:]
	switch {
	case i <= m.assigned.lo && m.assigned.hi <= end && m.assigned.hi > m.assigned.lo:
		if i < m.assigned.lo {
			m.hide()
		}
		m.keep(m.line[m.assigned.lo:m.assigned.hi])
		if m.assigned.hi < end {
			m.hide()
		}
	case strings.HasPrefix(rest, "://") && schemes[strings.ToLower(word)]:
		m.keep(word + "://")
		m.state = glued
		return end + len("://")
	case constants[word]:
		m.keep(word)
	case m.tainted, m.state == glued && !(strings.HasPrefix(rest, "(") && common(word)):
		m.hide()
	case common(word):
		m.keep(word)
	case m.state == code && quote == 0 && nameLike(word) && m.namePlace(i) && (isKey(rest) || strings.HasPrefix(rest, "(") && !m.flag(i)):
		m.keep(word)
	case m.state == code && quote == 0 && m.flag(i) && longFlag(m.line[:i], word):
		m.keep(word)
	default:
		m.hide()
	}
	return end
}

// namePlace reports whether a name may begin at i: at the beginning, after a
// blank, or after what opens something.
func (m *masker) namePlace(i int) bool {
	return i == 0 || m.flag(i) || strings.IndexByte(" {([<,;!&*@", m.line[i-1]) >= 0
}

// flag reports whether the word at i is a flag.
func (m *masker) flag(i int) bool {
	before := strings.TrimRight(m.line[:i], "-")
	return len(before) < i && i-len(before) <= 2 && (before == "" || before[len(before)-1] == ' ')
}

// longFlag reports whether the word is the name of a flag and nothing else.
func longFlag(before, word string) bool {
	return strings.HasSuffix(before, "--") && nameLike(word) && strings.IndexFunc(word, unicode.IsDigit) < 0
}

// sign writes punctuation and moves between names and values. It returns where
// the punctuation ends.
func (m *masker) sign(i, to int) int {
	r, n := utf8.DecodeRuneInString(m.line[i:to])
	c := m.line[i]
	next := byte(' ')
	if i+1 < len(m.line) {
		next = m.line[i+1]
	}
	switch {
	case string(r) == mask:
		m.hide()
		if length := redactedLength().FindString(m.line[i+n : to]); length != "" {
			m.keep(length)
			return i + n + len(length)
		}
	case r >= utf8.RuneSelf:
		m.hide()
	case c == '\\' && isQuote(next) && i+1 < to:
		// A quotation mark within quotes. It ends the value that it began.
		m.punct(c)
		m.punct(next)
		if m.valued && m.state == glued {
			m.state = code
		}
		m.tainted = false
		return i + 2
	case c == '=' || c == ':':
		m.punct(c)
		m.valued = false
		if i+1 == m.lo && m.hi > m.lo {
			m.state = glued
			break
		}
		switch {
		case m.state == glued, i > 0 && strings.IndexByte("=!<>", m.line[i-1]) >= 0:
		case next == '=' || next == '>' || next == ':' && c == ':':
		case next == ' ':
			m.state = spaced
		default:
			m.state = glued
			if isQuote(next) {
				m.state = spaced
			}
		}
	case strings.IndexByte(",;&|)]}", c) >= 0:
		m.punct(c)
		m.tainted = false
		if m.state == spaced {
			m.state = code
		}
	case c == '{' && m.state == spaced:
		m.punct(c)
		m.state = code
	case strings.IndexByte("([{<>", c) >= 0, isQuote(c), c == '\\':
		m.punct(c)
		m.tainted = false
	case c == '-' && i < m.assigned.lo && strings.Trim(m.line[i:m.assigned.lo], "-") == "":
		m.punct(c)
	case m.state != code, m.tainted:
		m.hide()
	default:
		m.punct(c)
	}
	return i + n
}

func (m *masker) punct(c byte) {
	if m.punctuation >= maxPunctuation {
		m.hide()
		m.punctuation = maxPunctuation
		return
	}
	m.out.WriteByte(c)
	m.masked = false
	m.punctuation++
}

func isQuote(c byte) bool { return c == '"' || c == '\'' || c == '`' }

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

func isWordByte(c byte) bool { return isAlnum(c) || c == '_' || c == '$' }

// isKey reports whether what follows a name assigns a value to it.
func isKey(rest string) bool {
	rest = strings.TrimLeft(strings.TrimPrefix(strings.TrimLeft(rest, " "), "]"), " ")
	switch {
	case rest == "" || strings.HasPrefix(rest, "==") || strings.HasPrefix(rest, "::"):
		return false
	case rest[0] == '=' || rest[0] == ':':
		return true
	}
	return false
}

// maxNameLength is the longest name that is shown.
const maxNameLength = 48

// nameLike reports whether a word reads like the name of something, and not
// like a secret.
func nameLike(word string) bool {
	if word == "" || len(word) > maxNameLength || strings.Trim(word, "$@") == "" {
		return false
	}
	if c := strings.TrimLeft(word, "$@"); !isLetter(c[0]) && c[0] != '_' {
		return false
	}
	for i := range len(word) {
		if c := word[i]; !isWordByte(c) && strings.IndexByte("-.:@", c) < 0 {
			return false
		}
	}
	parts := strings.FieldsFunc(word, func(r rune) bool { return strings.ContainsRune("-._:$@", r) })
	return !slices.ContainsFunc(parts, random)
}

// random reports whether a word without separators looks random: letters and
// digits mixed, many changes of case, only hexadecimal digits, or too long for
// capitals.
func random(part string) bool {
	if len(part) < 6 {
		return false
	}
	var digits, mixes, humps, capitals, hexes int
	for i := range len(part) {
		c := part[i]
		if '0' <= c && c <= '9' {
			digits++
		}
		if 'A' <= c && c <= 'Z' {
			capitals++
		}
		if strings.IndexByte("0123456789abcdefABCDEF", c) >= 0 {
			hexes++
		}
		if i == 0 {
			continue
		}
		b := part[i-1]
		if isLetter(b) != isLetter(c) {
			mixes++
		}
		if b >= 'a' && b <= 'z' && c >= 'A' && c <= 'Z' {
			humps++
		}
	}
	switch {
	case mixes >= 2 || digits > 3, hexes == len(part) && len(part) >= 8, capitals == len(part) && len(part) >= 16:
		return true
	}
	return humps*4 > len(part)
}

// assignedName returns where in the text before a finding the name is to which
// the finding is assigned, 0 and 0 if there is none.
func assignedName(before string) (lo, hi int) {
	end := len(before)
	for range 3 {
		hi = len(strings.TrimRight(before[:end], " \"'`\\=:>(,+]"))
		lo = hi
		for lo > 0 && (isWordByte(before[lo-1]) || lo < hi && strings.IndexByte("-.", before[lo-1]) >= 0) {
			lo--
		}
		lo += len(before[lo:hi]) - len(strings.TrimLeft(before[lo:hi], "-."))
		if lo == hi {
			return 0, 0
		}
		switch strings.ToLower(before[lo:hi]) {
		case "bearer", "basic", "token", "string", "str", "const", "static", "var", "mut", "new", "await", "return", "text", "any":
			if lo > 0 {
				// What matters is before it: "Authorization: Bearer", "key: string =".
				if name, _ := assignedName(before[:lo]); name < lo && strings.ContainsAny(before[name:lo], ":=") {
					end = lo
					continue
				}
			}
		}
		break
	}
	between := before[hi:]
	if between == "" || !nameLike(before[lo:hi]) {
		return 0, 0
	}
	last := byte(' ')
	if lo > 0 {
		last = before[lo-1]
	}
	usual := common(before[lo:hi]) && hi-lo > 1
	switch {
	case strings.IndexByte(":@%", last) >= 0:
		return 0, 0 // a password in a URL, or the value of another name
	case strings.Contains(between, ","):
		// Setenv("NAME", "value"), or only two values.
		constant := strings.Contains(before[lo:hi], "_") && strings.ToUpper(before[lo:hi]) == before[lo:hi]
		if !isQuote(last) || !usual && !constant {
			return 0, 0
		}
	case strings.IndexByte(" \"'`{([<,;?&!*|\\-.", last) < 0 && !usual:
		return 0, 0
	case !strings.ContainsAny(between, "=:>(") && !strings.HasSuffix(before[:lo], "--") && !(usual && last == ' '):
		return 0, 0
	}
	return lo, hi
}

// common reports whether all parts of a word are common words of programming,
// or of no length.
func common(word string) bool {
	if len(word) > maxNameLength || len(word) > 1 && '0' <= word[0] && word[0] <= '9' {
		return false
	}
	start, digits, letters := -1, 0, 0
	ok := true
	flush := func(end int) {
		if start >= 0 && end-start <= 2 {
			letters++
		}
		if start >= 0 && end-start > 1 && !commonWords[strings.ToLower(word[start:end])] {
			ok = false
		}
		start = -1
	}
	for i := range len(word) {
		c := word[i]
		switch {
		case '0' <= c && c <= '9':
			flush(i)
			digits++
		case !isLetter(c):
			flush(i)
		case start < 0:
			start = i
		case c >= 'A' && c <= 'Z' && (word[i-1] >= 'a' && word[i-1] <= 'z' || i+1 < len(word) && word[i+1] >= 'a' && word[i+1] <= 'z'):
			flush(i)
			start = i
		}
	}
	flush(len(word))
	return ok && digits <= 1 && letters <= 1
}

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}

// constants are values that are shown: no secret is one of them.
var constants = setOf("never null none None nil undefined true false True False")

// schemes are the URL schemes that are shown.
var schemes = setOf(`http https ws wss ftp ssh git postgres postgresql mysql mariadb mongodb redis rediss amqp amqps nats tls
	kafka s3 gs file jdbc ldap ldaps smtp smtps tcp udp grpc momento`)

// commonWords are words that are no secret wherever they are: keywords of
// languages and shells, and the vocabulary of programs that use credentials.
var commonWords = setOf(`
	a abstract add all allow an and any api app apply apps arg args array as assert async at auth authentication authority
	authorization await base based basic be bearer begin bin bool boolean break build builder by byte bytes cache caches call
	case cat catch cell char chr class cli client clients cloud cmd code collection com command comment common compose conf
	config configuration configure connect connection console const constant constants constructor container content context
	control cookie copy core create created credential credentials crypto curl custom data database db debug declare decode
	def default define delete deploy description dev dict dictionary disposable do docker dollar done double echo elif else elsif
	email encode end endpoint endpoints enum env environ environment err error errors event exec expire expired expires expiry export
	expose ext extends extern external factory false fetch fi field fields file files final finally float fn for format from
	func function functions generate generator get getenv git github gitlab global go golang google grant group grpc guard
	has head header headers help host hosts http https id if impl implements import in include index info init input insert
	install instance int integer interface internal into io is issue it item items java javascript job jobs json jwt key keys
	kind kotlin label labels lambda lang legacy let level lib library limit line list load local localhost log logger login long
	lookup loop main make map match max message meta method min mock mod mode model module momento mut my name names namespace
	native net never new next nil no node none not note npm null number object of off ok on one only op open operator option
	optional options or org os out output override package param params parse parser pass patch path per permission permissions
	php pip pkg plain policy port post prefix print printf printk println private process prod production profile program project
	promise prompt properties property protected provider proxy pub public put py python query quit raise rb read readonly
	record ref refresh region reg release remote remove replace request require required resource resources response result
	return revoke role root route rule run runtime rust sample save schema scope script sdk secret secrets select self send
	serverless server service services session set setenv setup setx sh shell short sign signed signing simple simulator single
	size source spec sql src staging start state static status std step steps storage store str string strings struct super
	switch sync system tag target task temp template test testing tests text then this throw time to token tokens topic topics
	trait true try ttl type types typeof undefined union unit unless unset unsigned unwrap update url use used user users
	using util utils val valid value values var variable variables vec version via view void volume web webhook when where
	while with write writer x yaml yield yml zone ensure seconds minutes hours days forever superuser generated expect
	momentohq momentosdk envvar`)
