package report

import (
	"strings"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/redact"
)

// tone is the colour of a block's state.
func (t *textWriter) tone(g *group) style {
	switch {
	case !g.isSecret():
		return t.yellow
	case g.status == finding.StatusLive:
		return t.alarm
	case g.status == finding.StatusUnverified:
		return t.yellow
	}
	return t.dim
}

// statusWords are the tags at the beginning of a block.
var statusWords = map[finding.Status]string{
	finding.StatusLive: "LIVE", finding.StatusUnverified: "UNVERIFIED",
	finding.StatusExpired: "EXPIRED", finding.StatusDead: "DEAD",
}

func (g *group) tag() redact.Text {
	if !g.isSecret() {
		if g.known {
			return redact.Literal("POLICY")
		}
		return redact.Literal("RULE")
	}
	if word, ok := statusWords[g.status]; ok {
		return redact.Of(word)
	}
	return redact.Of(strings.ToUpper(string(g.status)))
}

// title names what was found.
func (g *group) title() redact.Text {
	switch {
	case g.isSecret() && g.head.Credential.Incomplete:
		return redact.Sprintf("%s, incomplete", g.head.Credential.Kind.Title())
	case g.isSecret():
		return redact.Of(g.head.Credential.Kind.Title())
	case g.known:
		return redact.Of(g.rule.Title)
	}
	return redact.Of(g.head.Rule)
}

// block writes everything about one credential or rule.
func (t *textWriter) block(g *group) {
	tone := t.tone(g)
	tag := redact.Sprintf("● %s", g.tag())
	title := g.title().Truncate(t.o.Width - tag.Width() - 2)
	used := tag.Width() + 2 + title.Width()
	painted := redact.Sprintf("%s  %s", tone(tag), t.bold(title))
	id := redact.Of(g.head.Rule)
	if g.isSecret() {
		id = redact.Sprintf("%s · %s", id, g.head.Fingerprint)
	}
	if !g.isSecret() && !g.known {
		id = redact.Text{}
	}
	if gap := t.o.Width - used - id.Width(); gap >= 2 {
		painted = redact.Concat(painted, redact.Spaces(gap), t.dim(id))
		id = redact.Text{}
	}
	t.line(painted)
	if !id.IsEmpty() {
		t.line(redact.Spaces(2), t.dim(id.Truncate(t.o.Width-2)))
	}
	if g.isSecret() {
		t.secretFacts(g)
	}
	t.line()
	t.places(g, tone)
	if !t.o.Brief {
		t.next(g)
	}
}

func (t *textWriter) secretFacts(g *group) {
	works := g.status == finding.StatusLive || g.status == finding.StatusUnverified
	alarm := func(on bool) style {
		if on && works {
			return t.red
		}
		return nil
	}
	t.row(redact.Literal("may do"), redact.Of(finding.ScopeWords(g.scope)), alarm(g.scope.Level == credential.ScopeSuperUser))
	if t.o.Verbose && len(g.scope.Permissions) > 1 {
		for _, p := range g.scope.Permissions {
			t.row(redact.Text{}, redact.Sprintf("- %s", finding.PermissionWords(p)), nil)
		}
	}
	label := redact.Literal("expires")
	if g.expired {
		label = redact.Literal("expired")
	}
	t.row(label, t.v.expiresWords(g.facts), alarm(g.expiry == credential.ExpiryNever || g.soon))
	t.row(redact.Literal("status"), t.statusWords(g), alarm(g.status == finding.StatusLive))
	if key := t.v.keyWords(g); !key.IsEmpty() {
		t.row(redact.Literal("key"), key, nil)
	}
	if words := t.v.introducedWords(g); !words.IsEmpty() {
		t.row(redact.Literal("came in"), words, nil)
	}
	if a := g.head.Verdict.Account; a != nil {
		if role := roleWords(a); !role.IsEmpty() {
			t.row(redact.Literal("role"), role, nil)
		}
		if a.Description != "" {
			t.row(redact.Literal("called"), redact.Of(a.Description), nil)
		}
	}
	if t.v.ShowSecrets {
		// In one piece, for copying: never wrapped.
		t.line(redact.Spaces(2), t.dim(labelled(redact.Literal("secret"))), redact.Secret(g.head.Credential.RevealWritten()))
	}
}

