//go:build bounds && linux

package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/klauspost/compress/zstd"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// memoryLimit is what a scan may take at the most, in bytes, whatever it reads.
// The limit of the address space is higher, because Go reserves more than it
// uses; it stops a scan that runs away.
const (
	memoryLimit  = 150_000_000
	addressLimit = 4 << 30
)

var buildOnce = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "momentolint-bounds")
	if err != nil {
		return "", err
	}
	program := filepath.Join(dir, "momentolint")
	out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%w: %s", err, out)
	}
	return program, err
})

// cost is what a run took.
type cost struct {
	CPU    time.Duration
	Memory int64 // the most that was resident, in bytes
}

// runBounded names the file for the cost of a run, in a process of this test
// program that does nothing but one such run.
const runBounded = "MOMENTOLINT_RUN_BOUNDED"

// The kernel counts the peak of a process that calls execve as the new
// program's, and the test's own peak is that of the input that it made.
func init() { //nolint:gochecknoinits // this process is not to become a test
	file := os.Getenv(runBounded)
	if file == "" {
		return
	}
	fail := func(err error) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(125)
	}
	limit := unix.Rlimit{Cur: addressLimit, Max: addressLimit}
	if err := unix.Setrlimit(unix.RLIMIT_AS, &limit); err != nil {
		fail(err)
	}
	cmd := exec.Command(os.Args[1], os.Args[2:]...) //nolint:noctx // ends with its parent
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		fail(err)
	}
	usage, _ := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	text, err := json.Marshal(cost{cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), usage.Maxrss << 10})
	if err == nil {
		err = os.WriteFile(file, text, 0o600)
	}
	if err != nil {
		fail(err)
	}
	os.Exit(cmd.ProcessState.ExitCode())
}

// bounded runs a scan in a process of its own under the limits, checks its exit
// code and gives its report.
func bounded(t *testing.T, code int, args ...string) (output, cost) {
	t.Helper()
	program, err := buildOnce()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "cost")
	cmd := exec.CommandContext(t.Context(), os.Args[0], append([]string{program, "scan", "--offline", "--format", "json", "--jobs", "2"}, args...)...)
	cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+t.TempDir(), runBounded+"="+file)
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	var c cost
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	if err != nil {
		t.Fatalf("%v\n%.2000s", err, stderr.String())
	}
	if got := cmd.ProcessState.ExitCode(); got != code {
		t.Fatalf("exit %d, want %d\n%.2000s", got, code, stderr.String())
	}
	if c.Memory > memoryLimit {
		t.Errorf("%d MiB of memory, more than %d", c.Memory>>20, memoryLimit>>20)
	}
	var o output
	if out.Len() > 0 {
		if err := json.Unmarshal(out.Bytes(), &o); err != nil {
			t.Fatalf("%v in %.500s", err, out.String())
		}
	}
	t.Logf("%v of CPU time, %d MiB", c.CPU.Round(10*time.Millisecond), c.Memory>>20)
	return o, c
}

