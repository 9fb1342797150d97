// Package retry stands for the SDK's package of that name.
package retry

// Strategy says when to try again.
type Strategy interface{ String() string }

type never struct{}

func (never) String() string { return "never" }

// NewNeverRetryStrategy never tries again.
func NewNeverRetryStrategy() Strategy { return never{} }
