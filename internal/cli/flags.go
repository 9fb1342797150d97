package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/account"
	"github.com/momentolint/momentolint/internal/atomicfile"
	"github.com/momentolint/momentolint/internal/baseline"
	"github.com/momentolint/momentolint/internal/config"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/redact"
	"github.com/momentolint/momentolint/internal/report"
	"github.com/momentolint/momentolint/internal/verify"
)

// ReportFlags say what becomes of the findings.
type ReportFlags struct {
	Format                          string
	Reports                         []string
	FailOn, Baseline, WriteBaseline string
	ExpiryWarning                   string
	Strict                          bool
}

// Add declares the flags.
func (f *ReportFlags) Add(fs *pflag.FlagSet) {
	fs.StringVar(&f.Format, "format", "text", "write to standard output as `FORMAT`: "+strings.Join(report.Formats(), ", "))
	fs.StringArrayVar(&f.Reports, "report", nil, "also write a report to a file, as `FORMAT=FILE`; may be repeated")
	fs.StringVar(&f.FailOn, "fail-on", "any", "exit with 1 on `WHAT`: any, live or none")
	fs.StringVar(&f.Baseline, "baseline", "", "leave out the findings that `FILE` lists")
	fs.StringVar(&f.WriteBaseline, "write-baseline", "", "write all findings to `FILE` as a baseline")
	fs.BoolVar(&f.Strict, "strict", false, "exit with 2 if something is opaque: encrypted, damaged or in a format that is not opened")
	fs.StringVar(&f.ExpiryWarning, "expiry-warning", "30d", "warn of credentials that expire within this `TIME`")
}

// ReportSettings are the flags, checked.
type ReportSettings struct {
	Files         []ReportFile
	ExpiryWarning time.Duration
}

// ReportFile is one --report.
type ReportFile struct{ Format, Path string }

// Check finds mistakes before the work begins. trees are the directories that
// the work is about: no output follows a symbolic link out of one.
func (f *ReportFlags) Check(trees ...string) (*ReportSettings, error) {
	s := &ReportSettings{}
	if _, err := report.ByName(f.Format); err != nil {
		return nil, fmt.Errorf("--format: %w", err)
	}
	for _, r := range f.Reports {
		format, file, ok := strings.Cut(r, "=")
		if !ok || file == "" {
			return nil, fmt.Errorf("--report %q: want FORMAT=FILE", r)
		}
		if _, err := report.ByName(format); err != nil {
			return nil, fmt.Errorf("--report: %w", err)
		}
		s.Files = append(s.Files, ReportFile{format, file})
	}
	outputs := make([]output, 0, len(s.Files)+1)
	for i, file := range s.Files {
		outputs = append(outputs, output{"--report " + f.Reports[i], file.Path})
	}
	if f.WriteBaseline != "" {
		outputs = append(outputs, output{"--write-baseline " + f.WriteBaseline, f.WriteBaseline})
	}
	err := checkOutputs(outputs, trees)
	if err != nil {
		return nil, err
	}
	if s.ExpiryWarning, err = config.ParseDuration(f.ExpiryWarning); err != nil {
		return nil, fmt.Errorf("--expiry-warning: %w", err)
	}
	return s, CheckFailOn(f.FailOn)
}

// CheckFailOn checks the value of --fail-on.
func CheckFailOn(value string) error {
	if !slices.Contains([]string{"any", "live", "none"}, value) {
		return fmt.Errorf("--fail-on %q: want any, live or none", value)
	}
	return nil
}

// ReadBaseline reads the baseline that a flag names, nil without a path. The
// file that is about to be written (write) need not exist yet.
func ReadBaseline(path, write string) (*baseline.Baseline, error) {
	if path == "" {
		return nil, nil
	}
	b, err := baseline.Read(path)
	if err != nil && (write != path || !errors.Is(err, os.ErrNotExist)) {
		return nil, err
	}
	return b, nil
}

// ConfiguredBaseline reads the baseline that the configuration names. That is
// a file of the tree if the configuration is one. path is the file on disk;
// write is as for ReadBaseline.
func ConfiguredBaseline(c *config.Config, write string) (b *baseline.Baseline, path string, err error) {
	tree, name, err := c.Tree(c.Baseline)
	if err != nil {
		return nil, "", err
	}
	path = filepath.Join(c.Dir, filepath.FromSlash(c.Baseline))
	if tree == nil {
		b, err = ReadBaseline(path, write)
		return b, path, err
	}
	b, err = baseline.ReadIn(tree, name, path)
	if write == path && errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	return b, path, err
}

// WriteBaseline writes a baseline to its file.
func WriteBaseline(path string, b *baseline.Baseline) error {
	if err := atomicfile.WriteBytes(path, 0o644, b.Marshal()); err != nil {
		return fmt.Errorf("writing the baseline %s: %w", path, err)
	}
	return nil
}

// WriteReports writes every --report; one that fails keeps none from being
// written.
func WriteReports(files []ReportFile, r *finding.Report) error {
	var failed error
	for _, f := range files {
		failed = errors.Join(failed, report.WriteFile(f.Path, f.Format, r))
	}
	return failed
}

