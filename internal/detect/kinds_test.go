package detect_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential"
	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/detect"
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

// encodings are ways to write a text that leave nothing of it as it is, each with
// the layers that a report names.
var encodings = []struct {
	name   string
	encode func(string) string
	layers []string
}{
	{"base64", func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }, []string{"base64"}},
	{"base64 twice", func(text string) string {
		return base64.StdEncoding.EncodeToString([]byte(base64.StdEncoding.EncodeToString([]byte(text))))
	}, []string{"base64", "base64"}},
	{"hex", func(text string) string { return hex.EncodeToString([]byte(text)) }, []string{"hex"}},
	{"gzip", func(text string) string { return base64.StdEncoding.EncodeToString(zipped(text)) }, []string{"base64", "gzip"}},
}

func zipped(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.Bytes()
}

// What says that a text is Momento's may be outside of its encoding, as the name
// of a variable or of a Kubernetes Secret's field is.
func TestTheSurroundingsOfAnEncodedTextCount(t *testing.T) {
	o := ct.Options{Seed: "outside"}
	few := ct.JWT("HS256", `{"sub":"user","ver":1}`, "outside")
	secret := ct.WebhookSecret("outside")
	far := strings.Repeat("# nothing\n", 10<<10)
	const webhooks = "import { WebhookUtils } from '@gomomento/sdk';\n"
	s := newDetector(t, detect.Options{}).NewScanner()
	for _, tt := range []struct {
		name, text, secret string
		kind               credential.Kind
		// before makes it Momento's, without does not.
		before, without string
	}{
		{"signing key", ct.SigningKey(o), ct.SigningKey(o), credential.SigningKey, "MOMENTO_SIGNING_KEY=", "AUTH0_SIGNING_KEY="},
		{"short signing key", ct.SigningKeyEC(o), ct.SigningKeyEC(o), credential.SigningKey, "  momento-signing-key: ", "  signing-key: "},
		{"token with few claims", few, few, credential.V1JWT, "apiVersion: v1\ndata:\n  MOMENTO_API_KEY: ", "apiVersion: v1\ndata:\n  TOKEN: "},
		{"webhook secret", `{"signingSecret":"` + secret + `"}`, secret, credential.WebhookSecret, webhooks + "const config = decode('", "import { App } from '@slack/bolt';\nconst config = decode('"},
	} {
		for _, e := range encodings {
			for _, at := range []string{"", far} {
				content := at + tt.before + e.encode(tt.text) + "\n"
				found := scan(t, s, "settings", []byte(content), nil)
				if len(found) != 1 || found[0].Credential.Kind != tt.kind || found[0].Credential.Reveal() != tt.secret || !slices.Equal(found[0].Encoding, e.layers) {
					t.Errorf("%s in %s after %d bytes: %d found", tt.name, e.name, len(at), len(found))
					continue
				}
				if m := &found[0]; m.StartLine != strings.Count(content, "\n") {
					t.Errorf("%s in %s: line %d", tt.name, e.name, m.StartLine)
				}
				if found := scan(t, s, "settings", []byte(at+tt.without+e.encode(tt.text)+"\n"), nil); len(found) != 0 {
					t.Errorf("%s in %s without Momento around it: %d found", tt.name, e.name, len(found))
				}
			}
			if tt.kind == credential.WebhookSecret {
				continue
			}
			// The file's name says as much.
			if found := scan(t, s, "momento/settings", []byte(tt.without+e.encode(tt.text)+"\n"), nil); len(found) != 1 && tt.kind == credential.V1JWT {
				t.Errorf("%s in %s in a file with Momento's name: %d found", tt.name, e.name, len(found))
			}
		}
	}
	// An endpoint outside belongs to what is inside.
	const host = "cell-1-eu-west-1-1.prod.a.momentohq.com"
	for _, e := range encodings[:3] {
		found := scan(t, s, "settings", []byte("ENDPOINT="+host+"\nKEY="+e.encode(ct.V2(o))+"\n"), nil)
		if len(found) != 1 || found[0].NearbyEndpoint != host {
			t.Errorf("endpoint beside %s: %d found", e.name, len(found))
		}
	}
}

