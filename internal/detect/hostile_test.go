package detect

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/testing/soak"
)

// hostile are texts made to cost as much as possible.
func hostile() map[string]string {
	src := rand.NewChaCha8([32]byte{7})
	noise := make([]byte, 3<<16)
	_, _ = src.Read(noise)
	b64 := base64.StdEncoding.EncodeToString(noise)
	foreign := credentialtest.JWT("HS256", `{"iss":"https://other.example","sub":"x"}`, "hostile")
	header := "eyJhbGciOiJIUzI1NiJ9."
	long := base64.RawURLEncoding.EncodeToString([]byte(`{"x":"` + strings.Repeat("x", 1<<16)))
	return map[string]string{
		"needles":                "eyJ",
		"needles-apart":          "eyJ ",
		"needles-on-lines":       "eyJ\n",
		"needles-in-literals":    `"eyJ",`,
		"middles":                "bGciOi",
		"middles-on-lines":       "bGciOi\n",
		"middles-in-literals":    `"bGciOi" + `,
		"envelope-beginnings":    "eyJlbmRwb2ludCI6Im",
		"envelope-lines":         "eyJlbmRwb2ludCI6Im\n",
		"headers":                header,
		"headers-on-lines":       header + "\n",
		"headers-in-literals":    `"` + header + `" + `,
		"headers-and-claims":     header + "eyJ0IjoiZyJ9.",
		"header-and-long-claims": header + long,
		"long-claims-on-lines":   header + strings.Join(strings.SplitAfter(long, "eHh4eHh4"), "\n"),
		"tokens-of-others":       foreign + "\n",
		"tokens-of-others-glued": foreign,
		"once-encoded":           "ZXlK",
		"once-encoded-on-lines":  "ZXlKaGJH\n",
		"once-encoded-quoted":    `"ZXlKaGJH",`,
		"twice-encoded":          "WlhsS",
		"every-alignment":        "ZXlKV5SleUpWlhsSpYbEtaWGxL",
		"names":                  "handleUpdate(",
		"base64-with-needles":    strings.ReplaceAll(b64, "A", "ZXlKaGJH"),
		"base64-lines":           strings.Join(strings.SplitAfter(strings.ReplaceAll(b64, "A", "ZXlKaGJH"), "BC"), "\n"),
		"nested-base64":          base64.StdEncoding.EncodeToString([]byte(strings.Repeat(base64.StdEncoding.EncodeToString([]byte(strings.Repeat("ZXlKaGJHY2lPaUp", 64))), 64))),
		"hex":                    "65794a6847",
		"hex-lines":              "65794a6847\n",
		"hex-spaces":             "65 79 4a 68 47 ",
		"decimal":                "101,121,74,104,98,",
		"utf16":                  "e\x00y\x00J\x00",
		"utf16-lines":            "e\x00y\x00J\x00\n\x00\n\x00x",
		"percent":                "%65%79%4a%68",
		"unicode":                `\u0065\u0079\u004a`,
		"backslashes":            `\\\\\\\\\\\\\\\\u0065\\\\\\\\`,
		"entities":               "&#101;&#121;&amp;amp;amp;",
		"quotes":                 `eyJ"'"'"'"'`,
		"refresh":                `refreshToken:"0123456789abcdef0123",`,
		"refresh-names":          "refreshToken=",
		"refresh-braces":         `{refreshToken:"0123456789abcdef0123",apiKey:"eyJhbGciOiJIUzI1NiJ9.`,
		"creates":                "momento.generateApiKey(ExpiresIn.days(x),\n",
		"creates-nested":         "momento.generateApiKey((((ExpiresIn.days((((",
		"creates-variables":      "x = y;momento.generateApiKey(x, y, z, a.b.c)\n",
		"creates-blocks":         "{momento.generateApiKey(x)}\n",
		"requests":               `"/api-keys" role_id "expiry":expiry,`,
		"commands":               "momento api-key create $(\\\n",
		"commands-quoted":        `"momento", "api-key", "create", `,
		"heredocs":               "cat <<EOF\nmomento api-key create\n",
		"resources":              `resource "momento_api_key" "x" {expiry = local.x `,
		"resource-locals":        `locals { resource "momento_api_key" "x" {expiry = local.x}`,
		"messages":               "x = GenerateApiTokenRequest({x}\n",
		"sections":               "[.momento_session]\ntoken=" + foreign + "\n",
		"comments":               `eyJ" /* ` + strings.Repeat("x", 500) + ` */ + `,
		"soft-breaks":            "eyJ=\n",
		"prefixes":               "> > > > > > eyJ\n",
		"compressed-zeros":       gzipped(make([]byte, 1<<20)) + "\n",
		"compressed-nothing":     gzipped(nil) + "\n",
		"compressed-beginnings":  gzipStart + "AAAAAAAAA",
	}
}

