package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/lazy"
	"github.com/momentolint/momentolint/internal/redact"
	"github.com/momentolint/momentolint/internal/rule"
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
		Name            redact.Text `json:"name"`
		Version         redact.Text `json:"version,omitzero"`
		SemanticVersion redact.Text `json:"semanticVersion,omitzero"`
		InformationURI  redact.Text `json:"informationUri"`
		Rules           []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID                   redact.Exact        `json:"id"`
		Name                 redact.Text         `json:"name,omitzero"`
		ShortDescription     sarifText           `json:"shortDescription"`
		FullDescription      sarifText           `json:"fullDescription"`
		HelpURI              redact.Text         `json:"helpUri,omitzero"`
		Help                 sarifText           `json:"help"`
		DefaultConfiguration sarifConfiguration  `json:"defaultConfiguration"`
		Properties           sarifRuleProperties `json:"properties"`
	}
	sarifText struct {
		Text     redact.Text `json:"text"`
		Markdown redact.Text `json:"markdown,omitzero"`
	}
	sarifConfiguration struct {
		Level redact.Text `json:"level"`
	}
	sarifRuleProperties struct {
		Tags             []redact.Text `json:"tags"`
		Precision        redact.Text   `json:"precision"`
		SecuritySeverity redact.Text   `json:"security-severity"`
	}
	sarifAutomation struct {
		ID redact.Text `json:"id"`
	}
	sarifInvocation struct {
		ExecutionSuccessful bool                `json:"executionSuccessful"`
		Notifications       []sarifNotification `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNotification struct {
		Level   redact.Text `json:"level"`
		Message sarifText   `json:"message"`
	}
	sarifResult struct {
		RuleID       redact.Exact           `json:"ruleId"`
		RuleIndex    int                    `json:"ruleIndex"`
		Level        redact.Text            `json:"level"`
		Message      sarifText              `json:"message"`
		Locations    []sarifLocation        `json:"locations"`
		Fingerprints map[string]redact.Text `json:"partialFingerprints"`
		Properties   sarifResultProperties  `json:"properties"`
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
		URI redact.Text `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int        `json:"startLine"`
		StartColumn int        `json:"startColumn,omitempty"`
		EndLine     int        `json:"endLine,omitempty"`
		EndColumn   int        `json:"endColumn,omitempty"`
		Snippet     *sarifText `json:"snippet,omitempty"`
	}
	sarifLogical struct {
		Name               redact.Text `json:"name"`
		FullyQualifiedName redact.Text `json:"fullyQualifiedName"`
		Kind               redact.Text `json:"kind"`
	}
	sarifResultProperties struct {
		Kind    redact.Text `json:"kind,omitzero"`
		Status  redact.Text `json:"status,omitzero"`
		Scope   redact.Text `json:"scope,omitzero"`
		Expires redact.Text `json:"expires,omitzero"`
		KeyID   redact.Text `json:"keyId,omitzero"`
		Commit  redact.Text `json:"commit,omitzero"`
	}
)

func sarifLevel(l level) redact.Text {
	switch l {
	case levelError:
		return redact.Literal("error")
	case levelWarning:
		return redact.Literal("warning")
	}
	return redact.Literal("note")
}

// The names of the fingerprints. GitHub knows the first one only.
const (
	lineHashKey = "primaryLocationLineHash"
	contentKey  = "momentolintContent/v1"
)

// SARIF writes a SARIF 2.1.0 log for code scanning.
func SARIF(w io.Writer, r *finding.Report) error {
	v := newView(r)
	t := newTree(r.Root)
	defer t.close()

	list := v.worst(maxSarifResults)
	for _, f := range list {
		t.want(f)
	}
	rules, index := v.sarifRules(list)
	run := sarifRun{
		Tool: sarifTool{sarifDriver{
			Name: redact.Literal(toolName), Version: redact.Of(strings.TrimPrefix(r.ToolVersion, "v")),
			SemanticVersion: redact.Of(semanticVersion(r.ToolVersion)), InformationURI: redact.Literal(projectURI), Rules: rules,
		}},
		AutomationDetails: sarifAutomation{redact.Literal(toolName + "/")},
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

// worst returns the n worst findings, in the report's order.
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

// semanticVersion returns a version as semver, "" if it is none.
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
		tags := sarifTags("security", "secrets", "momento")
		for _, cwe := range known.CWE {
			tags = append(tags, redact.Sprintf("external/cwe/cwe-%d", cwe))
		}
		rules = append(rules, sarifRule{
			ID: redact.ExactOf(known.ID), Name: redact.Of(pascalCase(known.ID)),
			ShortDescription: sarifText{Text: redact.Of(known.Short)}, FullDescription: sarifText{Text: redact.OfLines(known.Full)},
			HelpURI: redact.Of(known.HelpURI()), Help: sarifText{Text: redact.OfLines(known.HelpText()), Markdown: redact.OfLines(known.Help())},
			DefaultConfiguration: sarifConfiguration{sarifLevel(severityLevel(known.Severity()))},
			Properties:           sarifRuleProperties{Tags: tags, Precision: redact.Literal("very-high"), SecuritySeverity: redact.Of(known.Score)},
		})
	}
	for _, f := range list {
		if _, ok := index[f.Rule]; ok {
			continue
		}
		index[f.Rule] = len(rules)
		text := redact.Sprintf("Found by the rule %s of the repository's own gitleaks configuration.", f.Rule)
		rules = append(rules, sarifRule{
			ID: redact.ExactOf(f.Rule), ShortDescription: sarifText{Text: text}, FullDescription: sarifText{Text: text},
			Help:                 sarifText{Text: redact.Sprintf("%s Ask the authors of that rule how to fix it.", text)},
			DefaultConfiguration: sarifConfiguration{sarifLevel(levelError)},
			Properties: sarifRuleProperties{
				Tags: sarifTags("security", "secrets"), Precision: redact.Literal("medium"), SecuritySeverity: redact.Literal("7.0"),
			},
		})
	}
	return rules, index
}

