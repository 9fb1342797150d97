package report

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/redact"
	"github.com/momentolint/momentolint/internal/rule"
)

// gitlabVersion is the version of GitLab's report format that is written
// (https://gitlab.com/gitlab-org/security-products/security-report-schemas).
const gitlabVersion = "15.1.4"

// gitlabNoCommit stands for "not from a commit", as in GitLab's own analyzer.
const gitlabNoCommit = "0000000000000000000000000000000000000000"

// What the format takes at the most, and how many messages are worth writing.
const (
	maxGitlabName     = 255
	maxGitlabSolution = 7000
	maxGitlabMessages = 200
)

// The types below are the part of GitLab's secret detection report that its
// vulnerability report shows.
type (
	gitlabReport struct {
		Version         string                `json:"version"`
		Schema          string                `json:"schema"`
		Scan            gitlabScan            `json:"scan"`
		Vulnerabilities []gitlabVulnerability `json:"vulnerabilities"`
	}
	gitlabScan struct {
		Analyzer  gitlabTool      `json:"analyzer"`
		Scanner   gitlabTool      `json:"scanner"`
		Type      redact.Text     `json:"type"`
		StartTime redact.Text     `json:"start_time"`
		EndTime   redact.Text     `json:"end_time"`
		Status    redact.Text     `json:"status"`
		Messages  []gitlabMessage `json:"messages,omitempty"`
	}
	gitlabTool struct {
		ID      redact.Text `json:"id"`
		Name    redact.Text `json:"name"`
		URL     redact.Text `json:"url"`
		Vendor  gitlabName  `json:"vendor"`
		Version redact.Text `json:"version"`
	}
	gitlabName struct {
		Name redact.Text `json:"name"`
	}
	gitlabMessage struct {
		Level redact.Text `json:"level"`
		Value redact.Text `json:"value"`
	}
	gitlabVulnerability struct {
		ID          redact.Text             `json:"id"`
		Name        redact.Text             `json:"name"`
		Description redact.Text             `json:"description"`
		Severity    redact.Text             `json:"severity"`
		Solution    redact.Text             `json:"solution,omitzero"`
		Identifiers []gitlabIdentifier      `json:"identifiers"`
		Links       []gitlabLink            `json:"links,omitempty"`
		Details     map[string]gitlabDetail `json:"details,omitempty"`
		Location    gitlabLocation          `json:"location"`
		Extract     redact.Text             `json:"raw_source_code_extract,omitzero"`
	}
	gitlabIdentifier struct {
		Type  redact.Text `json:"type"`
		Name  redact.Text `json:"name"`
		Value redact.Text `json:"value"`
		URL   redact.Text `json:"url,omitzero"`
	}
	gitlabLink struct {
		URL redact.Text `json:"url"`
	}
	gitlabDetail struct {
		Name  redact.Text `json:"name"`
		Type  redact.Text `json:"type"`
		Value redact.Text `json:"value"`
	}
	gitlabLocation struct {
		File      redact.Text  `json:"file"`
		StartLine int          `json:"start_line,omitempty"`
		EndLine   int          `json:"end_line,omitempty"`
		Commit    gitlabCommit `json:"commit"`
	}
	gitlabCommit struct {
		SHA     redact.Text `json:"sha"`
		Author  redact.Text `json:"author,omitzero"`
		Date    redact.Text `json:"date,omitzero"`
		Message redact.Text `json:"message,omitzero"`
	}
)

var gitlabSeverities = map[rule.Severity]string{
	rule.Critical: "Critical", rule.High: "High", rule.Medium: "Medium", rule.Low: "Low",
}

