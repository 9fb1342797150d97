package history

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/git"
	"github.com/momentolint/momentolint/internal/git/index"
	"github.com/momentolint/momentolint/internal/git/odb"
	"github.com/momentolint/momentolint/internal/git/refs"
)

// Introduction is where an object was introduced into the history.
type Introduction struct {
	// Path is the blob's name, slash-separated from the top of the repository,
	// in the bytes the tree has: any but zero. It is "" for commits and tags,
	// and for blobs that no tree names.
	Path string
	// Commit is the first commit, in topological order (parents first, then by
	// date), that has the blob at the path: merges count like any other. For a
	// commit it is the commit itself, for a tag the tag. nil for what no commit
	// has: a dangling or only staged blob, a tag of a blob. The Subject is as
	// written; it must be redacted before it is printed.
	Commit *finding.Commit
	// Ref is the ref that leads to a tag, or to a tree or blob without a commit,
	// "" if there is none.
	Ref string
}

const (
	// maxPlaces is how many introductions one object may have. A few small trees
	// that name each other many times yield billions of paths.
	maxPlaces = 10_000
	// maxVisits is how many directories are visited for that.
	maxVisits = 20_000_000
)

// Attribute returns where objects were introduced: for each blob every path it ever had,
// with the commit that introduced it there. Objects that the selection does
// not reach are not in the result. The introductions are sorted by path. The
// objects need not exist.
//
// The holes that Objects returned are looked for as well. If one of them hides a
// part of what the selection reaches, an object without a known introduction may
// be there, and has an empty one.
func Attribute(ctx context.Context, r *git.Repo, sel Selection, ids []git.OID, holes []Hole) (map[git.OID][]Introduction, error) {
	if len(ids) == 0 && len(holes) == 0 {
		return map[git.OID][]Introduction{}, nil
	}
	s, err := r.Store(ctx)
	if err != nil {
		return nil, err
	}
	a := &attribution{repo: r, store: s, sel: sel, result: map[git.OID][]Introduction{}, holes: map[git.OID]bool{}, holeAt: map[int32]*target{}}
	for _, h := range holes {
		a.holes[h.ID] = true
	}
	if err := a.readRefs(ctx); err != nil {
		return nil, attributionError(err)
	}
	if len(holes) == 0 {
		if result, err := a.incremental(ctx, ids); err != nil || result != nil {
			return result, err
		}
	}
	steps := []func(context.Context) error{
		func(context.Context) error { a.setTargets(ids); return nil }, a.readGraph, a.reach, a.mark,
		a.readMarked, a.walkCommits, a.walkRest, a.addStaged, a.addSelves,
		func(ctx context.Context) error { return a.addUnplaced(ctx, ids) },
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return nil, attributionError(err)
		}
	}
	a.finish()
	a.save(ids, a.commitBehind)
	return a.result, nil
}

func attributionError(err error) error {
	return fmt.Errorf("finding the commits that introduced findings: %w", err)
}

// attribution is one run of Attribute. Objects are known by their numbers in
// the store.
type attribution struct {
	repo  *git.Repo
	store *git.Store
	sel   Selection

	tips     []refs.Ref
	rewrites refs.Rewrites
	nums     git.Numbers

	// targets are the objects asked for, with those they stand for: usually
	// themselves, but what replaces an object stands for that one, too.
	targets map[git.OID]*target
	filter  [1 << 16 / 64]uint64

	commits  []commitNode
	commitOf map[git.OID]int32   // index in commits
	tags     map[git.OID]git.OID // every tag's object
	// roots are trees and blobs that refs lead to without a commit.
	roots []refs.Ref

	graphs  []treeGraph // for each worker
	marked  []bool      // by number: trees that hold a target, at any depth
	content map[int32][]child

	paths   []path
	pathIDs map[path]int32
	seen    map[[2]int32]bool // tree and path
	visits  int
	capped  map[git.OID]bool

	// holes are objects that cannot be read, holeAt the trees among them by number.
	holes  map[git.OID]bool
	holeAt map[int32]*target
	// hidden means that a hole hides a part of what the selection reaches.
	hidden bool

	result map[git.OID][]Introduction
}

