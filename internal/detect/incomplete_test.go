package detect

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// cuttable are the kinds whose claims come before what may be cut off.
func cuttable() map[string]string {
	o := credentialtest.Options{Seed: "cut"}
	return map[string]string{
		"v2": credentialtest.V2(o), "v1": credentialtest.V1(o), "v1 JWT": credentialtest.V1JWT(o),
		"legacy": credentialtest.Legacy(o), "disposable": credentialtest.Disposable(o),
	}
}

// shortest is the first length to which a credential can be cut so that at
// least one character of its signature is left.
func shortest(t *testing.T, text string) int {
	t.Helper()
	for n := len(text) - 1; n > 0; n-- {
		c, err := credential.Parse([]byte(text[:n]))
		if err != nil || !strings.Contains(text, ".") && n < len(text)-70 {
			return n + 1
		}
		if strings.HasSuffix(text[:n], ".") {
			return n + 1
		}
		if !c.Incomplete && len(strings.TrimRight(text, "=")) > n {
			t.Fatalf("cut to %d of %d characters it is whole", n, len(text))
		}
	}
	t.Fatal("nothing can be cut off")
	return 0
}

// What programs that cut lines leave of a credential is found, and is never
// taken for a whole one.
func TestCutCredentialsAreIncomplete(t *testing.T) {
	d := newTestDetector(t, Options{})
	once := base64.StdEncoding.EncodeToString
	for name, text := range cuttable() {
		whole := len(strings.TrimRight(text, "="))
		for n := shortest(t, text); n < whole; n++ {
			cut := text[:n]
			want, err := credential.Parse([]byte(cut))
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range []struct {
				name, file string
				// column is where the credential begins; 0 = as Want has it, encoded.
				column int
			}{
				{"end of the file", "T=" + cut, 3},
				{"end of a line", "T=" + cut + "\n", 3},
				{"process list", "root 812 0.0 node app.js --token " + cut + "\nroot 813 0.0 sh\n", 34},
				{"words after it", "T=" + cut + "\nListening on port 8080\n", 3},
				{"a word after it", "T=" + cut + "\n\nend\n", 3},
				{"ellipsis", `{"token":"` + cut + `..."}`, 11},
				{"one character for it", "token " + cut + "…\n", 7},
				{"quoted", `token="` + cut + `"` + "\n", 8},
				{"in base64", "T=" + once([]byte("K="+cut+" and more\n")), 0},
			} {
				matches := scanText(t, d, "app.log", c.file)
				if len(matches) != 1 {
					t.Errorf("%s, %d of %d characters, %s: %d found", name, n, whole, c.name, len(matches))
					continue
				}
				m := matches[0]
				if !m.Credential.Incomplete || m.Fingerprint != want.Fingerprint() || m.Credential.KeyID != want.KeyID || c.column > 0 && m.StartColumn != c.column {
					t.Errorf("%s, %d of %d characters, %s: incomplete %t, fingerprint %s, want %s, at %d:%d-%d:%d", name, n, whole, c.name,
						m.Credential.Incomplete, m.Fingerprint, want.Fingerprint(), m.StartLine, m.StartColumn, m.EndLine, m.EndColumn)
				}
			}
		}
	}
}

// A line that begins with exactly as many characters as are missing does not
// make a whole credential, which the service would call dead.
func TestTheNextLineDoesNotCompleteACutCredential(t *testing.T) {
	d := newTestDetector(t, Options{})
	text := credentialtest.V2(credentialtest.Options{Seed: "next line"})
	for _, line := range []string{
		"root", "/usr/bin/node app.js", "done", "Done", "ERROR", "12345", "root 813 0.0 sh", "GET /healthz", "ok2 = 3", "2026", "2026-11-30T10:00:01Z GET /", "a1B2c3 is next", "x9_ more",
	} {
		word := len(line)
		if i := strings.IndexAny(line, " :/"); i > 0 {
			word = i
		}
		cut := text[:len(text)-word]
		matches := scanText(t, d, "app.log", "T="+cut+"\n"+line+"\n")
		if len(matches) != 1 || !matches[0].Credential.Incomplete || matches[0].Credential.Reveal() != cut {
			t.Errorf("before %q: %d found, or not what stands there", line, len(matches))
		}
	}
}

