package export

import (
	"io"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/rule"
)

// description is one line for a rule: what it is, and where to read on.
func description(r rule.Rule) string { return r.Short + " " + r.HelpURI() }

// envelopeRule is the rule for the v1 envelope, which may also hold a
// disposable token or one of a new kind: no regular expression reads the claims
// inside.
func envelopeRule() rule.Rule {
	r := ruleOf(credential.APIKeyV1)
	r.Title += " or disposable token"
	r.Short = "A Momento v1 API key, or a disposable token, is stored in plain text."
	return r
}

// tomlRules are the rules for gitleaks. Base64 once more is left to gitleaks'
// own decoder, which is on by default; UTF-16 is not, so it is spelled out.
func tomlRules() []tomlRule {
	tags := []string{"momento", rule.PrintedTag}
	var list []tomlRule
	for _, r := range jwtRules() {
		notSecret := []string{placeholderSignature}
		if len(r.without) > 0 {
			notSecret = []string{plain.oneOf(r.without).regex + "|" + utf16.oneOf(r.without).regex, placeholderSignature}
		}
		list = append(list, tomlRule{
			id: r.ID, description: description(r.Rule), tags: tags,
			regex:     split.jwt(r) + "|" + utf16.jwt(r),
			keywords:  slices.Concat(r.keywords(), wide(r.keywords())),
			notSecret: notSecret,
		})
	}
	v1 := envelopeRule()
	list = append(list, tomlRule{
		id: v1.ID, description: description(v1), tags: tags,
		regex:    split.envelope() + "|" + utf16.envelope(),
		keywords: slices.Concat(envelopeKeywords(), wide(envelopeKeywords())),
	})
	for _, c := range contextRules() {
		r := tomlRule{
			id: c.ID, description: description(c.Rule), tags: tags,
			regex: c.before + `(` + c.secret + `)`, secretGroup: 1,
			keywords: c.keywords, notSecret: c.notSecret, stopWords: c.stopWords,
		}
		if c.Kind == credential.RefreshToken {
			// The name says little: OAuth has it too. The key next to it does.
			r.regex, r.requires, r.withinLines = refreshValue, v1.ID, 5
		}
		list = append(list, r)
	}
	return list
}

func writeGitleaks(w io.Writer) error {
	var b strings.Builder
	b.WriteString(header(
		"",
		"  gitleaks dir --config momento.toml .",
		"",
		"or, from a configuration of your own: [extend] path = \"momento.toml\"",
	))
	b.WriteString("\ntitle = \"Momento credentials\"\nminVersion = \"v8.28.0\"\n")
	b.WriteString("\n# Beside gitleaks' own rules; without these two lines, instead of them.\n[extend]\nuseDefault = true\n")
	for _, r := range tomlRules() {
		r.write(&b)
		r.writeAllowlist(&b)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
