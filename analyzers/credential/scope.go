package credential

import (
	"slices"
	"strings"
)

// ScopeLevel tells how much is known of what a credential may do. The values
// are those of "scope.level" in momentolint's JSON output.
type ScopeLevel string

// The levels of knowledge of a scope.
const (
	// ScopeUnknown: the credential does not say.
	ScopeUnknown ScopeLevel = "unknown"
	// ScopeSuperUser: everything in the account.
	ScopeSuperUser ScopeLevel = "super-user"
	// ScopeExplicit: the listed permissions and nothing else.
	ScopeExplicit ScopeLevel = "explicit"
	// ScopeRole: by a role that only the management API knows.
	ScopeRole ScopeLevel = "role"
)

// Scope is what a credential may do.
type Scope struct {
	Level ScopeLevel `json:"level"`
	// Permissions are the single rights of an explicit scope, or of a role
	// once the management API has returned it.
	Permissions []Permission `json:"permissions"`
	// Conditions reports that the permissions hold under conditions only, such as
	// the caller's address.
	Conditions bool `json:"conditions,omitempty"`
}

// Full reports whether the scope is as good as a super-user's: who may make keys
// and tokens, or manage the account, may do everything.
func (s Scope) Full() bool {
	return s.Level == ScopeSuperUser || slices.ContainsFunc(s.Permissions, Permission.Full)
}

// Full reports whether the permission leads to every other: writing keys and
// tokens, and every right on the account.
func (p Permission) Full() bool {
	switch p.Resource {
	case "account":
		return p.Role != "none"
	case "auth":
		return strings.HasPrefix(p.Role, "read-write") || strings.HasPrefix(p.Role, "write-only")
	}
	return false
}

// Permission is one right. Selectors are "*" for all, a name, or a prefix
// followed by "*"; "" where the resource has no such selector, and "unknown"
// where the permission set holds something this version does not know, which
// may be more than what is listed.
type Permission struct {
	// Resource is cache, topic, function, account, auth, resource, store,
	// database, or "unknown".
	Resource string `json:"resource"`
	// Role is none, read-write, read-only, write-only, list, invoke, or "unknown";
	// "+list" after one of the first three adds listing.
	Role string `json:"role"`
	// Cache is the cache selector.
	Cache string `json:"cache,omitempty"`
	// Item selects keys inside the cache (resource cache).
	Item string `json:"item,omitempty"`
	// Topic selects topics (resource topic).
	Topic string `json:"topic,omitempty"`
	// Function selects functions (resource function).
	Function string `json:"function,omitempty"`
}

// Unknown is what a role or selector reads where the permission set holds a
// value that this version does not know.
const Unknown = "unknown"
