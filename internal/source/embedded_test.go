package source

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/coverage"
)

// skippable is a frame that zstd passes over.
func skippable(content string) []byte {
	frame := binary.LittleEndian.AppendUint32([]byte{0x5a, 0x2a, 0x4d, 0x18}, uint32(len(content)))
	return append(frame, content...)
}

// What is in or next to an archive is read or recorded, whatever surrounds
// it: no program that unpacks such a file sees more than a scan does.
func TestNothingInOrBesideAnArchiveIsSilentlyUnread(t *testing.T) {
	type kind struct {
		name string
		make func(content string) []byte
	}
	kinds := []kind{
		{"zip", func(c string) []byte { return zipOf(t, member{name: "m", content: c}) }},
		{"zip, stored", func(c string) []byte { return zipOf(t, member{name: "m", content: c, stored: true}) }},
		{"tar", func(c string) []byte { return tarOf(t, member{name: "m", content: c}) }},
		{"ar", func(c string) []byte {
			return arOf(member{name: "debian-binary", content: "2.0\n"}, member{name: "m", content: c})
		}},
	}
	for name, compress := range compressors(t) {
		kinds = append(kinds, kind{name, func(c string) []byte { return compress([]byte(c)) }})
	}
	slices.SortFunc(kinds, func(a, b kind) int { return strings.Compare(a.name, b.name) })
	// What does not compress, so that it is not there in the clear.
	hidden := kinds[slices.IndexFunc(kinds, func(k kind) bool { return k.name == "gzip" })].make(strings.Repeat("x", 100) + secret)
	junk := []byte("\x00\x01JUNK\x02" + strings.Repeat("\x05j", 30))
	variants := []struct {
		name string
		make func(k kind) []byte
	}{
		{"leading junk", func(k kind) []byte { return slices.Concat(junk, k.make(secret)) }},
		{"trailing text", func(k kind) []byte { return slices.Concat(k.make("first"), []byte("\n"+secret)) }},
		{"padding, then text", func(k kind) []byte { return slices.Concat(k.make("first"), make([]byte, 5000), []byte(secret)) }},
		{"a second one", func(k kind) []byte { return slices.Concat(k.make("first"), k.make(secret)) }},
		{"padding, then a second one", func(k kind) []byte { return slices.Concat(k.make("first"), make([]byte, 5000), k.make(secret)) }},
		{"junk, then a second one", func(k kind) []byte { return slices.Concat(k.make("first"), junk, k.make(secret)) }},
		{"much junk, then a second one", func(k kind) []byte {
			return slices.Concat(k.make("first"), bytes.Repeat(junk, 8000), k.make(secret))
		}},
		{"junk, then gzip", func(k kind) []byte { return slices.Concat(k.make("first"), junk, hidden) }},
		{"text, then gzip, then text", func(k kind) []byte {
			return slices.Concat(k.make("first"), []byte("and so on\n"), hidden, []byte("\nthe end\n"))
		}},
		{"three, with junk between", func(k kind) []byte {
			return slices.Concat(k.make("first"), junk, k.make("second"), junk, k.make(secret))
		}},
		{"many, with junk between", func(k kind) []byte {
			var all []byte
			for range 100 {
				all = append(append(all, k.make("more")...), junk...)
			}
			return append(all, k.make(secret)...)
		}},
	}
	for _, k := range kinds {
		for _, v := range variants {
			if k.name == "zlib" && strings.Contains(v.name, "junk") && v.name != "junk, then gzip" {
				// Its two bytes are no signature: nothing finds it behind other data.
				continue
			}
			t.Run(k.name+"/"+v.name, func(t *testing.T) {
				everyWay(t, Options{MaxArchiveDepth: 8, BufferSize: 64 << 10}, "a", v.make(k), func(t *testing.T, r *record) { readOrRecorded(t, r) })
			})
		}
	}
}

// readOrRecorded fails unless the secret was shown, or something recorded.
func readOrRecorded(t *testing.T, r *record) {
	t.Helper()
	shown := slices.ContainsFunc(r.blobs, func(b seen) bool { return strings.Contains(b.content, secret) })
	recorded := slices.ContainsFunc(r.skips, func(e coverage.Entry) bool { return e.Class != coverage.Excluded })
	if !shown && !recorded {
		t.Errorf("neither shown nor recorded; saw %q", r.paths())
	}
}

