// Package cache remembers which objects of a repository were scanned and had
// nothing in them, so that the next scan reads only what is new.
//
// An object's id stands for its content, so what holds once holds for ever, as
// long as the same rules look at it: the cache belongs to a set of rules, a
// version and a repository. It holds ids, types and sizes. Objects with
// findings are not in it; they are simply read again.
//
// A cache file is not trusted: it counts only if its size, checksum, key and
// order are right, and is ignored otherwise. It is written beside and renamed,
// so that runs at the same time may overwrite but never mix each other's.
package cache

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/momentolint/momentolint/scanner/source/git/internal/small"
	"github.com/momentolint/momentolint/scanner/source/git/odb"
)

// Key says what a cache is valid for.
type Key struct {
	// Rules identifies everything that decides what a finding is: a hash of the
	// rules and of the options that change what they see.
	Rules string
	// Version is the program's.
	Version string
	// Repository identifies the repository on this computer, e.g. its
	// git.Repo.CommonDir. Repositories do not share caches: one that lies about
	// its objects' ids spoils its own only.
	Repository string
}

func (k Key) digest() [sha256.Size]byte {
	return sha256.Sum256(fmt.Appendf(nil, "%q %q %q", k.Rules, k.Version, k.Repository))
}

// Entry is what is known about an object.
type Entry struct {
	ID   odb.OID
	Type odb.Type
	Size int64
}

// Cache is the contents of one cache file. Lookup may be called by several
// goroutines at once.
type Cache struct {
	dir, path string
	key       [sha256.Size]byte
	hash      odb.Hash
	records   []byte
	n         int
	// first has for each leading 16 bits the first record with them or more.
	first []uint32
}

const (
	magic   = "momentolint scanned objects\n"
	format  = 1
	infoLen = 8
	// maxRecords bounds the memory that a file may ask for to about 1 GB.
	maxRecords = 1 << 25
	// unused is how long a file is kept that nobody reads.
	unused = 90 * 24 * time.Hour
)

func headerLen() int { return len(magic) + 4 + 4 + sha256.Size + 8 }

// Dir is the folder for caches in the user's cache folder.
func Dir() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("looking for the cache folder: %w", err)
	}
	return filepath.Join(dir, "momentolint", "objects"), nil
}

// Open reads the cache for a key from a folder. It always gives a cache that
// can be used; the error says why an existing file was ignored, which is worth
// a remark at most.
func Open(dir string, k Key, h odb.Hash) (*Cache, error) {
	name := sha256.Sum256([]byte(k.Repository))
	c := &Cache{dir: dir, path: filepath.Join(dir, hex.EncodeToString(name[:16])), key: k.digest(), hash: h}
	err := c.load()
	if err != nil {
		c.records, c.n, c.first = nil, 0, nil
	}
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, errOther) {
		return c, nil
	}
	return c, err
}

var (
	errDamaged = errors.New("the cache file is damaged and will be written anew")
	// errOther: the file is for other rules or another version.
	errOther = errors.New("the cache file is for something else")
)

func (c *Cache) recordLen() int { return c.hash.Size() + infoLen }

