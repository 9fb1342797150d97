package changes_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/momentolint/momentolint/internal/git"
	"github.com/momentolint/momentolint/internal/git/changes"
	"github.com/momentolint/momentolint/internal/testing/gittest"
)

func open(t *testing.T, dir string) *git.Repo {
	t.Helper()
	r, err := git.Open(t.Context(), dir, git.Options{Jobs: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

// branches makes a repository with main (m1, m2) and topic (m1, t1, t2).
func branches(t *testing.T) *gittest.Repo {
	t.Helper()
	gittest.Isolate(t)
	repo := gittest.New(t)
	var i gittest.Importer
	i.Commit("main", "m1", "")
	i.File("100644", "both", "1")
	m1 := i.Mark()
	i.Commit("main", "m2", "")
	i.File("100644", "both", "2")
	i.Commit("topic", "t1", m1)
	i.File("100644", "dir/a", "1")
	i.Commit("topic", "t2", "")
	i.File("100644", "dir/a", "2")
	repo.Import(&i, true)
	return repo
}

// files lists the changes of a walk as "subject: path".
func files(read func(changes.Visitor) (changes.Stats, error)) ([]string, error) {
	var mu sync.Mutex
	var list []string
	_, err := read(func(_ int, c *changes.Change) error {
		mu.Lock()
		defer mu.Unlock()
		if !c.IsMessage() {
			list = append(list, fmt.Sprint(c.Commit.Subject, ": ", c.Path))
		}
		return nil
	})
	slices.Sort(list)
	return list, err
}

func TestRangesYieldTheFilesOfTheirCommits(t *testing.T) {
	repo := branches(t)
	r := open(t, repo.Dir)
	for spec, want := range map[string][]string{
		"main..topic":            {"t1: dir/a", "t2: dir/a"},
		"topic..main":            {"m2: both"},
		"main...topic":           {"m2: both", "t1: dir/a", "t2: dir/a"},
		"topic^!":                {"t2: dir/a"},
		"main":                   {"m1: both", "m2: both"},
		"topic ^topic~1":         {"t2: dir/a"},
		"topic --not main":       {"t1: dir/a", "t2: dir/a"},
		"--not main --not topic": {"t1: dir/a", "t2: dir/a"},
	} {
		got, err := files(func(v changes.Visitor) (changes.Stats, error) { return changes.Range(t.Context(), r, spec, v) })
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v, want %q", spec, got, err, want)
		}
	}
}

func TestRangesThatCannotBeReadSayWhy(t *testing.T) {
	repo := branches(t)
	shallow := t.TempDir()
	repo.Git("clone", "-q", "--depth=1", "--no-local", "--branch=topic", repo.Dir, shallow)
	zero := strings.Repeat("0", 40)
	for _, tt := range []struct {
		dir, spec string
		kind      error
		same      bool
	}{
		{repo.Dir, "", changes.ErrInvalidRange, false},
		{repo.Dir, "--all", changes.ErrInvalidRange, false},
		{repo.Dir, "topic --all", changes.ErrInvalidRange, false},
		{repo.Dir, "main...topic topic", changes.ErrInvalidRange, false},
		{repo.Dir, "--not topic", changes.ErrInvalidRange, false},
		{repo.Dir, "nowhere..topic", changes.ErrUnknownRevision, false},
		{repo.Dir, "nowhere^!", changes.ErrUnknownRevision, false},
		{repo.Dir, "topic nowhere", changes.ErrUnknownRevision, false},
		{repo.Dir, "topic^{tree}..topic", changes.ErrUnknownRevision, false},
		{repo.Dir, zero + "..topic", changes.ErrZeroID, false},
		{repo.Dir, "topic ^" + zero, changes.ErrZeroID, false},
		{repo.Dir, "topic..topic~1", changes.ErrEmptyRange, false},
		{repo.Dir, "topic..topic", changes.ErrEmptyRange, true},
		{shallow, "HEAD", changes.ErrShallow, false},
	} {
		_, err := files(func(v changes.Visitor) (changes.Stats, error) {
			return changes.Range(t.Context(), open(t, tt.dir), tt.spec, v)
		})
		var wrong *changes.RangeError
		if !errors.Is(err, tt.kind) || !errors.As(err, &wrong) || wrong.Same != tt.same {
			t.Errorf("%q: %v, want %v", tt.spec, err, tt.kind)
		}
	}
}

func TestUnknownExclusionsAreIgnoredIfTheRemoteMayHaveThem(t *testing.T) {
	repo := branches(t)
	r := open(t, repo.Dir)
	c := changes.Commits{Include: []string{"topic"}, Exclude: []string{strings.Repeat("1", 40), "main"}, Lenient: true}
	got, err := files(func(v changes.Visitor) (changes.Stats, error) { return changes.Of(t.Context(), r, c, v) })
	if want := []string{"t1: dir/a", "t2: dir/a"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
	c.Lenient = false
	if _, err := files(func(v changes.Visitor) (changes.Stats, error) { return changes.Of(t.Context(), r, c, v) }); !errors.Is(err, changes.ErrUnknownRevision) {
		t.Errorf("not lenient: %v", err)
	}
}
