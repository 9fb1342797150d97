package flow

// Built tells whether the SSA form has been made.
func (p *Package) Built() bool { return p.program != nil }
