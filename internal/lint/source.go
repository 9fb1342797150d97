package lint

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"go/scanner"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/momentohardcoded"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/golint"
	"github.com/momentolint/momentolint/internal/lazy"
	"github.com/momentolint/momentolint/internal/redact"
	"github.com/momentolint/momentolint/internal/userfile"
)

// lintFinding is a finding of an analyzer with its fix.
type lintFinding struct {
	finding.Finding
	path string
	fix  *golint.Fix
}

// convert makes findings of diagnostics, in the order of files and lines, each
// once.
func (l *linter) convert(diagnostics []golint.Diagnostic) []lintFinding {
	slices.SortStableFunc(diagnostics, func(a, b golint.Diagnostic) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Analyzer, b.Analyzer), cmp.Compare(a.Message, b.Message))
	})
	diagnostics = slices.CompactFunc(diagnostics, func(a, b golint.Diagnostic) bool {
		return a.File == b.File && a.Line == b.Line && a.Column == b.Column && a.Analyzer == b.Analyzer && a.Message == b.Message
	})
	diagnostics = slices.DeleteFunc(diagnostics, func(d golint.Diagnostic) bool {
		return l.options.Config.Excluded(l.configPath(d.File), false)
	})
	for _, d := range diagnostics {
		if s := l.source(d.File); d.Analyzer == momentohardcoded.Name {
			s.hide(s.region(d))
		}
	}
	var list []lintFinding
	seen := make(map[string]int)
	for _, d := range diagnostics {
		s := l.source(d.File)
		lo, hi := s.region(d)
		f := lintFinding{path: d.File, fix: d.Fix}
		f.Rule, f.Message = d.Analyzer, d.Message
		f.Location = finding.Location{
			File: l.name(d.File), StartLine: d.Line, StartColumn: d.Column, EndLine: d.EndLine, EndColumn: d.EndColumn,
		}
		f.Line, f.LineColumn, f.LineWidth = s.show(lo, hi)
		f.Redacted = f.Line[f.LineColumn : f.LineColumn+f.LineWidth]
		f.Fingerprint = fingerprint(d, s.lines(lo, hi))
		// Of several alike in a file each has its own: a baseline that knows one
		// does not cover another.
		key := d.File + "\x00" + d.Analyzer + "\x00" + f.Fingerprint
		if seen[key]++; seen[key] > 1 && !credentialMark().MatchString(d.Message) {
			f.Fingerprint = hash(f.Fingerprint, strconv.Itoa(seen[key]))
		}
		list = append(list, f)
	}
	return list
}

// credentialMark matches the part of a message that names its credential.
var credentialMark = lazy.Regexp(`\(fingerprint ([0-9a-f]{16})\)`)

// fingerprint identifies the subject of a finding: the credential, by the same
// fingerprint as in a scan, or else the rule and its lines, without the white
// space that a formatter changes.
func fingerprint(d golint.Diagnostic, lines string) string {
	if m := credentialMark().FindStringSubmatch(d.Message); m != nil {
		return m[1]
	}
	if lines == "" {
		lines = d.Message
	}
	return hash(d.Analyzer, strings.Join(strings.Fields(lines), " "))
}

func hash(texts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(texts, "\x00")))
	return hex.EncodeToString(sum[:8])
}

// source is a file with findings.
type source struct {
	text []byte
	// starts are the offsets of the lines.
	starts []int
	// hidden are the regions that are not shown, since they hold a credential.
	hidden []span
}

type span struct{ lo, hi int }

// maxSource is larger than any Go file that the compiler accepts, in bytes.
const maxSource = 64 << 20

// source reads a file once. One that cannot be read is empty, and so is one
// that is not a file of the linted packages.
func (l *linter) source(path string) *source {
	if s := l.files[path]; s != nil {
		return s
	}
	s := &source{starts: []int{0}}
	l.files[path] = s
	if !l.linted[path] {
		return s
	}
	text, err := userfile.Read(path, maxSource)
	if err != nil {
		return s
	}
	s.text = text
	for i, c := range text {
		if c == '\n' {
			s.starts = append(s.starts, i+1)
		}
	}
	return s
}

