package momentoplaintext

import (
	"go/constant"
	"go/token"
	"go/types"
	"reflect"
	"regexp"
	"strings"
	"sync"

	"golang.org/x/tools/go/ssa"

	"github.com/momentolint/momentolint/analyzers/internal/flow"
	"github.com/momentolint/momentolint/analyzers/internal/sdk"
)

// tracer follows one value back.
type tracer struct {
	*checker
	found func(origin)
}

// trace follows a value back to the secrets it may hold. open is called with the
// parameters, exported fields and exported variables that it comes from.
func (c *checker) trace(from place, found func(origin), open func(flow.Slot, place)) {
	t := tracer{c, found}
	flowTracer := flow.Tracer[leak]{Program: c.program, Step: t.step}
	flowTracer.Open = func(s flow.Slot, p place) []place {
		switch {
		case s.Field != nil:
			if t.settable(s.Field) {
				open(s, p)
			}
			return t.field(s, p)
		case s.Global != nil:
			if t.settable(s.Global.Object()) {
				open(s, p)
			}
			if s.Global.Pkg != c.program.Pkg {
				t.known(p, s.Global.Object(), 0, nil)
			}
			return nil
		}
		open(s, p)
		if isErrorMethod(s.Fn) && s.Param == 0 {
			// It is not called by name: what is put into the error counts.
			if index, rest, ok := s.Path.Field(); ok {
				if field := flow.FieldOf(s.Fn.Params[0].Type(), index); field != nil {
					return t.field(flow.Slot{Field: field, Path: rest}, p)
				}
			}
		}
		return nil
	}
	flowTracer.Trace(from)
}

// settable reports whether a field or variable of this package is one that other
// packages may set.
func (t tracer) settable(obj types.Object) bool {
	return obj != nil && obj.Pkg() == t.Pkg && obj.Exported()
}

// isErrorMethod reports whether a function is the method that makes its receiver
// an error.
func isErrorMethod(fn *ssa.Function) bool {
	s := fn.Signature
	return fn.Name() == "Error" && s.Recv() != nil && s.Params().Len() == 0 && s.Results().Len() == 1 &&
		types.Identical(s.Results().At(0).Type(), types.Typ[types.String])
}

// field goes on from a field of a struct of this package that came from
// elsewhere: to whatever the package assigns to that field.
func (t tracer) field(s flow.Slot, p place) []place {
	var next []place
	for _, u := range t.program.Into(s) {
		next = append(next, place{Value: u.Value, Path: s.Path, State: p.State})
	}
	return next
}

// step examines one place: is it a secret, does it hide one, or where does it
// come from?
func (t tracer) step(p place) (next []place, done bool) {
	if p.Path == "" {
		if isNumber(p.Value.Type()) {
			return nil, true // found or not, how long, how many
		}
		if next, done = t.whole(p); done {
			return next, true
		}
	}
	more, done := t.part(p)
	return append(next, more...), done
}

// isNumber reports whether t is a number or a truth value.
func isNumber(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&(types.IsNumeric|types.IsBoolean) != 0
}

// part examines what a value is made of.
func (t tracer) part(p place) (next []place, done bool) {
	switch v := p.Value.(type) {
	case *ssa.Const:
		return nil, true
	case *ssa.FieldAddr:
		if p.Path != "" && t.secretField(p, v.X.Type(), v.Field) {
			return nil, true
		}
		t.foreignField(p, v.X.Type(), v.Field)
	case *ssa.Field:
		if t.secretField(p, v.X.Type(), v.Field) {
			return nil, true
		}
		t.foreignField(p, v.X.Type(), v.Field)
	case *ssa.ChangeType:
		// A struct type of one's own with the fields of the SDK's.
		if index, _, ok := p.Path.Field(); ok && t.secretField(p, v.X.Type(), index) {
			return nil, true
		}
	case *ssa.BinOp:
		if v.Op == token.ADD {
			return []place{p.To(v.X), p.To(v.Y)}, true
		}
		return nil, true
	case *ssa.Convert:
		if isText(v.Type()) && isText(v.X.Type()) {
			return []place{p.To(v.X)}, true
		}
		return nil, true
	case *ssa.Slice:
		return nil, isText(v.X.Type()) && fewCharacters(v)
	case *ssa.MakeSlice:
		return t.writtenTo(p, v, 0), false
	case *ssa.Index, *ssa.IndexAddr, *ssa.Lookup:
		return nil, oneCharacter(v)
	case *ssa.Alloc:
		return t.alloc(p, v)
	case *ssa.Call:
		return t.call(p, &v.Call, 0)
	case *ssa.Extract:
		if call, ok := v.Tuple.(*ssa.Call); ok {
			return t.call(p, &call.Call, v.Index)
		}
		if next, ok := v.Tuple.(*ssa.Next); ok && next.IsString {
			return nil, true
		}
	}
	return t.written(p), false
}

