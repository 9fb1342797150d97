package credentialtest

import "encoding/binary"

// The builders below write the Permissions message in wire format, field by field from the
// published definitions, independently of the decoder.

// SuperUser returns the permission set of a super-user key: field 1 = 0.
func SuperUser() []byte { return []byte{0x08, 0x00} }

// Explicit returns a permission set of the given permissions (CacheReadOnly, Topic …).
func Explicit(permissions ...[]byte) []byte {
	var list []byte
	for _, p := range permissions {
		list = append(list, Message(1, p)...)
	}
	return Message(2, list)
}

// CacheReadOnly returns the permission set "read every item of one cache".
func CacheReadOnly(cache string) []byte {
	return Explicit(Cache(2, cache, "*"))
}

// Cache returns one cache permission. role: 1 read-write, 2 read-only, 3 write-only. cache is a
// name or "*"; item is "*", a key, or a prefix with a trailing "*".
func Cache(role int, cache, item string) []byte {
	return Message(1, permission(role, cache, item))
}

// Topic returns one topic permission. role: 1 publish and subscribe, 2 subscribe, 3 publish.
func Topic(role int, cache, topic string) []byte {
	return Message(2, permission(role, cache, topic))
}

// Function returns one function permission. role: 1 invoke.
func Function(role int, cache, function string) []byte {
	return Message(3, permission(role, cache, function))
}

func permission(role int, cache, inner string) []byte {
	b := []byte{0x08, byte(role)}
	if cache == "*" {
		b = append(b, Message(2, nil)...)
	} else {
		b = append(b, Message(3, Message(1, []byte(cache)))...)
	}
	switch n := len(inner); {
	case inner == "*":
		b = append(b, Message(4, nil)...)
	case n > 0 && inner[n-1] == '*':
		b = append(b, Message(5, Message(2, []byte(inner[:n-1])))...)
	default:
		b = append(b, Message(5, Message(1, []byte(inner)))...)
	}
	return b
}

// PermissionSet returns a second-generation permission set with rules such as those of CacheRule
// and ManagementRule.
func PermissionSet(rules ...[]byte) []byte {
	var list []byte
	for _, r := range rules {
		list = append(list, Message(1, r)...)
	}
	return Message(2, list)
}

// Varints returns a repeated enum field in packed encoding.
func Varints(number int, values ...int) []byte {
	var body []byte
	for _, v := range values {
		body = binary.AppendUvarint(body, uint64(v))
	}
	return Message(number, body)
}

// ManagementRule returns a rule for the account (number 1: 0 read, 1 write, 2 list), for keys and
// tokens (2, the same) or for resources (3, the same).
func ManagementRule(number int, permissions ...int) []byte {
	return Message(number, append(Varints(1, permissions...), Message(2, nil)...))
}

// CacheRule returns a rule for items: 0 list, 1 read, 2 write. cache is a name or "*"; item is "*",
// a key, or a prefix with a trailing "*".
func CacheRule(permissions []int, cache, item string) []byte {
	return Message(4, dataRule(permissions, cache, item))
}

// TopicRule returns a rule for topics: 0 list, 1 subscribe, 2 publish.
func TopicRule(permissions []int, cache, topic string) []byte {
	return Message(5, dataRule(permissions, cache, topic))
}

// FunctionRule returns a rule for functions: 0 invoke.
func FunctionRule(permissions []int, cache, function string) []byte {
	return Message(7, dataRule(permissions, cache, function))
}

// dataRule writes its permissions unpacked. The fields after the first are those of the first
// generation.
func dataRule(permissions []int, cache, inner string) []byte {
	var b []byte
	for _, p := range permissions {
		b = append(b, 0x08, byte(p))
	}
	return append(b, permission(0, cache, inner)[2:]...)
}

// IPCondition returns, as a field of a set, a condition that allows some address ranges. The
// field's number is not public; 3 is arbitrary.
func IPCondition(ranges ...string) []byte {
	var list []byte
	for i, r := range ranges {
		list = append(list, Message(1, Message(1+i%2, []byte(r)))...)
	}
	return Message(3, Message(1, list))
}

// Message returns one length-delimited field.
func Message(number int, body []byte) []byte {
	b := []byte{byte(number<<3 | 2)}
	for n := len(body); ; n >>= 7 {
		if n < 0x80 {
			b = append(b, byte(n))
			break
		}
		b = append(b, byte(n&0x7f|0x80))
	}
	return append(b, body...)
}
