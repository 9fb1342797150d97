// Package git gives the scanner what a git repository holds: its whole
// history, what a range of commits added, what is staged.
//
// # Objects and attribution
//
// A scan of the history looks at every object once and asks only afterwards,
// and only for those with a finding, where they come from:
//
//	repo, err := git.Open(ctx, dir, git.Options{Jobs: jobs, Record: record, Warn: warn})
//	defer repo.Close()
//	sel := git.Selection{Reflog: reflog, Cache: cache}
//	var hits … // ids of objects with findings, guarded by a mutex or one set per worker
//	stats, err := repo.Objects(ctx, sel, func(worker int, o *git.Object) error {
//		// o.Data is valid in here only. It is nil for blobs above 64 MiB: read
//		// o.Reader() piece by piece. Commits and tags are given whole; o.Message()
//		// is the message in them.
//		if findings := scan(worker, o); len(findings) > 0 {
//			o.Found() // keeps it out of the cache
//			hits = append(hits, o.ID)
//		}
//		return nil
//	})
//	where, err := repo.Attribute(ctx, sel, hits)
//	for id, introductions := range where { … } // one finding for each introduction
//
// Objects looks at everything in the object store, reachable or not: that
// costs less than finding out beforehand what is reachable. What an object
// means is for Attribute to say: an id without introductions is not part of
// the selection, and its findings must be dropped.
//
// The commit graph (gitformat-commit-graph) is left alone here: every commit is
// an object that is read anyway, and its message is not in the graph. Ranges
// get their commits from "git rev-list", which makes use of it.
//
// # Ranges and the index
//
// Range, RangeOf and Staged yield a [Change] for each file that a commit
// added or changed and for each message:
//
//	stats, err := repo.Range(ctx, "main..topic", func(worker int, c *git.Change) error {
//		for _, f := range scan(worker, c.Object) {
//			if !c.IsMessage() {
//				for old, err := range c.Before(ctx) { … } // drop f if an earlier version has it
//			}
//			// finding in c.Path, introduced by c.Commit
//		}
//		return nil
//	})
//
// A blob may come in by several commits of a range, at one path: keep the
// finding of the change with the lowest Seq.
//
// # What could not be read
//
// Options.Record is called for every object that exists and cannot be read, or
// should exist and does not: the run is incomplete then, whatever it found. Options.Warn is for remarks:
// a shallow clone, objects that had to be read by git itself.
//
// # Safety
//
// Objects are read by this module itself (package odb). The git program is
// asked for what is git's to know: where the repository is and whether it may
// be trusted (safe.directory), refs, revisions, the index. It is called by its
// absolute path, with plumbing commands only, and so that nothing the
// repository configures runs: no hooks, fsmonitor, filters, textconv, external
// diff, pagers, aliases, and no transport of any kind, so no lazy fetching.
package git
