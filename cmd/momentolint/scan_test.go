package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/testing/sample"
	"github.com/momentolint/momentolint/momentotest"
)

// output is the contract's JSON, as a script reads it.
type output struct {
	Summary struct {
		Excluded                           []coverage.Exclusion `json:"excluded"`
		Findings, Credentials, Live, Files int
		Skipped                            []struct{ Path, Reason string }
	}
	Findings []struct {
		Rule                  string
		Kind                  *string
		File                  string
		Line, Column          int
		EndLine               int `json:"end_line"`
		EndColumn             int `json:"end_column"`
		Fingerprint, Redacted string
		Encoding              []string
		Expires               string
		Commit, Author, Date  *string
		Scope                 struct{ Level string }
		Status                string
		StatusReason          string `json:"status_reason"`
	}
}

// scanJSON scans with --format json and checks the exit code.
func scanJSON(t *testing.T, in string, code int, args ...string) output {
	t.Helper()
	r := call(t, in, nil, append([]string{"scan", "--format", "json", "--offline"}, args...)...)
	if r.code != code {
		t.Fatalf("exit %d, want %d\n%s%s", r.code, code, r.stderr, r.out)
	}
	var o output
	if err := json.Unmarshal([]byte(r.out), &o); err != nil {
		t.Fatalf("%v in\n%s", err, r.out)
	}
	return o
}

// tree writes files into a new folder.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestTheSampleServiceIsFoundWhole(t *testing.T) {
	_, expected, err := sample.Build()
	if err != nil {
		t.Fatal(err)
	}
	o := scanJSON(t, "", exitFound, "../../testdata/leaky-service")
	if len(o.Findings) != len(expected) {
		t.Errorf("%d findings, want %d", len(o.Findings), len(expected))
	}
	for i, f := range o.Findings {
		if i >= len(expected) {
			break
		}
		e, kind := expected[i], ""
		if f.Kind != nil {
			kind = *f.Kind
		}
		if f.Rule != e.Rule || kind != e.Kind || f.File != e.File || f.Line != e.Line || !slices.Equal(f.Encoding, e.Encoding) {
			t.Errorf("got  %s %s:%d %q\nwant %s %s:%d %q", f.Rule, f.File, f.Line, f.Encoding, e.Rule, e.File, e.Line, e.Encoding)
			continue
		}
		if e.Column > 0 && (f.Column != e.Column || f.EndLine != e.EndLine || f.EndColumn != e.EndColumn) {
			t.Errorf("%s: %d to %d:%d, want %d to %d:%d", e.File, f.Column, f.EndLine, f.EndColumn, e.Column, e.EndLine, e.EndColumn)
		}
		if e.Expires != "" && f.Expires != e.Expires || e.Level != "" && f.Scope.Level != e.Level {
			t.Errorf("%s: expires %s, level %s; want %s, %s", e.File, f.Expires, f.Scope.Level, e.Expires, e.Level)
		}
	}
}

func TestExitCodes(t *testing.T) {
	clean := tree(t, map[string]string{"a.txt": "nothing here"})
	leaky := tree(t, map[string]string{".env": "MOMENTO_API_KEY=" + ct.V2(ct.Options{})})
	cut := tree(t, map[string]string{"a.zip": "PK\x03\x04 and no more of it"})
	for _, tt := range []struct {
		name string
		args []string
		want int
	}{
		{"nothing found", []string{clean}, exitClean},
		{"found", []string{leaky}, exitFound},
		{"found, but nothing live", []string{"--fail-on", "live", leaky}, exitClean},
		{"found, and nobody minds", []string{"--fail-on", "none", leaky}, exitClean},
		{"missing path", []string{filepath.Join(clean, "nowhere")}, exitFailed},
		{"found, and something missing", []string{leaky, filepath.Join(clean, "nowhere")}, exitFailed},
		{"broken archive", []string{cut}, exitClean},
		{"left out by size, as asked for", []string{"--max-file-size", "4B", clean}, exitClean},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if r := call(t, "", nil, append([]string{"scan", "--offline"}, tt.args...)...); r.code != tt.want {
				t.Errorf("exit %d, want %d\n%s%s", r.code, tt.want, r.out, r.stderr)
			}
		})
	}
}

