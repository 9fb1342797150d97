package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/scanner/finding"
)

// What reports over many repositories say beside the others.
type (
	jsonRepository struct {
		Name     string                   `json:"name"`
		URL      string                   `json:"url"`
		Status   finding.RepositoryStatus `json:"status"`
		Reason   *string                  `json:"reason"`
		Tries    int                      `json:"tries"`
		Findings int                      `json:"findings"`
		Skipped  int                      `json:"skipped"`
		Opaque   int                      `json:"opaque"`
		Commits  int64                    `json:"commits"`
		Blobs    int64                    `json:"blobs"`
		Bytes    int64                    `json:"bytes"`
		Read     int64                    `json:"read"`
		Seconds  float64                  `json:"seconds"`
	}
	jsonCredential struct {
		Fingerprint  string         `json:"fingerprint"`
		Kind         string         `json:"kind"`
		Status       finding.Status `json:"status"`
		Owner        *string        `json:"owner"`
		Repositories []string       `json:"repositories"`
		Places       int            `json:"places"`
		Introduced   *jsonPlace     `json:"introduced"`
	}
	jsonPlace struct {
		Repository string    `json:"repository"`
		File       string    `json:"file"`
		Line       int       `json:"line"`
		Commit     string    `json:"commit"`
		Author     *string   `json:"author"`
		Date       *jsonTime `json:"date"`
	}
)

func (v *view) jsonRepositories() []jsonRepository {
	var out []jsonRepository
	for i := range v.Repositories {
		r := &v.Repositories[i]
		out = append(out, jsonRepository{
			Name: v.scrubber.scrub(r.Name), URL: v.scrubber.scrub(r.URL), Status: r.Status, Reason: optional(v.scrubber.scrub(r.Reason)),
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
	for _, g := range v.groups() {
		if !g.isSecret() {
			continue
		}
		c := jsonCredential{
			Fingerprint: g.head.Fingerprint, Kind: string(g.head.Credential.Kind), Status: g.status,
			Owner: optional(g.owner()), Repositories: g.repositories(), Places: len(g.places),
		}
		if f := g.introduced(); f != nil {
			c.Introduced = &jsonPlace{
				Repository: f.Repository, File: f.Location.File, Line: f.Location.StartLine, Commit: f.Commit.ID,
				Author: optional(f.Commit.Author), Date: optionalTime(f.Commit.Date),
			}
		}
		out = append(out, c)
	}
	slices.SortStableFunc(out, func(a, b jsonCredential) int { return cmp.Compare(a.Fingerprint, b.Fingerprint) })
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
func (v *view) introducedWords(g *group) string {
	if v.Repositories == nil {
		return ""
	}
	words := "in " + count(len(g.repositories()), "repository", "repositories")
	if f := g.introduced(); f != nil {
		words += ", first in " + clean(f.Repository) + " on " + day(f.Commit.Date)
		if f.Commit.Author != "" {
			words += " by " + clean(f.Commit.Author)
		}
	}
	return words
}

// repositoryWords is "2,000 repositories (2 failed, 1 waiting)", "" for a run
// over one place.
func (v *view) repositoryWords() string {
	if v.Repositories == nil {
		return ""
	}
	n := map[finding.RepositoryStatus]int{}
	for i := range v.Repositories {
		n[v.Repositories[i].Status]++
	}
	words := count(len(v.Repositories), "repository", "repositories")
	var not []string
	for _, s := range []finding.RepositoryStatus{finding.RepositoryFailed, finding.RepositoryWaiting} {
		if n[s] > 0 {
			not = append(not, thousands(int64(n[s]))+" "+string(s))
		}
	}
	if len(not) > 0 {
		words += " (" + strings.Join(not, ", ") + ")"
	}
	return words
}
