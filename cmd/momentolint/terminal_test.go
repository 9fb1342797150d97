//go:build linux

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/momentolint/momentolint/internal/terminaltest"
)

// atTerminal runs the program at a terminal: when it shows the question,
// somebody types the answer. It gives what was on the screen in the end.
func atTerminal(t *testing.T, env []string, question, answer string, args ...string) (screen string, code int) {
	t.Helper()
	terminal := terminaltest.New(t, 100)
	go func() {
		if question == "" {
			return
		}
		terminal.WaitFor(question)
		if strings.HasPrefix(question, "Paste") {
			// A secret; nobody types it before the echo is off.
			terminal.WaitForSilence()
		}
		terminal.Type(answer)
	}()
	a := newApp(terminal.Program, terminal.Program, terminal.Program, func(name string) (string, bool) {
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
	return terminal.End(), code
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
			screen, code := atTerminal(t, []string{"MOMENTO_API_KEY=" + demo.deploy}, tt.question, tt.answer, args...)
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
	screen, code := atTerminal(t, nil, "Paste the credential", demo.superUser+"\r", "inspect", "--offline")
	if code != exitClean || !strings.Contains(screen, "API key (v1)") {
		t.Errorf("exit %d\n%s", code, screen)
	}
	if strings.Contains(screen, demo.superUser[40:80]) {
		t.Error("the terminal shows the credential")
	}
}
