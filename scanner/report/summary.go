package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/momentolint/momentolint/scanner/finding"
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

var summarySigns = map[finding.Status]string{
	finding.StatusLive: "🔴 live", finding.StatusUnverified: "🟠 unverified",
	finding.StatusExpired: "⚪ expired", finding.StatusDead: "⚪ dead",
}

// Summary writes a job summary for GitHub Actions, in Markdown: a table of the
// credentials, where each one is, and what to do. It stays below GitHub's
// limit, and says how much it left out for that.
func Summary(w io.Writer, r *finding.Report) error {
	v := newView(r, false)
	b := &boundedText{limit: maxSummary - summaryReserve}
	groups := v.groups()
	b.must("## momentolint\n\n")
	b.must(markdown(v.foundWords()) + " " + markdown(v.lookedWords()) + "\n\n")
	if v.Incomplete {
		b.must("> [!WARNING]\n> The run is incomplete: something was not looked at.\n\n")
	}
	v.summarySecrets(b, groups)
	v.summaryBreaches(b, groups)
	v.summaryRest(b)
	if _, err := io.WriteString(w, b.String()); err != nil {
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
	b.must("| | Credential | May do | Expires | Where |\n| --- | --- | --- | --- | --- |\n")
	// The table gets half of the room, the details the rest.
	half := b.limit / 2
	shown := 0
	for _, g := range secrets {
		where := markdownCode(placeWords(g.places[0]))
		if n := len(g.places) - 1; n > 0 {
			where += " and " + count(n, "more place", "more places")
		}
		row := "| " + summarySigns[g.status] + " | " + markdown(g.title()) + " " + markdownCode(g.head.Fingerprint) +
			" | " + markdown(finding.ScopeWords(g.scope)) + " | " + markdown(v.expiresWords(g.facts)) + " | " + where + " |\n"
		if b.Len()+len(row) > half {
			break
		}
		b.must(row)
		shown++
	}
	if left := len(secrets) - shown; left > 0 {
		b.must("\n" + count(left, "more credential", "more credentials") + " did not fit here; the full report has them.\n")
	}
	b.must("\n")
	advised := map[string]bool{}
	for i, g := range secrets {
		part := v.summarySecret(g, advised)
		if !b.may(part) {
			b.must("\n" + count(len(secrets)-i, "credential has", "credentials have") + " no details here; the full report has them.\n\n")
			break
		}
	}
}

func (v *view) summarySecret(g *group, advised map[string]bool) string {
	var s strings.Builder
	s.WriteString("<details><summary>" + summarySigns[g.status] + ": " + markdown(g.title()) + " " + markdownCode(g.head.Fingerprint) + "</summary>\n\n")
	if reason := clean(g.head.Verdict.Reason); reason != "" {
		s.WriteString("Status: " + markdown(string(g.status)+", "+reason) + "\n\n")
	}
	if key := v.keyWords(g); key != "" {
		s.WriteString("Key: " + markdown(key) + "\n\n")
	}
	if words := v.introducedWords(g); words != "" {
		s.WriteString("Came in: " + markdown(words) + "\n\n")
	}
	for i, f := range g.places {
		if i == maxSummaryPlaces {
			s.WriteString("- and " + count(len(g.places)-i, "more place", "more places") + "\n")
			break
		}
		s.WriteString("- " + markdownCode(placeWords(f)))
		if where := v.whereWords(f); where != "" {
			s.WriteString(" " + markdown(where))
		}
		if f.Advice != "" {
			s.WriteString(" " + markdown(clean(f.Advice)))
		}
		s.WriteString("\n")
	}
	own, common := v.steps(g)
	steps := own
	if !advised[g.head.Rule] {
		steps = slices.Concat(own, common)
		advised[g.head.Rule] = advised[g.head.Rule] || len(common) > 0
	}
	s.WriteString("\n")
	for i, step := range steps {
		s.WriteString(strconv.Itoa(i+1) + ". " + markdown(step) + "\n")
	}
	if g.known {
		s.WriteString("\n[" + g.head.Rule + "](" + g.rule.HelpURI() + ")\n")
	}
	s.WriteString("\n</details>\n\n")
	return s.String()
}

func (v *view) summaryBreaches(b *boundedText, groups []*group) {
	for _, g := range groups {
		if g.isSecret() {
			continue
		}
		head := "### " + markdown(g.title()) + "\n\n"
		if g.known {
			head += "[" + g.rule.ID + "](" + g.rule.HelpURI() + ")\n\n"
		}
		b.may(head)
		for i, f := range g.places {
			row := "- " + markdownCode(placeWords(f)) + " " + markdown(v.describe(f)) + "\n"
			if i >= fullBreaches || !b.may(row) {
				b.must("- and " + count(len(g.places)-i, "more place", "more places") + "\n")
				break
			}
		}
		b.may("\n")
	}
}

func (v *view) summaryRest(b *boundedText) {
	for _, note := range v.notes {
		b.may("> " + markdown(clean(note)) + "\n\n")
	}
	if words := v.silencedWords(); words != "" {
		b.may(markdown(words) + "\n\n")
	}
	if len(v.skipped) == 0 {
		return
	}
	b.may("<details><summary>Not looked at, or not wholly: " + markdown(skipWords(v.skipped)) + "</summary>\n\n")
	for i, s := range v.skipped {
		if i == maxSummarySkipped || !b.may("- "+markdownCode(clean(s.Path))+" "+markdown(clean(s.Reason))+"\n") {
			b.must("- and " + thousands(int64(len(v.skipped)-i)) + " more\n")
			break
		}
	}
	b.must("\n</details>\n")
}

// boundedText is a text that does not grow over its limit by may; must is for
// the few words that are always there, for which there is a reserve.
type boundedText struct {
	strings.Builder
	limit int
}

func (b *boundedText) must(s string) { b.WriteString(s) }

func (b *boundedText) may(s string) bool {
	if b.Len()+len(s) > b.limit {
		return false
	}
	b.WriteString(s)
	return true
}

// markdown makes a text that GitHub shows as it is, whatever in it could be
// markup, HTML, mathematics or a link.
func markdown(s string) string { return markdownEscaper.Replace(clean(s)) }

var markdownEscaper = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "~", `\~`, "|", `\|`, "!", `\!`, "#", `\#`, "$", `\$`,
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "://", ":&#47;/", "www.", "www&#46;", "WWW.", "WWW&#46;",
)

// markdownCode is markdown in a fixed-width font.
func markdownCode(s string) string { return "<code>" + markdown(s) + "</code>" }
