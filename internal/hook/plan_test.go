package hook

import (
	"slices"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/git/changes"
)

// variables looks up those that the pre-commit framework sets.
func variables(list ...string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for _, v := range list {
			if value, ok := strings.CutPrefix(v, name+"="); ok {
				return value, true
			}
		}
		return "", false
	}
}

func TestADeletionSendsNothing(t *testing.T) {
	line := "(delete) " + none + " refs/heads/old " + strings.Repeat("1", 40) + "\n"
	p, err := PrePush.Plan(t.Context(), Call{Args: []string{"origin", "x"}, In: strings.NewReader(line), Lookup: variables()})
	if err != nil || p.Commits != nil || p.Index {
		t.Errorf("%+v, %v", p, err)
	}
}

// The framework can be told to run any hook at any stage, so that only its
// variables say what is to be scanned. They are those of versions 3.2 to 4.6.
func TestTheFrameworksVariablesAreUnderstoodAtEveryStage(t *testing.T) {
	s := newSandbox(t)
	s.repository("repo")
	t.Chdir(s.path("repo"))
	remote := []string{"PRE_COMMIT=1", "PRE_COMMIT_REMOTE_NAME=origin", "PRE_COMMIT_REMOTE_URL=u", "PRE_COMMIT_REMOTE_BRANCH=refs/heads/x", "PRE_COMMIT_LOCAL_BRANCH=refs/heads/x"}
	refs := []string{"PRE_COMMIT=1", "PRE_COMMIT_ORIGIN=aaa", "PRE_COMMIT_SOURCE=bbb", "PRE_COMMIT_FROM_REF=aaa", "PRE_COMMIT_TO_REF=bbb"}
	for name, tt := range map[string]struct {
		variables []string
		want      changes.Commits
	}{
		"an update":        {slices.Concat(remote, refs), changes.Commits{Include: []string{"bbb"}, Exclude: []string{"aaa"}, Lenient: true}},
		"the first push":   {remote, changes.Commits{Include: []string{"refs/heads/x"}, Lenient: true}},
		"to a URL":         {[]string{"PRE_COMMIT=1", "PRE_COMMIT_REMOTE_NAME=u", "PRE_COMMIT_REMOTE_URL=u", "PRE_COMMIT_LOCAL_BRANCH=refs/heads/x"}, changes.Commits{Include: []string{"refs/heads/x"}, Lenient: true}},
		"a range":          {refs, changes.Commits{Include: []string{"bbb"}, Exclude: []string{"aaa"}}},
		"a first checkout": {[]string{"PRE_COMMIT=1", "PRE_COMMIT_FROM_REF=" + none, "PRE_COMMIT_TO_REF=bbb", "PRE_COMMIT_CHECKOUT_TYPE=1"}, changes.Commits{Include: []string{"bbb"}}},
	} {
		for _, e := range Events() {
			p, err := e.Plan(t.Context(), Call{In: strings.NewReader(""), Lookup: variables(tt.variables...)})
			if err != nil || p.Commits == nil {
				t.Errorf("%s, %s: %+v, %v", name, e, p, err)
				continue
			}
			tt.want.AsSent = true
			if got := *p.Commits; got.String() != tt.want.String() || got.Lenient != tt.want.Lenient || !got.AsSent {
				t.Errorf("%s, %s: %+v, want %+v", name, e, got, tt.want)
			}
		}
	}
}

// A native hook may run inside one of the framework's, whose variables are not
// about it then.
func TestArgumentsOfGitComeBeforeTheFrameworksVariables(t *testing.T) {
	s := newSandbox(t)
	s.repository("repo")
	t.Chdir(s.path("repo"))
	id := strings.Repeat("1", 40)
	p, err := PrePush.Plan(t.Context(), Call{
		Args: []string{"origin", "x"}, In: strings.NewReader("refs/heads/a " + id + " refs/heads/a " + none + "\n"),
		Lookup: variables("PRE_COMMIT=1", "PRE_COMMIT_FROM_REF=aaa", "PRE_COMMIT_TO_REF=bbb"),
	})
	if err != nil || p.Commits == nil || !slices.Equal(p.Commits.Include, []string{id}) {
		t.Errorf("%+v, %v", p.Commits, err)
	}
}
