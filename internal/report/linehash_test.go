package report

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"
)

// The vectors are what GitHub's own program gives for these texts: the
// function hash of src/fingerprints.ts in github/codeql-action (commit
// f3f1edbedfb4), bundled as it is and run by Node.js over files with exactly
// these bytes.
func TestLineHashesAreGitHubs(t *testing.T) {
	for name, tt := range map[string]struct {
		text string
		want []string
	}{
		"an empty file":             {"", []string{"c129715d7a2bc9a3:1"}},
		"one line":                  {"a\n", []string{"243cbaa4685aab12:1", "c129715d7a2bc9a3:1"}},
		"no line break at the end":  {"a", []string{"53b5d4aabe50d64:1"}},
		"empty lines":               {"\n\n\n", []string{"4e5d562094661a0d:1", "5b5d4caf73a13177:1", "3c5bef55b72b93c9:1", "c129715d7a2bc9a3:1"}},
		"line feeds":                {"one\ntwo\n", []string{"4459a8970ff1f2cf:1", "339c9e69aebadc6b:1", "c129715d7a2bc9a3:1"}},
		"CRLF, the same":            {"one\r\ntwo\r\n", []string{"4459a8970ff1f2cf:1", "339c9e69aebadc6b:1", "c129715d7a2bc9a3:1"}},
		"CR, the same":              {"one\rtwo\r", []string{"4459a8970ff1f2cf:1", "339c9e69aebadc6b:1", "c129715d7a2bc9a3:1"}},
		"CR, a blank, LF":           {"a\r \nb\n", []string{"818c3a85b988abe4:1", "bf4c4d48992e2ca5:1", "ade70578248be16f:1", "c129715d7a2bc9a3:1"}},
		"blanks and tabs":           {"\tMOMENTO_API_KEY = secret\nMOMENTO_API_KEY=secret\n", []string{"897e2830a00ccd49:1", "d784ec7b7b32d614:1", "c129715d7a2bc9a3:1"}},
		"a surrogate pair":          {"key = \"🔑\"\nnext\n", []string{"30e3fd432e9b0ff6:1", "a5f9e5dec441e0b8:1", "c129715d7a2bc9a3:1"}},
		"a byte order mark":         {"\ufeffkey\n", []string{"3cfc0e63d2c8d4c1:1", "c129715d7a2bc9a3:1"}},
		"invalid UTF-8":             {"a\xff\xe2\x82b\n\xf0\x9f\x94", []string{"cbd723e35d0e4bb7:1", "8989dec65f08d110:1"}},
		"more than fits the window": {strings.Repeat("x", 250) + "\nshort\n", []string{"52b56201ffb58620:1", "8bf8ff854171d875:1", "c129715d7a2bc9a3:1"}},
		"alike lines, short":        {"x = 1\nx = 1\nx = 1\n", []string{"b06211268476d237:1", "87c133c3324ef59b:1", "8e00d41f0ebba6bf:1", "c129715d7a2bc9a3:1"}},
		"alike windows":             {strings.Repeat(strings.Repeat("y", 99)+"\n", 3) + "end", []string{"cadd4b5b9d92c4ad:1", "cadd4b5b9d92c4ad:2", "cadd4b5b9d92c4ad:3", "43b6461eda086fe2:1"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := hashesOf(t, tt.text, len(tt.want)); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// hashesOf are the hashes of the first n lines.
func hashesOf(t testing.TB, text string, n int) []string {
	t.Helper()
	wanted := map[int]bool{}
	for i := range n {
		wanted[i+1] = true
	}
	found, err := lineHashes(strings.NewReader(text), wanted)
	if err != nil {
		t.Fatal(err)
	}
	all := make([]string, n)
	for line, hash := range found {
		all[line-1] = hash
	}
	return all
}

// plainHashes computes the same by the definition: no ring, no rolling, big
// integers.
func plainHashes(text string) []string {
	var units []uint16
	var starts []int
	lineStart, afterCR := true, false
	for _, u := range utf16.Encode([]rune(text)) {
		if u == ' ' || u == '\t' || afterCR && u == '\n' {
			afterCR = false
			continue
		}
		afterCR = u == '\r'
		if afterCR {
			u = '\n'
		}
		if lineStart {
			starts = append(starts, len(units))
		}
		lineStart = u == '\n'
		units = append(units, u)
	}
	if lineStart {
		starts = append(starts, len(units))
	}
	units = append(units, 0xffff)
	seen := map[string]int{}
	var all []string
	for _, start := range starts {
		sum := new(big.Int)
		for i := range 100 {
			sum.Mul(sum, big.NewInt(37))
			if start+i < len(units) {
				sum.Add(sum, big.NewInt(int64(units[start+i])))
			}
		}
		hex := sum.Mod(sum, new(big.Int).Lsh(big.NewInt(1), 64)).Text(16)
		seen[hex]++
		all = append(all, fmt.Sprintf("%s:%d", hex, seen[hex]))
	}
	return all
}

func FuzzLineHashes(f *testing.F) {
	f.Add("key = 1\n\tnext\r\n")
	f.Add(strings.Repeat("ab\r", 200))
	f.Add("🔑\n é")
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			// Go and JavaScript count the replacements of invalid bytes
			// differently; the vectors cover that.
			_ = hashesOf(t, text, 3)
			return
		}
		want := plainHashes(text)
		if got := hashesOf(t, text, len(want)); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	})
}
