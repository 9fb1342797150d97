package scanner_test

import (
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/verify"
	"github.com/momentolint/momentolint/scanner"
)

// A number of jobs that no memory suffices for is refused before anything is
// allocated.
func TestTheNumberOfJobsIsBounded(t *testing.T) {
	for jobs, ok := range map[int]bool{0: true, 1: true, scanner.MaxJobs: true, -1: false, scanner.MaxJobs + 1: false, 1 << 60: false} {
		_, err := scanner.New(scanner.Options{Limits: scanner.Limits{Jobs: jobs}, Live: scanner.Live{Options: verify.Options{Offline: true}}})
		if (err == nil) != ok {
			t.Errorf("%d jobs: %v", jobs, err)
		}
		if err != nil && !strings.Contains(err.Error(), "want 0 to 1024") {
			t.Errorf("%d jobs: %v does not say what is wanted", jobs, err)
		}
	}
}
