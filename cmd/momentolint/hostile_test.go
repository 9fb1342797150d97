package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"unicode"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// hostileText must not reach a terminal or a log as it is.
const hostileText = "\x1b]0;PWNED\a\x1b[2J\n::error file=x::owned\n##vso[task.complete]##[error]\u202e\u2066\u009b31m\x7f"

// harmful returns what is wrong with what a program has printed.
func harmful(text string, secrets ...string) string {
	for _, r := range text {
		if r != '\n' && !unicode.IsPrint(r) {
			return fmt.Sprintf("control character %q", r)
		}
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.Contains(line, "##[") || strings.Contains(line, "##vso[") {
			return "workflow command"
		}
	}
	for _, secret := range secrets {
		if strings.Contains(text, secret) {
			return "secret"
		}
	}
	return ""
}

const hostilePassword = "S3cretPassw0rd"

// hostileInput returns an input that holds all that may not be printed, and the
// key in it.
func hostileInput() (text, key string) {
	key = ct.V2(ct.Options{Seed: "error"})
	return hostileText + key + " https://user:" + hostilePassword + "@host.example/x", key
}

// The errors of commands that ask a server are harmless, whatever it answers.
func TestErrorsOfServersAreHarmless(t *testing.T) {
	t.Parallel()
	text, key := hostileInput()
	answer, err := json.Marshal(map[string]string{"message": text, "error": text})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTeapot)
		_, _ = w.Write(answer)
	}))
	t.Cleanup(server.Close)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	env := []string{"MOMENTO_API_KEY=" + ct.V2(ct.Options{Seed: "own"}), "K=" + ct.V2(ct.Options{Seed: "own"})}
	for name, url := range map[string]string{"a hostile server": server.URL, "no server": "http://" + closed.Addr().String()} {
		for i, args := range [][]string{{"audit"}, {"revoke", "--yes", "id"}, {"revoke", "--yes", text}, {"inspect", "--management-key-env", "K"}} {
			t.Run(fmt.Sprint(name, ", ", i, " ", args[0]), func(t *testing.T) {
				t.Parallel()
				r := call(t, key, env, append(args, "--management-url", url, "--live-target", closed.Addr().String())...)
				if wrong := harmful(r.stderr+r.out, key, hostilePassword); wrong != "" {
					t.Errorf("%s: %q %q", wrong, r.stderr, r.out)
				}
			})
		}
	}
}

