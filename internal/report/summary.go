package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/redact"
)

// maxSummary is how much GitHub takes as the summary of a step; more is
// dropped as a whole (actions/runner, FileCommandManager.cs). Some is kept
// back for what other tools of the step write.
const (
	maxSummary        = 1 << 20
	summaryReserve    = 64 << 10
	maxSummaryPlaces  = 20
	maxSummarySkipped = 100
)

func summarySign(s finding.Status) redact.Markdown {
	switch s {
	case finding.StatusLive:
		return redact.Markup("🔴 live")
	case finding.StatusUnverified:
		return redact.Markup("🟠 unverified")
	case finding.StatusExpired:
		return redact.Markup("⚪ expired")
	case finding.StatusDead:
		return redact.Markup("⚪ dead")
	}
	return redact.Markdown{}
}

// Summary writes a job summary for GitHub Actions, in Markdown: a table of the
// credentials, where each one is, and what to do. It stays below GitHub's
// limit, and says how much it left out for that.
func Summary(w io.Writer, r *finding.Report) error {
	v := newView(r)
	b := &boundedText{limit: maxSummary - summaryReserve}
	groups := v.groups()
	b.must(redact.Markup("## momentolint\n\n%s %s\n\n", v.foundWords(), v.lookedWords()))
	for _, u := range v.unread() {
		b.must(redact.Markup("> [!WARNING]\n> %s %s\n\n", u.words(), u.remark))
	}
	v.summarySecrets(b, groups)
	v.summaryBreaches(b, groups)
	v.summaryRest(b)
	if _, err := io.WriteString(w, b.text.String()); err != nil {
		return fmt.Errorf("writing the job summary: %w", err)
	}
	return nil
}

func (v *view) summarySecrets(b *boundedText, groups []*group) {
	var secrets []*group
	for _, g := range groups {
		if g.isSecret() {
			secrets = append(secrets, g)
		}
	}
	if len(secrets) == 0 {
		return
	}
	b.must(redact.Markup("| | Credential | May do | Expires | Where |\n| --- | --- | --- | --- | --- |\n"))
	// The table gets half of the room, the details the rest.
	half := b.limit / 2
	shown := 0
	for _, g := range secrets {
		where := placeWords(g.places[0]).MarkdownCode()
		if n := len(g.places) - 1; n > 0 {
			where = redact.Markup("%s and %s", where, count(n, "more place", "more places"))
		}
		row := redact.Markup("| %s | %s %s | %s | %s | %s |\n", summarySign(g.status), g.title(), redact.Of(g.head.Fingerprint).MarkdownCode(),
			finding.ScopeWords(g.scope), v.expiresWords(g.facts), where)
		if b.text.Len()+row.Len() > half {
			break
		}
		b.must(row)
		shown++
	}
	if left := len(secrets) - shown; left > 0 {
		b.must(redact.Markup("\n%s did not fit here; the full report has them.\n", count(left, "more credential", "more credentials")))
	}
	b.must(redact.Markup("\n"))
	advised := map[string]bool{}
	for i, g := range secrets {
		part := v.summarySecret(g, advised)
		if !b.may(part...) {
			b.must(redact.Markup("\n%s no details here; the full report has them.\n\n", count(len(secrets)-i, "credential has", "credentials have")))
			break
		}
	}
}

