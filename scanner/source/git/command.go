package git

import (
	"bufio"
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
)

// CommandError is what git itself said when it failed.
type CommandError struct {
	// Command is the git command, e.g. "rev-list".
	Command string
	// Stderr is git's message, without the newline at its end.
	Stderr string
	Err    error
}

// Error gives git's own words.
func (e *CommandError) Error() string {
	if e.Stderr == "" {
		return fmt.Sprintf("git %s: %v", e.Command, e.Err)
	}
	return fmt.Sprintf("git %s: %s", e.Command, e.Stderr)
}

// Unwrap gives the process's error.
func (e *CommandError) Unwrap() error { return e.Err }

// findGit makes r.git an absolute path. A program in the current folder is
// never taken: it could be the scanned repository's.
func (r *Repo) findGit() error {
	if r.git == "" {
		path, err := exec.LookPath("git")
		if err != nil {
			return fmt.Errorf("looking for git: %w", err)
		}
		r.git = path
	}
	if !filepath.IsAbs(r.git) {
		return fmt.Errorf("looking for git: %s is not an absolute path", r.git)
	}
	return nil
}

// safeConfig overrules what a repository could configure to have something run
// or fetched by the plumbing commands used here, or their output changed.
func safeConfig() []string {
	return []string{
		"--no-pager", "--no-optional-locks",
		"-c", "core.fsmonitor=", // empty, since versions before 2.36 would run "false"
		"-c", "core.hooksPath=" + os.DevNull,
		"-c", "core.alternateRefsCommand=",
		"-c", "core.sshCommand=",
		"-c", "core.askPass=",
		"-c", "core.gitProxy=",
		"-c", "credential.helper=",
		"-c", "diff.external=",
		"-c", "log.showSignature=false",
		"-c", "i18n.logOutputEncoding=UTF-8", // rev-list --format obeys it, even for UTF-16
		"-c", "submodule.recurse=false",
		"-c", "fetch.recurseSubmodules=false",
		"-c", "protocol.allow=never",
		"-c", "gc.auto=0",
		"-c", "maintenance.auto=false",
	}
}

// repositoryVars are the variables that say which repository git works on, as
// "git rev-parse --local-env-vars" lists them, without those that only carry
// configuration.
var repositoryVars = []string{
	"GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_OBJECT_DIRECTORY", "GIT_DIR", "GIT_WORK_TREE",
	"GIT_IMPLICIT_WORK_TREE", "GIT_GRAFT_FILE", "GIT_INDEX_FILE", "GIT_NO_REPLACE_OBJECTS",
	"GIT_REPLACE_REF_BASE", "GIT_PREFIX", "GIT_SHALLOW_FILE", "GIT_COMMON_DIR", "GIT_NAMESPACE",
	"GIT_QUARANTINE_PATH",
}

// namesRepository tells whether the environment names a repository.
func namesRepository(env []string) bool {
	return slices.ContainsFunc(env, func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return slices.Contains(repositoryVars, name)
	})
}

// safeEnv is the environment git is run in: the given one, without what makes
// git print or run something more, and with what keeps it from asking, from
// writing, and from any transport. GIT_ALLOW_PROTOCOL beats every
// protocol.*.allow a repository may set; its one entry here has no name.
func safeEnv(env []string, repository bool) []string {
	var out []string
	for _, v := range env {
		name, _, _ := strings.Cut(v, "=")
		if !repository && slices.Contains(repositoryVars, name) {
			continue
		}
		switch {
		case strings.HasPrefix(name, "GIT_TRACE"):
		case name == "GIT_EXTERNAL_DIFF", name == "GIT_DIFF_OPTS", name == "GIT_PAGER", name == "GIT_ASKPASS",
			name == "GIT_SSH", name == "GIT_SSH_COMMAND", name == "GIT_PROXY_COMMAND", name == "GIT_EDITOR",
			name == "GIT_LITERAL_PATHSPECS", name == "GIT_GLOB_PATHSPECS", name == "GIT_NOGLOB_PATHSPECS",
			name == "GIT_ICASE_PATHSPECS":
		default:
			out = append(out, v)
		}
	}
	return append(out,
		"GIT_ALLOW_PROTOCOL=:", "GIT_NO_LAZY_FETCH=1", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0",
		"GIT_PAGER=cat", "GIT_FLUSH=0", "LC_ALL=C", "LANGUAGE=C")
}

// command prepares a git command.
func (r *Repo) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, r.git, append(safeConfig(), args...)...)
	cmd.Dir = r.dir
	cmd.Env = r.env
	return cmd
}

// maxMessage is how much of git's messages is kept.
const maxMessage = 64 << 10

// run runs git to its end and gives its output, also where it fails.
func (r *Repo) run(ctx context.Context, input []byte, args ...string) ([]byte, error) {
	cmd := r.command(ctx, args...)
	if input != nil {
		cmd.Stdin = bytes.NewReader(input)
	}
	var out bytes.Buffer
	errs := tail{limit: maxMessage}
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return out.Bytes(), gitError(ctx, args, &errs, err)
	}
	return out.Bytes(), nil
}

// messages runs git and gives, beside its output, what it said on standard
// error although it succeeded.
func (r *Repo) messages(ctx context.Context, args ...string) (out []byte, said []string, err error) {
	cmd := r.command(ctx, args...)
	var buf bytes.Buffer
	errs := tail{limit: maxMessage}
	cmd.Stdout, cmd.Stderr = &buf, &errs
	if err := cmd.Run(); err != nil {
		return nil, nil, gitError(ctx, args, &errs, err)
	}
	if text := errs.text(); text != "" {
		said = strings.Split(text, "\n")
	}
	return buf.Bytes(), said, nil
}

// stream runs git and hands its output over as it comes.
func (r *Repo) stream(ctx context.Context, input io.Reader, read func(*bufio.Reader) error, args ...string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := r.command(ctx, args...)
	cmd.Stdin = input
	errs := tail{limit: maxMessage}
	cmd.Stderr = &errs
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("git %s: %w", subcommand(args), err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("git %s: %w", subcommand(args), err)
	}
	failed := read(bufio.NewReaderSize(pipe, 256<<10))
	if failed != nil {
		cancel()
	}
	_, _ = io.Copy(io.Discard, pipe)
	err = cmd.Wait()
	switch {
	case failed != nil && (err == nil || ctx.Err() != nil || !errors.Is(failed, io.ErrUnexpectedEOF)):
		return failed
	case err != nil:
		return gitError(ctx, args, &errs, err)
	}
	return nil
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

func gitError(ctx context.Context, args []string, errs *tail, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &CommandError{Command: subcommand(args), Stderr: errs.text(), Err: err}
}

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

// exitCode gives a failed process's code, -1 if it has none.
func exitCode(err error) int {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	return -1
}
