package detect

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	ahocorasick "github.com/BobuSumisu/aho-corasick"
	"github.com/rs/zerolog"
	"github.com/zricethezav/gitleaks/v8/config"
	"github.com/zricethezav/gitleaks/v8/detect"
	"github.com/zricethezav/gitleaks/v8/logging"
	"github.com/zricethezav/gitleaks/v8/regexp"
	"github.com/zricethezav/gitleaks/v8/report"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/rule"
)

// The patterns of the rules, as gitleaks understands them. They say what can
// be a credential of a form; whether it is one says its structure.
const (
	jwtPattern      = `\beyJ[A-Za-z0-9_-]{8,}={0,2}\.e[wy][A-Za-z0-9_-]{8,}={0,2}\.[A-Za-z0-9_-]{0,}`
	envelopePattern = `\b(?:ey|ew)[A-Za-z0-9+/_-]{60,}={0,2}`
	jwkPattern      = `\{[^{}]*"kty"[^{}]*\}`
	valuePattern    = `["'\\]*\s*(?:[:=,]|=>)\s*["'\\]*([^\s"'\\,;}<]{16,})`
)

// patternOf returns the pattern for the forms of a kind, and words of which each
// match has one.
func patternOf(d *credential.Descriptor) (pattern string, keywords []string) {
	var list []string
	if d.Form&credential.FormEnvelope != 0 {
		list, keywords = append(list, envelopePattern), append(keywords, "ey", "ew")
	}
	if d.Form&(credential.FormJWT|credential.FormSection|credential.FormEnvelope) != 0 {
		list, keywords = append(list, jwtPattern), append(keywords, "eyj")
	}
	if d.Form&credential.FormJWK != 0 {
		list, keywords = append(list, jwkPattern), append(keywords, "kty")
	}
	if d.Form&credential.FormNamed != 0 {
		list = append(list, `(?i:`+strings.Join(d.Names, "|")+`)`+valuePattern)
		for _, n := range d.Names {
			keywords = append(keywords, strings.ToLower(n))
		}
	}
	return strings.Join(list, "|"), keywords
}

// secretRules are the rules for the kinds of credentials. Keywords are lower
// case: gitleaks compares them with the text in lower case and never meets
// others.
func secretRules() []config.Rule {
	var list []config.Rule
	for _, d := range credential.Descriptors() {
		pattern, keywords := patternOf(&d)
		list = append(list, config.Rule{
			RuleID: d.Rule, Description: "Momento " + d.Title, Regex: regexp.MustCompile(pattern), Keywords: keywords,
			// Clipped: gitleaks appends to tags, from many goroutines at once.
			Tags: slices.Clip([]string{"momento"}),
		})
	}
	return list
}

// engine is gitleaks as the judge of candidates: of our own rules with the
// user's changes to them, and of the rules that the user added.
type engine struct {
	// own holds a judge for each of our rules, user one for all of the user's.
	own  map[string]judge
	user judge
	// parts finds what the user's rules of several parts require next to their
	// own match and do not report: it is no finding, and as secret as one.
	parts judge
	// rules and partRules are the rules of user and parts one by one, so that the
	// time of each can be bounded.
	rules, partRules []userRule
	// prefilter finds the keywords of both; nil if there are none.
	prefilter *ahocorasick.Trie
	// slow holds the ids of rules that once took so long that they are not run
	// again.
	slow *sync.Map
	// paths reports that some of the user's rules look at the path alone.
	paths bool
	// custom reports that the user's configuration says anything at all.
	custom bool
	// off are rules of ours that the configuration disables.
	off map[string]bool
	// known are the ids of all rules of the configuration.
	known map[string]bool
	// source is what the configuration said, for RuleSet.
	source string
	// dir is the configuration's directory with a slash behind it, "" if names are
	// relative to it anyway.
	dir   string
	notes []string
}

// quiet stops the library's log, which holds what it finds, in full. Its logger
// is a global one, and this is the only thing that anybody here does with it.
var quiet = sync.OnceFunc(func() { logging.Logger = zerolog.Nop() })

