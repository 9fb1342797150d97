package detect_test

import (
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/detect"
)

// documentation is a piece of a text about web services: full of what the
// literal search looks for and of what resembles it, without a credential.
const documentation = `
## Sign in

Every request carries an api-key header; the api_key of the environment is read from MOMENTO_API_KEY.
A JSON Web Token begins with eyJ, as in eyJhbGciOi..., and its payload with eyJzdWIi.

    curl -H "Authorization: Bearer $TOKEN" https://api.example.com/v1/api-keys?limit=10
    { "keys": [{ "kty": "RSA", "use": "sig", "kid": "one", "n": "0vx7", "e": "AQAB" }] }

    const { accessToken, refreshToken } = await client.signIn(user);
    store.save({ refresh_token: refreshToken, signingSecret: process.env.SIGNING_SECRET });
    const secretString = await vault.read("webhook"); // secret_string in Python
    const next = await client.generateApiKeys(scope, ExpiresIn.hours(1));

| key create | makes a key | the strings "key" and 'keys' are reserved |
| \u0065 | an escape | Key, key', key", monkey, donkey, resh, return, string |
`

// BenchmarkDocumentation scans text that is dense with needles.
func BenchmarkDocumentation(b *testing.B) {
	text := []byte(strings.Repeat(documentation, (256<<10)/len(documentation)))
	d, err := detect.New(detect.Options{MaxDecodeDepth: 5})
	if err != nil {
		b.Fatal(err)
	}
	for _, path := range []string{"guide.md", "guide.ts"} {
		b.Run(path, func(b *testing.B) {
			s := d.NewScanner()
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				_, err := s.Scan(b.Context(), path, text, nil, func(m *detect.Match) error {
					b.Errorf("found %s", m.Rule)
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
