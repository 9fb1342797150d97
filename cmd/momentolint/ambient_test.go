package main

import (
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential"
	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/momentotest"
)

// A key in the environment is for the management commands: nothing that checks
// scanned data sends it anywhere, neither to the host that the data names nor to
// the account, unless --management-key-env names its variable.
func TestAKeyOfTheEnvironmentIsNotSent(t *testing.T) {
	own, found := ct.V2(ct.Options{Seed: "own"}), ct.V2(ct.Options{Seed: "found"})
	parsed, err := credential.Parse([]byte(own))
	if err != nil {
		t.Fatal(err)
	}
	dir := tree(t, map[string]string{"README": "nothing\n"})
	runGit(t, dir, "init", "-q", "-b", "main")
	runGit(t, dir, "add", "--all")
	runGit(t, dir, "commit", "-q", "-m", "one")
	put(t, dir, "app.env", "MOMENTO_API_KEY="+found+"\nMOMENTO_ENDPOINT="+liveCell+"\n")
	put(t, dir, "go.mod", goMod)
	runGit(t, dir, "add", "--all")
	runGit(t, dir, "commit", "-q", "-m", "two")
	put(t, dir, "staged.env", "K="+found+"\n")
	runGit(t, dir, "add", "--all")
	t.Chdir(dir)
	for _, tt := range []struct {
		args []string
		in   string
		sent bool
	}{
		{args: []string{"scan", "."}},
		{args: []string{"scan", "-"}, in: found},
		{args: []string{"scan", "--history", "--no-cache"}},
		{args: []string{"scan", "--range", "HEAD~1..HEAD"}},
		{args: []string{"scan", "--staged"}},
		{args: []string{"inspect"}, in: found},
		{args: []string{"scan", "--management-key-env", "MOMENTO_API_KEY", "."}, sent: true},
	} {
		s, err := momentotest.Start(momentotest.Options{Keys: []momentotest.Key{
			{Text: found, State: momentotest.Live, List: true}, {Text: own, State: momentotest.Live, List: true, ReadKeys: true},
		}})
		if err != nil {
			t.Fatal(err)
		}
		args := append(tt.args, "--live-target", s.Addr(), "--management-url", s.ManagementURL())
		r := call(t, tt.in, []string{"MOMENTO_API_KEY=" + own}, args...)
		asked, sent := len(s.Calls()) > 0, false
		for _, c := range s.Calls() {
			sent = sent || c.Fingerprint == parsed.Fingerprint()
		}
		s.Close()
		if !asked || sent != tt.sent {
			t.Errorf("%s: exit %d, asked %t, the key of the environment was sent: %t\n%s%s", strings.Join(tt.args, " "), r.code, asked, sent, r.out, r.stderr)
		}
	}
}
