package odb

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/klauspost/compress/zlib"

	"github.com/momentolint/momentolint/internal/userfile"
)

// A loose object is a file of its own: a zlib stream of "type size", a zero
// byte, and the content.

// looseHeader is more than such a header takes.
const looseHeader = 64

// openLoose reads a loose object's header and leaves the stream at its content.
// The header decides how much memory is taken, so it is read first.
func openLoose(path string) (f *os.File, z io.ReadCloser, rest []byte, t Type, size int64, err error) {
	f, err = userfile.Open(path)
	if err != nil {
		return nil, nil, nil, 0, 0, err
	}
	fail := func(err error) (*os.File, io.ReadCloser, []byte, Type, int64, error) {
		_ = f.Close()
		return nil, nil, nil, 0, 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return fail(err)
	}
	z, err = zlib.NewReader(f)
	if err != nil {
		return fail(errZlib)
	}
	head := make([]byte, looseHeader)
	n, err := io.ReadFull(z, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return fail(errZlib)
	}
	head = head[:n]
	line, rest, ok := bytes.Cut(head, []byte{0})
	name, digits, ok2 := bytes.Cut(line, []byte{' '})
	if !ok || !ok2 {
		return fail(errHeader)
	}
	if t, ok = parseType(name); !ok {
		return fail(errHeader)
	}
	u, err := strconv.ParseUint(string(digits), 10, 62)
	if err != nil || !plausible(u, info.Size()) {
		return fail(errHeader)
	}
	return f, z, rest, t, int64(u), nil
}

func (r *Reader) readLoose(path string, o *Object) error {
	f, z, rest, t, size, err := openLoose(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	o.Type, o.Size = t, size
	if t == Blob && size > r.s.limits.Memory {
		id := o.ID
		o.stream = func() (io.ReadCloser, error) { return looseStream(id, path) }
		return nil
	}
	if size > r.s.limits.Unpacked {
		return errLarge
	}
	if int64(len(rest)) > size {
		return errSize
	}
	o.Data = make([]byte, size)
	n := copy(o.Data, rest)
	if _, err := io.ReadFull(z, o.Data[n:]); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return errSize
		}
		return errZlib
	}
	var extra [1]byte
	if n, err := io.ReadFull(z, extra[:]); n != 0 {
		return errSize
	} else if !errors.Is(err, io.EOF) {
		return errZlib
	}
	return nil
}

// looseStream reads a large loose blob piece by piece.
func looseStream(id OID, path string) (io.ReadCloser, error) {
	f, z, rest, _, size, err := openLoose(path)
	if err != nil {
		return nil, &DamageError{ID: id, File: filepath.Base(path), Err: err}
	}
	all := struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(rest), z), z}
	return &stream{id: id, file: filepath.Base(path), z: all, under: f, left: size}, nil
}

// eachLoose calls fn with the id of every loose object of a directory. Files that
// are no objects are none of our business: git leaves temporary ones there.
func eachLoose(dir string, h Hash, fn func(OID)) error {
	// Most of the 256 directories that there may be are missing in a small or a
	// packed repository.
	folders, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, folder := range folders {
		prefix := folder.Name()
		if first, err := hex.DecodeString(prefix); err != nil || len(first) != 1 || prefix != strings.ToLower(prefix) {
			continue
		}
		entries, err := os.ReadDir(filepath.Join(dir, prefix))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		for _, e := range entries {
			if len(e.Name()) != 2*h.Size()-2 || e.IsDir() {
				continue
			}
			if id, err := ParseOID(prefix + e.Name()); err == nil {
				fn(id)
			}
		}
	}
	return nil
}
