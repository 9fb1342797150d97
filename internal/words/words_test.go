package words_test

import (
	"testing"

	"github.com/momentolint/momentolint/internal/words"
)

func TestNearest(t *testing.T) {
	known := []string{"scan", "lint", "inspect", "offline"}
	for typed, want := range map[string]string{
		"sacn": "scan", "scann": "scan", "offlin": "offline", "lnit": "lint",
		"revoke": "", "x": "", "": "",
	} {
		if got := words.Nearest(typed, known); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", typed, got, want)
		}
	}
}
