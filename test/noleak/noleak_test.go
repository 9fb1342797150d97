package noleak_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential"
	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/testing/detecttest"
	"github.com/momentolint/momentolint/test/noleak"
)

var key = ct.V2(ct.Options{Seed: "given away"})

// pieces cuts the key up.
func pieces(n int) []string {
	var list []string
	for at := 0; at < len(key); at += n {
		list = append(list, key[at:min(at+n, len(key))])
	}
	return list
}

func backward(list []string) []string {
	var out []string
	for _, s := range list {
		out = append([]string{s}, out...)
	}
	return out
}

func compressed(t *testing.T, open func(io.Writer) io.WriteCloser) string {
	t.Helper()
	var b bytes.Buffer
	w := open(&b)
	if _, err := io.WriteString(w, "key="+key); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func zipped(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create("key")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(f, key); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestEveryWayToGiveASecretAwayIsSeen(t *testing.T) {
	f, err := noleak.New([]noleak.Secret{{Name: "the key", Text: key, Public: 24}})
	if err != nil {
		t.Fatal(err)
	}
	b64 := base64.StdEncoding.EncodeToString
	numbers := strings.ReplaceAll(fmt.Sprint([]byte(key)), " ", ", ")
	utf16 := strings.Join(strings.Split(key, ""), "\x00") + "\x00"
	escaped, html, octal := "", "", ""
	for _, c := range []byte(key) {
		escaped += fmt.Sprintf(`\u%04x`, c)
		html += fmt.Sprintf("&#%d;", c)
		octal += fmt.Sprintf(`\%03o`, c)
	}
	for name, text := range map[string]string{
		"as it is":               "key " + key + " key",
		"its middle":             key[50:90],
		"base64":                 b64([]byte(key)),
		"base64, one off":        b64([]byte("x" + key)),
		"base64, two off":        b64([]byte("xy" + key)),
		"base64 in a longer run": "Bearer" + b64([]byte(key)),
		"base64 for URLs":        base64.RawURLEncoding.EncodeToString([]byte("??>" + key)),
		"base64 twice":           b64([]byte(b64([]byte(key)))),
		"base64, wrapped":        strings.Join(pieces(20), "\n"),
		"hex":                    hex.EncodeToString([]byte(key)),
		"hex, upper case":        strings.ToUpper(hex.EncodeToString([]byte(key))),
		"hex with colons":        fmt.Sprintf("% x", key),
		"percent":                url.QueryEscape(b64([]byte(key))),
		"percent, all of it":     "%" + strings.Join(strings.Split(fmt.Sprintf("% x", key), " "), "%"),
		"escapes":                escaped, "HTML": html, "octal": octal,
		"UTF-16":                 utf16,
		"numbers":                numbers,
		"pieces":                 strings.Join(pieces(10), `", "`),
		"pieces of five":         strings.Join(pieces(5), "\n"),
		"pieces with labels":     "first: " + strings.Join(pieces(11), "\nthen: "),
		"pieces, the last first": strings.Join(backward(pieces(11)), "\n"),
		"backward":               strings.Join(backward(strings.Split(key, "")), ""),
		"long pieces, any order": key[80:110] + " " + key[30:60],
		"gzip":                   "x" + compressed(t, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }),
		"gzip in base64":         b64([]byte(compressed(t, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }))),
		"zlib":                   "x" + compressed(t, func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }),
		"zip":                    "x" + zipped(t),
		"quoted-printable":       strings.Join(pieces(30), "=\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			leaks := f.Find([]byte("some words before it\n" + text + "\nand after it\n"))
			if len(leaks) == 0 {
				t.Error("not seen")
			}
			for _, l := range leaks {
				if strings.Contains(l.String(), key[24:]) {
					t.Error("the leak shows the secret")
				}
			}
		})
	}
}

func TestWhatGivesNothingAwayIsNoLeak(t *testing.T) {
	// Two keys differ in their ids and signatures.
	f, err := noleak.New([]noleak.Secret{{Name: "the key", Text: key, Public: 48}})
	if err != nil {
		t.Fatal(err)
	}
	c, err := credential.Parse([]byte(key))
	if err != nil {
		t.Fatal(err)
	}
	other := ct.V2(ct.Options{Seed: "another"})
	for _, text := range []string{
		"", c.Redacted(), c.Fingerprint(), c.String(), fmt.Sprintf("%+v", c), other, key[:48], c.KeyID,
	} {
		if leaks := f.Find([]byte("before " + text + " after")); len(leaks) > 0 {
			t.Errorf("%v", leaks)
		}
	}
	if _, err := noleak.New([]noleak.Secret{{Name: "short", Text: "short"}}); err == nil {
		t.Error("a secret too short to look for was taken")
	}
}

// Every spelling that the detector knows is one in which a secret could be
// given away, and the search knows it too, without the detector's help.
func TestTheSearchReadsTheDetectorsSpellings(t *testing.T) {
	missed := map[string]bool{}
	for _, c := range detecttest.Corpus() {
		var secrets []noleak.Secret
		for _, w := range c.Want {
			secrets = append(secrets, noleak.Secret{Name: c.Name, Text: w.Secret, Public: 24})
		}
		if len(secrets) == 0 {
			continue
		}
		f, err := noleak.New(secrets)
		if err != nil {
			t.Fatal(err)
		}
		if len(f.Find(c.Content)) == 0 {
			missed[c.Shape] = true
		}
	}
	if len(missed) > 0 {
		t.Errorf("spellings that are not read: %v", missed)
	}
}
