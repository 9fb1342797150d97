package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/scanner/finding"
	"github.com/momentolint/momentolint/scanner/rule"
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
	// maxSkipPaths is up to how many skipped paths are named without Verbose.
	maxSkipPaths = 5
)

// Text writes the report for people: one block for each credential, worst
// first, and a closing line that says how much was looked at.
func Text(w io.Writer, r *finding.Report, o TextOptions) error {
	t := newTextWriter(w, newView(r, true), o)
	groups := t.v.groups()
	shown := len(groups)
	if o.Brief {
		shown = min(shown, briefBlocks)
	}
	for i, g := range groups[:shown] {
		if i > 0 {
			t.line("")
		}
		t.block(g)
	}
	if more := len(groups) - shown; more > 0 {
		t.line("")
		t.line(fmt.Sprintf("… and %d more like these", more))
	}
	if len(t.v.findings) > 0 && !t.o.Quiet {
		t.line("")
	}
	t.closing()
	return t.flush()
}

// Closing writes only the lines that end Text: how much was found, looked at
// and left out. Commands print them to standard error beside other formats.
func Closing(w io.Writer, r *finding.Report, o TextOptions) error {
	t := newTextWriter(w, newView(r, true), o)
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
func (t *textWriter) line(s string) {
	if t.o.CI {
		s = neutral(s)
	}
	_, _ = t.out.WriteString(strings.TrimRight(s, " ") + "\n")
}

// palette colours text, or not.
type palette struct{ on bool }

func (p palette) paint(code, s string) string {
	if !p.on || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p palette) bold(s string) string   { return p.paint("1", s) }
func (p palette) dim(s string) string    { return p.paint("2", s) }
func (p palette) red(s string) string    { return p.paint("31", s) }
func (p palette) alarm(s string) string  { return p.paint("1;31", s) }
func (p palette) yellow(s string) string { return p.paint("33", s) }
func (p palette) green(s string) string  { return p.paint("32", s) }
func (p palette) cyan(s string) string   { return p.paint("36", s) }

// tone is the colour of a block's state.
func (t *textWriter) tone(g *group) func(string) string {
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

func (g *group) tag() string {
	if !g.isSecret() {
		if g.known {
			return "POLICY"
		}
		return "RULE"
	}
	if word, ok := statusWords[g.status]; ok {
		return word
	}
	return strings.ToUpper(clean(string(g.status)))
}

// title names what was found.
func (g *group) title() string {
	switch {
	case g.isSecret() && g.head.Credential.Incomplete:
		return g.head.Credential.Kind.Title() + ", incomplete"
	case g.isSecret():
		return g.head.Credential.Kind.Title()
	case g.known:
		return g.rule.Title
	}
	return clean(g.head.Rule)
}

// block writes everything about one credential or rule.
func (t *textWriter) block(g *group) {
	tone := t.tone(g)
	tag := "● " + g.tag()
	title := truncate(g.title(), t.o.Width-textWidth(tag)-2)
	plain := tag + "  " + title
	painted := tone(tag) + "  " + t.bold(title)
	id := clean(g.head.Rule)
	if g.isSecret() {
		id += " · " + clean(g.head.Fingerprint)
	}
	if !g.isSecret() && !g.known {
		id = ""
	}
	if gap := t.o.Width - textWidth(plain) - textWidth(id); gap >= 2 {
		painted += strings.Repeat(" ", gap) + t.dim(id)
		id = ""
	}
	t.line(painted)
	if id != "" {
		t.line("  " + t.dim(truncate(id, t.o.Width-2)))
	}
	if g.isSecret() {
		t.secretFacts(g)
	}
	t.line("")
	t.places(g, tone)
	if !t.o.Brief {
		t.next(g)
	}
}

// row writes "label  value", the value wrapped under itself.
func (t *textWriter) row(label, value string, style func(string) string) {
	for i, part := range wrap(value, t.o.Width-2-labelWidth) {
		if i > 0 {
			label = ""
		}
		if style != nil {
			part = style(part)
		}
		t.line("  " + t.dim(labelled(label)) + part)
	}
}

func (t *textWriter) secretFacts(g *group) {
	works := g.status == finding.StatusLive || g.status == finding.StatusUnverified
	alarm := func(on bool) func(string) string {
		if on && works {
			return t.red
		}
		return nil
	}
	t.row("may do", clean(finding.ScopeWords(g.scope)), alarm(g.scope.Level == credential.ScopeSuperUser))
	if t.o.Verbose && len(g.scope.Permissions) > 1 {
		for _, p := range g.scope.Permissions {
			t.row("", "- "+clean(finding.PermissionWords(p)), nil)
		}
	}
	label := "expires"
	if g.expired {
		label = "expired"
	}
	t.row(label, t.v.expiresWords(g.facts), alarm(g.expiry == credential.ExpiryNever || g.soon))
	t.row("status", t.statusWords(g), alarm(g.status == finding.StatusLive))
	if key := t.v.keyWords(g); key != "" {
		t.row("key", key, nil)
	}
	if words := t.v.introducedWords(g); words != "" {
		t.row("came in", words, nil)
	}
	if a := g.head.Verdict.Account; a != nil {
		if role := roleWords(a); role != "" {
			t.row("role", role, nil)
		}
		if a.Description != "" {
			t.row("called", clean(a.Description), nil)
		}
	}
	if t.v.ShowSecrets {
		// In one piece, for copying: never wrapped.
		t.line("  " + t.dim(labelled("secret")) + clean(g.head.Credential.RevealWritten()))
	}
}

// expiresWords says when a credential ends and what that means.
func (v *view) expiresWords(k facts) string {
	words := v.whenWords(k)
	switch {
	case k.expired:
		return words + " (" + day(k.expiresAt) + ")"
	case k.soon && k.status == finding.StatusLive:
		return words + " (" + day(k.expiresAt) + "): soon, and what uses it stops then"
	case k.soon:
		return words + " (" + day(k.expiresAt) + "): soon"
	case k.expiry == credential.ExpiryAt:
		return words + " (" + day(k.expiresAt) + ")"
	case k.expiry == credential.ExpiryUnknown:
		return "unknown: it does not say so itself"
	}
	return words
}

// whenWords says when a credential ends, from the report's moment.
func (v *view) whenWords(k facts) string {
	return finding.EndWords(k.expiry, k.expiresAt, v.Now, k.status)
}

// day gives a date without the time.
func day(at time.Time) string { return at.UTC().Format(time.DateOnly) }

func (t *textWriter) statusWords(g *group) string {
	reason := clean(g.head.Verdict.Reason)
	switch g.status {
	case finding.StatusLive:
		words := "Momento accepts it"
		if g.head.Verdict.CachesKnown {
			names := make([]string, len(g.head.Verdict.Caches))
			for i, name := range g.head.Verdict.Caches {
				names[i] = finding.Printable(name)
			}
			words += "; it can list " + count(len(names), "cache", "caches")
			if t.o.Verbose && len(names) > 0 {
				words += ": " + strings.Join(names, ", ")
			}
		}
		return words
	case finding.StatusDead:
		return join(": ", "Momento refuses it", reason)
	case finding.StatusExpired:
		return "past its end by its own word; not asked about"
	}
	if g.head.Credential.Incomplete {
		return "not known whether it works: its end is missing, so it was not checked"
	}
	return join(": ", "not known whether it works", reason)
}

// keyWords tells what identifies a credential: id, owner, age, endpoint.
func (v *view) keyWords(g *group) string {
	c := &g.head.Credential
	var parts []string
	if c.KeyID != "" {
		parts = append(parts, "id "+finding.Printable(c.KeyID))
	}
	if c.Subject != "" {
		parts = append(parts, "of "+finding.Printable(c.Subject))
	}
	if !g.issuedAt.IsZero() {
		parts = append(parts, "issued "+finding.RelativeWords(g.issuedAt, v.Now))
	}
	switch {
	case g.endpoint != "":
		parts = append(parts, "for "+finding.Printable(g.endpoint))
	case g.head.NearbyEndpoint != "":
		parts = append(parts, "found near "+finding.Printable(g.head.NearbyEndpoint))
	}
	return strings.Join(parts, ", ")
}

func roleWords(a *finding.AccountInfo) string {
	name := a.RoleName
	if name == "" {
		name = a.RoleID
	}
	if name == "" {
		return ""
	}
	words := finding.Printable(name)
	if len(a.AllowedCIDRs) > 0 {
		words += ", only from " + clean(strings.Join(a.AllowedCIDRs, ", "))
	} else {
		words += ", from anywhere"
	}
	return words
}

// places lists where a credential was found, with lines for the first ones.
func (t *textWriter) places(g *group, tone func(string) string) {
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
		t.line("  " + t.dim(fmt.Sprintf("… and at %d more", more)))
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
func (t *textWriter) place(g *group, p shownPlace, full bool, tone func(string) string) {
	t.beside(position(p.Location), t.cyan, wrapParts(remarks(g, p), " · ", t.o.Width-remarkIndent))
	words := clean(p.Message)
	if g.isSecret() || p.Message == g.rule.Short {
		words = beyond(g.rule, p.Message)
	}
	if words != "" {
		for _, part := range wrap(words, t.o.Width-remarkIndent) {
			t.line(strings.Repeat(" ", remarkIndent) + part)
		}
	}
	if full && p.Line != "" {
		t.source(p.Finding, tone)
	}
	if p.Advice != "" && !t.o.Brief {
		for i, part := range wrap(clean(p.Advice), t.o.Width-8) {
			t.line("      " + t.dim([]string{"→ ", "  "}[min(i, 1)]) + part)
		}
	}
}

// remarkIndent is the column of what is said about a path below it.
const remarkIndent = 6

// beside writes a path, which is never cut, and what is said about it: behind it
// if that fits, else below.
func (t *textWriter) beside(path string, style func(string) string, remarks []string) {
	const gap = 2
	line := "  " + style(path)
	if len(remarks) == 1 && 2+textWidth(path)+gap+textWidth(remarks[0]) <= t.o.Width {
		t.line(line + strings.Repeat(" ", gap) + t.dim(remarks[0]))
		return
	}
	t.line(line)
	for _, part := range remarks {
		if part != "" {
			t.line(strings.Repeat(" ", remarkIndent) + t.dim(part))
		}
	}
}

// beyond is what a finding's message says beyond its rule's, as of a comment that
// does not silence it; "" if nothing.
func beyond(r rule.Rule, message string) string {
	rest, ok := strings.CutPrefix(message, strings.TrimSuffix(r.Short, ".")+"; ")
	if !ok || r.Short == "" {
		return ""
	}
	return clean(upperFirst(rest))
}

// position is file:line:column as editors and terminals make links of.
func position(l finding.Location) string {
	s := clean(l.File)
	if l.StartLine > 0 {
		s += ":" + strconv.Itoa(l.StartLine)
		if l.StartColumn > 0 {
			s += ":" + strconv.Itoa(l.StartColumn)
		}
	}
	return s
}

// remarks says how the place is special: encoding, lines, git, commit.
func remarks(g *group, p shownPlace) []string {
	var parts []string
	if len(p.Location.Encoding) > 0 {
		parts = append(parts, "in "+clean(strings.Join(p.Location.Encoding, " › ")))
	}
	if p.Location.EndLine > p.Location.StartLine {
		parts = append(parts, "to line "+strconv.Itoa(p.Location.EndLine))
	}
	if p.IgnoredByGit {
		parts = append(parts, "git ignores this file")
	}
	if p.Credential.Incomplete && !g.head.Credential.Incomplete {
		parts = append(parts, "incomplete")
	}
	if g.isSecret() && p.Credential.Kind != g.head.Credential.Kind {
		parts = append(parts, "as "+p.Credential.Kind.Title())
	}
	if c := p.Commit; c != nil {
		words := "since " + shortID(c.ID)
		if name := authorName(c.Author); name != "" {
			words += " by " + truncate(clean(name), maxAuthor)
		}
		if !c.Date.IsZero() {
			words += ", " + day(c.Date)
		}
		parts = append(parts, words)
		if p.more > 0 {
			words := "and in " + count(p.more, "more version", "more versions") + " of the file"
			if p.last != p.Finding && !p.last.Commit.Date.IsZero() {
				words += ", last " + shortID(p.last.Commit.ID) + ", " + day(p.last.Commit.Date)
			}
			parts = append(parts, words)
		}
	}
	return parts
}

// shortID is a commit's id as git abbreviates it, generously.
func shortID(id string) string {
	id = clean(id)
	if len(id) > 10 {
		return id[:10]
	}
	return id
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
func (t *textWriter) source(f *finding.Finding, tone func(string) string) {
	number := strconv.Itoa(f.Location.StartLine)
	gutter := max(4, len(number))
	s := newSnippet(f.Line, f.LineColumn, f.LineWidth).trimmed().fit(t.o.Width - 2 - gutter - 3)
	t.line("  " + t.dim(fmt.Sprintf("%*s │ ", gutter, number)) + s.text)
	if s.width > 0 {
		t.line("  " + t.dim(strings.Repeat(" ", gutter)+" │ ") + strings.Repeat(" ", s.mark) + tone(strings.Repeat("^", s.width)))
	}
}

// next says what to do: in full at the first credential of a rule, at the
// others only what is particular to them.
func (t *textWriter) next(g *group) {
	own, common := t.v.steps(g)
	if len(own)+len(common) == 0 {
		return
	}
	t.line("")
	key := g.head.Rule
	if len(common) > 0 && t.advised[key] {
		if len(own) == 0 {
			own = []string{"As for the first " + g.title() + " above."}
		} else {
			own[len(own)-1] += " Then as above."
		}
		t.steps(own)
		return
	}
	if len(common) > 0 {
		t.advised[key] = true
	}
	t.steps(append(own, common...))
	if g.known {
		t.line("  " + t.dim(labelled("docs")+g.rule.HelpURI()))
	}
}

// steps writes numbered steps, each wrapped under itself.
func (t *textWriter) steps(steps []string) {
	const number = 3
	for i, step := range steps {
		// A command stays on one line, for copying.
		step = strings.ReplaceAll(step, revokeCommand, strings.ReplaceAll(revokeCommand, " ", glue))
		mark := strconv.Itoa(i+1) + ". "
		if len(steps) == 1 {
			mark = ""
		}
		for j, part := range wrap(step, t.o.Width-2-labelWidth-number) {
			label := ""
			if i+j == 0 {
				label = "next"
			}
			if j > 0 && mark != "" {
				mark = strings.Repeat(" ", number)
			}
			t.line("  " + t.dim(labelled(label)) + mark + part)
		}
	}
}

// revokeCommand stands before a key's id.
const revokeCommand = "momentolint revoke "

// steps is what to do about a group, in order: what is particular to it, and
// what is common to all of its rule.
func (v *view) steps(g *group) (own, common []string) {
	if !g.isSecret() {
		return nil, g.rule.Fix
	}
	c := &g.head.Credential
	switch g.status {
	case finding.StatusDead, finding.StatusExpired:
		return []string{"It works no more. Take it out of the file all the same, so that nobody has to find that out again."}, nil
	case finding.StatusLive:
		if g.soon {
			own = append(own, "Make its replacement before "+day(g.expiresAt)+": what uses it fails from then on.")
		}
	}
	if c.Kind == credential.APIKeyV2 {
		words := "Revoke it in the Momento console, under API keys."
		if c.KeyID != "" {
			words = "Revoke it: " + revokeCommand + shellWord(c.KeyID) + ", or in the Momento console."
		}
		own = append(own, words)
	}
	return own, g.rule.Fix
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
			t.note(clean(note))
		}
		if n := len(v.stale); n > 0 {
			matches := "match"
			if n == 1 {
				matches = "matches"
			}
			t.note(count(n, "entry", "entries") + " of the baseline no longer " + matches + " anything; --write-baseline drops them")
			if t.o.Verbose {
				for _, entry := range v.stale {
					t.line("      " + clean(entry))
				}
			}
		}
		found := t.bold
		if len(v.findings) == 0 && !v.Incomplete {
			found = t.green
		}
		t.wrapped(v.foundWords(), found)
		t.wrapped(v.lookedWords(), nil)
		t.wrapped(v.silencedWords(), t.dim)
	}
	t.skips("Not looked at, or not wholly: ", v.skipped, t.yellow)
	if !t.o.Quiet {
		t.skips("Left out by design: ", v.leftOut, t.dim)
	}
}

// note writes a remark on the run.
func (t *textWriter) note(text string) {
	const label = "note: "
	for i, part := range wrap(text, t.o.Width-len(label)) {
		t.line(t.dim([]string{label, strings.Repeat(" ", len(label))}[min(i, 1)]) + part)
	}
}

// wrapped writes a sentence over as many lines as it needs, none if it is empty.
func (t *textWriter) wrapped(sentence string, style func(string) string) {
	if sentence == "" {
		return
	}
	for _, part := range wrap(sentence, t.o.Width) {
		if style != nil {
			part = style(part)
		}
		t.line(part)
	}
}

// skips counts what was not looked at by reason, and names it if it is little.
func (t *textWriter) skips(label string, list []finding.Skip, style func(string) string) {
	if len(list) == 0 {
		return
	}
	t.wrapped(label+skipWords(list), style)
	if !t.o.Verbose && (len(list) > maxSkipPaths) {
		return
	}
	for _, s := range list {
		t.beside(clean(s.Path), func(path string) string { return path }, wrap(clean(s.Reason), t.o.Width-remarkIndent))
	}
}

// foundWords is "3 credentials in 7 places: 1 live, 2 unverified.".
func (v *view) foundWords() string {
	states := map[finding.Status]int{}
	seen := map[string]bool{}
	places, policy, expiring := 0, 0, 0
	for i := range v.findings {
		f := &v.findings[i]
		if f.Credential.IsZero() {
			policy++
			continue
		}
		places++
		if !seen[f.Fingerprint] {
			seen[f.Fingerprint] = true
		}
	}
	for _, g := range v.groups() {
		if !g.isSecret() {
			continue
		}
		states[g.status]++
		if g.soon && g.status != finding.StatusDead {
			expiring++
		}
	}
	var parts []string
	if places > 0 {
		words := count(len(seen), "credential", "credentials") + " in " + count(places, "place", "places")
		var each []string
		for _, s := range []finding.Status{finding.StatusLive, finding.StatusUnverified, finding.StatusExpired, finding.StatusDead} {
			if n := states[s]; n > 0 {
				each = append(each, thousands(int64(n))+" "+string(s))
			}
		}
		words += ": " + strings.Join(each, ", ")
		if expiring > 0 {
			words += " (" + thousands(int64(expiring)) + " expiring soon)"
		}
		parts = append(parts, words)
	}
	if policy > 0 {
		words := count(policy, "finding", "findings") + " of other rules"
		if places == 0 {
			words = count(policy, "finding", "findings")
		}
		parts = append(parts, words)
	}
	if len(parts) == 0 {
		if v.Suppressed.Total() > 0 {
			return "No new Momento credentials found."
		}
		return "No Momento credentials found."
	}
	return strings.Join(parts, "; ") + "."
}

// lookedWords is "Looked at 1,204 files (3.4 MB) in 0.12 s.".
func (v *view) lookedWords() string {
	s := v.Summary
	var parts []string
	for _, c := range []struct {
		n         int64
		one, many string
	}{{s.Files, "file", "files"}, {s.Blobs, "blob", "blobs"}, {s.Commits, "commit", "commits"}} {
		if c.n > 0 {
			parts = append(parts, count(int(c.n), c.one, c.many))
		}
	}
	if words := v.repositoryWords(); words != "" {
		parts = append([]string{words}, parts...)
	}
	if len(parts) == 0 {
		if len(s.Skipped) > 0 {
			return "Looked at nothing."
		}
		return "Looked at nothing: there was nothing to look at."
	}
	words := "Looked at " + strings.Join(parts, ", ")
	if s.Bytes > 0 {
		words += " (" + sizeWords(s.Bytes) + ")"
	}
	return words + " in " + secondsWords(s.Seconds) + "."
}

// skipWords is "3 (2 permission denied, 1 encrypted archive).", or "2 (permission
// denied).".
func skipWords(list []finding.Skip) string {
	counts := map[string]int{}
	for _, s := range list {
		// What differs from case to case stands behind these.
		reason, _, _ := strings.Cut(s.Reason, ": ")
		reason, _, _ = strings.Cut(reason, " after ")
		counts[reason]++
	}
	reasons := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(counts[b]-counts[a], strings.Compare(a, b))
	})
	var parts []string
	rest := 0
	for i, reason := range reasons {
		if i >= maxSkipGroups {
			rest += counts[reason]
			continue
		}
		parts = append(parts, thousands(int64(counts[reason]))+" "+clean(reason))
	}
	if rest > 0 {
		parts = append(parts, thousands(int64(rest))+" for other reasons")
	}
	if len(reasons) == 1 {
		parts = []string{clean(reasons[0])}
	}
	return thousands(int64(len(list))) + " (" + strings.Join(parts, ", ") + ")."
}

// silencedWords is "Silenced: 3 (1 by a comment, 2 by the baseline).", or "".
func (v *view) silencedWords() string {
	s := v.Suppressed
	if s.Total() == 0 {
		return ""
	}
	var parts []string
	for _, c := range []struct {
		n   int
		how string
	}{{s.Inline, "by a comment"}, {s.Config, "by the configuration"}, {s.Baseline, "by the baseline"}} {
		if c.n > 0 {
			parts = append(parts, thousands(int64(c.n))+" "+c.how)
		}
	}
	return "Silenced: " + thousands(int64(s.Total())) + " (" + strings.Join(parts, ", ") + ")."
}
