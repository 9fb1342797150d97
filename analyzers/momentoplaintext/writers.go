package momentoplaintext

import (
	"go/types"
	"strings"
	"sync"

	"golang.org/x/tools/go/ssa"

	"github.com/momentolint/momentolint/analyzers/internal/flow"
)

// destination is where what is written to a writer ends up.
type destination uint8

const (
	// nowhere: in memory, in a hash, behind encryption.
	nowhere destination = iota
	toOutput
	toLogs
	toFile
	toResponse
)

func (d destination) medium() medium {
	switch d {
	case toLogs:
		return logs
	case toFile:
		return file
	case toResponse:
		return response
	default:
		return output
	}
}

// destinations are the types of writers that tell where the text goes.
var destinations = sync.OnceValue(func() map[string]destination {
	return map[string]destination{
		"net/http.ResponseWriter":                 toResponse,
		"github.com/gin-gonic/gin.ResponseWriter": toResponse,
		"github.com/labstack/echo/v4.Response":    toResponse,
		"github.com/gofiber/fiber/v2.Ctx":         toResponse,
		"os.File":                                 toFile,
		"log/syslog.Writer":                       toLogs,
		"bytes.Buffer":                            nowhere,
		"strings.Builder":                         nowhere,
		"hash.Hash":                               nowhere,
		"hash.Hash32":                             nowhere,
		"hash.Hash64":                             nowhere,
		"crypto/tls.Conn":                         nowhere,
		"crypto/cipher.StreamWriter":              nowhere,
		"io.PipeWriter":                           nowhere,
	}
})

// wrapping are functions whose result writes to one of their arguments.
var wrapping = sync.OnceValue(func() map[string]bool {
	return map[string]bool{
		"bufio.NewWriter": true, "bufio.NewWriterSize": true, "bufio.NewReadWriter": true,
		"compress/gzip.NewWriter": true, "compress/gzip.NewWriterLevel": true, "compress/zlib.NewWriter": true,
		"compress/zlib.NewWriterLevel": true, "compress/flate.NewWriter": true, "compress/lzw.NewWriter": true,
		"archive/tar.NewWriter": true, "archive/zip.NewWriter": true, "(*archive/zip.Writer).Create": true,
		"mime/multipart.NewWriter": true, "(*mime/multipart.Writer).CreatePart": true,
		"(*mime/multipart.Writer).CreateFormField": true, "(*mime/multipart.Writer).CreateFormFile": true,
		"text/tabwriter.NewWriter": true, "io.MultiWriter": true, "encoding/csv.NewWriter": true,
		"encoding/base64.NewEncoder": true, "encoding/hex.NewEncoder": true, "encoding/hex.Dumper": true,
		"encoding/json.NewEncoder": true, "encoding/xml.NewEncoder": true, "encoding/gob.NewEncoder": true,
		"gopkg.in/yaml.v2.NewEncoder": true, "gopkg.in/yaml.v3.NewEncoder": true, "go.yaml.in/yaml/v2.NewEncoder": true,
		"go.yaml.in/yaml/v3.NewEncoder": true, "go.yaml.in/yaml/v4.NewEncoder": true,
		"github.com/goccy/go-yaml.NewEncoder": true, "github.com/BurntSushi/toml.NewEncoder": true,
		"github.com/pelletier/go-toml/v2.NewEncoder": true,
	}
})

// producers are functions of other packages that give a writer, by where it
// writes to. Those that are exempt, such as encryption, write nowhere.
var producers = sync.OnceValue(func() map[string]destination {
	return map[string]destination{
		"(*os/exec.Cmd).StdinPipe":                      nowhere, // the way to hand a secret to a child
		"(*flag.FlagSet).Output":                        toOutput,
		"log.Writer":                                    toLogs,
		"(*log.Logger).Writer":                          toLogs,
		"(*testing.common).Output":                      toLogs,
		"(*github.com/spf13/cobra.Command).OutOrStdout": toOutput,
		"(*github.com/spf13/cobra.Command).OutOrStderr": toOutput,
		"(*github.com/spf13/cobra.Command).ErrOrStderr": toOutput,
	}
})

func wraps(fn *types.Func) bool {
	return fn != nil && fn.Pkg() != nil && wrapping()[fn.FullName()]
}

// target is what is known of a writer.
type target struct {
	// to is where it writes to, if known; the most readable of several.
	to    destination
	known bool
	// params are the parameters that it comes from.
	params []flow.Slot
	// open: it comes from a parameter, a field or another package's variable of
	// type io.Writer that nothing more is known of.
	open bool
}

// writer finds out where a writer, or something made from one, writes to.
// callers makes it continue with what callers pass for a parameter.
func (c *checker) writer(v ssa.Value, callers bool) target {
	w := writerTrace{checker: c, callers: callers}
	t := flow.Tracer[leak]{Program: c.program, Step: w.step, Open: w.open}
	t.Trace(place{Value: v})
	return w.found
}

// writerTrace is one call of writer.
type writerTrace struct {
	*checker
	callers bool
	found   target
}

func (w *writerTrace) know(d destination) {
	w.found.to, w.found.known = max(w.found.to, d), true
}

