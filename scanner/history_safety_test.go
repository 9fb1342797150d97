//go:build unix

package scanner_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/momentolint/momentolint/scanner"
	"github.com/momentolint/momentolint/scanner/source/git/gittest"
)

// trap makes a repository in which everything that can name a program names a
// script that leaves its name in a file.
type trap struct {
	*caseRepo
	script, fired string
}

func newTrap(t *testing.T, remote string) *trap {
	t.Helper()
	dir := t.TempDir()
	c := &trap{caseRepo: newSmall(t), script: filepath.Join(dir, "canary"), fired: filepath.Join(dir, "fired")}
	script := "#!/bin/sh\necho \"$0 $*\" >>'" + c.fired + "'\n"
	write := func(path string, mode os.FileMode, content string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
	}
	write(c.script, 0o755, script)
	c.Write(".gitattributes", "* diff=trap filter=trap merge=trap\n")
	c.Write("list.txt", "changed\n")
	c.Git("add", "-A")
	c.CommitIndex("Attributes")
	// Hooks in both places.
	for _, hook := range []string{
		"pre-commit", "post-checkout", "post-index-change", "pre-auto-gc", "fsmonitor-watchman", "query-watchman",
		"reference-transaction", "pre-push", "post-rewrite", "sendemail-validate", "post-merge", "update",
	} {
		write(c.Path(".git", "hooks", hook), 0o755, script)
		write(filepath.Join(dir, "hooks", hook), 0o755, script)
	}
	write(c.Path(".git", "info", "attributes"), 0o644, "* diff=trap filter=trap merge=trap\n")
	write(c.Path("git"), 0o755, script)
	x := c.script
	config := "[core]\n\tfsmonitor = " + x + "\n\thooksPath = " + filepath.Join(dir, "hooks") +
		"\n\tpager = " + x + "\n\teditor = " + x + "\n\tsshCommand = " + x + "\n\taskPass = " + x + "\n\tgitProxy = " + x +
		"\n\talternateRefsCommand = " + x + "\n[pager]\n\tconfig = true\n\trev-list = true\n\tfor-each-ref = true\n\trev-parse = true\n\tcat-file = true" +
		"\n[credential]\n\thelper = !" + x + "\n[diff]\n\texternal = " + x + "\n[diff \"trap\"]\n\ttextconv = " + x + "\n\tcommand = " + x +
		"\n[filter \"trap\"]\n\tclean = " + x + "\n\tsmudge = " + x + "\n\tprocess = " + x + "\n[merge \"trap\"]\n\tdriver = " + x +
		"\n[gpg]\n\tprogram = " + x + "\n[gpg \"ssh\"]\n\tprogram = " + x + "\n[log]\n\tshowSignature = true\n[uploadpack]\n\tpackObjectsHook = " + x +
		"\n[interactive]\n\tdiffFilter = " + x + "\n[sequence]\n\teditor = " + x + "\n[submodule \"x\"]\n\tupdate = !" + x +
		"\n[alias]\n\tx = !" + x + "\n\trev-parse = !" + x + "\n\trev-list = !" + x + "\n\tfor-each-ref = !" + x + "\n\tcat-file = !" + x + "\n\tworktree = !" + x +
		"\n[protocol]\n\tallow = always\n[protocol \"ext\"]\n\tallow = always\n[protocol \"http\"]\n\tallow = always" +
		"\n[remote \"trap\"]\n\turl = " + remote + "\n\tpromisor = true\n\tpartialclonefilter = blob:none\n\tuploadpack = " + x + "\n\tvcs = " + filepath.Base(x) +
		"\n[remote \"origin\"]\n\turl = ext::" + x + "\n\tpromisor = true\n\tpartialclonefilter = blob:none\n"
	f, err := os.OpenFile(c.Path(".git", "config"), os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = f.WriteString(config)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return c
}

// sprung gives what ran.
func (c *trap) sprung() string {
	c.t.Helper()
	text, err := os.ReadFile(c.fired)
	if err != nil && !os.IsNotExist(err) {
		c.t.Fatal(err)
	}
	if err == nil {
		if err := os.Remove(c.fired); err != nil {
			c.t.Fatal(err)
		}
	}
	return string(text)
}

func TestHistoryRunsNothingThatTheRepositoryConfigures(t *testing.T) {
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
	// A blob is missing that a promisor remote could give.
	c.loosen()
	id := c.id("main~3:one.env")
	if err := os.Remove(c.Path(".git", "objects", id[:2], id[2:])); err != nil {
		t.Fatal(err)
	}
	c.sprung()
	calls.Store(0)
	for _, what := range []scanner.History{{}, {Reflog: true}, {Reflog: true, AllObjects: true}} {
		r := history(t, c.Dir, what, scanner.Options{})
		if fired := c.sprung(); fired != "" {
			t.Errorf("the scan ran\n%s", fired)
		}
		if n := calls.Load(); n > 0 {
			t.Errorf("the scan made %d connections", n)
		}
		if !r.Incomplete {
			t.Error("a blob was never fetched, and the scan calls itself complete")
		}
		compare(t, c.found(r.Findings), c.expected(byRefs)[1:])
	}
	// The traps do work: git falls into them.
	for _, args := range [][]string{{"status"}, {"log", "-p", "--ext-diff"}, {"x"}, {"cat-file", "-e", id}} {
		_, _ = c.Try("", args...)
		if c.sprung() == "" && calls.Load() == 0 {
			t.Errorf("git %s does not spring the trap, so this test proves nothing about it", strings.Join(args, " "))
		}
		calls.Store(0)
	}
}
