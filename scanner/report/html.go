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
	"strings"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/scanner/finding"
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
		Now string `json:"now"`
	}
	pageItem struct {
		ID      string `json:"id"`
		Title   string `json:"title"`
		About   string `json:"about,omitempty"`
		Rule    string `json:"rule"`
		Docs    string `json:"docs,omitempty"`
		Secret  bool   `json:"secret"`
		Status  string `json:"status"`
		Reason  string `json:"reason,omitempty"`
		Level   string `json:"level"`
		MayDo   string `json:"mayDo"`
		Expires string `json:"expires"`
		Soon    bool   `json:"soon,omitempty"`
		// End is the day of the expiry, as 2026-11-30.
		End string `json:"end,omitempty"`
		// Ends says when in a few words, ExpiryWords in all.
		Ends        string           `json:"ends"`
		ExpiryWords string           `json:"expiryWords"`
		CameIn      string           `json:"cameIn,omitempty"`
		Key         string           `json:"key,omitempty"`
		KeyID       string           `json:"keyId,omitempty"`
		Subject     string           `json:"subject,omitempty"`
		Role        string           `json:"role,omitempty"`
		Called      string           `json:"called,omitempty"`
		Caches      []string         `json:"caches,omitempty"`
		Permissions []pagePermission `json:"permissions,omitempty"`
		Steps       []string         `json:"steps,omitempty"`
		Places      []pagePlace      `json:"places"`
	}
	// pagePermission is one right: in which place, and to do what; "" = all.
	pagePermission struct {
		On   string `json:"on"`
		Does string `json:"does,omitempty"`
	}
	pagePlace struct {
		File    string `json:"file"`
		At      string `json:"at,omitempty"`
		Note    string `json:"note,omitempty"`
		Message string `json:"message,omitempty"`
		Number  int    `json:"number,omitempty"`
		// Line is what stands before the finding, the finding, and what follows.
		Line   *[3]string `json:"line,omitempty"`
		Advice string     `json:"advice,omitempty"`
	}
)

// page is what the template gets.
type page struct {
	Policy, Version, Generated string
	Found, Looked, Silenced    string
	Skipped                    string
	SkippedPaths               []finding.Skip
	MoreSkipped                int
	Notes                      []string
	Style                      template.CSS
	Script                     template.JS
	Data                       pageData
	Plain                      []pageItem
	MorePlain                  int
	Incomplete, Clean          bool
}

// HTML writes the report as one page that needs nothing else: style, script
// and data are inside, no address is ever loaded (a content security policy
// sees to it), and everything in it is redacted.
func HTML(w io.Writer, r *finding.Report) error {
	v := newView(r, false)
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
		Version: clean(r.ToolVersion), Generated: r.Now.UTC().Format("2 January 2006, 15:04 UTC"),
		Found: v.foundWords(), Looked: v.lookedWords(), Silenced: v.silencedWords(),
		// Both are files of this package.
		Style: template.CSS(style), Script: template.JS(script), //nolint:gosec // not from outside
		Data: v.pageData(), Incomplete: v.Incomplete, Clean: len(v.findings) == 0 && !v.Incomplete,
	}
	for _, note := range v.notes {
		p.Notes = append(p.Notes, clean(note))
	}
	if len(v.skipped) > 0 {
		p.Skipped = "Not looked at, or not wholly: " + skipWords(v.skipped)
		for _, s := range v.skipped[:min(len(v.skipped), maxPlainRows)] {
			p.SkippedPaths = append(p.SkippedPaths, finding.Skip{Path: clean(s.Path), Reason: clean(s.Reason)})
		}
		p.MoreSkipped = len(v.skipped) - len(p.SkippedPaths)
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
	data := pageData{Items: []pageItem{}, Now: v.Now.UTC().Format(time.DateOnly)}
	for _, g := range v.groups() {
		data.Items = append(data.Items, v.pageItem(g))
	}
	return data
}

func (v *view) pageItem(g *group) pageItem {
	out := pageItem{ID: clean(g.head.Fingerprint), Title: g.title(), Rule: clean(g.head.Rule), Secret: g.isSecret(), Status: "policy"}
	if g.known {
		out.Docs = g.rule.HelpURI()
	}
	own, common := v.steps(g)
	out.Steps = slices.Concat(own, common)
	for _, f := range g.places {
		out.Places = append(out.Places, v.pagePlace(g, f))
	}
	if !g.isSecret() {
		out.ID, out.About = out.Rule, g.rule.Short
		if !g.known {
			out.Status = "rule"
		}
		return out
	}
	out.Status, out.Reason = string(g.status), clean(g.head.Verdict.Reason)
	out.Level, out.MayDo = string(g.scope.Level), clean(finding.ScopeWords(g.scope))
	out.Expires, out.Soon, out.ExpiryWords = g.expiresWord(), g.soon, v.expiresWords(g.facts)
	out.Ends = v.whenWords(g.facts)
	if g.expiry == credential.ExpiryAt {
		out.End = rfc3339(g.expiresAt)[:len(time.DateOnly)]
	}
	out.CameIn = v.introducedWords(g)
	out.Key, out.KeyID, out.Subject = v.keyWords(g), clean(g.head.Credential.KeyID), clean(g.head.Credential.Subject)
	if a := g.head.Verdict.Account; a != nil {
		out.Role, out.Called = roleWords(a), clean(a.Description)
	}
	for _, name := range g.head.Verdict.Caches {
		out.Caches = append(out.Caches, finding.Printable(name))
	}
	out.Permissions = pagePermissions(g.scope)
	return out
}

// pagePermissions says for each right where it is and what it is, apart, so
// that the page can turn them round: who may do what.
func pagePermissions(s credential.Scope) []pagePermission {
	if s.Level == credential.ScopeSuperUser {
		return []pagePermission{{On: "everything in the account"}}
	}
	var all []pagePermission
	for _, branch := range finding.ScopeTree(s) {
		for _, leaf := range branch.Leaves {
			all = append(all, pagePermission{clean(branch.Name), clean(leaf)})
		}
	}
	return all
}

func (v *view) pagePlace(g *group, f *finding.Finding) pagePlace {
	l := f.Location
	out := pagePlace{File: clean(l.File), Advice: clean(f.Advice), Number: l.StartLine}
	out.At = strings.TrimPrefix(position(l), out.File)
	out.Note = strings.Join(remarks(g, shownPlace{Finding: f, last: f}), " · ")
	if out.Message = beyond(g.rule, f.Message); !g.isSecret() {
		out.Message = v.describe(f)
	}
	if f.Line != "" {
		from := min(max(0, f.LineColumn), len(f.Line))
		to := min(max(from, from+max(0, f.LineWidth)), len(f.Line))
		out.Line = &[3]string{cleanSource(f.Line[:from]), cleanSource(f.Line[from:to]), cleanSource(f.Line[to:])}
	}
	return out
}
