package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/account"
	"github.com/momentolint/momentolint/internal/cli"
	"github.com/momentolint/momentolint/internal/config"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/lazy"
	"github.com/momentolint/momentolint/internal/redact"
	"github.com/momentolint/momentolint/internal/verify"
)

// inspectFlags are the flags of "inspect".
type inspectFlags struct {
	env, format, expiryWarning string
	noColor, verbose           bool
	live                       liveFlags
}

func newInspectCommand(a *app) *cobra.Command {
	var f inspectFlags
	cmd := &cobra.Command{
		Use:   "inspect",
		Short: "Say what one credential is, when it expires, what it may do and whether it is live",
		Long: `inspect reads one Momento credential from standard input, or from the environment
variable that --env names, and says what it is, when it expires, what it may do
and, unless --offline is given, whether the service accepts it. It also takes the
JSON file that the console offers for download, and the CLI's credentials file.

It takes no credential as an argument: arguments end up in the shell's history
and are visible to every user of the machine in the process list.

Exit code: 0 it is a credential, 2 it is none or something could not be done.`,
		Example: `  momentolint inspect < key.txt
  momentolint inspect --env MOMENTO_API_KEY
  pbpaste | momentolint inspect --offline
  momentolint inspect --format json < key.txt | jq .status`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return cli.Wrong(cmd, errors.New("inspect takes no arguments: a credential in the command line stays in the shell's history "+
				"and shows in the list of processes; give it on standard input, or name a variable with --env. "+
				"If this was a live key, revoke it"))
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return a.inspect(cmd, &f) },
	}
	fs := cmd.Flags()
	fs.StringVar(&f.env, "env", "", "read the credential from the environment variable `NAME`")
	fs.StringVar(&f.format, "format", "text", "print as `FORMAT`: text or json")
	fs.StringVar(&f.expiryWarning, "expiry-warning", "30d", "say that the end is near within this `TIME` before it")
	fs.BoolVar(&f.noColor, "no-color", false, "no colours")
	fs.BoolVar(&f.verbose, "verbose", false, "also name the caches that the credential may list")
	f.live.add(fs)
	return cmd
}

// inspection is everything there is to say about one credential.
type inspection struct {
	credential credential.Credential
	verdict    finding.Verdict
	// others came with it in the same text.
	others []credential.Credential
	now    time.Time
	// nearby is the endpoint that occurs next to the credential, "" if none.
	nearby string
	// warning is how far ahead an end is near.
	warning time.Duration
}

// inspect is the command.
func (a *app) inspect(cmd *cobra.Command, f *inspectFlags) error {
	wrong := func(err error) error { return cli.Wrong(cmd, err) }
	if f.format != "text" && f.format != "json" {
		return wrong(fmt.Errorf("--format %q: want text or json", f.format))
	}
	warning, err := config.ParseDuration(f.expiryWarning)
	if err != nil {
		return wrong(fmt.Errorf("--expiry-warning: %w", err))
	}
	// What is wrong with the flags is said before anybody pastes a key.
	options, err := f.live.options(a)
	if err != nil {
		return wrong(err)
	}
	if cmd.Flags().Changed("env") && f.env == "" {
		return wrong(errors.New("--env is empty"))
	}
	in := inspection{now: a.now(), warning: warning}
	options.At = in.now
	verifier, err := verify.New(options)
	if err != nil {
		return fmt.Errorf("preparing the live check: %w", err)
	}
	settings, err := f.live.Account(a.env())
	if err != nil {
		return err
	}
	text, from, err := a.credentialText(f.env)
	if err != nil {
		return err
	}
	if in.credential, in.others, err = oneCredential(text); err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	in.nearby = nearbyEndpoint(text)
	// What fails here is said, and what is known is shown all the same.
	failed := in.judge(cmd.Context(), verifier, settings, f.live.Offline)
	switch f.format {
	case "json":
		err = in.json(a.out)
	default:
		err = in.text(a.out, look{color: cli.Color(a.getenv, a.out, f.noColor), width: cli.Width(a.out), verbose: f.verbose})
	}
	return errors.Join(err, failed)
}

// maxInput is the most that inspect reads: a document with some hundred of the
// largest keys.
const maxInput = 16 * credential.MaxLength

