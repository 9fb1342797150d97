// Package momentosdk asks Momento about credentials through the official Go
// SDK (github.com/momentohq/client-sdk-go), for programs that already use it.
// It is a module of its own, so that the root module does not require the SDK.
//
//	v, err := verify.New(verify.Options{Prober: momentosdk.New(momentosdk.Options{})})
//
// It makes the two calls and nothing else. Package verify applies the rules for
// hosts before the SDK gets a key, and is responsible for the controls, the
// rate, the retries (the SDK's own are disabled) and the verdict. The SDK dials
// by itself, so it gets the IP address that was checked, and the host name for
// TLS.
//
// The SDK turns a proxy's HTTP 401 and 403 into the same errors as the
// service's own refusal. This package tells them apart by the text of the
// underlying gRPC status, which is gRPC's own and not the SDK's.
package momentosdk
