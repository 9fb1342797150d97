package report

import (
	"strings"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/redact"
)

// next says what to do: in full at the first credential of a rule, at the
// others only what is particular to them.
func (t *textWriter) next(g *group) {
	common, own := t.v.steps(g)
	if len(own)+len(common) == 0 {
		return
	}
	t.line()
	key := g.head.Rule
	if len(common) > 0 && t.advised[key] {
		if len(own) == 0 {
			own = []redact.Text{redact.Sprintf("As for the first %s above.", g.title())}
		} else {
			own[0] = redact.Sprintf("As above. %s", own[0])
		}
		t.steps(own)
		return
	}
	if len(common) > 0 {
		t.advised[key] = true
	}
	t.steps(append(common, own...))
	if g.known {
		t.line(redact.Spaces(2), t.dim(redact.Concat(labelled(redact.Literal("docs")), redact.Of(g.rule.HelpURI()))))
	}
}

// steps writes numbered steps, each wrapped under itself.
func (t *textWriter) steps(steps []redact.Text) {
	const number = 3
	for i, step := range steps {
		// A command stays on one line, for copying.
		step = step.Together(revokeCommand)
		mark := redact.Sprintf("%d. ", i+1)
		if len(steps) == 1 {
			mark = redact.Text{}
		}
		for j, part := range step.Wrap(t.o.Width - 2 - labelWidth - number) {
			label := redact.Text{}
			if i+j == 0 {
				label = redact.Literal("next")
			}
			if j > 0 && !mark.IsEmpty() {
				mark = redact.Spaces(number)
			}
			t.line(redact.Spaces(2), t.dim(labelled(label)), mark, part)
		}
	}
}

// revokeCommand precedes a key's id.
const revokeCommand = "momentolint revoke "

// steps is what to do about a group, in order: what is common to all of its
// rule, and what is particular to it.
func (v *view) steps(g *group) (common, own []redact.Text) {
	if g.isSecret() && (g.status == finding.StatusDead || g.status == finding.StatusExpired) {
		return nil, []redact.Text{redact.Literal("It no longer works. Remove it anyway, so that no one has to check it again.")}
	}
	if g.isSecret() && g.status == finding.StatusLive && g.soon {
		own = append(own, redact.Sprintf("Deploy its successor before %s: what uses it fails from then on.", day(g.expiresAt)))
	}
	for _, step := range g.rule.Fix {
		before, after, ok := strings.Cut(step, credential.RevokeCommand)
		if !ok || g.head.Credential.KeyID == "" {
			common = append(common, redact.Of(step))
			continue
		}
		own = append(own, redact.Sprintf("%s%s%s%s", redact.Of(before), revokeCommand, shellWord(g.head.Credential.KeyID), redact.Of(after)))
	}
	return common, own
}

// shellWord makes an id of foreign origin safe to copy into a shell.
func shellWord(id string) string {
	plain := id != "" && id[0] != '-' && strings.IndexFunc(id, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("-_.:", r))
	}) < 0
	if plain {
		return id
	}
	return "KEY_ID"
}
