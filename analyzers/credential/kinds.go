package credential

import "slices"

// Kind is the kind of a credential. The values are those of the "kind" field in
// momentolint's JSON output.
type Kind string

// The kinds of Momento credentials.
const (
	// APIKeyV2 is a "global" key: a bare JWT whose claim t is "g", valid in
	// every region of its account.
	APIKeyV2 Kind = "api-key-v2"
	// APIKeyV1 is an envelope, a JSON object with endpoint and api_key, most often
	// in base64, around a JWT of the first generation.
	APIKeyV1 Kind = "api-key-v1"
	// V1JWT is the JWT inside an APIKeyV1, standing alone.
	V1JWT Kind = "v1-jwt"
	// Legacy is a bare JWT of 2022 that names its own hosts (claims cp and c).
	Legacy Kind = "legacy"
	// DisposableToken is a JWT whose claim t is "disposable", alone or in an
	// envelope, or an APIKeyV1 envelope whose JWT lives 25 hours at the most.
	DisposableToken Kind = "disposable-token"
	// RefreshToken comes with a key and mints a new one: a JWT, or an opaque text
	// of older consoles.
	RefreshToken Kind = "refresh-token"
	// SessionToken is the JWT of a login of Momento's command line or console.
	SessionToken Kind = "session-token"
	// SigningKey is a private JWK that signs tokens for single items.
	SigningKey Kind = "signing-key"
	// SignedToken is a JWT that a customer signed with a signing key.
	SignedToken Kind = "signed-token"
	// WebhookSecret is the secret that signs the calls of a webhook.
	WebhookSecret Kind = "webhook-secret"
	// UnknownCredential is a token in an envelope with a Momento endpoint whose
	// claims belong to none of the other kinds.
	UnknownCredential Kind = "unknown-credential"
)

// Form is how credentials of a kind are written, and so how they are found.
type Form uint8

// The forms of credentials.
const (
	// FormJWT: three parts of base64url; claims tell the kind.
	FormJWT Form = 1 << iota
	// FormEnvelope: a JSON object with api_key, in base64 or in the clear.
	FormEnvelope
	// FormJWK: a JSON object with kty and d.
	FormJWK
	// FormNamed: an opaque text after one of Names, in surroundings that name Momento.
	FormNamed
	// FormSection: the value of token in the section of a login.
	FormSection
)

// Descriptor is everything that is particular to one kind. What finds, checks,
// reports, exports and fixes credentials reads it, so that a kind is described in
// one place.
type Descriptor struct {
	Kind Kind
	// Rule is the id of the rule that reports the kind.
	Rule string
	// Title names the kind for people, e.g. "API key (v1)".
	Title string
	// Short says in one sentence what is wrong, Full what it is and why it
	// matters, Fix how to get rid of it, step by step.
	Short, Full string
	Fix         []string
	// Score is the severity of the rule from 0.1 to 10.0 as CVSS counts,
	// Severities that of single credentials.
	Score      string
	Severities Severities
	// CWE are the numbers of the weaknesses in https://cwe.mitre.org.
	CWE []int
	// Form is how the kind is written.
	Form Form
	// Names are the names of fields before an opaque text of the kind.
	Names []string
	// Section is the section of an INI file whose field token holds a credential of
	// the kind, whatever its form.
	Section string
	// Claims are JSON texts of which a JWT of the kind has one of each list, as the
	// service writes them, for scanners that only know patterns.
	Claims [][]string
	// Without are JSON texts of claims that a JWT of the kind never has, though
	// tokens of others or of other kinds with the same claims do.
	Without []string
	// Sample are the claims of a synthetic JWT of the kind, without its times, or of
	// the JWT inside an envelope.
	Sample string
	// Pattern finds those of the kind that only their surroundings identify.
	Pattern *Pattern
	// Unexported is the reason why other scanners get no rule for the kind; "" if
	// they get one.
	Unexported string
	// Opaque: nothing in the text is fixed, so that redaction shows none of it.
	Opaque bool
	// Key: it may be given to a client as an API key that lasts.
	Key bool
	// Mints: it makes keys or tokens, so it has no place in a front end either.
	Mints bool
	// Renews: it comes with a key, whose id is its own, but has its own end.
	Renews bool
	// Enclosed: its JWT may be the inside of an envelope, which makes it another
	// kind or gives it an endpoint.
	Enclosed bool
	// Global: it is valid in every region.
	Global bool
	// Revocable: its key id, if it has one, is that of a key in the account's list:
	// revoking that key ends it.
	Revocable bool
	// Unchecked is the reason why the service is not asked about it; "" if it is.
	Unchecked string
	// Variable is the environment variable that code should read it from; "" if
	// it has no place in code.
	Variable string
}

