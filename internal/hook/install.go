package hook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/internal/atomicfile"
	"github.com/momentolint/momentolint/internal/gitcmd"
	"github.com/momentolint/momentolint/internal/userfile"
)

// Installer puts momentolint into a repository's hooks and takes it out again.
type Installer struct {
	// Dir is a directory of the repository.
	Dir string
	// Program is the absolute path of momentolint.
	Program string
	// Version is momentolint's, for the snippets.
	Version string
	// Events are the hooks; empty = all.
	Events []Event
	// Global means all repositories of this user.
	Global bool
	// DryRun only says what would be done.
	DryRun bool

	// gitVersion replaces the version that git reports, in tests.
	gitVersion *version
}

// change is one step of an installation.
type change struct {
	// done says what is so when it is done ("installed …").
	done string
	do   func() error
}

// Install makes momentolint run at the events, and says what it did (or, for a
// dry run, what it would do) in lines. Doing it twice changes nothing. The
// error is a *ManagedError where a hook manager owns the hooks.
func (i *Installer) Install(ctx context.Context) ([]string, error) {
	lines, err := i.install(ctx)
	if err == nil && !i.Global && !i.DryRun {
		err = knowRemotes(ctx, i.Dir)
	}
	return lines, err
}

func (i *Installer) install(ctx context.Context) ([]string, error) {
	v, err := i.version(ctx)
	if err != nil {
		return nil, err
	}
	server, err := i.forServer(ctx)
	if err != nil {
		return nil, err
	}
	if !v.before(configHooks) && !server {
		return i.installConfig(ctx)
	}
	dir, program, err := i.hooksDir(ctx, v)
	if err != nil {
		return nil, err
	}
	var changes []change
	for _, e := range i.events() {
		c, err := installFile(dir, e, program)
		if err != nil {
			return nil, err
		}
		changes = append(changes, c...)
	}
	return i.apply(changes, "already installed in "+dir)
}

// forServer reports whether the hook of a server is to be installed: if it is
// named, or in a bare repository if none is.
func (i *Installer) forServer(ctx context.Context) (bool, error) {
	if len(i.Events) == 0 && !i.Global {
		r, err := open(ctx, i.Dir)
		if err != nil {
			return false, err
		}
		if r.bare {
			i.Events = []Event{PreReceive}
		}
	}
	server := slices.Contains(i.Events, PreReceive)
	if server && len(i.Events) > 1 {
		return false, fmt.Errorf("%s is the hook of a server: install it alone", PreReceive)
	}
	return server, nil
}

// Uninstall takes momentolint out, wherever Install may have put it, and puts
// back what was there before.
func (i *Installer) Uninstall(ctx context.Context) ([]string, error) {
	v, err := i.version(ctx)
	if err != nil {
		return nil, err
	}
	var changes []change
	if !v.before(configHooks) {
		if changes, err = i.configRemovals(ctx); err != nil {
			return nil, err
		}
	}
	dir, err := i.ownDir(ctx)
	if err != nil {
		return nil, err
	}
	if dir != "" {
		events := i.Events
		if len(events) == 0 {
			events = allEvents()
		}
		for _, e := range events {
			c, err := removeFile(dir, e)
			if err != nil {
				return nil, err
			}
			changes = append(changes, c...)
		}
	}
	lines, err := i.apply(changes, "not installed")
	if err == nil && len(i.Events) == 0 && !i.Global && !i.DryRun {
		err = forgetRemotes(ctx, i.Dir)
	}
	return lines, err
}

func (i *Installer) events() []Event {
	if len(i.Events) == 0 {
		return Events()
	}
	return i.Events
}

func (i *Installer) version(ctx context.Context) (version, error) {
	if i.gitVersion != nil {
		return *i.gitVersion, nil
	}
	return git{i.Dir}.version(ctx)
}

// apply carries out the changes, or only lists them.
func (i *Installer) apply(changes []change, nothing string) ([]string, error) {
	if len(changes) == 0 {
		return []string{nothing}, nil
	}
	var lines []string
	for _, c := range changes {
		if i.DryRun {
			lines = append(lines, "would have "+c.done)
			continue
		}
		if err := c.do(); err != nil {
			return lines, err
		}
		lines = append(lines, c.done)
	}
	return lines, nil
}

