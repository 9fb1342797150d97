//go:build integration

package action_test

import (
	"strconv"
	"testing"

	"github.com/momentolint/momentolint/internal/action"
)

// depths are those of the checkouts, 0 for all; actions/checkout takes 1 without
// being asked.
var depths = []int{0, 1, 2}

func TestTheCommitsOfAnEventAreFoundInAnyCheckout(t *testing.T) {
	s := newServer(t)
	pull := func(s *server) action.Plan {
		return action.Plan{Mode: action.Commits, Title: "pull request #7", Head: s.top, Base: s.third}
	}
	push := func(base func(*server) string, branch string) func(*server) action.Plan {
		return func(s *server) action.Plan {
			p := action.Plan{Mode: action.Commits, Title: "push", Head: s.top, Base: base(s), Fallback: "main", MayBeGone: true}
			if branch == "main" {
				p.Head, p.Fallback = s.third, ""
			}
			return p
		}
	}
	known := func(s *server) string { return s.fourth }
	nobody := func(*server) string { return "" }
	gone := func(*server) string { return two }

	for name, tt := range map[string]struct {
		plan func(*server) action.Plan
		ref  string
		want string
	}{
		"pull request":                        {pull, "refs/pull/7/merge", "fifth fourth"},
		"push":                                {push(known, "topic"), "refs/heads/topic", "fifth"},
		"push of a new branch":                {push(nobody, "topic"), "refs/heads/topic", "fifth fourth"},
		"forced push, the old commit is gone": {push(gone, "topic"), "refs/heads/topic", "fifth fourth"},
		"first push to the default branch":    {push(nobody, "main"), "refs/heads/main", "third second first"},
		"forced push to the default branch":   {push(gone, "main"), "refs/heads/main", "third second first"},
	} {
		for _, depth := range depths {
			t.Run(name+", depth "+strconv.Itoa(depth), func(t *testing.T) {
				dir := s.checkout(t, tt.ref, depth)
				var log []string
				found, err := action.Repository{Dir: dir, Log: func(line string) { log = append(log, line) }}.Resolve(t.Context(), tt.plan(s))
				if err != nil {
					t.Fatal(err)
				}
				if got := commits(t, dir, found); got != tt.want {
					t.Errorf("the commits are %q, want %q (%q)", got, tt.want, log)
				}
			})
		}
	}
}
