// Package scope is the corpus of momentoscope.
package scope

import (
	"context"

	"example.com/corpus/scope/presets"
	"github.com/momentohq/client-sdk-go/momento"
	"github.com/momentohq/client-sdk-go/utils"
)

var day = utils.ExpiresInDays(1)

func generate(client momento.AuthClient, request *momento.GenerateApiKeyRequest) {
	_, _ = client.GenerateApiKey(context.Background(), request)
}

func direct(client momento.AuthClient) {
	generate(client, &momento.GenerateApiKeyRequest{
		ExpiresIn: day,
		Scope:     momento.AllDataReadWrite, // want `Momento API key that may read and write every cache and use every topic \(momento.AllDataReadWrite\); grant what it is for: .*, in example.com/corpus/scope.direct`
	})
	generate(client, &momento.GenerateApiKeyRequest{day, momento.AllDataReadWrite})                                                  // want `may read and write every cache and use every topic`
	generate(client, &momento.GenerateApiKeyRequest{Scope: momento.CacheReadWrite(momento.AllCaches{})})                             // want `may read and write every cache; name the caches`
	generate(client, &momento.GenerateApiKeyRequest{Scope: momento.CacheReadWrite(&momento.AllCaches{})})                            // want `may read and write every cache; name the caches`
	generate(client, &momento.GenerateApiKeyRequest{Scope: momento.TopicPublishSubscribe(momento.AllCaches{}, momento.AllTopics{})}) // want `may publish to and subscribe to every topic of every cache`
	_, _ = client.GenerateDisposableToken(context.Background(), &momento.GenerateDisposableTokenRequest{
		ExpiresIn: day,
		Scope:     momento.AllDataReadWrite, // want `Momento disposable token that may read and write every cache and use every topic`
	})
}

func permissions(client momento.AuthClient) {
	generate(client, &momento.GenerateApiKeyRequest{Scope: momento.Permissions{Permissions: []momento.Permission{ // want `may read and write every cache; name`
		momento.CachePermission{Role: momento.ReadWrite, Cache: momento.AllCaches{}},
	}}})
	generate(client, &momento.GenerateApiKeyRequest{Scope: momento.Permissions{Permissions: []momento.Permission{ // want `may read and write every cache; name`
		momento.CachePermission{Cache: momento.AllCaches{}}, // the role that is left out
	}}})
	generate(client, &momento.GenerateApiKeyRequest{Scope: momento.Permissions{[]momento.Permission{ // want `may publish to and subscribe to every topic`
		momento.CachePermission{Role: momento.ReadOnly, Cache: momento.AllCaches{}},
		momento.TopicPermission{momento.PublishSubscribe, momento.AllCaches{}, momento.AllTopics{}},
	}}})
	list := []momento.Permission{momento.CachePermission{Role: momento.ReadOnly, Cache: momento.AllCaches{}}}
	list = append(list, momento.CachePermission{Cache: momento.AllCaches{}})
	generate(client, &momento.GenerateApiKeyRequest{Scope: momento.Permissions{Permissions: list}}) // want `may read and write every cache; name`
	_, _ = client.GenerateDisposableToken(context.Background(), &momento.GenerateDisposableTokenRequest{
		Scope: momento.Permissions{Permissions: []momento.Permission{ // want `disposable token that may read and write every cache; name`
			momento.DisposableTokenCachePermission{Cache: momento.AllCaches{}, Item: momento.AllCacheItems{}},
		}},
	})
}

type settings struct{ scope momento.PermissionScope }

func (s *settings) issue(client momento.AuthClient) { issue(client, s.scope) }

func issue(client momento.AuthClient, scope momento.PermissionScope) {
	generate(client, &momento.GenerateApiKeyRequest{Scope: scope})
}

func issueOn(client momento.AuthClient, cache momento.CacheSelector) {
	issue(client, momento.CacheReadWrite(cache))
}

func wide() momento.PermissionScope { return momento.AllDataReadWrite }

func flows(client momento.AuthClient, admin bool) {
	scope := momento.CacheReadOnly(momento.CacheName{Name: "orders"})
	if admin {
		scope = momento.AllDataReadWrite
	}
	generate(client, &momento.GenerateApiKeyRequest{Scope: scope}) // want `every topic`
	request := &momento.GenerateApiKeyRequest{}
	request.Scope = wide() // want `every topic`
	var selector momento.CacheSelector = momento.CacheName{Name: "orders"}
	if admin {
		selector = momento.AllCaches{}
	}
	generate(client, &momento.GenerateApiKeyRequest{Scope: momento.CacheReadWrite(selector)}) // want `may read and write every cache; name`
	issue(client, momento.AllDataReadWrite)                                                   // want `every topic .* made by example.com/corpus/scope.issue`
	issueOn(client, momento.AllCaches{})                                                      // want `may read and write every cache; name .* made by example.com/corpus/scope.issueOn`
	(&settings{scope: momento.AllDataReadWrite}).issue(client)                                // want `every topic`

	generate(client, &momento.GenerateApiKeyRequest{Scope: presets.Admin})                           // want `every topic`
	generate(client, &momento.GenerateApiKeyRequest{Scope: presets.Scope()})                         // want `may read and write every cache; name`
	generate(client, &momento.GenerateApiKeyRequest{Scope: presets.On(momento.AllCaches{})})         // want `may read and write every cache; name`
	_ = presets.Key(client, momento.TopicPublishSubscribe(momento.AllCaches{}, momento.AllTopics{})) // want `every topic of every cache.* made by example.com/corpus/scope/presets.Key`
}

func branches(client momento.AuthClient, admin bool) {
	role := momento.ReadOnly
	if admin {
		role = momento.ReadWrite
	}
	generate(client, &momento.GenerateApiKeyRequest{Scope: momento.Permissions{Permissions: []momento.Permission{ // want `may read and write every cache; name`
		momento.CachePermission{Cache: momento.AllCaches{}, Role: role},
	}}})
	generate(client, &momento.GenerateApiKeyRequest{Scope: presets.Must(momento.AllDataReadWrite, nil)})                                           // want `every topic`
	generate(client, &momento.GenerateApiKeyRequest{Scope: momento.CacheReadWrite(presets.Must[momento.CacheSelector](momento.AllCaches{}, nil))}) // want `may read and write every cache; name`
	generate(client, &momento.GenerateApiKeyRequest{Scope: momento.CacheReadOnly(presets.Must[momento.CacheSelector](momento.AllCaches{}, nil))})
}
