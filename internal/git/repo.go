package git

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/git/odb"
	"github.com/momentolint/momentolint/internal/gitcmd"
	"github.com/momentolint/momentolint/internal/userfile"
)

// OID is an object id.
type OID = odb.OID

// Options say how to read a repository.
type Options struct {
	// Jobs is the number of workers; 0 means one per core.
	Jobs int
	// Git is the absolute path of the git program; "" means the one in PATH.
	Git string
	// Env is the environment to look at and to hand to git; nil means the
	// process's own.
	Env []string
	// Record is called with what should have been read and was not; see the
	// package documentation. The entry's path is an object id, "commit:path"
	// where that is known, a pack, or a ref. It is never called by two goroutines
	// at once.
	Record func(coverage.Entry)
	// Warn is called with remarks for people, one sentence without a full stop, e.g.
	// that the history is cut. Never called by two goroutines at once.
	Warn func(string)
	// Progress is called about ten times a second with the objects read so far,
	// the total, and the bytes read.
	Progress func(done, total, bytes int64)
	// Here accepts only a repository at dir itself. Otherwise git also looks in the
	// directories above, and takes the enclosing repository if this one is damaged.
	Here bool
	// Limits bound what an object may cost; the zero value is the default.
	Limits odb.Limits
}

// Repo is a repository that is open for reading. Its methods may be called one
// after the other; one Repo runs one of them at a time.
type Repo struct {
	o   Options
	git *gitcmd.Git
	dir string // where git is run

	gitDir, commonDir string
	workTree          string // "" if there is none
	bare, shallow     bool
	hash              odb.Hash

	mu     sync.Mutex // serializes Record and Warn
	warned map[string]bool

	storeOnce sync.Once
	store     *Store
	storeErr  error
}

// Open finds the repository that dir is part of: a work tree or a directory in
// it, a linked work tree, a bare repository, a .git directory. "" is the current
// directory.
//
// GIT_DIR and its like (GIT_INDEX_FILE, GIT_OBJECT_DIRECTORY, …) count where
// git set them for a hook or the user for this repository: for the current
// directory, and for every directory of the repository and work tree that they name.
// For another one they are ignored.
//
// What git refuses (no repository, safe.directory) is returned as a [gitcmd.Error]
// with git's own words, and what git is not let near as a [gitcmd.IrregularError].
func Open(ctx context.Context, dir string, o Options) (*Repo, error) {
	if dir == "" {
		dir = "."
	}
	if o.Jobs <= 0 {
		o.Jobs = runtime.GOMAXPROCS(0)
	}
	if o.Env == nil {
		o.Env = os.Environ()
	}
	r := &Repo{o: o, dir: dir, warned: map[string]bool{}}
	if info, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("opening the repository: %w", err)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("opening the repository: %s is not a directory", dir)
	}
	if o.Here {
		ceiling, err := above(dir)
		if err != nil {
			return nil, fmt.Errorf("opening the repository: %w", err)
		}
		r.o.Env = append(slices.Clone(o.Env), "GIT_CEILING_DIRECTORIES="+ceiling)
	}
	if err := r.chooseGit(ctx); err != nil {
		return nil, err
	}
	return r, r.discover(ctx)
}

// above returns the parent of a directory, with links resolved.
func above(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	return filepath.Dir(dir), err
}

// Close releases the repository's files. The Repo must not be used afterwards.
func (r *Repo) Close() error {
	var err error
	r.storeOnce.Do(func() { r.storeErr = fs.ErrClosed })
	if r.store != nil {
		err = r.store.Close()
	}
	return err
}

// GitDir is the repository's own directory: .git, or the part of it that belongs
// to a linked work tree.
func (r *Repo) GitDir() string { return r.gitDir }

// CommonDir is the directory that all of a repository's work trees share. It
// serves as the repository's identity on this computer.
func (r *Repo) CommonDir() string { return r.commonDir }

// WorkTree is the top of the work tree, "" if there is none.
func (r *Repo) WorkTree() string { return r.workTree }

// Shallow reports whether the clone is shallow: its history is cut.
func (r *Repo) Shallow() bool { return r.shallow }

// Bare reports whether the repository has no work tree of its own.
func (r *Repo) Bare() bool { return r.bare }

// Git runs git in the repository.
func (r *Repo) Git() *gitcmd.Git { return r.git }

// Jobs is the number of workers, at least 1.
func (r *Repo) Jobs() int { return r.o.Jobs }

// Progress calls Options.Progress, if it is set.
func (r *Repo) Progress(done, total, bytes int64) {
	if r.o.Progress != nil {
		r.o.Progress(done, total, bytes)
	}
}

// Hash is the function that names the repository's objects.
func (r *Repo) Hash() odb.Hash { return r.hash }

