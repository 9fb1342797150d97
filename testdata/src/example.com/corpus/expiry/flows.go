package expiry

import (
	"sync"

	"example.com/corpus/expiry/lifetimes"
	"example.com/corpus/expiry/mint"
	"github.com/momentohq/client-sdk-go/momento"
	"github.com/momentohq/client-sdk-go/utils"
)

// What is put into another package's variables and fields.
func elsewhere(client momento.AuthClient) {
	mint.Default = utils.ExpiresInNever() // want `never expires`
	_ = mint.ByDefault(client)
	var o mint.Options
	o.Expiry = lifetimes.Never()
	_ = mint.WithOptions(client, o) // want `never expires`
}

// Functions that are values.
func values(client momento.AuthClient) {
	f := mint.Direct{Client: client}.Make
	_ = f(utils.ExpiresInNever()) // want `never expires, made by \(example.com/corpus/expiry/mint.Direct\).Make`
	g := mint.Key
	_ = g(client, lifetimes.Forever)                                           // want `never expires, made by example.com/corpus/expiry/mint.Key`
	with(func(e utils.ExpiresIn) { issue(client, e) }, utils.ExpiresInNever()) // want `never expires`
	never := utils.ExpiresInNever
	issue(client, never()) // want `never expires`
	var once sync.Once
	once.Do(func() { issue(client, utils.ExpiresInNever()) }) // want `never expires`
}

func with(f func(utils.ExpiresIn), e utils.ExpiresIn) { f(e) }

type plan struct{ lives map[string]utils.ExpiresIn }

func (p *plan) set(name string, e utils.ExpiresIn) { p.lives[name] = e }

func (p *plan) mint(client momento.AuthClient, name string) {
	issue(client, p.lives[name])
}

// Collections that are filled elsewhere.
func collections(client momento.AuthClient) {
	p := &plan{lives: map[string]utils.ExpiresIn{}}
	p.set("a", utils.ExpiresInNever()) // want `never expires`
	p.mint(client, "a")

	ch := make(chan utils.ExpiresIn, 1)
	go func() { ch <- utils.ExpiresInNever() }()
	select {
	case e := <-ch:
		issue(client, e) // want `never expires`
	default:
	}

	lives := make([]utils.ExpiresIn, 2)
	lives[0] = utils.ExpiresInDays(600)
	for _, e := range lives {
		issue(client, e) // want `lives 600 days`
	}
}

// Numbers that are put together.
func sums(client momento.AuthClient, long bool, n int64) {
	days := int64(30)
	if long {
		days += 400
	}
	issue(client, utils.ExpiresInDays(days))         // want `lives 430 days`
	issue(client, utils.ExpiresInDays(max(n, 5000))) // want `lives 5000 days`
}
