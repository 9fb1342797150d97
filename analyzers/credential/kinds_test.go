package credential_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// TestKindsByTheirClaims goes through the table by which Momento's own decoder
// tells its tokens apart, row by row, with decoys for each.
func TestKindsByTheirClaims(t *testing.T) {
	hs := func(claims string) string { return ct.JWT("HS256", claims, "kinds") }
	rs := func(claims string) string { return ct.JWT("RS256", claims, "kinds") }
	const exp = `"exp":1900000000`
	at := time.Unix(1900000000, 0).UTC()
	super := credential.Scope{Level: credential.ScopeSuperUser}
	unknown := credential.Scope{Level: credential.ScopeUnknown}
	nothing := credential.Scope{Level: credential.ScopeExplicit}
	for _, tt := range []struct {
		name, text string
		kind       credential.Kind
		keyID      string
		expiry     credential.Expiry
		scope      credential.Scope
		err        error
	}{
		{name: "1 disposable v1", text: hs(`{"t":"disposable","ver":1,"sub":"a","p":"CAA",` + exp + `}`), kind: credential.DisposableToken, expiry: credential.ExpiryAt, scope: super},
		{name: "1 empty p is a super-user's", text: hs(`{"t":"disposable","ver":1,"p":"",` + exp + `}`), kind: credential.DisposableToken, expiry: credential.ExpiryAt, scope: super},
		{name: "1 without p", text: hs(`{"t":"disposable","ver":1,` + exp + `}`), kind: credential.DisposableToken, expiry: credential.ExpiryAt, scope: unknown},
		{name: "1 version as text", text: hs(`{"t":"disposable","ver":"1","p":"CAA",` + exp + `}`), err: credential.ErrForeign},
		{name: "1 another version", text: hs(`{"t":"disposable","ver":3,"p":"CAA",` + exp + `}`), err: credential.ErrForeign},
		{name: "1 another issuer", text: hs(`{"iss":"x","t":"disposable","ver":1,"p":"CAA"}`), err: credential.ErrForeign},
		{name: "2 disposable v2, empty p", text: hs(`{"t":"disposable","ver":2,"a":"acc","p":"",` + exp + `}`), kind: credential.DisposableToken, expiry: credential.ExpiryAt, scope: nothing},
		{name: "2 without p", text: hs(`{"t":"disposable","ver":2,"a":"acc",` + exp + `}`), kind: credential.DisposableToken, expiry: credential.ExpiryAt, scope: nothing},
		{name: "2 super-user", text: hs(`{"t":"disposable","ver":2,"a":"acc","p":"CAA=",` + exp + `}`), kind: credential.DisposableToken, expiry: credential.ExpiryAt, scope: super},
		{name: "3 v2 key", text: hs(`{"t":"g","jti":"k-1"}`), kind: credential.APIKeyV2, keyID: "k-1", scope: credential.Scope{Level: credential.ScopeRole}},
		{name: "3 with exp", text: hs(`{"jti":"k-1",` + exp + `,"t":"g"}`), kind: credential.APIKeyV2, keyID: "k-1", expiry: credential.ExpiryAt, scope: credential.Scope{Level: credential.ScopeRole}},
		{name: "3 without id", text: hs(`{"t":"g"}`), err: credential.ErrForeign},
		{name: "3 another type", text: hs(`{"t":"G","jti":"k-1"}`), err: credential.ErrForeign},
		{name: "4 refresh token of a v2 key", text: hs(`{"t":"gr","akid":"k-1","jti":"r-1"}`), kind: credential.RefreshToken, keyID: "k-1", scope: unknown},
		{name: "4 with exp", text: hs(`{"t":"gr","akid":"k-1","jti":"r-1",` + exp + `}`), kind: credential.RefreshToken, keyID: "k-1", expiry: credential.ExpiryAt, scope: unknown},
		{name: "4 without ids", text: hs(`{"t":"gr"}`), err: credential.ErrForeign},
		{name: "5 refresh token of a v1 key", text: hs(`{"iss":"gomomento.com/refresh","jti":"r-1"}`), kind: credential.RefreshToken, scope: unknown},
		{name: "5 with exp", text: hs(`{"iss":"gomomento.com/refresh","jti":"r-1",` + exp + `}`), kind: credential.RefreshToken, expiry: credential.ExpiryAt, scope: unknown},
		{name: "5 another issuer", text: hs(`{"iss":"gomomento.com","jti":"r-1"}`), err: credential.ErrForeign},
		{name: "6 v1 key", text: hs(`{"sub":"a","ver":1,"p":"CAA="}`), kind: credential.V1JWT, expiry: credential.ExpiryNever, scope: super},
		{name: "6 with exp", text: hs(`{"sub":"a","ver":1,"p":"CAA=",` + exp + `}`), kind: credential.V1JWT, expiry: credential.ExpiryAt, scope: super},
		{name: "6 without p", text: hs(`{"sub":"a","ver":1}`), err: credential.ErrContext},
		{name: "6 empty p", text: hs(`{"sub":"a","ver":1,"p":""}`), err: credential.ErrContext},
		{name: "6 p of others", text: hs(`{"sub":"a","ver":1,"p":"premium"}`), err: credential.ErrForeign},
		{name: "6 version 2", text: hs(`{"sub":"a","ver":2,"p":"CAA="}`), err: credential.ErrForeign},
		{name: "6 no version", text: hs(`{"sub":"a","p":"CAA=",` + exp + `}`), err: credential.ErrForeign},
		{name: "6 an issuer", text: hs(`{"iss":"momento","sub":"a","ver":1,"p":"CAA="}`), err: credential.ErrForeign},
		{name: "7 legacy", text: hs(`{"sub":"a","cp":"control.x.momentohq.com","c":"cache.x.momentohq.com"}`), kind: credential.Legacy, expiry: credential.ExpiryNever, scope: super},
		{name: "7 with exp", text: hs(`{"sub":"a","cp":"control.x.momentohq.com","c":"cache.x.momentohq.com",` + exp + `}`), kind: credential.Legacy, expiry: credential.ExpiryAt, scope: super},
		{name: "7 without c", text: hs(`{"sub":"a","cp":"control.x.momentohq.com"}`), kind: credential.Legacy, expiry: credential.ExpiryNever, scope: super},
		{name: "7 without c, elsewhere", text: hs(`{"sub":"a","cp":"control.example.com"}`), err: credential.ErrForeign},
		{name: "8 customer-signed", text: ct.Signed(ct.Options{KeyID: "s-1", ExpiresAt: at}), kind: credential.SignedToken, keyID: "s-1", expiry: credential.ExpiryAt, scope: credential.Scope{
			Level: credential.ScopeExplicit, Permissions: []credential.Permission{{Resource: "cache", Role: "read-only", Cache: "images", Item: "logo.png"}},
		}},
		{name: "8 without kid", text: rs(`{"cache":"images","key":"logo.png","method":["get"],` + exp + `}`), err: credential.ErrForeign},
		{name: "login", text: ct.Login(ct.Options{ExpiresAt: at}), kind: credential.SessionToken, expiry: credential.ExpiryAt, scope: unknown},
		{name: "login of preprod", text: rs(`{"iss":"https://login-preprod.gomomento.com/","email":"a@example.com",` + exp + `}`), kind: credential.SessionToken, expiry: credential.ExpiryAt, scope: unknown},
		{name: "login of others", text: rs(`{"iss":"https://login.example.com/","email":"a@example.com",` + exp + `}`), err: credential.ErrForeign},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := credential.Parse([]byte(tt.text))
			if !errors.Is(err, tt.err) {
				t.Fatalf("%v, %v, want %v", c, err, tt.err)
			}
			if tt.err != nil {
				return
			}
			if c.Kind != tt.kind || c.KeyID != tt.keyID || c.Expiry != tt.expiry || c.Expiry == credential.ExpiryAt && !c.ExpiresAt.Equal(at) || c.Incomplete {
				t.Errorf("%s, key id %q, expires %v %v", c.Kind, c.KeyID, c.Expiry, c.ExpiresAt)
			}
			if !reflect.DeepEqual(c.Scope, tt.scope) {
				t.Errorf("scope %+v, want %+v", c.Scope, tt.scope)
			}
		})
	}
}

