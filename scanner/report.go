package scanner

import (
	"cmp"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/account"
	"github.com/momentolint/momentolint/internal/baseline"
	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/gitcmd"
	"github.com/momentolint/momentolint/internal/verify"
)

// Report ends the run: findings that the configuration or the baseline knows
// are set aside, the live check is made for the others, and everything is put
// in its final order. The context bounds the live check only.
func (r *Run) Report(ctx context.Context) *finding.Report {
	report := &finding.Report{
		ToolVersion: r.o.Version, Now: r.o.Now().UTC(), ExpiryWarning: r.o.ExpiryWarning,
		Root: r.root, ShowSecrets: r.o.ShowSecrets,
	}
	finding.Sort(r.findings)
	findings := dropDuplicates(finding.Compact(r.findings))
	findings = r.suppress(findings)
	if r.o.Baseline != nil {
		report.StaleBaseline = r.o.Baseline.Stale()
	}
	r.verify(ctx, findings, report.Now)
	r.markIgnored(ctx, findings)
	report.Findings = findings
	r.summarize(report)
	return report
}

// The analyzers that report what the scan finds in Go code as well.
const (
	hardcodedRule = "momentohardcoded"
	expiryRule    = "momentoexpiry"
)

// dropDuplicates removes what the scan and an analyzer both say of the same lines
// of Go: it is one finding, of the one that knows more. Of a credential that is the
// scan, of the expiry of a new key the analyzer.
func dropDuplicates(list []finding.Finding) []finding.Finding {
	type line struct {
		file   string
		number int
	}
	credentials, expiries := map[line]bool{}, map[line]bool{}
	for i := range list {
		f := &list[i]
		if !strings.HasSuffix(f.Location.File, ".go") {
			continue
		}
		reported := credentials
		if f.Rule == expiryRule {
			reported = expiries
		} else if f.Credential.IsZero() {
			continue
		}
		for n := f.Location.StartLine; n <= f.Location.EndLine; n++ {
			reported[line{f.Location.File, n}] = true
		}
	}
	return slices.DeleteFunc(list, func(f finding.Finding) bool {
		at := line{f.Location.File, f.Location.StartLine}
		switch f.Rule {
		case hardcodedRule:
			return f.Credential.IsZero() && credentials[at]
		case finding.NeverExpiringRule:
			return expiries[at]
		}
		return false
	})
}

// suppress sets aside what the configuration allows and what the baseline knows.
func (r *Run) suppress(list []finding.Finding) []finding.Finding {
	return slices.DeleteFunc(list, func(f finding.Finding) bool {
		switch {
		case r.allows(&f):
			r.Record(coverage.Exclude(coverage.ByAllow, ""))
		case r.o.Baseline != nil && r.o.Baseline.Covers(&f):
			r.Record(coverage.Exclude(coverage.ByBaseline, ""))
		default:
			return false
		}
		return true
	})
}

// NewBaseline makes the baseline that covers the run's findings, those that
// the present baseline covers included. It is called before Report.
func (r *Run) NewBaseline() *baseline.Baseline {
	var list []finding.Finding
	for _, f := range r.findings {
		if !r.allows(&f) {
			list = append(list, f)
		}
	}
	return baseline.New(list)
}

