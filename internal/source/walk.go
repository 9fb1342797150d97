package source

import (
	"bytes"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/finding"
)

// node is a directory that was seen, by its place in the tree.
type node struct {
	parent *node // nil for a root
	root   *root
	name   string
	depth  int
	id     identity
	// prefix is what precedes the names of its entries for display; not
	// kept where it is long, or the paths of a deep tree would fill the memory.
	prefix string
	// released marks a git-like directory that turned out to be none.
	released bool
}

const longPrefix = 4096

// child is a directory inside n.
func (n *node) child(name []byte) *node {
	c := &node{parent: n, root: n.root, name: string(name), depth: n.depth + 1}
	if n.prefix != "" || n.depth == 0 {
		if p := n.prefix + c.name + "/"; len(p) <= longPrefix {
			c.prefix = p
		}
	}
	return c
}

// display returns the name for display of an entry of n.
func (n *node) display(name []byte) string {
	if n.prefix != "" || n.depth == 0 {
		return n.prefix + string(name)
	}
	var parts []string
	top := n
	for ; top.prefix == "" && top.depth > 0; top = top.parent {
		parts = append(parts, top.name)
	}
	var b strings.Builder
	b.WriteString(top.prefix)
	for _, part := range slices.Backward(parts) {
		b.WriteString(part)
		b.WriteByte('/')
	}
	b.Write(name)
	return b.String()
}

// dirName returns the name for display of n itself.
func (n *node) dirName() string {
	name := strings.TrimSuffix(n.display(nil), "/")
	switch {
	case name != "":
		return name
	case n.root.display == "/":
		return "/"
	default:
		return "."
	}
}

// frame is a directory that a worker is in the middle of.
type frame struct {
	dir  directory
	node *node
	// directories are those still to be entered, each name with a zero byte behind it.
	subdirs []byte
	// more means that the directory has not been read to its end.
	more   bool
	parked bool
}

// walker is a worker that finds its files in directories.
type walker struct {
	*worker
	pool    *pool
	git     *gitDirs
	maxOpen int

	stack []frame
	// parked is how many frames at the bottom of the stack are parked.
	parked int
	buffer dirBuffer
	again  file
}

// work does tasks until there are none.
func (w *walker) work() {
	for {
		t, ok := w.pool.take()
		if !ok {
			return
		}
		if err := w.do(t); err != nil {
			w.stop(err)
		}
		w.pool.done()
	}
}

func (w *walker) do(t task) error {
	switch {
	case t.root != nil && !t.root.isDir:
		return w.rootFile(t.root)
	case t.root != nil:
		dir, err := w.openRoot(t.root.path)
		if err != nil {
			w.skip(filepath.ToSlash(t.root.path), "cannot be opened: "+finding.Reason(err))
			return nil
		}
		return w.walk(dir, &node{root: t.root, prefix: t.root.display})
	case t.names != nil:
		defer t.dir.close()
		return w.readNames(t.dir, t.node, t.names)
	case t.dir == nil:
		dir, err := w.open(t.node)
		if err != nil {
			w.skip(t.node.dirName(), "cannot be opened again: "+finding.Reason(err))
			return nil
		}
		return w.walk(dir, t.node)
	default:
		return w.walk(t.dir, t.node)
	}
}

func (w *walker) openRoot(path string) (directory, error) {
	if w.portable {
		return openPortable(path)
	}
	return openRoot(path)
}

func (w *walker) rootFile(x *root) error {
	open := openRootFile
	if w.portable {
		open = openPortableFile
	}
	f, err := open(x.path)
	if err != nil {
		w.skip(x.display, "cannot be opened: "+finding.Reason(err))
		return nil
	}
	_, err = w.readFile(f, x.display)
	return err
}

// walk goes through a directory and everything below it. It closes the directory.
func (w *walker) walk(dir directory, n *node) error {
	w.stack, w.parked = w.stack[:0], 0
	defer w.unwind()
	if err := w.enter(dir, n); err != nil {
		return err
	}
	for len(w.stack) > 0 {
		if w.stopped.Load() {
			return errStopped
		}
		top := &w.stack[len(w.stack)-1]
		switch {
		case len(top.subdirs) > 0:
			w.share()
			if len(top.subdirs) == 0 {
				continue // given away
			}
			var name []byte
			name, top.subdirs = cutName(top.subdirs)
			child, err := top.dir.openDir(name)
			if err != nil {
				w.cannotOpen(top.node, name, err)
				continue
			}
			n := top.node.child(name)
			if len(top.subdirs) == 0 && !top.more {
				// Nothing is left to do here: a chain of directories needs no stack.
				w.pop()
			}
			if err := w.enter(child, n); err != nil {
				return err
			}
		case top.more:
			if err := w.readOn(top); err != nil {
				return err
			}
		default:
			w.leave()
		}
	}
	return nil
}

