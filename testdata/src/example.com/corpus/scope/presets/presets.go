// Package presets holds scopes, and makes keys, for other packages.
package presets

import (
	"context"

	"github.com/momentohq/client-sdk-go/momento"
	"github.com/momentohq/client-sdk-go/utils"
)

// Admin and Reader are package variables.
var (
	Admin  = momento.AllDataReadWrite
	Reader = momento.CacheReadOnly(momento.AllCaches{})
)

// Scope returns too much.
func Scope() momento.PermissionScope { return momento.CacheReadWrite(momento.AllCaches{}) }

// On is as wide as its parameter.
func On(cache momento.CacheSelector) momento.Permissions { return momento.CacheReadWrite(cache) }

// Key takes the scope.
func Key(client momento.AuthClient, scope momento.PermissionScope) error {
	_, err := client.GenerateApiKey(context.Background(), &momento.GenerateApiKeyRequest{
		ExpiresIn: utils.ExpiresInDays(1),
		Scope:     scope,
	})
	return err
}

// Must is of no account to scopes.
func Must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
