package action

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/momentolint/momentolint/internal/gitcmd"
	"github.com/momentolint/momentolint/internal/userfile"
)

// Range is what a scan takes: all commits that Include reaches and Exclude
// does not, both full object ids. Without Exclude it is the whole history of
// Include.
type Range struct {
	Include, Exclude string
	// Commits is how many they are.
	Commits int
	// Tag: Include is an annotated tag, whose message is new, too.
	Tag bool
}

// Remedy says how to check out so that everything is there.
const Remedy = `Let the checkout fetch the history:

    - uses: actions/checkout@v7
      with:
        fetch-depth: 0
        persist-credentials: false`

// NoCheckout says what to do where there is none.
const NoCheckout = "Let actions/checkout run before this step. If it has a path, name that in the input working-directory, too."

// Repository is the checked-out repository.
type Repository struct {
	// Dir is a directory in it.
	Dir string
	// Log, if not nil, is told what is fetched and why.
	Log func(string)
}

// Resolve finds the commits of a plan in the repository. Where the checkout is
// too shallow it fetches what is missing from the remote "origin"; where that
// does not help, the error says how to check out. It may give more than the
// plan's commits, where nobody can tell any more what was there before, but
// never less.
func (r Repository) Resolve(ctx context.Context, p Plan) (Range, error) {
	found, missing, err := r.find(ctx, p, false)
	if err != nil || missing == "" {
		return found, err
	}
	if _, err := r.run(ctx, "rev-parse", "--git-dir"); err != nil {
		return Range{}, fmt.Errorf("no checkout that can be read: %w\n\n%s", err, NoCheckout)
	}
	r.log(missing + "; fetching it from origin")
	fetched := r.fetch(ctx, p)
	found, missing, err = r.find(ctx, p, true)
	if err != nil {
		return Range{}, err
	}
	if missing != "" {
		err := fmt.Errorf("cannot scan all of the %s: %s", p.Title, missing)
		if fetched != nil {
			err = fmt.Errorf("%w, and it cannot be fetched: %w", err, fetched)
		}
		return Range{}, fmt.Errorf("%w\n\n%s", err, Remedy)
	}
	return found, nil
}

// Whole makes the history whole where the checkout is shallow: all branches and
// tags of origin, as fetch-depth: 0 does. Where that does not help, the error
// says how to check out.
func (r Repository) Whole(ctx context.Context) error {
	if _, err := r.run(ctx, "rev-parse", "--git-dir"); err != nil {
		return fmt.Errorf("no checkout that can be read: %w\n\n%s", err, NoCheckout)
	}
	boundaries, err := r.boundaries(ctx)
	if err != nil || len(boundaries) == 0 {
		return err
	}
	r.log("the checkout is shallow; fetching the whole history from origin")
	fetched := r.fetchRefs(ctx, "+refs/heads/*:"+remoteBranch("*"), "--tags", "--unshallow")
	if boundaries, err = r.boundaries(ctx); err != nil {
		return err
	}
	if len(boundaries) > 0 || fetched != nil {
		err := errors.New("cannot scan the whole history: the checkout is shallow")
		if fetched != nil {
			err = fmt.Errorf("%w, and the rest cannot be fetched: %w", err, fetched)
		}
		return fmt.Errorf("%w\n\n%s", err, Remedy)
	}
	return nil
}

func (r Repository) log(text string) {
	if r.Log != nil {
		r.Log(text)
	}
}

