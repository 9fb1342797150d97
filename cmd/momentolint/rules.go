package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/momentolint/momentolint/internal/cli"
	"github.com/momentolint/momentolint/internal/export"
	"github.com/momentolint/momentolint/internal/redact"
	"github.com/momentolint/momentolint/internal/rule"
	"github.com/momentolint/momentolint/internal/words"
)

func newRulesCommand(a *app) *cobra.Command {
	format := "text"
	cmd := &cobra.Command{
		Use:   "rules [RULE]",
		Short: "Print every rule, what it means and how to fix it",
		Long: `rules prints what momentolint reports: every rule, or one with all there is to
say about it. With --format it prints them as configuration for another
scanner, as far as that scanner can express them.`,
		Example: `  momentolint rules                             # all of them
  momentolint rules momento-api-key-v1          # one, and how to fix what it finds
  momentolint rules --format gitleaks > momento.toml
  gitleaks dir --config momento.toml .`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			list := rule.All()
			if len(args) == 1 {
				r, ok := rule.ByID(args[0])
				if !ok {
					return cli.Wrong(cmd, unknownRule(args[0], list))
				}
				list = []rule.Rule{r}
			}
			switch {
			case format == "json":
				return a.rulesJSON(list)
			case slices.Contains(export.Formats(), format):
				if len(args) == 1 {
					return cli.Wrong(cmd, fmt.Errorf("--format %s prints all rules; leave out %q", format, args[0]))
				}
				return export.Write(a.out, format)
			case format != "text":
				return cli.Wrong(cmd, fmt.Errorf("--format %q: want %s", format, ruleFormats()))
			case len(args) == 1:
				return a.ruleText(list[0])
			}
			return a.rulesTable(list)
		},
	}
	cmd.Flags().StringVar(&format, "format", format, "print as `FORMAT`: text, json, or configuration for another scanner: "+strings.Join(export.Formats(), ", "))
	return cmd
}

// ruleFormats are the names that --format takes.
func ruleFormats() string {
	return strings.Join(append([]string{"text", "json"}, export.Formats()...), ", ")
}

func unknownRule(id string, list []rule.Rule) error {
	ids := make([]string, len(list))
	for i, r := range list {
		ids[i] = r.ID
	}
	if near := words.Nearest(id, ids); near != "" {
		return fmt.Errorf("unknown rule %q: did you mean %q?", id, near)
	}
	return fmt.Errorf("unknown rule %q", id)
}

func (a *app) rulesTable(list []rule.Rule) error {
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, r := range list {
		if err := cli.Print(w, redact.Sprintf("%s\t%s\t%s", r.ID, r.Severity(), r.Short)); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return cli.Print(a.out, redact.Text{}, redact.Literal("Run \"momentolint rules RULE\" for what a rule means and how to fix what it finds."))
}

func (a *app) ruleText(r rule.Rule) error {
	none := redact.Text{}
	lines := []redact.Text{redact.Sprintf("%s (%s)", r.ID, r.Severity()), none, redact.Of(r.Title), none, redact.OfLines(r.Full), none}
	for i, step := range r.Fix {
		lines = append(lines, redact.Sprintf("%d. %s", i+1, step))
	}
	return cli.Print(a.out, append(lines, none, redact.Of(r.HelpURI()))...)
}

func (a *app) rulesJSON(list []rule.Rule) error {
	type ruleJSON struct {
		ID       string   `json:"id"`
		Class    string   `json:"class"`
		Kind     string   `json:"kind,omitempty"`
		Title    string   `json:"title"`
		Severity string   `json:"severity"`
		Short    string   `json:"short"`
		Full     string   `json:"full"`
		Fix      []string `json:"fix"`
		Help     string   `json:"help"`
	}
	out := make([]ruleJSON, len(list))
	for i, r := range list {
		out[i] = ruleJSON{r.ID, string(r.Class), string(r.Kind), r.Title, string(r.Severity()), r.Short, r.Full, r.Fix, r.HelpURI()}
	}
	return cli.WriteJSON(a.out, out)
}
