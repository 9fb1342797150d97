//go:build integration && unix

package faults_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/testing/detecttest"
)

// program builds the program once for all tests.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "momentolint-faults-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "momentolint")
	out, err := exec.Command("go", "build", "-o", path, "../../cmd/momentolint").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("building the program: %w\n%s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := program(); err == nil {
		_ = os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// result is what a run came to. code is -1 where a signal ended it.
type result struct {
	code        int
	out, stderr string
}

// call is one run to be made.
type call struct {
	args []string
	env  []string
	// prefix goes before the program.
	prefix        []string
	stdin, stdout *os.File
	// meanwhile is called once it has started.
	meanwhile func(*os.Process)
}

func run(t *testing.T, c call) result {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	argv := append(append(slices.Clone(c.prefix), path), c.args...)
	cmd := exec.CommandContext(t.Context(), argv[0], argv[1:]...)
	home := t.TempDir()
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TMPDIR=" + home, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull}, c.env...)
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	if c.stdin != nil {
		cmd.Stdin = c.stdin
	}
	if c.stdout != nil {
		cmd.Stdout = c.stdout
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if c.meanwhile != nil {
		c.meanwhile(cmd.Process)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if strings.Contains(stderr.String(), "goroutine ") {
		t.Errorf("it crashed:\n%.3000s", stderr.String())
	}
	return result{cmd.ProcessState.ExitCode(), out.String(), stderr.String()}
}

// report is the JSON report as far as these tests look.
type report struct {
	Summary struct {
		Findings int
		Files    int
		Skipped  []struct{ Path, Reason string }
	}
	Findings []json.RawMessage
}

func parse(t *testing.T, text string) report {
	t.Helper()
	var r report
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatalf("the report is not whole: %v\n%.500s", err, text)
	}
	if r.Summary.Findings != len(r.Findings) {
		t.Errorf("the summary says %d findings of %d", r.Summary.Findings, len(r.Findings))
	}
	return r
}

// corpus writes part of the detector's corpus.
func corpus(t *testing.T, every int) (dir string, files int) {
	t.Helper()
	dir = t.TempDir()
	for i, c := range detecttest.Corpus() {
		if i%every != 0 {
			continue
		}
		path := filepath.Join(dir, fmt.Sprint(i), c.File)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, c.Content, 0o644); err != nil {
			t.Fatal(err)
		}
		files++
	}
	return dir, files
}

// only wants no other files in a directory.
func only(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !slices.Contains(names, e.Name()) {
			t.Errorf("%s is left behind", e.Name())
		}
	}
}

// A disk that is full keeps the report of before, and says so.
func TestAFullDiskKeepsTheOldReport(t *testing.T) {
	dir, _ := corpus(t, 10)
	out := t.TempDir()
	// A file system of its own, of 64 KB, in a mount namespace of its own.
	script := `
		mount -t tmpfs -o size=64k tmpfs "$1" && echo old >"$1/report.json" && echo old >"$1/baseline.json" || exit 99
		head -c 65536 /dev/zero >"$1/more" 2>/dev/null
		"$2" scan --offline --quiet --report json="$1/report.json" --write-baseline "$1/baseline.json" "$3" >/dev/null
		code=$?
		ls -A "$1"
		cat "$1/report.json" "$1/baseline.json"
		exit $code`
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	namespace := []string{"unshare", "--mount"}
	if os.Getuid() != 0 {
		namespace = append(namespace, "--map-root-user")
	}
	argv := append(namespace, "sh", "-c", script, "sh", out, path, dir)
	cmd := exec.CommandContext(t.Context(), argv[0], argv[1:]...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	if code := cmd.ProcessState.ExitCode(); code != 2 || !strings.Contains(stderr.String(), "no space left on device") {
		t.Fatalf("exit %d, %v; want 2, and that there is no space left\n%s%s", code, err, stderr.String(), stdout.String())
	}
	if got := stdout.String(); got != "baseline.json\nmore\nreport.json\nold\nold\n" {
		t.Errorf("what is left of the reports: %q", got)
	}
}

func TestAFullDiskBehindStandardOutputIsSaid(t *testing.T) {
	dir, _ := corpus(t, 50)
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = full.Close() }()
	for _, format := range []string{"text", "json", "sarif", "html", "csv"} {
		if r := run(t, call{args: []string{"scan", "--offline", "--format", format, dir}, stdout: full}); r.code != 2 || !strings.Contains(r.stderr, "no space left") {
			t.Errorf("%s: exit %d, %s", format, r.code, r.stderr)
		}
	}
}

