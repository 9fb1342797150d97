package hardcoded

import (
	"fmt"
	"os"
	"strings"

	"example.com/corpus/hardcoded/keys"
	"github.com/momentohq/client-sdk-go/auth"
	"github.com/momentohq/client-sdk-go/momento"
)

// Tokens of other issuers.
const (
	auth0    = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL2FjbWUuZXUuYXV0aDAuY29tLyIsInN1YiI6ImF1dGgwfDVmN2M4ZWM3YzMzYzZjMDA0YmJhZmU4MiIsImF1ZCI6Imh0dHBzOi8vYXBpLmFjbWUuY29tIiwiZXhwIjo0MDcwOTA4ODAwfQ.YFV-xvx3jjDzsW8B0wCKYpbhksyW7DvPSan1SMtwgzQ"
	supabase = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJzdXBhYmFzZSIsInJlZiI6ImFiY2RlZmdoaWprbG1ub3AiLCJyb2xlIjoiYW5vbiIsImlhdCI6MTY0MTk3MTkzNCwiZXhwIjoxOTU3NTQ3OTM0fQ.7PooCEqy6IX4ME344bZLy181HuwFOXrg3xqnAGIVL6k"
	jwtIO    = "eyJhbGciOiJIUzUxMiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.Lyi7c5VFrfB4JxdnKY1r_MsaME_ymxyukNiJGKxA6ITA0Lr4BLuK8wWDkUprTzIdi1l5Nnrn9SA-3HMT0-Nd8g"
	account  = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJrdWJlcm5ldGVzL3NlcnZpY2VhY2NvdW50Iiwic3ViIjoic3lzdGVtOnNlcnZpY2VhY2NvdW50OmRlZmF1bHQ6YnVpbGRlciJ9.opZW7FO-H_91IFndhmyU0g1D99EjRIeEbAdQoeUSC5c"
	workflow = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL3Rva2VuLmFjdGlvbnMuZ2l0aHVidXNlcmNvbnRlbnQuY29tIiwicCI6ImhlbGxvIiwidmVyIjoxLCJleHAiOjQwNzA5MDg4MDB9.13Vo55z7Ht2aQ0hySjUrKK4x2XfERXhEZoGNNfd_ZOs"
)

// What looks like a credential and is none.
const (
	headerOnly  = "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9"
	cutOff      = "eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaU"
	noSignature = "eyJhbGciOiJIUzUxMiJ9.eyJ0IjoiZyIsImp0aSI6Ijc3MDJmMDhiLWZiOGFkZWEyIn0.r."
	masked      = "eyJhbGciOiJIUzUxMiJ9.eyJ0IjoiZyIsImp0aSI6Ijc3MDJmMDhiLWZiOGFkZWEyIn0.r.****************************************"
	elided      = "eyJhbGciOiJIUzUxMiIs…"
	dotted      = "eyJhbGciOiJIUzUxMiIs...GMr9nA6HE0ttB6llXct"
	noKey       = "eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsInVzZXIiOiJub2JvZHkgYXQgYWxsIn0="
	sourceMap   = "data:application/json;base64,eyJ2ZXJzaW9uIjozLCJzb3VyY2VzIjpbImEudHMiLCJiLnRzIl0sIm5hbWVzIjpbXSwibWFwcGluZ3MiOiJBQUFBLFNBQVMifQ=="
	inTheMiddle = "abcdefgheyJhbGciOiJIUzUxMiJ9.eyJ0IjoiZyIsImp0aSI6IjVlZjU5NDlhLTcyM2EyNWJhIn0.ZuJ3Asrt-nReRDT2IfmWW8LNCUwgzOW1ao8h_eWl1t6OBTJjUJ4hPJbbMZwMcUl-el1rzheK9ZqeddZ1zOKp-Q"
	reversed    = "SklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuTWVRZGZMUmdZYUt6Wi1FNG5KY3NqMVlSY19CQ1VRejU2Mno3X2NuU3EwQSJ9" + "eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9p"
	manyHeads   = "eyJ eyJ eyJ eyJ eyJ eyJ eyJ eyJ eyJ eyJ eyJ eyJ eyJ eyJ eyJ eyJ eyJ eyJ eyJ"
	envName     = "MOMENTO_API_KEY"
)

// A key in a comment is the scanner's to find: eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuaEx0UmhHZkUtQ1dYRzhzMkd6Zk1RLVBLalF4bFFoN0h5Q3k3TGNjb2w3OCJ9

