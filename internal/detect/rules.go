package detect

import (
	"slices"
	"strings"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/detect/gitleaks"
)

// The patterns of the rules, as gitleaks understands them. They say what can
// be a credential of a form; whether it is one says its structure.
const (
	jwtPattern      = `\beyJ[A-Za-z0-9_-]{8,}={0,2}\.e[wy][A-Za-z0-9_-]{8,}={0,2}\.[A-Za-z0-9_-]{0,}`
	envelopePattern = `\b(?:ey|ew)[A-Za-z0-9+/_-]{60,}={0,2}`
	jwkPattern      = `\{[^{}]*"kty"[^{}]*\}`
	valuePattern    = `["'\\]*\s*(?:[:=,]|=>)\s*["'\\]*([^\s"'\\,;}<]{16,})`
)

// patternOf returns the pattern for the forms of a kind, and words of which each
// match has one.
func patternOf(d *credential.Descriptor) (pattern string, keywords []string) {
	var list []string
	if d.Form&credential.FormEnvelope != 0 {
		list, keywords = append(list, envelopePattern), append(keywords, "ey", "ew")
	}
	if d.Form&(credential.FormJWT|credential.FormSection|credential.FormEnvelope) != 0 {
		list, keywords = append(list, jwtPattern), append(keywords, "eyj")
	}
	if d.Form&credential.FormJWK != 0 {
		list, keywords = append(list, jwkPattern), append(keywords, "kty")
	}
	if d.Form&credential.FormNamed != 0 {
		list = append(list, `(?i:`+strings.Join(d.Names, "|")+`)`+valuePattern)
		for _, n := range d.Names {
			keywords = append(keywords, strings.ToLower(n))
		}
	}
	return strings.Join(list, "|"), keywords
}

// gitleaksRules are our rules for the kinds of credentials, as gitleaks knows
// them.
func gitleaksRules() []gitleaks.Rule {
	var list []gitleaks.Rule
	for _, d := range credential.Descriptors() {
		pattern, keywords := patternOf(&d)
		list = append(list, gitleaks.Rule{ID: d.Rule, Description: "Momento " + d.Title, Pattern: pattern, Keywords: keywords})
	}
	return list
}

// allowed returns which of the gitleaks files suppresses a candidate, and why: ""
// if none does.
func (s *Scanner) allowed(c *candidate) (by coverage.By, reason string) {
	m := &c.match
	if s.d.ignores("", s.path, m) {
		return coverage.ByGitleaksIgnore, ".gitleaksignore"
	}
	e := s.d.engine
	if m.Credential.IsZero() || !e.Configured() {
		return "", ""
	}
	if former := m.former(); former != "" && e.Off(former) {
		m.FormerRule = former
		return coverage.ByGitleaksConfig, "disabled in the gitleaks configuration"
	}
	if e.Off(m.Rule) {
		return coverage.ByGitleaksConfig, "disabled in the gitleaks configuration"
	}
	if !e.Accepts(m.Rule, s.path, "", s.asText(c)) {
		return coverage.ByGitleaksConfig, "allowed by the gitleaks configuration"
	}
	return "", ""
}

// ignores reports whether an ignore file has the place of a match, under its
// rule or the one that it had before.
func (d *Detector) ignores(commit, path string, m *Match) bool {
	if d.ignored.Has(commit, path, m.Rule, m.StartLine) {
		return true
	}
	if former := m.former(); former != "" && d.ignored.Has(commit, path, former, m.StartLine) {
		m.FormerRule = former
		return true
	}
	return false
}

// asText returns a candidate as gitleaks reads it: the line that it stands on,
// with the credential in it as if it were neither encoded nor split.
func (s *Scanner) asText(c *candidate) string {
	first, last := s.lineBounds(c.lo, c.hi)
	d := s.top.data
	first, last = max(first, c.lo-maxRuleText), min(last, c.hi+maxRuleText)
	before, after := string(d[first:c.lo]), string(d[c.hi:last])
	if d := c.match.Credential.Kind.Descriptor(); d.Form&credential.FormNamed != 0 && !namedBefore(before, d.Names) {
		// Its name, which the rule wants to see, is encoded, or what joins them is.
		before += d.Names[len(d.Names)-1] + "="
	} else if n := len(before); n > 0 && wordSet[before[n-1]] {
		// What an encoding leaves before it is no part of a word.
		before += " "
	}
	return before + c.text + after
}

// namedBefore reports whether one of the names, a sign and quotation marks are the
// end of a text.
func namedBefore(text string, names []string) bool {
	text = strings.TrimRight(text, " \t\"'\\=>:,")
	return slices.ContainsFunc(names, func(n string) bool {
		return len(text) >= len(n) && strings.EqualFold(text[len(text)-len(n):], n)
	})
}

// maxRuleText is how much of the line on either side gitleaks gets to see.
const maxRuleText = 1 << 10

// Ignore suppresses a match that the user's gitleaks files suppress once it is
// known where it comes from: its path, and the commit that introduced it if
// there is one. Scan itself has judged what it could by the path that it was
// given.
func (d *Detector) Ignore(path, commit string, m *Match) {
	if d.ignores(commit, path, m) {
		m.allow(coverage.ByGitleaksIgnore, ".gitleaksignore")
		return
	}
	if commit == "" || !d.engine.Configured() || m.Credential.IsZero() {
		return
	}
	text := m.Credential.RevealWritten()
	if d := m.Credential.Kind.Descriptor(); d.Form&credential.FormNamed != 0 {
		text = d.Names[len(d.Names)-1] + "=" + text
	}
	if !d.engine.Accepts(m.Rule, path, commit, text) {
		m.allow(coverage.ByGitleaksConfig, "allowed by the gitleaks configuration")
	}
}
