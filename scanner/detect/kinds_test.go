package detect_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential"
	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/scanner/detect"
)

// envelopeForms are the ways to write an envelope: the text, and the part of it
// that the finding must span.
func envelopeForms(token, endpoint string) map[string][2]string {
	std, url, raw := base64.StdEncoding.EncodeToString, base64.URLEncoding.EncodeToString, base64.RawStdEncoding.EncodeToString
	forms := map[string][2]string{}
	for name, object := range map[string]string{
		"compact":           `{"endpoint":"%[1]s","api_key":"%[2]s"}`,
		"key first":         `{"api_key":"%[2]s","endpoint":"%[1]s"}`,
		"blanks":            `{ "endpoint" : "%[1]s" , "api_key" : "%[2]s" }`,
		"two spaces":        "{\n  \"endpoint\": \"%[1]s\",\n  \"api_key\": \"%[2]s\"\n}",
		"four, key first":   "{\n    \"api_key\": \"%[2]s\",\n    \"endpoint\": \"%[1]s\"\n}\n",
		"tabs":              "{\n\t\"endpoint\": \"%[1]s\",\n\t\"api_key\": \"%[2]s\"\n}\n",
		"CRLF":              "{\r\n  \"endpoint\": \"%[1]s\",\r\n  \"api_key\": \"%[2]s\"\r\n}\r\n",
		"a tab at once":     "{\t\"endpoint\":\"%[1]s\",\t\"api_key\":\"%[2]s\"}",
		"no indentation":    "{\n\"endpoint\":\"%[1]s\",\n\"api_key\":\"%[2]s\"\n}",
		"much white space":  "{ \t\r\n\n   \"endpoint\"\n:\n\"%[1]s\"\n,\n\n\"api_key\"\n:\n\"%[2]s\"\n\n}\n",
		"more white space":  "{      \n        \"api_key\":     \"%[2]s\",     \"endpoint\":    \"%[1]s\"   }",
		"with a line end":   `{"endpoint":"%[1]s","api_key":"%[2]s"}` + "\n",
		"with other fields": `{"endpoint":"%[1]s","api_key":"%[2]s","note":"prod"}`,
	} {
		text := fmt.Sprintf(object, endpoint, token)
		forms[name] = [2]string{std([]byte(text)), ""}
		forms[name+", URL alphabet"] = [2]string{url([]byte(text)), ""}
		forms[name+", no padding"] = [2]string{raw([]byte(text)), ""}
		forms[name+", in the clear"] = [2]string{text, token}
	}
	return forms
}

func TestEnvelopesInEveryForm(t *testing.T) {
	const endpoint = "cell-1-eu-west-1-1.prod.a.momentohq.com"
	o := ct.Options{Seed: "forms", Endpoint: endpoint}
	unknown := ct.JWT("HS512", `{"t":"workload","ver":7,"jti":"k"}`, "forms")
	few := ct.JWT("HS256", `{"sub":"user","ver":1}`, "forms")
	s := newDetector(t, detect.Options{}).NewScanner()
	for _, tt := range []struct {
		token string
		kind  credential.Kind
	}{
		{ct.V1JWT(o), credential.APIKeyV1},
		{few, credential.APIKeyV1},
		{ct.DisposableV1(o), credential.DisposableToken},
		{ct.DisposableV2(o), credential.DisposableToken},
		{unknown, credential.UnknownCredential},
	} {
		for name, form := range envelopeForms(tt.token, endpoint) {
			text, span := form[0], form[1]
			if span == "" {
				span = text
			}
			for around, format := range map[string]string{"alone": "%s", "in a line": "first line\nKEY=%s\nlast line\n"} {
				content := fmt.Sprintf(format, text)
				found := scan(t, s, "settings", []byte(content), nil)
				if len(found) != 1 {
					t.Errorf("%s, %s, %s: %d found", tt.kind, name, around, len(found))
					continue
				}
				m, at := &found[0], strings.Index(content, span)
				line := 1 + strings.Count(content[:at], "\n")
				column := at - strings.LastIndex(content[:at], "\n")
				size := m.EndColumn - m.StartColumn
				if trailing := strings.TrimRight(span, "="); size != len(span) && size != len(trailing) {
					t.Errorf("%s, %s, %s: %d bytes, want %d", tt.kind, name, around, size, len(span))
				}
				if m.Credential.Kind != tt.kind || m.Credential.Endpoint != endpoint || m.Credential.Reveal() != tt.token ||
					m.StartLine != line || m.StartColumn != column || len(m.Encoding) > 0 {
					t.Errorf("%s, %s, %s: %s with endpoint %q, want it at %d:%d", tt.kind, name, around, describe(m), m.Credential.Endpoint, line, column)
				}
			}
			// Once more in base64, wrapped and in UTF-16.
			for layer, content := range map[string]string{
				"base64":  "data: " + base64.StdEncoding.EncodeToString([]byte("KEY="+text+"\n")),
				"wrapped": wrapLines(text, 76),
				"utf-16":  "\xff\xfe" + strings.Join(strings.Split(text, ""), "\x00") + "\x00",
			} {
				if layer == "wrapped" && span != text {
					continue
				}
				found := scan(t, s, "settings", []byte(content), nil)
				if len(found) != 1 || found[0].Credential.Kind != tt.kind || found[0].Credential.Endpoint != endpoint || found[0].Credential.Reveal() != tt.token {
					t.Errorf("%s, %s in %s: %d found", tt.kind, name, layer, len(found))
				}
			}
		}
	}
}

