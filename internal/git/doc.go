// Package git opens a git repository for reading. It finds the repository, runs
// git in it and reads its objects. The packages below it read what the scanner
// looks at:
//
//   - refs: refs, HEADs, revisions, and what rewrites a history
//   - history: all objects, and the commits that introduced some of them
//   - changes: what a range of commits, a push or the index adds
//   - index and treediff: the index, and comparisons of trees
//   - odb, inflate and cache: object files, DEFLATE, and objects already scanned
//
// # Objects and attribution
//
// A scan of the history looks at every object once and asks only afterwards, and
// only for those with a finding, which commits introduced them:
//
//	repo, err := git.Open(ctx, dir, git.Options{Jobs: jobs, Record: record, Warn: warn})
//	defer repo.Close()
//	sel := history.Selection{Reflog: reflog, Cache: cache}
//	var hits … // ids of objects with findings, guarded by a mutex or one set per worker
//	stats, err := history.Objects(ctx, repo, sel, func(worker int, o *history.Object) error {
//		// o.Data is valid in here only. It is nil for blobs above 64 MiB: read
//		// o.Reader() piece by piece. Commits and tags are whole; o.Message() is
//		// their message.
//		if findings := scan(worker, o); len(findings) > 0 {
//			o.Found() // the next run has it in Stats.Found
//			hits = append(hits, o.ID)
//		}
//		return nil
//	})
//	where, err := history.Attribute(ctx, repo, sel, hits, stats.Holes)
//	for id, introductions := range where { … } // one finding for each introduction
//
// Objects visits everything in the object store, reachable or not: that costs
// less than finding out beforehand what is reachable. An id without introductions
// is not part of the selection, and its findings must be dropped.
//
// The commit graph (gitformat-commit-graph) is not used here: every commit is an
// object that is read anyway, and its message is not in the graph. Ranges get
// their commits from "git rev-list", which uses it.
//
// # Ranges and the index
//
// Range, Of and Staged of package changes yield a Change for each file that a
// commit added or changed and for each message:
//
//	stats, err := changes.Range(ctx, repo, "main..topic", func(worker int, c *changes.Change) error {
//		for _, f := range scan(worker, c.Object) {
//			if !c.IsMessage() {
//				for old, err := range c.Before(ctx) { … } // drop f if an earlier version has it
//			}
//			// finding in c.Path, introduced by c.Commit
//		}
//		return nil
//	})
//
// Several commits of a range may introduce a blob at one path: keep the finding
// of the change with the lowest Seq.
//
// # Unreadable objects
//
// Options.Record is called for what exists and cannot be read, or should exist and
// does not: the run is then incomplete. Objects returns such objects in Stats.Holes
// instead, so that they can be named by commit and path. Options.Warn is for remarks:
// a shallow clone, a pack index with wrong checksums.
//
// Package odb tries every copy of an object, so an object that it cannot read is
// not read through git either: git would wait for a named pipe, and follow a chain
// of deltas that leads back to itself for ever.
//
// # Safety
//
// Package odb reads the objects. The git program is asked where the repository is
// and whether it may be trusted (safe.directory), for refs, revisions and the
// index. It is called by its absolute path, with plumbing commands only, and so
// that nothing that the repository configures runs: no hooks, fsmonitor, filters,
// textconv, external diff, pagers, aliases, and no transport of any kind, so no
// lazy fetching.
package git
