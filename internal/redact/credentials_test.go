package redact_test

import (
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
	"testing"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/redact"
)

func TestCredentialsAreTakenOutOfTexts(t *testing.T) {
	key := ct.V2(ct.Options{})
	once := base64.StdEncoding.EncodeToString([]byte("key=" + key))
	for name, secret := range map[string]string{
		"a v2 key": key, "an envelope": ct.V1(ct.Options{}), "base64": once, "base64 for URLs": base64.RawURLEncoding.EncodeToString([]byte("?>?" + key)),
		"base64 twice": base64.StdEncoding.EncodeToString([]byte(once)), "hex": hex.EncodeToString([]byte(key)), "hex, one off": "a" + hex.EncodeToString([]byte(key)),
	} {
		for _, around := range []string{"", "conf/", "key-", "say \"", "the file "} {
			got := redact.Credentials(around + secret + " is here")
			if strings.Contains(got, secret[len(secret)/2:]) || !strings.Contains(got, "characters)") || !strings.HasSuffix(got, " is here") {
				t.Errorf("%s after %q: %s", name, around, got)
			}
		}
	}
	shown := "eyJhbG…(" + strconv.Itoa(len(key)) + " characters)"
	if got := redact.Credentials("a " + key + " b " + key + " c"); got != "a "+shown+" b "+shown+" c" {
		t.Errorf("two: %s", got)
	}
}

func TestTextsWithoutCredentialsAreLeftAlone(t *testing.T) {
	for _, text := range []string{
		"", "README.md", strings.Repeat("src/main/java/com/example/", 8) + "Main.java", "eyJhbGciOiJIUzUxMiJ9",
		strings.Repeat("0123456789abcdef", 8), "vendor/" + strings.Repeat("a-rather-long-name-of-a-folder/", 5), strings.Repeat("é", 100),
		"lock: sha512-" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\x01\x02\x03integrity", 8))),
	} {
		if got := redact.Credentials(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}
