package report

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/finding"
)

const schemaFile = "../../docs/schema/report.v1.schema.json"

// reportSchema compiles the published schema, made strict: a field that the
// schema does not describe is an error here, though not for its users.
func reportSchema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	text, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	closeObjects(doc)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("report.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("report.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// closeObjects forbids properties that are not described, wherever a schema
// says that its value is an object.
func closeObjects(node any) {
	switch n := node.(type) {
	case map[string]any:
		if n["type"] == "object" && n["properties"] != nil {
			n["additionalProperties"] = false
		}
		for _, child := range n {
			closeObjects(child)
		}
	case []any:
		for _, child := range n {
			closeObjects(child)
		}
	}
}

func write(t testing.TB, w Writer, r *finding.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := w(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestJSONObeysItsSchema(t *testing.T) {
	schema := reportSchema(t)
	account := sample(t)
	account.Findings[4].Verdict.Account = &finding.AccountInfo{
		Expiry: credential.ExpiryAt, ExpiresAt: now.AddDate(1, 0, 0), RoleID: "r1", RoleName: "Operator",
		Description: "orders", Scope: credential.Scope{Level: credential.ScopeRole}, AllowedCIDRs: []string{"10.0.0.0/8"},
	}
	account.StaleBaseline = []string{"old"}
	secrets := sample(t)
	secrets.ShowSecrets = true
	extreme := sample(t)
	extreme.Findings[0].Verdict.CheckedAt = time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC)
	extreme.Summary.Seconds /= 0 * extreme.Summary.Seconds
	for name, r := range map[string]*finding.Report{
		"sample": sample(t), "empty": {Now: now}, "account": account, "secrets": secrets, "extreme": extreme,
	} {
		t.Run(name, func(t *testing.T) {
			doc, err := jsonschema.UnmarshalJSON(strings.NewReader(write(t, JSON, r)))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(doc); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestSchemaRefusesWhatTheContractForbids(t *testing.T) {
	schema := reportSchema(t)
	for name, edit := range map[string][2]string{
		"a status of our own":          {`"status": "unverified"`, `"status": "maybe"`},
		"a kind of our own":            {`"kind": "api-key-v2"`, `"kind": "api-key-v3"`},
		"a missing field":              {`"status_reason": "offline"`, `"reason": "offline"`},
		"an end without its time":      {`"expires": "unknown"`, `"expires": "at"`},
		"a credential without a scope": {`"level": "role"`, `"level": "all"`},
		"another schema version":       {`"schema_version": 1`, `"schema_version": 2`},
		"a local time":                 {`T12:00:00Z`, `T12:00:00+01:00`},
	} {
		t.Run(name, func(t *testing.T) {
			before := write(t, JSON, sample(t))
			after := strings.Replace(before, edit[0], edit[1], 1)
			if before == after {
				t.Fatalf("the report has no %s", edit[0])
			}
			doc, err := jsonschema.UnmarshalJSON(strings.NewReader(after))
			if err != nil {
				t.Fatal(err)
			}
			if schema.Validate(doc) == nil {
				t.Errorf("the schema accepts %s", edit[1])
			}
		})
	}
}

// contractKeys is the order of the keys of a finding in the contract.
var contractKeys = []string{
	"rule", "severity", "kind", "file", "line", "column", "end_line", "end_column", "commit", "author", "date", "fingerprint",
	"redacted", "incomplete", "encoding", "endpoint", "key_id", "issued_at", "expires", "expires_at", "scope", "status",
	"status_reason", "checked_at",
}

func TestJSONKeepsTheContractsKeysAndOrder(t *testing.T) {
	text := write(t, JSON, sample(t))
	key := regexp.MustCompile(`(?m)^      "(\w+)": `)
	var first []string
	_, findings, _ := strings.Cut(text, `"findings": [`)
	for _, m := range key.FindAllStringSubmatch(findings, -1) {
		if m[1] == "rule" && len(first) > 0 {
			break
		}
		first = append(first, m[1])
	}
	if len(first) < len(contractKeys) || !slices.Equal(first[:len(contractKeys)], contractKeys) {
		t.Errorf("keys of a finding: %q\nwant first:        %q", first, contractKeys)
	}
	top := regexp.MustCompile(`(?m)^  "(\w+)": `)
	var keys []string
	for _, m := range top.FindAllStringSubmatch(text, -1) {
		keys = append(keys, m[1])
	}
	if want := []string{"schema_version", "tool", "summary", "findings"}; !slices.Equal(keys[:4], want) {
		t.Errorf("keys of the report: %q, want first %q", keys, want)
	}
}

func TestJSONTellsWhatIsKnown(t *testing.T) {
	r := sample(t)
	r.Findings[4].Verdict.Account = &finding.AccountInfo{Expiry: credential.ExpiryNever, Scope: credential.Scope{Level: credential.ScopeSuperUser}}
	var out struct {
		Findings []struct {
			Rule, File, Expires, Status string
			Kind                        *string
			KeyID                       *string `json:"key_id"`
			ExpiresAt                   *string `json:"expires_at"`
			Endpoint                    *string
			Scope                       struct{ Level string }
			Message                     string
		}
	}
	if err := json.Unmarshal([]byte(write(t, JSON, r)), &out); err != nil {
		t.Fatal(err)
	}
	byFile := map[string]int{}
	for i, f := range out.Findings {
		byFile[f.File] = i
	}
	if f := out.Findings[byFile[".env"]]; *f.KeyID != "01JD2MKQ7V9T3R" || f.Expires != "never" || f.Scope.Level != "super-user" {
		t.Errorf("what the account told is not in %+v", f)
	}
	if f := out.Findings[byFile["test/fixtures/token.json"]]; f.Expires != "expired" || f.Status != "expired" || *f.ExpiresAt != "2026-11-14T13:00:00Z" {
		t.Errorf("expired token: %+v", f)
	}
	if f := out.Findings[byFile["src/publisher.go"]]; f.Expires != "at" || *f.ExpiresAt != "2026-12-05T12:00:00Z" || f.Status != "live" {
		t.Errorf("expiring key: %+v", f)
	}
	if f := out.Findings[byFile["notebooks/demo.ipynb"]]; *f.Endpoint != cell {
		t.Errorf("a legacy token's endpoint is %q, want the one its hosts are under", *f.Endpoint)
	}
	if f := out.Findings[byFile["internal/keys/keys.go"]]; f.Kind != nil || f.Scope.Level != "unknown" || f.Expires != "unknown" || f.Status != "unverified" || f.Message == "" {
		t.Errorf("policy finding: %+v", f)
	}
}

func TestJSONSaysWhatExpiresSoon(t *testing.T) {
	for warning, want := range map[time.Duration]int{30 * 24 * time.Hour: 1, 24 * time.Hour: 0} {
		r := sample(t)
		r.ExpiryWarning = warning
		var b bytes.Buffer
		if err := JSON(&b, r); err != nil {
			t.Fatal(err)
		}
		var doc struct {
			Findings []struct {
				ExpiresSoon bool   `json:"expires_soon"`
				Expires     string `json:"expires"`
			} `json:"findings"`
		}
		if err := json.Unmarshal(b.Bytes(), &doc); err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, f := range doc.Findings {
			if f.ExpiresSoon {
				n++
				if f.Expires != "at" {
					t.Errorf("expires %q, and soon", f.Expires)
				}
			}
		}
		if n != want {
			t.Errorf("%v ahead: %d expire soon, want %d", warning, n, want)
		}
	}
}
