// Package lazy puts off to first use what every start of the program would
// otherwise pay for: a hook and a vet tool start often and do little.
package lazy

import (
	"regexp"
	"sync"
)

// Regexp compiles a regular expression when it is first wanted. The pattern is
// a constant of the program: one that does not compile is a panic then.
func Regexp(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}
