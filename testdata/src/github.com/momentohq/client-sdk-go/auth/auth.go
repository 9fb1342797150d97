// Package auth stands for the SDK's package of that name: its exported names,
// as far as the analyzers know them, and nothing of what they do.
package auth

import (
	"errors"
	"fmt"
	"os"
)

type CredentialProvider interface {
	GetAuthToken() string
	GetCacheEndpoint() string
	GetControlEndpoint() string
	GetTokenEndpoint() string
	WithEndpoints(endpoints AllEndpoints) (CredentialProvider, error)
}

type Endpoint struct {
	Endpoint           string
	InsecureConnection bool
}

type AllEndpoints struct {
	ControlEndpoint Endpoint
	CacheEndpoint   Endpoint
	TokenEndpoint   Endpoint
	StorageEndpoint Endpoint
}

type ApiKeyV2Props struct {
	ApiKey   string
	Endpoint string
}

type EnvVarV2Props struct {
	ApiKeyEnvVar   string
	EndpointEnvVar string
}

type MomentoLocalConfig struct {
	Hostname string
	Port     uint
}

type defaultCredentialProvider struct {
	authToken string
	endpoints AllEndpoints
}

func (p defaultCredentialProvider) GetAuthToken() string { return p.authToken }
func (p defaultCredentialProvider) GetCacheEndpoint() string {
	return p.endpoints.CacheEndpoint.Endpoint
}
func (p defaultCredentialProvider) GetControlEndpoint() string {
	return p.endpoints.ControlEndpoint.Endpoint
}
func (p defaultCredentialProvider) GetTokenEndpoint() string {
	return p.endpoints.TokenEndpoint.Endpoint
}

func (p defaultCredentialProvider) WithEndpoints(endpoints AllEndpoints) (CredentialProvider, error) {
	p.endpoints = endpoints
	return p, nil
}

// String masks the key, as that of the SDK does.
func (p defaultCredentialProvider) String() string {
	return fmt.Sprintf("CredentialProvider{authToken=***, endpoints=%v}", p.endpoints)
}

func FromString(authToken string) (CredentialProvider, error) {
	return NewStringMomentoTokenProvider(authToken)
}

func FromDisposableToken(disposableToken string) (CredentialProvider, error) {
	return NewStringMomentoTokenProvider(disposableToken)
}

func NewStringMomentoTokenProvider(authToken string) (CredentialProvider, error) {
	if authToken == "" {
		return nil, errors.New("no token")
	}
	return defaultCredentialProvider{authToken: authToken}, nil
}

func FromEnvironmentVariable(envVar string) (CredentialProvider, error) {
	return NewEnvMomentoTokenProvider(envVar)
}

func NewEnvMomentoTokenProvider(envVariableName string) (CredentialProvider, error) {
	return NewStringMomentoTokenProvider(os.Getenv(envVariableName))
}

func FromApiKeyV2(props ApiKeyV2Props) (CredentialProvider, error) {
	return NewApiKeyV2TokenProvider(props)
}

func NewApiKeyV2TokenProvider(props ApiKeyV2Props) (CredentialProvider, error) {
	return defaultCredentialProvider{authToken: props.ApiKey}, nil
}

func FromEnvironmentVariablesV2(props ...EnvVarV2Props) (CredentialProvider, error) {
	return NewEnvMomentoV2TokenProvider(props...)
}

func NewEnvMomentoV2TokenProvider(props ...EnvVarV2Props) (CredentialProvider, error) {
	name := "MOMENTO_API_KEY"
	if len(props) > 0 {
		name = props[0].ApiKeyEnvVar
	}
	return NewStringMomentoTokenProvider(os.Getenv(name))
}

func NewMomentoLocalProvider(config *MomentoLocalConfig) (CredentialProvider, error) {
	return defaultCredentialProvider{}, nil
}
