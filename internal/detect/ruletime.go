package detect

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"regexp/syntax"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	ahocorasick "github.com/BobuSumisu/aho-corasick"
	"github.com/zricethezav/gitleaks/v8/config"
	"github.com/zricethezav/gitleaks/v8/report"
)

// maxInstructions is the largest regular expression of a gitleaks configuration
// that is run, in instructions of Go's engine, whose time is proportional to
// them. The largest of gitleaks' own has 1,972.
const maxInstructions = 10_000

// instructions returns the number of instructions of a regular expression that
// compiles.
func instructions(pattern string) int {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return 0
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		return 0
	}
	return len(prog.Inst)
}

// ruleLimit is how long the user's rules may take for a text.
type ruleLimit struct{ base, perMB time.Duration }

// usualRuleLimit is many times of what gitleaks' own 222 rules take (0.1 s for
// a megabyte), so that a busy computer does not reach it either.
func usualRuleLimit() ruleLimit { return ruleLimit{base: 2 * time.Second, perMB: 2 * time.Second} }

// of returns the limit for a text of so many bytes.
func (l ruleLimit) of(bytes int64) time.Duration {
	return l.base + time.Duration(float64(l.perMB)*float64(bytes)/1e6)
}

// ruleTime is the time that the user's rules have taken for one text.
type ruleTime struct {
	bytes int64
	total time.Duration
	each  map[string]time.Duration
	// over is set once the limit is reached: no rule is run on the rest.
	over bool
}

// add counts the time of one run of a rule.
func (t *ruleTime) add(id string, d time.Duration) {
	if t.each == nil {
		t.each = map[string]time.Duration{}
	}
	t.each[id] += d
	t.total += d
}

// slowest returns the id of the rule that took longest.
func (t *ruleTime) slowest() string {
	ids := slices.Sorted(maps.Keys(t.each))
	if len(ids) == 0 {
		return ""
	}
	return slices.MaxFunc(ids, func(a, b string) int { return cmp.Compare(t.each[a], t.each[b]) })
}

// userRule is one of the user's rules, with those that it requires.
type userRule struct {
	id       string
	keywords []string
	judge    judge
}

// splitRules returns the rules of a configuration that look at content, sorted
// by id. Keywords are looked for once for all of them; see keywordsIn.
func splitRules(c config.Config) []userRule {
	var list []userRule
	for _, id := range slices.Sorted(slices.Values(c.OrderedRules)) {
		r := c.Rules[id]
		if r.Regex == nil || r.SkipReport {
			continue
		}
		one := emptyLike(c)
		for _, required := range r.RequiredRules {
			if other, ok := c.Rules[required.RuleID]; ok && required.RuleID != id {
				// It is run for this rule, and reports nothing by itself.
				other.SkipReport = true
				addRule(&one, other)
			}
		}
		u := userRule{id: id, keywords: slices.Clone(r.Keywords)}
		for i, k := range u.keywords {
			u.keywords[i] = strings.ToLower(k)
		}
		r.Keywords = nil
		addRule(&one, r)
		u.judge = newJudge(one)
		list = append(list, u)
	}
	return list
}

// prefilter finds the keywords of all rules in one pass.
func prefilter(rules []userRule) *ahocorasick.Trie {
	var all []string
	for i := range rules {
		all = append(all, rules[i].keywords...)
	}
	if len(all) == 0 {
		return nil
	}
	slices.Sort(all)
	return ahocorasick.NewTrieBuilder().AddStrings(slices.Compact(all)).Build()
}

// keywordsIn returns the keywords that are in a text.
func keywordsIn(trie *ahocorasick.Trie, text string) map[string]bool {
	found := map[string]bool{}
	if trie == nil {
		return found
	}
	for _, m := range trie.MatchString(strings.ToLower(text)) {
		found[m.MatchString()] = true
	}
	return found
}

// mayMatch reports whether one of the rule's keywords, if it has any, is among
// those that are in the text.
func (u *userRule) mayMatch(present map[string]bool) bool {
	return len(u.keywords) == 0 || slices.ContainsFunc(u.keywords, func(k string) bool { return present[k] })
}

