package momentoexpiry_test

import (
	"testing"
	"time"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/momentolint/momentolint/analyzers/internal/corpus"
	"github.com/momentolint/momentolint/analyzers/internal/report"
	"github.com/momentolint/momentolint/analyzers/momentoexpiry"
)

func analyzer() *analysis.Analyzer {
	o := momentoexpiry.DefaultOptions()
	o.Settings = report.Settings{Nolint: true}
	return momentoexpiry.New(o)
}

func TestTheCorpus(t *testing.T) {
	for _, result := range analysistest.Run(corpus.Factless{T: t}, corpus.Dir(), analyzer(), "example.com/corpus/expiry/...") {
		texts := make(map[string]bool)
		for _, d := range result.Diagnostics {
			at := result.Pass.Fset.Position(d.Pos)
			if len(d.SuggestedFixes) > 1 {
				t.Errorf("%s: %d fixes, golangci-lint would apply them all", at, len(d.SuggestedFixes))
			}
			if texts[d.Message] {
				t.Errorf("%s: the text of another finding, golangci-lint would hide it: %s", at, d.Message)
			}
			texts[d.Message] = true
			if at.Column == 1 || !d.End.IsValid() || d.End <= d.Pos {
				t.Errorf("%s: not the region of an expression", at)
			}
		}
	}
}

const fixable = "example.com/corpus/expiry/fixes"

func TestFixesLetTheKeyExpire(t *testing.T) {
	analysistest.RunWithSuggestedFixes(corpus.Factless{T: t}, corpus.Dir(), analyzer(), fixable)
}

func TestWhatIsFixedCompilesAndIsClean(t *testing.T) {
	analysistest.Run(corpus.Factless{T: t}, corpus.Fixed(t), analyzer(), fixable)
}

func TestLifetimesAreReadWithDays(t *testing.T) {
	const day = 24 * time.Hour
	for text, want := range map[string]time.Duration{
		"365d": 365 * day, "90d12h": 90*day + 12*time.Hour, "8760h": 8760 * time.Hour,
		"0": 0, "0d": 0, "1h30m": 90 * time.Minute, "106751d": 106751 * day,
	} {
		got, err := momentoexpiry.ParseLifetime(text)
		if err != nil || time.Duration(got) != want {
			t.Errorf("%s: %v, %v; want %v", text, time.Duration(got), err, want)
		}
	}
	for _, text := range []string{"", "d", "-1d", "1.5d", "365", "-1h", "1d-1h", "1w", "99999999999d", "106752d", "106751d24h", "1d1d"} {
		if got, err := momentoexpiry.ParseLifetime(text); err == nil {
			t.Errorf("%q is taken for %v", text, got)
		}
	}
}

func TestSettingsThatMakeNoSenseAreRefused(t *testing.T) {
	for name, change := range map[string]func(*momentoexpiry.Options){
		"negative limit":                 func(o *momentoexpiry.Options) { o.MaxLifetime = -1 },
		"negative suggestion":            func(o *momentoexpiry.Options) { o.SuggestLifetime = -1 },
		"a suggestion that would be cut": func(o *momentoexpiry.Options) { o.MaxLifetime, o.SuggestLifetime = 0, 50_000 },
	} {
		o := momentoexpiry.DefaultOptions()
		if err := o.Validate(); err != nil {
			t.Fatalf("the defaults: %v", err)
		}
		if change(&o); o.Validate() == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