// whole examines a value that is shown as a whole, by its type.
func (t tracer) whole(p place) (next []place, done bool) {
	typ := p.Value.Type()
	if _, isConst := p.Value.(*ssa.Const); isConst {
		return nil, true
	}
	switch {
	case sdk.SecretType(typ):
		if _, made := p.Value.(*ssa.MakeInterface); made {
			return nil, false
		}
		t.found(origin{source: "a whole " + shortType(typ), disposable: sdk.Disposable(typ), at: p})
		return nil, true
	case sdk.IsProvider(typ):
		if p.State.Mode == dumped {
			t.found(origin{source: "a CredentialProvider, which does not mask itself here,", at: p})
		}
		return nil, true
	case maskedType(typ, p.State.Mode):
		return t.shownBy(p, typ), true
	}
	if _, isPointer := typ.Underlying().(*types.Pointer); isPointer && !isTypeParam(typ) {
		// Printing follows the pointer that it is given.
		return append(t.fieldsOf(p, typ), p.At(p.Value, flow.Deref)), false
	}
	return t.fieldsOf(p, typ), false
}

// shownBy goes into the method by which a value is printed: to what it makes
// its text of. Other ways of a type to show itself are taken to mask.
func (t tracer) shownBy(p place, typ types.Type) (next []place) {
	set := types.NewMethodSet(typ)
	var method *types.Func
	for _, name := range []string{"String", "Error", "Format", "LogValue", "MarshalText", "MarshalJSON", "MarshalLogObject", "MarshalZerologObject"} {
		sel := set.Lookup(t.Pkg, name)
		if sel == nil {
			continue
		}
		fn, ok := sel.Obj().(*types.Func)
		if !ok || p.State.Mode != printed || name != "String" && name != "Error" || len(sel.Index()) != 1 {
			return nil
		}
		method = fn // package fmt prefers Error
	}
	if method == nil || t.showing[method] {
		return nil
	}
	if method.Pkg() != t.Pkg {
		return t.known(p, method, 0, []ssa.Value{p.Value})
	}
	fn := t.program.Pkg.Prog.FuncValue(method)
	if fn == nil || len(fn.Params) != 1 {
		return nil
	}
	t.showing[method] = true
	defer delete(t.showing, method)
	_, isPointer := typ.Underlying().(*types.Pointer)
	_, toPointer := fn.Params[0].Type().Underlying().(*types.Pointer)
	for _, v := range flow.Returns(fn, 0) {
		t.trace(place{Value: v, State: p.State}, func(o origin) {
			o.at = p
			t.found(o)
		}, func(s flow.Slot, q place) {
			if s.Fn != fn || s.Param != 0 {
				return // fields and variables are followed
			}
			path := s.Path
			if isPointer && !toPointer {
				path = flow.Deref + path
			}
			r := p.At(p.Value, path)
			r.State = q.State
			next = append(next, r)
		})
	}
	return next
}

func isTypeParam(t types.Type) bool {
	_, ok := types.Unalias(t).(*types.TypeParam)
	return ok
}

func shortType(t types.Type) string {
	_, name, _ := sdk.Type(t)
	return name
}

// secretField reports whether a field of the SDK's structs is a secret.
func (t tracer) secretField(p place, owner types.Type, index int) bool {
	field := flow.FieldOf(owner, index)
	if field == nil || !sdk.SecretField(owner, field.Name()) {
		return false
	}
	t.found(origin{source: shortType(owner) + "." + field.Name(), disposable: sdk.Disposable(owner), at: p})
	return true
}

// foreignField examines a field of another package that is known to hold a secret.
func (t tracer) foreignField(p place, owner types.Type, index int) {
	if field := flow.FieldOf(owner, index); field != nil && field.Pkg() != t.Pkg {
		t.known(p, field, 0, nil)
	}
}

