package main

import (
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
