package detect

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/detect/gitleaks"
	"github.com/momentolint/momentolint/internal/detect/neverexpire"
)

// sizes are how much of a text is kept and looked at, in bytes.
type sizes struct {
	// buffer holds a chunk of a stream with all that is looked at around a
	// needle in it.
	buffer int
	// forward is how far a credential reaches at most with what is around it;
	// text that is decoded may take twice as much.
	forward int
	// tail is how much of an encoded text that was cut off there is looked at
	// once more with what follows.
	tail int
	// back is how far back the beginning of an encoded text, or of its
	// surroundings, is looked for.
	back int
	// comment is how far from a finding a comment on its line is looked for.
	// Longer lines are not written by people.
	comment int
	// opening is how much of a text's beginning is kept: imports stand there.
	opening int
	// work is how many bytes are looked at closely whatever the length, workPerByte
	// how many more for each byte that was read.
	work, workPerByte int64
}

// usual are the sizes for real use. Ordinary text needs less than a hundredth of
// the work; what needs more was made for it. A v1 key with a hundred permissions has
// 12,000 characters; written as escapes 72,000, in base64 twice more 21,000.
func usual() sizes {
	return sizes{buffer: 1 << 20, forward: 128 << 10, tail: 64 << 10, back: 8 << 10, comment: 8 << 10, opening: 64 << 10, work: 1 << 26, workPerByte: 32}
}

// ahead is how much must follow a needle before it is looked at.
func (z sizes) ahead() int { return 2*z.forward + z.comment }

// largest is the longest text that is scanned where it lies.
const largest = 1 << 30

// Scanner scans one text after the other. It holds the buffers for that, so
// every worker has its own.
type Scanner struct {
	d *Detector
	sizes
	// One for each layer of encoding.
	runs    []run
	views   []view
	encoded []encoded
	// unbroken is the last place from which no cut beginning was found.
	unbroken []int
	unpacking

	store []byte
	// narrowText is what stands in a narrow column, narrowAt where.
	narrowText []byte
	narrowAt   []int32

	// What follows belongs to the present text.

	ctx  context.Context //nolint:containedctx // of one call of Scan, for the work below it
	path string
	emit func(*Match) error
	// take gets what is found instead of emit, and finds out the place itself.
	take func(*candidate)
	// top is the buffer: the text from base on.
	top  view
	base int64
	// wide reports that the whole text is UTF-16, by its byte order mark.
	wide byteOrder
	// final reports that the text ends with the buffer.
	final bool
	// next is the place in the buffer up to which needles are done, wideNext the
	// same in a text that is UTF-16, userNext for the user's rules, narrowNext
	// for narrow columns.
	next, wideNext, userNext, narrowNext int
	// last is what was handed on last.
	last      shown
	beginning []byte
	// momento reports that the text's beginning or name names Momento, once that
	// is known.
	momento, momentoKnown bool
	// outside is what is around a compressed text that is looked through by itself.
	outside struct {
		credential.Context
		// named: the whole file names Momento; webhooks: it uses Momento's webhooks.
		named, webhooks bool
	}
	lines   lineCount
	pending []*candidate
	others  []*candidate

	// policy looks for keys that are made without an end.
	policy neverexpire.Text

	consumed, work int64
	partial        Partial

	// budget bounds the time of the user's rules for the present text.
	budget gitleaks.Budget
}

// candidate is a match whose surroundings are not complete yet: lo to hi are
// its place in the buffer.
type candidate struct {
	lo, hi int
	match  Match
	// text is what was found, as it is handed to the rule engine.
	text string
	// hidden is no finding by itself, but not to be shown next to one.
	hidden bool
	// examined is set once the name before it has been looked at.
	examined bool
	// policy is a breach of a policy: its text is no secret.
	policy bool
}

