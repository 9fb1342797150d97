package machine_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/machine"
)

func TestWellKnownPlaces(t *testing.T) {
	home := filepath.Join(t.TempDir(), "o[dd home")
	elsewhere := t.TempDir()
	want := map[string]string{
		".momento":                           "command line",
		".bash_history":                      "history",
		".local/share/fish/fish_history":     "history",
		".zshrc":                             "start-up",
		".env":                               "secret manager",
		"src/shop/.env.local":                "secret manager",
		"src/prod.env":                       "secret manager",
		"Downloads/momento_key_info.json":    "download",
		"src/momento_token.info.json":        "download",
		"work/a.ipynb":                       "otebook",
		".config/Code/User/settings.json":    "Editor",
		".config/Cursor/User/settings.json":  "Editor",
		".docker/config.json":                "another tool",
		".aws/credentials":                   "another tool",
		".ipython/profile_x/history.sqlite":  "otebook",
		".config/gcloud/credentials.json":    "another tool",
		".config/JetBrains/X/options/a.xml":  "Editor",
		".config/environment.d/momento.conf": "start-up",
		".psql_history":                      "history",
		".cursor/mcp.json":                   "assistant",
		".claude.json":                       "assistant",
		".claude/projects/p/a.jsonl":         "transcripts",
		"src/.aider.chat.history.md":         "transcripts",
		"src/terraform.tfstate":              "Terraform",
		"src/app/.idea/httpRequests/a.http":  "HTTP clients",
		".azure/config":                      "another tool",
		".curlrc":                            "HTTP clients",
	}
	not := []string{"src/main.go", "src/a/b/c/d/.env", "node_modules/x/.env", ".cache/x/.env", "src/.git/x.env", "Documents/letter.txt"}
	for name := range want {
		write(t, filepath.Join(home, filepath.FromSlash(name), map[bool]string{true: "credentials"}[name == ".momento"]))
	}
	for _, name := range not {
		write(t, filepath.Join(home, filepath.FromSlash(name)))
	}
	places, variables := machine.System{Home: home, Environ: []string{"B=2", "A=1=x", "MOMENTO_CONFIG_DIR=" + elsewhere}}.Places(func(path string, err error) {
		t.Errorf("%s: %v", path, err)
	})
	got := map[string]string{}
	for _, p := range places {
		if _, twice := got[p.Path]; twice {
			t.Errorf("%s is listed twice", p.Path)
		}
		got[p.Path] = p.Advice
	}
	// Directories are places as a whole.
	dirs := map[string]string{".claude/projects/p/a.jsonl": ".claude/projects", "src/app/.idea/httpRequests/a.http": "src/app/.idea/httpRequests"}
	for name, advice := range want {
		if dir := dirs[name]; dir != "" {
			name = dir
		}
		if a := got[filepath.Join(home, filepath.FromSlash(name))]; !strings.Contains(a, advice) {
			t.Errorf("%s: advice %q, want something about %q", name, a, advice)
		}
	}
	for _, name := range not {
		if _, ok := got[filepath.Join(home, filepath.FromSlash(name))]; ok {
			t.Errorf("%s is no well-known place", name)
		}
	}
	if got[elsewhere] == "" {
		t.Error("MOMENTO_CONFIG_DIR is not scanned")
	}
	if len(variables) != 3 || variables[0].Name != "A" || variables[0].Value != "1=x" {
		t.Errorf("variables: %+v", variables)
	}
}

// A shell's history and start-up files lie where its variables say.
func TestTheShellsVariablesNamePlaces(t *testing.T) {
	elsewhere := t.TempDir()
	history, start := filepath.Join(elsewhere, "bash", "hist"), filepath.Join(elsewhere, "zsh", ".zshrc")
	write(t, history)
	write(t, start)
	s := machine.System{Home: t.TempDir(), Environ: []string{"HISTFILE=" + history, "ZDOTDIR=" + filepath.Dir(start)}}
	places, _ := s.Places(func(path string, err error) { t.Errorf("%s: %v", path, err) })
	if len(places) != 2 || places[0].Path != history || !strings.Contains(places[0].Advice, "history") ||
		places[1].Path != start || !strings.Contains(places[1].Advice, "start-up") {
		t.Errorf("%+v", places)
	}
	s.Environ = []string{"HISTFILE=hist", "ZDOTDIR="}
	if places, _ := s.Places(func(string, error) {}); len(places) != 0 {
		t.Errorf("a relative path and an empty one name nothing: %+v", places)
	}
}

// On Windows the environment holds each drive's present directory, and names of
// variables may be written in either case.
func TestTheEnvironmentOfWindows(t *testing.T) {
	elsewhere, appData := t.TempDir(), t.TempDir()
	write(t, filepath.Join(appData, "Microsoft", "Windows", "PowerShell", "PSReadLine", "ConsoleHost_history.txt"))
	write(t, filepath.Join(appData, "gcloud", "application_default_credentials.json"))
	s := machine.System{Home: t.TempDir(), AppData: appData, Environ: []string{`=C:=C:\Users\dev`, `=::=::\`, "Momento_Config_Dir=" + elsewhere, `Path=C:\Windows`}}
	places, variables := s.Places(func(path string, err error) { t.Errorf("%s: %v", path, err) })
	if len(variables) != 2 || variables[0].Name != "Momento_Config_Dir" || variables[1].Value != `C:\Windows` {
		t.Errorf("variables: %+v", variables)
	}
	if len(places) != 3 {
		t.Errorf("places: %+v; want the directory of the variable, a history and a file of another tool", places)
	}
	s.AppData = ""
	if places, _ := s.Places(func(string, error) {}); len(places) != 0 {
		t.Errorf("elsewhere the variable has another name: %+v", places)
	}
}

func write(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
}
