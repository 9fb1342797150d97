package flow

import (
	"cmp"
	"go/token"
	"go/types"
	"iter"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"
)

// Program is the SSA form of one package with indexes over what its
// instructions do to each other.
type Program struct {
	Pkg *ssa.Package
	// Funcs are all functions with source, literals included, and the
	// initialiser of the package's variables.
	Funcs []*ssa.Function

	pass *analysis.Pass
	// callers are the calls of a function of this package, also those through
	// an interface of this package that its receiver implements.
	callers map[*ssa.Function][]ssa.CallInstruction
	// stores are the assignments to a field, whatever the struct at hand.
	stores map[*types.Var][]fieldStore
	// fieldLoads are the values read from a field, whatever the struct at hand.
	fieldLoads map[*types.Var][]ssa.Value
	// globals are the instructions that mention a package variable.
	globals map[*ssa.Global][]ssa.Instruction
	// makers are the places where a function literal becomes a closure.
	makers map[*ssa.Function][]*ssa.MakeClosure
	// dynamic are the functions behind calls of function values.
	dynamic map[*ssa.CallCommon][]*ssa.Function
	// foreign are those of them that other packages declare.
	foreign map[*ssa.CallCommon][]Foreign
	// methods are the methods of this package behind those of its interfaces.
	methods map[*types.Func][]*ssa.Function
	// interfaces is the other direction.
	interfaces map[*types.Func][]*types.Func
}

// fieldStore is one assignment to a field of some struct.
type fieldStore struct {
	store *ssa.Store
	addr  *ssa.FieldAddr
}

func (p *Program) index() {
	p.methods, p.interfaces = p.implementations()
	for _, fn := range p.Funcs {
		for _, block := range fn.Blocks {
			for _, instr := range block.Instrs {
				p.note(instr)
			}
		}
	}
	// A function may be handed to one that is called by way of another.
	for range maxFrames {
		if !p.resolve() {
			break
		}
	}
}

// resolve computes the possible targets of dynamic calls and reports whether it
// found new ones in this package.
func (p *Program) resolve() (more bool) {
	for call := range p.Calls() {
		common := call.Common()
		if _, builtin := common.Value.(*ssa.Builtin); builtin || common.IsInvoke() || StaticCallee(common) != nil {
			continue
		}
		found := p.targets(common.Value)
		for _, fn := range found.own {
			if !slices.Contains(p.dynamic[common], fn) && len(fn.Params) == len(common.Args) {
				p.dynamic[common] = append(p.dynamic[common], fn)
				p.callers[fn] = append(p.callers[fn], call)
				more = true
			}
		}
		for _, f := range found.foreign {
			if !slices.Contains(p.foreign[common], f) {
				p.foreign[common] = append(p.foreign[common], f)
			}
		}
	}
	return more
}

// Foreign is a function of another package as the value of a variable: Receiver
// is set for a method value, as in logf := logger.Printf.
type Foreign struct {
	Func     *types.Func
	Receiver ssa.Value
}

// Foreign returns the functions of other packages that the call of a function
// value may reach.
func (p *Program) Foreign(call *ssa.CallCommon) []Foreign { return p.foreign[call] }

// targets collects the functions that a function value may be.
type targets struct {
	p    *Program
	seen map[ssa.Value]bool
	// own are functions of this package, with source.
	own     []*ssa.Function
	foreign []Foreign
}

// targets returns the functions that a function value may be.
func (p *Program) targets(v ssa.Value) targets {
	t := targets{p: p, seen: map[ssa.Value]bool{}}
	t.add(v)
	return t
}

func (t *targets) add(v ssa.Value) {
	if t.seen[v] {
		return
	}
	t.seen[v] = true
	switch v := v.(type) {
	case *ssa.Function:
		t.function(v)
	case *ssa.MakeClosure:
		t.closure(v)
	case *ssa.ChangeType:
		t.add(v.X)
	case *ssa.Phi:
		for _, edge := range v.Edges {
			t.add(edge)
		}
	case *ssa.Parameter:
		t.parameter(v)
	case *ssa.FreeVar:
		t.freeVar(v)
	case *ssa.Alloc:
		for _, use := range t.p.uses(v) {
			if store, ok := use.(*ssa.Store); ok && store.Addr == v {
				t.add(store.Val)
			}
		}
	case *ssa.UnOp:
		t.load(v)
	case *ssa.Lookup:
		t.elements(v.X)
	case *ssa.IndexAddr:
		t.elements(v.X)
	case *ssa.Call:
		t.result(v)
	}
}

