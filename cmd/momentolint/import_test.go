package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/report"
	"github.com/momentolint/momentolint/momentotest"
)

type object = map[string]any

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// gitleaksEntry is a finding as gitleaks writes it: on the second line, where
// its columns are one too high.
func gitleaksEntry(file, match, secret string, more object) object {
	e := object{
		"RuleID": "jwt", "Description": "A JWT", "File": file, "StartLine": 2, "EndLine": 2, "StartColumn": 6, "EndColumn": 5 + len(match),
		"Match": match, "Secret": secret, "Commit": "", "Author": "", "Email": "", "Date": "", "Message": "", "Tags": []string{}, "Fingerprint": file + ":jwt:2",
	}
	maps.Copy(e, more)
	return e
}

// trufflehogEntry is one line of TruffleHog's output, as
// https://github.com/trufflesecurity/trufflehog documents it.
func trufflehogEntry(file string, line int, raw string) object {
	return object{
		"SourceMetadata": object{"Data": object{"Filesystem": object{"file": file, "line": line}}}, "SourceID": 1, "SourceType": 15, "SourceName": "trufflehog - filesystem",
		"DetectorType": 904, "DetectorName": "CustomRegex", "DecoderName": "PLAIN", "Verified": false, "Raw": raw, "RawV2": "", "Redacted": "", "ExtraData": object{"name": "any jwt"}, "StructuredData": nil,
	}
}

func foreignJWT() string {
	return ct.JWT("HS256", `{"iss":"supabase","ref":"abcdefgh","role":"anon"}`, "foreign")
}

func TestImportKeepsWhatIsMomentos(t *testing.T) {
	v2, v1, scoped := ct.V2(ct.Options{Seed: "a"}), ct.V1(ct.Options{Seed: "b"}), ct.V1JWT(ct.Options{Seed: "c", Permissions: ct.CacheReadOnly("orders"), ExpiresAt: time.Date(2031, 1, 2, 3, 4, 5, 0, time.UTC)})
	dir := tree(t, map[string]string{
		"gitleaks.json": asJSON(t, []object{
			gitleaksEntry("app/.env", "KEY="+v2, v2, nil),
			gitleaksEntry("app/.env", v2, v2, object{"RuleID": "generic-api-key", "StartColumn": 10, "EndColumn": 9 + len(v2)}),
			gitleaksEntry("web/index.js", foreignJWT(), foreignJWT(), nil),
			gitleaksEntry("id_rsa", "-----BEGIN", "-----BEGIN", object{"RuleID": "private-key"}),
			gitleaksEntry("old/.env", v1, v1, object{"Commit": strings.Repeat("ab", 20), "Author": "Dev", "Email": "dev@example.com", "Date": "2026-01-02T03:04:05Z", "Message": "add"}),
		}),
		"trufflehog.json": asJSON(t, trufflehogEntry("app/.env", 2, v2)) + "\n" + asJSON(t, trufflehogEntry("s.yaml", 7, scoped)) + "\n" + asJSON(t, trufflehogEntry("aws", 1, "AKIAIOSFODNN7EXAMPLE")) + "\n",
		"results.sarif": asJSON(t, object{"version": "2.1.0", "runs": []object{{
			"tool": object{"driver": object{"name": "some scanner"}},
			"results": []object{{
				"ruleId": "x", "message": object{"text": "a secret"},
				"locations": []object{{"physicalLocation": object{
					"artifactLocation": object{"uri": "src/a%20b.go"},
					"region":           object{"startLine": 4, "startColumn": 3, "endColumn": 3 + len(v1), "snippet": object{"text": v1}},
				}}},
			}},
		}}}),
	})
	at := func(name string) string { return filepath.Join(dir, name) }
	o := scanJSON(t, "", exitFound, "--import", at("gitleaks.json"), "--import", at("trufflehog.json"), "--import", at("results.sarif"))
	type row struct {
		file              string
		line, column, end int
		kind, expires     string
		level, commit     string
	}
	want := []row{
		// One finding of three: two rules of gitleaks, and TruffleHog without columns.
		{"app/.env", 2, 9, 9 + len(v2), "api-key-v2", "unknown", "role", ""},
		{"old/.env", 2, 6, 6 + len(v1), "api-key-v1", "never", "super-user", strings.Repeat("ab", 20)},
		{"s.yaml", 7, 0, 0, "v1-jwt", "at", "explicit", ""},
		{"src/a b.go", 4, 3, 3 + len(v1), "api-key-v1", "never", "super-user", ""},
	}
	if len(o.Findings) != len(want) {
		t.Errorf("%d findings, want %d: %+v", len(o.Findings), len(want), o.Findings)
	}
	for i, f := range o.Findings[:min(len(want), len(o.Findings))] {
		got := row{f.File, f.Line, f.Column, f.EndColumn, *f.Kind, f.Expires, f.Scope.Level, ""}
		if f.Commit != nil {
			got.commit = *f.Commit
		}
		if got != want[i] {
			t.Errorf("got  %+v\nwant %+v", got, want[i])
		}
	}
	if o.Summary.Files != 3 || o.Summary.Credentials != 3 || len(o.Summary.Skipped) != 0 {
		t.Errorf("summary %+v", o.Summary)
	}

	r := call(t, "", nil, "scan", "--offline", "--format", "json", "--import", at("gitleaks.json"), "--import", at("trufflehog.json"), "--import", at("results.sarif"))
	for _, text := range []string{
		"gitleaks.json: 5 findings of gitleaks, 3 Momento's, 2 not",
		"trufflehog.json: 3 findings of TruffleHog, 2 Momento's, 1 not",
		"results.sarif: 1 finding of some scanner, 1 Momento's",
	} {
		if !strings.Contains(r.stderr, text) {
			t.Errorf("nobody says %q:\n%s", text, r.stderr)
		}
	}
	for _, format := range report.Formats() {
		r := call(t, "", nil, "scan", "--offline", "--format", format, "--import", at("gitleaks.json"), "--import", at("trufflehog.json"))
		if r.code != exitFound {
			t.Errorf("%s: exit %d: %s", format, r.code, r.stderr)
		}
		for _, secret := range []string{v2, v1, scoped} {
			if strings.Contains(r.out+r.stderr, secret) {
				t.Errorf("%s shows a secret", format)
			}
		}
	}
}

