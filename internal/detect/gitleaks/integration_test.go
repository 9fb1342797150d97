//go:build integration

package gitleaks

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/testing/soak"
)

// For random configurations and texts this package and gitleaks itself find the
// same at the same places.
func TestFindsWhatGitleaksFinds(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "../../../scripts/tool", "gitleaks").Output()
	if err != nil {
		t.Fatal(err)
	}
	program := strings.TrimSpace(string(out))
	random := rand.New(rand.NewPCG(1, 2))
	findings := 0
	for range 400 / soak.Stride(10) {
		text := randomConfig(random)
		file := filepath.Join(t.TempDir(), "outside.toml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		e, err := New(&Options{Config: File{Path: file}})
		if err != nil {
			continue // a rule requires one that does not exist
		}
		dir := t.TempDir()
		var got []string
		for i := range 40 {
			name := fmt.Sprintf("%s/%d.%s", one(random, "docs", "src"), i, one(random, "md", "env"))
			content := randomText(random)
			if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			list, cut := e.Find(t.Context(), &Budget{Limit: DefaultLimit()}, name, content)
			if len(cut) > 0 {
				t.Fatalf("cut: %q", cut)
			}
			for _, f := range append(list, e.FindPath(name)...) {
				if !f.Hidden {
					got = append(got, fmt.Sprintf("%s %s:%d:%d %q %q", f.Rule, name, f.line+1, f.column, f.Match, f.Secret))
				}
			}
		}
		want := realFindings(t, program, file, dir)
		findings += len(want)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("configuration:\n%s\nfound\n%s\nwant\n%s", text, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	if findings < 100 {
		t.Errorf("%d findings: too few to compare", findings)
	}
}

// realFindings returns what gitleaks finds in a directory.
func realFindings(t *testing.T, program, config, dir string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, "dir", "--config", config, "--max-decode-depth", "0", "--exit-code", "0", "--no-banner",
		"--report-format", "json", "--report-path", "-", ".")
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("gitleaks: %v\n%s", err, stderr.String())
	}
	var list []struct {
		RuleID, File, Match, Secret string
		StartLine, StartColumn      int
	}
	if err := json.Unmarshal(out, &list); err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, f := range list {
		if strings.HasPrefix(f.Match, "file detected: ") {
			f.Match = ""
		}
		want = append(want, fmt.Sprintf("%s %s:%d:%d %q %q", f.RuleID, filepath.ToSlash(f.File), f.StartLine, f.StartColumn, f.Match, f.Secret))
	}
	return want
}

func one(random *rand.Rand, list ...string) string { return list[random.IntN(len(list))] }

// randomText returns a text that is not blank: gitleaks does not read those.
func randomText(random *rand.Rand) string {
	var text strings.Builder
	text.WriteString(one(random, "x", "ab", "K=1", "\n\nx"))
	for range random.IntN(12) {
		text.WriteString(one(random, "tok_12ab", "K=xab12", "\n", "\n", " ", "pass", "end", "ab", "a", "K=", "\r\n", "é1", "x"))
	}
	return text.String()
}

func randomConfig(random *rand.Rand) string {
	var b strings.Builder
	allow := func(name string) {
		fmt.Fprintf(&b, "[[%s]]\n", name)
		parts := 1 + random.IntN(7)
		if name == "allowlists" {
			// What walks directories in gitleaks takes a path of a global allowlist
			// for enough, whatever the condition says.
			parts &^= 2
		}
		if parts == 0 {
			parts = 4
		}
		if random.IntN(2) == 0 {
			fmt.Fprintf(&b, "condition = '%s'\n", one(random, "AND", "OR"))
		}
		if parts&1 != 0 {
			fmt.Fprintf(&b, "regexes = ['''%s''']\n", one(random, "^a", "b1", "tok_1", "K=", `(?i)PASS`, `^\nK`, "x$", "aa"))
			if random.IntN(2) == 0 {
				fmt.Fprintf(&b, "regexTarget = '%s'\n", one(random, "match", "line", "secret"))
			}
		}
		if parts&2 != 0 {
			fmt.Fprintf(&b, "paths = ['''%s''', '''%s''']\n", one(random, "^docs/", "src"), one(random, "md$", "zzz"))
		}
		if parts&4 != 0 {
			fmt.Fprintf(&b, "stopwords = ['%s']\n", one(random, "AB", "12", "tok"))
		}
	}
	rules := 1 + random.IntN(4)
	for i := range rules {
		fmt.Fprintf(&b, "[[rules]]\nid = '%s%d'\n", one(random, "r", "r", "generic"), i)
		form := random.IntN(8)
		if form > 0 {
			fmt.Fprintf(&b, "regex = '''%s'''\n", one(random, `tok_[a-f0-9]+`, `(K)=(\w*)`, `\s*K=(\w+)\s*`, `(?s)pass.*?end`, `[a-z]{2}(\d)?`, `\bab\b`, `K=(x)?(\w+)`))
			if random.IntN(4) == 0 {
				fmt.Fprintf(&b, "entropy = %s\n", one(random, "0.5", "1.0", "2.0", "2.5"))
			}
		}
		if form == 0 || random.IntN(4) == 0 {
			fmt.Fprintf(&b, "path = '''%s'''\n", one(random, "docs", "src/", "env$"))
		}
		if random.IntN(2) == 0 {
			fmt.Fprintf(&b, "keywords = ['%s']\n", one(random, "TOK", "k=", "pass", "ab"))
		}
		if random.IntN(4) == 0 {
			b.WriteString("skipReport = true\n")
		}
		for random.IntN(3) == 0 {
			allow("rules.allowlists")
		}
		if random.IntN(3) == 0 {
			fmt.Fprintf(&b, "[[rules.required]]\nid = 'r%d'\n", random.IntN(rules))
			if random.IntN(2) == 0 {
				fmt.Fprintf(&b, "withinLines = %d\n", random.IntN(3))
			}
			if random.IntN(2) == 0 {
				fmt.Fprintf(&b, "withinColumns = %d\n", random.IntN(6))
			}
		}
	}
	for random.IntN(3) == 0 {
		allow("allowlists")
	}
	return b.String()
}
