// Package momentoplaintext defines an Analyzer that finds places where a
// Momento secret becomes plain text.
//
// # Analyzer momentoplaintext
//
// momentoplaintext: find Momento secrets that are logged, written or sent in plain text
//
// Logs, error texts, URLs, command lines, files and traces are kept, shipped
// and read by many; a key that gets there is known. This analyzer starts from
// what the SDK hands out as a secret and follows it through variables, fields,
// closures, concatenation, formatting and functions, also of other packages,
// to where it would be readable.
//
// WRONG:
//
//	success := response.(*responses.GenerateApiKeySuccess)
//	log.Printf("made a key: %v", success)
//
// RIGHT:
//
//	success := response.(*responses.GenerateApiKeySuccess)
//	log.Printf("made a key for %s, which expires at %d", success.Endpoint, success.ExpiresAt.Epoch())
//
// Secrets are the ApiKey and RefreshToken of GenerateApiKeySuccess,
// RefreshApiKeySuccess and GenerateDisposableTokenSuccess, these values as a
// whole, CredentialProvider.GetAuthToken, auth.ApiKeyV2Props, and
// momento.RefreshApiKeyRequest. Nothing is a secret by its name.
//
// Reported is what goes
//
//   - to println and the print and log functions of fmt, log, log/slog,
//     testing, zap, zerolog, logrus, logr, klog, glog, hclog and others, also as
//     function values, and to functions of your own, or of other modules, that
//     turn out to print or log what they are given;
//   - into files, templates and HTTP responses (net/http, gin, echo, fiber, chi,
//     AWS Lambda),
//     URLs and query strings, command arguments, error texts, panics and the
//     environment of the process;
//   - through JSON, YAML, XML, gob and CSV encoders, compression and the like
//     onto such writers. An io.Writer that is a parameter or a field is what
//     callers hand over;
//   - into the attributes of spans and the labels of metrics, and to Sentry.
//
// WRONG:
//
//	return fmt.Errorf("cannot use key %q: %w", provider.GetAuthToken(), err)
//
// RIGHT:
//
//	return fmt.Errorf("cannot use the key for %s: %w", provider.GetCacheEndpoint(), err)
//
// A CredentialProvider masks its key for %v and %s, but not for %#v. Comparing,
// measuring, hashing and encrypting are fine, and so are a few characters of a
// key, a type whose String, LogValue or MarshalJSON method does not show it,
// functions whose name says that they mask, and everything that is handed to a
// secret manager, a child's standard input or the headers and body of a
// request. A disposable token is made for clients: an HTTP response may
// hold it.
//
// Also reported is an auth.Endpoint with InsecureConnection for a host that is
// not a loopback address, as the key would cross the network in the clear:
//
// WRONG:
//
//	endpoint := auth.Endpoint{Endpoint: "cache.internal.example.com:8080", InsecureConnection: true}
//
// RIGHT:
//
//	endpoint := auth.Endpoint{Endpoint: "127.0.0.1:8080", InsecureConnection: true}
//
// There is no fix: only you know what the text was for. The analyzer has no
// settings.
package momentoplaintext
