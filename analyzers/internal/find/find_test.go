package find_test

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/analyzers/internal/find"
)

func TestCredentialsAreFoundWhereverTheyStandInAText(t *testing.T) {
	v1 := credentialtest.V1(credentialtest.Options{})
	v2 := credentialtest.V2(credentialtest.Options{})
	b64 := base64.StdEncoding.EncodeToString
	for name, tc := range map[string]struct {
		text string
		want []string
	}{
		"alone":                     {v1, []string{v1}},
		"in quotes":                 {`"` + v2 + `"`, []string{v2}},
		"in an assignment":          {"MOMENTO_API_KEY=" + v1 + "\nOTHER=1\n", []string{v1}},
		"in a header":               {"Authorization: Bearer " + v2 + "\r\n", []string{v2}},
		"in a URL":                  {"https://api.example.com/x?token=" + v2 + "&ttl=60", []string{v2}},
		"escaped in a URL":          {"https://api.example.com/x?token%3D" + url.QueryEscape(v1), []string{v1}},
		"at the end of a sentence":  {"The key is " + v2 + ". Keep it.", []string{v2}},
		"in base64":                 {b64([]byte(v2)), []string{v2}},
		"in base64, one byte on":    {b64([]byte("x" + "=" + v2)), []string{v2}},
		"in base64, three bytes on": {b64([]byte("key=" + v1)), []string{v1}},
		"in base64 of base64":       {b64([]byte(b64([]byte(v2)))), []string{v2}},
		"in base64 in a document":   {"data:\n  key: " + b64([]byte(v1)) + "\n", []string{v1}},
		"in base64 broken in lines": {wrap(b64([]byte(v1)), 64), []string{v1}},
		"two of them":               {v1 + "," + v2, []string{v1, v2}},
		"one, twice":                {v1 + "," + v1, []string{v1}},
		"after a decoy":             {credentialtest.JWT("HS256", `{"iss":"supabase"}`, "") + " " + v2, []string{v2}},
	} {
		t.Run(name, func(t *testing.T) {
			got := find.String(tc.text)
			if len(got) != len(tc.want) {
				t.Fatalf("found %v, want %d", got, len(tc.want))
			}
			for i, c := range got {
				if c.RevealWritten() != tc.want[i] {
					t.Errorf("found %v as number %d, want %s", c, i, credential.Redact(tc.want[i]))
				}
			}
		})
	}
}

func TestTheConsolesDownloadGivesBothItsSecrets(t *testing.T) {
	var kinds []credential.Kind
	for _, c := range find.String(credentialtest.ConsoleJSON(credentialtest.Options{})) {
		kinds = append(kinds, c.Kind)
	}
	if len(kinds) != 2 || kinds[1] != credential.RefreshToken {
		t.Errorf("found %v, want a key and a refresh token", kinds)
	}
}

func TestWhatDoesNotDecodeIsNotFound(t *testing.T) {
	v1 := credentialtest.V1(credentialtest.Options{})
	foreign := credentialtest.JWT("HS256", `{"sub":"1234567890","name":"A B","iat":1516239022}`, "")
	for name, text := range map[string]string{
		"another issuer's":        foreign,
		"a placeholder":           "eyJhbGciOiJIUzUxMiJ9.<your key>.<signature, forty characters long>",
		"cut off":                 v1[:len(v1)/2],
		"inside a longer word":    "abc" + v1,
		"base64 of another's":     base64.StdEncoding.EncodeToString([]byte(foreign)),
		"a long text without any": strings.Repeat("eyJ ", 1000),
		"a source map's mappings": strings.Repeat("ZXlK", 1000),
	} {
		if got := find.String(text); len(got) != 0 {
			t.Errorf("%s: found %v", name, got)
		}
	}
}

func wrap(s string, width int) string {
	var b strings.Builder
	for len(s) > width {
		b.WriteString(s[:width] + "\n")
		s = s[width:]
	}
	return b.String() + s + "\n"
}

func FuzzText(f *testing.F) {
	f.Add([]byte(credentialtest.V1(credentialtest.Options{})))
	f.Add([]byte(credentialtest.ConsoleJSON(credentialtest.Options{})))
	f.Add([]byte(base64.StdEncoding.EncodeToString([]byte(credentialtest.V2(credentialtest.Options{})))))
	f.Fuzz(func(t *testing.T, text []byte) {
		seen := make(map[string]bool)
		for _, c := range find.Text(text) {
			if c.IsZero() || seen[c.Fingerprint()] {
				t.Errorf("%v is no credential or found twice", c)
			}
			seen[c.Fingerprint()] = true
		}
	})
}
