package action_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/action"
)

// readOutputs reads the file as the runner does: name<<delimiter, lines, delimiter.
func readOutputs(t *testing.T, file string) map[string]string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	outputs := map[string]string{}
	lines := strings.Split(string(content), "\n")
	for i := 0; i < len(lines)-1; i++ {
		name, delimiter, ok := strings.Cut(lines[i], "<<")
		if !ok {
			t.Fatalf("line %d is %q", i+1, lines[i])
		}
		length := slices.Index(lines[i+1:], delimiter)
		if length < 0 {
			t.Fatalf("the value of %s has no end", name)
		}
		outputs[name] = strings.Join(lines[i+1:i+1+length], "\n")
		i += length + 1
	}
	return outputs
}

func TestOutputsCannotBreakOut(t *testing.T) {
	file := filepath.Join(t.TempDir(), "output")
	if err := os.WriteFile(file, []byte("before<<x\n1\nx\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	hostile := "a\nend-x\nsarif<<y\n/etc/passwd\ny"
	if err := action.WriteOutputs(file, []action.Output{{"findings", "3"}, {"report", hostile}, {"sarif", ""}}); err != nil {
		t.Fatal(err)
	}
	got := readOutputs(t, file)
	for name, want := range map[string]string{"before": "1", "findings": "3", "report": hostile, "sarif": ""} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
	if len(got) != 4 {
		t.Errorf("the outputs are %q", got)
	}
}

func TestFlagsOfTheCallerStayFlags(t *testing.T) {
	got, err := action.Flags("\n --verbose \n\n--allow-host=$(touch PWNED)\n--expiry-warning=90d\r\n")
	if want := []string{"--verbose", "--allow-host=$(touch PWNED)", "--expiry-warning=90d"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("the flags are %q, %v, want %q", got, err, want)
	}
	for _, input := range []string{"/etc", "-", "--", "-v", "--expiry-warning 90d", "--x\n; rm -rf /"} {
		if got, err := action.Flags(input); err == nil {
			t.Errorf("%q is taken as %q", input, got)
		}
	}
}

func TestSwitchesAreTrueOrFalse(t *testing.T) {
	for input, want := range map[string]bool{"true": true, "TRUE": true, "True": true, "false": false, "": true} {
		if got, err := action.Bool("live", input, true); err != nil || got != want {
			t.Errorf("%q is %v, %v", input, got, err)
		}
	}
	if _, err := action.Bool("live", "ture", true); err == nil || !strings.Contains(err.Error(), "live") {
		t.Errorf("a typing error says %v", err)
	}
}
