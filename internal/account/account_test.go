package account

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/guard"
	"github.com/momentolint/momentolint/internal/testing/guardtest"
	"github.com/momentolint/momentolint/momentotest"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func parse(t *testing.T, text string) credential.Credential {
	t.Helper()
	c, err := credential.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var (
	manager = credentialtest.V2(credentialtest.Options{KeyID: "manager"})
	reader  = credentialtest.V2(credentialtest.Options{KeyID: "reader"})
	plain   = credentialtest.V2(credentialtest.Options{KeyID: "plain"})
	revoked = credentialtest.V2(credentialtest.Options{KeyID: "revoked"})
)

const everyRule = `{
	"rules": [
		{"type": "account_management", "permissions": ["read", "list"]},
		{"type": "auth_management", "permissions": ["read", "write", "list"], "items": "*"},
		{"type": "resource_management", "permissions": ["read", "write", "list"], "resources": "*"},
		{"type": "database", "permissions": ["read"], "databases": {"name": "orders"}, "items": {"key_prefix": "orders:2026-"}},
		{"type": "cache", "permissions": ["read", "write", "list"], "caches": "*", "items": "*"},
		{"type": "cache", "permissions": ["write"], "caches": {"name": "prod"}, "items": {"key": "flags"}},
		{"type": "topic", "permissions": ["write"], "caches": {"name": "chat"}, "topics": {"prefix": "room-"}},
		{"type": "store", "permissions": ["read"], "stores": {"name": "prefs"}, "items": {"key_prefix": "org:"}},
		{"type": "function", "permissions": ["invoke"], "caches": {"name": "edge"}, "functions": {"name": "resize"}},
		{"type": "teleport", "permissions": ["beam"], "caches": {"regex": ".*"}}
	],
	"conditions": [{"ip_filter": {"allowed_cidr_ranges": ["10.0.0.0/8", "2001:db8::/32"]}}]
}`

func start(t *testing.T, opts momentotest.Options) *momentotest.Server {
	t.Helper()
	if opts.Keys == nil {
		opts.Keys = []momentotest.Key{
			{Text: manager, State: momentotest.Live, ReadKeys: true, WriteKeys: true, Listed: true, RoleID: "r-owner", IssuedAt: now.Add(-time.Hour), Description: "the manager"},
			{Text: reader, State: momentotest.Live, ReadKeys: true, Listed: true, RoleID: "r-custom", IssuedAt: now.Add(-2 * time.Hour), ExpiresAt: now.Add(48 * time.Hour)},
			{Text: plain, State: momentotest.Live, Listed: true, RoleID: "r-gone", IssuedAt: now},
			{Text: revoked, State: momentotest.Revoked, Listed: true},
		}
	}
	if opts.Roles == nil {
		opts.Roles = []momentotest.Role{
			{ID: "r-owner", Name: "Owner", Type: "system"},
			{ID: "r-viewer", Name: "Viewer", Type: "system", Permissions: `{"rules":[{"type":"cache","permissions":["read"],"caches":"*","items":"*"}]}`},
			{ID: "r-custom", Name: "everything but the kitchen sink", Type: "custom", Permissions: everyRule},
		}
	}
	s, err := momentotest.Start(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func client(t *testing.T, key string, o Options) *Client {
	t.Helper()
	o.Getenv = func(string) string { return "" }
	if o.backoff == 0 {
		o.backoff = time.Millisecond
	}
	if o.Timeout == 0 {
		o.Timeout = 5 * time.Second
	}
	c, err := New(parse(t, key), o)
	if err != nil {
		t.Fatal(err)
	}
	c.limiter = rate.NewLimiter(rate.Inf, 1)
	t.Cleanup(c.Close)
	return c
}

func TestKeysOfAllPages(t *testing.T) {
	keys := []momentotest.Key{{Text: manager, State: momentotest.Live, ReadKeys: true}}
	for i := range 257 {
		keys = append(keys, momentotest.Key{
			Text: credentialtest.V2(credentialtest.Options{KeyID: fmt.Sprint("key-", i)}), State: momentotest.Live, Listed: true, IssuedAt: now,
		})
	}
	s := start(t, momentotest.Options{Keys: keys, PageSize: 20})
	got, err := client(t, manager, Options{URL: s.ManagementURL()}).Keys(t.Context())
	if err != nil || len(got) != 257 || got[256].ID != "key-256" {
		t.Errorf("%d keys, %v", len(got), err)
	}
	if n := len(s.Calls()); n != 13 {
		t.Errorf("%d calls for 257 keys of 20 a page", n)
	}
}

func TestWhatAKeyAndItsRoleTell(t *testing.T) {
	s := start(t, momentotest.Options{PageSize: 2})
	entries, err := client(t, manager, Options{URL: s.ManagementURL()}).Inventory(t.Context())
	if err != nil || len(entries) != 3 {
		t.Fatalf("%+v, %v", entries, err)
	}
	owner, custom, gone := entries[0], entries[1], entries[2]
	if owner.ID != "manager" || owner.Description != "the manager" || owner.Expiry != credential.ExpiryNever || !owner.IssuedAt.Equal(now.Add(-time.Hour)) {
		t.Errorf("the owner's key: %+v", owner)
	}
	if owner.Role == nil || !owner.Role.System || owner.Role.Scope.Level != credential.ScopeSuperUser || !owner.Role.ManagesKeys {
		t.Errorf("the owner's role: %+v", owner.Role)
	}
	if custom.Expiry != credential.ExpiryAt || !custom.ExpiresAt.Equal(now.Add(48*time.Hour)) || custom.ExpiredAt(now) || !custom.ExpiredAt(now.Add(48*time.Hour)) {
		t.Errorf("the custom key: %+v", custom)
	}
	want := []credential.Permission{
		{Resource: "account", Role: "read-only+list"},
		{Resource: "auth", Role: "read-write+list"},
		{Resource: "resource", Role: "read-write+list"},
		{Resource: "database", Role: "read-only", Cache: "orders", Item: "orders:2026-*"},
		{Resource: "cache", Role: "read-write+list", Cache: "*", Item: "*"},
		{Resource: "cache", Role: "write-only", Cache: "prod", Item: "flags"},
		{Resource: "topic", Role: "write-only", Cache: "chat", Topic: "room-*"},
		{Resource: "store", Role: "read-only", Cache: "prefs", Item: "org:*"},
		{Resource: "function", Role: "invoke", Cache: "edge", Function: "resize"},
		{Resource: "unknown", Role: "unknown", Cache: "unknown"},
	}
	if custom.Role == nil || !slices.Equal(custom.Role.Scope.Permissions, want) || custom.Role.Scope.Level != credential.ScopeRole || !custom.Role.ManagesKeys {
		t.Errorf("the custom role: %+v", custom.Role)
	}
	if got := strings.Join(custom.Info().AllowedCIDRs, " "); got != "10.0.0.0/8 2001:db8::/32" {
		t.Errorf("its networks: %s", got)
	}
	if gone.Role != nil || gone.Info().Scope.Level != credential.ScopeRole || gone.Info().RoleID != "r-gone" {
		t.Errorf("a key whose role is not listed: %+v", gone)
	}
}

func TestEveryAnswerHasItsMeaning(t *testing.T) {
	for _, tt := range []struct {
		name, key string
		fault     momentotest.WebFault
		is        error
		says      string
		calls     int
	}{
		{"a revoked key", revoked, momentotest.WebFault{}, ErrRefused, "refuses the key", 1},
		{"a key without the right", plain, momentotest.WebFault{}, ErrForbidden, "may not manage", 1},
		{"throttled for good", manager, momentotest.WebFault{Status: 429}, ErrThrottled, "throttling", maxAttempts},
		{"an error of the service", manager, momentotest.WebFault{Status: 500}, nil, "answered 500", 1},
		{"unavailable", manager, momentotest.WebFault{Status: 503}, nil, "answered 503", maxAttempts},
		{"a bad request", manager, momentotest.WebFault{Status: 400}, nil, "none of its answers", 1},
		{"a proxy that wants a password", manager, momentotest.WebFault{Status: 407}, nil, "none of its answers", 1},
		{"a page instead of JSON", manager, momentotest.WebFault{Status: 200, Body: "<h1>log in</h1>"}, nil, "not the JSON", 1},
		{"an empty object", manager, momentotest.WebFault{Status: 200, Body: "{}"}, nil, "lists no keys", 1},
		{"null", manager, momentotest.WebFault{Status: 200, Body: "null"}, nil, "not the JSON", 1},
		{"an empty list alone", manager, momentotest.WebFault{Status: 200, Body: "[]"}, nil, "not the JSON", 1},
		{"cut off", manager, momentotest.WebFault{Status: 200, Body: `{"key_info":[{"key_id":"a"`}, nil, "not the JSON", 1},
		{"no content", manager, momentotest.WebFault{Status: 204}, nil, "answered 204", 1},
		{"endless", manager, momentotest.WebFault{Endless: true}, nil, "too large", 1},
		{"broken connections", manager, momentotest.WebFault{Abort: true}, nil, "the management API", maxAttempts},
		{"pages in a circle", manager, momentotest.WebFault{SamePage: true}, nil, "circle", 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := start(t, momentotest.Options{})
			s.SetWebFault(func(momentotest.Call) momentotest.WebFault { return tt.fault })
			_, err := client(t, tt.key, Options{URL: s.ManagementURL()}).Keys(t.Context())
			if err == nil || tt.is != nil && !errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%v, want %q", err, tt.says)
			}
			if n := len(s.Calls()); n != tt.calls {
				t.Errorf("%d calls, want %d", n, tt.calls)
			}
		})
	}
}

func TestThrottlingPasses(t *testing.T) {
	s := start(t, momentotest.Options{})
	var calls atomic.Int32
	s.SetWebFault(func(momentotest.Call) momentotest.WebFault {
		if n := calls.Add(1); n == 1 {
			return momentotest.WebFault{Status: 429, Header: map[string]string{"Retry-After": "1"}}
		}
		return momentotest.WebFault{}
	})
	began := time.Now()
	entries, err := client(t, manager, Options{URL: s.ManagementURL()}).Keys(t.Context())
	if err != nil || len(entries) != 3 || time.Since(began) < time.Second {
		t.Errorf("%d keys, %v, after %v; want 3 after a pause of a second", len(entries), err, time.Since(began))
	}
}

func TestWhatWasListedBeforeAnErrorIsGiven(t *testing.T) {
	s := start(t, momentotest.Options{PageSize: 2})
	var calls atomic.Int32
	s.SetWebFault(func(momentotest.Call) momentotest.WebFault {
		if calls.Add(1) == 2 {
			return momentotest.WebFault{Status: 500}
		}
		return momentotest.WebFault{}
	})
	if entries, err := client(t, manager, Options{URL: s.ManagementURL()}).Inventory(t.Context()); err == nil || len(entries) != 2 {
		t.Errorf("%d keys, %v; want two and an error", len(entries), err)
	}
	s.SetWebFault(func(c momentotest.Call) momentotest.WebFault {
		if c.Method == "GET /roles" {
			return momentotest.WebFault{Status: 403}
		}
		return momentotest.WebFault{}
	})
	if entries, err := client(t, manager, Options{URL: s.ManagementURL()}).Inventory(t.Context()); !errors.Is(err, ErrForbidden) || len(entries) != 3 || entries[0].Role != nil {
		t.Errorf("%d keys, %v; want three without roles and an error", len(entries), err)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	var arrived atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { arrived.Add(1) }))
	defer elsewhere.Close()
	s := start(t, momentotest.Options{})
	for _, status := range []int{301, 302, 303, 307, 308} {
		s.SetWebFault(func(momentotest.Call) momentotest.WebFault {
			return momentotest.WebFault{Status: status, Header: map[string]string{"Location": elsewhere.URL + "/api-keys"}}
		})
		_, err := client(t, manager, Options{URL: s.ManagementURL()}).Keys(t.Context())
		if err == nil || !strings.Contains(err.Error(), "redirect") {
			t.Errorf("%d: %v", status, err)
		}
	}
	if arrived.Load() != 0 {
		t.Error("a redirect was followed")
	}
}

