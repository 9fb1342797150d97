package detect

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/internal/lazy"
	"github.com/momentolint/momentolint/scanner/finding"
)

// The bounds of a look around a call, in bytes.
const (
	maxCall = 4 << 10  // back to the beginning of the call around it
	maxUse  = 16 << 10 // on to where a variable is used
)

// notCode are the endings of files in which the policy rule does not look: Go
// belongs to the analyzers, the others are prose.
var notCode = []string{".go", ".md", ".mdx", ".markdown", ".rst", ".adoc", ".txt", ".html", ".htm", ".map"}

// neverExpiring looks at the word never in the buffer: does it make an API key
// of Momento's that never expires?
func (s *Scanner) neverExpiring(at int) {
	if s.path != "" && slices.Contains(notCode, strings.ToLower(path.Ext(s.path))) {
		return
	}
	lo, hi, ok := s.neverCall(at)
	if !ok {
		lo, hi, ok = s.neverBody(at)
	}
	d := s.top.data
	if !ok || s.inComment(lo) {
		return
	}
	text := string(d[lo:hi])
	first, last := s.lineBounds(lo, hi)
	s.work += int64(4 * (last - first))
	m := Match{
		Rule: finding.NeverExpiringRule, Message: s.d.messages[finding.NeverExpiringRule],
		Fingerprint: fingerprint(finding.NeverExpiringRule, string(bytes.Join(bytes.Fields(d[first:last]), []byte{' '}))),
		Redacted:    string(printable(d[lo:hi], displayAfter)),
	}
	c := &candidate{lo: lo, hi: hi, match: m, text: text}
	i, _ := slices.BinarySearchFunc(s.others, lo, func(p *candidate, lo int) int { return p.lo - lo })
	s.others = slices.Insert(s.others, i, c)
}

// generates finds the name of a call that creates an API key, in the spelling of
// any of the SDKs, and gives the place behind it; -1 if there is none.
func generates(text []byte) (end int) {
	for i := 0; ; {
		k := indexFold(text[i:], "generate")
		if k < 0 {
			return -1
		}
		i += k + len("generate")
		rest, ok := cutFold(bytes.TrimPrefix(text[i:], []byte("_")), "api")
		if !ok {
			continue
		}
		rest = bytes.TrimPrefix(rest, []byte("_"))
		for _, what := range [...]string{"key", "token"} {
			if after, ok := cutFold(rest, what); ok {
				return len(text) - len(after)
			}
		}
	}
}

// cutFold is bytes.CutPrefix without regard to case.
func cutFold(text []byte, prefix string) (rest []byte, ok bool) {
	if len(text) >= len(prefix) && strings.EqualFold(string(text[:len(prefix)]), prefix) {
		return text[len(prefix):], true
	}
	return text, false
}

// neverCall tells whether ExpiresIn.never() stands around d[at] and goes to a
// call that creates an API key, and where it stands.
func (s *Scanner) neverCall(at int) (lo, hi int, ok bool) {
	d := s.top.data
	lo = at
	switch {
	case at > 0 && d[at-1] == '.':
		lo--
	case at > 1 && d[at-1] == ':' && d[at-2] == ':':
		lo -= 2
	default:
		return 0, 0, false
	}
	for lo > 0 && isSpace(d[lo-1]) {
		lo--
	}
	if !bytes.HasSuffix(d[max(0, lo-len("ExpiresIn")):lo], []byte("ExpiresIn")) {
		return 0, 0, false
	}
	lo -= len("ExpiresIn")
	if lo > 0 && wordSet[d[lo-1]] {
		return 0, 0, false
	}
	hi = at + len("never")
	if hi < len(d) && wordSet[d[hi]] {
		return 0, 0, false
	}
	if n := bytes.TrimLeft(d[hi:min(len(d), hi+16)], " \t\r\n"); bytes.HasPrefix(n, []byte("(")) {
		if k := bytes.IndexByte(n, ')'); k > 0 && len(bytes.TrimSpace(n[1:k])) == 0 {
			hi = min(len(d), hi+16) - len(n) + k + 1
		}
	}
	// Names before it that say where it comes from.
	for lo > 0 && (wordSet[d[lo-1]] || d[lo-1] == '.' || d[lo-1] == ':' || d[lo-1] == '\\') && at-lo < 128 {
		if d[lo-1] == ':' && (lo < 2 || d[lo-2] != ':') && d[lo] != ':' {
			break
		}
		lo--
	}
	if !s.momentoInPlay(d[lo:hi]) {
		return 0, 0, false
	}
	return lo, hi, s.goesToKey(lo, hi)
}

