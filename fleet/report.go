package fleet

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/momentolint/momentolint/internal/baseline"
	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/verify"
)

// ReportOptions configures Report.
type ReportOptions struct {
	// Version is momentolint's version.
	Version string
	// Baseline contains the accepted findings; nil means none.
	Baseline *baseline.Baseline
	// BaselineName names the baseline in the report.
	BaselineName string
	// ExpiryWarning is the time before an expiry in which it counts as soon.
	ExpiryWarning time.Duration
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Report collects the results of a run. It may be called during the run; items
// without a result are in the report as waiting.
func (r *Run) Report(ctx context.Context, o ReportOptions) (*finding.Report, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	g := &collection{run: r, results: map[string]*result{}, failed: map[string]*deadLetter{}}
	for _, step := range []func(context.Context) error{g.readItems, g.readResults, g.readFailed} {
		if err := step(ctx); err != nil {
			return nil, fmt.Errorf("collecting the results of run %s: %w", r.ID, err)
		}
	}
	report := &finding.Report{ToolVersion: o.Version, Now: o.Now().UTC(), ExpiryWarning: o.ExpiryWarning, Repositories: []finding.Repository{}}
	for i := range g.items {
		g.add(report, &g.items[i])
	}
	shareVerdicts(report.Findings)
	expire(report.Findings, report.Now)
	finding.Sort(report.Findings)
	if o.Baseline != nil {
		n := len(report.Findings)
		report.Findings = slices.DeleteFunc(report.Findings, func(f finding.Finding) bool { return o.Baseline.Covers(&f) })
		report.Summary.Exclude(coverage.Exclusion{By: coverage.ByBaseline, Count: n - len(report.Findings), Source: o.BaselineName})
		report.StaleBaseline = o.Baseline.Stale()
	}
	status, err := r.Status(ctx)
	if err != nil {
		return nil, err
	}
	report.Summary.Seconds = status.Seconds
	report.Summarize()
	return report, nil
}

// collection is the stored data of a run.
type collection struct {
	run     *Run
	items   []item // of whole repositories, sorted by name
	parts   map[string][]item
	results map[string]*result
	failed  map[string]*deadLetter
}

// readItems reads all items with one ordered consumer.
func (g *collection) readItems(ctx context.Context) error {
	g.parts = map[string][]item{}
	var last uint64
	err := retry(ctx, func(ctx context.Context) error {
		info, err := g.run.items.Info(ctx)
		if err == nil {
			last = info.State.LastSeq
		}
		return err
	})
	if err != nil || last == 0 {
		return err
	}
	consumer, err := g.run.items.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{DeliverPolicy: jetstream.DeliverAllPolicy})
	if err != nil {
		return err
	}
	messages, err := consumer.Messages()
	if err != nil {
		return err
	}
	defer messages.Stop()
	stop := context.AfterFunc(ctx, messages.Stop)
	defer stop()
	for {
		msg, err := messages.Next()
		if err != nil {
			return cmp.Or(context.Cause(ctx), err)
		}
		meta, err := msg.Metadata()
		if err != nil {
			return err
		}
		var it item
		if json.Unmarshal(msg.Data(), &it) == nil {
			if it.Parts > 1 {
				id := it.whole().id()
				g.parts[id] = append(g.parts[id], it)
			} else {
				g.items = append(g.items, it)
			}
		}
		if meta.Sequence.Stream >= last {
			break
		}
	}
	slices.SortFunc(g.items, func(a, b item) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.URL, b.URL)) })
	return nil
}

