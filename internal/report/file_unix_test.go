//go:build unix

package report

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// fullDisk names, for the child process of the next test, the file to write.
const fullDisk = "MOMENTOLINT_TEST_FULL_DISK"

func TestAFullDiskLeavesTheOldReport(t *testing.T) {
	if path := os.Getenv(fullDisk); path != "" {
		// In the child: no file may grow over 4 KiB, as if the disk were full.
		limit := syscall.Rlimit{Cur: 4096, Max: 4096}
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			t.Fatal(err)
		}
		if err := WriteFile(path, "json", sample(t)); !errors.Is(err, syscall.EFBIG) {
			t.Errorf("error %v, want the system's", err)
		}
		return
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "report.json")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestAFullDiskLeavesTheOldReport$")
	cmd.Env = append(os.Environ(), fullDisk+"="+path)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got := read(t, path); got != "old" {
		t.Errorf("the old report is gone: %q", got)
	}
	only(t, dir, "report.json")
}

func TestAPipeIsWrittenTo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	got := make(chan string, 1)
	go func() {
		in, err := os.Open(path)
		if err != nil {
			got <- err.Error()
			return
		}
		text, err := io.ReadAll(in)
		got <- string(text) + errorText(errors.Join(err, in.Close()))
	}()
	if err := WriteFile(path, "csv", sample(t)); err != nil {
		t.Fatal(err)
	}
	if text := <-got; text != write(t, CSV, sample(t)) {
		t.Errorf("%d bytes came through the pipe", len(text))
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