func TestNamesOfFiles(t *testing.T) {
	dir := tree(t, map[string]string{"a/.env": "K=" + ct.V2(ct.Options{Seed: "1"}), "b/.env": "K=" + ct.V2(ct.Options{Seed: "2"})})
	t.Chdir(dir)
	for _, tt := range []struct {
		args []string
		want []string
	}{
		{nil, []string{"a/.env", "b/.env"}},
		{[]string{"."}, []string{"a/.env", "b/.env"}},
		{[]string{"a"}, []string{".env"}},
		{[]string{"a/.env"}, []string{"a/.env"}},
		{[]string{"a", "b"}, []string{"a/.env", "b/.env"}},
		{[]string{dir, "a", "a/.env"}, []string{filepath.ToSlash(dir) + "/a/.env", filepath.ToSlash(dir) + "/b/.env"}},
	} {
		var got []string
		for _, f := range scanJSON(t, "", exitFound, tt.args...).Findings {
			got = append(got, f.File)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("scan %q: %q, want %q", tt.args, got, tt.want)
		}
	}
}

func TestStandardInput(t *testing.T) {
	o := scanJSON(t, "export MOMENTO_API_KEY="+ct.V1(ct.Options{})+"\n", exitFound, "-")
	if len(o.Findings) != 1 || o.Findings[0].File != "-" || o.Findings[0].Column != 24 {
		t.Errorf("%+v", o.Findings)
	}
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	w, err := z.Create("conf/.env")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(ct.V1(ct.Options{}))); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	o = scanJSON(t, archive.String(), exitFound, "-")
	if len(o.Findings) != 1 || o.Findings[0].File != "-!conf/.env" || !slices.Equal(o.Findings[0].Encoding, []string{"zip"}) {
		t.Errorf("%+v", o.Findings)
	}
}

func TestTheSameInputGivesTheSameBytes(t *testing.T) {
	run := func() string {
		o := call(t, "", nil, "scan", "--offline", "--format", "json", "--jobs", "2", "../../testdata/leaky-service").out
		before, after, _ := strings.Cut(o, `"seconds":`)
		_, after, _ = strings.Cut(after, "}")
		return before + after
	}
	first := run()
	for range 5 {
		if run() != first {
			t.Fatal("two runs differ")
		}
	}
}

