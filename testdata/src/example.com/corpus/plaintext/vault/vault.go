// Package vault hands secrets to secret managers.
package vault

import (
	"context"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	responses "github.com/momentohq/client-sdk-go/responses/auth"
)

type secret struct {
	Name       string
	StringData map[string]string
}

type cluster interface {
	Create(ctx context.Context, s *secret) error
}

func store(ctx context.Context, client *secretsmanager.Client, k8s cluster, made *responses.GenerateApiKeySuccess) error {
	name := "momento"
	if _, err := client.PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{SecretId: &name, SecretString: &made.ApiKey}); err != nil {
		return err
	}
	return k8s.Create(ctx, &secret{Name: name, StringData: map[string]string{"key": made.ApiKey}})
}

// pipe hands a key to a child process by its standard input.
func pipe(made *responses.GenerateApiKeySuccess) *strings.Reader {
	_ = os.Getenv("HOME")
	return strings.NewReader(made.ApiKey)
}
