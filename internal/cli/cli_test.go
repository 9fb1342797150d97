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
	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/redact"
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
	incomplete, opaque, excluded := found, found, found
	incomplete.Summary.Add(coverage.Skip("a", "permission denied"))
	opaque.Summary.Add(coverage.Unread("a.zip", "zip", "encrypted"))
	excluded.Summary.Add(coverage.Exclude(coverage.ByBaseline, "b.json"))
	opaqueAlone := finding.Report{}
	opaqueAlone.Summary.Ledger = opaque.Summary.Ledger
	for _, test := range []struct {
		name   string
		report finding.Report
		policy Policy
		want   int
	}{
		{"nothing", finding.Report{}, Policy{FailOn: "any"}, ExitClean},
		{"found", found, Policy{FailOn: "any"}, ExitFound},
		{"found, none counts", found, Policy{FailOn: "none"}, ExitClean},
		{"live", found, Policy{FailOn: "live"}, ExitFound},
		{"dead", dead, Policy{FailOn: "live"}, ExitClean},
		{"not checked", unknown, Policy{FailOn: "live"}, ExitFailed},
		{"not checked, all count", unknown, Policy{FailOn: "any"}, ExitFound},
		{"incomplete", incomplete, Policy{FailOn: "none"}, ExitFailed},
		{"incomplete baseline", incomplete, Policy{FailOn: "any", BaselineWritten: true}, ExitFailed},
		{"baseline", found, Policy{FailOn: "any", BaselineWritten: true}, ExitClean},
		{"opaque, found", opaque, Policy{FailOn: "any"}, ExitFound},
		{"opaque", opaqueAlone, Policy{FailOn: "any"}, ExitClean},
		{"opaque, strict", opaqueAlone, Policy{FailOn: "none", Strict: true}, ExitFailed},
		{"opaque, found, strict", opaque, Policy{FailOn: "any", Strict: true}, ExitFailed},
		{"excluded, strict", excluded, Policy{FailOn: "none", Strict: true}, ExitClean},
	} {
		RequireVerdicts(&test.report, test.policy.FailOn)
		if got := test.policy.ExitCode(&test.report); got != test.want {
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
