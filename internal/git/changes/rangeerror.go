package changes

import (
	"errors"
	"fmt"
)

// The kinds of a [RangeError]; use errors.Is.
var (
	// ErrInvalidRange means that it is not written like a range.
	ErrInvalidRange = errors.New("invalid range")
	// ErrUnknownRevision means that the repository does not know one of its ends.
	ErrUnknownRevision = errors.New("unknown revision")
	// ErrZeroID means that one of its ends is the id of all zeros, which means
	// "no such ref" in the data of a push.
	ErrZeroID = errors.New("zero object id")
	// ErrEmptyRange means that it has no commits.
	ErrEmptyRange = errors.New("empty range")
	// ErrShallow means that the history ends within it, because the clone is
	// shallow.
	ErrShallow = errors.New("shallow clone")
)

// RangeError explains why a range cannot be scanned, and what to do.
type RangeError struct {
	// Kind is one of the errors above.
	Kind error
	// Range is the range as written, Rev the part of it that is wrong.
	Range, Rev string
	// Same reports for an empty range that nothing is new: both of its ends are
	// the same commit. Otherwise its ends may be swapped.
	Same bool
	// Detail says what is wrong, Remedy what to do, both without a full stop.
	Detail, Remedy string
}

// Error returns detail and remedy.
func (e *RangeError) Error() string {
	return fmt.Sprintf("range %s: %s; %s", e.Range, e.Detail, e.Remedy)
}

// Unwrap returns the kind.
func (e *RangeError) Unwrap() error { return e.Kind }

const deepen = "git fetch --unshallow gets it, in a GitHub workflow fetch-depth: 0 with actions/checkout"

func invalidRange(spec, detail string) error {
	return &RangeError{
		Kind: ErrInvalidRange, Range: fmt.Sprintf("%q", spec), Detail: detail,
		Remedy: "write A..B for the commits of B that are not in A",
	}
}

func unknownRevision(spec, rev string, shallow bool) error {
	e := &RangeError{
		Kind: ErrUnknownRevision, Range: spec, Rev: rev,
		Detail: fmt.Sprintf("this repository has no commit %s", rev),
		Remedy: "check the spelling, or git fetch it",
	}
	if shallow {
		e.Detail += ", its clone is shallow"
		e.Remedy = deepen
	}
	return e
}

func zeroID(spec, rev string) error {
	return &RangeError{
		Kind: ErrZeroID, Range: spec, Rev: rev,
		Detail: "the id of zeros names no commit, it says that a branch is new or deleted",
		Remedy: "for a new branch start at the default branch, as in origin/main..HEAD",
	}
}

func emptyRange(spec string, same bool) error {
	e := &RangeError{
		Kind: ErrEmptyRange, Range: spec, Same: same,
		Detail: "it has no commits",
		Remedy: "are its ends the wrong way round?",
	}
	if same {
		e.Detail, e.Remedy = "both ends are the same commit", "there is nothing to scan"
	}
	return e
}

// nothingNew is the error for a push of commits that the remote has.
func nothingNew(spec string) error {
	return &RangeError{
		Kind: ErrEmptyRange, Range: spec, Same: true,
		Detail: "no commit in it is new", Remedy: "there is nothing to scan",
	}
}

func shallowRange(spec, commit string) error {
	return &RangeError{
		Kind: ErrShallow, Range: spec, Rev: commit,
		Detail: fmt.Sprintf("the history ends at commit %s, because the clone is shallow, so what that commit added is not known", commit),
		Remedy: deepen,
	}
}
