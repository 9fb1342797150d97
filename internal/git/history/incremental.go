package history

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/git"
	"github.com/momentolint/momentolint/internal/git/cache"
	"github.com/momentolint/momentolint/internal/git/odb"
	"github.com/momentolint/momentolint/internal/git/refs"
	"github.com/momentolint/momentolint/internal/git/treediff"
)

// maxNewCommits is the most commits that are compared with their parents to
// update a cached result; for more, the whole history is read.
const maxNewCommits = 20_000

// save caches the result for the next run, unless it could not be updated later
// or contains something that must not be stored.
func (a *attribution) save(ids []git.OID, peel func(git.OID) (git.OID, bool)) {
	if a.sel.Introductions == nil || a.sel.AllObjects || len(a.capped) > 0 || len(a.holes) > 0 || a.visits > maxVisits {
		return
	}
	h := a.refs(peel)
	h.Of = make(map[git.OID][]cache.Introduction, len(ids))
	for _, id := range ids {
		list := []cache.Introduction{}
		for _, i := range a.result[id] {
			if a.sel.Storable != nil && !(a.sel.Storable(i.Path) && a.sel.Storable(i.Ref)) {
				return
			}
			kept := cache.Introduction{Path: i.Path, Ref: i.Ref}
			if i.Commit != nil {
				commit, err := odb.ParseOID(i.Commit.ID)
				if err != nil {
					return
				}
				kept.Commit = commit
			}
			list = append(list, kept)
		}
		h.Of[id] = list
	}
	if err := a.sel.Introductions.Save(h); err != nil {
		a.repo.Warn("the commits that introduced findings could not be cached: %v", err)
	}
}

// refs describes the refs and rewrites that the history is read from. peel returns
// the commit that an object leads to.
func (a *attribution) refs(peel func(git.OID) (git.OID, bool)) *cache.History {
	h := &cache.History{}
	commits := map[git.OID]bool{}
	for _, t := range a.tips {
		if c, ok := peel(t.ID); ok {
			commits[c] = true
		}
	}
	others := map[git.OID]bool{}
	names := make([]string, 0, len(a.tips))
	for _, t := range a.tips {
		names = append(names, fmt.Sprintf("%s %q", t.ID, t.Name))
		if !commits[t.ID] {
			others[t.ID] = true
		}
	}
	h.Commits, h.Others = sorted(commits), sorted(others)
	slices.Sort(names)
	sum := sha256.New()
	for _, n := range slices.Compact(names) {
		_, _ = fmt.Fprintln(sum, n)
	}
	_, _ = fmt.Fprintln(sum, sorted(a.rewrites.Shallow))
	for _, id := range sorted(a.rewrites.Grafts) {
		_, _ = fmt.Fprintln(sum, id, a.rewrites.Grafts[id])
	}
	for _, id := range sorted(a.rewrites.Replaced) {
		_, _ = fmt.Fprintln(sum, id, a.rewrites.Replaced[id])
	}
	sum.Sum(h.Refs[:0])
	return h
}

func sorted[V any](set map[git.OID]V) []git.OID {
	ids := make([]git.OID, 0, len(set))
	for id := range set {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, git.OID.Compare)
	return ids
}

// incremental answers from the cached result of an earlier run and the commits
// added since then. The result is nil if the whole history has to be read: if it
// is not certain that it would be the same.
func (a *attribution) incremental(ctx context.Context, ids []git.OID) (map[git.OID][]Introduction, error) {
	if a.sel.Introductions == nil || a.sel.AllObjects {
		return nil, nil
	}
	then, err := a.sel.Introductions.Load()
	if err != nil {
		a.repo.Warn("%v", err)
	}
	if then == nil {
		return nil, nil
	}
	rd := a.store.Reader()
	defer func() { _ = rd.Close() }()
	peel := func(id git.OID) (git.OID, bool) {
		for range git.MaxTreeDepth {
			if has(then.Commits, id) {
				return id, true
			}
			o, err := rd.Read(ctx, id)
			if err != nil {
				return id, false
			}
			t, err := odb.ParseTag(a.repo.Hash(), o.Data)
			if o.Type != odb.Tag || err != nil {
				return id, o.Type == odb.Commit
			}
			id = t.Object
		}
		return id, false
	}
	now := a.refs(peel)
	fresh := map[git.OID][]cache.Introduction{}
	if now.Refs != then.Refs {
		u := update{a: a, then: then, now: now, wanted: make(map[git.OID]bool, len(ids)), fresh: fresh}
		for _, id := range ids {
			u.wanted[id] = true
		}
		ok, err := u.run(ctx)
		if ctx.Err() != nil {
			return nil, attributionError(ctx.Err())
		}
		if err != nil || !ok {
			return nil, nil // damage, or something unusual: read it all
		}
	}
	commits := map[git.OID]*finding.Commit{}
	result := map[git.OID][]Introduction{}
	for _, id := range ids {
		list, known := then.Of[id]
		if !known && now.Refs == then.Refs {
			return nil, nil // other objects than then
		}
		for _, i := range slices.Concat(list, fresh[id]) {
			found := Introduction{Path: i.Path, Ref: i.Ref}
			if !i.Commit.IsZero() {
				if commits[i.Commit] == nil {
					o, err := rd.Read(ctx, i.Commit)
					if err != nil {
						return nil, nil
					}
					commits[i.Commit] = git.Describe(a.repo.Hash(), o)
				}
				found.Commit = commits[i.Commit]
			}
			result[id] = append(result[id], found)
		}
	}
	a.result = result
	a.finish()
	if now.Refs != then.Refs {
		a.save(ids, peel)
	}
	return result, nil
}

