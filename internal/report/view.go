package report

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/redact"
	"github.com/momentolint/momentolint/internal/rule"
)

// view is a report made ready for writing: sorted, scrubbed of credentials
// where none should be, and joined with the table of rules.
type view struct {
	*finding.Report
	findings []finding.Finding
	notes    []string
	stale    []string
	rules    map[string]rule.Rule
	scrubber *scrubber
}

// newView prepares a copy of the report.
func newView(r *finding.Report) *view {
	s := &scrubber{}
	seen := map[string]bool{}
	for i := range r.Findings {
		c := &r.Findings[i].Credential
		if !c.Kind.Descriptor().Opaque {
			continue
		}
		if text := c.RevealWritten(); text != "" && !seen[text] {
			seen[text] = true
			s.opaque = append(s.opaque, text)
		}
	}
	v := &view{Report: r, findings: slices.Clone(r.Findings), rules: map[string]rule.Rule{}, scrubber: s}
	for _, known := range rule.All() {
		v.rules[known.ID] = known
	}
	for i := range v.findings {
		scrubFinding(&v.findings[i], s)
	}
	slices.SortStableFunc(v.findings, compareFindings)
	for _, note := range r.Notes {
		v.notes = append(v.notes, s.scrub(note))
	}
	for _, entry := range r.StaleBaseline {
		v.stale = append(v.stale, s.scrub(entry))
	}
	return v
}

func scrubFinding(f *finding.Finding, s *scrubber) {
	f.Message = s.scrub(f.Message)
	f.Location.File = s.scrub(f.Location.File)
	line := redact.SourceLine(f.Line, f.LineColumn, f.LineWidth)
	f.Line, f.LineColumn, f.LineWidth = line.Text().String(), line.Column(), line.Width()
	if safe := s.scrub(f.Line); safe != f.Line {
		// The mark no longer fits what is left.
		f.Line, f.LineColumn, f.LineWidth = safe, 0, 0
	}
	f.Advice = s.scrub(f.Advice)
	f.NearbyEndpoint = s.scrub(f.NearbyEndpoint)
	f.Redacted = s.scrub(f.Redacted)
	f.Credential.Endpoint = s.scrub(f.Credential.Endpoint)
	f.Credential.KeyID = s.scrub(f.Credential.KeyID)
	f.Credential.Subject = s.scrub(f.Credential.Subject)
	f.Credential.ControlHost = s.scrub(f.Credential.ControlHost)
	s.scope(&f.Credential.Scope)
	f.Verdict.Reason = s.scrub(f.Verdict.Reason)
	f.Repository = s.scrub(f.Repository)
	f.Verdict.Caches = slices.Clone(f.Verdict.Caches)
	for i, name := range f.Verdict.Caches {
		f.Verdict.Caches[i] = s.scrub(name)
	}
	if f.Commit != nil {
		c := *f.Commit
		c.Author, c.Subject = s.scrub(c.Author), s.scrub(c.Subject)
		f.Commit = &c
	}
	if f.Verdict.Account != nil {
		a := *f.Verdict.Account
		a.Description, a.RoleName, a.RoleID = s.scrub(a.Description), s.scrub(a.RoleName), s.scrub(a.RoleID)
		a.AllowedCIDRs = slices.Clone(a.AllowedCIDRs)
		for i, cidr := range a.AllowedCIDRs {
			a.AllowedCIDRs[i] = s.scrub(cidr)
		}
		s.scope(&a.Scope)
		f.Verdict.Account = &a
	}
}

// scrubber masks credentials in data that should hold none: file names,
// authors, messages. It is the last line of defence, not the redaction.
type scrubber struct {
	// opaque are the secrets of the report that have no shape of their own.
	opaque []string
}

func (s *scrubber) scrub(text string) string {
	for _, secret := range s.opaque {
		if strings.Contains(text, secret) {
			text = strings.ReplaceAll(text, secret, credential.Redact(secret))
		}
	}
	return redact.Credentials(text)
}

// scope masks credentials in the names that a scope selects by.
func (s *scrubber) scope(scope *credential.Scope) {
	scope.Permissions = slices.Clone(scope.Permissions)
	for i := range scope.Permissions {
		p := &scope.Permissions[i]
		for _, text := range []*string{&p.Resource, &p.Role, &p.Cache, &p.Item, &p.Topic, &p.Function} {
			*text = s.scrub(*text)
		}
	}
}

// sourceLine returns the finding's line as a terminal may show it.
func sourceLine(f *finding.Finding) redact.Line {
	return redact.SourceLine(f.Line, f.LineColumn, f.LineWidth)
}

// assignment returns the part of the finding's line that reports may show which
// leave the machine: the name to which the credential is assigned.
func assignment(f *finding.Finding) redact.Line { return sourceLine(f).Assigned() }

// compareFindings is the order of the contract: file, line, column, commit;
// then whatever tells two findings apart, so that the order is always the same.
func compareFindings(a, b finding.Finding) int {
	return cmp.Or(
		strings.Compare(a.Location.File, b.Location.File),
		cmp.Compare(a.Location.StartLine, b.Location.StartLine),
		cmp.Compare(a.Location.StartColumn, b.Location.StartColumn),
		strings.Compare(a.CommitID(), b.CommitID()),
		cmp.Compare(a.Location.EndLine, b.Location.EndLine),
		cmp.Compare(a.Location.EndColumn, b.Location.EndColumn),
		strings.Compare(a.Rule, b.Rule),
		strings.Compare(a.Fingerprint, b.Fingerprint),
		strings.Compare(a.Message, b.Message),
	)
}

