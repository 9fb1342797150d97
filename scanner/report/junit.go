package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/momentolint/momentolint/scanner/finding"
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
		Name      string       `xml:"name,attr"`
		ClassName string       `xml:"classname,attr"`
		Time      string       `xml:"time,attr"`
		Error     *junitResult `xml:"error,omitempty"`
		Failure   *junitResult `xml:"failure,omitempty"`
	}
	junitResult struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

// maxJUnitPaths is how many skipped paths one error lists.
const maxJUnitPaths = 200

// JUnit writes the report as test results: every finding is a failed test,
// every reason for not looking at something an erroneous one. A clean run is
// one test that passed, since CI systems refuse a report without tests.
func JUnit(w io.Writer, r *finding.Report) error {
	v := newView(r, false)
	seconds := strconv.FormatFloat(sane(r.Summary.Seconds), 'f', 3, 64)
	suite := junitSuite{Name: toolName, Time: seconds, Timestamp: r.Now.UTC().Format("2006-01-02T15:04:05")}
	for i := range v.findings {
		f := &v.findings[i]
		lines := append([]string{v.describe(f), "", position(f.Location)}, v.nextWords(f)...)
		if f.Line != "" {
			lines = append(lines, "", cleanSource(f.Line))
		}
		if known, ok := v.rules[f.Rule]; ok {
			lines = append(lines, "", known.HelpURI())
		}
		suite.Cases = append(suite.Cases, junitCase{
			Name: xmlText(v.titleOf(f) + " in " + placeWords(f)), ClassName: xmlText(clean(f.Rule)), Time: "0",
			Failure: &junitResult{Message: xmlText(v.describe(f)), Type: xmlText(clean(f.Rule)), Text: xmlText(strings.Join(lines, "\n"))},
		})
		suite.Failures++
	}
	skipped := v.skippedBy()
	for _, reason := range slices.Sorted(maps.Keys(skipped)) {
		paths := skipped[reason]
		text := strings.Join(paths[:min(len(paths), maxJUnitPaths)], "\n")
		if len(paths) > maxJUnitPaths {
			text += "\n… and " + thousands(int64(len(paths)-maxJUnitPaths)) + " more"
		}
		suite.Cases = append(suite.Cases, junitCase{
			Name: xmlText("not looked at: " + reason), ClassName: toolName, Time: "0",
			Error: &junitResult{Message: xmlText(count(len(paths), "path", "paths") + " not looked at: " + reason), Type: "skipped", Text: xmlText(text)},
		})
		suite.Errors++
	}
	if len(suite.Cases) == 0 {
		suite.Cases = []junitCase{{Name: "no Momento credentials", ClassName: toolName, Time: "0"}}
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

// skippedBy groups the paths that were not looked at by reason.
func (v *view) skippedBy() map[string][]string {
	by := map[string][]string{}
	for _, s := range v.skipped {
		reason := clean(s.Reason)
		by[reason] = append(by[reason], clean(s.Path))
	}
	return by
}

// xmlText drops what XML 1.0 has no way to write and clean lets through: the
// two noncharacters at the end of the basic plane.
func xmlText(s string) string {
	return strings.Map(func(r rune) rune {
		if r == 0xfffe || r == 0xffff {
			return -1
		}
		return r
	}, s)
}
