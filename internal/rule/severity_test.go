package rule_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
)

// severityTable is the table of severities in Markdown, read out of the code.
func severityTable() string {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	terms := []struct {
		name   string
		expiry credential.Expiry
		at     time.Time
	}{
		{"never", credential.ExpiryNever, time.Time{}},
		{"unknown", credential.ExpiryUnknown, time.Time{}},
		{"more than a year", credential.ExpiryAt, now.AddDate(2, 0, 0)},
		{"within a year", credential.ExpiryAt, now.AddDate(0, 1, 0)},
		{"expired", credential.ExpiryAt, now.AddDate(0, 0, -1)},
	}
	permission := func(role string) credential.Scope {
		return credential.Scope{Level: credential.ScopeExplicit, Permissions: []credential.Permission{{Resource: "cache", Role: role, Cache: "*", Item: "*"}}}
	}
	scopes := []struct {
		name  string
		scope credential.Scope
	}{
		{"everything", credential.Scope{Level: credential.ScopeSuperUser}},
		{"not known", credential.Scope{Level: credential.ScopeUnknown}},
		{"write", permission("write-only")},
		{"read", permission("read-only")},
		{"nothing", permission("none")},
	}
	var b strings.Builder
	b.WriteString("| rule | scope |")
	for _, t := range terms {
		b.WriteString(" " + t.name + " |")
	}
	b.WriteString("\n| --- | --- | --- | --- | --- | --- | --- |\n")
	for _, k := range credential.Kinds() {
		rows := map[string]string{}
		var order []string
		for _, s := range scopes {
			row := ""
			for _, t := range terms {
				row += fmt.Sprintf(" %s |", k.Severity(s.scope, t.expiry, t.at, now))
			}
			if rows[row] == "" {
				order = append(order, row)
				rows[row] = s.name
			} else {
				rows[row] += ", " + s.name
			}
		}
		for _, row := range order {
			name := rows[row]
			if len(order) == 1 {
				name = "any"
			}
			fmt.Fprintf(&b, "| `%s` | %s |%s\n", k.Rule(), name, row)
		}
	}
	return b.String()
}

func TestTheDocumentationShowsTheTableOfSeverities(t *testing.T) {
	const page = "../../docs/severity.md"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, _, ok := strings.Cut(string(text), "| rule |")
	if !ok {
		t.Fatal("no table")
	}
	want := before + severityTable()
	if os.Getenv("UPDATE_DOCS") != "" {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(text) != want {
		t.Error("docs/severity.md is out of date: UPDATE_DOCS=1 go test ./internal/rule writes it anew")
	}
}

func TestEveryKindHasAWholeDescriptor(t *testing.T) {
	for _, d := range credential.Descriptors() {
		if d.Rule == "" || d.Title == "" || d.Short == "" || d.Full == "" || len(d.Fix) == 0 || d.Score == "" || d.Form == 0 {
			t.Errorf("%s: something is missing in %+v", d.Kind, d)
		}
		for i, row := range d.Severities {
			for j, s := range row {
				if s == "" {
					t.Errorf("%s: no severity in row %d, column %d", d.Kind, i, j)
				}
			}
		}
		if d.Form&credential.FormNamed != 0 && len(d.Names) == 0 {
			t.Errorf("%s: no names", d.Kind)
		}
		if !d.Key && d.Unchecked == "" && d.Kind != credential.DisposableToken && d.Kind != credential.UnknownCredential {
			t.Errorf("%s: it is not a key, and would be sent to the service", d.Kind)
		}
	}
}
