package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/redact"
)

// inspectionJSON is an inspection as one object, shaped like a finding of the
// JSON report without its place.
type inspectionJSON struct {
	Rule         string     `json:"rule"`
	Kind         string     `json:"kind"`
	Fingerprint  string     `json:"fingerprint"`
	Redacted     string     `json:"redacted"`
	Incomplete   bool       `json:"incomplete"`
	Endpoint     *string    `json:"endpoint"`
	Region       *string    `json:"region"`
	KeyID        *string    `json:"key_id"`
	Subject      *string    `json:"subject"`
	IssuedAt     *time.Time `json:"issued_at"`
	Expires      string     `json:"expires"`
	ExpiresAt    *time.Time `json:"expires_at"`
	ExpiresSoon  bool       `json:"expires_soon"`
	Scope        scopeJSON  `json:"scope"`
	Status       string     `json:"status"`
	StatusReason string     `json:"status_reason"`
	CheckedAt    *time.Time `json:"checked_at"`
	// Caches and Role are left out where they are not known.
	Caches *[]string  `json:"caches,omitempty"`
	Role   *roleJSON  `json:"role,omitempty"`
	Others []otherOne `json:"others,omitempty"`
}

type scopeJSON struct {
	Level       credential.ScopeLevel   `json:"level"`
	Permissions []credential.Permission `json:"permissions"`
	Conditions  bool                    `json:"conditions,omitempty"`
}

type roleJSON struct {
	ID           string   `json:"id"`
	Name         string   `json:"name"`
	Description  string   `json:"description"`
	AllowedCIDRs []string `json:"allowed_cidrs"`
}

// otherOne is a credential that came in the same text.
type otherOne struct {
	Rule        string `json:"rule"`
	Kind        string `json:"kind"`
	Fingerprint string `json:"fingerprint"`
	Redacted    string `json:"redacted"`
}

// json writes the inspection for programs.
func (in *inspection) json(w io.Writer) error {
	c, k := in.credential, in.facts()
	out := inspectionJSON{
		Rule: c.Kind.Rule(), Kind: string(c.Kind), Fingerprint: c.Fingerprint(), Redacted: c.Redacted(), Incomplete: c.Incomplete,
		Endpoint: orNull(in.endpoint()), Region: orNull(region(in.endpoint())), KeyID: orNull(c.KeyID), Subject: orNull(c.Subject),
		IssuedAt: timeOrNull(k.issuedAt), Expires: in.expiresWord(k),
		Scope:  scopeJSON{k.scope.Level, append([]credential.Permission{}, k.scope.Permissions...), k.scope.Conditions},
		Status: string(in.verdict.Status), StatusReason: in.verdict.Reason, CheckedAt: timeOrNull(in.verdict.CheckedAt),
	}
	if k.expiry == credential.ExpiryAt {
		out.ExpiresAt = timeOrNull(k.expiresAt)
		out.ExpiresSoon = !in.verdict.Status.Ended(k.expiresAt, in.now) && k.expiresAt.Sub(in.now) <= in.warning
	}
	if in.verdict.CachesKnown {
		caches := append([]string{}, in.verdict.Caches...)
		out.Caches = &caches
	}
	if a := in.verdict.Account; a != nil {
		out.Role = &roleJSON{a.RoleID, a.RoleName, a.Description, append([]string{}, a.AllowedCIDRs...)}
	}
	for _, o := range in.others {
		out.Others = append(out.Others, otherOne{o.Kind.Rule(), string(o.Kind), o.Fingerprint(), o.Redacted()})
	}
	return writeJSON(w, out)
}

// writeJSON writes a value, without what is a credential in a name from
// elsewhere: a key id, a cache, a role.
func writeJSON(w io.Writer, v any) error {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	if err == nil {
		_, err = w.Write(redact.JSON(text.Bytes()))
	}
	if err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	return nil
}

// expiresWord is the value of "expires".
func (in *inspection) expiresWord(k facts) string {
	if k.expiry == credential.ExpiryAt && in.verdict.Status.Ended(k.expiresAt, in.now) {
		return "expired"
	}
	return k.expiry.String()
}

// expiresWord is the contract's word for an end of life.
func expiresWord(e credential.Expiry, at, now time.Time) string {
	if e == credential.ExpiryAt && !now.Before(at) {
		return "expired"
	}
	return e.String()
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func timeOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC().Truncate(time.Second)
	return &t
}
