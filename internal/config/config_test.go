package config_test

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/momentolint/momentolint/internal/config"
)

const full = `# yaml-language-server: $schema=docs/schema/config.v1.schema.json
version: 1
exclude: ["vendor/**", "*.min.js"]
rules:
  disable: [momento-never-expiring-key]
allow:
  - fingerprint: 0123456789abcdef
    reason: revoked in March
  - rule: momento-v1-jwt
    path: docs/**/*.md
    reason: made-up examples
baseline: .momentolint-baseline.json
fail-on: live
offline: true
expiry-warning: 2w
max-lifetime: 180d
max-archive-depth: 3
max-decode-depth: 0
max-file-size: 1.5MB
`

func TestTheLongestLifetimeHasADefault(t *testing.T) {
	for text, want := range map[string]time.Duration{"": 365 * 24 * time.Hour, "max-lifetime: 0s\n": 0, "max-lifetime: 30d\n": 30 * 24 * time.Hour} {
		c, err := config.Parse("x.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got := c.LongestLifetime(); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestEverySettingIsRead(t *testing.T) {
	c, err := config.Parse("x.yaml", []byte(full))
	if err != nil {
		t.Fatal(err)
	}
	three, zero, halfYear := 3, 0, config.Duration(180*24*time.Hour)
	want := &config.Config{
		Version: 1, Exclude: []string{"vendor/**", "*.min.js"},
		Rules: config.Rules{Disable: []string{"momento-never-expiring-key"}},
		Allow: []config.Allow{
			{Fingerprint: "0123456789abcdef", Reason: "revoked in March"},
			{Rule: "momento-v1-jwt", Path: "docs/**/*.md", Reason: "made-up examples"},
		},
		Baseline: ".momentolint-baseline.json", FailOn: "live", Offline: true,
		ExpiryWarning: config.Duration(14 * 24 * time.Hour), MaxLifetime: &halfYear, MaxArchiveDepth: &three, MaxDecodeDepth: &zero, MaxFileSize: 1500000,
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got  %+v\nwant %+v", c, want)
	}
}

func TestMistakesNameFileLineAndRemedy(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"unknown field", "version: 1\nexlude: [x]\n", `x.yaml:2: unknown field "exlude": did you mean "exclude"?`},
		{"unknown nested field", "rules:\n  disabled: [x]\n", `x.yaml:2: unknown field "disabled": did you mean "disable"?`},
		{"unknown field in a list", "allow:\n  - path: x\n    raeson: y\n", `x.yaml:3: unknown field "raeson": did you mean "reason"?`},
		{"no near field", "network: true\n", `x.yaml:1: unknown field "network": want one of allow, baseline,`},
		{"hosts cannot be named", "allow-host: example.com\n", `x.yaml:1: unknown field "allow-host"`},
		{"a text for true or false", "offline: perhaps\n", `x.yaml:1: "perhaps" is a text: want true or false`},
		{"a text for a list", "version: 1\nexclude: a\n", `x.yaml:2: "a" is a text: want a list of texts`},
		{"a text for a number", "max-decode-depth: deep\n", `x.yaml:1: "deep" is a text: want a whole number`},
		{"a text for an entry", "allow:\n  - testdata\n", `x.yaml:2: "testdata" is a text: want an entry, such as {path:`},
		{"a mapping for a list", "allow:\n  path: x\n", "x.yaml:2: this is a mapping: want a list of entries"},
		{"a list for a text", "version: 1\nbaseline: [a]\n", "x.yaml:2: this is a list: want a text"},
		{"a list for rules", "rules: [momento-v1-jwt]\n", "x.yaml:1: this is a list: want a mapping with the field disable"},
		{"a list instead of a mapping", "- a\n", "x.yaml:1: this is a list: want a mapping"},
		{"a second document", "version: 1\n---\nexclude: [x]\n", "x.yaml:2: unexpected second YAML document"},
		{"a rule misspelled", "rules:\n  disable: [momento-api-key-v3]\n", `unknown rule "momento-api-key-v3": did you mean "momento-api-key-v`},
		{"a rule misspelled in an entry", "allow:\n  - path: x\n    reason: y\n  - {rule: momento-v1-jtw, reason: y}\n", `x.yaml:4: allow, entry 2: unknown rule "momento-v1-jtw": did you mean`},
		{"not YAML", "a: [\n", "x.yaml:"},
		{"version", "version: 7\n", "x.yaml:1: version 7 of the format"},
		{"fail-on", "version: 1\nfail-on: dead\n", `x.yaml:2: fail-on is "dead": want any, live or none`},
		{"duration", "expiry-warning: soon\n", `x.yaml:1: "soon" is not a time span`},
		{"size", "max-file-size: huge\n", `x.yaml:1: "huge" is not a size`},
		{"glob", "exclude: ['[']\n", "is not a glob"},
		{"allow without reason", "allow:\n  - path: x\n", "needs a reason"},
		{"allow without condition", "allow:\n  - reason: x\n", "needs a fingerprint, a rule or a path"},
		{"allow with a broken fingerprint", "allow:\n  - {fingerprint: xyz, reason: x}\n", "16 hexadecimal digits"},
		{"negative depth", "max-decode-depth: -1\n", "is negative"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := config.Parse("x.yaml", []byte(tt.text))
			var mistake *config.Error
			if !errors.As(err, &mistake) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// A .gitleaks.toml has rules of the user's own, which the file may name.
func TestRulesThatAreLikeNoneOfOursMayBeTheUsersOwn(t *testing.T) {
	c, err := config.Parse("x.yaml", []byte("rules:\n  disable: [acme-token]\nallow: [{rule: other-token, reason: x}]\n"))
	if err != nil || !c.Disabled("acme-token") {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestFindLooksUpwardsToTheRepositorysRoot(t *testing.T) {
	root := t.TempDir()
	deep := filepath.Join(root, "repo", "a", "b")
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(root, ".momentolint.yaml"), "offline: true\n")
	write(filepath.Join(deep, "x"), "")
	write(filepath.Join(root, "repo", ".git", "HEAD"), "")
	c, err := config.Find(deep)
	if err != nil || c.Path != "" {
		t.Errorf("found %q above the repository (%v)", c.Path, err)
	}
	write(filepath.Join(root, "repo", ".momentolint.yml"), "fail-on: none\n")
	c, err = config.Find(deep)
	if err != nil || c.FailOn != "none" || c.Dir != filepath.Join(root, "repo") {
		t.Errorf("got %+v, %v", c, err)
	}
}

func TestExcludeAndAllow(t *testing.T) {
	c, err := config.Parse("x", []byte(full))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{
		"vendor/a/b.go": true, "web/app.min.js": true, "vendored/x": false, "src/vendor/x": false,
	} {
		if got := c.Excluded(name, false); got != want {
			t.Errorf("Excluded(%q) = %v", name, got)
		}
	}
	if !c.Excluded("vendor", true) || c.Excluded("src", true) {
		t.Error("whole folders are left out at their root, others are not")
	}
	for _, tt := range []struct{ fingerprint, rule, path, want string }{
		{"0123456789abcdef", "any", "any/where", "revoked in March"},
		{"f", "momento-v1-jwt", "docs/a/b.md", "made-up examples"},
		{"f", "momento-v1-jwt", "src/b.md", ""},
		{"f", "momento-legacy-token", "docs/a/b.md", ""},
	} {
		if got := c.Allows(tt.fingerprint, tt.rule, tt.path); got != tt.want {
			t.Errorf("Allows(%v) = %q", tt, got)
		}
	}
	if !c.Disabled("momento-never-expiring-key") || c.Disabled("momento-v1-jwt") {
		t.Error("disabled rules")
	}
}

// Globs mean what they mean in .gitignore: one that silently excludes nothing,
// or something else, is worse than an error.
func TestGlobsAsInGitignore(t *testing.T) {
	for _, tt := range []struct {
		glob, name string
		dir        bool
		want       bool
	}{
		{"vendor/", "vendor", true, true},
		{"vendor/", "vendor/a/b.go", false, true},
		{"vendor/", "src/vendor", true, true},
		{"vendor/", "src/vendor/b.go", false, true},
		{"vendor/", "vendored", true, false},
		{"vendor/", "src", true, false},
		{"third_*/", "x/third_party", true, true},
		{"/vendor/", "vendor", true, true},
		{"/vendor/", "vendor/b.go", false, true},
		{"/vendor/", "src/vendor", true, false},
		{"/vendor/", "src/vendor/b.go", false, false},
		{"./vendor/", "vendor/b.go", false, true},
		{"./vendor/", "src/vendor/b.go", false, false},
		{"src/gen/", "src/gen", true, true},
		{"src/gen/", "src/gen/b.go", false, true},
		{"src/gen/", "x/src/gen/b.go", false, false},
		{"/vendor", "vendor", true, true},
		{"/vendor", "src/vendor", true, false},
		{"./a.env", "a.env", false, true},
		{"./a.env", "src/a.env", false, false},
		{"/src/*.env", "src/a.env", false, true},
		{".env", "src/.env", false, true},
		{"vendor", "src/vendor", true, true},
		{"vendor/**", "src/vendor", true, false},
		{"/", "vendor", true, false},
		{"./", "vendor", true, false},
	} {
		c, err := config.Parse("x", []byte("exclude: ["+strconv.Quote(tt.glob)+"]\nallow: [{path: "+strconv.Quote(tt.glob)+", reason: r}]\n"))
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Excluded(tt.name, tt.dir); got != tt.want {
			t.Errorf("exclude %q: Excluded(%q, %v) = %v", tt.glob, tt.name, tt.dir, got)
		}
		if got := c.Allows("f", "r", tt.name) != ""; !tt.dir && got != tt.want {
			t.Errorf("allow %q: Allows(%q) = %v", tt.glob, tt.name, got)
		}
	}
}

func TestDurationsAndSizes(t *testing.T) {
	for text, want := range map[string]time.Duration{"30d": 720 * time.Hour, "2w": 336 * time.Hour, "12h": 12 * time.Hour, "0d": 0} {
		if got, err := config.ParseDuration(text); got != want || err != nil {
			t.Errorf("%s = %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "d", "-3d", "30", "999999999999d", "-1h"} {
		if got, err := config.ParseDuration(text); err == nil {
			t.Errorf("%q = %v", text, got)
		}
	}
	for text, want := range map[string]int64{"0": 0, "12": 12, "500KB": 500000, "1 MiB": 1 << 20, "2g": 2 << 30, "1.5kb": 1500, "7B": 7} {
		if got, err := config.ParseSize(text); got != want || err != nil {
			t.Errorf("%s = %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "MB", "-1", "1e30", "12xb", "NaN"} {
		if got, err := config.ParseSize(text); err == nil {
			t.Errorf("%q = %v", text, got)
		}
	}
}

// The schema that editors use and the reader must not drift apart.
func TestTheSchemaKnowsWhatTheReaderKnows(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "schema", "config.v1.schema.json")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var schema struct{ Properties map[string]any }
	if err := json.Unmarshal(data, &schema); err != nil {
		t.Fatal(err)
	}
	typ := reflect.TypeFor[config.Config]()
	var fields []string
	for field := range typ.Fields() {
		if name := field.Tag.Get("yaml"); field.IsExported() && name != "-" {
			fields = append(fields, name)
		}
	}
	slices.Sort(fields)
	if known := slices.Sorted(maps.Keys(schema.Properties)); !slices.Equal(fields, known) {
		t.Errorf("reader: %v\nschema: %v", fields, known)
	}
	compiled, err := jsonschema.NewCompiler().Compile(path)
	if err != nil {
		t.Fatal(err)
	}
	for text, valid := range map[string]bool{full: true, "exlude: []\n": false, "allow: [{path: x}]\n": false, "fail-on: dead\n": false, "expiry-warning: soon\n": false} {
		var v any
		if err := yaml.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		if err := compiled.Validate(v); (err == nil) != valid {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(full))
	f.Add([]byte("a: &a [*a]\n"))
	f.Add([]byte("<<: {x: 1}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := config.Parse("x", data)
		if err == nil {
			c.Excluded("a/b", false)
			c.Allows("f", "r", "a/b")
		}
	})
}
