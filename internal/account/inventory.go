package account

import (
	"context"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/finding"
)

// Entry is a key of the account with its role.
type Entry struct {
	Key
	// Role is the key's role; nil where the account does not list it.
	Role *Role
}

// Info returns what a report says of the key.
func (e *Entry) Info() finding.AccountInfo {
	info := finding.AccountInfo{
		Expiry: e.Expiry, ExpiresAt: e.ExpiresAt, IssuedAt: e.IssuedAt, Description: e.Description, RoleID: e.RoleID,
		Scope: credential.Scope{Level: credential.ScopeRole},
	}
	if e.Role != nil {
		info.RoleName, info.Scope, info.AllowedCIDRs = e.Role.Name, e.Role.Scope, e.Role.AllowedCIDRs
	}
	return info
}

// Inventory lists the keys of the account with their roles. With an error it
// gives what could be listed: keys of the pages before it, or all keys without
// their roles.
func (c *Client) Inventory(ctx context.Context) ([]Entry, error) {
	keys, err := c.Keys(ctx)
	if len(keys) == 0 {
		return nil, err
	}
	var roles []Role
	if err == nil {
		roles, err = c.Roles(ctx)
	}
	byID := make(map[string]*Role, len(roles))
	for i := range roles {
		byID[roles[i].ID] = &roles[i]
	}
	entries := make([]Entry, len(keys))
	for i, k := range keys {
		entries[i] = Entry{Key: k, Role: byID[k.RoleID]}
	}
	return entries, err
}

// Settings are what Enrich needs.
type Settings struct {
	Options
	// Management is the key to look others up with; the zero value for none.
	Management credential.Credential
	// Self allows a live v2 key to be asked about itself. That a leaked key can
	// read the account is the worst that can be found out about it.
	Self bool
}

// maxSelf is how many keys are asked about themselves.
const maxSelf = 10

// Enrich adds what the account knows of v2 keys to their verdicts: expiry,
// description, role and what that allows. For a refresh token that is what the
// account knows of the key that it renews, except for its own lifetime. Where a live key can manage the
// account's keys itself, its verdict says so. Verdicts are by fingerprint and
// never change their status. The error is about the management key; what
// could be learnt is there all the same.
func Enrich(ctx context.Context, s Settings, credentials []credential.Credential, verdicts map[string]finding.Verdict) error {
	keys := map[string]credential.Credential{}
	var order []string
	for _, c := range credentials {
		if f := c.Fingerprint(); c.Kind.Descriptor().Revocable && c.KeyID != "" && keys[f].IsZero() {
			keys[f] = c
			order = append(order, f)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	known := map[string]Entry{}
	learn := func(key credential.Credential) error {
		c, err := New(key, s.Options)
		if err != nil {
			return err
		}
		defer c.Close()
		entries, err := c.Inventory(ctx)
		for _, e := range entries {
			known[e.ID] = e
		}
		return err
	}
	var failed error
	if !s.Management.IsZero() {
		failed = learn(s.Management)
	}
	lists := map[string]bool{}
	for _, f := range order {
		id := keys[f].KeyID
		if _, ok := known[id]; ok || !s.Self || verdicts[f].Status != finding.StatusLive || len(lists) == maxSelf || ctx.Err() != nil {
			continue
		}
		// A refusal is the good news, and that of most keys.
		err := learn(keys[f])
		_, ok := known[id]
		lists[f] = ok || err == nil
	}
	for _, f := range order {
		v := verdicts[f]
		e, ok := known[keys[f].KeyID]
		if ok {
			info := e.Info()
			if c := keys[f]; c.Kind.Descriptor().Renews {
				info.Expiry, info.ExpiresAt, info.IssuedAt = c.Expiry, c.ExpiresAt, c.IssuedAt
			}
			v.Account = &info
		}
		switch {
		case v.Status != finding.StatusLive:
		case ok && e.Role != nil && e.Role.ManagesKeys:
			v.Reason += managesKeys
		case lists[f]:
			v.Reason += readsKeys
		}
		verdicts[f] = v
	}
	return failed
}

// What a verdict adds for keys that reach the account itself.
const (
	readsKeys   = "; IT CAN LIST ALL API KEYS OF THE ACCOUNT"
	managesKeys = "; IT CAN CREATE AND REVOKE API KEYS: its holder controls the account"
)
