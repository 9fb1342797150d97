package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/scanner/verify/momentotest"
)

// What a service that fails in the middle does to a scan: the findings are all
// there, and "nothing live was found" is not said of what nobody could check.
func TestAScanWhoseLiveCheckFails(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var live string
	for i := range 4 {
		text := credentialtest.V2(credentialtest.Options{KeyID: fmt.Sprint("key-", i)})
		if i == 0 {
			live = text
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(i, ".env")), []byte("KEY="+text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	throttled := func(c momentotest.Call) momentotest.Fault {
		if c.Fingerprint == parsed(t, live).Fingerprint() {
			return momentotest.Fault{}
		}
		return momentotest.Fault{Code: codes.ResourceExhausted}
	}
	for _, tt := range []struct {
		name   string
		key    momentotest.Key
		broken bool
		failOn string
		code   int
		says   string
	}{
		{"all checked, none live", momentotest.Key{}, false, "live", exitClean, ""},
		{"all checked, one live", momentotest.Key{Text: live, State: momentotest.Live}, false, "live", exitFound, ""},
		{"none checked", momentotest.Key{}, true, "live", exitFailed, "4 credentials could not be checked"},
		{"none checked, any counts", momentotest.Key{}, true, "any", exitFound, ""},
		{"none checked, none counts", momentotest.Key{}, true, "none", exitClean, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, err := momentotest.Start(momentotest.Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(s.Close)
			if tt.key.Text != "" {
				if err := s.Add(tt.key); err != nil {
					t.Fatal(err)
				}
			}
			if tt.broken {
				s.SetFault(throttled)
			}
			r := call(t, "", nil, "scan", "--live-target", s.Addr(), "--fail-on", tt.failOn, dir)
			if r.code != tt.code || strings.Count(r.out, "momento-api-key-v2 ·") != 4 || tt.says != "" && !strings.Contains(r.stderr, tt.says) {
				t.Errorf("exit %d, want %d\n%s%s", r.code, tt.code, r.out, r.stderr)
			}
		})
	}
}