// Every input that can reach an error is made as bad as it can be.
func TestErrorsOfEveryInputAreHarmless(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("on Windows no file can have such a name")
	}
	const password = hostilePassword
	text, key := hostileInput()
	quoted := strconv.QuoteToASCII(text) // YAML's and TOML's escapes are Go's, but for \x
	yaml := strings.NewReplacer(`\x7f`, `\u007f`).Replace(quoted)
	toml := strings.NewReplacer(`\x1b`, `\u001b`, `\a`, `\u0007`, `\x7f`, `\u007f`).Replace(quoted)
	jsonText := toml
	name := strings.NewReplacer("/", "_", "\x00", "_").Replace(hostileText) + key[:150]

	for what, tt := range map[string]struct {
		files map[string]string
		env   []string
		in    string
		args  []string
	}{
		"a value of the configuration":    {files: map[string]string{".momentolint.yaml": "fail-on: " + yaml + "\n"}},
		"a field of the configuration":    {files: map[string]string{".momentolint.yaml": yaml + ": 1\n"}},
		"a tag":                           {files: map[string]string{".momentolint.yaml": "max-archive-depth: !x " + yaml + "\n"}},
		"a tag's name":                    {files: map[string]string{".momentolint.yaml": "max-archive-depth: !<x%1b%07%9b" + key + "> 1\n"}},
		"a float":                         {files: map[string]string{".momentolint.yaml": "max-archive-depth: !!float " + yaml + "\n"}},
		"a timestamp":                     {files: map[string]string{".momentolint.yaml": "max-archive-depth: !!timestamp " + yaml + "\n"}},
		"a binary":                        {files: map[string]string{".momentolint.yaml": "fail-on: !!binary " + base64.StdEncoding.EncodeToString([]byte(text)) + "\n"}},
		"an alias":                        {files: map[string]string{".momentolint.yaml": "fail-on: *x" + key + "\n"}},
		"a size":                          {files: map[string]string{".momentolint.yaml": "max-file-size: " + yaml + "\n"}},
		"a glob":                          {files: map[string]string{".momentolint.yaml": "exclude: [" + strings.Replace(yaml, `"`, `"[`, 1) + "]\n"}},
		"a rule of the configuration":     {files: map[string]string{".momentolint.yaml": "rules:\n  disable: [" + yaml + "]\n"}},
		"a host of the configuration":     {files: map[string]string{".momentolint.yaml": "verify:\n  allow-hosts: [" + yaml + "]\n"}},
		"bytes that are no YAML":          {files: map[string]string{".momentolint.yaml": text}},
		"the name of the configuration":   {args: []string{"--config", name}},
		"a baseline in the configuration": {files: map[string]string{".momentolint.yaml": "baseline: " + yaml + "\n"}},
		"the name of the baseline":        {args: []string{"--baseline", name}},
		"the baseline":                    {files: map[string]string{"b.json": `{"version": ` + jsonText + `}`}, args: []string{"--baseline", "b.json"}},
		"an entry of the baseline":        {files: map[string]string{"b.json": `{"version": 1, "entries": [{` + jsonText + `: 1}]}`}, args: []string{"--baseline", "b.json"}},
		"a regular expression":            {files: map[string]string{".gitleaks.toml": "[[rules]]\nid = \"x\"\nregex = " + strings.Replace(toml, `"`, `"(`, 1) + "\n"}},
		"a rule's name":                   {files: map[string]string{".gitleaks.toml": "[[rules]]\nid = " + toml + "\nregex = \"(\"\n"}},
		"bytes that are no TOML":          {files: map[string]string{".gitleaks.toml": text}},
		"an extended file":                {files: map[string]string{".gitleaks.toml": "[extend]\npath = " + toml + "\n"}},
		"an ignore file":                  {files: map[string]string{".gitleaksignore": text + "\n"}},
		"a path":                          {args: []string{name}},
		"an endpoint":                     {args: []string{"--endpoint", text}},
		"a suffix":                        {args: []string{"--allow-host", text}},
		"a target":                        {args: []string{"--live-target", text}},
		"a management URL":                {args: []string{"--management-url", text}},
		"a format":                        {args: []string{"--format", text}},
		"a report":                        {args: []string{"--report", text}},
		"a report's name":                 {args: []string{"--report", "json=no/" + name}},
		"a value of a flag":               {args: []string{"--fail-on", text}},
		"a number":                        {args: []string{"--jobs", text}},
		"a flag":                          {args: []string{"--x" + text}},
		"a commit":                        {args: []string{"--range", strings.ReplaceAll(text, "\n", "") + "..HEAD"}},
		"a name for standard input":       {args: []string{"--stdin-name", text, "nowhere"}},
		"a variable":                      {args: []string{"--management-key-env", text}, env: []string{}},
		"an endpoint of the environment":  {env: []string{"MOMENTO_ENDPOINT=" + text}, files: map[string]string{"a": "K=" + key}},
	} {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			for file, content := range tt.files {
				if err := os.WriteFile(filepath.Join(dir, file), []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			t.Chdir(dir)
			args := []string{"scan", "--offline"}
			if tt.env != nil {
				// What the live check says of the environment. No host is named.
				args = args[:1]
			}
			r := call(t, tt.in, append([]string{"GITHUB_ACTIONS=true"}, tt.env...), append(args, tt.args...)...)
			if wrong := harmful(r.stderr, key, password); wrong != "" {
				t.Errorf("%s on standard error: %q", wrong, r.stderr)
			}
			if wrong := harmful(r.out, key, password); wrong != "" {
				t.Errorf("%s on standard output: %q", wrong, r.out)
			}
			if r.code == exitClean && len(tt.args)+len(tt.files) > 0 {
				t.Errorf("there is no error: %q%q", r.out, r.stderr)
			}
		})
	}
	for _, args := range [][]string{{text}, {"hook", "run", text}, {"rules", text}, {"rules", "--format", text}, {"inspect", "--env", text}, {"hook", "install", text}, {"lint", text}} {
		r := call(t, "", []string{"GITHUB_ACTIONS=true"}, args...)
		if wrong := harmful(r.stderr+r.out, key, password); wrong != "" || r.code == exitClean {
			t.Errorf("%q: exit %d, %s: %q %q", args, r.code, wrong, r.stderr, r.out)
		}
	}
}

