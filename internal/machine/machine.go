// Package machine knows where Momento credentials lie in plain text on a
// developer's computer: the command line's own files, the transcripts and
// settings of AI assistants, shell histories, dot-env files, the settings of
// editors, HTTP clients and cloud tools, the environment. It reads nothing but
// directories.
package machine

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Place is one file or directory to look into.
type Place struct {
	// Path is absolute.
	Path string
	// Advice is what to do about a credential found there, in one sentence.
	Advice string
}

// Variable is one variable of the environment.
type Variable struct {
	Name, Value string
	// Advice is as for Place.
	Advice string
}

// How far walk goes: levels of the home directory in which projects are looked
// for, and entries of directories in all.
const (
	projectLevels = 3
	maxEntries    = 100_000
)

// errTooMany is reported where walk stops.
var errTooMany = errors.New("too many files in the top levels of the home directory; the rest was not scanned")

// System is what the search looks at; tests give their own.
type System struct {
	// Home is the user's home directory.
	Home string
	// Environ is the environment as NAME=value.
	Environ []string
	// AppData and LocalAppData are %APPDATA% and %LOCALAPPDATA% on Windows, ""
	// elsewhere.
	AppData, LocalAppData string
}

// Current is the system the program runs on.
func Current() (System, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return System{}, err
	}
	return System{Home: home, Environ: os.Environ(), AppData: os.Getenv("APPDATA"), LocalAppData: os.Getenv("LOCALAPPDATA")}, nil
}

// roots returns the directories that a base stands for.
func (s System) roots(b Base) []string {
	xdg := func(name, usual string) string {
		if value := s.variable(name); filepath.IsAbs(value) {
			return value
		}
		return filepath.Join(s.Home, filepath.FromSlash(usual))
	}
	support := filepath.Join(s.Home, "Library", "Application Support")
	switch b {
	case Home:
		return []string{s.Home}
	case Config:
		return []string{xdg("XDG_CONFIG_HOME", ".config")}
	case Data:
		return []string{xdg("XDG_DATA_HOME", ".local/share")}
	case State:
		return []string{xdg("XDG_STATE_HOME", ".local/state")}
	case Cache:
		return []string{xdg("XDG_CACHE_HOME", ".cache")}
	case Support:
		return []string{support}
	case Roaming:
		return []string{s.AppData}
	case Local:
		return []string{s.LocalAppData}
	case App:
		return []string{xdg("XDG_CONFIG_HOME", ".config"), support, s.AppData}
	}
	return nil
}

// variable returns the value of a variable of the environment, "" if it is not
// set. Windows does not tell upper from lower case.
func (s System) variable(name string) string {
	for _, e := range s.Environ {
		n, value, _ := strings.Cut(e, "=")
		if n == name || s.AppData != "" && strings.EqualFold(n, name) {
			return value
		}
	}
	return ""
}

// Places lists the places that exist, each once, and the variables of the
// environment. Directories that cannot be read are reported to unreadable.
func (s System) Places(unreadable func(path string, err error)) ([]Place, []Variable) {
	f := &finder{unreadable: unreadable, seen: map[string]bool{}}
	for _, e := range projectFiles() {
		for _, pattern := range braces(e.Pattern) {
			f.projects = append(f.projects, Entry{Pattern: pattern, Advice: e.Advice})
		}
	}
	variables := make([]Variable, 0, len(s.Environ))
	for _, e := range s.Environ {
		name, value, _ := strings.Cut(e, "=")
		if name == "" {
			continue // Windows keeps the present directory of each drive as "=C:=C:\dir"
		}
		variables = append(variables, Variable{name, value, adviceVariable})
	}
	slices.SortFunc(variables, func(a, b Variable) int { return strings.Compare(a.Name, b.Name) })
	for name, find := range map[string]func(dir string){
		"MOMENTO_CONFIG_DIR": func(dir string) { f.add(dir, adviceCLI) },
		"CLAUDE_CONFIG_DIR":  func(dir string) { f.add(dir, adviceTranscript) },
		"CODEX_HOME":         func(dir string) { f.add(dir, adviceTranscript) },
		"HISTFILE":           func(file string) { f.add(file, adviceHistory) },
		"ZDOTDIR":            f.zsh,
	} {
		if value := s.variable(name); filepath.IsAbs(value) {
			find(value)
		}
	}
	for _, e := range Table() {
		for _, root := range s.roots(e.Base) {
			if root != "" {
				f.glob(root, e)
			}
		}
	}
	f.walk(s.Home, 0)
	slices.SortFunc(f.places, func(a, b Place) int { return strings.Compare(a.Path, b.Path) })
	return f.outermost(), variables
}

