package momentoexpiry

import (
	"go/constant"
	"go/token"
	"go/types"
	"time"

	"golang.org/x/tools/go/ssa"

	"github.com/momentolint/momentolint/analyzers/internal/flow"
	"github.com/momentolint/momentolint/analyzers/internal/sdk"
)

// constructor is a function of package utils that makes an ExpiresIn.
type constructor struct {
	never bool
	as    lifetime
}

// constructors are those of package utils.
var constructors = map[string]constructor{
	"ExpiresInNever":   {never: true},
	"ExpiresInSeconds": {as: number(1)},
	"ExpiresInMinutes": {as: number(60)},
	"ExpiresInHours":   {as: number(60 * 60)},
	"ExpiresInDays":    {as: number(60 * 60 * 24)},
	"ExpiresAtEpoch":   {as: lifetime{Number: true, Mul: 1, Div: 1, Epoch: true}},
}

// durations are the methods of time.Duration that give a number, with the
// nanoseconds of one.
var durations = map[string]int64{
	"Nanoseconds": 1, "Microseconds": 1e3, "Milliseconds": 1e6,
	"Seconds": 1e9, "Minutes": 60e9, "Hours": 3600e9,
}

type place = flow.Place[lifetime]

// evaluator follows expiries, and the numbers they are made of, back to
// constants.
type evaluator struct {
	*checker
	// lifetime is called with every lifetime that is found, in seconds.
	lifetime func(seconds int64, as lifetime)
}

func (e *evaluator) step(p place) (next []place, done bool) {
	if p.State.Number {
		return e.number(p)
	}
	switch v := p.Value.(type) {
	case *ssa.Call:
		return e.call(p, &v.Call, 0)
	case *ssa.Extract:
		if call, ok := v.Tuple.(*ssa.Call); ok {
			return e.call(p, &call.Call, v.Index)
		}
	case *ssa.Global:
		if g := v.Object(); g != nil && g.Pkg() != e.Pkg && p.Path == flow.Deref {
			e.known(p, g, 0, nil)
		}
	}
	return nil, false
}

// call examines a call that returns an ExpiresIn.
func (e *evaluator) call(p place, call *ssa.CallCommon, result int) (next []place, done bool) {
	fn := flow.CalledObject(call)
	if fn == nil {
		return nil, false
	}
	if pkg, name, ok := sdk.Func(fn); ok {
		c, isConstructor := constructors[name]
		switch {
		case pkg != sdk.Utils || !isConstructor:
		case c.never:
			e.lifetime(never, p.State)
		case len(call.Args) == 1:
			q := p.At(call.Args[0], "")
			q.State = c.as
			q.State.Expires = p.State.Expires
			return []place{q}, true
		}
		return nil, true
	}
	if fn.Pkg() != e.Pkg {
		return e.known(p, fn, result, flow.Args(call)), true
	}
	return nil, false
}

// known imports the fact about a function or variable of another package.
func (e *evaluator) known(p place, obj types.Object, result int, args []ssa.Value) []place {
	var fact givesLifetime
	var next []place
	if !e.ImportObjectFact(obj, &fact) {
		return nil
	}
	for _, o := range fact.Results {
		o.As.Expires = o.As.Expires || p.State.Expires
		switch {
		case o.Result != result:
		case o.Param < 0:
			e.lifetime(o.Seconds, o.As)
		case o.Param < len(args):
			q := p.At(args[o.Param], o.Path)
			q.State = o.As
			next = append(next, q)
		}
	}
	return next
}

// number follows a number to the constants it may be.
func (e *evaluator) number(p place) (next []place, done bool) {
	switch v := p.Value.(type) {
	case *ssa.Const:
		if value, ok := integer(v); ok {
			e.lifetime(p.State.seconds(value, e.now), p.State)
		}
		return nil, true
	case *ssa.Convert:
		return []place{p.To(v.X)}, true
	case *ssa.BinOp:
		return e.arithmetic(p, v), true
	case *ssa.Call:
		if b, ok := v.Call.Value.(*ssa.Builtin); ok {
			if b.Name() == "max" {
				// It is at least as large as each.
				for _, arg := range v.Call.Args {
					next = append(next, p.To(arg))
				}
			}
			return next, true
		}
		if q, ok := e.time(p, v); ok {
			return q, true
		}
		// Only what this package computes is followed into.
		fn := flow.CalledObject(&v.Call)
		return nil, fn == nil || fn.Pkg() != e.Pkg
	case *ssa.Parameter, *ssa.Phi:
		// A number that is held against another is being checked: what passes
		// is not what came in.
		return nil, compared(v)
	}
	return nil, false
}

