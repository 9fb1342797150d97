package export

import (
	"crypto/hmac"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/rule"
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

// exampleTimes are the claims of examples: issued and expired in 2024.
const exampleTimes = `"iat":1704067200,"exp":1711929600`

// example is a token with these claims, signed with a key that nobody trusts.
func example(claims string) string {
	encode := base64.RawURLEncoding.EncodeToString
	text := encode([]byte(`{"alg":"HS512"}`)) + "." + encode([]byte("{"+claims+","+exampleTimes+"}"))
	mac := hmac.New(sha512.New, []byte("example"))
	_, _ = mac.Write([]byte(text)) // a hash never fails
	return text + "." + encode(mac.Sum(nil))
}

// exampleEnvelope is a v1 key around a token, with this JSON around both.
func exampleEnvelope(format string, values ...any) string {
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, format, values...))
}

// exampleKey is a key of the kind that is always in an envelope.
func exampleKey() string {
	return exampleEnvelope(`{"endpoint":"%s","api_key":"%s"}`, credential.SampleHost, example(envelopeRule().Kind.Descriptor().Sample))
}

// exampleContext is a text with a credential that its surroundings identify.
func exampleContext(p *credential.Pattern) string {
	return strings.NewReplacer(
		"{key}", exampleKey(), "{host}", credential.SampleHost, "{jwt}", example(p.ExampleText),
		"{text}", base64.RawURLEncoding.EncodeToString([]byte(p.ExampleText)),
	).Replace(p.Example)
}

func writeKingfisher(w io.Writer) error {
	keyFirst := exampleEnvelope("{\"api_key\": \"%s\", \"endpoint\": \"%s\"}\n", example(envelopeRule().Kind.Descriptor().Sample), credential.SampleHost)
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
		add(r.Rule, "("+split.jwt(r)+")", r.without, "MOMENTO_API_KEY="+example(r.Kind.Descriptor().Sample))
	}
	add(envelopeRule(), "("+split.envelope()+")", nil, "MOMENTO_API_KEY="+exampleKey(), "MOMENTO_API_KEY="+keyFirst)
	for _, c := range contextRules() {
		add(c.Rule, c.Before+"("+c.secret+")", c.stopWords, exampleContext(c.Pattern))
	}

	return writeYAML(w, header(
		"",
		"  kingfisher scan --rules-path momento.yaml .",
	), c)
}
