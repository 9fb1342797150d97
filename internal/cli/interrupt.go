package cli

import (
	"context"
	"errors"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	"google.golang.org/grpc/grpclog"
)

// Start prepares a program to run. The context that it returns ends with an
// interrupt; a second one ends the program at once. Libraries log what a server
// sends, at levels that GRPC_GO_LOG_SEVERITY_LEVEL and GODEBUG=http2debug=2
// lower, and it may repeat a credential, so Start discards their logs.
func Start() (ctx context.Context, stop context.CancelFunc) {
	log.SetOutput(io.Discard)
	grpclog.SetLoggerV2(grpclog.NewLoggerV2(io.Discard, io.Discard, io.Discard))
	ctx, stop = signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// ErrInterrupted is the error of work that an interrupt ended without a result.
var ErrInterrupted = errors.New("interrupted")

// UntilDone runs f, and returns ErrInterrupted if f is still running grace after
// ctx is done. Reading configuration and writing reports call libraries and the
// system, which cannot be interrupted, so f may run until the program ends.
func UntilDone(ctx context.Context, f func() error) error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	late := time.NewTimer(grace)
	defer late.Stop()
	select {
	case err := <-done:
		return err
	case <-late.C:
		return ErrInterrupted
	}
}

// grace is how long f may still run after an interrupt.
const grace = 900 * time.Millisecond