// credentialText reads the text that holds the credential, and says where it
// is from.
func (a *app) credentialText(env string) (text []byte, from string, err error) {
	if env != "" {
		value, ok := a.lookup(env)
		name := redact.Name(env)
		switch {
		case !ok:
			return nil, "", fmt.Errorf("the environment variable %s is not set", name)
		case value == "":
			return nil, "", fmt.Errorf("the environment variable %s is empty", name)
		}
		return []byte(value), "environment variable " + name, nil
	}
	if in, ok := a.in.(*os.File); ok && cli.IsTerminal(in) {
		cli.Prompt(a.err, redact.Literal("Paste the credential, then Enter (it is not shown): "))
		text, err = term.ReadPassword(int(in.Fd()))
		_ = cli.Print(a.err, redact.Text{})
	} else {
		text, err = io.ReadAll(io.LimitReader(a.in, maxInput+1))
	}
	switch {
	case err != nil:
		return nil, "", fmt.Errorf("reading standard input: %w", err)
	case len(text) > maxInput:
		return nil, "", fmt.Errorf("standard input is longer than %d bytes: inspect reads one credential, scan searches files", maxInput)
	case len(text) == 0:
		return nil, "", errors.New("standard input is empty: pipe a credential to it, or name a variable with --env")
	}
	return text, "standard input", nil
}

// oneCredential takes the credential out of the text: the text itself, or the
// first of a document.
func oneCredential(text []byte) (first credential.Credential, others []credential.Credential, err error) {
	// The user says that it is Momento's: a v1 token without a permission set
	// cannot be told from other tokens otherwise.
	momento := credential.Context{Momento: true}
	all := credential.ParseAllIn(text, momento)
	if len(all) == 0 {
		if _, err = credential.ParseIn(text, momento); err == nil {
			err = credential.ErrShape
		}
		return credential.Credential{}, nil, err
	}
	return all[0], all[1:], nil
}

// endpointMember is an endpoint in a JSON document, an INI file or an
// environment file.
var endpointMember = lazy.Regexp(`(?i)endpoint["']?\s*[:=]\s*["']?([a-z0-9][a-z0-9.-]{3,252})`)

// nearbyEndpoint is the endpoint that stands beside the credential in a
// document, "" if there is none.
func nearbyEndpoint(text []byte) string {
	if m := endpointMember().FindSubmatch(text); m != nil {
		return string(m[1])
	}
	return ""
}

// judge asks the service and the account. The error is about the account.
func (in *inspection) judge(ctx context.Context, v *verify.Verifier, s account.Settings, offline bool) error {
	verdicts := v.Verify(ctx, []verify.Target{{Credential: in.credential, NearbyEndpoint: in.nearby}})
	var err error
	if !offline {
		err = account.Enrich(ctx, s, []credential.Credential{in.credential}, verdicts)
	}
	in.verdict = verdicts[in.credential.Fingerprint()]
	if err != nil {
		return fmt.Errorf("looking the key up in its account: %w", err)
	}
	return nil
}

// facts are what a credential tells of itself, corrected by what its account
// knows.
type facts struct {
	expiry    credential.Expiry
	expiresAt time.Time
	issuedAt  time.Time
	scope     credential.Scope
}

func (in *inspection) facts() facts {
	c := in.credential
	k := facts{c.Expiry, c.ExpiresAt, c.IssuedAt, c.Scope}
	if info := in.verdict.Account; info != nil {
		k.expiry, k.expiresAt, k.scope = info.Expiry, info.ExpiresAt, info.Scope
		if !info.IssuedAt.IsZero() {
			k.issuedAt = info.IssuedAt
		}
	}
	return k
}

// stamp writes a time for people.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// regionName finds the region in the name of a cell.
var regionName = lazy.Regexp(`^cell-(?:[0-9]+-)?([a-z]{2}-[a-z]+-[0-9])-[0-9]+\.`)

// region is the AWS region that a cell's host names, "" if none.
func region(host string) string {
	if m := regionName().FindStringSubmatch(host); m != nil {
		return m[1]
	}
	return ""
}

// endpoint returns the host that the credential belongs to: the one that it
// names, or the endpoint of Momento's next to it.
func (in *inspection) endpoint() string {
	c := in.credential
	switch {
	case c.Endpoint != "":
		return c.Endpoint
	case c.CacheHost != "":
		return c.CacheHost
	case strings.HasSuffix(in.nearby, ".momentohq.com"):
		return in.nearby
	}
	return ""
}
