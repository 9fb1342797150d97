package importer_test

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/momentolint/momentolint/internal/importer"
)

func read(text string) (importer.Report, []importer.Entry, error) {
	var list []importer.Entry
	r, err := importer.Read(strings.NewReader(text), func(e *importer.Entry) error {
		list = append(list, *e)
		return nil
	})
	return r, list, err
}

func mustRead(t *testing.T, text string) (importer.Report, []importer.Entry) {
	t.Helper()
	r, list, err := read(text)
	if err != nil {
		t.Fatal(err)
	}
	if r.Entries != len(list) {
		t.Fatalf("%d entries counted, %d handed over", r.Entries, len(list))
	}
	return r, list
}

// As gitleaks 8.30.1 writes it.
const gitleaksReport = `[
 {
  "RuleID": "jwt", "Description": "A JWT", "StartLine": 3, "EndLine": 3, "StartColumn": 7, "EndColumn": 16,
  "Match": "key=secret-text", "Secret": "secret-text", "File": "deploy/.env", "SymlinkFile": "",
  "Commit": "A94946255cafa5bccbf453822c653c02de31317f", "Link": "https://x", "Entropy": 5.3, "Author": "Dev", "Email": "dev@example.com",
  "Date": "2026-01-02T03:04:05Z", "Message": "Add it\n\nbody", "Tags": ["decoded:base64"], "Fingerprint": "a:b:c:3"
 },
 {"RuleID": "generic-api-key", "StartLine": 1, "EndLine": 2, "StartColumn": 1, "EndColumn": 4, "Match": "REDACTED", "Secret": "REDACTED", "File": "C:\\src\\a.txt", "Commit": ""}
]`

func TestGitleaks(t *testing.T) {
	r, list := mustRead(t, gitleaksReport)
	if r.Tool != "gitleaks" || len(list) != 2 {
		t.Fatalf("%+v, %d entries", r, len(list))
	}
	e := list[0]
	if e.Rule != "jwt" || e.File != "deploy/.env" || e.StartLine != 3 || e.StartColumn != 7 || e.EndLine != 3 || e.EndColumn != 17 || e.Masked {
		t.Errorf("%+v", e)
	}
	if len(e.Texts) != 2 || e.Texts[0] != "secret-text" || e.Texts[1] != "key=secret-text" {
		t.Errorf("%q", e.Texts)
	}
	c := e.Commit
	if c == nil || c.ID != "a94946255cafa5bccbf453822c653c02de31317f" || c.Author != "Dev <dev@example.com>" || c.Subject != "Add it" || !c.Date.Equal(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)) {
		t.Errorf("%+v", c)
	}
	if e := list[1]; !e.Masked || e.Commit != nil || e.File != "C:/src/a.txt" || e.EndLine != 2 {
		t.Errorf("%+v", e)
	}
}

// As TruffleHog 3.97 writes it, with lines of its log between.
const trufflehogReport = `{"level":"info-0","ts":"2026-01-01T00:00:00Z","logger":"trufflehog","msg":"running source"}
{"SourceMetadata":{"Data":{"Filesystem":{"file":"deploy/.env","line":3}}},"SourceID":1,"SourceName":"trufflehog - filesystem","DetectorType":904,"DetectorName":"CustomRegex","DecoderName":"PLAIN","Verified":false,"Raw":"secret-text","RawV2":"","Redacted":"","ExtraData":{"name":"momento-v1-jwt"},"StructuredData":null}
{"SourceMetadata":{"Data":{"Git":{"commit":"a94946255cafa5bccbf453822c653c02de31317f","file":"a.txt","email":"A <a@b.c>","repository":"file:///r","timestamp":"2026-11-24 02:02:38 +0000","line":2}}},"DetectorName":"JWT","Raw":"other","RawV2":"other:more","ExtraData":null}
{"SourceMetadata":{"Data":{"S3":{"bucket":"b","file":"k/o.json","link":"https://s3/b","email":"x"}}},"DetectorName":"JWT","Raw":"x"}
`

