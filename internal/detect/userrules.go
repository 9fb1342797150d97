package detect

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/detect/gitleaks"
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
func (d *Detector) PathRules() bool { return d.engine.HasPathRules() }

// pathRules applies those of the user's rules that look at the path alone.
func (s *Scanner) pathRules() {
	for _, f := range s.d.engine.FindPath(s.path) {
		s.foundPath(&f, 0)
	}
}

// foundPath reports the path of the present text, with a place in its buffer.
func (s *Scanner) foundPath(f *gitleaks.Finding, at int) {
	s.keep(&candidate{lo: at, hi: at, match: Match{
		Rule: f.Rule, Message: userMessage(f), Redacted: redact.Printable(s.path, 200), Fingerprint: fingerprint(f.Rule, s.path),
	}})
}

// keep adds a finding of a user's rule to those that wait for their surroundings.
func (s *Scanner) keep(c *candidate) {
	at, _ := slices.BinarySearchFunc(s.others, c, func(a, b *candidate) int {
		return cmp.Or(a.lo-b.lo, strings.Compare(a.match.Rule, b.match.Rule))
	})
	s.others = slices.Insert(s.others, at, c)
}

// userMessage says in one sentence what a user's rule found.
func userMessage(f *gitleaks.Finding) string {
	text := redact.Printable(strings.Join(strings.Fields(f.Description), " "), 300)
	if text == "" {
		text = "Found by the rule " + f.Rule
	}
	return strings.TrimSuffix(text, ".") + "."
}

// userRules applies the user's own rules to the part of the buffer that they
// have not seen.
func (s *Scanner) userRules() error {
	if !s.d.engine.HasRules() {
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
	findings, cut := s.d.engine.Find(s.ctx, &s.budget, s.path, text)
	for _, reason := range cut {
		s.partly(reason)
	}
	for _, f := range findings {
		if f.OfPath {
			s.foundPath(&f, s.userNext)
			continue
		}
		lo, hi := f.Start, f.Start+len(f.Match)
		if lo == hi || first+lo < s.userNext || first+lo >= until {
			continue
		}
		if !last && hi == len(text) {
			s.partly(tooBroad)
		}
		// The secret, if it stands on the line where the match begins.
		if k := strings.Index(f.Match, f.Secret); k > 0 && !strings.Contains(text[lo:lo+k], "\n") {
			lo, hi = lo+k, lo+k+len(f.Secret)
		}
		c := &candidate{lo: first + lo, hi: first + hi, text: f.Secret, hidden: f.Hidden, match: Match{
			Rule: f.Rule, Message: userMessage(&f), Redacted: credential.Redact(f.Secret),
			Fingerprint: fingerprint(f.Rule, f.Secret),
		}}
		s.keep(c)
	}
}
