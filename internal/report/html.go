package report

import (
	"bufio"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/redact"
)

// The page's parts: a template, and the style and script that go into it.
//
//go:embed page
var pageFiles embed.FS

// maxPlainRows is how many rows a reader without JavaScript gets.
const maxPlainRows = 500

// The types below are what the page's script works on. Everything in it is
// text that the script shows as text.
type (
	pageData struct {
		Items []pageItem `json:"items"`
		// Now is the day of the report, as 2026-11-23.
		Now redact.Text `json:"now"`
	}
	pageItem struct {
		ID      redact.Text `json:"id"`
		Title   redact.Text `json:"title"`
		About   redact.Text `json:"about,omitzero"`
		Rule    redact.Text `json:"rule"`
		Docs    redact.Text `json:"docs,omitzero"`
		Secret  bool        `json:"secret"`
		Status  redact.Text `json:"status"`
		Reason  redact.Text `json:"reason,omitzero"`
		Level   redact.Text `json:"level"`
		MayDo   redact.Text `json:"mayDo"`
		Expires redact.Text `json:"expires"`
		Soon    bool        `json:"soon,omitempty"`
		// End is the day of the expiry, as 2026-11-30.
		End redact.Text `json:"end,omitzero"`
		// Ends says when in a few words, ExpiryWords in all.
		Ends        redact.Text      `json:"ends"`
		ExpiryWords redact.Text      `json:"expiryWords"`
		CameIn      redact.Text      `json:"cameIn,omitzero"`
		Key         redact.Text      `json:"key,omitzero"`
		KeyID       redact.Text      `json:"keyId,omitzero"`
		Subject     redact.Text      `json:"subject,omitzero"`
		Role        redact.Text      `json:"role,omitzero"`
		Called      redact.Text      `json:"called,omitzero"`
		Caches      []redact.Text    `json:"caches,omitempty"`
		Permissions []pagePermission `json:"permissions,omitempty"`
		Steps       []redact.Text    `json:"steps,omitempty"`
		Places      []pagePlace      `json:"places"`
	}
	// pagePermission is one right: in which place, and to do what; "" = all.
	pagePermission struct {
		On   redact.Text `json:"on"`
		Does redact.Text `json:"does,omitzero"`
	}
	pagePlace struct {
		File    redact.Text `json:"file"`
		At      redact.Text `json:"at,omitzero"`
		Note    redact.Text `json:"note,omitzero"`
		Message redact.Text `json:"message,omitzero"`
		Number  int         `json:"number,omitempty"`
		// Line is the name to which the finding is assigned, the finding, and
		// what follows, which is empty.
		Line   *[3]redact.Text `json:"line,omitempty"`
		Advice redact.Text     `json:"advice,omitzero"`
	}
	pageSkip struct{ Path, Reason redact.Text }
	// pageUnread is a class of what was not scanned.
	pageUnread struct {
		Words, Remark redact.Text
		Paths         []pageSkip
		More          int
	}
)

// page is what the template gets.
type page struct {
	Policy                  string
	Version, Generated      redact.Text
	Found, Looked, Excluded redact.Text
	Unread                  []pageUnread
	Notes                   []redact.Text
	Style                   template.CSS
	Script                  template.JS
	Data                    pageData
	Plain                   []pageItem
	MorePlain               int
	Clean                   bool
}

// HTML writes the report as one page that needs nothing else: style, script
// and data are inside, no address is ever loaded (a content security policy
// sees to it), and everything in it is redacted.
func HTML(w io.Writer, r *finding.Report) error {
	v := newView(r)
	style, err := pageFiles.ReadFile("page/style.css")
	if err != nil {
		return fmt.Errorf("reading the page's style: %w", err)
	}
	script, err := pageFiles.ReadFile("page/script.js")
	if err != nil {
		return fmt.Errorf("reading the page's script: %w", err)
	}
	t, err := template.ParseFS(pageFiles, "page/page.gohtml")
	if err != nil {
		return fmt.Errorf("reading the page's template: %w", err)
	}
	p := page{
		Policy: "default-src 'none'; style-src " + hashSource(style) + "; script-src " + hashSource(script) +
			"; base-uri 'none'; form-action 'none'",
		Version: redact.Of(r.ToolVersion), Generated: redact.Of(r.Now.UTC().Format("2 January 2006, 15:04 UTC")),
		Found: v.foundWords(), Looked: v.lookedWords(), Excluded: v.excludedWords(),
		// Both are files of this package.
		Style: template.CSS(style), Script: template.JS(script), //nolint:gosec // not from outside
		Data: v.pageData(), Clean: v.clean(),
	}
	for _, note := range v.notes {
		p.Notes = append(p.Notes, redact.Of(note))
	}
	for _, u := range v.unread() {
		class := pageUnread{Words: u.words(), Remark: u.remark}
		for _, e := range u.entries[:min(len(u.entries), maxPlainRows)] {
			class.Paths = append(class.Paths, pageSkip{redact.Of(e.Path), redact.Of(e.Reason)})
		}
		class.More = len(u.entries) - len(class.Paths)
		p.Unread = append(p.Unread, class)
	}
	p.Plain = p.Data.Items[:min(len(p.Data.Items), maxPlainRows)]
	p.MorePlain = len(p.Data.Items) - len(p.Plain)
	out := bufio.NewWriter(w)
	if err := t.Execute(out, p); err != nil {
		return fmt.Errorf("writing the HTML report: %w", err)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing the HTML report: %w", err)
	}
	return nil
}