// verify asks about every credential once. now is the moment that the report
// is about.
func (r *Run) verify(ctx context.Context, list []finding.Finding, now time.Time) {
	r.findEndpoints(list)
	index := map[string]int{}
	var targets []verify.Target
	for i := range list {
		f := &list[i]
		if f.Credential.IsZero() {
			continue
		}
		at, ok := index[f.Fingerprint]
		if !ok {
			index[f.Fingerprint] = len(targets)
			targets = append(targets, verify.Target{Credential: f.Credential, NearbyEndpoint: f.NearbyEndpoint, Joined: f.Joined})
			continue
		}
		targets[at].Joined = targets[at].Joined && f.Joined
		// The copy that names an endpoint is the one that can be asked about.
		if t := &targets[at]; t.Credential.Endpoint == "" {
			if f.Credential.Endpoint != "" {
				t.Credential = f.Credential
			}
			t.NearbyEndpoint = cmp.Or(t.NearbyEndpoint, f.NearbyEndpoint)
		}
	}
	if len(targets) == 0 {
		return
	}
	r.progress.phase("asking the service")
	verdicts := r.verdicts(ctx, targets, now)
	if r.o.Live.Verifier == nil && !r.o.Live.Offline && (r.o.Live.Account.Self || !r.o.Live.Account.Management.IsZero()) {
		credentials := make([]credential.Credential, len(targets))
		for i, t := range targets {
			credentials[i] = t.Credential
		}
		r.progress.phase("asking the account")
		if err := account.Enrich(ctx, r.o.Live.Account, credentials, verdicts); err != nil {
			r.Record(coverage.Skip("the account", err.Error()))
		}
	}
	for i := range list {
		if f := &list[i]; !f.Credential.IsZero() {
			f.Verdict = verdicts[f.Fingerprint]
		} else {
			f.Verdict = finding.Verdict{Status: finding.StatusUnverified, Reason: "nothing to verify"}
		}
	}
}

// verdicts asks about every target. A verifier that cannot be made costs no
// finding: New has made one before, of the same options.
func (r *Run) verdicts(ctx context.Context, targets []verify.Target, now time.Time) map[string]finding.Verdict {
	if r.o.Live.Verifier != nil {
		return r.o.Live.Verifier.Verify(ctx, targets)
	}
	o := r.o.Live.Options
	o.At = now
	v, err := verify.New(o)
	if err == nil {
		return v.Verify(ctx, targets)
	}
	r.Record(coverage.Skip("the live check", err.Error()))
	verdicts := map[string]finding.Verdict{}
	for _, t := range targets {
		verdicts[t.Credential.Fingerprint()] = finding.Verdict{Status: finding.StatusUnverified, Reason: "the live check failed", Unfinished: true}
	}
	return verdicts
}

// summarize counts, and closes the ledger.
func (r *Run) summarize(report *finding.Report) {
	report.Summary, report.Notes = r.summary, r.notes
	if r.stopped != nil {
		report.Summary.Add(coverage.Skip(".", "the run was stopped before it was done"))
	}
	report.Summarize()
	report.Summary.Seconds = time.Since(r.started).Seconds()
}

// markIgnored marks the findings in files that git ignores: such a key is on this
// computer, not in the repository. git is asked once, and only if there are
// findings; without git or a repository nothing is marked.
func (r *Run) markIgnored(ctx context.Context, list []finding.Finding) {
	// on returns the absolute names that a finding's file may have. A "!" ends the
	// name of an archive, or is a part of the name.
	on := func(l *finding.Location) (file, whole string) {
		whole = filepath.FromSlash(l.File)
		if !filepath.IsAbs(whole) {
			whole = filepath.Join(l.Root, whole)
		}
		whole, err := filepath.Abs(whole)
		if err != nil {
			return "", ""
		}
		return onDisk(whole), whole
	}
	var names []string
	var dir string
	for i := range list {
		l := &list[i].Location
		if l.Root == "" || l.Tracked {
			continue
		}
		file, whole := on(l)
		names = append(names, file, whole)
		if root, err := filepath.Abs(l.Root); err != nil {
			continue
		} else if rel, err := filepath.Rel(root, whole); err != nil || !filepath.IsLocal(rel) {
			// Named from another directory, which may be another repository's.
			dir = filepath.Dir(file)
		} else if dir == "" {
			dir = root
		}
	}
	if len(names) == 0 {
		return
	}
	git, err := gitcmd.New(gitcmd.Options{Kind: gitcmd.Untrusted, Dir: dir})
	if err != nil {
		return
	}
	ignored, err := git.Ignored(ctx, names)
	if err != nil {
		if _, ok := errors.AsType[*gitcmd.IrregularError](err); ok {
			r.Note("files that git ignores are not marked: " + err.Error())
		}
		return
	}
	for i := range list {
		if l := &list[i].Location; l.Root != "" && !l.Tracked {
			file, whole := on(l)
			list[i].IgnoredByGit = ignored[file] || ignored[whole]
		}
	}
}

// onDisk is the file of a location: the archive, for a member of one.
func onDisk(name string) string {
	file, _, _ := strings.Cut(name, "!")
	return file
}
