package detect_test

import (
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/redact"
)

// What stands around a finding may hold other secrets, or pieces of one.
func TestScrubHidesTokensAndLeavesWords(t *testing.T) {
	key := credentialtest.V2(credentialtest.Options{Seed: "scrub"})
	for _, secret := range []string{
		key, key[60:], key[len(key)-24:], "ghp_" + key[len(key)-36:], strings.ReplaceAll(key[len(key)-43:], "-", "+") + "=",
	} {
		if got := redact.Prose("set X " + secret + " here"); strings.Contains(got, secret[4:16]) || !strings.HasPrefix(got, "set X ") || !strings.HasSuffix(got, " here") {
			t.Errorf("of %d characters %q is shown", len(secret), got)
		}
	}
	for _, words := range []string{
		"add the cache of orders", "momento-never-expiring-key", "f2a5ab30ee59cf7aa2e1e9dd3d5a4bd6c9a0e7f1",
		"internal/golint/vet_linux_amd64_test.go", "GenerateApiKeyRequestBuilderFactory",
	} {
		if got := redact.Prose(words); got != words {
			t.Errorf("%q becomes %q", words, got)
		}
	}
	if got := redact.Prose("a\x1b[31mb\x00"); strings.ContainsAny(got, "\x1b\x00") {
		t.Errorf("control characters are left in %q", got)
	}
}
