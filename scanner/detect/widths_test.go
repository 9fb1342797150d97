package detect

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// A text that is wrapped is found with any end of line and any indent, at every
// width that leaves its anchor whole: "eyJ" as it stands, "ZXlK" in base64. The
// search is for anchors, so narrower columns are out of its reach.
func TestFindsWhatIsWrappedAtAnyWidth(t *testing.T) {
	d := newTestDetector(t, Options{})
	o := credentialtest.Options{Seed: "widths"}
	for _, key := range []string{credentialtest.V2(o), credentialtest.V1(o), credentialtest.Legacy(o)} {
		want, err := credential.Parse([]byte(key))
		if err != nil {
			t.Fatal(err)
		}
		for _, form := range []struct {
			name, text string
			narrowest  int
		}{{"plain", key, len("eyJ")}, {"base64", base64.StdEncoding.EncodeToString([]byte(key)), len("ZXlK")}} {
			for name, separator := range map[string]string{
				"LF": "\n", "CRLF": "\r\n", "LF and spaces": "\n    ", "CRLF and spaces": "\r\n  ", "LF and a tab": "\n\t",
			} {
				indent := strings.TrimLeft(separator, "\r\n")
				var lost []string
				for width := form.narrowest; width <= 200; width++ {
					file := "before:\n" + indent + strings.Join(chunked(form.text, width), separator) + "\n\nafter: 1\n"
					found := false
					for _, m := range scanText(t, d, "key.txt", file) {
						found = found || m.Fingerprint == want.Fingerprint()
					}
					if !found {
						lost = append(lost, fmt.Sprint(width))
					}
				}
				if len(lost) > 0 {
					t.Errorf("%s, %s, %s: lost at widths %s", want.Kind, form.name, name, strings.Join(lost, " "))
				}
			}
		}
	}
}
