//go:build unix

package gitcmd_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/momentolint/momentolint/internal/gitcmd"
	"github.com/momentolint/momentolint/internal/testing/gittest"
)

// patience ends a call that would else hang the test.
const patience = 20 * time.Second

// irregular says what was refused, "" for none.
func irregular(t *testing.T, err error) string {
	t.Helper()
	if errors.Is(err, gitcmd.ErrTimeout) {
		t.Error("git was run, and waited")
	}
	if e, ok := errors.AsType[*gitcmd.IrregularError](err); ok {
		return e.Path
	}
	return ""
}

func TestGitIsNotRunWhereItWouldWait(t *testing.T) {
	gittest.Isolate(t)
	outside := t.TempDir()
	fifo := func(t *testing.T, path string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	fifo(t, filepath.Join(outside, "pipe"))
	link := func(target string) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			t.Helper()
			_ = os.Remove(path)
			if err := os.Symlink(target, path); err != nil {
				t.Fatal(err)
			}
		}
	}
	config := func(text string) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			t.Helper()
			f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
			if err != nil {
				t.Fatal(err)
			}
			_, err = f.WriteString(text)
			if err := errors.Join(err, f.Close()); err != nil {
				t.Fatal(err)
			}
		}
	}
	pipe := filepath.Join(outside, "pipe")
	include := filepath.Join(outside, "include")
	config("[core]\n\texcludesFile = pipe\n")(t, include)
	other := gittest.New(t, "--bare")
	fifo(t, other.Path("objects", "pack", "pack-1.idx"))
	tests := map[string]struct {
		path string
		make func(*testing.T, string)
	}{
		"index": {".git/index", fifo}, "shared index": {".git/sharedindex.1234", fifo}, "HEAD": {".git/HEAD", fifo}, "config": {".git/config", fifo},
		"worktree's config": {".git/config.worktree", fifo}, "packed refs": {".git/packed-refs", fifo}, "shallow": {".git/shallow", fifo},
		"branch": {".git/refs/heads/x", fifo}, "replaced": {".git/refs/replace/x", fifo}, "reflog": {".git/logs/HEAD", fifo},
		"alternates": {".git/objects/info/alternates", fifo}, "commit graph": {".git/objects/info/commit-graph", fifo},
		"chain of commit graphs": {".git/objects/info/commit-graphs/commit-graph-chain", fifo},
		"loose object":           {".git/objects/11/" + strings.Repeat("1", 38), fifo}, "pack": {".git/objects/pack/pack-1.pack", fifo},
		"pack's index": {".git/objects/pack/pack-1.idx", fifo}, "multi-pack index": {".git/objects/pack/multi-pack-index", fifo},
		"exclude": {".git/info/exclude", fifo}, "attributes": {".git/info/attributes", fifo}, "grafts": {".git/info/grafts", fifo},
		"sparse checkout": {".git/info/sparse-checkout", fifo}, "commondir": {".git/commondir", fifo}, "MERGE_HEAD": {".git/MERGE_HEAD", fifo},
		"worktree": {".git/worktrees/w/HEAD", fifo}, "reftable": {".git/reftable/tables.list", fifo},
		"link to a pipe": {".git/packed-refs", link(pipe)}, "link to a device": {".git/shallow", link("/dev/zero")}, "link to the kernel": {".git/packed-refs", link("/proc/self/status")},
		"link to a directory with a pipe": {".git/refs/remotes", link(outside)},
		"above":                           {"HEAD", fifo}, "above that": {"sub/commondir", fifo}, ".git is a pipe": {"sub/.git", fifo},
		"include": {".git/config", config("[include]\n\tpath = " + pipe + "\n")}, "include in one line": {".git/config", config("[include] path = \"" + pipe + "\" ; x\n")},
		"conditional include":    {".git/config", config("[includeIf \"gitdir:**\"]\n\tPATH=" + pipe)},
		"include with a break":   {".git/config", config("[include]\n\tpath = " + outside + "/pi\\\npe\n")},
		"included":               {".git/config", config("[include]\n\tpath = " + include + "\n")},
		"excludes file":          {".git/config", config("[core]\n\texcludesFile = " + pipe + "\n")},
		"attributes file":        {".git/config", config("[core]\n\tattributesFile = ../sub/../.git/p\n[x]\ny = " + pipe + "\n")},
		"include of a device":    {".git/config", config("[include]\n\tpath = /dev/zero\n")},
		"alternate":              {".git/objects/info/alternates", config(other.Path("objects") + "\n")},
		"quoted alternate":       {".git/objects/info/alternates", config("\"" + other.Path("objects") + "\"\n")},
		"an alternate's own one": {".git/objects/info/alternates", config("../../alternate\n")},
	}
	base := gittest.New(t)
	base.Write("sub/a", "content")
	base.Commit("One")
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := gittest.Open(t, t.TempDir())
			if err := os.CopyFS(r.Dir, os.DirFS(base.Dir)); err != nil {
				t.Fatal(err)
			}
			if name == "an alternate's own one" {
				if err := os.MkdirAll(r.Path("alternate", "info"), 0o755); err != nil {
					t.Fatal(err)
				}
				config(other.Path("objects")+"\n")(t, r.Path("alternate", "info", "alternates"))
			}
			test.make(t, r.Path(filepath.FromSlash(test.path)))
			for _, kind := range []gitcmd.Kind{gitcmd.Untrusted, gitcmd.Own, gitcmd.Settings, gitcmd.Fetch} {
				g := open(t, gitcmd.Options{Kind: kind, Dir: r.Path("sub"), Timeout: patience})
				if _, err := g.Output(t.Context(), "config", "--get", "core.bare"); irregular(t, err) == "" {
					t.Errorf("kind %d: git was run: %v", kind, err)
				}
			}
			g := open(t, gitcmd.Options{Dir: r.Dir, Timeout: patience})
			if strings.HasPrefix(test.path, "sub/") {
				return
			}
			_, ignored := g.Ignored(t.Context(), []string{r.Path("sub", "a")})
			stream := g.Stream(t.Context(), nil, func(*bufio.Reader) error { return nil }, "rev-list", "--all")
			_, start := g.Start(t.Context(), "cat-file", "--batch")
			for _, err := range []error{ignored, stream, start} {
				if irregular(t, err) == "" {
					t.Errorf("git was run: %v", err)
				}
			}
		})
	}
}