func TestWhatAnEnvelopeHoldsDecides(t *testing.T) {
	hs := func(claims string) string { return ct.JWT("HS256", claims, "kinds") }
	ours, others := ct.Options{}, ct.Options{Endpoint: "cache.example.com"}
	for _, tt := range []struct {
		name, token string
		// at Momento's endpoint, and at another host.
		kind, elsewhere credential.Kind
	}{
		{"v1", ct.V1JWT(ours), credential.APIKeyV1, credential.APIKeyV1},
		{"few claims", hs(`{"sub":"a","ver":1}`), credential.APIKeyV1, ""},
		{"p that cannot be read", hs(`{"sub":"a","ver":1,"p":"premium"}`), credential.APIKeyV1, ""},
		{"disposable v1", ct.DisposableV1(ours), credential.DisposableToken, credential.DisposableToken},
		{"disposable v2", ct.DisposableV2(ours), credential.DisposableToken, credential.DisposableToken},
		{"a new type", hs(`{"t":"workload","jti":"k"}`), credential.UnknownCredential, ""},
		{"a new version", hs(`{"t":"disposable","ver":3,"p":"CAA="}`), credential.UnknownCredential, ""},
		{"version 2 without a type", hs(`{"sub":"a","ver":2,"p":"CAA="}`), credential.UnknownCredential, ""},
		{"another issuer", hs(`{"iss":"Online JWT Builder","sub":"a"}`), credential.UnknownCredential, ""},
	} {
		if c := mustParse(t, ct.Envelope(ours, tt.token)); c.Kind != tt.kind || c.Endpoint != cell || c.Reveal() != tt.token {
			t.Errorf("%s: %s at %q", tt.name, c.Kind, c.Endpoint)
		}
		c, err := credential.Parse([]byte(ct.Envelope(others, tt.token)))
		if c.Kind != tt.elsewhere || err == nil && c.Kind == "" {
			t.Errorf("%s elsewhere: %s, %v", tt.name, c.Kind, err)
		}
	}
	// The opposite of a name that decides: the same claims say nothing of a scope
	// that they do not hold.
	if c := mustParse(t, ct.Envelope(ours, hs(`{"sub":"a","ver":1,"p":"premium"}`))); c.Scope.Level != credential.ScopeUnknown {
		t.Errorf("an unreadable p is shown as %+v", c.Scope)
	}
}

