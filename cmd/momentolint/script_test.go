package main

import (
	"archive/zip"
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"google.golang.org/grpc/grpclog"

	"github.com/momentolint/momentolint/analyzers/credential"
	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/momentotest"
)

var update = flag.Bool("update", false, "write the output that the scripts of testdata/script compare with")

// TestScript runs the scripts of testdata/script, which docs/testing.md
// describes: each is a session at the command line and documents it.
func TestScript(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                filepath.Join("testdata", "script"),
		UpdateScripts:      *update,
		RequireUniqueNames: true,
		Setup:              setUpScript,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"mint":    cmdMint,
			"status":  cmdStatus,
			"masked":  cmdMasked,
			"zip":     cmdZip,
			"service": cmdService,
			"calls":   cmdCalls,
		},
	})
}

// scriptDir is the variable that names the directory in which the program of a
// script leaves its exit code, and finds the secrets that it may not print.
const scriptDir = "MOMENTOLINT_TEST_SCRIPT"

type (
	dirKey     struct{}
	serviceKey struct{}
)

func setUpScript(env *testscript.Env) error {
	t, ok := env.T().(testing.TB)
	if !ok {
		return fmt.Errorf("scripts run as %T", env.T())
	}
	// Outside of $WORK, which the script may scan.
	dir := t.TempDir()
	env.Values[dirKey{}] = dir
	env.Values[serviceKey{}] = new(*momentotest.Server)
	env.Vars = append(env.Vars, scriptDir+"="+dir, "XDG_CACHE_HOME="+filepath.Join(dir, "cache"),
		"GOCACHE="+goCache(t), "GOPATH="+filepath.Join(dir, "go"), "GOPROXY=off", "GOFLAGS=-mod=mod",
		"GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.com", "GIT_AUTHOR_DATE=2026-01-02T03:04:05Z",
		"GIT_COMMITTER_NAME=Con", "GIT_COMMITTER_EMAIL=con@example.com", "GIT_COMMITTER_DATE=2026-01-02T03:04:05Z")
	return nil
}

// goCache returns the go command's build cache, also for tests with another home.
func goCache(t testing.TB) string {
	t.Helper()
	if dir := os.Getenv("GOCACHE"); dir != "" {
		return dir
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "go-build")
}

// scripted is the program as scripts run it: with the clock of the tests, and
// with an error if its output shows a secret of the script.
func scripted() {
	log.SetOutput(io.Discard)
	grpclog.SetLoggerV2(grpclog.NewLoggerV2(io.Discard, io.Discard, io.Discard))
	var shown bytes.Buffer
	a := newApp(os.Stdin, io.MultiWriter(os.Stdout, &shown), io.MultiWriter(os.Stderr, &shown), os.LookupEnv)
	a.now = func() time.Time { return testNow }
	a.rate = 1000 // the stand-in does not mind calls
	code := a.run(context.Background(), os.Args[1:])
	dir := os.Getenv(scriptDir)
	secrets, err := os.ReadFile(filepath.Join(dir, "secrets"))
	if err == nil && !slices.Contains(os.Args, "--show-secrets") {
		for secret := range strings.Lines(string(secrets)) {
			if secret = strings.TrimSpace(secret); bytes.Contains(shown.Bytes(), []byte(secret)) {
				fmt.Fprintln(os.Stderr, "THE OUTPUT SHOWS A CREDENTIAL")
				code = 99
			}
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "status"), []byte(strconv.Itoa(code)), 0o600); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 98
	}
	os.Exit(code)
}

// dirOf returns the directory of a script that is outside of $WORK.
func dirOf(ts *testscript.TestScript) string {
	dir, ok := ts.Value(dirKey{}).(string)
	if !ok {
		ts.Fatalf("no directory")
	}
	return dir
}

// noNegation ends a script that negates a command with which that means nothing.
func noNegation(ts *testscript.TestScript, neg bool) {
	if neg {
		ts.Fatalf("this command cannot be negated")
	}
}

// cmdStatus implements "status N": the last momentolint ended with N.
func cmdStatus(ts *testscript.TestScript, neg bool, args []string) {
	noNegation(ts, neg)
	if len(args) != 1 {
		ts.Fatalf("usage: status N")
	}
	got, err := os.ReadFile(filepath.Join(dirOf(ts), "status"))
	ts.Check(err)
	if string(got) != args[0] {
		ts.Fatalf("exit code %s, want %s", got, args[0])
	}
}

// cmdMint implements "mint NAME=TEXT… FILE…": it replaces {{…}}, in texts that
// become variables and in files, with credentials made for the test.
func cmdMint(ts *testscript.TestScript, neg bool, args []string) {
	noNegation(ts, neg)
	if len(args) == 0 {
		ts.Fatalf("usage: mint [NAME=TEXT | FILE]…")
	}
	for _, arg := range args {
		if name, text, ok := strings.Cut(arg, "="); ok {
			ts.Setenv(name, mint(ts, text))
			continue
		}
		ts.Check(os.WriteFile(ts.MkAbs(arg), []byte(mint(ts, ts.ReadFile(arg))), 0o600))
	}
}