// The reports of betterleaks 2 and Kingfisher are judged like the others, and
// what is none of them is refused with the formats that are expected.
func TestImportReadsPeersReports(t *testing.T) {
	key := ct.V2(ct.Options{Seed: "peers"})
	dir := tree(t, map[string]string{
		"betterleaks.json":  `{"schema_version":"1","findings":[{"rule_id":"jwt","match":{"value":"` + key + `","full":"` + key + `"},"location":{"path":"a/.env","start_line":2,"end_line":2,"start_column":5,"end_column":` + strconv.Itoa(4+len(key)) + `}}],"scan":{"state":"complete"}}`,
		"kingfisher.jsonl":  `{"rule":{"name":"JWT","id":"betterleaks.jwt"},"finding":{"snippet":"` + key + `","line":2,"column_start":4,"column_end":99,"path":"b/.env"}}` + "\n",
		"other.json":        `{"results":{"a.txt":[{"type":"x"}]}}`,
		"betterleaks.jsonl": `{"schema_version":"1","finding":{"rule_id":"x","match":{"value":"REDACTED","full":"REDACTED"},"location":{"path":"c","start_line":1,"end_line":1,"start_column":1,"end_column":8}}}` + "\n" + `{"schema_version":"1","scan":{}}` + "\n",
	})
	at := func(name string) string { return filepath.Join(dir, name) }
	o := scanJSON(t, "", exitFound, "--import", at("betterleaks.json"), "--import", at("kingfisher.jsonl"))
	for i, file := range []string{"a/.env", "b/.env"} {
		if i >= len(o.Findings) || o.Findings[i].File != file || o.Findings[i].Line != 2 || o.Findings[i].Column != 5 || o.Findings[i].EndColumn != 5+len(key) {
			t.Errorf("%+v, want one in %s at 2:5-%d", o.Findings, file, 5+len(key))
		}
	}
	r := call(t, "", nil, "scan", "--offline", "--import", at("other.json"))
	if r.code != exitFailed || !strings.Contains(r.out+r.stderr, "unknown format: want a report of gitleaks") {
		t.Errorf("exit %d: %s%s", r.code, r.out, r.stderr)
	}
	r = call(t, "", nil, "scan", "--offline", "--import", at("betterleaks.jsonl"))
	if r.code != exitFailed || !strings.Contains(r.out+r.stderr, "betterleaks") {
		t.Errorf("a masked secret: exit %d: %s%s", r.code, r.out, r.stderr)
	}
}

