// Package secretsmanager stands for the client of AWS Secrets Manager.
package secretsmanager

import "context"

type PutSecretValueInput struct {
	SecretId     *string
	SecretString *string
}

type PutSecretValueOutput struct{}

type Client struct{}

func (*Client) PutSecretValue(ctx context.Context, in *PutSecretValueInput) (*PutSecretValueOutput, error) {
	return nil, nil
}
