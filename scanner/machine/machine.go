// Package machine knows where Momento credentials lie in plain text on a
// developer's computer: the command line's own files, shell histories, dot-env
// files, editor, notebook and cloud settings, the environment. It only looks;
// nothing is read here but folders.
package machine

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Place is one file or folder to look into.
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

// The advice that fits each sort of place.
const (
	adviceCLI      = "Momento's command line keeps its keys in plain text: give this profile a scoped key that expires, and keep the folder readable by you alone."
	adviceHistory  = "Take the line out of the shell history, and pass keys on standard input or by a variable that a secret manager sets."
	adviceStartup  = "A shell start-up file hands the key to every program you run: read it from a secret manager where it is needed."
	adviceDotEnv   = "Keep the key in a secret manager and let the program read it from there; at the least make the file readable by you alone and be sure that git ignores it."
	adviceDownload = "The console's download holds the key and its refresh token: move both to a secret manager and delete the file."
	adviceEditor   = "Editor settings are synced and shared: put the key into a secret manager or the system's key ring."
	adviceNotebook = "Notebooks keep their output and history: clear both, and read the key with getpass or from a secret manager."
	adviceCloud    = "A configuration of another tool holds the key in plain text: use that tool's own secret store."
	adviceVariable = "Every program started from here can read this variable: set it for the one program that needs it."
)

// How far walk goes: levels below the home folder for dot-env files and for
// notebooks, and entries of folders in all.
const (
	dotEnvLevels   = 3
	notebookLevels = 2
	maxEntries     = 100_000
)

// errTooMany is reported where walk stops.
var errTooMany = errors.New("too many files in the home folder's top levels; the rest was not looked through")

// System is what the search looks at; tests give their own.
type System struct {
	// Home is the user's home folder.
	Home string
	// Environ is the environment as NAME=value.
	Environ []string
	// AppData is %APPDATA% on Windows, "" elsewhere.
	AppData string
}

// Current is the system the program runs on.
func Current() (System, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return System{}, err
	}
	return System{Home: home, Environ: os.Environ(), AppData: os.Getenv("APPDATA")}, nil
}

// group is one sort of place: patterns relative to the home folder with one
// piece of advice. Folders stand for everything below them.
type group struct {
	advice   string
	patterns []string
}

func groups() []group {
	return []group{
		{adviceHistory, []string{
			".bash_history", ".zsh_history", ".zhistory", ".histfile", ".sh_history", ".history", ".ksh_history",
			".local/share/fish/fish_history", ".config/fish/fish_history", ".config/nushell/history.*",
			".local/share/powershell/PSReadLine/*", ".local/share/xonsh/*", ".local/share/atuin/*",
			".local/share/mcfly/*", ".bash_sessions/*", ".zsh_sessions/*",
			".node_repl_history", ".python_history", ".irb_history", ".rediscli_history", ".lesshst", ".viminfo",
			".psql_history", ".mysql_history", ".sqlite_history", ".xonsh_history",
		}},
		{adviceStartup, []string{
			".bashrc", ".bash_profile", ".bash_login", ".bash_aliases", ".profile", ".zshrc", ".zshenv", ".zprofile",
			".zlogin", ".kshrc", ".config/fish/config.fish", ".config/fish/conf.d/*", ".config/fish/fish_variables",
			".config/nushell/*.nu", ".config/powershell/*.ps1", ".xprofile", ".pam_environment", ".config/environment.d/*",
			"Library/LaunchAgents/*",
		}},
		{adviceDownload, []string{
			"momento*.json", "Downloads/momento*", "Desktop/momento*", "Documents/momento*", "Downloads/*momento*.json",
		}},
		{adviceEditor, []string{
			".config/{Code,Code - OSS,VSCodium,Cursor,Windsurf}/User/*.json", ".config/{Code,Cursor}/User/globalStorage/*/*.json",
			"Library/Application Support/{Code,VSCodium,Cursor,Windsurf}/User/*.json",
			".config/zed/*.json", ".config/JetBrains/*/options/*.xml", "Library/Application Support/JetBrains/*/options/*.xml",
			".config/JetBrains/*/scratches", "Library/Application Support/JetBrains/*/scratches",
			// The servers that editors and assistants start get their keys in env.
			".vscode/*.json", ".cursor/mcp.json", ".codeium/windsurf/mcp_config.json", ".gemini/settings.json", ".codex/config.toml",
			".claude.json", ".claude/settings*.json", ".config/Claude/*.json", "Library/Application Support/Claude/*.json",
			".vimrc", ".config/nvim", ".emacs", ".emacs.d/init.el", ".config/sublime-text*/Packages/User",
			".config/{Insomnia,Postman,Bruno}", "Library/Application Support/{Insomnia,Postman,Bruno}",
		}},
		{adviceNotebook, []string{
			".ipython/profile_*/history.sqlite", ".ipython/profile_*/startup", ".jupyter", ".local/share/jupyter/runtime",
		}},
		{adviceCloud, []string{
			".aws/config", ".aws/credentials", ".azure/config", ".azure/*.json", ".config/gcloud/*.json", ".config/gcloud/configurations",
			".docker/config.json", ".docker/*.json", ".kube/config", ".netrc", ".curlrc", ".wgetrc", ".npmrc", ".yarnrc*", ".pypirc", ".gitconfig", ".git-credentials",
			".config/git/*", ".config/gh/*.yml", ".terraformrc", ".terraform.d/*.json", ".config/helm/*", ".serverlessrc",
			".config/{netlify,vercel,fly,doctl,pulumi,configstore}", ".vercel", ".fly", ".wrangler/config", ".config/.wrangler/config",
			".m2/settings.xml", ".gradle/gradle.properties", ".cargo/credentials*", ".config/pip/pip.conf", ".ssh/config", ".ssh/environment",
		}},
	}
}

