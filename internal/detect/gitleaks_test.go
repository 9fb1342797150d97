package detect_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/detect"
	"github.com/momentolint/momentolint/internal/detect/gitleaks"
	"github.com/momentolint/momentolint/internal/testing/soak"
)

// The tests here hold us against the ways of gitleaks 8.30.1 that lose
// findings, show secrets or differ from run to run. Those of its git source are
// tested where git is read, those of its SARIF and CSV in internal/report.

// configured makes a detector with a gitleaks configuration.
func configured(tb testing.TB, toml string, o detect.Options) *detect.Detector {
	tb.Helper()
	o.GitleaksConfig.Path = filepath.Join(tb.TempDir(), ".gitleaks.toml")
	if err := os.WriteFile(o.GitleaksConfig.Path, []byte(toml), 0o600); err != nil {
		tb.Fatal(err)
	}
	return newDetector(tb, o)
}

// rules returns the ids of what is found and not silenced.
func rules(list []detect.Match) []string {
	var ids []string
	for _, m := range list {
		if !m.Allowed() {
			ids = append(ids, m.Rule)
		}
	}
	return ids
}

const userRule = `
[[rules]]
id = "internal-token"
description = "An internal token"
regex = '''tok_[a-f0-9]{16}'''
keywords = ["TOK_"]
tags = ["one", "two", "three"]
`

// In gitleaks a counter that is never reset lets the third configuration of a
// process lose the rules that it extends.
func TestTheThirdConfigurationIsReadLikeTheFirst(t *testing.T) {
	text := []byte("aws = \"" + "AKIA" + "QYLPMN5HHHFPZQ7A" + "\"\n") // the form of a key, and nobody's
	for i := range 3 {
		d := configured(t, "[extend]\nuseDefault = true\n"+userRule, detect.Options{GitleaksDefaults: true})
		got := rules(scan(t, d.NewScanner(), "a.txt", text, nil))
		if !slices.Contains(got, "aws-access-token") {
			t.Errorf("configuration %d: %q", i+1, got)
		}
	}
}

// The library keeps what it reads in globals of its own and of viper's.
func TestConfigurationsMayBeReadAtOnce(t *testing.T) {
	text := []byte("x = tok_0123456789abcdef aws = \"" + "AKIA" + "QYLPMN5HHHFPZQ7A" + "\"\n")
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			d := configured(t, "[extend]\nuseDefault = true\n"+userRule, detect.Options{GitleaksDefaults: true})
			if got := rules(scan(t, d.NewScanner(), "a.txt", text, nil)); !slices.Equal(got, []string{"internal-token", "aws-access-token"}) {
				t.Errorf("found %q", got)
			}
		})
	}
	all.Wait()
}

// Keywords in upper case never match in gitleaks if the configuration was not
// read by it.
func TestKeywordsInUpperCaseMatch(t *testing.T) {
	d := configured(t, userRule, detect.Options{})
	text := []byte("x = tok_0123456789abcdef\n")
	if got := rules(scan(t, d.NewScanner(), "a.txt", text, nil)); !slices.Equal(got, []string{"internal-token"}) {
		t.Errorf("found %q", got)
	}
}

// gitleaks appends to the tags of its rules from many goroutines: this is for
// the race detector.
func TestOneDetectorServesManyScanners(t *testing.T) {
	d := configured(t, userRule, detect.Options{})
	key := credentialtest.V2(credentialtest.Options{})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			s := d.NewScanner()
			for range 20 {
				var ids []string
				_, err := s.Scan(t.Context(), "a.txt", []byte("a tok_0123456789abcdef\nb "+key+"\n"), nil, func(m *detect.Match) error {
					ids = append(ids, m.Rule)
					return nil
				})
				if err != nil || !slices.Equal(ids, []string{"internal-token", "momento-api-key-v2"}) {
					t.Errorf("%q, %v", ids, err)
				}
			}
		})
	}
	all.Wait()
}

// gitleaks goes through its rules in random order, and reports a value as often
// as rules match it. Of several rules on one value the first by name is told.
func TestTheOrderIsAlwaysTheSame(t *testing.T) {
	var toml strings.Builder
	for i := range 12 {
		fmt.Fprintf(&toml, "[[rules]]\nid = \"rule-%02d\"\nregex = '''tok%d_[a-f0-9]{16}'''\nkeywords = [\"tok\"]\n", i, i%6)
	}
	d := configured(t, toml.String(), detect.Options{})
	text := []byte("x = tok5_0123456789abcdef, tok0_fedcba9876543210\ny = tok3_0123456789abcdef tok2_0123456789abcdef\n")
	want := []string{"rule-05", "rule-00", "rule-03", "rule-02"}
	for range 30 {
		if got := rules(scan(t, d.NewScanner(), "a.txt", text, nil)); !slices.Equal(got, want) {
			t.Fatalf("found %q, want %q", got, want)
		}
	}
}

