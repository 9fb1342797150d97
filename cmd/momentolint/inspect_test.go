package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/momentotest"
)

// testNow is the program's clock in tests (see callContext).
var testNow = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

// demo are the keys of the stand-in's account.
var demo = struct{ superUser, scoped, deploy, owner, dashboard, good, lapsed, revoked, expired string }{
	superUser: credentialtest.V1(credentialtest.Options{}),
	scoped: credentialtest.V1(credentialtest.Options{Seed: "scoped", ExpiresAt: testNow.Add(days(5)), Permissions: credentialtest.Explicit(
		credentialtest.Cache(2, "orders", "*"), credentialtest.Topic(3, "orders", "room-*"),
		credentialtest.Topic(1, "*", "*"), credentialtest.Function(1, "edge", "resize"))}),
	deploy:    credentialtest.V2(credentialtest.Options{KeyID: "3f2a1b9c-77d0"}),
	owner:     credentialtest.V2(credentialtest.Options{KeyID: "8c41e7d2-0b6f"}),
	dashboard: credentialtest.V2(credentialtest.Options{KeyID: "a90d5513-e1c8"}),
	good:      credentialtest.V2(credentialtest.Options{KeyID: "c57f0e4a-9d12"}),
	lapsed:    credentialtest.V2(credentialtest.Options{KeyID: "e6b2c8f1-4a37"}),
	revoked:   credentialtest.V2(credentialtest.Options{KeyID: "f0f0f0f0-0000"}),
	expired:   credentialtest.V1(credentialtest.Options{Seed: "expired", ExpiresAt: testNow.Add(-days(50))}),
}

const deployRole = `{
	"rules": [
		{"type": "cache", "permissions": ["read", "write"], "caches": "*", "items": "*"},
		{"type": "auth_management", "permissions": ["read", "write", "list"], "items": "*"}
	],
	"conditions": [{"ip_filter": {"allowed_cidr_ranges": ["198.51.100.0/24"]}}]
}`

// demoKeys are the keys by the names that scripts use.
var demoKeys = map[string]string{
	"super-user": demo.superUser, "scoped": demo.scoped, "deploy": demo.deploy, "owner": demo.owner, "dashboard": demo.dashboard,
	"good": demo.good, "lapsed": demo.lapsed, "revoked": demo.revoked, "expired": demo.expired,
}

// demoAccount is an account as there are many.
func demoAccount() momentotest.Options {
	reads := `{"rules":[{"type":"cache","permissions":["read","list"],"caches":"*","items":"*"}]}`
	listed := func(text, role, description string, age, life int) momentotest.Key {
		k := momentotest.Key{Text: text, State: momentotest.Live, Listed: true, RoleID: role, Description: description, IssuedAt: testNow.Add(-days(age))}
		if life != 0 {
			k.ExpiresAt = testNow.Add(days(life))
		}
		return k
	}
	deploy := listed(demo.deploy, "r-deploy", "deploys the shop", 400, 0)
	deploy.ReadKeys, deploy.WriteKeys, deploy.Read = true, true, []string{"*"}
	lapsed := listed(demo.lapsed, "r-viewer", "load test of October", 60, -1)
	lapsed.State = momentotest.Expired
	return momentotest.Options{
		Caches: []string{"orders", "users"},
		Roles: []momentotest.Role{
			{ID: "r-owner", Name: "Owner", Type: "system"},
			{ID: "r-viewer", Name: "Viewer", Type: "system", Permissions: reads},
			{ID: "r-deploy", Name: "deployment", Type: "custom", Permissions: deployRole},
		},
		Keys: []momentotest.Key{
			{Text: demo.superUser, State: momentotest.Live, List: true, Read: []string{"*"}},
			{Text: demo.scoped, State: momentotest.Live, Read: []string{"orders"}},
			deploy,
			listed(demo.owner, "r-owner", "", 30, 0),
			listed(demo.dashboard, "r-viewer", "dashboard", 84, 6),
			listed(demo.good, "r-viewer", "nightly report", 30, 60),
			lapsed,
			{Text: demo.revoked, State: momentotest.Revoked},
		},
	}
}

