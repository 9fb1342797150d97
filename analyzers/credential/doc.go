// Package credential knows what a Momento credential is: which kinds there
// are, how each is built, and what it tells of itself (endpoint, key id,
// expiry, permissions). It decodes structure and never judges by shape,
// entropy or name: what it accepts is a Momento credential, what it refuses
// comes with a Reason.
//
// The secret inside a Credential cannot be printed, logged or encoded by
// accident; see Credential.Reveal.
//
// The facts come from Momento's public documentation
// (https://docs.momentohq.com/cache/develop/authentication/api-keys), its
// published protocol definitions (github.com/momentohq/client_protos) and its
// official SDKs. Standard library only: this package is part of every
// golangci-lint that is built with momentolint's analyzers.
package credential
