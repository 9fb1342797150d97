// Package momentosdk asks Momento about credentials through the official Go
// SDK (github.com/momentohq/client-sdk-go), for programs that already hold it.
// It is a module of its own, so that nobody else has to.
//
//	v, err := verify.New(verify.Options{Prober: momentosdk.New(momentosdk.Options{})})
//
// Everything but the two calls themselves stays with package verify: the rules
// for hosts are applied before the SDK sees a key, and so are the negative
// control, the rate, the retries (the SDK's own are off) and the judgement.
// The SDK dials by itself, so it is given the IP address that has passed and
// the host's name for TLS.
//
// The SDK turns a proxy's HTTP 401 and 403 into the same errors as the
// service's own refusal. This package tells them apart by the text of the gRPC
// status below, which is gRPC's own and not the SDK's.
package momentosdk