// startDemo starts a stand-in with that account.
func startDemo(t *testing.T) *momentotest.Server {
	t.Helper()
	s, err := momentotest.Start(demoAccount())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// inspectAt inspects against a stand-in.
func inspectAt(t *testing.T, s *momentotest.Server, text string, more ...string) result {
	t.Helper()
	args := []string{"inspect", "--live-target", s.Addr(), "--management-url", s.ManagementURL()}
	return call(t, text, nil, append(args, more...)...)
}

func TestInspectSaysWhatACredentialIs(t *testing.T) {
	t.Parallel()
	s := startDemo(t)
	for _, tt := range []struct {
		name, text string
		want       []string
		never      []string
	}{
		{"a super-user key", demo.superUser, []string{
			"● LIVE  API key (v1)", "it may list the account's caches (2)", "everything in the account", "never: it works until it is revoked",
			"cell-4-us-west-2-1.prod.a.momentohq.com (us-west-2)", "dev@example.com", "1. Create its successor: a v2 key",
		}, []string{"orders"}},
		{"a scoped key that ends soon", demo.scoped, []string{
			"● LIVE", "it may not list caches", "├─ cache orders", "│  └─ publish to topics room-*", "└─ invoke function resize",
			"in 5 days (2026-11-28 12:00 UTC): what uses it fails from then on", "1. If it is in use, deploy its successor before 2026-11-28 12:00 UTC.",
		}, nil},
		{"a v2 key that can manage keys", demo.deploy, []string{
			"● LIVE  API key (v2, global)", "IT CAN CREATE AND REVOKE API KEYS", "deployment (r-deploy)", "198.51.100.0/24", "13 months ago (2025-10-19 12:00 UTC)",
			"3f2a1b9c-77d0", "momentolint revoke 3f2a1b9c-77d0, or in the Momento console", "deploys the shop",
		}, nil},
		{"a revoked key", demo.revoked, []string{"● DEAD", "refused by 127.0.0.1 as invalid, expired or revoked", "Nothing to revoke"}, []string{"momentolint revoke"}},
		{"an expired key", demo.expired, []string{"● EXPIRED", "by its own claim it ended at 2026-10-04T12:00:00Z", "expired      50 days ago (2026-10-04 12:00 UTC)"}, nil},
		{"the console's download", credentialtest.ConsoleJSON(credentialtest.Options{}), []string{"● LIVE  API key (v1)", "next to it   refresh token"}, nil},
		{"the CLI's file", credentialtest.CredentialsFile(credentialtest.Options{}), []string{"session token", "no read-only check", "next to it   API key (v1)"}, nil},
		{"quoted, with blanks around it", "  \"" + demo.superUser + "\"\n", []string{"● LIVE  API key (v1)"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := inspectAt(t, s, tt.text)
			if r.code != exitClean || r.stderr != "" {
				t.Errorf("exit %d, stderr %q", r.code, r.stderr)
			}
			flat := strings.Join(strings.Fields(r.out), " ")
			for _, want := range tt.want {
				if !strings.Contains(flat, strings.Join(strings.Fields(want), " ")) {
					t.Errorf("%q is not in\n%s", want, r.out)
				}
			}
			for _, never := range tt.never {
				if strings.Contains(r.out, never) && !strings.Contains(tt.text, never) {
					t.Errorf("%q is in\n%s", never, r.out)
				}
			}
			noSecret(t, tt.text, r)
		})
	}
	if r := inspectAt(t, s, demo.superUser, "--verbose"); !strings.Contains(r.out, "orders, users") {
		t.Errorf("--verbose does not name the caches:\n%s", r.out)
	}
}

// noSecret wants no credential of the text in the output.
func noSecret(t *testing.T, text string, r result) {
	t.Helper()
	for _, c := range credential.ParseAll([]byte(text)) {
		for _, secret := range []string{c.Reveal(), c.RevealWritten()} {
			if strings.Contains(r.out+r.stderr, secret) {
				t.Errorf("the output holds a %s in full", c.Kind)
			}
		}
	}
}

func TestInspectAsJSON(t *testing.T) {
	t.Parallel()
	s := startDemo(t)
	r := inspectAt(t, s, demo.deploy, "--format", "json")
	var got map[string]any
	if err := json.Unmarshal([]byte(r.out), &got); err != nil || r.code != exitClean {
		t.Fatalf("exit %d, %v\n%s%s", r.code, err, r.out, r.stderr)
	}
	for field, want := range map[string]string{
		"kind": "api-key-v2", "rule": "momento-api-key-v2", "fingerprint": parsed(t, demo.deploy).Fingerprint(), "key_id": "3f2a1b9c-77d0",
		"issued_at": "2025-10-19T12:00:00Z", "expires": "never", "expires_at": "<nil>", "status": "live", "checked_at": "2026-11-23T12:00:00Z",
		"endpoint": "<nil>", "role": "map[allowed_cidrs:[198.51.100.0/24] description:deploys the shop id:r-deploy name:deployment]",
		"scope": "map[level:role permissions:[map[cache:* item:* resource:cache role:read-write] map[resource:auth role:read-write+list]]]",
	} {
		if fmt.Sprint(got[field]) != want {
			t.Errorf("%s: %v, want %s", field, got[field], want)
		}
	}
	noSecret(t, demo.deploy, r)

	r = inspectAt(t, s, demo.scoped, "--format", "json")
	got = nil
	if err := json.Unmarshal([]byte(r.out), &got); err != nil {
		t.Fatal(err)
	}
	if got["expires"] != "at" || got["expires_at"] != "2026-11-28T12:00:00Z" || got["expires_soon"] != true || got["region"] != "us-west-2" {
		t.Errorf("%s", r.out)
	}
	r = inspectAt(t, s, demo.superUser, "--format", "json", "--offline")
	got = nil
	if err := json.Unmarshal([]byte(r.out), &got); err != nil {
		t.Fatal(err)
	}
	if got["status"] != "unverified" || got["status_reason"] != "offline" || got["checked_at"] != nil || got["caches"] != nil {
		t.Errorf("%s", r.out)
	}
}

func parsed(t *testing.T, text string) credential.Credential {
	t.Helper()
	c, err := credential.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestInspectRefusesACredentialAsAnArgument(t *testing.T) {
	t.Parallel()
	r := call(t, "", nil, "inspect", demo.superUser)
	if r.code != exitFailed || !strings.Contains(r.stderr, "shell's history") || !strings.Contains(r.stderr, "--env") {
		t.Errorf("exit %d, %s", r.code, r.stderr)
	}
	noSecret(t, demo.superUser, r)
	// Nor does any other place for a word repeat it.
	for _, args := range [][]string{{demo.superUser}, {"audit", demo.superUser}, {"audit", "--key-env", demo.superUser}, {"inspect", "--format=" + demo.superUser}, {"inspect", "--offline=" + demo.superUser}, {"revoke", "--from", demo.superUser}, {"scan", "--management-key-env", demo.superUser, "--offline", "-"}} {
		r := call(t, "", nil, args...)
		if r.code != exitFailed {
			t.Errorf("%.20q: exit %d", args, r.code)
		}
		noSecret(t, demo.superUser, r)
	}
	r = call(t, "", nil, "inspect", "--env", demo.superUser)
	if r.code != exitFailed {
		t.Errorf("exit %d", r.code)
	}
	noSecret(t, demo.superUser, r)
}

func TestInspectReadsAVariable(t *testing.T) {
	t.Parallel()
	r := call(t, "", []string{"THE_KEY=" + demo.superUser, "EMPTY="}, "inspect", "--offline", "--env", "THE_KEY")
	if r.code != exitClean || !strings.Contains(r.out, "API key (v1)") {
		t.Errorf("exit %d, %s%s", r.code, r.out, r.stderr)
	}
	for name, want := range map[string]string{"NOWHERE": "NOWHERE is not set", "EMPTY": "EMPTY is empty"} {
		if r := call(t, "", []string{"EMPTY="}, "inspect", "--env", name); r.code != exitFailed || !strings.Contains(r.stderr, want) {
			t.Errorf("%s: exit %d, %s", name, r.code, r.stderr)
		}
	}
}

func TestInspectSaysWhyItIsNoCredential(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, want string }{
		{"nothing", "", "standard input is empty"},
		{"blanks", " \n", "empty text"},
		{"words", "this is not a key", "neither a JWT nor base64"},
		{"another's token", credentialtest.JWT("HS256", `{"iss":"supabase","ref":"abcdefghijkl","role":"anon"}`, "x"), "not one of Momento's"},
		{"a key cut off", demo.superUser[:80], "not a Momento credential"},
		{"too much", strings.Repeat("x", maxInput+1), "longer than"},
		{"a document without", `{"apiKey":"none","endpoint":"x"}`, "not a Momento credential"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := call(t, tt.text, nil, "inspect", "--offline")
			if r.code != exitFailed || !strings.Contains(r.stderr, tt.want) || r.out != "" {
				t.Errorf("exit %d, stdout %q, stderr %q; want %q", r.code, r.out, r.stderr, tt.want)
			}
			if len(tt.text) > 40 && strings.Contains(r.stderr, tt.text) {
				t.Error("the text is in the message")
			}
		})
	}
}

