// Package hosting lists the repositories of an organisation with the official
// clients of GitHub and GitLab.
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

// Options selects the repositories of an organisation and how they are cloned.
type Options struct {
	// URL is the URL of a self-hosted server; "" means the public service.
	URL string
	// Token is the token for the service's API; without one only public
	// repositories are listed. It is not used for cloning; git has its own
	// credentials.
	Token string
	// SSH selects clone URLs for SSH instead of HTTPS.
	SSH bool
	// Forks and Archived include forks and archived repositories.
	Forks, Archived bool
}

// timeout bounds one call.
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
		// An order that does not change between pages.
		Type: "all", Sort: "full_name", ListOptions: github.ListOptions{PerPage: 100},
	}
	for {
		repositories, response, err := client.Repositories.ListByOrg(ctx, organisation, options)
		var limit *github.RateLimitError
		var abuse *github.AbuseRateLimitError
		switch {
		case errors.As(err, &limit):
			if err := waitUntil(ctx, limit.Rate.Reset.Time); err != nil {
				return nil, fmt.Errorf("listing %s on GitHub: the rate limit: %w", organisation, err)
			}
			continue
		case errors.As(err, &abuse):
			if err := waitUntil(ctx, time.Now().Add(abuse.GetRetryAfter())); err != nil {
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

// GitLab lists the projects of a group on GitLab and of its subgroups.
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

// withoutURL removes all but the host from the URL in an error of net/http. The
// rest contains the user's input, encoded so that a mistyped credential would not
// be recognised and redacted.
func withoutURL(err error) error {
	failed, ok := errors.AsType[*url.Error](err)
	if !ok {
		return err
	}
	if u, parseErr := url.Parse(failed.URL); parseErr == nil && u.Host != "" {
		return fmt.Errorf("calling %s: %w", u.Host, failed.Err)
	}
	return failed.Err
}

// add adds the target for a clone URL of a server. It rejects anything else, such
// as a path.
func add(targets []fleet.Target, address string) ([]fleet.Target, error) {
	scheme, _, ok := strings.Cut(address, "://")
	if ok && scheme != "https" && scheme != "http" && scheme != "ssh" || !ok && !strings.Contains(address, "@") {
		return targets, fmt.Errorf("the server returned %q as a clone URL", (&url.URL{Path: address}).String())
	}
	t, err := fleet.ParseTarget(address)
	if err != nil {
		return targets, err
	}
	return append(targets, t), nil
}

// maxWait is the longest wait for a rate limit: GitHub's last for an hour.
const maxWait = 65 * time.Minute

// waitUntil waits for the end of a rate limit.
func waitUntil(ctx context.Context, at time.Time) error {
	pause := max(time.Until(at), time.Second)
	if pause > maxWait {
		return errors.New("it lasts too long")
	}
	select {
	case <-time.After(pause):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
