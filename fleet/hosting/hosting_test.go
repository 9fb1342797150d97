package hosting

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/momentolint/momentolint/fleet"
)

func names(list []fleet.Target) []string {
	var out []string
	for _, t := range list {
		out = append(out, t.Name)
	}
	return out
}

// pages serves a list page by page, with the headers of both services.
func pages(t *testing.T, list []map[string]any, path, header, token string) *httptest.Server {
	t.Helper()
	limited := token == "Bearer t0ken" // only once
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != path || r.Header.Get(header) != token {
			http.Error(w, `{"message":"Not Found"}`, http.StatusNotFound)
			return
		}
		if limited && header == "Authorization" {
			// GitHub's secondary limit, once.
			limited = false
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusForbidden)
			_, _ = fmt.Fprint(w, `{"message":"slow down","documentation_url":"https://docs.github.com/rest/overview/resources-in-the-rest-api#secondary-rate-limits"}`)
			return
		}
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		page = max(page, 1)
		per := 2
		from, to := min((page-1)*per, len(list)), min(page*per, len(list))
		if to < len(list) {
			next := fmt.Sprintf("http://%s%s?page=%d", r.Host, r.URL.Path, page+1)
			w.Header().Set("Link", fmt.Sprintf(`<%s>; rel="next"`, next))
			w.Header().Set("X-Next-Page", strconv.Itoa(page+1))
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(list[from:to])
	}))
	t.Cleanup(server.Close)
	return server
}

func TestGitHubsRepositoriesAreListedPageByPage(t *testing.T) {
	var list []map[string]any
	for i := range 5 {
		list = append(list, map[string]any{
			"clone_url": fmt.Sprintf("https://github.example/acme/r%d.git", i), "ssh_url": fmt.Sprintf("git@github.example:acme/r%d.git", i),
			"fork": i == 1, "archived": i == 2,
		})
	}
	server := pages(t, list, "/api/v3/orgs/acme/repos", "Authorization", "Bearer t0ken")
	got, err := GitHub(t.Context(), "acme", Options{URL: server.URL, Token: "t0ken"})
	want := []string{"github.example/acme/r0", "github.example/acme/r3", "github.example/acme/r4"}
	if err != nil || !slices.Equal(names(got), want) {
		t.Errorf("%v, %v; want %v", names(got), err, want)
	}
	got, err = GitHub(t.Context(), "acme", Options{URL: server.URL, Token: "t0ken", SSH: true, Forks: true, Archived: true})
	if err != nil || len(got) != 5 || got[0].URL != "git@github.example:acme/r0.git" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := GitHub(t.Context(), "missing", Options{URL: server.URL, Token: "t0ken"}); err == nil || strings.Contains(err.Error(), "t0ken") {
		t.Errorf("an organisation that is not there: %v", err)
	}
}

func TestGitLabsProjectsAreListedPageByPage(t *testing.T) {
	var list []map[string]any
	for i := range 5 {
		p := map[string]any{
			"id": i + 1, "http_url_to_repo": fmt.Sprintf("https://gitlab.example/acme/sub/r%d.git", i),
			"ssh_url_to_repo": fmt.Sprintf("git@gitlab.example:acme/sub/r%d.git", i),
		}
		if i == 1 {
			p["forked_from_project"] = map[string]any{"id": 99}
		}
		list = append(list, p)
	}
	server := pages(t, list, "/api/v4/groups/acme/projects", "Private-Token", "t0ken")
	got, err := GitLab(t.Context(), "acme", Options{URL: server.URL, Token: "t0ken"})
	want := []string{"gitlab.example/acme/sub/r0", "gitlab.example/acme/sub/r2", "gitlab.example/acme/sub/r3", "gitlab.example/acme/sub/r4"}
	if err != nil || !slices.Equal(names(got), want) {
		t.Errorf("%v, %v; want %v", names(got), err, want)
	}
	if _, err := GitLab(t.Context(), "missing", Options{URL: server.URL, Token: "t0ken"}); err == nil || strings.Contains(err.Error(), "t0ken") {
		t.Errorf("a group that is not there: %v", err)
	}
}

