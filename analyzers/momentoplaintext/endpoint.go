package momentoplaintext

import (
	"go/constant"
	"go/token"
	"go/types"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/momentolint/momentolint/analyzers/internal/flow"
	"github.com/momentolint/momentolint/analyzers/internal/report"
	"github.com/momentolint/momentolint/analyzers/internal/sdk"
)

// endpoints reports endpoints without TLS whose host is known and is not a
// loopback address.
func (c *checker) endpoints() {
	for _, u := range c.program.FieldStores(func(owner types.Type, field *types.Var) bool {
		return field.Name() == "InsecureConnection" && sdk.IsType(owner, sdk.Auth, "Endpoint")
	}) {
		if !isTrue(u.Value) {
			continue
		}
		for _, host := range c.hosts(u.Struct) {
			if host == "" || isLoopback(host) {
				continue
			}
			c.Report(report.Diagnostic{Diagnostic: analysis.Diagnostic{
				Pos: u.Site.Pos, End: u.Site.End,
				Message: "Momento credential sent without TLS: InsecureConnection for " + strconv.QuoteToASCII(host) +
					", which is not a loopback address, in " + u.Site.Name(),
			}})
			break
		}
	}
}

func isTrue(v ssa.Value) bool {
	c, ok := v.(*ssa.Const)
	return ok && c.Value != nil && c.Value.Kind() == constant.Bool && constant.BoolVal(c.Value)
}

// hosts are the hosts that are assigned to the Endpoint next to it, as far as
// they are known.
func (c *checker) hosts(endpoint ssa.Value) []string {
	var list []string
	index := -1
	if p, ok := endpoint.Type().Underlying().(*types.Pointer); ok {
		if s, ok := p.Elem().Underlying().(*types.Struct); ok {
			for i := range s.NumFields() {
				if s.Field(i).Name() == "Endpoint" {
					index = i
				}
			}
		}
	}
	if index < 0 {
		return nil
	}
	t := flow.Tracer[leak]{Program: c.program}
	t.Step = func(p place) ([]place, bool) {
		switch v := p.Value.(type) {
		case *ssa.Const:
			if v.Value != nil && v.Value.Kind() == constant.String && p.Path == "" {
				list = append(list, host(constant.StringVal(v.Value)))
			}
			return nil, true
		case *ssa.BinOp:
			// host + ":8080"
			if port, ok := v.Y.(*ssa.Const); ok && v.Op == token.ADD && port.Value != nil && strings.HasPrefix(constant.StringVal(port.Value), ":") {
				return []place{p.To(v.X)}, true
			}
			return nil, true
		case *ssa.Call:
			return hostArgument(p, v), true
		}
		return nil, false
	}
	t.Trace(place{Value: endpoint, Path: flow.Deref + flow.Field(index)})
	return list
}

// hostArgument goes on from fmt.Sprintf("%s:%d", host, port) and
// net.JoinHostPort(host, port) to the host.
func hostArgument(p place, call *ssa.Call) []place {
	fn := flow.CalledObject(&call.Call)
	if fn == nil {
		return nil
	}
	switch fn.FullName() {
	case "net.JoinHostPort":
		return []place{p.At(call.Call.Args[0], "")}
	case "fmt.Sprintf":
		format, ok := call.Call.Args[0].(*ssa.Const)
		list, known := flow.Variadic(call.Call.Args[1])
		if !ok || !known || len(list) == 0 {
			return nil
		}
		if text := constant.StringVal(format.Value); strings.HasPrefix(text, "%s:") || strings.HasPrefix(text, "%v:") {
			return []place{p.At(list[0], "")}
		}
	}
	return nil
}

// host takes the port off.
func host(endpoint string) string {
	if h, _, err := net.SplitHostPort(endpoint); err == nil {
		return h
	}
	return strings.Trim(endpoint, "[]")
}

// isLoopback reports whether a host is this very machine.
func isLoopback(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
