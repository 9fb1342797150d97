package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/git/odb"
	"github.com/momentolint/momentolint/internal/gitcmd"
)

// Change is one thing that a commit, a push or the index adds: a file's new
// content, or a message.
type Change struct {
	// Commit is the commit that it is a part of, or the tag whose message it is.
	// nil for staged files and pushed objects that are in no commit. The Subject
	// is as written.
	Commit *finding.Commit
	// Seq counts the commits of a range in topological order, parents first.
	Seq int
	// Path is the file's name, slash-separated from the top of the repository;
	// "" for messages and for blobs without a name.
	Path string
	// Object is the new content: a blob, or the commit or tag whose message it
	// is, whole. Its data is valid during the visit only.
	*Object

	before func(ctx context.Context) iter.Seq2[*Object, error]
}

// IsMessage tells a commit or tag, of which the message is new.
func (c *Change) IsMessage() bool { return c.Type == Commit || c.Type == Tag }

// Before gives the earlier versions of the file: those of the commit's parents
// at the same path, and, for a file that is new there, the files that the
// commit removed elsewhere, one of which may have been moved. What was in one
// of them was not added by this change. It may be called during the visit only
// and reads the versions one by one, so ask when there is something to drop.
func (c *Change) Before(ctx context.Context) iter.Seq2[*Object, error] {
	if c.before == nil {
		return func(func(*Object, error) bool) {}
	}
	return c.before(ctx)
}

// RangeStats is how much Range, RangeOf and Staged looked at.
type RangeStats struct {
	Commits, Files, Messages, Bytes int64
}

// Commits names commits as hooks and workflows do.
type Commits struct {
	// Include are revisions: their commits count. A tag's own message counts, too,
	// and a tag of a file or folder.
	Include []string
	// Exclude are revisions whose commits do not count.
	Exclude []string
	// Lenient leaves out those of Exclude that the repository does not know, as
	// a pre-push hook needs: the remote may have what is unknown here.
	Lenient bool
	// AsSent takes commits as a push sends them: what replaces them here, and
	// grafts, does not count.
	AsSent bool
	// Remote leaves out what the remote-tracking refs of a remote reach, or
	// AllRemotes what those of any do (git's --not --remotes).
	Remote     string
	AllRemotes bool
}

func (c Commits) String() string {
	var b strings.Builder
	b.WriteString(strings.Join(c.Include, " "))
	if len(c.Exclude) > 0 {
		b.WriteString(" --not " + strings.Join(c.Exclude, " "))
	}
	switch {
	case c.AllRemotes:
		b.WriteString(" --not --remotes")
	case c.Remote != "":
		b.WriteString(" --not --remotes=" + c.Remote)
	}
	return strings.TrimSpace(b.String())
}

// Range calls visit for everything that the commits of a range added: files
// that differ from those of every parent, and messages. The range is what git
// log takes: A..B, A...B, A^!, a single revision for all that leads to it, or
// several of them with blanks between: revisions, ^revisions, --not, which
// turns the meaning of those behind it round, --remotes and --remotes=NAME.
//
// The error for a range that cannot be scanned is a [RangeError]. An empty
// range is an error, too: a caller for whom it is none can tell.
func (r *Repo) Range(ctx context.Context, spec string, visit func(worker int, c *Change) error) (RangeStats, error) {
	words := strings.Fields(spec)
	if len(words) == 0 || len(words) == 1 && spec[0] == '-' || strings.ContainsAny(spec, "\x00\n") {
		return RangeStats{}, invalidRange(spec, "it is not a range of commits")
	}
	if len(words) > 1 {
		c, err := parseCommits(spec, words)
		if err != nil {
			return RangeStats{}, err
		}
		stats, err := r.RangeOf(ctx, c, visit)
		var wrong *RangeError
		if errors.As(err, &wrong) && wrong.Same {
			// Whoever writes it by hand may have mixed something up.
			return stats, emptyRange(spec, false)
		}
		return stats, err
	}
	from, to, sep := splitRange(spec)
	ends := []string{to}
	if sep != "" {
		ends = []string{from, to}
	}
	lines := []string{spec}
	if sep != "" || !strings.ContainsAny(spec, "^@") {
		found, err := r.resolve(ctx, r.git, ends)
		if err != nil {
			return RangeStats{}, err
		}
		for i, f := range found {
			switch {
			case isZeroID(ends[i]):
				return RangeStats{}, zeroID(spec, ends[i])
			case f.commit.IsZero():
				return RangeStats{}, unknownRevision(spec, ends[i], r.shallow)
			}
		}
		switch sep {
		case "..":
			lines = []string{found[1].commit.String(), "^" + found[0].commit.String()}
		case "...":
			lines = []string{found[0].commit.String() + "..." + found[1].commit.String()}
		default:
			lines = []string{found[0].commit.String()}
		}
		if len(found) == 2 && found[0].commit == found[1].commit {
			return RangeStats{}, emptyRange(spec, true)
		}
	}
	commits, err := r.listCommits(ctx, r.git, spec, lines, false)
	if err != nil {
		return RangeStats{}, err
	}
	if len(commits) == 0 {
		return RangeStats{}, emptyRange(spec, false)
	}
	return r.scanCommits(ctx, commits, nil, visit)
}

