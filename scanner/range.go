package scanner

import (
	"context"
	"errors"
)

// ErrNoRange is returned for sources in git that this version cannot read.
var ErrNoRange = errors.New("this version of momentolint cannot scan ranges or the index yet; nothing was scanned")

// Range would scan what a range of commits added; it fails with ErrNoRange.
func (r *Run) Range(context.Context, string, string) error { return ErrNoRange }
