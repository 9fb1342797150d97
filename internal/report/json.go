package report

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/redact"
)

// schemaVersion is the version of the JSON format. Within a version fields are
// only ever added, after those that are there.
const schemaVersion = 1

// The types below are the JSON format; docs/schema/report.v1.schema.json says
// the same to other programs. The order of fields is that of the output.
type (
	jsonReport struct {
		SchemaVersion int           `json:"schema_version"`
		Tool          jsonTool      `json:"tool"`
		Summary       jsonSummary   `json:"summary"`
		Findings      []jsonFinding `json:"findings"`
		// Notes and StaleBaseline are left out when empty.
		Notes         []redact.Exact `json:"notes,omitempty"`
		StaleBaseline []redact.Exact `json:"stale_baseline,omitempty"`
		// Repositories and Credentials are those of a fleet, else left out.
		Repositories []jsonRepository `json:"repositories,omitempty"`
		Credentials  []jsonCredential `json:"credentials,omitempty"`
	}
	jsonTool struct {
		Name    redact.Text `json:"name"`
		Version redact.Text `json:"version"`
	}
	jsonSummary struct {
		Findings    int             `json:"findings"`
		Credentials int             `json:"credentials"`
		Live        int             `json:"live"`
		Files       int64           `json:"files"`
		Blobs       int64           `json:"blobs"`
		Commits     int64           `json:"commits"`
		Bytes       int64           `json:"bytes"`
		Skipped     []jsonSkip      `json:"skipped"`
		Opaque      []jsonOpaque    `json:"opaque"`
		Excluded    []jsonExclusion `json:"excluded"`
		Seconds     float64         `json:"seconds"`
	}
	jsonSkip struct {
		Path   redact.Exact `json:"path"`
		Reason redact.Exact `json:"reason"`
	}
	jsonOpaque struct {
		Path   redact.Exact `json:"path"`
		Reason redact.Exact `json:"reason"`
		Format redact.Exact `json:"format"`
	}
	jsonExclusion struct {
		By     redact.Exact `json:"by"`
		Count  int          `json:"count"`
		Source redact.Exact `json:"source"`
	}
	jsonFinding struct {
		Rule         redact.Exact    `json:"rule"`
		Severity     redact.Text     `json:"severity"`
		Kind         *redact.Exact   `json:"kind"`
		File         redact.Exact    `json:"file"`
		Line         int             `json:"line"`
		Column       int             `json:"column"`
		EndLine      int             `json:"end_line"`
		EndColumn    int             `json:"end_column"`
		Commit       *redact.Exact   `json:"commit"`
		Author       *redact.Exact   `json:"author"`
		Date         *jsonTime       `json:"date"`
		Fingerprint  redact.Exact    `json:"fingerprint"`
		Redacted     *redact.Exact   `json:"redacted"`
		Incomplete   bool            `json:"incomplete"`
		Encoding     []redact.Exact  `json:"encoding"`
		Endpoint     *redact.Exact   `json:"endpoint"`
		KeyID        *redact.Exact   `json:"key_id"`
		IssuedAt     *jsonTime       `json:"issued_at"`
		Expires      redact.Text     `json:"expires"`
		ExpiresAt    *jsonTime       `json:"expires_at"`
		Scope        jsonScope       `json:"scope"`
		Status       redact.Exact    `json:"status"`
		StatusReason *redact.Exact   `json:"status_reason"`
		CheckedAt    *jsonTime       `json:"checked_at"`
		Message      redact.Exact    `json:"message,omitzero"`
		IgnoredByGit bool            `json:"ignored_by_git,omitempty"`
		ExpiresSoon  bool            `json:"expires_soon,omitempty"`
		Caches       *[]redact.Exact `json:"caches,omitempty"`
		Role         *jsonRole       `json:"role,omitempty"`
		Secret       redact.Exact    `json:"secret,omitzero"`
		Repository   redact.Exact    `json:"repository,omitzero"`
	}
	jsonScope struct {
		Level       redact.Exact     `json:"level"`
		Permissions []jsonPermission `json:"permissions"`
		Conditions  bool             `json:"conditions,omitempty"`
	}
	// jsonPermission is credential.Permission.
	jsonPermission struct {
		Resource redact.Exact `json:"resource"`
		Role     redact.Exact `json:"role"`
		Cache    redact.Exact `json:"cache,omitzero"`
		Item     redact.Exact `json:"item,omitzero"`
		Topic    redact.Exact `json:"topic,omitzero"`
		Function redact.Exact `json:"function,omitzero"`
	}
	jsonRole struct {
		ID           redact.Exact   `json:"id"`
		Name         redact.Exact   `json:"name"`
		Description  redact.Exact   `json:"description"`
		AllowedCIDRs []redact.Exact `json:"allowed_cidrs"`
	}
	// jsonTime is a time in RFC 3339, UTC, to the second.
	jsonTime time.Time
)

// MarshalJSON writes the time in UTC. Years that RFC 3339 cannot express are
// cut to those that it can: claims of strangers hold any number.
func (t jsonTime) MarshalJSON() ([]byte, error) {
	return []byte(`"` + rfc3339(time.Time(t)) + `"`), nil
}

var (
	firstTime = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	lastTime  = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
)

func rfc3339(t time.Time) string {
	t = t.UTC()
	if t.Before(firstTime) {
		t = firstTime
	}
	if t.After(lastTime) {
		t = lastTime
	}
	return t.Format(time.RFC3339)
}

