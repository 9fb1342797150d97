package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/cmd/internal/cli"
	"github.com/momentolint/momentolint/internal/redact"
	"github.com/momentolint/momentolint/internal/userfile"
	"github.com/momentolint/momentolint/scanner/account"
	"github.com/momentolint/momentolint/scanner/finding"
)

// revokeFlags are the flags of "revoke".
type revokeFlags struct {
	management               managementFlags
	from, format             string
	yes, dryRun, includeSelf bool
}

func newRevokeCommand(a *app) *cobra.Command {
	var f revokeFlags
	cmd := &cobra.Command{
		Use:   "revoke KEY_ID…",
		Short: "Revoke API keys of the account, for good",
		Long: `revoke revokes API keys by their ids, through the management API. It shows what
it is about to revoke and asks first. Key ids are in the output of scan, inspect
and audit. What uses a revoked key fails at once, and nothing brings it back.

The key it works with comes from MOMENTO_API_KEY, or from the variable that
--key-env names; it has to be a v2 key with a role that may manage API keys. That
key itself is revoked only with --including-self, as the last one.

Only v2 keys have ids. What to do about the other kinds is in
` + afterALeak + `

Exit code: 0 all revoked, 2 not all, or nothing was done.`,
		Example: `  momentolint revoke 3f2a1b9c-77d0
  momentolint scan --history --format json > found.json
  momentolint revoke --from found.json --dry-run
  momentolint revoke --from found.json --yes`,
		RunE: func(cmd *cobra.Command, args []string) error { return a.revoke(cmd, args, &f) },
	}
	fs := cmd.Flags()
	fs.StringVar(&f.from, "from", "", "revoke the live v2 keys of the JSON report in `FILE`, - = standard input")
	fs.StringVar(&f.format, "format", "text", "print as `FORMAT`: text or json")
	fs.BoolVar(&f.yes, "yes", false, "do not ask")
	fs.BoolVar(&f.dryRun, "dry-run", false, "only show what would be revoked")
	fs.BoolVar(&f.includeSelf, "including-self", false, "also revoke the key that this command uses, as the last one")
	f.management.add(fs)
	return cmd
}

// outcome is what became of one key. The values are those of the JSON output.
type outcome string

// The outcomes.
const (
	outcomeRevoked  outcome = "revoked"
	outcomeFailed   outcome = "failed"
	outcomeUnknown  outcome = "unknown"
	outcomeLeftOut  outcome = "left-out"
	outcomeNotTried outcome = "not-tried"
	outcomeWould    outcome = "would-revoke"
)

// revocation is one key that is to be revoked, and what became of it.
type revocation struct {
	id      string
	entry   *account.Entry
	outcome outcome
	reason  string
}

// revoke is the command.
func (a *app) revoke(cmd *cobra.Command, args []string, f *revokeFlags) error {
	wrong := func(format string, v ...any) error {
		return cli.Wrong(cmd, fmt.Errorf(format, v...))
	}
	if f.format != "text" && f.format != "json" {
		return wrong("--format %q: want text or json", f.format)
	}
	for _, id := range args {
		if len(credential.ParseAll([]byte(id))) > 0 {
			return wrong("revoke takes key ids, and this is a credential: it is in the shell's history now. " +
				"Feed it to \"momentolint inspect\" to learn its key id")
		}
	}
	ids := slices.Clone(args)
	if f.from != "" {
		if f.from == "-" && !f.yes && !f.dryRun {
			return wrong("--from - leaves no standard input to ask on: add --yes or --dry-run")
		}
		found, others, err := a.idsOf(cmd.Context(), f.from)
		if err != nil {
			return err
		}
		ids = append(ids, found...)
		if others > 0 {
			_ = cli.Print(a.err, redact.Sprintf("momentolint: the report has %s that cannot be revoked by id; see %s",
				plural(others, "live credential of another kind"), afterALeak))
		}
	} else if len(ids) == 0 {
		return wrong("no KEY_ID: name the keys to revoke, or a report with --from")
	}
	list := unique(ids)
	client, own, err := f.management.client(a)
	if err != nil {
		return err
	}
	defer client.Close()
	if len(list) == 0 {
		return cli.Print(a.err, redact.Literal("momentolint: the report names no live v2 key: nothing to revoke"))
	}
	ctx := cmd.Context()
	if err := a.describe(ctx, client, list); err != nil {
		return err
	}
	list = setSelfApart(list, own, f.includeSelf)
	plan := a.out
	if f.format == "json" {
		plan = a.err
	}
	if err := writePlan(plan, look{width: cli.Width(plan)}, list, f.dryRun); err != nil {
		return err
	}
	if !f.dryRun {
		if !f.yes && pending(list) > 0 {
			if err := a.confirm(); err != nil {
				return err
			}
		}
		revokeAll(ctx, client, list)
	}
	return a.reportRevocations(list, f)
}