// RangeOf is Range for commits named one by one.
func (r *Repo) RangeOf(ctx context.Context, c Commits, visit func(worker int, c *Change) error) (RangeStats, error) {
	spec := c.String()
	revs := slices.Concat(c.Include, c.Exclude)
	if len(c.Include) == 0 {
		return RangeStats{}, emptyRange(spec, true)
	}
	for _, rev := range revs {
		if rev == "" || strings.ContainsAny(rev, "\x00\n") {
			return RangeStats{}, invalidRange(rev, "it is not a revision")
		}
	}
	git := r.git
	if c.AsSent {
		git = git.NoReplace()
	}
	found, err := r.resolve(ctx, git, revs)
	if err != nil {
		return RangeStats{}, err
	}
	var lines []string
	var extra []resolved
	for i, f := range found {
		include := i < len(c.Include)
		if include && !f.id.IsZero() {
			if f.kind != odb.Commit {
				extra = append(extra, f)
			}
			if f.commit.IsZero() {
				continue
			}
		}
		switch {
		case !include && c.Lenient && f.commit.IsZero():
		case isZeroID(revs[i]):
			return RangeStats{}, zeroID(spec, revs[i])
		case f.commit.IsZero():
			return RangeStats{}, unknownRevision(spec, revs[i], r.shallow)
		case include:
			lines = append(lines, f.commit.String())
		default:
			lines = append(lines, "^"+f.commit.String())
		}
	}
	if c.AllRemotes || c.Remote != "" {
		known, err := r.remoteTips(ctx, c)
		if err != nil {
			return RangeStats{}, err
		}
		lines = append(lines, known...)
	}
	var commits []rangeCommit
	if slices.ContainsFunc(lines, func(l string) bool { return l[0] != '^' }) {
		if commits, err = r.listCommits(ctx, git, spec, lines, c.Lenient); err != nil {
			return RangeStats{}, err
		}
	}
	if len(commits) == 0 && len(extra) == 0 {
		return RangeStats{}, nothingNew(spec)
	}
	return r.scanCommits(ctx, commits, extra, visit)
}

// parseCommits reads a range of several words.
func parseCommits(spec string, words []string) (Commits, error) {
	var c Commits
	not := false
	for _, word := range words {
		name, isRemote := strings.CutPrefix(word, "--remotes")
		remote, named := strings.CutPrefix(name, "=")
		rev, negated := strings.CutPrefix(word, "^")
		from, to, sep := splitRange(rev)
		switch {
		case word == "--not":
			not = !not
		case isRemote && (name == "" || named && remote != "") && not:
			if c.Remote != "" && c.Remote != remote {
				return c, invalidRange(spec, "it names more than one remote")
			}
			c.AllRemotes, c.Remote = c.AllRemotes || name == "", remote
		case strings.HasPrefix(word, "-"):
			return c, invalidRange(spec, fmt.Sprintf("%s is not understood (--not and, behind it, --remotes and --remotes=NAME are)", word))
		case sep == "...":
			return c, invalidRange(spec, "A...B cannot be combined with other revisions")
		case sep == ".." && not == negated:
			c.Include, c.Exclude = append(c.Include, to), append(c.Exclude, from)
		case sep == "..":
			c.Include, c.Exclude = append(c.Include, from), append(c.Exclude, to)
		case not != negated:
			c.Exclude = append(c.Exclude, rev)
		default:
			c.Include = append(c.Include, rev)
		}
	}
	if len(c.Include) == 0 {
		return c, invalidRange(spec, "it names no commits that count")
	}
	return c, nil
}

