package gitleaks

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/zricethezav/gitleaks/v8/config"
)

// Finding is what a rule has found in a text.
type Finding struct {
	// Rule is the rule's id, Description its description.
	Rule, Description string
	// OfPath reports that the rule looks at the path alone; there is no match then.
	OfPath bool
	// Match is what its regular expression has matched, without the line ends
	// around it, and Secret the part of it that is secret.
	Match, Secret string
	// Start is the offset of Match in the text.
	Start int
	// Hidden reports that a rule which reports nothing has found it.
	Hidden bool
	// line and column are where gitleaks says that the match begins: the line from
	// 0, and the column from the end of the line before.
	line, column int
}

// input is a text to be judged.
type input struct {
	path, commit, text string
	// ends are the offsets of the line ends, once they are wanted.
	ends    []int
	counted bool
}

func newInput(path, commit, text string) *input {
	return &input{path: path, commit: commit, text: text}
}

// lineEnds returns the offsets of the line ends. gitleaks takes the end of a
// text without any for one.
func (in *input) lineEnds() []int {
	if !in.counted {
		in.counted = true
		for i := 0; ; i++ {
			n := strings.IndexByte(in.text[i:], '\n')
			if n < 0 {
				break
			}
			i += n
			in.ends = append(in.ends, i)
		}
		if in.ends == nil {
			in.ends = []int{len(in.text)}
		}
	}
	return in.ends
}

// place returns where gitleaks says that text[start:end] is, and what it takes
// for the line: with the line end before it, and all of the text up to there if
// it begins on a last line without an end.
func (in *input) place(start, end int) (line, column int, content string) {
	ends := in.lineEnds()
	line, _ = slices.BinarySearch(ends, start+1)
	before := 0
	if line > 0 {
		before = ends[line-1]
	}
	column = start - before + 1
	if line == len(ends) {
		if n := strings.IndexAny(in.text[end:], "\r\n"); n >= 0 {
			return line, column, in.text[:end+n]
		}
		return line, column, in.text
	}
	until := ends[line]
	if i, _ := slices.BinarySearch(ends, end); i >= len(ends) {
		until = max(until, end)
	} else if i > line {
		until = ends[i]
	}
	return line, column, in.text[before:until]
}

// ruleSet is a number of rules, and the allowlists that hold for all of them.
type ruleSet struct {
	// own is the name of the configuration itself, in which nothing is found.
	own        string
	allowlists []*config.Allowlist
	rules      map[string]*config.Rule
	// order are the rules by id.
	order []*config.Rule
}

func newRuleSet(own string, allowlists []*config.Allowlist) *ruleSet {
	return &ruleSet{own: own, allowlists: allowlists, rules: map[string]*config.Rule{}}
}

// add adds a rule. Keywords are compared with text in lower case.
func (s *ruleSet) add(r config.Rule) {
	r.Keywords = slices.Clone(r.Keywords)
	for i, k := range r.Keywords {
		r.Keywords[i] = strings.ToLower(k)
	}
	s.rules[r.RuleID] = &r
	at, _ := slices.BinarySearchFunc(s.order, r.RuleID, func(r *config.Rule, id string) int { return cmp.Compare(r.RuleID, id) })
	s.order = slices.Insert(s.order, at, &r)
}

// skips reports whether no rule is to look at a text: it is the configuration
// itself, or its path or commit is allowed.
func (s *ruleSet) skips(in *input) bool {
	return in.path != "" && in.path == s.own || allowsSource(s.allowlists, in)
}

// find returns what a rule finds in a text. Where the path is unknown, rules
// apply whatever path they ask for.
func (s *ruleSet) find(r *config.Rule, in *input) []Finding {
	if r.SkipReport {
		return nil
	}
	list := s.matches(r, in)
	if len(list) == 0 || len(r.RequiredRules) == 0 || r.Regex == nil {
		return list
	}
	required := map[string][]Finding{}
	for _, q := range r.RequiredRules {
		if other, ok := s.rules[q.RuleID]; ok && required[q.RuleID] == nil {
			required[q.RuleID] = s.matches(other, in)
		}
	}
	return slices.DeleteFunc(list, func(f Finding) bool {
		satisfied := map[string]bool{}
		for _, q := range r.RequiredRules {
			if slices.ContainsFunc(required[q.RuleID], func(other Finding) bool { return within(q, &f, &other) }) {
				satisfied[q.RuleID] = true
			}
		}
		return slices.ContainsFunc(r.RequiredRules, func(q *config.Required) bool { return !satisfied[q.RuleID] })
	})
}

// within reports whether two findings are as near to each other as required.
func within(q *config.Required, a, b *Finding) bool {
	return (q.WithinLines == nil || max(a.line-b.line, b.line-a.line) <= *q.WithinLines) &&
		(q.WithinColumns == nil || max(a.column-b.column, b.column-a.column) <= *q.WithinColumns)
}