// region returns the offsets of a diagnostic, 0 and 0 if the file has no such
// place.
func (s *source) region(d golint.Diagnostic) (lo, hi int) {
	lo, ok := s.offset(d.Line, d.Column)
	if !ok {
		return 0, 0
	}
	if hi, ok = s.offset(d.EndLine, d.EndColumn); !ok || hi < lo {
		hi = lo
	}
	return lo, hi
}

func (s *source) offset(line, column int) (int, bool) {
	if line < 1 || line > len(s.starts) || column < 1 {
		return 0, false
	}
	at := s.starts[line-1] + column - 1
	return at, at <= len(s.text)
}

// lines returns the lines of a region, whole.
func (s *source) lines(lo, hi int) string {
	if lo == hi {
		return ""
	}
	start := bytes.LastIndexByte(s.text[:lo], '\n') + 1
	end := len(s.text)
	if i := bytes.IndexByte(s.text[hi:], '\n'); i >= 0 {
		end = hi + i
	}
	return string(s.text[start:end])
}

// hide keeps the strings and numbers in a region from being shown.
func (s *source) hide(lo, hi int) {
	if lo == hi {
		return
	}
	region := s.text[lo:hi]
	fset := token.NewFileSet()
	file := fset.AddFile("", fset.Base(), len(region))
	var sc scanner.Scanner
	sc.Init(file, region, nil, 0)
	numbers := span{-1, -1}
	for {
		pos, tok, literal := sc.Scan()
		at := lo + file.Offset(pos)
		switch tok {
		case token.EOF:
			if numbers.lo >= 0 {
				s.hidden = append(s.hidden, numbers)
			}
			slices.SortFunc(s.hidden, func(a, b span) int { return cmp.Compare(a.lo, b.lo) })
			return
		case token.STRING:
			s.hidden = append(s.hidden, span{at, min(at+len(literal), hi)})
		case token.INT, token.CHAR:
			// The bytes of a slice.
			if numbers.lo < 0 {
				numbers.lo = at
			}
			numbers.hi = at + len(literal)
		}
	}
}

// The width of what is shown, in bytes.
const (
	shownBefore = 80
	shownRegion = 160
	shownAfter  = 60
)

// show returns the first line of a region for reports, with every value in it
// masked. column and width mark the region in it.
func (s *source) show(lo, hi int) (line string, column, width int) {
	if lo == hi {
		return "", 0, 0
	}
	start := bytes.LastIndexByte(s.text[:lo], '\n') + 1
	end := len(s.text)
	if i := bytes.IndexByte(s.text[lo:], '\n'); i >= 0 {
		end = lo + i
	}
	hi = min(hi, end)
	from := s.cut(max(start, lo-shownBefore))
	before := strings.TrimLeft(s.safe(from, lo), " \t")
	if from > start {
		before = "…" + before
	}
	middle := clip(redact.Code(s.safe(lo, hi)), shownRegion)
	shown := redact.SourceLine(before+middle+clip(s.safe(hi, min(end, hi+shownAfter)), shownAfter), len(before), len(middle))
	line = strings.TrimRight(shown.Text().String(), " ")
	column, width = shown.Column(), shown.Width()
	return line, column, min(width, len(line)-column)
}

// cut moves an offset to where a character begins.
func (s *source) cut(at int) int {
	for at < len(s.text) && !utf8.RuneStart(s.text[at]) {
		at++
	}
	return at
}

// safe returns a part of the text without what is hidden.
func (s *source) safe(lo, hi int) string {
	var b strings.Builder
	for _, h := range s.hidden {
		if h.hi <= lo || h.lo >= hi {
			continue
		}
		if h.lo > lo {
			b.Write(s.text[lo:h.lo])
		}
		b.WriteString(`"` + credential.Redact(strings.Trim(string(s.text[h.lo:h.hi]), "\"`")) + `"`)
		lo = h.hi
	}
	if lo < hi {
		b.Write(s.text[lo:hi])
	}
	return b.String()
}

func clip(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	cut := limit
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "…"
}