// hooksDir is the directory that hook files go to, and the program's path to write
// into them. It refuses directories that are not this repository's to change.
func (i *Installer) hooksDir(ctx context.Context, v version) (dir, program string, err error) {
	if i.Global {
		dir, err := i.globalDir(ctx)
		if err == nil && dir == "" {
			err = fmt.Errorf("hooks for all repositories need git %d.%d (this is %d.%d) or a directory that the global setting core.hooksPath names",
				configHooks.major, configHooks.minor, v.major, v.minor)
		}
		return dir, i.Program, err
	}
	r, err := open(ctx, i.Dir)
	if err != nil {
		return "", "", err
	}
	if manager, sign := r.manager(); manager != "" && !slices.Contains(i.Events, PreReceive) {
		return "", "", &ManagedError{Manager: manager, Sign: sign, Snippet: manager.Snippet(i.events(), i.Version)}
	}
	if r.shared() {
		return "", "", fmt.Errorf("the %s setting core.hooksPath = %s serves all repositories: install with --global to put the hooks there", r.hooksScope, r.hooksPath)
	}
	if r.hooksInTree() {
		// A link there may have come with the code.
		if err := atomicfile.Check(r.hooks); err != nil {
			return "", "", fmt.Errorf("core.hooksPath = %s: %w", r.hooksPath, err)
		}
		// What is committed there must work on other computers too.
		return r.hooks, "", nil
	}
	return r.hooks, i.Program, nil
}

// ownDir is the directory that hook files of ours may be in, "" if there is none.
func (i *Installer) ownDir(ctx context.Context) (string, error) {
	if i.Global {
		return i.globalDir(ctx)
	}
	r, err := open(ctx, i.Dir)
	if err != nil || r.shared() {
		return "", err
	}
	return r.hooks, nil
}

// globalDir is the directory that the user's global core.hooksPath names, "" if
// there is none.
func (i *Installer) globalDir(ctx context.Context) (string, error) {
	dir, err := git{i.Dir}.run(ctx, "config", "--global", "--type=path", "--get", "core.hooksPath")
	switch {
	case gitcmd.ExitCode(err) == 1:
		return "", nil
	case err != nil:
		return "", err
	case !filepath.IsAbs(filepath.FromSlash(dir)):
		return "", fmt.Errorf("the global setting core.hooksPath = %s is relative: it names a different directory in each repository", dir)
	}
	return filepath.FromSlash(dir), nil
}

// hookFile returns the path of an event's hook. Gitea and Forgejo own a bare
// repository's pre-receive, which runs the files of a directory next to it.
func hookFile(dir string, e Event) string {
	path := filepath.Join(dir, string(e))
	if e == PreReceive {
		if info, err := os.Stat(path + ".d"); err == nil && info.IsDir() {
			return filepath.Join(path+".d", "momentolint")
		}
	}
	return path
}

// installFile plans a hook file; no change if it is there as it should be.
func installFile(dir string, e Event, program string) ([]change, error) {
	path := hookFile(dir, e)
	want := script(e, program)
	// Lstat: a dangling symbolic link is someone's hook too.
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return []change{{"installed " + path, func() error { return writeScript(path, want) }}}, nil
	}
	got, err := userfile.Read(path, userfile.Small)
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("reading the existing hook: %w", err)
	case isOurs(got):
		if lines := added(got, want); lines != nil {
			want = append(withShebang(want, got), lines...)
		}
		if bytes.Equal(got, want) && executable(path) {
			return nil, nil
		}
		return []change{{"updated " + path, func() error { return writeScript(path, want) }}}, nil
	}
	// Somebody else's: it stays, under another name, and runs first.
	if _, err := os.Lstat(path + suffix); err == nil {
		return nil, fmt.Errorf("%s is not momentolint's, and %s is in the way of keeping it: put the two together, or delete one", path, path+suffix)
	}
	return []change{{fmt.Sprintf("installed %s; the hook that was there runs before it, as %s", path, filepath.Base(path)+suffix), func() error {
		if err := os.Rename(path, path+suffix); err != nil {
			return fmt.Errorf("keeping the hook that is there: %w", err)
		}
		if err := writeScript(path, want); err != nil {
			return errors.Join(err, os.Rename(path+suffix, path))
		}
		return nil
	}}}, nil
}