func TestPermissionSetsOfTheSecondGeneration(t *testing.T) {
	type p = credential.Permission
	unknown := p{Resource: "unknown", Role: "unknown"}
	for _, tt := range []struct {
		name string
		wire []byte
		want []p
		full bool
	}{
		{"account read", ct.PermissionSet(ct.ManagementRule(1, 0)), []p{{Resource: "account", Role: "read-only"}}, true},
		{"account write and list", ct.PermissionSet(ct.ManagementRule(1, 1, 2)), []p{{Resource: "account", Role: "write-only+list"}}, true},
		{"auth read", ct.PermissionSet(ct.ManagementRule(2, 0)), []p{{Resource: "auth", Role: "read-only"}}, false},
		{"auth write = makes keys", ct.PermissionSet(ct.ManagementRule(2, 1)), []p{{Resource: "auth", Role: "write-only"}}, true},
		{"auth all", ct.PermissionSet(ct.ManagementRule(2, 0, 1, 2)), []p{{Resource: "auth", Role: "read-write+list"}}, true},
		{"auth list", ct.PermissionSet(ct.ManagementRule(2, 2)), []p{{Resource: "auth", Role: "list"}}, false},
		{"resource write", ct.PermissionSet(ct.ManagementRule(3, 1)), []p{{Resource: "resource", Role: "write-only"}}, false},
		{"resource list", ct.PermissionSet(ct.ManagementRule(3, 2)), []p{{Resource: "resource", Role: "list"}}, false},
		{"cache list", ct.PermissionSet(ct.CacheRule([]int{0}, "*", "*")), []p{{Resource: "cache", Role: "list", Cache: "*", Item: "*"}}, false},
		{"cache read", ct.PermissionSet(ct.CacheRule([]int{1}, "orders", "k")), []p{{Resource: "cache", Role: "read-only", Cache: "orders", Item: "k"}}, false},
		{"cache write a prefix", ct.PermissionSet(ct.CacheRule([]int{2}, "orders", "u:*")), []p{{Resource: "cache", Role: "write-only", Cache: "orders", Item: "u:*"}}, false},
		{"cache all", ct.PermissionSet(ct.CacheRule([]int{0, 1, 2}, "*", "*")), []p{{Resource: "cache", Role: "read-write+list", Cache: "*", Item: "*"}}, false},
		{"cache, packed", ct.PermissionSet(ct.Message(4, append(ct.Varints(1, 1, 2), append(ct.Message(2, nil), ct.Message(4, nil)...)...))), []p{{Resource: "cache", Role: "read-write", Cache: "*", Item: "*"}}, false},
		{"topic subscribe", ct.PermissionSet(ct.TopicRule([]int{1}, "c", "t")), []p{{Resource: "topic", Role: "read-only", Cache: "c", Topic: "t"}}, false},
		{"topic publish", ct.PermissionSet(ct.TopicRule([]int{2}, "c", "t*")), []p{{Resource: "topic", Role: "write-only", Cache: "c", Topic: "t*"}}, false},
		{"function", ct.PermissionSet(ct.FunctionRule([]int{0}, "c", "f")), []p{{Resource: "function", Role: "invoke", Cache: "c", Function: "f"}}, false},
		{"store", ct.PermissionSet(ct.Message(6, append(ct.Varints(1, 1), ct.Message(2, nil)...))), []p{{Resource: "store", Role: "read-only", Cache: "*"}}, false},
		{"two rules", ct.PermissionSet(ct.CacheRule([]int{1}, "a", "*"), ct.ManagementRule(2, 1)), []p{{Resource: "cache", Role: "read-only", Cache: "a", Item: "*"}, {Resource: "auth", Role: "write-only"}}, true},
		{"selectors left out are not all", ct.PermissionSet(ct.Message(4, ct.Varints(1, 1))), []p{{Resource: "cache", Role: "read-only", Cache: "unknown", Item: "unknown"}}, false},
		{"a new rule", ct.PermissionSet(ct.Message(8, ct.Varints(1, 0))), []p{unknown}, false},
		{"a new value", ct.PermissionSet(ct.ManagementRule(2, 9)), []p{{Resource: "auth", Role: "unknown"}}, false},
		{"a new value beside a known one", ct.PermissionSet(ct.CacheRule([]int{1, 9}, "c", "*")), []p{{Resource: "cache", Role: "read-only", Cache: "c", Item: "*"}, {Resource: "cache", Role: "unknown", Cache: "c", Item: "*"}}, false},
		{"a new field in a rule", ct.PermissionSet(ct.Message(2, append(ct.Varints(1, 0), ct.Message(9, []byte("x"))...))), []p{{Resource: "auth", Role: "read-only"}, {Resource: "auth", Role: "unknown"}}, false},
		{"a new field in the set", append(ct.PermissionSet(ct.ManagementRule(3, 0)), ct.Message(9, []byte("something"))...), []p{{Resource: "resource", Role: "read-only"}, unknown}, false},
		{"no permission", ct.PermissionSet(ct.ManagementRule(2)), []p{{Resource: "auth", Role: "none"}}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := mustParse(t, ct.DisposableV2(ct.Options{Permissions: tt.wire})).Scope
			if s.Level != credential.ScopeExplicit || !reflect.DeepEqual(s.Permissions, tt.want) || s.Full() != tt.full || s.Conditions {
				t.Errorf("got  %+v, full %v\nwant %+v, full %v", s, s.Full(), tt.want, tt.full)
			}
		})
	}
	// What cannot be read at all may allow anything; what is known stays.
	rule := ct.CacheRule([]int{1}, "c", "*")
	known := p{Resource: "cache", Role: "read-only", Cache: "c", Item: "*"}
	for _, tt := range []struct {
		name string
		wire []byte
		want []p
	}{
		{"another user", []byte{8, 5}, []p{unknown}},
		{"another user beside rules", append([]byte{8, 5}, ct.PermissionSet(rule)...), []p{unknown, known}},
		{"another user after rules", append(ct.PermissionSet(rule), 8, 5), []p{known, unknown}},
		{"a set without its end", []byte{0x12, 0x40}, []p{unknown}},
		{"a set with more than its end", append(ct.PermissionSet(rule), 0x12), []p{known, unknown}},
		{"a list without its end", ct.Message(2, append(ct.Message(1, rule), 0x0a, 0x40)), []p{known, unknown}},
		{"a oneof without its end", ct.PermissionSet(append(slices.Clone(rule), 0x0a, 0x40)), []p{known, unknown}},
		{"a rule without its end", ct.PermissionSet(ct.Message(2, []byte{0x08, 0x00, 0x12, 0x40})), []p{{Resource: "auth", Role: "read-only"}, {Resource: "auth", Role: "unknown"}}},
		{"a packed list without its end", ct.PermissionSet(ct.Message(2, ct.Message(1, []byte{0x80}))), []p{{Resource: "auth", Role: "unknown"}}},
		{"nothing but what is new", ct.Message(9, []byte("something")), []p{unknown}},
		{"a group", []byte{0x13, 0x14}, []p{unknown}},
	} {
		s := mustParse(t, ct.DisposableV2(ct.Options{Permissions: tt.wire})).Scope
		if s.Level != credential.ScopeUnknown || !reflect.DeepEqual(s.Permissions, tt.want) || s.Reach() != credential.ReachUnknown {
			t.Errorf("%s: got %+v, reach %v, want unknown with %+v", tt.name, s, s.Reach(), tt.want)
		}
	}
	for _, text := range []string{"%%%", "CAA*", "C"} {
		token := ct.JWT("HS512", `{"a":"a","t":"disposable","ver":2,"p":"`+text+`","exp":2000000000}`, "")
		if s := mustParse(t, token).Scope; s.Level != credential.ScopeUnknown || s.Reach() != credential.ReachUnknown {
			t.Errorf("p %q: %+v", text, s)
		}
	}
	for _, text := range []string{"", `"p":"",`} {
		token := ct.JWT("HS512", `{"a":"a","t":"disposable",`+text+`"ver":2,"exp":2000000000}`, "")
		if s := mustParse(t, token).Scope; s.Level != credential.ScopeExplicit || len(s.Permissions) > 0 || s.Reach() != credential.ReachNothing {
			t.Errorf("no permission (%s): %+v", text, s)
		}
	}
	for name, wire := range map[string][]byte{
		"in the set":     append(ct.PermissionSet(ct.CacheRule([]int{1}, "c", "*")), ct.IPCondition("10.0.0.0/8", "2001:db8::/32")...),
		"in the message": ct.Message(2, append(ct.Message(1, ct.CacheRule([]int{1}, "c", "*")), ct.IPCondition("10.0.0.0/8")...)),
	} {
		s := mustParse(t, ct.DisposableV2(ct.Options{Permissions: wire})).Scope
		if !s.Conditions || len(s.Permissions) != 1 || s.Permissions[0].Role != "read-only" {
			t.Errorf("conditions %s: %+v", name, s)
		}
	}
	if s := mustParse(t, ct.DisposableV2(ct.Options{Permissions: append(ct.SuperUser(), ct.IPCondition("10.0.0.0/8")...)})).Scope; s.Level != credential.ScopeSuperUser || !s.Conditions {
		t.Errorf("a super-user under conditions: %+v", s)
	}
	// The two generations' messages have the same first bytes; the kind chooses.
	wire := ct.PermissionSet(ct.ManagementRule(2, 1))
	if s := mustParse(t, ct.DisposableV1(ct.Options{Permissions: wire})).Scope; s.Full() {
		t.Errorf("the first generation knows no right to make keys: %+v", s)
	}
}