// expiresWords says when a credential ends and what that means.
func (v *view) expiresWords(k facts) redact.Text {
	words := v.whenWords(k)
	switch {
	case k.expired:
		return redact.Sprintf("%s (%s)", words, day(k.expiresAt))
	case k.soon && k.status == finding.StatusLive:
		return redact.Sprintf("%s (%s): soon, and what uses it stops then", words, day(k.expiresAt))
	case k.soon:
		return redact.Sprintf("%s (%s): soon", words, day(k.expiresAt))
	case k.expiry == credential.ExpiryAt:
		return redact.Sprintf("%s (%s)", words, day(k.expiresAt))
	case k.expiry == credential.ExpiryUnknown:
		return redact.Literal("unknown: it does not say so itself")
	}
	return words
}

// whenWords says when a credential ends, from the report's moment.
func (v *view) whenWords(k facts) redact.Text {
	return redact.Of(finding.EndWords(k.expiry, k.expiresAt, v.Now, k.status))
}

// day returns a date without the time.
func day(at time.Time) redact.Text { return redact.Of(at.UTC().Format(time.DateOnly)) }

func (t *textWriter) statusWords(g *group) redact.Text {
	reason := redact.Of(g.head.Verdict.Reason)
	switch g.status {
	case finding.StatusLive:
		words := redact.Literal("Momento accepts it")
		if g.head.Verdict.CachesKnown {
			names := make([]redact.Text, len(g.head.Verdict.Caches))
			for i, name := range g.head.Verdict.Caches {
				names[i] = redact.Of(redact.Name(name))
			}
			words = redact.Sprintf("%s; it can list %s", words, count(len(names), "cache", "caches"))
			if t.o.Verbose && len(names) > 0 {
				words = redact.Sprintf("%s: %s", words, redact.Join(", ", names...))
			}
		}
		return words
	case finding.StatusDead:
		return redact.Join(": ", redact.Literal("Momento refuses it"), reason)
	case finding.StatusExpired:
		return redact.Literal("expired according to its own claim; not verified")
	}
	if g.head.Credential.Incomplete {
		return redact.Literal("not known whether it works: its end is missing, so it was not checked")
	}
	return redact.Join(": ", redact.Literal("not known whether it works"), reason)
}

// keyWords says what identifies a credential: id, owner, age, endpoint.
func (v *view) keyWords(g *group) redact.Text {
	c := &g.head.Credential
	var parts []redact.Text
	if c.KeyID != "" {
		parts = append(parts, redact.Sprintf("id %s", redact.Name(c.KeyID)))
	}
	if c.Subject != "" {
		parts = append(parts, redact.Sprintf("of %s", redact.Name(c.Subject)))
	}
	if !g.issuedAt.IsZero() {
		parts = append(parts, redact.Sprintf("issued %s", finding.RelativeWords(g.issuedAt, v.Now)))
	}
	switch {
	case g.endpoint != "":
		parts = append(parts, redact.Sprintf("for %s", redact.Name(g.endpoint)))
	case g.head.NearbyEndpoint != "":
		parts = append(parts, redact.Sprintf("found near %s", redact.Name(g.head.NearbyEndpoint)))
	}
	return redact.Join(", ", parts...)
}

func roleWords(a *finding.AccountInfo) redact.Text {
	name := a.RoleName
	if name == "" {
		name = a.RoleID
	}
	if name == "" {
		return redact.Text{}
	}
	if len(a.AllowedCIDRs) > 0 {
		return redact.Sprintf("%s, only from %s", redact.Name(name), strings.Join(a.AllowedCIDRs, ", "))
	}
	return redact.Sprintf("%s, from anywhere", redact.Name(name))
}
