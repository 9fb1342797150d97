package main

import (
	"bytes"
	"context"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/internal/action"
	"github.com/momentolint/momentolint/internal/cli"
	"github.com/momentolint/momentolint/internal/config"
	"github.com/momentolint/momentolint/internal/detect/gitleaks"
	"github.com/momentolint/momentolint/internal/redact"
	"github.com/momentolint/momentolint/internal/userfile"
)

// configChange is a change to a file that decides what is reported.
type configChange struct {
	// file is the name from the top of the repository, and verb what became of
	// the file.
	file, verb string
	// settings are those of the configuration that differ.
	settings []string
}

func (c configChange) String() string {
	text := c.verb
	if len(c.settings) > 0 {
		text += " (" + strings.Join(c.settings, ", ") + ")"
	}
	return text
}

// configuration decides which configuration counts: for commits that of the
// commit before them, unless the workflow asks for another one. It says what
// the commits change in it.
func (s *actionStep) configuration(ctx context.Context, plan action.Plan, found action.Range) (err error) {
	switch {
	case s.inputs.ConfigFrom != "":
		s.report.from, err = commitTree(ctx, ".", s.inputs.ConfigFrom)
		s.rules = redact.Markup("The workflow takes the configuration from %s, so changes to it count at once.", redact.Of(s.inputs.ConfigFrom).MarkdownCode())
		return err
	case plan.Mode != action.Commits:
		return nil
	case found.Exclude == "":
		if s.report.from, err = emptyTree("."); err != nil {
			return err
		}
		s.rules = redact.Markup("There is no commit before these, so the defaults count.")
	default:
		if s.report.from, err = commitTree(ctx, ".", found.Exclude); err != nil {
			return err
		}
		s.rules = redact.Markup("The configuration is that of the commit before, %s.", redact.Of(found.Exclude).MarkdownCode())
	}
	head, err := commitTree(ctx, ".", found.Include)
	if err != nil {
		return err
	}
	s.configured = s.report.from.changes(head, s.inputs.Config, s.inputs.Baseline)
	for _, c := range s.configured {
		_ = cli.Print(s.out, redact.AnnotateWarning(redact.Sprintf("%s: takes effect after the merge", c.String()),
			redact.Property("file", redact.Of(c.file)), redact.Property("title", redact.Literal("momentolint"))))
	}
	return nil
}

// configurationPage is the part of the job summary about the configuration.
func (s *actionStep) configurationPage() string {
	if s.rules.Len() == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("### Configuration\n\n" + s.rules.String() + "\n\n")
	if len(s.configured) > 0 {
		b.WriteString("These changes take effect after the merge:\n\n")
		for _, c := range s.configured {
			b.WriteString(redact.Markup("- %s %s\n", redact.Of(c.file).MarkdownCode(), c.String()).String())
		}
		b.WriteString("\n")
	}
	return b.String()
}

// changes returns how another tree differs in the files that decide what is
// reported, those named by the workflow among them.
func (t *configTree) changes(head *configTree, named ...string) []configChange {
	var names []string
	for _, tree := range []*configTree{t, head} {
		names = append(names, tree.ownNames(named)...)
	}
	slices.Sort(names)
	var list []configChange
	for _, name := range slices.Compact(names) {
		before, beforeErr := fs.ReadFile(t.files, name)
		after, afterErr := fs.ReadFile(head.files, name)
		switch {
		case beforeErr != nil && afterErr != nil:
		case beforeErr != nil:
			list = append(list, configChange{name, "added", t.differences(head, name)})
		case afterErr != nil:
			list = append(list, configChange{name, "removed", t.differences(head, name)})
		case !bytes.Equal(before, after):
			list = append(list, configChange{name, "changed", t.differences(head, name)})
		}
	}
	return list
}

// differences names the settings in which a configuration file differs, none
// for other files.
func (t *configTree) differences(head *configTree, name string) []string {
	read := func(t *configTree) *config.Config {
		c, err := config.ReadIn(t.files, t.top, name)
		if err != nil {
			return &config.Config{}
		}
		return c
	}
	return read(t).Differences(read(head))
}

// ownNames returns the names of the files in the tree that decide what is
// reported: those that are looked for at its top, those that they name, and
// those that the workflow names, whether they exist or not.
func (t *configTree) ownNames(named []string) []string {
	names := []string{".momentolint.yaml", ".momentolint.yml", ".gitleaksignore"}
	for _, file := range named {
		if name, err := userfile.Name(t.top, file); err == nil && file != "" {
			names = append(names, name)
		}
	}
	for _, name := range slices.Clone(names) {
		c, err := config.ReadIn(t.files, t.top, name)
		if err == nil && c.Baseline != "" {
			names = append(names, path.Join(path.Dir(name), filepath.ToSlash(c.Baseline)))
		}
	}
	file := gitleaks.File{Path: ".gitleaks.toml", Name: ".gitleaks.toml", Tree: t.files}
	return append(names, file.Names()...)
}