// ruleRun applies rules to a part of a text, in a goroutine of its own: the
// library cannot be interrupted.
type ruleRun struct {
	engine     *engine
	rules      []userRule
	path, text string
	// limit is how long it may take.
	limit time.Duration
	// current is the rule that is running.
	current atomic.Pointer[userRule]

	spent    ruleTime
	findings []report.Finding
	slow     []string
	done     chan struct{}
}

func (r *ruleRun) run(ctx context.Context) {
	defer close(r.done)
	present := keywordsIn(r.engine.prefilter, r.text)
	for i := range r.rules {
		u := &r.rules[i]
		if !u.mayMatch(present) {
			continue
		}
		if _, slow := r.engine.slow.Load(u.id); slow {
			r.slow = append(r.slow, u.id)
			continue
		}
		if r.spent.over = r.spent.total >= r.limit; r.spent.over || ctx.Err() != nil {
			return
		}
		r.current.Store(u)
		start := time.Now()
		r.findings = append(r.findings, u.judge.detect(r.path, "", r.text)...)
		r.spent.add(u.id, time.Since(start))
	}
	r.current.Store(nil)
	sortFindings(r.findings)
	r.findings = dropGeneric(r.findings)
}

// applyRules applies rules to a part of the present text, of which size bytes
// count for the limit. What the limit cuts is reported with the text.
func (s *Scanner) applyRules(rules []userRule, text string, size int) []report.Finding {
	s.spent.bytes += int64(size)
	limit := s.d.ruleLimit.of(s.spent.bytes)
	if s.spent.over || s.ctx.Err() != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(s.ctx, max(0, limit-s.spent.total)+ruleGrace)
	defer cancel()
	r := &ruleRun{
		engine: s.d.engine, rules: rules, path: s.d.engine.name(s.path), text: text,
		limit: limit - s.spent.total, done: make(chan struct{}),
	}
	go r.run(ctx)
	select {
	case <-r.done:
	case <-ctx.Done():
		if s.ctx.Err() != nil {
			return nil // interrupted
		}
		// A single rule takes longer than all may: it is left to itself, since it
		// ends some time, and not run again.
		s.spent.over = true
		if u := r.current.Load(); u != nil {
			s.d.engine.slow.Store(u.id, true)
			s.partly(tooSlow(u.id))
		}
		return nil
	}
	for _, id := range r.slow {
		s.partly(tooSlow(id))
	}
	for id, d := range r.spent.each {
		s.spent.add(id, d)
	}
	if r.spent.over {
		s.spent.over = true
		s.partly(tooSlow(s.spent.slowest()))
	}
	return r.findings
}

// ruleGrace is how much longer than the limit a rule that has begun may take.
const ruleGrace = 500 * time.Millisecond

// tooSlow is the reason where rules were cut.
func tooSlow(id string) string {
	return fmt.Sprintf("the rules of the gitleaks configuration took too long and were not applied to all of it; the slowest is %q", id)
}

// sortFindings puts findings into a stable order.
func sortFindings(list []report.Finding) {
	slices.SortFunc(list, func(a, b report.Finding) int {
		return cmp.Or(cmp.Compare(a.StartLine, b.StartLine), cmp.Compare(a.StartColumn, b.StartColumn),
			cmp.Compare(a.RuleID, b.RuleID), cmp.Compare(a.Match, b.Match))
	})
}

// dropGeneric drops what a generic rule found where another rule found the same
// on the same line, as gitleaks does among the rules of one run.
func dropGeneric(list []report.Finding) []report.Finding {
	generic := func(f report.Finding) bool { return strings.Contains(strings.ToLower(f.RuleID), "generic") }
	if !slices.ContainsFunc(list, generic) {
		return list
	}
	better := map[int][]string{}
	for _, f := range list {
		if !generic(f) {
			better[f.StartLine] = append(better[f.StartLine], f.Secret)
		}
	}
	return slices.DeleteFunc(list, func(f report.Finding) bool {
		return generic(f) && slices.ContainsFunc(better[f.StartLine], func(secret string) bool { return strings.Contains(secret, f.Secret) })
	})
}