// known imports the fact about a function, field or variable of another
// package.
func (t tracer) known(p place, obj types.Object, result int, args []ssa.Value) []place {
	var fact givesSecret
	if obj == nil || !t.ImportObjectFact(obj, &fact) {
		return nil
	}
	var next []place
	for _, o := range fact.Results {
		switch {
		case o.Result != result:
		case o.Source != "":
			t.found(origin{source: o.Source, disposable: o.Disposable, at: p})
		case o.Param < len(args):
			next = append(next, p.At(args[o.Param], o.Path))
		}
	}
	return next
}

// fieldsOf goes, for a struct that was not made in view, to what is known to
// be put into the fields of its type. For a parameter the callers tell better.
func (t tracer) fieldsOf(p place, typ types.Type) []place {
	if pointer, ok := typ.Underlying().(*types.Pointer); ok {
		typ = pointer.Elem()
	}
	s, ok := typ.Underlying().(*types.Struct)
	_, isParameter := p.Value.(*ssa.Parameter)
	if _, isNamed := types.Unalias(typ).(*types.Named); !ok || !isNamed || isParameter || flow.Made(p.Value) {
		return nil
	}
	var next []place
	for i := range s.NumFields() {
		field := s.Field(i).Origin()
		switch {
		case !shown(s, i, p.State.Mode):
		case field.Pkg() == t.Pkg:
			next = append(next, t.field(flow.Slot{Field: field}, p)...)
		default:
			t.known(p, field, 0, nil)
		}
	}
	return next
}

// shown reports whether a field is readable where its struct is shown. Encoders
// leave out what is not exported and what its tag excludes; printing shows
// everything, but of a pointer inside a struct only the address.
func shown(s *types.Struct, index int, m mode) bool {
	t := s.Field(index).Type()
	if m != encoded {
		_, isPointer := t.Underlying().(*types.Pointer)
		return !isPointer && !sdk.IsResponse(t)
	}
	tag := reflect.StructTag(s.Tag(index))
	for _, key := range []string{"json", "yaml", "xml", "toml"} {
		if tag.Get(key) == "-" {
			return false
		}
	}
	return s.Field(index).Exported()
}

// alloc examines a variable as a whole, field by field for a struct.
func (t tracer) alloc(p place, v *ssa.Alloc) (next []place, done bool) {
	s, ok := v.Type().Underlying().(*types.Pointer).Elem().Underlying().(*types.Struct)
	if written := t.written(p); !ok || p.Path != flow.Deref || collects(v.Type()) {
		return written, false
	}
	for i := range s.NumFields() {
		if shown(s, i, p.State.Mode) {
			next = append(next, p.At(v, flow.Deref+flow.Field(i)))
		}
	}
	return next, true
}

// call examines a call whose result is shown.
func (t tracer) call(p place, call *ssa.CallCommon, result int) (next []place, done bool) {
	if b, ok := call.Value.(*ssa.Builtin); ok {
		// Of the builtins only append hands on what it is given.
		return nil, b.Name() != "append" && b.Name() != "min" && b.Name() != "max"
	}
	fn := flow.CalledObject(call)
	if fn == nil {
		return nil, false
	}
	if pkg, name, ok := sdk.Func(fn); ok {
		if pkg == sdk.Auth && strings.HasSuffix(name, ".GetAuthToken") {
			t.found(origin{source: "CredentialProvider.GetAuthToken", at: p})
		}
		return nil, true
	}
	if masks(fn.Name()) {
		return nil, true
	}
	args := flow.Args(call)
	if h, ok := passthroughOf(fn); ok {
		return append(h.places(p, args), t.written(p)...), true
	}
	if fn.Pkg() != t.Pkg {
		return append(t.known(p, fn, result, args), t.written(p)...), true
	}
	return t.written(p), false
}

// written goes to what is written into a buffer, builder or set of values.
func (t tracer) written(p place) []place {
	if !collects(p.Value.Type()) {
		return nil
	}
	return t.writtenTo(p, p.Value, 0)
}

func (t tracer) writtenTo(p place, v ssa.Value, depth int) []place {
	if depth > 4 {
		return nil
	}
	var next []place
	for _, use := range t.program.Uses(v) {
		switch use := use.(type) {
		case *ssa.MakeInterface:
			next = append(next, t.writtenTo(p, use, depth+1)...)
		case *ssa.ChangeInterface:
			next = append(next, t.writtenTo(p, use, depth+1)...)
		case *ssa.UnOp:
			// A variable that holds the pointer or the map.
			if use.Op == token.MUL && collects(use.Type()) {
				next = append(next, t.writtenTo(p, use, depth+1)...)
			}
		case *ssa.Call:
			next = append(next, t.writes(p, &use.Call, v)...)
			if wraps(flow.CalledObject(&use.Call)) {
				next = append(next, t.writtenTo(p, use, depth+1)...)
			}
		}
	}
	return next
}

