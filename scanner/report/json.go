package report

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/scanner/finding"
)

// schemaVersion is the version of the JSON format. Within a version fields are
// only ever added, after those that are there.
const schemaVersion = 1

// The types below are the JSON format; docs/schema/report.v1.schema.json says
// the same to other programs. The order of fields is that of the output.
type (
	jsonReport struct {
		SchemaVersion int             `json:"schema_version"`
		Tool          jsonTool        `json:"tool"`
		Summary       finding.Summary `json:"summary"`
		Findings      []jsonFinding   `json:"findings"`
		// Notes and StaleBaseline are left out when empty.
		Notes         []string `json:"notes,omitempty"`
		StaleBaseline []string `json:"stale_baseline,omitempty"`
		// Repositories and Credentials are those of a fleet, else left out.
		Repositories []jsonRepository `json:"repositories,omitempty"`
		Credentials  []jsonCredential `json:"credentials,omitempty"`
	}
	jsonTool struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	jsonFinding struct {
		Rule         string    `json:"rule"`
		Kind         *string   `json:"kind"`
		File         string    `json:"file"`
		Line         int       `json:"line"`
		Column       int       `json:"column"`
		EndLine      int       `json:"end_line"`
		EndColumn    int       `json:"end_column"`
		Commit       *string   `json:"commit"`
		Author       *string   `json:"author"`
		Date         *jsonTime `json:"date"`
		Fingerprint  string    `json:"fingerprint"`
		Redacted     *string   `json:"redacted"`
		Incomplete   bool      `json:"incomplete"`
		Encoding     []string  `json:"encoding"`
		Endpoint     *string   `json:"endpoint"`
		KeyID        *string   `json:"key_id"`
		IssuedAt     *jsonTime `json:"issued_at"`
		Expires      string    `json:"expires"`
		ExpiresAt    *jsonTime `json:"expires_at"`
		Scope        jsonScope `json:"scope"`
		Status       string    `json:"status"`
		StatusReason *string   `json:"status_reason"`
		CheckedAt    *jsonTime `json:"checked_at"`
		Message      string    `json:"message,omitempty"`
		IgnoredByGit bool      `json:"ignored_by_git,omitempty"`
		ExpiresSoon  bool      `json:"expires_soon,omitempty"`
		Caches       *[]string `json:"caches,omitempty"`
		Role         *jsonRole `json:"role,omitempty"`
		Secret       string    `json:"secret,omitempty"`
		Repository   string    `json:"repository,omitempty"`
	}
	jsonScope struct {
		Level       credential.ScopeLevel   `json:"level"`
		Permissions []credential.Permission `json:"permissions"`
	}
	jsonRole struct {
		ID           string   `json:"id"`
		Name         string   `json:"name"`
		Description  string   `json:"description"`
		AllowedCIDRs []string `json:"allowed_cidrs"`
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
	v := newView(r, true)
	out := jsonReport{
		SchemaVersion: schemaVersion,
		Tool:          jsonTool{Name: toolName, Version: r.ToolVersion},
		Summary:       r.Summary,
		Findings:      make([]jsonFinding, 0, len(v.findings)),
		Notes:         v.notes,
		StaleBaseline: v.stale,
		Repositories:  v.jsonRepositories(),
		Credentials:   v.jsonCredentials(),
	}
	out.Summary.Ledger = v.ledger()
	out.Summary.Seconds = sane(out.Summary.Seconds)
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

func (v *view) jsonFinding(f *finding.Finding) jsonFinding {
	out := jsonFinding{
		Rule: f.Rule,
		File: f.Location.File, Line: f.Location.StartLine, Column: f.Location.StartColumn,
		EndLine: f.Location.EndLine, EndColumn: f.Location.EndColumn,
		Fingerprint: f.Fingerprint, Redacted: optional(f.Redacted), Incomplete: f.Credential.Incomplete,
		Encoding:     append([]string{}, f.Location.Encoding...),
		IgnoredByGit: f.IgnoredByGit,
		Repository:   f.Repository,
	}
	if c := f.Commit; c != nil {
		out.Commit, out.Author, out.Date = optional(c.ID), optional(c.Author), optionalTime(c.Date)
	}
	k := v.factsOf(f)
	c := &f.Credential
	if out.Kind = optional(string(c.Kind)); out.Kind == nil {
		out.Message = f.Message
	}
	out.Endpoint, out.KeyID = optional(k.endpoint), optional(c.KeyID)
	out.IssuedAt = optionalTime(k.issuedAt)
	out.Expires = k.expiresWord()
	if k.expiry == credential.ExpiryAt {
		out.ExpiresSoon = k.soon
		out.ExpiresAt = optionalTime(k.expiresAt)
	}
	out.Scope = jsonScope{k.scope.Level, append([]credential.Permission{}, k.scope.Permissions...)}
	out.Status, out.StatusReason = string(k.status), optional(f.Verdict.Reason)
	out.CheckedAt = optionalTime(f.Verdict.CheckedAt)
	if f.Verdict.CachesKnown {
		caches := append([]string{}, f.Verdict.Caches...)
		out.Caches = &caches
	}
	if a := f.Verdict.Account; a != nil {
		out.Role = &jsonRole{a.RoleID, a.RoleName, a.Description, append([]string{}, a.AllowedCIDRs...)}
	}
	if v.ShowSecrets && !c.IsZero() {
		out.Secret = c.RevealWritten()
	}
	return out
}

// optional is null for the empty text.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// optionalTime is null for the zero time.
func optionalTime(t time.Time) *jsonTime {
	if t.IsZero() {
		return nil
	}
	j := jsonTime(t)
	return &j
}
