//go:build integration

package noleak_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/test/noleak"
)

// fillOrg makes an organisation's repositories: one of the detector's corpus
// and a live key, one by strange people, one that cannot be read.
func (w *world) fillOrg(t *testing.T) {
	t.Helper()
	leaky := filepath.Join(w.org, "leaky")
	if err := os.CopyFS(leaky, os.DirFS(w.few)); err != nil {
		t.Fatal(err)
	}
	repository(t, leaky)
	other := filepath.Join(w.org, "team", "other")
	repository(t, other)
	write(t, filepath.Join(other, "live.env"), []byte("KEY="+w.live+"\n"))
	write(t, filepath.Join(other, w.key("name of a file of the fleet", ct.Options{})), []byte("KEY="+w.key("in a strange file of the fleet", ct.Options{})+"\n"))
	git(t, other, nil, "add", "-A", "-f")
	git(t, other, []string{"GIT_AUTHOR_NAME=" + w.key("an author of the fleet", ct.Options{})}, "commit", "-q", "-m", "Use "+w.key("a message of the fleet", ct.Options{}))
	// This one cannot be submitted: the queue would hold the path.
	repository(t, filepath.Join(w.org, w.key("name of a directory of the fleet", ct.Options{}), "hidden"))
	broken := filepath.Join(w.org, "team", "broken")
	repository(t, broken)
	if err := os.WriteFile(filepath.Join(broken, ".git", "HEAD"), []byte("ref: "+w.key("HEAD of a broken repository", ct.Options{})), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(broken, ".git", "objects")); err != nil {
		t.Fatal(err)
	}
}

// fleetDir is the fleet's directory in the directory of a run, as its arguments name it.
const fleetDir = outDir + "/fleet"

// steps makes runs of the fleet's program, one after the other in one directory,
// and looks through everything at the end: what they said, their reports, and
// the files of JetStream. Clones are what was scanned, so they may hold it.
func (w *world) steps(t *testing.T, finder *noleak.Finder, list ...run) (folder string) {
	t.Helper()
	folder = t.TempDir()
	traces := make([]trace, len(list))
	for i, r := range list {
		r.bin, r.folder = w.fleet, folder
		r.args = append(slices.Clone(r.args), "--dir", fleetDir)
		traces[i] = w.do(t, r)
	}
	if err := os.RemoveAll(filepath.Join(folder, "out", "fleet", "clones")); err != nil {
		t.Fatal(err)
	}
	if w.search(t, finder, folder) {
		for i := range list {
			traces[i].expect(t, list[i])
		}
	}
	return folder
}

func (w *world) fleets(t *testing.T, finder *noleak.Finder) {
	t.Helper()
	live := []string{"--live-target", w.service.Addr(), "--management-url", w.service.ManagementURL(), "--management-key-env", "MANAGER", "--rate", "1000"}
	manager := []string{"MANAGER=" + w.manager}
	list := strings.Join([]string{w.org, w.repo, w.broken, "file://" + w.repo, "file://" + w.broken, ""}, "\n")

	t.Run("run", func(t *testing.T) {
		t.Parallel()
		steps := []run{
			{name: "run", args: slices.Concat([]string{"run", w.org, w.repo, w.broken, "--verbose", "--tries", "1"}, live, reports()), env: manager, codes: []int{2}, says: "the name contains a credential"},
			{name: "status", args: []string{"status", "--all", "--format", "json"}, codes: []int{0, 2}, says: `"total":`},
		}
		for _, format := range formats {
			steps = append(steps, run{name: "report " + format, args: []string{"report", "--verbose", "--format", format}, codes: []int{2}, says: "live.env"})
		}
		steps = append(steps, run{name: "a baseline", args: []string{"report", "--write-baseline", outDir + "/baseline.json"}, codes: []int{2}})
		folder := w.steps(t, finder, steps...)
		w.readsStore(t, filepath.Join(folder, "out", "fleet", "jetstream"))
	})
	t.Run("submit and worker", func(t *testing.T) {
		t.Parallel()
		w.steps(t, finder,
			run{name: "submit", args: []string{"submit", "--file", "-", "--tries", "1"}, in: list, codes: []int{2}, says: "the name contains a credential"},
			run{name: "worker", args: append([]string{"worker", "--drain", "--verbose"}, live...), env: manager, codes: []int{0}},
			run{name: "report", args: append([]string{"report", "--wait", "--verbose"}, reports()...), codes: []int{2}, says: "live.env"},
			run{name: "submit again", args: []string{"submit", "--file", "-", "--tries", "2", "--offline"}, in: list, codes: []int{2}},
			run{name: "worker that knows the caches", args: []string{"worker", "--drain", "--verbose"}, codes: []int{0}},
			run{name: "status", args: []string{"status", "--all"}, codes: []int{2}},
		)
	})
	// Without what fails: each try of it is another pause.
	whole := strings.Join([]string{filepath.Join(w.org, "leaky"), filepath.Join(w.org, "team", "other"), w.repo, "file://" + w.repo, ""}, "\n")
	worker := run{name: "worker", args: append([]string{"worker", "--drain", "--verbose"}, live...), env: manager}
	for name, strikes := range map[string][]run{
		"a worker killed at several moments":     {struck(worker, syscall.SIGKILL, 250*time.Millisecond), struck(worker, syscall.SIGKILL, time.Second)},
		"a worker that prints all of its stacks": {struck(worker, syscall.SIGQUIT, 500*time.Millisecond)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			steps := append([]run{{name: "submit", args: []string{"submit", "--file", "-", "--ack-wait", "1s"}, in: whole, codes: []int{0}}}, strikes...)
			steps = append(steps,
				run{name: "report of what there is", args: []string{"report", "--verbose"}, codes: []int{1, 2}},
				run{name: "the last worker", args: worker.args, env: manager, codes: []int{0}},
				run{name: "report", args: append([]string{"report", "--verbose"}, reports()...), codes: []int{1}, says: "live.env"},
			)
			w.steps(t, finder, steps...)
		})
	}
}

