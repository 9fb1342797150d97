//go:build unix

package scanner_test

import (
	"context"
	"net"
	"os"
	"sync/atomic"
	"testing"

	"github.com/momentolint/momentolint/scanner"
	"github.com/momentolint/momentolint/scanner/source/git"
	"github.com/momentolint/momentolint/scanner/source/git/gittest"
)

func TestRangesAndTheIndexRunNothingThatTheRepositoryConfigures(t *testing.T) {
	gittest.Isolate(t)
	var calls atomic.Int64
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			calls.Add(1)
			_ = conn.Close()
		}
	}()
	c := newTrap(t, "http://"+listener.Addr().String()+"/x.git")
	c.loosen()
	// A file that the last commit added, and is staged, is missing: a promisor
	// remote could give it.
	id := c.Git("--no-replace-objects", "rev-parse", "main:.gitattributes")
	c.Git("-c", "remote.trap.promisor=false", "-c", "remote.origin.promisor=false", "-c", "core.fsmonitor=",
		"-c", "filter.trap.process=", "-c", "filter.trap.clean=", "-c", "filter.trap.smudge=", "update-index", "--add", "--cacheinfo", "100644,"+id+",staged.txt")
	if err := os.Remove(c.Path(".git", "objects", id[:2], id[2:])); err != nil {
		t.Fatal(err)
	}
	c.sprung()
	calls.Store(0)
	for name, read := range map[string]func(context.Context, *scanner.Run) error{
		"a range": func(ctx context.Context, r *scanner.Run) error { return r.Range(ctx, c.Dir, "main~1..main") },
		"a push": func(ctx context.Context, r *scanner.Run) error {
			return r.Commits(ctx, c.Dir, git.Commits{Include: []string{"main"}, Remote: "origin"})
		},
		"the index": func(ctx context.Context, r *scanner.Run) error { return r.Staged(ctx, c.Dir) },
	} {
		r, err := scanOf(t, scanner.Options{}, read)
		if fired := c.sprung(); fired != "" {
			t.Errorf("%s: the scan ran\n%s", name, fired)
		}
		if n := calls.Load(); n > 0 {
			t.Errorf("%s: the scan made %d connections", name, n)
		}
		if err != nil || !r.Incomplete {
			t.Errorf("%s: a blob was never fetched, and the scan calls itself complete (%v)", name, err)
		}
	}
}
