package flow

// Built reports whether the SSA form has been made.
func (p *Package) Built() bool { return p.program != nil }