// imports matches a line that brings Momento's SDK into a file, in the manner
// of any language: an import, using, use or require with Momento in it.
var imports = lazy.Regexp(`(?mi)^[ \t">+]*(?:import|from|export|using|use|require|require_once|require_relative|include|alias|extern crate|@?import|open|#r|implementation|(?:const|let|var)\b[^\n=]{1,200}=\s*(?:await\s+)?(?:require|import)\b)\b?[^\n]{0,200}momento`)

// multiline matches the end of an import over several lines.
var multiline = lazy.Regexp(`(?i)\bfrom\s+["'][^"'\n]{0,100}momento`)

// momentoInPlay tells whether the file uses Momento's SDK: its imports or the
// name itself say so.
func (s *Scanner) momentoInPlay(name []byte) bool {
	if !s.inPlayKnown {
		s.inPlay = indexFold(s.beginning, "momento") >= 0 && (imports().Match(s.beginning) || multiline().Match(s.beginning))
		s.inPlayKnown = true
	}
	return s.inPlay || indexFold(name, "momento") >= 0
}

// goesToKey tells whether the expression d[lo:hi] goes to a call that creates
// an API key: as an argument, or through a variable.
func (s *Scanner) goesToKey(lo, hi int) bool {
	d := s.top.data
	from := max(0, lo-maxCall)
	s.work += maxCall
	// Outwards through the calls and literals around it.
	depth := 0
	for i := lo - 1; i >= from; i-- {
		switch d[i] {
		case ')', ']', '}':
			depth++
		case '(', '[', '{':
			if depth > 0 {
				depth--
				continue
			}
			callee := calleeBefore(d[from:i])
			s.work += int64(len(callee))
			if generates(callee) >= 0 {
				return true
			}
		case ';':
			if depth == 0 {
				return s.variableGoesToKey(d, lo, hi)
			}
		}
	}
	return s.variableGoesToKey(d, lo, hi)
}

// calleeBefore gives the end of text: a name, with what may stand between it
// and its arguments.
func calleeBefore(text []byte) []byte {
	text = bytes.TrimRight(text, " \t\r\n")
	if bytes.HasSuffix(text, []byte(">")) {
		if i := bytes.LastIndexByte(text, '<'); i >= 0 && len(text)-i < 100 {
			text = text[:i]
		}
	}
	text = bytes.TrimSuffix(text, []byte("::"))
	i := len(text)
	for i > 0 && len(text)-i < 100 && (wordSet[text[i-1]] || text[i-1] == '.' || text[i-1] == ':') {
		i--
	}
	return text[i:]
}

// assigned matches the beginning of a statement that puts a value into a
// variable.
var assigned = lazy.Regexp(`([A-Za-z_$][A-Za-z0-9_]*)\s*(?::\s*[A-Za-z_][A-Za-z0-9_.:<>]*\s*)?:?=\s*(?:await\s+|new\s+)?$`)

// variableGoesToKey tells whether d[lo:hi] is put into a variable that a call
// which creates an API key uses further down.
func (s *Scanner) variableGoesToKey(d []byte, lo, hi int) bool {
	const statement = 200
	s.work += 4 * statement // for the expression
	m := assigned().FindSubmatch(d[max(0, lo-statement):lo])
	if m == nil {
		return false
	}
	name := m[1]
	rest := d[hi:min(len(d), hi+maxUse)]
	s.work += int64(len(rest))
	for {
		end := generates(rest)
		if end < 0 {
			return false
		}
		rest = rest[end:]
		open := bytes.IndexByte(rest[:min(len(rest), 64)], '(')
		if open < 0 {
			continue
		}
		arguments := arguments(rest[open:])
		s.work += int64(2 * len(arguments))
		if hasWord(arguments, name) {
			return true
		}
	}
}