// newEngine prepares the rules, with the user's configuration if there is one.
func newEngine(file *GitleaksFile, defaults bool) (*engine, error) {
	quiet()
	e := &engine{off: map[string]bool{}, slow: &sync.Map{}}
	if file.Path == "" {
		// Whatever is decoded as a credential is one: nobody has said otherwise,
		// and a pattern must not.
		return e, nil
	}
	if file.Dir != "" {
		e.dir = file.Dir + "/"
	}
	loaded, err := loadConfig(file, defaults)
	if err != nil {
		return nil, err
	}
	cfg := loaded.config
	e.known = map[string]bool{}
	for id := range cfg.Rules {
		e.known[id] = true
	}
	for _, id := range loaded.disabled {
		e.known[id] = true
	}
	e.custom, e.source, e.notes = true, loaded.source, loaded.notes
	for _, id := range loaded.disabled {
		e.off[id] = true
	}
	e.own = map[string]judge{}
	for _, r := range secretRules() {
		if changed, ok := cfg.Rules[r.RuleID]; ok {
			delete(cfg.Rules, r.RuleID)
			if slices.Contains(changed.Tags, rule.PrintedTag) {
				// Printed for gitleaks, which has to see with a regular expression
				// what is known here already. What people allow in it counts.
				r.Allowlists = changed.Allowlists
				changed = r
			}
			r = changed
		} else if err := r.Validate(); err != nil {
			return nil, fmt.Errorf("preparing the rules: %w", err)
		}
		one := emptyLike(cfg)
		// A credential in the configuration itself is one like any other.
		one.Path = ""
		addRule(&one, r)
		e.own[r.RuleID] = newJudge(one)
	}
	user, parts := emptyLike(cfg), emptyLike(cfg)
	for _, r := range cfg.Rules {
		if slices.Contains(r.Tags, rule.PrintedTag) {
			// A second rule of ours for a kind, which patterns need.
			continue
		}
		addRule(&user, r)
		e.paths = e.paths || r.Path != nil && r.Regex == nil
		if r.SkipReport && r.Regex != nil {
			r.SkipReport, r.RequiredRules = false, nil
			addRule(&parts, r)
		}
	}
	e.user, e.parts = newJudge(user), newJudge(parts)
	e.rules, e.partRules = splitRules(user), splitRules(parts)
	e.prefilter = prefilter(slices.Concat(e.rules, e.partRules))
	return e, nil
}

// judge is gitleaks' detector twice: for texts whose path is known, and for
// the others, where rules apply whatever path they ask for. (Without a path
// gitleaks would find that none of those rules applies.)
type judge struct{ withPath, withoutPath *detect.Detector }

func newJudge(c config.Config) judge {
	if len(c.Rules) == 0 {
		return judge{}
	}
	slices.Sort(c.OrderedRules)
	j := judge{withPath: newGitleaks(c)}
	j.withoutPath = j.withPath
	anywhere := emptyLike(c)
	for _, id := range c.OrderedRules {
		r := c.Rules[id]
		if r.Path == nil {
			addRule(&anywhere, r)
		} else if r.Path = nil; r.Regex != nil {
			addRule(&anywhere, r)
		}
	}
	if len(anywhere.Rules) < len(c.Rules) || hasPaths(c) {
		j.withoutPath = newGitleaks(anywhere)
	}
	return j
}

func hasPaths(c config.Config) bool {
	for _, r := range c.Rules {
		if r.Path != nil {
			return true
		}
	}
	return false
}

// name returns the name of a text as the configuration knows it: from its own
// directory.
func (e *engine) name(path string) string { return strings.TrimPrefix(path, e.dir) }

// none reports that there is no rule.
func (j judge) none() bool { return j.withPath == nil }

// detect returns what the rules find in a text, in a stable order. (The library
// goes through its rules in random order.)
func (j judge) detect(path, commit, text string) []report.Finding {
	d := j.withPath
	if path == "" {
		d = j.withoutPath
	}
	//nolint:staticcheck // deprecated in favour of a type that Detect does not take in this version
	fragment := detect.Fragment{Raw: text, FilePath: path, CommitSHA: commit, StartLine: 1}
	list := d.Detect(fragment)
	sortFindings(list)
	return list
}

// emptyLike returns a configuration with the allowlists of another one and no
// rules.
func emptyLike(c config.Config) config.Config {
	return config.Config{Path: c.Path, Allowlists: c.Allowlists, Rules: map[string]config.Rule{}, Keywords: map[string]struct{}{}}
}

func addRule(c *config.Config, r config.Rule) {
	r.Tags = slices.Clip(r.Tags)
	r.Keywords = slices.Clone(r.Keywords)
	for i, k := range r.Keywords {
		r.Keywords[i] = strings.ToLower(k)
		c.Keywords[r.Keywords[i]] = struct{}{}
	}
	c.Rules[r.RuleID] = r
	c.OrderedRules = append(c.OrderedRules, r.RuleID)
}

