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

// envelopeRule is the rule for envelopes: that of the kind that is always in one.
// Its texts name the other kinds that may be, since no regular expression reads
// the claims inside.
func envelopeRule() rule.Rule {
	var r rule.Rule
	var others []string
	for _, d := range credential.Descriptors() {
		switch {
		case d.Form&credential.FormEnvelope == 0 || d.Unexported != "":
		case d.Form == credential.FormEnvelope:
			r = ruleOf(d.Kind)
		default:
			others = append(others, d.Title)
		}
	}
	for _, title := range others {
		r.Title += " or " + title
		r.Short = strings.Replace(r.Short, " is stored", ", or a "+title+", is stored", 1)
	}
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
			id: r.ID, kind: r.Kind, description: description(r.Rule), tags: tags,
			regex:     split.jwt(r) + "|" + utf16.jwt(r),
			keywords:  slices.Concat(r.keywords(), wide(r.keywords())),
			notSecret: notSecret,
		})
	}
	v1 := envelopeRule()
	list = append(list, tomlRule{
		id: v1.ID, kind: v1.Kind, description: description(v1), tags: tags,
		regex:    split.envelope() + "|" + utf16.envelope(),
		keywords: slices.Concat(envelopeKeywords(), wide(envelopeKeywords())),
	})
	for _, c := range contextRules() {
		r := tomlRule{
			id: c.ID, kind: c.Kind, description: description(c.Rule), tags: tags,
			regex: c.Before + `(` + c.secret + `)`, secretGroup: 1,
			keywords: c.Keywords, notSecret: c.notSecret, stopWords: c.stopWords,
		}
		if c.Beside != "" {
			r.requires, r.withinLines, r.requiring = c.Beside.Rule(), 5, c.BesideBefore+`(`+c.secret+`)`
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
		if r.requires != "" {
			r.regex = r.requiring
		}
		r.write(&b)
		r.writeAllowlist(&b)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
