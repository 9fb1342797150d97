// Package gitcmd starts git, and is the only package that does.
//
// A repository is data that somebody else may have written: its configuration,
// attributes and hooks name programs, and a plain git runs them. Here git is
// run so that it starts nothing that a repository names, fetches nothing,
// asks nothing, and ends within a time limit:
//
//   - settings on the command line overrule those of the repository that name
//     a program, and the environment is reduced to the variables that are
//     needed;
//   - GIT_ALLOW_PROTOCOL permits no transport and GIT_NO_LAZY_FETCH (which git
//     knows since 2.45, and security releases before) no fetching on demand;
//   - only the subcommands of a short list may be run, all of which are plumbing
//     that applies no filters, shows no signatures and runs no hooks;
//   - git is not started at all where it would open a named pipe or a device;
//   - every call has a context and a time limit, output that is kept in memory has a
//     limit as well, and on Linux so has git's own memory.
//
// What differs between repositories of strangers, hooks, and fetching is a
// [Kind].
package gitcmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// Kind says whose repository git works on, and for what.
type Kind int

const (
	// Untrusted is for repositories that are scanned. The caller's variables
	// that name a repository (GIT_DIR and its like) do not count.
	Untrusted Kind = iota
	// Own is for the repository in which a hook or the user started this
	// program. It differs from Untrusted in that GIT_DIR, GIT_INDEX_FILE, the
	// quarantine directory and the others of [RepositoryVars] pass.
	Own
	// Settings asks what the user's own git would do, for installing hooks:
	// core.hooksPath is not overruled. Only subcommands that run nothing are
	// permitted.
	Settings
	// Fetch is for [Git.Fetch] and what prepares it. The user's own credentials
	// and transports count, which open private repositories, but nothing asks a
	// person.
	Fetch
)

// The limits of a call where Options set none.
const (
	// DefaultTimeout is how long git may take for an answer.
	DefaultTimeout = 5 * time.Minute
	// DefaultFetchTimeout is how long a clone or fetch may take.
	DefaultFetchTimeout = 6 * time.Hour
	// DefaultMaxOutput is how many bytes of an answer are kept in memory.
	DefaultMaxOutput = 1 << 30
)

// Options say how git is run.
type Options struct {
	Kind Kind
	// Program is the absolute path of git; "" means the one in PATH.
	Program string
	// Dir is where git runs; "" means the current directory.
	Dir string
	// Env is the environment that git's is made from; nil means the process's.
	Env []string
	// Timeout bounds each call, or for [Git.Stream] and [Process] the time that
	// passes without output. 0 means the default of the kind.
	Timeout time.Duration
	// MaxOutput bounds the bytes of output that are kept in memory. 0 means
	// DefaultMaxOutput.
	MaxOutput int64
	// Lock is a locked file that git and the processes it starts inherit, on
	// systems that can, so that the lock holds until the last of them is gone.
	Lock *os.File
}

// Git runs git. Its methods may be called by several goroutines at once.
type Git struct {
	o       Options
	env     []string
	global  []string // options before the subcommand
	checked *check
}

// check is the outcome of looking for named pipes, once.
type check struct {
	once sync.Once
	err  error
}

// New prepares git. The error says that there is no git.
func New(o Options) (*Git, error) {
	if o.Program == "" {
		path, err := exec.LookPath("git")
		if err != nil {
			return nil, fmt.Errorf("looking for git: %w", err)
		}
		o.Program = path
	}
	// A program in the current directory is never taken: it could be the scanned
	// repository's.
	if !filepath.IsAbs(o.Program) {
		return nil, fmt.Errorf("looking for git: %s is not an absolute path", o.Program)
	}
	if o.Env == nil {
		o.Env = os.Environ()
	}
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
		if o.Kind == Fetch {
			o.Timeout = DefaultFetchTimeout
		}
	}
	if o.MaxOutput <= 0 {
		o.MaxOutput = DefaultMaxOutput
	}
	return &Git{o: o, env: environment(o.Kind, o.Env), global: settings(o.Kind), checked: new(check)}, nil
}

// Program returns the absolute path of git.
func (g *Git) Program() string { return g.o.Program }

// Getenv returns a variable of git's environment.
func (g *Git) Getenv(name string) string {
	value := ""
	for _, v := range g.env {
		if k, x, ok := strings.Cut(v, "="); ok && k == name {
			value = x
		}
	}
	return value
}

// NoReplace returns a Git that shows objects as they are stored and sent,
// without refs/replace, grafts, and what a commit-graph says of them: for answers
// that decide what a push sends.
func (g *Git) NoReplace() *Git {
	other := *g
	other.global = append(slices.Clone(g.global), "--no-replace-objects", "-c", "core.commitGraph=false")
	other.env = append(slices.Clone(g.env), "GIT_GRAFT_FILE="+os.DevNull)
	return &other
}

// Error is a call of git that failed.
type Error struct {
	// Command is the subcommand, e.g. "rev-list".
	Command string
	// Stderr is git's message, without the newline at its end.
	Stderr string
	Err    error
}

