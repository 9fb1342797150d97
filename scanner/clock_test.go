package scanner_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/report"
	"github.com/momentolint/momentolint/internal/verify"
	"github.com/momentolint/momentolint/momentotest"
	"github.com/momentolint/momentolint/scanner"
)

// steps is a clock that shows one time until it was looked at so often, and
// another from then on.
type steps struct {
	mu            sync.Mutex
	before, after time.Time
	looks         int
}

func (c *steps) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.looks > 0 {
		c.looks--
		return c.before
	}
	return c.after
}

// A report is about one moment. Whether a key ends while the run goes on or the
// clock is set back over its end, the report says in all of its places either
// that the key has expired or that it has not.
func TestOneReportIsAboutOneMoment(t *testing.T) {
	t.Parallel()
	end := time.Date(2026, 12, 3, 0, 30, 0, 0, time.UTC)
	key := credentialtest.V1(credentialtest.Options{Seed: "ends", ExpiresAt: end})
	s, err := momentotest.Start(momentotest.Options{Keys: []momentotest.Key{{Text: key, State: momentotest.Live}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	seen := map[finding.Status]bool{}
	for _, jump := range []struct{ before, after time.Time }{
		{end.Add(-time.Second), end}, {end.Add(-time.Second), end.Add(finding.ExpiryLeeway)}, {end.Add(-time.Hour), end.Add(48 * time.Hour)},
		{end, end.Add(-time.Second)}, {end.Add(finding.ExpiryLeeway), end.Add(-time.Second)}, {end.Add(time.Hour), end.Add(-48 * time.Hour)},
	} {
		for _, offline := range []bool{true, false} {
			for looks := range 6 {
				clock := &steps{before: jump.before, after: jump.after, looks: looks}
				run, err := scanner.New(scanner.Options{
					Limits: scanner.Limits{Jobs: 1}, Now: clock.now, ExpiryWarning: 24 * time.Hour,
					Live: scanner.Live{Options: verify.Options{Offline: offline, Now: clock.now, LiveTarget: s.Addr(), Rate: 1000, Getenv: func(string) string { return "" }}},
				})
				if err != nil {
					t.Fatal(err)
				}
				if err := run.Scan(t.Context(), scanner.Stream{Name: "key", Reader: strings.NewReader("KEY=" + key)}); err != nil {
					t.Fatal(err)
				}
				r := run.Report(t.Context())
				name := fmt.Sprintf("%v, then %v after %d looks, offline %v", jump.before, jump.after, looks, offline)
				if len(r.Findings) != 1 {
					t.Fatalf("%s: %d findings", name, len(r.Findings))
				}
				seen[r.Findings[0].Verdict.Status] = true
				oneStory(t, name, r)
			}
		}
	}
	for _, status := range []finding.Status{finding.StatusExpired, finding.StatusLive, finding.StatusUnverified} {
		if !seen[status] {
			t.Errorf("no run came to %q", status)
		}
	}
}

// oneStory sees that the formats say one and the same of the only key's end.
func oneStory(t *testing.T, name string, r *finding.Report) {
	t.Helper()
	expired := r.Findings[0].Verdict.Status == finding.StatusExpired
	var j, csv, text bytes.Buffer
	for _, err := range []error{report.JSON(&j, r), report.CSV(&csv, r), report.Text(&text, r, report.TextOptions{})} {
		if err != nil {
			t.Fatal(err)
		}
	}
	var got struct {
		Findings []struct {
			Expires     string
			ExpiresSoon bool `json:"expires_soon"`
			Status      string
		}
	}
	if err := json.Unmarshal(j.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if f := got.Findings[0]; (f.Expires == "expired") != expired || expired && f.ExpiresSoon {
		t.Errorf("%s: status %q, expires %q, soon %v in JSON", name, f.Status, f.Expires, f.ExpiresSoon)
	}
	if strings.Contains(csv.String(), ",expired,") != expired {
		t.Errorf("%s: expired %v, in CSV\n%s", name, expired, csv.String())
	}
	out := text.String()
	if strings.Contains(out, "\n  expired ") != expired || strings.Contains(out, "\n  expires ") == expired || strings.Contains(out, " ago (") != expired || expired && strings.Contains(out, "soon") {
		t.Errorf("%s: expired %v, in text\n%s", name, expired, out)
	}
}

// A verdict that another computer gave by its clock, which goes ahead, is kept.
func TestAnExpiryByAnothersClockIsToldAsOne(t *testing.T) {
	t.Parallel()
	end := time.Date(2026, 12, 3, 0, 30, 0, 0, time.UTC)
	run, err := scanner.New(scanner.Options{Limits: scanner.Limits{Jobs: 1}, Now: func() time.Time { return end.Add(finding.ExpiryLeeway) }, Live: scanner.Live{Options: verify.Options{Offline: true}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Scan(t.Context(), scanner.Stream{Name: "key", Reader: strings.NewReader("KEY=" + credentialtest.V1(credentialtest.Options{ExpiresAt: end}))}); err != nil {
		t.Fatal(err)
	}
	r := run.Report(t.Context())
	r.Now = end.Add(-5 * time.Minute)
	oneStory(t, "five minutes before the end", r)
}
