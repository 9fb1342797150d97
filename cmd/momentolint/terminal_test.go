//go:build linux

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/testing/terminaltest"
)

// atTerminal runs the program at a terminal: when it shows the question,
// somebody types the answer. It gives what was on the screen in the end.
func atTerminal(t *testing.T, env []string, question, answer string, args ...string) (screen string, code int) {
	t.Helper()
	return atTerminalOf(t, 100, env, question, answer, args...)
}

// atTerminalOf is atTerminal at one that is so many columns wide.
func atTerminalOf(t *testing.T, columns int, env []string, question, answer string, args ...string) (screen string, code int) {
	t.Helper()
	terminal := terminaltest.New(t, columns)
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

// A terminal gets colours, unless somebody does not want any, and lines of its
// width; whatever is no terminal gets neither, and always the same bytes.
func TestScanFitsTheTerminal(t *testing.T) {
	t.Parallel()
	dir := tree(t, map[string]string{
		"web/" + strings.Repeat("components/", 12) + "keys.ts": "\t\tconst key = '" + ct.V1(ct.Options{Seed: "a"}) + "';" + strings.Repeat(" // and so on", 30) + "\n",
		"配置/鍵.yaml": "鍵: " + ct.V2(ct.Options{KeyID: "3f2504e0-4f89-41d3-9a0c-0305e82c3301"}) + "\n",
		"cut.zip":   "PK\x03\x04 and no more of it",
	})
	sequence := regexp.MustCompile("\x1b\\[[0-9;]*m")
	plain := map[int]string{}
	for _, columns := range []int{80, 140} {
		for _, tt := range []struct {
			name     string
			env      []string
			args     []string
			coloured bool
		}{
			{"a terminal", nil, nil, true},
			{"NO_COLOR", []string{"NO_COLOR=1"}, nil, false},
			{"--no-color", nil, []string{"--no-color"}, false},
			{"TERM=dumb", []string{"TERM=dumb"}, nil, false},
			{"NO_COLOR before CLICOLOR_FORCE", []string{"NO_COLOR=1", "CLICOLOR_FORCE=1"}, nil, false},
		} {
			screen, code := atTerminalOf(t, columns, tt.env, "", "", append([]string{"scan", "--offline", "--no-progress", dir}, tt.args...)...)
			if code != exitFound {
				t.Errorf("%s: exit %d", tt.name, code)
			}
			if sequence.MatchString(screen) != tt.coloured {
				t.Errorf("%s, %d columns: coloured %t", tt.name, columns, !tt.coloured)
			}
			text := sequence.ReplaceAllString(screen, "")
			if strings.ContainsFunc(strings.ReplaceAll(text, "\r\n", ""), unicode.IsControl) {
				t.Errorf("%s: other control characters: %q", tt.name, text)
			}
			for line := range strings.Lines(text) {
				line = strings.TrimRight(line, "\r\n")
				alone := strings.TrimSpace(line)
				if n := utf8.RuneCountInString(line); n > columns && !strings.HasPrefix(alone, "web/components/") && !strings.HasPrefix(alone, "docs ") {
					t.Errorf("%s, %d columns: a line of %d: %q", tt.name, columns, n, line)
				}
			}
			text = regexp.MustCompile(` in [\d.]+ (ms|s)\b`).ReplaceAllString(text, "")
			if plain[columns] == "" {
				plain[columns] = text
			} else if plain[columns] != text {
				t.Errorf("%s: colour changes the text", tt.name)
			}
		}
	}
	if plain[80] == plain[140] {
		t.Error("80 and 140 columns look the same")
	}
	for _, env := range [][]string{nil, {"COLUMNS=60"}, {"TERM=xterm-256color"}} {
		r := call(t, "", env, "scan", "--offline", dir)
		if strings.Contains(r.out, "\x1b") {
			t.Errorf("%q: a pipe gets escape sequences", env)
		}
		header, _, _ := strings.Cut(r.out, "\n")
		if n := utf8.RuneCountInString(header); n != 100 {
			t.Errorf("%q: into a pipe the heading has %d columns, want 100", env, n)
		}
	}
	if r := call(t, "", []string{"CLICOLOR_FORCE=1"}, "scan", "--offline", dir); !strings.Contains(r.out, "\x1b[") {
		t.Error("CLICOLOR_FORCE=1 forces nothing")
	}
}