func TestABaselineSilencesWhatItKnowsAndPrunesItself(t *testing.T) {
	old, fresh := ct.V2(ct.Options{Seed: "old"}), ct.V2(ct.Options{Seed: "new"})
	dir := tree(t, map[string]string{"a.env": "K=" + old, "b.env": "K=" + fresh})
	file := filepath.Join(t.TempDir(), "baseline.json")
	if r := call(t, "", nil, "scan", "--offline", "--write-baseline", file, dir); r.code != exitClean {
		t.Fatalf("writing: exit %d %s", r.code, r.stderr)
	}
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	// The line moves, one file goes, and the old place gets another key.
	if err := os.WriteFile(filepath.Join(dir, "a.env"), []byte("\n\nX=1\nK="+old+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "b.env")); err != nil {
		t.Fatal(err)
	}
	r := call(t, "", nil, "scan", "--offline", "--verbose", "--baseline", file, dir)
	if r.code != exitClean || !strings.Contains(r.out+r.stderr, "b.env") {
		t.Errorf("exit %d, stale entry not told:\n%s%s", r.code, r.out, r.stderr)
	}
	if err := os.WriteFile(filepath.Join(dir, "a.env"), []byte("\n\nX=1\nK="+fresh+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	scanJSON(t, "", exitFound, "--baseline", file, dir)
	if r := call(t, "", nil, "scan", "--offline", "--baseline", file, "--write-baseline", file, dir); r.code != exitClean {
		t.Fatalf("pruning: exit %d %s", r.code, r.stderr)
	}
	after, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(before), "fingerprint") != 2 || strings.Count(string(after), "fingerprint") != 1 {
		t.Errorf("before\n%s\nafter\n%s", before, after)
	}
}

func TestTheConfigurationFile(t *testing.T) {
	key := ct.V2(ct.Options{})
	dir := tree(t, map[string]string{
		"src/a.env": "K=" + key, "vendor/b.env": "K=" + key, "docs/example.md": "K=" + key,
		".momentolint.yaml": "exclude: [vendor/**]\nallow:\n  - path: docs/**\n    reason: made up\n",
	})
	o := scanJSON(t, "", exitFound, dir)
	if len(o.Findings) != 1 || o.Findings[0].File != "src/a.env" {
		t.Errorf("%+v", o.Findings)
	}
	// From a folder below, the globs still count from the file's folder.
	scanJSON(t, "", exitClean, filepath.Join(dir, "docs"))
	if err := os.WriteFile(filepath.Join(dir, ".momentolint.yaml"), []byte("exclud: []\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if r := call(t, "", nil, "scan", "--offline", dir); r.code != exitFailed || !strings.Contains(r.stderr, `.momentolint.yaml:1: unknown field "exclud": did you mean "exclude"?`) {
		t.Errorf("exit %d: %s", r.code, r.stderr)
	}
}

func TestInlineAllowWantsAReason(t *testing.T) {
	key := ct.V2(ct.Options{})
	o := scanJSON(t, "", exitFound, tree(t, map[string]string{
		"a": "K=" + key + " # momentolint:allow -- revoked long ago\n",
		"b": "K=" + key + " # momentolint:allow\n",
		"c": "K=" + key + " # gitleaks:allow\n",
		"d": "K=" + key + " # momentolint:allow momento-v1-jwt -- another rule\n",
	}))
	var files []string
	for _, f := range o.Findings {
		files = append(files, f.File)
	}
	if !slices.Equal(files, []string{"b", "d"}) {
		t.Errorf("not silenced: %q", files)
	}
}

func TestGitIgnoredFilesAreFoundAndSaidToBe(t *testing.T) {
	dir := tree(t, map[string]string{".env": "K=" + ct.V2(ct.Options{}), ".gitignore": ".env\n"})
	runGit(t, dir, "init", "-q")
	r := call(t, "", nil, "scan", "--offline", dir)
	if r.code != exitFound || !strings.Contains(r.out, "git ignores") {
		t.Errorf("exit %d\n%s", r.code, r.out)
	}
}

func TestReportsGoToFilesBesideStandardOutput(t *testing.T) {
	dir := t.TempDir()
	jsonFile, sarifFile := filepath.Join(dir, "r.json"), filepath.Join(dir, "r.sarif")
	r := call(t, "", nil, "scan", "--offline", "--report", "json="+jsonFile, "--report", "sarif="+sarifFile, "../../testdata/leaky-service")
	if r.code != exitFound {
		t.Fatalf("exit %d %s", r.code, r.stderr)
	}
	for _, file := range []string{jsonFile, sarifFile} {
		data, err := os.ReadFile(file)
		if err != nil || !json.Valid(data) {
			t.Errorf("%s: %v", file, err)
		}
	}
	if r := call(t, "", nil, "scan", "--offline", "--report", "json="+filepath.Join(dir, "no", "such", "r.json"), "../../testdata/leaky-service"); r.code != exitFailed || !strings.Contains(r.stderr, "does not exist") {
		t.Errorf("a report that cannot be written: exit %d\n%s", r.code, r.stderr)
	}
}

func TestSecretsAreShownOnlyOnRequest(t *testing.T) {
	key := ct.V1(ct.Options{})
	dir := tree(t, map[string]string{".env": "K=" + key})
	for _, format := range []string{"text", "compact", "json", "sarif", "github", "html", "junit", "csv", "gitlab"} {
		if r := call(t, "", nil, "scan", "--offline", "--verbose", "--format", format, dir); strings.Contains(r.out+r.stderr, key[20:60]) || r.code != exitFound {
			t.Errorf("%s: exit %d, shows the key: %v", format, r.code, strings.Contains(r.out, key[20:60]))
		}
	}
	if r := call(t, "", nil, "scan", "--offline", "--show-secrets", "--format", "json", dir); !strings.Contains(r.out, key) {
		t.Errorf("--show-secrets does not:\n%s", r.out)
	}
}

func TestAStoppedRunTellsWhatItHasFound(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(context.Canceled)
	r := callContext(ctx, "", nil, "scan", "--offline", "--format", "json", "../../testdata/leaky-service")
	if r.code != exitFailed || !json.Valid([]byte(r.out)) || !strings.Contains(r.out, "stopped before it was done") {
		t.Errorf("exit %d\n%s%s", r.code, r.out, r.stderr)
	}
}

func TestLiveCheck(t *testing.T) {
	live, dead, scoped := ct.V1(ct.Options{Seed: "live"}), ct.V1(ct.Options{Seed: "dead"}), ct.V1(ct.Options{Seed: "scoped", Permissions: ct.CacheReadOnly("orders")})
	expired := ct.V1(ct.Options{Seed: "expired", ExpiresAt: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)})
	server, err := momentotest.Start(momentotest.Options{Caches: []string{"orders", "menu"}, Keys: []momentotest.Key{
		{Text: live, State: momentotest.Live, List: true, Read: []string{"*"}},
		{Text: dead, State: momentotest.Revoked},
		{Text: scoped, State: momentotest.Live, Read: []string{"orders"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	dir := tree(t, map[string]string{"a": live, "b": dead, "c": scoped, "d": expired, "e": live})
	args := []string{"scan", "--live-target", server.Addr(), "--format", "json"}
	r := call(t, "", nil, append(args, "--fail-on", "live", dir)...)
	var o output
	if err := json.Unmarshal([]byte(r.out), &o); err != nil || r.code != exitFound {
		t.Fatalf("exit %d, %v\n%s", r.code, err, r.stderr)
	}
	want := map[string]string{"a": "live", "b": "dead", "c": "live", "d": "expired", "e": "live"}
	for _, f := range o.Findings {
		if f.Status != want[f.File] {
			t.Errorf("%s: %s (%s), want %s", f.File, f.Status, f.StatusReason, want[f.File])
		}
	}
	if o.Summary.Live != 2 || o.Summary.Credentials != 4 {
		t.Errorf("summary %+v", o.Summary)
	}
	server.Forget()
	call(t, "", nil, append(args, "--offline", dir)...)
	if n := len(server.Calls()); n != 0 {
		t.Errorf("%d calls with --offline", n)
	}
}

// Rules that the configuration switches off, of credentials and of policy, are
// not reported by any way of scanning.
func TestDisabledRulesAreNotReported(t *testing.T) {
	v2, v1 := ct.V2(ct.Options{}), ct.V1(ct.Options{})
	dir := tree(t, map[string]string{
		"a.env": "KEY=" + v2 + "\n", "b.env": "KEY=" + v1 + "\n", "c.js": "const {ExpiresIn} = require('@gomomento/sdk');\nawait client.generateApiKey(scope, ExpiresIn.never());\n",
		"none.yaml": "version: 1\n", "some.yaml": "version: 1\nrules: {disable: [momento-api-key-v2, momento-never-expiring-key]}\n",
	})
	rules := func(args ...string) string {
		var list []string
		for _, f := range scanJSON(t, "KEY="+v2+" "+v1, exitFound, args...).Findings {
			list = append(list, f.Rule)
		}
		return strings.Join(list, " ")
	}
	some, none := []string{"--config", filepath.Join(dir, "some.yaml")}, []string{"--config", filepath.Join(dir, "none.yaml")}
	for _, test := range []struct {
		args      []string
		all, left string
	}{
		{[]string{dir}, "momento-api-key-v2 momento-api-key-v1 momento-never-expiring-key", "momento-api-key-v1"},
		{[]string{"-"}, "momento-api-key-v2 momento-api-key-v1", "momento-api-key-v1"},
	} {
		if got := rules(append(test.args, none...)...); got != test.all {
			t.Errorf("%v: %s, want %s", test.args, got, test.all)
		}
		if got := rules(append(test.args, some...)...); got != test.left {
			t.Errorf("%v with rules switched off: %s, want %s", test.args, got, test.left)
		}
	}
}
