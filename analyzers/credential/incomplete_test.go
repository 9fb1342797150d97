package credential_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential"
	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

func TestSignatureLengths(t *testing.T) {
	for algorithm, lengths := range map[string][]int{
		"HS256": {43}, "HS384": {64}, "HS512": {86},
		"RS256": {342, 512, 683}, "RS384": {342, 512, 683}, "RS512": {342, 512, 683},
		"PS256": {342, 512, 683}, "PS384": {342, 512, 683}, "PS512": {342, 512, 683},
		"ES256": {86}, "ES384": {128}, "ES512": {176}, "EdDSA": {86},
	} {
		head := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"`+algorithm+`"}`)) + "." +
			base64.RawURLEncoding.EncodeToString([]byte(`{"t":"g","jti":"k"}`)) + "."
		signature := strings.Repeat("aB3dE5gH7jK9mN1p", 50)
		for n := range 700 {
			c := mustParse(t, head+signature[:n])
			whole := false
			for _, length := range lengths {
				whole = whole || n == length
			}
			if c.Incomplete == whole || c.KeyID != "k" {
				t.Fatalf("%s with %d characters: incomplete = %v, key id %q", algorithm, n, c.Incomplete, c.KeyID)
			}
		}
	}
}

// A credential cut after its claims is incomplete; one cut earlier is not a credential.
func TestCutCredentials(t *testing.T) {
	for _, kind := range []struct {
		name, text string
	}{
		{"v2", ct.V2(ct.Options{})},
		{"v1 JWT", ct.V1JWT(ct.Options{})},
		{"legacy", ct.Legacy(ct.Options{})},
		{"v1", ct.V1(ct.Options{})},
		{"v1, key first", ct.V1(ct.Options{KeyFirst: true})},
		{"v1, blanks", ct.V1(ct.Options{Blanks: true})},
	} {
		t.Run(kind.name, func(t *testing.T) {
			whole := mustParse(t, kind.text)
			end := len(strings.TrimRight(kind.text, "="))
			if whole.Incomplete {
				t.Fatal("the whole one is incomplete")
			}
			found := 0
			for n := range end {
				c, err := credential.Parse([]byte(kind.text[:n]))
				if err != nil {
					// One trailing character that does not fill a group is not a cut.
					if found > 0 && n%4 != 1 {
						t.Fatalf("cut to %d of %d characters: %v", n, end, err)
					}
					continue
				}
				found++
				// Cutting white space after the object is harmless.
				if !c.Incomplete && c.Fingerprint() != whole.Fingerprint() {
					t.Fatalf("cut to %d of %d characters and not incomplete", n, end)
				}
				if c.Kind != whole.Kind || c.KeyID != whole.KeyID || c.Incomplete && c.Reveal() != kind.text[:n] {
					t.Fatalf("cut to %d characters: %v", n, c)
				}
			}
			if found < 40 {
				t.Errorf("only %d cut forms are found", found)
			}
		})
	}
}