// arguments gives text up to the parenthesis that closes its first one.
func arguments(text []byte) []byte {
	depth := 0
	for i, c := range text[:min(len(text), maxCall)] {
		switch c {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return text[:i]
			}
		}
	}
	return text[:min(len(text), maxCall)]
}

func hasWord(text, word []byte) bool {
	for i := 0; ; {
		k := bytes.Index(text[i:], word)
		if k < 0 {
			return false
		}
		i += k
		end := i + len(word)
		if (i == 0 || !wordSet[text[i-1]]) && (end == len(text) || !wordSet[text[end]]) {
			return true
		}
		i = end
	}
}

// expiryNever matches the field of the request that creates a key over HTTP,
// up to the word never, however it is quoted.
var expiryNever = lazy.Regexp(`(?:^|[^A-Za-z0-9_])(expiry(?:["'\s\\]|%22|&quot;)*(?::|=>?|,|%3A|\bto\b)(?:["'\s\\]|%22|&quot;)*)$`)

// neverBody tells whether d[at] is the value of the field expiry of a request
// to /api-keys, and where field and value stand.
func (s *Scanner) neverBody(at int) (lo, hi int, ok bool) {
	d := s.top.data
	hi = at + len("never")
	if quoteAt(d, hi) == 0 || d[at] != 'n' {
		return 0, 0, false
	}
	m := expiryNever().FindSubmatchIndex(d[max(0, at-48):at])
	if m == nil {
		return 0, 0, false
	}
	lo = max(0, at-48) + m[2]
	hi += quoteAt(d, hi)
	if lo > 0 && (d[lo-1] == '"' || d[lo-1] == '\'') {
		lo--
		for lo > 0 && d[lo-1] == '\\' {
			lo--
		}
	}
	near, _ := around(d, lo, hi)
	s.work += int64(len(near)) / 16
	return lo, hi, bytes.Contains(near, []byte("/api-keys"))
}

// inComment tells whether the place in the buffer is in a comment, as far as
// that can be told without knowing the language.
func (s *Scanner) inComment(at int) bool {
	d := s.top.data
	first := max(0, at-maxCall)
	start := first
	if i := bytes.LastIndexByte(d[first:at], '\n'); i >= 0 {
		start = first + i + 1
	}
	line := bytes.TrimLeft(d[start:at], " \t")
	for _, mark := range [...]string{"//", "#", "*", "--", "<!--", ";;", "%", "'''", `"""`, "REM "} {
		// A # before a [ is Rust's attribute.
		if bytes.HasPrefix(line, []byte(mark)) && !bytes.HasPrefix(line, []byte("#[")) {
			return true
		}
	}
	if trailingComment(line, s.path) {
		return true
	}
	before := d[first:at]
	if open := bytes.LastIndex(before, []byte("/*")); open >= 0 && !bytes.Contains(before[open:], []byte("*/")) && !inString(before, open) {
		return true
	}
	if open := bytes.LastIndex(before, []byte("<!--")); open >= 0 && !bytes.Contains(before[open:], []byte("-->")) {
		return true
	}
	switch strings.ToLower(path.Ext(s.path)) {
	case ".py", ".exs", ".ex", ".jl":
		// A docstring.
		return bytes.Count(before, []byte(`"""`))%2 == 1
	}
	return false
}

// inString tells whether an odd number of quotation marks stands before the
// place on its line.
func inString(d []byte, at int) bool {
	line := d[:at]
	if i := bytes.LastIndexByte(line, '\n'); i >= 0 {
		line = line[i+1:]
	}
	return bytes.Count(line, []byte{'"'})%2 == 1 || bytes.Count(line, []byte{'\''})%2 == 1
}

// trailingComment tells whether a comment begins in a line of code.
func trailingComment(line []byte, name string) bool {
	hash := false
	switch strings.ToLower(path.Ext(name)) {
	case ".py", ".rb", ".sh", ".bash", ".zsh", ".ex", ".exs", ".yml", ".yaml", ".php", ".pl", ".ps1", ".tf", ".r", ".jl":
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
		case c == '"' || c == '\'' || c == '`':
			quote = c
		case c == '/' && i+1 < len(line) && line[i+1] == '/' && (i == 0 || line[i-1] != ':'):
			return true
		case hash && c == '#' && (i == 0 || isBlank(line[i-1])):
			return true
		}
	}
	return false
}
