package credential

import (
	"encoding/hex"
	"unicode"
	"unicode/utf8"
)

// The message Permissions of Momento's protocol definitions
// (permissionmessages.proto in github.com/momentohq/client_protos), by field
// number. Read by hand: the package stays free of dependencies, and what a
// generated decoder drops silently (unknown fields, unknown roles) has to
// survive here as "unknown".
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

// field is one field of a message in wire format.
type field struct {
	number int
	varint uint64
	bytes  []byte
	// wire is the wire type: 0 varint, 1 fixed64, 2 length-delimited, 5 fixed32.
	wire int
}

// nextField takes a field off the front of a message.
func nextField(b []byte) (f field, rest []byte, ok bool) {
	key, b, ok := uvarint(b)
	if !ok || key>>3 == 0 || key>>3 > 1<<29-1 {
		return f, b, false
	}
	f.number, f.wire = int(key>>3), int(key&7)
	var size uint64
	switch f.wire {
	case 0:
		f.varint, b, ok = uvarint(b)
		return f, b, ok
	case 1:
		size = 8
	case 2:
		if size, b, ok = uvarint(b); !ok {
			return f, b, false
		}
	case 5:
		size = 4
	default: // groups: not in proto3, and none of ours
		return f, b, false
	}
	if size > uint64(len(b)) {
		return f, b, false
	}
	f.bytes = b[:size]
	return f, b[size:], true
}

func uvarint(b []byte) (v uint64, rest []byte, ok bool) {
	for i := 0; i < len(b) && i < 10; i++ {
		v |= uint64(b[i]&0x7f) << (7 * i)
		if b[i] < 0x80 {
			return v, b[i+1:], true
		}
	}
	return 0, b, false
}

// isPermissions tells whether the bytes are a Permissions message that says
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

// wellFormed tells whether b is a sequence of fields.
func wellFormed(b []byte) bool {
	for len(b) > 0 {
		var ok bool
		if _, b, ok = nextField(b); !ok {
			return false
		}
	}
	return true
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

func decodePermission(resource string, b []byte) Permission {
	roles := dataRoles
	if resource == "function" {
		roles = functionRoles
	}
	p := Permission{Resource: resource, Role: roles[0], Cache: Unknown}
	inner := ""
	if resource == "cache" {
		// Keys from before item selectors existed have none: every item.
		inner = "*"
	}
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
	if inner == "" {
		inner = Unknown
	}
	switch resource {
	case "cache":
		p.Item = inner
	case "topic":
		p.Topic = inner
	case "function":
		p.Function = inner
	}
	return p
}

// decodeSelector reads {1 name or key, 2 prefix}.
func decodeSelector(b []byte) string {
	selector := Unknown
	for len(b) > 0 {
		f, rest, ok := nextField(b)
		if !ok || f.wire != 2 || f.number > 2 {
			return Unknown
		}
		b = rest
		selector = displayName(f.bytes)
		if f.number == 2 {
			selector += "*"
		}
	}
	return selector
}

// displayName gives a name as it is if it can be shown, else its bytes in hex.
func displayName(b []byte) string {
	if !utf8.Valid(b) {
		return "0x" + hex.EncodeToString(b)
	}
	for _, r := range string(b) {
		if !unicode.IsPrint(r) {
			return "0x" + hex.EncodeToString(b)
		}
	}
	return string(b)
}
