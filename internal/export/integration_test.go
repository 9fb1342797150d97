//go:build integration

package export_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/finding"
)

// gitleaksProgram builds the real gitleaks, once, and returns its path.
func gitleaksProgram(t *testing.T) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "../../scripts/tool", "gitleaks")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("scripts/tool gitleaks: %v", err)
	}
	return strings.TrimSpace(string(out))
}

// run returns what a program prints; its exit code has to be one of the given.
func run(t *testing.T, in string, codes []int, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Stdin = strings.NewReader(in)
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	err := cmd.Run()
	if cmd.ProcessState == nil || !slices.Contains(codes, cmd.ProcessState.ExitCode()) {
		t.Fatalf("%s: %v\n%s", filepath.Base(name), err, stderr.String())
	}
	return out.String()
}

// writeCorpus writes the corpus into a directory.
func writeCorpus(t *testing.T) (string, []document) {
	t.Helper()
	dir := t.TempDir()
	list := corpus()
	for _, d := range list {
		path := filepath.Join(dir, filepath.FromSlash(d.name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(d.text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir, list
}

// measure prints, for each spelling, how many of its documents have been found
// under the right rule, and fails where it is less than promised. promise is in
// percent by spelling; what is not listed must be found without exception.
func measure(t *testing.T, list []document, found map[string][]string, promise map[string]int) {
	t.Helper()
	var order []string
	all, hit := map[string]int{}, map[string]int{}
	for _, d := range list {
		if !slices.Contains(order, d.spelling) {
			order = append(order, d.spelling)
		}
		all[d.spelling]++
		switch rules := found[d.name]; {
		case d.rule == "" && len(rules) > 0:
			t.Errorf("the decoy %s is found as %s", d.name, rules)
		case slices.Contains(rules, d.rule):
			hit[d.spelling]++
		case d.rule != "" && promise[d.spelling] == 0:
			if _, listed := promise[d.spelling]; !listed {
				t.Errorf("%s is not found as %s but as %q", d.name, d.rule, rules)
			}
		}
	}
	sum, total := 0, 0
	for _, s := range order {
		if s == "decoy" {
			t.Logf("%-20s %3d of %3d found", s, hit[s], all[s])
			continue
		}
		t.Logf("%-20s %3d of %3d found", s, hit[s], all[s])
		sum, total = sum+hit[s], total+all[s]
		if least, listed := promise[s]; listed && 100*hit[s] < least*all[s] {
			t.Errorf("%s: %d of %d found, less than the promised %d %%", s, hit[s], all[s], least)
		}
	}
	t.Logf("%-20s %3d of %3d found", "all", sum, total)
}

// gitleaksFinding is what matters of a finding in gitleaks' JSON.
type gitleaksFinding struct {
	RuleID, Secret, File string
	Tags                 []string
}

func runGitleaks(t *testing.T, gitleaks, config, dir string, more ...string) []gitleaksFinding {
	t.Helper()
	report := filepath.Join(t.TempDir(), "report.json")
	run(t, "", []int{0}, gitleaks, append([]string{"dir", "--config", config, "--report-path", report, "--exit-code", "0", "--no-banner", dir}, more...)...)
	text, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	var list []gitleaksFinding
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

func writeRules(t *testing.T, scanner, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, printed(t, scanner), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRealGitleaksFindsCredentialsAndNoDecoys(t *testing.T) {
	gitleaks := gitleaksProgram(t)
	dir, list := writeCorpus(t)
	config := writeRules(t, "gitleaks", "momento.toml")

	found := map[string][]string{}
	whole := map[string]bool{}
	byName := map[string]document{}
	for _, d := range list {
		byName[d.name] = d
	}
	for _, f := range runGitleaks(t, gitleaks, config, dir) {
		if !strings.HasPrefix(f.RuleID, "momento-") {
			continue
		}
		rel, err := filepath.Rel(dir, f.File)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.ToSlash(rel)
		found[name] = append(found[name], f.RuleID)
		whole[name] = whole[name] || unspell(f.Secret) == byName[name].secret
	}
	measure(t, list, found, map[string]int{
		// A claim that is itself cut in two cannot be recognised, and most kinds
		// have two.
		"split": 75, "split-php": 90,
		// The API keys, but not what is known by its neighbours.
		"utf-16le": 85, "utf-16be": 85,
		// gitleaks decodes line by line.
		"base64-wrapped": 0,
	})
	for _, d := range list {
		if d.spelling != "base64-wrapped" && slices.Contains(found[d.name], d.rule) && !whole[d.name] {
			t.Errorf("%s is found, but not the whole secret", d.name)
		}
	}
}

// unspell takes the zeros of UTF-16 and the seams of split literals out of a
// secret.
func unspell(secret string) string {
	secret = strings.ReplaceAll(secret, "\x00", "")
	secret = regexp.MustCompile("[\"'`]\\s*[+.]?\\s*[\"'`]").ReplaceAllString(secret, "")
	return strings.TrimRight(secret, "\n")
}

func TestRealGitleaksTakesTheFileAsAnExtension(t *testing.T) {
	gitleaks := gitleaksProgram(t)
	rules := writeRules(t, "gitleaks", "momento.toml")
	own := filepath.Join(t.TempDir(), ".gitleaks.toml")
	text := fmt.Sprintf("[extend]\npath = %q\n[[allowlists]]\ndescription = \"fixtures\"\npaths = ['''fixtures/''']\n", rules)
	if err := os.WriteFile(own, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, content := range map[string]string{"a.env": "KEY=" + samples()[0].text, "fixtures/b.env": "KEY=" + samples()[2].text} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var ids []string
	for _, f := range runGitleaks(t, gitleaks, own, dir) {
		if strings.Contains(f.File, "fixtures") {
			t.Errorf("%s in an allowed directory", f.RuleID)
		}
		ids = append(ids, f.RuleID)
	}
	if !slices.Contains(ids, "momento-api-key-v2") || !slices.Contains(ids, "jwt") {
		t.Errorf("found %q, want our rule and gitleaks' own", ids)
	}
}

// hyperscan builds the little program that runs patterns with Hyperscan.
func hyperscan(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "hyperscan")
	run(t, "", []int{0}, "gcc", "-Wall", "-Wextra", "-Werror", "-O1", "-o", program, "testdata/hyperscan.c", "-lhs")
	return program
}

func TestHyperscanTakesEveryPatternOfGitHubAndKingfisher(t *testing.T) {
	program := hyperscan(t)
	compile := func(name, pattern string) {
		t.Helper()
		if out, err := exec.CommandContext(t.Context(), "sh", "-c", `printf '1\n%s\n' "$2" | "$1" compile 2>&1`, "-", program, pattern).CombinedOutput(); err != nil {
			t.Errorf("%s: %v %s", name, err, out)
		}
	}
	for _, p := range readGitHub(t).Patterns {
		compile(p.Name, p.Pattern)
		compile(p.Name+", with what stands around it", "(?:"+p.StartDelimiter+")(?:"+p.Pattern+")(?:"+p.EndDelimiter+")")
		for _, m := range slices.Concat(p.MustMatch, p.MustNotMatch) {
			compile(p.Name, m)
		}
	}
	var f kingfisherFile
	readYAML(t, printed(t, "kingfisher"), &f)
	for _, r := range f.Rules {
		compile(r.ID, r.Pattern)
	}
}

func TestHyperscanFindsWithTheGitHubPatterns(t *testing.T) {
	program := hyperscan(t)
	dir, list := writeCorpus(t)
	patterns := readGitHub(t).Patterns

	var in strings.Builder
	_, _ = fmt.Fprintln(&in, len(patterns))
	for _, p := range patterns {
		pattern := p.Pattern
		if strings.Contains(p.StartDelimiter, "Token") || strings.Contains(p.StartDelimiter, "session") {
			// What is known by its neighbours is nothing without them.
			pattern = "(?:" + p.StartDelimiter + ")" + pattern
		}
		_, _ = fmt.Fprintln(&in, pattern)
	}
	texts := map[string]document{}
	for _, d := range list {
		path := filepath.Join(dir, filepath.FromSlash(d.name))
		texts[path] = d
		_, _ = fmt.Fprintln(&in, path)
	}
	found := map[string][]string{}
	for line := range strings.Lines(run(t, in.String(), []int{0}, program)) {
		f := strings.Fields(line)
		if len(f) != 4 {
			t.Fatalf("the program prints %q", line)
		}
		p := patterns[number(t, f[0])]
		d := texts[f[1]]
		from, to := number(t, f[2]), number(t, f[3])
		secret := d.text[from:to]
		if m := regexp.MustCompile("^(?:" + p.StartDelimiter + ")").FindString(secret); len(m) > 1 {
			secret = secret[len(m):]
		} else if !regexp.MustCompile("(?:" + p.StartDelimiter + ")$").MatchString(d.text[:from]) {
			continue
		}
		if !regexp.MustCompile("^(?:" + p.EndDelimiter + ")").MatchString(d.text[to:]) {
			continue
		}
		matches := func(re string) bool { return regexp.MustCompile(re).MatchString(secret) }
		if slices.ContainsFunc(p.MustNotMatch, matches) || slices.ContainsFunc(p.MustMatch, func(re string) bool { return !matches(re) }) {
			continue
		}
		id, _, _ := strings.Cut(p.Name, " in base64")
		found[d.name] = append(found[d.name], id)
	}
	measure(t, list, found, map[string]int{
		// GitHub decodes nothing; base64 is spelled out for what can be told apart.
		"base64-0": 70, "base64-1": 70, "base64-2": 70, "base64-of-dot-env": 70, "base64-url": 70,
		"base64-wrapped": 0, "hex": 0, "utf-16le": 0, "utf-16be": 0, "split": 0, "split-php": 0,
	})
}

func number(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// grep -P has the engine of Semgrep's patterns, PCRE2.
func TestPCREFindsWithTheSemgrepPatterns(t *testing.T) {
	dir, list := writeCorpus(t)
	var f semgrepFile
	readYAML(t, printed(t, "semgrep"), &f)
	found := map[string][]string{}
	for _, r := range f.Rules {
		for _, p := range r.Either {
			// -z: the whole file is one line, as Semgrep sees it.
			for name := range strings.Lines(run(t, "", []int{0, 1}, "grep", "-rPzl", "--", p.Regex, dir)) {
				rel, err := filepath.Rel(dir, strings.TrimSuffix(name, "\n"))
				if err != nil {
					t.Fatal(err)
				}
				if n := filepath.ToSlash(rel); !slices.Contains(found[n], r.ID) {
					found[n] = append(found[n], r.ID)
				}
			}
		}
	}
	measure(t, list, found, map[string]int{
		"split": 75, "split-php": 90,
		"base64-0": 70, "base64-1": 70, "base64-2": 70, "base64-of-dot-env": 70, "base64-url": 70,
		"base64-wrapped": 0, "hex": 0, "utf-16le": 0, "utf-16be": 0,
	})
	for name, ids := range found {
		for _, id := range ids {
			d := list[slices.IndexFunc(list, func(d document) bool { return d.name == name })]
			// A pattern does not see the claims that the second literal of a split
			// token holds.
			if id != d.rule && id != credential.APIKeyV1.Rule() && (d.spelling != "split" || id != credential.V1JWT.Rule()) {
				t.Errorf("%s finds %s", id, name)
			}
		}
	}
}

// What long base64 does to a backtracking engine is the difference between a
// scan and no scan at all.
func TestPCREPatternsAreQuickOnLongBase64(t *testing.T) {
	file := filepath.Join(t.TempDir(), "bundle.js.map")
	if err := os.WriteFile(file, []byte(strings.Repeat("eyJ", 1_000_000)), 0o600); err != nil {
		t.Fatal(err)
	}
	var f semgrepFile
	readYAML(t, printed(t, "semgrep"), &f)
	for _, r := range f.Rules {
		for _, p := range r.Either {
			// The time in the square of the length would be hours.
			run(t, "", []int{1}, "timeout", "60", "grep", "-Pzc", "--", p.Regex, file)
		}
	}
}

func TestPCREKnowsKeysThatNeverExpire(t *testing.T) {
	var f semgrepFile
	readYAML(t, printed(t, "semgrep"), &f)
	i := slices.IndexFunc(f.Rules, func(r semgrepRule) bool { return r.ID == finding.NeverExpiringRule })
	matches := func(text string) bool {
		for _, p := range f.Rules[i].Either {
			if run(t, text, []int{0, 1}, "grep", "-Pzc", "--", p.Regex) != "0\n" {
				return true
			}
		}
		return false
	}
	for _, text := range []string{
		"await client.generateApiKey(AllDataReadWrite, ExpiresIn.never());",
		"await client.generateApiKey(\n  AllDataReadWrite,\n  ExpiresIn.never()\n);",
		`curl https://mga.registry.prod.a.momentohq.com/api-keys -d '{"role_id":"r","expiry":"never"}'`,
		`body = {"expiry": "never"}` + "\nrequests.post(base + '/api-keys', json=body)",
	} {
		if !matches(text) {
			t.Errorf("not found in: %s", text)
		}
	}
	for _, text := range []string{
		"await client.generateApiKey(AllDataReadWrite, ExpiresIn.days(30));",
		"client.generate_api_key(scope, ExpiresIn::never())",
		"cache.set(key, value, ExpiresIn.never());",
		`{"expiry":"never"}`,
		"generateApiKey(scope, ExpiresIn.hours(1)); other(ExpiresIn.never());",
	} {
		if matches(text) {
			t.Errorf("found in: %s", text)
		}
	}
}
