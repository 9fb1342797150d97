package report

import "encoding/xml"

// The types below are what other programs read from the reports: the same
// shape as what is written, with plain strings.
type (
	readJunitSuites struct {
		XMLName  xml.Name         `xml:"testsuites"`
		Name     string           `xml:"name,attr"`
		Tests    int              `xml:"tests,attr"`
		Failures int              `xml:"failures,attr"`
		Errors   int              `xml:"errors,attr"`
		Time     string           `xml:"time,attr"`
		Suites   []readJunitSuite `xml:"testsuite"`
	}
	readJunitSuite struct {
		Name      string          `xml:"name,attr"`
		Tests     int             `xml:"tests,attr"`
		Failures  int             `xml:"failures,attr"`
		Errors    int             `xml:"errors,attr"`
		Skipped   int             `xml:"skipped,attr"`
		Time      string          `xml:"time,attr"`
		Timestamp string          `xml:"timestamp,attr"`
		Cases     []readJunitCase `xml:"testcase"`
	}
	readJunitCase struct {
		Name      string           `xml:"name,attr"`
		ClassName string           `xml:"classname,attr"`
		Time      string           `xml:"time,attr"`
		Error     *readJunitResult `xml:"error,omitempty"`
		Failure   *readJunitResult `xml:"failure,omitempty"`
	}
	readJunitResult struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
	readGitlabReport struct {
		Version         string                    `json:"version"`
		Schema          string                    `json:"schema"`
		Scan            readGitlabScan            `json:"scan"`
		Vulnerabilities []readGitlabVulnerability `json:"vulnerabilities"`
	}
	readGitlabScan struct {
		Analyzer  readGitlabTool      `json:"analyzer"`
		Scanner   readGitlabTool      `json:"scanner"`
		Type      string              `json:"type"`
		StartTime string              `json:"start_time"`
		EndTime   string              `json:"end_time"`
		Status    string              `json:"status"`
		Messages  []readGitlabMessage `json:"messages,omitempty"`
	}
	readGitlabTool struct {
		ID      string         `json:"id"`
		Name    string         `json:"name"`
		URL     string         `json:"url"`
		Vendor  readGitlabName `json:"vendor"`
		Version string         `json:"version"`
	}
	readGitlabName struct {
		Name string `json:"name"`
	}
	readGitlabMessage struct {
		Level string `json:"level"`
		Value string `json:"value"`
	}
	readGitlabVulnerability struct {
		ID          string                      `json:"id"`
		Name        string                      `json:"name"`
		Description string                      `json:"description"`
		Severity    string                      `json:"severity"`
		Solution    string                      `json:"solution,omitempty"`
		Identifiers []readGitlabIdentifier      `json:"identifiers"`
		Links       []readGitlabLink            `json:"links,omitempty"`
		Details     map[string]readGitlabDetail `json:"details,omitempty"`
		Location    readGitlabLocation          `json:"location"`
		Extract     string                      `json:"raw_source_code_extract,omitempty"`
	}
	readGitlabIdentifier struct {
		Type  string `json:"type"`
		Name  string `json:"name"`
		Value string `json:"value"`
		URL   string `json:"url,omitempty"`
	}
	readGitlabLink struct {
		URL string `json:"url"`
	}
	readGitlabDetail struct {
		Name  string `json:"name"`
		Type  string `json:"type"`
		Value string `json:"value"`
	}
	readGitlabLocation struct {
		File      string           `json:"file"`
		StartLine int              `json:"start_line,omitempty"`
		EndLine   int              `json:"end_line,omitempty"`
		Commit    readGitlabCommit `json:"commit"`
	}
	readGitlabCommit struct {
		SHA     string `json:"sha"`
		Author  string `json:"author,omitempty"`
		Date    string `json:"date,omitempty"`
		Message string `json:"message,omitempty"`
	}
	readSarifLog struct {
		Schema  string         `json:"$schema"`
		Version string         `json:"version"`
		Runs    []readSarifRun `json:"runs"`
	}
	readSarifRun struct {
		Tool              readSarifTool         `json:"tool"`
		AutomationDetails readSarifAutomation   `json:"automationDetails"`
		Invocations       []readSarifInvocation `json:"invocations"`
		ColumnKind        string                `json:"columnKind"`
		Results           []readSarifResult     `json:"results"`
	}
	readSarifTool struct {
		Driver readSarifDriver `json:"driver"`
	}
	readSarifDriver struct {
		Name            string          `json:"name"`
		Version         string          `json:"version,omitempty"`
		SemanticVersion string          `json:"semanticVersion,omitempty"`
		InformationURI  string          `json:"informationUri"`
		Rules           []readSarifRule `json:"rules"`
	}
	readSarifRule struct {
		ID                   string                  `json:"id"`
		Name                 string                  `json:"name,omitempty"`
		ShortDescription     readSarifText           `json:"shortDescription"`
		FullDescription      readSarifText           `json:"fullDescription"`
		HelpURI              string                  `json:"helpUri,omitempty"`
		Help                 readSarifText           `json:"help"`
		DefaultConfiguration readSarifConfiguration  `json:"defaultConfiguration"`
		Properties           readSarifRuleProperties `json:"properties"`
	}
	readSarifText struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	readSarifConfiguration struct {
		Level string `json:"level"`
	}
	readSarifRuleProperties struct {
		Tags             []string `json:"tags"`
		Precision        string   `json:"precision"`
		SecuritySeverity string   `json:"security-severity"`
	}
	readSarifAutomation struct {
		ID string `json:"id"`
	}
	readSarifInvocation struct {
		ExecutionSuccessful bool                    `json:"executionSuccessful"`
		Notifications       []readSarifNotification `json:"toolExecutionNotifications,omitempty"`
	}
	readSarifNotification struct {
		Level   string        `json:"level"`
		Message readSarifText `json:"message"`
	}
	readSarifResult struct {
		RuleID       string                    `json:"ruleId"`
		RuleIndex    int                       `json:"ruleIndex"`
		Level        string                    `json:"level"`
		Message      readSarifText             `json:"message"`
		Locations    []readSarifLocation       `json:"locations"`
		Fingerprints map[string]string         `json:"partialFingerprints"`
		Properties   readSarifResultProperties `json:"properties"`
	}
	readSarifLocation struct {
		Physical readSarifPhysical  `json:"physicalLocation"`
		Logical  []readSarifLogical `json:"logicalLocations,omitempty"`
	}
	readSarifPhysical struct {
		Artifact readSarifArtifact `json:"artifactLocation"`
		Region   readSarifRegion   `json:"region"`
	}
	readSarifArtifact struct {
		URI string `json:"uri"`
	}
	readSarifRegion struct {
		StartLine   int            `json:"startLine"`
		StartColumn int            `json:"startColumn,omitempty"`
		EndLine     int            `json:"endLine,omitempty"`
		EndColumn   int            `json:"endColumn,omitempty"`
		Snippet     *readSarifText `json:"snippet,omitempty"`
	}
	readSarifLogical struct {
		Name               string `json:"name"`
		FullyQualifiedName string `json:"fullyQualifiedName"`
		Kind               string `json:"kind"`
	}
	readSarifResultProperties struct {
		Kind    string `json:"kind,omitempty"`
		Status  string `json:"status,omitempty"`
		Scope   string `json:"scope,omitempty"`
		Expires string `json:"expires,omitempty"`
		KeyID   string `json:"keyId,omitempty"`
		Commit  string `json:"commit,omitempty"`
	}
	readPageData struct {
		Items []readPageItem `json:"items"`
		Now   string         `json:"now"`
	}
	readPageItem struct {
		ID          string               `json:"id"`
		Title       string               `json:"title"`
		About       string               `json:"about,omitempty"`
		Rule        string               `json:"rule"`
		Docs        string               `json:"docs,omitempty"`
		Secret      bool                 `json:"secret"`
		Status      string               `json:"status"`
		Reason      string               `json:"reason,omitempty"`
		Level       string               `json:"level"`
		MayDo       string               `json:"mayDo"`
		Expires     string               `json:"expires"`
		Soon        bool                 `json:"soon,omitempty"`
		End         string               `json:"end,omitempty"`
		Ends        string               `json:"ends"`
		ExpiryWords string               `json:"expiryWords"`
		CameIn      string               `json:"cameIn,omitempty"`
		Key         string               `json:"key,omitempty"`
		KeyID       string               `json:"keyId,omitempty"`
		Subject     string               `json:"subject,omitempty"`
		Role        string               `json:"role,omitempty"`
		Called      string               `json:"called,omitempty"`
		Caches      []string             `json:"caches,omitempty"`
		Permissions []readPagePermission `json:"permissions,omitempty"`
		Steps       []string             `json:"steps,omitempty"`
		Places      []readPagePlace      `json:"places"`
	}
	readPagePermission struct {
		On   string `json:"on"`
		Does string `json:"does,omitempty"`
	}
	readPagePlace struct {
		File    string     `json:"file"`
		At      string     `json:"at,omitempty"`
		Note    string     `json:"note,omitempty"`
		Message string     `json:"message,omitempty"`
		Number  int        `json:"number,omitempty"`
		Line    *[3]string `json:"line,omitempty"`
		Advice  string     `json:"advice,omitempty"`
	}
)