func uses() {
	// Declared elsewhere, and reported there.
	use(keyV1, joined, keys.Default, keyV2, raw)
	_, _ = auth.FromString(keyV1)
	_, _ = auth.FromString(joined)
	_, _ = auth.FromString(keys.Default)
	_, _ = auth.FromString(keyV2)
	use("Bearer "+keyV1, fmt.Sprintf("token=%s", keyV1), strings.Join([]string{keyV1, keyV2}, ","))
	use(fmt.Sprintf("%d%s", 3, cutOff), strings.ToUpper(cutOff), cutOff+noSignature)
	use(auth0, supabase, jwtIO, account, workflow, headerOnly, cutOff, noSignature, masked, elided, dotted)
	use(noKey, sourceMap, inTheMiddle, reversed, manyHeads, envName)
}

func environment(key string, props auth.ApiKeyV2Props) {
	_, _ = auth.FromString(os.Getenv("MOMENTO_API_KEY"))
	_, _ = auth.FromEnvironmentVariable("MOMENTO_API_KEY")
	_, _ = auth.NewEnvMomentoTokenProvider(envName)
	_, _ = auth.FromEnvironmentVariablesV2()
	_, _ = auth.FromEnvironmentVariablesV2(auth.EnvVarV2Props{ApiKeyEnvVar: "MY_KEY", EndpointEnvVar: "MY_ENDPOINT"})
	_, _ = auth.FromString(key)
	_, _ = auth.FromString("")
	_, _ = auth.FromString("MOMENTO_API_KEY")
	_, _ = auth.FromString("<your key>")
	_, _ = auth.FromString("YOUR_API_KEY")
	_, _ = auth.FromString("your-api-key-here")
	_, _ = auth.FromString("${MOMENTO_API_KEY}")
	_, _ = auth.FromString("{{ .Key }}")
	_, _ = auth.FromString("eyJhbGciOi...")
	_, _ = auth.FromString("eyJhbGciOi…")
	_, _ = auth.FromString("xxxxxxxxxxxx")
	_, _ = auth.FromString("changeme")
	_, _ = auth.FromApiKeyV2(props)
	_, _ = auth.FromApiKeyV2(auth.ApiKeyV2Props{ApiKey: key, Endpoint: "cell-4-us-west-2-1.prod.a.momentohq.com"})
	props.Endpoint = "cell-4-us-west-2-1.prod.a.momentohq.com"
	props.ApiKey = os.Getenv("KEY")
	use(&momento.RefreshApiKeyRequest{RefreshToken: key}, &momento.RefreshApiKeyRequest{})
	use(&auth.Endpoint{Endpoint: "somewhere"})

	either := "one"
	if key == "" {
		either = "other"
	}
	_, _ = auth.FromString(either)
}

func silenced() {
	use("eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAub0pjSU1YcVFaS0ZGZ0dFOG1IM1FLRVF5TWM0T1poWjNlY2l5VnE4WTFDUSJ9") // momentolint:allow -- an example
	use("eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAucDFwX2dFVE5jVUFrcF93U2JUTXBoT0NQWnY2OVpKUUE2Y2dYeHo4MHR5ayJ9") // momentolint:allow momentohardcoded -- an example
	use("eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuUWVtUnZXZ2RwWFZZV0JBRDZwWjlYeXRXRVg2XzFQcmpqa1Eza29PcnZMUSJ9") // momentolint:allow momento-api-key-v1 -- the scanner's name for it
	use("eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuMi1zMkJVTVRRUEFNUkctNDd3NjhtZmdlZS1YMllhZnBWSjNONVlNOVJjMCJ9") // gitleaks:allow
	use("eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuYmVGY3o3eHY0SklIaEt2dXpqYzFnQVF2U09HSloxV0JvRktUVDRVN3BhNCJ9") /* momentolint:allow momentoexpiry, momentohardcoded -- two rules */
	use("eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuZmh2c01RNEVBbW1IX0IwcEdjTjRnSjBpWjlTVHl5TnBNTHkyUVpxYllWRSJ9") //nolint:momentolint // an example
	use("eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuMGZCdmswekpHRzJUQlJ0enFxWDk4ZjhsYVlGR1NIRVNKYk5Hek1HQllsWSJ9") //nolint:errcheck,momentolint
	use("eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAub2VDVzNqeVdXaE1YRmEyRTJNclkyR053M2Qta01lUy1rMVlVVXRURGgzQSJ9") //nolint:all
	//nolint:momentolint // what follows
	use(
		"eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAudVhHTXFBcFRzYUROaUdLQ21qSTFERm1KaEtLdVNTOXNGdnhrTnZ5Zk1kbyJ9",
	)
	use("eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuSDRxSXoxVUxDZ3FCVmR3dVkxdXM4M3U3UUVkZW1Ha2tMalZOaEtKcFlwMCJ9") // momentolint:allow momentoexpiry -- another rule silences nothing // want `hard-coded Momento API key \(v1\)`
	use("eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuZVdIRzlXeEx2LXVnaDg0UG1mQkdkbThfWjZmYjdoLVl1aHJVSkhZWGdKRSJ9") //nolint:errcheck // another linter silences nothing // want `hard-coded Momento API key \(v1\)`
}
