package detect

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/detect/gitleaks"
	"github.com/momentolint/momentolint/internal/detect/literal"
	"github.com/momentolint/momentolint/internal/rule"
)

// Options are what detection needs to know.
type Options struct {
	// MaxDecodeDepth is how many layers of encoding are taken off around a
	// credential, 0 = none. (Programs want more: a Kubernetes secret alone is
	// one. Putting split literals and wrapped lines together is no decoding.)
	MaxDecodeDepth int
	// GitleaksConfig is a gitleaks configuration whose allowlists and own rules
	// count; no path = none.
	GitleaksConfig gitleaks.File
	// GitleaksIgnore are the .gitleaksignore files that count.
	GitleaksIgnore []gitleaks.File
	// GitleaksDefaults runs gitleaks' own rules too where GitleaksConfig
	// extends them (extend.useDefault). They are slow and find other people's
	// credentials, so without it only the rules that the user wrote count.
	GitleaksDefaults bool
	// Version is the program's version, for RuleSet.
	Version string
	// MaxLifetime is the longest lifetime of a new key that is not reported; 0 =
	// no limit.
	MaxLifetime time.Duration
	// Now is the time that fixed expiries are compared with; zero = the present.
	Now time.Time
}

// maxDepth is the most layers of encoding that are ever taken off.
const maxDepth = 16

// Detector finds credentials. It does not change after New and may be used by
// several goroutines at once, each with a Scanner of its own.
type Detector struct {
	depth    int
	needles  []needle
	kinds    []credential.Descriptor
	searcher *literal.Searcher
	engine   *gitleaks.Engine
	ignored  gitleaks.IgnoreList
	ruleSet  string
	// maxLifetime and now are those of the options.
	maxLifetime time.Duration
	now         time.Time
	notes       []string
	// ruleLimit is how long the user's rules may take for one text.
	ruleLimit gitleaks.Limit
	// messages tells for each rule what is wrong, in one sentence.
	messages map[string]string
}

// Match is one credential, or one breach of a policy or a user's rule, found
// in a text.
type Match struct {
	// Rule is the rule's id.
	Rule string
	// Credential is what was found; the zero value for policy and user's rules.
	Credential credential.Credential
	// Message says in one sentence what is wrong, without the secret.
	Message string
	// Fingerprint identifies the content: the credential's, or the first 16 hex
	// digits of the SHA-256 over rule and text. Redacted is its safe form.
	Fingerprint, Redacted string
	// Lines and columns count from 1, columns in bytes; the end is exclusive. They
	// span the text as it stands in the file, encoded or split as it may be.
	StartLine, StartColumn, EndLine, EndColumn int
	// UTF16Shift is finding.Location's.
	UTF16Shift int
	// Encoding lists the layers around the credential, outermost first.
	Encoding []string
	// Line is the line it stands on, or the first of several, with every secret
	// in it redacted, and cut to a displayable width. LineColumn and LineWidth
	// mark the finding in it, in bytes from 0.
	Line                  string
	LineColumn, LineWidth int
	// Joined reports that the text goes on after the credential without a break. Its
	// length is right, but a character may be in it that is not part of it, so that
	// a rejection says nothing of the credential that was meant.
	Joined bool
	// NearbyEndpoint is a host found near a credential that names none.
	NearbyEndpoint string
	// Advice is what to do about it because of what is around it, in one sentence;
	// "" if nothing.
	Advice string
	// Minor reports a breach of a policy that weighs less than the rule says.
	Minor bool
	// AllowedBy is what suppresses the finding: a comment, the gitleaks
	// configuration or ignore file; "" if nothing does. AllowReason says why.
	AllowedBy   coverage.By
	AllowReason string
	// FormerRule is the old id of the rule under which the finding is suppressed;
	// "" if its present one counts.
	FormerRule string
}

// former is the id of the rule that reported the credential before it became one
// of another kind; "" if none did.
func (m *Match) former() string { return m.Credential.Formerly.Rule() }

// Allowed reports whether something suppresses the finding.
func (m *Match) Allowed() bool { return m.AllowedBy != "" }

// allow suppresses the finding for a reason, if there is one.
func (m *Match) allow(by coverage.By, reason string) {
	if m.AllowedBy, m.AllowReason = by, reason; reason == "" {
		m.AllowedBy = ""
	}
}

// New prepares a detector. An error is a mistake in the gitleaks configuration
// (see gitleaks.ConfigError) or a file that cannot be read.
func New(o Options) (*Detector, error) {
	d := &Detector{ruleLimit: gitleaks.DefaultLimit(), depth: min(max(o.MaxDecodeDepth, 0), maxDepth), needles: needles(), kinds: credential.Descriptors(), maxLifetime: o.MaxLifetime, now: o.Now}
	if d.now.IsZero() {
		d.now = time.Now()
	}
	var err error
	if d.searcher, err = searcher(); err != nil {
		return nil, fmt.Errorf("preparing the literal search: %w", err)
	}
	if d.engine, err = gitleaks.New(&gitleaks.Options{
		Config: o.GitleaksConfig, Own: gitleaksRules(), PrintedTag: rule.PrintedTag, Defaults: o.GitleaksDefaults,
	}); err != nil {
		return nil, err
	}
	d.notes = slices.Clone(d.engine.Notes())
	if len(o.GitleaksIgnore) > 0 {
		d.ignored = gitleaks.IgnoreList{}
	}
	for i := range o.GitleaksIgnore {
		notes, err := d.ignored.Read(&o.GitleaksIgnore[i])
		if err != nil {
			return nil, err
		}
		d.notes = append(d.notes, notes...)
	}
	d.messages = map[string]string{}
	for _, r := range rule.All() {
		d.messages[r.ID] = r.Short
	}
	d.ruleSet = d.hash(o)
	return d, nil
}

// Version is the version of what this package finds and shows; it grows with
// every change that finds more, less or otherwise, so that caches and fleets
// notice.
const Version = "11"

// hash sums up everything that decides what is found in a text.
func (d *Detector) hash(o Options) string {
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%s\n%q\n%d\n", Version, o.Version, d.depth)
	for _, n := range d.needles {
		_, _ = fmt.Fprintf(h, "%q %d %d\n", n.text, n.sort, n.phase)
	}
	// Not the present time: an end that was near enough stays so.
	_, _ = fmt.Fprintf(h, "%d\n", d.maxLifetime)
	_, _ = fmt.Fprintf(h, "%t\n%s\n%s", o.GitleaksDefaults, d.engine.Identity(), strings.Join(d.ignored.Lines(), "\n"))
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// RuleSet identifies everything that decides what is found in a text: rules,
// version, options and the user's configuration. A text scanned under the same
// rule set need not be scanned again.
func (d *Detector) RuleSet() string { return d.ruleSet }

// KnownRule reports whether a rule exists: one of ours, or of the gitleaks
// configuration.
func (d *Detector) KnownRule(id string) bool {
	_, ours := d.messages[id]
	return ours || d.engine.Known(id)
}

// Notes are remarks on the configuration for the person who runs the scan.
func (d *Detector) Notes() []string { return d.notes }

// fingerprint identifies the content of a finding without a credential.
func fingerprint(rule, text string) string {
	sum := sha256.Sum256([]byte(rule + "\x00" + text))
	return hex.EncodeToString(sum[:8])
}