func TestVariablesThatNamePipesAreRefused(t *testing.T) {
	gittest.Isolate(t)
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	r := gittest.New(t)
	for _, v := range []string{
		"GIT_DIR=" + dir, "GIT_INDEX_FILE=" + pipe, "GIT_SHALLOW_FILE=" + pipe, "GIT_GRAFT_FILE=" + pipe, "GIT_OBJECT_DIRECTORY=" + dir,
		"GIT_COMMON_DIR=" + dir, "GIT_ALTERNATE_OBJECT_DIRECTORIES=" + r.Dir + ":" + dir,
	} {
		g := open(t, gitcmd.Options{Kind: gitcmd.Own, Dir: r.Dir, Timeout: patience, Env: append(os.Environ(), v)})
		if _, err := g.Output(t.Context(), "rev-parse", "--git-dir"); irregular(t, err) == "" {
			t.Errorf("%s: git was run: %v", v, err)
		}
	}
}

func TestIgnorePatternsAreNotReadFromPipes(t *testing.T) {
	gittest.Isolate(t)
	r := gittest.New(t)
	r.Write("a/b/key.env", "x")
	if err := syscall.Mkfifo(r.Path("a", ".gitignore"), 0o600); err != nil {
		t.Fatal(err)
	}
	g := open(t, gitcmd.Options{Dir: r.Dir, Timeout: patience})
	if _, err := g.Ignored(t.Context(), []string{r.Path("a", "b", "key.env")}); irregular(t, err) != r.Path("a", ".gitignore") {
		t.Error(err)
	}
}

