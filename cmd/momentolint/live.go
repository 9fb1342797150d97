package main

import (
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"github.com/momentolint/momentolint/scanner"
	"github.com/momentolint/momentolint/scanner/account"
	"github.com/momentolint/momentolint/scanner/config"
	"github.com/momentolint/momentolint/scanner/verify"
)

// liveFlags say whether and where credentials are checked; scan and inspect
// share them.
type liveFlags struct {
	offline       bool
	endpoint      string
	target        string
	allowHosts    []string
	managementURL string
	managementKey string
	timeout       string
}

func (f *liveFlags) add(fs *pflag.FlagSet) {
	fs.BoolVar(&f.offline, "offline", false, "no network: do not ask whether credentials are live")
	fs.StringVar(&f.endpoint, "endpoint", "", "`HOST[:PORT]` for credentials that name none (default: the variable MOMENTO_ENDPOINT)")
	fs.StringVar(&f.target, "live-target", "", "send every live check to `HOST:PORT` instead (momento-local, a test); no TLS on loopback")
	fs.StringArrayVar(&f.allowHosts, "allow-host", nil, "also send credentials to hosts under `SUFFIX`, beside momentohq.com")
	fs.StringVar(&f.timeout, "verify-timeout", verify.DefaultTotal.String(), "check for at most this `TIME` in all, 0 = as long as it takes; what is left is unverified")
	fs.StringVar(&f.managementURL, "management-url", "", "send every management call to `URL` instead")
	fs.StringVar(&f.managementKey, "management-key-env", "", "look keys up in the account with the management key in the variable `NAME`")
}

// options are the live check's settings. The error is about the flags.
func (f *liveFlags) options(a *app) (verify.Options, error) {
	total, err := config.ParseDuration(f.timeout)
	if err != nil {
		return verify.Options{}, fmt.Errorf("--verify-timeout: %w", err)
	}
	if total == 0 {
		total = unbounded
	}
	endpoint := f.endpoint
	if endpoint == "" {
		endpoint = a.getenv("MOMENTO_ENDPOINT")
	}
	return verify.Options{
		Offline: f.offline, Endpoint: endpoint, LiveTarget: f.target, AllowHosts: f.allowHosts,
		Now: a.now, Getenv: a.getenv, Version: buildVersion(), Total: total, Rate: a.rate,
	}, nil
}

// unbounded is longer than any run.
const unbounded = 365 * 24 * time.Hour

// scannerOptions joins the flags that scan and lint share.
func (a *app) scannerOptions(s *settings, report *reportFlags, live *liveFlags) (scanner.Options, error) {
	check, err := live.options(a)
	if err != nil {
		return scanner.Options{}, err
	}
	o := scanner.Options{
		Version: buildVersion(), Config: s.config, Baseline: s.baseline, Jobs: report.jobs,
		MaxArchiveDepth: scanner.DefaultArchiveDepth, MaxDecodeDepth: scanner.DefaultDecodeDepth,
		ExpiryWarning: s.expiryWarning, ShowSecrets: report.showSecrets,
		Verify: check, Now: a.now, Progress: &scanner.Progress{},
	}
	o.Verify.Offline = o.Verify.Offline || s.config.Offline
	o.Account, err = live.account(a)
	return o, err
}

// account are the settings for looking keys up in their account: with the
// management key that the user named, and with leaked keys that turn out to
// have the rights themselves. Whoever sends live checks elsewhere for a test
// does not mean the real account.
func (f *liveFlags) account(a *app) (account.Settings, error) {
	s := account.Settings{
		Options: account.Options{URL: f.managementURL, Getenv: a.getenv, Version: buildVersion()},
		Self:    f.target == "" || f.managementURL != "",
	}
	if err := s.Check(); err != nil {
		return s, err
	}
	if f.managementKey == "" {
		return s, nil
	}
	key, err := a.keyFromEnv(f.managementKey)
	if err != nil {
		return s, fmt.Errorf("--management-key-env: %w", err)
	}
	s.Management = key
	return s, nil
}
