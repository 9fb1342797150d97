package fleet

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/gitcmd"
	"github.com/momentolint/momentolint/internal/redact"
	"github.com/momentolint/momentolint/internal/userfile"
)

// clones is a worker's directory of bare repositories. Several workers on one
// computer may share it.
type clones struct {
	fleet  *Fleet
	worker string
	dir    string
	// quota bounds the size of all clones in bytes; 0 means no limit.
	quota int64
	// perHost bounds the simultaneous clones from one host, for the whole fleet.
	perHost int
}

// The files in a clone's directory.
const (
	cloneLock = "lock"
	cloneRepo = "repo.git"
	// cloneRun contains the id of the run that fetched last.
	cloneRun = "run"
	// cloneOpen exists during a fetch, and after one that was interrupted.
	cloneOpen = "fetching"
)

// fault is the error for a repository that could not be fetched or scanned.
type fault struct {
	reason string
	// final reports that another try is futile.
	final bool
	// full reports that this computer's disk is full; another worker may succeed.
	full bool
}

func (f *fault) Error() string { return f.reason }

// get returns the directory of a repository, which is fetched once for each run,
// and keeps it from being evicted until release is called.
func (c *clones) get(ctx context.Context, run *Run, t Target) (dir string, release func(), err error) {
	if t.isPath() {
		info, err := os.Stat(t.URL)
		switch {
		case err != nil:
			return "", nil, &fault{reason: "opening the repository: " + finding.Reason(err), final: true}
		case !info.IsDir():
			return "", nil, &fault{reason: "opening the repository: not a directory", final: true}
		}
		return t.URL, func() {}, nil
	}
	sum := sha256.Sum256([]byte(t.URL))
	home := filepath.Join(c.dir, hex.EncodeToString(sum[:10]))
	for {
		if err := os.MkdirAll(home, 0o700); err != nil {
			return "", nil, c.full(err)
		}
		lock, err := wait(ctx, filepath.Join(home, cloneLock), false)
		if err != nil {
			return "", nil, c.full(err)
		}
		repo := filepath.Join(home, cloneRepo)
		if c.fresh(home, run.ID) {
			now := time.Now()
			_ = os.Chtimes(filepath.Join(home, cloneRun), now, now)
			return repo, func() { _ = lock.Close() }, nil
		}
		_ = lock.Close()
		if err := c.update(ctx, home, run, t); err != nil {
			return "", nil, err
		}
	}
}

// fresh reports whether the clone was fetched for the run.
func (c *clones) fresh(home, run string) bool {
	text, err := userfile.Read(filepath.Join(home, cloneRun), userfile.Small)
	if err != nil || string(text) != run {
		return false
	}
	_, err = os.Stat(filepath.Join(home, cloneRepo, "HEAD"))
	return err == nil
}

// update fetches new objects.
func (c *clones) update(ctx context.Context, home string, run *Run, t Target) error {
	lock, err := wait(ctx, filepath.Join(home, cloneLock), true)
	if err != nil {
		return c.full(err)
	}
	defer func() { _ = lock.Close() }()
	if c.fresh(home, run.ID) {
		return nil // by another worker on this computer
	}
	slot, err := c.slot(ctx, t.host(), run.Settings.AckWait)
	if err != nil {
		return err
	}
	defer slot.release(ctx)
	c.evict(home, false)
	err = c.fetch(ctx, home, lock, t)
	var f *fault
	if errors.As(err, &f) && f.full && c.evict(home, true) {
		err = c.fetch(ctx, home, lock, t)
	}
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(home, cloneRun), []byte(run.ID), 0o600); err != nil {
		return c.full(err)
	}
	c.evict(home, false)
	return nil
}

// fetch brings the clone up to date. git inherits the lock, so it is held until
// the last process of the fetch has ended, even if the worker is killed.
func (c *clones) fetch(ctx context.Context, home string, lock *os.File, t Target) error {
	repo, open := filepath.Join(home, cloneRepo), filepath.Join(home, cloneOpen)
	_, err := os.Stat(open)
	again := err == nil
	if again {
		tidy(repo)
	}
	if err := os.WriteFile(open, nil, 0o600); err != nil {
		return c.full(err)
	}
	if _, err := os.Stat(filepath.Join(repo, "HEAD")); err != nil {
		git, err := gitcmd.New(gitcmd.Options{Kind: gitcmd.Fetch, Dir: home, Lock: lock})
		if err != nil {
			return err
		}
		if _, err := git.Output(ctx, "init", "--quiet", "--bare", "--template=", repo); err != nil {
			return gitFault(ctx, err)
		}
	}
	fetch := func(refs ...string) error {
		git, err := gitcmd.New(gitcmd.Options{Kind: gitcmd.Fetch, Dir: repo, Lock: lock})
		if err != nil {
			return err
		}
		return gitFault(ctx, git.Fetch(ctx, t.URL, refs, "--force", "--prune", "--no-auto-maintenance", "--no-tags"))
	}
	if again {
		// git keeps a pack only if it is complete. The last try was interrupted,
		// so fetch the default branch first and keep it.
		_ = fetch("+HEAD:refs/momentolint/head")
	}
	if err := fetch(refspecs()...); err != nil {
		return err
	}
	if err := os.Remove(open); err != nil {
		return c.full(err)
	}
	return nil
}

