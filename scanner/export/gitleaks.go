package export

import (
	"io"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/scanner/rule"
)

// description is one line for a rule: what it is, and where to read on.
func description(r rule.Rule) string { return r.Short + " " + r.HelpURI() }

// envelopeRule is the rule for the v1 envelope, which may also hold a
// disposable token: no regular expression can compare the times inside.
func envelopeRule() rule.Rule {
	r := ruleOf(credential.APIKeyV1)
	r.Title += " or disposable token"
	r.Short = "A Momento v1 API key, or a disposable token, stands in plain text."
	return r
}

// tomlRules are the rules for gitleaks. Base64 once more is left to gitleaks'
// own decoder, which is on by default; UTF-16 is not, so it is spelled out.
func tomlRules() []tomlRule {
	tags := []string{"momento", rule.PrintedTag}
	var list []tomlRule
	for _, r := range jwtRules() {
		list = append(list, tomlRule{
			id: r.rule().ID, description: description(r.rule()), tags: tags,
			regex:     split.jwt(r) + "|" + utf16.jwt(r),
			keywords:  slices.Concat(r.keywords(), wide(r.keywords())),
			notSecret: []string{plain.oneOf(foreign()).regex + "|" + utf16.oneOf(foreign()).regex, placeholderSignature},
		})
	}
	v1 := envelopeRule()
	refresh, session := ruleOf(credential.RefreshToken), ruleOf(credential.SessionToken)
	return append(list,
		tomlRule{
			id: v1.ID, description: description(v1), tags: tags,
			regex:    split.envelope() + "|" + utf16.envelope(),
			keywords: slices.Concat(envelopeKeywords(), wide(envelopeKeywords())),
		},
		tomlRule{
			// The name says little: OAuth has it too. The key beside it does.
			id: refresh.ID, description: description(refresh), tags: tags,
			regex: refreshValue, secretGroup: 1,
			keywords: []string{"refreshtoken", "refresh_token"},
			requires: v1.ID, withinLines: 5,
			stopWords: refreshPlaceholders(),
		},
		tomlRule{
			id: session.ID, description: description(session), tags: tags,
			regex: sessionBefore + `(` + bareJWT + `)`, secretGroup: 1,
			keywords:  []string{sessionSection},
			notSecret: []string{placeholderSignature},
		},
	)
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
