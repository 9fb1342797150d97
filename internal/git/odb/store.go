package odb

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/momentolint/momentolint/internal/userfile"
)

// Limits bound what one object may cost. Zero fields mean the defaults.
type Limits struct {
	// Memory is the size in bytes above which a blob that no delta needs is
	// given as a stream. Default 64 MiB.
	Memory int64
	// Unpacked is the largest object, in bytes, that is unpacked in memory as a
	// delta's base or result. Larger ones give an error that [IsTooLarge] tells.
	// Default 256 MiB; git makes no deltas of files above 512 MiB.
	Unpacked int64
	// Retained is how many bytes of bases each worker of a Walk holds for later
	// use before it prefers to unpack them again. Default 128 MiB.
	Retained int64
	// Expansion is how many bytes one Walk unpacks in all. What is left then
	// gives errors that IsTooLarge tells. Default 64 GiB and a thousand times
	// the size of the packs; real histories stay below a hundred times.
	Expansion int64
}

func (l Limits) withDefaults() Limits {
	if l.Memory <= 0 {
		l.Memory = 64 << 20
	}
	if l.Unpacked <= 0 {
		l.Unpacked = 256 << 20
	}
	if l.Retained <= 0 {
		l.Retained = 128 << 20
	}
	return l
}

// Options say which store to open.
type Options struct {
	// Dir is the objects directory.
	Dir string
	// Alternates are further objects directories, as GIT_ALTERNATE_OBJECT_DIRECTORIES
	// names them. Those of objects/info/alternates are found without.
	Alternates []string
	// Hash is the repository's object format.
	Hash   Hash
	Limits Limits
	// NoMap reads files piece by piece even where they could be mapped.
	NoMap bool
}

// Store is the objects of a repository: one objects directory and its alternates.
// Its methods may be called by several goroutines at once.
type Store struct {
	hash   Hash
	limits Limits
	mapped bool
	dirs   []*objectDir

	mu    sync.Mutex // guards changes of packs
	packs atomic.Pointer[[]*pack]
	// recent is the pack that had the object last asked for; the next one is
	// most likely there too.
	recent atomic.Pointer[pack]

	problems []Problem
}

// Problem is a part of the store that cannot be used at all.
type Problem struct {
	// Path is the file or directory.
	Path string
	Err  error
}

// objectDir is one objects directory.
type objectDir struct {
	path string
	midx *multiIndex
	// midxPacks are the packs that the multi-pack index speaks of; nil elements
	// for those that do not exist.
	midxPacks []*pack
	// compared means that it was compared with the packs' own indexes.
	compared bool
	// changed is when the directory of packs last changed, as far as looked at.
	changed time.Time
}

// Open opens a store. It fails if the objects directory itself cannot be read;
// everything below it that is broken is reported by Problems or by reading it.
func Open(o Options) (*Store, error) {
	s := &Store{hash: o.Hash, limits: o.Limits.withDefaults(), mapped: !o.NoMap}
	if _, err := os.ReadDir(o.Dir); err != nil {
		return nil, fmt.Errorf("opening the object store: %w", err)
	}
	seen := map[string]bool{}
	s.addDir(o.Dir, 0, seen)
	for _, dir := range o.Alternates {
		s.addDir(dir, 0, seen)
	}
	packs := []*pack{}
	s.packs.Store(&packs)
	s.refresh()
	return s, nil
}

// Close unmaps the store's files. Nothing may be read from it any more.
func (s *Store) Close() error {
	var errs []error
	for _, p := range *s.packs.Load() {
		// Opening it after this fails instead of mapping it again.
		p.once.Do(func() { p.err = fs.ErrClosed })
		if p.err == nil {
			p.err = fs.ErrClosed
			errs = append(errs, p.close())
		}
	}
	for _, d := range s.dirs {
		if d.midx != nil {
			errs = append(errs, d.midx.file.close())
		}
	}
	return errors.Join(errs...)
}

// Hash is the function that names the store's objects.
func (s *Store) Hash() Hash { return s.hash }

// Problems returns which files and directories of the store cannot be used. It is
// complete after a Walk.
func (s *Store) Problems() []Problem {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Problem(nil), s.problems...)
}

// HasAlternates reports whether objects of other repositories are part of the store.
func (s *Store) HasAlternates() bool { return len(s.dirs) > 1 }

func (s *Store) addProblem(path string, err error) {
	for _, p := range s.problems {
		if p.Path == path {
			return
		}
	}
	s.problems = append(s.problems, Problem{path, err})
}

// maxAlternates is how many alternates deep git follows.
const maxAlternates = 5

// addDir adds an objects directory and what its info/alternates names.
func (s *Store) addDir(path string, depth int, seen map[string]bool) {
	path, err := filepath.Abs(path)
	if err != nil {
		s.addProblem(path, err)
		return
	}
	resolved, err := filepath.EvalSymlinks(path)
	if err != nil {
		s.addProblem(path, fmt.Errorf("alternate object store: %w", err))
		return
	}
	if seen[resolved] {
		return
	}
	seen[resolved] = true
	if info, err := os.Stat(resolved); err != nil || !info.IsDir() {
		s.addProblem(path, errors.New("alternate object store: not a directory"))
		return
	}
	s.dirs = append(s.dirs, &objectDir{path: path})
	text, err := userfile.Read(filepath.Join(path, "info", "alternates"), userfile.Small)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		s.addProblem(filepath.Join(path, "info", "alternates"), err)
		return
	}
	for line := range strings.SplitSeq(string(text), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		if line[0] == '"' {
			// A name with odd characters is written like a C string. Go's own
			// notation agrees with it for all that git writes.
			if name, err := strconv.Unquote(line); err == nil {
				line = name
			}
		}
		if depth >= maxAlternates {
			s.addProblem(line, errors.New("alternate object store: nested too deep"))
			return
		}
		if !filepath.IsAbs(line) {
			line = filepath.Join(path, line)
		}
		s.addDir(line, depth+1, seen)
	}
}

