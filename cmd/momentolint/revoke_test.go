package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/momentolint/momentolint/momentotest"
)

func revokeAt(t *testing.T, s *momentotest.Server, answer string, more ...string) result {
	t.Helper()
	args := []string{"revoke", "--management-url", s.ManagementURL()}
	return call(t, answer, []string{"MOMENTO_API_KEY=" + demo.deploy}, append(args, more...)...)
}

// deleted are the key ids that the stand-in was asked to revoke, in order.
func deleted(s *momentotest.Server) string {
	var ids []string
	for _, c := range s.Calls() {
		if id, ok := strings.CutPrefix(c.Method, "DELETE /api-keys/"); ok {
			ids = append(ids, id)
		}
	}
	return strings.Join(ids, " ")
}

const (
	deployID, ownerID, dashboardID, goodID = "3f2a1b9c-77d0", "8c41e7d2-0b6f", "a90d5513-e1c8", "c57f0e4a-9d12"
)

func TestRevokeShowsAndAsks(t *testing.T) {
	t.Parallel()
	s := startDemo(t)
	r := revokeAt(t, s, "yes\n", ownerID, dashboardID, ownerID)
	if r.code != exitClean || deleted(s) != ownerID+" "+dashboardID {
		t.Errorf("exit %d, revoked %q\n%s%s", r.code, deleted(s), r.out, r.stderr)
	}
	for _, want := range []string{"About to revoke 2 API keys", "Owner", "dashboard", "2 of 2 API keys revoked."} {
		if !strings.Contains(r.out, want) {
			t.Errorf("%q is not in\n%s", want, r.out)
		}
	}
	if !strings.Contains(r.stderr, "Type yes") {
		t.Errorf("it did not ask: %q", r.stderr)
	}
}

func TestRevokeDoesNothingWithoutAYes(t *testing.T) {
	t.Parallel()
	s := startDemo(t)
	for _, answer := range []string{"", "no\n", "y\n", "YES!\n", "\n"} {
		if r := revokeAt(t, s, answer, ownerID); r.code != exitFailed || !strings.Contains(r.stderr, "nothing was revoked") {
			t.Errorf("%q: exit %d, %s", answer, r.code, r.stderr)
		}
	}
	if r := revokeAt(t, s, "yes\n", "--dry-run", ownerID); r.code != exitClean || !strings.Contains(r.out, "Would revoke 1 API key") {
		t.Errorf("--dry-run: exit %d, %s", r.code, r.out)
	}
	if deleted(s) != "" {
		t.Errorf("revoked %q", deleted(s))
	}
}

func TestRevokeSparesTheKeyInUse(t *testing.T) {
	t.Parallel()
	s := startDemo(t)
	r := revokeAt(t, s, "", "--yes", deployID, ownerID)
	if r.code != exitFailed || deleted(s) != ownerID || !strings.Contains(r.out, "left-out   "+deployID) {
		t.Errorf("exit %d, revoked %q\n%s", r.code, deleted(s), r.out)
	}
	r = revokeAt(t, s, "", "--yes", "--including-self", deployID, dashboardID)
	if r.code != exitClean || deleted(s) != ownerID+" "+dashboardID+" "+deployID {
		t.Errorf("exit %d, revoked %q\n%s%s", r.code, deleted(s), r.out, r.stderr)
	}
}

func TestAFailureInTheMiddleLosesNothing(t *testing.T) {
	t.Parallel()
	s := startDemo(t)
	s.SetWebFault(func(c momentotest.Call) momentotest.WebFault {
		if c.Method == "DELETE /api-keys/"+dashboardID {
			return momentotest.WebFault{Status: 500}
		}
		return momentotest.WebFault{}
	})
	r := revokeAt(t, s, "", "--yes", ownerID, dashboardID, "no-such-key", goodID)
	if r.code != exitFailed || deleted(s) != ownerID+" "+dashboardID+" "+goodID {
		t.Errorf("exit %d, revoked %q", r.code, deleted(s))
	}
	for _, want := range []string{"revoked    " + ownerID, "unknown    " + dashboardID, "answered 500", "may or may not be revoked",
		"failed     no-such-key: no key of this account", "revoked    " + goodID, "2 of 4 API keys revoked."} {
		if !strings.Contains(r.out, want) {
			t.Errorf("%q is not in\n%s", want, r.out)
		}
	}
}