// maxReport is the largest report that revoke reads, in bytes.
const maxReport = 1 << 30

// idsOf takes the key ids of the live v2 keys out of a JSON report, and counts
// live credentials of other kinds.
func (a *app) idsOf(ctx context.Context, path string) (ids []string, others int, err error) {
	var source io.ReadCloser
	if path == "-" {
		// The program's own standard input stays open.
		source = userfile.Interruptible(ctx, struct{ io.Reader }{a.in})
	} else {
		// Standard input is for the answer.
		if source, err = userfile.Stream(ctx, path); err != nil {
			return nil, 0, fmt.Errorf("reading the report: %w", err)
		}
	}
	defer func() { _ = source.Close() }()
	var report struct {
		SchemaVersion int `json:"schema_version"`
		Findings      []struct {
			Kind        *string `json:"kind"`
			KeyID       *string `json:"key_id"`
			Status      string  `json:"status"`
			Fingerprint string  `json:"fingerprint"`
		} `json:"findings"`
	}
	if err := json.NewDecoder(userfile.Text(source, maxReport)).Decode(&report); err != nil {
		return nil, 0, fmt.Errorf("reading the report %s: %w", path, err)
	}
	if report.SchemaVersion != 1 {
		return nil, 0, fmt.Errorf("reading the report %s: it is no JSON report of schema version 1 (momentolint scan --format json)", path)
	}
	seen := map[string]bool{}
	for _, f := range report.Findings {
		if f.Status != string(finding.StatusLive) || seen[f.Fingerprint] {
			continue
		}
		seen[f.Fingerprint] = true
		if f.Kind != nil && *f.Kind == string(credential.APIKeyV2) && f.KeyID != nil && *f.KeyID != "" {
			ids = append(ids, *f.KeyID)
		} else {
			others++
		}
	}
	return ids, others, nil
}

func unique(ids []string) []*revocation {
	var list []*revocation
	seen := map[string]bool{}
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			list = append(list, &revocation{id: id})
		}
	}
	return list
}

// describe looks the keys up in the account. A key that may revoke need not be
// able to list, so only a key that is refused altogether is an error.
func (a *app) describe(ctx context.Context, client *account.Client, list []*revocation) error {
	entries, err := client.Inventory(ctx)
	known := map[string]*account.Entry{}
	for i := range entries {
		known[entries[i].ID] = &entries[i]
	}
	for _, r := range list {
		r.entry = known[r.id]
		if r.entry == nil && err == nil {
			r.outcome, r.reason = outcomeFailed, "no key of this account has the id (revoked already?)"
		}
	}
	switch {
	case errors.Is(err, account.ErrRefused), err != nil && ctx.Err() != nil:
		return err
	case err != nil:
		_ = cli.Print(a.err, redact.Sprintf("momentolint: the keys cannot be described: %s", err))
	}
	return nil
}

// setSelfApart keeps the command from sawing off the branch it sits on: the
// key in use is left out, or comes last.
func setSelfApart(list []*revocation, own string, include bool) []*revocation {
	i := slices.IndexFunc(list, func(r *revocation) bool { return own != "" && r.id == own })
	if i < 0 {
		return list
	}
	self := list[i]
	if !include {
		self.outcome, self.reason = outcomeLeftOut, "it is the key that this command uses (--including-self revokes it, as the last)"
		return list
	}
	return append(slices.Delete(list, i, i+1), self)
}

func pending(list []*revocation) int {
	n := 0
	for _, r := range list {
		if r.outcome == "" {
			n++
		}
	}
	return n
}