// GitLab writes a secret detection report for artifacts:reports:secret_detection.
func GitLab(w io.Writer, r *finding.Report) error {
	v := newView(r)
	t := newTree(r.Root)
	defer t.close()
	version := redact.Of(strings.TrimPrefix(r.ToolVersion, "v"))
	if version.IsEmpty() {
		version = redact.Literal("dev")
	}
	name := redact.Literal(toolName)
	tool := gitlabTool{ID: name, Name: name, URL: redact.Literal(projectURI), Vendor: gitlabName{name}, Version: version}
	end := r.Now.Add(time.Duration(sane(r.Summary.Seconds) * float64(time.Second)))
	out := gitlabReport{
		Version: gitlabVersion,
		Schema:  "https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/raw/v" + gitlabVersion + "/dist/secret-detection-report-format.json",
		Scan: gitlabScan{
			Analyzer: tool, Scanner: tool, Type: redact.Literal("secret_detection"), Status: redact.Literal("success"),
			StartTime: gitlabTime(r.Now), EndTime: gitlabTime(end), Messages: v.gitlabMessages(),
		},
		Vulnerabilities: make([]gitlabVulnerability, 0, len(v.findings)),
	}
	if v.incomplete() {
		out.Scan.Status = redact.Literal("failure")
	}
	for i := range v.findings {
		out.Vulnerabilities = append(out.Vulnerabilities, v.gitlabVulnerability(&v.findings[i], t))
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(out); err != nil {
		return fmt.Errorf("writing the GitLab report: %w", err)
	}
	return nil
}

// gitlabTime is a time in UTC without its zone, as the format wants it.
func gitlabTime(t time.Time) redact.Text { return redact.Of(strings.TrimSuffix(rfc3339(t), "Z")) }

func (v *view) gitlabMessages() []gitlabMessage {
	var all []gitlabMessage
	info, warn := redact.Literal("info"), redact.Literal("warn")
	for _, note := range v.notes {
		all = append(all, gitlabMessage{info, redact.Sprintf("Note: %s", note)})
	}
	if words := v.excludedWords(); !words.IsEmpty() {
		all = append(all, gitlabMessage{info, words})
	}
	for _, u := range v.unread() {
		all = append(all, gitlabMessage{warn, u.words()})
		for i, e := range u.entries {
			if i == maxGitlabMessages {
				all = append(all, gitlabMessage{warn, redact.Sprintf("%s: %s more", u.label, thousands(int64(len(u.entries)-i)))})
				break
			}
			all = append(all, gitlabMessage{warn, redact.Sprintf("%s: %s: %s", u.label, e.Path, e.Reason)})
		}
	}
	return all
}

func (v *view) gitlabVulnerability(f *finding.Finding, t *tree) gitlabVulnerability {
	at := t.locate(f)
	out := gitlabVulnerability{
		ID: redact.Of(v.stableID(f)), Name: v.titleOf(f).CutBytes(maxGitlabName), Description: v.describe(f), Severity: redact.Literal("High"),
		Solution: redact.Lines(v.nextWords(f)...).CutBytes(maxGitlabSolution),
		Identifiers: []gitlabIdentifier{{
			Type: redact.Literal("momentolint_rule_id"), Name: redact.Sprintf("momentolint rule ID %s", f.Rule), Value: redact.Sprintf("momentolint %s", f.Rule),
		}},
		Location: gitlabLocation{File: redact.Of(at.file), Commit: gitlabCommit{SHA: redact.Literal(gitlabNoCommit)}},
		Extract:  assignment(f).Text(),
	}
	if !at.packed {
		out.Location.StartLine, out.Location.EndLine = max(0, f.Location.StartLine), max(0, f.Location.EndLine)
	}
	if known, ok := v.rules[f.Rule]; ok {
		out.Severity = redact.Of(gitlabSeverities[v.severityOf(f, known)])
		uri := redact.Of(known.HelpURI())
		out.Identifiers[0].Value, out.Identifiers[0].URL = redact.Of(known.ID), uri
		out.Links = []gitlabLink{{uri}}
		for _, cwe := range known.CWE {
			out.Identifiers = append(out.Identifiers, gitlabIdentifier{
				redact.Literal("cwe"), redact.Sprintf("CWE-%d", cwe), redact.Sprintf("%d", cwe),
				redact.Sprintf("https://cwe.mitre.org/data/definitions/%d.html", cwe),
			})
		}
	}
	if c := f.Commit; c != nil && c.ID != "" {
		out.Location.Commit = gitlabCommit{SHA: redact.Of(c.ID), Author: redact.Of(c.Author), Message: redact.Of(c.Subject), Date: timeCell(c.Date)}
	}
	if f.Credential.IsZero() {
		return out
	}
	k := v.factsOf(f)
	switch k.status {
	case finding.StatusDead, finding.StatusExpired:
		out.Severity = redact.Literal("Info")
	}
	expires := k.expiresWord()
	if k.expiry == credential.ExpiryAt {
		expires = redact.Sprintf("%s %s", expires, rfc3339(k.expiresAt))
	}
	text := redact.Literal("text")
	out.Details = map[string]gitlabDetail{
		"status":      {redact.Literal("Status"), text, redact.Of(string(k.status))},
		"may_do":      {redact.Literal("May do"), text, redact.Of(finding.ScopeWords(k.scope))},
		"expires":     {redact.Literal("Expires"), text, expires},
		"fingerprint": {redact.Literal("Fingerprint"), text, redact.Of(f.Fingerprint)},
	}
	if id := f.Credential.KeyID; id != "" {
		out.Details["key_id"] = gitlabDetail{redact.Literal("Key ID"), text, redact.Of(id)}
	}
	return out
}

// stableID is a UUID (version 8, RFC 9562) of what makes the finding.
func (v *view) stableID(f *finding.Finding) string {
	l := f.Location
	sum := sha256.Sum256([]byte(strings.Join([]string{
		f.Rule, l.File, strconv.Itoa(l.StartLine), strconv.Itoa(l.StartColumn), f.CommitID(), f.Fingerprint,
	}, "\x00")))
	sum[6] = sum[6]&0x0f | 0x80
	sum[8] = sum[8]&0x3f | 0x80
	s := hex.EncodeToString(sum[:16])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}