// hashSource allows one inline text by its hash
// (https://www.w3.org/TR/CSP3/#framework-directive-source-list).
func hashSource(text []byte) string {
	sum := sha256.Sum256(text)
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func (v *view) pageData() pageData {
	data := pageData{Items: []pageItem{}, Now: day(v.Now)}
	for _, g := range v.groups() {
		data.Items = append(data.Items, v.pageItem(g))
	}
	return data
}

func (v *view) pageItem(g *group) pageItem {
	out := pageItem{
		ID: redact.Of(g.head.Fingerprint), Title: g.title(), Rule: redact.Of(g.head.Rule), Secret: g.isSecret(), Status: redact.Literal("policy"),
	}
	if g.known {
		out.Docs = redact.Of(g.rule.HelpURI())
	}
	out.Steps = slices.Concat(v.steps(g))
	for _, f := range g.places {
		out.Places = append(out.Places, v.pagePlace(g, f))
	}
	if !g.isSecret() {
		out.ID, out.About = out.Rule, redact.Of(g.rule.Short)
		if !g.known {
			out.Status = redact.Literal("rule")
		}
		return out
	}
	out.Status, out.Reason = redact.Of(string(g.status)), redact.Of(g.head.Verdict.Reason)
	out.Level, out.MayDo = redact.Of(string(g.scope.Level)), redact.Of(finding.ScopeWords(g.scope))
	out.Expires, out.Soon, out.ExpiryWords = g.expiresWord(), g.soon, v.expiresWords(g.facts)
	out.Ends = v.whenWords(g.facts)
	if g.expiry == credential.ExpiryAt {
		out.End = redact.Of(rfc3339(g.expiresAt)[:len(time.DateOnly)])
	}
	out.CameIn = v.introducedWords(g)
	out.Key, out.KeyID, out.Subject = v.keyWords(g), redact.Of(g.head.Credential.KeyID), redact.Of(g.head.Credential.Subject)
	if a := g.head.Verdict.Account; a != nil {
		out.Role, out.Called = roleWords(a), redact.Of(a.Description)
	}
	for _, name := range g.head.Verdict.Caches {
		out.Caches = append(out.Caches, redact.Of(redact.Name(name)))
	}
	out.Permissions = pagePermissions(g.scope)
	return out
}

// pagePermissions says for each right where it is and what it is, apart, so
// that the page can turn them round: who may do what.
func pagePermissions(s credential.Scope) []pagePermission {
	if s.Level == credential.ScopeSuperUser {
		return []pagePermission{{On: redact.Literal("everything in the account")}}
	}
	var all []pagePermission
	for _, branch := range finding.ScopeTree(s) {
		for _, leaf := range branch.Leaves {
			all = append(all, pagePermission{redact.Of(branch.Name), redact.Of(leaf)})
		}
	}
	return all
}

func (v *view) pagePlace(g *group, f *finding.Finding) pagePlace {
	l := f.Location
	out := pagePlace{File: redact.Of(l.File), At: lineAndColumn(l), Advice: redact.Of(f.Advice), Number: l.StartLine}
	out.Note = redact.Join(" · ", remarks(g, shownPlace{Finding: f, last: f})...)
	if out.Message = beyond(g.rule, f.Message); !g.isSecret() {
		out.Message = v.describe(f)
	}
	if line := assignment(f); !line.IsEmpty() {
		out.Line = &[3]redact.Text{line.Before(), line.Mark(), line.After()}
	}
	return out
}
