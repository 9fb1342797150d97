package redact_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/redact"
)

// hostile returns text that must not reach a terminal, a log or a report as it
// is, and the secrets in it.
func hostile() (text string, secrets []string) {
	key := ct.V2(ct.Options{Seed: "hostile"})
	const password, other = "S3cretPassw0rd", "ghp_abcdefghijklmnopqrstuvwxyz0123456789"
	return "a\x1b]0;PWNED\a\x1b[2J\r\n::error file=x::owned\n##vso[task.complete]\n##[error]x\u202e\u2066\u009b31m\x7f\xff " +
		key + " https://user:" + password + "@host.example/x " + other, []string{key, password, other}
}

// harmful returns what is wrong with a text of which lines are to be printed.
func harmful(text string, secrets []string) string {
	for _, r := range text {
		if r != '\n' && !unicode.IsPrint(r) {
			return fmt.Sprintf("control character %q", r)
		}
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.Contains(line, "##[") || strings.Contains(line, "##vso[") || strings.Contains(line, "::error") {
			return "workflow command"
		}
	}
	for _, secret := range secrets {
		if strings.Contains(text, secret) {
			return "secret"
		}
	}
	return ""
}

func TestErrorsShowNothingHarmful(t *testing.T) {
	text, secrets := hostile()
	for name, err := range map[string]error{
		"plain": errors.New(text), "wrapped": fmt.Errorf("reading %s: %w", text, errors.New(text)), "joined": errors.Join(errors.New(text), errors.New(text)),
		"quoted": fmt.Errorf("want %q", text), "long": errors.New(strings.Repeat(text, 100)), "command first": errors.New("::error::x"),
		"command alone": errors.New("##[group]x"), "three": errors.New("###vso[x]:::error::x"),
	} {
		got := redact.Error(err)
		if wrong := harmful(got.String(), secrets); wrong != "" {
			t.Errorf("%s: %s in %q", name, wrong, got)
		}
		if name == "plain" && (!strings.Contains(got.String(), `\x1b]0;PWNED\x07`) || !strings.Contains(got.String(), "host.example")) {
			t.Errorf("%s: nothing is left of it: %q", name, got)
		}
	}
	if !redact.Error(nil).IsEmpty() {
		t.Error("no error has a text")
	}
	if got := redact.Error(errors.New("dial tcp [::1]:53: refused")).String(); got != "dial tcp [::1]:53: refused" {
		t.Errorf("an address is changed: %q", got)
	}
	short := "x" + ct.V2(ct.Options{Seed: "argument"})
	if got := redact.ErrorWithout(fmt.Errorf("no file %s", short), "scan", short).String(); strings.Contains(got, short) {
		t.Error("an argument is repeated")
	}
}

// Every form in which text leaves the package is safe for its sink.
func TestNoFormOfTextIsHarmful(t *testing.T) {
	text, secrets := hostile()
	for name, got := range map[string]string{
		"Of": redact.Of(text).Log().String(), "Sprintf": redact.Sprintf("%s %v %q", text, errors.New(text), text).Log().String(),
		"OfLines": redact.OfLines(text).Log().String(), "Cell": redact.Of(text).Log().Cell(), "Markdown": redact.Of(text).Log().Markdown().String(),
		"Fence": redact.Of(text).Log().Fence().String(), "Markup": redact.Markup("%s", redact.Of(text).Log()).String(),
		"Line": redact.SourceLine(text, 0, 0).Text().Log().String(), "Code": redact.Of(redact.Code(text)).Log().String(),
		"Name": redact.Of(redact.Name(text)).Log().String(), "Prose": redact.Of(redact.Prose(text)).Log().String(),
	} {
		if wrong := harmful(got, secrets); wrong != "" {
			t.Errorf("%s: %s in %q", name, wrong, got)
		}
	}
	command := redact.AnnotateError(redact.Of(text), redact.Property("title", redact.Of(text))).String()
	if !strings.HasPrefix(command, "::error title=") || harmful(strings.TrimPrefix(command, "::error"), secrets) != "" || strings.Contains(command, "\n") {
		t.Errorf("a workflow command: %q", command)
	}
}

func TestExactStringsAreExact(t *testing.T) {
	text, secrets := hostile()
	for _, s := range []string{text, "", "a/b.go", "\u202e\U000e0001\ufffe", "###[x]", `"\ </script>`, "\xff\xfe", "ü鍵🔑"} {
		got := jsonOf(t, redact.ExactOf(s))
		// No line of the document begins with text.
		if wrong := harmful(strings.ReplaceAll(got, "::error", ""), secrets); wrong != "" {
			t.Errorf("%q: %s in %s", s, wrong, got)
		}
		want := strings.ToValidUTF8(s, "\ufffd")
		if s == text {
			continue // with its secrets masked
		}
		if back := stringOf(t, got); back != want {
			t.Errorf("%q is read as %q", s, back)
		}
	}
}
