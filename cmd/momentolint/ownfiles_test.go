package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/testing/userfiletest"
)

// ownFile is a file that the user or the scanned tree names.
type ownFile struct {
	name string
	// content is what the file says, and others are what else is in the tree.
	content string
	others  map[string]string
	// args are those of the command; FILE is the file's path.
	args []string
	// byTree is set if the tree names the file, not the user.
	byTree bool
	// stream is set if the file is read as a stream: named pipes too, and what is
	// in it is not decoded whole.
	stream bool
	// code is the exit code with a usable file.
	code int
}

func ownFiles() []ownFile {
	key := credentialtest.V2(credentialtest.Options{})
	scan := []string{"scan", "--offline", "."}
	const config = "rules:\n  disable: [momento-api-key-v2]\n"
	const allowlist = "[[allowlists]]\npaths = ['''key''']\n"
	return []ownFile{
		{name: ".momentolint.yaml", content: config, args: scan, byTree: true},
		{name: "m.yaml", content: config, args: []string{"scan", "--offline", "--config", "FILE", "."}},
		{name: "b.json", content: gitleaksReport("REDACTED"), others: map[string]string{".momentolint.yaml": "baseline: b.json\n"}, args: scan, byTree: true},
		{name: "b.json", content: gitleaksReport("REDACTED"), args: []string{"scan", "--offline", "--baseline", "FILE", "."}},
		{name: ".gitleaks.toml", content: allowlist, args: scan, byTree: true},
		{name: "base.toml", content: allowlist, others: map[string]string{".gitleaks.toml": "[extend]\npath = \"base.toml\"\n"}, args: scan, byTree: true},
		{name: ".gitleaksignore", content: "key:momento-api-key-v2:1\n", args: scan, byTree: true},
		{name: "r.json", content: gitleaksReport(key), args: []string{"scan", "--offline", "--import", "FILE"}, stream: true, code: exitFound},
		{name: "r.json", content: `{"schema_version":1,"findings":[]}`, args: []string{"revoke", "--dry-run", "--from", "FILE"}, stream: true},
	}
}

func gitleaksReport(key string) string {
	return `[{"RuleID":"x","File":"key","StartLine":1,"Secret":"` + key + `","Match":"` + key + `"}]`
}

// Whatever lies in the place of a file of our own, the run ends, says which
// file it is and why it cannot be used, or uses it.
func TestOwnFiles(t *testing.T) {
	key := credentialtest.V2(credentialtest.Options{})
	for _, own := range ownFiles() {
		for _, c := range userfiletest.Cases() {
			if own.stream && slices.Contains([]string{"named pipe", "huge", "zero bytes", "UTF-16 cut"}, c.Name) {
				continue
			}
			t.Run(strings.Join(own.args, " ")+" "+own.name+"/"+c.Name, func(t *testing.T) {
				dir := t.TempDir()
				t.Chdir(dir)
				files := map[string]string{"key": "K=" + key + "\n", "go.mod": "module example.com/m\n", "m.go": "package m\n", ".git/HEAD": "ref: refs/heads/main\n"}
				maps.Copy(files, own.others)
				for name, content := range files {
					if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				c.Make(t, filepath.Join(dir, own.name), []byte(own.content))
				t.Chdir(dir)
				args := strings.Split(strings.ReplaceAll(strings.Join(own.args, "\n"), "FILE", own.name), "\n")
				r := call(t, "", []string{"MOMENTO_API_KEY=" + key}, args...)
				reason := c.Reason
				if c.Escapes && own.byTree {
					reason = "leads out of the tree"
				}
				switch {
				case reason == "":
					if r.code != own.code {
						t.Errorf("exit %d, want %d: %s%s", r.code, own.code, r.out, r.stderr)
					}
				case r.code != exitFailed || !strings.Contains(r.out+r.stderr, own.name) || !strings.Contains(r.out+r.stderr, reason):
					t.Errorf("exit %d, want 2 and %q with %q: %s%s", r.code, reason, own.name, r.out, r.stderr)
				}
			})
		}
	}
}
