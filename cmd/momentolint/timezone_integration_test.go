//go:build integration

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/momentotest"
)

// outputsFile names the file to which the test's own executable, started again
// in another time zone, writes what every command says.
const outputsFile = "MOMENTOLINT_TEST_OUTPUTS"

// The end of the keys, half an hour into a day of UTC: it is another day in
// half of the world.
var keysEnd = time.Date(2026, 12, 3, 0, 30, 0, 0, time.UTC)

// outputsIn runs the test again in a time zone. offset is what the zone is
// ahead of UTC when the keys end.
func outputsIn(t *testing.T, zone string, offset time.Duration) map[string]string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "outputs")
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestTimeZonesChangeNothing$") // #nosec G204 -- the test itself
	cmd.Env = append(os.Environ(), outputsFile+"="+file, "TZ="+zone)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("TZ=%q: %v\n%s", zone, err, out)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	// Without the zone there would be nothing to see.
	if got := all[zoneOffset]; got != fmt.Sprint(offset) {
		t.Fatalf("TZ=%q is %s ahead of UTC, want %v", zone, got, offset)
	}
	delete(all, zoneOffset)
	return all
}

const zoneOffset = "offset"

// measured is what is different each time: how long it took.
var measured = regexp.MustCompile(`("seconds": |time="|in )[0-9.]+(e-[0-9]+)?( ?(ms|s|µs))?`)

// everyEnd is what every command says that tells when a key ends.
func everyEnd(t *testing.T) map[string]string {
	t.Helper()
	_, seconds := keysEnd.In(time.Local).Zone()
	all := map[string]string{zoneOffset: fmt.Sprint(time.Duration(seconds) * time.Second)}
	key := credentialtest.V1(credentialtest.Options{Seed: "ends", ExpiresAt: keysEnd})
	s, err := momentotest.Start(momentotest.Options{
		Roles: []momentotest.Role{{ID: "r", Name: "Owner", Type: "system"}},
		Keys: []momentotest.Key{
			{Text: demo.deploy, State: momentotest.Live, Listed: true, ReadKeys: true, WriteKeys: true, RoleID: "r", Description: "deploys", IssuedAt: testNow, ExpiresAt: keysEnd},
			{Text: demo.dashboard, State: momentotest.Live, Listed: true, RoleID: "r", Description: "shows", IssuedAt: testNow, ExpiresAt: keysEnd},
			{Text: key, State: momentotest.Live},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	keep := func(name, text string) {
		text = measured.ReplaceAllString(text, "$1-")
		all[name] = strings.NewReplacer(s.Addr(), "ADDRESS", s.ManagementURL(), "ADDRESS").Replace(text)
	}
	run := func(name, in string, code int, args ...string) {
		r := call(t, in, []string{"MOMENTO_API_KEY=" + demo.deploy}, args...)
		if r.code != code {
			t.Fatalf("%s: exit code %d\n%s%s", name, r.code, r.out, r.stderr)
		}
		keep(name, r.out)
	}
	dir, scan := t.TempDir(), []string{"scan", "--live-target", s.Addr(), "-"}
	formats := []string{"compact", "json", "sarif", "github", "html", "junit", "csv", "gitlab"}
	for _, format := range formats {
		scan = append(scan, "--report", format+"="+filepath.Join(dir, format))
	}
	run("scan text", "KEY="+key+"\n", exitFound, scan...)
	for _, format := range formats {
		text, err := os.ReadFile(filepath.Join(dir, format)) // #nosec G304 -- of the test
		if err != nil {
			t.Fatal(err)
		}
		keep("scan "+format, string(text))
	}
	for _, format := range []string{"text", "json"} {
		run("inspect "+format, key, exitClean, "inspect", "--format", format, "--live-target", s.Addr())
		run("audit "+format, "", exitFound, "audit", "--format", format, "--management-url", s.ManagementURL())
	}
	run("revoke", "", exitClean, "revoke", "--dry-run", "--management-url", s.ManagementURL(), "a90d5513-e1c8")
	return all
}

// Time zones change nothing: whatever tells when a key ends tells it in UTC, in
// the same bytes everywhere, and every command tells the same.
func TestTimeZonesChangeNothing(t *testing.T) {
	if file := os.Getenv(outputsFile); file != "" {
		text, err := json.Marshal(everyEnd(t))
		if err == nil {
			err = os.WriteFile(file, text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Parallel()
	want := outputsIn(t, "UTC", 0)
	for name, out := range want {
		if !strings.Contains(out, "2026-12-03") {
			t.Errorf("%s does not say when the key ends:\n%s", name, out)
		}
		// The same moment as another place's calendar has it.
		for _, wrong := range []string{"2026-12-02", "2026-12-04", "-0330", "-03:30", "+14:00", "+1400"} {
			if strings.Contains(out, wrong) {
				t.Errorf("%s says %s:\n%s", name, wrong, out)
			}
		}
	}
	for zone, offset := range map[string]time.Duration{
		"": 0, "Pacific/Kiritimati": 14 * time.Hour, "America/St_Johns": -210 * time.Minute,
	} {
		for name, got := range outputsIn(t, zone, offset) {
			if got != want[name] {
				t.Errorf("TZ=%q: %s says\n%s\nand in UTC\n%s", zone, name, got, want[name])
			}
		}
	}
}
