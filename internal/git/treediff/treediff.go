// Package treediff compares trees: it finds the files that a tree adds to others
// and their earlier versions.
package treediff

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/internal/git"
	"github.com/momentolint/momentolint/internal/git/odb"
)

// Differ compares trees. It belongs to one goroutine.
type Differ struct {
	// Reader reads the objects.
	Reader *git.Reader
	// Trees holds the trees of commits that are already known. It may be nil.
	Trees map[git.OID]git.OID

	// cache holds the trees read last: neighbouring commits share most of them.
	cache     map[git.OID][]byte
	cacheSize int
}

// maxCache is how many bytes of trees a Differ keeps.
const maxCache = 16 << 20

// File is a file of a tree.
type File struct {
	Path string
	ID   git.OID
	// Before holds for each tree compared with the id of its file at the path,
	// or the zero value.
	Before []git.OID
}

// TreeOf returns the tree of a commit.
func (d *Differ) TreeOf(ctx context.Context, commit git.OID) (git.OID, error) {
	if tree, ok := d.Trees[commit]; ok {
		return tree, nil
	}
	o, err := d.Reader.Read(ctx, commit)
	if err != nil {
		return git.OID{}, err
	}
	var info odb.CommitInfo
	if err := odb.ParseCommit(d.Reader.Hash(), o.Data, &info); err != nil {
		return git.OID{}, fmt.Errorf("commit %s: %w", commit, err)
	}
	return info.Tree, nil
}

// cursor iterates over a tree in git's order.
type cursor struct {
	tree  odb.TreeReader
	entry odb.TreeEntry
	ok    bool
}

func (d *Differ) cursor(ctx context.Context, id git.OID) (cursor, error) {
	if id.IsZero() {
		return cursor{}, nil
	}
	data, ok := d.cache[id]
	if !ok {
		o, err := d.Reader.Read(ctx, id)
		if err != nil {
			return cursor{}, err
		}
		if o.Type != odb.Tree {
			return cursor{}, fmt.Errorf("object %s is a %s where a tree should be", id, o.Type)
		}
		data = o.Data
		if d.cacheSize += len(data); d.cacheSize > maxCache || d.cache == nil {
			d.cache, d.cacheSize = map[git.OID][]byte{}, len(data)
		}
		d.cache[id] = data
	}
	c := cursor{tree: odb.ReadTree(d.Reader.Hash(), data)}
	c.next()
	return c, nil
}

func (c *cursor) next() { c.ok = c.tree.Next(&c.entry) }

// order compares entries as git sorts them: the name of a directory as if a
// slash followed. So a file and a directory of one name differ.
func order(a, b *odb.TreeEntry) int {
	n := min(len(a.Name), len(b.Name))
	if c := bytes.Compare(a.Name[:n], b.Name[:n]); c != 0 {
		return c
	}
	return int(following(a, n)) - int(following(b, n))
}

func following(e *odb.TreeEntry, n int) byte {
	if n < len(e.Name) {
		return e.Name[n]
	}
	if e.IsTree() {
		return '/'
	}
	return 0
}

// seek moves to the entry that corresponds to e, if there is one.
func (c *cursor) seek(e *odb.TreeEntry) bool {
	for c.ok && order(&c.entry, e) < 0 {
		c.next()
	}
	return c.ok && order(&c.entry, e) == 0
}

// Added calls fn for each file of a tree that none of the parents has with the
// same content at the same path, like a combined diff.
func (d *Differ) Added(ctx context.Context, tree git.OID, parents []git.OID, fn func(File) error) error {
	return d.compare(ctx, tree, parents, "", 0, fn)
}