func (c *Cache) load() error {
	f, err := small.Open(c.path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	least := int64(headerLen() + sha256.Size)
	if !info.Mode().IsRegular() || info.Size() < least || info.Size() > least+maxRecords*int64(c.recordLen()) {
		return errDamaged
	}
	b := make([]byte, info.Size())
	if _, err := f.ReadAt(b, 0); err != nil {
		return err
	}
	if err := c.parse(b); err != nil {
		return err
	}
	// What is used stays; a read-only folder does not matter.
	now := time.Now()
	_ = os.Chtimes(c.path, now, now)
	return nil
}

// parse takes over a file's content, if everything about it is right.
func (c *Cache) parse(b []byte) error {
	if len(b) < headerLen()+sha256.Size || !bytes.HasPrefix(b, []byte(magic)) {
		return errDamaged
	}
	head := b[len(magic):]
	if v := binary.BigEndian.Uint32(head); v != format {
		return errOther
	}
	body, sum := b[:len(b)-sha256.Size], b[len(b)-sha256.Size:]
	if got := sha256.Sum256(body); !bytes.Equal(got[:], sum) {
		return errDamaged
	}
	if binary.BigEndian.Uint32(head[4:]) != uint32(c.hash.Size()) || !bytes.Equal(head[8:8+sha256.Size], c.key[:]) {
		return errOther
	}
	n := binary.BigEndian.Uint64(head[8+sha256.Size:])
	records := body[headerLen():]
	if n > maxRecords || int(n)*c.recordLen() != len(records) {
		return errDamaged
	}
	c.records, c.n = records, int(n)
	c.first = make([]uint32, 1<<16+1)
	next := 0
	var prev []byte
	for i := range c.n {
		id := c.id(i)
		if prev != nil && bytes.Compare(prev, id) >= 0 {
			return errDamaged
		}
		if t := c.entry(i).Type; t < odb.Commit || t > odb.Tag {
			return errDamaged
		}
		prev = id
		for p := int(binary.BigEndian.Uint16(id)); next <= p; next++ {
			c.first[next] = uint32(i)
		}
	}
	for ; next < len(c.first); next++ {
		c.first[next] = uint32(c.n)
	}
	return nil
}

func (c *Cache) id(i int) []byte {
	at := i * c.recordLen()
	return c.records[at : at+c.hash.Size()]
}

func (c *Cache) entry(i int) Entry {
	at := i*c.recordLen() + c.hash.Size()
	info := binary.BigEndian.Uint64(c.records[at:])
	return Entry{ID: odb.OIDFromBytes(c.id(i)), Type: odb.Type(info >> 56), Size: int64(info & (1<<56 - 1))}
}

// Len is the number of objects in the cache as it was read.
func (c *Cache) Len() int { return c.n }

// Lookup tells whether an object was scanned before and had nothing in it.
func (c *Cache) Lookup(id odb.OID) (Entry, bool) {
	if c.n == 0 {
		return Entry{}, false
	}
	var buf [sha256.Size]byte
	want := id.AppendTo(buf[:0])
	if len(want) != c.hash.Size() {
		return Entry{}, false
	}
	p := int(binary.BigEndian.Uint16(want))
	lo, hi := int(c.first[p]), int(c.first[p+1])
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		switch d := bytes.Compare(c.id(mid), want); {
		case d == 0:
			return c.entry(mid), true
		case d < 0:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return Entry{}, false
}

// Save writes what is in the cache, as far as keep says so, together with the
// given entries, as the new file. The cache itself stays as it was read.
func (c *Cache) Save(add []Entry, keep func(odb.OID) bool) error {
	records := c.merge(add, keep)
	n := len(records) / c.recordLen()
	if n > maxRecords {
		return fmt.Errorf("%d objects are too many for a cache", n)
	}
	head := make([]byte, 0, headerLen())
	head = append(head, magic...)
	head = binary.BigEndian.AppendUint32(head, format)
	head = binary.BigEndian.AppendUint32(head, uint32(c.hash.Size()))
	head = append(head, c.key[:]...)
	head = binary.BigEndian.AppendUint64(head, uint64(n))
	sum := sha256.New()
	_, _ = sum.Write(head)
	_, _ = sum.Write(records)
	return c.write(head, records, sum.Sum(nil))
}

// merge gives the records in ascending order, each id once.
func (c *Cache) merge(add []Entry, keep func(odb.OID) bool) []byte {
	// Ids are as good as random: sorted into lists by their first 16 bits, what
	// is left to sort is short.
	var count [1<<16 + 1]uint32
	lead := func(e *Entry) int {
		var buf [sha256.Size]byte
		return int(binary.BigEndian.Uint16(e.ID.AppendTo(buf[:0])))
	}
	for i := range add {
		count[lead(&add[i])+1]++
	}
	for i := 1; i < len(count); i++ {
		count[i] += count[i-1]
	}
	start := count
	sorted := make([]Entry, len(add))
	for i := range add {
		p := lead(&add[i])
		sorted[start[p]] = add[i]
		start[p]++
	}
	for p := range 1 << 16 {
		if part := sorted[count[p]:count[p+1]]; len(part) > 1 {
			slices.SortFunc(part, func(a, b Entry) int { return a.ID.Compare(b.ID) })
		}
	}
	out := make([]byte, 0, len(c.records)+len(sorted)*c.recordLen())
	var last []byte
	put := func(id []byte, info uint64) {
		if last != nil && bytes.Equal(last, id) {
			return
		}
		at := len(out)
		out = append(out, id...)
		last = out[at:]
		out = binary.BigEndian.AppendUint64(out, info)
	}
	var buf [sha256.Size]byte
	i := 0
	old := func(until []byte) {
		for ; i < c.n && (until == nil || bytes.Compare(c.id(i), until) < 0); i++ {
			if e := c.entry(i); keep(e.ID) {
				put(c.id(i), uint64(e.Type)<<56|uint64(e.Size))
			}
		}
	}
	for k := range sorted {
		e := &sorted[k]
		id := e.ID.AppendTo(buf[:0])
		old(id)
		put(id, uint64(e.Type)<<56|uint64(e.Size)&(1<<56-1))
	}
	old(nil)
	return out
}

// write puts the file in place in one step.
func (c *Cache) write(parts ...[]byte) (err error) {
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return err
	}
	c.prune()
	f, err := os.CreateTemp(c.dir, tempPrefix+"*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	for _, p := range parts {
		if _, err = f.Write(p); err != nil {
			_ = f.Close()
			return err
		}
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), c.path)
}

const tempPrefix = "new-"

// prune removes files that nobody used for long, and what ended runs left.
func (c *Cache) prune() {
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return
	}
	now := time.Now()
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		age := now.Sub(info.ModTime())
		_, hexErr := hex.DecodeString(e.Name())
		stale := hexErr == nil && len(e.Name()) == 32 && age > unused
		left := strings.HasPrefix(e.Name(), tempPrefix) && age > 24*time.Hour
		if stale || left {
			_ = os.Remove(filepath.Join(c.dir, e.Name()))
		}
	}
}
