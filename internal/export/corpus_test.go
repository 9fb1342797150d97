package export_test

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
	utf "unicode/utf16"

	"github.com/momentolint/momentolint/analyzers/credential"
	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// sample is one synthetic credential.
type sample struct {
	name string
	// rule is the id of the rule that should find it.
	rule string
	text string
	// context, if set, makes the text in which the credential stands.
	context func(secret string) string
}

func samples() []sample {
	soon := time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC)
	issued := time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)
	var many [][]byte
	for i := range 30 {
		many = append(many, ct.Cache(2, fmt.Sprintf("cache-number-%d", i), "*"))
	}
	list := []sample{
		{name: "v2", rule: credential.APIKeyV2.Rule(), text: ct.V2(ct.Options{Seed: "v2"})},
		{name: "v2-times", rule: credential.APIKeyV2.Rule(), text: ct.V2(ct.Options{Seed: "v2 b", KeyID: "k-1", IssuedAt: issued, ExpiresAt: soon})},
		{name: "v1", rule: credential.APIKeyV1.Rule(), text: ct.V1(ct.Options{Seed: "v1"})},
		{name: "v1-key-first", rule: credential.APIKeyV1.Rule(), text: ct.V1(ct.Options{Seed: "kf", KeyFirst: true, ExpiresAt: soon})},
		{name: "v1-blanks", rule: credential.APIKeyV1.Rule(), text: ct.V1(ct.Options{Seed: "bl", Blanks: true})},
		{name: "v1-key-first-blanks", rule: credential.APIKeyV1.Rule(), text: ct.V1(ct.Options{Seed: "kb", Blanks: true, KeyFirst: true})},
		{name: "v1-scoped", rule: credential.APIKeyV1.Rule(), text: ct.V1(ct.Options{Seed: "sc", Permissions: ct.CacheReadOnly("orders"), ExpiresAt: soon})},
		{name: "v1-30-caches", rule: credential.APIKeyV1.Rule(), text: ct.V1(ct.Options{Seed: "many", Permissions: ct.Explicit(many...)})},
		{name: "disposable", rule: credential.APIKeyV1.Rule(), text: ct.Disposable(ct.Options{Seed: "d"})},
		{name: "disposable-jwt-v1", rule: credential.DisposableToken.Rule(), text: ct.DisposableV1(ct.Options{Seed: "d1"})},
		{name: "disposable-jwt-v2", rule: credential.DisposableToken.Rule(), text: ct.DisposableV2(ct.Options{Seed: "d2"})},
		{name: "refresh-v2", rule: credential.RefreshToken.Rule() + "-jwt", text: ct.RefreshV2(ct.Options{Seed: "r2"})},
		{name: "refresh-v1", rule: credential.RefreshToken.Rule() + "-jwt", text: ct.RefreshV1(ct.Options{Seed: "r1"})},
		{name: "login", rule: credential.SessionToken.Rule() + "-jwt", text: ct.Login(ct.Options{Seed: "lo"})},
		{name: "signed", rule: credential.SignedToken.Rule(), text: ct.Signed(ct.Options{Seed: "si"})},
		{name: "v1-jwt", rule: credential.V1JWT.Rule(), text: ct.V1JWT(ct.Options{Seed: "j"})},
		{name: "v1-jwt-scoped", rule: credential.V1JWT.Rule(), text: ct.V1JWT(ct.Options{Seed: "js", Subject: "somebody.else@example.org", Permissions: ct.CacheReadOnly("orders"), IssuedAt: issued, ExpiresAt: soon})},
		{name: "legacy", rule: credential.Legacy.Rule(), text: ct.Legacy(ct.Options{Seed: "l"})},
		{name: "legacy-east", rule: credential.Legacy.Rule(), text: ct.Legacy(ct.Options{Seed: "le", Subject: "a@b.example", Endpoint: "cell-us-east-1-1.prod.a.momentohq.com"})},
	}
	// The three ways in which a claim can lie in base64, by the length of what
	// stands before it.
	for i, subject := range []string{"a@x.example", "ab@x.example", "abc@x.example"} {
		o := ct.Options{Seed: subject, Subject: subject, Endpoint: strings.Repeat("x", i+1) + ".momentohq.com", KeyID: strings.Repeat("k", 8+i)}
		list = append(list,
			sample{name: fmt.Sprintf("v1-aligned-%d", i), rule: credential.APIKeyV1.Rule(), text: ct.V1(o)},
			sample{name: fmt.Sprintf("v1-jwt-aligned-%d", i), rule: credential.V1JWT.Rule(), text: ct.V1JWT(o)},
			sample{name: fmt.Sprintf("legacy-aligned-%d", i), rule: credential.Legacy.Rule(), text: ct.Legacy(o)},
			sample{name: fmt.Sprintf("v2-aligned-%d", i), rule: credential.APIKeyV2.Rule(), text: ct.JWT("HS512", fmt.Sprintf(`{"jti":%q,"t":"g"}`, o.KeyID), subject)},
		)
	}
	for i := range list {
		// A test that mints something else than it says proves nothing.
		list[i].mustBe()
	}
	key := ct.V1(ct.Options{Seed: "console"})
	return append(list,
		sample{name: "refresh", rule: credential.RefreshToken.Rule(), text: ct.Refresh("console"), context: func(secret string) string {
			return fmt.Sprintf("{\n  \"apiKey\": %q,\n  \"refreshToken\": %q,\n  \"endpoint\": \"cell-us-east-1-1.prod.a.momentohq.com\",\n  \"validUntil\": 2246400000\n}\n", key, secret)
		}},
		sample{name: "refresh-one-line", rule: credential.RefreshToken.Rule(), text: ct.Refresh("one line"), context: func(secret string) string {
			return fmt.Sprintf(`{"api_key":%q,"refresh_token":%q,"valid_until":2246400000}`, key, secret)
		}},
		sample{name: "session", rule: credential.SessionToken.Rule(), text: ct.Session(ct.Options{Seed: "s"}), context: func(secret string) string {
			return "[.momento_session]\ntoken=" + secret + "\nvalid_until=2246400000\n"
		}},
		sample{name: "signing-key", rule: credential.SigningKey.Rule(), text: ct.SigningKeyEC(ct.Options{Seed: "k"}), context: func(secret string) string {
			return "MOMENTO_SIGNING_KEY=" + secret + "\n"
		}},
		sample{name: "webhook", rule: credential.WebhookSecret.Rule(), text: ct.WebhookSecret("w"), context: func(secret string) string {
			return "import { WebhookUtils } from '@gomomento/sdk';\nconst signingSecret = '" + secret + "';\n"
		}},
	)
}

