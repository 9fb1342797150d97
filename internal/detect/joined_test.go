package detect

import (
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// A signature that is followed by more of its alphabet is reported at the length
// that its algorithm prescribes, and marked: whether the rest is another text or a
// character was put in cannot be told.
func TestATokenThatTextFollowsIsMarked(t *testing.T) {
	d := newTestDetector(t, Options{})
	for name, text := range map[string]string{
		"v2": credentialtest.V2(credentialtest.Options{Seed: "joined"}), "v1 JWT": credentialtest.V1JWT(credentialtest.Options{Seed: "joined"}),
	} {
		for _, tt := range []struct {
			after  string
			joined bool
		}{
			{"", false}, {"\n", false}, {"\"", false}, {".", false}, {"\x00", false}, {"\x00A", false},
			{"A", true}, {"abc\n", true}, {"_x", true}, {"eyJ", true}, {strings.Repeat("Z9", 60), true},
		} {
			list := scanText(t, d, "a.txt", "K="+text+tt.after)
			if len(list) != 1 || list[0].Credential.Reveal() != text || list[0].Credential.Incomplete || list[0].Joined != tt.joined {
				t.Errorf("%s before %q: %d found, want it whole and joined %t", name, tt.after, len(list), tt.joined)
			}
		}
		// With a character put in, it is incomplete, or marked.
		for i := strings.LastIndexByte(text, '.') + 1; i < len(text); i++ {
			for _, c := range []string{"A", "z", "_"} {
				for _, m := range scanText(t, d, "a.txt", "K="+text[:i]+c+text[i:]+"\n") {
					if !m.Credential.Incomplete && !m.Joined {
						t.Errorf("%s with a character at %d is whole", name, i)
					}
				}
			}
		}
	}
}
