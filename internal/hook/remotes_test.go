package hook

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The URL that a remote-tracking ref is about is the one that git would fetch
// from, which git itself is asked for here.
func TestURLsAreRewrittenAsByGit(t *testing.T) {
	s := newSandbox(t)
	s.repository("repo")
	for _, args := range [][]string{
		{"remote", "add", "origin", "https://example.com/team/x.git"},
		{"remote", "add", "team/priv", "gh:team/x"},
		{"remote", "add", "dots.in.name", "/srv/x.git"},
		{"config", "--add", "remote.origin.url", "https://example.com/second.git"},
		{"remote", "set-url", "--push", "origin", "https://example.com/pushed.git"},
		{"config", "url.ssh://git@example.com/.insteadOf", "https://example.com/"},
		{"config", "url.ssh://git@example.com:2222/.insteadOf", "https://example.com/team/"},
		{"config", "url.https://example.com/.insteadOf", "gh:"},
		{"config", "url.ext::no.pushInsteadOf", "/srv/"},
	} {
		s.git("repo", args...)
	}
	r, err := openReceivers(t.Context(), s.path("repo"))
	if err != nil {
		t.Fatal(err)
	}
	if len(r.remotes) != 3 {
		t.Fatalf("%d remotes", len(r.remotes))
	}
	for _, m := range r.remotes {
		if want := s.git("repo", "ls-remote", "--get-url", m.name); m.rewritten != want {
			t.Errorf("%s: %q, want %q", m.name, m.rewritten, want)
		}
	}
}

// fork is a repository that has fetched a branch and a topic from a server; other
// is a server that has nothing.
func (s *sandbox) fork() (head string) {
	s.repository("repo")
	s.git("", "init", "-q", "--bare", "server")
	s.git("", "init", "-q", "--bare", "other")
	s.git("repo", "remote", "add", "origin", s.path("server"))
	s.git("repo", "push", "-q", "origin", "main", "main:topic")
	return s.git("repo", "rev-parse", "HEAD")
}

// knows returns how many objects the receiver at a URL is taken to have, as a new
// process sees it.
func (s *sandbox) knows(url string, updates ...Update) int {
	s.t.Helper()
	r, err := openReceivers(s.t.Context(), s.path("repo"))
	if err != nil {
		s.t.Fatal(err)
	}
	ids, _ := r.known(url, updates)
	return len(ids)
}

func TestRemoteTrackingRefsCountForTheirURLOnly(t *testing.T) {
	for name, tt := range map[string]struct {
		prepare func(s *sandbox)
		url     string // a directory of the sandbox
		updates []Update
		want    int
	}{
		"the remote itself": {func(*sandbox) {}, "server", nil, 1},
		"another URL":       {func(*sandbox) {}, "other", nil, 0},
		"another URL after set-url": {func(s *sandbox) {
			s.knows(s.path("server"))
			s.git("repo", "remote", "set-url", "origin", s.path("other"))
		}, "other", nil, 0},
		"back after set-url": {func(s *sandbox) {
			s.knows(s.path("server"))
			s.git("repo", "remote", "set-url", "origin", s.path("other"))
			s.knows(s.path("other"))
			s.git("repo", "remote", "set-url", "origin", s.path("server"))
		}, "server", nil, 0},
		"fetched after set-url": {func(s *sandbox) {
			s.knows(s.path("server"))
			s.git("repo", "remote", "set-url", "origin", s.path("other"))
			s.knows(s.path("other"))
			s.git("repo", "commit", "-q", "--allow-empty", "-m", "second")
			s.git("repo", "push", "-q", "origin", "main")
		}, "other", nil, 1},
		"announced after set-url": {func(s *sandbox) {
			s.knows(s.path("server"))
			s.git("repo", "remote", "set-url", "origin", s.path("other"))
		}, "other", []Update{{RemoteRef: "refs/heads/main", RemoteID: "HEAD"}}, 1},
		"a URL that insteadOf replaces since": {func(s *sandbox) {
			s.knows(s.path("server"))
			s.git("repo", "config", "url."+s.path("other")+".insteadOf", s.path("server"))
		}, "other", nil, 0},
		"a clone with another URL since": {func(s *sandbox) {
			s.git("", "clone", "-q", s.path("server"), "clone")
			if err := os.RemoveAll(s.path("repo")); err != nil {
				s.t.Fatal(err)
			}
			if err := os.Rename(s.path("clone"), s.path("repo")); err != nil {
				s.t.Fatal(err)
			}
			s.git("repo", "remote", "set-url", "origin", s.path("other"))
		}, "other", nil, 0},
		"a ref that two remotes track": {func(s *sandbox) {
			s.git("repo", "remote", "add", "team", s.path("other"))
			s.git("repo", "remote", "add", "team/priv", s.path("server"))
			s.git("repo", "fetch", "-q", "team/priv")
		}, "other", nil, 0},
		"a repository that lacks what it is said to have": {func(*sandbox) {}, "server", []Update{{RemoteRef: "refs/heads/main"}}, 0},
		"a branch of that name that is new there":         {func(*sandbox) {}, "server", []Update{{RemoteRef: "refs/heads/new"}}, 1},
		"refs that no remote has fetched": {func(s *sandbox) {
			s.git("repo", "config", "remote.origin.fetch", "+refs/heads/next:refs/remotes/origin/next")
		}, "server", nil, 0},
		"a mirror, whose branches are its own": {func(s *sandbox) {
			s.git("repo", "remote", "add", "--mirror=fetch", "mirror", s.path("other"))
		}, "other", nil, 0},
	} {
		s := newSandbox(t)
		head := s.fork()
		tt.prepare(s)
		for i := range tt.updates {
			if tt.updates[i].RemoteID != "" {
				tt.updates[i].RemoteID = head
			}
		}
		if got := s.knows(s.path(tt.url), tt.updates...); got != tt.want {
			t.Errorf("%s: %d objects are known, want %d", name, got, tt.want)
		}
	}
}

// The repository's record must not become another place where passwords are.
func TestTheRecordOfRemotesHoldsNoURL(t *testing.T) {
	s := newSandbox(t)
	s.fork()
	s.git("repo", "remote", "set-url", "origin", "https://user:password@example.com/x")
	s.install(s.installer("repo"))
	text := s.read(filepath.Join(s.path("repo"), ".git", "momentolint", "remotes.json"))
	if !strings.Contains(text, "origin") || strings.Contains(text, "password") || strings.Contains(text, "example.com") {
		t.Errorf("the record: %s", text)
	}
	s.git("repo", "remote", "set-url", "origin", s.path("other"))
	if n := s.knows(s.path("other")); n != 0 {
		t.Errorf("a change after the installation goes unnoticed: %d objects are known", n)
	}
	r, err := openReceivers(t.Context(), s.path("repo"))
	if err != nil || len(r.Stale) != 2 {
		t.Errorf("stale: %v, %v", slices.Collect(maps.Keys(r.Stale)), err)
	}
	s.uninstall(s.installer("repo"))
	if _, err := os.Stat(s.path("repo", ".git", "momentolint")); err == nil {
		t.Error("the record outlives the hooks")
	}
}