func TestAKeyThatIsRefusedStopsTheRevoking(t *testing.T) {
	t.Parallel()
	s := startDemo(t)
	var calls atomic.Int32
	s.SetWebFault(func(c momentotest.Call) momentotest.WebFault {
		if strings.HasPrefix(c.Method, "DELETE") && calls.Add(1) == 2 {
			return momentotest.WebFault{Status: 401}
		}
		return momentotest.WebFault{}
	})
	r := revokeAt(t, s, "", "--yes", "--format", "json", ownerID, dashboardID, goodID)
	var got struct {
		Revocations []struct{ Outcome, Reason string } `json:"revocations"`
	}
	if err := json.Unmarshal([]byte(r.out), &got); err != nil || r.code != exitFailed || len(got.Revocations) != 3 {
		t.Fatalf("exit %d, %v\n%s%s", r.code, err, r.out, r.stderr)
	}
	for i, want := range []string{"revoked", "failed", "not-tried"} {
		if got.Revocations[i].Outcome != want {
			t.Errorf("%d: %+v, want %s", i, got.Revocations[i], want)
		}
	}
}

func TestRevokeFromAReport(t *testing.T) {
	t.Parallel()
	s := startDemo(t)
	report := `{"schema_version": 1, "findings": [
		{"kind": "api-key-v2", "key_id": "` + ownerID + `", "status": "live", "fingerprint": "a"},
		{"kind": "api-key-v2", "key_id": "` + ownerID + `", "status": "live", "fingerprint": "a"},
		{"kind": "api-key-v2", "key_id": "` + goodID + `", "status": "dead", "fingerprint": "b"},
		{"kind": "api-key-v2", "key_id": "` + dashboardID + `", "status": "unverified", "fingerprint": "c"},
		{"kind": "api-key-v1", "key_id": null, "status": "live", "fingerprint": "d"},
		{"kind": null, "key_id": null, "status": "unverified", "fingerprint": "e"}
	]}`
	path := filepath.Join(t.TempDir(), "found.json")
	if err := os.WriteFile(path, []byte(report), 0o600); err != nil {
		t.Fatal(err)
	}
	r := revokeAt(t, s, "yes\n", "--from", path)
	if r.code != exitFailed || deleted(s) != ownerID || !strings.Contains(r.stderr, "1 live credential of another kind") || !strings.Contains(r.stderr, "1 unverified v2 key of which") {
		t.Errorf("exit %d, revoked %q\n%s%s", r.code, deleted(s), r.out, r.stderr)
	}
	if r := revokeAt(t, s, report, "--from", "-"); r.code != exitFailed || !strings.Contains(r.stderr, "--yes") {
		t.Errorf("--from -: exit %d, %s", r.code, r.stderr)
	}
	// A second run finds nothing left to do, and says so.
	if r := revokeAt(t, s, report, "--from", "-", "--yes"); r.code != exitFailed || !strings.Contains(r.out, "revoked already?") {
		t.Errorf("again: exit %d, %s", r.code, r.out)
	}
	for name, text := range map[string]string{"not JSON": "x", "another's JSON": `{"findings":[]}`, "no version": `[]`} {
		if r := revokeAt(t, s, text, "--from", "-", "--yes"); r.code != exitFailed || !strings.Contains(r.stderr, "reading the report") {
			t.Errorf("%s: exit %d, %s", name, r.code, r.stderr)
		}
	}
	if r := revokeAt(t, s, `{"schema_version":1,"findings":[]}`, "--from", "-", "--yes"); r.code != exitClean || !strings.Contains(r.stderr, "nothing to revoke") {
		t.Errorf("nothing: exit %d, %s", r.code, r.stderr)
	}
}

