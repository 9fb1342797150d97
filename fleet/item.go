package fleet

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/momentolint/momentolint/internal/redact"
)

// Target is a repository to scan.
type Target struct {
	// Name is what reports call it: findings' files begin with it.
	Name string
	// URL is the clone URL, or the absolute path of a repository on the
	// workers' computer, which is scanned where it is.
	URL string
}

// ParseTarget reads a clone URL (https, ssh, git, file, or scp's
// host:path) or a path, which may be relative to the present directory.
//
// URLs that hold a password or token are refused, and so are paths with the
// shape of a credential in them: they would rest in the server's files. git's
// credential helpers are the place for these.
func ParseTarget(text string) (Target, error) {
	t, err := parseTarget(strings.TrimSpace(text))
	if err == nil && redact.Credentials(t.URL) != t.URL {
		return Target{}, errors.New("a credential in the name, which the queue would keep: rename it, or use momentolint scan --history")
	}
	return t, err
}

func parseTarget(text string) (Target, error) {
	if text == "" || strings.HasPrefix(text, "-") || strings.ContainsAny(text, "\x00\n\r") {
		return Target{}, fmt.Errorf("%q is neither a clone URL nor a path", text)
	}
	if scheme, _, ok := strings.Cut(text, "://"); ok {
		return urlTarget(strings.ToLower(scheme), text)
	}
	// ext::command and its like have git run something.
	if strings.Contains(text, "::") {
		return Target{}, fmt.Errorf("%q: remote helpers are not used", text)
	}
	// As git tells: a colon before the first slash means a host, except for a
	// drive of Windows.
	if host, rest, ok := strings.Cut(text, ":"); ok && !strings.ContainsAny(host, `/\`) && len(host) > 1 {
		if before, _, _ := strings.Cut(rest, "/"); strings.Contains(before, "@") {
			// user:password@host, of a URL whose scheme was left out.
			return Target{}, errors.New("a clone URL without its scheme, and with a password or token: let git's credential helper supply it")
		}
		if strings.HasPrefix(host, "-") || strings.HasPrefix(rest, "-") {
			return Target{}, fmt.Errorf("%q is not a clone URL", text)
		}
		_, name, found := strings.Cut(host, "@")
		if !found {
			name = host
		}
		return Target{Name: repositoryName(name, rest), URL: text}, nil
	}
	absolute, err := filepath.Abs(text)
	if err != nil {
		return Target{}, fmt.Errorf("finding %s: %w", text, err)
	}
	name := filepath.ToSlash(filepath.Clean(text))
	if name == "." || strings.HasPrefix(name, "..") {
		name = filepath.Base(absolute)
	}
	return Target{Name: name, URL: absolute}, nil
}

// Distinct returns repositories of one name their whole URL for a name: nothing
// else in a report would tell them apart.
func Distinct(targets []Target) []Target {
	ids := map[string]string{}
	shared := map[string]bool{}
	for _, t := range targets {
		id := (&item{URL: t.URL}).id()
		if other, ok := ids[t.Name]; ok && other != id {
			shared[t.Name] = true
		}
		ids[t.Name] = id
	}
	distinct := slices.Clone(targets)
	for i := range distinct {
		if t := &distinct[i]; shared[t.Name] {
			t.Name = filepath.ToSlash(t.URL)
		}
	}
	return distinct
}

func urlTarget(scheme, text string) (Target, error) {
	u, err := url.Parse(text)
	if err != nil {
		// The library's error quotes the URL, which may hold a password.
		return Target{}, errors.New("invalid clone URL")
	}
	password := false
	if u.User != nil {
		_, password = u.User.Password()
	}
	// A name alone is a token in https, and the login in ssh.
	if password || u.User != nil && strings.HasPrefix(scheme, "http") {
		return Target{}, fmt.Errorf("the URL of %s holds a password or token: let git's credential helper supply it", repositoryName(u.Host, u.Path))
	}
	switch scheme {
	case "https", "http", "ssh", "git", "git+ssh", "ssh+git":
		if u.Host == "" || strings.HasPrefix(u.Host, "-") {
			return Target{}, fmt.Errorf("%q names no host", text)
		}
	case "file":
		return Target{Name: repositoryName("", u.Path), URL: text}, nil
	default:
		return Target{}, fmt.Errorf("%q: nothing is cloned over %s", text, scheme)
	}
	u.Fragment, u.RawQuery = "", ""
	if strings.HasPrefix(scheme, "http") {
		u.Host = strings.ToLower(u.Host) // ssh has names of its own for hosts
	}
	return Target{Name: repositoryName(u.Hostname(), u.Path), URL: u.String()}, nil
}

// repositoryName is host and path without what does not tell repositories apart.
func repositoryName(host, p string) string {
	p = strings.TrimSuffix(strings.TrimSuffix(path.Clean("/"+filepath.ToSlash(p)), "/"), ".git")
	return strings.TrimPrefix(strings.ToLower(host)+p, "/")
}

// host is the computer that a clone comes from, "" for a path.
func (t *Target) host() string {
	if t.isPath() {
		return ""
	}
	if u, err := url.Parse(t.URL); err == nil && u.Scheme != "" && strings.Contains(t.URL, "://") {
		return strings.ToLower(u.Hostname())
	}
	host, _, _ := strings.Cut(t.URL, ":")
	_, name, found := strings.Cut(host, "@")
	if !found {
		name = host
	}
	return strings.ToLower(name)
}

func (t *Target) isPath() bool { return filepath.IsAbs(t.URL) }

// item is one piece of work: a repository, or a range of its objects. It is
// what a message of the stream holds.
type item struct {
	Name string `json:"name"`
	URL  string `json:"url"`
	// Part and Parts: see scanner.History.
	Part  int `json:"part,omitempty"`
	Parts int `json:"parts,omitempty"`
}

// id names an item in subjects and keys. Two URLs of one repository that
// differ only in what does not matter to the services that host it have one id.
// Of paths everything matters: api and api.git may lie side by side.
func (i *item) id() string {
	name := i.URL
	if t := i.target(); t.host() != "" {
		name = strings.TrimSuffix(strings.TrimSuffix(name, "/"), ".git")
	}
	sum := sha256.Sum256([]byte(name))
	id := hex.EncodeToString(sum[:12])
	if i.Parts > 1 {
		id += "-" + strconv.Itoa(i.Part) + "-" + strconv.Itoa(i.Parts)
	}
	return id
}

// whole is the item of the repository that a part belongs to.
func (i *item) whole() *item { return &item{Name: i.Name, URL: i.URL} }

func (i *item) target() Target { return Target{Name: i.Name, URL: i.URL} }

// String names the item for people.
func (i *item) String() string {
	if i.Parts > 1 {
		return fmt.Sprintf("%s (part %d of %d)", i.Name, i.Part+1, i.Parts)
	}
	return i.Name
}
