package hook

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/momentolint/momentolint/internal/lazy"
)

// Manager is a program that owns a repository's hooks.
type Manager string

// The managers that are known.
const (
	PreCommitFramework Manager = "pre-commit" // https://pre-commit.com
	Husky              Manager = "husky"      // https://typicode.github.io/husky
	Lefthook           Manager = "lefthook"   // https://lefthook.dev
)

// manager tells which manager owns the repository's hooks, and by which file
// it is known; "" if none does.
func (r *repository) manager() (manager Manager, sign string) {
	if r.hooksPath != "" {
		// husky 9 sets .husky/_, older ones .husky.
		for part := range strings.SplitSeq(filepath.ToSlash(r.hooksPath), "/") {
			if part == ".husky" {
				return Husky, "core.hooksPath = " + r.hooksPath
			}
		}
	}
	if r.bare {
		return "", ""
	}
	// In the order of how surely each means that the manager is in use.
	for _, m := range []struct {
		manager Manager
		names   []string
	}{
		{PreCommitFramework, []string{".pre-commit-config.yaml"}},
		{Lefthook, lefthookFiles()},
		{Husky, []string{".husky"}},
	} {
		for _, name := range m.names {
			if _, err := os.Stat(filepath.Join(r.top, filepath.FromSlash(name))); err == nil {
				return m.manager, name
			}
		}
	}
	return "", ""
}

// lefthookFiles are the names of lefthook's configuration
// (https://lefthook.dev/configuration).
func lefthookFiles() []string {
	var names []string
	for _, base := range []string{"lefthook", ".lefthook", ".config/lefthook"} {
		for _, ending := range []string{".yml", ".yaml", ".json", ".jsonc", ".toml"} {
			names = append(names, base+ending)
		}
	}
	return names
}

// released is the form of a version that exists as a tag.
var released = lazy.Regexp(`^v\d+\.\d+\.\d+$`)

// Snippet says how to let the manager run momentolint at the given events.
// version is momentolint's, for managers that fetch it themselves.
func (m Manager) Snippet(events []Event, version string) string {
	var b strings.Builder
	switch m {
	case PreCommitFramework:
		if !released().MatchString(version) {
			version = "vX.Y.Z # the newest release"
		}
		fmt.Fprintf(&b, "Add to .pre-commit-config.yaml:\n\n  repos:\n    - repo: https://github.com/momentolint/momentolint\n      rev: %s\n      hooks:\n", version)
		install := []string{"pre-commit install"}
		for _, e := range events {
			id := "momentolint"
			if e != PreCommit {
				id += "-" + string(e)
			}
			fmt.Fprintf(&b, "        - id: %s\n", id)
			install = append(install, "--hook-type "+string(e))
		}
		fmt.Fprintf(&b, "\nand run: %s\n", strings.Join(install, " "))
	case Husky:
		for i, e := range events {
			if i > 0 {
				b.WriteString("\n")
			}
			fmt.Fprintf(&b, "Add to .husky/%s:\n\n  momentolint hook run %s%s\n", e, e, arguments(e, ` "$@"`))
		}
	case Lefthook:
		b.WriteString("Add to lefthook.yml:\n")
		for _, e := range events {
			fmt.Fprintf(&b, "\n  %s:\n    commands:\n      momentolint:\n        run: momentolint hook run %s%s\n", e, e, arguments(e, " {1} {2}"))
			if e == PrePush {
				b.WriteString("        use_stdin: true\n")
			}
		}
		b.WriteString("\nand run: lefthook install\n")
	}
	return b.String()
}

// arguments returns how the hook's arguments are passed on, for events that have any.
func arguments(e Event, form string) string {
	if e == PrePush {
		return form
	}
	return ""
}

// ManagedError reports that a manager owns the hooks, so that nothing was installed.
type ManagedError struct {
	Manager Manager
	// Sign is the file or setting that the manager is known by.
	Sign string
	// Snippet says how to go on.
	Snippet string
}

func (e *ManagedError) Error() string {
	return fmt.Sprintf("%s manages the hooks of this repository (%s), so nothing was installed.\n%s", e.Manager, e.Sign, e.Snippet)
}