type target struct {
	ids []git.OID
	// paths are those it was found at already.
	paths map[int32]bool
}

// commitNode is a commit in the graph of those that matter.
type commitNode struct {
	id      git.OID
	trees   []int32 // one, or two for a replaced commit
	parents []git.OID
	date    int64
	reached bool
	// replacement means that the commit replaces another one, and so comes after it.
	replacement bool
	// lost is the commit's tree if that is a hole.
	lost *target
}

type treeHead struct{ number, from, to int32 }

// child is an entry of a marked tree that leads to a target.
type child struct {
	name   string
	tree   int32 // number of a marked tree, or -1
	target *target
	hides  bool // it is a tree that cannot be read
}

// path is a directory and a name in it, as an index into paths; the root is 0.
type path struct {
	parent int32
	name   string
}

func (a *attribution) readRefs(ctx context.Context) (err error) {
	if a.tips, err = refs.Tips(ctx, a.repo, refs.Selection{Reflog: a.sel.Reflog}); err != nil {
		return err
	}
	if a.rewrites, err = refs.ReadRewrites(a.repo, a.tips); err != nil {
		return err
	}
	a.nums, err = a.store.Number()
	return err
}

func (a *attribution) setTargets(ids []git.OID) {
	a.targets = make(map[git.OID]*target, len(ids)+len(a.holes))
	for _, id := range ids {
		a.addTarget(id, id)
	}
	for id := range a.holes {
		a.addTarget(id, id)
	}
	for old, stand := range a.rewrites.Replaced {
		if _, ok := a.targets[stand]; ok {
			a.addTarget(old, stand)
		}
	}
}

// addTarget has an object looked for, under its own id or one that it replaces.
func (a *attribution) addTarget(key, id git.OID) *target {
	t := a.targets[key]
	if t == nil {
		t = &target{paths: map[int32]bool{}}
		a.targets[key] = t
		var buf [32]byte
		b := key.AppendTo(buf[:0])
		h := uint(b[0])<<8 | uint(b[1])
		a.filter[h/64] |= 1 << (h % 64)
	}
	if !slices.Contains(t.ids, id) {
		t.ids = append(t.ids, id)
	}
	return t
}

// addDamaged makes holes of what a walk could not read. Those that are not known yet
// are outside of the part that Objects read.
func (a *attribution) addDamaged(damaged []*odb.DamageError) {
	for _, d := range damaged {
		if !a.holes[d.ID] {
			a.holes[d.ID] = true
			a.repo.Skip(d.ID.String(), d.Error())
		}
		t := a.addTarget(d.ID, d.ID)
		for _, n := range a.treeNumber(nil, d.ID) {
			a.holeAt[n] = t
		}
	}
}

// target returns what is asked for under an id of a tree's entry.
func (a *attribution) target(id []byte) *target {
	h := uint(id[0])<<8 | uint(id[1])
	if a.filter[h/64]>>(h%64)&1 == 0 {
		return nil
	}
	return a.targets[odb.OIDFromBytes(id)]
}

// treeGraph is what one worker read of the trees: the directories in each, and which
// of them hold a target.
type treeGraph struct {
	trees []treeHead
	kids  []int32
	hits  []int32
	// recent are the numbers of the directories met last: trees come version after
	// version, and most of their entries were in the one before.
	recent *[1 << 12]recentFolder
}

type recentFolder struct {
	id [sha256.Size]byte
	// next is one more than the number, 0 for what is not in the store.
	next int32
}

// numberOf returns a directory's number, -1 if it is not in the store.
func (a *attribution) numberOf(g *treeGraph, id []byte) int32 {
	slot := &g.recent[(uint(id[0])<<8|uint(id[1]))%uint(len(g.recent))]
	if bytes.Equal(slot.id[:len(id)], id) {
		return slot.next - 1
	}
	slot.next = 0
	if n, ok := a.nums.Of(id); ok {
		slot.next = int32(n) + 1
	}
	copy(slot.id[:], id)
	return slot.next - 1
}

