package scope

import (
	"context"
	"fmt"
	"reflect"

	"example.com/corpus/scope/presets"
	"github.com/momentohq/client-sdk-go/momento"
)

var (
	orders = momento.CacheName{Name: "orders"}
	lobby  = momento.TopicName{Name: "lobby"}
)

func narrow(client momento.AuthClient, role momento.CacheRole, cache momento.CacheSelector, scope momento.PermissionScope) {
	for _, scope := range []momento.PermissionScope{
		momento.CacheReadWrite(orders),
		momento.CacheReadOnly(orders),
		momento.CacheReadOnly(momento.AllCaches{}),
		momento.CacheWriteOnly(momento.AllCaches{}),
		momento.TopicPublishSubscribe(orders, momento.AllTopics{}),
		momento.TopicPublishSubscribe(momento.AllCaches{}, lobby),
		momento.TopicSubscribeOnly(momento.AllCaches{}, momento.AllTopics{}),
		momento.TopicPublishOnly(momento.AllCaches{}, momento.AllTopics{}),
		momento.Permissions{Permissions: []momento.Permission{
			momento.CachePermission{Role: momento.ReadOnly, Cache: momento.AllCaches{}},
			momento.CachePermission{Cache: orders},
			momento.CachePermission{},
			momento.CachePermission{Role: role, Cache: momento.AllCaches{}},
			momento.TopicPermission{Cache: momento.AllCaches{}, Topic: momento.TopicNamePrefix{NamePrefix: "a"}},
			momento.TopicPermission{Role: momento.SubscribeOnly, Cache: momento.AllCaches{}, Topic: momento.AllTopics{}},
		}},
		presets.Reader,
		presets.On(orders),
		momento.CacheReadWrite(cache),
		scope,
		nil,
	} {
		generate(client, &momento.GenerateApiKeyRequest{Scope: scope})
	}
	_, _ = client.GenerateDisposableToken(context.Background(), &momento.GenerateDisposableTokenRequest{
		Scope: momento.Permissions{Permissions: []momento.Permission{
			momento.DisposableTokenCachePermission{Cache: momento.AllCaches{}, Item: momento.CacheItemKey{Key: []byte("k")}},
		}},
	})
	issue(client, momento.CacheReadOnly(orders))
	issueOn(client, orders)
	_ = presets.Key(client, presets.Reader)
}

func notForAKey(scope momento.PermissionScope) bool {
	fmt.Println(momento.AllDataReadWrite)
	all := momento.CacheReadWrite(momento.AllCaches{})
	return reflect.DeepEqual(scope, momento.AllDataReadWrite) || len(all.Permissions) == 0
}

func silenced(client momento.AuthClient) {
	generate(client, &momento.GenerateApiKeyRequest{Scope: momento.AllDataReadWrite}) // momentolint:allow momentoscope -- the root key
	generate(client, &momento.GenerateApiKeyRequest{Scope: momento.AllDataReadWrite}) //nolint:momentolint
}
