package expiry

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strconv"
	"time"

	"example.com/corpus/expiry/lifetimes"
	"example.com/corpus/expiry/mint"
	"github.com/momentohq/client-sdk-go/momento"
	"github.com/momentohq/client-sdk-go/utils"
)

func short(client momento.AuthClient) {
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInDays(90)})
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInDays(365)})
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInHours(24 * 365)})
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInMinutes(30)})
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInSeconds(0)})
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresAtEpoch(time.Now().Add(time.Hour).Unix())})
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresAtEpoch(time.Now().AddDate(0, 1, 0).Unix())})
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresAtEpoch(time.Now().Unix() + 3600)})
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: lifetimes.Month()})
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: lifetimes.Short})
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: lifetimes.Days(30)})
	generate(client, &momento.GenerateApiKeyRequest{Scope: scope})
	generate(client, &momento.GenerateApiKeyRequest{})
	generate(client, nil)
	const quarter = 91 * 24 * time.Hour
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInSeconds(int64(quarter.Seconds()))})
	issue(client, utils.ExpiresInDays(30))
	issueAny(client, inDays(1), inDays(2))
	issueAny(client)
	_ = mint.Key(client, utils.ExpiresInDays(30))
	_ = mint.ForDays(client, 30)
	_ = mint.For(client, time.Hour)
	_ = mint.WithOptions(client, mint.Options{Expiry: utils.ExpiresInDays(1)})
	_ = mint.New(client, lifetimes.Month()).Mint()
}

// notAKey is what never is fine for.
func notAKey(client momento.AuthClient, expiry utils.ExpiresIn) bool {
	_, _ = client.GenerateDisposableToken(context.Background(), &momento.GenerateDisposableTokenRequest{ExpiresIn: utils.ExpiresInNever()})
	_ = mint.Token(client, utils.ExpiresInNever())
	fmt.Println(utils.ExpiresInNever(), utils.ExpiresInDays(10000))
	if expiry == utils.ExpiresInNever() {
		return true
	}
	never := utils.ExpiresInNever()
	return expiry == never || never.DoesExpire() || lifetimes.Forever == expiry
}

// overwritten holds never for a while, but not when it is used.
func overwritten(client momento.AuthClient) {
	expiry := utils.ExpiresInNever()
	fmt.Println(expiry)
	expiry = utils.ExpiresInDays(1)
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: expiry})
}

// otherwise is never for the token and a day for the key.
func otherwise(client momento.AuthClient, key bool) {
	if key {
		generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInDays(1)})
		return
	}
	_ = mint.Token(client, utils.ExpiresInNever())
}

// unknown is what nobody can tell.
func unknown(client momento.AuthClient, text string) error {
	days := flag.Int64("days", 1000, "how long the key lives")
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInDays(*days)})
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return err
	}
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInDays(n)})
	until, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return err
	}
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresAtEpoch(until.Unix())})
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInSeconds(int64(time.Until(until).Seconds()))})
	return nil
}

// refused never gets to the request with never.
func refused(client momento.AuthClient, expiry utils.ExpiresIn) error {
	if !expiry.DoesExpire() {
		return errors.New("keys have to expire")
	}
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: expiry})
	return nil
}

func replaced(client momento.AuthClient, expiry utils.ExpiresIn) {
	if expiry == utils.ExpiresInNever() {
		expiry = utils.ExpiresInDays(30)
	}
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: expiry})
}

func bounded(client momento.AuthClient, days int64) {
	if days > 90 {
		days = 90
	}
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInDays(days)})
}

func least(client momento.AuthClient, days int64) {
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInDays(min(days, 90))})
}

func callsOfTheChecked(client momento.AuthClient) {
	_ = refused(client, utils.ExpiresInNever())
	_ = mint.Checked(client, utils.ExpiresInNever())
	_ = mint.Clamped(client, 5000)
	bounded(client, 5000)
	least(client, 5000)
}

// request is a type of our own with the same fields.
type request struct {
	ExpiresIn utils.ExpiresIn
	Scope     momento.PermissionScope
}

func ours() request { return request{ExpiresIn: utils.ExpiresInNever()} }

// token is a field that only a token's expiry comes from.
type token struct{ life utils.ExpiresIn }

func (t token) make(client momento.AuthClient) { _ = mint.Token(client, t.life) }

func tokens(client momento.AuthClient) { token{life: utils.ExpiresInNever()}.make(client) }

func silenced(client momento.AuthClient) {
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInNever()}) // momentolint:allow momentoexpiry -- the root key
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInNever()}) // momentolint:allow momento-never-expiring-key -- the root key
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInNever()}) //nolint:momentolint // the root key
	generate(client, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInNever()}) // momentolint:allow momentoscope -- another rule silences nothing // want `never expires`
}

func sumsOfLittle(client momento.AuthClient, long bool, n int64) {
	days := int64(400)
	if long {
		days -= 370
	} else {
		days = 7
	}
	issue(client, utils.ExpiresInDays(days))
	issue(client, utils.ExpiresInDays(max(30, 60)))
	issue(client, utils.ExpiresInDays(min(n, 60)))
}