// NewScanner makes a scanner for one worker.
func (d *Detector) NewScanner() *Scanner {
	n := d.depth + 1
	return &Scanner{d: d, sizes: usual(), runs: make([]run, n+1), views: make([]view, n+1), encoded: make([]encoded, n+1), unbroken: make([]int, n+1)}
}

// The reasons why a text was not looked at closely enough.
const (
	tooDense = "too many credential-like strings; the rest was searched for unencoded credentials only"
	tooLong  = "a credential-like string exceeds the maximum length"
	tooMuch  = "a compressed string exceeds the limit for unpacking"
)

// Partial is the error for a text in which something was not looked at because
// of a bound. What was found has been told nevertheless.
type Partial struct {
	// Reasons are the limits that were reached, without any of the text.
	Reasons []string
	// Depth is set if something was encoded more often than MaxDecodeDepth.
	Depth bool
}

// TooDeep is the reason for Depth.
const TooDeep = "encoded more often than the limit for decoding"

// Error returns the reasons.
func (p *Partial) Error() string {
	reasons := p.Reasons
	if p.Depth {
		reasons = append(slices.Clip(reasons), TooDeep)
	}
	return strings.Join(reasons, "; ")
}

func (s *Scanner) partly(reason string) {
	if !slices.Contains(s.partial.Reasons, reason) {
		s.partial.Reasons = append(s.partial.Reasons, reason)
	}
}

func (s *Scanner) tooDeep() { s.partial.Depth = true }

// Scan looks through one text and hands every match to emit, in the order of
// their places. head is the beginning of the text, rest what follows, nil if
// head is everything. path is the text's name as the report tells it; "" if
// it is not known: then rules that depend on it do not hold anything back.
//
// n is how many bytes were looked at. The error is that of emit, of ctx, of
// rest, or a *Partial. The memory needed does not depend on the text's length,
// nor does anything refer to head when Scan returns.
func (s *Scanner) Scan(ctx context.Context, path string, head []byte, rest io.Reader, emit func(*Match) error) (n int64, err error) {
	s.ctx, s.path, s.emit = ctx, path, emit
	s.top = view{}
	s.base, s.next, s.wideNext, s.userNext, s.narrowNext, s.last = 0, 0, 0, 0, 0, shown{}
	s.pending, s.others = s.pending[:0], s.others[:0]
	s.consumed, s.work, s.partial, s.budget = 0, 0, Partial{}, gitleaks.Budget{Limit: s.d.ruleLimit}
	s.beginning = nil
	s.momentoKnown = false
	s.policy = neverexpire.Text{Path: path, Now: s.d.now, MaxLifetime: s.d.maxLifetime}
	defer func() { s.top, s.beginning, s.ctx, s.emit, s.policy = view{}, nil, nil, nil, neverexpire.Text{} }()

	if err := ctx.Err(); err != nil {
		return 0, fmt.Errorf("scanning: %w", err)
	}
	s.pathRules()
	if rest != nil && len(head) < enoughHead {
		if head, rest, err = more(head, rest); err != nil {
			return 0, err
		}
	}
	s.wide = byteOrderMark(head)
	s.lines = lineCount{line: 1, wide: s.wide}
	if len(head) > largest || s.wide != narrow && len(head) > s.buffer {
		rest, head = chain(head, rest), nil
	}
	if rest == nil {
		s.consumed = int64(len(head))
		err = s.chunk(head, true)
	} else {
		err = s.stream(chain(head, rest))
	}
	if err == nil && (s.partial.Depth || len(s.partial.Reasons) > 0) {
		p := s.partial
		err = &p
	}
	return s.consumed, err
}

// chain joins the beginning of a text and what follows.
func chain(head []byte, rest io.Reader) io.Reader {
	switch {
	case rest == nil:
		return bytes.NewReader(head)
	case len(head) == 0:
		return rest
	}
	return io.MultiReader(bytes.NewReader(head), rest)
}

