package inspect

import (
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/finding"
)

func TestTheTreeOfPermissionsFitsTheTerminal(t *testing.T) {
	long := strings.TrimSpace(strings.Repeat("list keys and tokens ", 8))
	tree := []finding.Branch{{Name: "all caches", Leaves: []string{long, "read all items"}}, {Name: "the account", Leaves: []string{long}}}
	lines := branches(tree, 60)
	if len(lines) < 9 {
		t.Errorf("%d lines: nothing was wrapped", len(lines))
	}
	for _, line := range lines {
		if n := len([]rune(line)); n > 60 {
			t.Errorf("a line of %d: %q", n, line)
		}
	}
}
