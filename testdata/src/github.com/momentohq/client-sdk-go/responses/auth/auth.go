// Package responses stands for the SDK's package of that name.
package responses

import "github.com/momentohq/client-sdk-go/utils"

type GenerateApiKeyResponse interface{ isGenerateApiKeyResponse() }

type GenerateApiKeySuccess struct {
	ApiKey       string
	RefreshToken string
	Endpoint     string
	ExpiresAt    utils.ExpiresAt
}

func (*GenerateApiKeySuccess) isGenerateApiKeyResponse() {}

type RefreshApiKeyResponse interface{ isRefreshApiKeyResponse() }

type RefreshApiKeySuccess struct {
	ApiKey       string
	RefreshToken string
	Endpoint     string
	ExpiresAt    utils.ExpiresAt
}

func (*RefreshApiKeySuccess) isRefreshApiKeyResponse() {}

type GenerateDisposableTokenResponse interface{ isGenerateDisposableTokenResponse() }

type GenerateDisposableTokenSuccess struct {
	ApiKey     string
	Endpoint   string
	ValidUntil uint64
}

func (*GenerateDisposableTokenSuccess) isGenerateDisposableTokenResponse() {}