// more reads until there is enough of the beginning of a text to tell what it
// is.
func more(head []byte, rest io.Reader) ([]byte, io.Reader, error) {
	b := make([]byte, enoughHead)
	n := copy(b, head)
	m, err := io.ReadFull(rest, b[n:])
	b = b[:n+m]
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return b, nil, nil
	}
	if err != nil {
		err = fmt.Errorf("reading: %w", err)
	}
	return b, rest, err
}

// stream scans a text that is read chunk by chunk. Chunks overlap by as much
// as a needle's surroundings need.
func (s *Scanner) stream(in io.Reader) error {
	if s.store == nil {
		s.store = make([]byte, s.buffer)
	}
	have := 0
	for {
		n, err := io.ReadFull(in, s.store[have:])
		have += n
		s.consumed += int64(n)
		end := err != nil
		if s.beginning == nil {
			s.beginning = append([]byte{}, s.store[:min(have, s.opening)]...)
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = nil
		}
		// What came before a reading error is scanned all the same.
		if err := s.chunk(s.store[:have], end); err != nil {
			return err
		}
		switch {
		case err != nil:
			return fmt.Errorf("reading: %w", err)
		case end:
			return nil
		}
		if err := s.ctx.Err(); err != nil {
			return fmt.Errorf("scanning: %w", err)
		}
		have = s.slide(have)
	}
}

// slide drops from the buffer what is not needed any more.
func (s *Scanner) slide(have int) int {
	from := min(s.next, s.narrowNext) - s.back
	if s.d.engine.HasRules() {
		from = min(from, s.userNext-userBack)
	}
	if s.wide != narrow {
		from = min(from, s.wideNext-s.back)
	}
	for _, list := range [][]*candidate{s.pending, s.others} {
		for _, c := range list {
			from = min(from, c.lo-s.comment)
		}
	}
	// A candidate that is kept for long must not keep the buffer full.
	from = min(max(from, have-s.buffer*3/4, 0), have)
	if s.wide != narrow {
		from &^= 1
	}
	s.lines.advance(s.store[:have], from)
	s.lines.shift(from)
	copy(s.store, s.store[from:have])
	s.base += int64(from)
	s.next -= from
	s.wideNext = max(0, s.wideNext-from)
	s.userNext = max(0, s.userNext-from)
	s.narrowNext = max(0, s.narrowNext-from)
	s.last.lo, s.last.hi = s.last.lo-from, s.last.hi-from
	for _, list := range [][]*candidate{s.pending, s.others} {
		for _, c := range list {
			c.lo, c.hi = c.lo-from, c.hi-from
		}
	}
	return have - from
}

// chunk looks at every needle in the buffer that has enough behind it.
func (s *Scanner) chunk(data []byte, final bool) error {
	s.top.data, s.final = data, final
	if s.beginning == nil {
		s.beginning = data[:min(len(data), s.opening)]
	}
	for i := range s.encoded {
		s.encoded[i].view = nil
		s.unbroken[i] = -1
	}
	if err := s.userRules(); err != nil {
		return err
	}
	s.wideText()
	s.narrowColumns()
	for {
		pos, which := s.d.searcher.Next(data, s.next)
		if pos < 0 {
			s.next = max(s.next, len(data)-longestNeedle+1)
			break
		}
		if !final && pos > len(data)-s.ahead() {
			s.next = pos
			break
		}
		if n := &s.d.needles[which]; !final && n.sort == inGzip && pos > len(data)/4+s.back {
			// Compressed texts are long: as much as the buffer can hold of it.
			s.next = pos
			break
		}
		s.next = pos + 1
		if err := s.flush(pos, 0); err != nil {
			return err
		}
		s.hit(&s.top, pos, &s.d.needles[which])
	}
	if final {
		return s.flush(len(data)+displayMargin, 0)
	}
	return s.flush(s.next, len(data)-s.buffer*3/4)
}

