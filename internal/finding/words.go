package finding

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/redact"
)

// ScopeWords says in one line what a scope allows, e.g. "everything in the
// account" or "read cache orders, publish to 2 topics". Names come from the
// credential and are quoted where they are not plain.
func ScopeWords(s credential.Scope) string {
	if s.Conditions {
		s.Conditions = false
		return ScopeWords(s) + ", with conditions"
	}
	switch {
	case s.Level == credential.ScopeSuperUser:
		return "everything in the account"
	case len(s.Permissions) > 0:
		return permissionsWords(s.Permissions)
	case s.Level == credential.ScopeExplicit:
		return "nothing"
	case s.Level == credential.ScopeRole:
		return "what its role allows, which only the account knows"
	}
	return "unknown"
}

// permissionsWords joins the permissions, those that differ only in what they
// select counted together.
func permissionsWords(all []credential.Permission) string {
	type group struct {
		first credential.Permission
		count int
	}
	var groups []group
	index := map[[2]string]int{}
	for _, p := range all {
		key := [2]string{p.Resource, p.Role}
		if i, ok := index[key]; ok {
			groups[i].count++
			continue
		}
		index[key] = len(groups)
		groups = append(groups, group{p, 1})
	}
	words := make([]string, 0, len(groups))
	for _, g := range groups {
		if g.count == 1 {
			words = append(words, PermissionWords(g.first))
			continue
		}
		words = append(words, fmt.Sprintf("%s %d %s", verb(g.first), g.count, plural(g.first)))
	}
	return strings.Join(words, ", ")
}

// PermissionWords says what one permission allows, e.g. "read cache orders",
// "publish to topics news* in all caches".
func PermissionWords(p credential.Permission) string {
	switch p.Resource {
	case "cache", "store", "database":
		// The name of what holds the items is in Cache whatever it is.
		container := selected(p.Cache, p.Resource, p.Resource+"s")
		if p.Item != "" && p.Item != "*" {
			return verb(p) + " " + selected(p.Item, "item", "items") + " in " + container
		}
		return verb(p) + " " + container
	case "topic":
		return verb(p) + " " + selected(p.Topic, "topic", "topics") + " in " + selected(p.Cache, "cache", "caches")
	case "function":
		return verb(p) + " " + selected(p.Function, "function", "functions") + " in " + selected(p.Cache, "cache", "caches")
	case credential.Unknown, "":
		return "something this version does not know"
	}
	words := verb(p) + " " + managed(p.Resource)
	if p.Full() {
		// Who may do this may get everything else.
		words += " (as good as everything in the account)"
	}
	return words
}

// managed names what a permission of the account is about.
func managed(resource string) string {
	switch resource {
	case "account":
		return "the account"
	case "auth":
		return "keys and tokens"
	case "resource":
		return "resources"
	}
	return redact.Name(resource)
}

// Branch is what a scope allows in one place: a cache, a store, the account.
type Branch struct {
	// Name is the place, e.g. "cache orders", "all caches", "the account".
	Name string
	// Leaves say what is allowed there, e.g. "read all items".
	Leaves []string
}

// ScopeTree puts the permissions of a scope in words, place by place, in the
// order of their first appearance.
func ScopeTree(s credential.Scope) []Branch {
	var tree []Branch
	for _, p := range s.Permissions {
		name, leaf := place(p)
		i := slices.IndexFunc(tree, func(b Branch) bool { return b.Name == name })
		if i < 0 {
			i = len(tree)
			tree = append(tree, Branch{Name: name})
		}
		tree[i].Leaves = append(tree[i].Leaves, leaf)
	}
	return tree
}

// place splits a permission into where and what.
func place(p credential.Permission) (name, leaf string) {
	switch p.Resource {
	case "cache", "store", "database":
		return selected(p.Cache, p.Resource, p.Resource+"s"), verb(p) + " " + selected(p.Item, "item", "items")
	case "topic":
		return selected(p.Cache, "cache", "caches"), verb(p) + " " + selected(p.Topic, "topic", "topics")
	case "function":
		return selected(p.Cache, "cache", "caches"), verb(p) + " " + selected(p.Function, "function", "functions")
	case credential.Unknown, "":
		return "elsewhere", PermissionWords(p)
	}
	return "the account", PermissionWords(p)
}

