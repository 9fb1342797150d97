package userfile

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Stream opens a file that the user names on the command line and that is read
// once from beginning to end, such as a report to import. Unlike Open it takes
// named pipes, which is what process substitution passes. Opening and reading
// end when ctx is done, even while a pipe waits for its writer.
func Stream(ctx context.Context, path string) (io.ReadCloser, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, failed(path, err)
	}
	if info.Mode()&fs.ModeNamedPipe == 0 {
		return Open(path)
	}
	type opened struct {
		f   *os.File
		err error
	}
	done := make(chan opened, 1)
	go func() {
		// Blocks until there is a writer. Without that a pipe whose writer comes
		// later would read as empty.
		f, err := os.Open(path)
		done <- opened{f, err}
	}()
	select {
	case <-ctx.Done():
		return nil, &Error{Path: path, Reason: "interrupted while waiting for a writer", Err: context.Cause(ctx)}
	case o := <-done:
		if o.err != nil {
			return nil, failed(path, o.err)
		}
		return Interruptible(ctx, o.f), nil
	}
}

// Text returns a reader of at most limit bytes of in as UTF-8 without a byte
// order mark; in may be UTF-16 with one. What is longer fails.
func Text(in io.Reader, limit int64) io.Reader {
	return transform.NewReader(&limited{in, limit}, unicode.BOMOverride(transform.Nop))
}

// limited fails where io.LimitedReader ends as if there were no more.
type limited struct {
	in   io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.in.Read(p[:min(int64(len(p)), l.left+1)])
	if l.left -= int64(n); l.left < 0 {
		return 0, errTooLong
	}
	return n, err //nolint:wrapcheck // io.EOF is compared
}

var errTooLong = errors.New("too long")

// Interruptible returns a reader whose Read fails once ctx is done, even while
// in waits for data. Close closes in if it is an io.Closer. It does not wait for
// a read of in that has begun: what that returns is lost.
func Interruptible(ctx context.Context, in io.Reader) io.ReadCloser {
	pr, pw := io.Pipe()
	go func() {
		_, err := io.Copy(pw, in)
		_ = pw.CloseWithError(err)
	}()
	stop := context.AfterFunc(ctx, func() { _ = pw.CloseWithError(context.Cause(ctx)) })
	return &interruptible{PipeReader: pr, in: in, stop: stop}
}

type interruptible struct {
	*io.PipeReader
	in   io.Reader
	stop func() bool
}

// Close ends the copying.
func (r *interruptible) Close() error {
	r.stop()
	_ = r.PipeReader.Close()
	if c, ok := r.in.(io.Closer); ok {
		return c.Close()
	}
	return nil
}