func (t *targets) function(v *ssa.Function) {
	if len(v.Blocks) > 0 {
		if v.Synthetic == "" || strings.HasPrefix(v.Synthetic, "range-over-func") {
			t.own = append(t.own, v)
		}
		return
	}
	if obj, ok := v.Object().(*types.Func); ok {
		t.foreign = append(t.foreign, Foreign{Func: obj.Origin()})
	}
}

func (t *targets) closure(v *ssa.MakeClosure) {
	receiver, method := boundMethod(&ssa.CallCommon{Value: v})
	if method != nil && method.Pkg() != t.p.Pkg.Pkg {
		t.foreign = append(t.foreign, Foreign{method.Origin(), receiver})
		return
	}
	t.add(v.Fn)
}

// parameter adds what the only caller passes. Several callers pass functions of
// their own, which must not be mixed up, and an exported function may have
// callers in other packages.
func (t *targets) parameter(v *ssa.Parameter) {
	callers := t.p.callers[v.Parent()]
	if len(callers) != 1 || token.IsExported(v.Parent().Name()) {
		return
	}
	args := Args(callers[0].Common())
	if i := slices.Index(v.Parent().Params, v); i >= 0 && i < len(args) {
		t.add(args[i])
	}
}

func (t *targets) freeVar(v *ssa.FreeVar) {
	i := slices.Index(v.Parent().FreeVars, v)
	if i < 0 {
		return
	}
	for _, maker := range t.p.makers[v.Parent()] {
		t.add(maker.Bindings[i])
	}
}

// load adds what is stored in a field or variable.
func (t *targets) load(v *ssa.UnOp) {
	switch x := v.X.(type) {
	case *ssa.FieldAddr:
		for _, st := range t.p.stores[FieldOf(x.X.Type(), x.Field)] {
			t.add(st.store.Val)
		}
	case *ssa.Global:
		for _, u := range t.p.Into(Slot{Global: x}) {
			t.add(u.Value)
		}
	default:
		t.add(v.X)
	}
}

// elements adds what is stored in a map or slice that is made in view.
func (t *targets) elements(v ssa.Value) {
	if slice, ok := v.(*ssa.Slice); ok {
		v = slice.X
	}
	for _, use := range t.p.uses(v) {
		switch use := use.(type) {
		case *ssa.MapUpdate:
			if use.Map == v {
				t.add(use.Value)
			}
		case *ssa.IndexAddr:
			for _, use := range t.p.uses(use) {
				if store, ok := use.(*ssa.Store); ok {
					t.add(store.Val)
				}
			}
		}
	}
}

// result adds the functions that a call returns.
func (t *targets) result(v *ssa.Call) {
	fn := CalledObject(&v.Call)
	if fn != nil && fn.Pkg() != nil && fn.Pkg().Path() == "sync" && strings.HasPrefix(fn.Name(), "Once") && len(v.Call.Args) == 1 {
		t.add(v.Call.Args[0]) // sync.OnceValue and its like
		return
	}
	for _, callee := range t.p.Callees(&v.Call) {
		for _, result := range Returns(callee, 0) {
			t.add(result)
		}
	}
}

