package detect

import (
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/testing/soak"
)

// wrappedIn returns a file with a text wrapped at a width.
func wrappedIn(text, separator string, width int) string {
	indent := strings.TrimLeft(separator, "\r\n")
	return "before:\n" + indent + strings.Join(chunked(text, width), separator) + "\n\nafter: 1\n"
}

// finds reports whether a text holds a credential.
func finds(t *testing.T, d *Detector, file, fingerprint string) bool {
	t.Helper()
	for _, m := range scanText(t, d, "key.txt", file) {
		if m.Fingerprint == fingerprint {
			return true
		}
	}
	return false
}

// A text that is wrapped is found at every width, with any end of line and any
// indent, though in narrow columns none of the needles is whole.
func TestFindsWhatIsWrappedAtAnyWidth(t *testing.T) {
	d := newTestDetector(t, Options{})
	o := credentialtest.Options{Seed: "widths"}
	once := base64.StdEncoding.EncodeToString
	for _, key := range []string{credentialtest.V2(o), credentialtest.V1(o), credentialtest.Legacy(o)} {
		want, err := credential.Parse([]byte(key))
		if err != nil {
			t.Fatal(err)
		}
		forms := map[string]string{"plain": key, "base64": once([]byte(key))}
		for name, text := range forms {
			for end, separator := range map[string]string{
				"LF": "\n", "CRLF": "\r\n", "LF and spaces": "\n    ", "CRLF and spaces": "\r\n  ", "LF and a tab": "\n\t",
			} {
				var lost []string
				stride := soak.Stride(7)
				for width := 1 + (len(key)+len(name)+len(end))%stride; width <= 200; width += stride {
					if !finds(t, d, wrappedIn(text, separator, width), want.Fingerprint()) {
						lost = append(lost, fmt.Sprint(width))
					}
				}
				if len(lost) > 0 {
					t.Errorf("%s, %s, %s: lost at widths %s", want.Kind, name, end, strings.Join(lost, " "))
				}
			}
		}
		// A whole file in base64, once and twice, at each alignment.
		for _, before := range []string{"A=1\nK=", "A=1\nKK=", "A=1\nKKK="} {
			file := once([]byte(before + key + "\nB=2\n"))
			for name, text := range map[string]string{"a file": file, "a file, twice": once([]byte(file))} {
				var lost []string
				stride := soak.Stride(3)
				for width := 1 + (len(key)+len(name)+len(before))%stride; width <= 80; width += stride {
					if !finds(t, d, wrappedIn(text, "\n", width), want.Fingerprint()) {
						lost = append(lost, fmt.Sprint(width))
					}
				}
				if len(lost) > 0 {
					t.Errorf("%s, %s in base64 behind %d bytes: lost at widths %s", want.Kind, name, len(before), strings.Join(lost, " "))
				}
			}
		}
	}
}

// A value in base64 three times over is found, behind whatever names it.
func TestFindsAValueInBase64ThreeTimes(t *testing.T) {
	d := newTestDetector(t, Options{})
	o := credentialtest.Options{Seed: "thrice"}
	for _, key := range []string{
		credentialtest.V2(o), credentialtest.V1(o), credentialtest.V1JWT(o), credentialtest.Legacy(o), credentialtest.Disposable(o),
	} {
		want, err := credential.Parse([]byte(key))
		if err != nil {
			t.Fatal(err)
		}
		text := key
		for range 3 {
			text = base64.StdEncoding.EncodeToString([]byte(text))
		}
		for _, before := range []string{"", "value: ", "K=\"", "data:\n  key: >-\n    "} {
			if !finds(t, d, before+text+"\n", want.Fingerprint()) {
				t.Errorf("%s is lost behind %q", want.Kind, before)
			}
		}
	}
}

// The place is that of the whole column, from its first character to its last.
func TestANarrowColumnHasItsPlace(t *testing.T) {
	d := newTestDetector(t, Options{})
	key := credentialtest.V2(credentialtest.Options{Seed: "column"})
	for _, width := range []int{1, 2} {
		lines := chunked(key, width)
		list := scanText(t, d, "key.txt", "key: |\n  "+strings.Join(lines, "\n  ")+"\nnext: 1\n")
		if len(list) != 1 {
			t.Fatalf("width %d: %d found", width, len(list))
		}
		m := list[0]
		if m.StartLine != 2 || m.StartColumn != 3 || m.EndLine != 1+len(lines) || m.EndColumn != 3+len(lines[len(lines)-1]) ||
			fmt.Sprint(m.Encoding) != "[wrapped]" || m.Credential.Reveal() != key {
			t.Errorf("width %d: %d:%d-%d:%d in %q", width, m.StartLine, m.StartColumn, m.EndLine, m.EndColumn, m.Encoding)
		}
	}
}

// A narrow column is met wherever it stands, over the edges of chunks too.
func TestNoNarrowColumnIsLostAtAnEdge(t *testing.T) {
	s := newTestDetector(t, Options{}).NewScanner()
	s.sizes = small()
	key := credentialtest.V1(credentialtest.Options{Seed: "edge"})
	column := strings.Join(chunked(key, 2), "\n") + "\n"
	for _, edge := range []int{0, s.sizes.buffer, s.sizes.buffer - s.ahead()} {
		for before := max(0, edge-2*len(column)); before < edge+2*narrowStride; before += 13 {
			text := strings.Repeat("a line of usual length, with words in it\n", before/41) + strings.Repeat(" ", before%41) + "\n" + column +
				strings.Repeat("another line of usual length, and what it says\n", 600)
			found := 0
			_, err := s.Scan(t.Context(), "", nil, io.MultiReader(strings.NewReader(text)), func(*Match) error { found++; return nil })
			if err != nil || found != 1 {
				t.Fatalf("behind %d bytes: %d found, error %v", before, found, err)
			}
		}
	}
}

// Columns of numbers and words are common, and long. They hold nothing, need
// little memory and no more work than other text.
func TestNarrowColumnsOfOtherThings(t *testing.T) {
	s := newTestDetector(t, Options{}).NewScanner()
	var text strings.Builder
	for i := range 60_000 {
		fmt.Fprintf(&text, "%d\n", i*7919%1000)
	}
	text.WriteString(strings.Repeat("e\ny\nJ\n", 10_000))
	text.WriteString(strings.Repeat("ZX\nlK\n", 10_000))
	n, err := s.Scan(t.Context(), "labels.txt", []byte(text.String()), nil, func(m *Match) error {
		t.Errorf("found %s", m.Rule)
		return nil
	})
	if n != int64(text.Len()) {
		t.Errorf("%d of %d bytes looked at, error %v", n, text.Len(), err)
	}
	if cap(s.narrowText) > 4*narrowPart {
		t.Errorf("%d characters are kept", cap(s.narrowText))
	}
	// Whatever was met in it, a key behind it is found.
	key := credentialtest.V2(credentialtest.Options{Seed: "behind"})
	found := 0
	_, _ = s.Scan(t.Context(), "labels.txt", []byte(text.String()+"\nK="+key+"\n"), nil, func(*Match) error { found++; return nil })
	if found != 1 {
		t.Errorf("behind the columns %d found", found)
	}
}