func (d *Differ) compare(ctx context.Context, tree git.OID, parents []git.OID, prefix string, depth int, fn func(File) error) error {
	if depth > git.MaxTreeDepth {
		return fmt.Errorf("directories are nested more than %d deep", git.MaxTreeDepth)
	}
	c, err := d.cursor(ctx, tree)
	if err != nil {
		return err
	}
	others := make([]cursor, len(parents))
	for i, p := range parents {
		if others[i], err = d.cursor(ctx, p); err != nil {
			return err
		}
	}
	before := make([]git.OID, len(parents))
entries:
	for ; c.ok; c.next() {
		if c.entry.IsGitlink() {
			continue
		}
		for i := range others {
			before[i] = git.OID{}
			if !others[i].seek(&c.entry) {
				continue
			}
			e := &others[i].entry
			if bytes.Equal(e.ID, c.entry.ID) && !e.IsGitlink() {
				continue entries
			}
			if !e.IsGitlink() {
				before[i] = odb.OIDFromBytes(e.ID)
			}
		}
		id, name := odb.OIDFromBytes(c.entry.ID), prefix+string(c.entry.Name)
		if c.entry.IsTree() {
			err = d.compare(ctx, id, append([]git.OID(nil), before...), name+"/", depth+1, fn)
		} else {
			err = fn(File{name, id, append([]git.OID(nil), before...)})
		}
		if err != nil {
			return err
		}
	}
	return c.tree.Err()
}

// MaxRemoved is the most removed files that are kept as possible origins of a
// moved file, and maxMoved the most of them that are read.
const (
	MaxRemoved = 100_000
	maxMoved   = 500
)

// RemovedFile is a file that a tree no longer has.
type RemovedFile struct {
	Path string
	ID   git.OID
}

// Versions returns the earlier versions of a file: those at its path, and for a
// parent without one the files that were removed, since one of them may have
// been moved: first those of the same content, then those of the same name,
// then the others.
func (d *Differ) Versions(ctx context.Context, f File, removed func(parent int) ([]RemovedFile, error)) iter.Seq2[*git.Object, error] {
	return func(yield func(*git.Object, error) bool) {
		seen := map[git.OID]bool{}
		visit := func(id git.OID) bool {
			if id.IsZero() || seen[id] {
				return true
			}
			seen[id] = true
			o, err := d.Reader.Read(ctx, id)
			if err != nil {
				return yield(nil, err)
			}
			return o.Type != odb.Blob || yield(o, nil)
		}
		for _, id := range f.Before {
			if !visit(id) {
				return
			}
		}
		for i, id := range f.Before {
			if !id.IsZero() {
				continue
			}
			files, err := removed(i)
			if err != nil {
				yield(nil, err)
				return
			}
			likely := func(r RemovedFile) int {
				switch {
				case r.ID == f.ID:
					return 0
				case baseName(r.Path) == baseName(f.Path):
					return 1
				}
				return 2
			}
			files = slices.Clone(files)
			slices.SortStableFunc(files, func(a, b RemovedFile) int { return cmp.Compare(likely(a), likely(b)) })
			for _, r := range files[:min(len(files), maxMoved)] {
				if !visit(r.ID) {
					return
				}
			}
		}
	}
}

func baseName(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

var errEnough = errors.New("enough")

// Removed returns the files of old that tree does not have at the same path, at
// most MaxRemoved.
func (d *Differ) Removed(ctx context.Context, old, tree git.OID) (files []RemovedFile, err error) {
	err = d.compare(ctx, old, []git.OID{tree}, "", 0, func(f File) error {
		if f.Before[0].IsZero() {
			files = append(files, RemovedFile{f.Path, f.ID})
		}
		if len(files) == MaxRemoved {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return files, err
}

// Lookup returns the file of a tree at a path, the zero value if it has none.
func (d *Differ) Lookup(ctx context.Context, tree git.OID, path string) (git.OID, error) {
	names := strings.Split(path, "/")
	for i, name := range names {
		c, err := d.cursor(ctx, tree)
		if err != nil {
			return git.OID{}, err
		}
		want := odb.TreeEntry{Name: []byte(name), Mode: 0o100644}
		if i < len(names)-1 {
			want.Mode = odb.ModeTree
		}
		if !c.seek(&want) || c.entry.IsGitlink() {
			return git.OID{}, nil
		}
		tree = odb.OIDFromBytes(c.entry.ID)
	}
	return tree, nil
}
