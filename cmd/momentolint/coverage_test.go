package main

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// refusedEndpoints are values of MOMENTO_ENDPOINT to which no credential may go.
var refusedEndpoints = []string{
	"127.0.0.1", "localhost", "localhost:8080", "[::1]:8080", "my-proxy.acme.internal", "momentohq.com.evil.example",
	"https://cell-4-us-west-2-1.prod.a.momentohq.com", "not a host", "cell.prod.a.momentohq.com:port",
}

// An endpoint in the environment that must not be contacted costs no finding,
// wherever a credential is found: it is unverified, and nothing is sent.
func TestAnEndpointOfTheEnvironmentCostsNoFinding(t *testing.T) {
	newStep := newSteps(t)
	dir := tree(t, map[string]string{"app.env": "K=" + ct.V2(ct.Options{}) + "\n"})
	repo := t.TempDir()
	runGit(t, repo, "init", "-q")
	if err := os.WriteFile(filepath.Join(repo, "app.env"), []byte("K="+ct.V2(ct.Options{})+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	runGit(t, repo, "add", ".")
	for _, endpoint := range refusedEndpoints {
		env := []string{"MOMENTO_ENDPOINT=" + endpoint}
		for _, offline := range []bool{false, true} {
			args := []string{"scan", "--format", "json", dir}
			want := "nothing was sent"
			if offline {
				args, want = append(args, "--offline"), `"offline"`
			}
			r := call(t, "", env, args...)
			if r.code != exitFound || !strings.Contains(r.out, `"status": "unverified"`) || !strings.Contains(r.out, want) {
				t.Errorf("%s, offline %t: exit %d\n%s%s", endpoint, offline, r.code, r.out, r.stderr)
			}
		}
		t.Chdir(repo)
		for _, live := range []string{"--live=true", "--live=false"} {
			r := call(t, "", env, "hook", "run", live, "pre-commit")
			if r.code != exitFound || !strings.Contains(r.stderr, "app.env") {
				t.Errorf("%s, hook %s: exit %d\n%s", endpoint, live, r.code, r.stderr)
			}
		}
		s := newStep(t)
		s.env["MOMENTO_ENDPOINT"], s.env["MOMENTOLINT_LIVE"] = endpoint, "true"
		if log, code, outputs := s.run(t); code != exitFound || outputs["findings"] != "1" || outputs["report"] == "" {
			t.Errorf("%s, action: exit %d, %v\n%s", endpoint, code, outputs, log)
		}
	}
}

// Mistakes in flags are noticed before the scan, also where it would find
// nothing, and the flag is named.
func TestFlagsAreCheckedBeforeTheScan(t *testing.T) {
	dir := tree(t, map[string]string{"clean": "nothing\n", "file": ""})
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"--live-target", "foo"}, "--live-target: "},
		{[]string{"--live-target", "https://x:1"}, "--live-target: "},
		{[]string{"--allow-host", "com"}, "--allow-host: "},
		{[]string{"--endpoint", "127.0.0.1"}, "--endpoint: "},
		{[]string{"--endpoint", "acme.internal"}, "--endpoint: "},
		{[]string{"--management-url", "http://mga.example"}, "--management-url: "},
		{[]string{"--format", "xml"}, "--format: "},
		{[]string{"--report", "xml=" + at("r")}, "--report: "},
		{[]string{"--report", "json=" + at("no/r.json")}, "--report json="},
		{[]string{"--report", "json=" + at("file/r.json")}, "--report json="},
		{[]string{"--report", "json=" + dir}, "is a directory"},
		{[]string{"--report", "json=" + at("r"), "--report", "sarif=" + at("./r")}, "write to the same file"},
		{[]string{"--report", "json=" + at("r"), "--write-baseline", at("r")}, "--write-baseline " + at("r") + " write to the same file"},
		{[]string{"--write-baseline", at("no/b.json")}, "--write-baseline "},
	} {
		for _, offline := range []bool{true, false} {
			args := append([]string{"scan"}, tt.args...)
			if offline {
				args = append(args, "--offline")
			}
			r := call(t, "", nil, append(args, at("clean"))...)
			if r.code != exitFailed || !strings.Contains(r.stderr, tt.want) || r.out != "" {
				t.Errorf("%q: exit %d, want 2 and %q\n%s%s", args, r.code, tt.want, r.out, r.stderr)
			}
		}
	}
	if _, err := os.Stat(at("r")); err == nil {
		t.Error("a report was written in spite of the mistake")
	}
}