func mint(ts *testscript.TestScript, text string) string {
	secrets, err := os.OpenFile(filepath.Join(dirOf(ts), "secrets"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	ts.Check(err)
	defer func() { ts.Check(secrets.Close()) }()
	minted := func(text string) (string, error) {
		for _, c := range credential.ParseAll([]byte(text)) {
			if _, err := fmt.Fprintf(secrets, "%s\n%s\n", c.Reveal(), c.RevealWritten()); err != nil {
				return "", err
			}
		}
		return text, nil
	}
	functions := template.FuncMap{
		"demo": func(name string) (string, error) { return minted(demoKeys[name]) },
		// The first n characters, as in a log that cuts lines.
		"cut":     func(n int, text string) string { return text[:n] },
		"foreign": foreignJWT,
	}
	for name, mint := range map[string]func(ct.Options) string{
		"v1": ct.V1, "v2": ct.V2, "v1jwt": ct.V1JWT, "legacy": ct.Legacy, "disposable": ct.Disposable, "console": ct.ConsoleJSON,
		"login": ct.CredentialsFile, "refresh": ct.RefreshV2, "signingkey": ct.SigningKeyJSON,
	} {
		functions[name] = func(options ...string) (string, error) {
			o, err := mintOptions(options)
			if err != nil {
				return "", err
			}
			return minted(mint(o))
		}
	}
	parsed, err := template.New("").Funcs(functions).Parse(text)
	ts.Check(err)
	var out strings.Builder
	ts.Check(parsed.Execute(&out, nil))
	return out.String()
}

// mintOptions reads options such as "seed=a" and "expires=2030-01-02".
func mintOptions(list []string) (o ct.Options, err error) {
	for _, option := range list {
		name, value, _ := strings.Cut(option, "=")
		switch name {
		case "seed":
			o.Seed = value
		case "id":
			o.KeyID = value
		case "endpoint":
			o.Endpoint = value
		case "reads":
			o.Permissions = ct.CacheReadOnly(value)
		case "expires":
			o.ExpiresAt, err = time.Parse(time.DateOnly, value)
		default:
			err = fmt.Errorf("unknown option %q", option)
		}
		if err != nil {
			return o, err
		}
	}
	return o, nil
}

var (
	durations = regexp.MustCompile(`\bin [\d.]+ (?:µs|ms|s|min)\b`)
	seconds   = regexp.MustCompile(`"seconds": [\d.e-]+`)
	addresses = regexp.MustCompile(`127\.0\.0\.1:\d+`)
)

// cmdMasked implements "masked stdout|stderr|FILE OUTPUT": it writes the text
// without what differs from run to run, for cmp.
func cmdMasked(ts *testscript.TestScript, neg bool, args []string) {
	noNegation(ts, neg)
	if len(args) != 2 {
		ts.Fatalf("usage: masked stdout|stderr|FILE OUTPUT")
	}
	text := strings.ReplaceAll(ts.ReadFile(args[0]), ts.Getenv("WORK"), "$WORK")
	text = durations.ReplaceAllString(text, "in TIME")
	text = seconds.ReplaceAllString(text, `"seconds": TIME`)
	text = addresses.ReplaceAllString(text, "ADDRESS")
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o600))
}

// cmdZip implements "zip ARCHIVE FILE…".
func cmdZip(ts *testscript.TestScript, neg bool, args []string) {
	noNegation(ts, neg)
	if len(args) < 2 {
		ts.Fatalf("usage: zip ARCHIVE FILE…")
	}
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	for _, name := range args[1:] {
		f, err := w.Create(filepath.ToSlash(name))
		ts.Check(err)
		_, err = io.WriteString(f, ts.ReadFile(name))
		ts.Check(err)
	}
	ts.Check(w.Close())
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), archive.Bytes(), 0o600))
}

// cmdService implements "service ['STATE TEXT'…]": it starts a stand-in for the
// service, at $LIVE and $MANAGEMENT, which knows those credentials, or else the
// keys of an example account, which "mint" calls {{demo "NAME"}}.
func cmdService(ts *testscript.TestScript, neg bool, args []string) {
	noNegation(ts, neg)
	options := demoAccount()
	if len(args) > 0 {
		options = momentotest.Options{Caches: []string{"orders", "users"}}
		for _, arg := range args {
			state, text, _ := strings.Cut(arg, " ")
			key := momentotest.Key{Text: mint(ts, text)}
			switch state {
			case "live":
				key.State, key.List, key.Read = momentotest.Live, true, []string{"*"}
			case "manager":
				key.State, key.List, key.ReadKeys = momentotest.Live, true, true
			case "reads-orders":
				key.State, key.Read = momentotest.Live, []string{"orders"}
			case "revoked":
				key.State = momentotest.Revoked
			default:
				ts.Fatalf("unknown state %q", state)
			}
			options.Keys = append(options.Keys, key)
		}
	}
	s, err := momentotest.Start(options)
	ts.Check(err)
	ts.Defer(s.Close)
	*serviceOf(ts) = s
	ts.Setenv("LIVE", s.Addr())
	ts.Setenv("MANAGEMENT", s.ManagementURL())
}

func serviceOf(ts *testscript.TestScript) **momentotest.Server {
	s, ok := ts.Value(serviceKey{}).(**momentotest.Server)
	if !ok {
		ts.Fatalf("no place for a service")
	}
	return s
}

// cmdCalls implements "calls FILE": it writes the calls that the service has
// received since it started, or since the last calls.
func cmdCalls(ts *testscript.TestScript, neg bool, args []string) {
	noNegation(ts, neg)
	s := *serviceOf(ts)
	if len(args) != 1 || s == nil {
		ts.Fatalf("usage: calls FILE, after service")
	}
	var list strings.Builder
	for _, c := range s.Calls() {
		fmt.Fprintln(&list, c.Method)
	}
	s.Forget()
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(list.String()), 0o600))
}
