// Package lifetimes makes expiries for other packages.
package lifetimes

import (
	"math"

	"github.com/momentohq/client-sdk-go/utils"
)

// Forever and Short are package variables.
var (
	Forever = utils.ExpiresInNever()
	Short   = utils.ExpiresInHours(1)
)

// Default is set by a function.
var Default = fallback()

func fallback() utils.ExpiresIn { return utils.ExpiresInSeconds(math.MaxInt64) }

// Never returns never, by way of another function.
func Never() utils.ExpiresIn { return fallback() }

// Month returns a short life.
func Month() utils.ExpiresIn { return utils.ExpiresInDays(30) }

// Days is as long as its parameter says.
func Days(n int64) utils.ExpiresIn { return utils.ExpiresInDays(n) }

// Years is as long as its parameter says, a year at a time.
func Years(n int) utils.ExpiresIn { return Days(int64(n) * 365) }

// Pick has two results.
func Pick(long bool) (utils.ExpiresIn, error) {
	if long {
		return utils.ExpiresInNever(), nil
	}
	return utils.ExpiresInDays(7), nil
}

// Decades is a constant of another package.
const Decades = 10

// Or gives one or the other.
func Or[T any](first bool, a, b T) T {
	if first {
		return a
	}
	return b
}
