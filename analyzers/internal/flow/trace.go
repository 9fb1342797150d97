package flow

import (
	"go/token"
	"go/types"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/tools/go/ssa"
)

// Path is a way into a value: a string of steps, each one rune, so that places
// can be compared and facts can carry paths.
type Path string

// The steps of a path. A field's step is fieldStep plus its index.
const (
	// Deref goes to what a pointer points to.
	Deref Path = "*"
	// Element goes to any element of an array, slice, map or channel.
	Element Path = "["

	fieldStep = 0x1000
	// maxPath bounds paths; types may be recursive.
	maxPath = 10 * utf8.UTFMax
)

// Field is the path to a field of a struct.
func Field(index int) Path { return Path(rune(fieldStep + index)) }

// Field takes a field's step off the beginning of a path, or that of what a
// pointer points to; ok is false if the path does not begin with one.
func (p Path) Field() (index int, rest Path, ok bool) {
	p, _ = p.cut(Deref)
	step, size := utf8.DecodeRuneInString(string(p))
	if size == 0 || step < fieldStep {
		return 0, p, false
	}
	return int(step) - fieldStep, p[size:], true
}

// cut takes the first step off.
func (p Path) cut(step Path) (rest Path, ok bool) {
	if len(p) >= len(step) && p[:len(step)] == step {
		return p[len(step):], true
	}
	return p, false
}

// Frame is the call through which a place inside a function was reached.
type Frame struct {
	Call   ssa.CallInstruction
	Parent *Frame
	depth  int
}

// maxFrames bounds how deep calls are followed.
const maxFrames = 6

// Place is something to trace: what lies at a path inside a value, in a
// calling context, and what the analyzer is to know on arrival.
type Place[S comparable] struct {
	Value ssa.Value
	Path  Path
	State S
	Frame *Frame
}

// To is another value in the same context.
func (p Place[S]) To(v ssa.Value) Place[S] {
	p.Value = v
	return p
}

// At is another value and path in the same context.
func (p Place[S]) At(v ssa.Value, path Path) Place[S] {
	p.Value, p.Path = v, path
	return p
}

// Slot is where a value enters from outside of what a trace can see. Exactly
// one of Fn, Field and Global is set.
type Slot struct {
	// Fn and Param are a parameter of a function that has no known caller in
	// the context; the receiver of a method is number 0.
	Fn    *ssa.Function
	Param int
	// Field is a field of a struct that came from elsewhere.
	Field *types.Var
	// Global is a package variable.
	Global *ssa.Global
	// Path is the way from there.
	Path Path
}

// Tracer follows places backwards.
type Tracer[S comparable] struct {
	Program *Program
	// Step looks at a place first. It returns further places to go to; done tells
	// that nothing else is to be done with this one.
	Step func(Place[S]) (next []Place[S], done bool)
	// Open is called with every slot that a trace ends at, and may give places to
	// go on with.
	Open func(Slot, Place[S]) []Place[S]

	seen   map[Place[S]]bool
	frames map[Frame]*Frame
	queue  []Place[S]
}

// maxPlaces bounds one trace. What a trace of that size might still find is
// not worth an editor's patience; the honest consequence is a missed finding.
const maxPlaces = 20000

// Trace visits everything that the start may come from, each place once.
func (t *Tracer[S]) Trace(start ...Place[S]) {
	t.seen = make(map[Place[S]]bool)
	t.frames = make(map[Frame]*Frame)
	t.queue = nil
	for _, p := range start {
		t.push(p)
	}
	for n := 0; len(t.queue) > 0 && n < maxPlaces; n++ {
		p := t.queue[0]
		t.queue = t.queue[1:]
		next, done := t.Step(p)
		for _, q := range next {
			t.push(q)
		}
		if !done {
			t.move(p)
		}
	}
}

func (t *Tracer[S]) push(p Place[S]) {
	if p.Value == nil || len(p.Path) > maxPath || t.seen[p] {
		return
	}
	t.seen[p] = true
	t.queue = append(t.queue, p)
}

// frame returns the one frame for a call in a context, nil if calls are too deep.
func (t *Tracer[S]) frame(call ssa.CallInstruction, parent *Frame) *Frame {
	f := Frame{Call: call, Parent: parent, depth: 1}
	if parent != nil {
		f.depth = parent.depth + 1
	}
	if f.depth > maxFrames {
		return nil
	}
	if known := t.frames[f]; known != nil {
		return known
	}
	t.frames[f] = &f
	return &f
}