func (v *view) summarySecret(g *group, advised map[string]bool) []redact.Markdown {
	var parts []redact.Markdown
	add := func(part redact.Markdown) { parts = append(parts, part) }
	add(redact.Markup("<details><summary>%s: %s %s</summary>\n\n", summarySign(g.status), g.title(), redact.Of(g.head.Fingerprint).MarkdownCode()))
	if g.head.Verdict.Reason != "" {
		add(redact.Markup("Status: %s, %s\n\n", g.status, g.head.Verdict.Reason))
	}
	if key := v.keyWords(g); !key.IsEmpty() {
		add(redact.Markup("Key: %s\n\n", key))
	}
	if words := v.introducedWords(g); !words.IsEmpty() {
		add(redact.Markup("Came in: %s\n\n", words))
	}
	for i, f := range g.places {
		if i == maxSummaryPlaces {
			add(redact.Markup("- and %s\n", count(len(g.places)-i, "more place", "more places")))
			break
		}
		row := redact.Markup("- %s", placeWords(f).MarkdownCode())
		if where := v.whereWords(f); !where.IsEmpty() {
			row = redact.Markup("%s %s", row, where)
		}
		if f.Advice != "" {
			row = redact.Markup("%s %s", row, f.Advice)
		}
		add(redact.Markup("%s\n", row))
	}
	common, own := v.steps(g)
	steps := own
	if !advised[g.head.Rule] {
		steps = slices.Concat(common, own)
		advised[g.head.Rule] = advised[g.head.Rule] || len(common) > 0
	}
	add(redact.Markup("\n"))
	for i, step := range steps {
		add(redact.Markup("%d. %s\n", i+1, step))
	}
	if g.known {
		add(redact.Markup("\n%s\n", redact.Link(redact.Of(g.head.Rule), g.rule.HelpURI())))
	}
	add(redact.Markup("\n</details>\n\n"))
	return parts
}

func (v *view) summaryBreaches(b *boundedText, groups []*group) {
	for _, g := range groups {
		if g.isSecret() {
			continue
		}
		b.may(redact.Markup("### %s\n\n", g.title()))
		if g.known {
			b.may(redact.Markup("%s\n\n", redact.Link(redact.Of(g.rule.ID), g.rule.HelpURI())))
		}
		for i, f := range g.places {
			row := redact.Markup("- %s %s\n", placeWords(f).MarkdownCode(), v.describe(f))
			if i >= fullBreaches || !b.may(row) {
				b.must(redact.Markup("- and %s\n", count(len(g.places)-i, "more place", "more places")))
				break
			}
		}
		b.may(redact.Markup("\n"))
	}
}

func (v *view) summaryRest(b *boundedText) {
	for _, note := range v.notes {
		b.may(redact.Markup("> %s\n\n", note))
	}
	v.summaryExcluded(b)
	for _, u := range v.unread() {
		b.must(redact.Markup("<details><summary>%s</summary>\n\n", u.words()))
		for i, e := range u.entries {
			if i == maxSummarySkipped || !b.may(redact.Markup("- %s %s\n", redact.Of(e.Path).MarkdownCode(), e.Reason)) {
				b.must(redact.Markup("- and %s more\n", thousands(int64(len(u.entries)-i))))
				break
			}
		}
		b.must(redact.Markup("\n</details>\n\n"))
	}
}

// summaryExcluded lists what was excluded, by what, so that a change of it is
// seen in a pull request.
func (v *view) summaryExcluded(b *boundedText) {
	list := v.exclusions()
	if len(list) == 0 {
		return
	}
	b.must(redact.Markup("Excluded: %s\n\n", thousands(int64(v.Summary.ExcludedCount()))))
	for i, words := range list {
		if i == maxSummarySkipped || !b.may(redact.Markup("- %s\n", words)) {
			b.must(redact.Markup("- and %s more\n", thousands(int64(len(list)-i))))
			break
		}
	}
	b.must(redact.Markup("\n"))
}

// boundedText is a text that does not grow over its limit by may; must is for
// the few words that are always there, for which there is a reserve.
type boundedText struct {
	text  strings.Builder
	limit int
}

func (b *boundedText) must(m redact.Markdown) { b.text.WriteString(m.String()) }

// may adds all parts, or none where they do not fit, and reports whether they
// did.
func (b *boundedText) may(parts ...redact.Markdown) bool {
	size := 0
	for _, m := range parts {
		size += m.Len()
	}
	if b.text.Len()+size > b.limit {
		return false
	}
	for _, m := range parts {
		b.must(m)
	}
	return true
}