// wantShown fails unless the secret was shown and nothing recorded.
func wantShown(t *testing.T, r *record) {
	t.Helper()
	if !slices.ContainsFunc(r.blobs, func(b seen) bool { return strings.Contains(b.content, secret) }) {
		t.Errorf("not shown; saw %q, recorded %+v", r.paths(), r.skips)
	}
	if len(r.skips) > 0 {
		t.Errorf("recorded %+v", r.skips)
	}
}

// What formats keep besides the content is shown.
func TestCommentsOfContainersAreShown(t *testing.T) {
	long := strings.Repeat("-", minMetadata) + secret
	inZip := func(edit func(*zip.Writer, *zip.FileHeader)) []byte {
		var buf bytes.Buffer
		w := zip.NewWriter(&buf)
		h := &zip.FileHeader{Name: "m", Method: zip.Deflate}
		edit(w, h)
		f, err := w.CreateHeader(h)
		must(t, err)
		_, err = io.WriteString(f, "content")
		must(t, err)
		must(t, w.Close())
		return buf.Bytes()
	}
	inGzip := func(edit func(*gzip.Header)) []byte {
		var buf bytes.Buffer
		w := gzip.NewWriter(&buf)
		edit(&w.Header)
		_, err := io.WriteString(w, "content")
		must(t, err)
		must(t, w.Close())
		return buf.Bytes()
	}
	inTar := func(records map[string]string, kind byte) []byte {
		var buf bytes.Buffer
		w := tar.NewWriter(&buf)
		must(t, w.WriteHeader(&tar.Header{Name: "m", Typeflag: kind, PAXRecords: records, Format: tar.FormatPAX}))
		must(t, w.Close())
		return buf.Bytes()
	}
	inner := string(zipOf(t, member{name: "in", content: long}))
	for name, data := range map[string][]byte{
		"of a zip archive":           inZip(func(w *zip.Writer, _ *zip.FileHeader) { must(t, w.SetComment(long)) }),
		"of a zip member":            inZip(func(_ *zip.Writer, h *zip.FileHeader) { h.Comment = long }),
		"in a zip member's extra":    inZip(func(_ *zip.Writer, h *zip.FileHeader) { h.Extra = extraField(long) }),
		"a zip in a zip's comment":   inZip(func(w *zip.Writer, _ *zip.FileHeader) { must(t, w.SetComment(inner)) }),
		"a zip in a member's":        inZip(func(_ *zip.Writer, h *zip.FileHeader) { h.Comment = inner }),
		"of a gzip member":           inGzip(func(h *gzip.Header) { h.Comment = long }),
		"in a gzip member's name":    inGzip(func(h *gzip.Header) { h.Name = long }),
		"in a gzip member's extra":   inGzip(func(h *gzip.Header) { h.Extra = []byte(long) }),
		"of the second gzip member":  slices.Concat(gzipOf(t, []byte("first")), inGzip(func(h *gzip.Header) { h.Comment = long })),
		"of a tar member":            inTar(map[string]string{"comment": long}, tar.TypeReg),
		"of a tar archive":           inTar(map[string]string{"comment": long}, tar.TypeXGlobalHeader),
		"two skippable frames":       slices.Concat(skippable("zero"), skippable("zero"), zstdOf(t, []byte(long))),
		"in a skippable frame":       slices.Concat(skippable(long), zstdOf(t, []byte("content"))),
		"in the last zstd frame":     slices.Concat(zstdOf(t, []byte(numbers(50_000))), skippable(long)),
		"between two zstd frames":    slices.Concat(zstdOf(t, []byte("first")), skippable(long), zstdOf(t, []byte("second"))),
		"a skippable frame and data": slices.Concat(skippable(strings.Repeat("z", 400_000)), zstdOf(t, []byte(long))),
	} {
		t.Run(name, func(t *testing.T) {
			everyWay(t, Options{MaxArchiveDepth: 8}, "a", data, wantShown)
		})
	}
}

// extraField is a field of a zip header unknown to all readers.
func extraField(content string) []byte {
	field := binary.LittleEndian.AppendUint16([]byte{0xfe, 0xca}, uint16(len(content)))
	return append(field, content...)
}
