// Package credential parses Momento credentials: which kinds there are, how each is built, and what
// its claims say (endpoint, key id, expiry, permissions). It decodes structure and never judges by
// shape, entropy or name: input that is not a Momento credential is refused with a Reason.
//
// The secret inside a Credential cannot be printed, logged or encoded by
// accident; see Credential.Reveal.
//
// The facts come from Momento's public documentation
// (https://docs.momentohq.com/cache/develop/authentication/api-keys), its published protocol
// definitions (github.com/momentohq/client_protos) and its official SDKs. The package uses the
// standard library only, because it is part of every golangci-lint built with momentolint's
// analyzers.
package credential
