// Package expiry is the corpus of momentoexpiry.
package expiry

import (
	"context"
	"math"
	"time"

	"example.com/corpus/expiry/lifetimes"
	"example.com/corpus/expiry/mint"
	"github.com/momentohq/client-sdk-go/momento"
	"github.com/momentohq/client-sdk-go/utils"
)

var scope = momento.CacheReadOnly(momento.CacheName{Name: "orders"})

func generate(client momento.AuthClient, request *momento.GenerateApiKeyRequest) {
	_, _ = client.GenerateApiKey(context.Background(), request)
}

func direct(client momento.AuthClient) {
	generate(client, &momento.GenerateApiKeyRequest{
		ExpiresIn: utils.ExpiresInNever(), // want `Momento API key that never expires, in example.com/corpus/expiry.direct; let it expire: utils.ExpiresInDays\(90\)`
		Scope:     scope,
	})
	generate(client, &momento.GenerateApiKeyRequest{utils.ExpiresInNever(), scope})                                              // want `never expires`
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: (utils.ExpiresInNever())})                                        // want `never expires`
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInSeconds(math.MaxInt64)})                           // want `never expires`
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInDays(366)})                                        // want `lives 366 days, more than the limit of 365 days`
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInHours(24*365 + 1)})                                // want `lives about 365 days, more than the limit of 365 days`
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInMinutes(60 * 24 * 365 * 2)})                       // want `lives 730 days`
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInSeconds(1 << 32)})                                 // want `lifetime of 4294967296 seconds, which does not fit the 32 bits that the SDK sends: it would live 0 seconds`
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInDays(106751991167301)})                            // want `lifetime of -\d+ seconds, which does not fit`
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInSeconds(-1)})                                      // want `lifetime of -1 seconds, which does not fit`
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInDays(lifetimes.Decades * 3652)})                   // want `lives 36520 days`
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresAtEpoch(math.MaxInt64)})                             // want `does not fit`
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresAtEpoch(4102444800)})                                // want `lives until 2100-01-01, more than the limit of 365 days`
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresAtEpoch(time.Now().Add(10000 * time.Hour).Unix())})  // want `lives about 417 days`
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresAtEpoch(time.Now().UTC().AddDate(10, 0, 0).Unix())}) // want `lives \d+ days, more than`
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresAtEpoch(time.Now().Unix() + 400*24*60*60)})          // want `lives 400 days`
}

func variables(client momento.AuthClient, long bool, kind string) {
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresAtEpoch(time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC).Unix())}) // want `lives until 2099-01-01, more than`
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: lifetimes.Or(long, utils.ExpiresInNever(), utils.ExpiresInDays(1))})       // want `never expires`
	expiry := utils.ExpiresInNever()
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: expiry}) // want `never expires`

	request := &momento.GenerateApiKeyRequest{Scope: scope}
	request.ExpiresIn = expiry // want `never expires`

	var value momento.GenerateApiKeyRequest
	value.ExpiresIn = utils.ExpiresInNever() // want `never expires`
	generate(client, &value)

	branch := utils.ExpiresInDays(30)
	if long {
		branch = utils.ExpiresInNever()
	}
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: branch}) // want `never expires`

	var chosen utils.ExpiresIn
	switch kind {
	case "service":
		chosen = utils.ExpiresInNever()
	case "person":
		chosen = utils.ExpiresInDays(500)
	default:
		chosen = utils.ExpiresInDays(7)
	}
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: chosen}) // want `never expires` `lives 500 days`

	captured := utils.ExpiresInNever()
	func() {
		generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: captured}) // want `never expires, in example.com/corpus/expiry.variables`
	}()

	var late utils.ExpiresIn
	set := func() { late = utils.ExpiresInNever() }
	set()
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: late}) // want `never expires`

	table := map[string]utils.ExpiresIn{"forever": utils.ExpiresInNever(), "day": utils.ExpiresInDays(1)}
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: table[kind]}) // want `never expires`

	list := []utils.ExpiresIn{utils.ExpiresInNever()}
	for _, e := range list {
		generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: e}) // want `never expires`
	}

	years := 5
	days := int64(years * 365)
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInDays(days)}) // want `lives 1825 days`

	const year = 365 * 24 * time.Hour
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInSeconds(int64((2 * year).Seconds()))}) // want `lives 730 days`
	life := 3 * year
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInSeconds(int64(life / time.Second))}) // want `lives 1095 days`
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInHours(int64(life.Hours()))})         // want `lives 1095 days`
}