// Honest repositories have sockets, links to directories elsewhere, and the null
// device in their configuration.
func TestHonestRepositoriesAreRead(t *testing.T) {
	gittest.Isolate(t)
	r := gittest.New(t)
	r.Write("a", "content")
	r.Commit("One")
	t.Chdir(r.Path(".git")) // since the path of a socket is short
	socket, err := net.Listen("unix", "fsmonitor--daemon.ipc")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = socket.Close() }()
	elsewhere := filepath.Join(t.TempDir(), "refs")
	if err := os.Rename(r.Path(".git", "refs"), elsewhere); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"refs": elsewhere, "dangling": "nowhere", "loop": "loop"} {
		if err := os.Symlink(target, r.Path(".git", name)); err != nil {
			t.Fatal(err)
		}
	}
	r.Git("config", "core.hooksPath", "/dev/null")
	if err := syscall.Mkfifo(r.Path(".git", "hooks", "pipe"), 0o600); err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	if _, err := open(t, gitcmd.Options{Dir: r.Dir}).Output(t.Context(), "rev-list", "--all"); err != nil {
		t.Error(err)
	}
}

// What the tests above prove nothing without: git does wait.
func TestAPlainGitWaits(t *testing.T) {
	for path, args := range map[string][]string{
		".git/index": {"ls-files"}, ".git/packed-refs": {"for-each-ref"}, ".git/HEAD": {"rev-parse", "--git-dir"}, ".git/config": {"rev-parse", "--git-dir"},
		".gitignore": {"check-ignore", "a"},
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			r := gittest.New(t)
			_ = os.Remove(r.Path(filepath.FromSlash(path)))
			if err := syscall.Mkfifo(r.Path(filepath.FromSlash(path)), 0o600); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			cmd := exec.CommandContext(ctx, "git", args...)
			cmd.Dir, cmd.Env = r.Dir, gittest.Env(t)
			if err := cmd.Run(); ctx.Err() == nil {
				t.Errorf("git does not wait: %v", err)
			}
		})
	}
}

func TestEveryCallEnds(t *testing.T) {
	dir := t.TempDir()
	for name, script := range map[string]string{
		"git waits":                        "exec sleep 1000",
		"a process that git started waits": "sleep 1000 & wait",
		"git is gone, its child is not":    "sleep 1000 &",
		"git ignores signals":              "trap '' INT TERM HUP; while :; do sleep 1; done",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			program := filepath.Join(t.TempDir(), "git")
			if err := os.WriteFile(program, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
				t.Fatal(err)
			}
			g := open(t, gitcmd.Options{Program: program, Dir: dir, Timeout: 50 * time.Millisecond})
			read := func(in *bufio.Reader) error {
				_, err := in.ReadString('\n')
				if errors.Is(err, io.EOF) {
					return io.ErrUnexpectedEOF
				}
				return err
			}
			calls := map[string]func(context.Context, *gitcmd.Git) error{
				"output": func(ctx context.Context, g *gitcmd.Git) error { _, err := g.Output(ctx, "rev-parse"); return err },
				"stream": func(ctx context.Context, g *gitcmd.Git) error { return g.Stream(ctx, nil, read, "rev-list") },
				"ask": func(ctx context.Context, g *gitcmd.Git) error {
					p, err := g.Start(ctx, "cat-file")
					if err != nil {
						return err
					}
					defer func() { _ = p.Close() }()
					return p.Ask(ctx, "x", read)
				},
			}
			// What does not end with the context ends with the time for all tests.
			patient := open(t, gitcmd.Options{Program: program, Dir: dir, Timeout: time.Hour})
			var waiting sync.WaitGroup
			for call, do := range calls {
				waiting.Go(func() {
					if err := do(t.Context(), g); err == nil {
						t.Errorf("%s: no error", call)
					} else if !strings.Contains(name, "gone") && !errors.Is(err, gitcmd.ErrTimeout) {
						t.Errorf("%s: %v", call, err)
					}
				})
				waiting.Go(func() {
					ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
					defer cancel()
					if err := do(ctx, patient); err == nil {
						t.Errorf("%s, cancelled: no error", call)
					}
				})
			}
			waiting.Wait()
			if strings.Contains(name, "gone") {
				p, err := patient.Start(t.Context(), "cat-file")
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(200 * time.Millisecond) // it is gone by now
				if err := p.Ask(t.Context(), "x", read); err == nil {
					t.Error("asked late: no error")
				}
				_ = p.Close()
			}
		})
	}
}
