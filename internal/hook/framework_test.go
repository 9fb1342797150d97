package hook

import (
	"slices"
	"strings"
	"testing"
)

func TestADeletionGivesNothingAway(t *testing.T) {
	p := NewPush([]string{"origin", "x"}, []Update{{LocalRef: "(delete)", RemoteRef: "refs/heads/old", RemoteID: strings.Repeat("1", 40)}})
	if len(p.Include) != 0 {
		t.Errorf("%+v", p)
	}
}

func TestTheFrameworksVariablesAreUnderstood(t *testing.T) {
	for name, tt := range map[string]struct {
		variables map[string]string
		want      Push
		ok        bool
	}{
		"an update":      {map[string]string{"FROM_REF": "aaa", "TO_REF": "bbb", "REMOTE_NAME": "origin", "REMOTE_URL": "u", "LOCAL_BRANCH": "refs/heads/x"}, Push{Include: []string{"bbb"}, Exclude: []string{"aaa"}, Remote: "origin"}, true},
		"the first push": {map[string]string{"REMOTE_NAME": "origin", "REMOTE_URL": "u", "LOCAL_BRANCH": "refs/heads/x"}, Push{Include: []string{"refs/heads/x"}, Remote: "origin"}, true},
		"to an address":  {map[string]string{"REMOTE_NAME": "u", "REMOTE_URL": "u", "LOCAL_BRANCH": "refs/heads/x"}, Push{Include: []string{"refs/heads/x"}}, true},
		"no framework":   {nil, Push{}, false},
	} {
		got, ok := FrameworkPush(func(name string) (string, bool) {
			value, ok := tt.variables[strings.TrimPrefix(name, "PRE_COMMIT_")]
			return value, ok
		})
		if ok != tt.ok || got.Remote != tt.want.Remote || !slices.Equal(got.Include, tt.want.Include) || !slices.Equal(got.Exclude, tt.want.Exclude) {
			t.Errorf("%s: %+v, %v, want %+v", name, got, ok, tt.want)
		}
	}
}
