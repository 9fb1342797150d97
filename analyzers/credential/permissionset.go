package credential

import (
	"bytes"
	"net/netip"
)

// The message PermissionSet of the second generation (permissionrules.proto in
// github.com/momentohq/client_protos). Its outermost fields have the numbers of
// Permissions, the others do not: which of the two a claim holds is known from
// the kind of its token.

// ruleType is a member of the oneof in the message Rule.
type ruleType struct {
	resource string
	// values are the names of the enum's values.
	values []string
	// selector reports whether the rule selects caches, inner whether it also
	// selects something in them.
	selector, inner bool
}

var (
	managed = []string{"read", "write", "list"}
	stored  = []string{"list", "read", "write"}
)

// ruleTypes are the known members of Rule, by field number. The number of
// database is not public.
var ruleTypes = map[int]ruleType{
	1: {resource: "account", values: managed},
	2: {resource: "auth", values: managed},
	3: {resource: "resource", values: managed},
	4: {resource: "cache", values: stored, selector: true, inner: true},
	5: {resource: "topic", values: stored, selector: true, inner: true},
	6: {resource: "store", values: stored, selector: true},
	7: {resource: "function", values: []string{"invoke"}, selector: true, inner: true},
}

// decodePermissionSet reads a PermissionSet. Fields, rules and values that are
// not known become unknown permissions, except for conditions. Without any rules,
// what is not known may be everything, so the level is unknown.
func decodePermissionSet(wire []byte) Scope {
	s := Scope{Level: ScopeExplicit}
	explicit := false
	for len(wire) > 0 {
		f, rest, ok := nextField(wire)
		if !ok {
			s.broken()
			break
		}
		wire = rest
		switch {
		case f.number == fieldSuperUser && f.wire == 0 && f.varint == 0:
			s.Level = ScopeSuperUser
		case f.number == fieldSuperUser && f.wire == 0:
			s.broken()
		case f.number == fieldExplicit && f.wire == 2:
			explicit = true
			s.rules(f.bytes)
		default:
			s.extra(f)
		}
	}
	if !explicit && len(s.Permissions) > 0 {
		s.unknown()
	}
	if s.Level == ScopeSuperUser {
		s.Permissions = nil
	}
	return s
}

// broken records something that cannot be read at all: it may allow anything.
func (s *Scope) broken() {
	s.Permissions = append(s.Permissions, unknownPermission)
	s.unknown()
}

// unknown lowers the level to unknown, unless a super-user is known already.
func (s *Scope) unknown() {
	if s.Level != ScopeSuperUser {
		s.Level = ScopeUnknown
	}
}

// rules reads the message with the list of rules.
func (s *Scope) rules(b []byte) {
	for len(b) > 0 {
		f, rest, ok := nextField(b)
		if !ok {
			s.broken()
			return
		}
		b = rest
		if f.number == 1 && f.wire == 2 {
			s.rule(f.bytes)
		} else {
			s.extra(f)
		}
	}
}

// extra takes a field without a known meaning: a condition, or something that
// may allow more.
func (s *Scope) extra(f field) {
	if f.wire == 2 && isCondition(f.bytes, 0) {
		s.Conditions = true
		return
	}
	s.Permissions = append(s.Permissions, unknownPermission)
}

// rule reads the oneof Rule. The wire may hold more than one member; each is
// listed.
func (s *Scope) rule(b []byte) {
	for len(b) > 0 {
		f, rest, ok := nextField(b)
		if !ok {
			s.broken()
			return
		}
		b = rest
		t, known := ruleTypes[f.number]
		if !known || f.wire != 2 {
			s.Permissions = append(s.Permissions, unknownPermission)
			continue
		}
		list, ok := t.decode(f.bytes)
		s.Permissions = append(s.Permissions, list...)
		if !ok {
			s.unknown()
		}
	}
}

// Rights in the order in which Role writes them.
const (
	rightRead = 1 << iota
	rightWrite
	rightList
	rightInvoke
)

var rights = map[string]int{"read": rightRead, "write": rightWrite, "list": rightList, "invoke": rightInvoke}

// decode reads one rule. If it holds something unknown, a second permission with
// an unknown role follows. whole is false if the message cannot be read to its
// end.
func (t *ruleType) decode(b []byte) (list []Permission, whole bool) {
	whole = true
	p := Permission{Resource: t.resource}
	inner := ""
	if t.selector {
		p.Cache = Unknown
	}
	if t.inner {
		inner = Unknown
	}
	has, odd := 0, false
	permit := func(value uint64) {
		if value < uint64(len(t.values)) {
			has |= rights[t.values[value]]
		} else {
			odd = true
		}
	}
	for len(b) > 0 {
		f, rest, ok := nextField(b)
		if !ok {
			odd, whole = true, false
			break
		}
		b = rest
		switch {
		case f.number == 1 && f.wire == 0:
			permit(f.varint)
		case f.number == 1 && f.wire == 2: // packed
			for list := f.bytes; len(list) > 0; {
				var v uint64
				if v, list, ok = uvarint(list); !ok {
					odd, whole = true, false
					break
				}
				permit(v)
			}
		case f.number == 2 && f.wire == 2 && !t.selector:
			// All of the account; nothing else can be selected.
		case f.number == 2 && f.wire == 2:
			p.Cache = "*"
		case f.number == 3 && f.wire == 2 && t.selector:
			p.Cache = decodeSelector(f.bytes)
		case f.number == 4 && f.wire == 2 && t.inner:
			inner = "*"
		case f.number == 5 && f.wire == 2 && t.inner:
			inner = decodeSelector(f.bytes)
		default:
			odd = true
		}
	}
	p.selects(inner)
	p.Role = roleOf(has)
	if !odd {
		return []Permission{p}, whole
	}
	return p.andUnknown(has != 0), whole
}

// andUnknown returns the permission, if its role is known, followed by one with an
// unknown role on the same thing.
func (p Permission) andUnknown(known bool) []Permission {
	more := p
	more.Role = Unknown
	if !known {
		return []Permission{more}
	}
	return []Permission{p, more}
}

// roleOf names a set of rights.
func roleOf(has int) string {
	list := ""
	if has&rightList != 0 {
		list = "+list"
	}
	switch has &^ rightList {
	case rightRead | rightWrite:
		return "read-write" + list
	case rightRead:
		return "read-only" + list
	case rightWrite:
		return "write-only" + list
	case rightInvoke:
		return "invoke"
	}
	if list != "" {
		return "list"
	}
	return "none"
}

// isCondition reports whether a message is a condition of the known type: a
// list of address ranges, whatever the numbers of its fields.
func isCondition(b []byte, depth int) bool {
	if len(b) == 0 || depth > 4 {
		return false
	}
	if isRange(b) {
		return depth > 0
	}
	found := false
	for len(b) > 0 {
		f, rest, ok := nextField(b)
		if !ok || f.wire != 2 || !isCondition(f.bytes, depth+1) {
			return false
		}
		b, found = rest, true
	}
	return found
}

// isRange reports whether a text is an address or a range of addresses.
func isRange(b []byte) bool {
	if len(b) < 2 || len(b) > 64 || bytes.ContainsAny(b, "\n\r") {
		return false
	}
	if _, err := netip.ParsePrefix(string(b)); err == nil {
		return true
	}
	_, err := netip.ParseAddr(string(b))
	return err == nil
}
