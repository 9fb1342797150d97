package verify

import (
	"fmt"
	"slices"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/guard"
)

// origin is who named a route, the most trusted first.
type origin uint8

const (
	byTarget     origin = iota // --live-target: everything goes there
	byCredential               // the credential itself
	byUser                     // --endpoint
	byNeighbour                // the text around the credential
	byDefault                  // a public cell, for keys that are valid in all
)

// route is where to ask about a credential.
type route struct {
	control, cache guard.Address
	origin         origin
}

// job is one credential with the places to ask about it, the best first.
type job struct {
	fingerprint string
	credential  credential.Credential
	routes      []route
	// obstacle says why there is no route.
	obstacle string
}

// maxRoutes keeps a text that surrounds a key with endpoints from having it
// sent around the world.
const maxRoutes = 3

// plan settles everything that can be settled without the network into
// verdicts, and returns what is left, each credential once, in the order of
// first appearance.
func (v *Verifier) plan(targets []Target, verdicts map[string]finding.Verdict, now time.Time) []*job {
	var jobs []*job
	index := map[string]*job{}
	for _, t := range targets {
		c := t.Credential
		if c.IsZero() {
			continue
		}
		key := c.Fingerprint()
		if _, settled := verdicts[key]; settled {
			continue
		}
		if verdict, ok := v.settle(c, now); ok {
			verdicts[key] = verdict
			continue
		}
		j := index[key]
		if j == nil {
			j = &job{fingerprint: key, credential: c}
			index[key] = j
			jobs = append(jobs, j)
		}
		// A key that stands bare in one place and in its envelope, with the
		// endpoint, in another is one key with a known endpoint.
		routes, obstacle := v.routes(t)
		for _, r := range routes {
			if !slices.Contains(j.routes, r) {
				j.routes = append(j.routes, r)
			}
		}
		if j.obstacle == "" || c.Endpoint != "" {
			j.obstacle = obstacle
		}
	}
	var open []*job
	for _, j := range jobs {
		if len(j.routes) == 0 {
			verdicts[j.fingerprint] = unverified(j.obstacle)
			continue
		}
		slices.SortStableFunc(j.routes, func(a, b route) int { return int(a.origin) - int(b.origin) })
		j.routes = j.routes[:min(len(j.routes), maxRoutes)]
		open = append(open, j)
	}
	return open
}

// Expired reports whether c has expired by its own claim, beyond the leeway
// within which the service decides.
func Expired(c credential.Credential, now time.Time) bool {
	return c.ExpiredAt(now.Add(-finding.ExpiryLeeway))
}

// ExpiredReason is the reason of the verdict on a credential that has expired.
func ExpiredReason(c credential.Credential) string {
	return "by its own claim it ended at " + c.ExpiresAt.UTC().Format(time.RFC3339)
}

// settle returns the verdict on what nobody need be asked about.
func (v *Verifier) settle(c credential.Credential, now time.Time) (finding.Verdict, bool) {
	switch unchecked := c.Kind.Descriptor().Unchecked; {
	case c.Incomplete:
		// The service would refuse it, whatever the whole one is worth.
		return unverified("incomplete"), true
	case Expired(c, now):
		return finding.Verdict{Status: finding.StatusExpired, Reason: ExpiredReason(c)}, true
	case unchecked != "":
		return unverified(unchecked), true
	case v.opts.Offline:
		return unverified("offline"), true
	}
	return finding.Verdict{}, false
}

// routes returns the places to ask about one credential found at one place, or
// says what is in the way.
func (v *Verifier) routes(t Target) (routes []route, obstacle string) {
	c := t.Credential
	if !v.target.IsZero() {
		return []route{{v.target, v.target, byTarget}}, ""
	}
	if c.ControlHost != "" || c.CacheHost != "" || c.Endpoint != "" {
		r, err := v.ownRoute(c)
		if err != nil {
			return nil, err.Error() + "; nothing was sent"
		}
		return []route{r}, ""
	}
	if !v.user.control.IsZero() {
		return []route{v.user}, ""
	}
	if v.refused != "" {
		return nil, v.refused
	}
	obstacle = "no endpoint in or near the credential; set one with --endpoint HOST"
	if t.NearbyEndpoint != "" {
		if r, err := v.route(t.NearbyEndpoint, byNeighbour); err == nil {
			routes = append(routes, r)
		} else {
			obstacle = "no endpoint in the credential, and the one near it was refused: " + err.Error() + "; set one with --endpoint HOST"
		}
	}
	if c.Kind.Descriptor().Global {
		if r, err := v.route(PublicCell, byDefault); err == nil {
			routes = append(routes, r)
		}
	}
	return routes, obstacle
}

// ownRoute is the one that the credential names. Both hosts have to pass.
func (v *Verifier) ownRoute(c credential.Credential) (route, error) {
	if c.Endpoint != "" {
		return v.route(c.Endpoint, byCredential)
	}
	control, err := v.rules.Address(c.ControlHost)
	if err != nil {
		return route{}, fmt.Errorf("control %w", err)
	}
	cache, err := v.rules.Address(c.CacheHost)
	if err != nil {
		return route{}, fmt.Errorf("cache %w", err)
	}
	return route{control, cache, byCredential}, nil
}

// route makes the two hosts of an endpoint that the scanned text named.
func (v *Verifier) route(endpoint string, by origin) (route, error) {
	// The endpoint is looked at alone first, so that the message names it as
	// it was written.
	if _, err := v.rules.Address(endpoint); err != nil {
		return route{}, err
	}
	control, err := v.rules.Address(controlPrefix + endpoint)
	if err != nil {
		return route{}, err
	}
	cache, err := v.rules.Address(cachePrefix + endpoint)
	if err != nil {
		return route{}, err
	}
	return route{control, cache, by}, nil
}

// namedRoute makes the two hosts of the user's endpoint.
func (v *Verifier) namedRoute(endpoint string) (route, error) {
	if _, err := v.rules.Named("", endpoint); err != nil {
		return route{}, err
	}
	control, err := v.rules.Named(controlPrefix, endpoint)
	if err != nil {
		return route{}, err
	}
	cache, err := v.rules.Named(cachePrefix, endpoint)
	if err != nil {
		return route{}, err
	}
	return route{control, cache, byUser}, nil
}

// The gRPC hosts of a cell are its endpoint with a prefix for the plane.
const (
	controlPrefix = "control."
	cachePrefix   = "cache."
)