// gitleaks reports a v1 key as a JWT, and once more as a generic key.
func TestOneCredentialAtOnePlaceIsOneFinding(t *testing.T) {
	for name, key := range map[string]string{
		"momento-api-key-v1": credentialtest.V1(credentialtest.Options{}), "momento-v1-jwt": credentialtest.V1JWT(credentialtest.Options{}),
		"momento-api-key-v2": credentialtest.V2(credentialtest.Options{}), "momento-legacy-token": credentialtest.Legacy(credentialtest.Options{}),
	} {
		for _, text := range []string{"MOMENTO_API_KEY=" + key + "\n", "data: " + base64.StdEncoding.EncodeToString([]byte(key)) + "\n"} {
			if got := rules(scan(t, newDetector(t, detect.Options{}).NewScanner(), ".env", []byte(text), nil)); !slices.Equal(got, []string{name}) {
				t.Errorf("%s: found %q", name, got)
			}
		}
	}
}

// The other parts of a rule of several parts are not redacted in gitleaks, and
// redaction in part leaves the beginning, which is a token's header and claims.
func TestARuleOfSeveralPartsShowsNoneOfThem(t *testing.T) {
	d := configured(t, `
[[rules]]
id = "pair"
description = "A user and a password"
regex = '''user=(\w{12,})'''
secretGroup = 1
keywords = ["user="]
[[rules.required]]
id = "password"
withinLines = 3
[[rules]]
id = "password"
regex = '''pass=(\w{12,})'''
secretGroup = 1
skipReport = true
keywords = ["pass="]
`, detect.Options{})
	const user, password = "firstsecretname", "secondsecretword"
	for text, want := range map[string]int{
		"user=" + user + "\npass=" + password + "\n":  1,
		"user=" + user + " pass=" + password + "\n":   1,
		"user=" + user + "\n\n\n\n\npass=" + password: 0,
	} {
		list := scan(t, d.NewScanner(), "a.txt", []byte(text), nil)
		if len(list) != want {
			t.Errorf("%d found in %q", len(list), text)
		}
		for _, m := range list {
			if shown := fmt.Sprintf("%+v", m); m.Rule != "pair" || strings.Contains(shown, user[3:]) || strings.Contains(shown, password[3:]) {
				t.Errorf("%s shows one of its parts", m.Rule)
			}
		}
	}
	key := credentialtest.V2(credentialtest.Options{})
	for _, m := range scan(t, d.NewScanner(), "a.txt", []byte("K="+key+"\n"), nil) {
		if header := strings.Index(key, "."); strings.Contains(m.Redacted+m.Line, key[:header]) {
			t.Errorf("%s shows the header", m.Redacted)
		}
	}
}

// gitleaks takes base64 for such only if all of it decodes to printable ASCII,
// with the padding of one alphabet.
func TestBase64OfMoreThanTextIsRead(t *testing.T) {
	key := credentialtest.V2(credentialtest.Options{})
	s := newDetector(t, detect.Options{}).NewScanner()
	for name, plain := range map[string]string{
		"text with umlauts": "Schlüssel=" + key + "\nfür=Büro\n", "binary": "\x00\x01\xff\xfe\x80" + key + "\x00\xff",
		"Latin-1": "Schl\xfcssel=" + key + "\n", "control bytes": "\x1b[1m" + key + "\x1b[0m",
	} {
		for form, encoding := range map[string]*base64.Encoding{
			"standard": base64.StdEncoding, "without padding": base64.RawStdEncoding, "URL": base64.URLEncoding, "URL without padding": base64.RawURLEncoding,
		} {
			if got := rules(scan(t, s, "a.yaml", []byte("v: "+encoding.EncodeToString([]byte(plain))+"\n"), nil)); !slices.Equal(got, []string{"momento-api-key-v2"}) {
				t.Errorf("%s in %s base64: found %q", name, form, got)
			}
		}
	}
}

