package detect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zricethezav/gitleaks/v8/report"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/redact"
)

// The user's own rules look at all of a text, in chunks that overlap, so that a
// match at the edge of one lies inside of another.
const (
	userChunk   = 256 << 10
	userOverlap = 32 << 10
	// userBack is what a chunk has before it, for rules that look at that.
	userBack = 256
)

// tooBroad is the reason why a user's rule may have missed something.
const tooBroad = "a rule of the gitleaks configuration matches more at once than is looked at"

// PathRules reports whether there are rules that look at a text's path alone.
func (d *Detector) PathRules() bool { return d.engine.paths }

// pathRules applies those of the user's rules that look at the path alone.
func (s *Scanner) pathRules() {
	if !s.d.engine.paths || s.path == "" {
		return
	}
	const detected = "file detected: "
	for _, f := range s.d.engine.user.detect(s.d.engine.name(s.path), "", "") {
		if !strings.HasPrefix(f.Match, detected) {
			continue
		}
		s.others = append(s.others, &candidate{match: Match{
			Rule: f.RuleID, Message: userMessage(f), Redacted: redact.Printable(s.path, 200),
			Fingerprint: fingerprint(f.RuleID, s.path),
		}})
	}
}

// userMessage says in one sentence what a user's rule found.
func userMessage(f report.Finding) string {
	text := redact.Printable(strings.Join(strings.Fields(f.Description), " "), 300)
	if text == "" {
		text = "Found by the rule " + f.RuleID
	}
	return strings.TrimSuffix(text, ".") + "."
}

// userRules applies the user's own rules to the part of the buffer that they
// have not seen.
func (s *Scanner) userRules() error {
	if s.d.engine.user.none() {
		return nil
	}
	d := s.top.data
	for s.userNext < len(d) {
		if err := s.ctx.Err(); err != nil {
			return fmt.Errorf("scanning: %w", err)
		}
		first := max(0, s.userNext-userBack)
		end := min(s.userNext+userChunk, len(d))
		last := s.final && end == len(d)
		if !last && end-s.userNext < userChunk {
			return nil
		}
		until := end
		if !last {
			until -= userOverlap
		}
		s.userChunk(first, end, until, last)
		if err := s.ctx.Err(); err != nil {
			return fmt.Errorf("scanning: %w", err)
		}
		s.userNext = until
	}
	return nil
}

// userChunk applies the user's rules to data[first:end] and keeps what begins
// from userNext up to until.
func (s *Scanner) userChunk(first, end, until int, last bool) {
	text := string(s.top.data[first:end])
	findings := s.applyRules(s.d.engine.rules, text, end-first)
	if len(findings) == 0 {
		return
	}
	var ends []int
	for i := range len(text) {
		if text[i] == '\n' {
			ends = append(ends, i)
		}
	}
	visible := len(findings)
	if !s.d.engine.parts.none() {
		findings = append(findings, s.applyRules(s.d.engine.partRules, text, 0)...)
	}
	for i, f := range findings {
		lo, hi, ok := placeOf(text, ends, f)
		if !ok || first+lo < s.userNext || first+lo >= until {
			continue
		}
		if !last && hi == len(text) {
			s.partly(tooBroad)
		}
		// The secret, if it stands on the line where the match begins.
		if k := strings.Index(f.Match, f.Secret); k > 0 && !strings.Contains(text[lo:lo+k], "\n") {
			lo, hi = lo+k, lo+k+len(f.Secret)
		}
		c := &candidate{lo: first + lo, hi: first + hi, text: f.Secret, hidden: i >= visible, match: Match{
			Rule: f.RuleID, Message: userMessage(f), Redacted: credential.Redact(f.Secret),
			Fingerprint: fingerprint(f.RuleID, f.Secret),
		}}
		at, _ := slices.BinarySearchFunc(s.others, c, func(a, b *candidate) int {
			if a.lo != b.lo {
				return a.lo - b.lo
			}
			return strings.Compare(a.match.Rule, b.match.Rule)
		})
		s.others = slices.Insert(s.others, at, c)
	}
}

// placeOf returns the place of a finding of gitleaks in the text. Its columns
// count from the line end before the line, except on the first one.
func placeOf(text string, ends []int, f report.Finding) (lo, hi int, ok bool) {
	line := f.StartLine - 1
	if line < 0 || line > len(ends) || f.Match == "" {
		return 0, 0, false
	}
	lo = f.StartColumn - 1
	if line > 0 {
		lo += ends[line-1]
	}
	lo = min(max(lo, 0), len(text))
	if !strings.HasPrefix(text[lo:], f.Match) {
		// A match that begins with line ends is told without them.
		k := strings.Index(text[lo:], f.Match)
		if k < 0 {
			return 0, 0, false
		}
		lo += k
	}
	return lo, lo + len(f.Match), true
}
