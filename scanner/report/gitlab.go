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
	"github.com/momentolint/momentolint/scanner/finding"
	"github.com/momentolint/momentolint/scanner/rule"
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
		Type      string          `json:"type"`
		StartTime string          `json:"start_time"`
		EndTime   string          `json:"end_time"`
		Status    string          `json:"status"`
		Messages  []gitlabMessage `json:"messages,omitempty"`
	}
	gitlabTool struct {
		ID      string     `json:"id"`
		Name    string     `json:"name"`
		URL     string     `json:"url"`
		Vendor  gitlabName `json:"vendor"`
		Version string     `json:"version"`
	}
	gitlabName struct {
		Name string `json:"name"`
	}
	gitlabMessage struct {
		Level string `json:"level"`
		Value string `json:"value"`
	}
	gitlabVulnerability struct {
		ID          string                  `json:"id"`
		Name        string                  `json:"name"`
		Description string                  `json:"description"`
		Severity    string                  `json:"severity"`
		Solution    string                  `json:"solution,omitempty"`
		Identifiers []gitlabIdentifier      `json:"identifiers"`
		Links       []gitlabLink            `json:"links,omitempty"`
		Details     map[string]gitlabDetail `json:"details,omitempty"`
		Location    gitlabLocation          `json:"location"`
		Extract     string                  `json:"raw_source_code_extract,omitempty"`
	}
	gitlabIdentifier struct {
		Type  string `json:"type"`
		Name  string `json:"name"`
		Value string `json:"value"`
		URL   string `json:"url,omitempty"`
	}
	gitlabLink struct {
		URL string `json:"url"`
	}
	gitlabDetail struct {
		Name  string `json:"name"`
		Type  string `json:"type"`
		Value string `json:"value"`
	}
	gitlabLocation struct {
		File      string       `json:"file"`
		StartLine int          `json:"start_line,omitempty"`
		EndLine   int          `json:"end_line,omitempty"`
		Commit    gitlabCommit `json:"commit"`
	}
	gitlabCommit struct {
		SHA     string `json:"sha"`
		Author  string `json:"author,omitempty"`
		Date    string `json:"date,omitempty"`
		Message string `json:"message,omitempty"`
	}
)

var gitlabSeverities = map[rule.Severity]string{
	rule.Critical: "Critical", rule.High: "High", rule.Medium: "Medium", rule.Low: "Low",
}

// GitLab writes a secret detection report for artifacts:reports:secret_detection.
func GitLab(w io.Writer, r *finding.Report) error {
	v := newView(r, false)
	t := newTree(r.Root)
	defer t.close()
	version := strings.TrimPrefix(r.ToolVersion, "v")
	if version == "" {
		version = "dev"
	}
	tool := gitlabTool{ID: toolName, Name: toolName, URL: projectURI, Vendor: gitlabName{toolName}, Version: version}
	end := r.Now.Add(time.Duration(sane(r.Summary.Seconds) * float64(time.Second)))
	out := gitlabReport{
		Version: gitlabVersion,
		Schema:  "https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/raw/v" + gitlabVersion + "/dist/secret-detection-report-format.json",
		Scan: gitlabScan{
			Analyzer: tool, Scanner: tool, Type: "secret_detection", Status: "success",
			StartTime: gitlabTime(r.Now), EndTime: gitlabTime(end), Messages: v.gitlabMessages(),
		},
		Vulnerabilities: make([]gitlabVulnerability, 0, len(v.findings)),
	}
	if v.Incomplete {
		out.Scan.Status = "failure"
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
func gitlabTime(t time.Time) string { return strings.TrimSuffix(rfc3339(t), "Z") }

func (v *view) gitlabMessages() []gitlabMessage {
	var all []gitlabMessage
	for _, note := range v.notes {
		all = append(all, gitlabMessage{"info", "Note: " + clean(note)})
	}
	for i, s := range v.skipped {
		if i == maxGitlabMessages {
			all = append(all, gitlabMessage{"warn", "Not looked at: " + thousands(int64(len(v.skipped)-i)) + " more"})
			break
		}
		all = append(all, gitlabMessage{"warn", "Not looked at: " + clean(s.Path) + ": " + clean(s.Reason)})
	}
	return all
}

func (v *view) gitlabVulnerability(f *finding.Finding, t *tree) gitlabVulnerability {
	at := t.locate(f)
	out := gitlabVulnerability{
		ID: v.stableID(f), Name: cutBytes(v.titleOf(f), maxGitlabName), Description: v.describe(f), Severity: "High",
		Solution: cutBytes(strings.Join(v.nextWords(f), "\n"), maxGitlabSolution),
		Identifiers: []gitlabIdentifier{{
			Type: "momentolint_rule_id", Name: "momentolint rule ID " + clean(f.Rule), Value: "momentolint " + clean(f.Rule),
		}},
		Location: gitlabLocation{File: clean(at.file), Commit: gitlabCommit{SHA: gitlabNoCommit}},
		Extract:  cleanSource(f.Line),
	}
	if !at.packed {
		out.Location.StartLine, out.Location.EndLine = max(0, f.Location.StartLine), max(0, f.Location.EndLine)
	}
	if known, ok := v.rules[f.Rule]; ok {
		out.Severity = gitlabSeverities[severityOf(f, known)]
		out.Identifiers[0].Value, out.Identifiers[0].URL = known.ID, known.HelpURI()
		out.Links = []gitlabLink{{known.HelpURI()}}
		for _, cwe := range known.CWE {
			n := strconv.Itoa(cwe)
			out.Identifiers = append(out.Identifiers, gitlabIdentifier{"cwe", "CWE-" + n, n, "https://cwe.mitre.org/data/definitions/" + n + ".html"})
		}
	}
	if c := f.Commit; c != nil && c.ID != "" {
		out.Location.Commit = gitlabCommit{SHA: clean(c.ID), Author: clean(c.Author), Message: clean(c.Subject), Date: timeCell(c.Date)}
	}
	if f.Credential.IsZero() {
		return out
	}
	k := v.factsOf(f)
	switch k.status {
	case finding.StatusDead, finding.StatusExpired:
		out.Severity = "Info"
	}
	expires := k.expiresWord()
	if k.expiry == credential.ExpiryAt {
		expires += " " + rfc3339(k.expiresAt)
	}
	out.Details = map[string]gitlabDetail{
		"status":      {"Status", "text", string(k.status)},
		"may_do":      {"May do", "text", clean(finding.ScopeWords(k.scope))},
		"expires":     {"Expires", "text", expires},
		"fingerprint": {"Fingerprint", "text", f.Fingerprint},
	}
	if id := f.Credential.KeyID; id != "" {
		out.Details["key_id"] = gitlabDetail{"Key ID", "text", clean(id)}
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

// cutBytes cuts a text to at most n bytes, at a character.
func cutBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n-len("…")], "") + "…"
}