// A scan of the worst tree prints nothing harmful in any format.
func TestReportsOfAHostileTreeAreHarmless(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("on Windows no file can have such a name")
	}
	const password = "S3cretPassw0rd"
	key := ct.V2(ct.Options{Seed: "tree"})
	dir := t.TempDir()
	name := strings.NewReplacer("/", "_").Replace(hostileText)
	if err := os.WriteFile(filepath.Join(dir, name+".env"), []byte("P="+password+hostileText+"K="+key+" postgres://u:"+password+"@h/d\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".zip"), []byte("PK\x03\x04"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"text", "json", "sarif", "github", "html", "junit", "csv", "gitlab", "compact"} {
		r := call(t, "", []string{"GITHUB_ACTIONS=true"}, "scan", "--offline", "--format", format, dir)
		out := r.out
		if format == "github" {
			// Its own commands are at the beginning of lines.
			for _, level := range []string{"error", "warning", "notice"} {
				out = strings.ReplaceAll("\n"+out, "\n::"+level+" ", "\n")
			}
		}
		if wrong := harmful(strings.ReplaceAll(out, "\r\n", "\n"), key, password, password[:6], password[len(password)-6:]); wrong != "" && format != "html" {
			t.Errorf("%s: %s: %q", format, wrong, r.out)
		}
		if strings.Contains(r.out, password) || strings.Contains(r.out, key) || strings.ContainsAny(r.out, "\x1b\a\u202e") {
			t.Errorf("%s shows a secret or a control character", format)
		}
		if wrong := harmful(r.stderr, key, password); wrong != "" || r.code != exitFound {
			t.Errorf("%s: exit %d, %s: %q", format, r.code, wrong, r.stderr)
		}
	}
}

// Other secrets on the line of an analyzer's finding are not shown.
func TestLintShowsNoOtherSecretOfTheLine(t *testing.T) {
	const password = "swordfishQx7"
	key := ct.V2(ct.Options{Seed: "neighbour"})
	dir := tree(t, map[string]string{
		"go.mod": goMod,
		"a.go":   "package m\n\nvar Password, Key = \"" + password + "\", \"" + key + "\" // not " + password + "\n",
	})
	t.Chdir(dir)
	for _, format := range []string{"text", "compact", "json", "sarif", "github", "html", "junit", "csv", "gitlab"} {
		r := call(t, "", nil, "lint", "--offline", "--format", format)
		if r.code != exitFound {
			t.Fatalf("%s: exit %d: %s%s", format, r.code, r.out, r.stderr)
		}
		if wrong := harmful(strings.ReplaceAll(r.stderr, "\r", ""), key, password[:6], password[len(password)-6:]); wrong != "" {
			t.Errorf("%s: %s: %q", format, wrong, r.stderr)
		}
		for _, secret := range []string{key, password[:6], password[len(password)-6:]} {
			if strings.Contains(r.out, secret) {
				t.Errorf("%s shows %q", format, secret)
			}
		}
	}
}

// Text that is not for a terminal has no commands of CI systems, also where no
// variable says that one reads it: containers have none.
func TestTextHasNoCommandsWhateverReadsIt(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("on Windows no file can have such a name")
	}
	key := ct.V2(ct.Options{Seed: "commands"})
	dir := t.TempDir()
	commands := []string{"::error::x", "##[add-matcher]x", "##vso[task.x]", "##teamcity[x 'y']"}
	for _, command := range commands {
		if err := os.WriteFile(filepath.Join(dir, command), []byte("K="+key+"\n"+command+key+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, env := range []string{"NONE=", "GITHUB_ACTIONS=true", "TF_BUILD=True", "TEAMCITY_VERSION=1", "CI=true"} {
		r := call(t, "", []string{env}, "scan", "--offline", dir)
		if r.code != exitFound {
			t.Errorf("%s: exit %d", env, r.code)
		}
		for _, sign := range []string{"::", "##"} {
			if strings.Contains(r.out+r.stderr, sign) {
				t.Errorf("%s: %q in %q", env, sign, r.out+r.stderr)
			}
		}
	}
}