// outermost drops the places that are inside another one.
func (f *finder) outermost() []Place {
	return slices.DeleteFunc(f.places, func(p Place) bool {
		for dir := filepath.Dir(p.Path); len(dir) > 1; dir = filepath.Dir(dir) {
			if f.seen[dir] {
				return true
			}
			if filepath.Dir(dir) == dir {
				break
			}
		}
		return false
	})
}

// zsh adds the files of zsh, which are in this directory.
func (f *finder) zsh(dir string) {
	f.glob(dir, Entry{Pattern: ".{zsh_history,zhistory}", Advice: adviceHistory})
	f.glob(dir, Entry{Pattern: ".{zshrc,zshenv,zprofile,zlogin}", Advice: adviceStartup})
}

// braces expands every {a,b} of a pattern, which path/filepath does not know.
func braces(pattern string) []string {
	before, rest, ok := strings.Cut(pattern, "{")
	if !ok {
		return []string{pattern}
	}
	choices, after, _ := strings.Cut(rest, "}")
	var list []string
	for c := range strings.SplitSeq(choices, ",") {
		list = append(list, braces(before+c+after)...)
	}
	return list
}

type finder struct {
	places     []Place
	seen       map[string]bool
	unreadable func(string, error)
	entries    int
	// projects is projectFiles with one pattern each.
	projects []Entry
}

func (f *finder) glob(root string, e Entry) {
	for _, pattern := range braces(e.Pattern) {
		// The root is literal: a home directory may have a "[" in its name.
		matches, err := fs.Glob(os.DirFS(root), strings.TrimSuffix(pattern, "/**"))
		if err != nil {
			continue // the patterns are ours and valid
		}
		for _, m := range matches {
			f.add(filepath.Join(root, filepath.FromSlash(m)), e.Advice)
		}
	}
}

func (f *finder) add(path, advice string) {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() && !info.IsDir() {
		return
	}
	if !f.seen[path] {
		f.seen[path] = true
		f.places = append(f.places, Place{path, advice})
	}
}

// walk looks for files of projects in the top levels of the home directory.
func (f *finder) walk(dir string, depth int) {
	list, err := os.ReadDir(dir)
	if err != nil {
		f.unreadable(dir, err)
	}
	if depth > 0 {
		for _, e := range projectPlaces() {
			f.glob(dir, e)
		}
	}
	for _, e := range list {
		if f.entries++; f.entries >= maxEntries {
			if f.entries == maxEntries {
				f.unreadable(dir, errTooMany)
			}
			return
		}
		name, full := e.Name(), filepath.Join(dir, e.Name())
		switch {
		case e.IsDir():
			if depth < projectLevels-1 && name != "node_modules" && name != ".git" && (depth > 0 || !hidden(name) && name != "Library") {
				f.walk(full, depth+1)
			}
		case e.Type().IsRegular():
			if i := slices.IndexFunc(f.projects, func(e Entry) bool { return fits(e.Pattern, name) }); i >= 0 {
				f.add(full, f.projects[i].Advice)
			}
		}
	}
}

func hidden(name string) bool { return strings.HasPrefix(name, ".") }

// fits reports whether a file's name fits a pattern.
func fits(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}
