// Package codes stands for gRPC's package of that name.
package codes

type Code uint32

const (
	OK              Code = 0
	InvalidArgument Code = 3
	Unauthenticated Code = 16
)