// Logs that break long lines say so, and the parts are put together.
func TestLogsThatBreakLines(t *testing.T) {
	d := newTestDetector(t, Options{})
	const (
		cri    = "2026-11-30T10:00:00.000000001Z stdout "
		zone   = "2026-11-30T10:00:00.000000001+01:00 stderr "
		gitlab = "2026-11-30T10:00:00.123456Z 01"
	)
	for name, text := range cuttable() {
		want, err := credential.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		// Everywhere but within the first characters, where nothing has begun yet.
		for n := 8; n < len(text)-1; n += 7 {
			a, b := text[:n], text[n:]
			third := b[len(b)/2:]
			for _, c := range []struct {
				name, file   string
				whole        bool
				line, column int
			}{
				{"containerd", cri + "P K=" + a + "\n" + cri + "F " + b + "\n", true, 1, 43},
				{"containerd, words follow", cri + "P K=" + a + "\n" + cri + "F " + b + " and so on\n", true, 1, 43},
				{"containerd, three lines", cri + "P K=" + a + "\n" + cri + "P " + b[:len(b)-len(third)] + "\n" + cri + "F " + third + "\n", true, 1, 43},
				{"containerd, CRLF and a zone", zone + "P K=" + a + "\r\n" + zone + "F " + b + "\r\n", true, 1, 48},
				{"containerd, tags", cri + "P:x K=" + a + "\n" + cri + "F:x " + b + "\n", true, 1, 45},
				{"GitLab", gitlab + "O K=" + a + "\n" + gitlab + "O+" + b + "\n", true, 1, 35},
				{"GitLab, words follow", gitlab + "O K=" + a + "\n" + gitlab + "O+" + b + " and so on\n", true, 1, 35},
				{"another stream", cri + "P K=" + a + "\n" + strings.Replace(cri, "stdout", "stderr", 1) + "F " + b + "\n", false, 0, 0},
				{"GitLab, another stream", gitlab + "O K=" + a + "\n" + gitlab + "E+" + b + "\n", false, 0, 0},
			} {
				matches := scanText(t, d, "app.log", c.file)
				if !c.whole {
					for _, m := range matches {
						// The second line of an envelope may hold all of the token in it.
						if !m.Credential.Incomplete && m.Credential.Reveal() != want.Reveal() {
							t.Errorf("%s, %s at %d: whole", name, c.name, n)
						}
					}
					continue
				}
				if len(matches) != 1 || matches[0].Fingerprint != want.Fingerprint() || matches[0].StartLine != c.line || matches[0].StartColumn != c.column || fmt.Sprint(matches[0].Encoding) != "[wrapped]" {
					t.Errorf("%s, %s at %d: %d found, or not the whole one at %d:%d", name, c.name, n, len(matches), c.line, c.column)
				}
			}
		}
	}
}

// A line of a container's log may be longer than what is kept before a needle.
func TestALongLogLine(t *testing.T) {
	const header = "2026-11-30T10:00:00.000000001Z stdout "
	text := credentialtest.V2(credentialtest.Options{Seed: "long line"})
	want, err := credential.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	file := header + "P " + strings.Repeat("word ", 3200) + text[:90] + "\n" + header + "F " + text[90:] + "\n"
	matches := scanText(t, newTestDetector(t, Options{}), "app.log", file)
	if len(matches) != 1 || matches[0].Fingerprint != want.Fingerprint() {
		t.Errorf("%d found, or not the whole one", len(matches))
	}
}

// A whole credential and its cut copies are found side by side.
func TestCutCopiesBesideTheWhole(t *testing.T) {
	d := newTestDetector(t, Options{})
	text := credentialtest.V2(credentialtest.Options{Seed: "copies"})
	matches := scanText(t, d, "app.log", "A="+text+"\nB="+text[:len(text)-30]+"...\nC="+text+"\nD="+text[:len(text)-1]+"\n")
	var got []bool
	for _, m := range matches {
		got = append(got, m.Credential.Incomplete)
	}
	if fmt.Sprint(got) != "[false true false true]" {
		t.Errorf("incomplete: %v", got)
	}
}
