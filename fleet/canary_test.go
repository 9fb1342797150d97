//go:build unix

package fleet

import (
	"path/filepath"
	"testing"

	"github.com/momentolint/momentolint/internal/testing/gittest"
)

// That plain git triggers the canaries is tested in cmd/momentolint, with the other
// subcommands.
func TestNothingScannedIsExecuted(t *testing.T) {
	t.Parallel()
	lure := gittest.NewLures(t, mint(t, 1)[0].text)
	lures := map[string]*gittest.Lure{}
	var targets []Target
	for _, c := range gittest.Canaries() {
		l := lure(t, c)
		if len(l.Env) > 0 {
			continue // variables are of the worker's process
		}
		lures[c.Name] = l
		for _, url := range []string{l.Dir, "file://" + filepath.ToSlash(l.Path(".git"))} {
			target, err := ParseTarget(url)
			if err != nil {
				t.Fatal(err)
			}
			targets = append(targets, target)
		}
		l.Fired()
	}
	f := shared(t)
	s := offline()
	s.Tries = 1
	run := orderTargets(t, f, s, Distinct(targets)...)
	work(t, f, WorkerOptions{Run: run.ID})
	report := gather(t, run)
	if len(report.Repositories) != len(targets) || len(report.Findings) < len(targets) {
		t.Errorf("%d repositories of %d, %d findings", len(report.Repositories), len(targets), len(report.Findings))
	}
	for name, l := range lures {
		if fired := l.Fired(); fired != "" {
			t.Errorf("%s: %s", name, fired)
		}
	}
}