// The section of a login holds its token, of whatever form.
func TestOpaqueSessionTokensAreFoundInTheirSection(t *testing.T) {
	token := ct.Refresh("session")
	s := newDetector(t, detect.Options{}).NewScanner()
	plain := func(text string) string { return text }
	escaped := func(text string) string { return strings.ReplaceAll(text, "\n", `\n`) }
	for _, tt := range []struct {
		name, text string
		form       func(string) string
		found      bool
		at         int64
		layers     []string
	}{
		{"as written", "[.momento_session]\ntoken=%s\nvalid_until=1900000000\n", plain, true, 1900000000, nil},
		{"blanks", "[.momento_session]\r\ntoken = %s\r\nvalid_until = 1900000000\r\n", plain, true, 1900000000, nil},
		{"end first", "[default]\ntoken=x\n\n[.momento_session]\nvalid_until=1900000000\ntoken=\"%s\"\n[other]\nvalid_until=1\n", plain, true, 1900000000, nil},
		{"no end", "[.momento_session]\ntoken=%s", plain, true, 0, nil},
		{"inside of a string", `{"content":"[.momento_session]\ntoken=%s\nvalid_until=1900000000\n"}`, plain, true, 1900000000, nil},
		{"line ends as escapes", "[.momento_session]\ntoken=%s\nvalid_until=1900000000\n", escaped, true, 1900000000, nil},
		{"base64", "[.momento_session]\ntoken=%s\nvalid_until=1900000000\n", encodings[0].encode, true, 1900000000, []string{"base64"}},
		{"hex", "[.momento_session]\ntoken=%s\nvalid_until=1900000000\n", encodings[2].encode, true, 1900000000, []string{"hex"}},
		{"utf-16", "[.momento_session]\ntoken=%s\nvalid_until=1900000000\n", func(text string) string {
			return "\xff\xfe" + strings.Join(strings.Split(text, ""), "\x00") + "\x00"
		}, true, 1900000000, []string{"utf-16le"}},
		{"another section", "[.momento_session]\nvalid_until=1\n[default]\ntoken=%s\n", plain, false, 0, nil},
		{"another's section", "[.session]\ntoken=%s\n", plain, false, 0, nil},
		{"another name", "[.momento_session]\nold_token=%s\n", plain, false, 0, nil},
		{"only a mention", "# momento_session\ntoken=%s\n", plain, false, 0, nil},
	} {
		content := tt.form(fmt.Sprintf(tt.text, token))
		found := scan(t, s, "credentials", []byte(content), nil)
		if len(found) > 0 != tt.found || len(found) > 1 {
			t.Errorf("%s: %d found", tt.name, len(found))
			continue
		}
		if !tt.found {
			continue
		}
		m := &found[0]
		if m.Credential.Kind != credential.SessionToken || m.Credential.Reveal() != token || tt.at > 0 && m.Credential.ExpiresAt.Unix() != tt.at || tt.at == 0 && m.Credential.Expiry != credential.ExpiryUnknown {
			t.Errorf("%s: %s until %v", tt.name, m.Credential.Kind, m.Credential.ExpiresAt)
		}
		if tt.layers == nil {
			at := strings.Index(content, token)
			if column := at - strings.LastIndex(content[:at], "\n"); m.StartColumn != column || m.EndColumn != column+len(token) {
				t.Errorf("%s: columns %d to %d, want %d to %d", tt.name, m.StartColumn, m.EndColumn, column, column+len(token))
			}
		}
		if !slices.Equal(m.Encoding, tt.layers) {
			t.Errorf("%s: layers %q", tt.name, m.Encoding)
		}
	}
	for _, placeholder := range []string{"<your session token>", "example-session-token", strings.Repeat("x", 40), "short", "eyJhbGciOi...", "***************************"} {
		if found := scan(t, s, "credentials", []byte("[.momento_session]\ntoken="+placeholder+"\n"), nil); len(found) != 0 {
			t.Errorf("%q is taken for a token", placeholder)
		}
	}
}
