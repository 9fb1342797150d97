package scanner

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/detect"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/importer"
	"github.com/momentolint/momentolint/internal/rule"
	"github.com/momentolint/momentolint/internal/userfile"
)

// Reports is a source: reports of other scanners (see package importer), of
// which Momento's credentials are kept. A finding is located where the report
// says, with what the credential itself says.
//
// What is not Momento's is counted in a note. What a report hides or truncates
// cannot be judged: that, like a report that cannot be read, makes the run
// incomplete. No path that a report names is opened.
type Reports struct {
	// Paths are the files; "-" is Stdin.
	Paths []string
	// Stdin is read where Paths has "-".
	Stdin io.Reader
}

func (s Reports) scan(ctx context.Context, r *Run) error {
	r.progress.phase("reading reports")
	var all []imported
	var failed error
	for _, path := range s.Paths {
		list, err := r.importFile(ctx, path, s.Stdin)
		all = append(all, list...)
		if failed = err; failed != nil {
			break
		}
	}
	for _, i := range mergeImported(all) {
		r.keep(&i.finding, &i.match)
	}
	return failed
}

// imported is a credential that a report holds. Of the match only what silences
// it is kept.
type imported struct {
	finding finding.Finding
	match   detect.Match
}

// importFile reads one report. What is wrong with it is recorded as skipped;
// the error is that of the context.
func (r *Run) importFile(ctx context.Context, path string, stdin io.Reader) ([]imported, error) {
	// The program's own standard input stays open.
	in := userfile.Interruptible(ctx, struct{ io.Reader }{stdin})
	if path != "-" {
		f, err := userfile.Stream(ctx, path)
		if err != nil && ctx.Err() != nil {
			return nil, fmt.Errorf("reading %s: %w", path, ctx.Err())
		}
		if err != nil {
			r.Record(coverage.Skip(path, finding.Reason(err)))
			return nil, nil
		}
		in = f
	}
	defer func() { _ = in.Close() }()
	counter := &counted{in: in}
	j := judge{run: r, report: path, places: map[entryPlace]bool{}}
	report, err := importer.Read(counter, func(e *importer.Entry) error { return j.take(ctx, e) })
	r.mu.Lock()
	r.summary.Files++
	r.summary.Bytes += counter.n
	r.mu.Unlock()
	r.progress.Files.Add(1)
	switch {
	case ctx.Err() != nil:
		return j.found, fmt.Errorf("reading %s: %w", path, ctx.Err())
	case err != nil:
		r.Record(coverage.Skip(path, "as a report: "+err.Error()))
	}
	j.conclude(report)
	return j.found, nil
}

// counted counts what is read.
type counted struct {
	in io.Reader
	n  int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	c.n += int64(n)
	return n, err //nolint:wrapcheck // io.Copy compares it
}

// entryPlace is where an entry begins.
type entryPlace struct {
	file, commit string
	line         int
}

// judge sorts the entries of one report.
type judge struct {
	run    *Run
	report string
	found  []imported
	// own is the number of entries that hold a credential of Momento's, foreign
	// of those that do not.
	own, foreign int
	// hidden is the number of entries whose secret the report hides, named of
	// those among them whose rule says that they are Momento's.
	hidden, named int
	// cut are the places of entries that show only the beginning of something,
	// and places those where another entry shows more: gitleaks' rule for JWTs in
	// base64 shows ten characters, and its decoder the rest.
	cut    []entryPlace
	places map[entryPlace]bool
}

// take judges one entry.
func (j *judge) take(ctx context.Context, e *importer.Entry) error {
	name := cmp.Or(e.File, j.report)
	if j.run.excluded(&origin{}, name, false) {
		j.run.Record(coverage.Exclude(coverage.ByExclude, ""))
		return nil
	}
	at := entryPlace{file: e.File, line: e.StartLine}
	if e.Commit != nil {
		at.commit = e.Commit.ID
	}
	before := len(j.found)
	for i := range e.Texts {
		if err := j.look(ctx, name, e, i); err != nil {
			return err
		}
	}
	switch {
	case len(j.found) > before:
		j.own++
		j.places[at] = true
	case j.opaque(name, e):
		j.own++
	case e.Masked:
		j.hidden++
		if strings.HasPrefix(e.Rule, "momento") {
			j.named++
		}
	case cutOff(e.Texts[0]):
		j.cut = append(j.cut, at)
	default:
		j.foreign++
		if strings.HasPrefix(e.Texts[0], "eyJ") {
			j.places[at] = true
		}
	}
	return nil
}

