package gitleaks

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

// Limit is how long the user's rules may take for a text.
type Limit struct{ Base, PerMB time.Duration }

// DefaultLimit is many times of what gitleaks' own 222 rules take (0.1 s for a
// megabyte), so that a busy computer does not reach it either.
func DefaultLimit() Limit { return Limit{Base: 2 * time.Second, PerMB: 2 * time.Second} }

// grace is how much longer than the limit a rule that has begun may take.
const grace = 500 * time.Millisecond

// of returns the limit for a text of so many bytes.
func (l Limit) of(bytes int64) time.Duration {
	return l.Base + time.Duration(float64(l.PerMB)*float64(bytes)/1e6)
}

// Budget bounds the time that the user's rules take for one text, of which they
// see one part after the other.
type Budget struct {
	Limit Limit

	bytes int64
	total time.Duration
	each  map[string]time.Duration
	// over is set once the limit is reached: no rule is run on the rest.
	over bool
	// paths are the rules that have found the path of the text.
	paths []string
}

// again reports whether a rule has found the path of the text before, in another
// part of it.
func (b *Budget) again(f Finding) bool {
	if !f.OfPath {
		return false
	}
	again := slices.Contains(b.paths, f.Rule)
	b.paths = append(b.paths, f.Rule)
	return again
}

// add counts the time of one run of a rule.
func (b *Budget) add(id string, d time.Duration) {
	if b.each == nil {
		b.each = map[string]time.Duration{}
	}
	b.each[id] += d
	b.total += d
}

// slowest returns the id of the rule that took longest.
func (b *Budget) slowest() string {
	ids := slices.Sorted(maps.Keys(b.each))
	if len(ids) == 0 {
		return ""
	}
	return slices.MaxFunc(ids, func(a, c string) int { return cmp.Compare(b.each[a], b.each[c]) })
}

// prefilter finds the keywords of all rules in one pass.
func prefilter(sets ...*ruleSet) *ahocorasick.Trie {
	var all []string
	for _, s := range sets {
		for _, r := range s.order {
			all = append(all, r.Keywords...)
		}
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

// Find returns what the user's rules find in a part of a text, of which the path
// may be unknown, within the budget, in a stable order. cut are the reasons why
// some rules were not applied to all of it.
func (e *Engine) Find(ctx context.Context, b *Budget, path, text string) (list []Finding, cut []string) {
	if !e.HasRules() {
		return nil, nil
	}
	b.bytes += int64(len(text))
	list, cut = e.apply(ctx, b, e.user, path, text)
	list = slices.DeleteFunc(list, b.again)
	if len(list) == 0 || len(e.parts.order) == 0 {
		return list, cut
	}
	parts, more := e.apply(ctx, b, e.parts, path, text)
	for i := range parts {
		parts[i].Hidden = true
	}
	return append(list, parts...), append(cut, more...)
}

// apply runs a set of rules in a goroutine of its own: a regular expression
// cannot be interrupted.
func (e *Engine) apply(ctx context.Context, b *Budget, set *ruleSet, path, text string) (list []Finding, cut []string) {
	limit := b.Limit.of(b.bytes) - b.total
	if b.over || ctx.Err() != nil {
		return nil, nil
	}
	timed, cancel := context.WithTimeout(ctx, max(0, limit)+grace)
	defer cancel()
	r := &ruleRun{engine: e, set: set, in: newInput(e.name(path), "", text), limit: limit, done: make(chan struct{})}
	go r.run(timed)
	select {
	case <-r.done:
	case <-timed.Done():
		if ctx.Err() != nil {
			return nil, nil // interrupted
		}
		// A single rule takes longer than all may: it is left to itself, since it
		// ends some time, and not run again.
		b.over = true
		if id := r.current.Load(); id != nil {
			e.slow.Store(*id, true)
			cut = append(cut, tooSlow(*id))
		}
		return nil, cut
	}
	for _, id := range r.slow {
		cut = append(cut, tooSlow(id))
	}
	for id, d := range r.spent.each {
		b.add(id, d)
	}
	if r.spent.over {
		b.over = true
		cut = append(cut, tooSlow(b.slowest()))
	}
	return r.findings, cut
}

// tooSlow is the reason where rules were cut.
func tooSlow(id string) string {
	return fmt.Sprintf("the rules of the gitleaks configuration took too long and were not applied to all of it; the slowest is %q", id)
}

// ruleRun is one run of a set of rules.
type ruleRun struct {
	engine *Engine
	set    *ruleSet
	in     *input
	// limit is how long it may take.
	limit time.Duration
	// current is the id of the rule that is running.
	current atomic.Pointer[string]

	spent    Budget
	findings []Finding
	slow     []string
	done     chan struct{}
}

func (r *ruleRun) run(ctx context.Context) {
	defer close(r.done)
	if r.set.skips(r.in) {
		return
	}
	present := keywordsIn(r.engine.prefilter, r.in.text)
	for _, rule := range r.set.order {
		if pathOnly(rule) || rule.SkipReport ||
			len(rule.Keywords) > 0 && !slices.ContainsFunc(rule.Keywords, func(k string) bool { return present[k] }) {
			continue
		}
		if _, slow := r.engine.slow.Load(rule.RuleID); slow {
			r.slow = append(r.slow, rule.RuleID)
			continue
		}
		if r.spent.over = r.spent.total >= r.limit; r.spent.over || ctx.Err() != nil {
			return
		}
		r.current.Store(&rule.RuleID)
		start := time.Now()
		r.findings = append(r.findings, r.set.find(rule, r.in)...)
		r.spent.add(rule.RuleID, time.Since(start))
	}
	r.current.Store(nil)
	sortFindings(r.findings)
	r.findings = dropGeneric(r.findings)
}
