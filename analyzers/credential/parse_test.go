package credential_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

const cell = "cell-4-us-west-2-1.prod.a.momentohq.com"

var (
	issued  = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	expires = time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
)

func mustParse(t *testing.T, text string) credential.Credential {
	t.Helper()
	c, err := credential.Parse([]byte(text))
	if err != nil {
		t.Fatalf("Parse: %v", err)
	}
	return c
}

func TestEveryKindIsTold(t *testing.T) {
	o := credentialtest.Options{IssuedAt: issued, ExpiresAt: expires}
	v1 := credentialtest.V1(o)
	inner := credentialtest.V1JWT(o)
	for _, tt := range []struct {
		name, text, service string
		kind                credential.Kind
		endpoint            string
	}{
		{"v2", credentialtest.V2(o), credentialtest.V2(o), credential.APIKeyV2, ""},
		{"v1", v1, inner, credential.APIKeyV1, cell},
		{"v1 jwt", inner, inner, credential.V1JWT, ""},
		{"legacy", credentialtest.Legacy(o), credentialtest.Legacy(o), credential.Legacy, ""},
		{"disposable", credentialtest.Disposable(credentialtest.Options{}), "", credential.DisposableToken, cell},
		{"session file", credentialtest.CredentialsFile(o), credentialtest.Session(o), credential.SessionToken, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := mustParse(t, tt.text)
			if c.Kind != tt.kind || c.Endpoint != tt.endpoint {
				t.Errorf("kind %q endpoint %q, want %q %q", c.Kind, c.Endpoint, tt.kind, tt.endpoint)
			}
			if tt.service != "" && c.Reveal() != tt.service {
				t.Error("the part that the service takes is wrong")
			}
			sum := sha256.Sum256([]byte(c.Reveal()))
			if want := hex.EncodeToString(sum[:8]); c.Fingerprint() != want {
				t.Errorf("fingerprint %s, want %s", c.Fingerprint(), want)
			}
		})
	}
	refresh, err := credential.ParseRefreshToken([]byte(credentialtest.Refresh("a")), credential.Context{APIKey: []byte(v1)})
	if err != nil || refresh.Kind != credential.RefreshToken || refresh.Endpoint != cell || refresh.Reveal() != credentialtest.Refresh("a") {
		t.Errorf("refresh token: %v %v", refresh, err)
	}
	if v1Parsed, jwtParsed := mustParse(t, v1), mustParse(t, inner); v1Parsed.Fingerprint() != jwtParsed.Fingerprint() {
		t.Error("a key and its bare JWT have different fingerprints")
	}
}

func TestClaimsAreTold(t *testing.T) {
	c := mustParse(t, credentialtest.V1(credentialtest.Options{IssuedAt: issued, ExpiresAt: expires, Subject: "ops@example.com"}))
	if !c.IssuedAt.Equal(issued) || c.Expiry != credential.ExpiryAt || !c.ExpiresAt.Equal(expires) || c.Subject != "ops@example.com" {
		t.Errorf("got %v %v %v %q", c.IssuedAt, c.Expiry, c.ExpiresAt, c.Subject)
	}
	if c.ControlHost != "control."+cell || c.CacheHost != "cache."+cell {
		t.Errorf("hosts %q %q", c.ControlHost, c.CacheHost)
	}
	if c.ExpiredAt(expires.Add(-time.Second)) || !c.ExpiredAt(expires) {
		t.Error("a key is expired from its exp on, not before")
	}
	if c := mustParse(t, credentialtest.V1(credentialtest.Options{})); c.Expiry != credential.ExpiryNever {
		t.Errorf("a v1 key without exp never expires, got %v", c.Expiry)
	}
	if c := mustParse(t, credentialtest.Legacy(credentialtest.Options{})); c.Expiry != credential.ExpiryNever || c.Scope.Level != credential.ScopeSuperUser || c.ControlHost != "control."+cell || c.CacheHost != "cache."+cell {
		t.Errorf("legacy: %v %v %q %q", c.Expiry, c.Scope, c.ControlHost, c.CacheHost)
	}
	v2 := mustParse(t, credentialtest.V2(credentialtest.Options{KeyID: "k-1"}))
	if v2.KeyID != "k-1" || v2.Expiry != credential.ExpiryUnknown || v2.Scope.Level != credential.ScopeRole {
		t.Errorf("v2: %q %v %v", v2.KeyID, v2.Expiry, v2.Scope)
	}
}

