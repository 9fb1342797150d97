package momentoexpiry

import (
	"errors"
	"flag"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/momentolint/momentolint/analyzers/internal/report"
)

// Options are the settings of the analyzer; begin with DefaultOptions.
type Options struct {
	// MaxLifetime is the longest life of a key that is not reported; 0 = no limit.
	MaxLifetime Lifetime
	// SuggestLifetime is how many days the fix gives a key, as far as
	// MaxLifetime allows; 0 = no fix.
	SuggestLifetime int
	// Settings are those that all analyzers of a suite share.
	Settings report.Settings
	// Now is the clock that expiries at a fixed date are held against; nil
	// means time.Now.
	Now func() time.Time
}

// DefaultOptions returns the documented defaults.
func DefaultOptions() Options {
	return Options{MaxLifetime: Lifetime(365 * day), SuggestLifetime: 90}
}

// Validate reports invalid settings.
func (o *Options) Validate() error {
	switch {
	case o.MaxLifetime < 0:
		return errors.New("max-lifetime: a lifetime cannot be negative")
	case o.SuggestLifetime < 0 || o.SuggestLifetime > maxDays:
		return fmt.Errorf("suggest-lifetime: want 0 to %d days", maxDays)
	}
	return nil
}

// suggestion is how many days the fix gives a key; 0 for no fix.
func (o *Options) suggestion() int {
	if o.MaxLifetime == 0 {
		return o.SuggestLifetime
	}
	return int(min(int64(o.SuggestLifetime), int64(time.Duration(o.MaxLifetime)/day)))
}

func (o *Options) flags() flag.FlagSet {
	var set flag.FlagSet
	set.Var(&o.MaxLifetime, "max-lifetime", "the longest life of a key that is not reported, such as 365d or 8760h; 0 for no limit")
	set.IntVar(&o.SuggestLifetime, "suggest-lifetime", o.SuggestLifetime, "how many days the fix gives a key; 0 for no fix")
	return set
}

const day = 24 * time.Hour

// maxDays is the longest life in days that a request of the SDK can carry.
const maxDays = maxSeconds / (60 * 60 * 24)

// Lifetime is a duration that may be written with days: 365d, 90d12h.
type Lifetime time.Duration

// ParseLifetime reads a duration as time.ParseDuration does, with days in
// front if there are any.
func ParseLifetime(text string) (Lifetime, error) {
	rest := text
	var total time.Duration
	if days, after, ok := strings.Cut(text, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 31)
		if err != nil || n > uint64(maxDuration/day) {
			return 0, fmt.Errorf("%q is no lifetime; want something like 365d, 90d12h or 8760h", text)
		}
		total, rest = time.Duration(n)*day, after
	}
	if rest != "" {
		d, err := time.ParseDuration(rest)
		if err != nil || d < 0 || d > maxDuration-total {
			return 0, fmt.Errorf("%q is no lifetime; want something like 365d, 90d12h or 8760h", text)
		}
		total += d
	} else if text == "" {
		return 0, errors.New("empty lifetime; want something like 365d, 90d12h or 8760h")
	}
	return Lifetime(total), nil
}

const maxDuration = time.Duration(1<<63 - 1)

// String writes whole days as days.
func (l Lifetime) String() string {
	d := time.Duration(l)
	if d == 0 {
		return "0"
	}
	if d%day == 0 {
		return strconv.FormatInt(int64(d/day), 10) + "d"
	}
	return d.String()
}

// Set reads the value of a flag.
func (l *Lifetime) Set(text string) error {
	parsed, err := ParseLifetime(text)
	if err == nil {
		*l = parsed
	}
	return err
}

// UnmarshalText reads the value of a setting.
func (l *Lifetime) UnmarshalText(text []byte) error { return l.Set(string(text)) }
