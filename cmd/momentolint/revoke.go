package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/account"
	"github.com/momentolint/momentolint/internal/cli"
	"github.com/momentolint/momentolint/internal/inspect"
	"github.com/momentolint/momentolint/internal/redact"
	"github.com/momentolint/momentolint/internal/userfile"
)

// revokeFlags are the flags of "revoke".
type revokeFlags struct {
	management                                  managementFlags
	from, format                                string
	yes, dryRun, includeSelf, includeUnverified bool
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
` + inspect.AfterALeak + `

With --from, the live v2 keys of a report are revoked. Where the report has keys of
which it is not known whether they are live (made with --offline, the service out of
reach, cut keys, refresh tokens), revoke says how many and exits with 2;
--include-unverified revokes them as well.

Exit code: 0 all revoked, 2 not all, or nothing was done.`,
		Example: `  momentolint revoke 3f2a1b9c-77d0
  momentolint scan --history --format json > found.json
  momentolint revoke --from found.json --dry-run
  momentolint revoke --from found.json --yes`,
		RunE: func(cmd *cobra.Command, args []string) error { return a.revoke(cmd, args, &f) },
	}
	fs := cmd.Flags()
	fs.StringVar(&f.from, "from", "", "revoke the live v2 keys of the JSON report in `FILE`, - = standard input")
	fs.BoolVar(&f.includeUnverified, "include-unverified", false, "with --from, also revoke the keys that were not checked")
	fs.StringVar(&f.format, "format", "text", "print as `FORMAT`: text or json")
	fs.BoolVar(&f.yes, "yes", false, "do not ask")
	fs.BoolVar(&f.dryRun, "dry-run", false, "only show what would be revoked")
	fs.BoolVar(&f.includeSelf, "including-self", false, "also revoke the key that this command uses, as the last one")
	f.management.add(fs)
	return cmd
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
	ids, left, err := a.toRevoke(cmd, args, f)
	if err != nil {
		return err
	}
	list := account.NewRevocations(ids)
	client, own, err := f.management.client(a)
	if err != nil {
		return err
	}
	defer client.Close()
	switch {
	case len(list) == 0 && left:
		// toRevoke has said what is left.
		return cli.Print(a.err, redact.Literal("momentolint: nothing was revoked"))
	case len(list) == 0:
		return cli.Print(a.err, redact.Literal("momentolint: nothing to revoke"))
	}
	ctx := cmd.Context()
	if err := a.describe(ctx, client, list); err != nil {
		return err
	}
	// The command does not saw off the branch it sits on.
	if f.includeSelf {
		list = list.PutLast(own)
	} else {
		list.LeaveOut(own, "it is the key that this command uses (--including-self revokes it, as the last)")
	}
	plan := a.out
	if f.format == "json" {
		plan = a.err
	}
	if err := (inspect.Revocations{List: list, DryRun: f.dryRun}).Plan(plan, inspect.Look{Width: cli.Width(plan)}); err != nil {
		return err
	}
	if f.dryRun {
		list.Pretend()
	} else {
		if !f.yes && list.Pending() > 0 {
			if err := a.confirm(); err != nil {
				return err
			}
		}
		client.RevokeAll(ctx, list)
	}
	return a.reportRevocations(list, f)
}

// toRevoke returns the ids of the keys that are named, and of those that the
// report names. It prints what it leaves alone; left reports whether there is
// something.
func (a *app) toRevoke(cmd *cobra.Command, args []string, f *revokeFlags) (ids []string, left bool, err error) {
	switch {
	case f.from == "" && f.includeUnverified:
		return nil, false, cli.Wrong(cmd, errors.New("--include-unverified is for the keys of a report: add --from"))
	case f.from == "" && len(args) == 0:
		return nil, false, cli.Wrong(cmd, errors.New("no KEY_ID: name the keys to revoke, or a report with --from"))
	case f.from == "":
		return args, false, nil
	case f.from == "-" && !f.yes && !f.dryRun:
		return nil, false, cli.Wrong(cmd, errors.New("--from - uses standard input, so revoke cannot prompt: add --yes or --dry-run"))
	}
	s, err := a.selection(cmd.Context(), f.from)
	if err != nil {
		return nil, false, fmt.Errorf("reading the report %s: %w", f.from, err)
	}
	if s.Others > 0 {
		_ = cli.Print(a.err, redact.Sprintf("momentolint: the report has %s that cannot be revoked by id; see %s",
			cli.Plural(s.Others, "live credential of another kind"), inspect.AfterALeak))
	}
	left = s.Others > 0
	ids = slices.Concat(args, s.Live)
	if n := len(s.Unverified); n > 0 && !f.includeUnverified {
		a.code = exitFailed
		_ = cli.Print(a.err, redact.Sprintf("momentolint: the report has %s of which it is not known whether they are live: not revoked (--include-unverified revokes them)",
			cli.Plural(n, "unverified v2 key")))
		return ids, true, nil
	}
	return slices.Concat(ids, s.Unverified), left, nil
}

// maxReport is the largest report that revoke reads, in bytes.
const maxReport = 1 << 30

// selection reads a report.
func (a *app) selection(ctx context.Context, path string) (account.Selection, error) {
	var source io.ReadCloser
	if path == "-" {
		// The program's own standard input stays open.
		source = userfile.Interruptible(ctx, struct{ io.Reader }{a.in})
	} else {
		// Standard input is for the answer.
		var err error
		if source, err = userfile.Stream(ctx, path); err != nil {
			return account.Selection{}, err
		}
	}
	defer func() { _ = source.Close() }()
	return account.ReadReport(userfile.Text(source, maxReport))
}

// describe looks the keys up in the account. A key that may revoke need not be
// able to list, so only a key that is refused altogether is an error.
func (a *app) describe(ctx context.Context, client *account.Client, list account.Revocations) error {
	switch err := client.Describe(ctx, list); {
	case errors.Is(err, account.ErrRefused), err != nil && ctx.Err() != nil:
		return err
	case err != nil:
		_ = cli.Print(a.err, redact.Sprintf("momentolint: the keys cannot be described: %s", err))
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

// reportRevocations says what became of every key.
func (a *app) reportRevocations(list account.Revocations, f *revokeFlags) error {
	if list.Done() < len(list) {
		a.code = exitFailed
	}
	if f.format == "json" {
		return inspect.Revocations{List: list, DryRun: f.dryRun}.JSON(a.out, buildVersion())
	}
	if f.dryRun {
		return nil
	}
	return inspect.Revocations{List: list}.Text(a.out)
}
