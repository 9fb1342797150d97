// Package changes yields what a range of commits, a push or the index adds to a
// repository: the files and messages that are new.
package changes

import (
	"context"
	"iter"

	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/git"
)

// Change is one addition of a commit, a push or the index: the new content of a
// file, or a message.
type Change struct {
	// Commit is the commit that the change is part of, or the tag whose message
	// it is; nil for staged files and pushed objects that are in no commit. The
	// Subject is not redacted.
	Commit *finding.Commit
	// Seq numbers the commits of a range in topological order, parents first.
	Seq int
	// Path is the file's name, slash-separated from the top of the repository;
	// "" for messages and for blobs without a name.
	Path string
	// Object is the new content: a blob, or the whole commit or tag whose message
	// it is. Its data is valid during the visit only.
	*git.Object

	before func(ctx context.Context) iter.Seq2[*git.Object, error]
}

// IsMessage reports whether the change is the message of a commit or tag.
func (c *Change) IsMessage() bool { return c.Type == git.Commit || c.Type == git.Tag }

// Before returns the earlier versions of the file: those of the commit's parents
// at the same path, and, for a file that is new there, the files that the
// commit removed elsewhere, since the file may have been moved. What one of them
// contains was not added by this change. Before may be called during the visit
// only. It reads the versions one by one.
func (c *Change) Before(ctx context.Context) iter.Seq2[*git.Object, error] {
	if c.before == nil {
		return func(func(*git.Object, error) bool) {}
	}
	return c.before(ctx)
}

// Visitor is called for each change.
type Visitor = func(worker int, c *Change) error

// Stats counts what a walk visited.
type Stats struct {
	Commits, Files, Messages, Bytes int64
}
