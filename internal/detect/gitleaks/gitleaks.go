// Package gitleaks applies a user's gitleaks configuration: its rules, its
// allowlists and what it changes in momentolint's own rules, as gitleaks does.
//
// Of gitleaks it uses the package that reads configurations. Its detector is not
// used: with it come 34 more modules, for git, archives, reports and terminals.
// match.go does what the detector does with a text that is not encoded; an
// integration test compares the two.
//
// No other package imports gitleaks, or what it is configured with.
package gitleaks

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	ahocorasick "github.com/BobuSumisu/aho-corasick"
	"github.com/rs/zerolog"
	"github.com/zricethezav/gitleaks/v8/config"
	"github.com/zricethezav/gitleaks/v8/logging"
	"github.com/zricethezav/gitleaks/v8/regexp"
)

// Rule is one of momentolint's own rules in the form that gitleaks has for it.
type Rule struct {
	ID, Description, Pattern string
	// Keywords are in lower case; each match has one of them.
	Keywords []string
}

// config returns the rule as the library has it.
func (r *Rule) config() config.Rule {
	return config.Rule{
		RuleID: r.ID, Description: r.Description, Regex: regexp.MustCompile(r.Pattern), Keywords: r.Keywords, Tags: []string{"momento"},
	}
}

// Options configures an Engine.
type Options struct {
	// Config is the user's configuration; no path = none.
	Config File
	// Own are momentolint's own rules, which the configuration may change.
	Own []Rule
	// PrintedTag marks rules that momentolint printed for gitleaks. They are not
	// run, but their allowlists count.
	PrintedTag string
	// Defaults runs gitleaks' own rules too if the configuration extends them.
	Defaults bool
}

// Engine judges candidates by our own rules with the user's changes to them, and
// finds what the rules that the user added find. It may be used by several
// goroutines at once.
type Engine struct {
	// own holds each of our rules, as a set of its own.
	own map[string]*ruleSet
	// user are the user's rules. parts are those of them that other rules require
	// and that do not report: what they find is no finding, and as secret as one.
	user, parts *ruleSet
	// prefilter finds the keywords of both; nil if there are none.
	prefilter *ahocorasick.Trie
	// slow holds the ids of rules that once took so long that they are not run
	// again.
	slow *sync.Map
	// custom reports that there is a configuration.
	custom bool
	// off are the rules that it disables.
	off map[string]bool
	// known are the ids of all rules of the configuration.
	known map[string]bool
	// source is the text of the configuration.
	source string
	// dir is the configuration's directory with a slash after it, "" if names are
	// relative to it anyway.
	dir   string
	notes []string
}

// quiet stops the library's log, which holds what it reads. Its logger is a
// global one, and this is the only use of it.
var quiet = sync.OnceFunc(func() { logging.Logger = zerolog.Nop() })

// New prepares the rules. An error is a mistake in the configuration (see
// ConfigError) or a file that cannot be read.
func New(o *Options) (*Engine, error) {
	quiet()
	e := &Engine{slow: &sync.Map{}}
	if o.Config.Path == "" {
		// Whatever is decoded as a credential is one: no configuration says
		// otherwise, and a pattern must not.
		return e, nil
	}
	if o.Config.Dir != "" {
		e.dir = o.Config.Dir + "/"
	}
	loaded, err := loadConfig(o)
	if err != nil {
		return nil, err
	}
	cfg := loaded.config
	e.known, e.off = map[string]bool{}, map[string]bool{}
	for id := range cfg.Rules {
		e.known[id] = true
	}
	for _, id := range loaded.disabled {
		e.known[id], e.off[id] = true, true
	}
	e.custom, e.source, e.notes = true, loaded.source, loaded.notes
	e.own = map[string]*ruleSet{}
	for i := range o.Own {
		r := o.Own[i].config()
		if changed, ok := cfg.Rules[r.RuleID]; ok {
			delete(cfg.Rules, r.RuleID)
			if slices.Contains(changed.Tags, o.PrintedTag) {
				// Printed for gitleaks, which has to see with a regular expression
				// what is known here already. What people allow in it counts.
				r.Allowlists = changed.Allowlists
				changed = r
			}
			r = changed
		} else if err := r.Validate(); err != nil {
			return nil, fmt.Errorf("preparing the rules: %w", err)
		}
		// Without the configuration's name: a credential in the configuration
		// itself is one like any other.
		one := newRuleSet("", cfg.Allowlists)
		one.add(r)
		e.own[r.RuleID] = one
	}
	e.user, e.parts = newRuleSet(cfg.Path, cfg.Allowlists), newRuleSet(cfg.Path, cfg.Allowlists)
	for _, r := range cfg.Rules {
		if slices.Contains(r.Tags, o.PrintedTag) {
			// A second rule of ours for a kind, which patterns need.
			continue
		}
		e.user.add(r)
		if r.SkipReport && r.Regex != nil {
			r.SkipReport, r.RequiredRules = false, nil
			e.parts.add(r)
		}
	}
	e.prefilter = prefilter(e.user, e.parts)
	return e, nil
}

// OwnOnly returns an engine without the user's rules.
func (e *Engine) OwnOnly() *Engine {
	own := *e
	own.user, own.parts, own.prefilter = nil, nil, nil
	return &own
}

// Configured reports whether there is a configuration.
func (e *Engine) Configured() bool { return e.custom }

// Off reports whether the configuration disables a rule.
func (e *Engine) Off(id string) bool { return e.off[id] }

// Known reports whether the configuration has a rule, or disables it.
func (e *Engine) Known(id string) bool { return e.known[id] }

// Identity is everything that the configuration says, for a hash.
func (e *Engine) Identity() string { return e.source + "\n" + e.dir }

// Notes are remarks on the configuration for the person who runs the scan.
func (e *Engine) Notes() []string { return e.notes }

// Accepts reports whether one of our rules finds anything in a text: if not, the
// configuration suppresses it. path and commit may be unknown.
func (e *Engine) Accepts(rule, path, commit, text string) bool {
	set := e.own[rule]
	in := newInput(e.name(path), commit, text)
	r := set.rules[rule]
	if set.skips(in) {
		return false
	}
	if lower := strings.ToLower(text); len(r.Keywords) > 0 && !slices.ContainsFunc(r.Keywords, func(k string) bool { return strings.Contains(lower, k) }) {
		return false
	}
	return len(set.find(r, in)) > 0
}

// name returns the name of a text as the configuration knows it: relative to its
// own directory.
func (e *Engine) name(path string) string { return strings.TrimPrefix(path, e.dir) }

// HasRules reports whether the user has rules.
func (e *Engine) HasRules() bool { return e.user != nil && len(e.user.order) > 0 }

// HasPathRules reports whether some of them look at the path alone.
func (e *Engine) HasPathRules() bool {
	return e.HasRules() && slices.ContainsFunc(e.user.order, pathOnly)
}

// pathOnly reports whether a rule looks at the path alone, and not for keywords
// in the text.
func pathOnly(r *config.Rule) bool { return r.Regex == nil && len(r.Keywords) == 0 }

// FindPath returns the findings of the rules that look at the path alone.
func (e *Engine) FindPath(path string) []Finding {
	in := newInput(e.name(path), "", "")
	if !e.HasRules() || path == "" || e.user.skips(in) {
		return nil
	}
	var list []Finding
	for _, r := range e.user.order {
		if pathOnly(r) {
			list = append(list, e.user.find(r, in)...)
		}
	}
	return dropGeneric(list)
}
