// Package importer reads the reports of other secret scanners: the JSON of
// gitleaks and betterleaks, TruffleHog's JSON lines, and SARIF of any tool. It
// gives the places and texts that they name and judges nothing: what of it is
// Momento's is the scanner's business.
//
// A report is data from anywhere: it is read as a stream, in bounds, and its
// paths are not opened here.
package importer

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/momentolint/momentolint/scanner/finding"
)

// maxEntries is how many findings a report may have.
const maxEntries = 10_000_000

// Entry is one finding of another scanner.
type Entry struct {
	// Rule is that scanner's own name for what it found; "" if it gives none.
	Rule string
	// File is the path as the report gives it, slash-separated, without a
	// scheme and without ./ before it; "" if the report names none.
	File string
	// Lines and columns count from 1; 0 where the report says nothing.
	StartLine, StartColumn, EndLine, EndColumn int
	// Commit is the commit that the report names; nil if it names none.
	Commit *finding.Commit
	// Encoding lists what the texts were decoded from, as far as the report says
	// so: base64, hex, percent or unicode.
	Encoding []string
	// Spanned is the text that the columns span; "" if the report does not tell.
	Spanned string
	// Texts are those parts of the report in which the secret may stand, the
	// narrowest first. They may be masked or cut off.
	Texts []string
	// Masked tells that the report hides the secret, cuts it off or leaves it
	// out, so that its texts prove nothing.
	Masked bool
}

// Report is what there is to say about a report as a whole.
type Report struct {
	// Tool is the name of the scanner: "gitleaks", "TruffleHog", or as SARIF
	// tells it; several are joined with ", ".
	Tool string
	// Entries is the number of findings.
	Entries int
}

// ErrFormat is why a text is not a report that can be read.
var ErrFormat = errors.New("not a report of gitleaks or betterleaks (JSON), TruffleHog (JSON lines) or SARIF")

// Read takes a report of any of the formats, told apart by content, and hands
// every finding to take, in the order of the report. The error says where the
// report is malformed or what bound it breaks, or is that of take; it never
// repeats any of the report's text.
func Read(in io.Reader, take func(*Entry) error) (Report, error) {
	var r Report
	counted := func(e *Entry) error {
		if r.Entries++; r.Entries > maxEntries {
			return fmt.Errorf("more than %d findings", maxEntries)
		}
		e.finish()
		return take(e)
	}
	s, first, err := newStream(in)
	switch {
	case errors.Is(err, io.EOF):
		return r, fmt.Errorf("%w: it is empty", ErrFormat)
	case err != nil:
		return r, err
	case first == '[':
		r.Tool, err = readArray(s, counted)
	case first == '{':
		r.Tool, err = readObjects(s, counted)
	default:
		err = ErrFormat
	}
	return r, err
}

// readArray reads a JSON array of findings: gitleaks' report, or TruffleHog's
// lines put together.
func readArray(s *stream, take func(*Entry) error) (tool string, err error) {
	if err := s.open('['); err != nil {
		return "", err
	}
	tool = "gitleaks"
	for n := 1; s.more(); n++ {
		var o object
		if err := s.decode(&o); err != nil {
			return "", err
		}
		e, name, err := o.entry()
		if err != nil {
			return "", fmt.Errorf("finding %d: %w", n, err)
		}
		tool = name
		if err := take(e); err != nil {
			return "", err
		}
	}
	if err := s.close(); err != nil {
		return "", err
	}
	return tool, s.end()
}

// readObjects reads JSON objects one after the other: TruffleHog's lines, or
// one SARIF log.
func readObjects(s *stream, take func(*Entry) error) (string, error) {
	tool := ""
	for n := 1; s.more(); n++ {
		o, err := readMembers(s, take)
		switch {
		case err != nil:
			return "", err
		case o.sarif:
			return o.tool, s.end()
		case o.isLog():
			// TruffleHog's own log, when both streams went into one file.
			continue
		}
		e, name, err := o.entry()
		if err != nil {
			return "", fmt.Errorf("finding %d: %w", n, err)
		}
		tool = name
		if err := take(e); err != nil {
			return "", err
		}
	}
	if tool == "" {
		// Nothing but log lines: TruffleHog found nothing.
		tool = "TruffleHog"
	}
	return tool, s.end()
}

