package hook

import (
	"strings"
	"testing"
)

// What takes a credential out depends on where it is: a commit's message and its
// files are changed with the commit, a tag's message with the tag.
func TestTheWayOutFitsThePlace(t *testing.T) {
	const commit, tag, stage = "git commit --amend", "git tag -f -a", "git reset --"
	for _, c := range []struct {
		event Event
		files []string
		want  string
	}{
		{PreCommit, []string{"app.env"}, stage},
		{PrePush, []string{"app.env"}, commit},
		{PreReceive, []string{"app.env"}, commit},
		{Manual, []string{"app.env"}, "rebase"},
		{PrePush, []string{"(commit message)"}, commit},
		{PrePush, []string{"(tag message)"}, tag},
		{PrePush, []string{"(tag header)"}, tag},
		{PrePush, []string{"(tag message)", "app.env"}, commit + " " + tag},
		{PrePush, []string{"(commit message)", "(tag message)"}, commit + " " + tag},
	} {
		text := c.event.WayOut(c.files, false)
		for _, way := range []string{commit, tag, stage} {
			if want := strings.Contains(c.want, way); strings.Contains(text, way) != want {
				t.Errorf("%s, %q: %q is there: %t, want %t", c.event, c.files, way, !want, want)
			}
		}
	}
}
