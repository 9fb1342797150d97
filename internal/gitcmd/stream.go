package gitcmd

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"
)

// Stream runs git and hands its output over as it comes. The time limit is for
// the time that read waits, not for the time that it works.
func (g *Git) Stream(ctx context.Context, input io.Reader, read func(*bufio.Reader) error, args ...string) error {
	if err := g.permit(ctx, args); err != nil {
		return err
	}
	limited, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	cmd := g.command(limited, args)
	cmd.Stdin = input
	errs := tail{limit: maxMessage}
	cmd.Stderr = &errs
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("git %s: %w", subcommand(args), err)
	}
	if err := g.start(cmd); err != nil {
		return fmt.Errorf("git %s: %w", subcommand(args), err)
	}
	defer closeLater(limited, pipe)()
	bounded := impatient{pipe, g.o.Timeout, cancel}
	problem := read(bufio.NewReaderSize(bounded, 256<<10))
	if problem != nil {
		cancel(problem)
	}
	_, _ = io.Copy(io.Discard, bounded)
	err = cmd.Wait()
	switch {
	case ctx.Err() == nil && errors.Is(context.Cause(limited), ErrTimeout):
		return failed(ctx, args, &errs, fmt.Errorf("%w of %v", ErrTimeout, g.o.Timeout))
	case problem != nil && (err == nil || ctx.Err() != nil || !errors.Is(problem, io.ErrUnexpectedEOF)):
		return problem
	case err != nil:
		return failed(ctx, args, &errs, err)
	}
	return nil
}

// closeLater closes the output of a process some time after its context ended:
// something that it started may have kept it open.
func closeLater(ctx context.Context, pipe io.Closer) (stop func() bool) {
	return context.AfterFunc(ctx, func() {
		time.AfterFunc(waitDelay, func() { _ = pipe.Close() })
	})
}

// impatient ends a process that keeps its reader waiting.
type impatient struct {
	io.Reader
	patience time.Duration
	end      context.CancelCauseFunc
}

func (r impatient) Read(p []byte) (int, error) {
	timer := time.AfterFunc(r.patience, func() { r.end(ErrTimeout) })
	defer timer.Stop()
	return r.Reader.Read(p)
}

// Process is a git that answers one request after the other, like
// "cat-file --batch". It belongs to one goroutine.
type Process struct {
	args   []string
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	errs   tail
	ctx    context.Context //nolint:containedctx // the process's own, which Close ends
	cancel context.CancelCauseFunc
	stop   func() bool
	limit  time.Duration
}

// Start starts a git that outlives ctx, until Close.
func (g *Git) Start(ctx context.Context, args ...string) (*Process, error) {
	if err := g.permit(ctx, args); err != nil {
		return nil, err
	}
	own, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	p := &Process{args: args, errs: tail{limit: maxMessage}, limit: g.o.Timeout, ctx: own, cancel: cancel}
	p.cmd = g.command(own, args)
	p.cmd.Stderr = &p.errs
	in, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("git %s: %w", subcommand(args), err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("git %s: %w", subcommand(args), err)
	}
	p.stop = closeLater(own, out)
	p.in, p.out = in, bufio.NewReaderSize(impatient{out, p.limit, p.cancel}, 64<<10)
	if err := g.start(p.cmd); err != nil {
		return nil, fmt.Errorf("git %s: %w", subcommand(args), err)
	}
	return p, nil
}

// Ask writes a line and lets read take the answer. The context ends the
// process. After an error of read the process is of no more use.
func (p *Process) Ask(ctx context.Context, line string, read func(*bufio.Reader) error) error {
	stop := context.AfterFunc(ctx, func() { p.cancel(ctx.Err()) })
	defer stop()
	if _, err := io.WriteString(p.in, line+"\n"); err != nil {
		// What git started may keep the output open, for which Close would wait.
		p.cancel(err)
		return p.failed(ctx, err)
	}
	if err := read(p.out); err != nil {
		if p.ctx.Err() != nil {
			return p.failed(ctx, err)
		}
		return err
	}
	return nil
}

func (p *Process) failed(ctx context.Context, err error) error {
	if errors.Is(context.Cause(p.ctx), ErrTimeout) { //nolint:contextcheck // the process's own context holds the cause
		err = fmt.Errorf("%w of %v", ErrTimeout, p.limit)
	}
	return failed(ctx, p.args, &tail{}, err)
}

// Close ends the process.
func (p *Process) Close() error {
	_ = p.in.Close()
	_, _ = io.Copy(io.Discard, p.out)
	err := p.cmd.Wait()
	p.stop()
	p.cancel(nil)
	return err
}