func TestInspectTakesTheEndpointOfItsDocument(t *testing.T) {
	t.Parallel()
	s := startDemo(t)
	jwt := credentialtest.V1JWT(credentialtest.Options{Seed: "doc"})
	// The endpoint of the document is hostile: it is not asked, and said.
	text := `{"api_key": "` + jwt + `", "endpoint": "evil.example"}`
	r := call(t, text, nil, "inspect")
	if r.code != exitClean || !strings.Contains(strings.Join(strings.Fields(r.out), " "), "host evil.example is not under momentohq.com") {
		t.Errorf("exit %d\n%s%s", r.code, r.out, r.stderr)
	}
	if n := len(s.Calls()); n != 0 {
		t.Errorf("%d calls", n)
	}
}

func TestInspectWithAManagementKey(t *testing.T) {
	t.Parallel()
	s := startDemo(t)
	env := []string{"MANAGER=" + demo.deploy, "WRONG=" + demo.revoked, "TOKEN=nonsense"}
	args := []string{"inspect", "--live-target", s.Addr(), "--management-url", s.ManagementURL(), "--management-key-env"}
	r := call(t, demo.dashboard, env, append(args, "MANAGER")...)
	if r.code != exitClean || !strings.Contains(r.out, "Viewer (r-viewer)") || !strings.Contains(r.out, "in 6 days") || strings.Contains(r.out, "IT CAN") {
		t.Errorf("exit %d\n%s%s", r.code, r.out, r.stderr)
	}
	// What failed is said, and the rest is there.
	r = call(t, demo.dashboard, env, append(args, "WRONG")...)
	if r.code != exitFailed || !strings.Contains(r.out, "● LIVE") || !strings.Contains(r.stderr, "refuses the key") {
		t.Errorf("exit %d\n%s%s", r.code, r.out, r.stderr)
	}
	if r := call(t, demo.dashboard, env, append(args, "TOKEN")...); r.code != exitFailed || !strings.Contains(r.stderr, "not a Momento credential") {
		t.Errorf("exit %d\n%s%s", r.code, r.out, r.stderr)
	}
}

