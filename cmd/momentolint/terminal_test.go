//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// terminal is a real one: the kernel's, with its line editing and echo.
type terminal struct {
	keyboard *os.File // what is typed, and what is shown
	program  *os.File // the program's end
	mu       sync.Mutex
	screen   bytes.Buffer
	changed  *sync.Cond
	closed   bool
}

// newTerminal opens a pseudo-terminal of 100 columns.
func newTerminal(t *testing.T) *terminal {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	fd := int(keyboard.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.OpenFile(fmt.Sprint("/dev/pts/", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 50, Col: 100}); err != nil {
		t.Fatal(err)
	}
	tt := &terminal{keyboard: keyboard, program: program}
	tt.changed = sync.NewCond(&tt.mu)
	go func() {
		buffer := make([]byte, 4096)
		for {
			n, err := keyboard.Read(buffer)
			tt.mu.Lock()
			tt.screen.Write(buffer[:n])
			tt.closed = err != nil
			tt.changed.Broadcast()
			tt.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() { _ = keyboard.Close() })
	return tt
}

// waitFor waits until the screen shows a text.
func (tt *terminal) waitFor(text string) {
	tt.mu.Lock()
	defer tt.mu.Unlock()
	for !strings.Contains(tt.screen.String(), text) && !tt.closed {
		tt.changed.Wait()
	}
}

// echoes tells whether the terminal shows what is typed.
func (tt *terminal) echoes() bool {
	mode, err := unix.IoctlGetTermios(int(tt.keyboard.Fd()), unix.TCGETS)
	return err == nil && mode.Lflag&unix.ECHO != 0
}

// run runs the program at the terminal: when it shows the question, somebody
// types the answer. It gives what was on the screen in the end.
func (tt *terminal) run(t *testing.T, env []string, question, answer string, args ...string) (screen string, code int) {
	t.Helper()
	go func() {
		if question != "" {
			tt.waitFor(question)
			// Where the answer is secret, nobody types before the echo is off.
			for strings.HasPrefix(question, "Paste") && tt.echoes() {
				time.Sleep(time.Millisecond)
			}
			_, _ = tt.keyboard.WriteString(answer)
		}
	}()
	a := newApp(tt.program, tt.program, tt.program, func(name string) (string, bool) {
		for _, e := range env {
			if v, ok := strings.CutPrefix(e, name+"="); ok {
				return v, true
			}
		}
		return "", false
	})
	a.now = func() time.Time { return testNow }
	a.rate = 1000
	code = a.run(t.Context(), args)
	// When the last of the program's ends is closed, reading fails.
	_ = tt.program.Close()
	tt.mu.Lock()
	defer tt.mu.Unlock()
	for !tt.closed {
		tt.changed.Wait()
	}
	return tt.screen.String(), code
}

func TestRevokeAtATerminal(t *testing.T) {
	t.Parallel()
	report := filepath.Join(t.TempDir(), "found.json")
	content := `{"schema_version":1,"findings":[{"kind":"api-key-v2","key_id":"` + dashboardID + `","status":"live","fingerprint":"a"}]}`
	if err := os.WriteFile(report, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	const asks = "Type yes: "
	for _, tt := range []struct {
		name, question, answer string
		args                   []string
		revoked                string
		code                   int
		says                   string
	}{
		{"yes", asks, "yes\r", []string{ownerID}, ownerID, exitClean, "1 of 1 API key revoked."},
		{"no", asks, "no\r", []string{ownerID}, "", exitFailed, "nothing was revoked"},
		{"Enter alone", asks, "\r", []string{ownerID}, "", exitFailed, "nothing was revoked"},
		{"nearly yes", asks, "y\r", []string{ownerID}, "", exitFailed, "nothing was revoked"},
		{"corrected to yes", asks, "np\x7f\x7fyes\r", []string{ownerID}, ownerID, exitClean, "revoked."},
		{"Ctrl-D", asks, "\x04", []string{ownerID}, "", exitFailed, "there was no answer"},
		{"not asked", "", "", []string{"--yes", ownerID}, ownerID, exitClean, "revoked."},
		{"only shown", "", "", []string{"--dry-run", ownerID}, "", exitClean, "Would revoke 1 API key"},
		{"from a report", asks, "yes\r", []string{"--from", report}, dashboardID, exitClean, "revoked."},
		{"not itself", asks, "yes\r", []string{deployID, ownerID}, ownerID, exitFailed, "left-out   " + deployID},
		{"itself, last", asks, "yes\r", []string{"--including-self", deployID, ownerID}, ownerID + " " + deployID, exitClean, "2 of 2 API keys revoked."},
		{"one that is not there", asks, "yes\r", []string{"nowhere", ownerID}, ownerID, exitFailed, "1 of 2 API keys revoked."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := startDemo(t)
			args := append([]string{"revoke", "--management-url", s.ManagementURL()}, tt.args...)
			screen, code := newTerminal(t).run(t, []string{"MOMENTO_API_KEY=" + demo.deploy}, tt.question, tt.answer, args...)
			if code != tt.code || deleted(s) != tt.revoked || !strings.Contains(screen, tt.says) {
				t.Errorf("exit %d, revoked %q; want %d, %q and %q\n%s", code, deleted(s), tt.code, tt.revoked, tt.says, screen)
			}
			if asked := strings.Contains(screen, asks); asked != (tt.question != "") {
				t.Errorf("asked: %t\n%s", asked, screen)
			}
			if before, _, ok := strings.Cut(screen, asks); ok && !strings.Contains(before, "About to revoke") {
				t.Errorf("it asks before it shows what about:\n%s", screen)
			}
		})
	}
}

func TestAPastedCredentialIsNotShown(t *testing.T) {
	t.Parallel()
	screen, code := newTerminal(t).run(t, nil, "Paste the credential", demo.superUser+"\r", "inspect", "--offline")
	if code != exitClean || !strings.Contains(screen, "API key (v1)") {
		t.Errorf("exit %d\n%s", code, screen)
	}
	if strings.Contains(screen, demo.superUser[40:80]) {
		t.Error("the terminal shows the credential")
	}
}
