package report

import (
	"slices"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/rule"
)

// Revoking a key breaks what uses it: the advice on every kind of key is the
// runbook's, first the successor and its deployment, then the end of the old one.
func TestTheAdviceIsInTheOrderOfTheRunbook(t *testing.T) {
	for _, d := range credential.Descriptors() {
		if !d.Key {
			continue
		}
		place := func(word string) int {
			return slices.IndexFunc(d.Fix, func(step string) bool { return strings.Contains(step, word) })
		}
		create, deploy, verify := place("successor"), place("Deploy"), place("verify")
		end := max(place("revoke it"), place("to revoke"))
		if create != 0 || deploy <= create || verify < deploy || end <= verify {
			t.Errorf("%s: %q", d.Kind, d.Fix)
		}
		page := rule.Rule{ID: d.Rule}.Help()
		if a, b := strings.Index(page, "uccessor"), strings.LastIndex(page, "evoke"); d.Kind != credential.V1JWT && (a < 0 || b < a) {
			t.Errorf("%s: the page of the rule has another order", d.Kind)
		}
	}
	r := &finding.Report{Now: now, Findings: []finding.Finding{
		at(parse(t, credentialtest.V2(credentialtest.Options{KeyID: "id-a"})), "a.env", 1, "K=", ""),
		at(parse(t, credentialtest.V2(credentialtest.Options{KeyID: "id-b"})), "b.env", 1, "K=", ""),
	}}
	out := text(t, r, TextOptions{Width: 200})
	for _, pair := range [][2]string{{"1. Create its successor", "2. Deploy"}, {"2. Deploy", "3. When nothing uses it any more, or at once if it is being abused, revoke it: momentolint revoke id-"}, {"3. When", "As above. When"}} {
		if a, b := strings.Index(out, pair[0]), strings.Index(out, pair[1]); a < 0 || b < a {
			t.Errorf("%q does not come before %q in\n%s", pair[0], pair[1], out)
		}
	}
	for _, id := range []string{"id-a", "id-b"} {
		if !strings.Contains(out, "momentolint revoke "+id) {
			t.Errorf("how to revoke %s is not said", id)
		}
	}
	if strings.Contains(out, "KEY_ID") {
		t.Error("an id is left out")
	}
}