func wrapLines(text string, width int) string {
	var lines []string
	for len(text) > width {
		lines, text = append(lines, text[:width]), text[width:]
	}
	return strings.Join(append(lines, text), "\n") + "\n"
}

// A token with few claims is Momento's only in surroundings that say so.
func TestATokenWithFewClaimsNeedsSurroundings(t *testing.T) {
	token := ct.JWT("HS256", `{"sub":"user","ver":1}`, "few")
	s := newDetector(t, detect.Options{}).NewScanner()
	for _, tt := range []struct {
		name, file, text string
		found            bool
	}{
		{"alone", ".env", "TOKEN=" + token + "\n", false},
		{"a variable", ".env", "MOMENTO_API_KEY=" + token + "\n", true},
		{"a host", ".env", "HOST=cell-4-us-west-2-1.prod.a.momentohq.com\nTOKEN=" + token + "\n", true},
		{"the SDK", "a.ts", "import {CacheClient} from '@gomomento/sdk';\n" + strings.Repeat("// code\n", 2000) + "const t = '" + token + "';\n", true},
		{"the file's name", "momento/token", token + "\n", true},
		{"only a moment", "a.txt", "wait a moment: " + token + "\n", false},
		{"api_key alone", "a.json", `{"api_key": "` + token + `"}`, false},
	} {
		found := scan(t, s, tt.file, []byte(tt.text), nil)
		if len(found) > 0 != tt.found {
			t.Errorf("%s: %d found, want %v", tt.name, len(found), tt.found)
		}
		for _, m := range found {
			if m.Credential.Kind != credential.V1JWT || m.Credential.Scope.Level != credential.ScopeSuperUser {
				t.Errorf("%s: %s, %s", tt.name, m.Credential.Kind, m.Credential.Scope.Level)
			}
		}
	}
}

func TestSigningKeysNeedMomentoBesideThem(t *testing.T) {
	o := ct.Options{Seed: "signing"}
	s := newDetector(t, detect.Options{}).NewScanner()
	for _, key := range []string{ct.SigningKey(o), ct.SigningKeyEC(o)} {
		for name, tt := range map[string]struct {
			file, text string
			encoding   []string
		}{
			"a variable":      {".env", "MOMENTO_SIGNING_KEY='" + key + "'\n", nil},
			"the file's name": {"momento-signing-key.json", key, nil},
			"the response":    {"key.json", ct.SigningKeyJSON(o), nil},
			"code":            {"sign.ts", "import {MomentoSigner} from '@gomomento/sdk';\nconst signer = new MomentoSigner(" + key + ");\n", nil},
		} {
			found := scan(t, s, tt.file, []byte(tt.text), nil)
			if len(found) != 1 || found[0].Credential.Kind != credential.SigningKey {
				t.Errorf("%s: %d found", name, len(found))
				continue
			}
			c := found[0].Credential
			whole := key
			if name == "the response" {
				whole = ct.SigningKey(o)
				if c.Endpoint == "" || c.Expiry != credential.ExpiryAt {
					t.Errorf("%s: endpoint %q, expiry %v", name, c.Endpoint, c.Expiry)
				}
			}
			if c.Reveal() != whole || c.KeyID == "" {
				t.Errorf("%s: key id %q, %d bytes, want %d", name, c.KeyID, len(c.Reveal()), len(whole))
			}
		}
	}
}
