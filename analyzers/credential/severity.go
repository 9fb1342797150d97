package credential

import (
	"slices"
	"strings"
	"time"
)

// Severity is how bad it is that a credential can be read, or what another
// rule reports.
type Severity string

// The severities, in the words of GitHub and GitLab.
const (
	Critical Severity = "critical"
	High     Severity = "high"
	Medium   Severity = "medium"
	Low      Severity = "low"
)

// Reach is how much a scope allows, in classes.
type Reach uint8

// The classes of scopes.
const (
	// ReachFull: everything, or enough to get it.
	ReachFull Reach = iota
	// ReachUnknown: not known, or by a role that is not known.
	ReachUnknown
	// ReachWrite: some data may be changed.
	ReachWrite
	// ReachRead: some data may be read or listed, some function called.
	ReachRead
	// ReachNothing: nothing.
	ReachNothing
	reaches
)

// Term is how long a credential still works, in classes.
type Term uint8

// The classes of ends.
const (
	TermNever Term = iota
	TermUnknown
	// TermLong: more than a year from now.
	TermLong
	TermShort
	TermExpired
	terms
)

// long is from where on an end is far away.
const long = 365 * 24 * time.Hour

// Severities is the severity of a kind's credentials, by scope and by end.
type Severities [reaches][terms]Severity

// The tables of severities. The descriptor of a kind names one of them.
var (
	// keys work until they are revoked, with the rights that they carry.
	keys = Severities{
		ReachFull:    {Critical, Critical, Critical, Critical, Low},
		ReachUnknown: {Critical, Critical, Critical, Critical, Low},
		ReachWrite:   {Critical, Critical, Critical, High, Low},
		ReachRead:    {High, High, High, Medium, Low},
		ReachNothing: {Low, Low, Low, Low, Low},
	}
	// shortLived are tokens that end within a day.
	shortLived = Severities{
		ReachFull:    {High, High, High, High, Low},
		ReachUnknown: {Medium, Medium, Medium, Medium, Low},
		ReachWrite:   {Medium, Medium, Medium, Medium, Low},
		ReachRead:    {Medium, Medium, Medium, Medium, Low},
		ReachNothing: {Low, Low, Low, Low, Low},
	}
	// persons are logins, with a person's own rights.
	persons = everywhere([terms]Severity{High, High, High, High, Low})
	// signers make credentials of their own.
	signers = everywhere([terms]Severity{Critical, Critical, Critical, High, Low})
	// items reach one item; only a far end makes them a fault.
	items = everywhere([terms]Severity{Medium, Medium, Medium, Low, Low})
	// forgers let others send what looks like Momento's.
	forgers = everywhere([terms]Severity{Medium, Medium, Medium, Medium, Low})
)

// everywhere is a table in which the scope does not matter.
func everywhere(row [terms]Severity) Severities {
	var s Severities
	for i := range s {
		s[i] = row
	}
	return s
}

// Severity returns how bad a credential of the kind is with a scope and an end
// of life, seen from now.
func (k Kind) Severity(scope Scope, expiry Expiry, expiresAt, now time.Time) Severity {
	s := k.Descriptor().Severities[scope.Reach()][TermOf(expiry, expiresAt, now)]
	if s == "" {
		return Medium
	}
	return s
}

// TermOf returns the class of an end, seen from now.
func TermOf(expiry Expiry, expiresAt, now time.Time) Term {
	switch {
	case expiry == ExpiryNever:
		return TermNever
	case expiry != ExpiryAt:
		return TermUnknown
	case !now.Before(expiresAt):
		return TermExpired
	case expiresAt.Sub(now) > long:
		return TermLong
	}
	return TermShort
}

// Reach returns the class of a scope.
func (s Scope) Reach() Reach {
	switch {
	case s.Full():
		return ReachFull
	case s.Level != ScopeExplicit && len(s.Permissions) == 0:
		return ReachUnknown
	case slices.ContainsFunc(s.Permissions, func(p Permission) bool { return p.Resource == Unknown || p.Role == Unknown }):
		return ReachUnknown
	case slices.ContainsFunc(s.Permissions, func(p Permission) bool {
		return strings.HasPrefix(p.Role, "read-write") || strings.HasPrefix(p.Role, "write-only")
	}):
		return ReachWrite
	case slices.ContainsFunc(s.Permissions, func(p Permission) bool { return p.Role != "none" }):
		return ReachRead
	}
	return ReachNothing
}
