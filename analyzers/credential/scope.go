package credential

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
	// once the management API has told it.
	Permissions []Permission `json:"permissions"`
}

// Permission is one right. Selectors are "*" for all, a name, or a prefix
// followed by "*"; "" where the resource has no such selector, and "unknown"
// where the permission set holds something this version does not know, which
// may be more than what is listed.
type Permission struct {
	// Resource is cache, topic or function (roles know more: account_management …),
	// or "unknown".
	Resource string `json:"resource"`
	// Role is none, read-write, read-only, write-only, invoke, or "unknown".
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