func integer(c *ssa.Const) (int64, bool) {
	if c.Value == nil {
		return 0, false
	}
	return constant.Int64Val(constant.ToInt(c.Value))
}

// folded is the value of a sum or difference of constants, which ssa does not
// work out where a variable holds one of them.
func folded(v ssa.Value) (int64, bool) {
	switch v := v.(type) {
	case *ssa.Const:
		return integer(v)
	case *ssa.BinOp:
		x, okX := folded(v.X)
		y, okY := folded(v.Y)
		if !okX || !okY || x != int64(int32(x)) || y != int64(int32(y)) {
			return 0, false
		}
		switch v.Op {
		case token.ADD:
			return x + y, true
		case token.SUB:
			return x - y, true
		}
	}
	return 0, false
}

// arithmetic follows products and quotients with a constant.
func (e *evaluator) arithmetic(p place, v *ssa.BinOp) []place {
	if n, ok := folded(v); ok {
		e.lifetime(p.State.seconds(n, e.now), p.State)
		return nil
	}
	if p.State.Epoch {
		return e.fromNow(p, v)
	}
	x, y := v.X, v.Y
	if v.Op == token.MUL {
		if _, ok := x.(*ssa.Const); ok {
			x, y = y, x
		}
	}
	c, ok := y.(*ssa.Const)
	if !ok {
		return nil
	}
	factor, ok := integer(c)
	if !ok {
		return nil
	}
	q := p.To(x)
	switch v.Op {
	case token.MUL:
		q.State, ok = p.State.times(factor)
	case token.QUO:
		q.State, ok = p.State.per(factor)
	default:
		return nil
	}
	if !ok {
		return nil
	}
	return []place{q}
}

// fromNow follows time.Now().Unix() + seconds.
func (e *evaluator) fromNow(p place, v *ssa.BinOp) []place {
	x, y := v.X, v.Y
	if isNowUnix(y) {
		x, y = y, x
	}
	if v.Op != token.ADD || !isNowUnix(x) {
		return nil
	}
	q := p.To(y)
	q.State = number(1)
	q.State.Expires = p.State.Expires
	return []place{q}
}

func isNowUnix(v ssa.Value) bool {
	call, ok := v.(*ssa.Call)
	return ok && method(call, "Unix") && isNow(call.Call.Args[0])
}

func isNow(v ssa.Value) bool {
	call, ok := v.(*ssa.Call)
	if !ok {
		return false
	}
	fn := flow.CalledObject(&call.Call)
	if fn == nil || fn.Pkg() == nil || fn.Pkg().Path() != "time" {
		return false
	}
	switch fn.Name() {
	case "Now":
		return true
	case "UTC", "Local", "In", "Round", "Truncate":
		return len(call.Call.Args) > 0 && isNow(call.Call.Args[0])
	}
	return false
}

// method reports whether a call is of that method of a type of package time.
func method(call *ssa.Call, name string) bool {
	fn := flow.CalledObject(&call.Call)
	return fn != nil && fn.Pkg() != nil && fn.Pkg().Path() == "time" && fn.Name() == name &&
		fn.Signature().Recv() != nil && len(call.Call.Args) > 0
}

// time follows durations, and points in time that are a fixed way from now.
func (e *evaluator) time(p place, call *ssa.Call) (next []place, ok bool) {
	fn := flow.CalledObject(&call.Call)
	if fn == nil || fn.Pkg() == nil || fn.Pkg().Path() != "time" || len(call.Call.Args) == 0 {
		return nil, false
	}
	if p.State.Epoch {
		if !method(call, "Unix") {
			return nil, true
		}
		at, isCall := call.Call.Args[0].(*ssa.Call)
		if day, ok := fixedDate(at); isCall && ok {
			e.lifetime(p.State.seconds(day.Unix(), e.now), p.State)
			return nil, true
		}
		if !isCall || len(at.Call.Args) == 0 || !isNow(at.Call.Args[0]) {
			return nil, true
		}
		switch {
		case method(at, "Add") && len(at.Call.Args) == 2:
			q := p.To(at.Call.Args[1])
			q.State = lifetime{Number: true, Mul: 1, Div: 1e9, Expires: p.State.Expires}
			return []place{q}, true
		case method(at, "AddDate") && len(at.Call.Args) == 4:
			e.date(p, at.Call.Args[1:])
		}
		return nil, true
	}
	if unit, isDuration := durations[fn.Name()]; isDuration && fn.Signature().Recv() != nil {
		q := p.To(call.Call.Args[0])
		var fits bool
		if q.State, fits = p.State.per(unit); fits {
			return []place{q}, true
		}
	}
	return nil, true
}

