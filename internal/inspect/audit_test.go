package inspect

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/account"
)

var testNow = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

// noSecret fails the test if the output contains a credential or its last part.
func noSecret(t *testing.T, secret, out string) {
	t.Helper()
	if strings.Contains(out, secret) || strings.Contains(out, secret[len(secret)-20:]) || len(credential.ParseAll([]byte(out))) > 0 {
		t.Errorf("the output shows a credential:\n%s", out)
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
	r := NewAudit(entries, AuditOptions{Now: testNow, Warning: days(30), MaxAge: days(365)})
	for _, columns := range []int{80, 100, 120} {
		for _, verbose := range []bool{false, true} {
			var out strings.Builder
			if err := r.Text(&out, Look{Width: columns, Verbose: verbose}); err != nil {
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
	owner := credentialtest.V2(credentialtest.Options{KeyID: "owner"})
	entries := []account.Entry{{
		Key:  account.Key{ID: "id\x1b[2J", RoleID: "r", Description: "a\nb " + owner, IssuedAt: testNow},
		Role: &account.Role{Name: "evil\x1b]0;x\x07", AllowedCIDRs: []string{"\x1b[1m"}},
	}}
	r := NewAudit(entries, AuditOptions{Now: testNow, Warning: time.Hour, MaxAge: 0})
	var out strings.Builder
	if err := r.Text(&out, Look{Verbose: true}); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(out.String(), "\x1b\x07") {
		t.Errorf("%q", out.String())
	}
	noSecret(t, owner, out.String())
	out.Reset()
	if err := r.JSON(&out, "v1.2.3"); err != nil {
		t.Fatal(err)
	}
	noSecret(t, owner, out.String())
}

func TestAuditSaysThatAKeysRoleIsNotListed(t *testing.T) {
	t.Parallel()
	entries := []account.Entry{{Key: account.Key{
		ID: "a", RoleID: "gone", Description: "d", Expiry: credential.ExpiryAt, ExpiresAt: testNow.Add(days(100)), IssuedAt: testNow,
	}}}
	r := NewAudit(entries, AuditOptions{Now: testNow, Warning: days(30), MaxAge: days(365)})
	var out strings.Builder
	if err := r.Text(&out, Look{Width: 80}); err != nil {
		t.Fatal(err)
	}
	if r.Wrong() != 1 || !strings.Contains(out.String(), "its role is not listed") || !strings.Contains(out.String(), "1  have a role that is not listed") {
		t.Errorf("%d wrong:\n%s", r.Wrong(), out.String())
	}
	// Where no roles could be listed, every key would have this, and it is said.
	if r := NewAudit(entries, AuditOptions{Now: testNow, Warning: days(30), MaxAge: days(365), Incomplete: true}); r.Wrong() != 0 {
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
	r := NewAudit([]account.Entry{
		key("owner", owner, 90*day, day, "a"),
		key("owner, never, old, unnamed", owner, 0, 400*day, ""),
		key("keeper, soon", keeper, 5*day, day, "b"),
		key("keeper, old", keeper, 90*day, 400*day, "c"),
		key("viewer", viewer, 90*day, day, "d"),
		key("unknown role, never", nil, 0, day, "e"),
		key("owner, expired, unnamed", owner, -day, 400*day, ""),
	}, AuditOptions{Now: now, Warning: 30 * day, MaxAge: 365 * day})
	for p, want := range map[problem]int{
		superUser: 2, managesKeys: 4, neverExpires: 2, expiresSoon: 1, expired: 1, old: 2, noDescription: 1, unknownRole: 1,
	} {
		if n := r.count(p); n != want {
			t.Errorf("%s: %d, want %d", p, n, want)
		}
	}
	if len(problems) != 8 || r.Wrong() != 6 {
		t.Errorf("%d problems; %d keys with one, want 6", len(problems), r.Wrong())
	}
	for i := range r.keys {
		if k := &r.keys[i]; strings.HasPrefix(k.ID, "owner") && strings.Contains(r.note(k), "make and revoke") {
			t.Errorf("%s: %q says one thing twice", k.ID, r.note(k))
		}
	}
}