// writes returns what a call writes into its receiver or first argument.
func (t tracer) writes(p place, call *ssa.CallCommon, into ssa.Value) []place {
	fn := flow.CalledObject(call)
	if fn == nil {
		return nil
	}
	args := flow.Args(call)
	isMethod := fn.Signature().Recv() != nil
	s, isSink := sinkOf(fn)
	if isSink && s.writer == firstArgument && isMethod && len(args) > 0 {
		args = args[1:] // a template
		p.State.Mode = s.mode
	}
	if encodes(fn) && isMethod && len(args) > 0 {
		args = args[1:] // the encoding
	}
	if len(args) < 2 || args[0] != into {
		return nil
	}
	switch {
	case isSink && (s.writer == firstArgument || s.writer == strictArgument):
	case copiesJSON(fn), encodes(fn):
		return []place{p.At(args[1], "")}
	case isMethod && isWriteMethod(fn.Name()):
	default:
		return nil
	}
	return writtenArguments(p, args, call.Signature().Variadic(), s.format)
}

// isWriteMethod reports whether methods of the name store their arguments in the
// receiver.
func isWriteMethod(name string) bool {
	switch name {
	case "Set", "Add", "Encode", "Store":
		return true
	}
	return strings.HasPrefix(name, "Write")
}

// writtenArguments returns the arguments after the first, without those that
// a format hides.
func writtenArguments(p place, args []ssa.Value, variadic, format bool) []place {
	var next []place
	for i, arg := range args[1:] {
		if !variadic || i < len(args)-2 {
			next = append(next, p.At(arg, ""))
			continue
		}
		list, ok := flow.Variadic(arg)
		if !ok {
			next = append(next, p.At(arg, flow.Element))
			continue
		}
		modes := make([]verb, len(list))
		if format && i > 0 {
			modes = formatModes(args[i], len(list))
		}
		for j, v := range list {
			if !modes[j].hidden && v != nil {
				next = append(next, p.At(v, ""))
			}
		}
	}
	return next
}

// copiesJSON reports whether fn writes one text of JSON to a buffer, in other words.
func copiesJSON(fn *types.Func) bool {
	switch fn.FullName() {
	case "encoding/json.Indent", "encoding/json.Compact", "encoding/json.HTMLEscape":
		return true
	}
	return false
}

// encodes reports whether fn writes bytes to others, in another encoding.
func encodes(fn *types.Func) bool {
	switch fn.FullName() {
	case "encoding/hex.Encode", "(*encoding/base64.Encoding).Encode", "(*encoding/base32.Encoding).Encode":
		return true
	}
	return false
}

// collects reports whether a value of the type gathers what is written to it.
func collects(t types.Type) bool {
	switch pkg, name := typeName(elem(t)); pkg + "." + name {
	case "bytes.Buffer", "strings.Builder", "net/url.Values", "net/http.Header", "sync.Map", "sync/atomic.Value", "sync/atomic.Pointer":
		return true
	}
	return false
}

// elem takes a second pointer off: the type of a variable's address.
func elem(t types.Type) types.Type {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		if _, ok := types.Unalias(p.Elem()).(*types.Pointer); ok {
			return p.Elem()
		}
	}
	return t
}

// isText reports whether t is a string or a slice of bytes or runes.
func isText(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Info()&types.IsString != 0
	case *types.Slice:
		b, ok := u.Elem().Underlying().(*types.Basic)
		return ok && (b.Kind() == types.Uint8 || b.Kind() == types.Int32)
	}
	return false
}

// fewCharacters reports whether a slice expression leaves but a few characters:
// key[:4], key[len(key)-4:].
func fewCharacters(v *ssa.Slice) bool {
	small := func(v ssa.Value) bool {
		c, ok := v.(*ssa.Const)
		if !ok || c.Value == nil {
			return false
		}
		n, ok := constant.Int64Val(constant.ToInt(c.Value))
		return ok && n <= readable
	}
	if v.High != nil && (small(v.High) || v.Low == nil && !isLength(v.High)) {
		// key[:n] with a variable n shows as much as its author wanted to.
		return true
	}
	if v.High != nil && v.Low != nil {
		return true
	}
	if low, ok := v.Low.(*ssa.BinOp); ok && low.Op == token.SUB {
		return isLength(low.X)
	}
	return false
}

