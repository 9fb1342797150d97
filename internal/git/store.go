package git

import (
	"bytes"
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/internal/git/odb"
	"github.com/momentolint/momentolint/internal/gitcmd"
	"github.com/momentolint/momentolint/internal/userfile"
)

// knownExtensions are those of git's repository format that change nothing
// about how objects are stored (technical/repository-version).
var knownExtensions = []string{
	"noop", "noop-v1", "partialclone", "preciousobjects", "worktreeconfig", "objectformat",
	"refstorage", "relativeworktrees", "submodulepathconfig", "submoduleencoding",
}

// openBackend chooses how objects are read.
func (r *Repo) openBackend(ctx context.Context) (backend, error) {
	unknown, err := r.unknownExtension(ctx)
	if err != nil {
		return nil, err
	}
	if unknown != "" {
		// git knows the extension, or it would have refused the repository.
		r.Warn("the repository uses the extension %s, so its objects are read through git", unknown)
		return &catfileStore{repo: r}, nil
	}
	dir := filepath.Join(r.commonDir, "objects")
	if v := r.git.Getenv("GIT_OBJECT_DIRECTORY"); v != "" {
		dir = r.Abs(v)
	}
	s, err := odb.Open(odb.Options{
		Dir: dir, Alternates: r.alternates(), Hash: r.hash, Limits: r.o.Limits,
	})
	if err != nil {
		return nil, err
	}
	return odbStore{s}, nil
}

// unknownExtension returns the name of an extension that may change how objects
// are stored; "" if there is none.
func (r *Repo) unknownExtension(ctx context.Context) (string, error) {
	if r.configHasNone("extensions") {
		return "", nil
	}
	out, err := r.git.Output(ctx, "config", "-z", "--get-regexp", `^extensions\.`)
	if err != nil && gitcmd.ExitCode(err) != 1 { // 1: there are none
		return "", err
	}
	for entry := range strings.SplitSeq(string(out), "\x00") {
		key, _, _ := strings.Cut(entry, "\n")
		name := strings.TrimPrefix(strings.ToLower(key), "extensions.")
		if name != "" && !slices.Contains(knownExtensions, name) {
			return name, nil
		}
	}
	return "", nil
}

// configHasNone reports, without starting git, whether the repository's
// configuration contains none of these words, and so sets no key with one of
// them.
func (r *Repo) configHasNone(words ...string) bool {
	text, err := userfile.Read(filepath.Join(r.commonDir, "config"), userfile.Small)
	if err != nil {
		return false
	}
	lower := bytes.ToLower(text)
	// "extensions" may turn on a second file, for this work tree alone.
	return !slices.ContainsFunc(append(words, "include", "extensions"), func(word string) bool {
		return bytes.Contains(lower, []byte(word))
	})
}

// Partial reports whether blobs may be missing on purpose, because a remote has
// them.
func (r *Repo) Partial(ctx context.Context) (bool, error) {
	if r.configHasNone("promisor", "partialclone") {
		return false, nil
	}
	_, err := r.git.Output(ctx, "config", "--get-regexp", `^(extensions\.partialclone|remote\..*\.(promisor|partialclonefilter))$`)
	switch {
	case err == nil:
		return true, nil
	case gitcmd.ExitCode(err) == 1:
		return false, nil
	}
	return false, err
}