// Places lists the places that exist, each once, and the variables of the
// environment. Folders that cannot be read are reported to unreadable.
func (s System) Places(unreadable func(path string, err error)) ([]Place, []Variable) {
	f := &finder{unreadable: unreadable, seen: map[string]bool{}}
	variables := make([]Variable, 0, len(s.Environ))
	for _, e := range s.Environ {
		name, value, _ := strings.Cut(e, "=")
		if name == "" {
			continue // Windows keeps the present folder of each drive as "=C:=C:\folder"
		}
		variables = append(variables, Variable{name, value, adviceVariable})
		if (name == "HISTFILE" || name == "ZDOTDIR") && filepath.IsAbs(value) {
			f.shell(name, value)
		}
		configDir := name == "MOMENTO_CONFIG_DIR" || s.AppData != "" && strings.EqualFold(name, "MOMENTO_CONFIG_DIR")
		if configDir && filepath.IsAbs(value) {
			f.glob(value, ".", adviceCLI)
		}
	}
	slices.SortFunc(variables, func(a, b Variable) int { return strings.Compare(a.Name, b.Name) })
	f.glob(filepath.Join(s.Home, ".momento"), ".", adviceCLI)
	for _, g := range groups() {
		for _, pattern := range g.patterns {
			for _, p := range braces(pattern) {
				f.glob(s.Home, p, g.advice)
			}
		}
	}
	if s.AppData != "" {
		for pattern, advice := range map[string]string{
			"Microsoft/Windows/PowerShell/PSReadLine/*": adviceHistory,
			"Code/User/*.json":                          adviceEditor,
			"Claude/*.json":                             adviceEditor,
			"JetBrains/*/options/*.xml":                 adviceEditor,
			"gcloud/*.json":                             adviceCloud,
		} {
			f.glob(s.AppData, pattern, advice)
		}
	}
	f.walk(s.Home, 0)
	slices.SortFunc(f.places, func(a, b Place) int { return strings.Compare(a.Path, b.Path) })
	return f.places, variables
}

// shell adds what a variable of the shell says to lie elsewhere.
func (f *finder) shell(name, value string) {
	if name == "HISTFILE" {
		f.add(value, adviceHistory)
		return
	}
	for pattern, advice := range map[string]string{
		".zsh_history": adviceHistory, ".zhistory": adviceHistory,
		".zshrc": adviceStartup, ".zshenv": adviceStartup, ".zprofile": adviceStartup, ".zlogin": adviceStartup,
	} {
		f.glob(value, pattern, advice)
	}
}

// braces expands one {a,b} in a pattern, which path/filepath does not know.
func braces(pattern string) []string {
	before, rest, ok := strings.Cut(pattern, "{")
	if !ok {
		return []string{pattern}
	}
	choices, after, _ := strings.Cut(rest, "}")
	var list []string
	for c := range strings.SplitSeq(choices, ",") {
		list = append(list, before+c+after)
	}
	return list
}

type finder struct {
	places     []Place
	seen       map[string]bool
	unreadable func(string, error)
	entries    int
}

func (f *finder) glob(root, pattern, advice string) {
	// The root is literal: a home folder may have a "[" in its name.
	matches, err := fs.Glob(os.DirFS(root), pattern)
	if err != nil {
		return // the patterns are ours and valid
	}
	for _, m := range matches {
		f.add(filepath.Join(root, filepath.FromSlash(m)), advice)
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

// walk looks for dot-env files, notebooks and the console's downloads in the
// top levels of the home folder.
func (f *finder) walk(dir string, depth int) {
	list, err := os.ReadDir(dir)
	if err != nil {
		f.unreadable(dir, err)
	}
	for _, e := range list {
		if f.entries++; f.entries >= maxEntries {
			if f.entries == maxEntries {
				f.unreadable(dir, errTooMany)
			}
			return
		}
		name, path := e.Name(), filepath.Join(dir, e.Name())
		switch {
		case e.IsDir():
			if depth < dotEnvLevels-1 && name != "node_modules" && name != ".git" && (depth > 0 || !hidden(name) && name != "Library") {
				f.walk(path, depth+1)
			}
		case !e.Type().IsRegular():
		case isDotEnv(name):
			f.add(path, adviceDotEnv)
		case depth < notebookLevels && strings.HasSuffix(name, ".ipynb"):
			f.add(path, adviceNotebook)
		case strings.HasPrefix(name, "momento_") && strings.HasSuffix(name, ".json"):
			f.add(path, adviceDownload)
		}
	}
}

func hidden(name string) bool { return strings.HasPrefix(name, ".") }

func isDotEnv(name string) bool {
	return name == ".env" || name == ".envrc" || name == ".flaskenv" || name == ".dev.vars" ||
		strings.HasPrefix(name, ".env.") || strings.HasSuffix(name, ".env")
}
