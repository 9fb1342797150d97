// Package mint wraps the SDK: what its callers pass becomes a key's expiry.
package mint

import (
	"context"
	"time"

	"github.com/momentohq/client-sdk-go/momento"
	"github.com/momentohq/client-sdk-go/utils"
)

var scope = momento.CacheReadOnly(momento.CacheName{Name: "orders"})

// Key takes the expiry.
func Key(client momento.AuthClient, expiry utils.ExpiresIn) error {
	_, err := client.GenerateApiKey(context.Background(), &momento.GenerateApiKeyRequest{ExpiresIn: expiry, Scope: scope})
	return err
}

// ForDays takes a number.
func ForDays(client momento.AuthClient, days int64) error {
	return Key(client, utils.ExpiresInDays(days))
}

// For takes a duration.
func For(client momento.AuthClient, life time.Duration) error {
	return Key(client, utils.ExpiresInSeconds(int64(life.Seconds())))
}

// Options are those of WithOptions.
type Options struct {
	Name   string
	Expiry utils.ExpiresIn
}

// WithOptions takes a struct.
func WithOptions(client momento.AuthClient, o Options) error { return Key(client, o.Expiry) }

// Minter keeps the expiry.
type Minter struct {
	client momento.AuthClient
	expiry utils.ExpiresIn
}

// New makes a Minter.
func New(client momento.AuthClient, expiry utils.ExpiresIn) *Minter {
	return &Minter{client: client, expiry: expiry}
}

// Mint uses what the Minter keeps.
func (m *Minter) Mint() error { return Key(m.client, m.expiry) }

// Interface is implemented by Direct.
type Interface interface {
	Make(expiry utils.ExpiresIn) error
}

// Direct implements Interface.
type Direct struct{ Client momento.AuthClient }

// Make takes the expiry.
func (d Direct) Make(expiry utils.ExpiresIn) error { return Key(d.Client, expiry) }

// Checked refuses never.
func Checked(client momento.AuthClient, expiry utils.ExpiresIn) error {
	if !expiry.DoesExpire() {
		expiry = utils.ExpiresInDays(1)
		return Key(client, expiry)
	}
	return Key(client, expiry)
}

// Clamped bounds the number.
func Clamped(client momento.AuthClient, days int64) error {
	if days > 90 {
		days = 90
	}
	return ForDays(client, days)
}

// Token is for a disposable token, not a key.
func Token(client momento.AuthClient, expiry utils.ExpiresIn) error {
	_, err := client.GenerateDisposableToken(context.Background(), &momento.GenerateDisposableTokenRequest{ExpiresIn: expiry, Scope: scope})
	return err
}

// Default is what ByDefault uses.
var Default = utils.ExpiresInDays(30)

// ByDefault takes nothing.
func ByDefault(client momento.AuthClient) error { return Key(client, Default) }

// Policy has a lifetime for each kind of key.
type Policy struct {
	Expiry map[string]utils.ExpiresIn
}

// Mint makes a key of a kind.
func (p *Policy) Mint(client momento.AuthClient, kind string) error {
	return Key(client, p.Expiry[kind])
}
