package main

import (
	"github.com/spf13/pflag"

	"github.com/momentolint/momentolint/internal/cli"
	"github.com/momentolint/momentolint/internal/verify"
	"github.com/momentolint/momentolint/scanner"
)

// liveFlags say whether and where credentials are checked; scan and inspect
// share them.
type liveFlags struct{ cli.LiveFlags }

func (f *liveFlags) add(fs *pflag.FlagSet) {
	f.Add(fs, "no network: do not ask whether credentials are live",
		"check for at most this `TIME` in all, 0 = as long as it takes; what is left is unverified", verify.DefaultTotal)
}

// env is the program's surroundings.
func (a *app) env() *cli.Env { return &cli.Env{Lookup: a.lookup, Now: a.now, Version: buildVersion()} }

// options are the live check's settings. The error is about the flags.
func (f *liveFlags) options(a *app) (verify.Options, error) {
	o, err := f.Options(a.env())
	o.Rate = a.rate
	return o, err
}

// scannerOptions joins the flags that scan and lint share.
func (a *app) scannerOptions(s *settings, report *reportFlags, live *liveFlags) (scanner.Options, error) {
	check, err := live.options(a)
	if err != nil {
		return scanner.Options{}, err
	}
	o := scanner.Options{
		Version: buildVersion(), Config: s.config, Baseline: s.baseline, Limits: scanner.Limits{Jobs: report.jobs},
		ExpiryWarning: s.expiryWarning, ShowSecrets: report.showSecrets,
		Live: scanner.Live{Options: check}, Now: a.now, Progress: &scanner.Progress{},
	}
	if o.ExpiryWarning == 0 {
		// Zero means the default there.
		o.ExpiryWarning = -1
	}
	o.Live.Offline = o.Live.Offline || s.config.Offline
	o.Live.Account, err = live.Account(a.env())
	return o, err
}
