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

// decodePermissions reads a permission set. What it does not know, or what is
// broken, becomes an unknown permission, never nothing.
func decodePermissions(wire []byte) Scope {
	s := Scope{Level: ScopeUnknown}
	for len(wire) > 0 {
		f, rest, ok := nextField(wire)
		if !ok {
			s.Permissions = append(s.Permissions, unknownPermission)
			break
		}
		wire = rest
		switch {
		case f.number == fieldSuperUser && f.wire == 0:
			if f.varint == 0 {
				s.Level = ScopeSuperUser
			} else {
				s.Permissions = append(s.Permissions, unknownPermission)
			}
		case f.number == fieldExplicit && f.wire == 2:
			if s.Level == ScopeUnknown {
				s.Level = ScopeExplicit
			}
			s.Permissions = append(s.Permissions, decodeExplicit(f.bytes)...)
		default:
			s.Permissions = append(s.Permissions, unknownPermission)
		}
	}
	if s.Level == ScopeSuperUser {
		// A super-user may do everything: what else is listed adds nothing.
		s.Permissions = nil
	}
	return s
}

func decodeExplicit(b []byte) []Permission {
	var list []Permission
	for len(b) > 0 {
		f, rest, ok := nextField(b)
		if !ok {
			return append(list, unknownPermission)
		}
		b = rest
		if f.number != 1 || f.wire != 2 {
			list = append(list, unknownPermission)
			continue
		}
		list = append(list, decodePermissionType(f.bytes)...)
	}
	return list
}

// decodePermissionType reads the oneof around a single permission. The wire
// may hold more than one member; each is listed, for a reader that takes the
// last would hide the others.
func decodePermissionType(b []byte) []Permission {
	var list []Permission
	for len(b) > 0 {
		f, rest, ok := nextField(b)
		if !ok {
			return append(list, unknownPermission)
		}
		b = rest
		resource := resources[f.number]
		if resource == "" || f.wire != 2 {
			list = append(list, unknownPermission)
			continue
		}
		list = append(list, decodePermission(resource, f.bytes))
	}
	return list
}

var (
	dataRoles     = []string{"none", "read-write", "read-only", "write-only"}
	functionRoles = []string{"none", "invoke"}
)

// decodePermission reads a permission on caches, topics or functions. A selector
// that is left out means all, as in Momento's own decoder.
func decodePermission(resource string, b []byte) Permission {
	roles := dataRoles
	if resource == "function" {
		roles = functionRoles
	}
	p := Permission{Resource: resource, Role: roles[0], Cache: "*"}
	inner := "*"
	for len(b) > 0 {
		f, rest, ok := nextField(b)
		if !ok {
			p.Role = Unknown
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
			p.Role = Unknown
		}
	}
	p.selects(inner)
	return p
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
