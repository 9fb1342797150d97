package detect

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/momentolint/momentolint/analyzers/credential"
	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/testing/detecttest"
)

// FuzzScan scans any text: nothing panics, what is reported lies inside of it,
// is a credential, and is shown nowhere; and the same text is judged alike as a
// whole and as a stream that comes in small pieces.
func FuzzScan(f *testing.F) {
	for _, c := range detecttest.Corpus() {
		if len(c.Content) < 4<<10 {
			f.Add(c.Content)
		}
	}
	for _, text := range hostile() {
		f.Add([]byte(text[:min(len(text), 512)]))
	}
	d := newTestDetector(f, Options{})
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 10<<10 {
			return
		}
		whole, wholeErr := fuzzScan(t, d, text, text, nil)
		streamed, streamErr := fuzzScan(t, d, text, nil, &dribble{text: text})
		if fmt.Sprint(wholeErr) != fmt.Sprint(streamErr) || !slices.Equal(whole, streamed) {
			t.Errorf("as a whole %q (%v), in pieces %q (%v)", whole, wholeErr, streamed, streamErr)
		}
	})
}

// fuzzScan checks each match and describes it.
func fuzzScan(t *testing.T, d *Detector, text, head []byte, rest io.Reader) ([]string, error) {
	t.Helper()
	s := d.NewScanner()
	s.sizes = small()
	var list []string
	n, err := s.Scan(t.Context(), "", head, rest, func(m *Match) error {
		list = append(list, fmt.Sprint(m.Rule, m.Fingerprint, m.StartLine, m.StartColumn, m.EndLine, m.EndColumn, m.Encoding, m.Allowed()))
		if m.StartLine < 1 || m.StartColumn < 1 || m.EndLine < m.StartLine || m.EndLine == m.StartLine && m.EndColumn <= m.StartColumn || m.EndLine > bytes.Count(text, newline)+1 {
			t.Errorf("%s from %d:%d to %d:%d", m.Rule, m.StartLine, m.StartColumn, m.EndLine, m.EndColumn)
		}
		if m.LineColumn < 0 || m.LineWidth < 0 || m.LineColumn+m.LineWidth > len(m.Line) {
			t.Errorf("%s: marks %d+%d of a line of %d bytes", m.Rule, m.LineColumn, m.LineWidth, len(m.Line))
		}
		if m.Credential.IsZero() {
			return nil
		}
		secret := m.Credential.Reveal()
		for _, shown := range []string{m.Line, m.Message, m.Redacted, m.AllowReason, m.NearbyEndpoint} {
			if strings.Contains(shown, secret) {
				t.Error("a secret is shown")
			}
		}
		if m.Rule != m.Credential.Kind.Rule() || m.Fingerprint != m.Credential.Fingerprint() {
			t.Errorf("rule %s, fingerprint %s for a %s", m.Rule, m.Fingerprint, m.Credential.Kind)
		}
		return nil
	})
	if n != int64(len(text)) {
		t.Errorf("%d of %d bytes looked at", n, len(text))
	}
	var partial *Partial
	if err != nil && !errors.As(err, &partial) {
		t.Error(err)
	}
	return list, err
}

// dribble is a stream that gives a few bytes at a time.
type dribble struct {
	text []byte
	n    int
}

func (p *dribble) Read(b []byte) (int, error) {
	if len(p.text) == 0 {
		return 0, io.EOF
	}
	p.n = p.n*31%97 + 1
	n := copy(b[:min(len(b), p.n)], p.text)
	p.text = p.text[n:]
	return n, nil
}

