package gitleaks

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/rs/zerolog"
	"github.com/zricethezav/gitleaks/v8/logging"
)

// configured returns an engine for the text of a configuration.
func configured(t *testing.T, text string) *Engine {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rules.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	e, err := New(&Options{Config: File{Path: path}})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// secrets returns what the rules of a configuration find in a text.
func secrets(t *testing.T, e *Engine, path, text string) []string {
	t.Helper()
	list, cut := e.Find(t.Context(), &Budget{Limit: DefaultLimit()}, path, text)
	if len(cut) > 0 {
		t.Errorf("cut: %q", cut)
	}
	var out []string
	for _, f := range list {
		if text[f.Start:f.Start+len(f.Match)] != f.Match {
			t.Errorf("%q is not at %d", f.Match, f.Start)
		}
		if !f.Hidden {
			out = append(out, f.Secret)
		}
	}
	return out
}

// With --log-level debug gitleaks writes what it reads.
func TestGitleaksWritesNothing(t *testing.T) {
	configured(t, "title = 'x'")
	if level := logging.Logger.GetLevel(); level != zerolog.Disabled {
		t.Fatalf("the library's logger is at level %v", level)
	}
}

// Each of these follows from the documentation of gitleaks' configuration, or
// from its behaviour, which the integration test observes.
func TestFind(t *testing.T) {
	const rule = "[[rules]]\nid = 'r'\n"
	for name, tt := range map[string]struct {
		config, path, text string
		want               []string
	}{
		"the whole match":            {rule + `regex = 'tok_\d+'`, "", "a tok_1 tok_22", []string{"tok_1", "tok_22"}},
		"the first group":            {rule + `regex = '(k)?=(\d+)'`, "", "=12 k=3", []string{"12", "k"}},
		"the named group":            {rule + "regex = '(k)?=(\\d+)'\nsecretGroup = 2", "", "=12 k=3", []string{"12", "3"}},
		"no line ends":               {rule + `regex = '(?s)\n+a\n+'`, "", "b\n\na\n", []string{"a"}},
		"keyword":                    {rule + "regex = '[a-z]\\d'\nkeywords = ['X']", "", "a1 x2", []string{"a1", "x2"}},
		"no keyword":                 {rule + "regex = '[a-z]\\d'\nkeywords = ['X']", "", "a1", nil},
		"entropy above the limit":    {rule + "regex = '[a-z]+'\nentropy = 1.5", "", "aabb abc", []string{"abc"}},
		"entropy at the limit":       {rule + "regex = '[a-z]+'\nentropy = 1.0", "", "aabb", nil},
		"path":                       {rule + "regex = 'a'\npath = '^x/'", "x/y", "a", []string{"a"}},
		"another path":               {rule + "regex = 'a'\npath = '^x/'", "y", "a", nil},
		"no path":                    {rule + "regex = 'a'\npath = '^x/'", "", "a", []string{"a"}},
		"the configuration":          {rule + "regex = 'a'", "rules.toml", "a", nil},
		"allowed secret":             {rule + "regex = 'k=(.)'\n[[rules.allowlists]]\nregexes = ['^a']", "", "k=a k=b", []string{"b"}},
		"allowed match":              {rule + "regex = 'k=(.)'\n[[rules.allowlists]]\nregexTarget = 'match'\nregexes = ['=a']", "", "k=a k=b", []string{"b"}},
		"allowed line":               {rule + "regex = 'k=(.)'\n[[rules.allowlists]]\nregexTarget = 'line'\nregexes = ['test']", "", "k=a test\nk=b\n", []string{"b"}},
		"stop word":                  {rule + "regex = '[a-z]+'\n[[rules.allowlists]]\nstopwords = ['EXAM']", "", "example real", []string{"real"}},
		"one of two conditions":      {rule + "regex = '[a-z]+'\n[[allowlists]]\npaths = ['^d/']\nstopwords = ['exam']", "x", "example", nil},
		"both conditions, one met":   {rule + "regex = '[a-z]+'\n[[allowlists]]\ncondition = 'AND'\npaths = ['^d/']\nstopwords = ['exam']", "x", "example", []string{"example"}},
		"both conditions met":        {rule + "regex = '[a-z]+'\n[[allowlists]]\ncondition = 'AND'\npaths = ['^d/']\nstopwords = ['exam']", "d/x", "example", nil},
		"required, near":             {rule + "regex = 'a'\n[[rules.required]]\nid = 's'\nwithinLines = 1\n[[rules]]\nid = 's'\nregex = 'b'\nskipReport = true", "", "a\nb\n", []string{"a"}},
		"required, too far":          {rule + "regex = 'a'\n[[rules.required]]\nid = 's'\nwithinLines = 1\n[[rules]]\nid = 's'\nregex = 'b'\nskipReport = true", "", "a\n\nb\n", nil},
		"required, columns too far":  {rule + "regex = 'a'\n[[rules.required]]\nid = 's'\nwithinColumns = 2\n[[rules]]\nid = 's'\nregex = 'b'\nskipReport = true", "", "a  b", nil},
		"a generic rule beside one":  {"[[rules]]\nid = 'generic'\nregex = 'a+'\n[[rules]]\nid = 's'\nregex = 'xa+'", "", "xaa\naaa\n", []string{"xaa", "aaa"}},
		"a rule that reports hidden": {"[[rules]]\nid = 's'\nregex = 'b'\nskipReport = true", "", "b", nil},
	} {
		if got := secrets(t, configured(t, tt.config), tt.path, tt.text); !slices.Equal(got, tt.want) {
			t.Errorf("%s: found %q, want %q", name, got, tt.want)
		}
	}
}

// A rule that looks at the path alone is asked once for each text, and those
// with keywords once a part of the text has one of them.
func TestPathRules(t *testing.T) {
	e := configured(t, "[[rules]]\nid = 'key-file'\npath = '[.]pem$'\n[[rules]]\nid = 'state'\npath = '[.]pem$'\nkeywords = ['secret']\n")
	if list := e.FindPath("a.pem"); len(list) != 1 || list[0].Rule != "key-file" || !list[0].OfPath {
		t.Errorf("found %+v", list)
	}
	if list := e.FindPath("a.txt"); len(list) != 0 {
		t.Errorf("found %+v at another path", list)
	}
	b := &Budget{Limit: DefaultLimit()}
	var found []string
	for _, part := range []string{"nothing", "a Secret", "a Secret"} {
		list, _ := e.Find(t.Context(), b, "a.pem", part)
		for _, f := range list {
			found = append(found, part+": "+f.Rule)
		}
	}
	if !slices.Equal(found, []string{"a Secret: state"}) {
		t.Errorf("found %q", found)
	}
}