// splitRange takes A..B and A...B apart; a missing end is HEAD.
func splitRange(spec string) (from, to, sep string) {
	for _, sep := range []string{"...", ".."} {
		if from, to, ok := strings.Cut(spec, sep); ok {
			if from == "" {
				from = "HEAD"
			}
			if to == "" {
				to = "HEAD"
			}
			return from, to, sep
		}
	}
	return "", spec, ""
}

func isZeroID(rev string) bool {
	return (len(rev) == 40 || len(rev) == 64) && strings.Trim(rev, "0") == ""
}

// resolved is what a revision stands for. commit is the zero value if it is
// unknown or leads to something else.
type resolved struct {
	id, commit OID
	kind       odb.Type
}

// resolve asks git what revisions stand for. They are given on standard input,
// where none can be taken for an option.
func (r *Repo) resolve(ctx context.Context, git *gitcmd.Git, revs []string) ([]resolved, error) {
	var in bytes.Buffer
	for _, rev := range revs {
		_, _ = fmt.Fprintf(&in, "%s\n%s^{commit}\n", rev, rev)
	}
	out, err := git.Pipe(ctx, in.Bytes(), "cat-file", "--batch-check=%(objectname) %(objecttype)")
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(lines) != 2*len(revs) {
		return nil, fmt.Errorf("git cat-file: %d lines for %d revisions", len(lines), len(revs))
	}
	all := make([]resolved, len(revs))
	for i := range revs {
		all[i].id, all[i].kind = parseCheck(lines[2*i])
		all[i].commit, _ = parseCheck(lines[2*i+1])
	}
	return all, nil
}

// parseCheck reads "id type"; anything else says that there is no such object.
func parseCheck(line string) (OID, odb.Type) {
	hex, kind, _ := strings.Cut(line, " ")
	id, err := odb.ParseOID(hex)
	if err != nil {
		return OID{}, 0
	}
	t, err := odb.ParseType(kind)
	if err != nil {
		return OID{}, 0
	}
	return id, t
}

// remoteTips gives what remotes have, as far as is known here, as exclusions.
func (r *Repo) remoteTips(ctx context.Context, c Commits) ([]string, error) {
	out, err := r.git.Output(ctx, "for-each-ref", "--format=%(objectname) %(refname)", "refs/remotes/")
	if err != nil {
		return nil, err
	}
	var lines []string
	for line := range strings.SplitSeq(string(out), "\n") {
		hex, name, ok := strings.Cut(line, " ")
		if ok && (c.AllRemotes || strings.HasPrefix(name, "refs/remotes/"+c.Remote+"/")) {
			lines = append(lines, "^"+hex)
		}
	}
	return lines, nil
}

// rangeCommit is a commit as git was asked for it: with what replaced objects
// and grafts say, or without.
type rangeCommit struct {
	id, tree OID
	parents  []OID
}

