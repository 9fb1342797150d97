package flow

import (
	"cmp"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// Demand is a use of a value that an analyzer wants to know the origin of.
type Demand[S comparable] struct {
	Use
	// State is what the analyzer wants to know.
	State S
	// Via is the function that takes the value, nil where the analyzer itself
	// named the use.
	Via *types.Func
}

// Intake is one way into a function, field or package variable, for facts: a
// value that is put there meets a demand further on.
type Intake[S comparable] struct {
	// Param is the parameter, the receiver of a method is number 0; 0 also for
	// fields and variables.
	Param int
	// Path is the way from there.
	Path Path
	// State is what is demanded.
	State S
}

// Solver follows demands back to the places of this package, or of the
// packages that import it, where the values come in.
type Solver[S comparable] struct {
	Program *Program
	// Imported returns the intakes of a function, field or variable of another
	// package, from a fact.
	Imported func(types.Object) []Intake[S]
	// Check traces one demand. Slots that the trace ends at are handed to Slot.
	Check func(Demand[S])

	slots map[slotState[S]]bool
	queue []Demand[S]
}

type slotState[S comparable] struct {
	Slot
	state S
}

// Run meets the given demands and those of other packages, and then all that
// follow from them.
func (s *Solver[S]) Run(demands []Demand[S]) {
	s.slots = make(map[slotState[S]]bool)
	s.queue = append(slices.Clone(demands), s.imported()...)
	for len(s.queue) > 0 {
		d := s.queue[0]
		s.queue = s.queue[1:]
		s.Check(d)
	}
}

// imported takes the demands that other packages are known to make.
func (s *Solver[S]) imported() []Demand[S] {
	var demands []Demand[S]
	for call := range s.Program.Calls() {
		fn := CalledObject(call.Common())
		if fn == nil || fn.Pkg() == s.Program.Pkg.Pkg {
			continue
		}
		for _, in := range s.Imported(fn) {
			for _, u := range s.Program.argument(call, in.Param, in.Path) {
				demands = append(demands, Demand[S]{Use: u, State: in.State, Via: fn})
			}
		}
	}
	foreign := func(v *types.Var) bool { return v.Pkg() != s.Program.Pkg.Pkg && len(s.Imported(v)) > 0 }
	for _, u := range append(
		s.Program.FieldStores(func(_ types.Type, field *types.Var) bool { return foreign(field) }),
		s.Program.GlobalStores(foreign)...,
	) {
		if obj := stored(u.Instr); obj != nil {
			for _, in := range s.Imported(obj) {
				d := Demand[S]{Use: u, State: in.State}
				d.Path = in.Path
				demands = append(demands, d)
			}
		}
	}
	return demands
}

// stored is the field or package variable that an assignment writes.
func stored(instr ssa.Instruction) types.Object {
	store, ok := instr.(*ssa.Store)
	if !ok {
		return nil
	}
	switch addr := store.Addr.(type) {
	case *ssa.FieldAddr:
		return FieldOf(addr.X.Type(), addr.Field)
	case *ssa.Global:
		return addr.Object()
	}
	return nil
}

// Slot takes a slot for a new way in: whatever this package puts there meets
// the demand.
func (s *Solver[S]) Slot(slot Slot, state S) {
	key := slotState[S]{slot, state}
	if s.slots[key] {
		return
	}
	s.slots[key] = true
	if slot.Global != nil {
		return // a trace follows the values of a variable by itself
	}
	via, _ := slot.Object().(*types.Func)
	for _, u := range s.Program.Into(slot) {
		s.queue = append(s.queue, Demand[S]{Use: u, State: state, Via: via})
	}
}

// Note takes a slot for a way in from other packages alone: where this one's
// own values go is followed already.
func (s *Solver[S]) Note(slot Slot, state S) { s.slots[slotState[S]{slot, state}] = true }

// Export returns the intakes of this package's functions (with the methods of
// interfaces that they implement), fields and variables, for facts.
func (s *Solver[S]) Export(export func(types.Object, []Intake[S])) {
	all := make(map[types.Object][]Intake[S])
	for key := range s.slots {
		obj := key.Object()
		if obj == nil || obj.Pkg() != s.Program.Pkg.Pkg {
			continue
		}
		in := Intake[S]{key.Param, key.Path, key.state}
		all[obj] = append(all[obj], in)
		if fn, ok := obj.(*types.Func); ok {
			for _, m := range s.Program.interfaces[fn] {
				all[m] = append(all[m], in)
			}
		}
	}
	for obj, list := range all {
		slices.SortFunc(list, func(a, b Intake[S]) int {
			return cmp.Or(cmp.Compare(a.Param, b.Param), cmp.Compare(a.Path, b.Path))
		})
		export(obj, list)
	}
}