// readGraph reads all commits, tags and trees.
func (a *attribution) readGraph(ctx context.Context) error {
	type found struct {
		commits []commitNode
		tags    [][2]git.OID
		info    odb.CommitInfo
	}
	workers := make([]found, a.repo.Jobs())
	a.graphs = make([]treeGraph, a.repo.Jobs())
	for i := range a.graphs {
		a.graphs[i].recent = new([1 << 12]recentFolder)
	}
	hash := a.repo.Hash()
	types := odb.Of(odb.Commit, odb.Tag, odb.Tree)
	result, err := a.store.Walk(ctx, odb.WalkOptions{Types: types, Jobs: a.repo.Jobs()}, func(worker int, o *odb.Object) error {
		w := &workers[worker]
		switch o.Type {
		case odb.Tree:
			a.addTree(&a.graphs[worker], o)
		case odb.Tag:
			if t, err := odb.ParseTag(hash, o.Data); err == nil {
				w.tags = append(w.tags, [2]git.OID{o.ID, t.Object})
			}
		case odb.Commit:
			if odb.ParseCommit(hash, o.Data, &w.info) != nil {
				return nil // it is damaged, and Objects reported it
			}
			n := commitNode{id: o.ID, date: git.CommitTime(w.info.Committer)}
			if len(w.info.Parents) > 0 {
				n.parents = slices.Clone(w.info.Parents)
			}
			n.trees = a.treeNumber(nil, w.info.Tree)
			if a.holes[w.info.Tree] {
				n.lost = a.targets[w.info.Tree]
			}
			w.commits = append(w.commits, n)
		case odb.Blob:
		}
		return nil
	})
	if err != nil {
		return err
	}
	a.addDamaged(result.Damaged)
	a.tags = map[git.OID]git.OID{}
	for i := range workers {
		a.commits = append(a.commits, workers[i].commits...)
		for _, t := range workers[i].tags {
			a.tags[t[0]] = t[1]
		}
	}
	a.commitOf = make(map[git.OID]int32, len(a.commits))
	for i := range a.commits {
		a.commitOf[a.commits[i].id] = int32(i)
	}
	a.rewrite()
	return nil
}

// addTree notes the directories in a tree, and whether it holds a target itself.
func (a *attribution) addTree(g *treeGraph, o *odb.Object) {
	var buf [32]byte
	number, ok := a.nums.Of(o.ID.AppendTo(buf[:0]))
	if !ok {
		return // it came after counting
	}
	from := len(g.kids)
	hit := false
	tree := odb.ReadTree(a.repo.Hash(), o.Data)
	var e odb.TreeEntry
	for tree.Next(&e) {
		if e.IsTree() {
			if n := a.numberOf(g, e.ID); n >= 0 {
				g.kids = append(g.kids, n)
			}
		}
		if a.target(e.ID) != nil && !e.IsGitlink() {
			hit = true
		}
	}
	if hit {
		g.hits = append(g.hits, int32(number))
	}
	if to := len(g.kids); to > from {
		g.trees = append(g.trees, treeHead{int32(number), int32(from), int32(to)})
	}
}

func (a *attribution) treeNumber(to []int32, id git.OID) []int32 {
	var buf [32]byte
	if n, ok := a.nums.Of(id.AppendTo(buf[:0])); ok {
		to = append(to, int32(n))
	}
	return to
}

// rewrite applies what git reads differently from what the commits say. What
// grafts and replacements hide is still there, so it counts as well; only the
// parents of a shallow clone's oldest commits do not: they are not in it.
func (a *attribution) rewrite() {
	for id := range a.rewrites.Shallow {
		if i, ok := a.commitOf[id]; ok {
			a.commits[i].parents = nil
		}
	}
	for id, parents := range a.rewrites.Grafts {
		if i, ok := a.commitOf[id]; ok {
			a.commits[i].parents = append(a.commits[i].parents, parents...)
		}
	}
	for old, stand := range a.rewrites.Replaced {
		i, ok := a.commitOf[old]
		j, ok2 := a.commitOf[stand]
		if !ok || !ok2 || i == j {
			continue
		}
		a.commits[j].replacement = true
		a.commits[i].parents = append(a.commits[i].parents, a.commits[j].parents...)
		a.commits[i].trees = append(a.commits[i].trees, a.commits[j].trees...)
	}
}

