package finding_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/redact"
)

func TestScopeWordsSaysWhatAScopeAllows(t *testing.T) {
	type permissions = []credential.Permission
	for _, c := range []struct {
		want        string
		level       credential.ScopeLevel
		permissions permissions
	}{
		{"everything in the account", credential.ScopeSuperUser, nil},
		{"unknown", credential.ScopeUnknown, nil},
		{"unknown", "", nil},
		{"nothing", credential.ScopeExplicit, nil},
		{"what its role allows, which only the account knows", credential.ScopeRole, nil},
		{"read cache orders", credential.ScopeExplicit, permissions{{Resource: "cache", Role: "read-only", Cache: "orders", Item: "*"}}},
		{"read and write all caches", credential.ScopeExplicit, permissions{{Resource: "cache", Role: "read-write", Cache: "*", Item: "*"}}},
		{"write items user:* in cache orders", credential.ScopeExplicit, permissions{{Resource: "cache", Role: "write-only", Cache: "orders", Item: "user:*"}}},
		{"read item total in all caches", credential.ScopeExplicit, permissions{{Resource: "cache", Role: "read-only", Cache: "*", Item: "total"}}},
		{"publish and subscribe to all topics in all caches", credential.ScopeExplicit, permissions{{Resource: "topic", Role: "read-write", Cache: "*", Topic: "*"}}},
		{"subscribe to topics news* in cache c", credential.ScopeExplicit, permissions{{Resource: "topic", Role: "read-only", Cache: "c", Topic: "news*"}}},
		{"invoke function f in cache c", credential.ScopeExplicit, permissions{{Resource: "function", Role: "invoke", Cache: "c", Function: "f"}}},
		{"read cache orders, publish to 2 topics", credential.ScopeExplicit, permissions{
			{Resource: "cache", Role: "read-only", Cache: "orders", Item: "*"},
			{Resource: "topic", Role: "write-only", Cache: "orders", Topic: "a"},
			{Resource: "topic", Role: "write-only", Cache: "orders", Topic: "b"},
		}},
		{"list, read and write keys and tokens (as good as everything in the account)", credential.ScopeRole, permissions{{Resource: "auth", Role: "read-write+list"}}},
		{"read the account (as good as everything in the account)", credential.ScopeExplicit, permissions{{Resource: "account", Role: "read-only"}}},
		{"list keys and tokens", credential.ScopeExplicit, permissions{{Resource: "auth", Role: "list"}}},
		{"read and write all databases", credential.ScopeRole, permissions{{Resource: "database", Role: "read-write", Cache: "*", Item: "*"}}},
		{"list, read items org:42:* in store prefs", credential.ScopeRole, permissions{{Resource: "store", Role: "read-only+list", Cache: "prefs", Item: "org:42:*"}}},
		{"something this version does not know", credential.ScopeExplicit, permissions{{Resource: "unknown", Role: "unknown"}}},
		{"use in an unknown way unknown caches", credential.ScopeExplicit, permissions{{Resource: "cache", Role: "unknown", Cache: "unknown"}}},
		{`read cache "\x1b[2Jgone"`, credential.ScopeExplicit, permissions{{Resource: "cache", Role: "read-only", Cache: "\x1b[2Jgone", Item: "*"}}},
	} {
		if got := finding.ScopeWords(credential.Scope{Level: c.level, Permissions: c.permissions}); got != c.want {
			t.Errorf("scope %s %v:\n got %q\nwant %q", c.level, c.permissions, got, c.want)
		}
	}
}

func TestScopeTreeGoesPlaceByPlace(t *testing.T) {
	got := fmt.Sprint(finding.ScopeTree(credential.Scope{Level: credential.ScopeRole, Permissions: []credential.Permission{
		{Resource: "cache", Role: "read-only", Cache: "orders", Item: "*"},
		{Resource: "auth", Role: "read-write+list"},
		{Resource: "topic", Role: "write-only", Cache: "orders", Topic: "room-*"},
		{Resource: "store", Role: "write-only", Cache: "prefs", Item: "a"},
		{Resource: "function", Role: "invoke", Cache: "*", Function: "f"},
		{Resource: "unknown", Role: "unknown"},
	}}))
	want := "[{cache orders [read all items publish to topics room-*]} {the account [list, read and write keys and tokens (as good as everything in the account)]} " +
		"{store prefs [write item a]} {all caches [invoke function f]} {elsewhere [something this version does not know]}]"
	if got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	if tree := finding.ScopeTree(credential.Scope{Level: credential.ScopeSuperUser}); tree != nil {
		t.Errorf("super-user: %v", tree)
	}
}

func TestPrintableLetsNothingReachTheTerminal(t *testing.T) {
	for in, want := range map[string]string{
		"orders":                  "orders",
		"":                        `""`,
		"two words":               `"two words"`,
		"a\nb":                    `"a\nb"`,
		"\u202Etxt":               `"\u202etxt"`,
		"bad\xff":                 `"bad\xff"`,
		"caf\u00e9":               "caf\u00e9",
		strings.Repeat("x", 1000): strings.Repeat("x", 64) + "…",
	} {
		if got := redact.Name(in); got != want {
			t.Errorf("Printable(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestExpiryWords(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	if got := finding.ExpiryWords(credential.ExpiryNever, time.Time{}, now); got != "never" {
		t.Errorf("never: %q", got)
	}
	if got := finding.ExpiryWords(credential.ExpiryUnknown, time.Time{}, now); got != "unknown" {
		t.Errorf("unknown: %q", got)
	}
	const day = 24 * time.Hour
	for _, c := range []struct {
		from time.Duration
		want string
	}{
		{30 * time.Second, "in less than a minute"},
		{time.Minute, "in 1 minute"},
		{59 * time.Minute, "in 59 minutes"},
		{time.Hour, "in 1 hour"},
		{47 * time.Hour, "in 47 hours"},
		{2 * day, "in 2 days"},
		{13*day - time.Second, "in 12 days"},
		{90 * day, "in 2 months"},
		{400 * day, "in 13 months"},
		{800 * day, "in 2 years"},
		{0, "less than a minute ago"},
		{-3 * time.Hour, "3 hours ago"},
		{-5 * day, "5 days ago"},
		{-3 * 365 * day, "3 years ago"},
	} {
		if got := finding.ExpiryWords(credential.ExpiryAt, now.Add(c.from), now); got != c.want {
			t.Errorf("%v from now: %q, want %q", c.from, got, c.want)
		}
	}
	if got := finding.DurationWords(math.MinInt64); !strings.HasSuffix(got, " years") {
		t.Errorf("the shortest duration: %q", got)
	}
}
