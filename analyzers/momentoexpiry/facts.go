package momentoexpiry

import (
	"fmt"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/analyzers/internal/flow"
)

// takesLifetime is the fact that what is put into a parameter, a field or a
// package variable becomes the expiry of an API key.
type takesLifetime struct{ Into []flow.Intake[lifetime] }

func (*takesLifetime) AFact() {}

func (f *takesLifetime) String() string {
	var parts []string
	for _, in := range f.Into {
		parts = append(parts, fmt.Sprintf("%d%s", in.Param, in.State))
	}
	slices.Sort(parts)
	return "takesLifetime(" + strings.Join(parts, ",") + ")"
}

// givesLifetime is the fact that a function returns, or a package variable
// holds, an expiry that is known or that follows from a parameter.
type givesLifetime struct{ Results []outcome }

// outcome is one possible value of a result.
type outcome struct {
	// Result is the number of the result; 0 for variables.
	Result int
	// Param is the parameter it follows from, -1 if Seconds is the value.
	Param   int
	Path    flow.Path
	As      lifetime
	Seconds int64
}

func (*givesLifetime) AFact() {}

func (f *givesLifetime) String() string {
	var parts []string
	for _, o := range f.Results {
		switch {
		case o.Param >= 0:
			parts = append(parts, fmt.Sprintf("%d:param%d%s", o.Result, o.Param, o.As))
		case o.Seconds == never:
			parts = append(parts, fmt.Sprintf("%d:never", o.Result))
		default:
			parts = append(parts, fmt.Sprintf("%d:%ds", o.Result, o.Seconds))
		}
	}
	slices.Sort(parts)
	return "givesLifetime(" + strings.Join(slices.Compact(parts), ",") + ")"
}