// Keys that nobody has checked are not "nothing to revoke".
func TestRevokeOfUnverifiedKeys(t *testing.T) {
	t.Parallel()
	one := func(kind, id, status string, incomplete bool) string {
		return fmt.Sprintf(`{"kind": %q, "key_id": %q, "status": %q, "incomplete": %t, "fingerprint": %q}`, kind, id, status, incomplete, kind+id+status)
	}
	whole, cut := one("api-key-v2", dashboardID, "unverified", false), one("api-key-v2", goodID, "unverified", true)
	live, refresh := one("api-key-v2", ownerID, "live", false), one("refresh-token", goodID, "unverified", false)
	for _, c := range []struct {
		name     string
		findings []string
		more     []string
		code     int
		revoked  string
		says     string
	}{
		{"left alone", []string{whole}, nil, exitFailed, "", "1 unverified v2 key of which"},
		{"beside a live one", []string{whole, live}, nil, exitFailed, ownerID, "1 unverified v2 key of which"},
		{"two", []string{whole, cut}, nil, exitFailed, "", "2 unverified v2 keys of which"},
		{"cut and its refresh token", []string{cut, refresh}, nil, exitFailed, "", "1 unverified v2 key of which"},
		{"included", []string{whole}, []string{"--include-unverified"}, exitClean, dashboardID, ""},
		{"all included", []string{whole, live, cut}, []string{"--include-unverified"}, exitClean, ownerID + " " + dashboardID + " " + goodID, ""},
		{"only shown", []string{whole}, []string{"--include-unverified", "--dry-run"}, exitClean, "", ""},
		{"one of another kind", []string{one("api-key-v1", "", "live", false)}, nil, exitClean, "", "1 live credential of another kind"},
		{"none", []string{one("api-key-v2", ownerID, "dead", false)}, nil, exitClean, "", "nothing to revoke"},
	} {
		s := startDemo(t)
		report := `{"schema_version": 1, "findings": [` + strings.Join(c.findings, ", ") + `]}`
		r := revokeAt(t, s, report, append([]string{"--from", "-", "--yes"}, c.more...)...)
		// What is left alone is not nothing.
		if strings.Contains(r.stderr, "nothing to revoke") != (c.says == "nothing to revoke") {
			t.Errorf("%s: %s", c.name, r.stderr)
		}
		if r.code != c.code || deleted(s) != c.revoked || !strings.Contains(r.stderr, c.says) || (c.code == exitFailed) != strings.Contains(r.stderr, "--include-unverified") {
			t.Errorf("%s: exit %d, revoked %q\n%s%s", c.name, r.code, deleted(s), r.out, r.stderr)
		}
	}
	s := startDemo(t)
	if r := revokeAt(t, s, "", "--include-unverified", "--yes", ownerID); r.code != exitFailed || deleted(s) != "" || !strings.Contains(r.stderr, "--from") {
		t.Errorf("without --from: exit %d, %s", r.code, r.stderr)
	}
}

func TestRevokeTakesNoCredentialAndNoNothing(t *testing.T) {
	t.Parallel()
	s := startDemo(t)
	r := revokeAt(t, s, "", "--yes", demo.owner)
	if r.code != exitFailed || !strings.Contains(r.stderr, "key ids") {
		t.Errorf("exit %d, %s", r.code, r.stderr)
	}
	noSecret(t, demo.owner, r)
	if r := revokeAt(t, s, "", "--yes"); r.code != exitFailed || !strings.Contains(r.stderr, "no KEY_ID") {
		t.Errorf("exit %d, %s", r.code, r.stderr)
	}
	if n := len(s.Calls()); n != 0 {
		t.Errorf("%d calls", n)
	}
}

func TestRevokeWithAKeyThatMayNot(t *testing.T) {
	t.Parallel()
	s := startDemo(t)
	r := call(t, "", []string{"MOMENTO_API_KEY=" + demo.good}, "revoke", "--management-url", s.ManagementURL(), "--yes", ownerID)
	if r.code != exitFailed || !strings.Contains(r.out, "failed     "+ownerID+": the key works, but may not manage API keys") {
		t.Errorf("exit %d\n%s%s", r.code, r.out, r.stderr)
	}
}
