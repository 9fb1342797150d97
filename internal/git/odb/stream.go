package odb

import (
	"bufio"
	"errors"
	"io"

	"github.com/klauspost/compress/zlib"
)

// ReadAt makes file an io.ReaderAt, mapped or not.
func (x *file) ReadAt(b []byte, at int64) (n int, err error) {
	if x.data == nil {
		return x.f.ReadAt(b, at)
	}
	defer rescue(&err)
	defer guard()()
	if at >= x.size {
		return 0, io.EOF
	}
	if n = copy(b, x.data[at:]); n < len(b) {
		err = io.EOF
	}
	return n, err
}

// stream unpacks one object piece by piece and checks its size at the end.
type stream struct {
	id    OID
	file  string
	z     io.ReadCloser
	under io.Closer
	left  int64
	err   error
}

// newStream reads size bytes from a zlib stream. It closes under, if not nil,
// together with itself.
func newStream(id OID, file string, src io.Reader, under io.Closer, size int64) (*stream, error) {
	z, err := zlib.NewReader(bufio.NewReaderSize(src, 64<<10))
	if err != nil {
		if under != nil {
			_ = under.Close()
		}
		return nil, &DamageError{ID: id, File: file, Err: errZlib}
	}
	return &stream{id: id, file: file, z: z, under: under, left: size}, nil
}

func (s *stream) Read(b []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.z.Read(b)
	s.left -= int64(n)
	switch {
	case s.left < 0:
		n, err = 0, &DamageError{ID: s.id, File: s.file, Err: errSize}
	case errors.Is(err, io.EOF) && s.left > 0:
		err = &DamageError{ID: s.id, File: s.file, Err: errSize}
	case err != nil && !errors.Is(err, io.EOF):
		err = &DamageError{ID: s.id, File: s.file, Err: errZlib}
	}
	s.err = err
	return n, err
}

func (s *stream) Close() error {
	err := s.z.Close()
	if s.under != nil {
		err = errors.Join(err, s.under.Close())
	}
	return err
}