func TestRevoke(t *testing.T) {
	s := start(t, momentotest.Options{})
	c := client(t, manager, Options{URL: s.ManagementURL()})
	if err := c.Revoke(t.Context(), "plain"); err != nil {
		t.Error(err)
	}
	if err := c.Revoke(t.Context(), "plain"); !errors.Is(err, ErrNotFound) {
		t.Errorf("a second time: %v", err)
	}
	if err := client(t, reader, Options{URL: s.ManagementURL()}).Revoke(t.Context(), "manager"); !errors.Is(err, ErrForbidden) {
		t.Errorf("with a key that may only read: %v", err)
	}
	s.Forget()
	for _, id := range []string{"", ".", ".."} {
		if err := c.Revoke(t.Context(), id); err == nil {
			t.Errorf("%q was taken for a key id", id)
		}
	}
	if len(s.Calls()) != 0 {
		t.Errorf("calls were made: %v", s.Calls())
	}
	// A key id is one segment of the path, whatever it holds.
	if err := c.Revoke(t.Context(), "../roles/r-owner?x=1#y"); !errors.Is(err, ErrNotFound) {
		t.Errorf("an id with slashes: %v", err)
	}
	if got := s.Calls()[0].Method; got != "DELETE /api-keys/../roles/r-owner?x=1#y" {
		t.Errorf("it went out as %q", got)
	}
}