// look scans one text of an entry.
func (j *judge) look(ctx context.Context, name string, e *importer.Entry, i int) error {
	text := e.Texts[i]
	p := place{from: &origin{}, path: name, encoding: e.Encoding, commit: e.Commit}
	return j.run.scan(ctx, 0, p, []byte(text), nil, func(f *finding.Finding, m *detect.Match) {
		if f.Credential.IsZero() {
			// A policy or a rule of the user's: not what a secret scanner reports.
			return
		}
		f.Location.StartLine, f.Location.EndLine = e.StartLine, max(e.StartLine, e.EndLine)
		f.Location.StartColumn, f.Location.EndColumn = e.StartColumn, e.EndColumn
		if m.StartLine == 1 && m.EndLine == 1 {
			f.Location.StartColumn, f.Location.EndColumn = e.Columns(text, m.StartColumn-1, m.EndColumn-1)
		}
		j.found = append(j.found, imported{*f, detect.Match{AllowedBy: m.AllowedBy, AllowReason: m.AllowReason}})
	})
}

// opaque takes the secret of an entry whose rule is one of ours, as "momentolint
// rules" prints them, and whose nature only its neighbours told.
func (j *judge) opaque(name string, e *importer.Entry) bool {
	if e.Masked {
		return false
	}
	kinds := credential.Kinds()
	i := slices.IndexFunc(kinds, func(k credential.Kind) bool { return k.Rule() == e.Rule })
	if i < 0 {
		return false
	}
	// The printed rule has looked at the surroundings.
	c, ok, err := credential.ParseAs(kinds[i], []byte(e.Texts[0]))
	if !ok {
		return false
	}
	if err != nil {
		return false
	}
	known, _ := rule.ByID(c.Kind.Rule())
	f := finding.Finding{
		Rule: known.ID, Credential: c, Message: known.Short,
		Fingerprint: c.Fingerprint(), Redacted: c.Redacted(), Commit: e.Commit,
		Location: finding.Location{
			File: name, StartLine: e.StartLine, StartColumn: e.StartColumn, EndLine: max(e.StartLine, e.EndLine), EndColumn: e.EndColumn,
			Encoding: slices.Clone(e.Encoding),
		},
	}
	j.found = append(j.found, imported{finding: f})
	return true
}

// cutOff reports whether a text is the beginning of something that could be a
// credential: of a JWT or an envelope, or of base64 of one.
func cutOff(text string) bool {
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "eyJ") {
		if len(text) < len("ZXlKa") || len(text) > longestStub {
			return false
		}
		inner, err := base64.RawStdEncoding.DecodeString(text[:len(text)/4*4])
		// gitleaks' jwt-base64 shows what follows after the first four characters.
		stub, stubErr := base64.RawStdEncoding.DecodeString("ZXlK" + text[:len(text)/4*4])
		return err == nil && strings.HasPrefix(string(inner), "eyJ") || stubErr == nil && isBase64(string(stub))
	}
	_, err := credential.Parse([]byte(text))
	switch {
	case errors.Is(err, credential.ErrForeign), errors.Is(err, credential.ErrAlgorithm), errors.Is(err, credential.ErrPlaceholder):
		return false
	case errors.Is(err, credential.ErrEnvelope):
		// A whole JSON object: somebody else's, unless it is the header of a JWT.
		object, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
		return err == nil && strings.Contains(string(object), `"alg"`)
	}
	return isBase64(strings.ReplaceAll(text, ".", ""))
}

