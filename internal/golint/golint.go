// Package golint analyzes Go packages with a vet tool: every module and every
// workspace below a directory. It is the only package that starts the go
// command.
//
// What is analyzed is untrusted, so nothing that it configures is run. The go
// command lists packages, compiles what they import with Go's own compiler and
// assembler, and runs the vet tool. It does not run cgo, C compilers,
// pkg-config, SWIG, version control systems, go:generate lines, tests, or
// another Go toolchain. See environment for how. Packages that need cgo, and
// those that import them, are type-checked from source in this process
// instead.
package golint

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"

	"golang.org/x/tools/go/analysis"
)

// Options configures a Runner.
type Options struct {
	// Tool is the vet tool, and ToolFlags are its flags.
	Tool      string
	ToolFlags []string
	// Analyzers are those that Tool runs with ToolFlags, for the packages that
	// the go command cannot compile without cgo.
	Analyzers []*analysis.Analyzer
	// BuildFlags are flags of go list and go vet, e.g. -tags=x.
	BuildFlags []string
	// Offline keeps the go command from downloading modules.
	Offline bool
	// Cgo allows the go command to run cgo, and with it the C compiler and
	// pkg-config as the packages ask for them.
	Cgo bool
}

// Runner runs the go command.
type Runner struct {
	options Options
	// env are the variables that it runs with.
	env []string
	// goarch is the architecture that is analyzed for, "" for this machine's.
	goarch string
	// cgoUnwanted: the user has switched cgo off, so that files that need it are
	// no part of the packages.
	cgoUnwanted bool
	// looked are the results of regular by directory: nil or an error.
	looked sync.Map
}

// New returns a Runner with the user's settings of the go command.
func New(o Options) (*Runner, error) {
	settings, err := userSettings()
	if err != nil {
		return nil, err
	}
	return &Runner{
		options: o, env: environment(os.Environ(), settings, o),
		goarch: settings["GOARCH"], cgoUnwanted: settings["CGO_ENABLED"] == "0",
	}, nil
}

// output runs the go command and returns its standard output.
func (r *Runner) output(ctx context.Context, dir string, env []string, args ...string) (string, error) {
	cmd, err := r.command(ctx, dir, env, args...)
	if err != nil {
		return "", err
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := runGroup(cmd); err != nil {
		if ctx.Err() != nil {
			return "", fmt.Errorf("go %s in %s: %w", args[0], dir, ctx.Err())
		}
		return "", &commandError{args[0], dir, strings.TrimSpace(stderr.String()), err}
	}
	return strings.TrimSpace(stdout.String()), nil
}

// commandError is a failure of the go command. stderr may quote any file, so
// it is no part of the message.
type commandError struct {
	command, dir, stderr string
	err                  error
}

func (e *commandError) Error() string {
	parts := []string{fmt.Sprintf("go %s in %s", e.command, e.dir), e.err.Error()}
	for _, c := range complaints(e.stderr, e.dir, nil) {
		parts = append(parts, c.Text)
	}
	return strings.Join(parts, ": ")
}

func (e *commandError) Unwrap() error { return e.err }

func (r *Runner) command(ctx context.Context, dir string, env []string, args ...string) (*exec.Cmd, error) {
	if err := r.regular(dir); err != nil {
		return nil, err
	}
	path, err := exec.LookPath("go")
	if err != nil {
		return nil, fmt.Errorf("linting Go code needs the go command: %w", err)
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = dir
	cmd.Env = slices.Concat(env, []string{"PWD=" + dir})
	cmd.WaitDelay = stopDelay
	return cmd, nil
}
