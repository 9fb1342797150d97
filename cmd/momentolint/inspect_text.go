package main

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/cli"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/redact"
	"github.com/momentolint/momentolint/internal/rule"
)

// look is how a text is to look.
type look struct {
	color   bool
	width   int
	verbose bool
}

// columns is the width to write for: a readable one where there is no terminal.
func (l look) columns() int {
	if l.width <= 0 {
		return 100
	}
	return min(max(l.width, 40), 120)
}

func (l look) paint(code, s string) string {
	if !l.color || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (l look) bold(s string) string { return l.paint("1", s) }
func (l look) dim(s string) string  { return l.paint("2", s) }

// The colours of a status.
var statusColor = map[finding.Status]string{
	finding.StatusLive: "1;31", finding.StatusUnverified: "33", finding.StatusDead: "2", finding.StatusExpired: "2",
}

// labels is the width of the column of labels.
const labels = 13

// page writes labelled lines.
type page struct {
	out *bufio.Writer
	look
}

// field writes a label and a text, wrapped under itself.
func (p *page) field(label, text string) {
	for i, line := range wrapWords(text, p.columns()-2-labels) {
		if i > 0 {
			label = ""
		}
		p.line("  " + p.dim(fmt.Sprintf("%-*s", labels, label)) + line)
	}
}

// line writes a line, in which names, descriptions and answers are untrusted.
func (p *page) line(s string) {
	_ = cli.Print(p.out, redact.Styled(strings.TrimRight(s, " ")))
}

// wrapWords cuts a text into lines of at most width characters, at blanks
// where that is possible. A word is never cut: it may be something to copy.
func wrapWords(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case len([]rune(line))+1+len([]rune(word)) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	return append(lines, line)
}

// text writes the inspection for people.
func (in *inspection) text(w io.Writer, l look) error {
	p := &page{bufio.NewWriter(w), l}
	c, k := in.credential, in.facts()
	status := strings.ToUpper(string(in.verdict.Status))
	p.line(p.paint(statusColor[in.verdict.Status], "● "+status) + "  " + p.bold(c.Kind.Title()))
	p.line("")
	if c.Incomplete {
		p.field("status", "incomplete: its end is missing, so it was not sent to the service")
	} else {
		p.field("status", in.verdict.Reason)
	}
	in.account(p, k)
	in.expiry(p, k)
	if !k.issuedAt.IsZero() {
		p.field("issued", finding.RelativeWords(k.issuedAt, in.now)+" ("+stamp(k.issuedAt)+")")
	}
	if host := in.endpoint(); host != "" {
		if r := region(host); r != "" {
			host += " (" + r + ")"
		}
		p.field("endpoint", redact.Name(in.endpoint())+strings.TrimPrefix(host, in.endpoint()))
	}
	if c.KeyID != "" {
		p.field("key id", whole(c.KeyID))
	}
	if c.Subject != "" {
		p.field("subject", redact.Name(c.Subject))
	}
	p.field("written as", c.Redacted())
	p.field("fingerprint", c.Fingerprint())
	in.caches(p)
	p.line("")
	for i, step := range in.steps() {
		label := ""
		if i == 0 {
			label = "what to do"
		}
		p.step(label, strconv.Itoa(i+1)+". ", step)
	}
	p.field("", "See "+afterALeak)
	for _, other := range in.others {
		p.line("")
		p.field("next to it", other.Kind.Title()+", "+other.Redacted()+", fingerprint "+other.Fingerprint()+": it is as exposed as this one")
	}
	if err := p.out.Flush(); err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	return nil
}

// afterALeak is the runbook.
const afterALeak = "https://github.com/momentolint/momentolint/blob/main/docs/after-a-leak.md"

// step writes a numbered step, wrapped under itself.
func (p *page) step(label, mark, text string) {
	for i, line := range wrapWords(text, p.columns()-2-labels-len(mark)) {
		if i > 0 {
			label, mark = "", strings.Repeat(" ", len(mark))
		}
		p.line("  " + p.dim(fmt.Sprintf("%-*s", labels, label)) + mark + line)
	}
}

// account writes what the credential may do: a line, and a tree where there is
// more than one thing.
func (in *inspection) account(p *page, k facts) {
	words := finding.ScopeWords(k.scope)
	if k.scope.Level == credential.ScopeSuperUser {
		words = p.paint("1;31", words)
	}
	tree := finding.ScopeTree(k.scope)
	if len(k.scope.Permissions) > 1 {
		if k.scope.Level != credential.ScopeSuperUser {
			words = strconv.Itoa(len(k.scope.Permissions)) + " things"
		}
		p.field("may do", words)
		for _, line := range branches(tree) {
			p.line("  " + strings.Repeat(" ", labels) + line)
		}
	} else {
		p.field("may do", words)
	}
	info := in.verdict.Account
	if info == nil {
		return
	}
	role := redact.Name(info.RoleID)
	if info.RoleName != "" {
		role = named(info.RoleName) + " (" + role + ")"
	}
	p.field("role", role)
	if len(info.AllowedCIDRs) > 0 {
		var list []string
		for _, cidr := range info.AllowedCIDRs {
			list = append(list, redact.Name(cidr))
		}
		p.field("only from", strings.Join(list, ", "))
	}
	if info.Description != "" {
		p.field("description", scrub(info.Description))
	}
}

// scrub makes a text that people typed into their account safe to print.
func scrub(text string) string {
	if len(credential.ParseAll([]byte(text))) > 0 {
		return "(holds a credential) " + credential.Redact(text)
	}
	return named(text)
}

// named shows a name or a remark that people gave: as redact.Name does,
// but blanks alone are no reason for quotes where it stands in a place of its own.
func named(text string) string {
	joined := strings.ReplaceAll(text, " ", "_")
	if redact.Name(joined) == joined && strings.TrimSpace(text) == text {
		return text
	}
	return redact.Name(text)
}

// branches draws a tree.
func branches(tree []finding.Branch) []string {
	var lines []string
	for i, b := range tree {
		fork, stem := "├─ ", "│  "
		if i == len(tree)-1 {
			fork, stem = "└─ ", "   "
		}
		lines = append(lines, fork+b.Name)
		for j, leaf := range b.Leaves {
			twig := "├─ "
			if j == len(b.Leaves)-1 {
				twig = "└─ "
			}
			lines = append(lines, stem+twig+leaf)
		}
	}
	return lines
}

// expiry writes when the credential ends, and what is the trouble with that.
func (in *inspection) expiry(p *page, k facts) {
	words := finding.EndWords(k.expiry, k.expiresAt, in.now, in.verdict.Status)
	switch {
	case k.expiry == credential.ExpiryNever:
		p.field("expires", p.paint("33", "never")+": it works until it is revoked")
	case k.expiry == credential.ExpiryUnknown && in.credential.Kind.Descriptor().Revocable:
		p.field("expires", "unknown: the key does not say, only its account knows (--management-key-env)")
	case k.expiry == credential.ExpiryUnknown:
		p.field("expires", words)
	case in.verdict.Status.Ended(k.expiresAt, in.now):
		p.field("expired", words+" ("+stamp(k.expiresAt)+")")
	case k.expiresAt.Sub(in.now) <= in.warning:
		p.field("expires", p.paint("33", words)+" ("+stamp(k.expiresAt)+"): what uses it fails from then on")
	default:
		p.field("expires", words+" ("+stamp(k.expiresAt)+")")
	}
}

// caches names the caches that the service listed.
func (in *inspection) caches(p *page) {
	if !p.verbose || !in.verdict.CachesKnown {
		return
	}
	names := make([]string, 0, len(in.verdict.Caches))
	for _, name := range in.verdict.Caches {
		names = append(names, redact.Name(name))
	}
	if len(names) == 0 {
		names = []string{"none"}
	}
	p.field("caches", strings.Join(names, ", "))
}

// steps say what to do next.
func (in *inspection) steps() []string {
	c := in.credential
	if in.verdict.Status == finding.StatusDead || in.verdict.Status == finding.StatusExpired {
		return []string{"Nothing to revoke: it no longer works. Remove it anyway, so that no one has to check it again."}
	}
	var steps []string
	if k := in.facts(); k.expiry == credential.ExpiryAt && in.now.Before(k.expiresAt) && k.expiresAt.Sub(in.now) <= in.warning && c.Kind.Descriptor().Key {
		steps = append(steps, "If it is in use, deploy its successor before "+stamp(k.expiresAt)+".")
	}
	if r, ok := rule.ByID(c.Kind.Rule()); ok {
		for _, step := range r.Fix {
			// There is no file here.
			step = strings.Replace(step, ", and out of this file", "", 1)
			if c.KeyID != "" {
				step = strings.Replace(step, credential.RevokeCommand, "momentolint revoke "+whole(c.KeyID), 1)
			}
			steps = append(steps, step)
		}
	}
	return steps
}
