package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/account"
	"github.com/momentolint/momentolint/internal/cli"
	"github.com/momentolint/momentolint/internal/config"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/redact"
)

// managementFlags say which account the commands audit and revoke work on.
type managementFlags struct {
	keyEnv, url string
}

func (f *managementFlags) add(fs *pflag.FlagSet) {
	fs.StringVar(&f.keyEnv, "key-env", "MOMENTO_API_KEY", "use the API key in the environment variable `NAME`; it needs the right to manage keys")
	fs.StringVar(&f.url, "management-url", "", "send every management call to `URL` instead")
}

// client makes the client, and gives the key id of the key it uses ("" if the
// key does not tell).
func (f *managementFlags) client(a *app) (*account.Client, string, error) {
	key, err := a.env().Key(f.keyEnv)
	if err != nil {
		return nil, "", fmt.Errorf("the key for the management API: %w", err)
	}
	c, err := account.New(key, account.Options{URL: f.url, Getenv: a.getenv, Version: buildVersion()})
	if err != nil {
		return nil, "", err
	}
	return c, key.KeyID, nil
}

// auditFlags are the flags of "audit".
type auditFlags struct {
	management                    managementFlags
	format, expiryWarning, maxAge string
	noColor, verbose              bool
}

func newAuditCommand(a *app) *cobra.Command {
	var f auditFlags
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "List the account's API keys that are a risk",
		Long: `audit lists the account's API keys with their roles, through the management API,
and says which never expire, expire soon, have expired, can do everything, can
make other keys, are old, or have no description. It changes nothing.

The key it works with comes from MOMENTO_API_KEY, or from the variable that
--key-env names; it has to be a v2 key with a role that may read API keys.

Exit code: 0 nothing found, 1 found, 2 the keys could not be listed, or not all.`,
		Example: `  momentolint audit
  momentolint audit --expiry-warning 14d --max-age 90d
  momentolint audit --format json | jq '.keys[] | select(.problems != [])'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.audit(cmd, &f) },
	}
	fs := cmd.Flags()
	fs.StringVar(&f.format, "format", "text", "print as `FORMAT`: text or json")
	fs.StringVar(&f.expiryWarning, "expiry-warning", "30d", "report keys that expire within this `TIME`")
	fs.StringVar(&f.maxAge, "max-age", "365d", "report keys that are older than this `TIME`, 0 = none")
	fs.BoolVar(&f.noColor, "no-color", false, "no colours")
	fs.BoolVar(&f.verbose, "verbose", false, "also show the keys that are in order, and what each may do")
	f.management.add(fs)
	return cmd
}

// problem is something that is wrong with a key. The values are those of the
// JSON output.
type problem string

// The problems, in the order of the summary.
const (
	neverExpires  problem = "never-expires"
	expiresSoon   problem = "expires-soon"
	expired       problem = "expired"
	superUser     problem = "super-user"
	managesKeys   problem = "manages-keys"
	old           problem = "old"
	noDescription problem = "no-description"
	// unknownRole is a role that the account does not list: nobody can tell what
	// the key may do.
	unknownRole problem = "unknown-role"
)

var problems = []problem{superUser, managesKeys, unknownRole, neverExpires, expiresSoon, expired, old, noDescription}

// weight orders the keys: the worst first.
func (p problem) weight() int {
	return map[problem]int{superUser: 32, expiresSoon: 16, managesKeys: 8, unknownRole: 8, neverExpires: 8, old: 4, expired: 2, noDescription: 1}[p]
}

// auditResult is the account's keys, with what is wrong with each.
type auditResult struct {
	keys            []auditedKey
	now             time.Time
	warning, maxAge time.Duration
	// incomplete says that not all could be listed.
	incomplete bool
}

type auditedKey struct {
	account.Entry
	problems []problem
	// self: it is the key that lists them.
	self bool
}

// audit is the command.
func (a *app) audit(cmd *cobra.Command, f *auditFlags) error {
	wrong := func(err error) error { return cli.Wrong(cmd, err) }
	if f.format != "text" && f.format != "json" {
		return wrong(fmt.Errorf("--format %q: want text or json", f.format))
	}
	warning, err := config.ParseDuration(f.expiryWarning)
	if err != nil {
		return wrong(fmt.Errorf("--expiry-warning: %w", err))
	}
	maxAge, err := config.ParseDuration(f.maxAge)
	if err != nil {
		return wrong(fmt.Errorf("--max-age: %w", err))
	}
	client, own, err := f.management.client(a)
	if err != nil {
		return err
	}
	defer client.Close()
	entries, failed := client.Inventory(cmd.Context())
	if failed != nil && len(entries) == 0 {
		return failed
	}
	r := newAuditResult(entries, own, a.now(), warning, maxAge, failed != nil)
	switch f.format {
	case "json":
		err = r.json(a.out)
	default:
		err = r.text(a.out, look{color: cli.Color(a.getenv, a.out, f.noColor), width: cli.Width(a.out), verbose: f.verbose})
	}
	if r.wrong() > 0 {
		a.code = exitFound
	}
	return errors.Join(err, failed)
}

// newAuditResult judges the keys and sorts them, the worst first.
func newAuditResult(entries []account.Entry, own string, now time.Time, warning, maxAge time.Duration, incomplete bool) *auditResult {
	r := &auditResult{now: now, warning: warning, maxAge: maxAge, incomplete: incomplete}
	for _, e := range entries {
		r.keys = append(r.keys, auditedKey{Entry: e, problems: r.judge(&e), self: own != "" && e.ID == own})
	}
	weight := func(k auditedKey) int {
		sum := 0
		for _, p := range k.problems {
			sum += p.weight()
		}
		return sum
	}
	slices.SortStableFunc(r.keys, func(a, b auditedKey) int {
		return cmp.Or(cmp.Compare(weight(b), weight(a)), cmp.Compare(a.ID, b.ID))
	})
	return r
}

// judge says what is wrong with a key: everything, so that each count of the
// summary is that of all keys with the problem. One that has expired can do
// nothing any more, so the rest is no problem of it.
func (r *auditResult) judge(e *account.Entry) []problem {
	if e.ExpiredAt(r.now) {
		return []problem{expired}
	}
	var list []problem
	add := func(on bool, p problem) {
		if on {
			list = append(list, p)
		}
	}
	super := e.Role != nil && e.Role.Scope.Level == credential.ScopeSuperUser
	add(super, superUser)
	add(super || e.Role != nil && e.Role.ManagesKeys, managesKeys)
	// Where the roles could not be listed, that is said once and for all keys.
	add(e.Role == nil && !r.incomplete, unknownRole)
	add(e.Expiry == credential.ExpiryNever, neverExpires)
	add(e.Expiry == credential.ExpiryAt && e.ExpiresAt.Sub(r.now) <= r.warning, expiresSoon)
	add(r.maxAge > 0 && !e.IssuedAt.IsZero() && r.now.Sub(e.IssuedAt) > r.maxAge, old)
	add(strings.TrimSpace(e.Description) == "", noDescription)
	return list
}

// wrong is how many keys have problems.
func (r *auditResult) wrong() int {
	n := 0
	for _, k := range r.keys {
		if len(k.problems) > 0 {
			n++
		}
	}
	return n
}

// count is how many keys have a problem.
func (r *auditResult) count(p problem) int {
	n := 0
	for _, k := range r.keys {
		if slices.Contains(k.problems, p) {
			n++
		}
	}
	return n
}

// words say a problem of one key.
func (p problem) words(r *auditResult, k *auditedKey) string {
	switch p {
	case neverExpires:
		return "never expires"
	case expiresSoon:
		return "expires " + finding.RelativeWords(k.ExpiresAt, r.now)
	case expired:
		return "expired " + finding.RelativeWords(k.ExpiresAt, r.now) + ", still listed"
	case superUser:
		return "can do everything"
	case managesKeys:
		return "can make and revoke keys"
	case old:
		return "is " + finding.DurationWords(r.now.Sub(k.IssuedAt)) + " old"
	case noDescription:
		return "no description"
	case unknownRole:
		return "its role is not listed, so what it may do is unknown"
	}
	return string(p)
}

// title heads a problem's row in the summary.
func (p problem) title(r *auditResult) string {
	return map[problem]string{
		neverExpires: "never expire", expiresSoon: "expire within " + finding.DurationWords(r.warning), expired: "have expired, still listed",
		superUser: "can do everything in the account", managesKeys: "can make and revoke keys",
		old: "are older than " + finding.DurationWords(r.maxAge), noDescription: "have no description",
		unknownRole: "have a role that is not listed",
	}[p]
}

// text writes the audit for people.
func (r *auditResult) text(w io.Writer, l look) error {
	p := &page{bufio.NewWriter(w), l}
	total := len(r.keys)
	if r.incomplete {
		p.line(p.paint("1;33", "Some keys or roles could not be listed; this list is incomplete."))
		p.line("")
	}
	head := fmt.Sprintf("%d API keys in the account, %d with problems", total, r.wrong())
	if total == 1 {
		head = fmt.Sprintf("1 API key in the account, %d with problems", r.wrong())
	}
	p.line(p.bold(head))
	r.summary(p)
	r.table(p)
	if r.wrong() > 0 {
		p.line("")
		p.line("Revoke what is not used: " + p.bold("momentolint revoke KEY_ID…"))
		p.line("Replace the others first: create a successor, deploy it, verify, then revoke.")
	}
	if err := p.out.Flush(); err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	return nil
}

// summary writes how many keys have which problem.
func (r *auditResult) summary(p *page) {
	if r.wrong() == 0 {
		return
	}
	p.line("")
	for _, kind := range problems {
		if kind == old && r.maxAge <= 0 {
			continue
		}
		n := r.count(kind)
		if kind == unknownRole && n == 0 {
			continue
		}
		row := fmt.Sprintf("  %5d  %s", n, kind.title(r))
		if n == 0 {
			row = p.dim(row)
		}
		p.line(row)
	}
}

// The columns of the table of keys.
const (
	maxRole     = 16
	minProblems = 24
	gap         = 2
)

// table writes the keys, one a row.
func (r *auditResult) table(p *page) {
	var shown []*auditedKey
	var rows [][]string
	for i := range r.keys {
		k := &r.keys[i]
		if len(k.problems) > 0 || p.verbose {
			rows = append(rows, k.cells())
			shown = append(shown, k)
		}
	}
	if len(shown) == 0 {
		return
	}
	p.line("")
	p.keys("", rows, "WHAT IS WRONG", func(i int) string { return r.note(shown[i]) }, func(i int) { r.detail(p, shown[i]) })
}

// keys writes a table of keys, each with a note. Key ids are there to be copied
// and are never cut: where they leave no room beside them, the rest of a row
// goes below.
func (p *page) keys(indent string, rows [][]string, heading string, note func(i int) string, after func(i int)) {
	lines := grid(append([][]string{{"KEY ID", "ROLE", "ISSUED", "EXPIRES"}}, rows...))
	for i := range lines {
		lines[i] = indent + lines[i]
	}
	left := textLength(lines[0]) + gap
	switch {
	case p.columns()-left >= minProblems:
		p.line(p.dim(lines[0] + strings.Repeat(" ", gap) + heading))
		for i := range rows {
			line := lines[i+1] + strings.Repeat(" ", gap)
			for _, part := range wrapWords(note(i), p.columns()-left) {
				p.line(line + part)
				line = strings.Repeat(" ", left)
			}
			after(i)
		}
	case left-gap <= p.columns():
		p.line(p.dim(lines[0]))
		for i := range rows {
			p.line(lines[i+1])
			p.below(strings.ToLower(heading) + ": " + note(i))
			after(i)
		}
	default:
		for i, cells := range rows {
			p.line(indent + cells[0])
			p.below("role " + cells[1] + ", issued " + cells[2] + ", expires " + cells[3])
			p.below(strings.ToLower(heading) + ": " + note(i))
			after(i)
		}
	}
}

// below writes a text below a row.
func (p *page) below(text string) {
	for _, part := range wrapWords(text, p.columns()-4) {
		p.line("    " + part)
	}
}

// grid sets rows in columns. All lines have the same length.
func grid(rows [][]string) []string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for c, cell := range row {
			widths[c] = max(widths[c], textLength(cell))
		}
	}
	lines := make([]string, len(rows))
	for i, row := range rows {
		for c, cell := range row {
			if c > 0 {
				lines[i] += strings.Repeat(" ", gap)
			}
			lines[i] += cell + strings.Repeat(" ", widths[c]-textLength(cell))
		}
	}
	return lines
}

func textLength(s string) int { return utf8.RuneCountInString(s) }

// maxID is the most of a key id that is shown; real ones are far shorter.
const maxID = 200

// whole shows a key id: in full, and safely.
func whole(id string) string {
	if len(id) > maxID {
		id = id[:maxID] + "…"
	}
	for _, r := range id {
		if r == ' ' || !unicode.IsGraphic(r) {
			return strconv.Quote(id)
		}
	}
	return id
}

// cells are the fixed columns of a key.
func (k *auditedKey) cells() []string {
	role := k.RoleID
	if k.Role != nil && k.Role.Name != "" {
		role = k.Role.Name
	}
	role = named(role)
	if short := []rune(role); len(short) > maxRole {
		role = string(short[:maxRole-1]) + "…"
	}
	return []string{whole(k.ID), role, date(k.IssuedAt), expiryDate(&k.Key)}
}

func date(t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return t.UTC().Format(time.DateOnly)
}

func expiryDate(k *account.Key) string {
	if k.Expiry == credential.ExpiryAt {
		return date(k.ExpiresAt)
	}
	return k.Expiry.String()
}

// note says what is wrong with a key.
func (r *auditResult) note(k *auditedKey) string {
	var list []string
	super := slices.Contains(k.problems, superUser)
	for _, p := range k.problems {
		// "can do everything" says it already.
		if p != managesKeys || !super {
			list = append(list, p.words(r, k))
		}
	}
	note := strings.Join(list, ", ")
	if note == "" {
		note = "in order"
	}
	if k.self {
		note += " (the key in use)"
	}
	return note
}

// detail writes what --verbose adds below a key.
func (r *auditResult) detail(p *page, k *auditedKey) {
	if !p.verbose {
		return
	}
	info := k.Info()
	lines := []string{"may do: " + finding.ScopeWords(info.Scope)}
	if len(info.AllowedCIDRs) > 0 {
		lines = append(lines, "only from: "+redact.Name(strings.Join(info.AllowedCIDRs, ", ")))
	}
	if k.Description != "" {
		lines = append(lines, "description: "+scrub(k.Description))
	}
	for _, line := range lines {
		p.below(line)
	}
}

// auditJSON is the audit for programs.
type auditJSON struct {
	SchemaVersion int              `json:"schema_version"`
	Tool          toolJSON         `json:"tool"`
	Summary       auditSummaryJSON `json:"summary"`
	Keys          []auditKeyJSON   `json:"keys"`
}

type toolJSON struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type auditSummaryJSON struct {
	Keys     int             `json:"keys"`
	Wrong    int             `json:"keys_with_problems"`
	Problems map[problem]int `json:"problems"`
	Complete bool            `json:"complete"`
}

type auditKeyJSON struct {
	KeyID        string     `json:"key_id"`
	InUse        bool       `json:"in_use_by_this_command"`
	Description  string     `json:"description"`
	RoleID       string     `json:"role_id"`
	RoleName     *string    `json:"role_name"`
	IssuedAt     *time.Time `json:"issued_at"`
	Expires      string     `json:"expires"`
	ExpiresAt    *time.Time `json:"expires_at"`
	Scope        scopeJSON  `json:"scope"`
	ManagesKeys  bool       `json:"manages_keys"`
	AllowedCIDRs []string   `json:"allowed_cidrs"`
	Problems     []problem  `json:"problems"`
}

// json writes the audit for programs.
func (r *auditResult) json(w io.Writer) error {
	out := auditJSON{
		SchemaVersion: 1,
		Tool:          toolJSON{"momentolint", buildVersion()},
		Summary:       auditSummaryJSON{Keys: len(r.keys), Wrong: r.wrong(), Problems: map[problem]int{}, Complete: !r.incomplete},
		Keys:          []auditKeyJSON{},
	}
	for _, p := range problems {
		out.Summary.Problems[p] = r.count(p)
	}
	for i := range r.keys {
		k := &r.keys[i]
		info := k.Info()
		description := k.Description
		if len(credential.ParseAll([]byte(description))) > 0 {
			description = credential.Redact(description)
		}
		one := auditKeyJSON{
			KeyID: k.ID, InUse: k.self, Description: description, RoleID: k.RoleID, RoleName: orNull(info.RoleName),
			IssuedAt: timeOrNull(k.IssuedAt), Expires: expiresWord(k.Expiry, k.ExpiresAt, r.now),
			Scope:        scopeJSON{info.Scope.Level, append([]credential.Permission{}, info.Scope.Permissions...), info.Scope.Conditions},
			ManagesKeys:  k.Role != nil && k.Role.ManagesKeys,
			AllowedCIDRs: append([]string{}, info.AllowedCIDRs...),
			Problems:     append([]problem{}, k.problems...),
		}
		if k.Expiry == credential.ExpiryAt {
			one.ExpiresAt = timeOrNull(k.ExpiresAt)
		}
		out.Keys = append(out.Keys, one)
	}
	return writeJSON(w, out)
}

// plural is "1 key", "2 keys".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
