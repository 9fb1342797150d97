package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/momentolint/momentolint/fleet"
	"github.com/momentolint/momentolint/internal/cli"
	"github.com/momentolint/momentolint/internal/redact"
)

// version is set by the linker where a build has no module version of its own.
var version string

func buildVersion() string { return cli.Version(version) }

// app is one run of the program. Commands reach the outside only through it.
type app struct {
	in       io.Reader
	out, err io.Writer
	lookup   func(string) (string, bool)
	now      func() time.Time
	code     int

	connection connectionFlags
	flags      cli.OutputFlags
}

func newApp(in io.Reader, out, err io.Writer, lookup func(string) (string, bool)) *app {
	return &app{in: in, out: out, err: err, lookup: lookup, now: time.Now}
}

func (a *app) getenv(name string) string {
	v, _ := a.lookup(name)
	return v
}

// output is where reports go.
func (a *app) output() *cli.Output {
	return &cli.Output{OutputFlags: a.flags, Name: "momentolint fleet", Out: a.out, Err: a.err, Getenv: a.getenv}
}

func (a *app) run(ctx context.Context, args []string) int {
	root := a.newRootCommand() //nolint:contextcheck // the commands take it from cobra
	root.SetArgs(args)
	if err := root.ExecuteContext(ctx); err != nil {
		if text := cli.ErrorText(err, args); !text.IsEmpty() {
			_ = cli.Print(a.err, redact.Sprintf("momentolint fleet: %s", text))
		}
		return cli.ExitFailed
	}
	return a.code
}

func (a *app) newRootCommand() *cobra.Command {
	root := &cobra.Command{
		// The name that users type.
		Use:   "fleet",
		Short: "Scan many repositories with many workers",
		Long: `fleet scans the histories of many repositories: those of a list, of a directory, or
of an organisation on GitHub or GitLab. "run" does everything in one process.
"submit", "worker", "status" and "report" are its parts, for several processes
on this computer or, with --nats, for any number of computers on a NATS
JetStream cluster.`,
		Example: `  momentolint fleet run ~/src                                # every repository in a directory
  momentolint fleet run --github acme --report html=acme.html
  momentolint fleet submit --file urls.txt --nats tls://nats.acme.example --nats-creds fleet.creds
  momentolint fleet worker --nats tls://nats.acme.example --nats-creds fleet.creds
  momentolint fleet report --wait --nats tls://nats.acme.example --nats-creds fleet.creds`,
		SilenceUsage: true, SilenceErrors: true,
		Args:        cli.UnknownCommand,
		RunE:        func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		Annotations: map[string]string{cobra.CommandDisplayNameAnnotation: "momentolint fleet"},
		Version:     buildVersion(),
	}
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(cli.FlagError)
	fs := root.PersistentFlags()
	a.connection.add(fs)
	a.flags.Add(fs, "more detail, and what the workers do")
	root.AddCommand(newRunCommand(a), newSubmitCommand(a), newWorkerCommand(a), newStatusCommand(a), newReportCommand(a), newRemoveCommand(a))
	return root
}

// connectionFlags are the flags for the connection to JetStream.
type connectionFlags struct {
	fleet.Connection
}

func (f *connectionFlags) add(fs *pflag.FlagSet) {
	fs.StringVar(&f.Dir, "dir", "", "`DIR` for runs, clones and caches (default: in the user's cache directory)")
	fs.StringVar(&f.URL, "nats", "", "use the NATS JetStream servers at `URL[,URL]` instead of the embedded one")
	fs.StringVar(&f.CredsFile, "nats-creds", "", "credentials `FILE` for NATS")
	fs.StringVar(&f.NKeyFile, "nats-nkey", "", "NKey seed `FILE` for NATS")
	fs.StringVar(&f.User, "nats-user", "", "user `NAME` for NATS, with the password in the variable NATS_PASSWORD")
	fs.StringVar(&f.CAFile, "nats-ca", "", "trust the certificate authority in `FILE`")
	fs.StringVar(&f.CertFile, "nats-cert", "", "TLS client certificate `FILE` for NATS")
	fs.StringVar(&f.KeyFile, "nats-key", "", "the key `FILE` of --nats-cert")
	fs.BoolVar(&f.Plaintext, "nats-plaintext", false, "allow connections without TLS to hosts other than loopback")
}

// connect connects to JetStream. name identifies the connection.
func (a *app) connect(ctx context.Context, name string) (*fleet.Fleet, error) {
	c := a.connection.Connection
	c.Name = name
	c.Password = a.getenv("NATS_PASSWORD")
	dir, err := a.dir()
	if err != nil {
		return nil, err
	}
	c.Dir = dir
	return fleet.Connect(ctx, c)
}

// dir returns the fleet's directory on this computer.
func (a *app) dir() (string, error) {
	if a.connection.Dir != "" {
		return a.connection.Dir, nil
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("finding the cache directory; set one with --dir: %w", err)
	}
	return filepath.Join(dir, "momentolint", "fleet"), nil
}

// log returns the logger for workers.
func (a *app) log() *slog.Logger {
	level := slog.LevelWarn
	switch {
	case a.flags.Verbose:
		level = slog.LevelDebug
	case a.flags.Quiet:
		level = slog.LevelError
	}
	return slog.New(slog.NewTextHandler(a.err, &slog.HandlerOptions{Level: level, ReplaceAttr: safeAttr}))
}

// safeAttr redacts the attributes of a log: names of repositories, errors, replies.
func safeAttr(_ []string, a slog.Attr) slog.Attr {
	switch a.Value.Kind() {
	case slog.KindString:
		a.Value = slog.StringValue(redact.Of(a.Value.String()).String())
	case slog.KindAny:
		if err, ok := a.Value.Any().(error); ok {
			a.Value = slog.StringValue(redact.Error(err).String())
		}
	}
	return a
}