// enter takes a directory onto the stack and reads its first entries.
func (w *walker) enter(dir directory, n *node) error {
	id, mounted, err := dir.identity()
	if err != nil {
		w.skip(n.dirName(), "cannot be read: "+finding.Reason(err))
		dir.close()
		return nil
	}
	n.id = id
	if mounted && n.parent != nil {
		why := ""
		if same := n.ancestor(id); same != nil {
			why = "a loop: the same directory as " + same.dirName()
		} else if name := dir.pseudo(); name != "" {
			why = "a pseudo file system (" + name + "), which holds no files"
		}
		if why != "" {
			w.skip(n.dirName(), why)
			dir.close()
			return nil
		}
	}
	w.stack = append(w.stack, frame{dir: dir, node: n, more: true})
	for len(w.stack)-w.parked > w.maxOpen && w.stack[w.parked].dir.park() {
		w.stack[w.parked].parked = true
		w.parked++
	}
	return w.readOn(&w.stack[len(w.stack)-1])
}

// ancestor returns the directory above n that has an identity.
func (n *node) ancestor(id identity) *node {
	for a := n.parent; a != nil; a = a.parent {
		if a.id == id {
			return a
		}
	}
	return nil
}

// readOn reads the next entries of a directory: its files at once, its directories
// are noted.
func (w *walker) readOn(f *frame) error {
	entries, err := f.dir.next(&w.buffer)
	if err != nil {
		w.skip(f.node.dirName(), "cannot be read to its end: "+finding.Reason(err))
	}
	if err != nil || len(entries) == 0 {
		f.more = false
	}
	if w.git.hold(f.node, entries) {
		f.more = false
		return nil
	}
	f.subdirs = f.subdirs[:0]
	for i := range entries {
		e := &entries[i]
		if e.kind == kindUnknown {
			if e.kind, err = f.dir.kind(e.name); err != nil {
				w.skip(f.node.display(e.name), finding.Reason(err))
			}
		}
		switch {
		case e.kind == kindDir && string(e.name) == dotGit:
		case e.kind == kindDir && !w.excludes(f.node, e.name, true):
			f.subdirs = append(append(f.subdirs, e.name...), 0)
		case e.kind == kindSymlink && string(e.name) == dotGit:
			if id, err := f.dir.link(e.name); err == nil {
				w.git.add(id)
			}
		case e.kind == kindOther && !w.excludes(f.node, e.name, false):
			// A device, a pipe or a socket: opening one may wait, or do something.
			w.record(coverage.Unread(f.node.display(e.name), "special file", "neither a file nor a directory"))
		}
	}
	for i, end := 0, len(entries); i < end; i++ {
		if entries[i].kind != kindFile {
			continue
		}
		if w.pool.idle.Load() > 0 {
			// Directories promise more work than files.
			if w.share(); w.pool.idle.Load() > 0 && end-i > 1 {
				middle := i + (end-i+1)/2
				if w.giveFiles(f, entries[middle:end]) {
					end = middle
				}
			}
		}
		if err := w.readEntry(f.dir, f.node, entries[i].name); err != nil {
			return err
		}
	}
	return nil
}

// excludes asks the caller about an entry.
func (w *walker) excludes(n *node, name []byte, dir bool) bool {
	return w.Exclude != nil && w.excluded(n.display(name), dir)
}

// readEntry reads one file of a directory.
func (w *walker) readEntry(dir directory, n *node, name []byte) error {
	if w.stopped.Load() {
		return errStopped
	}
	path := n.display(name)
	if w.excluded(path, false) {
		return nil
	}
	f, err := dir.openFile(name, w.again)
	if err != nil {
		w.cannotOpen(n, name, err)
		return nil
	}
	w.again = f
	head, err := w.readFile(f, path)
	if string(name) == dotGit {
		w.git.point(n.root, path, head)
	}
	return err
}