// writePlan shows what is about to be revoked.
func writePlan(w io.Writer, l look, list []*revocation, dryRun bool) error {
	p := &page{bufio.NewWriter(w), l}
	verb := "About to revoke"
	if dryRun {
		verb = "Would revoke"
	}
	p.line(fmt.Sprintf("%s %s:", verb, plural(pending(list), "API key")))
	p.line("")
	var rows [][]string
	var descriptions []string
	for _, r := range list {
		if r.outcome != "" {
			continue
		}
		row, description := []string{whole(r.id), "unknown", "unknown", "unknown"}, "unknown"
		if r.entry != nil {
			k := auditedKey{Entry: *r.entry}
			if row, description = k.cells(), scrub(r.entry.Description); r.entry.Description == "" {
				description = "(none)"
			}
		}
		rows, descriptions = append(rows, row), append(descriptions, description)
	}
	if len(rows) > 0 {
		p.keys("  ", rows, "DESCRIPTION", func(i int) string { return descriptions[i] }, func(int) {})
	}
	for _, r := range list {
		if r.outcome != "" {
			p.line(fmt.Sprintf("  not %s: %s", whole(r.id), r.reason))
		}
	}
	p.line("")
	if err := p.out.Flush(); err != nil {
		return fmt.Errorf("writing what is about to be revoked: %w", err)
	}
	return nil
}

// confirm asks on the terminal, or whatever standard input is.
func (a *app) confirm() error {
	cli.Prompt(a.err, redact.Literal("Revoke them for good? What uses them fails at once. Type yes: "))
	answer, err := bufio.NewReader(io.LimitReader(a.in, 1<<10)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("reading the answer: %w", err)
	}
	if strings.TrimSpace(answer) != "yes" {
		if answer == "" {
			return errors.New("nothing was revoked: there was no answer (--yes revokes without asking)")
		}
		return errors.New("nothing was revoked")
	}
	return nil
}

// revokeAll revokes the keys one by one. A failure of one is no reason to
// leave the next alive, unless the key in use is refused.
func revokeAll(ctx context.Context, client *account.Client, list []*revocation) {
	refused := ""
	for _, r := range list {
		switch {
		case r.outcome != "":
			continue
		case refused != "":
			r.outcome, r.reason = outcomeNotTried, refused
			continue
		case ctx.Err() != nil:
			r.outcome, r.reason = outcomeNotTried, "interrupted"
			continue
		}
		err := client.Revoke(ctx, r.id)
		var answer *account.Error
		switch {
		case err == nil:
			r.outcome = outcomeRevoked
		case errors.Is(err, account.ErrRefused):
			r.outcome, r.reason = outcomeFailed, account.ErrRefused.Error()
			refused = "the key in use is refused"
		case errors.As(err, &answer) && answer.Status >= 400 && answer.Status < 500:
			r.outcome, r.reason = outcomeFailed, answer.Reason
		case answer != nil:
			r.outcome, r.reason = outcomeUnknown, answer.Reason+"; it may or may not be revoked, see momentolint audit"
		default:
			r.outcome, r.reason = outcomeFailed, err.Error()
		}
	}
}

// reportRevocations says what became of every key.
func (a *app) reportRevocations(list []*revocation, f *revokeFlags) error {
	done := 0
	for _, r := range list {
		if r.outcome == "" {
			r.outcome = outcomeWould
		}
		if r.outcome == outcomeRevoked || r.outcome == outcomeWould {
			done++
		}
	}
	if done < len(list) {
		a.code = exitFailed
	}
	if f.format == "json" {
		return revocationsJSON(a.out, list, f.dryRun)
	}
	if f.dryRun {
		return nil
	}
	p := &page{bufio.NewWriter(a.out), look{}}
	for _, r := range list {
		line := fmt.Sprintf("  %-9s  %s", r.outcome, whole(r.id))
		if r.reason != "" {
			line += ": " + r.reason
		}
		p.line(line)
	}
	p.line("")
	p.line(fmt.Sprintf("%d of %s revoked.", done, plural(len(list), "API key")))
	if err := p.out.Flush(); err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	return nil
}

func revocationsJSON(w io.Writer, list []*revocation, dryRun bool) error {
	type one struct {
		KeyID   string  `json:"key_id"`
		Outcome outcome `json:"outcome"`
		Reason  *string `json:"reason"`
	}
	out := struct {
		SchemaVersion int      `json:"schema_version"`
		Tool          toolJSON `json:"tool"`
		DryRun        bool     `json:"dry_run"`
		Revocations   []one    `json:"revocations"`
	}{1, toolJSON{"momentolint", buildVersion()}, dryRun, []one{}}
	for _, r := range list {
		out.Revocations = append(out.Revocations, one{r.id, r.outcome, orNull(r.reason)})
	}
	return writeJSON(w, out)
}