func TestKindsThatTheirSurroundingsTell(t *testing.T) {
	o := ct.Options{KeyID: "key-1", ExpiresAt: expires}
	c, err := credential.ParseSigningKey([]byte(ct.SigningKeyJSON(o)), credential.Context{})
	if err != nil || c.Kind != credential.SigningKey || c.KeyID != "key-1" || c.Endpoint != cell || !c.ExpiresAt.Equal(expires) || c.Reveal() != ct.SigningKey(o) {
		t.Errorf("signing key: %v, %v", c, err)
	}
	for name, key := range map[string]string{"RSA": ct.SigningKey(o), "EC": ct.SigningKeyEC(o)} {
		if _, err := credential.ParseSigningKey([]byte(key), credential.Context{}); !errors.Is(err, credential.ErrContext) {
			t.Errorf("%s key alone: %v", name, err)
		}
		if _, err := credential.ParseSigningKey([]byte(key), credential.Context{Endpoint: cell}); err != nil {
			t.Errorf("%s key beside an endpoint: %v", name, err)
		}
	}
	secret := []byte(ct.WebhookSecret("a"))
	if _, err := credential.ParseWebhookSecret(secret, credential.Context{}); !errors.Is(err, credential.ErrContext) {
		t.Errorf("webhook secret alone: %v", err)
	}
	if c, err := credential.ParseWebhookSecret(secret, credential.Context{Momento: true}); err != nil || c.Kind != credential.WebhookSecret {
		t.Errorf("webhook secret: %v, %v", c, err)
	}
	few := []byte(ct.JWT("HS256", `{"sub":"a","ver":1}`, ""))
	if c, err := credential.ParseIn(few, credential.Context{Momento: true}); err != nil || c.Kind != credential.V1JWT || c.Scope.Level != credential.ScopeSuperUser {
		t.Errorf("few claims: %v, %v", c, err)
	}
	refresh, err := credential.ParseRefreshToken([]byte(ct.RefreshV2(o)), credential.Context{})
	if err != nil || refresh.Kind != credential.RefreshToken || refresh.KeyID != "key-1" || refresh.Expiry != credential.ExpiryAt {
		t.Errorf("refresh token by its claims: %v, %v", refresh, err)
	}
}

// What older versions reported under another rule is known to have been.
func TestFormerKinds(t *testing.T) {
	for _, tt := range []struct {
		text   string
		former credential.Kind
	}{
		{ct.V1(ct.Options{}), ""},
		{ct.V2(ct.Options{}), ""},
		{ct.V1JWT(ct.Options{}), ""},
		{ct.Legacy(ct.Options{}), ""},
		{ct.Disposable(ct.Options{}), ""},
		{ct.DisposableV1(ct.Options{}), credential.V1JWT},
		{ct.Envelope(ct.Options{}, ct.DisposableV2(ct.Options{})), ""},
		{ct.Envelope(ct.Options{}, ct.JWT("HS256", `{"t":"disposable","ver":2,"exp":1900000000}`, "")), credential.APIKeyV1},
		{ct.Envelope(ct.Options{}, ct.RefreshV2(ct.Options{})), credential.APIKeyV1},
		{ct.Unknown(ct.Options{}), credential.APIKeyV1},
		{ct.RefreshV2(ct.Options{}), ""},
	} {
		if c := mustParse(t, tt.text); c.Formerly != tt.former {
			t.Errorf("%s: formerly %q, want %q", c.Kind, c.Formerly, tt.former)
		}
	}
}
