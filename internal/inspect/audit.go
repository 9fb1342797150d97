package inspect

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/account"
	"github.com/momentolint/momentolint/internal/cli"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/redact"
)

// problem is a problem of a key, as the JSON output names it.
type problem string

// The problems, in the order of the summary.
const (
	neverExpires  problem = "never-expires"
	expiresSoon   problem = "expires-soon"
	expired       problem = "expired"
	superUser     problem = "super-user"
	managesKeys   problem = "manages-keys"
	old           problem = "old"
	noDescription problem = "no-description"
	// unknownRole is a role that the account does not list, so that the key's
	// permissions are unknown.
	unknownRole problem = "unknown-role"
)

var problems = []problem{superUser, managesKeys, unknownRole, neverExpires, expiresSoon, expired, old, noDescription}

// weight orders the keys by severity.
func (p problem) weight() int {
	return map[problem]int{superUser: 32, expiresSoon: 16, managesKeys: 8, unknownRole: 8, neverExpires: 8, old: 4, expired: 2, noDescription: 1}[p]
}

// Audit is the account's keys, with the problems of each.
type Audit struct {
	AuditOptions

	keys []auditedKey
}

// AuditOptions configures an audit.
type AuditOptions struct {
	// Own is the id of the key that lists the others, "" if unknown.
	Own string
	// Now is the time of the audit.
	Now time.Time
	// Warning is how long before its end a key is reported, and MaxAge the age
	// from which on it is, 0 for no limit.
	Warning, MaxAge time.Duration
	// Incomplete reports that some keys or roles could not be listed.
	Incomplete bool
}

type auditedKey struct {
	account.Entry
	problems []problem
	// self is set for the key that lists the others.
	self bool
}

// NewAudit finds the problems of keys, and sorts them by severity.
func NewAudit(entries []account.Entry, o AuditOptions) *Audit {
	r := &Audit{AuditOptions: o}
	for _, e := range entries {
		r.keys = append(r.keys, auditedKey{Entry: e, problems: r.judge(&e), self: o.Own != "" && e.ID == o.Own})
	}
	weight := func(k auditedKey) int {
		sum := 0
		for _, p := range k.problems {
			sum += p.weight()
		}
		return sum
	}
	slices.SortStableFunc(r.keys, func(a, b auditedKey) int {
		return cmp.Or(cmp.Compare(weight(b), weight(a)), cmp.Compare(a.ID, b.ID))
	})
	return r
}

// judge returns all problems of a key, so that the summary counts every key
// with a problem. An expired key no longer works, so it has no other problem.
func (r *Audit) judge(e *account.Entry) []problem {
	if e.ExpiredAt(r.Now) {
		return []problem{expired}
	}
	var list []problem
	add := func(on bool, p problem) {
		if on {
			list = append(list, p)
		}
	}
	super := e.Role != nil && e.Role.Scope.Level == credential.ScopeSuperUser
	add(super, superUser)
	add(super || e.Role != nil && e.Role.ManagesKeys, managesKeys)
	// Roles that could not be listed are reported once, not for each key.
	add(e.Role == nil && !r.Incomplete, unknownRole)
	add(e.Expiry == credential.ExpiryNever, neverExpires)
	add(e.Expiry == credential.ExpiryAt && e.ExpiresAt.Sub(r.Now) <= r.Warning, expiresSoon)
	add(r.MaxAge > 0 && !e.IssuedAt.IsZero() && r.Now.Sub(e.IssuedAt) > r.MaxAge, old)
	add(strings.TrimSpace(e.Description) == "", noDescription)
	return list
}

// Wrong returns how many keys have problems.
func (r *Audit) Wrong() int {
	n := 0
	for _, k := range r.keys {
		if len(k.problems) > 0 {
			n++
		}
	}
	return n
}

// count returns how many keys have a problem.
func (r *Audit) count(p problem) int {
	n := 0
	for _, k := range r.keys {
		if slices.Contains(k.problems, p) {
			n++
		}
	}
	return n
}

