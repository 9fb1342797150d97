package detect

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/internal/detect/neverexpire"
	"github.com/momentolint/momentolint/internal/finding"
)

// neverExpiring looks for code around a place in the buffer that makes a key
// without an end.
func (s *Scanner) neverExpiring(at int, anchor neverexpire.Anchor) {
	t := &s.policy
	t.Data, t.Beginning, t.Read, t.Work = s.top.data, s.beginning, s.consumed, 0
	for _, p := range t.Find(anchor, at) {
		s.breach(finding.NeverExpiringRule, p.Lo, p.Hi, s.lifetimeWords(p), p.Level == neverexpire.LongLived)
	}
	s.work += t.Work
}

// lifetimeWords says what is wrong with the lifetime of a key.
func (s *Scanner) lifetimeWords(p neverexpire.Problem) string {
	switch p.Level {
	case neverexpire.Omitted:
		return "This code creates a Momento API key and leaves out the expiry, so the key never expires."
	case neverexpire.TooLong:
		return fmt.Sprintf("This code creates a Momento API key that lives for %s; the limit is %s (max-lifetime).", days(p.Days), days(s.d.maxLifetime.Hours()/24))
	case neverexpire.LongLived:
		return fmt.Sprintf("This code creates a Momento API key that lives for %s; keys should live for %s at most.", days(p.Days), days(neverexpire.Long.Hours()/24))
	case neverexpire.Never:
	}
	return s.d.messages[finding.NeverExpiringRule]
}

// days writes a number of days.
func days(n float64) string {
	if text := strings.TrimSuffix(fmt.Sprintf("%.1f", n), ".0"); text != "1" {
		return text + " days"
	}
	return "1 day"
}

// breach adds a breach of a policy at a place of the buffer, once.
func (s *Scanner) breach(rule string, lo, hi int, message string, minor bool) {
	i, _ := slices.BinarySearchFunc(s.others, lo, func(p *candidate, lo int) int { return p.lo - lo })
	for k := i; k < len(s.others) && s.others[k].lo == lo; k++ {
		if s.others[k].match.Rule == rule {
			return
		}
	}
	d := s.top.data
	first, last := s.lineBounds(lo, hi)
	s.work += int64(4 * (last - first))
	m := Match{
		Rule: rule, Message: message, Minor: minor,
		Fingerprint: fingerprint(rule, string(bytes.Join(bytes.Fields(d[first:last]), []byte{' '}))),
		Redacted:    policyText(string(d[lo:hi])),
	}
	s.others = slices.Insert(s.others, i, &candidate{lo: lo, hi: hi, match: m, text: string(d[lo:hi]), policy: true})
}
