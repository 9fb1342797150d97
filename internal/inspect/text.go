package inspect

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/redact"
	"github.com/momentolint/momentolint/internal/rule"
)

// Text writes the inspection as text.
func (in *Inspection) Text(w io.Writer, l Look) error {
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
	p.field("", "See "+AfterALeak)
	for _, other := range in.others {
		p.line("")
		p.field("next to it", other.Kind.Title()+", "+other.Redacted()+", fingerprint "+other.Fingerprint()+": it is as exposed as this one")
	}
	if err := p.out.Flush(); err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	return nil
}

// AfterALeak is the address of the page on what to do after a leak.
const AfterALeak = "https://github.com/momentolint/momentolint/blob/main/docs/after-a-leak.md"

// account writes the permissions: one line, and a tree if there are several.
func (in *Inspection) account(p *page, k facts) {
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
		for _, line := range branches(tree, p.columns()-2-labels) {
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

// expiry writes when the credential expires, and why that matters.
func (in *Inspection) expiry(p *page, k facts) {
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

// caches writes the names of the caches that the service listed.
func (in *Inspection) caches(p *page) {
	if !p.Verbose || !in.verdict.CachesKnown {
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

// steps returns what to do next.
func (in *Inspection) steps() []string {
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
