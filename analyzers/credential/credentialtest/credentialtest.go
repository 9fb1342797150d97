// Package credentialtest mints synthetic Momento credentials for tests: well formed, but signed
// with a key that no service trusts. Equal Options yield equal credentials.
package credentialtest

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash"
	"strings"
	"time"
)

// Options configures the minted credential. Every zero value has a sensible default.
type Options struct {
	// Endpoint is the host for kinds that carry one;
	// default cell-4-us-west-2-1.prod.a.momentohq.com.
	Endpoint string
	// Subject is the claim sub; default dev@example.com.
	Subject string
	// KeyID is the claim jti of v2 keys; default derived from Seed.
	KeyID string
	// Seed makes otherwise equal credentials differ in their signature.
	Seed string
	// IssuedAt is the claim iat; omitted if zero (but see Disposable).
	IssuedAt time.Time
	// ExpiresAt is the claim exp; omitted if zero: the credential never expires.
	ExpiresAt time.Time
	// Permissions is the Permissions message for claim p; nil means SuperUser().
	Permissions []byte
	// KeyFirst writes the envelope's api_key before its endpoint.
	KeyFirst bool
	// Blanks writes a space after ":" and "," in the envelope, and a newline after it, as some
	// examples of the official SDKs do.
	Blanks bool
}

func (o Options) withDefaults() Options {
	if o.Endpoint == "" {
		o.Endpoint = "cell-4-us-west-2-1.prod.a.momentohq.com"
	}
	if o.Subject == "" {
		o.Subject = "dev@example.com"
	}
	if o.KeyID == "" {
		sum := sha256.Sum256([]byte("key id " + o.Seed))
		o.KeyID = fmt.Sprintf("%x-%x", sum[:4], sum[4:8])
	}
	if o.Permissions == nil {
		o.Permissions = SuperUser()
	}
	return o
}

// claims are written in this order; empty ones are omitted.
type claims struct {
	Subject     string `json:"sub,omitempty"`
	Type        string `json:"t,omitempty"`
	KeyID       string `json:"jti,omitempty"`
	RenewedID   string `json:"akid,omitempty"`
	Account     string `json:"a,omitempty"`
	ControlHost string `json:"cp,omitempty"`
	CacheHost   string `json:"c,omitempty"`
	Version     int    `json:"ver,omitempty"`
	Permissions string `json:"p,omitempty"`
	IssuedAt    int64  `json:"iat,omitempty"`
	ExpiresAt   int64  `json:"exp,omitempty"`
	Issuer      string `json:"iss,omitempty"`
	Audience    string `json:"aud,omitempty"`
	Email       string `json:"email,omitempty"`
	Party       string `json:"azp,omitempty"`
}

func (c *claims) times(o Options) {
	if !o.IssuedAt.IsZero() {
		c.IssuedAt = o.IssuedAt.Unix()
	}
	if !o.ExpiresAt.IsZero() {
		c.ExpiresAt = o.ExpiresAt.Unix()
	}
}

// JWT signs claims with HS256, HS384 or HS512 ("alg" of the header). For other algorithms the
// signature is noise of the right length. It also makes decoys: tokens of other issuers.
func JWT(algorithm, claimsJSON, seed string) string {
	header := `{"alg":"` + algorithm + `"}`
	if algorithm == "HS256" {
		header = `{"alg":"HS256","typ":"JWT"}`
	}
	enc := base64.RawURLEncoding
	text := enc.EncodeToString([]byte(header)) + "." + enc.EncodeToString([]byte(claimsJSON))
	h := map[string]func() hash.Hash{"HS256": sha256.New, "HS384": sha512.New384, "HS512": sha512.New}[algorithm]
	if h != nil {
		mac := hmac.New(h, []byte("synthetic "+seed))
		_, _ = mac.Write([]byte(text))
		return text + "." + enc.EncodeToString(mac.Sum(nil))
	}
	return text + "." + enc.EncodeToString(noise(text+seed, map[string]int{
		"RS256": 256, "RS384": 256, "RS512": 256, "PS256": 256, "ES256": 64, "ES384": 96, "ES512": 132, "EdDSA": 64,
	}[algorithm]))
}

// noise returns n bytes that depend on the seed only.
func noise(seed string, n int) []byte {
	out := make([]byte, 0, n+sha512.Size)
	for i := 0; len(out) < n; i++ {
		sum := sha512.Sum512([]byte(fmt.Sprintf("noise %d %s", i, seed)))
		out = append(out, sum[:]...)
	}
	return out[:n]
}

func sign(algorithm string, c claims, seed string) string {
	body, err := json.Marshal(c)
	if err != nil {
		// claims holds strings and integers only.
		return ""
	}
	return JWT(algorithm, string(body), seed)
}

