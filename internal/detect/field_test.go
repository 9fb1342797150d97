package detect_test

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential"
	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/detect"
)

// bson writes a document of strings, as https://bsonspec.org/spec.html says.
func bson(members ...string) string {
	var b strings.Builder
	for i := 0; i+1 < len(members); i += 2 {
		b.WriteString("\x02" + members[i] + "\x00")
		b.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(members[i+1])+1)))
		b.WriteString(members[i+1] + "\x00")
	}
	body := b.String() + "\x00"
	return string(binary.LittleEndian.AppendUint32(nil, uint32(len(body)+4))) + body
}

// structured are the forms in which a key and its refresh token are kept. The
// format takes both.
var structured = []struct {
	name, file string
	write      func(key, token string) string
	// spelled is the token as it appears in the file; nil = as it is.
	spelled  func(token string) string
	encoding []string
}{
	{name: "json", file: "a.json", write: func(k, r string) string { return fmt.Sprintf(`{"apiKey":"%s","refreshToken":"%s"}`, k, r) }},
	{name: "kubernetes secret", file: "secret.yaml", encoding: []string{detect.LayerBase64}, spelled: b64, write: func(k, r string) string {
		return "apiVersion: v1\nkind: Secret\ndata:\n  apiKey: " + b64(k) + "\n  refreshToken: " + b64(r) + "\n"
	}},
	{name: "kubernetes secret, json", file: "secret.json", encoding: []string{detect.LayerBase64}, spelled: b64, write: func(k, r string) string {
		return fmt.Sprintf(`{"kind": "Secret", "data": {"api-key": "%s", "refresh-token": "%s"}}`, b64(k), b64(r))
	}},
	{name: "go struct", file: "app.log", write: func(k, r string) string {
		return "created &{ApiKey:" + k + " RefreshToken:" + r + " Endpoint:cell ExpiresAt:{expiresAt:1798761600}}\n"
	}},
	{name: "go struct with names", file: "app.log", write: func(k, r string) string {
		return fmt.Sprintf("&auth.GenerateApiKeySuccess{ApiKey:%q, RefreshToken:%q, Endpoint:\"cell\"}\n", k, r)
	}},
	{name: "xml", file: "a.xml", write: func(k, r string) string {
		return "<momento>\n  <apiKey>" + k + "</apiKey>\n  <refreshToken>" + r + "</refreshToken>\n</momento>\n"
	}},
	{name: "xml cdata", file: "a.xml", write: func(k, r string) string {
		return "<m><refresh_token><![CDATA[" + r + "]]></refresh_token><api_key><![CDATA[" + k + "]]></api_key></m>"
	}},
	{name: "xml attributes", file: "app.config", write: func(k, r string) string {
		return "<appSettings>\n  <add key=\"apiKey\" value=\"" + k + "\" />\n  <add key=\"refreshToken\" value=\"" + r + "\" />\n</appSettings>\n"
	}},
	{name: "property list", file: "a.plist", write: func(k, r string) string {
		return "<dict>\n<key>apiKey</key>\n<string>" + k + "</string>\n<key>refreshToken</key>\n<string>" + r + "</string>\n</dict>\n"
	}},
	{name: "csv", file: "keys.csv", write: func(k, r string) string {
		return "name,apiKey,refreshToken,endpoint\norders," + k + "," + r + ",cell\n"
	}},
	{name: "csv, quoted", file: "keys.csv", write: func(k, r string) string {
		return "\"refresh_token\";\"description\";\"api_key\"\r\n\"" + r + "\";\"the; key\";\"" + k + "\"\r\n"
	}},
	{name: "csv of names and values", file: "keys.csv", write: func(k, r string) string { return "apiKey," + k + "\nrefreshToken," + r + "\n" }},
	{name: "dynamodb", file: "item.json", write: func(k, r string) string {
		return fmt.Sprintf(`{"Item": {"id": {"N": "1"}, "apiKey": {"S": "%s"}, "refreshToken": {"S": "%s"}}}`, k, r)
	}},
	{name: "ssm", file: "parameters.json", write: func(k, r string) string {
		return fmt.Sprintf(`{"Parameters": [{"Name": "/momento/apiKey", "Type": "SecureString", "Value": "%s"}, {"Name": "/momento/refreshToken", "Type": "SecureString", "Value": "%s", "Version": 1}]}`, k, r)
	}},
	{name: "ecs", file: "task.json", write: func(k, r string) string {
		return fmt.Sprintf("{\"environment\": [\n  {\"name\": \"MOMENTO_API_KEY\", \"value\": \"%s\"},\n  {\"name\": \"MOMENTO_REFRESH_TOKEN\", \"value\": \"%s\"}\n]}\n", k, r)
	}},
	{name: "kubernetes env", file: "pod.yaml", write: func(k, r string) string {
		return "env:\n  - name: MOMENTO_API_KEY\n    value: " + k + "\n  - name: MOMENTO_REFRESH_TOKEN\n    value: " + r + "\n"
	}},
	{name: "bson", file: "dump.bson", write: func(k, r string) string { return bson("name", "orders", "apiKey", k, "refreshToken", r) }},
	{name: "url", file: "a.har", write: func(k, r string) string {
		return "body=" + url.QueryEscape(fmt.Sprintf(`{"apiKey":"%s","refreshToken":"%s"}`, k, r)) + "\n"
	}},
	{name: "form", file: "a.txt", write: func(k, r string) string { return "refresh_token=" + r + "&api_key=" + url.QueryEscape(k) + "&x=1\n" }},
	{name: "quoted-printable", file: "a.eml", encoding: []string{detect.LayerQuotedPrintable}, spelled: softBroken, write: func(k, r string) string {
		return "{\n  \"apiKey\": \"" + k + "\",\n  \"refreshToken\": \"" + softBroken(r) + "\",\n  \"validUntil\": 1798761600\n}\n"
	}},
	{name: "quoted-printable without quotation marks", file: "a.eml", encoding: []string{detect.LayerQuotedPrintable}, spelled: func(r string) string { return softLine("refresh_token=3D", r) }, write: func(k, r string) string {
		return "api_key=3D" + softLine("api_key=3D", k) + "\nrefresh_token=3D" + softLine("refresh_token=3D", r) + "\n"
	}},
}

