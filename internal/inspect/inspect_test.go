package inspect

import (
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

func TestInspectFitsTheTerminal(t *testing.T) {
	t.Parallel()
	in, err := New([]byte(credentialtest.V1(credentialtest.Options{
		ExpiresAt:   testNow.Add(days(5)),
		Permissions: credentialtest.Explicit(credentialtest.CacheReadOnly("orders"), credentialtest.CacheReadOnly("sessions")),
	})), testNow, days(30))
	if err != nil {
		t.Fatal(err)
	}
	in.verdict.Reason = strings.Repeat("a reason of some length ", 10)
	for _, columns := range []int{60, 80, 200} {
		var out strings.Builder
		if err := in.Text(&out, Look{Width: columns}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(out.String(), "\n") {
			longestWord := 0
			for w := range strings.FieldsSeq(line) {
				longestWord = max(longestWord, len([]rune(w)))
			}
			if n := len([]rune(line)); n > columns && longestWord < columns-labels-5 {
				t.Errorf("%d columns: a line of %d: %q", columns, n, line)
			}
		}
	}
}
