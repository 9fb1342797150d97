package scanner

import (
	"context"
	"errors"
)

// ErrNoHistory is returned for sources in git that this version cannot read.
var ErrNoHistory = errors.New("this version of momentolint cannot scan git histories yet; nothing was scanned")

// History says which part of a repository's history to scan.
type History struct {
	// Reflog adds what only reflogs and stashes reach, AllObjects everything in
	// the object store.
	Reflog, AllObjects bool
}

// History would scan the history of a repository; it fails with ErrNoHistory.
func (r *Run) History(context.Context, string, History) error { return ErrNoHistory }
