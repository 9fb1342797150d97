package scanner

import "context"

// Staged would scan the index; it fails with ErrNoRange.
func (r *Run) Staged(context.Context, string) error { return ErrNoRange }
