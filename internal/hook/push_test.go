package hook_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/hook"
)

const (
	one    = "1111111111111111111111111111111111111111"
	two    = "2222222222222222222222222222222222222222"
	none   = "0000000000000000000000000000000000000000"
	long   = "33333333333333333333333333333333" + "33333333333333333333333333333333"
	noLong = "00000000000000000000000000000000" + "00000000000000000000000000000000"
)

func TestEveryLineOfAPushIsRead(t *testing.T) {
	input := strings.Join([]string{
		"refs/heads/main " + one + " refs/heads/main " + none,            // new
		"refs/heads/next " + two + " refs/heads/next " + one,             // update or force
		"(delete) " + none + " refs/heads/old " + one,                    // delete
		"refs/tags/v1 " + one + " refs/tags/v1 " + none,                  // tag
		":/fix the build " + two + " refs/heads/fix " + none,             // a revision with blanks
		"refs/heads/sha256 " + long + " refs/heads/sha256 " + noLong, "", // SHA-256
	}, "\n")
	want := []hook.Update{
		{"refs/heads/main", one, "refs/heads/main", ""},
		{"refs/heads/next", two, "refs/heads/next", one},
		{"(delete)", "", "refs/heads/old", one},
		{"refs/tags/v1", one, "refs/tags/v1", ""},
		{":/fix the build", two, "refs/heads/fix", ""},
		{"refs/heads/sha256", long, "refs/heads/sha256", ""},
	}
	got, err := hook.ReadUpdates(strings.NewReader(input))
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %+v, %v\nwant %+v", got, err, want)
	}
}

func TestNothingToPushIsNoError(t *testing.T) {
	for _, input := range []string{"", "\n"} {
		if got, err := hook.ReadUpdates(strings.NewReader(input)); err != nil || len(got) != 0 {
			t.Errorf("%q: %v, %v", input, got, err)
		}
	}
}

func TestWhatIsNotAPushIsRefused(t *testing.T) {
	for _, input := range []string{
		"refs/heads/main " + one + " refs/heads/main",
		"refs/heads/main " + one[:39] + " refs/heads/main " + none,
		"refs/heads/main HEAD refs/heads/main " + none,
		"refs/heads/main " + one + " refs/heads/main --upload-pack=x",
		strings.Repeat("x", 70<<10),
	} {
		if got, err := hook.ReadUpdates(strings.NewReader(input)); err == nil {
			t.Errorf("%.80q is taken: %+v", input, got)
		}
	}
}

func FuzzReadUpdates(f *testing.F) {
	f.Add([]byte("refs/heads/main " + one + " refs/heads/main " + none + "\n(delete) " + none + " refs/heads/x " + one))
	f.Add([]byte(":/a b " + long + " refs/heads/x " + noLong))
	f.Add([]byte("a b c d\n\n"))
	f.Fuzz(func(t *testing.T, input []byte) {
		updates, err := hook.ReadUpdates(bytes.NewReader(input))
		if err != nil {
			return
		}
		for _, u := range updates {
			// Ids become arguments of git and keys of the object store.
			for _, id := range []string{u.LocalID, u.RemoteID} {
				if id != "" && (len(id) != 40 && len(id) != 64 || strings.Trim(id, "0123456789abcdef") != "") {
					t.Errorf("%q gives the id %q", input, id)
				}
			}
			if !bytes.Contains(input, []byte(u.RemoteRef)) || !bytes.Contains(input, []byte(u.LocalRef)) {
				t.Errorf("%q gives refs that do not stand in it: %+v", input, u)
			}
		}
	})
}
