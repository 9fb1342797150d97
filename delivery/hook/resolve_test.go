package hook

import (
	"slices"
	"strings"
	"testing"
)

// pushed lists what a push would give away, by the subjects of its commits.
func (s *sandbox) pushed(dir string, p Push) string {
	s.t.Helper()
	include, exclude, err := p.Resolve(s.t.Context(), s.path(dir))
	if err != nil {
		s.t.Fatal(err)
	}
	args := append([]string{"log", "--topo-order", "--format=%s"}, include...)
	for _, id := range exclude {
		args = append(args, "^"+id)
	}
	return strings.ReplaceAll(s.git(dir, args...), "\n", " ")
}

// family is a repository with a remote that has its main branch, and another
// remote that has nothing.
func (s *sandbox) family() {
	s.t.Helper()
	s.repository("repo")
	s.git("", "init", "-q", "--bare", "server")
	s.git("", "init", "-q", "--bare", "fork")
	s.git("repo", "remote", "add", "origin", s.path("server"))
	s.git("repo", "remote", "add", "fork", s.path("fork"))
	s.git("repo", "push", "-q", "origin", "main")
	s.git("repo", "checkout", "-q", "-b", "topic")
	for _, name := range []string{"second", "third"} {
		s.git("repo", "commit", "-q", "--allow-empty", "-m", name)
	}
}

func (s *sandbox) id(revision string) string { return s.git("repo", "rev-parse", revision) }

func TestAPushGivesAwayWhatTheRemoteLacks(t *testing.T) {
	s := newSandbox(t)
	s.family()
	unknown := strings.Repeat("1", 40)
	update := func(remoteID string) []Update {
		return []Update{{LocalRef: "refs/heads/topic", LocalID: s.id("topic"), RemoteRef: "refs/heads/topic", RemoteID: remoteID}}
	}
	for name, tt := range map[string]struct {
		push Push
		want string
	}{
		"a new branch":                 {NewPush([]string{"origin", s.path("server")}, update("")), "third second"},
		"an update":                    {NewPush([]string{"origin", s.path("server")}, update(s.id("topic~1"))), "third"},
		"over what others pushed":      {NewPush([]string{"origin", s.path("server")}, update(unknown)), "third second"},
		"to a remote that has nothing": {NewPush([]string{"fork", s.path("fork")}, update("")), "third second first"},
		"to an address":                {NewPush([]string{s.path("fork"), s.path("fork")}, update("")), "third second"},
		"a deletion beside it":         {NewPush([]string{"origin", "x"}, append(update(""), Update{LocalRef: "(delete)", RemoteRef: "refs/heads/old", RemoteID: s.id("main")})), "third second"},
		"two branches at once":         {NewPush([]string{"fork", "x"}, append(update(""), Update{LocalRef: "main", LocalID: s.id("main"), RemoteRef: "refs/heads/main"})), "third second first"},
		"what the remote has already":  {NewPush([]string{"origin", "x"}, []Update{{LocalRef: "main", LocalID: s.id("main"), RemoteRef: "refs/heads/copy"}}), ""},
	} {
		if got := s.pushed("repo", tt.push); got != tt.want {
			t.Errorf("%s: gives away %q, want %q", name, got, tt.want)
		}
	}
}

func TestADeletionGivesNothingAway(t *testing.T) {
	p := NewPush([]string{"origin", "x"}, []Update{{LocalRef: "(delete)", RemoteRef: "refs/heads/old", RemoteID: strings.Repeat("1", 40)}})
	if len(p.Include) != 0 {
		t.Errorf("%+v", p)
	}
}

func TestAnAnnotatedTagIsPushedItself(t *testing.T) {
	s := newSandbox(t)
	s.family()
	s.git("repo", "tag", "-a", "-m", "a tag", "v1")
	tag := s.id("refs/tags/v1")
	include, _, err := NewPush([]string{"origin", "x"}, []Update{{LocalRef: "refs/tags/v1", LocalID: tag, RemoteRef: "refs/tags/v1"}}).Resolve(t.Context(), s.path("repo"))
	if err != nil || !slices.Equal(include, []string{tag}) {
		t.Errorf("%q, %v, want the tag %s", include, err, tag)
	}
}

func TestWhatIsPushedButNotHereIsAnError(t *testing.T) {
	s := newSandbox(t)
	s.family()
	p := Push{Include: []string{"no-such-branch"}, Remote: "origin"}
	if _, _, err := p.Resolve(t.Context(), s.path("repo")); err == nil {
		t.Error("it is passed over")
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