func TestInspectStaysUsefulWhenTheServiceIsNot(t *testing.T) {
	t.Parallel()
	s := startDemo(t)
	s.SetFault(func(momentotest.Call) momentotest.Fault {
		return momentotest.Fault{Code: codes.ResourceExhausted, Err: "operations_rate_limit_exceeded"}
	})
	r := inspectAt(t, s, demo.superUser)
	if r.code != exitClean || !strings.Contains(r.out, "● UNVERIFIED") || !strings.Contains(r.out, "throttled (operations_rate_limit_exceeded)") || !strings.Contains(r.out, "everything in the account") {
		t.Errorf("exit %d\n%s%s", r.code, r.out, r.stderr)
	}
}

func TestInspectChecksItsFlags(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ flag, value, want string }{
		{"--format", "xml", "want text or json"},
		{"--expiry-warning", "soon", "--expiry-warning"},
		{"--endpoint", "https://x", "endpoint"},
		{"--management-url", "http://mga.example", "--management-url: "},
		{"--management-key-env", "NOWHERE", "NOWHERE"},
		{"--live-target", "nowhere", "HOST:PORT"},
		{"--allow-host", "com", "allowed host"},
	} {
		if r := call(t, demo.superUser, nil, "inspect", tt.flag, tt.value); r.code != exitFailed || !strings.Contains(r.stderr, tt.want) || r.out != "" {
			t.Errorf("%s %s: exit %d, %s", tt.flag, tt.value, r.code, r.stderr)
		}
	}
}