// listCommits gives the commits of a range, parents first.
func (r *Repo) listCommits(ctx context.Context, git *gitcmd.Git, spec string, lines []string, lenient bool) ([]rangeCommit, error) {
	args := []string{"rev-list", "--topo-order", "--reverse", "--format=%T %P"}
	if lenient {
		args = append(args, "--ignore-missing")
	}
	out, err := git.Pipe(ctx, []byte(strings.Join(lines, "\n")+"\n"), append(args, "--stdin")...)
	if err != nil {
		var failed *gitcmd.Error
		if errors.As(err, &failed) && strings.Contains(failed.Stderr, "bad revision") {
			return nil, unknownRevision(spec, spec, r.shallow)
		}
		return nil, err
	}
	w, err := r.readRewrites(nil)
	if err != nil {
		return nil, err
	}
	var commits []rangeCommit
	for line := range strings.SplitSeq(string(out), "\n") {
		if hex, ok := strings.CutPrefix(line, "commit "); ok {
			id, err := odb.ParseOID(hex)
			if err != nil {
				return nil, err
			}
			commits = append(commits, rangeCommit{id: id})
			if w.shallow[id] {
				return nil, shallowRange(spec, hex)
			}
			continue
		}
		for i, hex := range strings.Fields(line) {
			id, err := odb.ParseOID(hex)
			if err != nil {
				return nil, err
			}
			last := &commits[len(commits)-1]
			if i == 0 {
				last.tree = id
			} else {
				last.parents = append(last.parents, id)
			}
		}
	}
	return commits, nil
}

// rangeScan is one run over commits.
type rangeScan struct {
	repo  *Repo
	visit func(worker int, c *Change) error
	done  atomic.Int64
	total int64
	// trees are those of the commits in the range.
	trees map[OID]OID

	commits, files, messages, bytes atomic.Int64
}

// scanCommits goes through the commits with all workers. Each takes a few in a
// row, because neighbours have most of their trees in common.
func (r *Repo) scanCommits(ctx context.Context, commits []rangeCommit, extra []resolved, visit func(worker int, c *Change) error) (RangeStats, error) {
	st, err := r.open(ctx)
	if err != nil {
		return RangeStats{}, err
	}
	s := &rangeScan{repo: r, visit: visit, total: int64(len(commits))}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s.trees = make(map[OID]OID, len(commits))
	for _, c := range commits {
		s.trees[c.id] = c.tree
	}
	run := min(max(len(commits)/(r.o.Jobs*8), 4), 64)
	var next atomic.Int64
	var workers sync.WaitGroup
	for worker := range min(r.o.Jobs, len(commits)/run+1) {
		workers.Go(func() {
			rd := st.Reader()
			defer func() { _ = rd.Close() }()
			d := &differ{repo: r, rd: rd}
			for {
				from := int(next.Add(int64(run))) - run
				if from >= len(commits) {
					return
				}
				for i := from; i < min(from+run, len(commits)); i++ {
					if err := s.commit(ctx, d, worker, i, commits[i]); err != nil {
						cancel(err)
						return
					}
				}
			}
		})
	}
	workers.Wait()
	if ctx.Err() != nil {
		return s.stats(), context.Cause(ctx)
	}
	if r.o.Progress != nil {
		r.o.Progress(s.done.Load(), s.total, s.bytes.Load())
	}
	rd := st.Reader()
	defer func() { _ = rd.Close() }()
	for i, e := range extra {
		if err := s.pushed(ctx, &differ{repo: r, rd: rd}, len(commits)+i, e); err != nil {
			return s.stats(), err
		}
	}
	return s.stats(), nil
}

func (s *rangeScan) stats() RangeStats {
	return RangeStats{Commits: s.commits.Load(), Files: s.files.Load(), Messages: s.messages.Load(), Bytes: s.bytes.Load()}
}

// commit yields what one commit added.
func (s *rangeScan) commit(ctx context.Context, d *differ, worker, seq int, c rangeCommit) error {
	r := s.repo
	var parents []OID
	for _, p := range c.parents {
		tree, err := s.treeOf(ctx, d, p)
		if err != nil {
			return s.unread(ctx, c.id.String(), err)
		}
		parents = append(parents, tree)
	}
	o, err := r.read(ctx, d.rd, c.id)
	if err != nil {
		return s.unread(ctx, c.id.String(), err)
	}
	info := describe(r.hash, o)
	s.commits.Add(1)
	if err := s.message(worker, seq, info, o); err != nil {
		return err
	}
	err = d.added(ctx, c.tree, parents, func(f file) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		change := &Change{Commit: info, Seq: seq, Path: f.path}
		change.before = func(ctx context.Context) iter.Seq2[*Object, error] {
			return earlier(ctx, d, f, c.tree, parents)
		}
		return s.file(ctx, d, worker, f.id, change)
	})
	if done := s.done.Add(1); r.o.Progress != nil && worker == 0 {
		r.o.Progress(done, s.total, s.bytes.Load())
	}
	if err != nil && !isVisitError(err) {
		return s.unread(ctx, c.id.String(), err)
	}
	return err
}

