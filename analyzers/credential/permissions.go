package credential

// The message Permissions of Momento's protocol definitions
// (permissionmessages.proto in github.com/momentohq/client_protos), by field
// number. Read by hand: the package stays free of dependencies, and what a
// generated decoder drops silently (unknown fields, unknown roles) has to
// survive here as "unknown". The second generation's PermissionSet has other
// numbers; see decodePermissionSet.
const (
	fieldSuperUser = 1 // enum, 0 = SuperUser
	fieldExplicit  = 2 // message with repeated PermissionsType in field 1

	fieldRole     = 1
	fieldCacheAll = 2
	fieldCacheSel = 3
	fieldItemAll  = 4
	fieldItemSel  = 5
)

// resources are the members of PermissionsType's oneof, by field number.
var resources = map[int]string{1: "cache", 2: "topic", 3: "function"}

// isPermissions reports whether the bytes are a Permissions message that says
// something: strict, since it decides whether a JWT is Momento's at all.
func isPermissions(wire []byte) bool {
	known := false
	for len(wire) > 0 {
		f, rest, ok := nextField(wire)
		if !ok {
			return false
		}
		switch {
		case f.number == fieldSuperUser && f.wire == 0:
			known = true
		case f.number == fieldExplicit && f.wire == 2:
			if !wellFormed(f.bytes) {
				return false
			}
			known = true
		}
		wire = rest
	}
	return known
}

// unknownPermission stands for anything this version cannot read.
var unknownPermission = Permission{Resource: Unknown, Role: Unknown}

// decodePermissions reads a permission set. What it does not know becomes an
// unknown permission, never nothing. If it cannot read the message to its end, or
// there is another user than the super-user, the level is unknown: that may allow
// anything.
func decodePermissions(wire []byte) Scope {
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
			s.explicit(f.bytes)
		default:
			s.Permissions = append(s.Permissions, unknownPermission)
		}
	}
	if !explicit {
		s.unknown()
	}
	if s.Level == ScopeSuperUser {
		// A super-user may do everything: what else is listed adds nothing.
		s.Permissions = nil
	}
	return s
}

// explicit reads the message with the list of permissions.
func (s *Scope) explicit(b []byte) {
	for len(b) > 0 {
		f, rest, ok := nextField(b)
		if !ok {
			s.broken()
			return
		}
		b = rest
		if f.number != 1 || f.wire != 2 {
			s.Permissions = append(s.Permissions, unknownPermission)
			continue
		}
		s.permission(f.bytes)
	}
}

// permission reads the oneof around a single permission. The wire may hold more
// than one member; each is listed, for a reader that takes the last would hide
// the others.
func (s *Scope) permission(b []byte) {
	for len(b) > 0 {
		f, rest, ok := nextField(b)
		if !ok {
			s.broken()
			return
		}
		b = rest
		resource := resources[f.number]
		if resource == "" || f.wire != 2 {
			s.Permissions = append(s.Permissions, unknownPermission)
			continue
		}
		list, whole := decodePermission(resource, f.bytes)
		s.Permissions = append(s.Permissions, list...)
		if !whole {
			s.unknown()
		}
	}
}

var (
	dataRoles     = []string{"none", "read-write", "read-only", "write-only"}
	functionRoles = []string{"none", "invoke"}
)

// decodePermission reads a permission on caches, topics or functions. A selector
// that is left out means all, as in Momento's own decoder. If the message holds
// something unknown, a second permission with an unknown role follows. whole is
// false if the message cannot be read to its end.
func decodePermission(resource string, b []byte) (list []Permission, whole bool) {
	whole = true
	roles := dataRoles
	if resource == "function" {
		roles = functionRoles
	}
	p := Permission{Resource: resource, Role: roles[0], Cache: "*"}
	inner, odd := "*", false
	for len(b) > 0 {
		f, rest, ok := nextField(b)
		if !ok {
			odd, whole = true, false
			break
		}
		b = rest
		switch {
		case f.number == fieldRole && f.wire == 0:
			p.Role = Unknown
			if f.varint < uint64(len(roles)) {
				p.Role = roles[f.varint]
			}
		case f.number == fieldCacheAll && f.wire == 2:
			p.Cache = "*"
		case f.number == fieldCacheSel && f.wire == 2:
			p.Cache = decodeSelector(f.bytes)
		case f.number == fieldItemAll && f.wire == 2:
			inner = "*"
		case f.number == fieldItemSel && f.wire == 2:
			inner = decodeSelector(f.bytes)
		default:
			// A field of a later version may widen the permission.
			odd = true
		}
	}
	p.selects(inner)
	if !odd {
		return []Permission{p}, whole
	}
	return p.andUnknown(p.Role != Unknown && p.Role != roles[0]), whole
}

// selects sets the selector of what the permission's resource consists of.
func (p *Permission) selects(inner string) {
	switch p.Resource {
	case "cache":
		p.Item = inner
	case "topic":
		p.Topic = inner
	case "function":
		p.Function = inner
	}
}