// matches returns what a rule finds, whatever else it requires.
func (s *ruleSet) matches(r *config.Rule, in *input) []Finding {
	if allowsSource(r.Allowlists, in) {
		return nil
	}
	if r.Regex == nil {
		if in.path == "" || r.Path == nil || !r.Path.MatchString(in.path) {
			return nil
		}
		// gitleaks counts lines from 1, and says 0 for these.
		return []Finding{{Rule: r.RuleID, Description: r.Description, OfPath: true, line: -1}}
	}
	if r.Path != nil && in.path != "" && !r.Path.MatchString(in.path) {
		return nil
	}
	var list []Finding
	for _, m := range r.Regex.FindAllStringIndex(in.text, -1) {
		whole := in.text[m[0]:m[1]]
		match := strings.Trim(whole, "\n")
		line, column, content := in.place(m[0], m[0]+len(match))
		f := Finding{Rule: r.RuleID, Description: r.Description, Match: match, line: line, column: column}
		f.Start = m[0] + len(whole) - len(strings.TrimLeft(whole, "\n"))
		var ok bool
		if f.Secret, ok = secretIn(r, match); !ok || r.Entropy != 0 && entropy(f.Secret) <= r.Entropy {
			continue
		}
		if allowsFinding(s.allowlists, in, &f, content) || allowsFinding(r.Allowlists, in, &f, content) {
			continue
		}
		list = append(list, f)
	}
	return list
}

// secretIn returns the part of a match that is secret: the group that the rule
// names, or the first that is not empty, or all of it.
func secretIn(r *config.Rule, match string) (secret string, ok bool) {
	groups := r.Regex.FindStringSubmatch(match)
	switch {
	case len(groups) < 2:
		return match, true
	case r.SecretGroup > 0 && r.SecretGroup >= len(groups):
		return "", false
	case r.SecretGroup > 0:
		return groups[r.SecretGroup], true
	}
	return cmp.Or(append(slices.Clone(groups[1:]), match)...), true
}

// entropy is the Shannon entropy of a text, in bits for each character.
func entropy(text string) float64 {
	count := map[rune]int{}
	for _, c := range text {
		count[c]++
	}
	// Of the bytes, as in gitleaks, not of the characters. Sorted, so that the sum
	// is always the same.
	bits, scale := 0.0, 1/float64(len(text))
	for _, n := range slices.Sorted(maps.Values(count)) {
		share := float64(n) * scale
		bits -= share * math.Log2(share)
	}
	return bits
}

// allowsSource reports whether an allowlist allows all of a text because of its
// path or commit.
func allowsSource(lists []*config.Allowlist, in *input) bool {
	return slices.ContainsFunc(lists, func(a *config.Allowlist) bool {
		commit, path := allowsCommitAndPath(a, in)
		if a.MatchCondition != config.AllowlistMatchAnd {
			return commit || path
		}
		// One that asks for more is judged with the finding.
		return (in.path != "" || in.commit != "") && len(a.Regexes) == 0 && len(a.StopWords) == 0 &&
			(commit || len(a.Commits) == 0) && (path || len(a.Paths) == 0)
	})
}

func allowsCommitAndPath(a *config.Allowlist, in *input) (commit, path bool) {
	commit, _ = a.CommitAllowed(in.commit)
	return commit, a.PathAllowed(in.path)
}

// allowsFinding reports whether an allowlist allows a finding on a line.
func allowsFinding(lists []*config.Allowlist, in *input, f *Finding, line string) bool {
	return slices.ContainsFunc(lists, func(a *config.Allowlist) bool {
		target := f.Secret
		switch a.RegexTarget {
		case "match":
			target = f.Match
		case "line":
			target = line
		}
		pattern := a.RegexAllowed(target)
		word, _ := a.ContainsStopWord(f.Secret)
		if a.MatchCondition != config.AllowlistMatchAnd {
			return pattern || word
		}
		commit, path := allowsCommitAndPath(a, in)
		return (commit || len(a.Commits) == 0) && (path || len(a.Paths) == 0) &&
			(pattern || len(a.Regexes) == 0) && (word || len(a.StopWords) == 0)
	})
}

// sortFindings puts findings into a stable order.
func sortFindings(list []Finding) {
	slices.SortFunc(list, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.column, b.column), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Match, b.Match))
	})
}

// dropGeneric drops what a generic rule found where another rule found the same
// on the same line, as gitleaks does among the rules of one run.
func dropGeneric(list []Finding) []Finding {
	generic := func(f Finding) bool { return strings.Contains(strings.ToLower(f.Rule), "generic") }
	if !slices.ContainsFunc(list, generic) {
		return list
	}
	better := map[int][]string{}
	for _, f := range list {
		if !generic(f) {
			better[f.line] = append(better[f.line], f.Secret)
		}
	}
	return slices.DeleteFunc(list, func(f Finding) bool {
		return generic(f) && slices.ContainsFunc(better[f.line], func(secret string) bool { return strings.Contains(secret, f.Secret) })
	})
}
