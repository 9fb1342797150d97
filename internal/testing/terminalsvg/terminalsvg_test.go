package terminalsvg_test

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/testing/terminalsvg"
)

func TestTextKeepsItsColumnAndColour(t *testing.T) {
	picture, err := terminalsvg.Draw("ls <x>", "a  \x1b[31mb & c\x1b[0m d\n   \x1b[1;36me\x1b[0m\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`>ls &lt;x&gt;</text>`,
		`<text x="16.0" y="81">a</text>`,
		`<text x="41.2" y="81" fill="#ff7b72">b &amp; c</text>`,
		`<text x="91.6" y="81">d</text>`,
		`<text x="41.2" y="100" font-weight="bold" fill="#79c0ff">e</text>`,
	} {
		if !strings.Contains(picture, want) {
			t.Errorf("the picture lacks %s:\n%s", want, picture)
		}
	}
	decoder := xml.NewDecoder(strings.NewReader(picture))
	for {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("not XML: %v", err)
		}
	}
}

func TestWhatCannotBeDrawnIsAnError(t *testing.T) {
	for output, want := range map[string]string{
		"\x1b[35mx":               `unknown SGR code "35"`,
		"\x1b[2Kx":                "not SGR",
		strings.Repeat("x", 101):  "101 characters",
		"one\n\x1b[1;99mx\x1b[0m": "line 2",
	} {
		if _, err := terminalsvg.Draw("c", output); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", output, err, want)
		}
	}
}