func sarifTags(names ...string) []redact.Text {
	tags := make([]redact.Text, len(names))
	for i, name := range names {
		tags[i] = redact.Of(name)
	}
	return tags
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
	out := sarifInvocation{ExecutionSuccessful: !v.incomplete()}
	add := func(l level, text redact.Text) {
		if len(out.Notifications) < maxSarifNotifications {
			out.Notifications = append(out.Notifications, sarifNotification{sarifLevel(l), sarifText{Text: text.SARIF()}})
		}
	}
	if n := len(v.findings) - written; n > 0 {
		add(levelWarning, redact.Sprintf("%s further findings are left out: code scanning accepts at most %s.", thousands(int64(n)), thousands(maxSarifResults)))
	}
	for _, note := range v.notes {
		add(levelNote, redact.Of(note))
	}
	if words := v.excludedWords(); !words.IsEmpty() {
		add(levelNote, words)
	}
	classes := v.unread()
	for _, u := range classes {
		add(unreadLevel(u.class), u.words())
	}
	for _, u := range classes {
		for i, e := range u.entries {
			// Each class gets its share of what is taken.
			if i == maxSarifNotifications/len(classes)/2 {
				break
			}
			add(levelWarning, redact.Sprintf("%s: %s: %s", u.label, e.Path, e.Reason))
		}
	}
	return out
}

func (v *view) sarifResult(f *finding.Finding, t *tree, ruleIndex int) sarifResult {
	k := v.factsOf(f)
	at := t.locate(f)
	out := sarifResult{
		RuleID: redact.ExactOf(f.Rule), RuleIndex: ruleIndex, Level: sarifLevel(v.levelOf(f)),
		Message: sarifText{Text: v.describe(f).SARIF()},
		Locations: []sarifLocation{{
			Physical: sarifPhysical{sarifArtifact{redact.Of(at.uri())}, region(f, at, t.lines(at))},
		}},
		Fingerprints: map[string]redact.Text{
			lineHashKey: redact.Of(lineHash(f, t, at)),
			contentKey:  redact.Of(f.Fingerprint),
		},
	}
	if at.member != "" {
		name := at.member[strings.LastIndexAny(at.member, "/!")+1:]
		out.Locations[0].Logical = []sarifLogical{{Name: redact.Of(name), FullyQualifiedName: redact.Of(at.member), Kind: redact.Literal("resource")}}
	}
	if c := f.Commit; c != nil {
		out.Properties.Commit = redact.Of(c.ID)
	}
	if !f.Credential.IsZero() {
		out.Properties.Kind, out.Properties.Status = redact.Of(string(f.Credential.Kind)), redact.Of(string(k.status))
		out.Properties.Scope, out.Properties.Expires = redact.Of(string(k.scope.Level)), k.expiresWord()
		out.Properties.KeyID = redact.Of(f.Credential.KeyID)
	}
	return out
}

// region is where the finding is. What is inside of an archive has no line
// in the file that the archive is; code scanning wants one, so it is the first.
func region(f *finding.Finding, at location, lines map[int][]byte) sarifRegion {
	l := f.Location
	if at.packed || l.StartLine < 1 {
		return sarifRegion{StartLine: 1}
	}
	out := sarifRegion{StartLine: l.StartLine, StartColumn: max(0, l.StartColumn), EndLine: max(l.EndLine, l.StartLine), EndColumn: max(0, l.EndColumn)}
	// A history's file may differ from the one on disk.
	if f.Commit == nil {
		if line, ok := lines[l.StartLine]; ok {
			out.StartColumn = utf16Column(line, out.StartColumn)
		}
		if line, ok := lines[out.EndLine]; ok {
			out.EndColumn = utf16Column(line, out.EndColumn)
		}
	} else if out.StartColumn > 0 {
		out.StartColumn = max(1, out.StartColumn-l.UTF16Shift)
		if out.EndLine == out.StartLine {
			out.EndColumn -= l.UTF16Shift
		}
	}
	if out.EndLine == out.StartLine && out.EndColumn <= out.StartColumn {
		out.EndColumn = 0
	}
	if out.StartColumn == 0 {
		out.EndColumn = 0
	}
	if line := assignment(f); !line.IsEmpty() {
		out.Snippet = &sarifText{Text: line.Text()}
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
