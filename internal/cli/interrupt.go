package cli

import (
	"context"
	"errors"
	"time"
)

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