// known reports whether a place in the buffer belongs to something found.
func (s *Scanner) known(at int) bool {
	i, ok := slices.BinarySearchFunc(s.pending, at, func(c *candidate, at int) int { return cmp.Compare(c.lo, at) })
	return ok || i > 0 && at < s.pending[i-1].hi || at < s.last.hi
}

// found takes the first n characters of a run for a credential.
func (s *Scanner) found(v *view, r *run, n int, c credential.Credential) {
	s.add(s.candidate(v, r, n, c, false))
}

// candidate makes a candidate of the first n characters of a run.
func (s *Scanner) candidate(v *view, r *run, n int, c credential.Credential, joined bool) *candidate {
	lo, hi := r.span(v, 0, n)
	// What follows the last character may begin in the same bytes of the buffer.
	last, _ := v.span(int(r.at[n-1]), int(r.at[n-1])+1)
	r.marks = slices.DeleteFunc(r.marks, func(m mark) bool { return m.at > last })
	m := Match{
		Rule: c.Kind.Rule(), Credential: c, Fingerprint: c.Fingerprint(), Redacted: c.Redacted(),
		Encoding: v.layers(lo, hi, r.marks), Joined: joined,
	}
	m.Message = s.d.messages[m.Rule]
	if c.Endpoint == "" && c.CacheHost == "" {
		for d, at := range v.surroundings(int(r.at[0]), int(r.to[n-1])) {
			if m.NearbyEndpoint = nearbyEndpoint(d, at[0], at[1]); m.NearbyEndpoint != "" {
				break
			}
		}
	}
	return &candidate{lo: lo, hi: hi, match: m, text: string(r.text[:n])}
}

// add keeps a candidate, or several that have one place. Of those that overlap
// otherwise, the longest is the finding.
func (s *Scanner) add(list ...*candidate) {
	c := list[0]
	if c.lo < s.last.hi {
		return
	}
	first, _ := slices.BinarySearchFunc(s.pending, c.lo, func(p *candidate, lo int) int { return cmp.Compare(p.lo, lo) })
	for first > 0 && s.pending[first-1].hi > c.lo {
		first--
	}
	end := first
	for end < len(s.pending) && s.pending[end].lo < c.hi {
		if p := s.pending[end]; p.hi-p.lo >= c.hi-c.lo {
			return
		}
		end++
	}
	s.pending = slices.Replace(s.pending, first, end, list...)
}

// flush hands on what lies so far before the place at that all its
// surroundings are known, and what begins before the place stay: slide drops that.
func (s *Scanner) flush(at, stay int) error {
	for len(s.pending) > 0 || len(s.others) > 0 {
		list := &s.pending
		if len(*list) == 0 || len(s.others) > 0 && s.others[0].lo < s.pending[0].lo {
			list = &s.others
		}
		c := (*list)[0]
		if c.lo >= stay && (c.hi+displayMargin > at || !s.final && c.hi+s.comment > len(s.top.data) && c.lo > s.buffer/4) {
			return nil
		}
		if list == &s.pending && !c.examined && !c.hidden && s.take == nil {
			// What it adds is before it.
			c.examined = true
			s.published(c)
			continue
		}
		switch {
		case c.hidden || list == &s.others && s.overlaps(c):
		case s.take != nil:
			s.take(c)
		default:
			s.complete(c)
			if err := s.emit(&c.match); err != nil {
				return err
			}
		}
		if c.hi > s.last.hi && !c.policy {
			s.last = shown{c.lo, c.hi, c.display()}
		}
		s.lines.advance(s.top.data, c.lo)
		*list = slices.Delete(*list, 0, 1)
	}
	return nil
}

// overlaps reports whether a user's rule found what is a credential of ours.
func (s *Scanner) overlaps(c *candidate) bool {
	if !c.policy && c.lo < s.last.hi {
		return true
	}
	for _, p := range s.pending {
		if p.lo < c.hi && c.lo < p.hi {
			return true
		}
	}
	return false
}