func putFile(t *testing.T, path string, data []byte) string {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// zeros gives n zeros.
func zeros(n int64) io.Reader { return io.LimitReader(zeroReader{}, n) }

func zerosOf4kB() io.Reader { return zeros(4 << 10) }

type zeroReader struct{}

func (zeroReader) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func gzipped(t *testing.T, in io.Reader) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, flate.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(w, in); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zippedTimes(t *testing.T, members int, in func() io.Reader) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := range members {
		f, err := w.Create(fmt.Sprintf("member-%d", i))
		if err == nil {
			_, err = io.Copy(f, in())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// inText gives a text with base64 of others, and a key behind them.
func inText(key string, packed ...[]byte) []byte {
	var b bytes.Buffer
	for i, p := range packed {
		fmt.Fprintf(&b, "a%d: %s\n", i, base64.StdEncoding.EncodeToString(p))
	}
	b.WriteString(key)
	return b.Bytes()
}

// A bomb is small and becomes large. It costs bounded time and memory, what is
// found before the bound is reported, and the bound is said.
func TestBombs(t *testing.T) {
	dir := t.TempDir()
	const large = 512 << 20
	once := gzipped(t, zeros(large))
	key := "KEY=" + ct.V2(ct.Options{Seed: "bomb"}) + "\n"
	bombs := map[string][]byte{
		"one.gz":       once,
		"twice.gz.gz":  gzipped(t, bytes.NewReader(once)),
		"one.zip":      zippedTimes(t, 1, func() io.Reader { return zeros(large) }),
		"many.zip":     zippedTimes(t, 400, func() io.Reader { return zeros(1 << 20) }),
		"nested.zip":   zippedTimes(t, 50, func() io.Reader { return bytes.NewReader(once) }),
		"key-first.gz": gzipped(t, io.MultiReader(strings.NewReader(key), zeros(large))),
		"text.yaml":    inText(key, once),
		"texts.yaml":   inText(key, slices.Repeat([][]byte{gzipped(t, zeros(1<<20))}, 400)...),
	}
	xz := exec.CommandContext(t.Context(), "xz", "-1", "-c")
	xz.Stdin = zeros(large)
	out, err := xz.Output()
	if err != nil {
		t.Fatal(err)
	}
	bombs["one.xz"] = out
	// What a quine does, an archive that holds itself, costs as much as archives
	// inside one another without end.
	deep := []byte(key)
	for range 200 {
		deep = gzipped(t, bytes.NewReader(deep))
	}
	for name, data := range bombs {
		t.Run(name, func(t *testing.T) {
			o, _ := bounded(t, exitFailed, putFile(t, filepath.Join(dir, name), data))
			if len(o.Summary.Skipped) == 0 {
				t.Error("nothing says that it was not read to its end")
			}
			if (name == "key-first.gz" || strings.HasSuffix(name, ".yaml")) && len(o.Findings) != 1 {
				t.Errorf("%d findings before the bound", len(o.Findings))
			}
		})
	}
	t.Run("200 archives inside one another", func(t *testing.T) {
		o, _ := bounded(t, exitFailed, putFile(t, filepath.Join(dir, "deep.gz"), deep))
		if len(o.Summary.Skipped) == 0 {
			t.Error("nothing says that it was not opened to its end")
		}
	})
}

// A window is memory that the data asks for, each file another amount.
func TestWindowsOfManySizes(t *testing.T) {
	dir := t.TempDir()
	for i := range 120 {
		var out bytes.Buffer
		window := min(zstd.MinWindowSize<<(i%17), 64<<20)
		w, err := zstd.NewWriter(&out, zstd.WithWindowSize(window), zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
		if err == nil {
			_, err = io.Copy(w, zeros(int64(window)+1<<20))
		}
		if err = errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
		putFile(t, filepath.Join(dir, strconv.Itoa(i)), out.Bytes())
	}
	bounded(t, exitClean, dir)
}

// Archives that hold the one before twice: two to the power of 64 files.
func TestNestsThatDouble(t *testing.T) {
	data := []byte("x")
	for range 64 {
		inner := data
		data = zippedTimes(t, 2, func() io.Reader { return bytes.NewReader(inner) })
		if len(data) > 4<<20 {
			break
		}
	}
	o, _ := bounded(t, exitFailed, putFile(t, filepath.Join(t.TempDir(), "nest.zip"), data))
	if len(o.Summary.Skipped) == 0 {
		t.Error("nothing says that it was not opened to its end")
	}
}

// inMemory makes a folder whose files no disk has to create and delete, where
// the system has such a place.
func inMemory(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "momentolint-bounds")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func TestAMillionTinyFiles(t *testing.T) {
	dir := inMemory(t)
	const folders, each = 1000, 1000
	for i := range folders {
		sub := filepath.Join(dir, fmt.Sprintf("%04d", i))
		if err := os.Mkdir(sub, 0o700); err != nil {
			t.Fatal(err)
		}
		for j := range each {
			putFile(t, filepath.Join(sub, fmt.Sprintf("%04d", j)), []byte("tiny\n"))
		}
	}
	putFile(t, filepath.Join(dir, "0500", "key"), []byte(ct.V2(ct.Options{})))
	o, _ := bounded(t, exitFound, dir)
	if o.Summary.Files != folders*each+1 || len(o.Findings) != 1 {
		t.Errorf("%d files, %d findings", o.Summary.Files, len(o.Findings))
	}
}

func TestASparseFileOf20GB(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sparse")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	const size = 20_000_000_000
	key := ct.V2(ct.Options{})
	if _, err = f.WriteAt([]byte(key), size); err == nil {
		err = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	o, _ := bounded(t, exitFound, path)
	if len(o.Findings) != 1 || o.Findings[0].Column != size+1 {
		t.Errorf("%+v", o.Findings)
	}
}

// deep makes folders inside of each other, and gives the last, open.
func deep(t *testing.T, dir string, n int) (at int) {
	t.Helper()
	// The path is far longer than a system call takes, so one step at a time.
	at, err := unix.Open(dir, unix.O_DIRECTORY, 0)
	if err != nil {
		t.Fatal(err)
	}
	for range n {
		if err := unix.Mkdirat(at, "d", 0o700); err != nil {
			t.Fatal(err)
		}
		next, err := unix.Openat(at, "d", unix.O_DIRECTORY, 0)
		if err != nil {
			t.Fatal(err)
		}
		_ = unix.Close(at)
		at = next
	}
	t.Cleanup(func() {
		_ = unix.Close(at)
		_ = exec.Command("rm", "-rf", filepath.Join(dir, "d")).Run()
	})
	return at
}

func TestAFolder100000Deep(t *testing.T) {
	dir := t.TempDir()
	at := deep(t, dir, 100_000)
	key := []byte(ct.V2(ct.Options{}))
	fd, err := unix.Openat(at, "key", unix.O_CREAT|unix.O_WRONLY, 0o600)
	if err == nil {
		_, err = unix.Write(fd, key)
	}
	if err != nil {
		t.Fatal(err)
	}
	_ = unix.Close(fd)

	o, _ := bounded(t, exitFound, dir)
	if len(o.Findings) != 1 || o.Findings[0].File != strings.Repeat("d/", 100_000)+"key" {
		t.Errorf("%d findings", len(o.Findings))
	}
}

func TestNamesOf255Bytes(t *testing.T) {
	dir := t.TempDir()
	path := dir
	for _, c := range []string{"a", "é", "\xff", "\n"} {
		path = filepath.Join(path, strings.Repeat(c, 255/len(c)))
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		t.Fatal(err)
	}
	putFile(t, filepath.Join(path, strings.Repeat("k", 255)), []byte(ct.V2(ct.Options{})))
	if o, _ := bounded(t, exitFound, dir); len(o.Findings) != 1 {
		t.Errorf("%d findings", len(o.Findings))
	}
}

func TestTenMillionNeedlesInAFile(t *testing.T) {
	key := ct.V2(ct.Options{})
	for name, tt := range map[string]struct {
		needle string
		code   int
	}{
		"jwt":         {"eyJ ", exitFound},
		"in-literals": {`"eyJ",`, exitFound},
		"base64":      {"ZXlK\n", exitFound},
		"sdk":         {"ExpiresIn.never()\n", exitFound},
		// Each may be the name of a token, and the text after it is looked into
		// for one, until that has cost a multiple of the file's size: then only
		// what stands there plainly is looked for, and that is said.
		"names": {"refreshToken=", exitFailed},
	} {
		t.Run(name, func(t *testing.T) {
			path := putFile(t, filepath.Join(t.TempDir(), name), []byte(strings.Repeat(tt.needle, 10_000_000)+"\n"+key+"\n"))
			o, _ := bounded(t, tt.code, path)
			found := false
			for _, f := range o.Findings {
				found = found || f.Rule == "momento-api-key-v2"
			}
			if !found {
				t.Error("the key at the end is not found")
			}
		})
	}
}

// The user's regular expressions run in RE2's way, in linear time. One that is
// too large is a mistake in the configuration.
func TestRegularExpressionsThatExplode(t *testing.T) {
	for name, tt := range map[string]struct {
		regex string
		code  int
	}{
		"nested stars":         {`(x+x+)+y`, exitClean},
		"alternatives":         {`(a|aa|aaa)*$`, exitClean},
		"optional":             {strings.Repeat("x?", 500) + strings.Repeat("x", 500) + "z", exitClean},
		"large repeat":         {`[^z]{1000}z`, exitClean},
		"repeated repeat":      {`((x{100}){100}){100}`, exitFailed},
		"repeat above a limit": {`x{100000}`, exitFailed},
		"deep nesting":         {strings.Repeat("(", 5000) + "x" + strings.Repeat(")", 5000), exitFailed},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			putFile(t, filepath.Join(dir, ".gitleaks.toml"), fmt.Appendf(nil, "[[rules]]\nid = \"own\"\nregex = '''%s'''\n", tt.regex))
			putFile(t, filepath.Join(dir, "text"), []byte(strings.Repeat("x", 2<<20)))
			bounded(t, tt.code, dir)
		})
	}
}
