package gitleaks

import (
	"strings"
	"testing"
)

// Keys of many parts take quadratic time or worse; they are an error at once.
func TestDeepKeys(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("a.", 30000) + "a"
	for name, test := range map[string]struct {
		text string
		line int
	}{
		"fields":           {"title = 'x'\n[a.b.c.d.e]\nf.g.h = { i.j = [{ k.l = 1 }] }\n", 0},
		"dots in a value":  {"x = '''" + deep + "'''\n", 0},
		"dots in a string": {"'" + deep + "' = 1\n", 0},
		"dots in comments": {"# " + deep + " = 1\n", 0},
		"key":              {deep + " = 1\n", 1},
		"table":            {"[" + deep + "]\n", 1},
		"array of tables":  {"[[" + deep + "]]\n", 1},
		"inline table":     {"x = { " + deep + " = 1 }\n", 1},
		"in a list":        {"x = [1, { y = { " + deep + " = 1 } }]\n", 1},
		"quoted":           {strings.Repeat(`"a" . `, 30000) + "'a' = 1\n", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := deepKey([]byte(test.text)); got != test.line {
				t.Errorf("line %d, want %d", got, test.line)
			}
			if test.line == 0 {
				return
			}
			_, err := decodeTOML("x.toml", []byte(test.text))
			if err == nil || !strings.Contains(err.Error(), "parts") {
				t.Errorf("error %v", err)
			}
		})
	}
}