// reach finds the commits that are reachable from the selection.
func (a *attribution) reach(context.Context) error {
	var todo []int32
	visit := func(id git.OID) bool {
		i, ok := a.commitOf[id]
		if ok && !a.commits[i].reached {
			a.commits[i].reached = true
			todo = append(todo, i)
		}
		a.hidden = a.hidden || !ok && a.holes[id]
		return ok
	}
	for _, tip := range a.tips {
		id := a.peel(tip)
		if !visit(id) {
			a.roots = append(a.roots, refs.Ref{ID: id, Name: tip.Name})
		}
	}
	if a.sel.AllObjects {
		for i := range a.commits {
			visit(a.commits[i].id)
		}
	}
	for len(todo) > 0 {
		i := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, p := range a.commits[i].parents {
			visit(p)
		}
	}
	return nil
}

// peel follows tags to what they are for, and notes those asked for.
func (a *attribution) peel(tip refs.Ref) git.OID {
	id := tip.ID
	// A tag cannot name itself, but a store may lie about ids.
	for range git.MaxTreeDepth {
		if t := a.targets[id]; t != nil {
			a.addTag(t, id, tip.Name)
		}
		next, ok := a.tags[id]
		if !ok {
			break
		}
		id = next
	}
	return id
}

// commitBehind returns the commit that an object leads to.
func (a *attribution) commitBehind(id git.OID) (git.OID, bool) {
	for range git.MaxTreeDepth {
		next, ok := a.tags[id]
		if !ok {
			break
		}
		id = next
	}
	_, ok := a.commitOf[id]
	return id, ok
}

func (a *attribution) addTag(t *target, id git.OID, name string) {
	if _, ok := a.tags[id]; !ok {
		return
	}
	for _, x := range t.ids {
		if !slices.ContainsFunc(a.result[x], func(i Introduction) bool { return i.Path == "" }) {
			a.result[x] = append(a.result[x], Introduction{Ref: name})
		}
	}
}

// mark marks all trees above marked ones. Each round climbs one directory at
// least, over a few million numbers, which takes milliseconds.
func (a *attribution) mark(ctx context.Context) error {
	a.marked = make([]bool, a.nums.Len())
	for _, g := range a.graphs {
		for _, n := range g.hits {
			a.marked[n] = true
		}
	}
	for n := range a.holeAt {
		a.marked[n] = true
	}
	for round := 0; ; round++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		changed := false
		for _, g := range a.graphs {
			for _, t := range g.trees {
				if a.marked[t.number] {
					continue
				}
				for _, kid := range g.kids[t.from:t.to] {
					if a.marked[kid] {
						a.marked[t.number] = true
						changed = true
						break
					}
				}
			}
		}
		if !changed {
			break
		}
		if round == git.MaxTreeDepth {
			a.repo.Skip("trees", fmt.Sprintf("directories are nested more than %d deep", git.MaxTreeDepth))
			break
		}
	}
	a.graphs = nil
	return nil
}

// readMarked reads the names on the way to targets.
func (a *attribution) readMarked(ctx context.Context) error {
	type found struct {
		number   int32
		children []child
	}
	jobs := a.repo.Jobs()
	workers := make([][]found, jobs)
	names := make([]map[string]string, jobs)
	for i := range names {
		names[i] = map[string]string{}
	}
	result, err := a.store.Walk(ctx, odb.WalkOptions{
		Types: odb.Of(odb.Tree), Jobs: jobs,
		Skip: func(id git.OID) bool {
			var buf [32]byte
			n, ok := a.nums.Of(id.AppendTo(buf[:0]))
			return !ok || !a.marked[n]
		},
	}, func(worker int, o *odb.Object) error {
		var buf [32]byte
		number, _ := a.nums.Of(o.ID.AppendTo(buf[:0]))
		f := found{number: int32(number)}
		tree := odb.ReadTree(a.repo.Hash(), o.Data)
		var e odb.TreeEntry
		for tree.Next(&e) {
			c := child{tree: -1}
			if e.IsTree() {
				if n, ok := a.nums.Of(e.ID); ok && a.marked[n] {
					c.tree = int32(n)
				}
			}
			if !e.IsGitlink() {
				c.target = a.target(e.ID)
				c.hides = e.IsTree() && c.target != nil && a.holes[odb.OIDFromBytes(e.ID)]
			}
			if c.tree < 0 && c.target == nil {
				continue
			}
			name, ok := names[worker][string(e.Name)]
			if !ok {
				name = string(e.Name)
				names[worker][name] = name
			}
			c.name = name
			f.children = append(f.children, c)
		}
		workers[worker] = append(workers[worker], f)
		return nil
	})
	a.addDamaged(result.Damaged)
	a.content = map[int32][]child{}
	for _, list := range workers {
		for _, f := range list {
			a.content[f.number] = f.children
		}
	}
	a.paths = []path{{}}
	a.pathIDs = map[path]int32{}
	a.seen = map[[2]int32]bool{}
	a.capped = map[git.OID]bool{}
	return err
}

