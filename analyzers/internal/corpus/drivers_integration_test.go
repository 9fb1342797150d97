//go:build integration

package corpus_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/format"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/momentolint/momentolint/analyzers/internal/corpus"
)

// scratch is a directory for what all tests share.
var scratch string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "corpus-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	scratch = dir
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// root is the root of the repository.
func root() string { return filepath.Dir(corpus.Dir()) }

// momentolint builds the program once.
var momentolint = sync.OnceValues(func() (string, error) {
	path := filepath.Join(scratch, "momentolint")
	cmd := exec.Command("go", "build", "-o", path, "./cmd/momentolint")
	cmd.Dir = root()
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("building momentolint: %w\n%s", err, out)
	}
	return path, err
})

func program(t *testing.T) string {
	t.Helper()
	path, err := momentolint()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// run runs a command in a directory, away from this tree's workspace, and returns
// its output and exit code.
func run(t *testing.T, dir string, env []string, name string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = slices.Concat(os.Environ(), []string{"GOWORK=off", "GOFLAGS=-mod=mod", "GOPROXY=off", "PWD=" + dir}, env)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatalf("%s: %v", name, err)
	}
	return out.String(), errOut.String(), cmd.ProcessState.ExitCode()
}

// found are messages by place.
type found map[corpus.Place][]string

func (f found) add(file string, line int, message string) {
	at := corpus.Place{File: filepath.ToSlash(file), Line: line}
	f[at] = append(f[at], message)
	slices.Sort(f[at])
}

// vetLine is a finding as go vet prints it.
var vetLine = regexp.MustCompile(`(?m)^(?:\./)?(\S+\.go):(\d+):\d+: (.*)$`)

func throughVet(t *testing.T, dir string) found {
	t.Helper()
	_, stderr, code := run(t, dir, nil, "go", "vet", "-vettool="+program(t), "./...")
	if code != 1 {
		t.Fatalf("go vet: exit %d\n%s", code, stderr)
	}
	all := make(found)
	for _, m := range vetLine.FindAllStringSubmatch(stderr, -1) {
		line, err := strconv.Atoi(m[2])
		if err != nil {
			t.Fatal(err)
		}
		all.add(m[1], line, m[3])
	}
	return all
}

// lintReport is what the tests read of momentolint's JSON.
type lintReport struct {
	Summary struct {
		Skipped []struct{ Path, Reason string }
	}
	Findings []struct {
		Rule, File, Message string
		Line                int
	}
}

func throughLint(t *testing.T, dir string, args ...string) found {
	t.Helper()
	stdout, stderr, code := run(t, dir, nil, program(t), append([]string{"lint", "--format", "json", "--fail-on", "none"}, args...)...)
	if code != 0 {
		t.Fatalf("momentolint lint: exit %d\n%s", code, stderr)
	}
	var report lintReport
	if err := json.Unmarshal([]byte(stdout), &report); err != nil {
		t.Fatal(err)
	}
	all := make(found)
	for _, f := range report.Findings {
		all.add(f.File, f.Line, f.Message)
	}
	return all
}

func TestGoVetFindsWhatTheCorpusExpectsAndLintTheSame(t *testing.T) {
	dir := corpus.Module(t, t.TempDir())
	vet := throughVet(t, dir)
	expect(t, "go vet", vet)
	agree(t, "momentolint lint", throughLint(t, dir), vet)
}

func TestGolangciLintFindsTheSame(t *testing.T) {
	dir := corpus.Module(t, t.TempDir())
	vet := throughVet(t, dir)
	// golangci-lint leaves generated files out; all else is the same.
	maps.DeleteFunc(vet, func(at corpus.Place, _ []string) bool { return strings.HasPrefix(at.File, "generated/") })
	agree(t, "golangci-lint", unnumbered(throughGolangci(t, dir, "")), unnumbered(vet))
}

// number is what tells apart findings with one text. golangci-lint looks at the
// comments that silence after the analyzers, and counts further.
var number = regexp.MustCompile(` \[\d+\]$`)

func unnumbered(f found) found {
	for _, messages := range f {
		for i, m := range messages {
			messages[i] = number.ReplaceAllString(m, "")
		}
		slices.Sort(messages)
	}
	return f
}

// expect compares findings with the comments of the corpus.
func expect(t *testing.T, driver string, got found) {
	t.Helper()
	expected := corpus.Expected(t)
	for at, patterns := range expected {
		messages := slices.Clone(got[at])
		for _, p := range patterns {
			i := slices.IndexFunc(messages, p.MatchString)
			if i < 0 {
				t.Errorf("%s: %s:%d: nothing like %s in %q", driver, at.File, at.Line, p, messages)
				continue
			}
			messages = slices.Delete(messages, i, i+1)
		}
		if len(messages) > 0 {
			t.Errorf("%s: %s:%d: unexpected %q", driver, at.File, at.Line, messages)
		}
	}
	for at, messages := range got {
		if _, ok := expected[at]; !ok {
			t.Errorf("%s: %s:%d: unexpected %q", driver, at.File, at.Line, messages)
		}
	}
	places := make(map[string]int)
	for at := range expected {
		analyzer, _, _ := strings.Cut(at.File, "/")
		places[analyzer]++
	}
	for analyzer, least := range map[string]int{"hardcoded": 30, "plaintext": 30, "expiry": 30, "scope": 15} {
		if places[analyzer] < least {
			t.Errorf("the corpus expects only %d places of %s, want %d", places[analyzer], analyzer, least)
		}
	}
}