// newGitleaks prepares gitleaks' detector to judge text and nothing else: no
// decoding of its own, no walking, no size limit.
func newGitleaks(c config.Config) *detect.Detector {
	d := detect.NewDetector(c)
	d.MaxDecodeDepth = 0
	// Comments are read by us, on all of the lines that a finding stands on.
	d.IgnoreGitleaksAllow = true
	return d
}

// allowed reports whether the gitleaks configuration or ignore file silences a
// candidate, and why: "" if not.
func (s *Scanner) allowed(c *candidate) (by coverage.By, reason string) {
	m := &c.match
	if s.d.ignores("", s.path, m) {
		return coverage.ByGitleaksIgnore, ".gitleaksignore"
	}
	e := s.d.engine
	if m.Credential.IsZero() || !e.custom {
		return "", ""
	}
	if former := m.former(); former != "" && e.off[former] {
		m.FormerRule = former
		return coverage.ByGitleaksConfig, "disabled in the gitleaks configuration"
	}
	if e.off[m.Rule] {
		return coverage.ByGitleaksConfig, "disabled in the gitleaks configuration"
	}
	if !e.accepts(s.path, "", m.Rule, s.asText(c)) {
		return coverage.ByGitleaksConfig, "allowed by the gitleaks configuration"
	}
	return "", ""
}

// ignores reports whether an ignore file has the place of a match, under its
// rule or the one that it had before.
func (d *Detector) ignores(commit, path string, m *Match) bool {
	if d.ignored.has(commit, path, m.Rule, m.StartLine) {
		return true
	}
	if former := m.former(); former != "" && d.ignored.has(commit, path, former, m.StartLine) {
		m.FormerRule = former
		return true
	}
	return false
}

// asText returns a candidate as gitleaks reads it: the line that it stands on,
// with the credential in it as if it were neither encoded nor split.
func (s *Scanner) asText(c *candidate) string {
	first, last := s.lineBounds(c.lo, c.hi)
	d := s.top.data
	first, last = max(first, c.lo-maxRuleText), min(last, c.hi+maxRuleText)
	before, after := string(d[first:c.lo]), string(d[c.hi:last])
	if d := c.match.Credential.Kind.Descriptor(); d.Form&credential.FormNamed != 0 && !namedBefore(before, d.Names) {
		// Its name, which the rule wants to see, is encoded, or what joins them is.
		before += d.Names[len(d.Names)-1] + "="
	} else if n := len(before); n > 0 && wordSet[before[n-1]] {
		// What an encoding leaves before it is no part of a word.
		before += " "
	}
	return before + c.text + after
}

// namedBefore reports whether one of the names, a sign and quotation marks are the
// end of a text.
func namedBefore(text string, names []string) bool {
	text = strings.TrimRight(text, " \t\"'\\=>:,")
	return slices.ContainsFunc(names, func(n string) bool {
		return len(text) >= len(n) && strings.EqualFold(text[len(text)-len(n):], n)
	})
}

// maxRuleText is how much of the line on either side gitleaks gets to see.
const maxRuleText = 1 << 10

// accepts reports whether a rule finds anything in a text: if not, an allowlist
// holds it back.
func (e *engine) accepts(path, commit, rule, text string) bool {
	return len(e.own[rule].detect(e.name(path), commit, text)) > 0
}

// Ignore suppresses a match that the user's gitleaks files suppress once it is
// known where it comes from: its path, and the commit that introduced it if
// there is one. Scan itself has judged what it could by the path that it was
// given.
func (d *Detector) Ignore(path, commit string, m *Match) {
	if d.ignores(commit, path, m) {
		m.allow(coverage.ByGitleaksIgnore, ".gitleaksignore")
		return
	}
	if commit == "" || !d.engine.custom || m.Credential.IsZero() {
		return
	}
	text := m.Credential.RevealWritten()
	if d := m.Credential.Kind.Descriptor(); d.Form&credential.FormNamed != 0 {
		text = d.Names[len(d.Names)-1] + "=" + text
	}
	if !d.engine.accepts(path, commit, m.Rule, text) {
		m.allow(coverage.ByGitleaksConfig, "allowed by the gitleaks configuration")
	}
}
