package detect_test

import (
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/detect"
)

func TestCommentsSilence(t *testing.T) {
	s := newDetector(t, detect.Options{}).NewScanner()
	key := credentialtest.V2(credentialtest.Options{Seed: "allow"})
	half := len(key) / 2
	const reason = "momentolint:allow -- "
	for _, c := range []struct {
		name, text string
		// reason is what must be given, "" if the comment must not silence.
		reason string
		// told reports that the message must ask for a reason.
		told bool
	}{
		{"nothing", "k = \"" + key + "\"\n", "", false},
		{"a reason", "k = \"" + key + "\" # momentolint:allow -- key of the test account\n", reason + "key of the test account", false},
		{"the rule and a reason", "k = \"" + key + "\" // momentolint:allow momento-api-key-v2 -- dead since May\n", reason + "dead since May", false},
		{"several rules", "k = \"" + key + "\" // momentolint:allow momento-v1-jwt, momento-api-key-v2 -- dead\n", reason + "dead", false},
		{"another rule", "k = \"" + key + "\" // momentolint:allow momento-v1-jwt -- dead\n", "", false},
		{"an unknown rule", "k = \"" + key + "\" // momentolint:allow momento-api-key-v9 -- dead\n", "", false},
		{"an unknown rule beside the right one", "k = \"" + key + "\" // momentolint:allow momento-api-key-v2, acme-key -- dead\n", "", false},
		{"the linter's name", "k = \"" + key + "\" // momentolint:allow momentolint -- dead\n", reason + "dead", false},
		{"no reason", "k = \"" + key + "\" # momentolint:allow\n", "", true},
		{"an empty reason", "k = \"" + key + "\" # momentolint:allow --   \n", "", true},
		{"no reason in a block comment", "k = \"" + key + "\" /* momentolint:allow */\n", "", true},
		{"a reason in a block comment", "k = \"" + key + "\" /* momentolint:allow -- sample */\n", reason + "sample", false},
		{"no reason in HTML", "<p>" + key + "</p><!-- momentolint:allow -->\n", "", true},
		{"no reason in HTML, and a rule", "<p>" + key + "</p><!-- momentolint:allow momento-api-key-v2-->\n", "", true},
		{"dashes behind a comment without a reason", "k = \"" + key + "\" /* momentolint:allow */ + i--; // next\n", "", true},
		{"dashes behind a string without a reason", "{\"k\": \"" + key + "\", \"note\": \"momentolint:allow\", \"run\": \"x --all\"}\n", "", true},
		{"a rule of dashes", "k = \"" + key + "\" # momentolint:allow ---------\n", "", true},
		{"a point for a reason", "k = \"" + key + "\" # momentolint:allow -- .\n", "", true},
		{"a reason in other letters", "k = \"" + key + "\" # momentolint:allow -- 試験用\n", reason + "試験用", false},
		{"HTML", "<p>" + key + "</p><!-- momentolint:allow -- sample -->\n", reason + "sample", false},
		{"before the key", "/* momentolint:allow -- sample */ k = \"" + key + "\"\n", reason + "sample", false},
		{"the line before", "# momentolint:allow -- sample\nk = \"" + key + "\"\n", "", false},
		{"the line after", "k = \"" + key + "\"\n# momentolint:allow -- sample\n", "", false},
		{"the first of two lines", "k = (\"" + key[:half] + "\" # momentolint:allow -- sample\n  \"" + key[half:] + "\")\n", reason + "sample", false},
		{"the last of two lines", "k = (\"" + key[:half] + "\"\n  \"" + key[half:] + "\") # momentolint:allow -- sample\n", reason + "sample", false},
		{"gitleaks", "k = \"" + key + "\" # gitleaks:allow\n", "gitleaks:allow", false},
		{"gitleaks on the last of two lines", "k = (\"" + key[:half] + "\"\n  \"" + key[half:] + "\") # gitleaks:allow\n", "gitleaks:allow", false},
		{"another tool", "k = \"" + key + "\" # nosec\n", "", false},
		{"UTF-16", wide("k=" + key + " # momentolint:allow -- sample\r\n"), reason + "sample", false},
		{"escape sequences in the reason", "k = \"" + key + "\" # momentolint:allow -- a\x1b[31mb\n", reason + "a·[31mb", false},
	} {
		got := scan(t, s, "k.py", []byte(c.text), nil)
		if len(got) != 1 {
			t.Errorf("%s: %d found", c.name, len(got))
			continue
		}
		m := got[0]
		if m.AllowReason != c.reason || m.Allowed() != (c.reason != "") {
			t.Errorf("%s: allowed %t for %q, want %q", c.name, m.Allowed(), m.AllowReason, c.reason)
		}
		if unknown := strings.Contains(m.Message, "unknown rule"); unknown != strings.HasPrefix(c.name, "an unknown rule") {
			t.Errorf("%s: the message is %q", c.name, m.Message)
		}
		if told := strings.Contains(m.Message, "has no reason"); told != c.told {
			t.Errorf("%s: the message is %q", c.name, m.Message)
		}
	}
}

// wide returns a text in UTF-16 with its byte order mark.
func wide(text string) string {
	out := []byte{0xff, 0xfe}
	for _, c := range []byte(text) {
		out = append(out, c, 0)
	}
	return string(out)
}