func TestTruffleHog(t *testing.T) {
	r, list := mustRead(t, trufflehogReport)
	if r.Tool != "TruffleHog" || len(list) != 3 {
		t.Fatalf("%+v, %d entries", r, len(list))
	}
	if e := list[0]; e.Rule != "momento-v1-jwt" || e.File != "deploy/.env" || e.StartLine != 3 || e.StartColumn != 0 || len(e.Texts) != 1 || e.Texts[0] != "secret-text" || e.Masked {
		t.Errorf("%+v", e)
	}
	if e := list[1]; e.Rule != "JWT" || e.Commit == nil || e.Commit.Author != "A <a@b.c>" || e.Commit.Date.IsZero() || len(e.Texts) != 2 {
		t.Errorf("%+v", e)
	}
	if e := list[2]; e.File != "k/o.json" || e.Commit != nil {
		t.Errorf("%+v", e)
	}
}

func TestTruffleHogLinesAsAnArray(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(trufflehogReport), "\n")[1:]
	r, list := mustRead(t, "["+strings.Join(lines, ",")+"]")
	if r.Tool != "TruffleHog" || len(list) != 3 {
		t.Errorf("%+v, %d entries", r, len(list))
	}
}

func TestSARIF(t *testing.T) {
	r, list := mustRead(t, `{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[
	 {"results":[
	   {"ruleId":"jwt","message":{"text":"jwt has detected secret for file a b.env."},"locations":[{"physicalLocation":{
	     "artifactLocation":{"uri":"dir/a%20b.env","uriBaseId":"%SRCROOT%"},
	     "region":{"startLine":4,"startColumn":5,"endLine":4,"endColumn":15,"snippet":{"text":"secret-text"}}}}],
	     "partialFingerprints":{"commitSha":"a94946255cafa5bccbf453822c653c02de31317f","author":"Dev","email":"dev@example.com","date":"2026-01-02T03:04:05Z"}},
	   {"rule":{"id":"other"},"message":{"text":"hidden"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"file:///C:/src/x.txt"},"region":{"startLine":1}}}]},
	   {"ruleId":"accepted","message":{"text":"m"},"suppressions":[{"kind":"inSource"}]},
	   {"ruleId":"rejected","message":{"text":"m"},"suppressions":[{"kind":"external","status":"rejected"}]},
	   {"message":{"text":"no place"}}
	 ],"originalUriBaseIds":{"%SRCROOT%":{"uri":"file:///home/dev/repo/"}},"tool":{"driver":{"rules":[{"id":"jwt"}],"name":"gitleaks"}}},
	 {"tool":{"driver":{"name":"other tool"}},"results":[{"ruleId":"x","message":{"text":"m"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"/abs/y"},
	   "region":{"startLine":2},"contextRegion":{"startLine":1,"snippet":{"text":"A=secret-text\n"}}}}]}]}
	]}`)
	if r.Tool != "gitleaks, other tool" || len(list) != 5 {
		t.Fatalf("%+v, %d entries", r, len(list))
	}
	if e := list[0]; e.Rule != "jwt" || e.File != "/home/dev/repo/dir/a b.env" || e.StartLine != 4 || e.EndColumn != 16 || e.Texts[0] != "secret-text" || e.Masked || e.Commit == nil {
		t.Errorf("%+v", e)
	}
	if e := list[1]; e.Rule != "other" || e.File != "C:/src/x.txt" || !e.Masked {
		t.Errorf("%+v", e)
	}
	if list[2].Rule != "rejected" || list[3].File != "" {
		t.Errorf("%+v, %+v", list[2], list[3])
	}
	if e := list[4]; e.File != "/abs/y" || e.Masked || e.Texts[0] != "A=secret-text\n" {
		t.Errorf("%+v", e)
	}
}

