package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/momentolint/momentolint/fleet"
	"github.com/momentolint/momentolint/fleet/hosting"
	"github.com/momentolint/momentolint/internal/cli"
	"github.com/momentolint/momentolint/internal/config"
	"github.com/momentolint/momentolint/internal/redact"
	"github.com/momentolint/momentolint/internal/userfile"
)

// submitFlags are the flags for what is scanned, and how.
type submitFlags struct {
	file                 string
	github, gitlab       string
	githubURL, gitlabURL string
	hosting              hosting.Options
	configFile           string
	limits               cli.LimitFlags
	settings             fleet.Settings
}

func (f *submitFlags) add(fs *pflag.FlagSet) {
	f.settings = fleet.DefaultSettings()
	fs.StringVar(&f.file, "file", "", "read clone URLs and paths from `FILE`, one per line; - is standard input")
	fs.StringVar(&f.github, "github", "", "scan the repositories of the GitHub organisation `ORG` (token in GITHUB_TOKEN)")
	fs.StringVar(&f.githubURL, "github-url", "", "`URL` of a GitHub Enterprise Server")
	fs.StringVar(&f.gitlab, "gitlab", "", "scan the projects of the GitLab group `GROUP` (token in GITLAB_TOKEN)")
	fs.StringVar(&f.gitlabURL, "gitlab-url", "", "`URL` of a GitLab server")
	fs.BoolVar(&f.hosting.SSH, "ssh", false, "clone an organisation's repositories over SSH")
	fs.BoolVar(&f.hosting.Forks, "forks", false, "include an organisation's forks")
	fs.BoolVar(&f.hosting.Archived, "archived", false, "include an organisation's archived repositories")
	fs.StringVar(&f.configFile, "config", "", "configuration `FILE` for all repositories; its paths are relative to the root of each")
	f.limits.Add(fs)
	fs.IntVar(&f.settings.Tries, "tries", f.settings.Tries, "start a repository at most this many times")
	fs.DurationVar(&f.settings.AckWait, "ack-wait", f.settings.AckWait, "redeliver a worker's repositories when it is silent for this `TIME`")
	fs.Int64Var(&f.settings.SplitObjects, "split-objects", f.settings.SplitObjects, "split repositories with more objects than this into parts")
}

// complete checks the flags and reads the configuration.
func (f *submitFlags) complete(offline bool) error {
	s := &f.settings
	if s.AckWait < time.Second {
		return errors.New("--ack-wait: want at least one second")
	}
	if s.Tries < 1 || s.SplitObjects < 1 {
		return errors.New("--tries and --split-objects: want at least 1")
	}
	c := &config.Config{}
	if f.configFile != "" {
		var err error
		if c, err = config.Read(f.configFile); err != nil {
			return err
		}
		s.Config, s.ConfigName = string(c.Text), configName(f.configFile)
	}
	if err := f.limits.Merge(c); err != nil {
		return err
	}
	s.MaxArchiveDepth, s.MaxDecodeDepth, s.MaxFileSize, s.SetBy = f.limits.ArchiveDepth, f.limits.DecodeDepth, f.limits.FileSize, f.limits.SetBy()
	s.Offline, s.Strict, s.FailOn, s.ExpiryWarning = offline || c.Offline, c.Strict, c.FailOn, time.Duration(c.ExpiryWarning)
	return nil
}

// configName returns the configuration's name in reports. They leave this computer,
// so an absolute path is shortened to its last element.
func configName(path string) string {
	if filepath.IsAbs(path) {
		path = filepath.Base(path)
	}
	return filepath.ToSlash(path)
}

// targets returns the repositories that the command line names.
func (a *app) targets(ctx context.Context, f *submitFlags, args []string) ([]fleet.Target, error) {
	var targets []fleet.Target
	take := func(text string) error {
		if info, err := os.Stat(text); err == nil && info.IsDir() {
			found, err := fleet.Directory(text, func(path string, err error) {
				_ = cli.Print(a.err, redact.Sprintf("momentolint fleet: not scanned: %s: %s", path, err))
				a.code = cli.ExitFailed
			})
			targets = append(targets, found...)
			return err
		}
		t, err := fleet.ParseTarget(text)
		if err != nil {
			return err
		}
		targets = append(targets, t)
		return nil
	}
	for _, arg := range args {
		if err := take(arg); err != nil {
			return nil, err
		}
	}
	if f.file != "" {
		if err := a.lines(ctx, f.file, take); err != nil {
			return nil, err
		}
	}
	for _, org := range []struct {
		name, url, token string
		list             func(context.Context, string, hosting.Options) ([]fleet.Target, error)
	}{
		{f.github, f.githubURL, a.getenv("GITHUB_TOKEN"), hosting.GitHub},
		{f.gitlab, f.gitlabURL, a.getenv("GITLAB_TOKEN"), hosting.GitLab},
	} {
		if org.name == "" {
			continue
		}
		o := f.hosting
		o.URL, o.Token = org.url, org.token
		found, err := org.list(ctx, org.name, o)
		if err != nil {
			return nil, err
		}
		targets = append(targets, found...)
	}
	if len(targets) == 0 {
		return nil, errors.New("no repositories to scan")
	}
	return fleet.Distinct(targets), nil
}