// chooseGit decides whether the variables that name a repository are about
// the one that was asked for.
func (r *Repo) chooseGit(ctx context.Context) error {
	here, err := sameFolder(r.dir, ".")
	if err != nil {
		return err
	}
	if here || !gitcmd.NamesRepository(r.o.Env) {
		r.git, err = r.newGit(gitcmd.Own, r.dir)
		return err
	}
	if r.git, err = r.newGit(gitcmd.Untrusted, r.dir); err != nil {
		return err
	}
	if err := r.discover(ctx); err != nil {
		return nil // Open asks again
	}
	inherited, err := r.newGit(gitcmd.Own, ".")
	if err != nil {
		return err
	}
	other := &Repo{o: r.o, git: inherited, dir: "."}
	if other.discover(ctx) == nil {
		if same, err := sameFolder(r.gitDir, other.gitDir); err == nil && same {
			// Relative ones count from where the hook was started.
			r.git, r.dir = inherited, "."
		}
	}
	return nil
}

func (r *Repo) newGit(kind gitcmd.Kind, dir string) (*gitcmd.Git, error) {
	return gitcmd.New(gitcmd.Options{Kind: kind, Program: r.o.Git, Dir: dir, Env: r.o.Env})
}

func sameFolder(a, b string) (bool, error) {
	x, err := os.Stat(a)
	if err != nil {
		return false, err
	}
	y, err := os.Stat(b)
	if err != nil {
		return false, err
	}
	return os.SameFile(x, y), nil
}

// discover asks git for the repository's place and nature.
func (r *Repo) discover(ctx context.Context) error {
	fields, err := r.describe(ctx)
	if err != nil {
		return err
	}
	r.bare, r.shallow = fields[0] == "true", fields[1] == "true"
	// Versions before 2.25 know one format only and repeat the option.
	if r.hash = odb.SHA1; !strings.HasPrefix(fields[2], "-") {
		if r.hash, err = odb.ParseHash(fields[2]); err != nil {
			return err
		}
	}
	r.gitDir, r.workTree = filepath.FromSlash(fields[3]), filepath.FromSlash(fields[4])
	r.commonDir, err = r.findCommonDir()
	return err
}

// describe returns what git says: bare, shallow, the format of ids, the
// repository's directory and the top of the work tree, "" if there is none. One
// call of git does, as a hook is in a hurry, unless a path has a newline in it.
func (r *Repo) describe(ctx context.Context) ([]string, error) {
	nature := []string{"rev-parse", "--is-bare-repository", "--is-shallow-repository", "--show-object-format", "--absolute-git-dir"}
	out, err := r.git.Output(ctx, append(nature, "--show-toplevel")...)
	fields := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if err == nil && len(fields) == 5 {
		return fields, nil
	}
	// In a bare repository, and inside of .git, the last option fails, after the
	// others have had their answers.
	if err != nil && len(fields) == 4 && fields[0] == "true" {
		return append(fields, ""), nil
	}
	if out, err = r.git.Output(ctx, nature...); err != nil {
		return nil, err
	}
	fields = strings.SplitN(strings.TrimSuffix(string(out), "\n"), "\n", 4)
	if len(fields) != 4 {
		return nil, fmt.Errorf("git rev-parse: unexpected output %q", out)
	}
	top := ""
	if fields[0] != "true" {
		if out, err := r.git.Output(ctx, "rev-parse", "--show-toplevel"); err == nil {
			top = strings.TrimSuffix(string(out), "\n")
		}
	}
	return append(fields, top), nil
}

// findCommonDir does as gitrepository-layout says for "commondir".
func (r *Repo) findCommonDir() (string, error) {
	if dir := r.git.Getenv("GIT_COMMON_DIR"); dir != "" {
		return filepath.Abs(dir)
	}
	text, err := userfile.Read(filepath.Join(r.gitDir, "commondir"), userfile.Small)
	if errors.Is(err, fs.ErrNotExist) {
		return r.gitDir, nil
	}
	if err != nil {
		return "", fmt.Errorf("opening the repository: %w", err)
	}
	dir := filepath.FromSlash(strings.TrimSuffix(string(text), "\n"))
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(r.gitDir, dir)
	}
	return dir, nil
}

// Abs makes a path of the environment absolute, as git would.
func (r *Repo) Abs(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(r.dir, path)
}

// Skip reports something that should have been read and was not.
func (r *Repo) Skip(path, reason string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.o.Record != nil {
		r.o.Record(coverage.Skip(path, reason))
	}
}

// Warn reports a remark to Options.Warn, each text once.
func (r *Repo) Warn(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.warned[text] {
		return
	}
	r.warned[text] = true
	if r.o.Warn != nil {
		r.o.Warn(text)
	}
}