func (w *writerTrace) step(p place) (next []place, done bool) {
	if p.Path != "" && p.Path != flow.Deref {
		return nil, false
	}
	if g, ok := p.Value.(*ssa.Global); ok && p.Path == flow.Deref && w.knowVariable(g) {
		return nil, true
	}
	if call := producer(p.Value); call != nil {
		if fn := flow.CalledObject(&call.Call); wraps(fn) {
			return w.wrapped(p, call), true
		} else if w.knowProducer(fn) {
			return nil, true
		}
	}
	return nil, w.knowType(p)
}

// knowVariable reports whether it knows the writer in a variable of the standard
// library.
func (w *writerTrace) knowVariable(g *ssa.Global) bool {
	switch {
	case isStandardStream(g):
		w.know(toOutput)
	case is(g, "io", "Discard"):
		w.know(nowhere)
	default:
		return false
	}
	return true
}

// knowProducer reports whether it knows the writer that a function returns.
func (w *writerTrace) knowProducer(fn *types.Func) bool {
	if fn == nil || fn.Pkg() == nil {
		return false
	}
	if exempt(fn) {
		w.know(nowhere)
		return true
	}
	d, ok := producers()[fn.FullName()]
	if ok {
		w.know(d)
	}
	return ok
}

// knowType reports whether the type of a writer tells where it writes to.
func (w *writerTrace) knowType(p place) bool {
	pkg, name := typeName(p.Value.Type())
	full := pkg + "." + name
	if load, ok := p.Value.(*ssa.UnOp); ok && full == "os.File" {
		if g, ok := load.X.(*ssa.Global); ok && isStandardStream(g) {
			return false // the next step knows the variable
		}
	}
	if d, ok := destinations()[full]; ok && p.Path == "" {
		w.know(d)
		return true
	}
	if strings.HasPrefix(pkg, "crypto/") {
		w.know(nowhere)
		return true
	}
	return false
}

func (w *writerTrace) open(s flow.Slot, p place) []place {
	var next []place
	if s.Field != nil || s.Fn != nil && w.callers {
		for _, u := range w.program.Into(s) {
			next = append(next, place{Value: u.Value, Path: u.Path, State: p.State})
		}
	}
	if s.Fn != nil {
		w.found.params = append(w.found.params, s)
	}
	if len(next) == 0 && s.Path == "" && isWriter(slotType(s)) && (s.Global == nil || s.Global.Pkg != w.program.Pkg) {
		w.found.open = true
	}
	return next
}

// producer is the call that returns a value, alone or among other results.
func producer(v ssa.Value) *ssa.Call {
	if e, ok := v.(*ssa.Extract); ok {
		v = e.Tuple
	}
	call, _ := v.(*ssa.Call)
	return call
}

// slotType is the type of a parameter, field or variable.
func slotType(s flow.Slot) types.Type {
	if s.Global != nil {
		return flow.VariableType(s.Global)
	}
	if s.Field != nil {
		return s.Field.Type()
	}
	return s.Fn.Params[s.Param].Type()
}

// isWriter reports whether t is io.Writer: a text written to one is meant to be
// read, where other interfaces may well be a connection.
func isWriter(t types.Type) bool {
	pkg, name := typeName(t)
	return pkg == "io" && name == "Writer"
}

// decide says what becomes of a leak whose writer is v, in the function fn: ok
// is false if it is none. It may be for the callers of fn to decide.
func (c *checker) decide(l leak, v ssa.Value, fn *ssa.Function) (decided leak, ok bool) {
	found := c.writer(v, false)
	if !found.known && len(found.params) == 1 && found.params[0].Fn == fn && found.params[0].Path == "" {
		l.Writer, l.Medium = found.params[0].Param+1, output
		return l, true
	}
	return c.settle(l, v)
}

// settle decides about a leak whose writer is v by what all callers hand over.
func (c *checker) settle(l leak, v ssa.Value) (settled leak, ok bool) {
	strict := l.Strict
	l.Writer, l.Strict, l.Medium = 0, false, output
	found := c.writer(v, true)
	if !found.known {
		return l, found.open && !strict
	}
	l.Medium = found.to.medium()
	return l, found.to != nowhere
}

// isStandardStream reports whether a variable is os.Stdout or os.Stderr.
func isStandardStream(g *ssa.Global) bool { return is(g, "os", "Stdout") || is(g, "os", "Stderr") }

// is reports whether a variable is the one of that name of that package.
func is(g *ssa.Global, pkg, name string) bool {
	obj := g.Object()
	return obj != nil && obj.Pkg() != nil && obj.Pkg().Path() == pkg && obj.Name() == name
}

// wrapped are the writers that a writer is made from.
func (c *checker) wrapped(p place, call *ssa.Call) []place {
	var next []place
	for _, arg := range call.Call.Args {
		if list, ok := flow.Variadic(arg); ok {
			for _, v := range list {
				next = append(next, p.At(v, ""))
			}
			continue
		}
		next = append(next, p.At(arg, ""))
	}
	return next
}

// ofResponse reports whether a http.Header is that of a response being written.
func (c *checker) ofResponse(v ssa.Value) bool {
	found := false
	t := flow.Tracer[leak]{Program: c.program}
	t.Step = func(p place) ([]place, bool) {
		if call, ok := p.Value.(*ssa.Call); ok {
			fn := flow.CalledObject(&call.Call)
			if fn != nil && fn.Name() == "Header" && (owner(fn) == "ResponseWriter" || owner(fn) == "Response") {
				found = true
			}
		}
		return nil, found
	}
	t.Trace(place{Value: v})
	return found
}
