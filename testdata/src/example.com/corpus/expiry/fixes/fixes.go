// Package fixes has findings that all have a fix.
package fixes

import (
	"context"

	"example.com/corpus/expiry/mint"
	"github.com/momentohq/client-sdk-go/momento"
	expiries "github.com/momentohq/client-sdk-go/utils"
)

const years = 3

func keys(client momento.AuthClient) {
	_, _ = client.GenerateApiKey(context.Background(), &momento.GenerateApiKeyRequest{
		ExpiresIn: expiries.ExpiresInNever(), // want `never expires`
	})
	_ = mint.Key(client, expiries.ExpiresInSeconds(60*60*24*365*years)) // want `lives 1095 days`
}