// readNames reads files of a directory that another worker gave away.
func (w *walker) readNames(dir directory, n *node, names []byte) error {
	for len(names) > 0 {
		var name []byte
		name, names = cutName(names)
		if len(names) > 0 && w.pool.idle.Load() > 0 {
			if again, err := dir.again(); err == nil {
				middle := bytes.IndexByte(names[len(names)/2:], 0) + len(names)/2 + 1
				if middle < len(names) {
					w.pool.put(task{dir: again, node: n, names: names[middle:]})
					names = names[:middle]
				} else {
					again.close()
				}
			}
		}
		if err := w.readEntry(dir, n, name); err != nil {
			return err
		}
	}
	return nil
}

// cutName takes the first name off a list. The zero byte behind it stays there.
func cutName(list []byte) (name, rest []byte) {
	i := bytes.IndexByte(list, 0)
	return list[:i], list[i+1:]
}

// cannotOpen reports an entry that could not be opened, unless it is no longer
// what it was: then it is treated as if it had always been that.
func (w *walker) cannotOpen(n *node, name []byte, err error) {
	switch {
	case errors.Is(err, errNotFile), errors.Is(err, errNotDir):
	case errors.Is(err, fs.ErrNotExist):
		w.skip(n.display(name), "vanished before it was read")
	default:
		w.skip(n.display(name), "cannot be opened: "+finding.Reason(err))
	}
}

// giveFiles hands files of a directory to a worker that has nothing to do.
func (w *walker) giveFiles(f *frame, entries []entry) bool {
	again, err := f.dir.again()
	if err != nil {
		return false
	}
	var names []byte
	for _, e := range entries {
		if e.kind == kindFile {
			names = append(append(names, e.name...), 0)
		}
	}
	if names == nil {
		again.close()
		return true
	}
	w.pool.put(task{dir: again, node: f.node, names: names})
	return true
}

// share hands directories to workers that have nothing to do, the outermost ones,
// for they promise most work.
func (w *walker) share() {
	for i := w.parked; i < len(w.stack) && w.pool.idle.Load() > 0; i++ {
		f := &w.stack[i]
		for len(f.subdirs) > 0 && w.pool.idle.Load() > 0 {
			var name []byte
			name, f.subdirs = cutName(f.subdirs)
			dir, err := f.dir.openDir(name)
			if err != nil {
				w.cannotOpen(f.node, name, err)
				continue
			}
			w.pool.put(task{dir: dir, node: f.node.child(name)})
		}
	}
}

// pop takes the innermost directory off the stack and closes it.
func (w *walker) pop() {
	last := len(w.stack) - 1
	w.stack[last].dir.close()
	w.stack[last] = frame{}
	w.stack = w.stack[:last]
	w.parked = min(w.parked, last)
}

// leave ends the innermost directory and goes on in the one before it.
func (w *walker) leave() {
	last := len(w.stack) - 1
	if last > 0 && w.stack[last-1].parked {
		outer := &w.stack[last-1]
		if outer.more || len(outer.subdirs) > 0 {
			if err := w.unpark(outer, &w.stack[last]); err != nil {
				w.skip(outer.node.dirName(), "cannot be read to its end: "+finding.Reason(err))
				outer.more, outer.subdirs = false, nil
			}
		}
		outer.parked = false
		w.parked = last - 1
	}
	w.pop()
}

// unpark opens a directory again that was closed because too many were open: by
// climbing up from the one inside it, or down from the root, whatever is
// shorter.
func (w *walker) unpark(outer, inner *frame) error {
	up := inner.node.depth - outer.node.depth
	if up <= outer.node.depth {
		if dir, err := climb(inner.dir, up); err == nil && outer.dir.resume(dir) == nil {
			return nil
		}
	}
	dir, err := w.open(outer.node)
	if err != nil {
		return err
	}
	return outer.dir.resume(dir)
}

// climb opens the directory a number of levels above another.
func climb(from directory, levels int) (directory, error) {
	dir, err := from.parent()
	for ; err == nil && levels > 1; levels-- {
		below := dir
		dir, err = below.parent()
		below.close()
	}
	return dir, err
}

// open opens a directory by its way from the root, name by name, so that neither
// a link nor the length of the path can lead astray.
func (w *walker) open(n *node) (directory, error) {
	var way []string
	for ; n.parent != nil; n = n.parent {
		way = append(way, n.name)
	}
	dir, err := w.openRoot(n.root.path)
	for i := len(way) - 1; i >= 0 && err == nil; i-- {
		above := dir
		name := append([]byte(way[i]), 0)
		dir, err = above.openDir(name[:len(way[i])])
		above.close()
	}
	return dir, err
}

// unwind closes what is still open.
func (w *walker) unwind() {
	for len(w.stack) > 0 {
		w.pop()
	}
}