// object is one JSON object at the top of a report, whichever it is.
type object struct {
	gitleaksFinding
	trufflehogFinding
	// Level and Msg are those of a line of TruffleHog's log.
	Level, Msg string

	// sarif tells that it was a SARIF log, which has been read to its end, and
	// tool what its tools are called.
	sarif bool
	tool  string
}

func (o *object) isLog() bool {
	return o.Level != "" && o.Msg != "" && o.SourceMetadata == nil && o.RuleID == nil
}

// entry tells what the object is and makes an entry of it.
func (o *object) entry() (*Entry, string, error) {
	switch {
	case o.SourceMetadata != nil:
		e, err := o.trufflehogFinding.entry()
		return e, "TruffleHog", err
	case o.RuleID != nil:
		return o.gitleaksFinding.entry(), "gitleaks", nil
	}
	return nil, "", ErrFormat
}

// readMembers reads one object at the top level, member by member, because a
// SARIF log may be far too long to be read at once.
func readMembers(s *stream, take func(*Entry) error) (*object, error) {
	o := &object{}
	if err := s.open('{'); err != nil {
		return nil, err
	}
	for s.more() {
		key, err := s.key()
		if err != nil {
			return nil, err
		}
		if key == "runs" {
			if o.tool, err = readRuns(s, take); err != nil {
				return nil, err
			}
			o.sarif = true
			continue
		}
		field := o.field(key)
		if field == nil {
			err = s.skip()
		} else {
			err = s.decode(field)
		}
		if err != nil {
			return nil, err
		}
	}
	return o, s.close()
}

// field is where a member of a JSON line belongs, nil if it does not matter.
func (o *object) field(key string) any {
	switch key {
	case "level":
		return &o.Level
	case "msg":
		return &o.Msg
	case "SourceMetadata":
		return &o.SourceMetadata
	case "DetectorName":
		return &o.DetectorName
	case "Raw":
		return &o.Raw
	case "RawV2":
		return &o.RawV2
	case "ExtraData":
		return &o.ExtraData
	}
	return nil
}

// masks are what scanners write where a secret was.
var masks = []string{"REDACTED", "***", "…", "[MASKED]"}

// finish drops empty texts and tells whether the rest is worth anything.
func (e *Entry) finish() {
	texts := e.Texts[:0]
	e.Masked = true
	for i, t := range e.Texts {
		if t == "" || i > 0 && len(texts) > 0 && t == texts[len(texts)-1] {
			continue
		}
		texts = append(texts, t)
	}
	e.Texts = texts
	if len(texts) > 0 {
		e.Masked = masked(texts[0])
	}
}

func masked(text string) bool {
	for _, m := range masks {
		if strings.Contains(text, m) {
			return true
		}
	}
	return strings.HasSuffix(text, "...")
}

// Columns gives the columns, from 1 and with the end exclusive, of the bytes
// from lo to hi of one of the texts: exactly where the report tells what its
// columns span and the text stands in there, else the columns of the entry. 0
// where the report has none.
func (e *Entry) Columns(text string, lo, hi int) (start, end int) {
	if e.Spanned == "" || e.StartColumn == 0 || e.StartLine != e.EndLine || e.EndColumn-e.StartColumn != len(e.Spanned) {
		return e.StartColumn, e.EndColumn
	}
	at := strings.Index(e.Spanned, text)
	if at < 0 || hi > len(text) || strings.Contains(text[:hi], "\n") {
		return e.StartColumn, e.EndColumn
	}
	return e.StartColumn + at + lo, e.StartColumn + at + hi
}