var global = utils.ExpiresInNever()

func forever() utils.ExpiresIn { return utils.ExpiresInNever() }

func inDays(n int64) utils.ExpiresIn { return utils.ExpiresInDays(n) }

func functions(client momento.AuthClient) {
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: forever()})   // want `never expires`
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: inDays(400)}) // want `lives 400 days`
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: global})      // want `never expires`
	literal := func() utils.ExpiresIn { return utils.ExpiresInNever() }
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: literal()}) // want `never expires`
}

func otherPackages(client momento.AuthClient) {
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: lifetimes.Forever})   // want `never expires`
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: lifetimes.Default})   // want `never expires`
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: lifetimes.Never()})   // want `never expires`
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: lifetimes.Days(800)}) // want `lives 800 days`
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: lifetimes.Years(3)})  // want `lives 1095 days`
	expiry, err := lifetimes.Pick(true)
	if err != nil {
		return
	}
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: expiry}) // want `never expires`
}

// issue takes the expiry, deep down.
func issue(client momento.AuthClient, expiry utils.ExpiresIn) { reissue(client, "name", expiry) }

func reissue(client momento.AuthClient, _ string, e utils.ExpiresIn) {
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: e})
}

func issueAny(client momento.AuthClient, expiries ...utils.ExpiresIn) {
	for _, e := range expiries {
		issue(client, e)
	}
}

type config struct {
	name   string
	expiry utils.ExpiresIn
	days   int64
}

func (c *config) issue(client momento.AuthClient) {
	issue(client, c.expiry)
	issue(client, utils.ExpiresInDays(c.days))
}

type option func(*config)

func withExpiry(e utils.ExpiresIn) option { return func(c *config) { c.expiry = e } }

func issueGeneric[T any](client momento.AuthClient, _ T, e utils.ExpiresIn) { issue(client, e) }

func wrappers(client momento.AuthClient) {
	issue(client, utils.ExpiresInNever())                            // want `never expires, made by example.com/corpus/expiry.issue, in example.com/corpus/expiry.wrappers`
	issueAny(client, utils.ExpiresInDays(1), utils.ExpiresInNever()) // want `never expires, made by example.com/corpus/expiry.issueAny`
	issueGeneric(client, 1, utils.ExpiresInNever())                  // want `never expires`
	first := &config{name: "first", expiry: utils.ExpiresInNever()}  // want `never expires`
	second := &config{name: "second"}
	second.days = 1000 // want `lives 1000 days`
	first.issue(client)
	second.issue(client)
	withExpiry(utils.ExpiresInNever())(second) // want `never expires`
	go issue(client, utils.ExpiresInNever())   // want `never expires`
	defer issue(client, forever())             // want `never expires`

	_ = mint.Key(client, utils.ExpiresInNever())                               // want `never expires, made by example.com/corpus/expiry/mint.Key, in example.com/corpus/expiry.wrappers`
	_ = mint.ForDays(client, 1000)                                             // want `lives 1000 days, .*, made by example.com/corpus/expiry/mint.ForDays`
	_ = mint.For(client, 9000*time.Hour)                                       // want `lives 375 days`
	_ = mint.WithOptions(client, mint.Options{Expiry: utils.ExpiresInNever()}) // want `never expires`
	_ = mint.New(client, utils.ExpiresInNever()).Mint()                        // want `never expires`
	_ = mint.Direct{Client: client}.Make(lifetimes.Forever)                    // want `never expires`
	var m mint.Interface = mint.Direct{Client: client}
	_ = m.Make(utils.ExpiresInNever()) // want `never expires, made by \(example.com/corpus/expiry/mint.Interface\).Make`
}

// setup takes functional options.
func setup(client momento.AuthClient, options ...option) {
	c := &config{name: "one"}
	for _, o := range options {
		o(c)
	}
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: c.expiry})
}

func withLife(e utils.ExpiresIn) option { return func(c *config) { c.expiry = e } }

func optional(client momento.AuthClient) {
	setup(client, withLife(utils.ExpiresInNever())) // want `never expires, made by example.com/corpus/expiry.withLife`
	setup(client, withLife(utils.ExpiresInDays(1)))
}