// agree compares the findings of two drivers.
func agree(t *testing.T, driver string, got, want found) {
	t.Helper()
	for at, messages := range want {
		if !slices.Equal(got[at], messages) {
			t.Errorf("%s: %s:%d: %q, go vet says %q", driver, at.File, at.Line, got[at], messages)
		}
	}
	for at, messages := range got {
		if want[at] == nil {
			t.Errorf("%s: %s:%d: %q, go vet says nothing", driver, at.File, at.Line, messages)
		}
	}
}

// fixable are the packages of the corpus that have golden files.
var fixable = []string{"./hardcoded/fixes/...", "./expiry/fixes/..."}

func TestEveryDriverFixesAlike(t *testing.T) {
	for name, fix := range map[string]func(t *testing.T, dir string){
		"go vet -fix": func(t *testing.T, dir string) {
			_, stderr, code := run(t, dir, nil, "go", append([]string{"vet", "-vettool=" + program(t), "-fix"}, fixable...)...)
			if code > 1 {
				t.Fatalf("exit %d\n%s", code, stderr)
			}
		},
		"go fix -fixtool": func(t *testing.T, dir string) {
			_, stderr, code := run(t, dir, nil, "go", append([]string{"fix", "-fixtool=" + program(t)}, fixable...)...)
			if code > 1 {
				t.Fatalf("exit %d\n%s", code, stderr)
			}
		},
		"momentolint lint --fix": func(t *testing.T, dir string) {
			_, stderr, code := run(t, dir, nil, program(t), append([]string{"lint", "--fix"}, fixable...)...)
			if code != 1 || !strings.Contains(stderr, "momentolint: fixed ") {
				t.Fatalf("exit %d\n%s", code, stderr)
			}
		},
		"golangci-lint run --fix": func(t *testing.T, dir string) { throughGolangci(t, dir, "", append([]string{"--fix"}, fixable...)...) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := corpus.Module(t, t.TempDir())
			fix(t, dir)
			compareGolden(t, dir)
		})
	}
}

// compareGolden holds the fixed files against the golden ones.
func compareGolden(t *testing.T, dir string) {
	t.Helper()
	source := filepath.Join(corpus.Dir(), "src", filepath.FromSlash(corpus.Path))
	compared := 0
	err := filepath.WalkDir(source, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".golden") {
			return err
		}
		name, err := filepath.Rel(source, strings.TrimSuffix(path, ".golden"))
		if err != nil {
			return err
		}
		want, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		compared++
		// Not every driver formats.
		if got, err = format.Source(got); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if want, err = format.Source(want); err != nil {
			t.Errorf("%s.golden: %v", name, err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is\n%s\nwant\n%s", name, got, want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if compared < 5 {
		t.Errorf("only %d golden files", compared)
	}
}

// All fixes of the corpus at once: what comes out compiles, tests included,
// and nothing is left that could be fixed.
func TestWhatIsFixedCompilesAndHasNoMoreFixes(t *testing.T) {
	dir := corpus.Module(t, t.TempDir())
	before := throughLint(t, dir)
	after := throughLint(t, dir, "--fix")
	if len(after) >= len(before) {
		t.Errorf("%d places before, %d after", len(before), len(after))
	}
	if _, stderr, code := run(t, dir, nil, "go", "test", "-vet=off", "-run", "^$", "./..."); code != 0 {
		t.Errorf("the fixed corpus does not compile:\n%s", stderr)
	}
	_, stderr, _ := run(t, dir, nil, program(t), "lint", "--fix")
	if strings.Contains(stderr, "fixed ") {
		t.Errorf("a second time: %s", stderr)
	}
	agree(t, "a second time", throughLint(t, dir), after)
}

// The commands that README.md and docs/golangci-lint.md show.
func TestTheDocumentedCommandsWork(t *testing.T) {
	dir := corpus.Module(t, t.TempDir())
	if err := os.WriteFile(filepath.Join(dir, ".golangci.yml"), []byte(settings(t)), 0o644); err != nil {
		t.Fatal(err)
	}
	custom := golangciLints(t).custom // by golangci-lint custom
	if err := os.MkdirAll(filepath.Join(dir, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(custom, filepath.Join(dir, "bin", "custom-gcl")); err != nil {
		t.Fatal(err)
	}
	path := "PATH=" + filepath.Dir(program(t)) + string(filepath.ListSeparator) + os.Getenv("PATH")
	for _, command := range []string{
		`momentolint lint                                    # every module and workspace below this directory`,
		`go vet -vettool="$(command -v momentolint)" ./...   # the same in go vet, with its cache`,
		`./bin/custom-gcl run ./...`,
		`momentolint lint --fix ./...                        # repair what can be repaired`,
	} {
		stdout, stderr, code := run(t, dir, []string{path}, "sh", "-c", command)
		if code != 1 || !strings.Contains(stdout+stderr, "hard-coded Momento API key") {
			t.Errorf("%s: exit %d\n%s%s", command, code, stdout, stderr)
		}
	}
}
