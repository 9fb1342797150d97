package report

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/redact"
	"github.com/momentolint/momentolint/internal/rule"
)

// TextOptions are the choices for Text. The zero value writes plain text.
type TextOptions struct {
	// Color allows ANSI colours.
	Color bool
	// Width is the width of the terminal in cells; 0 = 100.
	Width int
	// Verbose shows every place with its line, every permission, and every
	// path that was skipped.
	Verbose bool
	// Quiet leaves out the closing lines unless something was not looked at;
	// a clean run then writes nothing.
	Quiet bool
	// Brief leaves out what to do next and the documentation, for hooks that
	// say it themselves, and all but the worst few credentials and their first
	// few places; how many more there are is said.
	Brief bool
	// CI: a CI system reads the text for commands (GitHub Actions, Azure
	// Pipelines), so nothing in it may look like one.
	CI bool
}

// The shape of the text.
const (
	defaultWidth = 100
	minWidth     = 40
	maxWidth     = 1000
	// briefBlocks and briefPlaces are what fits a terminal with the ways out.
	briefBlocks = 5
	briefPlaces = 5
	// labelWidth is the column of "may do", "expires", … with its gap.
	labelWidth = 10
	// fullPlaces is how many places of one credential are shown with their
	// line; the rest are listed by position. fullBreaches is the same for rules
	// that find no credentials, where every line is another.
	fullPlaces, fullBreaches = 10, 100
	// maxAuthor is the most cells of an author's name that are shown.
	maxAuthor = 40
	// maxSkipGroups is how many reasons for skipping are named.
	maxSkipGroups = 6
	// maxSkipPaths is how many skipped and how many opaque paths are named without
	// Verbose, maxBriefUnread by hooks: what is pushed can be opaque on purpose.
	maxSkipPaths   = 5
	maxBriefUnread = 50
)

// Text writes the report for people: one block for each credential, worst
// first, and a closing line that says how much was looked at.
func Text(w io.Writer, r *finding.Report, o TextOptions) error {
	t := newTextWriter(w, newView(r), o)
	groups := t.v.groups()
	shown := len(groups)
	if o.Brief {
		shown = min(shown, briefBlocks)
	}
	for i, g := range groups[:shown] {
		if i > 0 {
			t.line()
		}
		t.block(g)
	}
	if more := len(groups) - shown; more > 0 {
		t.line()
		t.line(redact.Sprintf("… and %d more like these", more))
	}
	if len(t.v.findings) > 0 && !t.o.Quiet {
		t.line()
	}
	t.closing()
	return t.flush()
}

// Closing writes only the lines that end Text: how much was found, looked at
// and left out. Commands print them to standard error beside other formats.
func Closing(w io.Writer, r *finding.Report, o TextOptions) error {
	t := newTextWriter(w, newView(r), o)
	t.closing()
	return t.flush()
}

// textWriter writes lines; the first error of the writer below is kept for
// flush.
type textWriter struct {
	out *bufio.Writer
	v   *view
	o   TextOptions
	palette
	// advised are the rules whose steps have been written.
	advised map[string]bool
}

func newTextWriter(w io.Writer, v *view, o TextOptions) *textWriter {
	if o.Width <= 0 {
		o.Width = defaultWidth
	}
	o.Width = min(max(o.Width, minWidth), maxWidth)
	return &textWriter{out: bufio.NewWriter(w), v: v, o: o, palette: palette{o.Color}, advised: map[string]bool{}}
}