// Whatever the order in which a report has them, the same key in two places is
// two findings, and the same place told twice is one.
func TestImportKeepsPlacesApartInAnyOrder(t *testing.T) {
	key := ct.V2(ct.Options{Seed: "places"})
	entry := func(line, column int) object {
		return gitleaksEntry("app/.env", key, key, object{"StartLine": line, "EndLine": line, "StartColumn": column, "EndColumn": column + len(key) - 1})
	}
	want := fmt.Sprint([][2]int{{2, 1}, {2, 1 + len(key)}, {9, 1}})
	places := []object{entry(2, 2), entry(2, 2+len(key)), entry(9, 2), entry(9, 2)}
	for _, order := range [][]int{{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 3, 0, 2}} {
		var list []object
		for _, i := range order {
			list = append(list, places[i])
		}
		dir := tree(t, map[string]string{"gitleaks.json": asJSON(t, list)})
		var got [][2]int
		for _, f := range scanJSON(t, "", exitFound, "--import", filepath.Join(dir, "gitleaks.json")).Findings {
			got = append(got, [2]int{f.Line, f.Column})
		}
		if fmt.Sprint(got) != want {
			t.Errorf("%v: places %v, want %s", order, got, want)
		}
	}
}

func TestImportReadsStandardInput(t *testing.T) {
	o := scanJSON(t, asJSON(t, []object{gitleaksEntry("a", ct.Legacy(ct.Options{}), ct.Legacy(ct.Options{}), nil)}), exitFound, "--import", "-")
	if len(o.Findings) != 1 || *o.Findings[0].Kind != "legacy" {
		t.Errorf("%+v", o.Findings)
	}
}

func TestImportTakesOpaqueTokensFromOurOwnRules(t *testing.T) {
	refresh, session := ct.Refresh("r"), ct.Session(ct.Options{})
	in := asJSON(t, []object{
		gitleaksEntry("a", `"refreshToken": "`+refresh+`"`, refresh, object{"RuleID": "momento-refresh-token"}),
		gitleaksEntry("b", session, session, object{"RuleID": "momento-session-token"}),
		gitleaksEntry("c", refresh, refresh, object{"RuleID": "generic-api-key"}),
	})
	o := scanJSON(t, in, exitFound, "--import", "-")
	if len(o.Findings) != 2 || *o.Findings[0].Kind != "refresh-token" || *o.Findings[1].Kind != "session-token" {
		t.Errorf("%+v", o.Findings)
	}
}

// A report without the secrets says nothing about whose they are, and a run
// that cannot judge is not a clean one.
func TestImportSaysWhatItCannotJudge(t *testing.T) {
	v2 := ct.V2(ct.Options{Seed: "x"})
	stub := base64.StdEncoding.EncodeToString([]byte(v2))[:12]
	for name, tt := range map[string]struct {
		in, want string
		code     int
	}{
		"redacted":           {asJSON(t, []object{gitleaksEntry("a", "REDACTED", "REDACTED", nil)}), "1 of 1 finding have a redacted secret", exitFailed},
		"redacted, by ours":  {asJSON(t, []object{gitleaksEntry("a", "REDACTED", "REDACTED", object{"RuleID": "momento-api-key-v2"})}), "(1 by a rule that says Momento)", exitFailed},
		"redacted in part":   {asJSON(t, []object{gitleaksEntry("a", v2[:60]+"...", v2[:60]+"...", nil)}), "1 of 1 finding have a redacted secret", exitFailed},
		"cut off":            {asJSON(t, []object{gitleaksEntry("a", v2[:60], v2[:60], nil)}), "1 of 1 finding have a truncated secret", exitFailed},
		"header alone":       {asJSON(t, []object{gitleaksEntry("a", v2[:20], v2[:20], nil)}), "have a truncated secret", exitFailed},
		"stub of base64":     {asJSON(t, []object{gitleaksEntry("a", stub, stub, nil)}), "have a truncated secret", exitFailed},
		"nothing but a name": {`{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"results":[{"ruleId":"r","message":{"text":"secret found"}}]}]}`, "1 of 1 finding have a redacted secret", exitFailed},
		"stub, and whole beside it": {asJSON(t, []object{
			gitleaksEntry("a", stub, stub, object{"RuleID": "jwt-base64"}), gitleaksEntry("a", foreignJWT(), foreignJWT(), object{"Tags": []string{"decoded:base64", "decode-depth:1"}}),
		}), "", exitClean},
		"malformed":    {`[{"RuleID":"r","Secret":"` + v2, "ends in the middle", exitFailed},
		"no report":    {"hello", "unknown format", exitFailed},
		"only foreign": {asJSON(t, []object{gitleaksEntry("a", foreignJWT(), foreignJWT(), nil)}), "", exitClean},
		"empty report": {"[]", "", exitClean},
	} {
		r := call(t, tt.in, nil, "scan", "--offline", "--format", "json", "--import", "-")
		if r.code != tt.code || !strings.Contains(r.stderr, tt.want) {
			t.Errorf("%s: exit %d, want %d with %q\n%s", name, r.code, tt.code, tt.want, r.stderr)
		}
		if strings.Contains(r.out+r.stderr, v2[:60]) {
			t.Errorf("%s: shows what may be a secret", name)
		}
	}
	// What was found in the part that can be read is reported.
	r := call(t, "["+asJSON(t, gitleaksEntry("a", v2, v2, nil))+`,{"RuleID"`, nil, "scan", "--offline", "--format", "json", "--import", "-")
	if r.code != exitFailed || !strings.Contains(r.out, "momento-api-key-v2") {
		t.Errorf("exit %d\n%s", r.code, r.out)
	}
	r = call(t, "", nil, "scan", "--offline", "--import", filepath.Join(t.TempDir(), "nowhere.json"))
	if r.code != exitFailed || !strings.Contains(r.out, "no such file") {
		t.Errorf("missing file: exit %d\n%s", r.code, r.out)
	}
}

