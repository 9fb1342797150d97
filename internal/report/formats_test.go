package report

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/redact"
)

// runnerCommand reads a line as GitHub's runner does (actions/runner,
// ActionCommand.cs): "::name key=value,key=value::message" after blanks, or
// "##[name key=value;…]message" anywhere.
func runnerCommand(line string) (name string, properties map[string]string, message string, ok bool) {
	unescape := strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%")
	if trimmed := strings.TrimLeft(line, " \t"); strings.HasPrefix(trimmed, "::") {
		head, data, found := strings.Cut(trimmed[2:], "::")
		if found {
			name, list, _ := strings.Cut(head, " ")
			properties = map[string]string{}
			for pair := range strings.SplitSeq(list, ",") {
				if key, value, ok := strings.Cut(pair, "="); ok {
					properties[key] = unescape.Replace(value)
				}
			}
			return name, properties, unescape.Replace(data), true
		}
	}
	if _, rest, found := strings.Cut(line, "##["); found && strings.Contains(rest, "]") {
		return rest, nil, "", true
	}
	return "", nil, "", false
}

func TestGitHubAnnotatesTheRightLines(t *testing.T) {
	dir := repository(t, map[string]string{"svc/.env": ""})
	r := sample(t)
	r.Root = dir
	out := write(t, GitHub, r)
	type place struct{ level, file, line, column, end string }
	var got []place
	for line := range strings.Lines(out) {
		if name, p, message, ok := runnerCommand(strings.TrimSuffix(line, "\n")); ok {
			got = append(got, place{name, p["file"], p["line"], p["col"], p["endLine"]})
			if p["title"] == "" || message == "" {
				t.Errorf("no title or message in %q", line)
			}
		}
	}
	for _, want := range []place{
		{"error", "config/production.yml", "8", "18", ""},
		{"error", "deploy/app.zip", "1", "", ""},
		{"error", ".env", "2", "17", ""},
		{"warning", "internal/keys/keys.go", "42", "14", ""},
		{"notice", "notebooks/demo.ipynb", "120", "15", ""},
	} {
		if !slices.Contains(got, want) {
			t.Errorf("no annotation %+v in\n%+v", want, got)
		}
	}
	if got[0] != (place{level: "error"}) || !strings.Contains(out, "::error title=momentolint::Skipped: 2 (permission denied).") {
		t.Errorf("the first annotation, %+v, does not tell of the run's being incomplete", got[0])
	}
	if got[1].file != "config/production.yml" {
		t.Errorf("the first finding is for %s, want the live super-user key", got[1].file)
	}
	if !strings.Contains(out, "\n7 credentials in 11 places: 2 live") || !strings.Contains(out, "\nSkipped: 2 (permission denied).\n") {
		t.Error("the log does not say how much was found and looked at")
	}
}

func TestGitHubStaysWithinTheRunnersLimits(t *testing.T) {
	r := many(t, 600)
	r.Summary.Add(coverage.Skip("a", "permission denied"))
	r.Findings[0].Message = strings.Repeat("long ", 2000)
	r.Findings[0].Advice = strings.Repeat("long ", 2000)
	levels := map[string]int{}
	rest := 0
	for line := range strings.Lines(write(t, GitHub, r)) {
		name, _, message, ok := runnerCommand(line)
		if !ok {
			continue
		}
		levels[name]++
		if len(message) > 4096 {
			t.Errorf("a message of %d bytes is cut by the runner", len(message))
		}
		if m := regexp.MustCompile(`^(\d+) more findings are not shown here`).FindStringSubmatch(message); m != nil {
			var n int
			if _, err := fmt.Sscan(m[1], &n); err != nil {
				t.Fatal(err)
			}
			rest += n
		}
	}
	shown := 0
	for name, n := range levels {
		if n > maxAnnotations+1 {
			t.Errorf("%d commands of level %s, want at most nine and one for the rest", n, name)
		}
		shown += n - 1
	}
	// One of the commands tells of the run's being incomplete.
	if shown+rest != 601 {
		t.Errorf("%d shown and %d told of, want 601", shown, rest)
	}
}

