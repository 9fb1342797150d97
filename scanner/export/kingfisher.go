package export

import (
	"io"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/momentolint/momentolint/analyzers/credential"
	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/scanner/rule"
)

// The format is that of Kingfisher's own rules, which version 2 takes as custom
// rules: https://github.com/mongodb/kingfisher/blob/main/docs/RULES.md
type kingfisherConfig struct {
	Rules []kingfisherRule `yaml:"rules"`
}

type kingfisherRule struct {
	Name    string `yaml:"name"`
	ID      string `yaml:"id"`
	Pattern string `yaml:"pattern"`
	// MinEntropy is 0: what is inside proves more than how random it looks.
	MinEntropy   float64                 `yaml:"min_entropy"`
	Confidence   string                  `yaml:"confidence"`
	Requirements *kingfisherRequirements `yaml:"pattern_requirements,omitempty"`
	Examples     []*yaml.Node            `yaml:"examples"`
	References   []string                `yaml:"references"`
}

type kingfisherRequirements struct {
	// IgnoreIfContains drops a match that holds one of the words; case does
	// not count.
	IgnoreIfContains []string `yaml:"ignore_if_contains"`
}

// Kingfisher tries every rule's examples. They are synthetic and have expired;
// their comments keep scanners quiet that come across the printed file.
const exampleComment = "synthetic. momentolint:allow gitleaks:allow kingfisher:ignore trufflehog:ignore"

// exampleOptions make credentials that nobody takes for live ones.
func exampleOptions() ct.Options {
	return ct.Options{
		Seed: "example", IssuedAt: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC),
		ExpiresAt: time.Date(2024, 4, 1, 0, 0, 0, 0, time.UTC),
	}
}

func writeKingfisher(w io.Writer) error {
	o := exampleOptions()
	minted := map[credential.Kind]string{
		credential.APIKeyV2: ct.V2(o), credential.V1JWT: ct.V1JWT(o), credential.Legacy: ct.Legacy(o),
	}
	var c kingfisherConfig
	add := func(r rule.Rule, pattern string, ignore []string, examples ...string) {
		k := kingfisherRule{
			Name: r.Title, ID: r.ID, Pattern: pattern, Confidence: "high", References: []string{r.HelpURI(), docsURL},
		}
		if len(ignore) > 0 {
			k.Requirements = &kingfisherRequirements{ignore}
		}
		for _, e := range examples {
			k.Examples = append(k.Examples, &yaml.Node{
				Kind: yaml.ScalarNode, Style: yaml.DoubleQuotedStyle, Value: e, LineComment: exampleComment,
			})
		}
		c.Rules = append(c.Rules, k)
	}
	for _, r := range jwtRules() {
		add(r.rule(), "("+split.jwt(r)+")", foreign(), "MOMENTO_API_KEY="+minted[r.kind])
	}
	keyFirst := o
	keyFirst.KeyFirst, keyFirst.Blanks = true, true
	add(envelopeRule(), "("+split.envelope()+")", nil, "MOMENTO_API_KEY="+ct.V1(o), "MOMENTO_API_KEY="+ct.V1(keyFirst))
	add(ruleOf(credential.RefreshToken), refreshBefore()+"("+opaque+"{16,})", refreshPlaceholders(), ct.ConsoleJSON(o))
	add(ruleOf(credential.SessionToken), sessionBefore+"("+bareJWT+")", nil, "[.momento_session]\ntoken="+ct.Session(o))

	return writeYAML(w, header(
		"",
		"  kingfisher scan --rules-path momento.yaml .",
	), c)
}
