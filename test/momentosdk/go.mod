module github.com/momentolint/momentolint/test/momentosdk

go 1.26.0

require (
	github.com/momentohq/client-sdk-go v1.40.1
	github.com/momentolint/momentolint v0.1.0
	github.com/momentolint/momentolint/analyzers v0.1.0
	google.golang.org/grpc v1.85.0
)

require (
	github.com/golang-jwt/jwt/v4 v4.5.2 // indirect
	github.com/google/uuid v1.6.0 // indirect
	golang.org/x/net v0.60.0 // indirect
	golang.org/x/sync v0.23.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/text v0.42.0 // indirect
	golang.org/x/time v0.16.0 // indirect
	google.golang.org/genproto/googleapis/rpc v0.0.0-20260817212433-ac3dfec99bb1 // indirect
	google.golang.org/protobuf v1.36.12 // indirect
)

// The module is tested with the tree that contains it.
replace (
	github.com/momentolint/momentolint => ../..
	github.com/momentolint/momentolint/analyzers => ../../analyzers
)
