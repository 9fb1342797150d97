package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/momentolint/momentolint/fleet"
	"github.com/momentolint/momentolint/internal/cli"
	"github.com/momentolint/momentolint/internal/config"
	"github.com/momentolint/momentolint/internal/verify"
)

// workerFlags are the flags of workers. They include where credentials may be sent,
// which the queue never decides.
type workerFlags struct {
	jobs          int
	name          string
	quota         string
	clonesPerHost int
	rate          float64

	live cli.LiveFlags
}

func (f *workerFlags) add(fs *pflag.FlagSet) {
	fs.IntVar(&f.jobs, "jobs", 0, "scan `N` repositories at once; 0 means one for each core")
	fs.StringVar(&f.name, "name", "", "`NAME` of the worker in results and logs")
	fs.StringVar(&f.quota, "disk-quota", "20GB", "limit the clones to `SIZE`; 0 means no limit")
	fs.IntVar(&f.clonesPerHost, "clones-per-host", fleet.DefaultClonesPerHost, "clone at most this many repositories of a host at once, in the whole fleet")
	fs.Float64Var(&f.rate, "rate", verify.DefaultRate, "live checks per second, in the whole fleet")
	f.live.Add(fs, "no network except for cloning: do not check whether credentials are live",
		"check a repository's credentials for at most this `TIME`, 0 means no limit; the rest is unverified", fleet.DefaultVerifyTotal)
}

// options returns the worker's options.
func (f *workerFlags) options(a *app) (fleet.WorkerOptions, error) {
	o := fleet.WorkerOptions{
		Name: f.name, Parallel: f.jobs, ClonesPerHost: f.clonesPerHost, Version: buildVersion(), Log: a.log(),
	}
	size, err := config.ParseSize(f.quota)
	if err != nil {
		return o, fmt.Errorf("--disk-quota: %w", err)
	}
	o.DiskQuota = size
	if f.clonesPerHost < 1 || f.rate <= 0 || f.jobs < 0 {
		return o, errors.New("want --clones-per-host of at least 1, --rate above 0, and --jobs not negative")
	}
	if o.Dir, err = a.dir(); err != nil {
		return o, err
	}
	env := &cli.Env{Lookup: a.lookup, Now: a.now, Version: buildVersion()}
	if o.Verify, err = f.live.Options(env); err != nil {
		return o, err
	}
	o.Verify.Rate = f.rate
	o.Account, err = f.live.Account(env)
	return o, err
}

func newWorkerCommand(a *app) *cobra.Command {
	var flags workerFlags
	var drain bool
	var run string
	cmd := &cobra.Command{
		Use:   "worker",
		Short: "Scan submitted repositories",
		Long: `worker scans submitted repositories until it is stopped or, with --drain, until
all are done. Any number of workers share the work; each takes the next
repository when it is ready. If a worker dies, loses its network or fills its
disk, its repositories are redelivered to the others.`,
		Example: `  momentolint fleet worker --drain
  momentolint fleet worker --nats tls://nats.acme.example --nats-creds fleet.creds --disk-quota 200GB`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := flags.options(a)
			if err != nil {
				return cli.Wrong(cmd, err)
			}
			o.Drain, o.Run = drain, run
			f, err := a.connect(cmd.Context(), "worker "+o.Name)
			if err != nil {
				return err
			}
			defer f.Close()
			return work(cmd.Context(), f, o)
		},
	}
	flags.add(cmd.Flags())
	cmd.Flags().BoolVar(&drain, "drain", false, "end when everything submitted is done")
	cmd.Flags().StringVar(&run, "run", "", "work only for the run `ID`")
	return cmd
}

func work(ctx context.Context, f *fleet.Fleet, o fleet.WorkerOptions) error {
	w, err := f.NewWorker(o)
	if err != nil {
		return err
	}
	return w.Work(ctx)
}
