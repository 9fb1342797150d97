package export

import (
	"fmt"
	"io"
	"strings"

	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/rule"
)

// The format is that of Semgrep's rules, with PCRE2 patterns:
// https://semgrep.dev/docs/writing-rules/rule-syntax
type semgrepConfig struct {
	Rules []semgrepRule `yaml:"rules"`
}

type semgrepRule struct {
	ID       string `yaml:"id"`
	Message  string `yaml:"message"`
	Severity string `yaml:"severity"`
	// Languages: "regex" is every text file.
	Languages []string         `yaml:"languages"`
	Paths     *semgrepPaths    `yaml:"paths,omitempty"`
	Either    []semgrepPattern `yaml:"pattern-either"`
	Metadata  map[string]any   `yaml:"metadata"`
}

type semgrepPaths struct {
	Exclude []string `yaml:"exclude"`
}

type semgrepPattern struct {
	Regex string `yaml:"pattern-regex"`
}

// neverExpires matches the creation of a key without an end: the call of the
// JavaScript SDK with its argument, and the request to the API.
func neverExpires() []string {
	const call, body = `\bgenerateApi(?:Key|Token)\b[^;]{0,400}?`, `["']?\bexpiry\b\\*["']?\s*(?::|=>?)\s*\\*["']never\b`
	return []string{
		call + `\bExpiresIn\s*\.\s*never\s*\(\s*\)`,
		`/api-keys\b[^;]{0,400}?` + body,
		body + `[^;]{0,400}?/api-keys\b`,
	}
}

// notCode lists files that the policy rule leaves out: Go has analyzers of its
// own, the SDKs of some languages cannot make keys, the others are prose.
func notCode() []string {
	return []string{
		"*.go", "*.java", "*.kt", "*.kts", "*.swift", "*.dart", "*.php",
		"*.md", "*.mdx", "*.markdown", "*.rst", "*.adoc", "*.txt", "*.html", "*.htm", "*.map",
	}
}

func writeSemgrep(w io.Writer) error {
	var c semgrepConfig
	add := func(r rule.Rule, patterns ...string) {
		s := semgrepRule{
			ID: r.ID, Message: message(r), Severity: severity(r), Languages: []string{"regex"},
			Metadata: map[string]any{
				"category": "security", "technology": []string{"momento", "secrets"}, "confidence": "HIGH",
				"cwe": cwe(r), "references": []string{r.HelpURI(), docsURL},
			},
		}
		for _, p := range patterns {
			s.Either = append(s.Either, semgrepPattern{p})
		}
		c.Rules = append(c.Rules, s)
	}
	for _, r := range jwtRules() {
		patterns := []string{split.jwtAhead(r)}
		if r.encoded() {
			patterns = append(patterns, encodedJWTAhead(r))
		}
		add(r.Rule, patterns...)
	}
	add(envelopeRule(), split.envelope(), encodedEnvelope())
	for _, c := range contextRules() {
		add(c.Rule, c.Before+c.secret)
	}
	if never, ok := rule.ByID(finding.NeverExpiringRule); ok {
		add(never, neverExpires()...)
		c.Rules[len(c.Rules)-1].Paths = &semgrepPaths{Exclude: notCode()}
	}
	return writeYAML(w, header(
		"",
		"  semgrep scan --config momento.yaml --metrics=off .",
	), c)
}

// message says what is wrong and what to do.
func message(r rule.Rule) string {
	return strings.Join(append([]string{r.Short}, r.Fix...), " ")
}

// severity is the word of Semgrep versions old and new.
func severity(r rule.Rule) string {
	switch r.Severity() {
	case rule.Critical, rule.High:
		return "ERROR"
	case rule.Medium:
		return "WARNING"
	case rule.Low:
	}
	return "INFO"
}

func cwe(r rule.Rule) []string {
	list := make([]string, len(r.CWE))
	for i, n := range r.CWE {
		list[i] = fmt.Sprintf("CWE-%d", n)
	}
	return list
}
