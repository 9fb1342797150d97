package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/momentotest"
)

func auditAt(t *testing.T, s *momentotest.Server, more ...string) result {
	t.Helper()
	args := []string{"audit", "--management-url", s.ManagementURL()}
	return call(t, "", []string{"MOMENTO_API_KEY=" + demo.deploy}, append(args, more...)...)
}

func TestAuditSaysWhatIsWrongWithTheKeys(t *testing.T) {
	t.Parallel()
	s := startDemo(t)
	r := auditAt(t, s)
	if r.code != exitFound || r.stderr != "" {
		t.Errorf("exit %d, stderr %q", r.code, r.stderr)
	}
	for _, want := range []string{
		"5 API keys in the account, 4 with problems",
		"1  can do everything in the account", "2  never expire", "1  expire within 30 days", "1  have expired", "1  are older than 12 months", "1  have no description",
		"8c41e7d2-0b6f  Owner       2026-10-24  never       can do everything, never expires, no description",
		"can make and revoke keys, never expires, is 13 months old", "(the key in use)", "expires in 6 days", "expired 24 hours ago, still listed",
	} {
		if !strings.Contains(strings.Join(strings.Fields(r.out), " "), strings.Join(strings.Fields(want), " ")) {
			t.Errorf("%q is not in\n%s", want, r.out)
		}
	}
	if strings.Contains(r.out, "c57f0e4a-9d12") {
		t.Errorf("a key that is in order is shown:\n%s", r.out)
	}
	if v := auditAt(t, s, "--verbose"); !strings.Contains(v.out, "c57f0e4a-9d12") || !strings.Contains(v.out, "may do: list, read all caches") || !strings.Contains(v.out, "description: dashboard") {
		t.Errorf("--verbose:\n%s", v.out)
	}
	for _, call := range s.Calls() {
		if !strings.HasPrefix(call.Method, "GET ") {
			t.Errorf("%s was called", call.Method)
		}
	}
}

func TestAuditAsJSON(t *testing.T) {
	t.Parallel()
	r := auditAt(t, startDemo(t), "--format", "json", "--max-age", "10d", "--expiry-warning", "100d")
	var got struct {
		SchemaVersion int `json:"schema_version"`
		Summary       struct {
			Keys     int            `json:"keys"`
			Wrong    int            `json:"keys_with_problems"`
			Problems map[string]int `json:"problems"`
			Complete bool           `json:"complete"`
		} `json:"summary"`
		Keys []struct {
			KeyID string `json:"key_id"`
			InUse bool   `json:"in_use_by_this_command"`
			Scope struct {
				Level credential.ScopeLevel `json:"level"`
			} `json:"scope"`
			Problems []string `json:"problems"`
		} `json:"keys"`
	}
	if err := json.Unmarshal([]byte(r.out), &got); err != nil || r.code != exitFound {
		t.Fatalf("exit %d, %v\n%s%s", r.code, err, r.out, r.stderr)
	}
	if got.SchemaVersion != 1 || got.Summary.Keys != 5 || got.Summary.Wrong != 5 || !got.Summary.Complete || got.Summary.Problems["old"] != 4 || got.Summary.Problems["expires-soon"] != 2 {
		t.Errorf("%+v", got.Summary)
	}
	k := got.Keys[0]
	if k.KeyID != "8c41e7d2-0b6f" || k.Scope.Level != credential.ScopeSuperUser || !slices.Equal(k.Problems, []string{"super-user", "manages-keys", "never-expires", "old", "no-description"}) || k.InUse {
		t.Errorf("the worst: %+v", k)
	}
}

func TestAuditOfAnAccountInOrder(t *testing.T) {
	t.Parallel()
	manager := credentialtest.V2(credentialtest.Options{KeyID: "manager"})
	s, err := momentotest.Start(momentotest.Options{
		Roles: []momentotest.Role{{ID: "r", Name: "auditor", Type: "custom", Permissions: `{"rules":[{"type":"cache","permissions":["read","list"],"caches":"*","items":"*"}]}`}},
		Keys: []momentotest.Key{{
			Text: manager, State: momentotest.Live, ReadKeys: true, Listed: true, RoleID: "r", Description: "audits",
			IssuedAt: testNow.Add(-days(3)), ExpiresAt: testNow.Add(days(80)),
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r := call(t, "", []string{"AUDITOR=" + manager}, "audit", "--management-url", s.ManagementURL(), "--key-env", "AUDITOR")
	if r.code != exitClean || strings.TrimSpace(r.out) != "1 API key in the account, 0 with problems" || r.stderr != "" {
		t.Errorf("exit %d\n%s%s", r.code, r.out, r.stderr)
	}
}

func TestAuditThatCannotListFails(t *testing.T) {
	t.Parallel()
	s := startDemo(t)
	run := func(env ...string) result {
		return call(t, "", env, "audit", "--management-url", s.ManagementURL())
	}
	for _, tt := range []struct {
		name string
		env  []string
		want string
	}{
		{"no key", nil, "MOMENTO_API_KEY holds no key"},
		{"no credential", []string{"MOMENTO_API_KEY=x"}, "not a Momento credential"},
		{"a revoked key", []string{"MOMENTO_API_KEY=" + demo.revoked}, "refuses the key"},
		{"a key without the right", []string{"MOMENTO_API_KEY=" + demo.good}, "may not manage API keys"},
		{"an expired key", []string{"MOMENTO_API_KEY=" + demo.expired}, "has expired (2026-10-04 12:00 UTC)"},
		{"a disposable token", []string{"MOMENTO_API_KEY=" + credentialtest.Disposable(credentialtest.Options{})}, "holds a disposable token"},
	} {
		if r := run(tt.env...); r.code != exitFailed || r.out != "" || !strings.Contains(r.stderr, tt.want) {
			t.Errorf("%s: exit %d, %s%s; want %q", tt.name, r.code, r.out, r.stderr, tt.want)
		}
	}
	// Half of it: what is known is said, and that it is half.
	s.SetWebFault(func(c momentotest.Call) momentotest.WebFault {
		if c.Method == "GET /roles" {
			return momentotest.WebFault{Status: 500}
		}
		return momentotest.WebFault{}
	})
	r := run("MOMENTO_API_KEY=" + demo.deploy)
	if r.code != exitFailed || !strings.Contains(r.out, "this list is incomplete") || !strings.Contains(r.out, "never expires") || !strings.Contains(r.stderr, "answered 500") {
		t.Errorf("exit %d\n%s%s", r.code, r.out, r.stderr)
	}
}
