// Package momentohardcoded defines an Analyzer that finds Momento credentials
// written into Go code.
//
// # Analyzer momentohardcoded
//
// momentohardcoded: find Momento credentials written into Go code
//
// An API key in source code is known to everybody who can read the repository,
// in every clone and every backup, for as long as the key lives, and Momento's
// keys are long-lived and powerful. Keep keys in a store that hides them (AWS
// Secrets Manager, Azure Key Vault, GCP Secret Manager) or in the environment.
//
// A text is reported where it decodes as one of Momento's credentials; its
// name, its entropy and its looks play no part. The message tells the kind of
// credential, what it may do and when it expires, and a fingerprint to tell
// one from the other; it never holds the credential.
//
// WRONG:
//
//	provider, err := auth.FromString("eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTIt")
//
// RIGHT:
//
//	provider, err := auth.FromEnvironmentVariable("MOMENTO_API_KEY")
//
// Found are credentials in constant expressions of every sort (literals, named
// constants, concatenation over several lines, call arguments, struct fields,
// map values, flag defaults, struct tags), inside of URLs, headers, JSON and
// INI in a string, in base64 of any of these, put together by strings.Join,
// fmt.Sprintf, + or +=, and in files that //go:embed takes in. A credential is
// reported once, where it is put together, not at every use of its name.
//
// Also reported is any constant that is handed to the SDK as a credential
// (auth.FromString, auth.FromDisposableToken, auth.NewStringMomentoTokenProvider,
// auth.ApiKeyV2Props, momento.RefreshApiKeyRequest), whether it decodes or not:
//
// WRONG:
//
//	request := &momento.RefreshApiKeyRequest{RefreshToken: "c2VjcmV0LXJlZnJlc2gtdG9rZW4"}
//
// RIGHT:
//
//	request := &momento.RefreshApiKeyRequest{RefreshToken: os.Getenv("MOMENTO_REFRESH_TOKEN")}
//
// Not reported are other issuers' tokens, placeholders such as "<your key>",
// names of environment variables, and, in test files, credentials that have
// expired and constants that do not decode.
//
// The fix replaces the SDK's constructor by the one that reads the environment
// variable, and other expressions by os.Getenv. It is offered only where the
// result compiles, and not in generated files.
//
// Settings (as flags: -momentohardcoded.test-files):
//
//   - test-files: look at _test.go files too (default true)
package momentohardcoded
