package cli

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/momentolint/momentolint/scanner"
)

func TestUntilDoneReturnsWithoutWorkThatDoesNotEnd(t *testing.T) {
	t.Parallel()
	failure := errors.New("failed")
	if err := UntilDone(t.Context(), func() error { return failure }); !errors.Is(err, failure) {
		t.Errorf("%v, want the error of the function", err)
	}
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	release := make(chan struct{})
	defer close(release)
	if err := UntilDone(interrupted, func() error { <-release; return nil }); !errors.Is(err, ErrInterrupted) {
		t.Errorf("%v, want %v", err, ErrInterrupted)
	}
}

func TestProgressLineFitsTheTerminal(t *testing.T) {
	t.Parallel()
	for _, columns := range []int{20, 40, 80} {
		for _, total := range []int64{0, 50, 5000} {
			var p scanner.Progress
			p.Phase.Store("reading the objects of a large repository")
			p.Done.Store(50)
			p.Total.Store(total)
			p.Bytes.Store(123_456_789)
			if line := progressLine(&p, time.Second, columns); len([]rune(line)) >= columns {
				t.Errorf("%d columns: %q", columns, line)
			}
		}
	}
}
