package userfile

import (
	"bytes"
	"testing"
	"unicode/utf8"
)

func FuzzText(f *testing.F) {
	f.Add([]byte("strict: true\n"))
	f.Add([]byte("\xef\xbb\xbfstrict: true\r\n"))
	f.Add([]byte("\xff\xfes\x00t\x00"))
	f.Add([]byte("\xfe\xff\x00s\x00t"))
	f.Add([]byte("\xff\xfe\x00\xd8"))
	f.Add([]byte("a\x00b"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := text("x", data)
		if err != nil {
			return
		}
		if bytes.IndexByte(got, 0) >= 0 {
			t.Errorf("%q has a zero byte: %q", data, got)
		}
		marked := bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff"))
		switch {
		case marked && !utf8.Valid(got):
			t.Errorf("%q is not UTF-8 afterwards: %q", data, got)
		case !marked && !bytes.Equal(got, bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))):
			t.Errorf("%q was changed: %q", data, got)
		}
	})
}