// treeOf gives a commit's tree.
func (s *rangeScan) treeOf(ctx context.Context, d *differ, commit OID) (OID, error) {
	if tree, ok := s.trees[commit]; ok {
		return tree, nil
	}
	o, err := s.repo.read(ctx, d.rd, commit)
	if err != nil {
		return OID{}, err
	}
	var info odb.CommitInfo
	if err := odb.ParseCommit(s.repo.hash, o.Data, &info); err != nil {
		return OID{}, fmt.Errorf("commit %s: %w", commit, err)
	}
	return info.Tree, nil
}

// visitError is an error that visit returned: it ends everything, while one of
// reading is told and passed over.
type visitError struct{ err error }

func (e *visitError) Error() string { return e.err.Error() }
func (e *visitError) Unwrap() error { return e.err }

func isVisitError(err error) bool { return errors.As(err, new(*visitError)) }

// unread tells that something could not be read.
func (s *rangeScan) unread(ctx context.Context, path string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	s.repo.skip(path, err.Error())
	return nil
}

func (s *rangeScan) message(worker, seq int, info *finding.Commit, o *odb.Object) error {
	s.messages.Add(1)
	s.bytes.Add(o.Size)
	return wrapVisit(s.visit(worker, &Change{Commit: info, Seq: seq, Object: &Object{Object: *o}}))
}

func wrapVisit(err error) error {
	if err != nil {
		return &visitError{err}
	}
	return nil
}

// file reads a change's new content and yields it.
func (s *rangeScan) file(ctx context.Context, d *differ, worker int, id OID, c *Change) error {
	if id == s.repo.hash.Sum(odb.Blob, nil) {
		// It need not exist: git add -N names it and does not write it.
		s.files.Add(1)
		return nil
	}
	o, err := s.repo.read(ctx, d.rd, id)
	if err == nil && o.Type != odb.Blob {
		err = fmt.Errorf("object %s is a %s where a file should be", id, o.Type)
	}
	if err != nil {
		path := c.Path
		if c.Commit != nil {
			path = c.Commit.ID + ":" + path
		}
		return s.unread(ctx, path, err)
	}
	s.files.Add(1)
	s.bytes.Add(o.Size)
	c.Object = &Object{Object: *o}
	return wrapVisit(s.visit(worker, c))
}

// earlier gives the versions of a file that its commit's parents have.
func earlier(ctx context.Context, d *differ, f file, tree OID, parents []OID) iter.Seq2[*Object, error] {
	return d.versions(ctx, f, func(i int) ([]removedFile, error) { return d.removed(ctx, parents[i], tree) })
}

// pushed yields what is pushed beside commits: a tag's message, and the files
// of a tag that is for none.
func (s *rangeScan) pushed(ctx context.Context, d *differ, seq int, e resolved) error {
	id := e.id
	for range maxDepth {
		o, err := s.repo.read(ctx, d.rd, id)
		if err != nil {
			return s.unread(ctx, id.String(), err)
		}
		switch o.Type {
		case odb.Tag:
			if err := s.message(0, seq, describe(s.repo.hash, o), o); err != nil {
				return err
			}
			t, err := odb.ParseTag(s.repo.hash, o.Data)
			if err != nil {
				return s.unread(ctx, id.String(), err)
			}
			id = t.Object
			continue
		case odb.Blob:
			return s.file(ctx, d, 0, id, &Change{Seq: seq})
		case odb.Tree:
			err := d.added(ctx, id, nil, func(f file) error {
				return s.file(ctx, d, 0, f.id, &Change{Seq: seq, Path: f.path})
			})
			if err != nil && !isVisitError(err) {
				return s.unread(ctx, id.String(), err)
			}
			return err
		case odb.Commit:
		}
		return nil
	}
	return nil
}
