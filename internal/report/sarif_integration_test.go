//go:build integration

package report

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/momentolint/momentolint/internal/finding"
)

// multitool is Microsoft's validator, with the SARIF schema that comes with it.
type multitool struct {
	dir, program string
	schema       *jsonschema.Schema
}

func newMultitool(t *testing.T) *multitool {
	t.Helper()
	dir := npmInstall(t, "@microsoft/sarif-multitool@5.7.0")
	home := filepath.Join(dir, "node_modules", "@microsoft", "sarif-multitool-linux")
	program := filepath.Join(home, "Sarif.Multitool")
	if err := os.Chmod(program, 0o700); err != nil {
		t.Fatal(err)
	}
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join(home, "sarif-2.1.0.json"))
	if err != nil {
		t.Fatal(err)
	}
	return &multitool{dir, program, schema}
}

// problems returns what the schema and the validator, with the rules of SARIF
// and of GitHub's code scanning, say of a log. The tool's exit code says
// nothing, and it passes over values that it cannot read: hence both.
func (m *multitool) problems(t *testing.T, text string) []string {
	t.Helper()
	var all []string
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := m.schema.Validate(doc); err != nil {
		all = append(all, "schema: "+err.Error())
	}
	in, out := filepath.Join(m.dir, "in.sarif"), filepath.Join(m.dir, "out.sarif")
	if err := os.WriteFile(in, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_ = os.Remove(out)
	said, _ := try(t, m.dir, 15*time.Minute, m.program, "validate", in, "-o", out, "--log", "ForceOverwrite", "--rule-kind", "Sarif;Ghas")
	report, err := os.ReadFile(out)
	if err != nil {
		t.Fatalf("the validator wrote no report: %v\n%s", err, said)
	}
	var log struct {
		Runs []struct {
			Results []struct {
				RuleID  string `json:"ruleId"`
				Message struct {
					Text, ID  string
					Arguments []string
				}
			}
			Invocations []struct {
				ExecutionSuccessful bool `json:"executionSuccessful"`
			}
		}
	}
	if err := json.Unmarshal([]byte(strings.TrimPrefix(string(report), "\ufeff")), &log); err != nil {
		t.Fatal(err)
	}
	if len(log.Runs) != 1 || len(log.Runs[0].Invocations) != 1 || !log.Runs[0].Invocations[0].ExecutionSuccessful {
		t.Fatalf("the validator did not finish:\n%s", said)
	}
	for _, r := range log.Runs[0].Results {
		all = append(all, fmt.Sprintf("%s: %s %q", r.RuleID, r.Message.Text+r.Message.ID, r.Message.Arguments))
	}
	return all
}

func TestGitHubsRulesAndTheSchemaAcceptOurSarif(t *testing.T) {
	m := newMultitool(t)
	archive := sample(t)
	archive.Findings = slices.DeleteFunc(archive.Findings, func(f finding.Finding) bool { return f.Location.Encoding == nil })
	for name, r := range map[string]*finding.Report{
		"sample": sample(t), "archive": archive, "nothing": {Now: now, ToolVersion: "v1.2.3"}, "many": many(t, 1000), "hostile": hostile(t),
	} {
		t.Run(name, func(t *testing.T) {
			for _, problem := range m.problems(t, write(t, SARIF, r)) {
				t.Error(problem)
			}
		})
	}
	// The check must be able to fail.
	good := write(t, SARIF, sample(t))
	for name, edit := range map[string][2]string{
		"an unknown level":         {`"level": "error"`, `"level": "fatal"`},
		"a rule without help":      {`"help": {`, `"helpless": {`},
		"an end before a start":    {`"endColumn": 191`, `"endColumn": 3`},
		"a rule that is not there": {`"ruleIndex": 0`, `"ruleIndex": 999`},
	} {
		t.Run(name, func(t *testing.T) {
			bad := strings.Replace(good, edit[0], edit[1], 1)
			if bad == good {
				t.Fatalf("the log has no %s", edit[0])
			}
			if len(m.problems(t, bad)) == 0 {
				t.Errorf("%s passes", name)
			}
		})
	}
}