// gitleaks leaves out what looks like application/*, and does not read UTF-16.
func TestEveryKindOfFileIsLookedInto(t *testing.T) {
	key := credentialtest.V2(credentialtest.Options{})
	for name, head := range map[string]string{
		"a.pdf": "%PDF-1.7\n1 0 obj<<>>stream\n", "a.wasm": "\x00asm\x01\x00\x00\x00", "a.class": "\xca\xfe\xba\xbe\x00\x00\x00\x34",
		"a.sqlite": "SQLite format 3\x00", "a.pyc": "\xa7\r\r\n\x00", "a.dll": "MZ\x90\x00", "a.ttf": "\x00\x01\x00\x00", "a.png": "\x89PNG\r\n\x1a\n", "go.sum": "", "package-lock.json": "{}",
	} {
		if got := scan(t, newDetector(t, detect.Options{}).NewScanner(), name, []byte(head+"\x00k="+key+"\x00\xff"), nil); len(got) != 1 {
			t.Errorf("%s: %d found", name, len(got))
		}
	}
}

// gitleaks reports the place of the match; ours is that of the secret in it.
func TestAUsersRuleIsReportedWhereItsSecretStands(t *testing.T) {
	d := configured(t, "[[rules]]\nid = \"with-group\"\nregex = '''password\\s*=\\s*\"([^\"]{8,})\"'''\nsecretGroup = 1\nkeywords = [\"password\"]\n", detect.Options{})
	got := scan(t, d.NewScanner(), "a.txt", []byte("first\n  password = \"correct horse\"\n"), nil)
	if len(got) != 1 || got[0].StartLine != 2 || got[0].StartColumn != 15 || got[0].EndColumn != 28 {
		t.Fatalf("found %+v", got)
	}
	if strings.Contains(got[0].Redacted+got[0].Line+got[0].Message, "correct horse") {
		t.Error("the secret is shown")
	}
}

// gitleaks cuts a text every 100,000 bytes or so, and what lies over the cut.
func TestAUsersRuleLosesNothingAtTheEdgeOfAChunk(t *testing.T) {
	d := configured(t, userRule, detect.Options{})
	s := d.NewScanner()
	for _, edge := range []int{100_000, 224 << 10, 256 << 10, 1 << 20} {
		stride := soak.Stride(5)
		for at := edge - 24 + edge%stride; at <= edge+4; at += stride {
			text := append(bytes.Repeat([]byte("x"), at-1), " tok_0123456789abcdef "...)
			text = append(text, bytes.Repeat([]byte("y"), 300<<10)...)
			if got := scan(t, s, "a.js", nil, bytes.NewReader(text)); len(got) != 1 || got[0].StartColumn != at+1 {
				t.Fatalf("at %d: found %d", at, len(got))
			}
		}
	}
}

func TestAllowlistsOfTheConfigurationCount(t *testing.T) {
	key := credentialtest.V2(credentialtest.Options{})
	text := []byte("K=" + key + "\n")
	const commit = "0123456789abcdef0123456789abcdef01234567"
	for name, tt := range map[string]struct {
		toml, path, commit string
		want               bool
	}{
		"global path":          {"[[allowlists]]\npaths = ['''^docs/''']\n", "docs/a.md", "", true},
		"global path, other":   {"[[allowlists]]\npaths = ['''^docs/''']\n", "src/a.md", "", false},
		"old form":             {"[allowlist]\npaths = ['''^docs/''']\n", "docs/a.md", "", true},
		"regex on the line":    {"[[allowlists]]\nregexTarget = \"line\"\nregexes = ['''^K=''']\n", "a", "", true},
		"stop word":            {"[[allowlists]]\nstopwords = [\"" + key[30:40] + "\"]\n", "a", "", true},
		"of one of our rules":  {"[[rules]]\nid = \"momento-api-key-v2\"\n[[rules.allowlists]]\npaths = ['''^docs/''']\n", "docs/a", "", true},
		"of another rule":      {"[[rules]]\nid = \"momento-v1-jwt\"\n[[rules.allowlists]]\npaths = ['''^docs/''']\n", "docs/a", "", false},
		"disabled":             {"[extend]\ndisabledRules = [\"momento-api-key-v2\"]\n", "a", "", true},
		"commit":               {"[[allowlists]]\ncommits = [\"" + commit + "\"]\n", "a", commit, true},
		"another commit":       {"[[allowlists]]\ncommits = [\"" + commit + "\"]\n", "a", strings.Replace(commit, "0", "f", 1), false},
		"commit and path":      {"[[allowlists]]\ncondition = \"AND\"\ncommits = [\"" + commit + "\"]\npaths = ['''^x/''']\n", "a", commit, false},
		"commit and that path": {"[[allowlists]]\ncondition = \"AND\"\ncommits = [\"" + commit + "\"]\npaths = ['''^x/''']\n", "x/a", commit, true},
	} {
		d := configured(t, tt.toml, detect.Options{})
		list := scan(t, d.NewScanner(), tt.path, text, nil)
		if len(list) != 1 {
			t.Errorf("%s: %d found", name, len(list))
			continue
		}
		if !list[0].Allowed() {
			d.Ignore(tt.path, tt.commit, &list[0])
		}
		if got := list[0].Allowed(); got != tt.want {
			t.Errorf("%s: silenced %v, want %v", name, got, tt.want)
		}
	}
}