func (p *Program) note(instr ssa.Instruction) {
	for _, operand := range instr.Operands(nil) {
		if g, ok := (*operand).(*ssa.Global); ok {
			p.globals[g] = append(p.globals[g], instr)
		}
	}
	switch instr := instr.(type) {
	case *ssa.UnOp:
		if addr, ok := instr.X.(*ssa.FieldAddr); ok && holdsElements(instr.Type()) {
			if field := FieldOf(addr.X.Type(), addr.Field); field != nil {
				p.fieldLoads[field] = append(p.fieldLoads[field], instr)
			}
		}
	case *ssa.Store:
		if addr, ok := instr.Addr.(*ssa.FieldAddr); ok {
			if field := FieldOf(addr.X.Type(), addr.Field); field != nil {
				p.stores[field] = append(p.stores[field], fieldStore{instr, addr})
			}
		}
	case *ssa.MakeClosure:
		if fn, ok := instr.Fn.(*ssa.Function); ok {
			p.makers[fn] = append(p.makers[fn], instr)
		}
	}
	if call, ok := instr.(ssa.CallInstruction); ok {
		for _, callee := range p.Callees(call.Common()) {
			p.callers[callee] = append(p.callers[callee], call)
		}
	}
}

// Callees returns the functions of this package that a call may reach: the one
// it names, or those behind a method of an interface declared here.
func (p *Program) Callees(call *ssa.CallCommon) []*ssa.Function {
	if call.IsInvoke() {
		return p.methods[call.Method.Origin()]
	}
	if _, method := boundMethod(call); method != nil && types.IsInterface(method.Signature().Recv().Type()) {
		return p.methods[method.Origin()]
	}
	if fn := StaticCallee(call); fn != nil && len(fn.Blocks) > 0 {
		return []*ssa.Function{fn}
	}
	return p.dynamic[call]
}

// boundMethod returns the receiver and the method of a call of a method value:
// f := log.Print; f("text").
func boundMethod(call *ssa.CallCommon) (ssa.Value, *types.Func) {
	closure, ok := call.Value.(*ssa.MakeClosure)
	if !ok || len(closure.Bindings) != 1 {
		return nil, nil
	}
	fn, ok := closure.Fn.(*ssa.Function)
	if !ok || !strings.HasPrefix(fn.Synthetic, "bound method wrapper") {
		return nil, nil
	}
	method, _ := fn.Object().(*types.Func)
	return closure.Bindings[0], method
}

// StaticCallee is the function that a call names, the generic one for an
// instance of it; nil if the call does not name one.
func StaticCallee(call *ssa.CallCommon) *ssa.Function {
	fn := call.StaticCallee()
	if fn == nil {
		return nil
	}
	if _, method := boundMethod(call); method != nil {
		if named := fn.Prog.FuncValue(method); named != nil {
			fn = named
		}
	}
	if origin := fn.Origin(); origin != nil {
		return origin
	}
	return fn
}

// CalledObject is the declared function or method that a call names, also one
// of an interface; nil for calls of function values and builtins.
func CalledObject(call *ssa.CallCommon) *types.Func {
	if call.IsInvoke() {
		return call.Method.Origin()
	}
	if fn := StaticCallee(call); fn != nil {
		if obj, ok := fn.Object().(*types.Func); ok {
			return obj.Origin()
		}
	}
	return nil
}

// Args returns the arguments of a call as the parameters of its callee have
// them, the receiver first.
func Args(call *ssa.CallCommon) []ssa.Value {
	if call.IsInvoke() {
		return append([]ssa.Value{call.Value}, call.Args...)
	}
	if receiver, method := boundMethod(call); method != nil {
		return append([]ssa.Value{receiver}, call.Args...)
	}
	return call.Args
}

// Variadic returns the single arguments behind a variadic parameter; ok is false
// where a slice is handed over with "...".
func Variadic(v ssa.Value) (list []ssa.Value, ok bool) {
	if c, isConst := v.(*ssa.Const); isConst && c.IsNil() {
		return nil, true
	}
	slice, isSlice := v.(*ssa.Slice)
	if !isSlice || slice.Low != nil || slice.High != nil {
		return nil, false
	}
	array, isAlloc := slice.X.(*ssa.Alloc)
	if !isAlloc || array.Comment != "varargs" {
		return nil, false
	}
	t, isArray := array.Type().Underlying().(*types.Pointer).Elem().Underlying().(*types.Array)
	if !isArray {
		return nil, false
	}
	list = make([]ssa.Value, t.Len())
	for _, use := range *array.Referrers() {
		addr, isAddr := use.(*ssa.IndexAddr)
		if !isAddr {
			continue
		}
		index, isConst := addr.Index.(*ssa.Const)
		if !isConst {
			return nil, false
		}
		for _, use := range *addr.Referrers() {
			if store, isStore := use.(*ssa.Store); isStore && store.Addr == addr {
				if i := index.Int64(); i >= 0 && i < int64(len(list)) {
					list[i] = store.Val
				}
			}
		}
	}
	return list, true
}

