package momentohardcoded

import (
	"flag"
	"time"

	"github.com/momentolint/momentolint/analyzers/internal/report"
)

// Options are the settings of the analyzer; begin with DefaultOptions.
type Options struct {
	// TestFiles: look at _test.go files too.
	TestFiles bool
	// Settings are those that all analyzers of a suite share.
	Settings report.Settings
	// Now is the clock that tells expired credentials; nil means time.Now.
	Now func() time.Time
}

// DefaultOptions returns the documented defaults.
func DefaultOptions() Options { return Options{TestFiles: true} }

func (o *Options) flags() flag.FlagSet {
	var set flag.FlagSet
	set.BoolVar(&o.TestFiles, "test-files", o.TestFiles, "look at _test.go files too")
	return set
}