func isLength(v ssa.Value) bool {
	call, ok := v.(*ssa.Call)
	if !ok {
		return false
	}
	b, ok := call.Call.Value.(*ssa.Builtin)
	return ok && b.Name() == "len"
}

// oneCharacter reports whether an index gives a single byte of a text, or a part
// of one that was split: neither is a secret any more.
func oneCharacter(v ssa.Value) bool {
	switch v := v.(type) {
	case *ssa.Index:
		return isText(v.X.Type())
	case *ssa.Lookup:
		return isText(v.X.Type())
	case *ssa.IndexAddr:
		return isText(v.X.Type())
	}
	return false
}

// masking are names of functions that, as they say, do not show what they are
// given.
var masking = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)mask|redact|obfuscat|sanit|censor|scrub|hash|encrypt|cipher|seal|fingerprint|digest|checksum`)
})

func masks(name string) bool { return masking().MatchString(name) }

// maskedType reports whether a type shows itself in its own way: it is taken to
// know that it holds a secret. Types of the standard library do not.
func maskedType(t types.Type, m mode) bool {
	named, ok := types.Unalias(t).(*types.Named)
	if p, isPointer := types.Unalias(t).(*types.Pointer); isPointer {
		named, ok = types.Unalias(p.Elem()).(*types.Named)
	}
	if !ok || named.Obj().Pkg() == nil || types.IsInterface(named) || isStandard(named.Obj().Pkg().Path()) {
		return false
	}
	methods := []string{"String", "Format", "Error", "LogValue", "MarshalText", "MarshalJSON", "MarshalLogObject", "MarshalZerologObject"}
	switch m {
	case dumped:
		methods = []string{"GoString", "Format"}
	case encoded:
		methods = []string{"MarshalJSON", "MarshalText", "MarshalYAML", "MarshalXML", "GobEncode", "MarshalBinary"}
	}
	set := types.NewMethodSet(t)
	for _, name := range methods {
		if sel := set.Lookup(named.Obj().Pkg(), name); sel != nil {
			return true
		}
	}
	return false
}

// isStandard reports whether a path is that of the standard library.
func isStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

// impossible reports whether control reaches the instruction only where v, a
// response of the auth client, holds no secret: in the branches of a type
// switch that are not for its only implementation, and where its call failed.
func impossible(at ssa.Instruction, v ssa.Value) bool {
	if !sdk.IsResponse(v.Type()) || at == nil || v.Parent() != at.Parent() {
		return false
	}
	block := at.Block()
	for b := block.Idom(); b != nil; b = b.Idom() {
		branch, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If)
		if !ok {
			continue
		}
		without := -1 // the successor where there is no secret
		switch cond := branch.Cond.(type) {
		case *ssa.Extract:
			if assert, ok := cond.Tuple.(*ssa.TypeAssert); ok && cond.Index == 1 && same(assert.X, v) && sdk.SecretType(assert.AssertedType) {
				without = 1
			}
		case *ssa.BinOp:
			if failed(cond, v) {
				without = 0
				if cond.Op == token.EQL {
					without = 1
				}
			}
		}
		if without >= 0 && len(b.Succs[without].Preds) == 1 && b.Succs[without].Dominates(block) {
			return true
		}
	}
	return false
}

// same reports whether two values are one response, perhaps as another interface.
func same(a, b ssa.Value) bool { return bare(a) == bare(b) }

func bare(v ssa.Value) ssa.Value {
	for {
		switch x := v.(type) {
		case *ssa.ChangeInterface:
			v = x.X
		case *ssa.ChangeType:
			v = x.X
		default:
			return v
		}
	}
}

// failed reports whether a condition compares the error of the call that gave v
// with nil.
func failed(cond *ssa.BinOp, v ssa.Value) bool {
	if cond.Op != token.NEQ && cond.Op != token.EQL {
		return false
	}
	err, ok := cond.X.(*ssa.Extract)
	if !ok {
		return false
	}
	given, ok := bare(v).(*ssa.Extract)
	null, isConst := cond.Y.(*ssa.Const)
	return ok && isConst && null.IsNil() && given.Tuple == err.Tuple && given != err
}
