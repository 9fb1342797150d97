package redact

import (
	"strings"
	"testing"
	"unicode"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// Whatever is around a credential, no text shows it, acts on a terminal or
// commands a CI system.
func FuzzOf(f *testing.F) {
	key := ct.V2(ct.Options{Seed: "fuzz"})
	signature := key[strings.LastIndexByte(key, '.')+1:]
	for _, around := range [][2]string{{"", ""}, {"\x1b[31m", "\x1b[0m"}, {"::error::", "\n"}, {"\u202e", "\u200b"}, {"##[", "]"}, {"\xff", "\x00"}, {"https://u:", "@h"}} {
		f.Add(around[0], around[1])
	}
	f.Fuzz(func(t *testing.T, before, after string) {
		if len(before)+len(after) > 1<<12 {
			return
		}
		text := Of(before + " " + key + " " + after).String()
		if strings.Contains(text, signature) && !strings.Contains(before+after, signature) {
			t.Errorf("%q and %q: the key is shown", before, after)
		}
		for _, r := range text {
			if r != '\t' && r != '\n' && (unicode.IsControl(r) || r == '\u202e') {
				t.Errorf("%q and %q: %q", before, after, text)
			}
		}
	})
}
