package inspect

import (
	"bufio"
	"fmt"
	"io"

	"github.com/momentolint/momentolint/internal/account"
	"github.com/momentolint/momentolint/internal/cli"
)

// Revocations are keys to revoke, or their outcomes.
type Revocations struct {
	List account.Revocations
	// DryRun is set if nothing is revoked.
	DryRun bool
}

// Plan writes which keys are about to be revoked.
func (rs Revocations) Plan(w io.Writer, l Look) error {
	p := &page{bufio.NewWriter(w), l}
	verb := "About to revoke"
	if rs.DryRun {
		verb = "Would revoke"
	}
	p.line(fmt.Sprintf("%s %s:", verb, cli.Plural(rs.List.Pending(), "API key")))
	p.line("")
	var rows [][]string
	var descriptions []string
	for _, r := range rs.List {
		if r.Outcome != "" {
			continue
		}
		row, description := []string{whole(r.ID), "unknown", "unknown", "unknown"}, "unknown"
		if r.Entry != nil {
			k := auditedKey{Entry: *r.Entry}
			if row, description = k.cells(), scrub(r.Entry.Description); r.Entry.Description == "" {
				description = "(none)"
			}
		}
		rows, descriptions = append(rows, row), append(descriptions, description)
	}
	if len(rows) > 0 {
		p.keys("  ", rows, "DESCRIPTION", func(i int) string { return descriptions[i] }, func(int) {})
	}
	for _, r := range rs.List {
		if r.Outcome != "" {
			p.line(fmt.Sprintf("  not %s: %s", whole(r.ID), r.Reason))
		}
	}
	p.line("")
	if err := p.out.Flush(); err != nil {
		return fmt.Errorf("writing what is about to be revoked: %w", err)
	}
	return nil
}

// Text writes the outcome of each key as text.
func (rs Revocations) Text(w io.Writer) error {
	p := &page{bufio.NewWriter(w), Look{}}
	for _, r := range rs.List {
		line := fmt.Sprintf("  %-9s  %s", r.Outcome, whole(r.ID))
		if r.Reason != "" {
			line += ": " + r.Reason
		}
		p.line(line)
	}
	p.line("")
	p.line(fmt.Sprintf("%d of %s revoked.", rs.List.Done(), cli.Plural(len(rs.List), "API key")))
	if err := p.out.Flush(); err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	return nil
}

// JSON writes the outcomes as JSON; version is that of the program.
func (rs Revocations) JSON(w io.Writer, version string) error {
	type one struct {
		KeyID   string          `json:"key_id"`
		Outcome account.Outcome `json:"outcome"`
		Reason  *string         `json:"reason"`
	}
	out := struct {
		SchemaVersion int      `json:"schema_version"`
		Tool          toolJSON `json:"tool"`
		DryRun        bool     `json:"dry_run"`
		Revocations   []one    `json:"revocations"`
	}{1, toolJSON{"momentolint", version}, rs.DryRun, []one{}}
	for _, r := range rs.List {
		out.Revocations = append(out.Revocations, one{r.ID, r.Outcome, orNull(r.Reason)})
	}
	return cli.WriteJSON(w, out)
}
