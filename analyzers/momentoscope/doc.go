// Package momentoscope defines an Analyzer that finds Momento keys and tokens
// created with more rights than they need.
//
// # Analyzer momentoscope
//
// momentoscope: find Momento keys and tokens that may do more than they need
//
// Whoever gets hold of a key may do what the key may do. Momento advises to
// prefer scoped keys: name the caches, and give read-only or write-only rights
// where they are enough. This analyzer follows every scope that reaches a
// momento.GenerateApiKeyRequest or momento.GenerateDisposableTokenRequest,
// through variables, branches, fields, closures and functions, also of other
// packages.
//
// WRONG:
//
//	response, err := client.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{
//		ExpiresIn: utils.ExpiresInDays(30),
//		Scope:     momento.AllDataReadWrite,
//	})
//
// RIGHT:
//
//	response, err := client.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{
//		ExpiresIn: utils.ExpiresInDays(30),
//		Scope:     momento.CacheReadWrite(momento.CacheName{Name: "orders"}),
//	})
//
// Reported are
//
//   - momento.AllDataReadWrite, which is everything in the data plane;
//   - read-write over all caches: momento.CacheReadWrite(momento.AllCaches{}),
//     and a CachePermission or DisposableTokenCachePermission that amounts to it
//     (a role that is left out is momento.ReadWrite);
//   - publish and subscribe over all topics of all caches:
//     momento.TopicPublishSubscribe(momento.AllCaches{}, momento.AllTopics{}),
//     and a TopicPermission that amounts to it.
//
// WRONG:
//
//	scope := momento.Permissions{Permissions: []momento.Permission{
//		momento.TopicPermission{Cache: momento.AllCaches{}, Topic: momento.AllTopics{}},
//	}}
//	request := &momento.GenerateDisposableTokenRequest{ExpiresIn: utils.ExpiresInMinutes(30), Scope: scope}
//
// RIGHT:
//
//	scope := momento.TopicSubscribeOnly(momento.CacheName{Name: "chat"}, momento.TopicName{Name: "lobby"})
//	request := &momento.GenerateDisposableTokenRequest{ExpiresIn: utils.ExpiresInMinutes(30), Scope: scope}
//
// Read-only or write-only rights over all caches are not reported, nor is
// anything about a scope that is merely compared or printed. There is no fix:
// only you know which caches it is about. The analyzer has no settings; switch
// it off (-momentoscope=false) where keys for everything are what you want.
package momentoscope
