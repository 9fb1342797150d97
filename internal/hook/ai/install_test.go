package ai

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const program = `'/home/o'\''neil/momentolint'`

// files are settings as users have them. A second one is what is left of it after
// an installation and a removal, if that is not the same.
var files = map[string][2]string{
	"nothing":           {"", "{}\n"},
	"an empty object":   {"{}\n", "{}\n"},
	"other settings":    {"{\n  \"model\": \"x\",\n  \"env\": {\"A\": \"1\"}\n}\n", ""},
	"comments":          {"// mine\n{\n\t/* about */ \"model\": \"x\", // the model\n\t\"list\": [1, 2,], // a comma too many\n\t// the end\n}\n", ""},
	"hooks of the user": {"{\n  \"hooks\": {\n    \"PreToolUse\": [\n      {\"matcher\": \"Bash\", \"hooks\": [{\"type\": \"command\", \"command\": \"./mine\"}]} // mine\n    ],\n    \"beforeReadFile\": [{\"command\": \"./mine\"}],\n    \"BeforeTool\": [],\n    \"Stop\": [{\"hooks\": []}]\n  }\n}\n", ""},
	"Windows lines":     {"{\r\n  \"model\": \"x\"\r\n}\r\n", ""},
	"no line end":       {"{\"a\":{\"b\":[]}}", ""},
}

func installer(t *testing.T, names ...string) *Installer {
	t.Helper()
	return &Installer{Home: t.TempDir(), Program: program, Names: names}
}

