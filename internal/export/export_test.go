package export_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"
	"go.yaml.in/yaml/v3"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/export"
	"github.com/momentolint/momentolint/internal/finding"
)

// printed is what Write prints for a scanner.
func printed(t *testing.T, name string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := export.Write(&b, name); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestEveryScannerGetsTheSameBytesEachTime(t *testing.T) {
	for _, name := range export.Formats() {
		if first, second := printed(t, name), printed(t, name); len(first) == 0 || !bytes.Equal(first, second) {
			t.Errorf("%s: two prints differ, or are empty", name)
		}
	}
}

func TestUnknownScanner(t *testing.T) {
	for name, want := range map[string]string{"gitleak": `did you mean "gitleaks"?`, "x": "want one of gitleaks, betterleaks"} {
		if err := export.Write(&bytes.Buffer{}, name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// secretRules are the rules that every scanner gets.
func secretRules() []string {
	return []string{
		"momento-api-key-v2", "momento-v1-jwt", "momento-legacy-token", "momento-api-key-v1",
		"momento-disposable-token", "momento-refresh-token", "momento-refresh-token-jwt", "momento-session-token", "momento-session-token-jwt",
		"momento-signing-key", "momento-signed-token", "momento-webhook-secret",
	}
}

func TestEveryKindIsPrintedOrHasAReason(t *testing.T) {
	for _, d := range credential.Descriptors() {
		if printed := slices.Contains(secretRules(), d.Rule); printed == (d.Unexported != "") {
			t.Errorf("%s: printed %t, reason not to %q", d.Kind, printed, d.Unexported)
		}
	}
}

// What the descriptor says of unknown credentials.
func TestTheRuleForEnvelopesFindsUnknownCredentials(t *testing.T) {
	var f gitleaksFile
	readTOML(t, printed(t, "gitleaks"), &f)
	unknown := credentialtest.Unknown(credentialtest.Options{Seed: "new kind"})
	if c, err := credential.Parse([]byte(unknown)); err != nil || c.Kind != credential.UnknownCredential {
		t.Fatalf("minted a %s (%v)", c.Kind, err)
	}
	var found []string
	for _, r := range f.Rules {
		if regexp.MustCompile(r.Regex).FindString("MOMENTO_API_KEY="+unknown+"\n") == unknown {
			found = append(found, r.ID)
		}
	}
	if want := []string{credential.APIKeyV1.Rule()}; !slices.Equal(found, want) {
		t.Errorf("found by %q, want %q", found, want)
	}
}

// wantIDs checks that a printed file has our ids, each once, and no others.
func wantIDs(t *testing.T, got []string, more ...string) {
	t.Helper()
	want := append(secretRules(), more...)
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the rules are %q, want %q", got, want)
	}
}

// The fields that https://github.com/gitleaks/gitleaks#configuration names.
type gitleaksFile struct {
	Title      string `toml:"title"`
	MinVersion string `toml:"minVersion"`
	Extend     struct {
		UseDefault bool `toml:"useDefault"`
	} `toml:"extend"`
	Rules []gitleaksRule `toml:"rules"`
}

type gitleaksRule struct {
	ID          string   `toml:"id"`
	Description string   `toml:"description"`
	Regex       string   `toml:"regex"`
	SecretGroup int      `toml:"secretGroup"`
	Keywords    []string `toml:"keywords"`
	Tags        []string `toml:"tags"`
	Required    []struct {
		ID          string `toml:"id"`
		WithinLines int    `toml:"withinLines"`
	} `toml:"required"`
	Allowlists []struct {
		Description string   `toml:"description"`
		Regexes     []string `toml:"regexes"`
		StopWords   []string `toml:"stopwords"`
	} `toml:"allowlists"`
}

// allows reports whether an allowlist of the rule drops a secret.
func (r *gitleaksRule) allows(secret string) bool {
	for _, list := range r.Allowlists {
		if slices.ContainsFunc(list.Regexes, func(re string) bool { return regexp.MustCompile(re).MatchString(secret) }) {
			return true
		}
	}
	return false
}

func readTOML(t *testing.T, text []byte, into any) {
	t.Helper()
	if err := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(into); err != nil {
		t.Fatalf("not a configuration of the documented form: %v", err)
	}
}

func TestGitleaksFileHasTheDocumentedForm(t *testing.T) {
	var f gitleaksFile
	readTOML(t, printed(t, "gitleaks"), &f)
	if !f.Extend.UseDefault || f.Title == "" {
		t.Error("the file does not extend gitleaks' own rules, or has no title")
	}
	ids := make([]string, 0, len(f.Rules))
	for _, r := range f.Rules {
		ids = append(ids, r.ID)
		checkPattern(t, r.ID, r.Regex, r.SecretGroup)
		checkKeywords(t, r.ID, r.Keywords)
		if !strings.Contains(r.Description, "/docs/rules/") {
			t.Errorf("%s: the description does not say where to read on", r.ID)
		}
		for _, a := range r.Allowlists {
			if len(a.Regexes)+len(a.StopWords) == 0 {
				t.Errorf("%s: an empty allowlist is an error", r.ID)
			}
			for _, re := range a.Regexes {
				checkPattern(t, r.ID, re, 0)
			}
		}
		for _, q := range r.Required {
			if !slices.Contains(secretRules(), q.ID) || q.WithinLines < 1 {
				t.Errorf("%s requires %q within %d lines", r.ID, q.ID, q.WithinLines)
			}
		}
	}
	wantIDs(t, ids)
}

// checkPattern checks that a regular expression compiles in RE2's syntax and
// has the group.
func checkPattern(t *testing.T, id, pattern string, group int) {
	t.Helper()
	re, err := regexp.Compile(pattern)
	if err != nil {
		t.Fatalf("%s: %v", id, err)
	}
	if re.NumSubexp() < group {
		t.Errorf("%s: there is no group %d", id, group)
	}
}

// checkKeywords: gitleaks never finds anything for a keyword that is not in
// lower case, and short ones cost time.
func checkKeywords(t *testing.T, id string, keywords []string) {
	t.Helper()
	if len(keywords) == 0 {
		t.Errorf("%s: no keyword, so the rule runs over every text", id)
	}
	for _, k := range keywords {
		if k != strings.ToLower(k) || len(strings.ReplaceAll(k, "\x00", "")) < 7 {
			t.Errorf("%s: keyword %q", id, k)
		}
	}
}

// The fields of betterleaks 2, which refuses any other:
// https://github.com/betterleaks/betterleaks/blob/main/docs/v2_migration.md
type betterleaksFile struct {
	Title      string `toml:"title"`
	MinVersion string `toml:"minVersion"`
	Extend     struct {
		UseDefault bool `toml:"useDefault"`
	} `toml:"extend"`
	Rules []struct {
		ID          string   `toml:"id"`
		Description string   `toml:"description"`
		Regex       string   `toml:"regex"`
		SecretGroup int      `toml:"secretGroup"`
		Keywords    []string `toml:"keywords"`
		Tags        []string `toml:"tags"`
		Specificity int      `toml:"specificity"`
		Filter      string   `toml:"filter"`
		Validate    string   `toml:"validate"`
	} `toml:"rules"`
}

func TestBetterleaksFileHasTheDocumentedForm(t *testing.T) {
	var f betterleaksFile
	text := string(printed(t, "betterleaks"))
	readTOML(t, []byte(text), &f)
	if f.MinVersion != "2.0.0-rc.1" {
		t.Errorf("minVersion %q", f.MinVersion)
	}
	for _, old := range []string{"betterleaksMinVersion", "allowlist", "rules.required", "entropy =", "filter.", `finding["`, "validate.unknown"} {
		if strings.Contains(text, old) {
			t.Errorf("%q is of version 1", old)
		}
	}
	var ids []string
	for _, r := range f.Rules {
		ids = append(ids, r.ID)
		checkPattern(t, r.ID, r.Regex, r.SecretGroup)
		checkKeywords(t, r.ID, r.Keywords)
		if r.Specificity <= 100 {
			t.Errorf("%s does not rank above betterleaks' own rules", r.ID)
		}
		for _, expression := range []string{r.Filter, r.Validate} {
			for _, pair := range []string{"()", "[]", "{}"} {
				if strings.Count(expression, pair[:1]) != strings.Count(expression, pair[1:]) {
					t.Errorf("%s: %q does not balance in\n%s", r.ID, pair, expression)
				}
			}
		}
	}
	wantIDs(t, ids)
}

func TestBetterleaksSendsKeysToMomentoOnly(t *testing.T) {
	var f betterleaksFile
	readTOML(t, printed(t, "betterleaks"), &f)
	request := regexp.MustCompile(`http\.(\w+)\((.*)`)
	requests := 0
	for _, r := range f.Rules {
		for _, m := range request.FindAllStringSubmatch(r.Validate, -1) {
			requests++
			if m[1] != "get" {
				t.Errorf("%s: http.%s may change something", r.ID, m[1])
			}
			fixed := strings.HasPrefix(m[2], `"https://mga.registry.prod.a.momentohq.com/`)
			named := strings.HasPrefix(m[2], `"https://api.cache." + host + "/`) &&
				strings.Contains(r.Validate, `host matches "^[a-z0-9-]+([.][a-z0-9-]+)*[.]momentohq[.]com$" ? (`)
			if !fixed && !named {
				t.Errorf("%s: a key goes to %s", r.ID, m[2])
			}
		}
		// Only a definite refusal may be called that.
		for line := range strings.SplitSeq(r.Validate, "\n") {
			if strings.Contains(line, `"invalid"`) && !strings.Contains(line, "r.status == 401 ?") {
				t.Errorf("%s: %s", r.ID, line)
			}
		}
	}
	if requests != 2 {
		t.Errorf("%d requests, want one for each kind of API key", requests)
	}
}

// The fields of proto/custom_detectors.proto in TruffleHog's repository.
type trufflehogFile struct {
	Detectors []trufflehogDetector `yaml:"detectors"`
}

type trufflehogDetector struct {
	Name                  string            `yaml:"name"`
	Description           string            `yaml:"description"`
	Keywords              []string          `yaml:"keywords"`
	Regex                 map[string]string `yaml:"regex"`
	ExcludeRegexesCapture []string          `yaml:"exclude_regexes_capture"`
	ExcludeWords          []string          `yaml:"exclude_words"`
}

func readYAML(t *testing.T, text []byte, into any) {
	t.Helper()
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(into); err != nil {
		t.Fatalf("not a configuration of the documented form: %v", err)
	}
}

func TestTruffleHogFileHasTheDocumentedForm(t *testing.T) {
	var f trufflehogFile
	readYAML(t, printed(t, "trufflehog"), &f)
	var names []string
	for _, d := range f.Detectors {
		names = append(names, d.Name)
		checkKeywords(t, d.Name, d.Keywords)
		if len(d.Regex) != 1 {
			t.Errorf("%s: %d regular expressions, all of which would have to match", d.Name, len(d.Regex))
		}
		for _, re := range d.Regex {
			checkPattern(t, d.Name, re, 0)
		}
		for _, w := range d.ExcludeWords {
			if w != strings.ToLower(w) {
				t.Errorf("%s: %q is never met, TruffleHog compares in lower case", d.Name, w)
			}
		}
	}
	wantIDs(t, names)
}

// finds is how TruffleHog runs a custom detector over one chunk: the regular
// expression sees the text from 512 bytes before a keyword to 1,000 after its
// beginning; the first group, if any, is the secret.
func (d trufflehogDetector) finds(text string) []string {
	lower := strings.ToLower(text)
	var found []string
	for _, k := range d.Keywords {
		for from := 0; ; {
			i := strings.Index(lower[from:], k)
			if i < 0 {
				break
			}
			i += from
			from = i + 1
			window := text[max(0, i-512):min(len(text), i+1000)]
			for _, m := range regexp.MustCompile(d.Regex["token"]).FindAllStringSubmatch(window, -1) {
				secret := m[len(m)-1]
				if !d.excludes(secret) && !slices.Contains(found, secret) {
					found = append(found, secret)
				}
			}
		}
	}
	return found
}

func (d trufflehogDetector) excludes(secret string) bool {
	return slices.ContainsFunc(d.ExcludeRegexesCapture, func(re string) bool { return regexp.MustCompile(re).MatchString(secret) }) ||
		slices.ContainsFunc(d.ExcludeWords, func(w string) bool { return strings.Contains(strings.ToLower(secret), w) })
}

// plainSpellings are those that need no decoding, so that a regular expression
// alone has to find the credential, whole.
func plainSpellings() []string {
	return []string{
		"dot-env", "quoted", "single-quoted", "yaml", "json", "terraform", "header", "query", "minified", "crlf", "end-of-file",
	}
}

func TestTruffleHogFindsWhatIsWrittenPlainly(t *testing.T) {
	var f trufflehogFile
	readYAML(t, printed(t, "trufflehog"), &f)
	for _, doc := range corpus() {
		if doc.rule != "" && !slices.Contains(plainSpellings(), doc.spelling) {
			continue
		}
		for _, d := range f.Detectors {
			found := d.finds(doc.text)
			switch {
			case doc.rule == "" && len(found) > 0:
				t.Errorf("%s finds the decoy %s", d.Name, doc.name)
			case doc.rule == d.Name && !slices.ContainsFunc(found, func(s string) bool { return wholeOr1000(doc, s) }):
				t.Errorf("%s does not find %s", d.Name, doc.name)
			case doc.rule != d.Name && len(found) > 0 && !isNeighbour(doc, d.Name):
				t.Errorf("%s finds %s, which is a %s", d.Name, doc.name, doc.rule)
			}
		}
	}
}

// wholeOr1000 reports whether a secret is the document's, or as much of it as
// TruffleHog gets to see.
func wholeOr1000(doc document, secret string) bool {
	return secret == doc.secret || len(doc.secret) > 1000 && len(secret) > 900 && strings.HasPrefix(doc.secret, secret)
}

// isNeighbour reports whether a rule finds the API key that stands next to the
// refresh token of a document.
func isNeighbour(doc document, id string) bool {
	return doc.rule == credential.RefreshToken.Rule() && id == credential.APIKeyV1.Rule()
}

// The fields of a rule in Kingfisher's docs/RULES.md.
type kingfisherFile struct {
	Rules []struct {
		Name         string  `yaml:"name"`
		ID           string  `yaml:"id"`
		Pattern      string  `yaml:"pattern"`
		MinEntropy   float64 `yaml:"min_entropy"`
		Confidence   string  `yaml:"confidence"`
		Requirements struct {
			IgnoreIfContains []string `yaml:"ignore_if_contains"`
		} `yaml:"pattern_requirements"`
		Examples   []string `yaml:"examples"`
		References []string `yaml:"references"`
	} `yaml:"rules"`
}

func TestKingfisherFileHasTheDocumentedForm(t *testing.T) {
	var f kingfisherFile
	text := printed(t, "kingfisher")
	readYAML(t, text, &f)
	var ids []string
	for _, r := range f.Rules {
		ids = append(ids, r.ID)
		checkPattern(t, r.ID, r.Pattern, 1)
		if r.MinEntropy != 0 || r.Confidence != "high" || r.Name == "" || len(r.References) == 0 || len(r.Examples) == 0 {
			t.Errorf("%s: entropy %v, confidence %q, name %q, %d references, %d examples", r.ID, r.MinEntropy, r.Confidence, r.Name, len(r.References), len(r.Examples))
		}
		if strings.Contains(r.Pattern, "#") {
			t.Errorf("%s: Kingfisher takes what follows # for a comment", r.ID)
		}
		for _, e := range r.Examples {
			m := regexp.MustCompile(r.Pattern).FindStringSubmatch(e)
			if m == nil {
				t.Errorf("%s does not match its own example", r.ID)
				continue
			}
			for _, w := range r.Requirements.IgnoreIfContains {
				if strings.Contains(strings.ToLower(m[1]), strings.ToLower(w)) {
					t.Errorf("%s ignores its own example", r.ID)
				}
			}
		}
	}
	wantIDs(t, ids)
}

func TestKingfisherExamplesAlarmNobody(t *testing.T) {
	text := printed(t, "kingfisher")
	examples := 0
	for line := range bytes.Lines(text) {
		for _, c := range credential.ParseAll(line) {
			examples++
			if !bytes.Contains(line, []byte("momentolint:allow")) || !bytes.Contains(line, []byte("gitleaks:allow")) ||
				!bytes.Contains(line, []byte("kingfisher:ignore")) || !bytes.Contains(line, []byte("trufflehog:ignore")) {
				t.Errorf("a %s without a comment that silences scanners", c.Kind)
			}
			if c.Kind != credential.SessionToken && !c.ExpiredAt(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)) {
				t.Errorf("a %s that has not expired", c.Kind)
			}
		}
	}
	if examples < 5 {
		t.Errorf("%d examples found in the file", examples)
	}
}

// semgrepFile has the fields of https://semgrep.dev/docs/writing-rules/rule-syntax.
type semgrepFile struct {
	Rules []semgrepRule `yaml:"rules"`
}

type semgrepRule struct {
	ID        string   `yaml:"id"`
	Message   string   `yaml:"message"`
	Severity  string   `yaml:"severity"`
	Languages []string `yaml:"languages"`
	Paths     struct {
		Exclude []string `yaml:"exclude"`
	} `yaml:"paths"`
	Either []struct {
		Regex string `yaml:"pattern-regex"`
	} `yaml:"pattern-either"`
	Metadata map[string]any `yaml:"metadata"`
}

func TestSemgrepFileHasTheDocumentedForm(t *testing.T) {
	var f semgrepFile
	readYAML(t, printed(t, "semgrep"), &f)
	var ids []string
	for _, r := range f.Rules {
		ids = append(ids, r.ID)
		if !slices.Contains([]string{"ERROR", "WARNING", "INFO"}, r.Severity) || !slices.Equal(r.Languages, []string{"regex"}) {
			t.Errorf("%s: severity %q, languages %q", r.ID, r.Severity, r.Languages)
		}
		if r.Message == "" || len(r.Either) == 0 || r.Metadata["category"] != "security" || r.Metadata["cwe"] == nil {
			t.Errorf("%s: message %q, %d patterns, metadata %v", r.ID, r.Message, len(r.Either), r.Metadata)
		}
	}
	wantIDs(t, ids, finding.NeverExpiringRule)
}

// githubBody has the fields of "Bulk create custom patterns" in GitHub's REST
// API, version 2026-03-10.
type githubBody struct {
	Patterns []struct {
		Name           string   `json:"name"`
		Pattern        string   `json:"pattern"`
		StartDelimiter string   `json:"start_delimiter"`
		EndDelimiter   string   `json:"end_delimiter"`
		MustMatch      []string `json:"must_match"`
		MustNotMatch   []string `json:"must_not_match"`
	} `json:"patterns"`
}

func readGitHub(t *testing.T) githubBody {
	t.Helper()
	var body githubBody
	dec := json.NewDecoder(bytes.NewReader(printed(t, "github")))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&body); err != nil {
		t.Fatal(err)
	}
	return body
}

func TestGitHubBodyHasTheDocumentedForm(t *testing.T) {
	body := readGitHub(t)
	var ids []string
	names := map[string]bool{}
	for _, p := range body.Patterns {
		if names[p.Name] || p.Name == "" || p.Pattern == "" {
			t.Errorf("pattern %q is there twice, or empty", p.Name)
		}
		names[p.Name] = true
		id, _, inBase64 := strings.Cut(p.Name, " in base64")
		if !inBase64 {
			ids = append(ids, id)
		}
		// Hyperscan's syntax, as far as it is used here, is a part of RE2's.
		for _, re := range slices.Concat([]string{p.Pattern, p.StartDelimiter, p.EndDelimiter}, p.MustMatch, p.MustNotMatch) {
			checkPattern(t, p.Name, re, 0)
		}
	}
	wantIDs(t, ids)
	if len(body.Patterns) > 100 {
		t.Errorf("%d patterns; a repository may have 100", len(body.Patterns))
	}
}

func TestGitleaksPatternsFindWhatIsWrittenPlainly(t *testing.T) {
	var f gitleaksFile
	readTOML(t, printed(t, "gitleaks"), &f)
	for _, doc := range corpus() {
		if !slices.Contains(plainSpellings(), doc.spelling) {
			continue
		}
		for _, r := range f.Rules {
			re := regexp.MustCompile(r.Regex)
			found := false
			for _, m := range re.FindAllStringSubmatch(doc.text, -1) {
				found = found || m[r.SecretGroup] == doc.secret
				if r.ID != doc.rule && !isNeighbour(doc, r.ID) && !r.allows(m[r.SecretGroup]) {
					t.Errorf("%s matches %s, which is a %s", r.ID, doc.name, doc.rule)
				}
			}
			if r.ID == doc.rule && !found {
				t.Errorf("%s does not match %s, or not the whole of it", r.ID, doc.name)
			}
			if r.ID == doc.rule && !slices.ContainsFunc(r.Keywords, func(k string) bool { return strings.Contains(strings.ToLower(doc.text), k) }) {
				t.Errorf("%s: no keyword of it is in %s", r.ID, doc.name)
			}
		}
	}
}

func Example() {
	var b bytes.Buffer
	if err := export.Write(&b, "gitleaks"); err != nil {
		fmt.Println(err)
	}
	fmt.Println(strings.SplitN(b.String(), "\n", 2)[0])
	// Output: # Momento credentials, printed by "momentolint rules".
}