// FieldOf is the field of that index of a struct, or of the struct that t
// points to; the generic one for an instance of a generic type.
func FieldOf(t types.Type, index int) *types.Var {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok || index >= s.NumFields() {
		return nil
	}
	return s.Field(index).Origin()
}

// VariableType is the type of a package variable; SSA has that of its address.
func VariableType(g *ssa.Global) types.Type {
	if p, ok := g.Type().Underlying().(*types.Pointer); ok {
		return p.Elem()
	}
	return g.Type()
}

// uses are the instructions that mention a value, nil for constants and the like.
func (p *Program) uses(v ssa.Value) []ssa.Instruction {
	if g, ok := v.(*ssa.Global); ok {
		return p.globals[g]
	}
	if refs := v.Referrers(); refs != nil {
		return *refs
	}
	return nil
}

// holdsElements reports whether values of the type are shared: what is put into
// one by one name is there by all others.
func holdsElements(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Map, *types.Chan, *types.Slice:
		return true
	}
	return false
}

// loads returns the maps, channels and slices that are read from a field or
// package variable.
func (p *Program) loads(s Slot) []ssa.Value {
	if s.Field != nil {
		return p.fieldLoads[s.Field]
	}
	var list []ssa.Value
	for _, instr := range p.globals[s.Global] {
		if load, ok := instr.(*ssa.UnOp); ok && load.X == s.Global && holdsElements(load.Type()) {
			list = append(list, load)
		}
	}
	return list
}

// maxAliases bounds how many names of one map, channel or slice are followed.
const maxAliases = 200

// aliases returns the values that are the same map, channel or slice as v: v
// itself, and what comes of it through variables, closures and fields.
func (p *Program) aliases(v ssa.Value) []ssa.Value {
	list, queue := []ssa.Value{v}, []ssa.Value{v}
	seen := map[ssa.Value]bool{v: true}
	add := func(v ssa.Value) {
		if !seen[v] && len(list) < maxAliases {
			seen[v] = true
			list, queue = append(list, v), append(queue, v)
		}
	}
	for len(queue) > 0 {
		name := queue[0]
		queue = queue[1:]
		for _, use := range p.uses(name) {
			switch use := use.(type) {
			case *ssa.Phi:
				add(use)
			case *ssa.ChangeType:
				add(use)
			case *ssa.Slice:
				if use.X == name {
					add(use)
				}
			case *ssa.Store:
				if use.Val == name {
					p.readFrom(use.Addr, 0, add)
				}
			case *ssa.MakeClosure:
				if fn, ok := use.Fn.(*ssa.Function); ok {
					for n, binding := range use.Bindings {
						if binding == name && n < len(fn.FreeVars) {
							add(fn.FreeVars[n])
						}
					}
				}
			}
		}
	}
	return list
}

// readFrom returns the values that are read from a variable or field, also in
// closures.
func (p *Program) readFrom(addr ssa.Value, depth int, add func(ssa.Value)) {
	if field, ok := addr.(*ssa.FieldAddr); ok {
		if obj := FieldOf(field.X.Type(), field.Field); obj != nil {
			for _, v := range p.fieldLoads[obj] {
				add(v)
			}
		}
		return
	}
	if depth > maxFrames {
		return
	}
	for _, use := range p.uses(addr) {
		switch use := use.(type) {
		case *ssa.UnOp:
			if use.X == addr && holdsElements(use.Type()) {
				add(use)
			}
		case *ssa.MakeClosure:
			if fn, ok := use.Fn.(*ssa.Function); ok {
				for i, binding := range use.Bindings {
					if binding == addr && i < len(fn.FreeVars) {
						p.readFrom(fn.FreeVars[i], depth+1, add)
					}
				}
			}
		}
	}
}