// A credential that is cut is explained as far as that goes, and stays here.
func TestInspectACutCredential(t *testing.T) {
	t.Parallel()
	s := startDemo(t)
	text := credentialtest.V2(credentialtest.Options{KeyID: "cut-1"})
	s.Forget()
	cut := text[:len(text)-9]
	r := call(t, cut, nil, "inspect", "--live-target", s.Addr())
	if r.code != exitClean || !strings.Contains(r.out, "UNVERIFIED") || !strings.Contains(r.out, "incomplete: its end is missing") || !strings.Contains(r.out, "cut-1") {
		t.Errorf("exit %d\n%s%s", r.code, r.out, r.stderr)
	}
	r = call(t, cut, nil, "inspect", "--live-target", s.Addr(), "--format", "json")
	var got struct {
		Incomplete  bool
		Status      string
		Reason      string `json:"status_reason"`
		Fingerprint string
	}
	if err := json.Unmarshal([]byte(r.out), &got); err != nil || !got.Incomplete || got.Status != "unverified" || got.Reason != "incomplete" || got.Fingerprint != parsed(t, cut).Fingerprint() {
		t.Errorf("%+v, %v", got, err)
	}
	if n := len(s.Calls()); n != 0 {
		t.Errorf("%d calls", n)
	}
}

// A cut credential counts as a finding, but not as a live one, and a baseline
// knows it by its text.
func TestScanOfACutCredential(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := credentialtest.V2(credentialtest.Options{KeyID: "cut-2"})
	for name, n := range map[string]int{"a.log": 9, "b.log": 12} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("T="+text[:len(text)-n]+"...\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := startDemo(t)
	at := []string{"scan", "--live-target", s.Addr(), dir}
	for _, c := range []struct {
		more []string
		code int
	}{{nil, exitFound}, {[]string{"--fail-on", "live"}, exitClean}, {[]string{"--fail-on", "none"}, exitClean}} {
		if r := call(t, "", nil, append(slices.Clone(at), c.more...)...); r.code != c.code || !strings.Contains(r.out, "1 credential in 2 places: 1 unverified.") {
			t.Errorf("%q: exit %d, want %d\n%s%s", c.more, r.code, c.code, r.out, r.stderr)
		}
	}
	known := filepath.Join(t.TempDir(), "known.json")
	if r := call(t, "", nil, append(slices.Clone(at), "--write-baseline", known)...); r.code != exitClean && r.code != exitFound {
		t.Fatalf("exit %d %s", r.code, r.stderr)
	}
	if r := call(t, "", nil, append(slices.Clone(at), "--baseline", known)...); r.code != exitClean {
		t.Errorf("with the baseline: exit %d\n%s%s", r.code, r.out, r.stderr)
	}
	// Another cut is another text.
	if err := os.WriteFile(filepath.Join(dir, "a.log"), []byte("T="+text[:len(text)-10]+"...\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := call(t, "", nil, append(slices.Clone(at), "--baseline", known)...); r.code != exitFound {
		t.Errorf("with another cut: exit %d\n%s%s", r.code, r.out, r.stderr)
	}
	if n := len(s.Calls()); n != 0 {
		t.Errorf("%d calls", n)
	}
}
