package scanner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/detect"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/git"
	"github.com/momentolint/momentolint/internal/gitcmd"
	"github.com/momentolint/momentolint/internal/redact"
	"github.com/momentolint/momentolint/internal/source"
)

// What stands for the file's name where a finding is not in a file. The header
// of a commit holds, besides names and dates, signatures and the tags that it
// merged.
const (
	CommitMessage = "(commit message)"
	CommitHeader  = "(commit header)"
	TagMessage    = "(tag message)"
	TagHeader     = "(tag header)"
)

// openRepo opens the repository that a directory belongs to, or with here the
// one that it is. What is in a repository has names that begin at its top.
func (r *Run) openRepo(ctx context.Context, dir string, here bool) (*git.Repo, *origin, error) {
	repo, err := git.Open(ctx, dir, git.Options{
		Jobs: r.o.Limits.Jobs, Here: here, Record: r.Record, Warn: r.Note, Progress: r.objectProgress,
	})
	if e, ok := errors.AsType[*gitcmd.IrregularError](err); ok {
		r.Record(coverage.Skip(e.Path, "it is "+e.What+", for which git would wait; nothing of the repository was scanned"))
		return nil, nil, errSkipped
	}
	if err != nil {
		return nil, nil, fmt.Errorf("nothing was scanned: %w", err)
	}
	from := r.origin(cmp.Or(repo.WorkTree(), repo.GitDir()))
	// The names of the gitleaks files begin at the top of the repository, too.
	from.tracked, from.rules = true, nil
	return repo, from, nil
}

// errSkipped says that a source could not be read at all, and was noted as
// skipped.
var errSkipped = errors.New("skipped")

// objectProgress is told how many objects of how many are done.
func (r *Run) objectProgress(done, total, _ int64) {
	r.progress.Total.Store(total)
	r.progress.Done.Store(done)
}

// where names a place for people: in a history together with the commit.
func (p *place) where(path string) string {
	if p.commit == nil {
		return path
	}
	return p.commit.ID + ":" + path
}

// object scans an object of a repository as it stands at a place: a blob with
// all that is inside of it, a commit's or tag's message and header.
func (r *Run) object(ctx context.Context, worker int, o *git.Object, p place, take func(*finding.Finding, *detect.Match)) error {
	if o.Type != git.Blob {
		for _, t := range texts(o) {
			p.path, p.advice = t.name, t.advice
			if err := r.scan(ctx, worker, p, t.data, nil, take); err != nil {
				return err
			}
		}
		return nil
	}
	if r.excludedFile(p.from, p.path) {
		return nil
	}
	options := r.sourceOptions()
	options.Exclude = func(name string, dir bool) bool { return r.excluded(p.from, name, dir) }
	options.Record = func(e coverage.Entry) {
		if p.quiet {
			return
		}
		e.Path = p.where(e.Path)
		r.Record(e)
	}
	return expand(ctx, worker, o, p.path, options, func(_ int, b *source.Blob) error {
		inner := p
		inner.path, inner.encoding = b.Path, b.Encoding
		return r.scan(ctx, worker, inner, b.Head, b.Rest, take)
	})
}

// text is a part of a commit or tag.
type text struct {
	name   string
	data   []byte
	advice string
}

// What to do about a credential in a commit or tag itself, which no change to a
// file removes.
const (
	commitAdvice = "Only a rewrite of the history removes it from the commit (git rebase -i, git filter-repo); clones keep it until they are replaced."
	tagAdvice    = "Only a new tag removes it: git tag -f -a NAME, then push the tag with --force; clones keep the old tag."
)

// texts returns the message and the header of a commit or tag.
func texts(o *git.Object) []text {
	message := o.Message()
	header := o.Data[:len(o.Data)-len(message)]
	if o.Type == git.Tag {
		return []text{{TagMessage, message, tagAdvice}, {TagHeader, header, tagAdvice}}
	}
	return []text{{CommitMessage, message, commitAdvice}, {CommitHeader, header, commitAdvice}}
}

// expand shows a blob, or what it holds if it is an archive.
func expand(ctx context.Context, worker int, o *git.Object, name string, options source.Options, visit source.Visitor) error {
	if o.Data != nil || o.Size == 0 {
		_, err := source.Expand(ctx, worker, name, o.Data, options, visit)
		return err
	}
	in, err := o.Reader()
	if err != nil {
		options.Record(coverage.Skip(name, err.Error()))
		return nil
	}
	defer func() { _ = in.Close() }()
	_, err = source.ExpandReader(ctx, worker, name, in, options, visit)
	return err
}

// excludedFile reports whether the configuration excludes a file of a
// repository, or a directory that it is in. The outermost one is recorded, once.
func (r *Run) excludedFile(from *origin, name string) bool {
	return r.excludedPath(from, name, false)
}

// excludedPath is excludedFile for a file or a directory.
func (r *Run) excludedPath(from *origin, name string, dir bool) bool {
	if len(r.o.Config.Exclude) == 0 {
		return false
	}
	by := ""
	if r.excluded(from, name, dir) {
		by = name
	}
	for dir := path.Dir(name); dir != "." && dir != "/"; dir = path.Dir(dir) {
		if r.excluded(from, dir, true) {
			by = dir
		}
	}
	if by == "" {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.excludedPaths[by] {
		r.excludedPaths[by] = true
		r.record(coverage.Exclude(coverage.ByExclude, ""))
	}
	return true
}

// safeCommit returns a commit whose words can be shown.
func safeCommit(c *finding.Commit) *finding.Commit {
	if c == nil {
		return nil
	}
	safe := *c
	safe.Author, safe.Subject = redact.Prose(c.Author), strings.TrimSpace(redact.Prose(c.Subject))
	return &safe
}
