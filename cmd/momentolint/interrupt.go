package main

import (
	"context"
	"errors"
	"time"
)

// errInterrupted is the error where an interrupt ends what cannot report
// anything.
var errInterrupted = errors.New("interrupted")

// untilDone runs f, and returns without it once ctx is done and grace has
// passed. Reading configuration and writing reports call libraries and the
// system, which cannot be interrupted: f then goes on until the program ends.
func untilDone(ctx context.Context, grace time.Duration, f func() error) error {
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
		return errInterrupted
	}
}

// grace is how long the configuration may take to be read, or reports to be
// written, after an interrupt.
const grace = 900 * time.Millisecond
