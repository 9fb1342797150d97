package verify

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/guard"
	"github.com/momentolint/momentolint/internal/testing/guardtest"
	"github.com/momentolint/momentolint/momentotest"
)

// authorities is the variable that names the case of the test below to the
// process that runs it.
const authorities = "MOMENTOLINT_TEST_AUTHORITIES"

// SSL_CERT_FILE and SSL_CERT_DIR decide which authorities are trusted, and
// nothing else: a server that they vouch for gets no credential unless its name
// is under momentohq.com or allowed. A process reads its authorities once, so
// each case is a process of its own.
func TestWhichVariablesNameAuthorities(t *testing.T) {
	if which := os.Getenv(authorities); which != "" {
		withAuthorities(t, which)
		return
	}
	switch runtime.GOOS {
	case "windows", "darwin", "ios":
		return // crypto/x509 reads the variables elsewhere only
	}
	t.Parallel()
	for _, which := range []string{"none", "SSL_CERT_FILE", "SSL_CERT_DIR"} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$") // #nosec G204 G702 -- this test
		cmd.Env = append(os.Environ(), authorities+"="+which)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", which, err, out)
		}
	}
}

func withAuthorities(t *testing.T, which string) {
	const allowed, foreign = "momento.corp.example", "evil.example"
	opts := momentotest.Options{}
	for _, host := range []string{allowed, foreign} {
		opts.Hosts = append(opts.Hosts, host, "control."+host, "cache."+host)
	}
	s := startCell(t, opts)
	dir := t.TempDir()
	// OpenSSL's name for a certificate; Go reads every file of the directory.
	file := filepath.Join(dir, "11111111.0")
	if err := os.WriteFile(file, s.AuthorityPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SSL_CERT_FILE", filepath.Join(t.TempDir(), "nothing"))
	t.Setenv("SSL_CERT_DIR", t.TempDir())
	switch which {
	case "SSL_CERT_FILE":
		t.Setenv(which, file)
	case "SSL_CERT_DIR":
		t.Setenv(which, dir)
	}
	o := world(t, s)
	o.hooks = guard.Hooks{Resolver: guardtest.Loopback(), Port: o.hooks.Port, Trust: o.hooks.Trust}
	o.AllowHosts = []string{"corp.example"}
	v := newVerifier(t, o)
	for _, tt := range []struct {
		endpoint string
		permits  bool
	}{{cell, true}, {allowed, true}, {foreign, false}} {
		text := credentialtest.V1(credentialtest.Options{Endpoint: tt.endpoint, Seed: tt.endpoint})
		if err := s.Add(momentotest.Key{Text: text, State: momentotest.Live, List: true}); err != nil {
			t.Fatal(err)
		}
		c := parse(t, text)
		got := v.Verify(t.Context(), []Target{{Credential: c}})[c.Fingerprint()]
		want := finding.StatusUnverified
		if tt.permits && which != "none" {
			want = finding.StatusLive
		}
		if got.Status != want {
			t.Errorf("%s: %s (%s), want %s", tt.endpoint, got.Status, got.Reason, want)
		}
		if tt.permits && which == "none" && !strings.Contains(got.Reason, "certificate") {
			t.Errorf("%s: the reason does not name the certificate: %s", tt.endpoint, got.Reason)
		}
		for _, call := range s.Calls() {
			if call.Fingerprint == c.Fingerprint() && want == finding.StatusUnverified {
				t.Errorf("%s: the credential was sent", tt.endpoint)
			}
		}
	}
}
