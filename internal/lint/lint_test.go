package lint

import (
	"slices"
	"testing"
	"time"

	"github.com/momentolint/momentolint/analyzers"
	"github.com/momentolint/momentolint/analyzers/momentoexpiry"
)

// The vet tool gets a flag for every setting that is not the default, and for
// no other.
func TestToolFlags(t *testing.T) {
	for name, tt := range map[string]struct {
		set  func(*analyzers.Options)
		off  []string
		want []string
	}{
		"defaults":      {func(*analyzers.Options) {}, nil, nil},
		"switched off":  {func(*analyzers.Options) {}, []string{"momentoscope", "momentoplaintext"}, []string{"-momentoplaintext=false", "-momentoscope=false"}},
		"a switch":      {func(o *analyzers.Options) { o.Hardcoded.TestFiles = !o.Hardcoded.TestFiles }, nil, []string{"-momentohardcoded.test-files=false"}},
		"a number":      {func(o *analyzers.Options) { o.Expiry.SuggestLifetime = 7 }, nil, []string{"-momentoexpiry.suggest-lifetime=7"}},
		"a lifetime":    {func(o *analyzers.Options) { o.Expiry.MaxLifetime = momentoexpiry.Lifetime(30 * time.Hour) }, nil, []string{"-momentoexpiry.max-lifetime=30h0m0s"}},
		"no lifetime":   {func(o *analyzers.Options) { o.Expiry.MaxLifetime = 0 }, nil, []string{"-momentoexpiry.max-lifetime=0"}},
		"off and a set": {func(o *analyzers.Options) { o.Expiry.SuggestLifetime = 0 }, []string{"momentohardcoded"}, []string{"-momentohardcoded=false", "-momentoexpiry.suggest-lifetime=0"}},
	} {
		o := analyzers.DefaultOptions()
		tt.set(&o)
		if got := toolFlags(Analyzers(o), tt.off); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}
