// Package gclplugin makes the suite a linter of golangci-lint, by its module
// plugin system (https://golangci-lint.run/docs/plugins/module-plugins/). The
// linter's name is momentolint. docs/golangci-lint.md has the configuration.
package gclplugin

import (
	"fmt"
	"slices"
	"strings"

	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"

	"github.com/momentolint/momentolint/analyzers"
	"github.com/momentolint/momentolint/analyzers/momentoexpiry"
)

// Name is the linter's name in golangci-lint's configuration and in //nolint.
const Name = "momentolint"

// A plugin announces itself when it is linked in; golangci-lint asks by name.
func init() { //nolint:gochecknoinits // the plugin system works this way
	register.Plugin(Name, New)
}

// Settings are what is under linters.settings.custom.momentolint.settings.
// What is left out has the documented default; unknown names are an error.
type Settings struct {
	// Disable lists the analyzers that are switched off.
	Disable []string `json:"disable"`
	// Hardcoded are the settings of the analyzer momentohardcoded.
	Hardcoded struct {
		// TestFiles: look at _test.go files too (true).
		TestFiles *bool `json:"test-files"`
	} `json:"momentohardcoded"`
	// Expiry are the settings of the analyzer momentoexpiry.
	Expiry struct {
		// MaxLifetime is the longest life that is not reported ("365d"); "0" for
		// no limit.
		MaxLifetime *momentoexpiry.Lifetime `json:"max-lifetime"`
		// SuggestLifetime is how many days the fix gives a key (90); 0 for no fix.
		SuggestLifetime *int `json:"suggest-lifetime"`
	} `json:"momentoexpiry"`
}

// New makes the plugin from its settings.
func New(settings any) (register.LinterPlugin, error) {
	s, err := register.DecodeSettings[Settings](settings)
	if err != nil {
		return nil, fmt.Errorf("reading the settings of %s: %w", Name, err)
	}
	o := analyzers.DefaultOptions()
	if s.Hardcoded.TestFiles != nil {
		o.Hardcoded.TestFiles = *s.Hardcoded.TestFiles
	}
	if s.Expiry.MaxLifetime != nil {
		o.Expiry.MaxLifetime = *s.Expiry.MaxLifetime
	}
	if s.Expiry.SuggestLifetime != nil {
		o.Expiry.SuggestLifetime = *s.Expiry.SuggestLifetime
	}
	if err := o.Validate(); err != nil {
		return nil, fmt.Errorf("settings of %s: momentoexpiry: %w", Name, err)
	}
	for _, name := range s.Disable {
		if !slices.Contains(analyzers.Names(), name) {
			return nil, fmt.Errorf("settings of %s: disable: %q is none of %s", Name, name, strings.Join(analyzers.Names(), ", "))
		}
	}
	return &plugin{options: o, disabled: s.Disable}, nil
}

type plugin struct {
	options  analyzers.Options
	disabled []string
}

// BuildAnalyzers returns the analyzers that are switched on.
func (p *plugin) BuildAnalyzers() ([]*analysis.Analyzer, error) {
	return slices.DeleteFunc(analyzers.New(p.options), func(a *analysis.Analyzer) bool {
		return slices.Contains(p.disabled, a.Name)
	}), nil
}

// GetLoadMode asks for type information.
func (*plugin) GetLoadMode() string { return register.LoadModeTypesInfo }
