package detect_test

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/momentolint/momentolint/internal/detect"
	"github.com/momentolint/momentolint/internal/testing/detecttest"
)

func newDetector(tb testing.TB, o detect.Options) *detect.Detector {
	tb.Helper()
	if o.MaxDecodeDepth == 0 {
		o.MaxDecodeDepth = 6
	}
	d, err := detect.New(o)
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

func scan(tb testing.TB, s *detect.Scanner, path string, head []byte, rest io.Reader) []detect.Match {
	tb.Helper()
	var list []detect.Match
	if _, err := s.Scan(tb.Context(), path, head, rest, func(m *detect.Match) error {
		list = append(list, *m)
		return nil
	}); err != nil {
		tb.Errorf("%s: %v", path, err)
	}
	return list
}

// describe says what was found where, without the secret.
func describe(m *detect.Match) string {
	return fmt.Sprintf("%s %s at %d:%d-%d:%d in %q", m.Rule, m.Fingerprint, m.StartLine, m.StartColumn, m.EndLine, m.EndColumn, m.Encoding)
}

// check compares what was found with what had to be.
func check(t *testing.T, c *detecttest.Case, got []detect.Match) {
	t.Helper()
	for i := range max(len(got), len(c.Want)) {
		if i >= len(got) {
			w := c.Want[i]
			t.Errorf("%s: missing %s at %d:%d-%d:%d in %q", c.Name, w.Rule(), w.StartLine, w.StartColumn, w.EndLine, w.EndColumn, w.Encoding)
			continue
		}
		m := &got[i]
		if i >= len(c.Want) {
			t.Errorf("%s: also %s", c.Name, describe(m))
			continue
		}
		w := c.Want[i]
		if m.Allowed() {
			t.Errorf("%s: %s is held back: %s", c.Name, describe(m), m.AllowReason)
		}
		if m.Rule != w.Rule() || m.Credential.Kind != w.Kind || m.Credential.Reveal() != w.Secret ||
			m.StartLine != w.StartLine || m.StartColumn != w.StartColumn || m.EndLine != w.EndLine || m.EndColumn != w.EndColumn ||
			!slices.Equal(m.Encoding, w.Encoding) {
			t.Errorf("%s: %s (right secret: %t)\n\twant %s at %d:%d-%d:%d in %q", c.Name, describe(m), m.Credential.Reveal() == w.Secret,
				w.Rule(), w.StartLine, w.StartColumn, w.EndLine, w.EndColumn, w.Encoding)
		}
	}
}

func TestFindsEveryKindInEveryShape(t *testing.T) {
	s := newDetector(t, detect.Options{}).NewScanner()
	shapes := map[string]bool{}
	for _, c := range detecttest.Corpus() {
		shapes[c.Shape] = true
		check(t, &c, scan(t, s, c.File, c.Content, nil))
	}
	t.Logf("%d shapes", len(shapes))
	if len(shapes) < 60 {
		t.Errorf("the corpus has %d shapes only", len(shapes))
	}
}

// A configuration that says nothing about our rules holds nothing back: the
// patterns that gitleaks judges by fit everything that is decoded.
func TestAnEmptyConfigurationHoldsNothingBack(t *testing.T) {
	s := configured(t, "title = \"ours\"\n", detect.Options{}).NewScanner()
	for _, c := range detecttest.Corpus() {
		check(t, &c, scan(t, s, c.File, c.Content, nil))
	}
}

func TestFindsTheSameInAStream(t *testing.T) {
	s := newDetector(t, detect.Options{}).NewScanner()
	for _, c := range detecttest.Corpus() {
		if len(c.Content) > 1<<16 {
			continue
		}
		check(t, &c, scan(t, s, c.File, nil, iotest.OneByteReader(bytes.NewReader(c.Content))))
		check(t, &c, scan(t, s, c.File, c.Content[:len(c.Content)/2], bytes.NewReader(c.Content[len(c.Content)/2:])))
	}
}

// Every form of an envelope is found in every encoding, at its exact place.
func TestFindsEnvelopesOfEveryFormInEveryShape(t *testing.T) {
	s := newDetector(t, detect.Options{}).NewScanner()
	for _, c := range detecttest.Envelopes() {
		found := scan(t, s, c.File, c.Content, nil)
		check(t, &c, found)
		for _, m := range found {
			if e := m.Credential.Endpoint; m.Credential.Reveal() == c.Want[0].Secret && e != "cell-1-eu-west-1-1.prod.a.momentohq.com" {
				t.Errorf("%s: endpoint %q", c.Name, e)
			}
		}
	}
}
