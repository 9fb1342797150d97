// Package secretmanager stands for Google's client of that name.
package secretmanager

import "context"

type AddSecretVersionRequest struct {
	Parent  string
	Payload *SecretPayload
}

type SecretPayload struct{ Data []byte }

type Client struct{}

func (*Client) AddSecretVersion(ctx context.Context, req *AddSecretVersionRequest, opts ...any) (any, error) {
	return nil, nil
}
