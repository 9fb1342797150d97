package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/momentolint/momentolint/internal/account"
	"github.com/momentolint/momentolint/internal/cli"
	"github.com/momentolint/momentolint/internal/config"
	"github.com/momentolint/momentolint/internal/inspect"
)

// managementFlags selects the account that audit and revoke work on.
type managementFlags struct {
	keyEnv, url string
}

func (f *managementFlags) add(fs *pflag.FlagSet) {
	fs.StringVar(&f.keyEnv, "key-env", "MOMENTO_API_KEY", "use the API key in the environment variable `NAME`; it needs the right to manage keys")
	fs.StringVar(&f.url, "management-url", "", "send every management call to `URL` instead")
}

// client returns a client, and the id of the key that it uses, "" if unknown.
func (f *managementFlags) client(a *app) (*account.Client, string, error) {
	key, err := a.env().Key(f.keyEnv)
	if err != nil {
		return nil, "", fmt.Errorf("the key for the management API: %w", err)
	}
	c, err := account.New(key, account.Options{URL: f.url, Getenv: a.getenv, Version: buildVersion()})
	if err != nil {
		return nil, "", err
	}
	return c, key.KeyID, nil
}

// auditFlags are the flags of "audit".
type auditFlags struct {
	management                    managementFlags
	format, expiryWarning, maxAge string
	noColor, verbose              bool
}

func newAuditCommand(a *app) *cobra.Command {
	var f auditFlags
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "List the account's API keys that are a risk",
		Long: `audit lists the account's API keys with their roles, through the management API,
and says which never expire, expire soon, have expired, can do everything, can
make other keys, are old, or have no description. It changes nothing.

The key it works with comes from MOMENTO_API_KEY, or from the variable that
--key-env names; it has to be a v2 key with a role that may read API keys.

Exit code: 0 nothing found, 1 found, 2 the keys could not be listed, or not all.`,
		Example: `  momentolint audit
  momentolint audit --expiry-warning 14d --max-age 90d
  momentolint audit --format json | jq '.keys[] | select(.problems != [])'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.audit(cmd, &f) },
	}
	fs := cmd.Flags()
	fs.StringVar(&f.format, "format", "text", "print as `FORMAT`: text or json")
	fs.StringVar(&f.expiryWarning, "expiry-warning", "30d", "report keys that expire within this `TIME`")
	fs.StringVar(&f.maxAge, "max-age", "365d", "report keys that are older than this `TIME`, 0 = none")
	fs.BoolVar(&f.noColor, "no-color", false, "no colours")
	fs.BoolVar(&f.verbose, "verbose", false, "also show the keys that are in order, and what each may do")
	f.management.add(fs)
	return cmd
}

// audit is the command.
func (a *app) audit(cmd *cobra.Command, f *auditFlags) error {
	wrong := func(err error) error { return cli.Wrong(cmd, err) }
	if f.format != "text" && f.format != "json" {
		return wrong(fmt.Errorf("--format %q: want text or json", f.format))
	}
	warning, err := config.ParseDuration(f.expiryWarning)
	if err != nil {
		return wrong(fmt.Errorf("--expiry-warning: %w", err))
	}
	maxAge, err := config.ParseDuration(f.maxAge)
	if err != nil {
		return wrong(fmt.Errorf("--max-age: %w", err))
	}
	client, own, err := f.management.client(a)
	if err != nil {
		return err
	}
	defer client.Close()
	entries, failed := client.Inventory(cmd.Context())
	if failed != nil && len(entries) == 0 {
		return failed
	}
	r := inspect.NewAudit(entries, inspect.AuditOptions{Own: own, Now: a.now(), Warning: warning, MaxAge: maxAge, Incomplete: failed != nil})
	switch f.format {
	case "json":
		err = r.JSON(a.out, buildVersion())
	default:
		err = r.Text(a.out, inspect.Look{Color: cli.Color(a.getenv, a.out, f.noColor), Width: cli.Width(a.out), Verbose: f.verbose})
	}
	if r.Wrong() > 0 {
		a.code = exitFound
	}
	return errors.Join(err, failed)
}
