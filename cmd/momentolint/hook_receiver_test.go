package main

import (
	"encoding/binary"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// bare makes a repository to push to.
func (d *desk) bare() string {
	d.t.Helper()
	dir := d.t.TempDir()
	if out, err := d.in(dir, "git", "init", "-q", "--bare", "-b", "main"); err != nil {
		d.t.Fatalf("%v\n%s", err, out)
	}
	return dir
}

// leaked commits a credential, removes it again, and pushes both to the remote,
// past the hook.
func (d *desk) leaked(key string) {
	d.t.Helper()
	for _, text := range []string{"KEY=" + key + "\n", "KEY=\n"} {
		d.write("app.env", text)
		d.git("add", ".")
		d.git("commit", "-q", "--no-verify", "-m", "change")
	}
	d.git("push", "-q", "--no-verify", "origin", "main")
}

// What counts is what the receiving repository has, and not what some other one
// of the same or a similar name has.
func TestAPushIsScannedForTheRepositoryThatReceivesIt(t *testing.T) {
	key := ct.V2(ct.Options{Seed: "receiver"})
	for name, prepare := range map[string]func(d *desk, other string) []string{
		"a URL": func(_ *desk, other string) []string { return []string{other, "main"} },
		"a new remote": func(d *desk, other string) []string {
			d.git("remote", "add", "named", other)
			return []string{"named", "main"}
		},
		"a new remote with the branches of another in its name": func(d *desk, other string) []string {
			d.git("remote", "add", "team", other)
			d.git("remote", "add", "team/priv", d.server)
			d.git("fetch", "-q", "team/priv")
			return []string{"team", "main"}
		},
		"a new URL of the remote": func(d *desk, other string) []string {
			d.git("remote", "set-url", "origin", other)
			return []string{"-u", "origin", "main"}
		},
		"a new URL of the remote, another branch": func(d *desk, other string) []string {
			d.git("remote", "set-url", "origin", other)
			return []string{"origin", "main:topic"}
		},
		"a URL for pushes": func(d *desk, other string) []string {
			d.git("remote", "set-url", "--push", "origin", other)
			return []string{"origin", "main:topic"}
		},
		"one of two URLs for pushes": func(d *desk, other string) []string {
			d.git("remote", "set-url", "--add", "--push", "origin", d.server)
			d.git("remote", "set-url", "--add", "--push", "origin", other)
			return []string{"origin", "main:topic"}
		},
		"pushInsteadOf": func(d *desk, other string) []string {
			d.git("config", "url."+other+".pushInsteadOf", d.server)
			return []string{"origin", "main:topic"}
		},
		"insteadOf": func(d *desk, other string) []string {
			d.git("config", "url."+other+".insteadOf", d.server)
			return []string{"origin", "main:topic"}
		},
		"another repository at the same place": func(d *desk, other string) []string {
			if err := os.RemoveAll(d.server); err != nil {
				d.t.Fatal(err)
			}
			if err := os.Rename(other, d.server); err != nil {
				d.t.Fatal(err)
			}
			return []string{"origin", "main"}
		},
		"a remote without a hook's installation before": func(d *desk, other string) []string {
			if err := os.RemoveAll(filepath.Join(d.dir, ".git", "momentolint")); err != nil {
				d.t.Fatal(err)
			}
			d.git("remote", "set-url", "origin", other)
			return []string{"origin", "main"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.leaked(key)
			other := d.bare()
			d.blocked(key, "app.env:1:5", append([]string{"push"}, prepare(d, other)...)...)
			if out, _ := d.in(other, "git", "for-each-ref"); out != "" {
				t.Errorf("the other repository has %s", out)
			}
		})
	}
	t.Run("the same repository", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		d.leaked(key)
		d.passes("push", "-q", "origin", "main:topic")
		d.passes("push", "-q", d.server, "main:by-url")
		d.git("remote", "set-url", "--push", "origin", d.server)
		d.passes("push", "-q", "origin", "main:by-push-url")
		d.git("config", "url."+d.server+".insteadOf", "short:")
		d.git("remote", "set-url", "origin", "short:")
		d.git("remote", "set-url", "--push", "origin", "short:")
		d.passes("push", "-q", "origin", "main:by-short-url")
	})
}

// forgeGraph writes a commit-graph in which the child has another parent.
// It is what gitformat-commit-graph describes.
func (d *desk) forgeGraph(child, parent string) {
	d.t.Helper()
	d.git("commit-graph", "write", "--reachable")
	path := filepath.Join(d.dir, ".git", "objects", "info", "commit-graph")
	graph, err := os.ReadFile(path)
	if err != nil {
		d.t.Fatal(err)
	}
	chunks := map[string]uint64{}
	for i := range int(graph[6]) {
		entry := graph[8+12*i:]
		chunks[string(entry[:4])] = binary.BigEndian.Uint64(entry[4:])
	}
	position := func(id string) uint64 {
		for i := uint64(0); ; i++ {
			at := chunks["OIDL"] + 20*i
			if at >= chunks["CDAT"] {
				d.t.Fatalf("%s is not in the graph", id)
			}
			if got := hex.EncodeToString(graph[at : at+20]); got == id {
				return i
			}
		}
	}
	binary.BigEndian.PutUint32(graph[chunks["CDAT"]+36*position(child)+20:], uint32(position(parent)))
	if err := os.Chmod(path, 0o600); err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(path, graph, 0o600); err != nil {
		d.t.Fatal(err)
	}
}

func TestAForgedCommitGraphHidesNothingFromAPush(t *testing.T) {
	t.Parallel()
	key := ct.V2(ct.Options{Seed: "graph"})
	d := newDesk(t)
	start := d.git("rev-parse", "HEAD")
	d.write("app.env", "KEY="+key+"\n")
	d.git("add", ".")
	d.git("commit", "-q", "--no-verify", "-m", "leak")
	d.write("app.env", "KEY=\n")
	d.git("commit", "-q", "--no-verify", "-a", "-m", "clean")
	d.forgeGraph(d.git("rev-parse", "HEAD"), start)
	if got := d.git("rev-list", "--count", "HEAD"); got != "2" {
		t.Fatalf("git sees %s commits: the graph is not used", got)
	}
	d.blocked(key, "app.env:1:5", "push", "origin", "main")
}
