package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/momentolint/momentolint/internal/cli"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/hook"
	"github.com/momentolint/momentolint/internal/hook/ai"
	"github.com/momentolint/momentolint/internal/redact"
	"github.com/momentolint/momentolint/scanner"
)

// assistants is what "hook install", "uninstall" and "run" call the hooks of AI
// coding assistants.
const assistants = "ai"

// assistantInstaller joins flags and names of assistants.
func (f *installFlags) assistantInstaller(names []string) (*ai.Installer, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding the program's own path: %w", err)
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return nil, fmt.Errorf("finding the home directory: %w", err)
	}
	return &ai.Installer{Home: home, Program: hook.CommandWord(program), Names: names, DryRun: f.dryRun}, nil
}

// runAssistantHook answers an event of an assistant. Exit code 2 would block
// what it is about, so that a failure exits with 1: an assistant shows it and
// goes on.
func (a *app) runAssistantHook(cmd *cobra.Command, flags *hookFlags) error {
	answer, err := a.answer(cmd, flags)
	if err != nil {
		_ = cli.Print(a.err, redact.Sprintf("momentolint: %s", redact.Error(err)))
		a.code = exitFound
		return nil
	}
	if answer.Message != "" {
		_ = cli.Print(a.err, redact.Of(answer.Message))
	}
	a.code = answer.Code
	if answer.Output == nil {
		return nil
	}
	return cli.WriteJSON(a.out, answer.Output)
}

func (a *app) answer(cmd *cobra.Command, flags *hookFlags) (ai.Answer, error) {
	event, err := ai.Read(a.in)
	if err != nil || event == nil || a.getenv("MOMENTOLINT_SKIP") == "1" {
		return ai.Answer{}, err
	}
	found, err := a.scanEvent(cmd.Context(), cmd, event, flags)
	if err != nil || len(found) == 0 {
		return ai.Answer{}, err
	}
	var places []redact.Text
	for _, f := range found[:min(len(found), 5)] {
		places = append(places, redact.Sprintf("%s, line %d (%s)", f.Location.File, f.Location.StartLine, f.Rule))
	}
	return event.Block(redact.Sprintf("momentolint blocked this %s, because it holds a Momento credential: %s. "+
		"Use an environment variable or a secret manager instead. If the credential is real, it should be revoked.",
		event.What(), redact.Join("; ", places...)).String()), nil
}

// scanEvent returns the credentials in an event that have not expired.
func (a *app) scanEvent(ctx context.Context, cmd *cobra.Command, event *ai.Event, flags *hookFlags) ([]finding.Finding, error) {
	scan, reports, live := flags.forScan()
	live.Offline = true
	p, err := a.prepare(cmd, []string{"."}, &scan, &reports, &live) //nolint:contextcheck // the command has it
	if err != nil {
		return nil, err
	}
	var sources []scanner.Source
	for _, t := range event.Texts {
		sources = append(sources, scanner.Stream{Name: t.Name, Reader: strings.NewReader(t.Value)})
	}
	if len(event.Files) > 0 {
		sources = append(sources, scanner.Files{Paths: event.Files})
	}
	// What could not be read does not hold up the assistant.
	for _, source := range sources {
		_ = p.run.Scan(ctx, source)
	}
	r := p.run.Report(ctx)
	return slices.DeleteFunc(r.Findings, func(f finding.Finding) bool {
		return f.Credential.IsZero() || f.Verdict.Status == finding.StatusExpired
	}), nil
}