// The answer to the first try is lost after the key was revoked: the second
// hears 404, and yet the key is revoked.
func TestARevocationWhoseAnswerWasLostIsDone(t *testing.T) {
	s := start(t, momentotest.Options{})
	var calls atomic.Int32
	s.SetWebFault(func(momentotest.Call) momentotest.WebFault {
		return momentotest.WebFault{AbortAfter: calls.Add(1) == 1}
	})
	if err := client(t, manager, Options{URL: s.ManagementURL()}).Revoke(t.Context(), "plain"); err != nil || calls.Load() != 2 {
		t.Errorf("%v after %d calls", err, calls.Load())
	}
}

func TestOnlyRevokeChangesAnything(t *testing.T) {
	s := start(t, momentotest.Options{})
	c := client(t, manager, Options{URL: s.ManagementURL()})
	if _, err := c.Inventory(t.Context()); err != nil {
		t.Fatal(err)
	}
	all := []credential.Credential{parse(t, manager), parse(t, reader), parse(t, plain), parse(t, revoked)}
	if err := Enrich(t.Context(), settings(s, credential.Credential{}), all, lives(all)); err != nil {
		t.Fatal(err)
	}
	for _, call := range s.Calls() {
		if call.Method != "GET /api-keys" && call.Method != "GET /roles" {
			t.Errorf("%s was called", call.Method)
		}
		if !strings.HasPrefix(call.Agent, "momentolint/") {
			t.Errorf("the call says it is from %q", call.Agent)
		}
	}
}