// Env is what a program knows of its surroundings.
type Env struct {
	Lookup  func(string) (string, bool)
	Now     func() time.Time
	Version string
}

// Getenv returns a variable's value, "" if it is not set.
func (e *Env) Getenv(name string) string {
	v, _ := e.Lookup(name)
	return v
}

// LiveFlags say whether and where credentials are checked.
type LiveFlags struct {
	Offline       bool
	Endpoint      string
	Target        string
	AllowHosts    []string
	ManagementURL string
	ManagementKey string
	Timeout       string

	flags *pflag.FlagSet
}

// Add declares the flags. offline and timeout describe --offline and
// --verify-timeout, whose default is total.
func (f *LiveFlags) Add(fs *pflag.FlagSet, offline, timeout string, total time.Duration) {
	f.flags = fs
	fs.BoolVar(&f.Offline, "offline", false, offline)
	fs.StringVar(&f.Endpoint, "endpoint", "", "`HOST[:PORT]` for credentials that name none (default: the variable MOMENTO_ENDPOINT)")
	fs.StringVar(&f.Target, "live-target", "", "send every live check to `HOST:PORT` instead (momento-local, a test); no TLS on loopback")
	fs.StringArrayVar(&f.AllowHosts, "allow-host", nil, "also verify credentials at hosts under `SUFFIX`, in addition to momentohq.com")
	fs.StringVar(&f.Timeout, "verify-timeout", total.String(), timeout)
	fs.StringVar(&f.ManagementURL, "management-url", "", "send every management call to `URL` instead")
	fs.StringVar(&f.ManagementKey, "management-key-env", "", "look keys up in the account with the management key in the variable `NAME`")
}

// unbounded is longer than any run.
const unbounded = 365 * 24 * time.Hour

// Options are the live check's settings. The error is about the flags.
func (f *LiveFlags) Options(e *Env) (verify.Options, error) {
	// An empty value is a variable that the caller's script has not set. Without
	// this, its credentials would go somewhere else than it says.
	for _, name := range []string{"endpoint", "live-target", "management-url", "management-key-env"} {
		if flag := f.flags.Lookup(name); flag.Changed && flag.Value.String() == "" {
			return verify.Options{}, fmt.Errorf("--%s is empty", name)
		}
	}
	total, err := config.ParseDuration(f.Timeout)
	if err != nil {
		return verify.Options{}, fmt.Errorf("--verify-timeout: %w", err)
	}
	if total == 0 {
		total = unbounded
	}
	o := verify.Options{
		Offline: f.Offline, Endpoint: f.Endpoint, AmbientEndpoint: e.Getenv("MOMENTO_ENDPOINT"), LiveTarget: f.Target, AllowHosts: f.AllowHosts,
		Now: e.Now, Getenv: e.Getenv, Version: e.Version, Total: total,
	}
	if _, err := verify.New(o); err != nil {
		if wrong, ok := errors.AsType[*verify.OptionError](err); ok {
			return o, fmt.Errorf("%s: %w", optionFlags[wrong.Option], wrong.Err)
		}
		return o, err
	}
	return o, nil
}

// optionFlags are the flags that set an option of the live check.
var optionFlags = map[string]string{"AllowHosts": "--allow-host", "LiveTarget": "--live-target", "Endpoint": "--endpoint"}

// Account are the settings for looking keys up in their account: with the
// management key that the user named, and with leaked keys that turn out to
// have the rights themselves. Whoever sends live checks elsewhere for a test
// does not mean the real account.
func (f *LiveFlags) Account(e *Env) (account.Settings, error) {
	s := account.Settings{
		Options: account.Options{URL: f.ManagementURL, Getenv: e.Getenv, Version: e.Version},
		Self:    f.Target == "" || f.ManagementURL != "",
	}
	if err := s.Check(); err != nil {
		return s, fmt.Errorf("--management-url: %w", err)
	}
	if f.ManagementKey == "" {
		return s, nil
	}
	key, err := e.Key(f.ManagementKey)
	if err != nil {
		return s, fmt.Errorf("--management-key-env: %w", err)
	}
	s.Management = key
	return s, nil
}

// Key reads the API key that a command works with from a variable.
func (e *Env) Key(name string) (credential.Credential, error) {
	none := credential.Credential{}
	value, ok := e.Lookup(name)
	if !ok || value == "" {
		return none, fmt.Errorf("the environment variable %s holds no key", redact.Name(name))
	}
	c, err := credential.Parse([]byte(value))
	if err != nil {
		return none, fmt.Errorf("environment variable %s: %w", redact.Name(name), err)
	}
	if c.Incomplete {
		return none, fmt.Errorf("environment variable %s: the key is incomplete: its end is missing", redact.Name(name))
	}
	if verify.Expired(c, e.Now()) {
		return none, fmt.Errorf("environment variable %s: the key has expired (%s)", redact.Name(name), c.ExpiresAt.UTC().Format("2006-01-02 15:04 UTC"))
	}
	if !c.Kind.Descriptor().Key {
		return none, fmt.Errorf("environment variable %s holds a %s, not an API key", redact.Name(name), c.Kind.Title())
	}
	return c, nil
}
