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

// clones is a worker's directory of bare repositories. Several workers of one
// computer may share it.
type clones struct {
	fleet  *Fleet
	worker string
	dir    string
	// quota is how many bytes the clones may have; 0 = no bound.
	quota int64
	// perHost is how many clones may come from one host at a time, for the
	// whole fleet.
	perHost int
}

// The parts of a clone's directory.
const (
	cloneLock = "lock"
	cloneRepo = "repo.git"
	// cloneRun holds the id of the run that fetched last.
	cloneRun = "run"
	// cloneOpen stands while a fetch goes on, and after one that was cut off.
	cloneOpen = "fetching"
)

// fault is why a repository could not be had.
type fault struct {
	reason string
	// final: trying again will not help.
	final bool
	// full: this computer's disk is full; another worker may do better.
	full bool
}

func (f *fault) Error() string { return f.reason }

// get returns a repository's directory, fetched once for the run, and keeps it from
// being evicted until release is called.
func (c *clones) get(ctx context.Context, run *Run, t Target) (dir string, release func(), err error) {
	if t.isPath() {
		info, err := os.Stat(t.URL)
		switch {
		case err != nil:
			return "", nil, &fault{reason: "opening the repository: " + finding.Reason(err), final: true}
		case !info.IsDir():
			return "", nil, &fault{reason: "opening the repository: it is not a directory", final: true}
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

// fresh reports whether the run has fetched the repository here.
func (c *clones) fresh(home, run string) bool {
	text, err := userfile.Read(filepath.Join(home, cloneRun), userfile.Small)
	if err != nil || string(text) != run {
		return false
	}
	_, err = os.Stat(filepath.Join(home, cloneRepo, "HEAD"))
	return err == nil
}

// update fetches what is new.
func (c *clones) update(ctx context.Context, home string, run *Run, t Target) error {
	lock, err := wait(ctx, filepath.Join(home, cloneLock), true)
	if err != nil {
		return c.full(err)
	}
	defer func() { _ = lock.Close() }()
	if c.fresh(home, run.ID) {
		return nil // another worker of this computer was first
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

// fetch brings the clone up to date. The lock is git's as well: it holds until
// the last process of a fetch is gone, even if the worker is killed.
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
		// git takes a pack whole or not at all. Since the last try did not get
		// to its end, the default branch comes first, and stays.
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

// refspecs are all refs but those that hosting services keep next to the
// repository's own: every pull request of anybody, for ever.
func refspecs() []string {
	specs := []string{"+refs/*:refs/*"}
	for _, service := range []string{"pull", "pull-requests", "merge-requests", "keep-around", "pipelines", "environments", "changes", "cache-automerge"} {
		specs = append(specs, "^refs/"+service+"/*")
	}
	return specs
}

// tidy removes what a fetch that was cut off has left. The lock is held, so
// nobody writes any more.
func tidy(repo string) {
	_ = filepath.WalkDir(repo, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil //nolint:nilerr // what cannot be read cannot be tidied
		}
		if name := d.Name(); strings.HasSuffix(name, ".lock") || strings.HasPrefix(name, "tmp_") || strings.HasPrefix(name, ".tmp-") {
			_ = os.Remove(path)
		}
		return nil
	})
}

// gitFault puts git's words in a line, and tells what they mean for a next try.
func gitFault(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	said := ""
	if failed, ok := errors.AsType[*gitcmd.Error](err); ok {
		said = failed.Stderr
	}
	// Before it is cut: nobody would know the rest of a credential for one.
	text := redact.Credentials(strings.Join(strings.Fields(said), " "))
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
		// "transport 'x' not allowed" is the allow-list's.
		f.final = f.final || strings.Contains(lower, words) && (words != "transport" || strings.Contains(lower, "not allowed"))
	}
	f.final = f.final && !f.full
	return f
}

// slot waits until fewer clones than allowed come from the host. life is how
// long a worker may be silent: the slots of workers that died would else stand
// in everybody's way.
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

// slotKey is what the keys of a host's slots begin with.
func slotKey(host string) string {
	if host == "" {
		host = "file"
	}
	sum := sha256.Sum256([]byte(host))
	return "host." + hex.EncodeToString(sum[:8])
}

// evict removes the clones that were not used for longest until the quota
// holds; all that can be, if the disk is full. The clone at home stays, and so
// do those in use. It reports whether something was removed.
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
		// Its mark goes first: what is half removed is not taken for whole. The
		// lock's file stays, since somebody may be waiting for it.
		_ = os.Remove(filepath.Join(old.dir, cloneRun))
		if os.RemoveAll(filepath.Join(old.dir, cloneRepo)) == nil {
			total -= old.size
			removed = removed || old.size > 0
		}
		_ = lock.Close()
	}
	return removed
}

// dirSize is how much the files in a directory hold.
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

// full turns an error of the file system into a fault.
func (c *clones) full(err error) error {
	if diskFull(err) {
		return &fault{reason: "the worker's disk is full", full: true}
	}
	return err
}

// wait locks a file when it can be had.
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