// As betterleaks 2 writes it (docs/v2_migration.md): a report, and the same as
// JSON lines; before its release candidate without the envelope.
const (
	betterleaksFindings = `{"rule_id":"jwt","match":{"value":"secret-text","full":"key=secret-text","fingerprint":"ab"},"location":{"path":"deploy/.env","start_line":3,"end_line":3,"start_column":7,"end_column":21},
"attributes":{"path":"deploy/.env","git.sha":"A94946255cafa5bccbf453822c653c02de31317f","git.author_name":"Dev","git.author_email":"dev@example.com","git.date":"2026-01-02T03:04:05Z","git.message":"Add it..."}}
,{"rule_id":"generic","match":{"value":"inner","full":"inner"},"location":{"path":"a.txt","start_line":1,"end_line":2,"start_column":1,"end_column":4},"encodings":["base64"],"decode_depth":1}`
	betterleaksScan = `{"state":"complete","findings":2,"version":"2.0.0"}`
	betterleaksOld  = `{"ruleID":"jwt","description":"","confidence":"high","match":"key=secret-text","secret":"secret-text","attributes":{"path":"deploy/.env","git.sha":"A94946255cafa5bccbf453822c653c02de31317f","git.author_name":"Dev","git.author_email":"dev@example.com","git.date":"2026-01-02T03:04:05Z","git.message":"Add it..."},"location":{"startLine":3,"endLine":3,"startColumn":7,"endColumn":21},"tags":null}
{"ruleID":"generic","match":"inner","secret":"inner","attributes":{"path":"a.txt"},"location":{"startLine":1,"endLine":2,"startColumn":1,"endColumn":4},"tags":["decoded:base64"]}`
)

func TestBetterleaks(t *testing.T) {
	findings := strings.Split(betterleaksFindings, "\n,")
	lines := ""
	for _, f := range findings {
		lines += `{"schema_version":"1","finding":` + strings.ReplaceAll(f, "\n", "") + "}\n"
	}
	old := strings.Split(betterleaksOld, "\n")
	for name, text := range map[string]string{
		"report":           `{"schema_version":"1","findings":[` + betterleaksFindings + `],"scan":` + betterleaksScan + "}\n",
		"report, reversed": `{"scan":` + betterleaksScan + `,"findings":[` + betterleaksFindings + `],"schema_version":"1"}`,
		"lines":            lines + `{"schema_version":"1","scan":` + betterleaksScan + "}\n",
		"library":          "[" + betterleaksFindings + "]",
		"old report":       "[" + strings.Join(old, ",") + "]",
		"old lines":        betterleaksOld + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			r, list := mustRead(t, text)
			if r.Tool != "betterleaks" || len(list) != 2 {
				t.Fatalf("%+v, %d entries", r, len(list))
			}
			e := list[0]
			if e.Rule != "jwt" || e.File != "deploy/.env" || e.StartLine != 3 || e.StartColumn != 7 || e.EndLine != 3 || e.EndColumn != 22 || e.Masked || e.Spanned != "key=secret-text" {
				t.Errorf("%+v", e)
			}
			if len(e.Texts) != 2 || e.Texts[0] != "secret-text" || e.Texts[1] != "key=secret-text" {
				t.Errorf("%q", e.Texts)
			}
			c := e.Commit
			if c == nil || c.ID != "a94946255cafa5bccbf453822c653c02de31317f" || c.Author != "Dev <dev@example.com>" || c.Subject != "Add it..." || c.Date.IsZero() {
				t.Errorf("%+v", c)
			}
			if e := list[1]; e.Rule != "generic" || e.File != "a.txt" || e.Commit != nil || len(e.Encoding) != 1 || e.Encoding[0] != "base64" || e.Spanned != "" {
				t.Errorf("%+v", e)
			}
		})
	}
}

// As Kingfisher writes it: one object for a scan, or one for each repository,
// or JSON lines.
const kingfisherFindings = `{"rule":{"name":"JWT","id":"betterleaks.jwt"},"finding":{"snippet":"secret-text","fingerprint":"1377","confidence":"medium","entropy":"4.5","validation":{"status":"Not Attempted","response":""},"language":"Unknown","line":3,"column_start":10,"column_end":20,"path":"deploy/.env"}}
,{"rule":{"name":"X","id":"x"},"finding":{"snippet":"inner","line":1,"column_start":0,"column_end":4,"path":"/tmp/clone/a.txt","encoding":"base64","git_metadata":{"repository_url":"https://example.com/r","commit":{"id":"a94946255cafa5bccbf453822c653c02de31317f","date":"2026-01-02T03:04:05Z","committer":{"name":"Dev","email":"dev@example.com"}},"file":{"path":"a.txt"}}}}`

