package importer

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// The bounds of a report.
const (
	// maxReport is how many bytes are read.
	maxReport = 4 << 30
	// maxValue is how many bytes one finding may have, or one part of a value
	// that is passed over.
	maxValue = 16 << 20
	// maxDepth is how deep values that are passed over may be nested.
	maxDepth = 1000
)

// stream reads JSON values one at a time, each in bounds.
type stream struct {
	dec   *json.Decoder
	bound *bounded
}

// newStream begins to read, and returns the first character that is not blank;
// the error is io.EOF if there is none. Windows' shell writes what it redirects
// into a file in UTF-16; a byte order mark says so.
func newStream(in io.Reader) (*stream, byte, error) {
	bound := &bounded{in: transform.NewReader(in, unicode.BOMOverride(transform.Nop)), left: maxValue}
	b := bufio.NewReader(bound)
	for {
		c, err := b.ReadByte()
		switch {
		case errors.Is(err, io.EOF):
			return nil, 0, io.EOF
		case err != nil:
			return nil, 0, fmt.Errorf("reading the report: %w", err)
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			continue
		}
		if err := b.UnreadByte(); err != nil {
			return nil, 0, fmt.Errorf("reading the report: %w", err)
		}
		return &stream{json.NewDecoder(b), bound}, c, nil
	}
}

// bounded fails where a single value, or the whole, is too long.
type bounded struct {
	in          io.Reader
	left, total int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, fmt.Errorf("one value has more than %d MiB", maxValue>>20)
	}
	if b.total > maxReport {
		return 0, fmt.Errorf("the report has more than %d GiB", maxReport>>30)
	}
	n, err := b.in.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	b.total += int64(n)
	return n, err
}

// failed says where the report is malformed, and nothing of what is there.
func (s *stream) failed(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	at := s.dec.InputOffset()
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("malformed JSON after byte %d", at)
	case errors.As(err, &kind):
		word, _, _ := strings.Cut(kind.Value, " ")
		return fmt.Errorf("after byte %d: %s where a %s belongs", at, word, kind.Type.Kind())
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("the report ends in the middle, at byte %d", at)
	}
	return fmt.Errorf("after byte %d: %w", at, err)
}

func (s *stream) token() (json.Token, error) {
	s.bound.left = maxValue
	t, err := s.dec.Token()
	if err != nil {
		return nil, s.failed(err)
	}
	return t, nil
}

// open takes the beginning of an array or object.
func (s *stream) open(want json.Delim) error {
	t, err := s.token()
	if err != nil {
		return err
	}
	if d, ok := t.(json.Delim); !ok || d != want {
		return fmt.Errorf("after byte %d: something else where a %s belongs", s.dec.InputOffset(), want)
	}
	return nil
}

// more reports whether another value follows, in the array or object that is
// open or else in the report.
func (s *stream) more() bool {
	s.bound.left = maxValue
	return s.dec.More()
}

// close takes the end of an array or object.
func (s *stream) close() error {
	_, err := s.token()
	return err
}

// key takes the name of a member.
func (s *stream) key() (string, error) {
	t, err := s.token()
	if err != nil {
		return "", err
	}
	k, ok := t.(string)
	if !ok {
		return "", fmt.Errorf("after byte %d: something else where a name belongs", s.dec.InputOffset())
	}
	return k, nil
}

func (s *stream) decode(v any) error {
	s.bound.left = maxValue
	if err := s.dec.Decode(v); err != nil {
		return s.failed(err)
	}
	return nil
}

// skip passes over a value, however long.
func (s *stream) skip() error {
	for depth := 0; ; {
		t, err := s.token()
		if err != nil {
			return err
		}
		if d, ok := t.(json.Delim); ok {
			if d == '{' || d == '[' {
				depth++
			} else {
				depth--
			}
		}
		if depth > maxDepth {
			return fmt.Errorf("after byte %d: values nested more than %d deep", s.dec.InputOffset(), maxDepth)
		}
		if depth == 0 {
			return nil
		}
	}
}

// end checks that nothing follows.
func (s *stream) end() error {
	s.bound.left = maxValue
	_, err := s.dec.Token()
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return s.failed(err)
	}
	return fmt.Errorf("unexpected data after the report at byte %d", s.dec.InputOffset())
}
