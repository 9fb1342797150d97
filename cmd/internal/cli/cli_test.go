package cli

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"github.com/spf13/cobra"

	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/redact"
	"github.com/momentolint/momentolint/scanner/finding"
)

// program has one command, with one flag and a hidden one.
func program(args ...string) error {
	root := &cobra.Command{Use: "prog", Args: UnknownCommand, RunE: func(*cobra.Command, []string) error { return nil }, SilenceErrors: true, SilenceUsage: true}
	root.SetFlagErrorFunc(FlagError)
	scan := &cobra.Command{Use: "scan", RunE: func(*cobra.Command, []string) error { return nil }}
	scan.Flags().Bool("offline", false, "")
	scan.Flags().Bool("offsets", false, "")
	if err := scan.Flags().MarkHidden("offsets"); err != nil {
		return err
	}
	root.AddCommand(scan)
	root.SetArgs(args)
	root.SetOut(&bytes.Buffer{})
	root.SetErr(&bytes.Buffer{})
	return root.Execute()
}

func TestMistakesInTheCommandLineNameTheNearestWordAndWhereHelpIs(t *testing.T) {
	for _, test := range []struct{ args, want string }{
		{"scna", "unknown command \"scna\": did you mean \"scan\"?\nRun \"prog --help\" for help."},
		{"scan --offlien", "unknown flag: --offlien: did you mean --offline?\nRun \"prog scan --help\" for help."},
		{"scan --nothing-like-it", "unknown flag: --nothing-like-it\nRun \"prog scan --help\" for help."},
	} {
		err := program(strings.Fields(test.args)...)
		var usage *UsageError
		if !errors.As(err, &usage) || err.Error() != test.want {
			t.Errorf("%s: %v, want %q", test.args, err, test.want)
		}
	}
}

func TestAnErrorShowsNoCredentialAndAClosedPipeIsNone(t *testing.T) {
	key := credentialtest.V1(credentialtest.Options{})
	if got := ErrorText(fmt.Errorf("reading %s: no such file", key), []string{"scan", key}).String(); strings.Contains(got, key) || !strings.Contains(got, "no such file") {
		t.Errorf("%d bytes that hold the credential or nothing of the error", len(got))
	}
	if got := ErrorText(fmt.Errorf("writing: %w", syscall.EPIPE), nil); !got.IsEmpty() {
		t.Errorf("%q", got)
	}
}

func TestExitCode(t *testing.T) {
	found := finding.Report{Summary: finding.Summary{Findings: 2, Live: 1}}
	dead := finding.Report{Summary: finding.Summary{Findings: 2}}
	unknown := finding.Report{Summary: finding.Summary{Findings: 1}, Findings: []finding.Finding{{Verdict: finding.Verdict{Unfinished: true}}}}
	incomplete := found
	incomplete.Incomplete = true
	for _, test := range []struct {
		name     string
		report   finding.Report
		failOn   string
		baseline bool
		want     int
	}{
		{"nothing", finding.Report{}, "any", false, ExitClean},
		{"found", found, "any", false, ExitFound},
		{"found, nobody minds", found, "none", false, ExitClean},
		{"live", found, "live", false, ExitFound},
		{"dead", dead, "live", false, ExitClean},
		{"not checked", unknown, "live", false, ExitFailed},
		{"not checked, all count", unknown, "any", false, ExitFound},
		{"incomplete", incomplete, "none", false, ExitFailed},
		{"incomplete baseline", incomplete, "any", true, ExitFailed},
		{"baseline", found, "any", true, ExitClean},
	} {
		if got := ExitCode(&test.report, test.failOn, test.baseline); got != test.want {
			t.Errorf("%s: %d, want %d", test.name, got, test.want)
		}
	}
}

func TestALineThatMovesFitsTheTerminal(t *testing.T) {
	for _, test := range []struct {
		columns int
		want    string
	}{{0, "zwölf Zeichen"}, {80, "zwölf Zeichen"}, {7, "zwölf…"}, {1, "zwölf Zeichen"}} {
		if got := Fit(redact.Of("zwölf Zeichen"), test.columns).String(); got != test.want {
			t.Errorf("%d columns: %q, want %q", test.columns, got, test.want)
		}
	}
	none := func(string) string { return "" }
	if Color(none, &bytes.Buffer{}, false) || LiveLine(none, &bytes.Buffer{}) || Width(&bytes.Buffer{}) != 0 {
		t.Error("a buffer is taken for a terminal")
	}
	force := func(name string) string { return map[string]string{"CLICOLOR_FORCE": "1"}[name] }
	if !Color(force, &bytes.Buffer{}, false) || Color(force, &bytes.Buffer{}, true) {
		t.Error("CLICOLOR_FORCE and --no-color")
	}
}
