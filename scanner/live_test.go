package scanner_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/verify"
	"github.com/momentolint/momentolint/momentotest"
	"github.com/momentolint/momentolint/scanner"
)

// leaks writes five files that hold the same 200 credentials, and starts a
// service that knows them: two thirds are live.
func leaks(t *testing.T) (dir string, s *momentotest.Server, truth map[string]finding.Status) {
	t.Helper()
	s, err := momentotest.Start(momentotest.Options{Caches: []string{"orders"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	truth = map[string]finding.Status{}
	var lines []string
	mint := []func(credentialtest.Options) string{credentialtest.V1, credentialtest.V2, credentialtest.Legacy, credentialtest.V1JWT}
	for i := range 200 {
		text := mint[i%len(mint)](credentialtest.Options{Seed: fmt.Sprint("leak ", i)})
		c, err := credential.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		key := momentotest.Key{Text: text, State: momentotest.Live, List: i%3 == 0}
		truth[c.Fingerprint()] = finding.StatusLive
		if i%3 == 2 {
			key.State = momentotest.Revoked
			truth[c.Fingerprint()] = finding.StatusDead
		}
		if err := s.Add(key); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, fmt.Sprintf("KEY_%d=%s", i, text))
	}
	dir = t.TempDir()
	for i := range 5 {
		path := filepath.Join(dir, fmt.Sprintf("service-%d.env", i))
		if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir, s, truth
}

// scan reports on the directory with a live check fast enough for a test.
func scan(t *testing.T, dir string, s *momentotest.Server) *finding.Report {
	t.Helper()
	run, err := scanner.New(scanner.Options{
		Limits: scanner.Limits{Jobs: 2},
		Live:   scanner.Live{Options: verify.Options{LiveTarget: s.Addr(), Rate: 400, Total: 5 * time.Minute, Timeout: time.Minute, Getenv: func(string) string { return "" }}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Scan(t.Context(), scanner.Files{Paths: []string{dir}}); err != nil {
		t.Fatal(err)
	}
	report := run.Report(t.Context())
	return report
}

// statuses returns the verdict on each credential, which has to be the same in
// all of its places.
func statuses(t *testing.T, r *finding.Report) map[string]finding.Status {
	t.Helper()
	all := map[string]finding.Status{}
	for i := range r.Findings {
		f := &r.Findings[i]
		if before, ok := all[f.Fingerprint]; ok && before != f.Verdict.Status {
			t.Errorf("%s is %s in one place and %s in another", f.Fingerprint, before, f.Verdict.Status)
		}
		all[f.Fingerprint] = f.Verdict.Status
	}
	return all
}

func TestAThousandFindingsAreTwoHundredQuestions(t *testing.T) {
	dir, s, truth := leaks(t)
	r := scan(t, dir, s)
	live := 0
	for f, got := range statuses(t, r) {
		if got != truth[f] {
			t.Errorf("%s: %s, want %s", f, got, truth[f])
		}
		if got == finding.StatusLive {
			live++
		}
	}
	if r.Summary.Findings != 1000 || r.Summary.Credentials != 200 || r.Summary.Live != 134 || live != 134 || r.Summary.Incomplete() {
		t.Errorf("summary %+v, %d live, incomplete %t; want 1000 findings, 200 credentials, 134 live", r.Summary, live, r.Summary.Incomplete())
	}
	asked := map[string]int{}
	for _, c := range s.Calls() {
		if truth[c.Fingerprint] != "" {
			asked[c.Fingerprint]++
		}
	}
	again := 0
	for f, n := range asked {
		// The closing controls ask about one live credential again.
		if truth[f] == finding.StatusLive && n == 3 {
			again++
			n--
		}
		if want := map[finding.Status]int{finding.StatusDead: 1, finding.StatusLive: 2}[truth[f]]; n != want {
			t.Errorf("%s was asked about %d times, want %d: it is %s", f, n, want, truth[f])
		}
	}
	// 66 dead ones, 134 live ones with two counterfeits each, the opening control
	// and the two closing ones.
	if want := 66 + 134*4 + 1 + 2; again != 1 || len(asked) != 200 || len(s.Calls()) != want {
		t.Errorf("%d credentials in %d calls; want 200 in %d", len(asked), len(s.Calls()), want)
	}
}