// hostileSize is the length of the texts that are scanned: several times the
// bound of the work that every text may cost.
func hostileSize() int { return (256 << 10) / soak.Stride(4) }

// TestWorkIsBoundedByTheLength promises that no text costs more than a fixed
// multiple of its length, and that what is left out is told.
func TestWorkIsBoundedByTheLength(t *testing.T) {
	d := newTestDetector(t, Options{})
	for name, unit := range hostile() {
		s := d.NewScanner()
		s.sizes.work = int64(hostileSize() / 4)
		text := bytes.Repeat([]byte(unit), 1+hostileSize()/len(unit))
		_, err := s.Scan(t.Context(), "a.ts", text, nil, func(*Match) error { return nil })
		var partial *Partial
		if err != nil && !errors.As(err, &partial) {
			t.Errorf("%s: %v", name, err)
		}
		if perByte := float64(s.work) / float64(len(text)); perByte > float64(s.workPerByte)+8 {
			t.Errorf("%s: %.0f bytes looked at for each byte", name, perByte)
		}
		if s.work > s.sizes.work+s.workPerByte*s.consumed && partial == nil {
			t.Errorf("%s: the bound was reached without a word", name)
		}
	}
}

// TestPlainKeysAreFoundInATextThatIsTooDense promises what the reason for a text
// that was not looked at wholly says: a key that stands there as it is is found
// whatever else is in the text, also when it is read chunk by chunk.
func TestPlainKeysAreFoundInATextThatIsTooDense(t *testing.T) {
	d := newTestDetector(t, Options{})
	keys := []string{
		credentialtest.V1(credentialtest.Options{}), credentialtest.V2(credentialtest.Options{}),
		credentialtest.Disposable(credentialtest.Options{}), credentialtest.Legacy(credentialtest.Options{}),
		credentialtest.V1JWT(credentialtest.Options{}),
	}
	for name, unit := range hostile() {
		var text bytes.Buffer
		for text.Len() < hostileSize() {
			text.WriteString(unit)
		}
		for _, key := range keys {
			fmt.Fprintf(&text, "\n\nx = (%s)\n\n", key)
		}
		for _, rest := range []io.Reader{nil, bytes.NewReader(text.Bytes()[1000:])} {
			head := text.Bytes()
			if rest != nil {
				head = head[:1000]
			}
			s := d.NewScanner()
			s.sizes.work = -1 << 40 // exhausted from the beginning
			found := 0
			_, err := s.Scan(t.Context(), "a.ts", head, rest, func(m *Match) error {
				if k := m.Credential.Kind; k != "" && k != credential.SessionToken {
					found++
				}
				return nil
			})
			if _, ok := errors.AsType[*Partial](err); !ok {
				t.Errorf("%s: %v, though the work was too much", name, err)
			}
			if found != len(keys) {
				t.Errorf("%s: %d of %d plain keys (chunks: %t)", name, found, len(keys), rest != nil)
			}
		}
	}
}

// BenchmarkHostile shows what texts cost that were made to cost much.
func BenchmarkHostile(b *testing.B) {
	d := newTestDetector(b, Options{})
	// CI runs every benchmark once, only to see that it works.
	sizes := []int{64 << 10}
	if soak.Stride(2) == 1 {
		sizes = []int{1 << 20, 10 << 20}
	}
	for name, unit := range hostile() {
		for _, size := range sizes {
			b.Run(fmt.Sprintf("%s/%dKB", name, size>>10), func(b *testing.B) {
				s := d.NewScanner()
				text := bytes.Repeat([]byte(unit), 1+size/len(unit))
				b.SetBytes(int64(len(text)))
				var err error
				for b.Loop() {
					_, err = s.Scan(b.Context(), "a.ts", text, nil, func(*Match) error { return nil })
				}
				b.ReportMetric(float64(s.work)/float64(len(text)), "work/B")
				if err != nil {
					b.ReportMetric(1, "partial")
				}
			})
		}
	}
}