// JSON writes the report as one JSON document of schema version 1.
func JSON(w io.Writer, r *finding.Report) error {
	v := newView(r)
	out := jsonReport{
		SchemaVersion: schemaVersion,
		Tool:          jsonTool{Name: redact.Literal(toolName), Version: redact.Of(r.ToolVersion)},
		Summary:       v.jsonSummary(),
		Findings:      make([]jsonFinding, 0, len(v.findings)),
		Notes:         v.exacts(v.notes),
		StaleBaseline: v.exacts(v.stale),
		Repositories:  v.jsonRepositories(),
		Credentials:   v.jsonCredentials(),
	}
	for i := range v.findings {
		out.Findings = append(out.Findings, v.jsonFinding(&v.findings[i]))
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(out); err != nil {
		return fmt.Errorf("writing the JSON report: %w", err)
	}
	return nil
}

func (v *view) jsonSummary() jsonSummary {
	s := v.Summary
	out := jsonSummary{
		Findings: s.Findings, Credentials: s.Credentials, Live: s.Live, Files: s.Files, Blobs: s.Blobs, Commits: s.Commits, Bytes: s.Bytes,
		Skipped: []jsonSkip{}, Opaque: []jsonOpaque{}, Excluded: []jsonExclusion{}, Seconds: sane(s.Seconds),
	}
	ledger := v.ledger()
	for _, e := range ledger.Skipped {
		out.Skipped = append(out.Skipped, jsonSkip{v.exact(e.Path), v.exact(e.Reason)})
	}
	for _, e := range ledger.Opaque {
		out.Opaque = append(out.Opaque, jsonOpaque{v.exact(e.Path), v.exact(e.Reason), v.exact(e.Format)})
	}
	for _, e := range ledger.Excluded {
		out.Excluded = append(out.Excluded, jsonExclusion{v.exact(string(e.By)), e.Count, v.exact(e.Source)})
	}
	return out
}

func (v *view) jsonFinding(f *finding.Finding) jsonFinding {
	out := jsonFinding{
		Rule: v.exact(f.Rule), Severity: redact.Of(string(v.severity(f))),
		File: v.exact(f.Location.File), Line: f.Location.StartLine, Column: f.Location.StartColumn,
		EndLine: f.Location.EndLine, EndColumn: f.Location.EndColumn,
		Fingerprint: v.exact(f.Fingerprint), Redacted: v.optional(f.Redacted), Incomplete: f.Credential.Incomplete,
		Encoding:     v.exacts(f.Location.Encoding),
		IgnoredByGit: f.IgnoredByGit,
		Repository:   v.exact(f.Repository),
	}
	if c := f.Commit; c != nil {
		out.Commit, out.Author, out.Date = v.optional(c.ID), v.optional(c.Author), optionalTime(c.Date)
	}
	k := v.factsOf(f)
	c := &f.Credential
	if out.Kind = v.optional(string(c.Kind)); out.Kind == nil {
		out.Message = v.exact(f.Message)
	}
	out.Endpoint, out.KeyID = v.optional(k.shownEndpoint(f)), v.optional(c.KeyID)
	out.IssuedAt = optionalTime(k.issuedAt)
	out.Expires = k.expiresWord()
	if k.expiry == credential.ExpiryAt {
		out.ExpiresSoon = k.soon
		out.ExpiresAt = optionalTime(k.expiresAt)
	}
	out.Scope = v.jsonScope(k.scope)
	out.Status, out.StatusReason = v.exact(string(k.status)), v.optional(f.Verdict.Reason)
	out.CheckedAt = optionalTime(f.Verdict.CheckedAt)
	if f.Verdict.CachesKnown {
		caches := v.exacts(f.Verdict.Caches)
		out.Caches = &caches
	}
	if a := f.Verdict.Account; a != nil {
		out.Role = &jsonRole{v.exact(a.RoleID), v.exact(a.RoleName), v.exact(a.Description), v.exacts(a.AllowedCIDRs)}
	}
	if v.ShowSecrets && !c.IsZero() {
		out.Secret = redact.ExactSecret(c.RevealWritten())
	}
	return out
}

func (v *view) jsonScope(s credential.Scope) jsonScope {
	out := jsonScope{Level: v.exact(string(s.Level)), Permissions: []jsonPermission{}, Conditions: s.Conditions}
	for _, p := range s.Permissions {
		out.Permissions = append(out.Permissions, jsonPermission{
			v.exact(p.Resource), v.exact(p.Role), v.exact(p.Cache), v.exact(p.Item), v.exact(p.Topic), v.exact(p.Function),
		})
	}
	return out
}

// exact is a string of the JSON document.
func (v *view) exact(s string) redact.Exact { return redact.ExactOf(v.scrubber.scrub(s)) }

func (v *view) exacts(list []string) []redact.Exact {
	out := make([]redact.Exact, len(list))
	for i, s := range list {
		out[i] = v.exact(s)
	}
	return out
}

// optional is null for the empty string.
func (v *view) optional(s string) *redact.Exact {
	if s == "" {
		return nil
	}
	out := v.exact(s)
	return &out
}

// optionalTime is null for the zero time.
func optionalTime(t time.Time) *jsonTime {
	if t.IsZero() {
		return nil
	}
	j := jsonTime(t)
	return &j
}
