package gclplugin_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"

	"github.com/momentolint/momentolint/analyzers"
	_ "github.com/momentolint/momentolint/analyzers/gclplugin"
)

// build makes the plugin as golangci-lint does: by its name, from what the
// YAML decodes to.
func build(t *testing.T, settings any) (names []string, all []*analysis.Analyzer, err error) {
	t.Helper()
	newPlugin, err := register.GetPlugin("momentolint")
	if err != nil {
		t.Fatal(err)
	}
	plugin, err := newPlugin(settings)
	if err != nil {
		return nil, nil, err
	}
	if plugin.GetLoadMode() != register.LoadModeTypesInfo {
		t.Error("the analyzers need types")
	}
	all, err = plugin.BuildAnalyzers()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		names = append(names, a.Name)
	}
	return names, all, analysis.Validate(all)
}

func TestWithoutSettingsEverythingIsOn(t *testing.T) {
	for _, settings := range []any{nil, map[string]any{}} {
		names, _, err := build(t, settings)
		if err != nil || !slices.Equal(names, analyzers.Names()) {
			t.Errorf("settings %v: %v, %v", settings, names, err)
		}
	}
}

func TestAnalyzersCanBeSwitchedOff(t *testing.T) {
	names, _, err := build(t, map[string]any{"disable": []any{"momentoscope", "momentoplaintext"}})
	if err != nil || !slices.Equal(names, []string{"momentohardcoded", "momentoexpiry"}) {
		t.Errorf("%v, %v", names, err)
	}
}

func TestSettingsReachTheAnalyzers(t *testing.T) {
	_, all, err := build(t, map[string]any{
		"momentohardcoded": map[string]any{"test-files": false},
		"momentoexpiry":    map[string]any{"max-lifetime": "30d12h", "suggest-lifetime": 7},
	})
	if err != nil {
		t.Fatal(err)
	}
	for flag, want := range map[string]string{
		"momentohardcoded.test-files": "false", "momentoexpiry.max-lifetime": "732h0m0s", "momentoexpiry.suggest-lifetime": "7",
	} {
		name, flag, _ := strings.Cut(flag, ".")
		for _, a := range all {
			if a.Name == name && a.Flags.Lookup(flag).Value.String() != want {
				t.Errorf("%s.%s is %s, want %s", name, flag, a.Flags.Lookup(flag).Value, want)
			}
		}
	}
}

func TestWrongSettingsAreRefusedWithTheirName(t *testing.T) {
	for name, tc := range map[string]struct {
		settings any
		want     string
	}{
		"unknown":                {map[string]any{"momentoexpire": map[string]any{}}, "momentoexpire"},
		"unknown inside":         {map[string]any{"momentoexpiry": map[string]any{"maxlifetime": "1d"}}, "maxlifetime"},
		"no lifetime":            {map[string]any{"momentoexpiry": map[string]any{"max-lifetime": "forever"}}, "forever"},
		"a bare number":          {map[string]any{"momentoexpiry": map[string]any{"max-lifetime": 365}}, "max-lifetime"},
		"negative suggestion":    {map[string]any{"momentoexpiry": map[string]any{"suggest-lifetime": -1}}, "suggest-lifetime"},
		"wrong type":             {map[string]any{"momentohardcoded": map[string]any{"test-files": "yes"}}, "test-files"},
		"unknown analyzer":       {map[string]any{"disable": []any{"momentoleak"}}, `"momentoleak"`},
		"a list instead of maps": {[]any{"momentoscope"}, "array"},
	} {
		if _, _, err := build(t, tc.settings); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want an error with %s", name, err, tc.want)
		}
	}
}

func TestEachBuildHasItsOwnSettings(t *testing.T) {
	_, first, err := build(t, map[string]any{"momentoexpiry": map[string]any{"suggest-lifetime": 7}})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := build(t, map[string]any{"momentoexpiry": map[string]any{"suggest-lifetime": 8}}); err != nil {
		t.Fatal(err)
	}
	for _, a := range first {
		if f := a.Flags.Lookup("suggest-lifetime"); f != nil && f.Value.String() != "7" {
			t.Errorf("the settings of another build: %s", f.Value)
		}
	}
}