// move continues with the places that the value of a place comes from, by the
// rules of the language alone.
func (t *Tracer[S]) move(p Place[S]) {
	if x := converted(p.Value); x != nil {
		t.push(p.To(x))
		return
	}
	switch v := p.Value.(type) {
	case *ssa.Phi:
		for _, edge := range v.Edges {
			t.push(p.To(edge))
		}
	case *ssa.Extract:
		t.extract(p, v)
	case *ssa.Call:
		t.result(p, v, 0)
	case *ssa.Parameter:
		t.parameter(p, v)
	case *ssa.FreeVar:
		t.freeVar(p, v)
	case *ssa.Alloc:
		if rest, ok := p.Path.cut(Deref); ok {
			t.memory(p, v, rest, p.Frame)
		}
	case *ssa.Global:
		if rest, ok := p.Path.cut(Deref); ok {
			t.memory(p, v, rest, nil)
			t.open(Slot{Global: v, Path: rest}, p)
		}
	case *ssa.MakeMap, *ssa.MakeChan, *ssa.MakeSlice:
		rest, _ := p.Path.cut(Element)
		t.elements(p, v, rest)
	default:
		t.part(p)
	}
}

// converted returns the operand of a conversion, nil for all other values.
func converted(v ssa.Value) ssa.Value {
	switch v := v.(type) {
	case *ssa.ChangeType:
		return v.X
	case *ssa.ChangeInterface:
		return v.X
	case *ssa.MakeInterface:
		return v.X
	case *ssa.TypeAssert:
		return v.X
	}
	return nil
}

// part continues with the whole that a value is a part of, or points into.
func (t *Tracer[S]) part(p Place[S]) {
	switch v := p.Value.(type) {
	case *ssa.UnOp:
		switch v.Op {
		case token.MUL:
			t.push(p.At(v.X, Deref+p.Path))
		case token.ARROW:
			t.push(p.At(v.X, Element+p.Path))
		}
	case *ssa.Slice:
		if isPointer(v.X) {
			t.push(p.At(v.X, Deref+p.Path))
		} else {
			t.push(p.To(v.X))
		}
	case *ssa.SliceToArrayPointer:
		if rest, ok := p.Path.cut(Deref); ok {
			t.push(p.At(v.X, rest))
		}
	case *ssa.Field:
		t.push(p.At(v.X, Field(v.Field)+p.Path))
	case *ssa.FieldAddr:
		if rest, ok := p.Path.cut(Deref); ok {
			t.field(p, v, rest)
		}
	case *ssa.Index:
		t.push(p.At(v.X, Element+p.Path))
	case *ssa.IndexAddr:
		rest, ok := p.Path.cut(Deref)
		switch {
		case !ok:
		case isPointer(v.X):
			t.push(p.At(v.X, Deref+Element+rest))
		default:
			t.push(p.At(v.X, Element+rest))
		}
	case *ssa.Lookup:
		if _, ok := v.X.Type().Underlying().(*types.Map); ok {
			t.push(p.At(v.X, Element+p.Path))
		}
	}
}

func isPointer(v ssa.Value) bool {
	_, ok := v.Type().Underlying().(*types.Pointer)
	return ok
}

func (t *Tracer[S]) open(s Slot, p Place[S]) {
	if rest, ok := s.Path.cut(Element); s.Fn == nil && (ok || s.Path == "") {
		// What is put into a map that a field or variable holds.
		for _, v := range t.Program.loads(s) {
			t.put(Place[S]{Value: v, Path: s.Path, State: p.State}, v, rest, nil, 0)
		}
	}
	if t.Open == nil {
		return
	}
	for _, q := range t.Open(s, p) {
		t.push(q)
	}
}

// field goes on from a field of some struct. Where the struct was made in
// view, the assignments to that struct count; otherwise, for structs declared
// in this package, those to any struct of the type.
func (t *Tracer[S]) field(p Place[S], v *ssa.FieldAddr, rest Path) {
	path := Deref + Field(v.Field) + rest
	field := FieldOf(v.X.Type(), v.Field)
	if field == nil || field.Pkg() != t.Program.Pkg.Pkg || inView(v.X) {
		t.push(p.At(v.X, path))
		return
	}
	t.open(Slot{Field: field, Path: rest}, p)
}

// inView reports whether the pointer is to a variable whose making is in view.
func inView(v ssa.Value) bool {
	for {
		switch x := v.(type) {
		case *ssa.Alloc, *ssa.FreeVar:
			return true
		case *ssa.FieldAddr:
			v = x.X
		case *ssa.IndexAddr:
			v = x.X
		default:
			return false
		}
	}
}