func TestImportIsSilencedLikeAnyScan(t *testing.T) {
	key := ct.V2(ct.Options{Seed: "s"})
	in := asJSON(t, []object{
		gitleaksEntry("vendor/x", key, key, nil),
		gitleaksEntry("tests/x", key, key, nil),
		gitleaksEntry("src/x", key, key, object{"Line": "k = " + key + " // gitleaks:allow"}),
		gitleaksEntry("src/y", key, key, nil),
	})
	dir := tree(t, map[string]string{"config.yaml": "version: 1\nexclude: [vendor/**]\nallow:\n  - path: tests/**\n    reason: synthetic\n"})
	t.Chdir(dir)
	r := call(t, in, nil, "scan", "--offline", "--config", "config.yaml", "--import", "-", "--write-baseline", "baseline.json")
	if r.code != exitClean || strings.Contains(r.out, "vendor/x") || strings.Contains(r.out, "tests/x") || !strings.Contains(r.out, "src/y") || strings.Contains(r.out, "vendor") {
		t.Errorf("exit %d\n%s%s", r.code, r.out, r.stderr)
	}
	r = call(t, in, nil, "scan", "--offline", "--config", "config.yaml", "--import", "-", "--baseline", "baseline.json")
	if r.code != exitClean || strings.Contains(r.out, "src/y") {
		t.Errorf("with the baseline: exit %d\n%s%s", r.code, r.out, r.stderr)
	}
}

func TestImportAsksTheService(t *testing.T) {
	live, dead := ct.V1(ct.Options{Seed: "live"}), ct.V1(ct.Options{Seed: "dead"})
	server, err := momentotest.Start(momentotest.Options{Keys: []momentotest.Key{
		{Text: live, State: momentotest.Live, List: true}, {Text: dead, State: momentotest.Revoked},
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	in := asJSON(t, trufflehogEntry("a", 1, live)) + "\n" + asJSON(t, trufflehogEntry("b", 1, dead))
	r := call(t, in, nil, "scan", "--format", "json", "--live-target", server.Addr(), "--import", "-")
	var o output
	if err := json.Unmarshal([]byte(r.out), &o); err != nil || len(o.Findings) != 2 {
		t.Fatalf("%v in\n%s%s", err, r.out, r.stderr)
	}
	if o.Findings[0].Status != "live" || o.Findings[1].Status != "dead" || r.code != exitFound {
		t.Errorf("exit %d: %s, %s", r.code, o.Findings[0].Status, o.Findings[1].Status)
	}
}

func TestImportMistakes(t *testing.T) {
	for want, args := range map[string][]string{
		"--import takes no PATH":                    {"scan", "--import", "a.json", "folder"},
		"--history and --import exclude each other": {"scan", "--history", "--import", "a.json"},
	} {
		if r := call(t, "", nil, args...); r.code != exitFailed || !strings.Contains(r.stderr, want) {
			t.Errorf("%v: exit %d, %s", args, r.code, r.stderr)
		}
	}
}

// A scanner's name and everything else in a report are a stranger's words.
func TestImportDistrustsTheReport(t *testing.T) {
	key := ct.V2(ct.Options{Seed: "name"})
	in := fmt.Sprintf(`{"version":"2.1.0","runs":[{"tool":{"driver":{"name":%q}},"results":[{"ruleId":%q,"message":{"text":"\u001b[2J"}}]}]}`, "tool "+key, key)
	r := call(t, in, nil, "scan", "--offline", "--import", "-")
	if strings.Contains(r.out+r.stderr, key) || strings.Contains(r.out+r.stderr, "\x1b") {
		t.Errorf("%s%s", r.out, r.stderr)
	}
}
