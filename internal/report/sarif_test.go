package report

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/rule"
)

func sarif(t testing.TB, r *finding.Report) (run readSarifRun, text string) {
	t.Helper()
	text = write(t, SARIF, r)
	var log readSarifLog
	if err := json.Unmarshal([]byte(text), &log); err != nil {
		t.Fatal(err)
	}
	if log.Version != "2.1.0" || len(log.Runs) != 1 {
		t.Fatalf("version %q, %d runs; want 2.1.0 and one", log.Version, len(log.Runs))
	}
	return log.Runs[0], text
}

// repository makes a directory that looks like one, with these files in it.
func repository(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, ".git"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		full := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestSarifNamesFilesFromTheTopOfTheRepository(t *testing.T) {
	dir := repository(t, map[string]string{"services/orders/.env": "", "other/x": ""})
	outside := filepath.ToSlash(filepath.Join(t.TempDir(), "über.env"))
	c := parse(t, credentialtest.V2(credentialtest.Options{}))
	for name, tt := range map[string]struct {
		root, file, want string
		history          bool
	}{
		"a folder below it":        {"services/orders", ".env", "services/orders/.env", false},
		"the top":                  {".", "services/orders/.env", "services/orders/.env", false},
		"a history, from a folder": {"services/orders", "config/.env", "config/.env", true},
		"an absolute name inside":  {"services", filepath.Join(dir, "other", "x"), "other/x", false},
		"blanks, umlauts, marks":   {".", "a b/ü%#?:[1].env", "a%20b/%C3%BC%25%23%3F%3A%5B1%5D.env", false},
		"bytes that are no UTF-8":  {".", "a\xff", "a%FF", false},
		"outside":                  {".", outside, "file://" + escapePath(outside), false},
	} {
		t.Run(name, func(t *testing.T) {
			f := at(c, tt.file, 1, "", "")
			if tt.history {
				f.Commit = &finding.Commit{ID: "1"}
			}
			run, text := sarif(t, &finding.Report{Now: now, Root: filepath.Join(dir, tt.root), Findings: []finding.Finding{f}})
			if got := run.Results[0].Locations[0].Physical.Artifact.URI; got != tt.want {
				t.Errorf("uri %q, want %q", got, tt.want)
			}
			if strings.Contains(text, dir) {
				t.Error("the report tells where the repository is on this machine")
			}
		})
	}
}

func TestSarifKeepsAlertsTheSame(t *testing.T) {
	c := parse(t, credentialtest.V2(credentialtest.Options{}))
	source := "# settings\nMOMENTO_API_KEY=" + c.RevealWritten() + "\nregion=x\n"
	dir := repository(t, map[string]string{"a.env": source, "changed.env": "something else\n\n", "app.zip": "PK"})
	hash := func(f finding.Finding) string {
		t.Helper()
		run, _ := sarif(t, &finding.Report{Now: now, Root: dir, Findings: []finding.Finding{f}})
		got := run.Results[0].Fingerprints
		if got[contentKey] != c.Fingerprint() {
			t.Errorf("content fingerprint %q, want the credential's", got[contentKey])
		}
		if !regexp.MustCompile(`^[0-9a-f]{1,16}:[1-9][0-9]*$`).MatchString(got[lineHashKey]) {
			t.Errorf("line hash %q is not in GitHub's form", got[lineHashKey])
		}
		return got[lineHashKey]
	}
	inHistory := func(file string) finding.Finding {
		f := at(c, file, 2, "MOMENTO_API_KEY=", "")
		f.Commit = &finding.Commit{ID: "1"}
		return f
	}
	want := plainHashes(source)[1]
	if got := hash(at(c, "a.env", 2, "MOMENTO_API_KEY=", "")); got != want {
		t.Errorf("line hash %q, want GitHub's %q", got, want)
	}
	if got := hash(inHistory("a.env")); got != want {
		t.Errorf("in a pull request the line hash is %q, want that of the file, %q", got, want)
	}
	gone, changed := hash(inHistory("gone.env")), hash(inHistory("changed.env"))
	if gone == changed || changed == plainHashes("something else\n\n")[1] {
		t.Errorf("a history's hashes %q and %q are not their own", gone, changed)
	}
	if again := hash(inHistory("gone.env")); again != gone {
		t.Errorf("the hash changed from %q to %q", gone, again)
	}
	member := at(c, "app.zip!conf/a.env", 2, "", "")
	member.Location.Encoding = []string{"zip"}
	other := member
	other.Location.File = "app.zip!conf/b.env"
	if hash(member) == hash(other) {
		t.Error("two members of one archive are one alert")
	}
}

func TestSarifPointsIntoArchives(t *testing.T) {
	f := at(parse(t, credentialtest.V2(credentialtest.Options{})), "lib/app.jar!inner.zip!conf/.env", 7, "", "")
	f.Location.Encoding = []string{"zip", "zip"}
	bang := at(f.Credential, "lib/wow!.env", 1, "", "")
	both := f
	both.Location.File, both.Location.Encoding = "lib/wow!.zip!conf!/.env", []string{"zip"}
	packed := f
	packed.Location.File, packed.Location.Encoding = "log/app.log.gz", []string{"gzip", "base64"}
	packed.Location.StartLine, packed.Location.EndLine = 2, 2
	// Compressed text inside of text has its place in the file.
	inText := packed
	inText.Location.File, inText.Location.Encoding = "secrets.yaml", []string{"base64", "base64", "gzip", "base64"}
	dir := repository(t, map[string]string{"lib/wow!.zip": "PK", "log/app.log.gz": "\x1f\x8b\n\x00\n", "secrets.yaml": "data:\n  release: x\n"})
	run, _ := sarif(t, &finding.Report{Now: now, Root: dir, Findings: []finding.Finding{f, bang, both, packed, inText}})
	in := run.Results[0]
	if l := in.Locations[0]; l.Physical.Artifact.URI != "lib/app.jar" || l.Physical.Region.StartLine != 1 || l.Logical[0].FullyQualifiedName != "inner.zip!conf/.env" || l.Logical[0].Name != ".env" {
		t.Errorf("location %+v", l)
	}
	if !strings.Contains(in.Message.Text, "Inside the archive: inner.zip!conf/.env, line 7.") {
		t.Errorf("message %q", in.Message.Text)
	}
	if got := run.Results[1].Locations[0].Physical.Artifact.URI; got != "lib/wow%21.env" {
		t.Errorf("a file with a ! in its name is taken for an archive: %q", got)
	}
	if l := run.Results[2].Locations[0]; l.Physical.Artifact.URI != "lib/wow%21.zip" || l.Logical[0].FullyQualifiedName != "conf!/.env" {
		t.Errorf("an archive with a ! in its name: %+v", l)
	}
	if r := run.Results[3]; r.Locations[0].Physical.Region.StartLine != 1 || r.Fingerprints[lineHashKey] == plainHashes("\x1f\x8b\n\x00\n")[1] ||
		!strings.Contains(r.Message.Text, "Inside the compressed file: line 2.") {
		t.Errorf("a compressed file's line is taken for one of the file: %+v", r)
	}
	if r := run.Results[4]; r.Locations[0].Physical.Region.StartLine != 2 || strings.Contains(r.Message.Text, "Inside the compressed") {
		t.Errorf("compressed text inside of a file has lost its line: %+v", r)
	}
}

func TestSarifCountsColumnsInUTF16(t *testing.T) {
	c := parse(t, credentialtest.V2(credentialtest.Options{}))
	length := len(c.RevealWritten())
	before := "schlüssel 🔑 = \""
	dir := repository(t, map[string]string{"a": before + c.RevealWritten() + "\"\n"})
	start := len(utf16.Encode([]rune(before))) + 1
	f := at(c, "a", 1, before, "\"")
	past := f
	past.Commit = &finding.Commit{ID: "1"}
	past.Location.File, past.Location.UTF16Shift = "gone", len(before)+1-start
	run, _ := sarif(t, &finding.Report{Now: now, Root: dir, Findings: []finding.Finding{f, past}})
	for _, result := range run.Results {
		if got := result.Locations[0].Physical.Region; got.StartColumn != start || got.EndColumn != start+length {
			t.Errorf("columns %d to %d, want %d to %d", got.StartColumn, got.EndColumn, start, start+length)
		}
	}
	if run.ColumnKind != "utf16CodeUnits" {
		t.Errorf("column kind %q", run.ColumnKind)
	}
}

func TestSarifReadsNothingOutsideOfTheRepository(t *testing.T) {
	c := parse(t, credentialtest.V2(credentialtest.Options{}))
	secret := filepath.Join(t.TempDir(), "elsewhere")
	if err := os.WriteFile(secret, []byte("one\ntwo\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := repository(t, nil)
	if err := os.Symlink(secret, filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	run, _ := sarif(t, &finding.Report{Now: now, Root: dir, Findings: []finding.Finding{at(c, "link", 1, "", ""), at(c, "../elsewhere", 1, "", "")}})
	for _, result := range run.Results {
		if got := result.Fingerprints[lineHashKey]; got == plainHashes("one\ntwo\n")[0] {
			t.Errorf("%s was followed out of the repository", result.Locations[0].Physical.Artifact.URI)
		}
	}
}

func TestSarifDescribesItsRules(t *testing.T) {
	run, _ := sarif(t, sample(t))
	var ids []string
	for _, r := range run.Tool.Driver.Rules {
		ids = append(ids, r.ID)
		if r.ShortDescription.Text == "" || len(r.ShortDescription.Text) > 1024 || r.FullDescription.Text == "" || r.Help.Text == "" {
			t.Errorf("%s lacks a description", r.ID)
		}
		if !slices.Contains(r.Properties.Tags, "security") || r.Properties.SecuritySeverity == "" {
			t.Errorf("%s is no security rule to GitHub", r.ID)
		}
	}
	for _, r := range rule.All() {
		if !slices.Contains(ids, r.ID) {
			t.Errorf("the rule %s is not listed", r.ID)
		}
	}
	for _, result := range run.Results {
		if ids[result.RuleIndex] != result.RuleID {
			t.Errorf("rule index %d is %s, want %s", result.RuleIndex, ids[result.RuleIndex], result.RuleID)
		}
	}
	if !slices.Contains(ids, "acme-internal-token") {
		t.Error("the user's own rule is not listed")
	}
	if d := run.Tool.Driver; d.SemanticVersion != "0.1.0" || run.AutomationDetails.ID != "momentolint/" {
		t.Errorf("version %q, automation id %q", d.SemanticVersion, run.AutomationDetails.ID)
	}
	if i := run.Invocations[0]; i.ExecutionSuccessful || len(i.Notifications) != 7 {
		t.Errorf("an incomplete run with a note and all classes is told as %+v", i)
	}
}

func TestSarifLevels(t *testing.T) {
	run, _ := sarif(t, sample(t))
	want := map[string]string{
		"src/cache.ts": "error", ".env": "error", "test/fixtures/token.json": "note", "notebooks/demo.ipynb": "note",
		"internal/keys/keys.go": "warning", "config/acme.toml": "error",
	}
	for _, result := range run.Results {
		for suffix, level := range want {
			if strings.HasSuffix(result.Locations[0].Physical.Artifact.URI, suffix) && result.Level != level {
				t.Errorf("%s is a %s, want %s", suffix, result.Level, level)
			}
		}
	}
}

func TestSarifOfNothingIsStillAReport(t *testing.T) {
	_, text := sarif(t, &finding.Report{Now: now})
	if !strings.Contains(text, `"results": []`) {
		t.Error("results are missing: GitHub would refuse the file")
	}
}

func TestVersionsAreSemanticOrAbsent(t *testing.T) {
	for version, want := range map[string]string{
		"v1.2.3": "1.2.3", "1.2.3-rc.1+dirty": "1.2.3-rc.1", "v0.0.0-20261123120000-abcdef123456": "0.0.0-20261123120000-abcdef123456",
		"dev": "", "": "", "1.2": "",
	} {
		if got := semanticVersion(version); got != want {
			t.Errorf("%q gives %q, want %q", version, got, want)
		}
	}
}