func (t *Tracer[S]) extract(p Place[S], v *ssa.Extract) {
	switch tuple := v.Tuple.(type) {
	case *ssa.Call:
		t.result(p, tuple, v.Index)
	case *ssa.TypeAssert:
		if v.Index == 0 {
			t.push(p.To(tuple.X))
		}
	case *ssa.Lookup:
		if v.Index == 0 {
			t.push(p.At(tuple.X, Element+p.Path))
		}
	case *ssa.UnOp:
		if v.Index == 0 {
			t.push(p.At(tuple.X, Element+p.Path))
		}
	case *ssa.Next:
		if r, ok := tuple.Iter.(*ssa.Range); ok && v.Index == 2 {
			t.push(p.At(r.X, Element+p.Path))
		}
	case *ssa.Select:
		// A received value: index 0 and 1 are the case and whether it is open.
		received := 2
		for _, state := range tuple.States {
			if state.Dir == types.RecvOnly {
				if v.Index == received {
					t.push(p.At(state.Chan, Element+p.Path))
				}
				received++
			}
		}
	}
}

// result goes into the functions that a call may reach, to what they return.
func (t *Tracer[S]) result(p Place[S], call *ssa.Call, index int) {
	if builtin, ok := call.Call.Value.(*ssa.Builtin); ok {
		if builtin.Name() == "append" {
			for _, arg := range call.Call.Args {
				t.push(p.To(arg))
			}
		}
		return
	}
	callees := t.Program.Callees(&call.Call)
	if len(callees) == 0 {
		return
	}
	frame := t.frame(call, p.Frame)
	if frame == nil {
		return
	}
	for _, callee := range callees {
		for _, block := range callee.Blocks {
			ret, ok := block.Instrs[len(block.Instrs)-1].(*ssa.Return)
			if ok && index < len(ret.Results) {
				t.push(Place[S]{Value: ret.Results[index], Path: p.Path, State: p.State, Frame: frame})
			}
		}
	}
}

// parameter goes to the argument of the call through which the function was
// entered, or ends at a slot.
func (t *Tracer[S]) parameter(p Place[S], v *ssa.Parameter) {
	fn := v.Parent()
	index := -1
	for i, param := range fn.Params {
		if param == v {
			index = i
		}
	}
	if index < 0 {
		return
	}
	if p.Frame != nil {
		for _, callee := range t.Program.Callees(p.Frame.Call.Common()) {
			if args := Args(p.Frame.Call.Common()); callee == fn && index < len(args) {
				t.push(Place[S]{Value: args[index], Path: p.Path, State: p.State, Frame: p.Frame.Parent})
				return
			}
		}
	}
	t.open(Slot{Fn: fn, Param: index, Path: p.Path}, p)
}

// freeVar goes to what a closure has captured.
func (t *Tracer[S]) freeVar(p Place[S], v *ssa.FreeVar) {
	fn := v.Parent()
	for i, free := range fn.FreeVars {
		if free != v {
			continue
		}
		for _, maker := range t.Program.makers[fn] {
			q := Place[S]{Value: maker.Bindings[i], Path: p.Path, State: p.State}
			// A literal called where it was made shares the context of its maker.
			if p.Frame != nil && p.Frame.Call.Parent() == maker.Parent() {
				q.Frame = p.Frame.Parent
			}
			t.push(q)
		}
	}
}

// memory goes to everything that is assigned to a variable, or to the part of
// it that the path leads to; to all parts for an empty path.
func (t *Tracer[S]) memory(p Place[S], addr ssa.Value, rest Path, frame *Frame) {
	t.assigned(p, addr, rest, frame, 0)
}

func (t *Tracer[S]) assigned(p Place[S], addr ssa.Value, rest Path, frame *Frame, depth int) {
	if depth > maxFrames {
		return
	}
	for _, use := range t.Program.uses(addr) {
		switch use := use.(type) {
		case *ssa.Store:
			if use.Addr == addr {
				t.push(Place[S]{Value: use.Val, Path: rest, State: p.State, Frame: frame})
			}
		case *ssa.FieldAddr:
			if use.X != addr {
				continue
			}
			if inner, ok := rest.cut(Field(use.Field)); ok || rest == "" {
				t.assigned(p, use, inner, frame, depth)
			}
		case *ssa.IndexAddr:
			if use.X != addr {
				continue
			}
			if inner, ok := rest.cut(Element); ok || rest == "" {
				t.assigned(p, use, inner, frame, depth)
			}
		case *ssa.Slice:
			// What is made with a constant length is a slice of an array.
			if inner, ok := rest.cut(Element); use.X == addr && (ok || rest == "") {
				t.puts(Place[S]{Value: use, Path: rest, State: p.State}, use, inner, frame, depth)
			}
		case *ssa.MakeClosure:
			if fn, ok := use.Fn.(*ssa.Function); ok {
				for i, binding := range use.Bindings {
					if binding == addr && i < len(fn.FreeVars) {
						t.assigned(p, fn.FreeVars[i], rest, nil, depth+1)
					}
				}
			}
		case *ssa.Call:
			t.assignedBy(p, use, addr, rest, frame, depth)
		}
	}
}

