package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/redact"
)

// The types below are the part of JUnit's XML that Jenkins, GitLab, CircleCI
// and Azure Pipelines agree on.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Time     string       `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name      string      `xml:"name,attr"`
		Tests     int         `xml:"tests,attr"`
		Failures  int         `xml:"failures,attr"`
		Errors    int         `xml:"errors,attr"`
		Skipped   int         `xml:"skipped,attr"`
		Time      string      `xml:"time,attr"`
		Timestamp string      `xml:"timestamp,attr"`
		Cases     []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name      redact.XML   `xml:"name,attr"`
		ClassName redact.XML   `xml:"classname,attr"`
		Time      string       `xml:"time,attr"`
		Error     *junitResult `xml:"error,omitempty"`
		Skipped   *redact.XML  `xml:"skipped,omitempty"`
		Failure   *junitResult `xml:"failure,omitempty"`
	}
	junitResult struct {
		Message redact.XML `xml:"message,attr"`
		Type    redact.XML `xml:"type,attr"`
		Text    redact.XML `xml:",chardata"`
	}
)

// maxJUnitPaths is how many skipped paths one error lists.
const maxJUnitPaths = 200

// JUnit writes the report as test results: every finding is a failed test,
// every reason for skipping something an erroneous one, and what is opaque or
// excluded is a skipped one. A clean run is one test that passed, since CI
// systems refuse a report without tests.
func JUnit(w io.Writer, r *finding.Report) error {
	v := newView(r)
	seconds := strconv.FormatFloat(sane(r.Summary.Seconds), 'f', 3, 64)
	suite := junitSuite{Name: toolName, Time: seconds, Timestamp: r.Now.UTC().Format("2006-01-02T15:04:05")}
	for i := range v.findings {
		f := &v.findings[i]
		lines := append([]redact.Text{v.describe(f), {}, position(f.Location)}, v.nextWords(f)...)
		if line := assignment(f); !line.IsEmpty() {
			lines = append(lines, redact.Text{}, line.Text())
		}
		if known, ok := v.rules[f.Rule]; ok {
			lines = append(lines, redact.Text{}, redact.Of(known.HelpURI()))
		}
		name := redact.Of(f.Rule).XML()
		suite.Cases = append(suite.Cases, junitCase{
			Name: redact.Sprintf("%s in %s", v.titleOf(f), placeWords(f)).XML(), ClassName: name, Time: "0",
			Failure: &junitResult{Message: v.describe(f).XML(), Type: name, Text: redact.Lines(lines...).XML()},
		})
		suite.Failures++
	}
	for _, u := range v.unread() {
		v.junitUnread(&suite, &u)
	}
	own := redact.Literal(toolName).XML()
	for _, words := range v.exclusions() {
		name := redact.Sprintf("excluded: %s", words).XML()
		suite.Cases = append(suite.Cases, junitCase{Name: name, ClassName: own, Time: "0", Skipped: &name})
		suite.Skipped++
	}
	if v.clean() {
		suite.Cases = append(suite.Cases, junitCase{Name: redact.Literal("no Momento credentials").XML(), ClassName: own, Time: "0"})
	}
	suite.Tests = len(suite.Cases)
	out := junitSuites{Name: toolName, Tests: suite.Tests, Failures: suite.Failures, Errors: suite.Errors, Time: seconds, Suites: []junitSuite{suite}}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return fmt.Errorf("writing the JUnit report: %w", err)
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(out); err != nil {
		return fmt.Errorf("writing the JUnit report: %w", err)
	}
	if _, err := io.WriteString(w, "\n"); err != nil {
		return fmt.Errorf("writing the JUnit report: %w", err)
	}
	return nil
}

// junitUnread adds a test for each reason for which something was skipped or is
// opaque.
func (v *view) junitUnread(suite *junitSuite, u *unread) {
	by := map[string][]redact.Text{}
	for _, e := range u.entries {
		by[e.Reason] = append(by[e.Reason], redact.Of(e.Path))
	}
	for _, reason := range slices.Sorted(maps.Keys(by)) {
		paths := by[reason]
		text := slices.Clone(paths[:min(len(paths), maxJUnitPaths)])
		if len(paths) > maxJUnitPaths {
			text = append(text, redact.Sprintf("… and %s more", thousands(int64(len(paths)-maxJUnitPaths))))
		}
		result := &junitResult{
			Message: redact.Sprintf("%s %s: %s", count(len(paths), "path", "paths"), u.name, reason).XML(),
			Type:    u.name.XML(), Text: redact.Lines(text...).XML(),
		}
		c := junitCase{Name: redact.Sprintf("%s: %s", u.name, reason).XML(), ClassName: redact.Literal(toolName).XML(), Time: "0"}
		if u.class == coverage.Skipped {
			c.Error = result
			suite.Errors++
		} else {
			c.Skipped = new(redact.Lines(append([]redact.Text{redact.Sprintf("%s %s: %s", count(len(paths), "path", "paths"), u.name, reason)}, text...)...).XML())
			suite.Skipped++
		}
		suite.Cases = append(suite.Cases, c)
	}
}
