package baseline_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/baseline"
	"github.com/momentolint/momentolint/internal/finding"
)

func found(file, seed string, line int) finding.Finding {
	c, err := credential.Parse([]byte(credentialtest.V1(credentialtest.Options{Seed: seed})))
	if err != nil {
		panic(err)
	}
	return finding.Finding{
		Rule: c.Kind.Rule(), Credential: c, Fingerprint: c.Fingerprint(),
		Location: finding.Location{File: file, StartLine: line},
	}
}

func write(t *testing.T, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "baseline.json")
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t *testing.T, data []byte) *baseline.Baseline {
	t.Helper()
	b, err := baseline.Read(write(t, data))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestCoversByContentAndPathNotByLine(t *testing.T) {
	b := read(t, baseline.New([]finding.Finding{found("a.env", "1", 3)}).Marshal())
	moved, other, elsewhere := found("a.env", "1", 99), found("a.env", "2", 3), found("b.env", "1", 3)
	if !b.Covers(&moved) {
		t.Error("a finding that moved to another line is no longer covered")
	}
	if b.Covers(&other) {
		t.Error("a new credential on the old line is covered")
	}
	if b.Covers(&elsewhere) {
		t.Error("the same credential in another file is covered")
	}
}

func TestTheFileIsStableAndPrunesItself(t *testing.T) {
	all := []finding.Finding{found("b", "2", 1), found("a", "1", 1), found("a", "3", 7), found("a", "1", 5)}
	first := baseline.New(all).Marshal()
	slices.Reverse(all)
	if second := baseline.New(all).Marshal(); string(first) != string(second) {
		t.Errorf("order matters:\n%s\n%s", first, second)
	}
	if n := strings.Count(string(first), "fingerprint"); n != 3 {
		t.Errorf("%d entries for 3 different findings", n)
	}
	b := read(t, first)
	b.Covers(&all[0])
	stale := b.Stale()
	if len(stale) != 2 || !slices.IsSorted(stale) {
		t.Errorf("stale: %q", stale)
	}
	if pruned := b.Marshal(); strings.Count(string(pruned), "fingerprint") != 1 {
		t.Errorf("not pruned:\n%s", pruned)
	}
	var v any
	if err := json.Unmarshal(first, &v); err != nil {
		t.Error(err)
	}
	if empty := baseline.New(nil).Marshal(); len(read(t, empty).Stale()) != 0 {
		t.Error("an empty baseline has stale entries")
	}
}

func TestNoSecretIsInTheFile(t *testing.T) {
	f := found("a", "1", 1)
	data := string(baseline.New([]finding.Finding{f}).Marshal())
	if strings.Contains(data, f.Credential.Reveal()[:20]) {
		t.Error("the baseline holds the credential")
	}
}

func TestAGitleaksReportIsABaseline(t *testing.T) {
	key := credentialtest.V1(credentialtest.Options{Seed: "1"})
	inner := credentialtest.V1JWT(credentialtest.Options{Seed: "1"})
	report, err := json.Marshal([]map[string]any{
		{"RuleID": "jwt", "File": "a.env", "Secret": inner, "Match": inner, "StartLine": 3},
		{"RuleID": "generic-api-key", "File": `win\b.env`, "Secret": key, "StartLine": 1},
		{"RuleID": "jwt", "File": "c.env", "Secret": "REDACTED", "StartLine": 8},
		{"RuleID": "aws", "File": "d.env", "Secret": "AKIAxxxx", "StartLine": 8},
	})
	if err != nil {
		t.Fatal(err)
	}
	b := read(t, report)
	for _, tt := range []struct {
		f    finding.Finding
		want bool
	}{
		{found("a.env", "1", 70), true},
		{found("a.env", "2", 3), false},
		{found("win/b.env", "1", 1), true},
		{found("c.env", "1", 8), true},
		{found("c.env", "1", 9), false},
		{found("d.env", "1", 8), false},
	} {
		if got := b.Covers(&tt.f); got != tt.want {
			t.Errorf("%s:%d covered: %v", tt.f.Location.File, tt.f.Location.StartLine, got)
		}
	}
}

func TestBrokenBaselinesAreErrors(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "not JSON": "x", "another format": `{"results":{}}`, "a later version": `{"version":2,"entries":[]}`, "a list of strings": `["a"]`,
	} {
		if _, err := baseline.Read(write(t, []byte(text))); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := baseline.Read(filepath.Join(t.TempDir(), "missing")); err == nil || !strings.Contains(err.Error(), "--write-baseline") {
		t.Errorf("missing file: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(baseline.New([]finding.Finding{found("a", "1", 1)}).Marshal())
	f.Add([]byte(`[{"File":"a","Secret":"REDACTED","StartLine":1}]`))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(dir, "b.json")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		b, err := baseline.Read(path)
		if err != nil {
			return
		}
		b.Stale()
		again := read(t, b.Marshal())
		if string(again.Marshal()) == "" {
			t.Fatal("nothing written")
		}
	})
}