func (s sample) mustBe() {
	c, err := credential.Parse([]byte(s.text))
	want := s.rule
	if s.name == "disposable" {
		want = credential.DisposableToken.Rule()
	}
	if rule := c.Kind.Rule(); err != nil || want != rule && want != rule+"-jwt" {
		panic(fmt.Sprintf("%s is minted as %s (%v)", s.name, c.Kind, err))
	}
}

// spelledAs is a way to write a credential into a file.
type spelledAs struct {
	name string
	file string
	make func(secret string) string
}

// whole reports whether it can spell a whole file, not just a value in one.
func (w spelledAs) whole() bool {
	return w.name == "end-of-file" || w.name == "hex" || strings.HasPrefix(w.name, "base64") || strings.HasPrefix(w.name, "utf-16")
}

func inUTF16(order binary.AppendByteOrder, mark, text string) string {
	out := []byte(mark)
	for _, u := range utf.Encode([]rune(text)) {
		out = order.AppendUint16(out, u)
	}
	return string(out)
}

// spellings are how credentials stand in files. Those with an encoding name it.
func spellings() []spelledAs {
	b64 := base64.StdEncoding.EncodeToString
	list := []spelledAs{
		{"dot-env", ".env", func(s string) string { return "A=1\nMOMENTO_API_KEY=" + s + "\nB=2\n" }},
		{"quoted", "client.js", func(s string) string { return "const client = new Client({ key: \"" + s + "\" });\n" }},
		{"single-quoted", "client.py", func(s string) string { return "TOKEN = '" + s + "'\n" }},
		{"yaml", "values.yaml", func(s string) string { return "momento:\n  authToken: " + s + "\n" }},
		{"json", "config.json", func(s string) string { return "{\"authToken\":\"" + s + "\",\"x\":1}\n" }},
		{"terraform", "main.tf", func(s string) string { return "variable \"k\" {\n  default = \"" + s + "\"\n}\n" }},
		{"header", "call.sh", func(s string) string { return "curl -H 'Authorization: " + s + "' https://x.example/\n" }},
		{"query", "call.http", func(s string) string { return "GET https://x.example/cache/c?key=k&token=" + s + "&x=1\n" }},
		{"minified", "bundle.min.js", func(s string) string {
			return strings.Repeat("function f(a){return a+1};", 300) + "var t=\"" + s + "\";" + strings.Repeat("g(1);", 500) + "\n"
		}},
		{"crlf", "settings.ini", func(s string) string { return "[momento]\r\nkey=" + s + "\r\nother=1\r\n" }},
		{"end-of-file", "key.txt", func(s string) string { return s }},
		{"percent", "link.txt", func(s string) string { return "https://x.example/?token=" + url.QueryEscape(s) + "&x=1\n" }},
		{"utf-16le", "export.reg", func(s string) string { return inUTF16(binary.LittleEndian, "\xff\xfe", "KEY="+s+"\r\n") }},
		{"utf-16be", "export.txt", func(s string) string { return inUTF16(binary.BigEndian, "\xfe\xff", "KEY="+s+"\r\n") }},
		{"hex", "dump.txt", func(s string) string { return "key: " + hex.EncodeToString([]byte(s)) + "\n" }},
		{"base64-url", "b64url.txt", func(s string) string { return "key: " + base64.RawURLEncoding.EncodeToString([]byte(s)) + "\n" }},
		{"base64-wrapped", "wrapped.txt", func(s string) string { return wrap(b64([]byte("token="+s+"\n")), 76) }},
		{"split", "Client.java", func(s string) string {
			return "String key =\n    \"" + strings.ReplaceAll(strings.TrimSuffix(wrap(s, 72), "\n"), "\n", "\"\n    + \"") + "\";\n"
		}},
		{"split-php", "client.php", func(s string) string {
			return "$key = '" + strings.ReplaceAll(strings.TrimSuffix(wrap(s, 60), "\n"), "\n", "' . '") + "';\n"
		}},
	}
	for before := range 3 {
		list = append(list, spelledAs{fmt.Sprintf("base64-%d", before), "secret.yaml", func(s string) string {
			return "kind: Secret\ndata:\n  token: " + b64([]byte(strings.Repeat("=", before)+s)) + "\n"
		}})
	}
	return append(list, spelledAs{"base64-of-dot-env", "secret.yaml", func(s string) string {
		return "kind: Secret\ndata:\n  env: " + b64([]byte("PORT=8080\nMOMENTO_API_KEY="+s+"\nDEBUG=1\n")) + "\n"
	}})
}