// V2 mints a global API key: a bare HS512 JWT.
func V2(o Options) string {
	o = o.withDefaults()
	c := claims{Type: "g", KeyID: o.KeyID}
	c.times(o)
	return sign("HS512", c, o.Seed)
}

// V1JWT mints the JWT inside a v1 key.
func V1JWT(o Options) string {
	o = o.withDefaults()
	c := claims{Subject: o.Subject, Version: 1, Permissions: base64.StdEncoding.EncodeToString(o.Permissions)}
	c.times(o)
	return sign("HS256", c, o.Seed)
}

// V1 mints a v1 API key: the base64 envelope around V1JWT.
func V1(o Options) string {
	o = o.withDefaults()
	return Envelope(o, V1JWT(o))
}

// Envelope wraps any token as the envelope of a v1 key does.
func Envelope(o Options, token string) string {
	o = o.withDefaults()
	members := []string{`"endpoint":"` + o.Endpoint + `"`, `"api_key":"` + token + `"`}
	if o.KeyFirst {
		members[0], members[1] = members[1], members[0]
	}
	text := "{" + strings.Join(members, ",") + "}"
	if o.Blanks {
		text = "{" + strings.ReplaceAll(strings.Join(members, ", "), `":"`, `": "`) + "}\n"
	}
	return base64.StdEncoding.EncodeToString([]byte(text))
}

// Disposable mints a disposable token: a v1 envelope with iat and exp. By default it is valid for
// an hour from the beginning of 2040 and may read one cache.
func Disposable(o Options) string {
	if o.Permissions == nil {
		o.Permissions = CacheReadOnly("orders")
	}
	return V1(disposableOptions(o))
}