// words describes a problem of one key.
func (p problem) words(r *Audit, k *auditedKey) string {
	switch p {
	case neverExpires:
		return "never expires"
	case expiresSoon:
		return "expires " + finding.RelativeWords(k.ExpiresAt, r.Now)
	case expired:
		return "expired " + finding.RelativeWords(k.ExpiresAt, r.Now) + ", still listed"
	case superUser:
		return "can do everything"
	case managesKeys:
		return "can make and revoke keys"
	case old:
		return "is " + finding.DurationWords(r.Now.Sub(k.IssuedAt)) + " old"
	case noDescription:
		return "no description"
	case unknownRole:
		return "its role is not listed, so what it may do is unknown"
	}
	return string(p)
}

// title describes a problem in the summary.
func (p problem) title(r *Audit) string {
	return map[problem]string{
		neverExpires: "never expire", expiresSoon: "expire within " + finding.DurationWords(r.Warning), expired: "have expired, still listed",
		superUser: "can do everything in the account", managesKeys: "can make and revoke keys",
		old: "are older than " + finding.DurationWords(r.MaxAge), noDescription: "have no description",
		unknownRole: "have a role that is not listed",
	}[p]
}

// Text writes the audit as text.
func (r *Audit) Text(w io.Writer, l Look) error {
	p := &page{bufio.NewWriter(w), l}
	total := len(r.keys)
	if r.Incomplete {
		p.line(p.paint("1;33", "Some keys or roles could not be listed; this list is incomplete."))
		p.line("")
	}
	head := fmt.Sprintf("%d API keys in the account, %d with problems", total, r.Wrong())
	if total == 1 {
		head = fmt.Sprintf("1 API key in the account, %d with problems", r.Wrong())
	}
	p.line(p.bold(head))
	r.summary(p)
	r.table(p)
	if r.Wrong() > 0 {
		p.line("")
		p.line("Revoke what is not used: " + p.bold("momentolint revoke KEY_ID…"))
		p.line("Replace the others first: create a successor, deploy it, verify, then revoke.")
	}
	if err := p.out.Flush(); err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	return nil
}

// summary writes how many keys have each problem.
func (r *Audit) summary(p *page) {
	if r.Wrong() == 0 {
		return
	}
	p.line("")
	for _, kind := range problems {
		if kind == old && r.MaxAge <= 0 {
			continue
		}
		n := r.count(kind)
		if kind == unknownRole && n == 0 {
			continue
		}
		row := fmt.Sprintf("  %5d  %s", n, kind.title(r))
		if n == 0 {
			row = p.dim(row)
		}
		p.line(row)
	}
}

// table writes the keys, one a row.
func (r *Audit) table(p *page) {
	var shown []*auditedKey
	var rows [][]string
	for i := range r.keys {
		k := &r.keys[i]
		if len(k.problems) > 0 || p.Verbose {
			rows = append(rows, k.cells())
			shown = append(shown, k)
		}
	}
	if len(shown) == 0 {
		return
	}
	p.line("")
	p.keys("", rows, "WHAT IS WRONG", func(i int) string { return r.note(shown[i]) }, func(i int) { r.detail(p, shown[i]) })
}

// cells returns the fixed columns of a key.
func (k *auditedKey) cells() []string {
	role := k.RoleID
	if k.Role != nil && k.Role.Name != "" {
		role = k.Role.Name
	}
	role = named(role)
	if short := []rune(role); len(short) > maxRole {
		role = string(short[:maxRole-1]) + "…"
	}
	return []string{whole(k.ID), role, date(k.IssuedAt), expiryDate(&k.Key)}
}

func date(t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return t.UTC().Format(time.DateOnly)
}

func expiryDate(k *account.Key) string {
	if k.Expiry == credential.ExpiryAt {
		return date(k.ExpiresAt)
	}
	return k.Expiry.String()
}