func wrap(s string, width int) string {
	var b strings.Builder
	for len(s) > width {
		b.WriteString(s[:width] + "\n")
		s = s[width:]
	}
	b.WriteString(s + "\n")
	return b.String()
}

// document is one file of the corpus.
type document struct {
	// name is the file's path in the corpus, unique.
	name string
	text string
	// spelling and sample are what it was made of; rule is what should be found,
	// "" for decoys.
	spelling, sample, rule string
	// secret is the credential as minted.
	secret string
}

// corpus is every sample in every spelling, and the decoys.
func corpus() []document {
	var list []document
	for _, s := range samples() {
		for _, w := range spellings() {
			text := s.text
			if s.context != nil {
				// The context is the file's whole text; how a value is quoted is
				// part of it.
				if !w.whole() {
					continue
				}
				text = s.context(s.text)
			}
			text = w.make(text)
			list = append(list, document{
				name: w.name + "/" + s.name + "/" + w.file, text: text,
				spelling: w.name, sample: s.name, rule: s.rule, secret: s.text,
			})
		}
	}
	for name, text := range decoys() {
		list = append(list, document{name: "decoys/" + name, text: text, spelling: "decoy"})
	}
	return list
}

// decoys look like Momento's credentials and are not: no rule may find them.
func decoys() map[string]string {
	jwt := ct.JWT
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	list := map[string]string{
		"supabase":    jwt("HS256", `{"iss":"supabase","ref":"abcdefghijklmnopqrst","role":"anon","iat":1690000000,"exp":2005576000}`, "a"),
		"auth0":       jwt("HS256", `{"iss":"https://shop.eu.auth0.com/","sub":"auth0|65f0c0ffee","aud":"https://api.shop.example","iat":1770000000,"exp":1770086400}`, "b"),
		"kubernetes":  jwt("HS512", `{"iss":"kubernetes/serviceaccount","kubernetes.io/serviceaccount/namespace":"shop","sub":"system:serviceaccount:shop:orders"}`, "c"),
		"no-jti":      jwt("HS512", `{"t":"g","sub":"dev@example.com","exp":2005576000}`, "d"),
		"no-t":        jwt("HS512", `{"jti":"0123-4567","sub":"dev@example.com","exp":2005576000}`, "e"),
		"t-h":         jwt("HS512", `{"t":"h","jti":"0123-4567","exp":2005576000}`, "f"),
		"issuer":      jwt("HS512", `{"iss":"https://login.example.com","t":"g","jti":"0123-4567"}`, "g"),
		"issuer-last": jwt("HS512", `{"t":"g","jti":"0123-4567","iss":"https://login.example.com"}`, "h"),
		"p-of-others": jwt("HS256", `{"sub":"dev","ver":1,"p":"premium","exp":2005576000}`, "i"),
		"p-alone":     jwt("HS256", `{"sub":"dev","p":"CAA=","role":"x"}`, "j"),
		"cp-alone":    jwt("HS512", `{"sub":"dev","cp":"control.example.com"}`, "k"),
		"c-alone":     jwt("HS512", `{"sub":"dev","c":"cache.example.com"}`, "l"),
		"masked":      ct.V2(ct.Options{})[:60] + "." + strings.Repeat("x", 86),
		"cut-off":     ct.V2(ct.Options{})[:40],
		"half":        b64(`{"endpoint":"cell-4-us-west-2-1.prod.a.momentohq.com","region":"us-west-2","comment":"` + strings.Repeat("nothing to see here ", 10) + `"}`),
		"other-half":  b64(`{"api_key":"sk-` + strings.Repeat("0123456789", 15) + `","model":"gpt"}`),
		"placeholder": "MOMENTO_API_KEY=<your key>\nMOMENTO_AUTH_TOKEN=eyJhbGciOiJIUzUxMiJ9...\n",
		"source-map":  "//# sourceMappingURL=data:application/json;base64," + b64(`{"version":3,"sources":["src/cache.ts"],"names":["cache","endpoint","api_key"],"mappings":"`+strings.Repeat("AAAA,SAASA", 30)+`"}`),
		"oauth":       "{\n  \"accessToken\": \"" + jwt("HS256", `{"iss":"https://x.example","sub":"y"}`, "m") + "\",\n  \"refreshToken\": \"v1.MjQ2ODEwMTIxNDE2MTgyMDIyMjQyNjI4MzAzMjM0\",\n  \"expiresIn\": 86400\n}\n",
		"example":     "{\n  \"apiKey\": \"your_api_key\",\n  \"refreshToken\": \"your_refresh_token_goes_here\",\n  \"validUntil\": 0\n}\n",
		"jwk":         ct.SigningKey(ct.Options{Seed: "somebody else's"}),
		"slack":       "const app = new App({ signingSecret: '8f742231b10e8888abcd99bbbccc85a5', token: process.env.SLACK_BOT_TOKEN });\n",
		"kid":         jwt("RS256", `{"sub":"dev","cache":"images","exp":2005576000}`, "n"),
		"ver-2":       jwt("HS256", `{"sub":"dev","ver":2,"p":"CAA="}`, "o"),
		"prose":       "A v1 key starts with `eyJlbmRwb2ludCI6`, a bare one with `eyJhbGciOi`; see .momento_session.\n",
	}
	for _, name := range []string{"supabase", "auth0", "no-jti", "half", "other-half", "p-of-others"} {
		list[name+"-base64"] = "data:\n  token: " + b64(list[name]) + "\n"
	}
	return list
}

func TestDecoysAreNoCredentials(t *testing.T) {
	for name, text := range decoys() {
		if found := credential.ParseAll([]byte(text)); len(found) > 0 {
			t.Errorf("the decoy %s holds a %s", name, found[0].Kind)
		}
	}
}
