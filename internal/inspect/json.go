package inspect

import (
	"io"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/cli"
)

// inspectionJSON is an inspection as one object, like a finding of the JSON
// report without its location.
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
	// Caches and Role are omitted if unknown.
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

// otherOne is another credential in the same input.
type otherOne struct {
	Rule        string `json:"rule"`
	Kind        string `json:"kind"`
	Fingerprint string `json:"fingerprint"`
	Redacted    string `json:"redacted"`
}

// JSON writes the inspection as JSON.
func (in *Inspection) JSON(w io.Writer) error {
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
	return cli.WriteJSON(w, out)
}

// expiresWord returns the value of "expires".
func (in *Inspection) expiresWord(k facts) string {
	if k.expiry == credential.ExpiryAt && in.verdict.Status.Ended(k.expiresAt, in.now) {
		return "expired"
	}
	return k.expiry.String()
}

// expiresWord returns the word for an expiry in JSON output.
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
