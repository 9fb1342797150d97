package action_test

import (
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/action"
)

const (
	one  = "1111111111111111111111111111111111111111"
	two  = "2222222222222222222222222222222222222222"
	none = "0000000000000000000000000000000000000000"
)

func TestEachEventNamesItsCommits(t *testing.T) {
	for name, tt := range map[string]struct {
		event, payload string
		want           action.Plan
	}{
		"pull request": {
			"pull_request", `{"number":7,"pull_request":{"base":{"sha":"` + one + `","ref":"main"},"head":{"sha":"` + two + `"}},"repository":{"default_branch":"main"}}`,
			action.Plan{Mode: action.Commits, Title: "pull request #7", Head: two, Base: one},
		},
		"merge group": {
			"merge_group", `{"merge_group":{"head_sha":"` + two + `","base_sha":"` + one + `"}}`,
			action.Plan{Mode: action.Commits, Title: "merge group", Head: two, Base: one},
		},
		"push": {
			"push", `{"ref":"refs/heads/topic","before":"` + one + `","after":"` + two + `","repository":{"default_branch":"main"}}`,
			action.Plan{Mode: action.Commits, Title: "push to topic", Head: two, Base: one, Fallback: "main", MayBeGone: true},
		},
		"push of a new branch": {
			"push", `{"ref":"refs/heads/topic","before":"` + none + `","after":"` + two + `","repository":{"default_branch":"main"}}`,
			action.Plan{Mode: action.Commits, Title: "push to topic", Head: two, Fallback: "main", MayBeGone: true},
		},
		"first push to the default branch": {
			"push", `{"ref":"refs/heads/main","before":"` + none + `","after":"` + two + `","repository":{"default_branch":"main"}}`,
			action.Plan{Mode: action.Commits, Title: "push to main", Head: two, MayBeGone: true},
		},
		"push of a tag": {
			"push", `{"ref":"refs/tags/v1","before":"` + none + `","after":"` + two + `","repository":{"default_branch":"main"}}`,
			action.Plan{Mode: action.Commits, Title: "push of the tag v1", Head: two, Fallback: "main", MayBeGone: true},
		},
		"deleted branch": {
			"push", `{"ref":"refs/heads/topic","before":"` + one + `","after":"` + none + `","deleted":true}`,
			action.Plan{Mode: action.Nothing, Title: "the deletion of topic"},
		},
		"schedule":          {"schedule", `{"schedule":"17 4 * * 1"}`, action.Plan{Mode: action.Tree, Title: "all files"}},
		"workflow_dispatch": {"workflow_dispatch", `{"inputs":null}`, action.Plan{Mode: action.Tree, Title: "all files"}},
		"release":           {"release", `{}`, action.Plan{Mode: action.Tree, Title: "all files"}},
	} {
		got, err := action.NewPlan(tt.event, []byte(tt.payload))
		if err != nil || got != tt.want {
			t.Errorf("%s: %+v, %v\nwant %+v", name, got, err, tt.want)
		}
	}
}

func TestPayloadsThatNameNoCommitAreRefused(t *testing.T) {
	for _, tt := range [][2]string{
		{"push", `{`},
		{"push", `{"ref":"refs/heads/main"}`},
		{"push", `{"ref":"refs/heads/main","after":"--output=x"}`},
		{"push", `{"ref":"refs/heads/main","after":"` + two + `","before":"HEAD~1"}`},
		{"pull_request", `{}`},
		{"pull_request", `{"pull_request":{"base":{"sha":"` + one + `"},"head":{}}}`},
		{"merge_group", `{}`},
	} {
		if got, err := action.NewPlan(tt[0], []byte(tt[1])); err == nil {
			t.Errorf("%s %s is taken: %+v", tt[0], tt[1], got)
		}
	}
}

func FuzzNewPlan(f *testing.F) {
	for _, name := range []string{"push", "pull_request", "merge_group", "schedule"} {
		f.Add(name, []byte(`{"number":7,"pull_request":{"base":{"sha":"`+one+`"},"head":{"sha":"`+two+`"}}}`))
		f.Add(name, []byte(`{"ref":"refs/heads/topic","before":"`+none+`","after":"`+two+`","repository":{"default_branch":"main"}}`))
		f.Add(name, []byte(`{"merge_group":{"head_sha":"`+two+`","base_sha":"`+one+`"}}`))
	}
	f.Fuzz(func(t *testing.T, name string, payload []byte) {
		plan, err := action.NewPlan(name, payload)
		if err != nil || plan.Mode != action.Commits {
			return
		}
		// They become arguments of git.
		for _, id := range []string{plan.Head, plan.Base} {
			if strings.Trim(id, "0123456789abcdef") != "" {
				t.Errorf("%s %s gives the id %q", name, payload, id)
			}
		}
		if plan.Head == "" {
			t.Errorf("%s %s gives no commit", name, payload)
		}
	})
}
