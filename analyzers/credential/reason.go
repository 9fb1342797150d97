package credential

// Reason is why a text is not a Momento credential. It is an error whose
// values can be compared, and returning one allocates nothing.
type Reason uint8

// The reasons.
const (
	// ErrEmpty: there is no text.
	ErrEmpty Reason = iota + 1
	// ErrTooLong: longer than MaxLength.
	ErrTooLong
	// ErrShape: neither a JWT, nor base64 of a JSON object, nor a document
	// that holds one of the opaque tokens.
	ErrShape
	// ErrEncoding: a part that has to be base64 is not.
	ErrEncoding
	// ErrJSON: the decoded text is not a JSON object, or is cut off.
	ErrJSON
	// ErrAlgorithm: the JWT header names no signature algorithm.
	ErrAlgorithm
	// ErrSignature: the JWT has no signature that could be one (cut off, masked).
	ErrSignature
	// ErrForeign: a sound JWT or envelope, but another issuer's.
	ErrForeign
	// ErrEnvelope: a JSON object without both endpoint and api_key.
	ErrEnvelope
	// ErrPlaceholder: an example value, not a token.
	ErrPlaceholder
	// ErrContext: an opaque token without neighbours that say Momento.
	ErrContext
)

var reasons = [...]string{
	ErrEmpty:       "empty text",
	ErrTooLong:     "text too long for a credential",
	ErrShape:       "neither a JWT nor base64 of a JSON object",
	ErrEncoding:    "not valid base64",
	ErrJSON:        "not a whole JSON object inside",
	ErrAlgorithm:   "a JWT without a signature algorithm",
	ErrSignature:   "a JWT without a plausible signature",
	ErrForeign:     "a sound token, but not one of Momento's",
	ErrEnvelope:    "a JSON object without both endpoint and api_key",
	ErrPlaceholder: "a placeholder",
	ErrContext:     "an opaque token with nothing beside it that says Momento",
}

// Error returns the reason in words; it never holds any of the text.
func (r Reason) Error() string {
	if int(r) < len(reasons) && reasons[r] != "" {
		return "not a Momento credential: " + reasons[r]
	}
	return "not a Momento credential"
}
