package hook

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/internal/atomicfile"
	"github.com/momentolint/momentolint/internal/gitcmd"
	"github.com/momentolint/momentolint/internal/userfile"
)

// remote is a remote of git's configuration.
type remote struct {
	name string
	// url is what git fetches from, as configured; rewritten is what remains of
	// it after url.*.insteadOf.
	url, rewritten string
	// tracking are the patterns of the remote-tracking refs: the destinations of
	// the refspecs, with the sources.
	tracking []refspec
}

// refspec is a refspec of a fetch.
type refspec struct{ from, to string }

// match returns the part of a name that the * of a pattern matches; "" and true if
// there is no * in it.
func match(pattern, name string) (star string, ok bool) {
	before, after, wild := strings.Cut(pattern, "*")
	if !wild {
		return "", pattern == name
	}
	if len(name) < len(before)+len(after) || !strings.HasPrefix(name, before) || !strings.HasSuffix(name, after) {
		return "", false
	}
	return name[len(before) : len(name)-len(after)], true
}

// tracks reports whether a ref is one of the remote's remote-tracking refs.
func (r *remote) tracks(ref string) bool {
	return slices.ContainsFunc(r.tracking, func(s refspec) bool {
		_, ok := match(s.to, ref)
		return ok
	})
}

// trackingRef returns the remote-tracking ref for a ref of the remote, "" if
// there is none.
func (r *remote) trackingRef(ref string) string {
	for _, s := range r.tracking {
		if star, ok := match(s.from, ref); ok {
			return strings.Replace(s.to, "*", star, 1)
		}
	}
	return ""
}

// parseRemotes parses what git config -z prints about remotes and insteadOf.
func parseRemotes(out string) []*remote {
	var remotes []*remote
	named := func(name string) *remote {
		i := slices.IndexFunc(remotes, func(r *remote) bool { return r.name == name })
		if i < 0 {
			i, remotes = len(remotes), append(remotes, &remote{name: name})
		}
		return remotes[i]
	}
	var bases []refspec
	for entry := range strings.SplitSeq(out, "\x00") {
		key, value, _ := strings.Cut(entry, "\n")
		section, rest, _ := strings.Cut(key, ".")
		dot := strings.LastIndexByte(rest, '.')
		if dot < 0 || value == "" {
			continue
		}
		name := rest[:dot]
		switch section + "." + rest[dot+1:] {
		case "remote.url":
			// Of several, git fetches from the first.
			if r := named(name); r.url == "" {
				r.url = value
			}
		case "remote.fetch":
			from, to, _ := strings.Cut(strings.TrimPrefix(value, "+"), ":")
			// Other refs, like the branches of a mirror, change without a fetch.
			if strings.HasPrefix(to, "refs/remotes/") {
				r := named(name)
				r.tracking = append(r.tracking, refspec{from, to})
			}
		case "url.insteadof":
			bases = append(bases, refspec{value, name})
		}
	}
	for _, r := range remotes {
		r.rewritten = rewrite(r.url, bases)
	}
	return remotes
}

// rewrite applies url.*.insteadOf, of which the longest counts.
func rewrite(url string, bases []refspec) string {
	var longest refspec
	for _, b := range bases {
		if strings.HasPrefix(url, b.from) && len(b.from) > len(longest.from) {
			longest = b
		}
	}
	return longest.to + url[len(longest.from):]
}

// receivers are the remotes of a repository and what is known of their
// remote-tracking refs.
type receivers struct {
	git     *gitcmd.Git
	common  string
	remotes []*remote
	// refs are the remote-tracking refs with their ids.
	refs map[string]string
	record
}

// knowRemotes records which URLs the remote-tracking refs of the repository at dir
// are about, so that a push after "git remote set-url" is scanned whole.
func knowRemotes(ctx context.Context, dir string) error {
	r, err := openReceivers(ctx, dir)
	if err != nil {
		return err
	}
	r.meet("")
	r.save()
	return nil
}

// forgetRemotes removes the record.
func forgetRemotes(ctx context.Context, dir string) error {
	r, err := openReceivers(ctx, dir)
	if err != nil {
		return err
	}
	_ = os.Remove(r.file())
	_ = os.Remove(filepath.Dir(r.file())) // unless something else is in it
	return nil
}

// record is kept in the repository, because git does not record which URL its
// remote-tracking refs are about: "git remote set-url" keeps those of the URL
// before.
type record struct {
	// URLs are digests of the remotes' URLs, which may contain passwords, by name.
	URLs map[string]string `json:"urls"`
	// Stale are remote-tracking refs that were fetched from another URL, with
	// their ids of then: a ref that has another id was fetched since.
	Stale map[string]string `json:"stale"`
}

func digest(url string) string {
	sum := sha256.Sum256([]byte(url))
	return hex.EncodeToString(sum[:])
}

// openReceivers reads the remotes of the repository at dir.
func openReceivers(ctx context.Context, dir string) (*receivers, error) {
	g, err := gitcmd.New(gitcmd.Options{Kind: gitcmd.Own, Dir: dir})
	if err != nil {
		return nil, err
	}
	r := &receivers{git: g, refs: map[string]string{}, record: record{map[string]string{}, map[string]string{}}}
	out, err := g.Output(ctx, "config", "-z", "--get-regexp", `^(remote\..*\.(url|fetch)|url\..*\.insteadof)$`)
	if err != nil && gitcmd.ExitCode(err) != 1 { // 1: there are none
		return nil, err
	}
	r.remotes = parseRemotes(string(out))
	if out, err = g.Output(ctx, "rev-parse", "--git-common-dir"); err != nil {
		return nil, err
	}
	if r.common = filepath.FromSlash(strings.TrimSuffix(string(out), "\n")); !filepath.IsAbs(r.common) {
		r.common = filepath.Join(dir, r.common)
	}
	// A symbolic ref, like a remote's HEAD, is one of the others.
	out, err = g.Output(ctx, "for-each-ref", "--format=%(objectname) %(refname) %(symref)", "refs/remotes/")
	if err != nil {
		return nil, err
	}
	for line := range strings.SplitSeq(string(out), "\n") {
		if f := strings.Fields(line); len(f) == 2 {
			r.refs[f[1]] = f[0]
		}
	}
	r.load()
	return r, nil
}