func TestCloneURLsOfAServerAreChecked(t *testing.T) {
	for _, address := range []string{"", "/etc", "ext::sh -c id", "file:///etc", "--upload-pack=x@y", "https://user:pass@host/a"} {
		list := []map[string]any{{"clone_url": address, "http_url_to_repo": address}}
		github := pages(t, list, "/api/v3/orgs/acme/repos", "Authorization", "Bearer x")
		if got, err := GitHub(t.Context(), "acme", Options{URL: github.URL, Token: "x"}); err == nil {
			t.Errorf("GitHub: %q is taken: %+v", address, got)
		}
		gitlab := pages(t, list, "/api/v4/groups/acme/projects", "Private-Token", "x")
		if got, err := GitLab(t.Context(), "acme", Options{URL: gitlab.URL, Token: "x"}); err == nil {
			t.Errorf("GitLab: %q is taken: %+v", address, got)
		}
	}
}

func TestErrorsNameOnlyTheHostOfAServer(t *testing.T) {
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	// A mistyped credential; a client encodes it in the URL.
	group := "eyJhbGciOiJIUzUxMiJ9.eyJ0IjoiZyJ9.c2lnbmF0dXJl"
	_, err := GitHub(t.Context(), group, Options{URL: closed.URL, Token: "x"})
	if err == nil || strings.Count(err.Error(), "c2lnbmF0dXJl") != 1 || !strings.Contains(err.Error(), strings.TrimPrefix(closed.URL, "http://")) {
		t.Errorf("%v", err)
	}
	err = withoutURL(&url.Error{Op: "Get", URL: "https://user:pass@gitlab.example/api/" + group, Err: errors.New("refused")})
	if err.Error() != "calling gitlab.example: refused" {
		t.Errorf("%v", err)
	}
}

// GitHub's primary limit: no calls are left in this hour.
func TestWaitsForGitHubsRateLimit(t *testing.T) {
	limited, asked := true, 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		w.Header().Set("Content-Type", "application/json")
		if limited {
			limited = false
			w.Header().Set("X-RateLimit-Limit", "5000")
			w.Header().Set("X-RateLimit-Remaining", "0")
			w.Header().Set("X-RateLimit-Reset", strconv.FormatInt(time.Now().Unix()+1, 10))
			w.WriteHeader(http.StatusForbidden)
			_, _ = fmt.Fprint(w, `{"message":"API rate limit exceeded"}`)
			return
		}
		_, _ = fmt.Fprint(w, `[{"clone_url":"https://github.example/acme/a.git"}]`)
	}))
	t.Cleanup(server.Close)
	got, err := GitHub(t.Context(), "acme", Options{URL: server.URL})
	if err != nil || !slices.Equal(names(got), []string{"github.example/acme/a"}) || asked != 2 {
		t.Errorf("%v after %d calls: %v", names(got), asked, err)
	}
}

// A limit that lasts too long is an error, and so is the end of the context.
func TestALimitThatLastsTooLongIsAnError(t *testing.T) {
	for _, reset := range []time.Duration{2 * time.Hour, 30 * time.Minute} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-RateLimit-Remaining", "0")
			w.Header().Set("X-RateLimit-Reset", strconv.FormatInt(time.Now().Add(reset).Unix(), 10))
			w.WriteHeader(http.StatusForbidden)
			_, _ = fmt.Fprint(w, `{"message":"API rate limit exceeded"}`)
		}))
		ctx, cancel := context.WithTimeoutCause(t.Context(), 100*time.Millisecond, errors.New("enough"))
		_, err := GitHub(ctx, "acme", Options{URL: server.URL})
		cancel()
		server.Close()
		if err == nil || !strings.Contains(err.Error(), "rate limit") {
			t.Errorf("a limit of %v: %v", reset, err)
		}
	}
}

// GitLab responds with 429 and the time to wait, which its client obeys.
func TestWaitsForGitLabsRateLimitAndRequestsNoArchivedProjects(t *testing.T) {
	limited := true
	var archived, subgroups []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if limited {
			limited = false
			w.Header().Set("RateLimit-Reset", strconv.FormatInt(time.Now().Unix()+1, 10))
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		archived = append(archived, r.URL.Query().Get("archived"))
		subgroups = append(subgroups, r.URL.Query().Get("include_subgroups"))
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprint(w, `[{"id":1,"http_url_to_repo":"https://gitlab.example/acme/a.git"}]`)
	}))
	t.Cleanup(server.Close)
	for _, all := range []bool{false, true} {
		got, err := GitLab(t.Context(), "acme", Options{URL: server.URL, Token: "x", Archived: all})
		if err != nil || len(got) != 1 {
			t.Errorf("%v, %v", names(got), err)
		}
	}
	if !slices.Equal(archived, []string{"false", ""}) || !slices.Equal(subgroups, []string{"true", "true"}) {
		t.Errorf("asked with archived=%q, include_subgroups=%q", archived, subgroups)
	}
}