// each calls f for every key of a bucket.
func each(ctx context.Context, kv jetstream.KeyValue, f func(key string, value []byte) error) error {
	watch, err := kv.WatchAll(ctx, jetstream.IgnoreDeletes())
	if err != nil {
		return err
	}
	defer func() { _ = watch.Stop() }()
	for {
		select {
		case e := <-watch.Updates():
			if e == nil {
				return nil
			}
			if err := f(e.Key(), e.Value()); err != nil {
				return err
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(retryTime):
			return errors.New("the server does not respond")
		}
	}
}

func (g *collection) readResults(ctx context.Context) error {
	pieces := map[string][]byte{}
	counts := map[string]int{}
	err := each(ctx, g.run.results, func(key string, value []byte) error {
		switch {
		case len(value) > 0 && value[0] == whole && !isPiece(key):
			return g.result(key, value[1:])
		case len(value) > 0 && value[0] == inPieces && !isPiece(key):
			n, err := strconv.Atoi(string(value[1:]))
			if err != nil {
				return fmt.Errorf("the result %s is corrupt", key)
			}
			counts[key] = n
		default:
			pieces[key] = slices.Clone(value)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for key, n := range counts {
		var data []byte
		for i := range n {
			piece, ok := pieces[key+"."+strconv.Itoa(i)]
			if !ok {
				return fmt.Errorf("a piece of the result %s is missing", key)
			}
			data = append(data, piece...)
		}
		if err := g.result(key, data); err != nil {
			return err
		}
	}
	return nil
}

// isPiece reports whether a key is that of a piece, rather than of a result.
func isPiece(key string) bool { return slices.Contains([]byte(key), '.') }

func (g *collection) result(key string, data []byte) error {
	var r result
	if err := unpack(data, &r); err != nil {
		return fmt.Errorf("the result %s: %w", key, err)
	}
	g.results[key] = &r
	return nil
}

func (g *collection) readFailed(ctx context.Context) error {
	return each(ctx, g.run.failed, func(key string, value []byte) error {
		var d deadLetter
		if err := json.Unmarshal(value, &d); err != nil {
			return fmt.Errorf("the dead letter %s is corrupt: %w", key, err)
		}
		g.failed[key] = &d
		return nil
	})
}

// add adds a repository to the report.
func (g *collection) add(report *finding.Report, it *item) {
	repo := finding.Repository{Name: it.Name, URL: it.URL, Status: finding.RepositoryScanned}
	first := len(report.Findings)
	pieces := []item{*it}
	if r := g.results[it.id()]; r != nil && r.Parts > 0 {
		pieces = g.parts[it.id()]
		repo.Tries, repo.Seconds = r.Tries, r.Seconds
		if len(pieces) < r.Parts {
			g.missing(report, &repo, finding.RepositoryWaiting, "not scanned yet")
		}
	}
	for i := range pieces {
		p := &pieces[i]
		id := p.id()
		switch r, d := g.results[id], g.failed[id]; {
		case r != nil && r.Version != g.run.Version:
			g.missing(report, &repo, finding.RepositoryFailed, "scanned by a worker with another version of momentolint: update the worker and submit the repository again")
		case r != nil:
			g.addResult(report, &repo, r)
		case d != nil:
			reason := d.Reason
			if p.Parts > 1 {
				reason = fmt.Sprintf("part %d of %d: %s", p.Part+1, p.Parts, reason)
			}
			repo.Tries = max(repo.Tries, d.Tries)
			g.missing(report, &repo, finding.RepositoryFailed, reason)
		default:
			g.missing(report, &repo, finding.RepositoryWaiting, "not scanned yet")
		}
	}
	// Findings that are in several parts of a repository count once.
	own := report.Findings[first:]
	finding.Sort(own)
	own = finding.Compact(own)
	report.Findings = report.Findings[:first+len(own)]
	repo.Findings = len(own)
	report.Repositories = append(report.Repositories, repo)
}

// missing records that a repository, or a part of it, has no result.
func (g *collection) missing(report *finding.Report, repo *finding.Repository, status finding.RepositoryStatus, reason string) {
	if repo.Status != finding.RepositoryFailed {
		repo.Status, repo.Reason = status, reason
	}
	report.Summary.Add(coverage.Skip(repo.Name, reason))
}

// addResult adds the result of a repository, or of a part of it, to the report.
func (g *collection) addResult(report *finding.Report, repo *finding.Repository, r *result) {
	for i := range r.Findings {
		report.Findings = append(report.Findings, r.Findings[i].finding(repo.Name))
	}
	for _, s := range slices.Concat(r.Coverage.Skipped, r.Skipped) {
		report.Summary.Add(coverage.Skip(inRepository(repo.Name, s.Path), s.Reason))
	}
	for _, s := range r.Coverage.Opaque {
		report.Summary.Add(coverage.Unread(inRepository(repo.Name, s.Path), s.Format, s.Reason))
	}
	for _, x := range r.Coverage.Excluded {
		if x.By == coverage.ByComment {
			x.Source = inRepository(repo.Name, x.Source)
		}
		report.Summary.Exclude(x)
	}
	repo.Skipped += len(r.Coverage.Skipped) + len(r.Skipped)
	repo.Opaque += len(r.Coverage.Opaque)
	for _, note := range r.Notes {
		if text := repo.Name + ": " + note; !slices.Contains(report.Notes, text) {
			report.Notes = append(report.Notes, text)
		}
	}
	repo.Commits += r.Commits
	repo.Blobs += r.Blobs
	repo.Bytes += r.Bytes
	repo.Read += r.Read
	repo.Seconds += r.Seconds
	repo.Tries = max(repo.Tries, r.Tries)
	report.Summary.Commits += r.Commits
	report.Summary.Blobs += r.Blobs
	report.Summary.Bytes += r.Bytes
}

// shareVerdicts sets the most informative verdict of a credential in all its findings:
// a credential found without an endpoint has no verdict of its own.
func shareVerdicts(list []finding.Finding) {
	best := map[string]finding.Verdict{}
	for i := range list {
		f := &list[i]
		if f.Credential.IsZero() {
			continue
		}
		if b, ok := best[f.Fingerprint]; !ok || weight(f.Verdict) > weight(b) {
			best[f.Fingerprint] = f.Verdict
		}
	}
	for i := range list {
		if f := &list[i]; !f.Credential.IsZero() {
			f.Verdict = best[f.Fingerprint]
		}
	}
}

// expire updates the verdicts of credentials that have expired since a worker
// checked them, or by this computer's clock.
func expire(list []finding.Finding, now time.Time) {
	for i := range list {
		if f := &list[i]; f.Verdict.Status != finding.StatusDead && !f.Credential.Incomplete && verify.Expired(f.Credential, now) {
			f.Verdict.Status, f.Verdict.Reason, f.Verdict.Unfinished = finding.StatusExpired, verify.ExpiredReason(f.Credential), false
		}
	}
}

// weight ranks verdicts by how informative they are.
func weight(v finding.Verdict) int {
	switch {
	case v.Status == finding.StatusLive:
		return 4
	case v.Status == finding.StatusDead:
		return 3
	case v.Status == finding.StatusExpired:
		return 2
	case v.Unfinished:
		return 1
	}
	return 0
}