// Error returns git's own words where there are any.
func (e *Error) Error() string {
	if e.Stderr == "" {
		return fmt.Sprintf("git %s: %v", e.Command, e.Err)
	}
	return fmt.Sprintf("git %s: %s", e.Command, e.Stderr)
}

// Unwrap returns the process's error.
func (e *Error) Unwrap() error { return e.Err }

// Errors of a call, wrapped in an [Error].
var (
	// ErrTimeout says that git took longer than it may.
	ErrTimeout = errors.New("no answer within the time limit")
	// ErrTooLarge says that git wrote more than is kept in memory.
	ErrTooLarge = errors.New("the output is too large")
)

// ExitCode returns the code of a git process that failed, -1 if it has none.
func ExitCode(err error) int {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	return -1
}

// Output runs git to its end and returns its output, also where it fails.
func (g *Git) Output(ctx context.Context, args ...string) ([]byte, error) {
	return g.Pipe(ctx, nil, args...)
}

// Pipe is Output with something on standard input.
func (g *Git) Pipe(ctx context.Context, input []byte, args ...string) ([]byte, error) {
	out, _, err := g.run(ctx, input, args)
	return out, err
}

// Messages is Output that returns the lines git wrote to standard error as
// well, although it succeeded.
func (g *Git) Messages(ctx context.Context, args ...string) (out []byte, said []string, err error) {
	out, text, err := g.run(ctx, nil, args)
	if text != "" {
		said = strings.Split(text, "\n")
	}
	return out, said, err
}

func (g *Git) run(ctx context.Context, input []byte, args []string) (output []byte, said string, err error) {
	if err := g.permit(ctx, args); err != nil {
		return nil, "", err
	}
	limited, cancel := context.WithTimeoutCause(ctx, g.o.Timeout, ErrTimeout)
	defer cancel()
	cmd := g.command(limited, args)
	if input != nil {
		cmd.Stdin = bytes.NewReader(input)
	}
	out := buffer{limit: g.o.MaxOutput}
	errs := tail{limit: maxMessage}
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err = g.start(cmd); err == nil {
		err = cmd.Wait()
	}
	switch {
	case err == nil:
		return out.Bytes(), errs.text(), nil
	case out.full:
		err = ErrTooLarge
	case ctx.Err() == nil && limited.Err() != nil:
		err = fmt.Errorf("%w of %v", ErrTimeout, g.o.Timeout)
	}
	return out.Bytes(), "", failed(ctx, args, &errs, err)
}

// command prepares a process. The context kills it, and what it started
// keeps nobody waiting.
func (g *Git) command(ctx context.Context, args []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, g.o.Program, append(slices.Clone(g.global), args...)...)
	cmd.Dir, cmd.Env = g.o.Dir, g.env
	cmd.WaitDelay = waitDelay
	group(cmd, g.o.Lock)
	return cmd
}

// start starts git with a bound on its memory, except where it fetches: how much a
// new pack takes depends on what a server sends.
func (g *Git) start(cmd *exec.Cmd) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	if g.o.Kind != Fetch {
		limitMemory(cmd)
	}
	return nil
}

// waitDelay is how long the output of a process may stay open after its end.
const waitDelay = 2 * time.Second

// permit reports why a command may not be run.
func (g *Git) permit(ctx context.Context, args []string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	name := subcommand(args)
	if !slices.Contains(subcommands(g.o.Kind), name) {
		return fmt.Errorf("git %s is not among the commands that may be run here", name)
	}
	if name == "version" || name == "init" {
		return nil // they open no repository
	}
	return g.regular()
}

// subcommand is the first argument that is no option.
func subcommand(args []string) string {
	for _, a := range args {
		if !strings.HasPrefix(a, "-") {
			return a
		}
	}
	return ""
}

func failed(ctx context.Context, args []string, errs *tail, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &Error{Command: subcommand(args), Stderr: errs.text(), Err: err}
}

// maxMessage is how much of git's messages is kept.
const maxMessage = 64 << 10

// tail keeps the end of what is written to it.
type tail struct {
	buf   []byte
	limit int
}

func (t *tail) Write(p []byte) (int, error) {
	t.buf = append(t.buf, p...)
	if extra := len(t.buf) - t.limit; extra > 0 {
		t.buf = append(t.buf[:0], t.buf[extra:]...)
	}
	return len(p), nil
}

func (t *tail) text() string { return strings.TrimSpace(string(t.buf)) }

// buffer keeps what is written to it, up to a limit.
type buffer struct {
	bytes.Buffer
	limit int64
	full  bool
}

func (b *buffer) Write(p []byte) (int, error) {
	if int64(b.Len()+len(p)) > b.limit {
		b.full = true
		return 0, ErrTooLarge
	}
	return b.Buffer.Write(p)
}

// ReadFrom keeps io.Copy from going past Write.
func (b *buffer) ReadFrom(r io.Reader) (int64, error) {
	return io.Copy(struct{ io.Writer }{b}, r)
}