// facts is what is known of a credential: the account's word where there is
// one, else the credential's own.
type facts struct {
	status              finding.Status
	expiry              credential.Expiry
	expiresAt, issuedAt time.Time
	expired, soon       bool
	scope               credential.Scope
	endpoint            string
}

// shownEndpoint returns the endpoint of a credential for programs: its own, or
// for one that names none, the endpoint of Momento's that was found near it.
func (k *facts) shownEndpoint(f *finding.Finding) string {
	if k.endpoint == "" && strings.HasSuffix(f.NearbyEndpoint, ".momentohq.com") {
		return f.NearbyEndpoint
	}
	return k.endpoint
}

func (v *view) factsOf(f *finding.Finding) facts {
	c := &f.Credential
	k := facts{
		status: f.Verdict.Status, expiry: c.Expiry, expiresAt: c.ExpiresAt, issuedAt: c.IssuedAt,
		scope: c.Scope, endpoint: c.Endpoint,
	}
	if k.status == "" {
		k.status = finding.StatusUnverified
	}
	if k.endpoint == "" {
		// Legacy tokens name hosts, not an endpoint.
		k.endpoint, _ = strings.CutPrefix(c.ControlHost, "control.")
	}
	if a := f.Verdict.Account; a != nil {
		if a.Expiry != credential.ExpiryUnknown {
			k.expiry, k.expiresAt = a.Expiry, a.ExpiresAt
		}
		if !a.IssuedAt.IsZero() {
			k.issuedAt = a.IssuedAt
		}
		if a.Scope.Level != "" && a.Scope.Level != credential.ScopeUnknown {
			k.scope = a.Scope
		}
	}
	if k.scope.Level == "" {
		k.scope.Level = credential.ScopeUnknown
	}
	if k.expiry == credential.ExpiryAt {
		// The verdict may be of another computer, whose clock goes ahead.
		k.expired = k.status.Ended(k.expiresAt, v.Now)
		k.soon = !k.expired && k.expiresAt.Sub(v.Now) <= v.ExpiryWarning
	}
	return k
}

// expiresWord is the value of "expires" in JSON and CSV.
func (k facts) expiresWord() redact.Text {
	if k.expired {
		return redact.Literal("expired")
	}
	return redact.Of(k.expiry.String())
}

// group is everything that belongs to one credential, or to one rule where
// there is no credential.
type group struct {
	// head is the finding that tells most of the credential.
	head *finding.Finding
	facts
	// rule is the table's; known is false for the user's own rules.
	rule   rule.Rule
	known  bool
	places []*finding.Finding
}

// isSecret reports whether it is a credential, not a breach of policy.
func (g *group) isSecret() bool { return !g.head.Credential.IsZero() }

// groups gathers the findings, worst first.
func (v *view) groups() []*group {
	var all []*group
	index := map[string]*group{}
	l := newLinks(v.findings)
	for i := range v.findings {
		f := &v.findings[i]
		key := "rule\x00" + f.Rule
		if !f.Credential.IsZero() {
			key = "credential\x00" + l.key(f)
		}
		g, ok := index[key]
		if !ok {
			g = &group{head: f}
			index[key] = g
			all = append(all, g)
		}
		g.places = append(g.places, f)
		if tells(f) > tells(g.head) {
			g.head = f
		}
	}
	for _, g := range all {
		g.facts = v.factsOf(g.head)
		g.rule, g.known = v.rules[g.head.Rule]
	}
	slices.SortStableFunc(all, func(a, b *group) int { return cmp.Compare(b.danger(), a.danger()) })
	return all
}

// tells ranks how much a finding knows of its credential: one and the same key
// may be found as a whole (with its endpoint) and as a bare JWT, and one place
// may have been checked with an endpoint from its neighbourhood.
func tells(f *finding.Finding) int {
	if f.Credential.Incomplete {
		return -1
	}
	n := 0
	switch f.Verdict.Status {
	case finding.StatusLive, finding.StatusDead:
		n += 4
	case finding.StatusExpired:
		n += 2
	}
	if f.Verdict.Account != nil {
		n += 2
	}
	if f.Credential.Endpoint != "" {
		n++
	}
	return n
}

// danger orders groups: what works before what may work before what does not;
// among equals the wider and the longer-lived.
func (g *group) danger() int {
	n := 0
	if !g.isSecret() {
		// After every credential that may still work, before those that do not.
		return 2500
	}
	switch g.status {
	case finding.StatusLive:
		n = 9000
	case finding.StatusUnverified:
		n = 5000
	case finding.StatusExpired:
		n = 1000
	}
	n += 100 * scopeDanger(g.head.Credential.Kind, g.scope)
	switch {
	case g.expiry == credential.ExpiryNever:
		n += 30
	case g.expiry == credential.ExpiryUnknown:
		n += 20
	case g.soon:
		n += 5
	default:
		n += 10
	}
	return n
}

// scopeDanger ranks how much a credential may do, from 0 to 9: first by how bad
// that is for its kind, then by the scope.
func scopeDanger(kind credential.Kind, s credential.Scope) int {
	n := map[credential.Severity]int{credential.Critical: 6, credential.High: 4, credential.Medium: 2}[kind.Severity(s, credential.ExpiryUnknown, time.Time{}, time.Time{})]
	switch s.Reach() {
	case credential.ReachFull:
		n += 3
	case credential.ReachUnknown:
		n += 2
	case credential.ReachWrite:
		n++
	}
	return n
}