func b64(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// softBroken cuts a text as quoted-printable does.
func softBroken(text string) string { return text[:40] + "=\r\n" + text[40:] }

// softLine cuts a text where a line with so much before it is full.
func softLine(before, text string) string {
	n := 75 - len(before)
	if len(text) <= n {
		return text
	}
	return text[:n] + "=\n" + text[n:]
}

// TestRefreshTokensAreFoundInEveryForm: and with a key that is not Momento's
// next to it, the same form holds nothing.
func TestRefreshTokensAreFoundInEveryForm(t *testing.T) {
	s := newDetector(t, detect.Options{}).NewScanner()
	key := ct.V1(ct.Options{Seed: "structured"})
	foreign := ct.JWT("HS256", `{"iss":"supabase","role":"anon","iat":1700000000,"exp":2015576000}`, "structured")
	for i, c := range structured {
		// Long enough for a line of quoted-printable; digits, as tokens have.
		token := ct.Refresh(fmt.Sprint("structured ", i)) + "0a1B"
		text := c.write(key, token)
		spelled := token
		if c.spelled != nil {
			spelled = c.spelled(token)
		}
		at := strings.Index(text, spelled)
		if at < 0 {
			t.Fatalf("%s: the token is not in the text", c.name)
		}
		for _, path := range []string{c.file, ""} {
			var found []detect.Match
			for _, m := range scan(t, s, path, []byte("before\n\n"+text), nil) {
				if m.Credential.Kind == credential.RefreshToken {
					found = append(found, m)
				}
			}
			if len(found) != 1 {
				t.Errorf("%s: %d refresh tokens in %q, want 1", c.name, len(found), path)
				continue
			}
			m := found[0]
			line, column := 3+strings.Count(text[:at], "\n"), at-strings.LastIndex(text[:at], "\n")
			end := text[:at+len(spelled)]
			endLine, endColumn := 3+strings.Count(end, "\n"), len(end)-strings.LastIndex(end, "\n")
			if m.StartLine != line || m.StartColumn != column || m.EndLine != endLine || m.EndColumn != endColumn || !slices.Equal(m.Encoding, c.encoding) && c.name != "url" {
				t.Errorf("%s: %s, want %d:%d-%d:%d in %q", c.name, describe(&m), line, column, endLine, endColumn, c.encoding)
			}
			if got := m.Credential.RevealWritten(); got != token {
				t.Errorf("%s: another text was found, of %d characters", c.name, len(got))
			}
		}
		for name, text := range map[string]string{"another issuer's": c.write(foreign, token), "no": c.write("none", token), "a placeholder beside a": c.write(key, strings.Repeat("your-refresh-token-here-", 3))} {
			for _, m := range scan(t, s, c.file, []byte(text), nil) {
				if m.Credential.Kind == credential.RefreshToken {
					t.Errorf("%s with %s key: %s", c.name, name, describe(&m))
				}
			}
		}
	}
}

func TestEveryRowOfATableIsRead(t *testing.T) {
	s := newDetector(t, detect.Options{}).NewScanner()
	text := "apiKey,refreshToken\n"
	for i := range 5 {
		text += ct.V1(ct.Options{Seed: fmt.Sprint(i)}) + "," + ct.Refresh(fmt.Sprint(i)) + "\n"
	}
	count := 0
	for _, m := range scan(t, s, "a.csv", []byte(text), nil) {
		if m.Credential.Kind == credential.RefreshToken {
			count++
		}
	}
	if count != 5 {
		t.Errorf("%d refresh tokens, want 5", count)
	}
}

// Padding at the end of a line is not a soft line end.
func TestPaddingIsNotASoftLineEnd(t *testing.T) {
	s := newDetector(t, detect.Options{}).NewScanner()
	token := ct.Refresh("padding") + "0=="
	text := "API_KEY=" + ct.V1(ct.Options{}) + "\nREFRESH_TOKEN=" + token + "\nOTHER=abc\n"
	for _, m := range scan(t, s, ".env", []byte(text), nil) {
		if m.Credential.Kind == credential.RefreshToken && m.Credential.RevealWritten() == token {
			return
		}
	}
	t.Error("the token is not found as it is")
}