// refresh looks for packs that are not known yet and reports whether there are.
// A concurrent repack replaces packs; the new ones hold what the old ones held.
func (s *Store) refresh() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := *s.packs.Load()
	known := make(map[string]*pack, len(old))
	for _, p := range old {
		known[p.path] = p
	}
	packs := append([]*pack(nil), old...)
	for _, d := range s.dirs {
		dir := filepath.Join(d.path, "pack")
		info, err := os.Stat(dir)
		if err == nil && info.ModTime().Equal(d.changed) {
			continue
		}
		if err == nil {
			d.changed = info.ModTime()
		}
		entries, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			s.addProblem(dir, err)
		}
		exists := make(map[string]bool, len(entries))
		for _, e := range entries {
			exists[e.Name()] = true
		}
		if exists["multi-pack-index"] && d.midx == nil {
			// It only repeats what the packs' own indexes say, if all have one.
			path := filepath.Join(dir, "multi-pack-index")
			m, err := openMultiIndex(path, s.hash, s.mapped)
			if err == nil {
				d.midx = m
			} else if withoutIndex(exists) {
				s.addProblem(path, err)
			}
		}
		add := func(stem string, index func() (*index, error)) {
			path := filepath.Join(dir, stem)
			if known[path] == nil {
				p := &pack{path: path, hash: s.hash, mapped: s.mapped, index: index}
				known[path] = p
				packs = append(packs, p)
			}
		}
		for _, e := range entries {
			if stem, ok := strings.CutSuffix(e.Name(), ".idx"); ok && exists[stem+".pack"] {
				add(stem, nil)
			}
		}
		if d.midx == nil || d.midxPacks != nil {
			continue
		}
		for i, name := range d.midx.packs {
			stem := strings.TrimSuffix(strings.TrimSuffix(name, ".idx"), ".pack")
			if !exists[stem+".idx"] && exists[stem+".pack"] {
				add(stem, func() (*index, error) { return d.midx.packIndex(i) })
			}
			d.midxPacks = append(d.midxPacks, known[filepath.Join(dir, stem)])
		}
	}
	s.packs.Store(&packs)
	return len(packs) > len(old)
}

// withoutIndex reports whether one of a directory's packs has no index of its own.
func withoutIndex(names map[string]bool) bool {
	for name := range names {
		if stem, ok := strings.CutSuffix(name, ".pack"); ok && !names[stem+".idx"] {
			return true
		}
	}
	return false
}

// forget drops packs that are gone, and reports whether there were any. What they
// held is in others by now.
func (s *Store) forget() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	var kept []*pack
	old := *s.packs.Load()
	for _, p := range old {
		if !errors.Is(p.open(), fs.ErrNotExist) {
			kept = append(kept, p)
		}
	}
	if len(kept) == len(old) {
		return false
	}
	for _, d := range s.dirs {
		d.changed = time.Time{}
	}
	s.packs.Store(&kept)
	return true
}

// location is where an object is stored.
type location struct {
	pack   *pack
	offset int64
	loose  string // file name; pack is nil then
}

// Contains reports whether the store has the object, without reading it.
func (s *Store) Contains(id OID) (ok bool) {
	var err error
	defer rescue(&err)
	defer guard()()
	if int(id.size) != s.hash.Size() {
		return false
	}
	if _, ok := s.findPacked(id.bytes()); ok {
		return true
	}
	if _, ok := s.findLoose(&id); ok {
		return true
	}
	if s.forget() || s.refresh() {
		s.refresh()
		_, ok = s.findPacked(id.bytes())
	}
	return ok
}

func (s *Store) find(id *OID) (location, bool) {
	if loc, ok := s.findPacked(id.bytes()); ok {
		return loc, true
	}
	if loc, ok := s.findLoose(id); ok {
		return loc, true
	}
	if s.forget() || s.refresh() {
		s.refresh()
		return s.findPacked(id.bytes())
	}
	return location{}, false
}

// findPacked looks an id up in the packs.
func (s *Store) findPacked(id []byte) (location, bool) {
	recent := s.recent.Load()
	if recent != nil {
		if loc, ok := recent.find(id); ok {
			return loc, true
		}
	}
	for _, d := range s.dirs {
		if d.midx == nil {
			continue
		}
		if i, ok := d.midx.find(id); ok {
			if n, offset, ok := d.midx.at(i); ok {
				if p := d.midxPacks[n]; p != nil && p.open() == nil {
					s.recent.Store(p)
					return location{pack: p, offset: offset}, true
				}
			}
		}
	}
	for _, p := range *s.packs.Load() {
		if p == recent {
			continue
		}
		if loc, ok := p.find(id); ok {
			s.recent.Store(p)
			return loc, true
		}
	}
	return location{}, false
}

func (p *pack) find(id []byte) (location, bool) {
	if p.open() != nil {
		return location{}, false
	}
	i, ok := p.idx.find(id)
	if !ok {
		return location{}, false
	}
	return location{pack: p, offset: p.idx.offset(i)}, true
}

// findLoose looks for an object's own file.
func (s *Store) findLoose(id *OID) (location, bool) {
	for _, d := range s.dirs {
		if loc, ok := d.loose(id); ok {
			return loc, true
		}
	}
	return location{}, false
}

func (d *objectDir) loose(id *OID) (location, bool) {
	hex := id.String()
	path := filepath.Join(d.path, hex[:2], hex[2:])
	info, err := os.Stat(path)
	return location{loose: path}, err == nil && info.Mode().IsRegular()
}