// issuerClaim begins the claim that Momento's keys do not have, and almost
// every other JWT does.
const issuerClaim = `"iss":"`

// RevokeCommand is in the step of Fix that revokes a credential by its key id,
// which stands for KEY_ID.
const RevokeCommand = "momentolint revoke KEY_ID"

// The steps that several kinds share, in this order: revoking a key breaks what
// uses it, so its successor comes first.
const (
	newKey     = "Create its successor: a v2 key that expires and has only the rights that are needed."
	moveKey    = "Deploy the successor from a secret manager, and out of this file; verify that what used this key works with it."
	lastly     = "When nothing uses it any more, or at once if it is being abused, "
	revokeKey  = lastly + "revoke it: " + RevokeCommand + ", or in the Momento console, under API keys."
	askSupport = lastly + "delete it in the Momento console; if it is not listed there, ask support@momentohq.com to revoke it."
)

// descriptors is the table of all kinds, in the order of the documentation.
var descriptors = [...]Descriptor{
	{
		Kind: APIKeyV2, Rule: "momento-api-key-v2", Title: "API key (v2, global)",
		Short: "A Momento v2 API key is stored in plain text.",
		Full: "A v2 API key is a long-lived credential that is valid in every region of its account. " +
			"What it may do depends on its role, up to everything in the account; the key itself does not say. " +
			"Anyone who reads this text can use it from anywhere until it is revoked or expires.",
		Fix:   []string{newKey, moveKey, revokeKey},
		Score: "9.8", Severities: keys, CWE: []int{798, 312},
		Form: FormJWT, Claims: [][]string{{`"t":"g"`}, {`"jti":"`}}, Without: []string{issuerClaim},
		Sample: `"t":"g","jti":"` + sampleID + `"`,
		Key:    true, Global: true, Revocable: true, Variable: "MOMENTO_API_KEY",
	},
	{
		Kind: APIKeyV1, Rule: "momento-api-key-v1", Title: "API key (v1)",
		Short: "A Momento v1 API key is stored in plain text.",
		Full: "A v1 API key is an envelope around a signed token and the endpoint of its region. " +
			"It carries its own permissions and, if it has one, its own expiry; many never expire and may do everything in the account. " +
			"Anyone who reads this text has all that is needed to use it.",
		Fix:   []string{newKey, moveKey, askSupport},
		Score: "9.8", Severities: keys, CWE: []int{798, 312},
		Form: FormEnvelope, Sample: sampleV1,
		Key: true, Variable: "MOMENTO_API_KEY",
	},
	{
		Kind: V1JWT, Rule: "momento-v1-jwt", Title: "API key (v1, bare JWT)",
		Short: "The signed token of a Momento v1 API key is stored in plain text.",
		Full: "This is the inside of a v1 API key: the part that the service takes, without the endpoint. " +
			"It works like the whole key; the endpoint is public and easily guessed.",
		Fix:   []string{newKey, moveKey, askSupport},
		Score: "9.8", Severities: keys, CWE: []int{798, 312},
		Form: FormJWT, Claims: [][]string{{`"p":"CAA="`, `"p":"CAA"`, `"p":"E`}, {`"ver":1,`, `"ver":1}`}}, Without: []string{issuerClaim, `"t":"`},
		Sample: sampleV1,
		Key:    true, Enclosed: true, Variable: "MOMENTO_API_KEY",
	},
	{
		Kind: Legacy, Rule: "momento-legacy-token", Title: "legacy auth token",
		Short: "A Momento auth token of the first generation is stored in plain text.",
		Full: "Tokens of 2022 are no longer issued but still accepted. They may do everything in the account, usually never expire, " +
			"and name the service's hosts themselves.",
		Fix:   []string{newKey, moveKey, askSupport},
		Score: "9.9", Severities: keys, CWE: []int{798, 312},
		Form: FormJWT, Claims: [][]string{{`"cp":"`}, {`"c":"`}}, Without: []string{issuerClaim},
		Sample: `"sub":"user@example.com","cp":"control.` + SampleHost + `","c":"cache.` + SampleHost + `"`,
		Key:    true, Variable: "MOMENTO_API_KEY",
	},
	{
		Kind: DisposableToken, Rule: "momento-disposable-token", Title: "disposable token",
		Short: "A Momento disposable token is stored in plain text.",
		Full: "A disposable token lives for hours and may do only what it was made for. In a file it is most likely a leftover of a test, " +
			"but until it expires anyone who reads it can use it, and it cannot be revoked.",
		Fix: []string{
			"Wait until it expires: a disposable token cannot be revoked.",
			"Give tokens to clients at run time, as short-lived and as narrow as possible, instead of storing them.",
			"Find out how it got here: whatever wrote it may write the next one too.",
		},
		Score: "5.5", Severities: shortLived, CWE: []int{798, 312},
		Form: FormJWT | FormEnvelope, Claims: [][]string{{`"t":"disposable"`}, {`"ver":1`, `"ver":2`}}, Without: []string{issuerClaim},
		Sample:   `"sub":"user@example.com","t":"disposable","ver":1,"p":"CAA="`,
		Enclosed: true,
		Variable: "MOMENTO_API_KEY",
	},
	{
		Kind: RefreshToken, Rule: "momento-refresh-token", Title: "refresh token",
		Short: "A Momento refresh token is stored in plain text.",
		Full: "A refresh token comes with an expiring API key and mints a new one with the same rights. " +
			"It is as dangerous as the key, and may outlive it.",
		Fix: []string{
			"Create a successor of the key that it renews, deploy that, and verify that nothing uses the old key and this token any more.",
			"Keep what the console and the command line print out of repositories and logs: it holds the key and its refresh token.",
			lastly + "revoke its key, with which the refresh token of a v2 key ends. For a v1 key's, ask support@momentohq.com to revoke it.",
		},
		Score: "9.8", Severities: keys, CWE: []int{798, 312},
		Form: FormJWT | FormNamed, Names: []string{"refresh-token", "refreshToken", "refresh_token"},
		Claims: [][]string{{`"t":"gr"`, issuerClaim + refreshIssuer + `"`}, {`"jti":"`, `"akid":"`}},
		Sample: `"t":"gr","akid":"` + sampleID + `","jti":"` + sampleID + `"`,
		Pattern: &Pattern{
			Before: keyBefore + refreshBefore, Secret: `[A-Za-z0-9._~+/=-]{16,}`,
			Beside: APIKeyV1, BesideBefore: refreshBefore,
			Keywords: []string{"refreshtoken", "refresh_token"},
			Example:  refreshExample, ExampleText: "an opaque token of the older console",
		},
		Opaque: true,
		Mints:  true, Renews: true,
		Revocable: true,
		Unchecked: "refresh tokens have no read-only check: using one mints a new key",
		Variable:  "MOMENTO_REFRESH_TOKEN",
	},
	{
		Kind: SessionToken, Rule: "momento-session-token", Title: "session token",
		Short: "The session of a Momento login is stored in plain text.",
		Full: "The command line keeps its login in a file, and browsers record that of the console in HAR files. Until the session ends, " +
			"anyone who reads it acts with that person's own rights, which include making new keys.",
		Fix: []string{
			"Log in again and look through the account's keys for any that you did not make (momentolint audit).",
			"Keep ~/.momento and browser recordings out of repositories, images and backups; on a build machine use a scoped key instead of a login.",
		},
		Score: "8.8", Severities: persons, CWE: []int{798, 312},
		Form: FormJWT | FormSection, Section: sessionSection, Claims: [][]string{{issuerClaim + loginIssuer + `"`, issuerClaim + preprodIssuer + `"`}, {`"exp":`}},
		Sample: `"iss":"https://login.gomomento.com/","email":"user@example.com"`,
		Pattern: &Pattern{
			Before: sessionBefore, Keywords: []string{sessionSection},
			Example: "[" + sessionSection + "]\ntoken={jwt}", ExampleText: `"sub":"user@example.com","aud":"momento-cli"`,
		},
		Unchecked: "session tokens have no read-only check",
	},
	{
		Kind: SigningKey, Rule: "momento-signing-key", Title: "signing key",
		Short: "A private signing key for Momento is stored in plain text.",
		Full: "A signing key is a private key (JWK) with which its owner signs tokens for single items of a cache. " +
			"Anyone who reads it can sign tokens for every item of every cache, without any request to the service.",
		Fix: []string{
			"Create a new signing key and deploy it, then revoke this one by its key id: momento signingkey revoke.",
			"Keep the new key in a secret manager or a key management service, and out of this file.",
		},
		Score: "9.6", Severities: signers, CWE: []int{321, 312},
		Form: FormJWK,
		Pattern: &Pattern{
			Before: jwkBefore, Secret: jwkSecret, Keywords: []string{"momento"},
			Example:     `MOMENTO_SIGNING_KEY={"kty":"EC","crv":"P-256","kid":"00000000","d":"{text}"}`,
			ExampleText: "the private part of no key at all",
		},
		Opaque: true, Mints: true,
		Unchecked: "signing keys cannot be checked without signing with them",
		Variable:  "MOMENTO_SIGNING_KEY",
	},
	{
		Kind: SignedToken, Rule: "momento-signed-token", Title: "signed token",
		Short: "A signed URL or token for one item of a Momento cache is stored in plain text.",
		Full: "A customer signs such a token with a signing key. It gives access to one item of one cache until it expires, " +
			"often as part of a URL. The fault is an expiry that is far away.",
		Fix: []string{
			"Sign URLs when they are needed, with an expiry of minutes.",
			"To end one that lives too long, revoke the signing key that it names (kid).",
		},
		Score: "3.5", Severities: items, CWE: []int{613, 312},
		Form: FormJWT, Claims: [][]string{{`"method":["`}, {`"cache":"`}}, Without: []string{issuerClaim},
		Sample:    `"cache":"images","key":"logo.png","method":["get"]`,
		Unchecked: "signed tokens are only taken by the HTTP API, for the item that they name",
	},
	{
		Kind: WebhookSecret, Rule: "momento-webhook-secret", Title: "webhook signing secret",
		Short: "The signing secret of a Momento webhook is stored in plain text.",
		Full: "Momento signs every call of a webhook with this secret, so that the receiver can tell it from others. " +
			"Anyone who reads it can send calls that look like Momento's.",
		Fix: []string{
			"Rotate the webhook's secret (rotateWebhookSecret, or the Momento console).",
			"Read the secret at start-up from the environment or a secret manager.",
		},
		Score: "5.9", Severities: forgers, CWE: []int{798, 312},
		Form: FormNamed, Names: []string{"signingSecret", "secretString", "secret_string"},
		Pattern: &Pattern{
			Before: webhookBefore, Secret: `[A-Za-z0-9+/=_-]{16,}`,
			Keywords: []string{"signingsecret", "secretstring", "secret_string"}, StopWords: []string{"process", "secret"},
			Example:     "import { WebhookUtils } from '@gomomento/sdk';\nconst signingSecret = '{text}';\n",
			ExampleText: "signs the calls of no webhook",
		},
		Opaque:    true,
		Unchecked: "webhook secrets are never sent to the service",
		Variable:  "MOMENTO_WEBHOOK_SECRET",
	},
	{
		Kind: UnknownCredential, Rule: "momento-unknown-credential", Title: "credential of an unknown kind",
		Short: "A Momento credential of a kind that this version does not know is stored in plain text.",
		Full: "It is a signed token in an envelope with an endpoint of Momento, but its claims are not those of any kind that this version knows. " +
			"A newer version may know what it is and what it may do; until then treat it as an API key.",
		Fix: []string{
			"Update momentolint, and find out what the credential is.",
			"Replace it, and keep the new one in a secret manager, out of this file.",
		},
		Score: "8.0", Severities: persons, CWE: []int{798, 312},
		Form:       FormEnvelope,
		Unexported: "a pattern does not see the claims inside an envelope: the rule for v1 API keys reports every envelope",
		Unchecked:  "credentials of an unknown kind are never sent: one call may use them up",
		Variable:   "MOMENTO_API_KEY",
	},
}

// Descriptors returns what is particular to each kind, in the order of the
// documentation.
func Descriptors() []Descriptor { return slices.Clone(descriptors[:]) }

// Descriptor returns what is particular to the kind; only its name for what is
// not one.
func (k Kind) Descriptor() Descriptor {
	for i := range descriptors {
		if descriptors[i].Kind == k {
			return descriptors[i]
		}
	}
	return Descriptor{Kind: k, Title: string(k)}
}

// Kinds lists every kind, in the order of the documentation.
func Kinds() []Kind {
	list := make([]Kind, len(descriptors))
	for i := range descriptors {
		list[i] = descriptors[i].Kind
	}
	return list
}

// Rule is the id of the rule that reports credentials of this kind.
func (k Kind) Rule() string { return k.Descriptor().Rule }

// Title names the kind in words for people, e.g. "API key (v1)".
func (k Kind) Title() string { return k.Descriptor().Title }
