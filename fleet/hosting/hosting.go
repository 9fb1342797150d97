// Package hosting lists the repositories of an organisation, through the
// official clients of GitHub and GitLab.
package hosting

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/google/go-github/v89/github"
	gitlab "gitlab.com/gitlab-org/api/client-go/v2"

	"github.com/momentolint/momentolint/fleet"
)

// Options say which repositories of an organisation count, and how they are
// cloned.
type Options struct {
	// URL is that of a server of one's own; "" = the public service.
	URL string
	// Token is for the service's API; "" = without one, which shows what is
	// public. It is not used for cloning: git has credentials of its own.
	Token string
	// SSH has the repositories cloned over SSH in place of HTTPS.
	SSH bool
	// Forks and Archived add those that are.
	Forks, Archived bool
}

// timeout is for one call.
const timeout = time.Minute

// GitHub lists the repositories of an organisation on GitHub.
func GitHub(ctx context.Context, organisation string, o Options) ([]fleet.Target, error) {
	opts := []github.ClientOptionsFunc{github.WithTimeout(timeout)}
	if o.URL != "" {
		opts = append(opts, github.WithEnterpriseURLs(o.URL, o.URL))
	}
	if o.Token != "" {
		opts = append(opts, github.WithAuthToken(o.Token))
	}
	client, err := github.NewClient(opts...)
	if err != nil {
		return nil, fmt.Errorf("GitHub: %w", err)
	}
	var targets []fleet.Target
	options := &github.RepositoryListByOrgOptions{
		// In an order that does not change while it is read page by page.
		Type: "all", Sort: "full_name", ListOptions: github.ListOptions{PerPage: 100},
	}
	for {
		repositories, response, err := client.Repositories.ListByOrg(ctx, organisation, options)
		var limit *github.RateLimitError
		var abuse *github.AbuseRateLimitError
		switch {
		case errors.As(err, &limit):
			if err := until(ctx, limit.Rate.Reset.Time); err != nil {
				return nil, fmt.Errorf("listing %s on GitHub: the rate limit: %w", organisation, err)
			}
			continue
		case errors.As(err, &abuse):
			if err := until(ctx, time.Now().Add(abuse.GetRetryAfter())); err != nil {
				return nil, fmt.Errorf("listing %s on GitHub: the rate limit: %w", organisation, err)
			}
			continue
		case err != nil:
			return nil, fmt.Errorf("listing %s on GitHub: %w", organisation, withoutURL(err))
		}
		for _, r := range repositories {
			if r.GetFork() && !o.Forks || r.GetArchived() && !o.Archived || r.GetDisabled() {
				continue
			}
			address := r.GetCloneURL()
			if o.SSH {
				address = r.GetSSHURL()
			}
			if targets, err = add(targets, address); err != nil {
				return nil, fmt.Errorf("listing %s on GitHub: %w", organisation, err)
			}
		}
		if response.NextPage == 0 {
			return targets, nil
		}
		options.Page = response.NextPage
	}
}

// GitLab lists the projects of a group on GitLab, those of its subgroups
// included.
func GitLab(ctx context.Context, group string, o Options) ([]fleet.Target, error) {
	var opts []gitlab.ClientOptionFunc
	if o.URL != "" {
		opts = append(opts, gitlab.WithBaseURL(o.URL))
	}
	client, err := gitlab.NewClient(o.Token, opts...)
	if err != nil {
		return nil, fmt.Errorf("GitLab: %w", err)
	}
	options := &gitlab.ListGroupProjectsOptions{
		ListOptions: gitlab.ListOptions{PerPage: 100}, IncludeSubGroups: new(true), OrderBy: new("id"), Sort: new("asc"),
	}
	if !o.Archived {
		options.Archived = new(false)
	}
	var targets []fleet.Target
	projects := gitlab.Scan2(func(page gitlab.PaginationOptionFunc) ([]*gitlab.Project, *gitlab.Response, error) {
		return client.Groups.ListGroupProjects(group, options, page, gitlab.WithContext(ctx))
	})
	for p, err := range projects {
		if err != nil {
			return nil, fmt.Errorf("listing %s on GitLab: %w", group, withoutURL(err))
		}
		if p.ForkedFromProject != nil && !o.Forks {
			continue
		}
		address := p.HTTPURLToRepo
		if o.SSH {
			address = p.SSHURLToRepo
		}
		if targets, err = add(targets, address); err != nil {
			return nil, fmt.Errorf("listing %s on GitLab: %w", group, err)
		}
	}
	return targets, nil
}

// withoutURL leaves only the host of the address in an error of net/http: the
// rest is what the user asked for, in an encoding in which nobody would see a
// credential that was typed in the wrong place.
func withoutURL(err error) error {
	failed, ok := errors.AsType[*url.Error](err)
	if !ok {
		return err
	}
	if u, parseErr := url.Parse(failed.URL); parseErr == nil && u.Host != "" {
		return fmt.Errorf("asking %s: %w", u.Host, failed.Err)
	}
	return failed.Err
}

// add takes what a server says is a clone URL, and nothing that is not.
func add(targets []fleet.Target, address string) ([]fleet.Target, error) {
	scheme, _, ok := strings.Cut(address, "://")
	if ok && scheme != "https" && scheme != "http" && scheme != "ssh" || !ok && !strings.Contains(address, "@") {
		return targets, fmt.Errorf("the server names %q as a clone URL", (&url.URL{Path: address}).String())
	}
	t, err := fleet.ParseTarget(address)
	if err != nil {
		return targets, err
	}
	return append(targets, t), nil
}

// maxWait is the longest that a rate limit is waited for: GitHub's are of an hour.
const maxWait = 65 * time.Minute

// until waits for the end of a rate limit.
func until(ctx context.Context, at time.Time) error {
	pause := max(time.Until(at), time.Second)
	if pause > maxWait {
		return errors.New("it ends too late")
	}
	select {
	case <-time.After(pause):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
