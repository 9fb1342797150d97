package report

import (
	"cmp"
	"slices"

	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/redact"
)

// What reports over many repositories say in addition to the others.
type (
	jsonRepository struct {
		Name     redact.Exact  `json:"name"`
		URL      redact.Exact  `json:"url"`
		Status   redact.Exact  `json:"status"`
		Reason   *redact.Exact `json:"reason"`
		Tries    int           `json:"tries"`
		Findings int           `json:"findings"`
		Skipped  int           `json:"skipped"`
		Opaque   int           `json:"opaque"`
		Commits  int64         `json:"commits"`
		Blobs    int64         `json:"blobs"`
		Bytes    int64         `json:"bytes"`
		Read     int64         `json:"read"`
		Seconds  float64       `json:"seconds"`
	}
	jsonCredential struct {
		Fingerprint  redact.Exact   `json:"fingerprint"`
		Kind         redact.Exact   `json:"kind"`
		Status       redact.Exact   `json:"status"`
		Owner        *redact.Exact  `json:"owner"`
		Repositories []redact.Exact `json:"repositories"`
		Places       int            `json:"places"`
		Introduced   *jsonPlace     `json:"introduced"`
	}
	jsonPlace struct {
		Repository redact.Exact  `json:"repository"`
		File       redact.Exact  `json:"file"`
		Line       int           `json:"line"`
		Commit     redact.Exact  `json:"commit"`
		Author     *redact.Exact `json:"author"`
		Date       *jsonTime     `json:"date"`
	}
)

func (v *view) jsonRepositories() []jsonRepository {
	var out []jsonRepository
	for i := range v.Repositories {
		r := &v.Repositories[i]
		out = append(out, jsonRepository{
			Name: v.exact(r.Name), URL: v.exact(r.URL), Status: v.exact(string(r.Status)), Reason: v.optional(r.Reason),
			Tries: r.Tries, Findings: r.Findings, Skipped: r.Skipped, Opaque: r.Opaque, Commits: r.Commits, Blobs: r.Blobs, Bytes: r.Bytes, Read: r.Read,
			Seconds: sane(r.Seconds),
		})
	}
	return out
}

func (v *view) jsonCredentials() []jsonCredential {
	if v.Repositories == nil {
		return nil
	}
	var out []jsonCredential
	groups := v.groups()
	slices.SortStableFunc(groups, func(a, b *group) int { return cmp.Compare(a.head.Fingerprint, b.head.Fingerprint) })
	for _, g := range groups {
		if !g.isSecret() {
			continue
		}
		c := jsonCredential{
			Fingerprint: v.exact(g.head.Fingerprint), Kind: v.exact(string(g.head.Credential.Kind)), Status: v.exact(string(g.status)),
			Owner: v.optional(g.owner()), Repositories: v.exacts(g.repositories()), Places: len(g.places),
		}
		if f := g.introduced(); f != nil {
			c.Introduced = &jsonPlace{
				Repository: v.exact(f.Repository), File: v.exact(f.Location.File), Line: f.Location.StartLine, Commit: v.exact(f.Commit.ID),
				Author: v.optional(f.Commit.Author), Date: optionalTime(f.Commit.Date),
			}
		}
		out = append(out, c)
	}
	return out
}

// repositories are the names of those that a credential is in, sorted.
func (g *group) repositories() []string {
	var names []string
	for _, f := range g.places {
		if f.Repository != "" {
			names = append(names, f.Repository)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// introduced is the place with the earliest commit; nil if none has one.
func (g *group) introduced() *finding.Finding {
	var first *finding.Finding
	for _, f := range g.places {
		if f.Commit == nil {
			continue
		}
		if first == nil || f.Commit.Date.Before(first.Commit.Date) {
			first = f
		}
	}
	return first
}

// owner is whom to ask about a credential: whoever created it, where it says
// so, else whoever brought it in first.
func (g *group) owner() string {
	if s := g.head.Credential.Subject; s != "" {
		return s
	}
	if f := g.introduced(); f != nil {
		return f.Commit.Author
	}
	return ""
}

// introducedWords says where a credential came in, and in how many
// repositories it is; "" for a run over one place.
func (v *view) introducedWords(g *group) redact.Text {
	if v.Repositories == nil {
		return redact.Text{}
	}
	words := redact.Sprintf("in %s", count(len(g.repositories()), "repository", "repositories"))
	if f := g.introduced(); f != nil {
		words = redact.Sprintf("%s, first in %s on %s", words, f.Repository, day(f.Commit.Date))
		if f.Commit.Author != "" {
			words = redact.Sprintf("%s by %s", words, f.Commit.Author)
		}
	}
	return words
}

// repositoryWords is "2,000 repositories (2 failed, 1 waiting)", "" for a run
// over one place.
func (v *view) repositoryWords() redact.Text {
	if v.Repositories == nil {
		return redact.Text{}
	}
	n := map[finding.RepositoryStatus]int{}
	for i := range v.Repositories {
		n[v.Repositories[i].Status]++
	}
	words := count(len(v.Repositories), "repository", "repositories")
	var not []redact.Text
	for _, s := range []finding.RepositoryStatus{finding.RepositoryFailed, finding.RepositoryWaiting} {
		if n[s] > 0 {
			not = append(not, redact.Sprintf("%s %s", thousands(int64(n[s])), s))
		}
	}
	if len(not) > 0 {
		words = redact.Sprintf("%s (%s)", words, redact.Join(", ", not...))
	}
	return words
}
