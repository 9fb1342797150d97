package ai

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/internal/atomicfile"
	"github.com/momentolint/momentolint/internal/userfile"
)

// runs ends the command of each hook, and is what it is known by.
const runs = " hook run ai"

// Installer puts momentolint into the hooks of assistants and takes it out again.
// Everything else in their files stays as it is.
type Installer struct {
	// Home is the user's home directory.
	Home string
	// Program is momentolint as a word of the shell.
	Program string
	// Names are the assistants; empty means those that this user has, or all if
	// none is found.
	Names []string
	// DryRun only says what would be done.
	DryRun bool
}

// Install makes the assistants run momentolint, and says what it did in lines.
func (i *Installer) Install() ([]string, error) {
	command := i.Program + runs
	return i.each(func(a *Assistant, d *document) error {
		if a.has(d, command) {
			return nil
		}
		if err := a.takeOut(d); err != nil {
			return err
		}
		if len(strings.TrimSpace(string(d.text))) == 0 {
			d.text = []byte("{}\n")
		}
		root, err := parse(d.text)
		if err != nil {
			return err
		}
		if a.versioned && root.member("version") == nil {
			if err := d.insert(root, 0, "version", 1); err != nil {
				return err
			}
		}
		for _, event := range a.events {
			if err := d.add([]string{"hooks", event}, a.entry(event, command)); err != nil {
				return err
			}
		}
		return nil
	}, "installed in", "already installed in")
}

// Uninstall takes momentolint out.
func (i *Installer) Uninstall() ([]string, error) {
	return i.each((*Assistant).takeOut, "removed from", "not installed in")
}

// each changes the files of the assistants.
func (i *Installer) each(change func(*Assistant, *document) error, done, same string) ([]string, error) {
	list, err := i.chosen()
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, a := range list {
		path := filepath.Join(i.Home, filepath.FromSlash(a.file))
		before, err := userfile.ReadText(path, userfile.Small)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return lines, fmt.Errorf("%s: %w", a.Title, err)
		}
		d := &document{text: slices.Clone(before)}
		if err := change(&a, d); err != nil {
			return lines, fmt.Errorf("%s: %s: %w", a.Title, path, err)
		}
		switch {
		case bytes.Equal(before, d.text):
			lines = append(lines, fmt.Sprintf("%s: %s %s", a.Title, same, path))
			continue
		case i.DryRun:
			lines = append(lines, fmt.Sprintf("%s: would have %s %s", a.Title, done, path))
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return lines, fmt.Errorf("%s: %w", a.Title, err)
		}
		if err := atomicfile.WriteBytes(path, 0o644, d.text); err != nil {
			return lines, fmt.Errorf("%s: writing %s: %w", a.Title, path, err)
		}
		lines = append(lines, fmt.Sprintf("%s: %s %s", a.Title, done, path))
	}
	return lines, nil
}

// chosen returns the assistants that are named, or those that the user has.
func (i *Installer) chosen() ([]Assistant, error) {
	all := Assistants()
	var names []string
	for _, a := range all {
		names = append(names, a.Name)
	}
	for _, name := range i.Names {
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("there is no assistant %q: want %s", name, strings.Join(names, ", "))
		}
	}
	list := slices.DeleteFunc(all, func(a Assistant) bool {
		if len(i.Names) > 0 {
			return !slices.Contains(i.Names, a.Name)
		}
		_, err := os.Stat(filepath.Join(i.Home, filepath.FromSlash(a.dir)))
		return err != nil
	})
	if len(list) == 0 {
		return Assistants(), nil
	}
	return list, nil
}

// entry returns the entry of an event.
func (a *Assistant) entry(event, command string) any {
	if a.shells {
		return struct {
			Type       string `json:"type"`
			Bash       string `json:"bash"`
			PowerShell string `json:"powershell"`
		}{"command", command, command}
	}
	if !a.grouped {
		return struct {
			Command string `json:"command"`
		}{command}
	}
	type hook struct {
		Type    string `json:"type"`
		Command string `json:"command"`
	}
	group := struct {
		Matcher string `json:"matcher,omitempty"`
		Hooks   []hook `json:"hooks"`
	}{Hooks: []hook{{"command", command}}}
	if strings.Contains(event, "Tool") {
		group.Matcher = ".*"
	}
	return group
}

// has reports whether every event has the command.
func (a *Assistant) has(d *document, command string) bool {
	var file struct {
		Hooks map[string]json.RawMessage `json:"hooks"`
	}
	root, err := parse(d.text)
	if err != nil || d.decode(root, &file) != nil {
		return false
	}
	quoted, err := json.Marshal(command)
	return err == nil && !slices.ContainsFunc(a.events, func(event string) bool {
		return !bytes.Contains(compact(file.Hooks[event]), compact(quoted))
	})
}

// compact returns JSON in one form, so that strings can be compared.
func compact(data []byte) []byte {
	var v any
	if json.Unmarshal(data, &v) != nil {
		return nil
	}
	out, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return out
}

// takeOut removes momentolint's entries, and what is empty then. Hooks that a
// user added to an entry stay.
func (a *Assistant) takeOut(d *document) error {
	for _, event := range a.events {
		for {
			if len(strings.TrimSpace(string(d.text))) == 0 {
				return nil
			}
			root, err := parse(d.text)
			if err != nil {
				return err
			}
			if !a.takeOutOne(d, root, event) {
				break
			}
		}
	}
	return nil
}

// takeOutOne removes one thing, and reports whether it did.
func (a *Assistant) takeOutOne(d *document, root *node, event string) bool {
	hooks := root.member("hooks")
	if hooks == nil || hooks.kind != '{' {
		return false
	}
	entries := hooks.member(event)
	if entries == nil || entries.kind != '[' {
		return false
	}
	for i, e := range entries.elements {
		if d.isOurs(e) {
			return d.removeUp(root, hooks, event, entries, i)
		}
		inner := e.member("hooks")
		if inner == nil {
			continue
		}
		for j, h := range inner.elements {
			switch {
			case !d.isOurs(h):
			case len(inner.elements) == 1:
				return d.removeUp(root, hooks, event, entries, i)
			default:
				d.remove(inner, j)
				return true
			}
		}
	}
	return false
}

// removeUp removes an entry, and the list, and the object of all lists where it
// was the only thing in them.
func (d *document) removeUp(root, hooks *node, event string, entries *node, i int) bool {
	at := func(n *node, key string) int {
		return slices.IndexFunc(n.members, func(m member) bool { return m.key == key })
	}
	switch {
	case len(entries.elements) > 1:
		d.remove(entries, i)
	case len(hooks.members) > 1:
		d.remove(hooks, at(hooks, event))
	default:
		d.remove(root, at(root, "hooks"))
	}
	return true
}

// isOurs reports whether a hook runs momentolint.
func (d *document) isOurs(n *node) bool {
	var hook struct {
		Command string `json:"command"`
		Bash    string `json:"bash"`
	}
	return n.kind == '{' && d.decode(n, &hook) == nil && slices.ContainsFunc([]string{hook.Command, hook.Bash}, func(command string) bool {
		return strings.Contains(command, "momentolint") && strings.HasSuffix(command, runs)
	})
}
