// Package run starts programs that the user named, or that belong to
// momentolint. Programs that work on what is scanned are not among them: git is
// started by package gitcmd, the go command by package golint.
package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// ErrNotFound says that a program is not installed.
var ErrNotFound = errors.New("not found beside this program or in PATH")

// Find returns the absolute path of a program of momentolint's: next to the one
// that is running, through links as well, or in PATH. The name is without
// ".exe".
func Find(name string) (string, error) {
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if self, err := os.Executable(); err == nil {
		dirs := []string{filepath.Dir(self)}
		if resolved, err := filepath.EvalSymlinks(self); err == nil {
			dirs = append(dirs, filepath.Dir(resolved))
		}
		for _, dir := range dirs {
			path := filepath.Join(dir, name)
			if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
				return path, nil
			}
		}
	}
	// A program in the current directory is an error of LookPath.
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, ErrNotFound)
	}
	return filepath.Abs(path)
}

// Program is a program to run. It has the environment of this one.
type Program struct {
	// Path is absolute.
	Path     string
	Args     []string
	In       io.Reader
	Out, Err io.Writer
}

// Run runs the program to its end and returns its exit code, -1 if a signal
// ended it. The end of the context interrupts it, so that it can say what it
// leaves behind.
func (p Program) Run(ctx context.Context) (code int, err error) {
	if !filepath.IsAbs(p.Path) {
		return 0, fmt.Errorf("running %s: it is not an absolute path", p.Path)
	}
	cmd := exec.CommandContext(ctx, p.Path, p.Args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = p.In, p.Out, p.Err
	cmd.Cancel = func() error {
		if runtime.GOOS == "windows" {
			return cmd.Process.Kill()
		}
		return cmd.Process.Signal(os.Interrupt)
	}
	err = cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode(), nil
	}
	if err != nil {
		return 0, fmt.Errorf("running %s: %w", filepath.Base(p.Path), err)
	}
	return 0, nil
}