func (i *Installer) path(a *Assistant) string {
	return filepath.Join(i.Home, filepath.FromSlash(a.file))
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func must(t *testing.T, do func() ([]string, error)) []string {
	t.Helper()
	lines, err := do()
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func TestAnInstallationLeavesEverythingElseAsItIs(t *testing.T) {
	for _, a := range Assistants() {
		for name, text := range files {
			i := installer(t, a.Name)
			path := i.path(&a)
			if text[0] != "" {
				write(t, path, text[0])
			}
			must(t, i.Install)
			installed := read(t, path)
			for line := range strings.Lines(text[0]) {
				if line = strings.Trim(squeezed(line), "{}[]"); !strings.Contains(squeezed(installed), line) {
					t.Errorf("%s, %s: %q is gone:\n%s", a.Name, name, line, installed)
				}
			}
			root, err := parse([]byte(installed))
			if err != nil {
				t.Fatalf("%s, %s: %v\n%s", a.Name, name, err, installed)
			}
			var settings struct {
				Version int
				Hooks   map[string][]struct {
					Command, Bash string
					Hooks         []struct{ Type, Command string }
				}
			}
			if err := json.Unmarshal(plain([]byte(installed), root), &settings); err != nil {
				t.Fatalf("%s, %s: %v\n%s", a.Name, name, err, installed)
			}
			for _, event := range a.events {
				entries := settings.Hooks[event]
				if len(entries) == 0 {
					t.Errorf("%s, %s: no hook for %s:\n%s", a.Name, name, event, installed)
					continue
				}
				e := entries[len(entries)-1]
				command := e.Command + e.Bash
				if a.grouped && len(e.Hooks) == 1 && e.Hooks[0].Type == "command" {
					command = e.Hooks[0].Command
				}
				if command != program+" hook run ai" {
					t.Errorf("%s, %s: %s runs %q", a.Name, name, event, command)
				}
			}
			if a.versioned != (settings.Version == 1) {
				t.Errorf("%s, %s: version %d", a.Name, name, settings.Version)
			}
			if lines := must(t, i.Install); read(t, path) != installed || !strings.Contains(lines[0], "already installed") {
				t.Errorf("%s, %s: a second installation: %q\n%s", a.Name, name, lines, read(t, path))
			}
			i.Program = "/elsewhere/momentolint"
			must(t, i.Install)
			if moved := read(t, path); strings.Contains(moved, "neil") || strings.Count(moved, "/elsewhere/")%len(a.events) != 0 || !strings.Contains(moved, "/elsewhere/") {
				t.Errorf("%s, %s: after a move:\n%s", a.Name, name, moved)
			}
			must(t, i.Uninstall)
			want := text[1]
			if want == "" {
				want = text[0]
			}
			got := read(t, path)
			if strings.Contains(got, "momentolint") || !a.versioned && squeezed(got) != squeezed(want) {
				t.Errorf("%s, %s: after the removal:\n%s\nwant\n%s", a.Name, name, got, want)
			}
		}
	}
}

// squeezed is a text without blanks, commas and a list that is empty, in which a
// removal may differ.
func squeezed(text string) string {
	text = strings.ReplaceAll(strings.Join(strings.Fields(text), ""), ",", "")
	return strings.ReplaceAll(text, `"BeforeTool":[]`, "")
}

func TestHooksThatUsersAddedToAnEntryStay(t *testing.T) {
	i := installer(t, "claude")
	a := Assistants()[0]
	must(t, i.Install)
	text := read(t, i.path(&a))
	write(t, i.path(&a), strings.Replace(text, `"hooks": [`, `"hooks": [{"type": "command", "command": "./mine"},`, 2))
	if strings.Count(read(t, i.path(&a)), "./mine") == 0 {
		t.Fatal(text)
	}
	must(t, i.Uninstall)
	if got := read(t, i.path(&a)); !strings.Contains(got, "./mine") || strings.Contains(got, "momentolint") {
		t.Errorf("after the removal:\n%s", got)
	}
}

func TestSettingsThatCannotBeReadStay(t *testing.T) {
	for _, text := range []string{"{", "[]", "{\"hooks\": 1}", "{\"hooks\": {\"PreToolUse\": {}}}", "{\"a\": tru}", "{} {}", strings.Repeat("[", 10_000)} {
		i := installer(t, "claude")
		a := Assistants()[0]
		write(t, i.path(&a), text)
		if lines, err := i.Install(); err == nil || read(t, i.path(&a)) != text {
			t.Errorf("%.40q: %q, %v", text, lines, err)
		}
	}
}

func TestOnlyAssistantsOfTheUserAreChosen(t *testing.T) {
	i := installer(t)
	i.DryRun = true
	if lines := must(t, i.Install); len(lines) != len(Assistants()) {
		t.Errorf("without any: %q", lines)
	}
	i.DryRun = false
	if err := os.Mkdir(filepath.Join(i.Home, ".cursor"), 0o755); err != nil {
		t.Fatal(err)
	}
	if lines := must(t, i.Install); len(lines) != 1 || !strings.HasPrefix(lines[0], "Cursor: installed in ") {
		t.Errorf("with one: %q", lines)
	}
	i.Names = []string{"emacs"}
	if _, err := i.Install(); err == nil {
		t.Error("an unknown one is no error")
	}
	dry := installer(t, "claude")
	dry.DryRun = true
	a := Assistants()[0]
	must(t, dry.Install)
	if _, err := os.Stat(dry.path(&a)); err == nil {
		t.Error("a dry run writes")
	}
}

func FuzzDocument(f *testing.F) {
	for _, text := range files {
		f.Add([]byte(text[0]))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		a := Assistants()[0]
		d := &document{text: text}
		if d.add([]string{"hooks", a.events[0]}, a.entry(a.events[0], program+runs)) != nil {
			return
		}
		if !strings.Contains(string(d.text), "neil") {
			t.Fatalf("%q: no hook in %q", text, d.text)
		}
		if _, err := parse(d.text); err != nil {
			t.Fatalf("%q becomes %q: %v", text, d.text, err)
		}
		if err := a.takeOut(d); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if _, err := parse(d.text); err != nil {
			t.Fatalf("%q becomes %q after the removal: %v", text, d.text, err)
		}
	})
}