func TestTwentyFiveHoursPartKeysFromDisposableTokens(t *testing.T) {
	for life, want := range map[time.Duration]credential.Kind{
		25 * time.Hour:             credential.DisposableToken,
		25*time.Hour + time.Second: credential.APIKeyV1,
	} {
		c := mustParse(t, credentialtest.V1(credentialtest.Options{IssuedAt: issued, ExpiresAt: issued.Add(life)}))
		if c.Kind != want {
			t.Errorf("life of %v: %s, want %s", life, c.Kind, want)
		}
	}
	if c := mustParse(t, credentialtest.V1(credentialtest.Options{ExpiresAt: expires})); c.Kind != credential.APIKeyV1 {
		t.Errorf("without iat the kind is %s", c.Kind)
	}
}

func TestAsLenientAsTheSDKs(t *testing.T) {
	o := credentialtest.Options{ExpiresAt: expires}
	want := mustParse(t, credentialtest.V1(o)).Fingerprint()
	unpadded := strings.TrimRight(credentialtest.V1(o), "=")
	urlSafe := strings.NewReplacer("+", "-", "/", "_").Replace(credentialtest.V1(o))
	keyFirst, blanks := o, o
	keyFirst.KeyFirst = true
	blanks.Blanks = true
	both := keyFirst
	both.Blanks = true
	for name, text := range map[string]string{
		"key first":           credentialtest.V1(keyFirst),
		"blanks and line end": credentialtest.V1(blanks),
		"both":                credentialtest.V1(both),
		"no padding":          unpadded,
		"URL alphabet":        urlSafe,
		"white space around":  "\n  " + credentialtest.V1(o) + "\r\n",
		"quotes around":       `"` + credentialtest.V1(o) + `"`,
		"escaped slash":       base64.StdEncoding.EncodeToString([]byte(`{"endpoint":"` + cell + `","api_key":"` + strings.ReplaceAll(credentialtest.V1JWT(o), "e", `\u0065`) + `"}`)),
	} {
		t.Run(name, func(t *testing.T) {
			if c := mustParse(t, text); c.Fingerprint() != want || c.Kind != credential.APIKeyV1 {
				t.Errorf("%v with fingerprint %s, want %s", c.Kind, c.Fingerprint(), want)
			}
		})
	}
}

func TestAnEnvelopeAtMomentoHoldsACredential(t *testing.T) {
	// Momento's own documentation has examples with a made-up token inside.
	token := credentialtest.JWT("HS256", `{"iss":"Online JWT Builder","iat":1678305812,"exp":4865515412,"aud":"","sub":"x@example.com"}`, "")
	c := mustParse(t, credentialtest.Envelope(credentialtest.Options{Endpoint: "test.momentohq.com"}, token))
	if c.Kind != credential.UnknownCredential || c.Scope.Level != credential.ScopeUnknown {
		t.Errorf("%v %v", c.Kind, c.Scope)
	}
	_, err := credential.Parse([]byte(credentialtest.Envelope(credentialtest.Options{Endpoint: "momentohq.com.example.org"}, token)))
	if !errors.Is(err, credential.ErrForeign) {
		t.Errorf("the same at another host: %v", err)
	}
}

