package inspect

import (
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/account"
)

func TestWhatIsAboutToBeRevokedFitsTheTerminal(t *testing.T) {
	t.Parallel()
	var list account.Revocations
	for _, id := range []string{"0b9d9a3e-5a41-4f2e-9f0c-6a3b8f6d2c11", "short"} {
		list = append(list, &account.Revocation{ID: id, Entry: &account.Entry{
			Key:  account.Key{ID: id, RoleID: "r", Description: strings.Repeat("a long description ", 8), IssuedAt: testNow},
			Role: &account.Role{Name: "a role with a long name"},
		}})
	}
	list = append(list, &account.Revocation{ID: "unheard-of"})
	for _, columns := range []int{60, 80, 140} {
		var out strings.Builder
		if err := (Revocations{List: list, DryRun: true}).Plan(&out, Look{Width: columns}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(out.String(), "\n") {
			if n := len([]rune(line)); n > columns {
				t.Errorf("%d columns: a line of %d: %q", columns, n, line)
			}
		}
		// Of a long one as much is shown as of any.
		if n := strings.Count(out.String(), "long …\""); n != 2 {
			t.Errorf("%d columns: a description is cut:\n%s", columns, out.String())
		}
	}
}