func TestTheKeyGoesNowhereWithoutSoundTLS(t *testing.T) {
	for _, fault := range momentotest.CertificateFaults() {
		if fault == momentotest.TLSNoHTTP2 {
			continue // HTTP/1.1 is what is spoken here
		}
		s := start(t, momentotest.Options{TLS: true, Certificate: fault})
		o := Options{URL: s.ManagementURL(), hooks: guard.Hooks{Roots: s.Roots()}}
		_, err := client(t, manager, o).Keys(t.Context())
		if err == nil || !strings.Contains(err.Error(), "TLS") {
			t.Errorf("%s: %v", fault, err)
		}
		if n := len(s.Calls()); n != 0 {
			t.Errorf("%s: %d calls arrived", fault, n)
		}
	}
	s := start(t, momentotest.Options{TLS: true})
	if _, err := client(t, manager, Options{URL: s.ManagementURL(), hooks: guard.Hooks{Roots: s.Roots()}}).Keys(t.Context()); err != nil {
		t.Errorf("sound TLS: %v", err)
	}
}

func TestTheDefaultHostIsResolvedToAPublicAddressOnly(t *testing.T) {
	s := start(t, momentotest.Options{TLS: true, Hosts: []string{"mga.registry.prod.a.momentohq.com"}})
	_, p, _ := strings.Cut(strings.TrimPrefix(s.ManagementURL(), "https://"), ":")
	port, err := strconv.ParseUint(p, 10, 16)
	if err != nil {
		t.Fatal(err)
	}
	hooks := guard.Hooks{Resolver: guardtest.Loopback(), Roots: s.Roots(), Port: func(guard.Address) uint16 { return uint16(port) }}
	if _, err := client(t, manager, Options{hooks: hooks}).Keys(t.Context()); err == nil || !strings.Contains(err.Error(), "not on the public internet") {
		t.Errorf("a rebound default host: %v", err)
	}
	hooks.Trust = func(a netip.Addr) bool { return a.IsLoopback() }
	if keys, err := client(t, manager, Options{hooks: hooks}).Keys(t.Context()); err != nil || len(keys) != 3 {
		t.Errorf("the default URL: %d keys, %v", len(keys), err)
	}
}