// note returns the problems of a key in words.
func (r *Audit) note(k *auditedKey) string {
	var list []string
	super := slices.Contains(k.problems, superUser)
	for _, p := range k.problems {
		// Implied by "can do everything".
		if p != managesKeys || !super {
			list = append(list, p.words(r, k))
		}
	}
	note := strings.Join(list, ", ")
	if note == "" {
		note = "in order"
	}
	if k.self {
		note += " (the key in use)"
	}
	return note
}

// detail writes what --verbose adds below a key.
func (r *Audit) detail(p *page, k *auditedKey) {
	if !p.Verbose {
		return
	}
	info := k.Info()
	lines := []string{"may do: " + finding.ScopeWords(info.Scope)}
	if len(info.AllowedCIDRs) > 0 {
		lines = append(lines, "only from: "+redact.Name(strings.Join(info.AllowedCIDRs, ", ")))
	}
	if k.Description != "" {
		lines = append(lines, "description: "+scrub(k.Description))
	}
	for _, line := range lines {
		p.below(line)
	}
}

// auditJSON is the JSON form of an audit.
type auditJSON struct {
	SchemaVersion int              `json:"schema_version"`
	Tool          toolJSON         `json:"tool"`
	Summary       auditSummaryJSON `json:"summary"`
	Keys          []auditKeyJSON   `json:"keys"`
}

type toolJSON struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type auditSummaryJSON struct {
	Keys     int             `json:"keys"`
	Wrong    int             `json:"keys_with_problems"`
	Problems map[problem]int `json:"problems"`
	Complete bool            `json:"complete"`
}

type auditKeyJSON struct {
	KeyID        string     `json:"key_id"`
	InUse        bool       `json:"in_use_by_this_command"`
	Description  string     `json:"description"`
	RoleID       string     `json:"role_id"`
	RoleName     *string    `json:"role_name"`
	IssuedAt     *time.Time `json:"issued_at"`
	Expires      string     `json:"expires"`
	ExpiresAt    *time.Time `json:"expires_at"`
	Scope        scopeJSON  `json:"scope"`
	ManagesKeys  bool       `json:"manages_keys"`
	AllowedCIDRs []string   `json:"allowed_cidrs"`
	Problems     []problem  `json:"problems"`
}

// JSON writes the audit as JSON; version is that of the program.
func (r *Audit) JSON(w io.Writer, version string) error {
	out := auditJSON{
		SchemaVersion: 1,
		Tool:          toolJSON{"momentolint", version},
		Summary:       auditSummaryJSON{Keys: len(r.keys), Wrong: r.Wrong(), Problems: map[problem]int{}, Complete: !r.Incomplete},
		Keys:          []auditKeyJSON{},
	}
	for _, p := range problems {
		out.Summary.Problems[p] = r.count(p)
	}
	for i := range r.keys {
		k := &r.keys[i]
		info := k.Info()
		description := k.Description
		if len(credential.ParseAll([]byte(description))) > 0 {
			description = credential.Redact(description)
		}
		one := auditKeyJSON{
			KeyID: k.ID, InUse: k.self, Description: description, RoleID: k.RoleID, RoleName: orNull(info.RoleName),
			IssuedAt: timeOrNull(k.IssuedAt), Expires: expiresWord(k.Expiry, k.ExpiresAt, r.Now),
			Scope:        scopeJSON{info.Scope.Level, append([]credential.Permission{}, info.Scope.Permissions...), info.Scope.Conditions},
			ManagesKeys:  k.Role != nil && k.Role.ManagesKeys,
			AllowedCIDRs: append([]string{}, info.AllowedCIDRs...),
			Problems:     append([]problem{}, k.problems...),
		}
		if k.Expiry == credential.ExpiryAt {
			one.ExpiresAt = timeOrNull(k.ExpiresAt)
		}
		out.Keys = append(out.Keys, one)
	}
	return cli.WriteJSON(w, out)
}
