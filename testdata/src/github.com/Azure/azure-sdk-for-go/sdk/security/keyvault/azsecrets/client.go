// Package azsecrets stands for Azure's client of that name.
package azsecrets

import "context"

type SetSecretParameters struct{ Value *string }

type Client struct{}

func (*Client) SetSecret(ctx context.Context, name string, parameters SetSecretParameters, options any) (any, error) {
	return nil, nil
}