func TestKingfisher(t *testing.T) {
	findings := strings.Split(kingfisherFindings, "\n,")
	const audit = `{"audit":{"schema":"kingfisher.repository-audit.v1"}}` + "\n"
	for name, text := range map[string]string{
		"report":       `{"findings":[` + kingfisherFindings + `],"access_map":[],"stats":{}}` + "\n",
		"repositories": `{"findings":[` + findings[0] + "]}\n" + `{"findings":[]}` + "\n" + `{"findings":[` + findings[1] + "]}\n",
		"lines":        strings.Join(findings, "\n") + "\n" + `{"access_map":[]}` + "\n" + audit,
	} {
		t.Run(name, func(t *testing.T) {
			r, list := mustRead(t, text)
			if r.Tool != "Kingfisher" || len(list) != 2 {
				t.Fatalf("%+v, %d entries", r, len(list))
			}
			e := list[0]
			if e.Rule != "betterleaks.jwt" || e.File != "deploy/.env" || e.StartLine != 3 || e.StartColumn != 11 || e.EndColumn != 22 || e.Masked || len(e.Texts) != 1 || e.Texts[0] != "secret-text" {
				t.Errorf("%+v", e)
			}
			e = list[1]
			if e.File != "a.txt" || e.Commit == nil || e.Commit.Author != "Dev <dev@example.com>" || len(e.Encoding) != 1 {
				t.Errorf("%+v", e)
			}
		})
	}
	for name, text := range map[string]string{"nothing found": `{"findings":[]}` + "\n", "an audit alone": audit} {
		if r, list := mustRead(t, text); len(list) != 0 || r.Tool == "" {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestMaskedSecrets(t *testing.T) {
	for text, want := range map[string]bool{
		"REDACTED": true, "eyJhbGciOi...": true, "***": true, "eyJhbG…(352 characters)": true, "": true,
		"eyJhbGciOi": false, "plain": false,
	} {
		_, list := mustRead(t, fmt.Sprintf(`[{"RuleID":"r","Secret":%q,"Match":%q}]`, text, text))
		if list[0].Masked != want {
			t.Errorf("%q: masked = %t", text, list[0].Masked)
		}
	}
}

func TestEmptyReports(t *testing.T) {
	for text, tool := range map[string]string{
		"[]": "gitleaks", " [ ]\n": "gitleaks",
		`{"version":"2.1.0","runs":[]}`:                                                   "an unnamed scanner",
		`{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}}}]}`:                   "x",
		`{"level":"info-0","msg":"finished scanning","ts":"2026-01-01T00:00:00Z"}` + "\n": "TruffleHog",
	} {
		if r, list := mustRead(t, text); r.Tool != tool || len(list) != 0 {
			t.Errorf("%s: %+v", text, r)
		}
	}
}

func TestReportsInTheShellsEncodings(t *testing.T) {
	for name, text := range map[string]string{
		"UTF-8 with mark": "\xef\xbb\xbf" + gitleaksReport,
		"UTF-16LE":        in16(binary.LittleEndian, gitleaksReport),
		"UTF-16BE":        in16(binary.BigEndian, gitleaksReport),
	} {
		if _, list, err := read(text); err != nil || len(list) != 2 || list[0].Texts[0] != "secret-text" {
			t.Errorf("%s: %d entries, %v", name, len(list), err)
		}
	}
}

func in16(order binary.AppendByteOrder, text string) string {
	var out []byte
	for _, u := range utf16.Encode([]rune("\ufeff" + text)) {
		out = order.AppendUint16(out, u)
	}
	return string(out)
}

func TestWhatIsNoReport(t *testing.T) {
	for _, text := range []string{
		"", " \n", "hello", "null", "42", "<xml/>", "{}", `{"a":1}`, `[{"a":1}]`, `{"findings":[{"a":1}]}`, `{"finding":{"a":1}}`, `{"RuleID":"x"}`, "\xff\xfe", "\x00\x00",
	} {
		if _, _, err := read(text); !errors.Is(err, importer.ErrFormat) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestMalformedReportsAreRefusedWithTheirPlace(t *testing.T) {
	secret := "eyJhbGciOiJIUzI1NiJ9"
	for text, want := range map[string]string{
		gitleaksReport[:200]:                                                      "ends in the middle",
		`[{"RuleID":"r","Secret":"` + secret:                                      "ends in the middle",
		`[{"RuleID":"r","Secret":` + secret + `}]`:                                "malformed JSON after byte",
		`[{"RuleID":"r"} {"RuleID":"r"}]`:                                         "malformed JSON",
		`[{"RuleID":"r"}]]`:                                                       "malformed JSON",
		`[{"RuleID":"r"}] {}`:                                                     "unexpected data after the report",
		`[{"RuleID":"r","StartLine":"` + secret + `"}]`:                           "string where a int belongs",
		`[{"RuleID":"r"},{"x":1}]`:                                                "finding 2: unknown format",
		`{"SourceMetadata":{"Data":{"Git":[1]}},"Raw":"x"}` + "\n" + `{"x":`:      "ends in the middle",
		`{"SourceMetadata":{"Data":{"Git":{}}},"Raw":"x"}` + "\nbanner " + secret: "malformed JSON",
		`{"schema_version":"1","findings":[` + betterleaksFindings[:150]:          "ends in the middle",
		`{"findings":[` + kingfisherFindings[:150]:                                "ends in the middle",
		`{"runs":{}}`:                "belongs",
		`{"runs":[{"results":[1]}]}`: "belongs",
		`{"runs":[{"tool":{"driver":"` + secret + `"}}]}`: "belongs",
		`{"runs":[]} trailing`:                            "malformed JSON",
		strings.Repeat("[", 100_000):                      "malformed JSON",
		`{"x":` + strings.Repeat("[", 5000):               "nested more than",
	} {
		_, _, err := read(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: %v, want %q", text, err, want)
		}
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("the error repeats the report: %v", err)
		}
	}
}

func TestTheCallersErrorEndsTheReading(t *testing.T) {
	stop := errors.New("stop")
	n := 0
	_, err := importer.Read(strings.NewReader(gitleaksReport), func(*importer.Entry) error { n++; return stop })
	if !errors.Is(err, stop) || n != 1 {
		t.Errorf("%v after %d", err, n)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(gitleaksReport)
	f.Add(trufflehogReport)
	f.Add(`{"schema_version":"1","findings":[` + betterleaksFindings + `],"scan":` + betterleaksScan + "}\n")
	f.Add(betterleaksOld)
	f.Add(`{"findings":[` + kingfisherFindings + `]}`)
	f.Add(`{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"results":[{"ruleId":"r","message":{"text":"m"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a%20b","uriBaseId":"R"},"region":{"startLine":1,"snippet":{"text":"t"}}}}]}],"originalUriBaseIds":{"R":{"uri":"file:///x/","uriBaseId":"R"}}}]}`)
	f.Add(in16(binary.LittleEndian, "[]"))
	f.Add("[]")
	f.Fuzz(func(t *testing.T, text string) {
		n := 0
		r, err := importer.Read(strings.NewReader(text), func(e *importer.Entry) error {
			n++
			if len(e.Texts) > 5 {
				t.Errorf("%+v", e)
			}
			for _, s := range e.Texts {
				if s == "" {
					t.Error("an empty text")
				}
			}
			return nil
		})
		if err == nil && r.Entries != n {
			t.Errorf("%d entries counted, %d handed over", r.Entries, n)
		}
		if err == nil && r.Tool == "" {
			t.Error("no tool")
		}
		// What is read as a report is JSON, if it is not in another encoding.
		if err == nil && strings.HasPrefix(text, "[") && !json.Valid([]byte(text)) {
			t.Error("read, but not JSON")
		}
	})
}