func TestURLsThatWouldSendTheKeyInTheClearAreRefused(t *testing.T) {
	for _, bad := range []string{"http://mga.registry.prod.a.momentohq.com", "http://10.0.0.1", "mga.example", "ftp://127.0.0.1", "https://u:p@host.example"} {
		if _, err := New(parse(t, manager), Options{URL: bad}); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
	if _, err := New(credential.Credential{}, Options{}); err == nil {
		t.Error("a client without a key")
	}
}

func TestNoErrorHoldsTheKey(t *testing.T) {
	s := start(t, momentotest.Options{})
	for _, f := range []momentotest.WebFault{
		{Status: 400, Body: `{"code":"Bad Request","message":"` + manager + `"}`},
		{Status: 200, Body: manager},
		{Status: 302, Header: map[string]string{"Location": "https://evil.example/?" + manager}},
		{Abort: true},
	} {
		s.SetWebFault(func(momentotest.Call) momentotest.WebFault { return f })
		_, err := client(t, manager, Options{URL: s.ManagementURL()}).Keys(t.Context())
		for e := err; e != nil; e = errors.Unwrap(e) {
			if strings.Contains(fmt.Sprintf("%v %+v %#v", e, e, e), manager) {
				t.Errorf("the key is in %T", e)
			}
		}
	}
}

func TestACancelledCallReturnsAtOnce(t *testing.T) {
	s := start(t, momentotest.Options{})
	s.SetWebFault(func(momentotest.Call) momentotest.WebFault { return momentotest.WebFault{Latency: time.Minute} })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	began := time.Now()
	if _, err := client(t, manager, Options{URL: s.ManagementURL(), Timeout: time.Minute}).Keys(ctx); err == nil || time.Since(began) > 45*time.Second {
		t.Errorf("%v after %v", err, time.Since(began))
	}
}

func settings(s *momentotest.Server, management credential.Credential) Settings {
	return Settings{
		Options:    Options{URL: s.ManagementURL(), Getenv: func(string) string { return "" }, backoff: time.Millisecond},
		Management: management, Self: true,
	}
}

func lives(all []credential.Credential) map[string]finding.Verdict {
	verdicts := map[string]finding.Verdict{}
	for _, c := range all {
		verdicts[c.Fingerprint()] = finding.Verdict{Status: finding.StatusLive, Reason: "accepted"}
	}
	return verdicts
}

func TestEnrichLooksUpByTheManagementKey(t *testing.T) {
	s := start(t, momentotest.Options{})
	c := parse(t, plain)
	dead := parse(t, reader)
	v1 := parse(t, credentialtest.V1(credentialtest.Options{}))
	verdicts := lives([]credential.Credential{c, v1})
	verdicts[dead.Fingerprint()] = finding.Verdict{Status: finding.StatusUnverified, Reason: "timeout"}
	if err := Enrich(t.Context(), settings(s, parse(t, manager)), []credential.Credential{c, c, dead, v1}, verdicts); err != nil {
		t.Fatal(err)
	}
	if v := verdicts[c.Fingerprint()]; v.Account == nil || v.Account.Expiry != credential.ExpiryNever || v.Reason != "accepted" {
		t.Errorf("the plain key: %+v", v)
	}
	if v := verdicts[dead.Fingerprint()]; v.Account == nil || v.Account.RoleName == "" || v.Reason != "timeout" || v.Status != finding.StatusUnverified {
		t.Errorf("the unverified key: %+v", v)
	}
	if v := verdicts[v1.Fingerprint()]; v.Account != nil {
		t.Errorf("a v1 key: %+v", v)
	}
	for _, call := range s.Calls() {
		if call.Fingerprint != parse(t, manager).Fingerprint() {
			t.Error("a found key was used where the management key knew")
		}
	}
}

// What the account knows of a key holds for the refresh token of a v2 key, which
// names it; a v1 key's names none.
func TestEnrichLooksUpTheKeyOfARefreshToken(t *testing.T) {
	s := start(t, momentotest.Options{})
	key := parse(t, reader)
	ends := time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC)
	v2 := parse(t, credentialtest.RefreshV2(credentialtest.Options{KeyID: key.KeyID, ExpiresAt: ends}))
	v1 := parse(t, credentialtest.RefreshV1(credentialtest.Options{KeyID: key.KeyID, ExpiresAt: ends}))
	if v2.KeyID != key.KeyID || v1.KeyID != "" {
		t.Errorf("the refresh tokens have the key ids %q and %q", v2.KeyID, v1.KeyID)
	}
	unverified := finding.Verdict{Status: finding.StatusUnverified}
	verdicts := map[string]finding.Verdict{v2.Fingerprint(): unverified, v1.Fingerprint(): unverified}
	if err := Enrich(t.Context(), settings(s, parse(t, manager)), []credential.Credential{v2, v1}, verdicts); err != nil {
		t.Fatal(err)
	}
	got := verdicts[v2.Fingerprint()]
	if got.Account == nil || got.Account.RoleName == "" || got.Account.Expiry != credential.ExpiryAt || !got.Account.ExpiresAt.Equal(ends) || got.Status != finding.StatusUnverified {
		t.Errorf("of a v2 key: %+v, %+v", got, got.Account)
	}
	if got := verdicts[v1.Fingerprint()]; got.Account != nil {
		t.Errorf("of a v1 key: %+v", got.Account)
	}
}

