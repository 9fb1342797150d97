package report

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/redact"
)

// Compact writes one line for each finding,
//
//	PATH:LINE:COLUMN: SEVERITY: MESSAGE [RULE] (STATUS)
//
// with a path that a terminal opens from the current directory. A finding that is
// not a credential has no status. Lines without a position follow for what was
// not scanned: PATH: skipped: REASON.
func Compact(w io.Writer, r *finding.Report) error {
	v := newView(r)
	out := bufio.NewWriter(w)
	write := func(line redact.Text) { _, _ = out.WriteString(line.Log().String() + "\n") }
	here, _ := os.Getwd() // "" leaves paths as they are
	for i := range v.findings {
		f := &v.findings[i]
		l := f.Location
		l.File = fromDir(here, r.Root, l.File)
		line := redact.Sprintf("%s: %s: %s [%s]", position(l), string(v.severity(f)), v.compactMessage(f), f.Rule)
		if !f.Credential.IsZero() {
			line = redact.Sprintf("%s (%s)", line, string(v.factsOf(f).status))
		}
		write(line)
	}
	for _, row := range v.unread() {
		for _, e := range row.entries {
			write(redact.Sprintf("%s: %s: %s", fromDir(here, r.Root, e.Path), row.name, e.Reason))
		}
	}
	for _, x := range v.ledger().Excluded {
		write(redact.Sprintf("excluded: %s", exclusionWords(x)))
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing the compact report: %w", err)
	}
	return nil
}

// compactMessage describes a finding in one line, without its status.
func (v *view) compactMessage(f *finding.Finding) redact.Text {
	if f.Credential.IsZero() {
		return v.describe(f)
	}
	k := v.factsOf(f)
	end := redact.Literal("expiry unknown")
	switch {
	case k.expired:
		end = redact.Sprintf("expired %s", day(k.expiresAt))
	case k.expiry == credential.ExpiryNever:
		end = redact.Literal("never expires")
	case k.expiry == credential.ExpiryAt:
		end = redact.Sprintf("expires %s", day(k.expiresAt))
	}
	words := redact.Join(", ", v.titleOf(f), compactScope(k.scope), end)
	if c := f.Commit; c != nil && c.ID != "" {
		words = redact.Sprintf("%s, since %s", words, shortID(c.ID))
	}
	return words
}

// compactScope is what a credential may do in a few words, "" if that is unknown.
func compactScope(s credential.Scope) redact.Text {
	switch s.Level {
	case credential.ScopeSuperUser:
		return redact.Literal("super-user")
	case credential.ScopeRole:
		return redact.Literal("what its role allows")
	case credential.ScopeExplicit:
		return redact.Of(finding.ScopeWords(s))
	}
	return redact.Text{}
}

// fromDir returns the name from dir on of a file that is named from root on.
// Names that have no root, such as that of standard input, stay as they are.
func fromDir(dir, root, file string) string {
	if dir == "" || root == "" {
		return file
	}
	path := filepath.FromSlash(file)
	if !filepath.IsAbs(path) {
		path = filepath.Join(root, path)
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return file
	}
	if path, err = filepath.Rel(dir, path); err != nil {
		return file
	}
	return filepath.ToSlash(path)
}
