package momentoplaintext

import (
	"fmt"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/analyzers/internal/flow"
)

// mode is how a sink makes a value readable. It decides which types mask
// themselves.
type mode uint8

const (
	// printed: as %v prints it; String methods are used.
	printed mode = iota
	// dumped: as %#v prints it, down to unexported fields.
	dumped
	// encoded: as JSON and the like have it; exported fields only.
	encoded
)

// medium is where a sink puts the text.
type medium uint8

const (
	output medium = iota
	logs
	file
	response
	address
	argument
	failure
	crash
	environment
	telemetry
)

// done says what happens to the secret, for messages.
func (m medium) done() string {
	switch m {
	case logs:
		return "logged"
	case file:
		return "written to a file"
	case response:
		return "sent in an HTTP response"
	case address:
		return "put into a URL"
	case argument:
		return "put on a command line"
	case failure:
		return "put into an error"
	case crash:
		return "put into a panic"
	case environment:
		return "put into the environment"
	case telemetry:
		return "put into a span or metric"
	default:
		return "printed"
	}
}

// leak is what becomes of a value at a sink.
type leak struct {
	Mode   mode
	Medium medium
	// Writer is 1 plus the number of the parameter, of the function at hand,
	// that is the writer: what its callers hand over decides about the medium.
	// 0 if that is decided.
	Writer int
	// Strict: a writer that nothing is known of does not count as output.
	Strict bool
}

// takesSecret is the fact that what is put into a parameter, a field or a
// package variable becomes plain text.
type takesSecret struct{ Into []flow.Intake[leak] }

func (*takesSecret) AFact() {}

func (f *takesSecret) String() string {
	var parts []string
	for _, in := range f.Into {
		parts = append(parts, fmt.Sprintf("%d %s", in.Param, in.State.Medium.done()))
	}
	return "takesSecret(" + strings.Join(slices.Compact(parts), ", ") + ")"
}

// givesSecret is the fact that a function returns, or that a field or package
// variable holds, a secret, or text with a parameter in it.
type givesSecret struct{ Results []outcome }

// outcome is one possible content of a result.
type outcome struct {
	// Result is the number of the result; 0 for fields and variables.
	Result int
	// Source names the secret; "" if the content follows from a parameter.
	Source string
	// Disposable: it is a disposable token.
	Disposable bool
	// Param and Path are the parameter it follows from.
	Param int
	Path  flow.Path
}

func (*givesSecret) AFact() {}

func (f *givesSecret) String() string {
	var parts []string
	for _, o := range f.Results {
		if o.Source != "" {
			parts = append(parts, fmt.Sprintf("%d:%s", o.Result, o.Source))
		} else {
			parts = append(parts, fmt.Sprintf("%d:param%d", o.Result, o.Param))
		}
	}
	return "givesSecret(" + strings.Join(slices.Compact(parts), ", ") + ")"
}