// assignedBy goes to what a function of this package assigns through a pointer
// that it is handed.
func (t *Tracer[S]) assignedBy(p Place[S], call *ssa.Call, addr ssa.Value, rest Path, frame *Frame, depth int) {
	callees := t.Program.Callees(&call.Call)
	_, builtin := call.Call.Value.(*ssa.Builtin)
	if len(callees) == 0 && !builtin && CalledObject(&call.Call) == nil && slices.Contains(call.Call.Args, addr) {
		t.option(p, addr, rest)
		return
	}
	for _, callee := range callees {
		for i, arg := range Args(&call.Call) {
			if arg != addr || i >= len(callee.Params) {
				continue
			}
			if inner := t.frame(call, frame); inner != nil {
				t.assigned(p, callee.Params[i], rest, inner, depth+1)
			}
		}
	}
}

// option goes on from a field of a struct of this package that is handed to a
// function nothing is known of, as functional options are: to whatever is
// assigned to the field of any struct of the type.
func (t *Tracer[S]) option(p Place[S], addr ssa.Value, rest Path) {
	step, size := utf8.DecodeRuneInString(string(rest))
	if size == 0 || step < fieldStep {
		return
	}
	if field := FieldOf(addr.Type(), int(step)-fieldStep); field != nil && field.Pkg() == t.Program.Pkg.Pkg {
		t.open(Slot{Field: field, Path: rest[size:]}, p)
	}
}

// elements goes to what is put into a map, channel or slice made here.
func (t *Tracer[S]) elements(p Place[S], v ssa.Value, rest Path) {
	t.puts(p, v, rest, p.Frame, 0)
}

// puts goes to what is put into a map, channel or slice by any of its names.
func (t *Tracer[S]) puts(p Place[S], v ssa.Value, rest Path, frame *Frame, depth int) {
	for _, alias := range t.Program.aliases(v) {
		inner := frame
		if alias.Parent() != v.Parent() {
			inner = nil // another function, by a way that is no call
		}
		t.put(p, alias, rest, inner, depth)
	}
}

// put goes to what is put into a map, channel or slice by one of its names.
func (t *Tracer[S]) put(p Place[S], v ssa.Value, rest Path, frame *Frame, depth int) {
	for _, use := range t.Program.uses(v) {
		switch use := use.(type) {
		case *ssa.MapUpdate:
			if use.Map == v {
				t.push(Place[S]{Value: use.Value, Path: rest, State: p.State, Frame: frame})
			}
		case *ssa.Send:
			if use.Chan == v {
				t.push(Place[S]{Value: use.X, Path: rest, State: p.State, Frame: frame})
			}
		case *ssa.IndexAddr:
			if use.X == v {
				t.assigned(p, use, rest, frame, 0)
			}
		case *ssa.Call:
			if b, ok := use.Call.Value.(*ssa.Builtin); ok && b.Name() == "copy" && use.Call.Args[0] == v {
				path := rest
				if _, isSlice := use.Call.Args[1].Type().Underlying().(*types.Slice); isSlice && strings.HasPrefix(string(p.Path), string(Element)) {
					path = Element + rest
				}
				t.push(Place[S]{Value: use.Call.Args[1], Path: path, State: p.State, Frame: frame})
			}
			for _, callee := range t.Program.Callees(&use.Call) {
				for i, arg := range Args(&use.Call) {
					if arg != v || i >= len(callee.Params) || depth > maxFrames {
						continue
					}
					if inner := t.frame(use, frame); inner != nil {
						t.puts(p, callee.Params[i], rest, inner, depth+1)
					}
				}
			}
		}
	}
}

// Made reports whether a value is, or is read from, a variable of a function in
// view, whose assignments a trace follows one by one.
func Made(v ssa.Value) bool {
	for {
		switch x := v.(type) {
		case *ssa.Alloc:
			return true
		case *ssa.UnOp:
			v = x.X
		case *ssa.MakeInterface:
			v = x.X
		case *ssa.FieldAddr, *ssa.FreeVar:
			return inView(x)
		default:
			return false
		}
	}
}