// maxRecord bounds the record's size: a line for each remote-tracking ref.
const maxRecord = 64 << 20

func (r *receivers) file() string { return filepath.Join(r.common, "momentolint", "remotes.json") }

// load reads the record. One that cannot be read is as good as none.
func (r *receivers) load() {
	data, err := userfile.Read(r.file(), maxRecord)
	if err != nil {
		return
	}
	var known record
	if json.Unmarshal(data, &known) != nil {
		return
	}
	maps.Copy(r.URLs, known.URLs)
	for ref, id := range known.Stale {
		if r.refs[ref] == id {
			r.Stale[ref] = id
		}
	}
}

// save writes the record, if it differs from the one in the file. It is a help
// and no more: without it less is known.
func (r *receivers) save() {
	data, err := json.MarshalIndent(r.record, "", "\t")
	if err != nil || len(r.URLs) == 0 {
		return
	}
	data = append(data, '\n')
	if old, err := userfile.Read(r.file(), maxRecord); err == nil && bytes.Equal(old, data) {
		return
	}
	if os.MkdirAll(filepath.Dir(r.file()), 0o755) == nil {
		_ = atomicfile.WriteBytes(r.file(), atomicfile.Private, data)
	}
}

// mark records that the refs of a remote are about another URL.
func (r *receivers) mark(m *remote) {
	for ref, id := range r.refs {
		if m.tracks(ref) {
			r.Stale[ref] = id
		}
	}
}

// clonedFrom returns the URL that a remote's refs were cloned from, as far as the
// reflog says, without a password.
func (r *receivers) clonedFrom(m *remote) string {
	text, err := userfile.Read(filepath.Join(r.common, "logs", "refs", "remotes", filepath.FromSlash(m.name), "HEAD"), userfile.Small)
	if err != nil || !filepath.IsLocal(filepath.FromSlash(m.name)) {
		return ""
	}
	first, _, _ := strings.Cut(string(text), "\n")
	_, url, _ := strings.Cut(first, "\tclone: from ")
	return url
}

// meet records the URLs of remotes that are new, and what it means that a remote
// to be pushed to has another URL than before. url is the one that is pushed to.
func (r *receivers) meet(url string) {
	for _, m := range r.remotes {
		known, now := r.URLs[m.name], digest(m.rewritten)
		switch {
		case known == "":
			if from := r.clonedFrom(m); from != "" && from != anonymous(m.url) && from != anonymous(m.rewritten) {
				r.mark(m)
			}
		case known == now, m.rewritten != url:
			continue
		default:
			r.mark(m)
		}
		r.URLs[m.name] = now
	}
}

// anonymous returns a URL without user and password, as reflogs have it.
func anonymous(url string) string {
	scheme, rest, ok := strings.Cut(url, "://")
	if !ok {
		return url
	}
	host, path, _ := strings.Cut(rest, "/")
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		return scheme + "://" + host[at+1:] + "/" + path
	}
	return url
}

// at returns the remotes that fetch from a URL.
func (r *receivers) at(url string) []*remote {
	var list []*remote
	for _, m := range r.remotes {
		if m.rewritten == url {
			list = append(list, m)
		}
	}
	return list
}

// contradicted reports whether the receiving repository lacks a ref that its
// remote-tracking refs say it has: then it may be another one than it was.
func (r *receivers) contradicted(url string, updates []Update) bool {
	for _, m := range r.at(url) {
		for _, u := range updates {
			if _, tracked := r.refs[m.trackingRef(u.RemoteRef)]; tracked && u.RemoteID == "" {
				return true
			}
		}
	}
	return false
}

// known returns the objects that the repository at a URL is known to have: those
// of remote-tracking refs that belong to remotes with exactly that URL and to no
// other. sure is false if some of them belong to another repository, or to what
// was at the URL before.
func (r *receivers) known(url string, updates []Update) (ids []string, sure bool) {
	own := r.at(url)
	isNew := slices.ContainsFunc(own, func(m *remote) bool { return r.URLs[m.name] == "" })
	r.meet(url)
	defer r.save()
	for _, u := range updates {
		for _, m := range own {
			// The repository itself says that the ref is right.
			if ref := m.trackingRef(u.RemoteRef); u.RemoteID != "" && r.Stale[ref] == u.RemoteID {
				delete(r.Stale, ref)
			}
		}
	}
	if r.contradicted(url, updates) {
		if isNew {
			for _, m := range own {
				r.mark(m)
			}
		}
		return nil, false
	}
	sure = true
	for ref, id := range r.refs {
		owners := 0
		foreign := false
		for _, m := range r.remotes {
			if m.tracks(ref) {
				owners++
				foreign = foreign || m.rewritten != url
			}
		}
		switch {
		case owners == 0 || foreign:
		case r.Stale[ref] == id:
			sure = false
		default:
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), sure
}
