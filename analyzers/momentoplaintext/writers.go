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
		"text/tabwriter.NewWriter": true, "io.MultiWriter": true, "encoding/csv.NewWriter": true,
		"encoding/base64.NewEncoder": true, "encoding/hex.NewEncoder": true, "encoding/hex.Dumper": true,
		"encoding/json.NewEncoder": true, "encoding/xml.NewEncoder": true, "encoding/gob.NewEncoder": true,
		"gopkg.in/yaml.v2.NewEncoder": true, "gopkg.in/yaml.v3.NewEncoder": true, "go.yaml.in/yaml/v2.NewEncoder": true,
		"go.yaml.in/yaml/v3.NewEncoder": true, "go.yaml.in/yaml/v4.NewEncoder": true,
		"github.com/goccy/go-yaml.NewEncoder": true, "github.com/BurntSushi/toml.NewEncoder": true,
		"github.com/pelletier/go-toml/v2.NewEncoder": true,
	}
})

func wraps(fn *types.Func) bool {
	return fn != nil && fn.Pkg() != nil && wrapping()[fn.FullName()]
}

// writer tells where a writer, or something made from one, writes to. known is
// false if that cannot be seen; the most readable of several is told.
func (c *checker) writer(v ssa.Value) (to destination, known bool) {
	t := flow.Tracer[leak]{Program: c.program}
	t.Step = func(p place) ([]place, bool) {
		if p.Path != "" && p.Path != flow.Deref {
			return nil, false
		}
		if g, ok := p.Value.(*ssa.Global); ok && p.Path == flow.Deref && isStandardStream(g) {
			to, known = max(to, toOutput), true
			return nil, true
		}
		if call, ok := p.Value.(*ssa.Call); ok && wraps(flow.CalledObject(&call.Call)) {
			return c.wrapped(p, call), true
		}
		pkg, name := typeName(p.Value.Type())
		full := pkg + "." + name
		if load, ok := p.Value.(*ssa.UnOp); ok && full == "os.File" {
			// It may be one of the standard streams; what it is read from tells.
			if g, ok := load.X.(*ssa.Global); ok && isStandardStream(g) {
				return nil, false
			}
		}
		if d, ok := destinations()[full]; ok && p.Path == "" {
			to, known = max(to, d), true
			return nil, true
		}
		if strings.HasPrefix(pkg, "crypto/") {
			known = true
			return nil, true
		}
		return nil, false
	}
	t.Trace(place{Value: v})
	return to, known
}

// isStandardStream tells whether a variable is os.Stdout or os.Stderr.
func isStandardStream(g *ssa.Global) bool {
	obj := g.Object()
	return obj != nil && obj.Pkg() != nil && obj.Pkg().Path() == "os" && (obj.Name() == "Stdout" || obj.Name() == "Stderr")
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

// ofResponse tells whether a http.Header is that of a response being written.
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
