package scanner

import (
	"fmt"

	"github.com/momentolint/momentolint/internal/finding"
)

// A credential may have become one of another kind since users wrote down the id
// of its rule. What they allowed or disabled under the old id stays so.

// allows reports whether an entry of the configuration suppresses a finding.
func (r *Run) allows(f *finding.Finding) bool {
	name := r.configPath(f.Location.Root, f.Location.File)
	if r.o.Config.Allows(f.Fingerprint, f.Rule, name) != "" {
		return true
	}
	former := f.Credential.Formerly.Rule()
	if former == "" || r.o.Config.Allows(f.Fingerprint, former, name) == "" {
		return false
	}
	r.moved(former, f.Rule)
	return true
}

// disabled reports whether the configuration disables the rule of a finding.
func (r *Run) disabled(f *finding.Finding) bool {
	if r.o.Config.Disabled(f.Rule) {
		return true
	}
	former := f.Credential.Formerly.Rule()
	if former == "" || !r.o.Config.Disabled(former) {
		return false
	}
	r.moved(former, f.Rule)
	return true
}

// moved notes that a finding is suppressed under an old id.
func (r *Run) moved(former, now string) {
	r.Note(fmt.Sprintf("findings of the rule %s are suppressed under their old rule id, %s; use the new id", now, former))
}