func TestAReportThatCannotBeWrittenIsSaidBeforeTheScan(t *testing.T) {
	dir, _ := corpus(t, 50)
	out := t.TempDir()
	r := run(t, call{args: []string{"scan", "--offline", "--format", "json", "--report", "json=" + out + "/nowhere/r.json", "--report", "csv=" + out + "/r.csv", dir}})
	if r.code != 2 || !strings.Contains(r.stderr, "nowhere") || len(r.out) > 0 {
		t.Errorf("exit %d, %s%s", r.code, r.stderr, r.out)
	}
	if _, err := os.Stat(out + "/r.csv"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the other report: %v", err)
	}
}

// git runs git in a directory.
func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", append([]string{"-C", dir}, args...)...)
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull,
		"GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=C", "GIT_COMMITTER_EMAIL=c@example.com",
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

// history is a repository with a key in each of some commits.
func history(t *testing.T, commits int) string {
	t.Helper()
	dir := t.TempDir()
	git(t, dir, "init", "-q", "-b", "main")
	for i := range commits {
		if err := os.WriteFile(filepath.Join(dir, "a.env"), []byte("KEY="+ct.V2(ct.Options{Seed: fmt.Sprint("commit ", i)})+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		git(t, dir, "add", "-A")
		git(t, dir, "commit", "-q", "-m", fmt.Sprint("Commit ", i))
	}
	return dir
}

// findings is a report without what differs from run to run.
func findings(t *testing.T, r result) string {
	t.Helper()
	var all []string
	for _, f := range parse(t, r.out).Findings {
		all = append(all, string(f))
	}
	return strings.Join(all, "\n")
}

func TestACacheThatCannotBeWrittenChangesNothing(t *testing.T) {
	repo := history(t, 5)
	args := []string{"scan", "--offline", "--history", "--format", "json", repo}
	want := findings(t, run(t, call{args: append(args, "--no-cache")}))
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	// Neither can be written by root.
	for _, cache := range []string{"/proc/self", filepath.Join(blocked, "below")} {
		r := run(t, call{args: args, env: []string{"XDG_CACHE_HOME=" + cache}})
		if got := findings(t, r); r.code != 1 || got != want {
			t.Errorf("%s: exit %d, the same findings: %t\n%s", cache, r.code, got == want, r.stderr)
		}
	}
}

func TestRunsAtOnceOnOneCache(t *testing.T) {
	repo := history(t, 40)
	args := []string{"scan", "--offline", "--history", "--format", "json", repo}
	want := findings(t, run(t, call{args: append(args, "--no-cache")}))
	if strings.Count(want, "momento-api-key-v2") != 40 {
		t.Fatalf("without a cache: %s", want)
	}
	cache := t.TempDir()
	for round := range 3 {
		var all sync.WaitGroup
		results := make([]result, 5)
		for i := range results {
			all.Go(func() { results[i] = run(t, call{args: args, env: []string{"XDG_CACHE_HOME=" + cache}}) })
		}
		all.Wait()
		for i, r := range results {
			if got := findings(t, r); r.code != 1 || got != want {
				t.Errorf("round %d, run %d: exit %d, the same findings: %t\n%s", round, i, r.code, got == want, r.stderr)
			}
		}
	}
	err := filepath.WalkDir(cache, func(path string, d os.DirEntry, err error) error {
		if err == nil && strings.Contains(d.Name(), "tmp") {
			t.Errorf("%s is left behind", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// A run that is stopped at any moment leaves whole reports or none, no
// temporary files, and says that it was stopped.
func TestStoppedRuns(t *testing.T) {
	dir, files := corpus(t, 4)
	random := rand.New(rand.NewPCG(7, 11))
	// Moments between the start and a little after the end of a whole run.
	began := time.Now()
	run(t, call{args: []string{"scan", "--offline", "--format", "json", dir}})
	whole := time.Since(began)
	count := map[string]int{}
	var mu sync.Mutex
	t.Run("runs", func(t *testing.T) {
		for i := range 200 {
			sig := []syscall.Signal{syscall.SIGINT, syscall.SIGTERM}[i%2]
			wait := time.Duration(random.Int64N(int64(whole + whole/8)))
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				out := t.TempDir()
				r := run(t, call{
					args:      []string{"scan", "--offline", "--format", "json", "--report", "json=" + out + "/r.json", "--report", "csv=" + out + "/r.csv", dir},
					meanwhile: func(p *os.Process) { time.Sleep(wait); _ = p.Signal(sig) }, // it may be over
				})
				only(t, out, "r.json", "r.csv")
				if content, err := os.ReadFile(out + "/r.json"); err == nil {
					parse(t, string(content))
				}
				end := ""
				switch {
				case r.code == -1:
					// Before it could listen to signals.
					if end = "at its start"; r.out != "" {
						t.Errorf("it had written something:\n%.300s", r.out)
					}
				case r.code == 1:
					if end = "at its end"; parse(t, r.out).Summary.Files != files {
						t.Error("it says that it is done, and has not looked at all files")
					}
				case r.code == 2 && r.out == "":
					end = "before it had anything"
				case r.code == 2 && strings.Contains(r.stderr, "writing the reports: interrupted"):
					// A busy machine does not write all of it in the second that is left.
					end = "while it wrote"
				case r.code == 2:
					end = "in the middle"
					p := parse(t, r.out)
					if !slices.ContainsFunc(p.Summary.Skipped, func(s struct{ Path, Reason string }) bool { return strings.Contains(s.Reason, "stopped") }) {
						t.Errorf("it does not say that it was stopped: %+v\n%s", p.Summary, r.stderr)
					}
				default:
					t.Errorf("exit %d\n%s", r.code, r.stderr)
				}
				mu.Lock()
				defer mu.Unlock()
				count[end]++
			})
		}
	})
	t.Logf("stopped %v", count)
}

// Ctrl-C while the program waits for more input: what was found is told.
func TestAnInterruptedStreamTellsWhatWasFound(t *testing.T) {
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = writer.Close() }()
	r := run(t, call{
		args: []string{"scan", "--offline", "--format", "json", "-"}, stdin: reader,
		meanwhile: func(p *os.Process) {
			_ = reader.Close()
			// A pipe holds 64 KB, so nearly all of it has been read by the end.
			text := "KEY=" + ct.V2(ct.Options{}) + "\n" + strings.Repeat("and so on and on\n", 1<<18)
			if _, err := writer.WriteString(text); err != nil {
				t.Error(err)
			}
			_ = p.Signal(syscall.SIGINT)
			// Whoever does not hear it is ended.
			go func() { time.Sleep(2 * time.Minute); _ = p.Kill() }()
		},
	})
	if r.code != 2 {
		t.Fatalf("exit %d, %s", r.code, r.stderr)
	}
	if p := parse(t, r.out); len(p.Findings) != 1 || len(p.Summary.Skipped) == 0 {
		t.Errorf("%d findings, skipped %v; want the one, and that it was stopped", len(p.Findings), p.Summary.Skipped)
	}
}

func TestAClosedPipeEndsARunQuietly(t *testing.T) {
	dir, _ := corpus(t, 10)
	for _, format := range []string{"text", "json", "sarif", "html"} {
		reader, writer, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		_ = reader.Close()
		out := t.TempDir()
		r := run(t, call{args: []string{"scan", "--offline", "--format", format, "--report", "json=" + out + "/r.json", dir}, stdout: writer})
		_ = writer.Close()
		if r.code == 0 || r.code == 1 || r.stderr != "" {
			t.Errorf("%s: exit %d, %q", format, r.code, r.stderr)
		}
		only(t, out, "r.json")
		content, err := os.ReadFile(out + "/r.json")
		if err != nil {
			t.Fatal(err)
		}
		parse(t, string(content))
	}
}