// disposableOptions applies the defaults of Disposable.
func disposableOptions(o Options) Options {
	if o.IssuedAt.IsZero() {
		o.IssuedAt = time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	if o.ExpiresAt.IsZero() {
		o.ExpiresAt = o.IssuedAt.Add(time.Hour)
	}
	return o
}

// DisposableV1 mints the JWT of a first-generation disposable token. By default it is valid for an
// hour from the beginning of 2040 and may read one cache.
func DisposableV1(o Options) string {
	if o.Permissions == nil {
		o.Permissions = CacheReadOnly("orders")
	}
	o = disposableOptions(o).withDefaults()
	c := claims{Subject: o.Subject, Type: "disposable", Version: 1, Permissions: base64.RawURLEncoding.EncodeToString(o.Permissions)}
	c.times(o)
	return sign("HS256", c, o.Seed)
}

// DisposableV2 mints the JWT of a second-generation disposable token, whose permissions are a
// PermissionSet.
func DisposableV2(o Options) string {
	if o.Permissions == nil {
		o.Permissions = PermissionSet(CacheRule([]int{1}, "orders", "*"))
	}
	o = disposableOptions(o).withDefaults()
	c := claims{Account: "a-" + o.KeyID, Type: "disposable", Version: 2, Permissions: base64.RawURLEncoding.EncodeToString(o.Permissions)}
	c.times(o)
	return sign("HS512", c, o.Seed)
}

// Legacy mints a token of 2022, which names its own hosts.
func Legacy(o Options) string {
	o = o.withDefaults()
	c := claims{Subject: o.Subject, ControlHost: "control." + o.Endpoint, CacheHost: "cache." + o.Endpoint}
	c.times(o)
	return sign("HS512", c, o.Seed)
}

// Session mints the token of a login with Momento's command line.
func Session(o Options) string {
	o = o.withDefaults()
	c := claims{Subject: o.Subject, Issuer: "https://login.example.com/", Audience: "momento-cli"}
	c.times(o)
	return sign("HS256", c, o.Seed)
}

// Login mints the token of a login to Momento's console: RS256, valid for a day from the beginning
// of 2040.
func Login(o Options) string {
	if o.IssuedAt.IsZero() {
		o.IssuedAt = time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	if o.ExpiresAt.IsZero() {
		o.ExpiresAt = o.IssuedAt.Add(24 * time.Hour)
	}
	o = o.withDefaults()
	c := claims{Email: o.Subject, Issuer: "https://login.gomomento.com/", Audience: "https://console.gomomento.com", Party: o.KeyID}
	c.times(o)
	return sign("RS256", c, o.Seed)
}

// RefreshV2 mints the refresh token of the v2 key with that key id.
func RefreshV2(o Options) string {
	o = o.withDefaults()
	sum := sha256.Sum256([]byte("refresh id " + o.Seed))
	c := claims{Type: "gr", RenewedID: o.KeyID, KeyID: fmt.Sprintf("%x", sum[:8])}
	c.times(o)
	return sign("HS512", c, o.Seed)
}

// RefreshV1 mints a refresh token of a v1 key as a JWT.
func RefreshV1(o Options) string {
	o = o.withDefaults()
	c := claims{Issuer: "gomomento.com/refresh", KeyID: o.KeyID}
	c.times(o)
	return sign("HS256", c, o.Seed)
}

// Unknown mints a token of a type that does not exist yet, in an envelope.
func Unknown(o Options) string {
	o = o.withDefaults()
	c := claims{Type: "workload", Version: 7, KeyID: o.KeyID}
	c.times(o)
	return Envelope(o, sign("HS512", c, o.Seed))
}

// SigningKey mints a private JWK. Its numbers are noise, so it cannot sign anything.
func SigningKey(o Options) string {
	o = o.withDefaults()
	number := func(name string, n int) string {
		return base64.RawURLEncoding.EncodeToString(noise(name+o.Seed, n))
	}
	return fmt.Sprintf(`{"kty":"RSA","kid":%q,"alg":"RS256","use":"sig","n":%q,"e":"AQAB","d":%q,"p":%q,"q":%q}`,
		o.KeyID, number("n", 256), number("d", 256), number("p", 128), number("q", 128))
}

// SigningKeyEC is like SigningKey for an elliptic curve, whose keys are shorter.
func SigningKeyEC(o Options) string {
	o = o.withDefaults()
	number := func(name string) string { return base64.RawURLEncoding.EncodeToString(noise(name+o.Seed, 32)) }
	return fmt.Sprintf(`{"kty":"EC","crv":"P-256","alg":"ES256","use":"sig","kid":%q,"x":%q,"y":%q,"d":%q}`, o.KeyID, number("x"), number("y"), number("d"))
}

// SigningKeyJSON returns what the command line prints for a new signing key.
func SigningKeyJSON(o Options) string {
	o = o.withDefaults()
	return fmt.Sprintf(`{"key_id":%q,"key":%q,"expires_at":%q,"endpoint":%q}`,
		o.KeyID, SigningKey(o), time.Unix(validUntil(o), 0).UTC().Format(time.RFC3339), o.Endpoint)
}

// Signed mints a token that permits getting one item until its expiry, by default an hour after the
// beginning of 2040. Its key id is that of the signing key.
func Signed(o Options) string {
	o = disposableOptions(o).withDefaults()
	header := fmt.Sprintf(`{"alg":"RS256","kid":%q}`, o.KeyID)
	body := fmt.Sprintf(`{"exp":%d,"cache":"images","key":"logo.png","method":["get"]}`, o.ExpiresAt.Unix())
	enc := base64.RawURLEncoding
	text := enc.EncodeToString([]byte(header)) + "." + enc.EncodeToString([]byte(body))
	return text + "." + enc.EncodeToString(noise(text+o.Seed, 256))
}

// SignedURL returns the URL that reads the item that Signed permits.
func SignedURL(o Options) string {
	return "https://rest." + o.withDefaults().Endpoint + "/cache/get/images/logo.png?token=" + Signed(o)
}

// WebhookSecret mints the signing secret of a webhook.
func WebhookSecret(seed string) string {
	return base64.RawURLEncoding.EncodeToString(noise("webhook "+seed, 32))
}

// WebhookCode returns a program that verifies a webhook's calls with a hard-coded secret.
func WebhookCode(o Options) string {
	return "import { WebhookUtils } from '@gomomento/sdk';\n\nconst signingSecret = '" + WebhookSecret(o.Seed) + "';\n" +
		"export const check = (id, body, signature) => WebhookUtils.validateWebhookRequest(signingSecret, { id, body, signature });\n"
}

// Refresh mints the opaque refresh token that comes with a v1 key.
func Refresh(seed string) string {
	sum := sha512.Sum384([]byte("refresh " + seed))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// validUntil returns the validUntil of ConsoleJSON and SessionFile, in seconds.
func validUntil(o Options) int64 {
	if o.ExpiresAt.IsZero() {
		return time.Date(2041, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	}
	return o.ExpiresAt.Unix()
}

// ConsoleJSON returns the file that the console offers for download with a v1 key.
func ConsoleJSON(o Options) string {
	o = o.withDefaults()
	return fmt.Sprintf("{\n  \"apiKey\": %q,\n  \"refreshToken\": %q,\n  \"endpoint\": %q,\n  \"validUntil\": %d\n}\n",
		V1(o), Refresh(o.Seed), o.Endpoint, validUntil(o))
}

// CredentialsFile returns the command line's ~/.momento/credentials with a login session, a profile
// with a v1 token and one with a v2 key.
func CredentialsFile(o Options) string {
	o = o.withDefaults()
	return fmt.Sprintf("[.momento_session]\ntoken=%s\nvalid_until=%d\n\n[default]\ntoken=%s\n\n[global]\napi_key_v2=%s\nendpoint=%s\n",
		Session(o), validUntil(o), V1(o), V2(o), o.Endpoint)
}