func TestAKeyThatReachesTheAccountIsSaidLoudly(t *testing.T) {
	s := start(t, momentotest.Options{})
	m, r, p := parse(t, manager), parse(t, reader), parse(t, plain)
	all := []credential.Credential{p, m, r}
	verdicts := lives(all)
	if err := Enrich(t.Context(), settings(s, credential.Credential{}), all, verdicts); err != nil {
		t.Fatal(err)
	}
	if v := verdicts[m.Fingerprint()]; !strings.HasSuffix(v.Reason, managesKeys) || v.Account == nil {
		t.Errorf("the manager: %+v", v)
	}
	// What one leaked key may read tells about the others.
	if v := verdicts[p.Fingerprint()]; v.Account == nil || v.Reason != "accepted" {
		t.Errorf("the plain key: %+v", v)
	}
	// Not live, or not allowed to ask: not asked.
	s.Forget()
	verdicts = map[string]finding.Verdict{m.Fingerprint(): {Status: finding.StatusUnverified}}
	quiet := settings(s, credential.Credential{})
	quiet.Self = false
	for _, set := range []Settings{settings(s, credential.Credential{}), quiet} {
		if err := Enrich(t.Context(), set, all, verdicts); err != nil {
			t.Fatal(err)
		}
		verdicts = lives(all)
	}
	if n := len(s.Calls()); n != 0 {
		t.Errorf("%d calls", n)
	}
}

func TestAKeyThatMayOnlyListIsSaidToo(t *testing.T) {
	s := start(t, momentotest.Options{Roles: []momentotest.Role{}})
	r := parse(t, reader)
	verdicts := lives([]credential.Credential{r})
	if err := Enrich(t.Context(), settings(s, credential.Credential{}), []credential.Credential{r}, verdicts); err != nil {
		t.Fatal(err)
	}
	if v := verdicts[r.Fingerprint()]; !strings.HasSuffix(v.Reason, readsKeys) {
		t.Errorf("%+v", v)
	}
}

func TestAWrongManagementKeyIsAnError(t *testing.T) {
	s := start(t, momentotest.Options{})
	p := parse(t, plain)
	verdicts := lives([]credential.Credential{p})
	if err := Enrich(t.Context(), settings(s, parse(t, revoked)), []credential.Credential{p}, verdicts); !errors.Is(err, ErrRefused) {
		t.Errorf("%v", err)
	}
	if verdicts[p.Fingerprint()].Status != finding.StatusLive {
		t.Error("the verdict was changed")
	}
}

func FuzzRole(f *testing.F) {
	f.Add(everyRule)
	f.Add(`{"rules":[{"type":"cache","permissions":["read"],"caches":{"name":1},"items":null}]}`)
	f.Fuzz(func(t *testing.T, permissions string) {
		var w wireRole
		if decodeRole(permissions, &w) != nil {
			return
		}
		r := w.role()
		if len(r.Scope.Permissions) != len(w.Permissions.Rules) {
			t.Error("a rule was lost")
		}
		_ = finding.ScopeWords(r.Scope)
	})
}
