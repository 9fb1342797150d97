package momentoexpiry

import (
	"fmt"
	"math"
	"math/big"
	"time"
)

// never is what the SDK takes for no expiry.
const never = math.MaxInt64

// maxSeconds is the longest life that fits the 32 bits of the request.
const maxSeconds = math.MaxUint32

// lifetime is how a value on its way becomes seconds: an ExpiresIn is what it
// is; a number is multiplied and divided.
type lifetime struct {
	// Number means that the value is a number or a duration, not an ExpiresIn.
	Number bool
	// Mul and Div give the seconds: value * Mul / Div.
	Mul, Div int64
	// Epoch means that the number is a point in time, in seconds since 1970.
	Epoch bool
	// Expires means that the code has made sure that it is not never.
	Expires bool
}

func (l lifetime) String() string {
	switch {
	case l.Epoch:
		return "@epoch"
	case l.Number:
		return fmt.Sprintf("*%d/%d", l.Mul, l.Div)
	}
	return ""
}

// number is the state for a number of so many seconds each.
func number(seconds int64) lifetime { return lifetime{Number: true, Mul: seconds, Div: 1} }

// times is the state of a factor of the number, ok is false if that overflows.
func (l lifetime) times(factor int64) (lifetime, bool) {
	product, ok := multiply(l.Mul, factor)
	l.Mul = product
	return l, ok && factor != 0
}

// per is the state of the dividend of the number.
func (l lifetime) per(divisor int64) (lifetime, bool) {
	product, ok := multiply(l.Div, divisor)
	l.Div = product
	return l, ok && divisor > 0
}

func multiply(a, b int64) (int64, bool) {
	p := new(big.Int).Mul(big.NewInt(a), big.NewInt(b))
	return p.Int64(), p.IsInt64()
}

// seconds works out the lifetime for a value. Like the SDK's own, products
// wrap around at 64 bits.
func (l lifetime) seconds(value int64, now time.Time) int64 {
	if l.Epoch {
		return value - now.Unix()
	}
	if l.Div == 1 {
		return value * l.Mul
	}
	p := new(big.Int).Mul(big.NewInt(value), big.NewInt(l.Mul))
	return p.Quo(p, big.NewInt(l.Div)).Int64()
}

// problem is what is wrong with a lifetime; the zero value is nothing.
type problem uint8

const (
	fine problem = iota
	neverExpires
	tooLong
	cut
)

// judge says what is wrong with a lifetime in seconds.
func judge(seconds int64, limit Lifetime) problem {
	switch {
	case seconds == never:
		return neverExpires
	case seconds < 0 || seconds > maxSeconds:
		return cut
	case limit > 0 && seconds > int64(time.Duration(limit)/time.Second):
		return tooLong
	}
	return fine
}

// describe says how long that is.
func describe(seconds int64) string {
	const perDay = int64(day / time.Second)
	switch {
	case seconds >= perDay && seconds%perDay == 0:
		return plural(seconds/perDay, "day")
	case seconds >= perDay:
		return "about " + plural((seconds+perDay/2)/perDay, "day")
	}
	return plural(seconds, "second")
}

func plural(n int64, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}
