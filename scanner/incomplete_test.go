package scanner_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/report"
	"github.com/momentolint/momentolint/momentotest"
)

// Cut copies of a live key lie about. They are unverified, nothing of them is
// sent, and the text shows them with the whole one.
func TestCutCredentialsAreNeverSent(t *testing.T) {
	t.Parallel()
	type kind struct{ name, text string }
	var kinds []kind
	for _, k := range []struct {
		name string
		mint func(credentialtest.Options) string
	}{
		{"v2", credentialtest.V2}, {"v1", credentialtest.V1}, {"v1-jwt", credentialtest.V1JWT}, {"legacy", credentialtest.Legacy},
		{"expired", func(o credentialtest.Options) string {
			o.ExpiresAt = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
			return credentialtest.V2(o)
		}},
	} {
		kinds = append(kinds, kind{k.name, k.mint(credentialtest.Options{Seed: k.name, KeyID: "id-" + k.name})})
	}
	s, err := momentotest.Start(momentotest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	whole, cut := map[string]bool{}, map[string]bool{}
	for _, k := range kinds {
		if err := s.Add(momentotest.Key{Text: k.text, State: momentotest.Live}); err != nil {
			t.Fatal(err)
		}
		c, err := credential.Parse([]byte(k.text))
		if err != nil {
			t.Fatal(err)
		}
		whole[c.Fingerprint()] = true
		write(k.name+".env", "KEY="+k.text+"\n")
		for _, n := range []int{2, 11, 25} {
			text := strings.TrimRight(k.text, "=")
			text = text[:len(text)-n]
			c, err := credential.Parse([]byte(text))
			if err != nil || !c.Incomplete {
				t.Fatalf("%s without %d characters is not cut: %v", k.name, n, err)
			}
			cut[c.Fingerprint()] = true
			write(k.name+"-"+string(rune('a'+n))+".log", `{"msg":"connect","token":"`+text+"...\"}\n")
		}
	}
	r := scan(t, dir, s)
	for i := range r.Findings {
		f := &r.Findings[i]
		v := f.Verdict
		switch {
		case cut[f.Fingerprint]:
			if v.Status != finding.StatusUnverified || v.Reason != "incomplete" || v.Unfinished || !v.CheckedAt.IsZero() || !f.Credential.Incomplete {
				t.Errorf("%s: %s (%s), unfinished %t, at %v", f.Location.File, v.Status, v.Reason, v.Unfinished, v.CheckedAt)
			}
		case whole[f.Fingerprint]:
			want := finding.StatusLive
			if f.Location.File == "expired.env" {
				want = finding.StatusExpired
			}
			if v.Status != want || f.Credential.Incomplete {
				t.Errorf("%s: %s (%s), want %s", f.Location.File, v.Status, v.Reason, want)
			}
		default:
			t.Errorf("%s: something else", f.Location.File)
		}
	}
	if want := len(whole) + len(cut); len(r.Findings) != want || len(cut) != 3*len(whole) {
		t.Errorf("%d findings, want %d", len(r.Findings), want)
	}
	for _, c := range s.Calls() {
		if cut[c.Fingerprint] {
			t.Errorf("%s came with a cut credential", c.Method)
		}
	}
	var out bytes.Buffer
	if err := report.Text(&out, r, report.TextOptions{}); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "●"); n != len(kinds) {
		t.Errorf("%d blocks for %d credentials and their cut copies\n%s", n, len(kinds), out.String())
	}
	if want := "5 credentials in 20 places: 4 live, 1 expired."; !strings.Contains(out.String(), want) {
		t.Errorf("%q is not in\n%s", want, out.String())
	}
	if n := strings.Count(out.String(), "incomplete"); n != len(cut) {
		t.Errorf("%d of %d copies are called incomplete", n, len(cut))
	}
}