// encodings are layers that the decoders take off, spellings the ways to write
// down a text that the reader and the joiner undo.
var (
	encodings = []func(string) string{
		func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
		func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte("x=" + s)) },
		func(s string) string { return base64.StdEncoding.EncodeToString([]byte("ab " + s + "\n")) },
		func(s string) string { return hex.EncodeToString([]byte(s)) },
		func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte("k:" + s))) },
	}
	spellings = []func(string) string{
		func(s string) string { return s },
		func(s string) string { return `"` + s + `"` },
		func(s string) string { return `"` + strings.Join(chunked(s, 40), `" + "`) + `"` },
		func(s string) string { return `'` + strings.Join(chunked(s, 64), "' .\n   '") + `'` },
		func(s string) string { return `"` + strings.Join(chunked(s, 50), "\"\n  \"") + `"` },
		func(s string) string { return `"` + strings.Join(chunked(s, 60), "\\\n") + `"` },
		func(s string) string { return strings.Join(chunked(s, 76), "\n") },
		func(s string) string { return strings.Join(chunked(s, 64), "\r\n") },
		url.QueryEscape,
		func(s string) string { return `"` + strings.ReplaceAll(s, "=", `\u003d`) + `"` },
	}
	// escapes spell every character. Nobody writes base64 of a credential so.
	escapes = []func(string) string{
		func(s string) string { return spelledOut(s, "%%%02X") },
		func(s string) string { return `"` + spelledOut(s, `\u%04x`) + `"` },
		func(s string) string { return `"` + spelledOut(s, `\x%02x`) + `"` },
	}
)

func chunked(s string, n int) []string {
	var list []string
	for len(s) > n {
		list, s = append(list, s[:n]), s[n:]
	}
	return append(list, s)
}

func spelledOut(s, format string) string {
	var b strings.Builder
	for i := range len(s) {
		_, _ = fmt.Fprintf(&b, format, s[i])
	}
	return b.String()
}

// minted are one credential of every kind that is known by its structure.
func minted(seed string) []string {
	o := ct.Options{Seed: seed}
	first := o
	first.KeyFirst, first.Blanks = true, true
	return []string{ct.V2(o), ct.V1(o), ct.V1(first), ct.V1JWT(o), ct.Legacy(o), ct.Disposable(o)}
}

// FuzzSpellings writes a credential down in many ways at once and finds it:
// which credential, up to two encodings, and a spelling, between two texts.
func FuzzSpellings(f *testing.F) {
	for i := range len(spellings) + len(escapes) {
		f.Add(uint8(i), []byte{}, uint8(i), false, "KEY = ", "\nnext line\n")
		f.Add(uint8(i+1), []byte{uint8(i)}, uint8(i), true, "", "")
		f.Add(uint8(i+2), []byte{uint8(i), uint8(i / 2)}, uint8(i), false, "key: ", ";")
	}
	d := newTestDetector(f, Options{})
	f.Fuzz(func(t *testing.T, which uint8, layers []byte, spelled uint8, wide bool, before, after string) {
		keys := minted("fuzz")
		key := keys[int(which)%len(keys)]
		want, err := credential.Parse([]byte(key))
		if err != nil {
			t.Fatal(err)
		}
		text := key
		for i, l := range layers[:min(len(layers), 2)] {
			// Hex goes below: nobody writes hex of hex.
			text = encodings[int(l)%(len(encodings)-2*i)](text)
		}
		ways := spellings
		if len(layers) == 0 {
			ways = slices.Concat(spellings, escapes)
		}
		text = harmless(before) + "\n" + ways[int(spelled)%len(ways)](text) + "\n" + harmless(after)
		if wide {
			text = asUTF16(text)
		}
		found := false
		_, err = d.NewScanner().Scan(t.Context(), "", []byte(text), nil, func(m *Match) error {
			found = found || m.Fingerprint == want.Fingerprint()
			return nil
		})
		if err != nil || !found {
			t.Errorf("a %s is not found (error %v) in\n%q", want.Kind, err, text)
		}
	})
}

// harmless leaves of a text what cannot be part of a credential or change what
// a literal next to it means.
func harmless(text string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 && !strings.ContainsRune("ghijklmnop GHKLM:;=#\n\t(){}<>", r) || r > 0xffff {
			return -1
		}
		return r
	}, text)
}

func asUTF16(text string) string {
	out := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(text)) {
		out = append(out, byte(u), byte(u>>8))
	}
	return string(out)
}
