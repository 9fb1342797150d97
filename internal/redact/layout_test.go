package redact

import (
	"strings"
	"testing"
)

// The cells are counted by hand, as terminals draw these signs.
func TestWidthOfWideAndNarrowSigns(t *testing.T) {
	for text, cells := range map[string]int{
		`key = "`: 7, `鍵 = "`: 6, "ｋ = \"": 6, "cle\u0301 = \"": 7, "🔑 = \"": 6, "\u1112\u1161\u11ab = \"": 6, "한 = \"": 6, "ключ = \"": 8,
		"a\u200db = \"": 12, "\x1bk = \"": 9, "\xff = \"": 8,
	} {
		if got := Of(text).Width(); got != cells {
			t.Errorf("%q: %d cells, want %d", text, got, cells)
		}
	}
}

func TestWrapKeepsPhrasesTogetherAndLinesShort(t *testing.T) {
	text := Of("Revoke it: momentolint revoke KEY, or elsewhere, and " + strings.Repeat("long", 20)).Together("momentolint revoke ")
	for cells := 8; cells < 90; cells++ {
		lines := text.Wrap(cells)
		for _, line := range lines {
			if line.Width() > cells && !strings.Contains(line.s, "momentolint revoke") || strings.Contains(line.s, glue) {
				t.Errorf("%d cells: %q", cells, line.s)
			}
		}
		if cells > 30 && !strings.Contains(joined(lines), "momentolint revoke KEY") {
			t.Errorf("%d cells: the command is broken: %q", cells, lines)
		}
	}
}

func joined(lines []Text) string { return Lines(lines...).s }
