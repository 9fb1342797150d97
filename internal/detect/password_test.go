package detect_test

import (
	"net/url"
	"strings"
	"testing"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/detect"
)

func TestTheKeyInADatabaseURLIsAPassword(t *testing.T) {
	s := newDetector(t, detect.Options{}).NewScanner()
	const host = "cache.cell-4-us-west-2-1.prod.a.momentohq.com:6379"
	key := ct.V1(ct.Options{Seed: "password"})
	for text, want := range map[string]bool{
		"REDIS_URL=rediss://orders:§@" + host + "\n":       true,
		"url: 'redis://:§@" + host + "/0'\n":               true,
		"VALKEY_URL=\"valkeys://orders:§@" + host + "\"\n": true,
		"https://user:§@" + host + "\n":                    false,
		"rediss://orders@" + host + "\nKEY=§\n":            false,
		"rediss://orders:§\n":                              false,
		"redis://a:b@c KEY:§@x\n":                          false,
		"KEY=§\n":                                          false,
	} {
		for _, written := range []string{key, ct.V2(ct.Options{Seed: "password"}), url.QueryEscape(key)} {
			got := scan(t, s, ".env", []byte(strings.ReplaceAll(text, "§", written)), nil)
			if len(got) != 1 || strings.Contains(got[0].Advice, "password") != want {
				t.Errorf("%q: %d found, advice wanted: %t", text, len(got), want)
			}
		}
	}
}
