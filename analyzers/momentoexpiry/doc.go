// Package momentoexpiry defines an Analyzer that finds Momento API keys that
// never expire, or live too long.
//
// # Analyzer momentoexpiry
//
// momentoexpiry: find Momento API keys that never expire or live too long
//
// Momento advises against keys that never expire: such a key works until
// somebody remembers to revoke it. This analyzer follows every expiry that
// reaches the ExpiresIn of a momento.GenerateApiKeyRequest, through variables,
// branches, fields, closures and functions, also of other packages.
//
// WRONG:
//
//	response, err := client.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{
//		ExpiresIn: utils.ExpiresInNever(),
//		Scope:     momento.CacheReadOnly(momento.CacheName{Name: "orders"}),
//	})
//
// RIGHT:
//
//	response, err := client.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{
//		ExpiresIn: utils.ExpiresInDays(90),
//		Scope:     momento.CacheReadOnly(momento.CacheName{Name: "orders"}),
//	})
//
// Reported are
//
//   - keys that never expire: utils.ExpiresInNever, and constants that amount
//     to it such as utils.ExpiresInSeconds(math.MaxInt64);
//   - keys that live longer than the limit (max-lifetime);
//   - lifetimes that do not fit the 32 bits that the SDK sends, more than
//     4,294,967,295 seconds or less than none: the SDK cuts them silently.
//
// WRONG:
//
//	request := &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInDays(50_000)}
//
// RIGHT:
//
//	request := &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInDays(30)}
//
// A function that takes the expiry, or the number of days, as a parameter is
// not reported itself; its callers are, where they pass it. Never is fine for
// what is not an API key (the SDK refuses it for disposable tokens), for
// comparing, and where the code has made sure that the expiry does expire.
//
// The fix replaces the call by utils.ExpiresInDays(90) (suggest-lifetime). It
// is offered where the expiry is such a call, and not in generated files.
//
// Settings (as flags: -momentoexpiry.max-lifetime, -momentoexpiry.suggest-lifetime):
//
//   - max-lifetime: the longest life that is not reported, as a duration with
//     days (365d, 90d12h, 8760h); 0 for no limit (default 365d)
//   - suggest-lifetime: how many days the fix gives a key, as far as
//     max-lifetime allows; 0 for no fix (default 90)
package momentoexpiry
