package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/momentolint/momentolint/internal/git/odb"
	"github.com/momentolint/momentolint/internal/gitcmd"
	"github.com/momentolint/momentolint/internal/userfile"
)

// store is where objects come from: the object store read by this module, or
// git itself where the store may not be what this module knows.
type store interface {
	Walk(ctx context.Context, o odb.WalkOptions, visit func(worker int, o *odb.Object) error) (odb.WalkResult, error)
	Contains(id OID) bool
	Number() (numbers, error)
	Reader() reader
	Problems() []odb.Problem
	Close() error
}

// numbers gives objects numbers from 0 to Len-1.
type numbers interface {
	Of(id []byte) (int, bool)
	Len() int
}

// reader reads single objects. It belongs to one goroutine.
type reader interface {
	Read(ctx context.Context, id OID) (*odb.Object, error)
	Close() error
}

// ownStore is the object store read by package odb.
type ownStore struct{ *odb.Store }

func (s ownStore) Number() (numbers, error) { return s.Store.Number() }
func (s ownStore) Reader() reader           { return ownReader{s.Store.Reader()} }

type ownReader struct{ *odb.Reader }

func (ownReader) Close() error { return nil }

// knownExtensions are those of git's repository format that change nothing
// about how objects are stored (technical/repository-version).
var knownExtensions = []string{
	"noop", "noop-v1", "partialclone", "preciousobjects", "worktreeconfig", "objectformat",
	"refstorage", "relativeworktrees", "submodulepathconfig", "submoduleencoding",
}

// open gives the store, opening it when it is needed first.
func (r *Repo) open(ctx context.Context) (store, error) {
	r.storeOnce.Do(func() { r.store, r.storeErr = r.openStore(ctx) })
	return r.store, r.storeErr
}

func (r *Repo) openStore(ctx context.Context) (store, error) {
	unknown, err := r.unknownExtension(ctx)
	if err != nil {
		return nil, err
	}
	if unknown != "" {
		// git knows the extension, or it would have refused the repository.
		r.warn("the repository uses the extension %s, so its objects are read through git", unknown)
		return &gitStore{repo: r}, nil
	}
	dir := filepath.Join(r.commonDir, "objects")
	if v := r.git.Getenv("GIT_OBJECT_DIRECTORY"); v != "" {
		dir = r.abs(v)
	}
	s, err := odb.Open(odb.Options{
		Dir: dir, Alternates: r.alternates(), Hash: r.hash, Limits: r.o.Limits,
	})
	if err != nil {
		return nil, err
	}
	return ownStore{s}, nil
}

// unknownExtension gives the name of an extension that may change how objects
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

// configHasNone tells, without asking git, that the repository's configuration
// has none of these words, so that no key with one of them is set in it.
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

// alternates reads GIT_ALTERNATE_OBJECT_DIRECTORIES, in which names that hold
// separators are quoted.
func (r *Repo) alternates() []string {
	var dirs []string
	list := r.git.Getenv("GIT_ALTERNATE_OBJECT_DIRECTORIES")
	for list != "" {
		var dir string
		if list[0] == '"' {
			if end := closingQuote(list); end > 0 {
				dir, list = unquoteC(list[1:end]), strings.TrimPrefix(list[end+1:], string(os.PathListSeparator))
				dirs = append(dirs, r.abs(dir))
				continue
			}
		}
		dir, list, _ = strings.Cut(list, string(os.PathListSeparator))
		if dir != "" {
			dirs = append(dirs, r.abs(dir))
		}
	}
	return dirs
}

func closingQuote(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}

// unquoteC undoes git's quoting of file names.
func unquoteC(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		const letters, values = `abfnrtv"\`, "\a\b\f\n\r\t\v\"\\"
		if at := strings.IndexByte(letters, s[i]); at >= 0 {
			b.WriteByte(values[at])
			continue
		}
		if i+2 < len(s) {
			var v int
			if _, err := fmt.Sscanf(s[i:i+3], "%o", &v); err == nil {
				b.WriteByte(byte(v))
				i += 2
			}
		}
	}
	return b.String()
}

// Read gives one object, verified. Its data stays valid. The error tells
// whether it is missing ([IsMissing]) or damaged.
func (r *Repo) Read(ctx context.Context, id OID) (*Object, error) {
	s, err := r.open(ctx)
	if err != nil {
		return nil, err
	}
	rd := s.Reader()
	defer func() { _ = rd.Close() }()
	o, err := r.read(ctx, rd, id)
	if err != nil {
		return nil, err
	}
	return &Object{Object: *o}, nil
}

// Each reads objects, verified, and calls visit for each from Options.Jobs
// goroutines. What cannot be read is recorded through Options.Record. An error of visit
// ends it and is returned.
func (r *Repo) Each(ctx context.Context, ids []OID, visit func(worker int, o *Object) error) error {
	s, err := r.open(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var workers sync.WaitGroup
	for worker := range min(r.o.Jobs, len(ids)) {
		workers.Go(func() {
			rd := s.Reader()
			defer func() { _ = rd.Close() }()
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(ids) {
					return
				}
				o, err := r.read(ctx, rd, ids[i])
				switch {
				case ctx.Err() != nil:
					return
				case err != nil:
					r.skip(ids[i].String(), err.Error())
					continue
				}
				if err := visit(worker, &Object{Object: *o}); err != nil {
					cancel(err)
				}
			}
		})
	}
	workers.Wait()
	return context.Cause(ctx)
}

// read reads an object, from git itself where its own reader fails on it.
func (r *Repo) read(ctx context.Context, rd reader, id OID) (*odb.Object, error) {
	o, err := rd.Read(ctx, id)
	var damage *odb.DamageError
	if !errors.As(err, &damage) || odb.IsTooLarge(err) {
		return o, err
	}
	if o, fallback := r.readByGit(ctx, id); fallback == nil {
		r.warn("object %s was read by git, because it is damaged in one place: %v", id, damage.Err)
		return o, nil
	}
	return nil, err
}

// IsMissing tells whether an error says that an object does not exist.
func IsMissing(err error) bool { return errors.As(err, new(*odb.NotFoundError)) }

// Object is an object of the repository.
type Object struct {
	odb.Object
	found, forget bool
}

// Found tells that there is something in the object, so that the next run has
// it in Stats.Found. It may be called only while the object is visited.
func (o *Object) Found() { o.found = true }

// Forget has the next run visit the object as if it were new. It may be called
// only while the object is visited.
func (o *Object) Forget() { o.forget = true }

// The types of objects that are yielded.
const (
	Blob   = odb.Blob
	Commit = odb.Commit
	Tag    = odb.Tag
)
