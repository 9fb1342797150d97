package gitcmd

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"path"
	"time"
)

// maxFSFile is the largest file that FS reads, in bytes. Readers have lower
// limits of their own.
const maxFSFile = 64 << 20

// maxLinks is how many symbolic links FS follows for one file.
const maxLinks = 8

// FS returns the regular files of a commit, by their names from the top of the
// repository, as the commit has them. Symbolic links are followed within the
// commit, if the last part of the name is one. Every file is read when it is
// opened; ctx bounds that.
func (g *Git) FS(ctx context.Context, commit string) fs.FS {
	return &commitFS{ctx, g.NoReplace(), commit}
}

type commitFS struct {
	ctx    context.Context //nolint:containedctx // fs.FS has none
	git    *Git
	commit string
}

// Open reads a file.
func (c *commitFS) Open(name string) (fs.File, error) {
	failed := func(err error) (fs.File, error) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	target := name
	for range maxLinks {
		if !fs.ValidPath(target) {
			return failed(errors.New("a symbolic link that leads out of the repository"))
		}
		e, err := c.entry(target)
		if err != nil {
			return failed(err)
		}
		small := *c.git
		small.o.MaxOutput = maxFSFile
		switch {
		case e.IsFile(), e.Mode == ModeLink:
		default:
			return failed(errors.New("not a regular file"))
		}
		data, err := small.Output(c.ctx, "cat-file", "blob", e.ID)
		if err != nil {
			return failed(err)
		}
		if e.IsFile() {
			return &commitFile{bytes.NewReader(data), path.Base(name), int64(len(data))}, nil
		}
		if path.IsAbs(string(data)) {
			return failed(errors.New("a symbolic link that leads out of the repository"))
		}
		target = path.Join(path.Dir(target), string(data))
	}
	return failed(errors.New("too many symbolic links"))
}

// entry returns the entry of the commit's tree for a name.
func (c *commitFS) entry(name string) (Entry, error) {
	entries, err := c.git.tree(c.ctx, c.commit, name)
	if err != nil {
		return Entry{}, err
	}
	for _, e := range entries {
		if e.Path == name {
			return e, nil
		}
	}
	return Entry{}, fs.ErrNotExist
}

// commitFile is a file that was read. It is its own fs.FileInfo.
type commitFile struct {
	*bytes.Reader
	name string
	size int64
}

// Stat describes the file.
func (f *commitFile) Stat() (fs.FileInfo, error) { return f, nil }

// Close does nothing.
func (f *commitFile) Close() error { return nil }

// Name, Size and the others are those of fs.FileInfo.
func (f *commitFile) Name() string     { return f.name }
func (f *commitFile) Size() int64      { return f.size }
func (*commitFile) Mode() fs.FileMode  { return 0o444 }
func (*commitFile) ModTime() time.Time { return time.Time{} }
func (*commitFile) IsDir() bool        { return false }
func (*commitFile) Sys() any           { return nil }
