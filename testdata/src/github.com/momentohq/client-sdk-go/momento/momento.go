// Package momento stands for the SDK's package of that name.
package momento

import (
	"context"

	"github.com/momentohq/client-sdk-go/auth"
	"github.com/momentohq/client-sdk-go/config"
	responses "github.com/momentohq/client-sdk-go/responses/auth"
	"github.com/momentohq/client-sdk-go/utils"
)

type AuthClient interface {
	GenerateDisposableToken(ctx context.Context, request *GenerateDisposableTokenRequest) (responses.GenerateDisposableTokenResponse, error)
	GenerateApiKey(ctx context.Context, request *GenerateApiKeyRequest) (responses.GenerateApiKeyResponse, error)
	RefreshApiKey(ctx context.Context, request *RefreshApiKeyRequest) (responses.RefreshApiKeyResponse, error)
	Close()
}

func NewAuthClient(configuration config.AuthConfiguration, provider auth.CredentialProvider) (AuthClient, error) {
	return nil, nil
}

type GenerateApiKeyRequest struct {
	ExpiresIn utils.ExpiresIn
	Scope     PermissionScope
}

type RefreshApiKeyRequest struct{ RefreshToken string }

type GenerateDisposableTokenRequest struct {
	ExpiresIn utils.ExpiresIn
	Scope     DisposableTokenScope
	Props     DisposableTokenProps
}

type DisposableTokenProps struct{ TokenId *string }
