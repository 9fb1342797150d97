package report

import (
	"testing"

	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/finding"
)

// hostileTexts are what a stranger may put into names, messages and lines to
// break a format or to make its reader act.
var hostileTexts = []string{
	"a\r\nb", "\x1b[31mred\x1b[0m", "\x00", "\ufffe\uffff", "\xff\xfe", "\u202egnp.exe", "\u2028\u2029",
	`"><script>alert(1)</script>`, "<!--", "]]>", "&lt;&#0;&amp;", `</script><script>`, `</style>`, "javascript:alert(1)", "{{.}}", "{{template}}",
	"=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", `"=1`, ";=1", ",", `""`, "'",
	"##[add-mask]e", "###[add-mask]e", "#####vso[task.setvariable variable=x]e", ":::stop-commands::x", "::stop-commands::x", "\n::error::x", "%0A::add-mask::e", "a:b,c=d",
	"`code` **bold** | [link](https://example.com) ![x](y) <b> @everyone #1 www.example.com https://example.com", "\\", "$(touch x)", "%s%d%n",
	"../../etc/passwd", "/absolute", "C:\\x", "a//b/./c", "🔑 鍵 e\u0301", "'; drop table findings; --",
}

// hostile is a report in which every text of foreign origin is hostile.
func hostile(t testing.TB) *finding.Report {
	t.Helper()
	r := sample(t)
	base := r.Findings
	r.Findings = nil
	for i, text := range hostileTexts {
		f := base[i%len(base)]
		poison(&f, text)
		r.Findings = append(r.Findings, f)
		r.Notes = append(r.Notes, text)
		r.StaleBaseline = append(r.StaleBaseline, text)
		r.Summary.Skipped = append(r.Summary.Skipped, coverage.SkippedEntry{Path: text, Reason: text})
	}
	return r
}

// poison puts a text into everything that comes from strangers.
func poison(f *finding.Finding, text string) {
	f.Location.File = text
	f.Line = text + f.Line + text
	f.LineColumn += len(text)
	f.Message, f.Advice, f.NearbyEndpoint, f.Verdict.Reason = text, text, text, text
	f.Commit = &finding.Commit{ID: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b", Author: text + " <" + text + ">", Subject: text, Date: now}
	if !f.Credential.IsZero() {
		f.Credential.KeyID, f.Credential.Subject, f.Credential.Endpoint = text, text, text
		f.Verdict.Caches, f.Verdict.CachesKnown = []string{text}, true
		f.Verdict.Account = &finding.AccountInfo{Description: text, RoleID: text, RoleName: text, AllowedCIDRs: []string{text}}
	}
}