func TestWhatIsNotOurs(t *testing.T) {
	v1, jwt := credentialtest.V1(credentialtest.Options{}), credentialtest.V1JWT(credentialtest.Options{})
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	// The JWT with another header.
	headed := func(header string) string {
		return base64.RawURLEncoding.EncodeToString([]byte(header)) + jwt[strings.IndexByte(jwt, '.'):]
	}
	hs256 := func(claims string) string { return credentialtest.JWT("HS256", claims, "x") }
	for _, tt := range []struct {
		name, text string
		want       credential.Reason
	}{
		{"nothing", " \n", credential.ErrEmpty},
		{"a word", "handleUpdate", credential.ErrShape},
		{"megabytes", strings.Repeat("eyJh", 1<<18), credential.ErrTooLong},
		{"Auth0", credentialtest.JWT("RS256", `{"iss":"https://dev.eu.auth0.com/","sub":"a|1","aud":"x","iat":1,"exp":2,"azp":"q"}`, ""), credential.ErrForeign},
		{"Supabase", hs256(`{"iss":"supabase","ref":"abcd","role":"anon","iat":1683000000,"exp":1998000000}`), credential.ErrForeign},
		{"Kubernetes service account", credentialtest.JWT("RS256", `{"iss":"kubernetes/serviceaccount","sub":"system:serviceaccount:default:x"}`, ""), credential.ErrForeign},
		{"another issuer with t=g", hs256(`{"iss":"https://accounts.example.com","t":"g","jti":"1"}`), credential.ErrForeign},
		{"t of another value", hs256(`{"t":"x","jti":"1"}`), credential.ErrForeign},
		{"t without jti", hs256(`{"t":"g"}`), credential.ErrForeign},
		{"cp and c that are no hosts", hs256(`{"sub":"a","cp":"checkpoint","c":"red"}`), credential.ErrForeign},
		{"p that is no permission set", hs256(`{"sub":"a","ver":1,"p":"aGVsbG8gd29ybGQ="}`), credential.ErrForeign},
		{"p without version and expiry", hs256(`{"sub":"a","p":"CAA="}`), credential.ErrForeign},
		{"unsigned", "eyJhbGciOiJub25lIn0." + b64(`{"t":"g","jti":"k"}`) + ".", credential.ErrAlgorithm},
		{"alg none", base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"t":"g","jti":"k"}`)) + ".abcdefghijklmnopqrstuvw", credential.ErrAlgorithm},
		{"no alg", base64.RawURLEncoding.EncodeToString([]byte(`{"typ":"JWT"}`)) + ".e30.abcdefghijklmnopqrstuvw", credential.ErrAlgorithm},
		{"cut in the claims", jwt[:strings.LastIndex(jwt, ".")-3], credential.ErrShape},
		{"signature as a word", jwt[:strings.LastIndex(jwt, ".")+1] + "SIGNATURE", credential.ErrSignature},
		{"short signature masked", jwt[:strings.LastIndex(jwt, ".")+1] + "xxxx", credential.ErrSignature},
		{"signature masked", jwt[:strings.LastIndex(jwt, ".")+1] + strings.Repeat("x", 43), credential.ErrSignature},
		{"signature of two characters", jwt[:strings.LastIndex(jwt, ".")+1] + strings.Repeat("xy", 21) + "x", credential.ErrSignature},
		{"an example with dots", "eyJhbGciOi...", credential.ErrShape},
		{"four parts", jwt + ".abc", credential.ErrShape},
		{"envelope cut in the claims", v1[:200], credential.ErrShape},
		{"envelope cut before the key", v1[:72], credential.ErrJSON},
		{"a broken envelope", b64(`{"endpoint":"` + cell + `","api_key":"` + jwt + `";`), credential.ErrJSON},
		{"half an envelope: endpoint", b64(`{"endpoint":"` + cell + `","region":"us-west-2"}`), credential.ErrEnvelope},
		{"half an envelope: somebody else's key", b64(`{"api_key":"` + hs256(`{"sub":"a","role":"x"}`) + `"}`), credential.ErrForeign},
		{"placeholder in an envelope", b64(`{"endpoint":"` + cell + `","api_key":"<your key here please>"}`), credential.ErrShape},
		{"source map", b64(`{"version":3,"file":"x.js","sources":["../src/x.ts"],"names":[]}`), credential.ErrShape},
		{"two objects", b64(`{"endpoint":"` + cell + `","api_key":"` + jwt + `"}{"a":1}`), credential.ErrJSON},
		{"a header with a broken escape", b64(`{"endpoint":"` + cell + `","api_key":"` + headed(`{"alg":"HS\256"}`) + `"}`), credential.ErrJSON},
		{"a header with a broken number", headed(`{"alg":"HS256","v":01}`), credential.ErrJSON},
		{"OAuth file", `{"accessToken":"ya29.abcdefghijklmnop","refreshToken":"1//0gabcdefghijklmnopqrstuvwx","validUntil":1}`, credential.ErrContext},
		{"refresh token alone", credentialtest.Refresh("a"), credential.ErrShape},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := credential.Parse([]byte(tt.text))
			if !errors.Is(err, tt.want) {
				t.Errorf("got %v, %v; want %v", c, err, tt.want)
			}
			if !c.IsZero() || c.Reveal() != "" || c.Fingerprint() != "" {
				t.Error("a refused text left something in the credential")
			}
		})
	}
}

func TestRefusingAllocatesNothing(t *testing.T) {
	texts := map[string][]byte{
		"foreign JWT":    []byte(credentialtest.JWT("HS256", `{"iss":"supabase","role":"anon","exp":1998000000}`, "")),
		"foreign p":      []byte(credentialtest.JWT("HS256", `{"ver":1,"p":"aGVsbG8gd29ybGQ="}`, "")),
		"half envelope":  []byte(base64.StdEncoding.EncodeToString([]byte(`{"endpoint":"` + cell + `","region":"us-west-2"}`))),
		"source map":     []byte(base64.StdEncoding.EncodeToString([]byte(strings.Repeat(`{"version":3,"sources":["x"]}`, 1000)))),
		"a word":         []byte("eyJust_a_word"),
		"a JSON object":  []byte(`{"name":"x","version":"1.0.0"}`),
		"bad base64":     []byte("eyJ@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@"),
		"cut-off JWT":    []byte("eyJhbGciOiJIUzI1NiJ9.eyJ0IjoiZyIsImp0aSI6Im"),
		"no JSON inside": []byte("eyJhbGciOiJIUzI1NiJ9.aGVsbG8gd29ybGQ.abcdefghijklmnopqrstuvwxyz"),
	}
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			if n := testing.AllocsPerRun(100, func() {
				if _, err := credential.Parse(text); err == nil {
					t.Fatal("accepted")
				}
			}); n != 0 {
				t.Errorf("%v allocations", n)
			}
		})
	}
}

func TestParseAllFindsWhatADocumentHolds(t *testing.T) {
	o := credentialtest.Options{ExpiresAt: expires}
	kinds := func(text string) string {
		var list []string
		for _, c := range credential.ParseAll([]byte(text)) {
			list = append(list, string(c.Kind))
		}
		return strings.Join(list, " ")
	}
	nested, err := json.Marshal(map[string]any{"data": map[string]any{"secret": credentialtest.V2(o)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, text, want string }{
		{"one key", credentialtest.V1(o), "api-key-v1"},
		{"the console's download", credentialtest.ConsoleJSON(o), "api-key-v1 refresh-token"},
		{"the command line's file", credentialtest.CredentialsFile(o), "session-token api-key-v1 api-key-v2"},
		{"an environment file", "# x\nMOMENTO_API_KEY=" + credentialtest.V2(o) + "\nMOMENTO_ENDPOINT=" + cell + "\n", "api-key-v2"},
		{"nested JSON", string(nested), "api-key-v2"},
		{"the same twice", credentialtest.V2(o) + "\n" + credentialtest.V2(o), "api-key-v2"},
		{"an URL", "rediss://mydb:" + credentialtest.V1(o) + "@cache." + cell + ":6379", "api-key-v1"},
		{"nothing", "hello world", ""},
		{"OAuth", `{"access_token":"abc","refresh_token":"1//0gabcdefghijklmnopqrstuvwx","expires_in":3600}`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := kinds(tt.text); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	// The raw object names the endpoint that a bare JWT lacks.
	raw := credential.ParseAll([]byte(`{"endpoint":"` + cell + `","api_key":"` + credentialtest.V1JWT(o) + `"}`))
	if len(raw) != 1 || raw[0].Kind != credential.APIKeyV1 || raw[0].Endpoint != cell {
		t.Errorf("raw envelope: %v", raw)
	}
}

func TestARefreshTokenNeedsNeighbours(t *testing.T) {
	token := []byte(credentialtest.Refresh("a"))
	for _, tt := range []struct {
		name string
		n    credential.Context
		want error
	}{
		{"a key", credential.Context{APIKey: []byte(credentialtest.V1(credentialtest.Options{}))}, nil},
		{"somebody else's key", credential.Context{APIKey: []byte("sk-abcdefghijklmnopqrst")}, credential.ErrContext},
		{"validUntil and endpoint", credential.Context{ValidUntil: true, Endpoint: cell}, nil},
		{"validUntil and file name", credential.Context{ValidUntil: true, File: "momento_token.info.json"}, nil},
		{"validUntil alone", credential.Context{ValidUntil: true}, credential.ErrContext},
		{"endpoint alone", credential.Context{Endpoint: cell}, credential.ErrContext},
		{"another endpoint", credential.Context{ValidUntil: true, Endpoint: "evilmomentohq.com"}, credential.ErrContext},
		{"nothing", credential.Context{}, credential.ErrContext},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := credential.ParseRefreshToken(token, tt.n)
			if !errors.Is(err, tt.want) && (tt.want == nil || err == nil || err.Error() != tt.want.Error()) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
	for _, placeholder := range []string{"", "short", "<your refresh token here>", "${MOMENTO_REFRESH_TOKEN}", "xxxxxxxxxxxxxxxxxxxxxxxx", "your_refresh_token_goes_here"} {
		n := credential.Context{ValidUntil: true, Endpoint: cell}
		if c, err := credential.ParseRefreshToken([]byte(placeholder), n); err == nil {
			t.Errorf("placeholder taken for %v", c)
		}
	}
}

func TestExtremeTimesAreHeldInBounds(t *testing.T) {
	for exp, want := range map[string]time.Time{
		"1e30":   time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC),
		"-5":     time.Unix(0, 0).UTC(),
		"1.5e9":  time.Unix(1500000000, 0).UTC(),
		"1e4000": time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC),
	} {
		c := mustParse(t, credentialtest.JWT("HS256", `{"ver":1,"p":"CAA=","exp":`+exp+`}`, ""))
		if !c.ExpiresAt.Equal(want) {
			t.Errorf("exp %s: %v, want %v", exp, c.ExpiresAt, want)
		}
		if _, err := json.Marshal(c.ExpiresAt); err != nil {
			t.Errorf("exp %s: %v", exp, err)
		}
	}
}
