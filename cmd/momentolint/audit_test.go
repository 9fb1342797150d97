package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/account"
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
	var got auditJSON
	if err := json.Unmarshal([]byte(r.out), &got); err != nil || r.code != exitFound {
		t.Fatalf("exit %d, %v\n%s%s", r.code, err, r.out, r.stderr)
	}
	if got.SchemaVersion != 1 || got.Summary.Keys != 5 || got.Summary.Wrong != 5 || !got.Summary.Complete || got.Summary.Problems[old] != 4 || got.Summary.Problems[expiresSoon] != 2 {
		t.Errorf("%+v", got.Summary)
	}
	k := got.Keys[0]
	if k.KeyID != "8c41e7d2-0b6f" || k.Scope.Level != credential.ScopeSuperUser || !slices.Equal(k.Problems, []problem{superUser, managesKeys, neverExpires, old, noDescription}) || k.InUse {
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

func TestAuditFitsTheTerminal(t *testing.T) {
	t.Parallel()
	var entries []account.Entry
	for i, id := range []string{"short", "0b9d9a3e-5a41-4f2e-9f0c-6a3b8f6d2c11", strings.Repeat("k", 70)} {
		entries = append(entries, account.Entry{
			Key:  account.Key{ID: id, RoleID: "a-rather-long-role-id-" + fmt.Sprint(i), IssuedAt: testNow.Add(-days(900))},
			Role: &account.Role{Name: "a role with a long name", ManagesKeys: true},
		})
	}
	r := newAuditResult(entries, "", testNow, days(30), days(365), false)
	for _, columns := range []int{80, 100, 120} {
		for _, verbose := range []bool{false, true} {
			var out strings.Builder
			if err := r.text(&out, look{width: columns, verbose: verbose}); err != nil {
				t.Fatal(err)
			}
			for line := range strings.SplitSeq(out.String(), "\n") {
				if n := len([]rune(line)); n > columns && !strings.Contains(line, strings.Repeat("k", 70)) {
					t.Errorf("%d columns: a line of %d: %q", columns, n, line)
				}
			}
			for _, e := range entries {
				if !strings.Contains(out.String(), e.ID) {
					t.Errorf("the key id %s was cut", e.ID)
				}
			}
		}
	}
}

func TestAuditShowsNothingThatActsOnATerminal(t *testing.T) {
	t.Parallel()
	entries := []account.Entry{{
		Key:  account.Key{ID: "id\x1b[2J", RoleID: "r", Description: "a\nb " + demo.owner, IssuedAt: testNow},
		Role: &account.Role{Name: "evil\x1b]0;x\x07", AllowedCIDRs: []string{"\x1b[1m"}},
	}}
	r := newAuditResult(entries, "", testNow, time.Hour, 0, false)
	var out strings.Builder
	if err := r.text(&out, look{verbose: true}); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(out.String(), "\x1b\x07") {
		t.Errorf("%q", out.String())
	}
	noSecret(t, demo.owner, result{out: out.String()})
	out.Reset()
	if err := r.json(&out); err != nil {
		t.Fatal(err)
	}
	noSecret(t, demo.owner, result{out: out.String()})
}

func TestAuditSaysThatAKeysRoleIsNotListed(t *testing.T) {
	t.Parallel()
	entries := []account.Entry{{Key: account.Key{
		ID: "a", RoleID: "gone", Description: "d", Expiry: credential.ExpiryAt, ExpiresAt: testNow.Add(days(100)), IssuedAt: testNow,
	}}}
	r := newAuditResult(entries, "", testNow, days(30), days(365), false)
	var out strings.Builder
	if err := r.text(&out, look{width: 80}); err != nil {
		t.Fatal(err)
	}
	if r.wrong() != 1 || !strings.Contains(out.String(), "its role is not listed") || !strings.Contains(out.String(), "1  have a role that is not listed") {
		t.Errorf("%d wrong:\n%s", r.wrong(), out.String())
	}
	// Where no roles could be listed, every key would have this, and it is said.
	if r := newAuditResult(entries, "", testNow, days(30), days(365), true); r.wrong() != 0 {
		t.Errorf("%v", r.keys[0].problems)
	}
}

// Each count of the summary is that of all keys with the problem, whatever else
// is wrong with them. What has expired has no other problem.
func TestAuditCountsEveryProblem(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	owner := &account.Role{Name: "Owner", ManagesKeys: true, Scope: credential.Scope{Level: credential.ScopeSuperUser}}
	keeper := &account.Role{Name: "keeper", ManagesKeys: true, Scope: credential.Scope{Level: credential.ScopeRole}}
	viewer := &account.Role{Name: "Viewer", Scope: credential.Scope{Level: credential.ScopeRole}}
	key := func(id string, role *account.Role, ends time.Duration, age time.Duration, description string) account.Entry {
		k := account.Key{ID: id, Description: description, IssuedAt: now.Add(-age), Expiry: credential.ExpiryNever}
		if ends != 0 {
			k.Expiry, k.ExpiresAt = credential.ExpiryAt, now.Add(ends)
		}
		return account.Entry{Key: k, Role: role}
	}
	const day = 24 * time.Hour
	r := newAuditResult([]account.Entry{
		key("owner", owner, 90*day, day, "a"),
		key("owner, never, old, unnamed", owner, 0, 400*day, ""),
		key("keeper, soon", keeper, 5*day, day, "b"),
		key("keeper, old", keeper, 90*day, 400*day, "c"),
		key("viewer", viewer, 90*day, day, "d"),
		key("unknown role, never", nil, 0, day, "e"),
		key("owner, expired, unnamed", owner, -day, 400*day, ""),
	}, "", now, 30*day, 365*day, false)
	for p, want := range map[problem]int{
		superUser: 2, managesKeys: 4, neverExpires: 2, expiresSoon: 1, expired: 1, old: 2, noDescription: 1, unknownRole: 1,
	} {
		if n := r.count(p); n != want {
			t.Errorf("%s: %d, want %d", p, n, want)
		}
	}
	if len(problems) != 8 || r.wrong() != 6 {
		t.Errorf("%d problems; %d keys with one, want 6", len(problems), r.wrong())
	}
	for i := range r.keys {
		if k := &r.keys[i]; strings.HasPrefix(k.ID, "owner") && strings.Contains(r.note(k), "make and revoke") {
			t.Errorf("%s: %q says one thing twice", k.ID, r.note(k))
		}
	}
}
