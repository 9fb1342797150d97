package scanner_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/machine"
	"github.com/momentolint/momentolint/internal/verify"
	"github.com/momentolint/momentolint/scanner"
)

// asJSON returns a value as its application writes it.
func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// zipped returns a ZIP archive of one file.
func zipped(t *testing.T, name, content string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Applications do not write a key on a line of its own, but in their own formats.
// Databases of SQLite are tested with package source, where they are read.
func TestKeysAreFoundInTheFormatsOfThePlaces(t *testing.T) {
	// say puts a key into what a person or a tool says.
	say := func(key string) string { return "export MOMENTO_API_KEY=\"" + key + "\"\nnpm start\n" }
	for file, format := range map[string]func(key string) string{
		".claude/projects/-src-shop/0a.jsonl": func(key string) string {
			return asJSON(t, map[string]any{"type": "user", "message": map[string]any{"role": "user", "content": []any{map[string]any{"type": "tool_result", "content": asJSON(t, map[string]any{"stdout": say(key)})}}}}) + "\n"
		},
		".codex/sessions/2026/11/30/rollout-x.jsonl": func(key string) string {
			return asJSON(t, map[string]any{"type": "response_item", "payload": map[string]any{"type": "function_call_output", "output": asJSON(t, map[string]any{"output": say(key)})}}) + "\n"
		},
		".gemini/tmp/ab/logs.json": func(key string) string {
			return asJSON(t, []any{map[string]any{"type": "user", "message": say(key)}})
		},
		".aider.chat.history.md": func(key string) string { return "#### set it up\n> " + strings.ReplaceAll(say(key), "\n", "\n> ") },
		".cursor/mcp.json": func(key string) string {
			return asJSON(t, map[string]any{"mcpServers": map[string]any{"momento": map[string]any{"command": "npx", "env": map[string]any{"MOMENTO_API_KEY": key}}}})
		},
		".zsh_history": func(key string) string { return ": 1764460800:0;momento configure --token " + key + "\n" },
		".bash_history": func(key string) string {
			return "#1764460800\ncurl -H 'Authorization: " + key + "' https://x.example\n"
		},
		".local/share/fish/fish_history": func(key string) string {
			return "- cmd: set -x MOMENTO_API_KEY " + key + "\n  when: 1764460800\n"
		},
		".docker/config.json": func(key string) string {
			return asJSON(t, map[string]any{"auths": map[string]any{"registry.example": map[string]any{"auth": base64.StdEncoding.EncodeToString([]byte("momento:" + key))}}})
		},
		".momento/credentials": func(key string) string { return "[default]\ntoken=" + key + "\n" },
		".config/Postman/Partitions/x/IndexedDB/file__0.indexeddb.leveldb/000003.log": func(key string) string {
			return "\x00\x01\x02\xff\x0f" + `{"key":"momento","value":"` + key + `","enabled":true}` + "\x00\x7f\x03"
		},
		"src/infra/prod.tfplan": func(key string) string {
			return zipped(t, "tfstate", `{"resources":[{"instances":[{"attributes":{"api_key":"`+key+`"}}]}]}`)
		},
		"src/infra/.terraform/terraform.tfstate": func(key string) string {
			return asJSON(t, map[string]any{"version": 3, "backend": map[string]any{"type": "http", "config": map[string]any{"password": key}}})
		},
		"src/shop/http-client.private.env.json": func(key string) string {
			return asJSON(t, map[string]any{"dev": map[string]any{"momento_api_key": key}})
		},
		".config/gcloud/logs/2026.11.30/x.log": func(key string) string {
			return "2026-11-30 10:00:00,001 DEBUG    root            argv: [gcloud, run, deploy, --set-env-vars, MOMENTO_API_KEY=" + key + "]\n"
		},
	} {
		t.Run(file, func(t *testing.T) {
			home := t.TempDir()
			key := ct.V2(ct.Options{Seed: file})
			writeFile(t, filepath.Join(home, filepath.FromSlash(file)), []byte(format(key)))
			run, err := scanner.New(scanner.Options{Live: scanner.Live{Options: verify.Options{Offline: true}}})
			if err != nil {
				t.Fatal(err)
			}
			if err := run.Scan(t.Context(), scanner.Machine{System: machine.System{Home: home}}); err != nil {
				t.Fatal(err)
			}
			report := run.Report(t.Context())
			if len(report.Findings) != 1 || report.Findings[0].Redacted == "" || report.Findings[0].Advice == "" {
				t.Errorf("%d findings: %s", len(report.Findings), fmt.Sprint(report.Summary.Skipped))
			}
		})
	}
}
