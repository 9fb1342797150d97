package detect

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// gzipped returns base64 of a compressed text. (By a library whose version is
// fixed: how well Go's own compresses changes with Go.)
func gzipped(text []byte) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(text); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return base64.StdEncoding.EncodeToString(out.Bytes())
}

func again(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// noise returns text that can be compressed to half of its length.
func noise(n int) []byte {
	random := rand.New(rand.NewPCG(1, 2))
	out := make([]byte, n)
	for i := range out {
		out[i] = "ghijklmnopqrstuv"[random.IntN(16)]
	}
	return out
}

// partlyScanned scans a text and returns what was found and why not all of it was
// looked at.
func partlyScanned(t *testing.T, s *Scanner, head []byte, rest io.Reader) (list []Match, reasons []string) {
	t.Helper()
	_, err := s.Scan(t.Context(), "values.yaml", head, rest, func(m *Match) error {
		list = append(list, *m)
		return nil
	})
	if p := (*Partial)(nil); errors.As(err, &p) {
		if reasons = p.Reasons; p.Depth {
			reasons = append(reasons, TooDeep)
		}
		return list, reasons
	} else if err != nil {
		t.Fatal(err)
	}
	return list, nil
}

// TestFindsWhatIsCompressedInBase64 promises that the credentials in compressed
// texts that stand in base64 in another are found, each once, at the place of
// the whole: Helm's releases as kubectl shows them, user data of machines.
func TestFindsWhatIsCompressedInBase64(t *testing.T) {
	var keys, fingerprints []string
	for _, mint := range []func(credentialtest.Options) string{credentialtest.V1, credentialtest.V2, credentialtest.Legacy} {
		key := mint(credentialtest.Options{Seed: "compressed"})
		c, err := credential.Parse([]byte(key))
		if err != nil {
			t.Fatal(err)
		}
		keys, fingerprints = append(keys, key), append(fingerprints, c.Fingerprint())
	}
	env := []byte(strings.Join(keys, "\n") + "\n" + keys[0] + "\n")
	secret := fmt.Sprintf("apiVersion: v1\nkind: Secret\ndata:\n  a: %s\n  b: %s\n  c: %s\n", again(keys[0]), again(keys[1]), again(keys[2]))
	release, err := json.Marshal(map[string]any{"name": "web", "manifest": secret, "version": 3})
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Join(chunked(gzipped(env), 76), "\n      ")
	for name, c := range map[string]struct {
		before, text, after string
		encoding            []string
	}{
		"Terraform's base64gzip":      {`  user_data = "`, gzipped(env), "\"\n", []string{"base64", "gzip"}},
		"cloud-init's gz+b64":         {"- encoding: gz+b64\n  content: ", gzipped(env), "\n  path: /etc/app.env\n", []string{"base64", "gzip"}},
		"cloud-init, a literal block": {"    content: !!binary |\n      ", lines, "\n    path: /etc/app.env\n", []string{"wrapped", "base64", "gzip"}},
		"Helm's release":              {"data:\n  release: ", again(gzipped(release)), "\nkind: Secret\n", []string{"base64", "base64", "gzip", "base64"}},
		"Helm's release, in JSON":     {`{"data": {"release": "`, again(gzipped(release)), `"}, "kind": "Secret"}`, []string{"base64", "base64", "gzip", "base64"}},
		"alone":                       {"", gzipped(env), "", []string{"base64", "gzip"}},
		"twice in a row":              {"", gzipped([]byte(gzipped(env))), "\n\n", []string{"base64", "gzip", "base64", "gzip"}},
		"in JSON's escapes":           {`{"body": "{\"data\": \"`, strings.ReplaceAll(gzipped(env), "/", `\/`), `\"}"}`, []string{"escape", "base64", "gzip"}},
	} {
		t.Run(name, func(t *testing.T) {
			file := []byte("first: line\n" + c.before + c.text + c.after + "last: line\n")
			s := newTestDetector(t, Options{}).NewScanner()
			for _, rest := range []io.Reader{nil, bytes.NewReader(file[20:])} {
				head := file
				if rest != nil {
					head = file[:20]
				}
				list, reasons := partlyScanned(t, s, head, rest)
				if len(reasons) > 0 {
					t.Errorf("not all was looked at: %q", reasons)
				}
				var got []string
				at := bytes.Index(file, []byte(c.text))
				line := 1 + bytes.Count(file[:at], []byte("\n"))
				column := at - bytes.LastIndexByte(file[:at], '\n')
				for _, m := range list {
					got = append(got, m.Fingerprint)
					end := m.StartLine + strings.Count(c.text, "\n")
					if m.StartLine != line || m.StartColumn != column || m.EndLine != end || end == line && m.EndColumn != column+len(c.text) {
						t.Errorf("at %d:%d-%d:%d, not at %d:%d with %d bytes", m.StartLine, m.StartColumn, m.EndLine, m.EndColumn, line, column, len(c.text))
					}
					if want := c.encoding; !slices.Equal(m.Encoding, want) && !slices.Equal(m.Encoding, slices.Insert(slices.Clone(want), len(want)-1, "escape")) {
						t.Errorf("in %q, not %q", m.Encoding, want)
					}
					if strings.Contains(m.Line, c.text[len(c.text)/2:][:20]) {
						t.Error("the line shows the compressed text")
					}
				}
				slices.Sort(got)
				want := slices.Sorted(slices.Values(fingerprints))
				if !slices.Equal(got, want) {
					t.Errorf("found %q, not %q", got, want)
				}
			}
		})
	}
}

// TestCompressedTextsAreBounded promises that what a compressed text expands to
// is bounded by what the text around it may cost, that the bound is told of, and
// that damage loses only what comes after it.
func TestCompressedTextsAreBounded(t *testing.T) {
	key := credentialtest.V2(credentialtest.Options{Seed: "bounded"})
	s := newTestDetector(t, Options{}).NewScanner()
	s.sizes.work = 4 << 20
	zeros := make([]byte, 8*s.sizes.work)
	list, reasons := partlyScanned(t, s, []byte("a: "+gzipped(append([]byte(key+"\n"), zeros...))+"\nb: "+key+"\n"), nil)
	if len(list) != 2 || !slices.Contains(reasons, tooMuch) {
		t.Errorf("a bomb: %d found, %q", len(list), reasons)
	}
	if s.left() < -1<<20 {
		t.Errorf("a bomb: %d bytes over the bound", -s.left())
	}
	// An abbreviation, as documents have them.
	list, reasons = partlyScanned(t, s, []byte("data: "+gzipped(append([]byte(key+"\n"), noise(100<<10)...))[:20<<10]+"...\n"), nil)
	if len(list) != 1 || len(reasons) > 0 {
		t.Errorf("cut off: %d found, %q", len(list), reasons)
	}
	list, reasons = partlyScanned(t, newTestDetector(t, Options{MaxDecodeDepth: 1}).NewScanner(), []byte("data: "+gzipped(bytes.Repeat([]byte(key+"\n"), 3))), nil)
	if len(list) != 0 || !slices.Equal(reasons, []string{TooDeep}) {
		t.Errorf("deeper than the limit: %d found, %q", len(list), reasons)
	}
}
