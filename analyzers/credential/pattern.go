package credential

// Pattern describes, for scanners that only know regular expressions, credentials
// that only their surroundings identify. The expressions are in RE2's syntax and
// have no groups that capture.
type Pattern struct {
	// Before matches what precedes the credential, and Secret the credential. An
	// empty Secret is any JWT.
	Before, Secret string
	// Beside is the kind of which a credential has to be near, if any. Before
	// includes it; BesideBefore does not, for scanners that can require a second
	// match.
	Beside       Kind
	BesideBefore string
	// Keywords are texts in lower case of which one is in every match.
	Keywords []string
	// StopWords are words in lower case that no credential of the kind contains, in
	// addition to those that every placeholder contains.
	StopWords []string
	// Example is a text with a synthetic credential. In it {text} stands for
	// ExampleText in base64, {jwt} for a JWT with ExampleText as its claims, {key}
	// for a v1 API key, and {host} for SampleHost.
	Example, ExampleText string
}

// SampleHost is the endpoint that synthetic credentials name.
const SampleHost = "cell-4-us-west-2-1.prod.a.momentohq.com"

const (
	sampleID = "00000000-0000-4000-8000-000000000000"
	// sampleV1 has the permission to do everything.
	sampleV1 = `"sub":"user@example.com","ver":1,"p":"CAA="`
)

// assignment matches what is between a name and its value in JSON, YAML, dot-env
// files and code, also where JSON is escaped inside a string.
const assignment = `\\*["']?\s*[:=]\s*\\*["']?`

const (
	// refreshBefore matches the name of a refresh token. It says little, as OAuth
	// has it too.
	refreshBefore = `(?:refreshToken|refresh_token|REFRESH_TOKEN)` + assignment
	// keyBefore matches the API key that precedes a refresh token in the file that
	// the console offers, and what is between two values of an object.
	keyBefore = `(?:apiKey|api_key|API_KEY)` + assignment + `eyJ[A-Za-z0-9+/=._-]{20,}` + `\\*["']?[\s,\\rnt]+["']?`

	refreshExample = "{\n  \"apiKey\": \"{key}\",\n  \"refreshToken\": \"{text}\",\n  \"endpoint\": \"{host}\",\n  \"validUntil\": 1711929600\n}\n"
)

// sessionBefore matches what precedes the token of a login in the file of
// Momento's command line.
const sessionBefore = `\[\.momento_session\][^\[]{0,400}token[ \t]*=[ \t]*`

// The parts of a private JWK, as JSON or escaped inside a string.
const (
	jwkType    = `\\*"kty\\*"\s*:\s*\\*"(?:RSA|EC)\\*"`
	jwkPrivate = `\\*"d\\*"\s*:\s*\\*"[A-Za-z0-9_-]{40,}`
	jwkFields  = `[^{}]*`
	jwkSecret  = `\{` + jwkFields + `(?:` + jwkType + jwkFields + jwkPrivate + `|` + jwkPrivate + jwkFields + jwkType + `)(?:` + jwkFields + `\})?`
	// jwkBefore matches a name that contains Momento, and what may be between it
	// and the value. Patterns do not look for an endpoint after the key.
	jwkBefore = `(?:momento|Momento|MOMENTO)[^{}]{0,200}(?:\{[^{}]{0,200}\\*"key\\*"\s*:\s*\\*"?)?`
)

// webhookBefore matches the use of Momento's webhooks, and after that the name
// of a secret.
const webhookBefore = `(?:WebhookUtils|etWebhookSecret|otateWebhookSecret)[^\x00]{0,400}(?:signingSecret|secretString|secret_string)` + assignment
