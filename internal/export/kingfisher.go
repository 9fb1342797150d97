package export

import (
	"crypto/hmac"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"io"

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

// exampleJWT is a JWT of a kind that is told by its claims.
func exampleJWT(k credential.Kind) string {
	const id = "00000000-0000-4000-8000-000000000000"
	claims := map[credential.Kind]string{
		credential.APIKeyV2: `"t":"g","jti":"` + id + `"`,
		// "CAA=" is the permission to do everything.
		credential.V1JWT:           `"sub":"user@example.com","ver":1,"p":"CAA="`,
		credential.Legacy:          `"sub":"user@example.com","cp":"control.` + exampleHost + `","c":"cache.` + exampleHost + `"`,
		credential.DisposableToken: `"sub":"user@example.com","t":"disposable","ver":1,"p":"CAA="`,
		credential.RefreshToken:    `"t":"gr","akid":"` + id + `","jti":"` + id + `"`,
		credential.SessionToken:    `"iss":"https://login.gomomento.com/","email":"user@example.com"`,
		credential.SignedToken:     `"cache":"images","key":"logo.png","method":["get"]`,
	}
	return example(claims[k])
}

// exampleKey is a v1 key.
func exampleKey() string {
	return exampleEnvelope(`{"endpoint":"%s","api_key":"%s"}`, exampleHost, exampleJWT(credential.V1JWT))
}

func exampleRefresh() string {
	return fmt.Sprintf("{\n  \"apiKey\": %q,\n  \"refreshToken\": %q,\n  \"endpoint\": %q,\n  \"validUntil\": 1711929600\n}\n",
		exampleKey(), exampleOpaque("an opaque token of the older console"), exampleHost)
}

func exampleSession() string {
	return "[.momento_session]\ntoken=" + example(`"sub":"user@example.com","aud":"momento-cli"`)
}

func exampleSigningKey() string {
	return `MOMENTO_SIGNING_KEY={"kty":"EC","crv":"P-256","kid":"00000000","d":"` + exampleOpaque("the private part of no key at all") + `"}`
}

func exampleWebhook() string {
	return "import { WebhookUtils } from '@gomomento/sdk';\nconst signingSecret = '" + exampleOpaque("signs the calls of no webhook") + "';\n"
}

// exampleOpaque is a text without structure.
func exampleOpaque(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

func writeKingfisher(w io.Writer) error {
	keyFirst := exampleEnvelope("{\"api_key\": \"%s\", \"endpoint\": \"%s\"}\n", exampleJWT(credential.V1JWT), exampleHost)
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
		add(r.Rule, "("+split.jwt(r)+")", r.without, "MOMENTO_API_KEY="+exampleJWT(r.kind))
	}
	add(envelopeRule(), "("+split.envelope()+")", nil, "MOMENTO_API_KEY="+exampleKey(), "MOMENTO_API_KEY="+keyFirst)
	for _, c := range contextRules() {
		add(c.Rule, c.before+"("+c.secret+")", c.stopWords, c.example())
	}

	return writeYAML(w, header(
		"",
		"  kingfisher scan --rules-path momento.yaml .",
	), c)
}