// fixedDate works out time.Date with constants; where the place counts, an hour
// more or less does not.
func fixedDate(call *ssa.Call) (at time.Time, ok bool) {
	if call == nil || len(call.Call.Args) != 8 {
		return at, false
	}
	if fn := flow.CalledObject(&call.Call); fn == nil || fn.FullName() != "time.Date" {
		return at, false
	}
	var parts [7]int
	for i := range parts {
		c, isConst := call.Call.Args[i].(*ssa.Const)
		if !isConst {
			return at, false
		}
		n, isInt := integer(c)
		if !isInt || n > 1e6 || n < -1e6 {
			return at, false
		}
		parts[i] = int(n)
	}
	return time.Date(parts[0], time.Month(parts[1]), parts[2], parts[3], parts[4], parts[5], parts[6], time.UTC), true
}

// date works out time.Now().AddDate(years, months, days).
func (e *evaluator) date(p place, args []ssa.Value) {
	var parts [3]int64
	for i, arg := range args {
		c, ok := arg.(*ssa.Const)
		if !ok {
			return
		}
		if parts[i], ok = integer(c); !ok || parts[i] > 1e6 || parts[i] < -1e6 {
			return
		}
	}
	at := e.now.AddDate(int(parts[0]), int(parts[1]), int(parts[2]))
	as := p.State
	as.Epoch = false
	e.lifetime(at.Unix()-e.now.Unix(), as)
}

// compared reports whether a number is held against another one.
func compared(v ssa.Value) bool {
	refs := v.Referrers()
	if refs == nil {
		return false
	}
	for _, use := range *refs {
		switch use := use.(type) {
		case *ssa.BinOp:
			switch use.Op {
			case token.LSS, token.LEQ, token.GTR, token.GEQ:
				return true
			}
		case *ssa.Convert:
			if compared(use) {
				return true
			}
		}
	}
	return false
}

// madeSure reports whether control reaches the instruction only where v does
// expire: v.DoesExpire(), or v != utils.ExpiresInNever().
func madeSure(at ssa.Instruction, v ssa.Value) bool {
	refs := v.Referrers()
	if refs == nil {
		return false
	}
	for _, use := range *refs {
		var cond ssa.Value
		sure := 0 // the successor where it expires
		switch use := use.(type) {
		case *ssa.Call:
			pkg, name, ok := sdk.Func(flow.CalledObject(&use.Call))
			if !ok || pkg != sdk.Utils || name != "ExpiresIn.DoesExpire" {
				continue
			}
			cond = use
		case *ssa.BinOp:
			if !isNever(use.X) && !isNever(use.Y) {
				continue
			}
			if cond = use; use.Op == token.EQL {
				sure = 1
			}
		default:
			continue
		}
		if dominated(at.Block(), cond, sure) {
			return true
		}
	}
	return false
}

func isNever(v ssa.Value) bool {
	call, ok := v.(*ssa.Call)
	if !ok {
		return false
	}
	pkg, name, ok := sdk.Func(flow.CalledObject(&call.Call))
	return ok && pkg == sdk.Utils && name == "ExpiresInNever"
}

// dominated reports whether the block is reached only through that successor of
// a branch on cond, or through the other one of a branch on its negation.
func dominated(block *ssa.BasicBlock, cond ssa.Value, successor int) bool {
	refs := cond.Referrers()
	if refs == nil {
		return false
	}
	for _, use := range *refs {
		switch use := use.(type) {
		case *ssa.If:
			to := use.Block().Succs[successor]
			if len(to.Preds) == 1 && to.Dominates(block) {
				return true
			}
		case *ssa.UnOp:
			if use.Op == token.NOT && dominated(block, use, 1-successor) {
				return true
			}
		}
	}
	return false
}
