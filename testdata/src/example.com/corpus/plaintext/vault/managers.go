package vault

import (
	"context"

	secretmanager "cloud.google.com/go/secretmanager/apiv1"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"
	"github.com/hashicorp/vault/api"
	responses "github.com/momentohq/client-sdk-go/responses/auth"
	corev1 "k8s.io/api/core/v1"
	typed "k8s.io/client-go/kubernetes/typed/core/v1"
)

func managers(ctx context.Context, g *secretmanager.Client, a *azsecrets.Client, v *api.KVv2, k typed.SecretInterface, made *responses.RefreshApiKeySuccess) error {
	if _, err := g.AddSecretVersion(ctx, &secretmanager.AddSecretVersionRequest{Payload: &secretmanager.SecretPayload{Data: []byte(made.ApiKey)}}); err != nil {
		return err
	}
	if _, err := a.SetSecret(ctx, "momento", azsecrets.SetSecretParameters{Value: &made.RefreshToken}, nil); err != nil {
		return err
	}
	if _, err := v.Put(ctx, "momento", map[string]any{"key": made.ApiKey, "refresh": made.RefreshToken}); err != nil {
		return err
	}
	_, err := k.Create(ctx, &corev1.Secret{
		Name:       "momento",
		Data:       map[string][]byte{"refresh": []byte(made.RefreshToken)},
		StringData: map[string]string{"key": made.ApiKey},
	})
	return err
}
