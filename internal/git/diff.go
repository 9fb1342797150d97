package git

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/internal/git/odb"
)

// differ compares trees. It belongs to one goroutine.
type differ struct {
	repo *Repo
	rd   reader
	// trees are those read last: neighbouring commits have most in common.
	trees    map[OID][]byte
	treeSize int
}

// treeCache is how many bytes of trees a differ keeps.
const treeCache = 16 << 20

// file is a file of a tree.
type file struct {
	path string
	id   OID
	// before are the ids of the same path in the trees compared with; the zero
	// value where it is none or no file.
	before []OID
}

// cursor goes through a tree in git's order.
type cursor struct {
	tree  odb.TreeReader
	entry odb.TreeEntry
	ok    bool
}

func (d *differ) cursor(ctx context.Context, id OID) (cursor, error) {
	if id.IsZero() {
		return cursor{}, nil
	}
	data, ok := d.trees[id]
	if !ok {
		o, err := d.repo.read(ctx, d.rd, id)
		if err != nil {
			return cursor{}, err
		}
		if o.Type != odb.Tree {
			return cursor{}, fmt.Errorf("object %s is a %s where a tree should be", id, o.Type)
		}
		data = o.Data
		if d.treeSize += len(data); d.treeSize > treeCache || d.trees == nil {
			d.trees, d.treeSize = map[OID][]byte{}, len(data)
		}
		d.trees[id] = data
	}
	c := cursor{tree: odb.ReadTree(d.repo.hash, data)}
	c.next()
	return c, nil
}

func (c *cursor) next() { c.ok = c.tree.Next(&c.entry) }

// order compares entries as git sorts them: a folder's name as if a slash
// followed. So a file and a folder of one name are different things.
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

// added calls fn for each file of a tree that none of the parents has in the
// same place with the same content, as a combined diff does.
func (d *differ) added(ctx context.Context, tree OID, parents []OID, fn func(file) error) error {
	return d.compare(ctx, tree, parents, "", 0, fn)
}

func (d *differ) compare(ctx context.Context, tree OID, parents []OID, prefix string, depth int, fn func(file) error) error {
	if depth > maxDepth {
		return fmt.Errorf("directories are nested more than %d deep", maxDepth)
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
	before := make([]OID, len(parents))
entries:
	for ; c.ok; c.next() {
		if c.entry.IsGitlink() {
			continue
		}
		for i := range others {
			before[i] = OID{}
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
			err = d.compare(ctx, id, append([]OID(nil), before...), name+"/", depth+1, fn)
		} else {
			err = fn(file{name, id, append([]OID(nil), before...)})
		}
		if err != nil {
			return err
		}
	}
	return c.tree.Err()
}

// The files that one was perhaps moved from: of how many is remembered that
// they were removed, and how many of them are looked into.
const (
	maxRemoved = 100_000
	maxMoved   = 500
)

// removedFile is a file that is no longer where it was.
type removedFile struct {
	path string
	id   OID
}

// versions gives the earlier versions of a file: those in its place, and where
// there is none the removed files, one of which may have been moved: first one
// of the same content, then those of the same name, then the others.
func (d *differ) versions(ctx context.Context, f file, removed func(parent int) ([]removedFile, error)) iter.Seq2[*Object, error] {
	return func(yield func(*Object, error) bool) {
		seen := map[OID]bool{}
		give := func(id OID) bool {
			if id.IsZero() || seen[id] {
				return true
			}
			seen[id] = true
			o, err := d.repo.read(ctx, d.rd, id)
			if err != nil {
				return yield(nil, err)
			}
			return o.Type != odb.Blob || yield(&Object{Object: *o}, nil)
		}
		for _, id := range f.before {
			if !give(id) {
				return
			}
		}
		for i, id := range f.before {
			if !id.IsZero() {
				continue
			}
			files, err := removed(i)
			if err != nil {
				yield(nil, err)
				return
			}
			likely := func(r removedFile) int {
				switch {
				case r.id == f.id:
					return 0
				case baseName(r.path) == baseName(f.path):
					return 1
				}
				return 2
			}
			files = slices.Clone(files)
			slices.SortStableFunc(files, func(a, b removedFile) int { return cmp.Compare(likely(a), likely(b)) })
			for _, r := range files[:min(len(files), maxMoved)] {
				if !give(r.id) {
					return
				}
			}
		}
	}
}

func baseName(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

var errEnough = errors.New("enough")

// removed gives the files of old that tree does not have in the same place, up
// to maxRemoved.
func (d *differ) removed(ctx context.Context, old, tree OID) (files []removedFile, err error) {
	err = d.compare(ctx, old, []OID{tree}, "", 0, func(f file) error {
		if f.before[0].IsZero() {
			files = append(files, removedFile{f.path, f.id})
		}
		if len(files) == maxRemoved {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return files, err
}