func TestGitHubCannotBeCommandedByWhatWasScanned(t *testing.T) {
	for line := range strings.Lines(write(t, GitHub, hostile(t))) {
		line = strings.TrimSuffix(line, "\n")
		name, properties, _, ok := runnerCommand(line)
		if ok && name != "error" && name != "warning" && name != "notice" {
			t.Errorf("the runner takes %q for the command %q", line, name)
		}
		if strings.Contains(line, "##[") || strings.Contains(line, "##vso[") {
			t.Errorf("a command of the old form in %q", line)
		}
		for key := range properties {
			if !slices.Contains([]string{"file", "line", "endLine", "col", "endColumn", "title"}, key) {
				t.Errorf("a property %q of somebody else in %q", key, line)
			}
		}
		wantPrintable(t, line)
	}
}

func wantPrintable(t testing.TB, line string) {
	t.Helper()
	if !utf8.ValidString(line) {
		t.Errorf("invalid UTF-8 in %q", line)
	}
	for _, c := range line {
		if !unicode.IsPrint(c) {
			t.Errorf("%U in %q", c, line)
			return
		}
	}
}

func TestSummaryTellsWhatIsKnown(t *testing.T) {
	out := write(t, Summary, sample(t))
	unescaped := unreference(out)
	for _, want := range []string{
		"| 🔴 live | API key (v1) <code>", "| everything in the account | never | <code>config/production.yml:8:18 (9f86d08188)</code> and 3 more places |",
		"revoke it: momentolint revoke 01JD2MKQ7V9T3R", "Git ignores this file.", "[momento-api-key-v1](https://github.com/momentolint/momentolint/blob/main/docs/rules/momento-api-key-v1.md)",
		"this key never expires: ExpiresIn is utils.ExpiresInNever()", "Skipped: 2 (permission denied). These should have been scanned: the run is incomplete.", "Opaque: 1 (encrypted).", "Excluded: 4", "- 3 findings by baseline in baseline.json",
	} {
		if !strings.Contains(unescaped, want) {
			t.Errorf("the summary lacks %q", want)
		}
	}
}

// unreference turns what Markdown shows back into what it stands for.
func unreference(s string) string {
	s = regexp.MustCompile(`\\([[:punct:]])`).ReplaceAllString(s, "$1")
	return html.UnescapeString(s)
}

func TestSummaryShowsHostileTextsAsTheyAre(t *testing.T) {
	out := write(t, Summary, hostile(t))
	escaped := regexp.MustCompile(`\\[[:punct:]]|&(#\d+|amp|lt|gt);`)
	ours := regexp.MustCompile(`</?(code|details|summary)>|\[[a-z0-9-]+\]\(https://github\.com/momentolint/[a-zA-Z0-9/._-]+\)|^(- |\d+\. |> \[!WARNING\]|> |#+ |\| --- \| --- \| --- \| --- \| --- \|$)`)
	for line := range strings.Lines(out) {
		line = strings.TrimSuffix(line, "\n")
		line = escaped.ReplaceAllString(line, "")
		if strings.HasPrefix(line, "| ") {
			if n := strings.Count(line, "|"); n != 6 {
				t.Errorf("%d bars in the row %q, want 6", n, line)
			}
			line = strings.ReplaceAll(line, "|", "")
		}
		rest := ours.ReplaceAllString(line, "")
		if i := strings.IndexAny(rest, "<>`*_[]|#!~\\&$"); i >= 0 {
			t.Errorf("markup %q in %q", rest[i:], line)
		}
		if strings.Contains(rest, "://") || strings.Contains(strings.ToLower(rest), "www.") {
			t.Errorf("a link in %q", line)
		}
		wantPrintable(t, line)
	}
}

