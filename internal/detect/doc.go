// Package detect goes from bytes to credentials.
//
// A literal search (package literal) looks at every byte for a handful of
// short strings that every spelling of a Momento credential contains: the
// beginning of a JWT, plain, in base64 at each alignment, twice over, in hex,
// in UTF-16 and so on. Text without such a needle is done with at the speed of
// memory.
//
// Around a needle, and only there, the text is read the way its authors meant
// it: escapes are resolved and line ends, quotes, operators and comments
// between the parts of a split literal are stepped over while a state machine
// says whether the characters so far can still become a credential (read.go,
// separator.go, token.go). Base64, hex and UTF-16 are decoded into a view, a
// text that knows for each of its bytes where in the file it came from, and
// the search starts again in there (view.go, decode.go). So a position
// survives any number of layers.
//
// What has the right structure goes to credential.Parse, which alone decides
// whether it is Momento's, and through the gitleaks rule engine, so that a
// user's allowlists mean what they mean in gitleaks (rules.go).
//
// The work for a file is bounded by a multiple of its size; where the bound
// cuts something off, Scan says so.
package detect