// refspecs returns refspecs for all refs except those that hosting services add,
// which include every pull request ever made.
func refspecs() []string {
	specs := []string{"+refs/*:refs/*"}
	for _, service := range []string{"pull", "pull-requests", "merge-requests", "keep-around", "pipelines", "environments", "changes", "cache-automerge"} {
		specs = append(specs, "^refs/"+service+"/*")
	}
	return specs
}

// tidy removes the remains of an interrupted fetch. The caller holds the lock, so
// no process is writing.
func tidy(repo string) {
	_ = filepath.WalkDir(repo, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil //nolint:nilerr // unreadable files cannot be tidied
		}
		if name := d.Name(); strings.HasSuffix(name, ".lock") || strings.HasPrefix(name, "tmp_") || strings.HasPrefix(name, ".tmp-") {
			_ = os.Remove(path)
		}
		return nil
	})
}

// gitFault returns the fault for an error of git, with its message on one line.
func gitFault(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	stderr := ""
	if failed, ok := errors.AsType[*gitcmd.Error](err); ok {
		stderr = failed.Stderr
	}
	// Redact before cutting: part of a credential would not be recognised.
	text := redact.Credentials(strings.Join(strings.Fields(stderr), " "))
	if len(text) > 500 {
		text = text[len(text)-500:]
	}
	if text == "" {
		text = err.Error()
	}
	f := &fault{reason: "cloning: " + text}
	lower := strings.ToLower(text)
	for _, words := range []string{"no space left on device", "disk quota exceeded"} {
		f.full = f.full || strings.Contains(lower, words)
	}
	for _, words := range []string{
		"repository not found", "does not appear to be a git repository", "does not exist", "not found", "authentication failed",
		"could not read username", "permission denied (publickey", "terminal prompts disabled", "transport", "http 403", "access denied",
	} {
		// "transport 'x' not allowed" is about protocol.allow.
		f.final = f.final || strings.Contains(lower, words) && (words != "transport" || strings.Contains(lower, "not allowed"))
	}
	f.final = f.final && !f.full
	return f
}

// slot waits until fewer clones than allowed come from the host. life is how
// long a worker may be silent before its slots are free again.
func (c *clones) slot(ctx context.Context, host string, life time.Duration) (*lease, error) {
	key := slotKey(host)
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		first := rand.N(c.perHost) // #nosec G404 -- spreads the load, no secret
		for i := range c.perHost {
			l, _, err := c.fleet.acquire(ctx, c.fleet.limits, fmt.Sprintf("%s.%d", key, (first+i)%c.perHost), c.worker, life)
			if err != nil || l != nil {
				return l, err
			}
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(pause):
		}
	}
}

// slotKey returns the prefix of the keys of a host's slots.
func slotKey(host string) string {
	if host == "" {
		host = "file"
	}
	sum := sha256.Sum256([]byte(host))
	return "host." + hex.EncodeToString(sum[:8])
}

// evict removes the least recently used clones until the others fit the quota, or
// all of them, if the disk is full. It keeps the clone at home and clones in use.
// It reports whether something was removed.
func (c *clones) evict(home string, all bool) bool {
	if c.quota <= 0 && !all {
		return false
	}
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return false
	}
	type clone struct {
		dir  string
		used time.Time
		size int64
	}
	var list []clone
	var total int64
	for _, e := range entries {
		dir := filepath.Join(c.dir, e.Name())
		if !e.IsDir() {
			continue
		}
		size := dirSize(dir)
		total += size
		if dir == home {
			continue
		}
		used := time.Time{}
		if info, err := os.Stat(filepath.Join(dir, cloneRun)); err == nil {
			used = info.ModTime()
		}
		list = append(list, clone{dir, used, size})
	}
	slices.SortFunc(list, func(a, b clone) int { return cmp.Or(a.used.Compare(b.used), cmp.Compare(a.dir, b.dir)) })
	removed := false
	for _, old := range list {
		if !all && total <= c.quota {
			break
		}
		lock, err := tryLock(filepath.Join(old.dir, cloneLock), true)
		if err != nil || lock == nil {
			continue
		}
		// The mark first, so that a partly removed clone does not pass for a
		// complete one. The lock's file stays, since a process may wait for it.
		_ = os.Remove(filepath.Join(old.dir, cloneRun))
		if os.RemoveAll(filepath.Join(old.dir, cloneRepo)) == nil {
			total -= old.size
			removed = removed || old.size > 0
		}
		_ = lock.Close()
	}
	return removed
}

// dirSize returns the size of the files in a directory.
func dirSize(dir string) int64 {
	var n int64
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil //nolint:nilerr // what is gone has no size
		}
		if info, err := d.Info(); err == nil {
			n += info.Size()
		}
		return nil
	})
	return n
}

// full returns the fault for an error of the file system.
func (c *clones) full(err error) error {
	if diskFull(err) {
		return &fault{reason: "the worker's disk is full", full: true}
	}
	return err
}

// wait locks a file, as soon as no conflicting lock is held.
func wait(ctx context.Context, path string, alone bool) (*os.File, error) {
	for pause := time.Millisecond; ; pause = min(2*pause, 200*time.Millisecond) {
		lock, err := tryLock(path, alone)
		if err != nil {
			return nil, fmt.Errorf("locking a clone: %w", err)
		}
		if lock != nil {
			return lock, nil
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(pause):
		}
	}
}