// Uses is uses, for the analyzers.
func (p *Program) Uses(v ssa.Value) []ssa.Instruction { return p.uses(v) }

// implementations relates the methods of the package's interfaces to those of
// its types that implement them.
func (p *Program) implementations() (methods map[*types.Func][]*ssa.Function, interfaces map[*types.Func][]*types.Func) {
	methods, interfaces = make(map[*types.Func][]*ssa.Function), make(map[*types.Func][]*types.Func)
	scope := p.Pkg.Pkg.Scope()
	var abstract, concrete []*types.Named
	for _, name := range scope.Names() {
		obj, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || obj.IsAlias() {
			continue
		}
		named, ok := obj.Type().(*types.Named)
		if !ok || named.TypeParams().Len() > 0 {
			continue
		}
		if i, ok := named.Underlying().(*types.Interface); !ok {
			concrete = append(concrete, named)
		} else if i.NumMethods() > 0 && i.IsMethodSet() {
			abstract = append(abstract, named)
		}
	}
	for _, a := range abstract {
		i, ok := a.Underlying().(*types.Interface)
		if !ok {
			continue
		}
		for _, c := range concrete {
			pointer := types.NewPointer(c)
			if !types.Implements(pointer, i) {
				continue
			}
			for m := range i.Methods() {
				obj, _, _ := types.LookupFieldOrMethod(pointer, false, p.Pkg.Pkg, m.Name())
				method, ok := obj.(*types.Func)
				if !ok {
					continue
				}
				if fn := p.Pkg.Prog.FuncValue(method); fn != nil && len(fn.Blocks) > 0 {
					methods[m] = append(methods[m], fn)
					interfaces[method] = append(interfaces[method], m)
				}
			}
		}
	}
	return methods, interfaces
}

// FieldStores returns the assignments to fields that are wanted, whatever struct
// they are in. owner is the struct's type, or a pointer to it.
func (p *Program) FieldStores(wanted func(owner types.Type, field *types.Var) bool) []Use {
	var uses []Use
	for field, list := range p.stores {
		for _, st := range list {
			if wanted(st.addr.X.Type(), field) {
				uses = append(uses, Use{Value: st.store.Val, Site: p.Assigned(st.store), Instr: st.store, Struct: st.addr.X})
			}
		}
	}
	slices.SortFunc(uses, func(a, b Use) int { return cmp.Compare(a.Site.Pos, b.Site.Pos) })
	return uses
}

// Calls returns every call, in the order of the functions.
func (p *Program) Calls() iter.Seq[ssa.CallInstruction] {
	return func(yield func(ssa.CallInstruction) bool) {
		for _, fn := range p.Funcs {
			for _, block := range fn.Blocks {
				for _, instr := range block.Instrs {
					if call, ok := instr.(ssa.CallInstruction); ok && !yield(call) {
						return
					}
				}
			}
		}
	}
}

// GlobalStores returns the assignments to package variables of other packages.
func (p *Program) GlobalStores(wanted func(*types.Var) bool) []Use {
	var uses []Use
	for g := range p.globals {
		if v, ok := g.Object().(*types.Var); ok && g.Pkg != p.Pkg && wanted(v) {
			uses = append(uses, p.Into(Slot{Global: g})...)
		}
	}
	slices.SortFunc(uses, func(a, b Use) int { return cmp.Compare(a.Site.Pos, b.Site.Pos) })
	return uses
}

// Returns returns what a function returns as its result of that index.
func Returns(fn *ssa.Function, index int) []ssa.Value {
	var list []ssa.Value
	for _, block := range fn.Blocks {
		if ret, ok := block.Instrs[len(block.Instrs)-1].(*ssa.Return); ok && index < len(ret.Results) {
			list = append(list, ret.Results[index])
		}
	}
	return list
}

// OwnFields returns the assignments to fields of structs of this package, by field.
func (p *Program) OwnFields() map[*types.Var][]Use {
	uses := make(map[*types.Var][]Use)
	for field := range p.stores {
		if field.Pkg() == p.Pkg.Pkg {
			uses[field] = p.Into(Slot{Field: field})
		}
	}
	return uses
}