func TestTheIgnoreFileCounts(t *testing.T) {
	key := credentialtest.V2(credentialtest.Options{})
	const commit = "0123456789abcdef0123456789abcdef01234567"
	file := filepath.Join(t.TempDir(), ".gitleaksignore")
	if err := os.WriteFile(file, []byte("# ours\n\nsrc/a.env:momento-api-key-v2:2\n"+commit+":b.env:momento-api-key-v2:1\nc\\d.env:momento-api-key-v2:1\nC:\\src\\e.env:momento-api-key-v2:1\n\\\\server\\share\\f.env:momento-api-key-v2:1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := newDetector(t, detect.Options{GitleaksIgnore: []gitleaks.File{{Path: file}}})
	for _, tt := range []struct {
		path, commit, text string
		want               bool
	}{
		{"src/a.env", "", "\nK=" + key, true},
		{"src/a.env", "", "K=" + key, false},
		{"src/b.env", "", "\nK=" + key, false},
		{"b.env", commit, "K=" + key, true},
		{"b.env", "", "K=" + key, false},
		{"c/d.env", "", "K=" + key, true},
		{"C:/src/e.env", "", "K=" + key, true},
		{"D:/src/e.env", "", "K=" + key, false},
		{"//server/share/f.env", "", "K=" + key, true},
	} {
		list := scan(t, d.NewScanner(), tt.path, []byte(tt.text), nil)
		if len(list) != 1 {
			t.Errorf("%s: %d found", tt.path, len(list))
			continue
		}
		if !list[0].Allowed() {
			d.Ignore(tt.path, tt.commit, &list[0])
		}
		if got := list[0].Allowed(); got != tt.want {
			t.Errorf("%s of commit %q: silenced %v, want %v", tt.path, tt.commit, got, tt.want)
		}
	}
}

// Mistakes in the configuration are errors with file and line; in the library
// some are panics and some are not told.
func TestMistakesInTheConfigurationNameTheirLine(t *testing.T) {
	for name, tt := range map[string]struct{ toml, want string }{
		"no TOML":            {"[[rules]\n", ".gitleaks.toml:1"},
		"a broken pattern":   {"title = \"x\"\n[[rules]]\nid = \"a\"\nregex = '''a(b'''\n", ".gitleaks.toml:4"},
		"a broken allowlist": {"[[allowlists]]\nregexes = ['''a(b''']\n", ".gitleaks.toml:2"},
		"a rule of nothing":  {"[[rules]]\nid = \"\"\nregex = '''abc'''\n", "rule"},
		"no id":              {"[[rules]]\nregex = '''abc'''\n", "rule"},
		"missing extension":  {"[extend]\npath = \"/nonexistent/x.toml\"\n", "/nonexistent/x.toml"},
		"both extensions":    {"[extend]\npath = \"x\"\nuseDefault = true\n", "exclude each other"},
	} {
		file := filepath.Join(t.TempDir(), ".gitleaks.toml")
		if err := os.WriteFile(file, []byte(tt.toml), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := detect.New(detect.Options{GitleaksConfig: gitleaks.File{Path: file}}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want something with %q", name, err, tt.want)
		}
	}
}

// The library takes off no encoding unless it is told to; we do by default.
func TestNoDecodingMeansNone(t *testing.T) {
	text := []byte("v: " + base64.StdEncoding.EncodeToString([]byte(credentialtest.V2(credentialtest.Options{}))) + "\n")
	d, err := detect.New(detect.Options{MaxDecodeDepth: 0})
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.NewScanner().Scan(t.Context(), "a", text, nil, func(m *detect.Match) error {
		t.Errorf("found %s", describe(m))
		return nil
	})
	if p := (*detect.Partial)(nil); !errors.As(err, &p) || !p.Depth || len(p.Reasons) > 0 {
		t.Errorf("%v, want that something was encoded deeper", err)
	}
	if got := scan(t, newDetector(t, detect.Options{MaxDecodeDepth: 1}).NewScanner(), "a", text, nil); len(got) != 1 {
		t.Errorf("%d found with one layer", len(got))
	}
}
