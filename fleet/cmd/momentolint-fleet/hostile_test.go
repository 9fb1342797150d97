package main

import (
	"net"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// Messages of git, of a NATS server and from the command line are shown without
// control characters, commands of CI systems, and credentials.
func TestErrorsOfTheFleetAreHarmless(t *testing.T) {
	const password = "S3cretPassw0rd"
	key := credentialtest.V2(credentialtest.Options{Seed: "fleet error"})
	hostile := "\x1b]0;PWNED\a\x1b[2J\n::error file=x::owned\n##vso[task.complete]##[error]\u202e\u009b31m" + key + " https://user:" + password + "@host.example/x"
	// A server other than NATS.
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = c.Write([]byte("-ERR '" + strings.ReplaceAll(hostile, "\n", "\r\n") + "'\r\n"))
			_ = c.Close()
		}
	}()
	home := t.TempDir()
	for _, args := range [][]string{
		{hostile}, {"run", hostile}, {"run", "https://user:" + password + "@127.0.0.1:1/" + strings.Split(hostile, " https")[0]},
		{"submit", "--file", hostile}, {"submit", "x", "--ack-wait", hostile}, {"run", "x", "--format", hostile}, {"run", "x", "--report", hostile},
		{"run", "x", "--baseline", hostile}, {"status", hostile}, {"report", hostile}, {"report", "--fail-on", hostile}, {"run", "--github", hostile},
		{"status", "--nats", hostile}, {"status", "--nats", "nats://user:" + password + "@" + listener.Addr().String()},
		{"status", "--nats", "nats://" + listener.Addr().String(), "--nats-creds", hostile},
	} {
		r := call(t, "", map[string]string{"NATS_PASSWORD": password}, append(args, "--dir", home, "--verbose")...)
		for _, text := range []string{r.out, r.err} {
			for _, c := range text {
				if c != '\n' && !unicode.IsPrint(c) {
					t.Errorf("%q: control character %q in %q", args, c, text)
					break
				}
			}
			for line := range strings.Lines(text) {
				if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.Contains(line, "##[") || strings.Contains(line, "##vso[") {
					t.Errorf("%q: workflow command in %q", args, text)
				}
			}
			if strings.Contains(text, key) || strings.Contains(text, password) {
				t.Errorf("%q: a secret in %q", args, text)
			}
		}
		if r.code != 2 {
			t.Errorf("%q: exit %d\n%s%s", args, r.code, r.out, r.err)
		}
	}
}

// Names of repositories and files are shown without commands of CI systems, in
// the report and in the remarks about it.
func TestReportsOfTheFleetAreHarmless(t *testing.T) {
	dir, home := t.TempDir(), t.TempDir()
	key := credentialtest.V2(credentialtest.Options{Seed: "fleet report"})
	repository(t, filepath.Join(dir, "##[error]one"), "##[error]owned.env", "K="+key+"\n")
	repository(t, filepath.Join(dir, "##[error]two"), "a.7z", "7z\xbc\xaf\x27\x1c\x00\x04"+strings.Repeat("\x01", 40))
	for _, args := range []string{"run " + dir + " --offline", "report", "report --quiet", "report --verbose", "report --format json", "report --format csv"} {
		r := call(t, "", nil, append(strings.Fields(args), "--dir", home)...)
		text := r.out + r.err
		if r.code != 1 || !strings.Contains(text, "owned.env") || !strings.Contains(text, "7z archive") {
			t.Errorf("%s: exit %d, not all is reported\n%s", args, r.code, text)
		}
		if strings.Contains(text, "##[") || strings.Contains(text, key) {
			t.Errorf("%s: a workflow command or a credential in\n%s", args, text)
		}
	}
}