// maxList is the maximum size of a list of repositories, in bytes.
const maxList = 256 << 20

// lines calls take for each line of a list, except blank lines and comments (#).
func (a *app) lines(ctx context.Context, name string, take func(string) error) error {
	in := userfile.Interruptible(ctx, struct{ io.Reader }{a.in})
	if name != "-" {
		f, err := userfile.Stream(ctx, name)
		if err != nil {
			return fmt.Errorf("reading the list of repositories: %w", err)
		}
		in = f
	}
	defer func() { _ = in.Close() }()
	r := bufio.NewReader(userfile.Text(in, maxList))
	for n := 1; ; n++ {
		line, err := r.ReadString('\n')
		if text := strings.TrimSpace(line); text != "" && !strings.HasPrefix(text, "#") {
			if err := take(text); err != nil {
				return fmt.Errorf("%s, line %d: %w", name, n, err)
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading the list of repositories: %w", err)
		}
	}
}

func newSubmitCommand(a *app) *cobra.Command {
	var (
		flags   submitFlags
		run     string
		open    bool
		offline bool
	)
	cmd := &cobra.Command{
		Use:   "submit [TARGET…]",
		Short: "Submit repositories to be scanned",
		Long: `submit submits repositories to be scanned: clone URLs, paths of repositories on
the workers' computer, directories that contain repositories, lists of these, or
the repositories of an organisation. It prints the id of the run.`,
		Example: `  momentolint fleet submit https://github.com/acme/api git@github.com:acme/web.git
  momentolint fleet submit --file urls.txt
  momentolint fleet submit --gitlab acme --nats tls://nats.acme.example`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := flags.complete(offline); err != nil {
				return cli.Wrong(cmd, err)
			}
			if len(args) == 0 && flags.file == "" && flags.github == "" && flags.gitlab == "" {
				return cli.Wrong(cmd, errors.New("nothing to submit: name a TARGET, or use --file, --github or --gitlab"))
			}
			targets, err := a.targets(cmd.Context(), &flags, args)
			if err != nil {
				return err
			}
			f, err := a.connect(cmd.Context(), "submit")
			if err != nil {
				return err
			}
			defer f.Close()
			r, added, err := submit(cmd.Context(), f, run, flags.settings, targets)
			if err != nil {
				return err
			}
			if !open {
				if err := r.Close(cmd.Context()); err != nil {
					return err
				}
			}
			if !a.flags.Quiet {
				noun := "repositories"
				if len(targets) == 1 {
					noun = "repository"
				}
				_ = cli.Print(a.err, redact.Sprintf("momentolint fleet: %d %s submitted, %d of them new in this run", len(targets), noun, added))
			}
			err = cli.Print(a.out, redact.Of(r.ID))
			return err
		},
	}
	flags.add(cmd.Flags())
	cmd.Flags().StringVar(&run, "run", "", "add to the run `ID` instead of a new one")
	cmd.Flags().BoolVar(&open, "open", false, "more repositories will be submitted to this run; workers with --drain wait for them")
	cmd.Flags().BoolVar(&offline, "offline", false, "no network except for cloning: do not check whether credentials are live")
	return cmd
}

// submit adds targets to a run, or to a new one if id is "".
func submit(ctx context.Context, f *fleet.Fleet, id string, s fleet.Settings, targets []fleet.Target) (*fleet.Run, int, error) {
	var r *fleet.Run
	var err error
	if id == "" {
		r, err = f.NewRun(ctx, s)
	} else if r, err = f.Run(ctx, id); err == nil {
		err = r.Reopen(ctx)
	}
	if err != nil {
		return nil, 0, err
	}
	added, err := r.Submit(ctx, targets...)
	if err != nil && ctx.Err() != nil {
		err = fmt.Errorf("interrupted before run %s was submitted completely: start a new run, or add the rest with \"momentolint fleet submit --run %s\"", r.ID, r.ID)
	}
	return r, added, err
}