func TestCSVCanBeReadBack(t *testing.T) {
	for name, r := range map[string]*finding.Report{"sample": sample(t), "hostile": hostile(t), "nothing": {Now: now}} {
		rows, err := csv.NewReader(strings.NewReader(write(t, CSV, r))).ReadAll()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		l := &r.Summary.Ledger
		if len(rows) != len(r.Findings)+len(l.Skipped)+len(l.Opaque)+len(l.Excluded)+1 || !slices.Equal(rows[0], csvColumns) {
			t.Errorf("%s: %d rows, want a heading and %d", name, len(rows), len(r.Findings))
		}
		for _, row := range rows {
			for _, cell := range row {
				wantPrintable(t, cell)
				if trimmed := strings.TrimLeft(cell, ` "`); trimmed != "" && strings.ContainsAny(trimmed[:1], "=+-@|%") {
					t.Errorf("%s: a spreadsheet computes %q", name, cell)
				}
			}
		}
	}
	rows, err := csv.NewReader(strings.NewReader(write(t, CSV, sample(t)))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	value := func(row []string, column string) string { return row[slices.Index(rows[0], column)] }
	for _, row := range rows {
		if value(row, "file") == "src/publisher.go" {
			for column, want := range map[string]string{
				"rule": "momento-api-key-v1", "kind": "api-key-v1", "status": "live", "scope": "explicit", "may_do": "read cache orders, publish to 2 topics",
				"expires": "at", "expires_at": "2026-12-05T12:00:00Z", "line": "31", "column": "15", "endpoint": cell,
				"severity": "high", "incomplete": "false",
			} {
				if got := value(row, column); got != want {
					t.Errorf("%s is %q, want %q", column, got, want)
				}
			}
			return
		}
	}
	t.Error("a finding has no row")
}

func TestCSVFormulas(t *testing.T) {
	for in, want := range map[string]string{
		"=1": "'=1", "+1": "'+1", "-x": "'-x", "@a": "'@a", "|x": "'|x", `"=1`: `'"=1`, "'=1": "''=1", "＝1": "'＝1", "\t=1": `\x09=1`,
		"a=1": "a=1", "": "", "12": "12", ".env": ".env",
	} {
		if got := redact.Of(in).Cell(); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
	if got := redact.Of("  =1").Cell(); got != "'  =1" {
		t.Errorf("blanks before a formula: %q", got)
	}
}

func junit(t testing.TB, r *finding.Report) readJunitSuites {
	t.Helper()
	var out readJunitSuites
	if err := xml.Unmarshal([]byte(write(t, JUnit, r)), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestJUnitCounts(t *testing.T) {
	out := junit(t, sample(t))
	if s := out.Suites[0]; out.Tests != 18 || out.Failures != 14 || out.Errors != 1 || s.Skipped != 3 || len(s.Cases) != 18 {
		t.Errorf("%d tests, %d failures, %d errors, %d skipped; want 14 findings, a reason for skipping, and 3 that are opaque or excluded", out.Tests, out.Failures, out.Errors, s.Skipped)
	}
	c := out.Suites[0].Cases[0]
	if c.ClassName != "momento-api-key-v2" || c.Name != "Momento API key (v2, global) in .env:2:17" || !strings.Contains(c.Failure.Text, "momentolint revoke 01JD2MKQ7V9T3R") {
		t.Errorf("first case %+v", c)
	}
	clean := junit(t, &finding.Report{Now: now})
	if clean.Tests != 1 || clean.Failures != 0 || clean.Errors != 0 {
		t.Errorf("a clean run is %+v, want one test that passed", clean)
	}
	poisoned := junit(t, hostile(t))
	if poisoned.Failures != len(hostileTexts) {
		t.Errorf("%d failures, want %d", poisoned.Failures, len(hostileTexts))
	}
}

// What Jenkins' schema for JUnit's XML (junit-10.xsd of its xUnit plugin) lets
// an element have, as far as we write it: attributes, and children in order.
var junitElements = map[string]struct{ attributes, children []string }{
	"testsuites": {[]string{"name", "time", "tests", "failures", "errors", "disabled"}, []string{"testsuite"}},
	"testsuite": {
		[]string{"name", "tests", "failures", "errors", "time", "disabled", "skipped", "timestamp", "hostname", "id", "package"},
		[]string{"properties", "testcase", "system-out", "system-err"},
	},
	"testcase": {[]string{"name", "classname", "time", "assertions", "status"}, []string{"skipped", "error", "failure", "system-out", "system-err"}},
	"error":    {[]string{"type", "message"}, nil},
	"failure":  {[]string{"type", "message"}, nil},
	"skipped":  {},
}

func TestJUnitHasOnlyWhatJenkinsKnows(t *testing.T) {
	for name, r := range map[string]*finding.Report{"sample": sample(t), "hostile": hostile(t), "nothing": {Now: now}} {
		decoder := xml.NewDecoder(strings.NewReader(write(t, JUnit, r)))
		var open []string
		for {
			token, err := decoder.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			switch e := token.(type) {
			case xml.StartElement:
				known, ok := junitElements[e.Name.Local]
				if !ok {
					t.Errorf("%s: an element %s", name, e.Name.Local)
				}
				for _, a := range e.Attr {
					if !slices.Contains(known.attributes, a.Name.Local) {
						t.Errorf("%s: an attribute %s of %s", name, a.Name.Local, e.Name.Local)
					}
				}
				if len(open) > 0 && !slices.Contains(junitElements[open[len(open)-1]].children, e.Name.Local) {
					t.Errorf("%s: %s inside of %s", name, e.Name.Local, open[len(open)-1])
				}
				open = append(open, e.Name.Local)
			case xml.EndElement:
				open = open[:len(open)-1]
			}
		}
	}
}

func gitlabSchema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	s, err := jsonschema.NewCompiler().Compile("testdata/gitlab.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestGitLabObeysItsFormat(t *testing.T) {
	schema := gitlabSchema(t)
	for name, r := range map[string]*finding.Report{"sample": sample(t), "hostile": hostile(t), "nothing": {Now: now}, "many": many(t, 500)} {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(write(t, GitLab, r)))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestGitLabTellsWhatIsKnown(t *testing.T) {
	var out readGitlabReport
	if err := json.Unmarshal([]byte(write(t, GitLab, sample(t))), &out); err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, v := range out.Vulnerabilities {
		if ids[v.ID] {
			t.Errorf("two vulnerabilities have the id %s", v.ID)
		}
		ids[v.ID] = true
		switch {
		case strings.HasSuffix(v.Location.File, "config/production.yml") && v.Location.StartLine == 8:
			if v.Location.Commit.SHA != "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b" || v.Severity != "Critical" || v.Details["may_do"].Value != "everything in the account" {
				t.Errorf("history: %+v", v)
			}
		case strings.HasSuffix(v.Location.File, "demo.ipynb"):
			if v.Severity != "Info" || v.Location.Commit.SHA != gitlabNoCommit {
				t.Errorf("a dead token: %+v", v)
			}
		case strings.Contains(v.Location.File, "app.zip"):
			if strings.Contains(v.Location.File, "!") || v.Location.StartLine != 0 {
				t.Errorf("a member of an archive is no file: %+v", v.Location)
			}
		}
	}
	if out.Scan.Status != "failure" {
		t.Errorf("an incomplete run is a %s", out.Scan.Status)
	}
	if out.Scan.StartTime != "2026-11-23T12:00:00" || len(out.Scan.Messages) != 7 {
		t.Errorf("scan %+v", out.Scan)
	}
}

// FuzzWriters puts any text wherever foreign text goes and reads every format
// back with a parser of its own.
func FuzzWriters(f *testing.F) {
	for _, text := range hostileTexts {
		f.Add(text, text, 1, 1)
	}
	schema, gitlab := reportSchema(f), gitlabSchema(f)
	base := sample(f)
	f.Fuzz(func(t *testing.T, a, b string, line, column int) {
		r := *base
		r.Root = t.TempDir()
		r.Findings = slices.Clone(base.Findings)
		for i := range r.Findings {
			poison(&r.Findings[i], []string{a, b}[i%2])
			l := &r.Findings[i].Location
			l.StartLine, l.StartColumn = max(0, line), max(0, column)
			l.EndLine, l.EndColumn = l.StartLine, l.StartColumn
		}
		r.Notes = []string{a}
		r.Summary.Skipped = []coverage.SkippedEntry{{Path: a, Reason: b}}
		out := map[string]string{}
		for _, name := range Formats() {
			w, err := ByName(name)
			if err != nil {
				t.Fatal(err)
			}
			out[name] = write(t, w, &r)
			wantNoSecret(t, name, out[name], secretsOf(base))
		}
		for name, s := range map[string]*jsonschema.Schema{"json": schema, "gitlab": gitlab} {
			doc, err := jsonschema.UnmarshalJSON(strings.NewReader(out[name]))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if err := s.Validate(doc); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		var log readSarifLog
		if err := json.Unmarshal([]byte(out["sarif"]), &log); err != nil || len(log.Runs[0].Results) != len(r.Findings) {
			t.Errorf("sarif: %v", err)
		}
		parsePage(t, out["html"])
		var suites readJunitSuites
		if err := xml.Unmarshal([]byte(out["junit"]), &suites); err != nil || suites.Failures != len(r.Findings) {
			t.Errorf("junit: %v", err)
		}
		rows, err := csv.NewReader(strings.NewReader(out["csv"])).ReadAll()
		l := &r.Summary.Ledger
		if err != nil || len(rows) != len(r.Findings)+len(l.Skipped)+len(l.Opaque)+len(l.Excluded)+1 {
			t.Errorf("csv: %v, %d rows", err, len(rows))
		}
		for line := range strings.Lines(out["github"]) {
			if name, _, _, ok := runnerCommand(strings.TrimSuffix(line, "\n")); ok && name != "error" && name != "warning" && name != "notice" {
				t.Errorf("github: the runner takes %q for %q", line, name)
			}
		}
	})
}
