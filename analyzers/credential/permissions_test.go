package credential_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential"
	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

func scopeOf(t *testing.T, wire []byte) credential.Scope {
	t.Helper()
	return mustParse(t, ct.V1(ct.Options{Permissions: wire})).Scope
}

func TestPermissionSetsAreDecoded(t *testing.T) {
	type p = credential.Permission
	explicit := func(list ...p) credential.Scope {
		return credential.Scope{Level: credential.ScopeExplicit, Permissions: list}
	}
	for _, tt := range []struct {
		name string
		wire []byte
		want credential.Scope
	}{
		{"super-user", ct.SuperUser(), credential.Scope{Level: credential.ScopeSuperUser}},
		{"read one cache", ct.CacheReadOnly("orders"), explicit(p{Resource: "cache", Role: "read-only", Cache: "orders", Item: "*"})},
		{"all caches, one key", ct.Explicit(ct.Cache(1, "*", "k")), explicit(p{Resource: "cache", Role: "read-write", Cache: "*", Item: "k"})},
		{"write a prefix", ct.Explicit(ct.Cache(3, "c", "user:*")), explicit(p{Resource: "cache", Role: "write-only", Cache: "c", Item: "user:*"})},
		{
			"topics and functions", ct.Explicit(ct.Topic(3, "c", "t"), ct.Topic(2, "*", "*"), ct.Function(1, "c", "f*")),
			explicit(
				p{Resource: "topic", Role: "write-only", Cache: "c", Topic: "t"},
				p{Resource: "topic", Role: "read-only", Cache: "*", Topic: "*"},
				p{Resource: "function", Role: "invoke", Cache: "c", Function: "f*"},
			),
		},
		{"role left out = none", ct.Explicit(ct.Message(1, append(ct.Message(2, nil), ct.Message(4, nil)...))), explicit(p{Resource: "cache", Role: "none", Cache: "*", Item: "*"})},
		{"old key without item", ct.Explicit(ct.Message(1, append([]byte{8, 1}, ct.Message(2, nil)...))), explicit(p{Resource: "cache", Role: "read-write", Cache: "*", Item: "*"})},
		{"no selector at all = everything", ct.Explicit(ct.Message(2, []byte{8, 1}), ct.Message(3, []byte{8, 1})), explicit(
			p{Resource: "topic", Role: "read-write", Cache: "*", Topic: "*"}, p{Resource: "function", Role: "invoke", Cache: "*", Function: "*"},
		)},
		{"binary key", ct.Explicit(ct.Cache(2, "c", "\xff\x00")), explicit(p{Resource: "cache", Role: "read-only", Cache: "c", Item: "0xff00"})},
		{"no permission at all", ct.Message(2, nil), explicit()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := scopeOf(t, tt.wire); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got  %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

// A permission is never less than what is known of it: something new next to a role
// does not hide the role. What cannot be read to its end has an unknown level.
func TestWhatIsKnownStaysBesideTheUnknown(t *testing.T) {
	type p = credential.Permission
	read := ct.Cache(2, "c", "*")
	known := p{Resource: "cache", Role: "read-only", Cache: "c", Item: "*"}
	odd := p{Resource: "cache", Role: "unknown", Cache: "c", Item: "*"}
	unknown := p{Resource: "unknown", Role: "unknown"}
	fields := func(permission []byte) []byte { return permission[2:] }
	more := ct.Message(9, []byte("x"))
	for _, tt := range []struct {
		name  string
		wire  []byte
		level credential.ScopeLevel
		want  []p
	}{
		{"a new field in a cache's", ct.Explicit(ct.Message(1, append(slices.Clone(fields(read)), more...))), credential.ScopeExplicit, []p{known, odd}},
		{"a new field before its role", ct.Explicit(ct.Message(1, append(slices.Clone(more), fields(read)...))), credential.ScopeExplicit, []p{known, odd}},
		{
			"a new field in a topic's", ct.Explicit(ct.Message(2, append(slices.Clone(fields(ct.Topic(3, "c", "t"))), more...))), credential.ScopeExplicit,
			[]p{{Resource: "topic", Role: "write-only", Cache: "c", Topic: "t"}, {Resource: "topic", Role: "unknown", Cache: "c", Topic: "t"}},
		},
		{
			"a new field in a function's", ct.Explicit(ct.Message(3, append(slices.Clone(fields(ct.Function(1, "c", "f"))), more...))), credential.ScopeExplicit,
			[]p{{Resource: "function", Role: "invoke", Cache: "c", Function: "f"}, {Resource: "function", Role: "unknown", Cache: "c", Function: "f"}},
		},
		{"a new role", ct.Explicit(ct.Cache(77, "c", "*")), credential.ScopeExplicit, []p{odd}},
		{"a new field and no role", ct.Explicit(ct.Message(1, append(slices.Clone(fields(read)[2:]), more...))), credential.ScopeExplicit, []p{odd}},
		{"a new field in the set", append(ct.Explicit(read), more...), credential.ScopeExplicit, []p{known, unknown}},
		{"another user", append([]byte{8, 5}, ct.Explicit(read)...), credential.ScopeUnknown, []p{unknown, known}},
		{"a permission without its end", ct.Explicit(ct.Message(1, append(slices.Clone(fields(read)), 0x12, 0x40))), credential.ScopeUnknown, []p{known, odd}},
		{"a oneof without its end", ct.Explicit(append(slices.Clone(read), 0x0a, 0x40)), credential.ScopeUnknown, []p{known, unknown}},
	} {
		if s := scopeOf(t, tt.wire); s.Level != tt.level || !reflect.DeepEqual(s.Permissions, tt.want) || s.Reach() != credential.ReachUnknown {
			t.Errorf("%s: got %+v, reach %v, want %s with %+v", tt.name, s, s.Reach(), tt.level, tt.want)
		}
	}
}

// What this version does not know may grant more than what it knows, so it
// must stay visible.
func TestTheUnknownSurvives(t *testing.T) {
	for name, wire := range map[string][]byte{
		"another resource":         ct.Explicit(ct.Message(9, []byte{8, 1})),
		"another role":             ct.Explicit(ct.Cache(77, "c", "*")),
		"another field in a cache": ct.Explicit(ct.Message(1, append([]byte{8, 2}, ct.Message(6, []byte("x"))...))),
		"another field in the set": append(ct.CacheReadOnly("c"), ct.Message(3, []byte("x"))...),
		"another kind of user":     append([]byte{8, 5}, ct.CacheReadOnly("c")...),
		"another selector":         ct.Explicit(ct.Message(1, append([]byte{8, 2}, ct.Message(3, ct.Message(3, []byte("x")))...))),
		"a broken permission":      ct.Explicit([]byte{0x0a, 0x05, 0x08}),
	} {
		t.Run(name, func(t *testing.T) {
			scope := scopeOf(t, wire)
			for _, p := range scope.Permissions {
				if p.Resource == credential.Unknown || p.Role == credential.Unknown || p.Cache == credential.Unknown {
					return
				}
			}
			t.Errorf("nothing unknown in %+v", scope)
		})
	}
	if s := scopeOf(t, append(ct.CacheReadOnly("c"), ct.SuperUser()...)); s.Level != credential.ScopeSuperUser {
		t.Errorf("a set that names the super-user anywhere is %v", s.Level)
	}
}
