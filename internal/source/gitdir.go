package source

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// dotGit is the name of the directory that a repository keeps for itself. It is
// not entered: its content is compressed, and a scan of the history reads it.
// Git does not track anything of that name, so no one can hide a file there in
// a repository. A file of that name is read; it points to such a directory
// elsewhere, which is not entered either: that of a linked work tree, of a
// submodule, or of a repository made with --separate-git-dir.
const dotGit = ".git"

// gitDirs knows the directories that .git files and links point to. A directory that
// looks like git's is held back until all pointers have been seen, so that the
// order of the walk does not matter, and then entered unless one points to it.
type gitDirs struct {
	mu    sync.Mutex
	known map[identity]bool
	held  []*node
	// roots are the directories given by the caller, canonical: only what lies
	// inside them is examined.
	roots []string
}

func newGitDirs(roots []*root) *gitDirs {
	g := &gitDirs{known: map[identity]bool{}}
	for _, r := range roots {
		if r.isDir {
			g.roots = append(g.roots, r.canonical)
		}
	}
	return g
}

// hold reports whether a directory with these entries is to be left for later.
func (g *gitDirs) hold(n *node, entries []entry) bool {
	if n.parent == nil || n.released {
		return false
	}
	var head, objects, refs, common bool
	for i := range entries {
		switch string(entries[i].name) {
		case "HEAD":
			head = true
		case "objects":
			objects = true
		case "refs":
			refs = true
		case "commondir":
			common = true
		}
	}
	if !head || !(objects && refs) && !common {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.held = append(g.held, n)
	return true
}

// release returns the directories held back that nothing points to.
func (g *gitDirs) release() []task {
	g.mu.Lock()
	defer g.mu.Unlock()
	var tasks []task
	for _, n := range g.held {
		if !g.known[n.id] {
			n.released = true
			tasks = append(tasks, task{node: n})
		}
	}
	g.held = nil
	return tasks
}

// add notes a directory that belongs to git.
func (g *gitDirs) add(id identity) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.known[id] = true
}

// point notes the directory that a .git file points to, and the one that the
// former shares with other work trees. Whatever else the file holds, nothing
// outside of the paths given is examined.
func (g *gitDirs) point(r *root, display string, content []byte) {
	target, ok := bytes.CutPrefix(content, []byte("gitdir:"))
	if !ok || len(target) > 8192 {
		return
	}
	at := filepath.Join(r.canonical, filepath.FromSlash(strings.TrimPrefix(display, r.display)))
	dir := resolveFrom(filepath.Dir(at), string(bytes.TrimSpace(target)))
	if !g.inside(dir) {
		return
	}
	g.addPath(dir)
	if common, err := readSmall(filepath.Join(dir, "commondir")); err == nil {
		g.addPath(resolveFrom(dir, string(bytes.TrimSpace(common))))
	}
}

func resolveFrom(dir, path string) string {
	path = filepath.FromSlash(path)
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, path)
}

// inside reports whether a path lies in one of the directories given.
func (g *gitDirs) inside(path string) bool {
	for _, r := range g.roots {
		if rest, err := filepath.Rel(r, path); err == nil && filepath.IsLocal(rest) {
			return true
		}
	}
	return false
}

func (g *gitDirs) addPath(path string) {
	if !g.inside(path) {
		return
	}
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return
	}
	if id, err := fileIdentity(path, info); err == nil {
		g.add(id)
	}
}

// readSmall reads a file of at most a few kilobytes.
func readSmall(path string) ([]byte, error) {
	f, err := openPortableFile(path)
	if err != nil {
		return nil, err
	}
	defer f.close()
	buf := make([]byte, 8192)
	n, err := f.ReadAt(buf, 0)
	if n == 0 {
		return nil, err
	}
	return buf[:n], nil
}