// verbs are the roles of caches, stores and everything that is not a topic;
// topicVerbs those that read better for topics.
var (
	verbs = map[string]string{
		"read-write": "read and write", "read-only": "read", "write-only": "write",
		"invoke": "invoke", "list": "list", "none": "nothing in",
	}
	topicVerbs = map[string]string{
		"read-write": "publish and subscribe to", "read-only": "subscribe to", "write-only": "publish to",
	}
)

// listSuffix is what a role carries that allows listing next to its own verbs.
const listSuffix = "+list"

func verb(p credential.Permission) string {
	role, list := strings.CutSuffix(p.Role, listSuffix)
	words, ok := "", false
	if p.Resource == "topic" {
		words, ok = topicVerbs[role]
	}
	if !ok {
		words, ok = verbs[role]
	}
	switch {
	case !ok && (role == "" || role == credential.Unknown):
		words = "use in an unknown way"
	case !ok:
		words = redact.Name(role)
	}
	if list {
		return "list, " + words
	}
	return words
}

func plural(p credential.Permission) string {
	switch p.Resource {
	case "cache", "store", "database":
		if p.Item != "" && p.Item != "*" {
			return "sets of items"
		}
		return p.Resource + "s"
	case "topic", "function":
		return p.Resource + "s"
	case credential.Unknown, "":
		return "unknown resources"
	}
	return "rules of " + managed(p.Resource)
}

func selected(selector, one, many string) string {
	switch {
	case selector == "*" || selector == "":
		return "all " + many
	case selector == credential.Unknown:
		return "unknown " + many
	case strings.HasSuffix(selector, "*"):
		return many + " " + redact.Name(selector)
	}
	return one + " " + redact.Name(selector)
}

// ExpiryWords says when something ends, seen from now: "never", "in 12 days",
// "3 hours ago" or "unknown".
func ExpiryWords(e credential.Expiry, at, now time.Time) string {
	switch e {
	case credential.ExpiryNever:
		return "never"
	case credential.ExpiryAt:
		return RelativeWords(at, now)
	}
	return "unknown"
}

// EndWords is ExpiryWords for a credential that has ended, or has not, whatever
// the clock says.
func EndWords(e credential.Expiry, at, now time.Time, status Status) string {
	switch ended := status.Ended(at, now); {
	case e != credential.ExpiryAt:
	case ended && now.Before(at):
		now = at
	case !ended && !now.Before(at):
		return "about now"
	}
	return ExpiryWords(e, at, now)
}

// RelativeWords returns a time as seen from now: "in 12 days", "3 hours ago".
func RelativeWords(at, now time.Time) string {
	if !now.Before(at) {
		return DurationWords(now.Sub(at)) + " ago"
	}
	return "in " + DurationWords(at.Sub(now))
}

const (
	day   = 24 * time.Hour
	month = 30*day + 10*time.Hour // a twelfth of a year, to the hour
	year  = 365 * day
)

// DurationWords returns a duration in its largest fitting unit, rounded down
// ("12 days"), so that nobody is promised more time than there is. The sign is
// ignored.
func DurationWords(d time.Duration) string {
	if d < 0 {
		d = -max(d, -1<<63+1)
	}
	for _, u := range []struct {
		from, unit time.Duration
		name       string
	}{
		{2 * year, year, "year"},
		{2 * month, month, "month"},
		{2 * day, day, "day"},
		{time.Hour, time.Hour, "hour"},
		{time.Minute, time.Minute, "minute"},
	} {
		if d < u.from {
			continue
		}
		if n := int64(d / u.unit); n != 1 {
			return strconv.FormatInt(n, 10) + " " + u.name + "s"
		}
		return "1 " + u.name
	}
	return "less than a minute"
}
