// Package auth stands for the SDK's package of that name.
package auth

// Endpoint is a host and port.
type Endpoint struct {
	Endpoint           string
	InsecureConnection bool
}

// AllEndpoints are the endpoints of the services.
type AllEndpoints struct {
	ControlEndpoint, CacheEndpoint, TokenEndpoint, StorageEndpoint Endpoint
}

// CredentialProvider tells a client its key and where to go.
type CredentialProvider interface {
	GetAuthToken() string
	GetCacheTlsHostname() string
	GetControlEndpoint() string
	IsControlEndpointSecure() bool
	GetCacheEndpoint() string
	IsCacheEndpointSecure() bool
	GetTokenEndpoint() string
	IsTokenEndpointSecure() bool
	GetStorageEndpoint() string
	IsStorageEndpointSecure() bool
	WithEndpoints(endpoints AllEndpoints) (CredentialProvider, error)
}