// update adds to a cached history what the commits since then introduce. That is
// correct only if nothing that was reachable then is unreachable now.
type update struct {
	a         *attribution
	then, now *cache.History
	wanted    map[git.OID]bool
	fresh     map[git.OID][]cache.Introduction
}

// run adds what is new to fresh; false if that is not certain.
func (u *update) run(ctx context.Context) (bool, error) {
	a := u.a
	if w := a.rewrites; len(w.Shallow)+len(w.Grafts)+len(w.Replaced) > 0 {
		return false, nil
	}
	for id, list := range u.then.Of {
		// What was stored with a ref may have another one now.
		if u.wanted[id] && slices.ContainsFunc(list, func(i cache.Introduction) bool { return i.Ref != "" || i.Commit.IsZero() }) {
			return false, nil
		}
	}
	rd := a.store.Reader()
	defer func() { _ = rd.Close() }()
	if ok, err := u.tags(ctx, rd); !ok || err != nil {
		return false, err
	}
	var lines []string
	for _, id := range u.now.Commits {
		if !has(u.then.Commits, id) {
			lines = append(lines, id.String())
		}
	}
	gone := map[git.OID]bool{}
	for _, id := range u.then.Commits {
		if !has(u.now.Commits, id) {
			gone[id] = true
		}
		if !a.store.Contains(id) {
			return false, nil
		}
		lines = append(lines, "^"+id.String())
	}
	var commits []refs.Listed
	if len(lines) > len(u.then.Commits) {
		var err error
		if commits, err = refs.List(ctx, a.repo, refs.RevList{Revs: lines}); err != nil {
			return false, err
		}
	}
	trees := make(map[git.OID]git.OID, len(commits))
	for _, c := range commits {
		trees[c.ID] = c.Tree
		for _, p := range c.Parents {
			delete(gone, p)
		}
	}
	if len(gone) > 0 || len(commits) > maxNewCommits {
		return false, nil
	}
	d := &treediff.Differ{Reader: rd, Trees: trees}
	for _, c := range commits {
		if ok, err := u.commit(ctx, d, c); !ok || err != nil {
			return false, err
		}
	}
	return true, nil
}

// tags examines what refs name besides commits: new tags have to be for
// commits, and none of those wanted.
func (u *update) tags(ctx context.Context, rd *git.Reader) (bool, error) {
	for _, id := range u.now.Others {
		if has(u.then.Others, id) {
			continue
		}
		for range git.MaxTreeDepth {
			if u.wanted[id] {
				return false, nil
			}
			o, err := rd.Read(ctx, id)
			if err != nil {
				return false, err
			}
			if o.Type == odb.Commit {
				break
			}
			if o.Type != odb.Tag {
				return false, nil
			}
			t, err := odb.ParseTag(u.a.repo.Hash(), o.Data)
			if err != nil {
				return false, err
			}
			id = t.Object
		}
	}
	return true, nil
}

// commit adds what one new commit introduces.
func (u *update) commit(ctx context.Context, d *treediff.Differ, c refs.Listed) (bool, error) {
	if u.wanted[c.ID] && len(u.then.Of[c.ID]) == 0 {
		u.fresh[c.ID] = append(u.fresh[c.ID], cache.Introduction{Commit: c.ID})
	}
	parents := make([]git.OID, 0, len(c.Parents))
	for _, p := range c.Parents {
		tree, err := d.TreeOf(ctx, p)
		if err != nil {
			return false, err
		}
		parents = append(parents, tree)
	}
	certain := true
	err := d.Added(ctx, c.Tree, parents, func(f treediff.File) error {
		if !u.wanted[f.ID] {
			return nil
		}
		same := func(i cache.Introduction) bool { return i.Path == f.Path }
		if slices.ContainsFunc(u.then.Of[f.ID], same) || slices.ContainsFunc(u.fresh[f.ID], same) {
			// Introduced twice; only a full topological sort tells which came first.
			certain = false
			return nil
		}
		u.fresh[f.ID] = append(u.fresh[f.ID], cache.Introduction{Path: f.Path, Commit: c.ID})
		return nil
	})
	return certain, err
}

func has(ids []git.OID, id git.OID) bool {
	_, ok := slices.BinarySearchFunc(ids, id, func(a, b git.OID) int { return cmp.Compare(a.Compare(b), 0) })
	return ok
}