// readsStore sees that the search reads what JetStream stores: it finds there
// what may stand there, the fingerprint of the live key.
func (w *world) readsStore(t *testing.T, folder string) {
	t.Helper()
	c, err := credential.Parse([]byte(w.live))
	if err != nil {
		t.Fatal(err)
	}
	finder, err := noleak.New([]noleak.Secret{{Name: "fingerprint", Text: c.Fingerprint()}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		t.Fatal("JetStream has no files")
	}
	if len(leaks(t, finder, folder)) == 0 {
		t.Error("the search does not see what JetStream stores")
	}
}

// fleetMistakes are calls that fail, with a credential in what is wrong.
func (w *world) fleetMistakes() []run {
	config := func(text string) []string {
		k := w.key("in a fleet's configuration: "+text, ct.Options{})
		path := filepath.Join(filepath.Dir(w.few), "fleet", k[len(k)-8:], "c.yaml")
		_ = os.MkdirAll(filepath.Dir(path), 0o755)
		_ = os.WriteFile(path, []byte(strings.ReplaceAll(text, "KEY", k)), 0o600)
		return []string{"run", w.org, "--offline", "--config", path}
	}
	all := []run{
		{args: []string{"KEY"}}, {args: []string{"run"}, in: "KEY"}, {args: []string{"run", "KEY"}}, {args: []string{"run", "https://u:KEY@h.example/x"}},
		{args: []string{"run", "https://KEY@h.example/x"}}, {args: []string{"run", "KEY://x"}}, {args: []string{"run", "ext::KEY"}}, {args: []string{"run", "-KEY"}},
		{args: []string{"run", "https://[KEY/x"}}, {args: []string{"submit", "--file", "KEY"}}, {args: []string{"submit", "--file", "-"}, in: "https://u:KEY@h.example/x"},
		{args: []string{"submit", "--file", "-"}, in: "KEY::KEY"}, {args: []string{"submit", "--run", "KEY", "x"}}, {args: []string{"submit", "--ack-wait", "KEY", "x"}},
		{args: []string{"submit", "--max-file-size", "KEY", "x"}}, {args: []string{"worker", "KEY"}}, {args: []string{"worker", "--run", "KEY", "--drain"}},
		{args: []string{"worker", "--disk-quota", "KEY"}}, {args: []string{"worker", "--live-target", "KEY"}}, {args: []string{"worker", "--management-key-env", "KEY"}},
		{args: []string{"worker", "--management-key-env", "X"}, env: []string{"X=KEY!"}}, {args: []string{"worker", "--endpoint", "KEY"}}, {args: []string{"worker", "--allow-host", "KEY"}},
		{args: []string{"report", "KEY"}}, {args: []string{"report", "--format", "KEY"}}, {args: []string{"report", "--report", "json=" + outDir + "/none/KEY"}},
		{args: []string{"report", "--baseline", "KEY"}}, {args: []string{"status", "KEY"}}, {args: []string{"status", "--format", "KEY"}}, {args: []string{"remove", "KEY"}},
		{args: []string{"status", "--nats", "KEY"}}, {args: []string{"status", "--nats", "nats://u:KEY@127.0.0.1:1"}}, {args: []string{"status", "--nats", "nats://KEY@127.0.0.1:1"}},
		{args: []string{"status", "--nats", "tls://127.0.0.1:1", "--nats-creds", "KEY"}}, {args: []string{"status", "--nats", "tls://127.0.0.1:1", "--nats-nkey", "KEY"}},
		{args: []string{"status", "--nats", "tls://127.0.0.1:1", "--nats-user", "KEY"}, env: []string{"NATS_PASSWORD=KEY"}},
		{args: []string{"status", "--nats", "tls://127.0.0.1:1", "--nats-ca", "KEY"}}, {args: []string{"run", "x", "--github-url", "KEY", "--github", "KEY"}},
		{args: []string{"run", "--gitlab-url", "http://u:KEY@127.0.0.1:1", "--gitlab", "KEY"}}, {args: []string{"run", "--github-url", "http://127.0.0.1:1/KEY", "--github", "a"}, env: []string{"GITHUB_TOKEN=KEY"}},
		{args: config("version: 1\nKEY: x\n")}, {args: config("version: [\n KEY : : {\n")}, {args: config("version: KEY\n")}, {args: config("# KEY\nversion: 1\n")},
	}
	for i := range all {
		r := &all[i]
		r.name = "mistake: fleet " + strings.ReplaceAll(strings.Join(append(slices.Clone(r.args), r.in), " "), filepath.Dir(w.few), "")
		k := w.key("in a "+r.name, ct.Options{})
		r.bin, r.codes = w.fleet, []int{2}
		r.in = strings.ReplaceAll(r.in, "KEY", k)
		for _, list := range [][]string{r.args, r.env} {
			for j := range list {
				list[j] = strings.ReplaceAll(list[j], "KEY", k)
			}
		}
		r.args = append(r.args, "--dir", fleetDir)
	}
	return all
}
