package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/momentotest"
)

// outcome is the result of a run of the program.
type outcome struct {
	code     int
	out, err string
}

// call runs the program in this process, with the given environment.
func call(t testing.TB, in string, env map[string]string, args ...string) outcome {
	t.Helper()
	var out, errs bytes.Buffer
	lookup := func(name string) (string, bool) { v, ok := env[name]; return v, ok }
	code := newApp(strings.NewReader(in), &out, &errs, lookup).run(context.WithoutCancel(t.Context()), args)
	return outcome{code, out.String(), errs.String()}
}

// repository creates a repository with a file in one commit.
func repository(t testing.TB, dir, file, text string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"init", "-q", "-b", "main", "."}, {"add", "."}, {"-c", "user.name=Ada", "-c", "user.email=ada@example.com", "commit", "-q", "-m", "Begin"},
	} {
		cmd := exec.Command("git", append([]string{"-c", "init.templateDir=", "-c", "maintenance.auto=false", "-c", "core.fsync=none"}, args...)...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
}

// organisation creates two repositories, one with a live key, and the service that
// knows it.
func organisation(t testing.TB) (dir, key string, server *momentotest.Server) {
	t.Helper()
	key = credentialtest.V1(credentialtest.Options{Seed: "fleet command"})
	server, err := momentotest.Start(momentotest.Options{Keys: []momentotest.Key{{Text: key, State: momentotest.Live}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	dir = t.TempDir()
	repository(t, filepath.Join(dir, "clean"), "README.md", "# Nothing\n")
	repository(t, filepath.Join(dir, "team", "leaky"), "app.env", "MOMENTO_API_KEY="+key+"\n")
	return dir, key, server
}

func TestRunIsAllOfItInOneProcess(t *testing.T) {
	dir, key, server := organisation(t)
	home := t.TempDir()
	sarif, baseline := filepath.Join(home, "r.sarif"), filepath.Join(home, "known.txt")
	common := []string{"--dir", home, "--live-target", server.Addr(), "--rate", "1000"}
	r := call(t, "", nil, append([]string{"run", dir, "--report", "sarif=" + sarif}, common...)...)
	if r.code != 1 || !strings.Contains(r.out, "team/leaky/app.env") || !strings.Contains(r.out, "live") || strings.Contains(r.out+r.err, key) {
		t.Errorf("exit code %d\n%s%s", r.code, r.out, r.err)
	}
	if text, err := os.ReadFile(sarif); err != nil || !bytes.Contains(text, []byte("team/leaky/app.env")) || bytes.Contains(text, []byte(key)) {
		t.Errorf("the SARIF file: %v", err)
	}
	if n := len(server.Calls()); n == 0 {
		t.Error("no live check")
	}
	// The report again, in another format, and with a baseline.
	r = call(t, "", nil, "report", "--dir", home, "--format", "json")
	var report struct {
		Repositories []struct{ Name, Status string }
		Credentials  []struct{ Fingerprint string }
	}
	if err := json.Unmarshal([]byte(r.out), &report); err != nil || r.code != 1 || len(report.Repositories) != 2 || len(report.Credentials) != 1 {
		t.Errorf("exit code %d, %v, %+v\n%s", r.code, err, report, r.err)
	}
	if r := call(t, "", nil, "report", "--dir", home, "--write-baseline", baseline, "--quiet"); r.code != 0 {
		t.Errorf("writing the baseline: exit code %d\n%s", r.code, r.err)
	}
	if r := call(t, "", nil, "report", "--dir", home, "--baseline", baseline); r.code != 0 {
		t.Errorf("with the baseline: exit code %d\n%s%s", r.code, r.out, r.err)
	}
	if r := call(t, "", nil, "report", "--dir", home, "--fail-on", "none"); r.code != 0 {
		t.Errorf("--fail-on none: exit code %d", r.code)
	}
}

func TestThePartsDoWhatRunDoes(t *testing.T) {
	dir, _, server := organisation(t)
	home := t.TempDir()
	list := "# a list\n\n" + filepath.Join(dir, "clean") + "\n" + filepath.Join(dir, "team") + "\n"
	r := call(t, list, nil, "submit", "--file", "-", "--dir", home)
	id := strings.TrimSpace(r.out)
	if r.code != 0 || id == "" || !strings.Contains(r.err, "2 repositories submitted, 2 of them new") {
		t.Fatalf("exit code %d\n%s%s", r.code, r.out, r.err)
	}
	// Before the work.
	if r := call(t, "", nil, "report", "--dir", home); r.code != 2 || !strings.Contains(r.out, "not scanned yet") {
		t.Errorf("before the work: exit code %d\n%s", r.code, r.out)
	}
	if r := call(t, "", nil, "status", "--dir", home); r.code != 0 || !strings.Contains(r.out, id+"  0 of 2 done, 0 running, 2 waiting, 0 failed") {
		t.Errorf("exit code %d\n%s%s", r.code, r.out, r.err)
	}
	// Submitting the same again adds nothing.
	if r := call(t, list, nil, "submit", "--file", "-", "--run", id, "--dir", home); r.code != 0 || !strings.Contains(r.err, "0 of them new") {
		t.Errorf("exit code %d\n%s", r.code, r.err)
	}
	if r := call(t, "", nil, "worker", "--drain", "--dir", home, "--live-target", server.Addr(), "--rate", "1000"); r.code != 0 {
		t.Errorf("exit code %d\n%s", r.code, r.err)
	}
	if r := call(t, "", nil, "report", "--wait", "--dir", home); r.code != 1 || !strings.Contains(r.out, "team/leaky/app.env") && !strings.Contains(r.out, "leaky/app.env") {
		t.Errorf("exit code %d\n%s%s", r.code, r.out, r.err)
	}
	var status struct {
		Run                          string
		Total, Done, Failed, Waiting int
		Closed                       bool
	}
	r = call(t, "", nil, "status", id, "--watch", "--format", "json", "--dir", home)
	if err := json.Unmarshal([]byte(r.out), &status); err != nil || status.Run != id || status.Done != 2 || status.Failed != 0 || !status.Closed {
		t.Errorf("%+v, %v", status, err)
	}
}

// A repository that does not exist becomes a dead letter, which the report, the
// status and their exit codes show.
func TestAMissingRepositoryIsReported(t *testing.T) {
	dir, home := t.TempDir(), t.TempDir()
	repository(t, filepath.Join(dir, "clean"), "README.md", "# Nothing\n")
	first := call(t, "", nil, "submit", filepath.Join(dir, "clean"), "--dir", home)
	gone := call(t, "", nil, "submit", filepath.Join(dir, "gone"), "--dir", home)
	if r := call(t, "", nil, "worker", "--drain", "--dir", home); r.code != 0 {
		t.Errorf("exit code %d\n%s", r.code, r.err)
	}
	if r := call(t, "", nil, "report", "--dir", home); r.code != 2 || !strings.Contains(r.out, "no such file") {
		t.Errorf("exit code %d\n%s", r.code, r.out)
	}
	if r := call(t, "", nil, "status", "--all", "--dir", home); r.code != 2 || strings.Count(r.out, "\n") != 2 {
		t.Errorf("exit code %d\n%s", r.code, r.out)
	}
	if r := call(t, "", nil, "remove", strings.TrimSpace(first.out), strings.TrimSpace(gone.out), "--dir", home); r.code != 0 {
		t.Errorf("exit code %d\n%s", r.code, r.err)
	}
	if r := call(t, "", nil, "status", "--dir", home); r.code != 2 || !strings.Contains(r.err, "no such run") {
		t.Errorf("exit code %d\n%s", r.code, r.err)
	}
}

// Nothing to scan does not pass for nothing found.
func TestNoRepositoryIsAMistake(t *testing.T) {
	home := t.TempDir()
	for _, command := range []string{"run", "submit"} {
		r := call(t, "# none\n\n", nil, command, "--file", "-", "--dir", home)
		if r.code != 2 || !strings.Contains(r.err, "no repositories to scan") || r.out != "" {
			t.Errorf("%s: exit code %d\n%s%s", command, r.code, r.out, r.err)
		}
	}
}

// Workers do not know of repositories that were not submitted.
func TestAnIncompleteRunIsNotResumed(t *testing.T) {
	dir, _, server := organisation(t)
	home := t.TempDir()
	common := []string{"--dir", home, "--live-target", server.Addr(), "--rate", "1000"}
	// As after an interruption.
	r := call(t, "", nil, "submit", filepath.Join(dir, "clean"), "--open", "--dir", home)
	id := strings.TrimSpace(r.out)
	if r.code != 0 || id == "" {
		t.Fatalf("exit code %d\n%s", r.code, r.err)
	}
	if r := call(t, "", nil, append([]string{"run", "--resume"}, common...)...); r.code != 2 || !strings.Contains(r.err, "submit --run "+id) {
		t.Errorf("exit code %d\n%s%s", r.code, r.out, r.err)
	}
	if r := call(t, "", nil, "submit", dir, "--run", id, "--dir", home); r.code != 0 || !strings.Contains(r.err, "1 of them new") {
		t.Errorf("exit code %d\n%s%s", r.code, r.out, r.err)
	}
	if r := call(t, "", nil, append([]string{"run", "--resume"}, common...)...); r.code != 1 || !strings.Contains(r.out, "2 repositories") {
		t.Errorf("exit code %d\n%s%s", r.code, r.out, r.err)
	}
}

func TestMistakesInTheCommandLineAreReported(t *testing.T) {
	home := t.TempDir()
	key := credentialtest.V1(credentialtest.Options{Seed: "typed"})
	for _, test := range []struct {
		args string
		env  map[string]string
		want string
	}{
		{"repot", nil, `unknown command "repot": did you mean "report"?`},
		{"run --githbu acme", nil, "did you mean --github?"},
		{"run", nil, "nothing to scan"},
		{"run --resume x", nil, "accepts no repositories"},
		{"submit", nil, "nothing to submit"},
		{"submit x --ack-wait 1ms", nil, "--ack-wait"},
		{"submit x --tries 0", nil, "--tries"},
		{"submit x --max-file-size much", nil, "--max-file-size"},
		{"submit x --max-archive-depth -1", nil, "cannot be negative"},
		{"submit --file /no/such/list", nil, "no such file"},
		{"submit https://joe:pa55@host.example/a", nil, "contains a password or token"},
		{"run x --show-secrets", nil, "do not leave the worker"},
		{"run x --format nothing", nil, "--format"},
		{"run x --report sarif", nil, "want FORMAT=FILE"},
		{"run x --baseline /no/such/baseline", nil, "/no/such/baseline"},
		{"report --fail-on some", nil, "want any, live or none"},
		{"report --expiry-warning soon", nil, "--expiry-warning"},
		{"worker --disk-quota lots", nil, "--disk-quota"},
		{"worker --jobs -1", nil, "--jobs"},
		{"worker --verify-timeout never", nil, "--verify-timeout"},
		{"worker --management-key-env NONE", nil, "holds no key"},
		{"worker --management-key-env " + key, nil, "holds no key"},
		{"worker --management-key-env NAME", map[string]string{"NAME": "no key"}, "environment variable NAME"},
		{"status --format yaml", nil, "want text or json"},
		{"report no-such-run", nil, "no such run"},
		{"status --nats http://x", nil, "want nats, tls, ws or wss"},
		{"status --nats nats://127.0.0.1:1 --nats-nkey /no/such/seed", nil, "/no/such/seed"},
	} {
		r := call(t, "", test.env, append(strings.Fields(test.args), "--dir", home)...)
		if r.code != 2 || !strings.Contains(r.err, test.want) {
			t.Errorf("%s: exit code %d, want 2 and %q\n%s", test.args, r.code, test.want, r.err)
		}
		if strings.Contains(r.err, "pa55") || strings.Contains(r.err, key) {
			t.Errorf("the message of %q shows a secret", test.want)
		}
	}
}

// A run takes strict from its configuration, and its report names the file that
// excludes something, without its directory.
func TestARunTakesStrictAndSourcesFromItsConfiguration(t *testing.T) {
	dir := t.TempDir()
	repository(t, filepath.Join(dir, "one"), "a.7z", "7z\xbc\xaf\x27\x1c\x00\x04"+strings.Repeat("\x01", 40))
	key := credentialtest.V1(credentialtest.Options{Seed: "strict fleet"})
	repository(t, filepath.Join(dir, "two"), "left-out.env", "K="+key+"\n")
	repository(t, filepath.Join(dir, "three"), "allowed.env", "K="+key+"\n")
	excluding := "version: 1\nexclude: [left-out.env]\nallow:\n  - path: allowed.env\n    reason: synthetic\n"
	for text, want := range map[string]int{excluding: 0, excluding + "strict: true\n": 2} {
		home := t.TempDir()
		config := filepath.Join(home, "fleet.yaml")
		if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		r := call(t, "", nil, "run", dir, "--dir", home, "--offline", "--config", config, "--format", "json")
		var report struct {
			Summary struct {
				Excluded []struct{ By, Source string }
			}
		}
		if err := json.Unmarshal([]byte(r.out), &report); err != nil || r.code != want || !strings.Contains(r.out, "a.7z") {
			t.Errorf("%q: exit %d, want %d, %v\n%s%s", text, r.code, want, err, r.out, r.err)
		}
		sources := map[string]string{}
		for _, x := range report.Summary.Excluded {
			sources[x.By] = x.Source
		}
		if sources["exclude"] != "fleet.yaml" || sources["allow"] != "fleet.yaml" {
			t.Errorf("%q: exclusions come from %v, want fleet.yaml", text, sources)
		}
	}
}

// A run takes limits and what counts from its configuration, unless flags set them,
// and its report names what set a limit.
func TestARunIsLimitedByItsConfiguration(t *testing.T) {
	dir := t.TempDir()
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	w, err := z.Create("app.env")
	if err == nil {
		_, err = w.Write([]byte("K=" + credentialtest.V1(credentialtest.Options{Seed: "limited fleet"}) + "\n"))
	}
	if err := errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	repository(t, filepath.Join(dir, "one"), "app.zip", archive.String())
	for _, test := range []struct {
		config string
		flags  []string
		code   int
		// source is what the report names for the limit, "" for none.
		source string
	}{
		{"", nil, 1, ""},
		{"max-archive-depth: 0\n", nil, 0, "fleet.yaml"},
		{"max-archive-depth: 0\n", []string{"--max-archive-depth", "8"}, 1, ""},
		{"", []string{"--max-archive-depth", "0"}, 0, "--max-archive-depth"},
		{"fail-on: none\n", nil, 0, ""},
		{"fail-on: none\n", []string{"--fail-on", "any"}, 1, ""},
	} {
		home := t.TempDir()
		config := filepath.Join(home, "fleet.yaml")
		if err := os.WriteFile(config, []byte("version: 1\n"+test.config), 0o600); err != nil {
			t.Fatal(err)
		}
		r := call(t, "", nil, append([]string{"run", dir, "--dir", home, "--offline", "--config", config, "--format", "json"}, test.flags...)...)
		var report struct {
			Summary struct {
				Excluded []struct{ By, Source string }
			}
		}
		if err := json.Unmarshal([]byte(r.out), &report); err != nil || r.code != test.code {
			t.Errorf("%q %q: exit %d, want %d, %v\n%s%s", test.config, test.flags, r.code, test.code, err, r.out, r.err)
		}
		source := ""
		for _, x := range report.Summary.Excluded {
			if x.By == "max-archive-depth" {
				source = x.Source
			}
		}
		if source != test.source {
			t.Errorf("%q %q: the limit is set by %q, want %q", test.config, test.flags, source, test.source)
		}
	}
}
