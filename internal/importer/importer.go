// Package importer reads the reports of other secret scanners: the JSON of
// gitleaks and betterleaks, TruffleHog's JSON lines, and SARIF of any tool. It
// gives the places and texts that they name and judges nothing: what of it is
// Momento's is the scanner's business.
//
// A report is data from anywhere: it is read as a stream, in bounds, and its
// paths are not opened here.
package importer

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/momentolint/momentolint/internal/finding"
)

// maxEntries is how many findings a report may have.
const maxEntries = 10_000_000

// Entry is one finding of another scanner.
type Entry struct {
	// Rule is that scanner's own name for what it found; "" if it returns none.
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
	// Masked reports that the report hides the secret, cuts it off or leaves it
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
var ErrFormat = errors.New("unknown format: want a report of gitleaks (JSON), betterleaks or Kingfisher (JSON or JSON lines), TruffleHog (JSON lines), or SARIF")

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
		if r.Tool, err = readArray(s, counted); err == nil {
			err = s.end()
		}
	case first == '{':
		r.Tool, err = readObjects(s, counted)
	default:
		err = ErrFormat
	}
	return r, err
}

// readArray reads a JSON array of findings: gitleaks' report, TruffleHog's lines
// put together, or what betterleaks' library writes.
func readArray(s *stream, take func(*Entry) error) (tool string, err error) {
	return readFindings(s, "gitleaks", take)
}

// readFindings reads an array of findings; tool is the name of the scanner where
// there are none.
func readFindings(s *stream, tool string, take func(*Entry) error) (string, error) {
	if err := s.open('['); err != nil {
		return "", err
	}
	for n := 1; s.more(); n++ {
		var raw json.RawMessage
		if err := s.decode(&raw); err != nil {
			return "", err
		}
		e, name, err := s.entry(raw)
		if err != nil {
			return "", fmt.Errorf("finding %d: %w", n, err)
		}
		tool = name
		if err := take(e); err != nil {
			return "", err
		}
	}
	return tool, s.close()
}

// entry makes an entry of a finding of any scanner.
func (s *stream) entry(raw json.RawMessage) (*Entry, string, error) {
	var is struct {
		RuleID   *string         `json:"rule_id"`
		Location json.RawMessage `json:"location"`
		Rule     json.RawMessage `json:"rule"`
		Finding  json.RawMessage `json:"finding"`
	}
	if err := json.Unmarshal(raw, &is); err != nil {
		return nil, "", s.failed(err)
	}
	switch {
	case is.Rule != nil && is.Finding != nil:
		var f kingfisherFinding
		if err := json.Unmarshal(raw, &f); err != nil {
			return nil, "", s.failed(err)
		}
		return f.entry(), "Kingfisher", nil
	case is.RuleID != nil || is.Location != nil:
		var f betterleaksFinding
		if err := json.Unmarshal(raw, &f); err != nil {
			return nil, "", s.failed(err)
		}
		return f.entry(), "betterleaks", nil
	}
	var o object
	if err := json.Unmarshal(raw, &o); err != nil {
		return nil, "", s.failed(err)
	}
	return o.entry()
}

// readObjects reads JSON objects one after the other: the lines of TruffleHog,
// Kingfisher or betterleaks, a report of one of the latter two, or one SARIF log.
func readObjects(s *stream, take func(*Entry) error) (string, error) {
	tool := ""
	for n := 1; s.more(); n++ {
		o, err := readMembers(s, take)
		switch {
		case err != nil:
			return "", err
		case o.sarif:
			return o.tool, s.end()
		case o.tool != "":
			// Findings, or what is said about a scan.
			tool = o.tool
			continue
		case o.isLog():
			// TruffleHog's own log, when both streams went into one file.
			continue
		}
		e, name, err := o.line(s)
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

// line makes an entry of an object that is a finding, or holds one.
func (o *object) line(s *stream) (*Entry, string, error) {
	switch {
	case o.Finding == nil && o.betterleaks == nil:
		return o.entry()
	case o.Rule != nil:
		return s.entry(json.RawMessage(fmt.Sprintf(`{"rule":%s,"finding":%s}`, o.Rule, o.Finding)))
	case o.Finding != nil:
		return s.entry(o.Finding)
	}
	raw, err := json.Marshal(o.betterleaks)
	if err != nil {
		return nil, "", fmt.Errorf("reading the finding: %w", err)
	}
	return s.entry(raw)
}

// object is one JSON object at the top of a report, whichever it is.
type object struct {
	gitleaksFinding
	trufflehogFinding
	// Level and Msg are those of a line of TruffleHog's log.
	Level, Msg string
	// Rule and Finding are Kingfisher's; betterleaks' lines have the latter alone.
	Rule, Finding json.RawMessage
	// betterleaks holds the members of a line of betterleaks v2 before its schema
	// version 1.
	betterleaks map[string]json.RawMessage

	// sarif reports that it was a SARIF log, which has been read to its end. tool is
	// the name of the scanner where the object was more than one finding, or said
	// something about the scan.
	sarif bool
	tool  string
	// about is the scanner whose remarks on the scan it has.
	about string
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
		if key == "findings" {
			// betterleaks' and Kingfisher's reports.
			if o.tool, err = readFindings(s, "", take); err != nil {
				return nil, err
			}
			o.tool = cmp.Or(o.tool, o.about, "the scanner")
			continue
		}
		if tool := aboutScan[key]; tool != "" {
			o.about = tool
		}
		switch field := o.field(key); {
		case field != nil:
			err = s.decode(field)
		case betterleaksMembers[key]:
			var value json.RawMessage
			err = s.decode(&value)
			if o.betterleaks == nil {
				o.betterleaks = map[string]json.RawMessage{}
			}
			o.betterleaks[key] = value
		default:
			err = s.skip()
		}
		if err != nil {
			return nil, err
		}
	}
	if o.betterleaks["ruleID"] == nil && o.betterleaks["rule_id"] == nil {
		o.betterleaks = nil
	}
	if o.tool == "the scanner" && o.about != "" {
		o.tool = o.about
	}
	if o.tool == "" && o.Finding == nil && o.betterleaks == nil {
		o.tool = o.about
	}
	return o, s.close()
}

// aboutScan are the members with which reports say something about the scan, and
// whose they are.
var aboutScan = map[string]string{"scan": "betterleaks", "schema_version": "betterleaks", "access_map": "Kingfisher", "audit": "Kingfisher", "stats": "Kingfisher"}

// betterleaksMembers are the members of a finding of betterleaks that count.
var betterleaksMembers = map[string]bool{
	"ruleID": true, "rule_id": true, "match": true, "secret": true, "location": true, "attributes": true, "encodings": true, "tags": true,
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
	case "rule":
		return &o.Rule
	case "finding":
		return &o.Finding
	}
	return nil
}

// masks are what scanners write where a secret was.
var masks = []string{"REDACTED", "***", "…", "[MASKED]"}

// finish drops empty texts and reports whether the rest is worth anything.
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

// Columns returns the columns, from 1 and with the end exclusive, of the bytes
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
