package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"google.golang.org/grpc/codes"

	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/momentotest"
)

// manyLeaks writes five files with the same 200 keys, and gives a service that
// knows them: one in three is revoked.
func manyLeaks(t *testing.T) (dir string, s *momentotest.Server) {
	t.Helper()
	s, err := momentotest.Start(momentotest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	var lines strings.Builder
	for i := range 200 {
		text := credentialtest.V2(credentialtest.Options{KeyID: fmt.Sprint("key-", i)})
		state := momentotest.Live
		if i%3 == 2 {
			state = momentotest.Revoked
		}
		if err := s.Add(momentotest.Key{Text: text, State: state}); err != nil {
			t.Fatal(err)
		}
		lines.WriteString("KEY=" + text + "\n")
	}
	files := map[string]string{}
	for i := range 5 {
		files[fmt.Sprint(i, ".env")] = lines.String()
	}
	return tree(t, files), s
}

func TestAScanOfAThousandFindings(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name      string
		dies      bool
		more      []string
		code      int
		complaint string
	}{
		{"all checked", false, nil, exitFound, ""},
		{"the service dies half-way", true, nil, exitFound, ""},
		{"it dies, and only live ones count", true, []string{"--fail-on", "live"}, exitFound, ""},
		{"no time to check them all", false, []string{"--verify-timeout", "1ns"}, exitFound, ""},
		{"no time, and only live ones count", false, []string{"--verify-timeout", "1ns", "--fail-on", "live"}, exitFailed, "200 credentials could not be verified"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir, s := manyLeaks(t)
			var calls atomic.Int32
			s.SetFault(func(momentotest.Call) momentotest.Fault {
				if tt.dies && calls.Add(1) >= 100 {
					s.Die()
					return momentotest.Fault{Reset: true}
				}
				return momentotest.Fault{}
			})
			args := []string{"scan", "--live-target", s.Addr(), "--format", "json", "--verify-timeout", "5m"}
			r := call(t, "", nil, append(append(args, tt.more...), dir)...)
			var o output
			if err := json.Unmarshal([]byte(r.out), &o); err != nil || r.code != tt.code {
				t.Fatalf("exit %d, want %d; %v\n%s", r.code, tt.code, err, r.stderr)
			}
			if !strings.Contains(r.stderr, tt.complaint) || tt.complaint == "" && r.stderr != "" {
				t.Errorf("standard error says %q, want %q", r.stderr, tt.complaint)
			}
			live, unverified := map[string]bool{}, map[string]bool{}
			for _, f := range o.Findings {
				switch f.Status {
				case "live":
					live[f.Fingerprint] = true
				case "unverified":
					unverified[f.Fingerprint] = true
					if f.StatusReason == "" {
						t.Fatal("unverified without a reason")
					}
				}
			}
			if o.Summary.Findings != 1000 || o.Summary.Credentials != 200 || o.Summary.Live != len(live) {
				t.Errorf("summary %+v, %d live", o.Summary, len(live))
			}
			switch {
			case len(tt.more) == 0 && !tt.dies && (len(live) != 134 || len(unverified) != 0):
				t.Errorf("%d live, %d unverified; want 134 and none", len(live), len(unverified))
			// A live one takes four calls, a dead one takes one.
			case tt.dies && (len(unverified) < 160 || len(unverified) > 180 || len(live) == 0):
				t.Errorf("%d live, %d unverified; want some, and some 167", len(live), len(unverified))
			case tt.code == exitFailed && len(unverified) != 200:
				t.Errorf("%d unverified", len(unverified))
			}
		})
	}
}

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
		{"none checked", momentotest.Key{}, true, "live", exitFailed, "4 credentials could not be verified"},
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
			if r.code != tt.code || strings.Count(r.out, "momento-api-key-v2 ·") != 4 || tt.says != "" && !strings.Contains(r.out, tt.says) {
				t.Errorf("exit %d, want %d\n%s%s", r.code, tt.code, r.out, r.stderr)
			}
		})
	}
}
