package main

import (
	"fmt"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// server is a bare repository with the hook, and a repository without hooks that
// pushes to it.
type server struct {
	*desk
	bare, url string
}

func newServer(t *testing.T, overHTTP bool, init ...string) *server {
	t.Helper()
	d := newDesk(t, init...)
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if out, err := d.in(d.dir, program, "hook", "uninstall"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	s := &server{desk: d, bare: d.server, url: d.server}
	s.onServer("config", "receive.advertisePushOptions", "true")
	s.onServer("config", "http.receivepack", "true")
	if out, err := d.in(s.bare, program, "hook", "install"); err != nil || !strings.Contains(out, "pre-receive") || strings.Contains(out, "pre-push") {
		t.Fatalf("%v\n%s", err, out)
	}
	if overHTTP {
		git, err := exec.LookPath("git")
		if err != nil {
			t.Fatal(err)
		}
		web := httptest.NewServer(&cgi.Handler{
			Path: git, Args: []string{"http-backend"},
			Env: append([]string{"GIT_PROJECT_ROOT=" + filepath.Dir(s.bare), "GIT_HTTP_EXPORT_ALL=1", "REMOTE_USER=ada"}, d.env...),
		})
		t.Cleanup(web.Close)
		s.url = web.URL + "/" + filepath.Base(s.bare)
		d.git("remote", "set-url", "origin", s.url)
	}
	return s
}

func (s *server) onServer(args ...string) string {
	s.t.Helper()
	out, err := s.in(s.bare, "git", args...)
	if err != nil {
		s.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(out)
}

func (s *server) commit(name, text string) {
	s.t.Helper()
	s.write(name, text)
	s.git("add", "-A")
	s.git("commit", "-q", "-m", "change "+name)
}

// rejected pushes and wants the server to reject it, name the place, and change
// nothing.
func (s *server) rejected(secret, where string, args ...string) {
	s.t.Helper()
	before := s.onServer("for-each-ref")
	out, err := s.in(s.dir, "git", append([]string{"push"}, args...)...)
	switch {
	case err == nil:
		s.t.Errorf("git push %v passes\n%s", args, out)
	case !strings.Contains(out, "remote: ") || !strings.Contains(out, where) || !strings.Contains(out, "pre-receive hook declined"):
		s.t.Errorf("git push %v: %v, without %q:\n%s", args, err, where, out)
	case secret != "" && strings.Contains(out, secret):
		s.t.Errorf("git push %v shows the credential", args)
	}
	if after := s.onServer("for-each-ref"); after != before {
		s.t.Errorf("git push %v changes the server's refs:\n%s", args, after)
	}
}

func TestAServerRejectsPushesWithACredential(t *testing.T) {
	key := ct.V2(ct.Options{Seed: "pre-receive"})
	for _, transport := range []string{"file", "HTTP"} {
		for name, tt := range map[string]struct {
			prepare func(s *server)
			push    []string
			where   string // "" if it is accepted
		}{
			"clean":  {func(s *server) { s.commit("a", "1") }, []string{"origin", "main", "main:new"}, ""},
			"a file": {func(s *server) { s.commit("app.env", "KEY="+key) }, []string{"origin", "main"}, "app.env:1:5"},
			"a commit that a later one cleans": {func(s *server) {
				s.commit("app.env", "KEY="+key)
				s.commit("app.env", "KEY=")
			}, []string{"origin", "main:new"}, "app.env:1:5"},
			"the last of many refs": {func(s *server) {
				var refs strings.Builder
				for i := range 500 {
					fmt.Fprintf(&refs, "create refs/heads/many/%d HEAD\n", i)
				}
				cmd := exec.Command("git", "update-ref", "--stdin")
				cmd.Dir, cmd.Env, cmd.Stdin = s.dir, s.env, strings.NewReader(refs.String())
				if out, err := cmd.CombinedOutput(); err != nil {
					s.t.Fatalf("%v\n%s", err, out)
				}
				s.commit("app.env", "KEY="+key)
				s.git("branch", "z")
				s.git("reset", "-q", "--hard", "HEAD~")
			}, []string{"--all", "origin"}, "app.env:1:5"},
			"a tag's message": {func(s *server) { s.git("tag", "-a", "-m", "use "+key, "v1") }, []string{"origin", "v1"}, "(tag message):1:5"},
			"a tag of a blob": {func(s *server) {
				s.write("loose", "KEY="+key)
				s.git("tag", "blob", s.git("hash-object", "-w", "loose"))
			}, []string{"origin", "blob"}, ":1:5"},
			"next to a deletion": {func(s *server) {
				s.git("push", "-q", "origin", "main:old")
				s.commit("app.env", "KEY="+key)
			}, []string{"origin", ":old", "main"}, "app.env:1:5"},
			"a deletion": {func(s *server) { s.git("push", "-q", "origin", "main:old") }, []string{"origin", ":old"}, ""},
			"a forced push": {func(s *server) {
				s.commit("a", "1")
				s.git("push", "-q", "origin", "main")
				s.git("reset", "-q", "--hard", "HEAD~")
				s.commit("app.env", "KEY="+key)
			}, []string{"--force", "origin", "main"}, "app.env:1:5"},
			"what a pusher excludes": {func(s *server) {
				s.commit(".momentolint.yaml", "version: 1\nexclude:\n  - app.env\n")
				s.commit("app.env", "KEY="+key)
			}, []string{"origin", "main"}, "app.env:1:5"},
			"what the default branch excludes": {func(s *server) {
				s.commit(".momentolint.yaml", "version: 1\nexclude:\n  - app.env\n")
				s.git("push", "-q", "origin", "main")
				s.commit("app.env", "KEY="+key)
			}, []string{"origin", "main:topic"}, ""},
			"an option that the server does not permit": {func(s *server) { s.commit("app.env", "KEY="+key) },
				[]string{"-o", "momentolint.skip=a test", "origin", "main"}, "does not permit the push option"},
			"an option that the server permits": {func(s *server) {
				s.onServer("config", "momentolint.allowSkip", "true")
				s.commit("app.env", "KEY="+key)
			}, []string{"-o", "other", "-o", "momentolint.skip=a test", "origin", "main"}, ""},
			"what the server has already": {func(s *server) {
				s.commit("app.env", "KEY="+key)
				s.commit("app.env", "KEY=")
				s.git("push", "-q", "-o", "momentolint.skip", "origin", "main")
				s.commit("b", "1")
			}, []string{"origin", "main:again"}, ""},
		} {
			t.Run(transport+", "+name, func(t *testing.T) {
				t.Parallel()
				s := newServer(t, transport == "HTTP")
				if name == "what the server has already" {
					s.onServer("config", "momentolint.allowSkip", "true")
				}
				tt.prepare(s)
				if tt.where != "" {
					s.rejected(key, tt.where, tt.push...)
					return
				}
				if out, err := s.in(s.dir, "git", append([]string{"push"}, tt.push...)...); err != nil || strings.Contains(out, key) {
					t.Errorf("git push %v: %v\n%s", tt.push, err, out)
				}
			})
		}
	}
}

func TestAServerWithSHA256Rejects(t *testing.T) {
	t.Parallel()
	key := ct.V2(ct.Options{Seed: "sha256"})
	s := newServer(t, false, "--object-format=sha256")
	s.commit("app.env", "KEY="+key)
	s.rejected(key, "app.env:1:5", "origin", "main:new")
}

// A fork often shares its objects with the repository that it was made from: what is
// in those, but in none of its refs, is new to it.
func TestAServersAlternateObjectsAreScanned(t *testing.T) {
	t.Parallel()
	key := ct.V2(ct.Options{Seed: "alternate"})
	s := newServer(t, false)
	s.commit("app.env", "KEY="+key)
	pool := t.TempDir()
	if out, err := s.in(pool, "git", "clone", "-q", "--bare", s.dir, "."); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := os.WriteFile(filepath.Join(s.bare, "objects", "info", "alternates"), []byte(filepath.Join(pool, "objects")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.rejected(key, "app.env:1:5", "origin", "main:new")
}

// Who pushes to a repository on this computer, or runs a program over ssh, can set
// variables of the hook.
func TestAPusherCannotSkipTheServersHook(t *testing.T) {
	t.Parallel()
	key := ct.V2(ct.Options{Seed: "pusher"})
	s := newServer(t, false)
	s.commit("app.env", "KEY="+key)
	s.env = append(s.env, "MOMENTOLINT_SKIP=1", "PRE_COMMIT=1", "PRE_COMMIT_FROM_REF=HEAD", "PRE_COMMIT_TO_REF=HEAD")
	s.rejected(key, "app.env:1:5", "origin", "main")
	s.git("config", "momentolint.allowSkip", "true")
	s.rejected(key, "does not permit", "-o", "momentolint.skip", "origin", "main")
	s.env = append(s.env, "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=momentolint.allowSkip", "GIT_CONFIG_VALUE_0=true")
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	own := *s.desk
	own.env = append(own.env, "GIT_PUSH_OPTION_COUNT=1", "GIT_PUSH_OPTION_0=momentolint.skip")
	if out, err := own.in(s.bare, program, "hook", "run", "pre-receive"); err != nil || !strings.Contains(out, "does not permit") {
		t.Errorf("the configuration of a command line counts: %v\n%s", err, out)
	}
}

func TestAServersHookThatTakesTooLongRejects(t *testing.T) {
	t.Parallel()
	s := newServer(t, false)
	s.commit("a", "1")
	hook := filepath.Join(s.bare, "hooks", "pre-receive")
	text, err := os.ReadFile(hook)
	if err != nil {
		t.Fatal(err)
	}
	bounded := strings.Replace(string(text), "hook run pre-receive", "hook run --timeout 1ns pre-receive", 1)
	if err := os.WriteFile(hook, []byte(bounded), 0o755); err != nil {
		t.Fatal(err)
	}
	s.rejected("", "did not end within 1ns", "origin", "main")
}

// Otherwise no push could repair it.
func TestAServersBrokenConfigurationIsNoConfiguration(t *testing.T) {
	t.Parallel()
	key := ct.V2(ct.Options{Seed: "broken"})
	s := newServer(t, false)
	s.commit(".momentolint.yaml", "version: 1\nexclude: {\n")
	s.git("push", "-q", "origin", "main")
	s.commit("app.env", "KEY="+key)
	s.rejected(key, "app.env:1:5", "origin", "main")
	s.git("reset", "-q", "--hard", "HEAD~")
	s.commit(".momentolint.yaml", "version: 1\n")
	if out, err := s.in(s.dir, "git", "push", "origin", "main"); err != nil || !strings.Contains(out, "the defaults count") {
		t.Errorf("%v\n%s", err, out)
	}
}

// What cannot be opened is named, and rejected if the base's configuration wants it.
func TestPushesNameWhatIsOpaque(t *testing.T) {
	opaque := "age-encryption.org/v1\n-> X25519 AAAA\nAAAA\n--- AAAA\nAAAA\n"
	t.Run("pre-receive", func(t *testing.T) {
		t.Parallel()
		s := newServer(t, false)
		s.commit("one.age", opaque)
		if out, err := s.in(s.dir, "git", "push", "origin", "main"); err != nil || !strings.Contains(out, "one.age") {
			t.Errorf("%v, want it accepted with the file's name:\n%s", err, out)
		}
		s.commit(".momentolint.yaml", "version: 1\nstrict: true\n")
		s.git("push", "-q", "origin", "main")
		s.git("rm", "-q", ".momentolint.yaml")
		s.commit("two.age", opaque+"A")
		s.rejected("", "two.age", "origin", "main")
	})
	t.Run("pre-push", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		d.write("one.age", opaque)
		d.git("add", ".")
		d.git("commit", "-q", "-m", "an opaque file is no reason to refuse a commit")
		if out, err := d.in(d.dir, "git", "push", "origin", "main"); err != nil || !strings.Contains(out, "one.age") {
			t.Errorf("%v, want it accepted with the file's name:\n%s", err, out)
		}
		d.write(".momentolint.yaml", "version: 1\nstrict: true\n")
		d.git("add", ".")
		d.git("commit", "-q", "-m", "strict")
		d.git("push", "-q", "origin", "main")
		d.write(".momentolint.yaml", "version: 1\n")
		d.git("commit", "-q", "-a", "-m", "no longer strict, which the remote does not know yet")
		d.write("three.age", opaque+"B")
		d.git("add", ".")
		d.git("commit", "-q", "-m", "opaque")
		if out, err := d.in(d.dir, "git", "push", "origin", "main"); err == nil || !strings.Contains(out, "three.age") {
			t.Errorf("strict in what the remote has: %v\n%s", err, out)
		}
		d.git("reset", "-q", "--hard", "HEAD~2")
		d.write("two.age", opaque+"A")
		d.git("add", ".")
		if out, err := d.in(d.dir, "git", "commit", "-m", "opaque"); err == nil || !strings.Contains(out, "two.age") {
			t.Errorf("strict, a commit: %v\n%s", err, out)
		}
		d.git("commit", "-q", "--no-verify", "-m", "opaque")
		if out, err := d.in(d.dir, "git", "push", "origin", "main"); err == nil || !strings.Contains(out, "two.age") {
			t.Errorf("strict: %v\n%s", err, out)
		}
	})
}
