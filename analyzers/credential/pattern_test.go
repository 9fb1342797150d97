package credential_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential"
)

func TestEveryKindCanBeExportedOrSaysWhyNot(t *testing.T) {
	for _, d := range credential.Descriptors() {
		exported := len(d.Claims) > 0 || d.Pattern != nil || d.Form == credential.FormEnvelope
		if d.Unexported == "" && !exported {
			t.Errorf("%s: neither claims nor a pattern, and no reason", d.Kind)
		}
		if d.Unexported != "" && d.Form != credential.FormEnvelope {
			t.Errorf("%s: has both a pattern and a reason to have none", d.Kind)
		}
		if jwt := d.Form&credential.FormJWT != 0 || d.Form == credential.FormEnvelope; jwt && d.Unexported == "" && d.Sample == "" {
			t.Errorf("%s: no sample", d.Kind)
		}
	}
}

func TestPatternsOfDescriptors(t *testing.T) {
	patterns := 0
	for _, d := range credential.Descriptors() {
		p := d.Pattern
		if p == nil {
			continue
		}
		patterns++
		for _, text := range []string{p.Before, p.Secret, p.BesideBefore} {
			if re := regexp.MustCompile(text); re.NumSubexp() > 0 {
				t.Errorf("%s: %s captures", d.Kind, text)
			}
		}
		if (p.Beside == "") != (p.BesideBefore == "") || !strings.HasSuffix(p.Before, p.BesideBefore) {
			t.Errorf("%s: beside %q, before that %q", d.Kind, p.Beside, p.BesideBefore)
		}
		example := strings.NewReplacer(
			"{text}", strings.Repeat("c3ludGhldGlj", 5), "{key}", "eyJ"+strings.Repeat("c3ludGhldGlj", 3), "{host}", credential.SampleHost,
		).Replace(p.Example)
		if !regexp.MustCompile(p.Before + p.Secret).MatchString(example) {
			t.Errorf("%s: the pattern does not match its example", d.Kind)
		}
		if len(p.Keywords) == 0 {
			t.Errorf("%s: no keywords", d.Kind)
		}
		known := false
		for _, k := range p.Keywords {
			if k != strings.ToLower(k) {
				t.Errorf("%s: keyword %q", d.Kind, k)
			}
			known = known || strings.Contains(strings.ToLower(example), k)
		}
		if !known {
			t.Errorf("%s: no keyword in its example", d.Kind)
		}
	}
	if patterns < 4 {
		t.Errorf("%d patterns", patterns)
	}
}
