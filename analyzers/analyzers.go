// Package analyzers is the suite of momentolint's Go analyzers, for the
// drivers: the program itself, go vet and golangci-lint.
package analyzers

import (
	"golang.org/x/tools/go/analysis"

	"github.com/momentolint/momentolint/analyzers/internal/report"
	"github.com/momentolint/momentolint/analyzers/momentoexpiry"
	"github.com/momentolint/momentolint/analyzers/momentohardcoded"
	"github.com/momentolint/momentolint/analyzers/momentoplaintext"
	"github.com/momentolint/momentolint/analyzers/momentoscope"
)

// Options are the settings of the suite; begin with DefaultOptions.
type Options struct {
	Hardcoded momentohardcoded.Options
	Plaintext momentoplaintext.Options
	Expiry    momentoexpiry.Options
	Scope     momentoscope.Options
	// Nolint honours golangci-lint's //nolint comments, for drivers other than
	// golangci-lint, which does that itself.
	Nolint bool
}

// DefaultOptions returns the documented defaults.
func DefaultOptions() Options {
	return Options{
		Hardcoded: momentohardcoded.DefaultOptions(),
		Plaintext: momentoplaintext.DefaultOptions(),
		Expiry:    momentoexpiry.DefaultOptions(),
		Scope:     momentoscope.DefaultOptions(),
	}
}

// Validate reports invalid settings.
func (o *Options) Validate() error { return o.Expiry.Validate() }

// Names lists the analyzers' names, in the order of the documentation.
func Names() []string {
	return []string{momentohardcoded.Name, momentoplaintext.Name, momentoexpiry.Name, momentoscope.Name}
}

// New makes the suite, in the order of Names. Every analyzer has its settings
// as flags too; the off-switch of each is the driver's.
func New(o Options) []*analysis.Analyzer {
	settings := report.Settings{Nolint: o.Nolint}
	o.Hardcoded.Settings, o.Plaintext.Settings = settings, settings
	o.Expiry.Settings, o.Scope.Settings = settings, settings
	return []*analysis.Analyzer{
		momentohardcoded.New(o.Hardcoded),
		momentoplaintext.New(o.Plaintext),
		momentoexpiry.New(o.Expiry),
		momentoscope.New(o.Scope),
	}
}
