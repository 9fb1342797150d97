//go:build integration

package detect

import (
	"slices"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// TestLongCompressedTexts promises that a compressed text as long as a Helm
// release can be is looked through wherever it lies in a stream, and that a
// longer one is told of.
func TestLongCompressedTexts(t *testing.T) {
	key := credentialtest.V2(credentialtest.Options{Seed: "long"})
	long := gzipped(append(noise(950<<10), key...))
	if n := len(long); n < 600<<10 || n > 760<<10 {
		t.Fatalf("the compressed text has %d bytes", n)
	}
	s := newTestDetector(t, Options{}).NewScanner()
	for before := 0; before < 1300<<10; before += 50_021 {
		text := strings.Repeat("# nothing\n", before/10) + long + "\n" + strings.Repeat("# nothing\n", 150<<10)
		if list, reasons := partlyScanned(t, s, nil, strings.NewReader(text)); len(list) != 1 || len(reasons) > 0 {
			t.Errorf("after %d bytes: %d found, %q", before, len(list), reasons)
		}
	}
	// In memory its length does not matter.
	longer := gzipped(append(noise(8<<20), key...))
	if list, reasons := partlyScanned(t, s, []byte(longer), nil); len(list) != 1 || len(reasons) > 0 {
		t.Errorf("in memory: %d found, %q", len(list), reasons)
	}
	if list, reasons := partlyScanned(t, s, nil, strings.NewReader(longer)); len(list) != 0 || !slices.Equal(reasons, []string{tooMuch}) {
		t.Errorf("in a stream: %d found, %q", len(list), reasons)
	}
}
