// Package cache remembers what a scan of a repository's history found out, so
// that the next one reads only what is new.
//
// An object's id stands for its content, so what holds once holds for ever, as
// long as the same rules look at it: a cache belongs to a set of rules, a
// version and a repository. It holds ids, types and sizes of objects, and where
// those with something in them came in. What was found in them it does not
// hold: they are read again.
//
// A cache file is not trusted: it counts only if its size, checksum, key and
// order are right, and is ignored otherwise. It is written to a temporary file and renamed,
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
	"strings"
	"time"

	"github.com/momentolint/momentolint/internal/git/odb"
	"github.com/momentolint/momentolint/internal/userfile"
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

// unused is how long an unread file is kept.
const unused = 90 * 24 * time.Hour

// file is one cache file: a header with the key, a body and a checksum.
type file struct {
	dir, path string
	key       [sha256.Size]byte
	hash      odb.Hash
	magic     string
	format    uint32
}

// newFile returns the file of a repository; kind tells its files apart.
func newFile(dir, kind string, k Key, h odb.Hash, magic string, format uint32) file {
	name := sha256.Sum256([]byte(kind + k.Repository))
	return file{
		dir: dir, path: filepath.Join(dir, hex.EncodeToString(name[:16])),
		key: k.digest(), hash: h, magic: magic, format: format,
	}
}

var (
	errDamaged = errors.New("the cache file is damaged and will be written anew")
	// errOther: the file is for other rules or another version.
	errOther = errors.New("the cache file is for something else")
)

// remark returns what is worth telling of a file that was ignored.
func remark(err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, errOther) {
		return nil
	}
	return err
}

func (x *file) header() []byte {
	b := append(make([]byte, 0, x.headerLen()), x.magic...)
	b = binary.BigEndian.AppendUint32(b, x.format)
	b = binary.BigEndian.AppendUint32(b, uint32(x.hash.Size()))
	return append(b, x.key[:]...)
}

func (x *file) headerLen() int { return len(x.magic) + 4 + 4 + sha256.Size }

// read returns the body, of at most so many bytes, of a file that is whole and
// for the same key.
func (x *file) read(most int64) ([]byte, error) {
	f, err := userfile.Open(x.path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	least := int64(x.headerLen() + sha256.Size)
	if !info.Mode().IsRegular() || info.Size() < least || info.Size() > least+most {
		return nil, errDamaged
	}
	b := make([]byte, info.Size())
	if _, err := f.ReadAt(b, 0); err != nil {
		return nil, err
	}
	body, err := x.body(b)
	if err != nil {
		return nil, err
	}
	// What is used stays; a read-only directory does not matter.
	now := time.Now()
	_ = os.Chtimes(x.path, now, now)
	return body, nil
}

// body returns a file's body if header and checksum are right.
func (x *file) body(b []byte) ([]byte, error) {
	if len(b) < x.headerLen()+sha256.Size || !bytes.HasPrefix(b, []byte(x.magic)) {
		return nil, errDamaged
	}
	if v := binary.BigEndian.Uint32(b[len(x.magic):]); v != x.format {
		return nil, errOther
	}
	rest, sum := b[:len(b)-sha256.Size], b[len(b)-sha256.Size:]
	if got := sha256.Sum256(rest); !bytes.Equal(got[:], sum) {
		return nil, errDamaged
	}
	head, body := rest[:x.headerLen()], rest[x.headerLen():]
	if !bytes.Equal(head, x.header()) {
		return nil, errOther
	}
	return body, nil
}

// write puts the file in place in one step.
func (x *file) write(body ...[]byte) (err error) {
	if err := os.MkdirAll(x.dir, 0o700); err != nil {
		return err
	}
	x.prune()
	head := x.header()
	sum := sha256.New()
	_, _ = sum.Write(head)
	for _, b := range body {
		_, _ = sum.Write(b)
	}
	parts := append(append([][]byte{head}, body...), sum.Sum(nil))
	f, err := os.CreateTemp(x.dir, tempPrefix+"*")
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
	return os.Rename(f.Name(), x.path)
}

const tempPrefix = "new-"

// pruneEvery is how often a directory is looked through: one for the repositories
// of an organisation holds many thousand files, and each scan writes some.
const pruneEvery = 24 * time.Hour

// pruned is the file whose time of change is that of the last look.
const pruned = "pruned"

// prune removes files unused for long, and what ended runs left.
func (x *file) prune() {
	now := time.Now()
	mark := filepath.Join(x.dir, pruned)
	if info, err := os.Stat(mark); err == nil && now.Sub(info.ModTime()) < pruneEvery {
		return
	}
	entries, err := os.ReadDir(x.dir)
	if err != nil {
		return
	}
	// Without the mark the next one looks again.
	if os.WriteFile(mark, nil, 0o600) == nil {
		_ = os.Chtimes(mark, now, now)
	}
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
			_ = os.Remove(filepath.Join(x.dir, e.Name()))
		}
	}
}