func (t *textWriter) flush() error {
	if err := t.out.Flush(); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

// line writes one line; blanks at its end are dropped.
func (t *textWriter) line(parts ...redact.Text) {
	text := redact.Concat(parts...)
	if t.o.CI {
		text = text.Log()
	}
	_, _ = t.out.WriteString(text.TrimRight().String() + "\n")
}

// palette colours text, or not.
type palette struct{ on bool }

// style colours a text.
type style func(redact.Text) redact.Text

func (p palette) bold(t redact.Text) redact.Text {
	if !p.on {
		return t
	}
	return redact.Paint("1", t)
}

func (p palette) dim(t redact.Text) redact.Text {
	if !p.on {
		return t
	}
	return redact.Paint("2", t)
}

func (p palette) red(t redact.Text) redact.Text {
	if !p.on {
		return t
	}
	return redact.Paint("31", t)
}

func (p palette) alarm(t redact.Text) redact.Text {
	if !p.on {
		return t
	}
	return redact.Paint("1;31", t)
}

func (p palette) yellow(t redact.Text) redact.Text {
	if !p.on {
		return t
	}
	return redact.Paint("33", t)
}

func (p palette) green(t redact.Text) redact.Text {
	if !p.on {
		return t
	}
	return redact.Paint("32", t)
}

func (p palette) cyan(t redact.Text) redact.Text {
	if !p.on {
		return t
	}
	return redact.Paint("36", t)
}

// tone is the colour of a block's state.
func (t *textWriter) tone(g *group) style {
	switch {
	case !g.isSecret():
		return t.yellow
	case g.status == finding.StatusLive:
		return t.alarm
	case g.status == finding.StatusUnverified:
		return t.yellow
	}
	return t.dim
}

// statusWords are the tags at the beginning of a block.
var statusWords = map[finding.Status]string{
	finding.StatusLive: "LIVE", finding.StatusUnverified: "UNVERIFIED",
	finding.StatusExpired: "EXPIRED", finding.StatusDead: "DEAD",
}

func (g *group) tag() redact.Text {
	if !g.isSecret() {
		if g.known {
			return redact.Literal("POLICY")
		}
		return redact.Literal("RULE")
	}
	if word, ok := statusWords[g.status]; ok {
		return redact.Of(word)
	}
	return redact.Of(strings.ToUpper(string(g.status)))
}

// title names what was found.
func (g *group) title() redact.Text {
	switch {
	case g.isSecret() && g.head.Credential.Incomplete:
		return redact.Sprintf("%s, incomplete", g.head.Credential.Kind.Title())
	case g.isSecret():
		return redact.Of(g.head.Credential.Kind.Title())
	case g.known:
		return redact.Of(g.rule.Title)
	}
	return redact.Of(g.head.Rule)
}

// block writes everything about one credential or rule.
func (t *textWriter) block(g *group) {
	tone := t.tone(g)
	tag := redact.Sprintf("● %s", g.tag())
	title := g.title().Truncate(t.o.Width - tag.Width() - 2)
	used := tag.Width() + 2 + title.Width()
	painted := redact.Sprintf("%s  %s", tone(tag), t.bold(title))
	id := redact.Of(g.head.Rule)
	if g.isSecret() {
		id = redact.Sprintf("%s · %s", id, g.head.Fingerprint)
	}
	if !g.isSecret() && !g.known {
		id = redact.Text{}
	}
	if gap := t.o.Width - used - id.Width(); gap >= 2 {
		painted = redact.Concat(painted, redact.Spaces(gap), t.dim(id))
		id = redact.Text{}
	}
	t.line(painted)
	if !id.IsEmpty() {
		t.line(redact.Spaces(2), t.dim(id.Truncate(t.o.Width-2)))
	}
	if g.isSecret() {
		t.secretFacts(g)
	}
	t.line()
	t.places(g, tone)
	if !t.o.Brief {
		t.next(g)
	}
}

// row writes "label  value", the value wrapped under itself.
func (t *textWriter) row(label, value redact.Text, paint style) {
	for i, part := range value.Wrap(t.o.Width - 2 - labelWidth) {
		if i > 0 {
			label = redact.Text{}
		}
		if paint != nil {
			part = paint(part)
		}
		t.line(redact.Spaces(2), t.dim(labelled(label)), part)
	}
}

func (t *textWriter) secretFacts(g *group) {
	works := g.status == finding.StatusLive || g.status == finding.StatusUnverified
	alarm := func(on bool) style {
		if on && works {
			return t.red
		}
		return nil
	}
	t.row(redact.Literal("may do"), redact.Of(finding.ScopeWords(g.scope)), alarm(g.scope.Level == credential.ScopeSuperUser))
	if t.o.Verbose && len(g.scope.Permissions) > 1 {
		for _, p := range g.scope.Permissions {
			t.row(redact.Text{}, redact.Sprintf("- %s", finding.PermissionWords(p)), nil)
		}
	}
	label := redact.Literal("expires")
	if g.expired {
		label = redact.Literal("expired")
	}
	t.row(label, t.v.expiresWords(g.facts), alarm(g.expiry == credential.ExpiryNever || g.soon))
	t.row(redact.Literal("status"), t.statusWords(g), alarm(g.status == finding.StatusLive))
	if key := t.v.keyWords(g); !key.IsEmpty() {
		t.row(redact.Literal("key"), key, nil)
	}
	if words := t.v.introducedWords(g); !words.IsEmpty() {
		t.row(redact.Literal("came in"), words, nil)
	}
	if a := g.head.Verdict.Account; a != nil {
		if role := roleWords(a); !role.IsEmpty() {
			t.row(redact.Literal("role"), role, nil)
		}
		if a.Description != "" {
			t.row(redact.Literal("called"), redact.Of(a.Description), nil)
		}
	}
	if t.v.ShowSecrets {
		// In one piece, for copying: never wrapped.
		t.line(redact.Spaces(2), t.dim(labelled(redact.Literal("secret"))), redact.Secret(g.head.Credential.RevealWritten()))
	}
}

// expiresWords says when a credential ends and what that means.
func (v *view) expiresWords(k facts) redact.Text {
	words := v.whenWords(k)
	switch {
	case k.expired:
		return redact.Sprintf("%s (%s)", words, day(k.expiresAt))
	case k.soon && k.status == finding.StatusLive:
		return redact.Sprintf("%s (%s): soon, and what uses it stops then", words, day(k.expiresAt))
	case k.soon:
		return redact.Sprintf("%s (%s): soon", words, day(k.expiresAt))
	case k.expiry == credential.ExpiryAt:
		return redact.Sprintf("%s (%s)", words, day(k.expiresAt))
	case k.expiry == credential.ExpiryUnknown:
		return redact.Literal("unknown: it does not say so itself")
	}
	return words
}

// whenWords says when a credential ends, from the report's moment.
func (v *view) whenWords(k facts) redact.Text {
	return redact.Of(finding.EndWords(k.expiry, k.expiresAt, v.Now, k.status))
}

// day gives a date without the time.
func day(at time.Time) redact.Text { return redact.Of(at.UTC().Format(time.DateOnly)) }

func (t *textWriter) statusWords(g *group) redact.Text {
	reason := redact.Of(g.head.Verdict.Reason)
	switch g.status {
	case finding.StatusLive:
		words := redact.Literal("Momento accepts it")
		if g.head.Verdict.CachesKnown {
			names := make([]redact.Text, len(g.head.Verdict.Caches))
			for i, name := range g.head.Verdict.Caches {
				names[i] = redact.Of(redact.Name(name))
			}
			words = redact.Sprintf("%s; it can list %s", words, count(len(names), "cache", "caches"))
			if t.o.Verbose && len(names) > 0 {
				words = redact.Sprintf("%s: %s", words, redact.Join(", ", names...))
			}
		}
		return words
	case finding.StatusDead:
		return redact.Join(": ", redact.Literal("Momento refuses it"), reason)
	case finding.StatusExpired:
		return redact.Literal("expired according to its own claim; not verified")
	}
	if g.head.Credential.Incomplete {
		return redact.Literal("not known whether it works: its end is missing, so it was not checked")
	}
	return redact.Join(": ", redact.Literal("not known whether it works"), reason)
}

// keyWords says what identifies a credential: id, owner, age, endpoint.
func (v *view) keyWords(g *group) redact.Text {
	c := &g.head.Credential
	var parts []redact.Text
	if c.KeyID != "" {
		parts = append(parts, redact.Sprintf("id %s", redact.Name(c.KeyID)))
	}
	if c.Subject != "" {
		parts = append(parts, redact.Sprintf("of %s", redact.Name(c.Subject)))
	}
	if !g.issuedAt.IsZero() {
		parts = append(parts, redact.Sprintf("issued %s", finding.RelativeWords(g.issuedAt, v.Now)))
	}
	switch {
	case g.endpoint != "":
		parts = append(parts, redact.Sprintf("for %s", redact.Name(g.endpoint)))
	case g.head.NearbyEndpoint != "":
		parts = append(parts, redact.Sprintf("found near %s", redact.Name(g.head.NearbyEndpoint)))
	}
	return redact.Join(", ", parts...)
}

func roleWords(a *finding.AccountInfo) redact.Text {
	name := a.RoleName
	if name == "" {
		name = a.RoleID
	}
	if name == "" {
		return redact.Text{}
	}
	if len(a.AllowedCIDRs) > 0 {
		return redact.Sprintf("%s, only from %s", redact.Name(name), strings.Join(a.AllowedCIDRs, ", "))
	}
	return redact.Sprintf("%s, from anywhere", redact.Name(name))
}

// places lists where a credential was found, with lines for the first ones.
func (t *textWriter) places(g *group, tone style) {
	limit := fullPlaces
	if !g.isSecret() {
		limit = fullBreaches
	}
	places := t.v.shownPlaces(g, t.o.Verbose)
	shown := len(places)
	if t.o.Brief {
		shown = min(shown, briefPlaces)
	}
	for i, p := range places[:shown] {
		t.place(g, p, i < limit || t.o.Verbose, tone)
	}
	if more := len(places) - shown; more > 0 {
		t.line(redact.Spaces(2), t.dim(redact.Sprintf("… and at %d more", more)))
	}
}

// shownPlace is one place, or all versions of one file in a history.
type shownPlace struct {
	*finding.Finding
	// more counts the further versions of the file; last is the latest of them.
	more int
	last *finding.Finding
}

// shownPlaces joins the versions of one file in a history: the credential came
// in once and was carried along. Unless all are wanted.
func (v *view) shownPlaces(g *group, all bool) []shownPlace {
	var out []shownPlace
	index := map[string]int{}
	for _, f := range g.places {
		key := f.Location.File + "\x00" + f.Message
		if i, ok := index[key]; ok && f.Commit != nil && !all {
			p := &out[i]
			p.more++
			if f.Commit.Date.After(p.last.Commit.Date) {
				p.last = f
			}
			if f.Commit.Date.Before(p.Commit.Date) {
				p.Finding = f
			}
			continue
		}
		if f.Commit != nil {
			index[key] = len(out)
		}
		out = append(out, shownPlace{Finding: f, last: f})
	}
	return out
}

// place writes one place: position, remarks, the line and its mark.
func (t *textWriter) place(g *group, p shownPlace, full bool, tone style) {
	t.beside(position(p.Location), t.cyan, redact.WrapParts(remarks(g, p), " · ", t.o.Width-remarkIndent))
	words := redact.Of(p.Message)
	if g.isSecret() || p.Message == g.rule.Short {
		words = beyond(g.rule, p.Message)
	}
	if !words.IsEmpty() {
		for _, part := range words.Wrap(t.o.Width - remarkIndent) {
			t.line(redact.Spaces(remarkIndent), part)
		}
	}
	if full && p.Line != "" {
		t.source(p.Finding, tone)
	}
	if p.Advice != "" && !t.o.Brief {
		for i, part := range redact.Of(p.Advice).Wrap(t.o.Width - 8) {
			arrow := redact.Literal("→ ")
			if i > 0 {
				arrow = redact.Spaces(2)
			}
			t.line(redact.Spaces(6), t.dim(arrow), part)
		}
	}
}

// remarkIndent is the column of what is said about a path below it.
const remarkIndent = 6

// beside writes a path, which is never cut, and what is said about it: after it
// if that fits, else below.
func (t *textWriter) beside(path redact.Text, paint style, remarks []redact.Text) {
	const gap = 2
	line := redact.Concat(redact.Spaces(2), paint(path))
	if len(remarks) == 1 && 2+path.Width()+gap+remarks[0].Width() <= t.o.Width {
		t.line(line, redact.Spaces(gap), t.dim(remarks[0]))
		return
	}
	t.line(line)
	for _, part := range remarks {
		if !part.IsEmpty() {
			t.line(redact.Spaces(remarkIndent), t.dim(part))
		}
	}
}

// beyond is what a finding's message says beyond its rule's, as of a comment that
// does not silence it; "" if nothing.
func beyond(r rule.Rule, message string) redact.Text {
	rest, ok := strings.CutPrefix(message, strings.TrimSuffix(r.Short, ".")+"; ")
	if !ok || r.Short == "" {
		return redact.Text{}
	}
	return redact.Of(rest).UpperFirst()
}

// position is file:line:column as editors and terminals make links of.
func position(l finding.Location) redact.Text {
	return redact.Concat(redact.Of(l.File), lineAndColumn(l))
}

// lineAndColumn is what follows the file's name in a position.
func lineAndColumn(l finding.Location) redact.Text {
	switch {
	case l.StartLine <= 0:
		return redact.Text{}
	case l.StartColumn <= 0:
		return redact.Sprintf(":%d", l.StartLine)
	}
	return redact.Sprintf(":%d:%d", l.StartLine, l.StartColumn)
}

// remarks says how the place is special: encoding, lines, git, commit.
func remarks(g *group, p shownPlace) []redact.Text {
	var parts []redact.Text
	if len(p.Location.Encoding) > 0 {
		parts = append(parts, redact.Sprintf("in %s", strings.Join(p.Location.Encoding, " › ")))
	}
	if p.Location.EndLine > p.Location.StartLine {
		parts = append(parts, redact.Sprintf("to line %d", p.Location.EndLine))
	}
	if p.IgnoredByGit {
		parts = append(parts, redact.Literal("git ignores this file"))
	}
	if p.Credential.Incomplete && !g.head.Credential.Incomplete {
		parts = append(parts, redact.Literal("incomplete"))
	}
	if g.isSecret() && p.Credential.Kind != g.head.Credential.Kind {
		parts = append(parts, redact.Sprintf("as %s", p.Credential.Kind.Title()))
	}
	if c := p.Commit; c != nil {
		words := redact.Sprintf("since %s", shortID(c.ID))
		if name := authorName(c.Author); name != "" {
			words = redact.Sprintf("%s by %s", words, redact.Of(name).Truncate(maxAuthor))
		}
		if !c.Date.IsZero() {
			words = redact.Sprintf("%s, %s", words, day(c.Date))
		}
		parts = append(parts, words)
		if p.more > 0 {
			words := redact.Sprintf("and in %s of the file", count(p.more, "more version", "more versions"))
			if p.last != p.Finding && !p.last.Commit.Date.IsZero() {
				words = redact.Sprintf("%s, last %s, %s", words, shortID(p.last.Commit.ID), day(p.last.Commit.Date))
			}
			parts = append(parts, words)
		}
	}
	return parts
}

// shortID is a commit's id as git abbreviates it, generously.
func shortID(id string) redact.Text {
	if len(id) > 10 {
		id = id[:10]
	}
	return redact.Of(id)
}

// authorName is "Name" of "Name <mail>", the mail where there is no name.
func authorName(author string) string {
	name, mail, ok := strings.Cut(author, "<")
	if name = strings.TrimSpace(name); name != "" || !ok {
		return name
	}
	return strings.TrimSuffix(strings.TrimSpace(mail), ">")
}

// source writes the line and the mark under it.
func (t *textWriter) source(f *finding.Finding, tone style) {
	number := redact.Sprintf("%4d", f.Location.StartLine)
	s := sourceLine(f).Snippet(t.o.Width - 2 - number.Width() - 3)
	t.line(redact.Spaces(2), t.dim(redact.Sprintf("%s │ ", number)), s.Text)
	if s.Width > 0 {
		gutter := redact.Sprintf("%s │ ", redact.Spaces(number.Width()))
		t.line(redact.Spaces(2), t.dim(gutter), redact.Spaces(s.Mark), tone(redact.Repeat("^", s.Width)))
	}
}

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

// revokeCommand stands before a key's id.
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

// closing writes how much was found, looked at and left out.
func (t *textWriter) closing() {
	v := t.v
	if !t.o.Quiet {
		for _, note := range v.notes {
			t.note(redact.Of(note))
		}
		if n := len(v.stale); n > 0 {
			matches := "match"
			if n == 1 {
				matches = "matches"
			}
			t.note(redact.Sprintf("%s of the baseline no longer %s anything; --write-baseline drops them", count(n, "entry", "entries"), matches))
			if t.o.Verbose {
				for _, entry := range v.stale {
					t.line(redact.Spaces(6), redact.Of(entry))
				}
			}
		}
		found := t.bold
		if v.clean() {
			found = t.green
		}
		t.wrapped(v.foundWords(), found)
		t.wrapped(v.lookedWords(), nil)
	}
	if !t.o.Quiet || t.o.Brief {
		t.wrapped(v.excludedWords(), t.dim)
	}
	for _, u := range v.unread() {
		t.unread(&u)
	}
}

// note writes a remark on the run.
func (t *textWriter) note(text redact.Text) {
	label := redact.Literal("note: ")
	for i, part := range text.Wrap(t.o.Width - label.Width()) {
		if i > 0 {
			label = redact.Spaces(label.Width())
		}
		t.line(t.dim(label), part)
	}
}

// wrapped writes a sentence over as many lines as it needs, none if it is empty.
func (t *textWriter) wrapped(sentence redact.Text, paint style) {
	if sentence.IsEmpty() {
		return
	}
	for _, part := range sentence.Wrap(t.o.Width) {
		if paint != nil {
			part = paint(part)
		}
		t.line(part)
	}
}

// unread counts what is in a class by reason, and names it if it is little.
func (t *textWriter) unread(u *unread) {
	t.wrapped(u.words(), t.yellow)
	if !t.o.Quiet || t.o.Brief {
		t.wrapped(u.remark, t.dim)
	}
	list := u.entries
	if most := t.maxUnread(); len(list) > most {
		list = list[:most]
	}
	for _, e := range list {
		t.beside(redact.Of(e.Path), func(path redact.Text) redact.Text { return path }, redact.Of(e.Reason).Wrap(t.o.Width-remarkIndent))
	}
	if more := len(u.entries) - len(list); more > 0 {
		t.wrapped(redact.Sprintf("  and %s more: --verbose or --format json lists all.", thousands(int64(more))), t.dim)
	}
}

// maxUnread is how many entries of a class are named.
func (t *textWriter) maxUnread() int {
	switch {
	case t.o.Verbose:
		return math.MaxInt
	case t.o.Brief:
		return maxBriefUnread
	}
	return maxSkipPaths
}

// foundWords is "3 credentials in 7 places: 1 live, 2 unverified.".
func (v *view) foundWords() redact.Text {
	states := map[finding.Status]int{}
	credentials, places, policy, expiring := 0, 0, 0, 0
	for i := range v.findings {
		f := &v.findings[i]
		if f.Credential.IsZero() {
			policy++
			continue
		}
		places++
	}
	for _, g := range v.groups() {
		if !g.isSecret() {
			continue
		}
		credentials++
		states[g.status]++
		if g.soon && g.status != finding.StatusDead {
			expiring++
		}
	}
	var parts []redact.Text
	if places > 0 {
		var each []redact.Text
		for _, s := range []finding.Status{finding.StatusLive, finding.StatusUnverified, finding.StatusExpired, finding.StatusDead} {
			if n := states[s]; n > 0 {
				each = append(each, redact.Sprintf("%s %s", thousands(int64(n)), s))
			}
		}
		words := redact.Sprintf("%s in %s: %s", count(credentials, "credential", "credentials"), count(places, "place", "places"), redact.Join(", ", each...))
		if expiring > 0 {
			words = redact.Sprintf("%s (%s expiring soon)", words, thousands(int64(expiring)))
		}
		parts = append(parts, words)
	}
	if policy > 0 {
		words := count(policy, "finding", "findings")
		if places > 0 {
			words = redact.Sprintf("%s of other rules", words)
		}
		parts = append(parts, words)
	}
	if len(parts) == 0 {
		return v.nothingFound()
	}
	return redact.Sprintf("%s.", redact.Join("; ", parts...))
}

// lookedWords is "Scanned 1,204 files (3.4 MB) in 0.12 s.".
func (v *view) lookedWords() redact.Text {
	s := v.Summary
	var parts []redact.Text
	if words := v.repositoryWords(); !words.IsEmpty() {
		parts = append(parts, words)
	}
	for _, c := range []struct {
		n         int64
		one, many string
	}{{s.Files, "file", "files"}, {s.Blobs, "blob", "blobs"}, {s.Commits, "commit", "commits"}} {
		if c.n > 0 {
			parts = append(parts, count(int(c.n), c.one, c.many))
		}
	}
	if len(parts) == 0 {
		if len(s.Skipped) > 0 {
			return redact.Literal("Scanned nothing.")
		}
		return redact.Literal("Nothing to scan.")
	}
	words := redact.Sprintf("Scanned %s", redact.Join(", ", parts...))
	if s.Bytes > 0 {
		words = redact.Sprintf("%s (%s)", words, sizeWords(s.Bytes))
	}
	return redact.Sprintf("%s in %s.", words, secondsWords(s.Seconds))
}
