package report

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/redact"
	"github.com/momentolint/momentolint/internal/rule"
)

func text(t testing.TB, r *finding.Report, o TextOptions) string {
	t.Helper()
	var b bytes.Buffer
	if err := Text(&b, r, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// headers are the first lines of the blocks, without what is at the right.
func headers(out string) []string {
	var all []string
	for line := range strings.Lines(out) {
		if head, ok := strings.CutPrefix(line, "● "); ok {
			all = append(all, regexp.MustCompile(`\s{3,}.*|\n`).ReplaceAllString(head, ""))
		}
	}
	return all
}

func TestOneBlockForEachCredentialWorstFirst(t *testing.T) {
	got := headers(text(t, sample(t), TextOptions{}))
	want := []string{
		"LIVE  API key (v1)",
		"LIVE  API key (v1)",
		"UNVERIFIED  refresh token",
		"UNVERIFIED  API key (v1)",
		"UNVERIFIED  API key (v2, global)",
		"RULE  acme-internal-token",
		"POLICY  Momento API key that never expires, or too late",
		"EXPIRED  disposable token",
		"DEAD  legacy auth token",
	}
	if !slices.Equal(got, want) {
		t.Errorf("blocks:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestSuperUserAndNeverComeFirstAmongEquals(t *testing.T) {
	super := credentialtest.SuperUser()
	narrow := credentialtest.CacheReadOnly("orders")
	wide := credentialtest.Explicit(credentialtest.Cache(1, "*", "*"))
	worst := []credentialtest.Options{
		{Seed: "a", Permissions: super},
		{Seed: "b", Permissions: super, IssuedAt: now, ExpiresAt: now.AddDate(1, 0, 0)},
		{Seed: "c", Permissions: wide},
		{Seed: "d", Permissions: narrow},
		{Seed: "e", Permissions: narrow, IssuedAt: now, ExpiresAt: now.AddDate(1, 0, 0)},
	}
	r := &finding.Report{Now: now}
	var want []string
	for i := range worst {
		c := parse(t, credentialtest.V1(worst[len(worst)-1-i]))
		r.Findings = append(r.Findings, at(c, string(rune('a'+i)), 1, "", ""))
		want = append([]string{c.Fingerprint()}, want...)
	}
	var got []string
	for _, m := range regexp.MustCompile(`(?m)^● .* · ([0-9a-f]{16})$`).FindAllStringSubmatch(text(t, r, TextOptions{}), -1) {
		got = append(got, m[1])
	}
	if !slices.Equal(got, want) {
		t.Errorf("order %q, want %q", got, want)
	}
}

func TestBlockSaysWhatItMayDoAndWhenItEnds(t *testing.T) {
	out := text(t, sample(t), TextOptions{Width: 200})
	for _, want := range []string{
		"  may do    everything in the account\n  expires   never\n  status    Momento accepts it; it can list 3 caches\n",
		"of ada@example.com, issued 14 months ago, for " + cell,
		"  expires   in 12 days (2026-12-05): soon, and what uses it stops then\n",
		"read cache orders, publish to 2 topics",
		"  expired   8 days ago (2026-11-14)\n",
		"  status    Momento refuses it: revoked or never valid\n",
		"  status    not known whether it works: offline\n",
		"  key       id 01JD2MKQ7V9T3R, issued 3 months ago\n",
		"  .env:2:17  git ignores this file\n",
		"  k8s/secret.yaml:7:12  in base64\n",
		"  config/production.yml:8:18  since 9f86d08188 by Ada Lovelace, 2025-10-02 · and in 1 more version of the file, last 60303ae22b, 2026-03-14\n",
		"momentolint revoke 01JD2MKQ7V9T3R",
		"docs/rules/momento-api-key-v2.md\n",
		"this key never expires: ExpiresIn is utils.ExpiresInNever()\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the text lacks %q", want)
		}
	}
	if strings.Contains(out, "config/production.yml:11") {
		t.Error("a version of a file is listed although only the first one is new")
	}
	verbose := text(t, sample(t), TextOptions{Width: 200, Verbose: true})
	for _, want := range []string{"config/production.yml:11:18", "caches: orders, sessions, rate-limits", "- publish to topic created in cache orders"} {
		if !strings.Contains(verbose, want) {
			t.Errorf("the verbose text lacks %q", want)
		}
	}
}

func TestClosingLinesSayHowMuchWasLookedAt(t *testing.T) {
	out := text(t, sample(t), TextOptions{Width: 120})
	want := `note: the history is cut: this is a shallow clone
7 credentials in 11 places: 2 live, 3 unverified, 1 expired, 1 dead (1 expiring soon); 3 findings of other rules.
Scanned 1,204 files, 310 blobs, 87 commits (3.4 MB) in 124 ms.
Excluded: 4 (3 findings by baseline in baseline.json, 1 finding by comment in deploy/app.env).
Skipped: 2 (permission denied).
These should have been scanned: the run is incomplete.
  var/lib/private  permission denied
  var/lib/secret.key  permission denied
Opaque: 1 (encrypted).
Encrypted, damaged or in a format that is not opened: what could be unpacked was scanned. Leave out what is expected
with exclude in .momentolint.yaml.
  backup/2024.zip!db.sql  encrypted
`
	if !strings.HasSuffix(out, "\n\n"+want) {
		t.Errorf("the text ends with\n%s\nwant\n%s", out[max(0, len(out)-len(want)):], want)
	}
}

func TestAnEmptyRunSaysSo(t *testing.T) {
	for name, tt := range map[string]struct {
		summary finding.Summary
		o       TextOptions
		want    string
	}{
		"clean":         {finding.Summary{Files: 1, Bytes: 999}, TextOptions{}, "No Momento credentials found.\nScanned 1 file (999 bytes) in 0 ms.\n"},
		"nothing there": {finding.Summary{}, TextOptions{}, "No Momento credentials found.\nNothing to scan.\n"},
		"nothing could be read": {
			finding.Summary{Ledger: coverage.Ledger{Skipped: []coverage.SkippedEntry{{Path: "gone", Reason: "no such file or directory"}}}},
			TextOptions{},
			"No Momento credentials found in what was scanned: 1 skipped.\nScanned nothing.\nSkipped: 1 (no such file or directory).\nThese should have been scanned: the run is incomplete.\n  gone  no such file or directory\n",
		},
		"quiet":             {finding.Summary{Files: 1}, TextOptions{Quiet: true}, ""},
		"quiet but skipped": {finding.Summary{Ledger: coverage.Ledger{Skipped: []coverage.SkippedEntry{{Path: "a", Reason: "gone"}}}}, TextOptions{Quiet: true}, "Skipped: 1 (gone).\n  a  gone\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := text(t, &finding.Report{Now: now, Summary: tt.summary}, tt.o); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestManySkipsAreCountedNotListed(t *testing.T) {
	r := &finding.Report{Now: now}
	for i := range 40 {
		r.Summary.Skipped = append(r.Summary.Skipped, coverage.SkippedEntry{Path: fmt.Sprintf("p%d", i), Reason: strings.Repeat("r", i%9+1)})
	}
	out := text(t, r, TextOptions{})
	if !strings.Contains(strings.Join(strings.Fields(out), " "), "Skipped: 40 (5 r, 5 rr, 5 rrr, 5 rrrr, 4 rrrrr, 4 rrrrrr, 12 for other reasons)") {
		t.Errorf("skips are not grouped: %s", out)
	}
	if n := strings.Count(out, "\n  p"); n != maxSkipPaths || !strings.Contains(out, "and 35 more: --verbose") {
		t.Errorf("%d paths are listed without --verbose: %s", n, out)
	}
	if n := strings.Count(text(t, r, TextOptions{Verbose: true}), "\n  p"); n != 40 {
		t.Errorf("--verbose lists %d paths, want 40", n)
	}
}

var escape = regexp.MustCompile("\x1b\\[[0-9;]*m")

func TestColourOnlyIfAskedForAndOnlyColour(t *testing.T) {
	plain, coloured := text(t, sample(t), TextOptions{}), text(t, sample(t), TextOptions{Color: true})
	if strings.Contains(plain, "\x1b") {
		t.Error("escape sequences without being asked for")
	}
	if !strings.Contains(coloured, "\x1b[1;31m● LIVE\x1b[0m") {
		t.Error("LIVE is not an alarm")
	}
	if escape.ReplaceAllString(coloured, "") != plain {
		t.Error("colour changes the text")
	}
}

// difficult is a report of long and wide things.
func difficult(t testing.TB) *finding.Report {
	t.Helper()
	r := sample(t)
	long := strings.Repeat("a folder with a long name/", 8) + "配置ファイル.yaml"
	author := "Maximilian Ferdinand von Hohenzollern-Sigmaringen (Platform and Infrastructure) <max@example.com>"
	for i := range r.Findings {
		f := &r.Findings[i]
		if i%3 == 0 {
			f.Location.File = long
		}
		f.Location.Encoding = []string{"zip", "tar", "gzip", "base64", "utf-16le", "quoted-printable", "wrapped"}[:i%8]
		f.Advice = strings.Repeat("Move it into the secret manager of the platform. ", 3)
		if f.Commit != nil {
			f.Commit.Author = author
		}
		for n := range 40 {
			f.Verdict.Caches = append(f.Verdict.Caches, fmt.Sprintf("customer-%02d-sessions", n))
		}
		if i%2 == 0 {
			f.Line, f.LineColumn = strings.Repeat("鍵", 60)+f.Line, 180+f.LineColumn
		}
		f.Verdict.Account = &finding.AccountInfo{
			RoleName: strings.Repeat("a role of many words ", 9), Description: strings.Repeat("for the nightly export ", 8),
			AllowedCIDRs: slices.Repeat([]string{"2001:db8:1234:5678::/64"}, 9),
		}
		short := ruleShort(t, f.Rule)
		f.Message = strings.TrimSuffix(short, ".") + "; the comment momentolint:allow on the line has no reason (momentolint:allow -- why) and does not silence it."
	}
	r.Notes = append(r.Notes, strings.Repeat("nothing of this kind was looked at here, ", 5))
	r.StaleBaseline = []string{"old/.env", long}
	r.Summary.Skipped = append(r.Summary.Skipped, coverage.SkippedEntry{Path: long, Reason: strings.Repeat("looks like zip but cannot be opened ", 4)})
	return r
}

func ruleShort(t testing.TB, id string) string {
	t.Helper()
	for _, r := range rule.All() {
		if r.ID == id {
			return r.Short
		}
	}
	return ""
}

// Paths and addresses stay whole, for copying and clicking: a line is too long
// only where one of them stands alone on it. Everything else is broken or cut.
func TestEveryLineFitsTheWidth(t *testing.T) {
	for name, r := range map[string]*finding.Report{"sample": sample(t), "difficult": difficult(t)} {
		whole := map[string]bool{}
		for i := range r.Findings {
			whole[position(r.Findings[i].Location).String()] = true
		}
		for _, s := range r.Summary.Skipped {
			whole[s.Path] = true
		}
		for _, entry := range r.StaleBaseline {
			whole[entry] = true
		}
		for _, o := range []TextOptions{{}, {Verbose: true}, {Brief: true}, {Color: true}, {Quiet: true}} {
			for _, o.Width = range []int{40, 60, 80, 100, 132, 140, 200} {
				before := "no line"
				for line := range strings.Lines(escape.ReplaceAllString(text(t, r, o), "")) {
					line = strings.TrimSuffix(line, "\n")
					alone := strings.TrimSpace(line)
					if cells(line) > o.Width && !whole[alone] && !strings.HasPrefix(alone, "docs      https://") {
						t.Errorf("%s, %+v: %d cells in %q", name, o, cells(line), line)
					}
					if strings.HasSuffix(line, " ") || strings.HasSuffix(line, "·") || strings.HasPrefix(alone, "·") {
						t.Errorf("%s, %+v: a line is broken beside a separator: %q", name, o, line)
					}
					if line == "" && before == "" {
						t.Errorf("%s, %+v: two empty lines", name, o)
					}
					if whole[strings.TrimSpace(before)] && line == "" && cells(before) > o.Width {
						t.Errorf("%s, %+v: an empty line behind %q", name, o, before)
					}
					before = line
				}
			}
		}
	}
}

// What is there to be copied is not broken, if the terminal is wide enough for
// it.
func TestCommandsStayOnOneLine(t *testing.T) {
	const id = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
	c := parse(t, credentialtest.V2(credentialtest.Options{KeyID: id}))
	r := &finding.Report{Now: now, Findings: []finding.Finding{at(c, ".env", 1, "K=", "")}}
	for width := 72; width <= 160; width++ {
		if out := text(t, r, TextOptions{Width: width}); !strings.Contains(out, "momentolint revoke "+id) {
			t.Errorf("width %d: the command is broken:\n%s", width, out)
		}
	}
	if out := text(t, r, TextOptions{Width: 40}); strings.Contains(out, "\x00") || strings.Contains(out, `\x00`) || !strings.Contains(out, "momentolint revoke\n") {
		t.Errorf("width 40:\n%s", out)
	}
}

// The issue with a comment is reported wherever the finding is.
func TestACommentWithoutAReasonIsSaidAtTheFinding(t *testing.T) {
	const words = "The comment momentolint:allow on the line has no reason (momentolint:allow -- why) and does not silence it."
	r := sample(t)
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Location.File == ".env" {
			f.Message = strings.TrimSuffix(ruleShort(t, f.Rule), ".") + "; t" + words[1:]
		}
	}
	for name, out := range map[string]string{
		"text": text(t, r, TextOptions{Width: 200}), "github": write(t, GitHub, r), "sarif": write(t, SARIF, r), "html": write(t, HTML, r),
		"junit": write(t, JUnit, r), "gitlab": write(t, GitLab, r),
	} {
		if n := strings.Count(out, words); n == 0 {
			t.Errorf("%s does not say it", name)
		}
	}
}

func TestTheMarkStandsUnderTheCredential(t *testing.T) {
	for name, before := range map[string]string{
		"plain": `key = "`, "tabs": "\t\tkey := \"", "wide": `鍵 = "`, "combining": "cle\u0301 = \"", "control": "\x1b[31mkey\x00 = \"",
		"long": strings.Repeat("x", 400) + ` key = "`, "emoji": `🔑 = "`, "invalid": "\xff\xfe = \"",
	} {
		t.Run(name, func(t *testing.T) {
			c := parse(t, credentialtest.V1(credentialtest.Options{}))
			out := text(t, &finding.Report{Now: now, Findings: []finding.Finding{at(c, "a", 1, before, `"`+strings.Repeat("y", 300))}}, TextOptions{Width: 80})
			m := regexp.MustCompile(`(?m)^(.* │ .*)` + regexp.QuoteMeta(c.Redacted()) + `.*\n(.* │ +)(\^+)$`).FindStringSubmatch(out)
			if m == nil {
				t.Fatalf("no mark in\n%s", out)
			}
			if cells(m[1]) != cells(m[2]) || len(m[3]) != cells(c.Redacted()) {
				t.Errorf("the mark is off:\n%s", m[0])
			}
		})
	}
}

func TestHostileTextsCannotActOnTheTerminal(t *testing.T) {
	for _, hostile := range []string{
		"\x1b]0;owned\x07", "\x1b[2J", "a\r\nb", "\u202egnp.exe", "\u2066x\u2069", "\u200b", "\x9b31m", "\xff", "\u2028", "\U000e0041", "\x00", "\x7f", "\ufeff",
	} {
		r := sample(t)
		for i := range r.Findings {
			f := &r.Findings[i]
			f.Location.File += hostile
			f.Line = hostile + f.Line + hostile
			f.Message += hostile
			f.Advice = hostile
			f.Verdict.Reason += hostile
			f.Rule += hostile
			f.NearbyEndpoint = hostile
			f.Credential.KeyID, f.Credential.Subject, f.Credential.Endpoint = hostile, hostile, hostile
			f.Verdict.Caches = append(f.Verdict.Caches, hostile)
			f.Verdict.Account = &finding.AccountInfo{RoleName: hostile, Description: hostile, RoleID: hostile, AllowedCIDRs: []string{hostile}}
			f.Location.Encoding = []string{hostile}
			if f.Commit != nil {
				f.Commit.Author, f.Commit.Subject, f.Commit.ID = hostile+" <x>", hostile, hostile
			}
		}
		r.Notes, r.StaleBaseline = []string{hostile}, []string{hostile}
		r.Summary.Skipped = []coverage.SkippedEntry{{Path: hostile, Reason: hostile}}
		out := text(t, r, TextOptions{Verbose: true})
		if !utf8.ValidString(out) {
			t.Errorf("%q: invalid UTF-8 comes through", hostile)
		}
		for _, c := range out {
			if c != '\n' && !unicode.IsPrint(c) {
				t.Errorf("%q: %U comes through", hostile, c)
				break
			}
		}
	}
}

func TestRevokeCommandIsSafeToPaste(t *testing.T) {
	for id, want := range map[string]string{"01JD-x_y.z": "01JD-x_y.z", "a; rm -rf ~": "KEY_ID", "--yes": "KEY_ID", "$(x)": "KEY_ID", "": "KEY_ID"} {
		if got := shellWord(id); got != want {
			t.Errorf("%q becomes %q, want %q", id, got, want)
		}
	}
}

func TestTextAndJSONShowCredentialsOnlyIfAskedFor(t *testing.T) {
	r := sample(t)
	for _, name := range Formats() {
		w, _ := ByName(name)
		wantNoSecret(t, name, write(t, w, r), secretsOf(r))
	}
	wantNoSecret(t, "verbose text", text(t, r, TextOptions{Verbose: true}), secretsOf(r))
	r.ShowSecrets = true
	for _, f := range formats() {
		out := write(t, f.write, r)
		if !f.secrets {
			wantNoSecret(t, f.name, out, secretsOf(r))
			continue
		}
		for i := range r.Findings {
			if c := r.Findings[i].Credential; !c.IsZero() && !strings.Contains(out, c.RevealWritten()) {
				t.Errorf("%s lacks a credential that was asked for", f.name)
			}
		}
	}
}

func TestCredentialsInNamesAndMessagesAreTakenOut(t *testing.T) {
	r := sample(t)
	secrets := secretsOf(r)
	for i := range r.Findings {
		f := &r.Findings[i]
		for _, s := range secrets {
			f.Location.File += "/" + s
			f.Line += s
			f.Message += s
			f.Advice += s
			f.Verdict.Reason += s
			if f.Commit != nil {
				f.Commit.Author, f.Commit.Subject = s, s
			}
			r.Notes = append(r.Notes, s)
			r.Summary.Skipped = append(r.Summary.Skipped, coverage.SkippedEntry{Path: "x/" + s, Reason: s})
			r.StaleBaseline = append(r.StaleBaseline, s)
		}
	}
	for _, name := range Formats() {
		w, _ := ByName(name)
		wantNoSecret(t, name, write(t, w, r), secrets)
	}
	if r.Findings[0].Location.File == newView(r).findings[0].Location.File {
		t.Error("the file's name is not scrubbed")
	}
	if !strings.Contains(r.Notes[1], secrets[0]) {
		t.Error("the caller's report was changed")
	}
}

func TestSameFindingsGiveTheSameBytesInAnyOrder(t *testing.T) {
	for _, f := range formats() {
		a, b := sample(t), sample(t)
		slices.Reverse(b.Findings)
		if write(t, f.write, a) != write(t, f.write, b) {
			t.Errorf("%s depends on the order of the findings", f.name)
		}
	}
}

func TestOneKeyFoundWholeAndBareIsOneBlock(t *testing.T) {
	o := credentialtest.Options{Endpoint: cell}
	whole, bare := parse(t, credentialtest.V1(o)), parse(t, credentialtest.V1JWT(o))
	r := &finding.Report{Now: now, Findings: []finding.Finding{at(bare, "a", 1, "", ""), at(whole, "b", 1, "", "")}}
	out := text(t, r, TextOptions{})
	if got := headers(out); len(got) != 1 || got[0] != "UNVERIFIED  API key (v1)" {
		t.Errorf("blocks %q, want the key once, as what tells more", got)
	}
	if !strings.Contains(out, "a:1:1  as API key (v1, bare JWT)") {
		t.Errorf("the bare place is not told apart:\n%s", out)
	}
}

func TestAdviceForAPlaceIsShownThere(t *testing.T) {
	r := &finding.Report{Now: now, Findings: []finding.Finding{at(parse(t, credentialtest.V2(credentialtest.Options{})), ".bash_history", 9, "export K=", "")}}
	r.Findings[0].Advice = "Delete this line with history -d 9."
	if out := text(t, r, TextOptions{}); !strings.Contains(out, "→ Delete this line with history -d 9.\n") {
		t.Errorf("no advice in\n%s", out)
	}
	if out := text(t, r, TextOptions{Brief: true}); strings.Contains(out, "history -d") || strings.Contains(out, "docs/rules") {
		t.Errorf("a brief text still gives advice:\n%s", out)
	}
}

type brokenPipe struct{ err error }

func (b brokenPipe) Write([]byte) (int, error) { return 0, b.err }

func TestWriteErrorsReachTheCaller(t *testing.T) {
	pipe := errors.New("broken pipe")
	for _, f := range formats() {
		if err := f.write(brokenPipe{pipe}, sample(t)); !errors.Is(err, pipe) {
			t.Errorf("%s: error %v, want the writer's", f.name, err)
		}
	}
}

func TestUnknownFormatNamesTheKnownOnes(t *testing.T) {
	_, err := ByName("xml")
	if err == nil || !strings.Contains(err.Error(), strings.Join(Formats(), ", ")) {
		t.Errorf("error %v, want one that lists the formats", err)
	}
}

func TestWordsForNumbers(t *testing.T) {
	for got, want := range map[string]string{
		thousands(0).String(): "0", thousands(999).String(): "999", thousands(1000).String(): "1,000", thousands(-1234567).String(): "-1,234,567",
		sizeWords(1).String(): "1 byte", sizeWords(1000).String(): "1.0 kB", sizeWords(999_499).String(): "999 kB", sizeWords(999_500).String(): "1.0 MB",
		sizeWords(20_000_000_000).String(): "20 GB", sizeWords(1 << 62).String(): "4611686 TB",
		secondsWords(0.004).String(): "4 ms", secondsWords(1.25).String(): "1.25 s", secondsWords(59.96).String(): "60.0 s", secondsWords(125).String(): "2 min 5 s",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("a/b.txt", "key = eyJ", "Ada <ada@example.com>", 3, 4, 80)
	f.Add("\x1b[0m", "\t\u202e鍵\xff", "<>", -1, 1<<40, 0)
	f.Fuzz(func(t *testing.T, file, line, author string, column, length, width int) {
		x := finding.Finding{
			Rule: "r", Message: author, Location: finding.Location{File: file, StartLine: 1, StartColumn: 1, EndLine: 1, EndColumn: 2},
			Line: line, LineColumn: column, LineWidth: length, Commit: &finding.Commit{ID: author, Author: author, Date: time.Unix(int64(column), 0)},
		}
		y := x
		y.Credential = credential.Credential{Kind: credential.APIKeyV2, KeyID: file}
		out := text(t, &finding.Report{Now: now, Findings: []finding.Finding{x, y}}, TextOptions{Width: width, Color: true})
		for _, c := range escape.ReplaceAllString(out, "") {
			if c != '\n' && !unicode.IsPrint(c) {
				t.Fatalf("%U comes through", c)
			}
		}
	})
}

// A log is read for commands, wherever in it a stranger has put them.
func TestTextCannotCommandTheCISystem(t *testing.T) {
	for line := range strings.Lines(text(t, hostile(t), TextOptions{Verbose: true, CI: true})) {
		if name, _, _, ok := runnerCommand(strings.TrimSuffix(line, "\n")); ok || strings.Contains(line, "##vso[") {
			t.Errorf("the runner takes %q for the command %q", line, name)
		}
	}
}

// cells is the width of a plain text in a terminal.
func cells(s string) int { return redact.Of(s).Width() }
