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
	// Name is its name in reports, where the paths of findings begin with it.
	Name string
	// URL is the clone URL, or the absolute path of a repository on the workers'
	// computer, which is scanned in place.
	URL string
}

// ParseTarget parses a clone URL (https, ssh, git, file, or scp's host:path) or a
// path, which may be relative to the current directory.
//
// It rejects URLs with a password or token and paths that contain a credential,
// since the server's files would keep them. Passwords belong in git's credential
// helpers.
func ParseTarget(text string) (Target, error) {
	t, err := parseTarget(strings.TrimSpace(text))
	if err == nil && redact.Credentials(t.URL) != t.URL {
		return Target{}, errors.New("the name contains a credential, which the queue would store: rename the repository, or use momentolint scan --history")
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
	// ext::command and the like make git run a program.
	if strings.Contains(text, "::") {
		return Target{}, fmt.Errorf("%q: remote helpers are not supported", text)
	}
	// As in git, a colon before the first slash ends a host, except in the drive
	// of a Windows path.
	if host, rest, ok := strings.Cut(text, ":"); ok && !strings.ContainsAny(host, `/\`) && len(host) > 1 {
		if before, _, _ := strings.Cut(rest, "/"); strings.Contains(before, "@") {
			// user:password@host, a URL without its scheme.
			return Target{}, errors.New("a clone URL without a scheme contains a password or token: use git's credential helper instead")
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

// Distinct returns the targets, in which repositories with the same name are named
// by their URL, to be distinguishable in reports.
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
		// The library's error quotes the URL, which may contain a password.
		return Target{}, errors.New("invalid clone URL")
	}
	password := false
	if u.User != nil {
		_, password = u.User.Password()
	}
	// A user name alone is a token in https, and a login in ssh.
	if password || u.User != nil && strings.HasPrefix(scheme, "http") {
		return Target{}, fmt.Errorf("the URL of %s contains a password or token: use git's credential helper instead", repositoryName(u.Host, u.Path))
	}
	switch scheme {
	case "https", "http", "ssh", "git", "git+ssh", "ssh+git":
		if u.Host == "" || strings.HasPrefix(u.Host, "-") {
			return Target{}, fmt.Errorf("%q has no host", text)
		}
	case "file":
		return Target{Name: repositoryName("", u.Path), URL: text}, nil
	default:
		return Target{}, fmt.Errorf("%q: unsupported URL scheme %s", text, scheme)
	}
	u.Fragment, u.RawQuery = "", ""
	if strings.HasPrefix(scheme, "http") {
		u.Host = strings.ToLower(u.Host) // ssh has aliases for hosts
	}
	return Target{Name: repositoryName(u.Hostname(), u.Path), URL: u.String()}, nil
}

// repositoryName returns host and path, without what does not distinguish
// repositories.
func repositoryName(host, p string) string {
	p = strings.TrimSuffix(strings.TrimSuffix(path.Clean("/"+filepath.ToSlash(p)), "/"), ".git")
	return strings.TrimPrefix(strings.ToLower(host)+p, "/")
}

// host returns the computer that a clone comes from, "" for a path.
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

// item is one unit of work, a repository or a range of its objects. It is the
// content of a message of the stream.
type item struct {
	Name string `json:"name"`
	URL  string `json:"url"`
	// Part and Parts: see scanner.History.
	Part  int `json:"part,omitempty"`
	Parts int `json:"parts,omitempty"`
}

// id identifies an item in subjects and keys. URLs that hosting services take for
// the same repository have the same id. Of paths everything matters: api and
// api.git may be in the same directory.
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

// whole returns the item of the repository that a part belongs to.
func (i *item) whole() *item { return &item{Name: i.Name, URL: i.URL} }

func (i *item) target() Target { return Target{Name: i.Name, URL: i.URL} }

// String returns the name of the item for reports and logs.
func (i *item) String() string {
	if i.Parts > 1 {
		return fmt.Sprintf("%s (part %d of %d)", i.Name, i.Part+1, i.Parts)
	}
	return i.Name
}
