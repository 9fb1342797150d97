package main

import (
	"strings"
	"testing"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/momentotest"
)

// A change cannot switch the live check of its own key off, on or elsewhere, nor
// decide what fails: the configuration of the commit before it does.
func TestTheBaseDecidesOnLiveChecks(t *testing.T) {
	key := ct.V2(ct.Options{})
	config := func(text string) map[string]string { return map[string]string{".momentolint.yaml": text} }
	for name, tt := range map[string]struct {
		before, after map[string]string
		status        string
		code          int
	}{
		"switched off":                {nil, config("offline: true\n"), "live", exitFound},
		"switched on":                 {config("offline: true\n"), config("offline: false\n"), "unverified", exitFound},
		"redirected":                  {nil, config("live-target: 127.0.0.1:1\nendpoint: evil.example\n"), "live", exitFound},
		"nothing fails":               {nil, config("fail-on: none\n"), "live", exitFound},
		"only live keys fail, before": {config("fail-on: live\n"), config("fail-on: none\noffline: true\n"), "live", exitFound},
		"nothing fails, before":       {config("fail-on: none\n"), config("fail-on: any\n"), "live", exitClean},
	} {
		t.Run(name, func(t *testing.T) {
			service, err := momentotest.Start(momentotest.Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(service.Close)
			if err := service.Add(momentotest.Key{Text: key, State: momentotest.Live}); err != nil {
				t.Fatal(err)
			}
			dir, base, _ := change(t, tt.before, tt.after, key)
			t.Chdir(dir)
			r := call(t, "", nil, "scan", "--format", "json", "--live-target", service.Addr(), "--range", base+"..HEAD", "--config-from", base)
			if r.code != tt.code || !strings.Contains(r.out, `"status": "`+tt.status+`"`) {
				t.Errorf("exit %d, want %d and %s\n%s%s", r.code, tt.code, tt.status, r.out, r.stderr)
			}
			if asked := service.Connections() > 0; asked != (tt.status == "live") {
				t.Errorf("the service was asked: %t", asked)
			}
		})
	}
}
