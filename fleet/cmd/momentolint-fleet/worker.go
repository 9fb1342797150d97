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

// workerFlags say how to work, and where credentials may be sent. The latter
// is never taken from the queue.
type workerFlags struct {
	jobs          int
	name          string
	quota         string
	clonesPerHost int
	rate          float64

	live cli.LiveFlags
}

func (f *workerFlags) add(fs *pflag.FlagSet) {
	fs.IntVar(&f.jobs, "jobs", 0, "work on `N` repositories at once, 0 = as many as there are cores")
	fs.StringVar(&f.name, "name", "", "the worker's `NAME` in results and logs")
	fs.StringVar(&f.quota, "disk-quota", "20GB", "let clones take this `SIZE` at most, 0 = as much as there is")
	fs.IntVar(&f.clonesPerHost, "clones-per-host", fleet.DefaultClonesPerHost, "clone this many repositories of one host at once, in the whole fleet")
	fs.Float64Var(&f.rate, "rate", verify.DefaultRate, "ask Momento this often in a second, in the whole fleet")
	f.live.Add(fs, "no network but for cloning: do not ask whether credentials are live",
		"check a repository's credentials for at most this `TIME`, 0 = as long as it takes; what is left is unverified", fleet.DefaultVerifyTotal)
}

// options are the worker's.
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
		return o, errors.New("--clones-per-host: 1 at least; --rate: more than 0; --jobs: not negative")
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
		Short: "Scan what was submitted",
		Long: `worker scans what was submitted, until it is stopped, or with --drain until all
of it is done. Any number of workers share the work; each takes the next
repository when it is ready. One that dies, loses its network or fills its disk
loses nothing: what it had goes to the others.`,
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
	cmd.Flags().BoolVar(&drain, "drain", false, "end when everything that was submitted is done")
	cmd.Flags().StringVar(&run, "run", "", "work for the run `ID` alone")
	return cmd
}

func work(ctx context.Context, f *fleet.Fleet, o fleet.WorkerOptions) error {
	w, err := f.NewWorker(o)
	if err != nil {
		return err
	}
	return w.Work(ctx)
}
