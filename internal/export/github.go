package export

import (
	"encoding/json"
	"io"
	"slices"
)

// githubPatterns is the body of "Bulk create custom patterns" of GitHub's REST
// API, version 2026-03-10, for a repository or an organization:
// https://docs.github.com/en/rest/secret-scanning/custom-patterns
// The same fields are in the form of the settings: secret format, before
// secret, after secret, additional match requirements.
type githubPatterns struct {
	Patterns []githubPattern `json:"patterns"`
}

type githubPattern struct {
	Name           string   `json:"name"`
	Pattern        string   `json:"pattern"`
	StartDelimiter string   `json:"start_delimiter"`
	EndDelimiter   string   `json:"end_delimiter"`
	MustMatch      []string `json:"must_match,omitempty"`
	MustNotMatch   []string `json:"must_not_match,omitempty"`
}

// The delimiters: GitHub's own, but that a token does not end before "-" and
// "_", and may begin after a character in percent-encoding (token%3DeyJ…).
const (
	githubBefore = `\A|[^0-9A-Za-z]|%[0-9A-Fa-f]{2}`
	// githubInside: what stands before the token may be in the same base64.
	githubInside = `\A|[\x00-\xff]`
	githubAfter  = `\z|[^0-9A-Za-z+/=_-]`
)

func writeGitHub(w io.Writer) error {
	var p githubPatterns
	add := func(g githubPattern) {
		if g.StartDelimiter == "" {
			g.StartDelimiter = githubBefore
		}
		if g.EndDelimiter == "" {
			g.EndDelimiter = githubAfter
		}
		p.Patterns = append(p.Patterns, g)
	}
	for _, r := range jwtRules() {
		claims := func(parts []string) string { return `\.[A-Za-z0-9_-]*` + plain.oneOf(parts).regex }
		not := []string{placeholderSignature}
		if len(r.without) > 0 {
			not = []string{claims(r.without), placeholderSignature}
		}
		add(githubPattern{
			Name: r.ID, Pattern: bareJWT,
			MustMatch:    []string{claims(coresOf(r.first)), claims(coresOf(r.second))},
			MustNotMatch: not,
		})
		if !r.encoded() {
			continue
		}
		add(githubPattern{
			Name: r.ID + " in base64", Pattern: encodedJWT(),
			MustMatch:      []string{plain.oneOf(doubled(r.first)).regex, plain.oneOf(doubled(r.second)).regex},
			StartDelimiter: githubInside,
		})
	}
	v1 := envelopeRule()
	add(githubPattern{Name: v1.ID, Pattern: plain.envelope()})
	add(githubPattern{Name: v1.ID + " in base64", Pattern: encodedEnvelope(), StartDelimiter: githubInside})
	for _, c := range contextRules() {
		g := githubPattern{Name: c.ID, Pattern: c.secret, StartDelimiter: c.Before, MustNotMatch: c.notSecret}
		if len(c.stopWords) > 0 {
			g.EndDelimiter = `\z|[^A-Za-z0-9._~+/=-]`
			g.MustNotMatch = append(slices.Clone(c.notSecret), "your[_-]|refresh[_-]?[tT]oken|[eE]xample|placeholder|redacted|xxxx|[.][.][.]")
		}
		add(g)
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(p)
}