// removeFile plans taking a hook file of ours away.
func removeFile(dir string, e Event) ([]change, error) {
	path := hookFile(dir, e)
	content, err := userfile.Read(path, userfile.Small)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("reading the hook: %w", err)
	case !isOurs(content):
		return nil, nil
	}
	_, before := os.Lstat(path + suffix)
	if lines := added(content, script(e, "")); lines != nil {
		rest := []byte(shebang)
		if before == nil {
			rest = scriptBefore(e)
		}
		rest = withShebang(rest, content)
		return []change{{"removed momentolint's lines from " + path + "; others stay", func() error { return writeScript(path, append(rest, lines...)) }}}, nil
	}
	if before == nil {
		return []change{{fmt.Sprintf("removed %s and put back the hook that was there before", path), func() error {
			// Replaces the script in one step.
			if err := os.Rename(path+suffix, path); err != nil {
				return fmt.Errorf("putting the old hook back: %w", err)
			}
			return nil
		}}}, nil
	}
	return []change{{"removed " + path, func() error {
		if err := os.Remove(path); err != nil {
			return fmt.Errorf("removing the hook: %w", err)
		}
		return nil
	}}}, nil
}

// writeScript writes an executable file in one step, so that git never runs half of one.
func writeScript(path string, content []byte) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("creating the hooks directory: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".momentolint-*")
	if err != nil {
		return fmt.Errorf("writing the hook: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(content)
	if err = errors.Join(err, f.Chmod(0o755), f.Close()); err != nil {
		return fmt.Errorf("writing the hook: %w", err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("writing the hook: %w", err)
	}
	return nil
}

// configName is the friendly name of a hook in git's configuration.
func configName(e Event) string { return "hook.momentolint-" + string(e) }

// installConfig puts the hooks into git's configuration. They run in addition to those
// of the hooks directory and of any manager.
func (i *Installer) installConfig(ctx context.Context) ([]string, error) {
	g, scope, err := i.scope(ctx)
	if err != nil {
		return nil, err
	}
	var changes []change
	for _, e := range i.events() {
		set := map[string]string{
			configName(e) + ".command": ShellWord(i.Program) + " hook run " + string(e),
			configName(e) + ".event":   string(e),
		}
		if same, err := g.holds(ctx, scope, set); err != nil {
			return nil, err
		} else if same {
			continue
		}
		changes = append(changes, change{fmt.Sprintf("set %s in git's %s configuration", configName(e), strings.TrimPrefix(scope, "--")), func() error {
			for key, value := range set {
				if _, err := g.run(ctx, "config", scope, "--replace-all", key, value); err != nil {
					return err
				}
			}
			return nil
		}})
	}
	// An installation by an older git would run a second time.
	dir, err := i.ownDir(ctx)
	if err != nil {
		return nil, err
	}
	if dir != "" {
		for _, e := range i.events() {
			c, err := removeFile(dir, e)
			if err != nil {
				return nil, err
			}
			changes = append(changes, c...)
		}
	}
	return i.apply(changes, "already installed in git's configuration")
}

// scope is where the configuration is to be changed.
func (i *Installer) scope(ctx context.Context) (g git, flag string, err error) {
	if i.Global {
		return git{i.Dir}, "--global", nil
	}
	r, err := open(ctx, i.Dir)
	if err != nil {
		return git{}, "", err
	}
	return r.git, "--local", nil
}

// holds reports whether the configuration has exactly these values.
func (g git) holds(ctx context.Context, scope string, set map[string]string) (bool, error) {
	for key, want := range set {
		got, err := g.run(ctx, "config", scope, "--get-all", key)
		if gitcmd.ExitCode(err) == 1 {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		if got != want {
			return false, nil
		}
	}
	return true, nil
}

// configRemovals plans taking the hooks out of git's configuration.
func (i *Installer) configRemovals(ctx context.Context) ([]change, error) {
	g, scope, err := i.scope(ctx)
	if err != nil {
		return nil, err
	}
	names, err := g.run(ctx, "config", scope, "--name-only", "--get-regexp", `^hook\.momentolint-`)
	if gitcmd.ExitCode(err) == 1 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var changes []change
	for _, e := range i.events() {
		section := configName(e)
		if !slices.ContainsFunc(strings.Split(names, "\n"), func(name string) bool { return strings.HasPrefix(name, section+".") }) {
			continue
		}
		changes = append(changes, change{"removed " + section + " from git's configuration", func() error {
			_, err := g.run(ctx, "config", scope, "--remove-section", section)
			return err
		}})
	}
	return changes, nil
}