// uncovered is a tree in which something is not scanned.
type uncovered struct {
	name string
	// class is "skipped", "opaque" or "excluded", show what every format has to
	// say of it.
	class, show string
	files       map[string]string
	args        []string
	prepare     func(t *testing.T, dir string)
}

func uncoveredTrees(t *testing.T) []uncovered {
	t.Helper()
	key := ct.V2(ct.Options{Seed: "uncovered"})
	zipped := zipped(t, "m", strings.Repeat("content ", 100))
	return append([]uncovered{
		{"a missing path", "skipped", "no such file or directory", map[string]string{"a": "x"}, []string{"nowhere"}, nil},
		{"a truncated zip archive", "opaque", "truncated", map[string]string{"a.zip": zipped[:len(zipped)-40]}, nil, nil},
		{"a damaged gzip file", "opaque", "a.gz", map[string]string{"a.gz": "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + strings.Repeat("\xff\x00\x17", 50)}, nil, nil},
		{"an encrypted zip archive", "opaque", "encrypted", map[string]string{"a.zip": encryptedZip(t)}, nil, nil},
		{"an encrypted document", "opaque", "compound document", map[string]string{"a.docx": "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x01", 504)}, nil, nil},
		{"an encrypted PDF document", "opaque", "pdf document", map[string]string{"a.pdf": "%PDF-1.7\n1 0 obj\n<< /Length 16 >>\nstream\n0123456789abcdef\nendstream\nendobj\ntrailer\n<< /Root 1 0 R /Encrypt 2 0 R >>\n%%EOF\n"}, nil, nil},
		{"an archive that is not opened", "opaque", "7z archive", map[string]string{"a.7z": "7z\xbc\xaf\x27\x1c\x00\x04" + strings.Repeat("\x01", 40)}, nil, nil},
		{"an excluded directory", "excluded", "exclude", map[string]string{"vendor/deep/key.env": "K=" + key, ".momentolint.yaml": "version: 1\nexclude: [\"vendor/**\"]\n"}, nil, nil},
		{"a disabled rule", "excluded", "disable", map[string]string{"key.env": "K=" + key, ".momentolint.yaml": "version: 1\nrules:\n  disable: [momento-api-key-v2]\n"}, nil, nil},
		{"an allow entry", "excluded", "allow", map[string]string{"key.env": "K=" + key, ".momentolint.yaml": "version: 1\nallow:\n  - path: key.env\n    reason: synthetic\n"}, nil, nil},
		{"a size limit of the configuration", "excluded", "max-file-size", map[string]string{"key.env": "K=" + key, ".momentolint.yaml": "version: 1\nmax-file-size: 100\n"}, nil, nil},
		{"a size limit of a flag", "excluded", "--max-file-size", map[string]string{"key.env": "K=" + key}, []string{"--max-file-size", "5"}, nil},
		{"archives not opened", "excluded", "max-archive-depth", map[string]string{"a.zip": zipped, ".momentolint.yaml": "version: 1\nmax-archive-depth: 0\n"}, nil, nil},
		{"encodings not decoded", "excluded", "max-decode-depth", map[string]string{"a": base64.StdEncoding.EncodeToString([]byte(ct.V1(ct.Options{})))}, []string{"--max-decode-depth", "0"}, nil},
		{"a comment", "excluded", "comment", map[string]string{"key.env": "K=" + key + " # momentolint:allow -- synthetic"}, nil, nil},
		{"a .gitleaksignore", "excluded", "gitleaks-ignore", map[string]string{"key.env": "K=" + key, ".gitleaksignore": "key.env:momento-api-key-v2:1\n"}, nil, nil},
		{"a .gitleaks.toml", "excluded", "gitleaks-config", map[string]string{"key.env": "K=" + key, ".gitleaks.toml": "[[allowlists]]\npaths = ['''key\\.env''']\n"}, nil, nil},
		{"a baseline", "excluded", "baseline", map[string]string{"key.env": "K=" + key}, []string{"--baseline", "known.json"}, func(t *testing.T, _ string) {
			if r := call(t, "", nil, "scan", "--offline", "--write-baseline", "known.json"); r.code != exitClean {
				t.Fatalf("exit %d\n%s", r.code, r.stderr)
			}
		}},
	}, platformTrees()...)
}

// unqualified are the words of a result that is clean.
var unqualified = []string{"No Momento credentials found.", "No new Momento credentials found.", "no Momento credentials\"", "✓", `found clean"`}

// Every class is shown in every format, with the exit code that belongs to it,
// and no format calls a result clean without qualification where something was
// skipped or is opaque.
func TestEveryFormatShowsEveryClass(t *testing.T) {
	for _, tt := range uncoveredTrees(t) {
		t.Run(tt.name, func(t *testing.T) {
			dir := tree(t, tt.files)
			t.Chdir(dir)
			if tt.prepare != nil {
				tt.prepare(t, dir)
			}
			var paths []string
			if tt.class == "skipped" {
				paths = []string{"."}
			}
			for _, strict := range []bool{false, true} {
				for _, format := range []string{"text", "compact", "json", "sarif", "github", "html", "junit", "csv", "gitlab"} {
					args := append(append([]string{"scan", "--offline", "--format", format}, paths...), tt.args...)
					if strict {
						args = append(args, "--strict")
					}
					want := exitClean
					if tt.class == "skipped" || tt.class == "opaque" && strict {
						want = exitFailed
					}
					r := call(t, "", nil, args...)
					if r.code != want {
						t.Errorf("%s, strict %t: exit %d, want %d\n%s%s", format, strict, r.code, want, r.out, r.stderr)
					}
					for _, show := range []string{tt.class, tt.show} {
						if !strings.Contains(strings.ToLower(r.out), show) {
							t.Errorf("%s does not show %q:\n%s", format, show, r.out)
						}
					}
					for _, words := range unqualified {
						if tt.class != "excluded" && strings.Contains(r.out+r.stderr, words) {
							t.Errorf("%s claims a clean result: %q", format, words)
						}
					}
				}
			}
		})
	}
}

// strict in the configuration is the flag.
func TestStrictInTheConfiguration(t *testing.T) {
	cut := zipped(t, "m", strings.Repeat("content ", 100))[:100]
	for config, want := range map[string]int{"": exitClean, "strict: false\n": exitClean, "strict: true\n": exitFailed} {
		dir := tree(t, map[string]string{"a.zip": cut, ".momentolint.yaml": "version: 1\n" + config})
		if r := call(t, "", nil, "scan", "--offline", dir); r.code != want {
			t.Errorf("%q: exit %d, want %d\n%s", config, r.code, want, r.out)
		}
		repo := tree(t, map[string]string{"a.zip": cut, ".momentolint.yaml": "version: 1\n" + config})
		runGit(t, repo, "init", "-q")
		runGit(t, repo, "add", ".")
		t.Chdir(repo)
		r := call(t, "", nil, "hook", "run", "pre-commit")
		if r.code != want || !strings.Contains(r.stderr, "a.zip") {
			t.Errorf("%q, hook: exit %d, want %d and the file's name\n%s", config, r.code, want, r.stderr)
		}
		if want == exitFailed && !strings.Contains(r.stderr, "exclude") {
			t.Errorf("the hook does not say how to exclude the file: %s", r.stderr)
		}
	}
}

// What was found is reported in every requested format, also where something
// else fails.
func TestFindingsAreReportedWhateverFails(t *testing.T) {
	repo := tree(t, map[string]string{"app.env": "K=" + ct.V2(ct.Options{}) + "\n"})
	for name, args := range map[string][]string{
		"a missing path":         {"scan", "--offline", repo, filepath.Join(repo, "nowhere")},
		"not a report to import": {"scan", "--offline", "--strict", repo, filepath.Join(repo, "nowhere")},
	} {
		out := t.TempDir()
		for _, format := range []string{"json", "sarif", "csv"} {
			args = append(args, "--report", format+"="+filepath.Join(out, format))
		}
		r := call(t, "", nil, args...)
		if r.code != exitFailed || !strings.Contains(r.out, "app.env") {
			t.Errorf("%s: exit %d\n%s%s", name, r.code, r.out, r.stderr)
		}
		for _, format := range []string{"json", "sarif", "csv"} {
			if text, err := os.ReadFile(filepath.Join(out, format)); err != nil || !strings.Contains(string(text), "app.env") {
				t.Errorf("%s, %s: %v", name, format, err)
			}
		}
	}
	// A source that cannot be read at all still gets its reports.
	file := filepath.Join(t.TempDir(), "r.json")
	r := call(t, "", nil, "scan", "--offline", "--history", "--report", "json="+file, t.TempDir())
	if text, err := os.ReadFile(file); r.code != exitFailed || err != nil || !strings.Contains(string(text), "not a git repository") {
		t.Errorf("no repository: exit %d, %v\n%s%s", r.code, err, r.out, r.stderr)
	}
}

// The damaged archives of a history are named by their object ids, which takes
// no walk of its trees, and by commit and path where that is asked for.
func TestOpaqueFilesOfAHistory(t *testing.T) {
	repo := tree(t, map[string]string{"a.zip": zipped(t, "m", strings.Repeat("content ", 100))[:100]})
	runGit(t, repo, "init", "-q")
	runGit(t, repo, "add", ".")
	runGit(t, repo, "commit", "-q", "-m", "an archive")
	blob := strings.TrimSpace(runGit(t, repo, "rev-parse", "HEAD:a.zip"))
	commit := strings.TrimSpace(runGit(t, repo, "rev-parse", "HEAD"))
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	for range 2 { // the second time with a cache
		r := call(t, "", nil, "scan", "--offline", "--history", "--format", "json", repo)
		if r.code != exitClean || !strings.Contains(r.out, `"path": "`+blob+`"`) {
			t.Errorf("exit %d, want the object id\n%s%s", r.code, r.out, r.stderr)
		}
		if !strings.Contains(r.out, "may include unreachable ones") {
			t.Errorf("the report does not say that the object may be unreachable\n%s", r.out)
		}
	}
	for _, flag := range []string{"--verbose", "--strict"} {
		r := call(t, "", nil, "scan", "--offline", "--history", "--format", "json", flag, repo)
		if !strings.Contains(r.out, `"path": "`+commit+`:a.zip"`) {
			t.Errorf("%s: exit %d, want commit and path\n%s%s", flag, r.code, r.out, r.stderr)
		}
		if strings.Contains(r.out, "may include unreachable ones") {
			t.Errorf("%s: objects with a place are said to be without\n%s", flag, r.out)
		}
	}
	if err := os.WriteFile(filepath.Join(repo, ".momentolint.yaml"), []byte("version: 1\nexclude: [\"*.zip\"]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := call(t, "", nil, "scan", "--offline", "--history", "--strict", repo)
	if r.code != exitClean || !strings.Contains(r.out, "1 path by exclude") {
		t.Errorf("excluded: exit %d\n%s%s", r.code, r.out, r.stderr)
	}
}