// walkCommits visits the reached commits, parents first. Whatever path a
// target has in a commit is new there if no earlier commit had it.
func (a *attribution) walkCommits(ctx context.Context) error {
	rd := a.store.Reader()
	defer func() { _ = rd.Close() }()
	for _, i := range topological(a.commits, a.commitOf) {
		c := &a.commits[i]
		for _, tree := range c.trees {
			c.lost = cmp.Or(c.lost, a.holeAt[tree])
		}
		if c.lost != nil {
			a.hidden = true
			if !c.lost.paths[0] {
				c.lost.paths[0] = true
				a.add(c.lost, 0, Introduction{Commit: a.commitInfo(ctx, rd, c.id)})
			}
		}
		for _, tree := range c.trees {
			if !a.marked[tree] || a.seen[[2]int32{tree, 0}] {
				continue
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			var info *finding.Commit
			a.visit(tree, 0, 0, func(t *target, p int32) {
				if info == nil {
					info = a.commitInfo(ctx, rd, c.id)
				}
				a.add(t, p, Introduction{Commit: info})
			})
		}
	}
	return nil
}

func (a *attribution) commitInfo(ctx context.Context, rd *git.Reader, id git.OID) *finding.Commit {
	o, err := rd.Read(ctx, id)
	if err != nil {
		return &finding.Commit{ID: id.String()}
	}
	return git.Describe(a.repo.Hash(), o)
}

// visit finds the targets in a tree, and calls found for each new path.
func (a *attribution) visit(tree, at int32, depth int, found func(t *target, p int32)) {
	key := [2]int32{tree, at}
	if a.seen[key] || depth > git.MaxTreeDepth {
		return
	}
	if a.visits++; a.visits > maxVisits {
		if a.visits == maxVisits+1 {
			a.repo.Skip("trees", "the directories have too many paths to list; findings in them may be incomplete")
		}
		return
	}
	a.seen[key] = true
	for _, c := range a.content[tree] {
		p := a.join(at, c.name)
		a.hidden = a.hidden || c.hides
		if c.target != nil && !c.target.paths[p] {
			c.target.paths[p] = true
			found(c.target, p)
		}
		if c.tree >= 0 {
			a.visit(c.tree, p, depth+1, found)
		}
	}
}

func (a *attribution) join(parent int32, name string) int32 {
	key := path{parent, name}
	id, ok := a.pathIDs[key]
	if !ok {
		id = int32(len(a.paths))
		a.paths = append(a.paths, key)
		a.pathIDs[key] = id
	}
	return id
}

func (a *attribution) pathName(id int32) string {
	var parts []string
	for ; id != 0; id = a.paths[id].parent {
		parts = append(parts, a.paths[id].name)
	}
	slices.Reverse(parts)
	return strings.Join(parts, "/")
}

func (a *attribution) add(t *target, p int32, i Introduction) {
	if len(t.paths) > maxPlaces {
		if id := t.ids[0]; !a.capped[id] {
			a.capped[id] = true
			a.repo.Skip(id.String(), fmt.Sprintf("it is in more than %d places; the rest are not listed", maxPlaces))
		}
		return
	}
	i.Path = a.pathName(p)
	for _, id := range t.ids {
		a.result[id] = append(a.result[id], i)
	}
}

// walkRest finds what no commit has: trees and blobs that refs lead to, and
// for everything in the store the trees that nothing leads to.
func (a *attribution) walkRest(context.Context) error {
	for _, root := range a.roots {
		if t := a.targets[root.ID]; t != nil && len(t.paths) == 0 {
			for _, id := range t.ids {
				if len(a.result[id]) == 0 {
					a.result[id] = append(a.result[id], Introduction{Ref: root.Name})
				}
			}
		}
		for _, n := range a.treeNumber(nil, root.ID) {
			a.hidden = a.hidden || a.holeAt[n] != nil
			a.visit(n, 0, 0, func(t *target, p int32) { a.add(t, p, Introduction{Ref: root.Name}) })
		}
	}
	if !a.sel.AllObjects {
		return nil
	}
	below := map[int32]bool{}
	for _, children := range a.content {
		for _, c := range children {
			if c.tree >= 0 {
				below[c.tree] = true
			}
		}
	}
	var dangling []int32
	inCommit := map[int32]bool{}
	for i := range a.commits {
		for _, t := range a.commits[i].trees {
			inCommit[t] = true
		}
	}
	for n := range a.content {
		if !below[n] && !inCommit[n] {
			dangling = append(dangling, n)
		}
	}
	slices.Sort(dangling)
	for _, n := range dangling {
		a.visit(n, 0, 0, func(t *target, p int32) { a.add(t, p, Introduction{}) })
	}
	return nil
}

// addStaged finds objects that only the index names.
func (a *attribution) addStaged(ctx context.Context) error {
	if !a.sel.AllObjects || a.repo.Bare() {
		return nil
	}
	entries, err := index.Entries(ctx, a.repo)
	if err != nil {
		a.repo.Warn("the index could not be read: %v", err)
		return nil
	}
	for _, e := range entries {
		t := a.targets[e.ID]
		if t == nil {
			continue
		}
		for _, id := range t.ids {
			if !slices.ContainsFunc(a.result[id], func(i Introduction) bool { return i.Path == e.Path }) {
				a.result[id] = append(a.result[id], Introduction{Path: e.Path})
			}
		}
	}
	return nil
}

// addSelves adds what commits and tags are asked for, and with everything in
// the store the objects that nothing leads to.
func (a *attribution) addSelves(ctx context.Context) error {
	rd := a.store.Reader()
	defer func() { _ = rd.Close() }()
	for key, t := range a.targets {
		for _, id := range t.ids {
			if key != id {
				continue
			}
			if i, ok := a.commitOf[id]; ok && a.commits[i].reached {
				a.result[id] = []Introduction{{Commit: a.commitInfo(ctx, rd, id)}}
				continue
			}
			if _, ok := a.tags[id]; ok {
				if len(a.result[id]) == 0 && a.sel.AllObjects {
					a.result[id] = []Introduction{{}}
				}
				for i := range a.result[id] {
					a.result[id][i].Commit = a.commitInfo(ctx, rd, id)
				}
				continue
			}
			if a.sel.AllObjects && len(a.result[id]) == 0 && a.store.Contains(id) {
				a.result[id] = []Introduction{{}}
			}
		}
	}
	return ctx.Err()
}

// addUnplaced adds the objects that may be where a hole hides them.
func (a *attribution) addUnplaced(ctx context.Context, ids []git.OID) error {
	if !a.hidden {
		return nil
	}
	rd := a.store.Reader()
	defer func() { _ = rd.Close() }()
	for _, id := range ids {
		if len(a.result[id]) > 0 {
			continue
		}
		i := Introduction{}
		_, tag := a.tags[id]
		if _, commit := a.commitOf[id]; commit || tag {
			i.Commit = a.commitInfo(ctx, rd, id)
		}
		a.result[id] = []Introduction{i}
	}
	return ctx.Err()
}

func (a *attribution) finish() {
	for _, list := range a.result {
		slices.SortStableFunc(list, func(x, y Introduction) int { return cmp.Compare(x.Path, y.Path) })
	}
}
