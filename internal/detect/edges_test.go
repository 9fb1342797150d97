package detect

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/testing/detecttest"
	"github.com/momentolint/momentolint/internal/testing/soak"
)

// small are sizes that make chunks so short that everything can be slid over
// their edges.
func small() sizes {
	return sizes{buffer: 48 << 10, forward: 12 << 10, tail: 6 << 10, back: 2 << 10, comment: 512, opening: 1 << 10, work: 1 << 26, workPerByte: 32}
}

// TestNothingIsLostAtAnEdge slides every kind of credential in every shape over
// the two places that matter in a chunk: its end, and where needles begin to be
// put off to the next chunk.
func TestNothingIsLostAtAnEdge(t *testing.T) {
	s := newTestDetector(t, Options{}).NewScanner()
	s.sizes = small()
	step := 241 * soak.Stride(5)
	for i, c := range detecttest.Corpus() {
		if len(c.Content) > 10<<10 {
			continue
		}
		// Another phase for each case, so that over all of them every place is met.
		phase := i * 89 % step
		for _, edge := range []int{s.sizes.buffer, s.sizes.buffer - s.ahead()} {
			for before := edge - len(c.Content) - phase; before < edge+step; before += step {
				slide(t, s, &c, before&^1)
			}
		}
	}
}

// slide scans a case behind so many bytes of empty lines.
func slide(t *testing.T, s *Scanner, c *detecttest.Case, before int) {
	t.Helper()
	mark, rest, line := "", string(c.Content), "\n"
	switch {
	case strings.HasPrefix(rest, "\xff\xfe"):
		mark, rest, line = rest[:2], rest[2:], "\n\x00"
	case strings.HasPrefix(rest, "\xfe\xff"):
		mark, rest, line = rest[:2], rest[2:], "\x00\n"
	}
	lines := before / len(line)
	text := mark + strings.Repeat(line, lines) + rest
	i := 0
	_, err := s.Scan(t.Context(), c.File, nil, io.MultiReader(strings.NewReader(text)), func(m *Match) error {
		if i < len(c.Want) {
			w := c.Want[i]
			if mark != "" && w.StartLine == 1 {
				// The byte order mark is on another line now.
				w.StartColumn -= 2
				if w.EndLine == 1 {
					w.EndColumn -= 2
				}
			}
			if m.Rule != w.Rule() || m.Credential.Reveal() != w.Secret || m.StartLine != w.StartLine+lines || m.StartColumn != w.StartColumn ||
				m.EndLine != w.EndLine+lines || m.EndColumn != w.EndColumn || !slices.Equal(m.Encoding, w.Encoding) {
				t.Errorf("%s after %d bytes: %s at %d:%d-%d:%d in %q, want %s at %d:%d-%d:%d in %q", c.Name, before,
					m.Rule, m.StartLine-lines, m.StartColumn, m.EndLine-lines, m.EndColumn, m.Encoding,
					w.Rule(), w.StartLine, w.StartColumn, w.EndLine, w.EndColumn, w.Encoding)
			}
		}
		i++
		return nil
	})
	if err != nil || i != len(c.Want) {
		t.Errorf("%s after %d bytes: %d found, want %d (error: %v)", c.Name, before, i, len(c.Want), err)
	}
}

// TestCommentsCountAcrossAnEdge has a comment far before the credential on its
// line, and slides both over the places where a buffer moves on.
func TestCommentsCountAcrossAnEdge(t *testing.T) {
	s := newTestDetector(t, Options{}).NewScanner()
	s.sizes = small()
	// Nothing else is to keep what stands before, as in the real sizes.
	s.back = s.comment
	const comment = "/* momentolint:allow -- sample */"
	line := comment + strings.Repeat(" ", s.comment-len(comment)) + credentialtest.V2(credentialtest.Options{Seed: "edge"})
	for _, edge := range []int{s.sizes.buffer, s.sizes.buffer - s.ahead()} {
		for before := edge - len(line) - 64; before < edge+64; before++ {
			found := 0
			text := strings.Repeat("\n", before) + line + strings.Repeat(" x", s.sizes.buffer)
			_, err := s.Scan(t.Context(), "a.c", nil, strings.NewReader(text), func(m *Match) error {
				if found++; !m.Allowed() {
					t.Errorf("after %d bytes: the comment does not count", before)
				}
				return nil
			})
			if err != nil || found != 1 {
				t.Fatalf("after %d bytes: %d found (error: %v)", before, found, err)
			}
		}
	}
}

// TestStreamsNeedNoMoreMemoryThanTheirBuffer scans much more than the buffer
// holds, with credentials in it all the time.
func TestStreamsNeedNoMoreMemoryThanTheirBuffer(t *testing.T) {
	s := newTestDetector(t, Options{}).NewScanner()
	c := detecttest.Corpus()[0]
	text := append(bytes.Repeat([]byte("nothing here\n"), 1000), c.Content...)
	text = append(text, '\n')
	const times = 2000
	found := 0
	in := io.LimitReader(&repeated{text: text}, int64(times*len(text)))
	n, err := s.Scan(t.Context(), "", nil, in, func(*Match) error { found++; return nil })
	if err != nil || n != int64(times*len(text)) || found != times {
		t.Errorf("%d of %d bytes scanned, %d of %d found, error %v", n, times*len(text), found, times, err)
	}
	if cap(s.store) != usual().buffer || cap(s.pending) > 100 || cap(s.others) > 100 {
		t.Errorf("the buffer has grown to %d bytes, the lists to %d and %d", cap(s.store), cap(s.pending), cap(s.others))
	}
}

// repeated returns the same text again and again.
type repeated struct {
	text []byte
	at   int
}

func (r *repeated) Read(p []byte) (int, error) {
	n := copy(p, r.text[r.at:])
	r.at = (r.at + n) % len(r.text)
	return n, nil
}
