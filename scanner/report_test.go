package scanner_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/verify"
	"github.com/momentolint/momentolint/scanner"
)

// Where the analyzers run next to a scan, a key in Go code is one finding; what
// the scan has not found, and what is wrong besides, stays.
func TestAKeyInGoCodeIsOneFindingOfScanAndAnalyzers(t *testing.T) {
	run, err := scanner.New(scanner.Options{Live: scanner.Live{Options: verify.Options{Offline: true}}})
	if err != nil {
		t.Fatal(err)
	}
	c, err := credential.Parse([]byte(credentialtest.V2(credentialtest.Options{})))
	if err != nil {
		t.Fatal(err)
	}
	at := func(rule string, first, last int) finding.Finding {
		return finding.Finding{Rule: rule, Fingerprint: rule, Location: finding.Location{File: "a.go", StartLine: first, EndLine: last, StartColumn: 1, EndColumn: 2}}
	}
	found := at("momento-api-key-v2", 3, 5)
	found.Credential, found.Fingerprint = c, c.Fingerprint()
	if err := run.Scan(t.Context(), scanner.Diagnostics{Root: ".", Findings: []finding.Finding{found, at("momentohardcoded", 4, 4), at("momentohardcoded", 9, 9), at("momentoexpiry", 4, 4)}}); err != nil {
		t.Fatal(err)
	}
	r := run.Report(t.Context())
	var got []string
	for i := range r.Findings {
		got = append(got, r.Findings[i].Rule)
	}
	if want := []string{"momento-api-key-v2", "momentoexpiry", "momentohardcoded"}; len(got) != 3 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
		t.Errorf("findings of %q, want %q", got, want)
	}
}

// The same goes for a key without an end: the analyzer, which follows values
// through packages, knows more. What is on another line, in another file or not
// in Go stays.
func TestAKeyWithoutAnEndIsOneFindingOfScanAndAnalyzers(t *testing.T) {
	run, err := scanner.New(scanner.Options{Live: scanner.Live{Options: verify.Options{Offline: true}}})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	const file = `package k

import (
	"github.com/momentohq/client-sdk-go/momento"
	"github.com/momentohq/client-sdk-go/utils"
)

var both = momento.GenerateApiKeyRequest{
	ExpiresIn: utils.ExpiresInNever(),
}

var scanOnly = momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInDays(180)}
`
	for _, name := range []string{"a.go", "b.go"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := run.Scan(t.Context(), scanner.Files{Paths: []string{dir}}); err != nil {
		t.Fatal(err)
	}
	analyzer := finding.Finding{Rule: "momentoexpiry", Fingerprint: "x", Location: finding.Location{
		File: "a.go", StartLine: 9, EndLine: 9, StartColumn: 13, EndColumn: 35,
	}}
	if err := run.Scan(t.Context(), scanner.Diagnostics{Root: dir, Findings: []finding.Finding{analyzer}}); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range run.Report(t.Context()).Findings {
		got = append(got, fmt.Sprintf("%s:%d %s", f.Location.File, f.Location.StartLine, f.Rule))
	}
	want := []string{"a.go:9 momentoexpiry", "a.go:12 momento-never-expiring-key", "b.go:9 momento-never-expiring-key", "b.go:12 momento-never-expiring-key"}
	if !slices.Equal(got, want) {
		t.Errorf("findings %q, want %q", got, want)
	}
}