// isBase64 reports whether a text is in one of the alphabets of base64.
func isBase64(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("+/-_=", r)
	})
}

// longestStub is fewer characters than any credential has in base64: the stubs
// that rules for JWTs in base64 show are shorter still.
const longestStub = 64

// conclude says what became of the entries.
func (j *judge) conclude(report importer.Report) {
	unknown := 0
	for _, at := range j.cut {
		if j.places[at] {
			j.foreign++
		} else {
			unknown++
		}
	}
	tool := toolName(report.Tool)
	note := fmt.Sprintf("%s: %s of %s, %d Momento's", j.report, count(report.Entries, "finding"), tool, j.own)
	if j.foreign > 0 {
		note += fmt.Sprintf(", %d not", j.foreign)
	}
	if n := j.hidden + unknown; n > 0 {
		note += fmt.Sprintf(", %d unknown", n)
	}
	j.run.Note(note)
	if j.hidden > 0 {
		reason := fmt.Sprintf("%d of %s have a redacted secret and cannot be checked; rerun %s without redaction", j.hidden, count(report.Entries, "finding"), tool)
		if j.named > 0 {
			reason += fmt.Sprintf(" (%d by a rule that says Momento)", j.named)
		}
		j.run.Record(coverage.Skip(j.report, reason))
	}
	if unknown > 0 {
		j.run.Record(coverage.Skip(j.report, fmt.Sprintf("%d of %s have a truncated secret and cannot be checked; scan the files themselves", unknown, count(report.Entries, "finding"))))
	}
}

// toolName is a scanner's name as far as it is one; it is a stranger's text.
func toolName(name string) string {
	const longest = 60
	odd := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" .,_/+-", r)
	}
	if name == "" || len(name) > longest || strings.ContainsFunc(name, odd) {
		return "the scanner"
	}
	return name
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// mergeImported makes one finding of several about the same credential at the
// same place: scanners have several rules that match, some report a whole block
// of lines, and not all of them tell columns. The one that knows the endpoint
// is kept, at the narrowest place.
func mergeImported(list []imported) []imported {
	type key struct{ file, commit, fingerprint string }
	index := map[key][]int{}
	var out []imported
next:
	for _, i := range list {
		f := &i.finding
		k := key{f.Location.File, f.CommitID(), f.Fingerprint}
		for _, at := range index[k] {
			if out[at].absorb(&i) {
				continue next
			}
		}
		index[k] = append(index[k], len(out))
		out = append(out, i)
	}
	return out
}

// absorb takes over what another finding of the same credential in the same
// file knows better; false if it stands elsewhere.
func (i *imported) absorb(other *imported) bool {
	a, b := i.finding.Location, other.finding.Location
	if apart(a, b) || apart(b, a) {
		return false
	}
	allowed := i.match
	if other.match.Allowed() {
		allowed = other.match
	}
	if narrower(b, a) {
		a.StartLine, a.StartColumn, a.EndLine, a.EndColumn = b.StartLine, b.StartColumn, b.EndLine, b.EndColumn
	}
	if i.finding.Credential.Endpoint == "" && other.finding.Credential.Endpoint != "" {
		// The envelope rather than the JWT inside it, with its own layers.
		i.finding, a.Encoding = other.finding, b.Encoding
	}
	i.finding.Location, i.match = a, allowed
	return true
}

// apart reports whether a ends before b begins. Without columns a place is its
// whole lines.
func apart(a, b finding.Location) bool {
	return a.EndLine < b.StartLine || a.EndLine == b.StartLine && a.EndColumn > 0 && b.StartColumn > 0 && a.EndColumn <= b.StartColumn
}

// narrower reports whether a says more exactly than b where something is.
func narrower(a, b finding.Location) bool {
	if lines := cmp.Compare(a.EndLine-a.StartLine, b.EndLine-b.StartLine); lines != 0 {
		return lines < 0
	}
	if a.StartColumn == 0 || b.StartColumn == 0 {
		return a.StartColumn > 0
	}
	return a.EndColumn-a.StartColumn < b.EndColumn-b.StartColumn
}
