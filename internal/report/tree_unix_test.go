//go:build unix

package report

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/finding"
)

func TestSarifDoesNotWaitForPipes(t *testing.T) {
	dir := repository(t, nil)
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := parse(t, credentialtest.V2(credentialtest.Options{}))
	// Opening the pipe would hang until the test's timeout.
	_, _ = sarif(t, &finding.Report{Now: now, Root: dir, Findings: []finding.Finding{at(c, "pipe", 1, "", "")}})
}
