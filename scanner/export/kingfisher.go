package export

import (
	"crypto/hmac"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"io"

	"go.yaml.in/yaml/v3"

	"github.com/momentolint/momentolint/analyzers/credential"
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

// What the examples say of themselves: they were issued and expired in 2024.
const (
	exampleHost  = "cell-4-us-west-2-1.prod.a.momentohq.com"
	exampleTimes = `"iat":1704067200,"exp":1711929600`
)

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

func writeKingfisher(w io.Writer) error {
	// "CAA=" is the permission to do everything.
	v1 := example(`"sub":"user@example.com","ver":1,"p":"CAA="`)
	minted := map[credential.Kind]string{
		credential.APIKeyV2: example(`"t":"g","jti":"00000000-0000-4000-8000-000000000000"`),
		credential.V1JWT:    v1,
		credential.Legacy:   example(`"sub":"user@example.com","cp":"control.` + exampleHost + `","c":"cache.` + exampleHost + `"`),
	}
	key := exampleEnvelope(`{"endpoint":"%s","api_key":"%s"}`, exampleHost, v1)
	keyFirst := exampleEnvelope("{\"api_key\": \"%s\", \"endpoint\": \"%s\"}\n", v1, exampleHost)
	refresh := fmt.Sprintf("{\n  \"apiKey\": %q,\n  \"refreshToken\": %q,\n  \"endpoint\": %q,\n  \"validUntil\": 1711929600\n}\n",
		key, base64.RawURLEncoding.EncodeToString([]byte("an opaque token of the older console")), exampleHost)
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
	add(envelopeRule(), "("+split.envelope()+")", nil, "MOMENTO_API_KEY="+key, "MOMENTO_API_KEY="+keyFirst)
	add(ruleOf(credential.RefreshToken), refreshBefore()+"("+opaque+"{16,})", refreshPlaceholders(), refresh)
	add(ruleOf(credential.SessionToken), sessionBefore+"("+bareJWT+")", nil, "[.momento_session]\ntoken="+example(`"sub":"user@example.com","aud":"momento-cli"`))

	return writeYAML(w, header(
		"",
		"  kingfisher scan --rules-path momento.yaml .",
	), c)
}
