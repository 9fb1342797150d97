package account

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/analyzers/credential"
)

// Role is a named set of permissions that keys are bound to.
type Role struct {
	ID, Name string
	// System: one of Momento's own (Owner, Operator, Viewer), not the user's.
	System      bool
	Description string
	// Scope is what the role allows; super-user for the Owner.
	Scope credential.Scope
	// ManagesKeys: it may create and revoke API keys, and so give itself
	// every other right.
	ManagesKeys bool
	// AllowedCIDRs are the networks that it may be used from; empty = all.
	AllowedCIDRs []string
}

// wireRole is a role in the API's JSON.
type wireRole struct {
	ID          string `json:"role_id"`
	Name        string `json:"role_name"`
	Type        string `json:"role_type"`
	Description string `json:"description"`
	Permissions struct {
		Rules      []wireRule `json:"rules"`
		Conditions []struct {
			IPFilter struct {
				Ranges []string `json:"allowed_cidr_ranges"`
			} `json:"ip_filter"`
		} `json:"conditions"`
	} `json:"permissions"`
}

// wireRule is one rule of a permission set. Which selectors it has depends on
// its type.
type wireRule struct {
	Type        string   `json:"type"`
	Permissions []string `json:"permissions"`
	Caches      selector `json:"caches"`
	Databases   selector `json:"databases"`
	Stores      selector `json:"stores"`
	Items       selector `json:"items"`
	Topics      selector `json:"topics"`
	Functions   selector `json:"functions"`
}

// selector reads "*", {"name": …}, {"prefix": …}, {"key": …} and
// {"key_prefix": …} into the form that credential.Permission has.
type selector string

// UnmarshalJSON implements json.Unmarshaler. What it does not know is
// "unknown", not an error: it may select more than is said.
func (s *selector) UnmarshalJSON(b []byte) error {
	*s = readSelector(b)
	return nil
}

func readSelector(b []byte) selector {
	var object map[string]string
	switch {
	case string(b) == `"*"`:
		return "*"
	case json.Unmarshal(b, &object) != nil || len(object) != 1:
		return credential.Unknown
	}
	for kind, value := range object {
		switch kind {
		case "name", "key":
			return selector(value)
		case "prefix", "key_prefix":
			return selector(value + "*")
		}
	}
	return credential.Unknown
}

// permission returns a rule in the vocabulary of claims: the name of what holds
// the items, be it a cache, a store or a database, is in Cache.
func (w *wireRule) permission() credential.Permission {
	p := credential.Permission{Resource: w.Type, Role: roleWord(w.Permissions)}
	for _, container := range []selector{w.Caches, w.Stores, w.Databases} {
		if container != "" {
			p.Cache = string(container)
		}
	}
	switch w.Type {
	case "cache", "store", "database":
		p.Item = string(w.Items)
	case "topic":
		p.Topic = string(w.Topics)
	case "function":
		p.Function = string(w.Functions)
	case "account_management", "auth_management", "resource_management":
		p.Resource = strings.TrimSuffix(w.Type, "_management")
	default:
		p.Resource = credential.Unknown
	}
	return p
}

// roleWord joins single permissions to the word that claims have for them:
// read-write, read-only, write-only, invoke, list; "+list" after it where
// listing is allowed as well.
func roleWord(permissions []string) string {
	const read, write, list, invoke = 1, 2, 4, 8
	bits := 0
	for _, p := range permissions {
		bit, ok := map[string]int{"read": read, "write": write, "list": list, "invoke": invoke}[p]
		if !ok {
			return credential.Unknown
		}
		bits |= bit
	}
	word, ok := map[int]string{
		0: "none", read: "read-only", write: "write-only", read | write: "read-write", list: "list", invoke: "invoke",
		read | list: "read-only+list", write | list: "write-only+list", read | write | list: "read-write+list",
	}[bits]
	if !ok {
		return credential.Unknown
	}
	return word
}

func (w *wireRole) role() Role {
	r := Role{ID: w.ID, Name: w.Name, System: w.Type == "system", Description: w.Description, Scope: credential.Scope{Level: credential.ScopeRole}}
	for i := range w.Permissions.Rules {
		rule := &w.Permissions.Rules[i]
		r.Scope.Permissions = append(r.Scope.Permissions, rule.permission())
		if rule.Type == "auth_management" && slices.Contains(rule.Permissions, "write") {
			r.ManagesKeys = true
		}
	}
	for _, c := range w.Permissions.Conditions {
		r.AllowedCIDRs = append(r.AllowedCIDRs, c.IPFilter.Ranges...)
	}
	// The Owner has every right there is, also those that no rule can name.
	if r.System && strings.EqualFold(r.Name, "Owner") {
		r.Scope.Level = credential.ScopeSuperUser
		r.ManagesKeys = true
	}
	return r
}

// Roles lists all roles of the account, system and custom. With an error it
// gives those that were listed before it.
func (c *Client) Roles(ctx context.Context) ([]Role, error) {
	var roles []Role
	err := c.pages(ctx, "/roles", func(decode func(any) error) (string, error) {
		var page struct {
			Roles *[]wireRole `json:"roles"`
			Next  string      `json:"next_token"`
		}
		if err := decode(&page); err != nil {
			return "", err
		}
		if page.Roles == nil {
			return "", &Error{Status: http.StatusOK, Reason: "the management API: the answer lists no roles, not even none"}
		}
		for i := range *page.Roles {
			roles = append(roles, (*page.Roles)[i].role())
		}
		return page.Next, nil
	})
	if err != nil {
		return roles, fmt.Errorf("listing the account's roles: %w", err)
	}
	return roles, nil
}
