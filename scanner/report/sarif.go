package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/momentolint/momentolint/internal/lazy"
	"github.com/momentolint/momentolint/scanner/finding"
	"github.com/momentolint/momentolint/scanner/rule"
)

// What GitHub takes at the most
// (https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning).
const (
	maxSarifResults       = 25_000
	maxSarifNotifications = 1_000
)

const projectURI = "https://github.com/momentolint/momentolint"

// The types below are the part of SARIF 2.1.0
// (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html) that code
// scanning reads.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool              sarifTool         `json:"tool"`
		AutomationDetails sarifAutomation   `json:"automationDetails"`
		Invocations       []sarifInvocation `json:"invocations"`
		ColumnKind        string            `json:"columnKind"`
		Results           []sarifResult     `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name            string      `json:"name"`
		Version         string      `json:"version,omitempty"`
		SemanticVersion string      `json:"semanticVersion,omitempty"`
		InformationURI  string      `json:"informationUri"`
		Rules           []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID                   string              `json:"id"`
		Name                 string              `json:"name,omitempty"`
		ShortDescription     sarifText           `json:"shortDescription"`
		FullDescription      sarifText           `json:"fullDescription"`
		HelpURI              string              `json:"helpUri,omitempty"`
		Help                 sarifText           `json:"help"`
		DefaultConfiguration sarifConfiguration  `json:"defaultConfiguration"`
		Properties           sarifRuleProperties `json:"properties"`
	}
	sarifText struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifConfiguration struct {
		Level string `json:"level"`
	}
	sarifRuleProperties struct {
		Tags             []string `json:"tags"`
		Precision        string   `json:"precision"`
		SecuritySeverity string   `json:"security-severity"`
	}
	sarifAutomation struct {
		ID string `json:"id"`
	}
	sarifInvocation struct {
		ExecutionSuccessful bool                `json:"executionSuccessful"`
		Notifications       []sarifNotification `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNotification struct {
		Level   string    `json:"level"`
		Message sarifText `json:"message"`
	}
	sarifResult struct {
		RuleID       string                `json:"ruleId"`
		RuleIndex    int                   `json:"ruleIndex"`
		Level        string                `json:"level"`
		Message      sarifText             `json:"message"`
		Locations    []sarifLocation       `json:"locations"`
		Fingerprints map[string]string     `json:"partialFingerprints"`
		Properties   sarifResultProperties `json:"properties"`
	}
	sarifLocation struct {
		Physical sarifPhysical  `json:"physicalLocation"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int        `json:"startLine"`
		StartColumn int        `json:"startColumn,omitempty"`
		EndLine     int        `json:"endLine,omitempty"`
		EndColumn   int        `json:"endColumn,omitempty"`
		Snippet     *sarifText `json:"snippet,omitempty"`
	}
	sarifLogical struct {
		Name               string `json:"name"`
		FullyQualifiedName string `json:"fullyQualifiedName"`
		Kind               string `json:"kind"`
	}
	sarifResultProperties struct {
		Kind    string `json:"kind,omitempty"`
		Status  string `json:"status,omitempty"`
		Scope   string `json:"scope,omitempty"`
		Expires string `json:"expires,omitempty"`
		KeyID   string `json:"keyId,omitempty"`
		Commit  string `json:"commit,omitempty"`
	}
)

var sarifLevels = map[level]string{levelNote: "note", levelWarning: "warning", levelError: "error"}

// The names of the fingerprints. GitHub knows the first one only.
const (
	lineHashKey = "primaryLocationLineHash"
	contentKey  = "momentolintContent/v1"
)

// SARIF writes a SARIF 2.1.0 log for code scanning.
func SARIF(w io.Writer, r *finding.Report) error {
	v := newView(r, false)
	t := newTree(r.Root)
	defer t.close()

	list := v.worst(maxSarifResults)
	for _, f := range list {
		t.want(f)
	}
	rules, index := v.sarifRules(list)
	run := sarifRun{
		Tool: sarifTool{sarifDriver{
			Name: toolName, Version: strings.TrimPrefix(r.ToolVersion, "v"), SemanticVersion: semanticVersion(r.ToolVersion),
			InformationURI: projectURI, Rules: rules,
		}},
		AutomationDetails: sarifAutomation{toolName + "/"},
		Invocations:       []sarifInvocation{v.sarifInvocation(len(list))},
		ColumnKind:        "utf16CodeUnits",
		Results:           make([]sarifResult, 0, len(list)),
	}
	for _, f := range list {
		run.Results = append(run.Results, v.sarifResult(f, t, index[f.Rule]))
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(sarifLog{
		Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run},
	}); err != nil {
		return fmt.Errorf("writing the SARIF report: %w", err)
	}
	return nil
}

// worst gives the n worst findings, in the report's order.
func (v *view) worst(n int) []*finding.Finding {
	type ranked struct {
		index, danger int
	}
	order := make([]ranked, len(v.findings))
	for i := range v.findings {
		f := &v.findings[i]
		g := &group{head: f, facts: v.factsOf(f)}
		order[i] = ranked{i, g.danger()}
	}
	if len(order) > n {
		slices.SortStableFunc(order, func(a, b ranked) int { return cmp.Compare(b.danger, a.danger) })
		order = order[:n]
		slices.SortFunc(order, func(a, b ranked) int { return cmp.Compare(a.index, b.index) })
	}
	list := make([]*finding.Finding, len(order))
	for i, o := range order {
		list[i] = &v.findings[o.index]
	}
	return list
}

// semver is the pattern of https://semver.org, without its build part.
var semver = lazy.Regexp(`^v?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)(?:\+.*)?$`)

// semanticVersion gives a version as semver, "" if it is none.
func semanticVersion(version string) string {
	m := semver().FindStringSubmatch(version)
	if m == nil {
		return ""
	}
	return m[1]
}

// sarifRules lists our rules and those of the user's that found something.
func (v *view) sarifRules(list []*finding.Finding) ([]sarifRule, map[string]int) {
	index := map[string]int{}
	var rules []sarifRule
	for _, known := range rule.All() {
		index[known.ID] = len(rules)
		tags := []string{"security", "secrets", "momento"}
		for _, cwe := range known.CWE {
			tags = append(tags, "external/cwe/cwe-"+strconv.Itoa(cwe))
		}
		rules = append(rules, sarifRule{
			ID: known.ID, Name: pascalCase(known.ID),
			ShortDescription: sarifText{Text: known.Short}, FullDescription: sarifText{Text: known.Full},
			HelpURI: known.HelpURI(), Help: sarifText{Text: known.HelpText(), Markdown: known.Help()},
			DefaultConfiguration: sarifConfiguration{sarifLevels[severityLevel(known.Severity())]},
			Properties:           sarifRuleProperties{Tags: tags, Precision: "very-high", SecuritySeverity: known.Score},
		})
	}
	for _, f := range list {
		if _, ok := index[f.Rule]; ok {
			continue
		}
		index[f.Rule] = len(rules)
		name := clean(f.Rule)
		text := "Found by the rule " + name + " of the repository's own gitleaks configuration."
		rules = append(rules, sarifRule{
			ID: f.Rule, ShortDescription: sarifText{Text: text}, FullDescription: sarifText{Text: text},
			Help:                 sarifText{Text: text + " What to do about it, the authors of that rule know."},
			DefaultConfiguration: sarifConfiguration{sarifLevels[levelError]},
			Properties:           sarifRuleProperties{Tags: []string{"security", "secrets"}, Precision: "medium", SecuritySeverity: "7.0"},
		})
	}
	return rules, index
}

// pascalCase makes a symbol of an id: momento-api-key-v1 is MomentoApiKeyV1.
// An id of one word has no other name ("" here): a rule's name must differ from
// its id by more than case.
func pascalCase(id string) string {
	if !strings.ContainsAny(id, "-_") {
		return ""
	}
	var b strings.Builder
	for _, part := range strings.FieldsFunc(id, func(r rune) bool { return r == '-' || r == '_' }) {
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return b.String()
}

func (v *view) sarifInvocation(written int) sarifInvocation {
	out := sarifInvocation{ExecutionSuccessful: !v.Incomplete}
	add := func(level, text string) {
		if len(out.Notifications) < maxSarifNotifications {
			out.Notifications = append(out.Notifications, sarifNotification{level, sarifText{Text: sarifEscape(text)}})
		}
	}
	if n := len(v.findings) - written; n > 0 {
		add("warning", thousands(int64(n))+" further findings are left out: code scanning takes no more than "+thousands(maxSarifResults)+".")
	}
	for _, note := range v.notes {
		add("note", clean(note))
	}
	if n := len(v.skipped); n > maxSarifNotifications/2 {
		add("warning", "Not looked at, or not wholly: "+skipWords(v.skipped))
	}
	for _, s := range v.skipped {
		add("warning", "Not looked at: "+clean(s.Path)+": "+clean(s.Reason))
	}
	return out
}

func (v *view) sarifResult(f *finding.Finding, t *tree, ruleIndex int) sarifResult {
	k := v.factsOf(f)
	at := t.locate(f)
	out := sarifResult{
		RuleID: f.Rule, RuleIndex: ruleIndex, Level: sarifLevels[v.levelOf(f)],
		Message: sarifText{Text: sarifEscape(v.describe(f))},
		Locations: []sarifLocation{{
			Physical: sarifPhysical{sarifArtifact{at.uri()}, region(f, at, t.lines(at))},
		}},
		Fingerprints: map[string]string{
			lineHashKey: lineHash(f, t, at),
			contentKey:  f.Fingerprint,
		},
	}
	if at.member != "" {
		name := at.member[strings.LastIndexAny(at.member, "/!")+1:]
		out.Locations[0].Logical = []sarifLogical{{Name: clean(name), FullyQualifiedName: clean(at.member), Kind: "resource"}}
	}
	if c := f.Commit; c != nil {
		out.Properties.Commit = c.ID
	}
	if !f.Credential.IsZero() {
		out.Properties.Kind, out.Properties.Status = string(f.Credential.Kind), string(k.status)
		out.Properties.Scope, out.Properties.Expires = string(k.scope.Level), k.expiresWord()
		out.Properties.KeyID = f.Credential.KeyID
	}
	return out
}

// region is where the finding stands. What is inside of an archive has no line
// in the file that the archive is; code scanning wants one, so it is the first.
func region(f *finding.Finding, at location, lines map[int][]byte) sarifRegion {
	l := f.Location
	if at.packed || l.StartLine < 1 {
		return sarifRegion{StartLine: 1}
	}
	out := sarifRegion{StartLine: l.StartLine, StartColumn: max(0, l.StartColumn), EndLine: max(l.EndLine, l.StartLine), EndColumn: max(0, l.EndColumn)}
	// A history's file may differ from the one on disk: its columns stay as
	// they are unless the text before them is known.
	if f.Commit == nil {
		if line, ok := lines[l.StartLine]; ok {
			out.StartColumn = utf16Column(line, out.StartColumn)
		}
		if line, ok := lines[out.EndLine]; ok {
			out.EndColumn = utf16Column(line, out.EndColumn)
		}
	} else if f.LineColumn == l.StartColumn-1 && f.LineColumn <= len(f.Line) {
		shift := l.StartColumn - utf16Column([]byte(f.Line), l.StartColumn)
		out.StartColumn -= shift
		if out.EndLine == out.StartLine {
			out.EndColumn -= shift
		}
	}
	if out.EndLine == out.StartLine && out.EndColumn <= out.StartColumn {
		out.EndColumn = 0
	}
	if out.StartColumn == 0 {
		out.EndColumn = 0
	}
	if f.Line != "" {
		out.Snippet = &sarifText{Text: cleanSource(f.Line)}
	}
	return out
}

// lineHash is what makes an alert the same alert from run to run. Where the
// file is at hand it is what GitHub computes; for a history, an archive or a
// file that cannot be read it is made from rule, path and content, in the same
// form.
func lineHash(f *finding.Finding, t *tree, at location) string {
	if !at.packed && at.inside {
		if facts := t.facts(at.file); facts != nil && (f.Commit == nil || facts.holds(f)) {
			if hash := facts.hashes[f.Location.StartLine]; hash != "" {
				return hash
			}
		}
	}
	sum := sha256.Sum256([]byte(f.Rule + "\x00" + at.file + "\x00" + at.member + "\x00" + f.Fingerprint))
	return hex.EncodeToString(sum[:8]) + ":1"
}

// sarifEscape keeps a plain text from being taken for one with embedded links
// (SARIF 2.1.0, 3.11.6).
func sarifEscape(text string) string {
	return strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`).Replace(text)
}