// find looks for the plan's commits. missing says what the checkout lacks, ""
// if nothing. last reports that fetching has been tried.
func (r Repository) find(ctx context.Context, p Plan, last bool) (found Range, missing string, err error) {
	if !r.has(ctx, p.Head) {
		return Range{}, "the commit " + p.Head + " is not in the checkout", ctx.Err()
	}
	found = Range{Include: p.Head, Exclude: p.Base}
	if p.Base != "" && !r.has(ctx, p.Base) {
		if !last || !p.MayBeGone {
			return Range{}, "the commit " + p.Base + " is not in the checkout", ctx.Err()
		}
		r.log("the commit " + p.Base + " is gone")
		found.Exclude = ""
	}
	if found.Exclude == "" && p.Fallback != "" {
		id, err := r.run(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", remoteBranch(p.Fallback)+"^{commit}")
		if err != nil && !last {
			return Range{}, "the branch " + p.Fallback + " is not in the checkout", ctx.Err()
		}
		found.Exclude = id
	}
	commits, err := r.list(ctx, found)
	if err != nil {
		return Range{}, "", err
	}
	boundaries, err := r.boundaries(ctx)
	if err != nil {
		return Range{}, "", err
	}
	for _, id := range commits {
		if boundaries[id] {
			return Range{}, "the checkout is shallow, its history is cut at the commit " + id, nil
		}
	}
	found.Commits = len(commits)
	kind, err := r.run(ctx, "cat-file", "-t", p.Head)
	if err != nil {
		return Range{}, "", fmt.Errorf("reading what was pushed: %w", err)
	}
	found.Tag = kind == "tag"
	return found, "", nil
}

// remoteBranch is where the checkout keeps a branch of origin.
func remoteBranch(name string) string { return "refs/remotes/origin/" + name }

// has reports whether the commit is in the repository.
func (r Repository) has(ctx context.Context, id string) bool {
	_, err := r.run(ctx, "cat-file", "-e", id+"^{commit}")
	return err == nil
}

// list returns the ids of a range's commits.
func (r Repository) list(ctx context.Context, found Range) ([]string, error) {
	args := []string{"rev-list", found.Include}
	if found.Exclude != "" {
		args = append(args, "^"+found.Exclude)
	}
	commits, err := r.run(ctx, append(args, "--")...)
	if err != nil {
		return nil, fmt.Errorf("listing the commits: %w", err)
	}
	return strings.Fields(commits), nil
}

// boundaries are the commits at which a shallow clone ends
// (gitrepository-layout(5), "shallow").
func (r Repository) boundaries(ctx context.Context) (map[string]bool, error) {
	name, err := r.run(ctx, "rev-parse", "--git-path", "shallow")
	if err != nil {
		return nil, err
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(r.Dir, filepath.FromSlash(name))
	}
	content, err := userfile.Read(name, userfile.Small)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading where the shallow clone ends: %w", err)
	}
	ids := map[string]bool{}
	for id := range strings.FieldsSeq(string(content)) {
		ids[id] = true
	}
	return ids, nil
}

// fetch gets what the plan needs from origin, as far as it is there. The error
// is about what could not be had.
func (r Repository) fetch(ctx context.Context, p Plan) error {
	wanted := []string{p.Head}
	if p.Base != "" {
		wanted = append(wanted, p.Base)
	}
	if p.Fallback != "" {
		wanted = append(wanted, "+refs/heads/"+p.Fallback+":"+remoteBranch(p.Fallback))
	}
	var errs []error
	// One by one: a commit that is gone must not stop the others.
	for _, what := range wanted {
		options := []string{"--no-tags"}
		if boundaries, err := r.boundaries(ctx); err == nil && len(boundaries) > 0 {
			options = append(options, "--unshallow")
		}
		if err := r.fetchRefs(ctx, what, options...); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// run returns what git prints.
func (r Repository) run(ctx context.Context, args ...string) (string, error) {
	git, err := gitcmd.New(gitcmd.Options{Kind: gitcmd.Own, Dir: r.Dir})
	if err != nil {
		return "", err
	}
	out, err := git.Output(ctx, args...)
	return strings.TrimSpace(string(out)), err
}

// fetchRefs fetches from origin, and leaves nothing else behind.
func (r Repository) fetchRefs(ctx context.Context, ref string, options ...string) error {
	git, err := gitcmd.New(gitcmd.Options{Kind: gitcmd.Fetch, Dir: r.Dir})
	if err != nil {
		return err
	}
	return git.Fetch(ctx, "origin", []string{ref}, options...)
}
