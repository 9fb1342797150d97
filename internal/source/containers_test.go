package source

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dsnet/compress/bzip2"

	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/testing/gittest"
)

const secret = "the secret"

func bzip2Of(t testing.TB, data []byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	w, err := bzip2.NewWriter(&buf, nil)
	must(t, err)
	_, err = w.Write(data)
	must(t, err)
	must(t, w.Close())
	return buf.Bytes()
}

// arOf makes a Debian package's outer archive.
func arOf(members ...member) []byte {
	out := []byte("!<arch>\n")
	for _, m := range members {
		out = fmt.Appendf(out, "%-16s%-12d%-6d%-6d%-8o%-10d`\n%s", m.name, 0, 0, 0, 0o644, len(m.content), m.content)
		if len(m.content)%2 == 1 {
			out = append(out, '\n')
		}
	}
	return out
}

// large is longer than every buffer, and hard to compress to nothing.
func large() string { return numbers(9_000) }

func numbers(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%d ", i*i)
	}
	return b.String()
}

// compressors are the containers of one thing.
func compressors(t testing.TB) map[string]func([]byte) []byte {
	t.Helper()
	return map[string]func([]byte) []byte{
		"gzip":  func(b []byte) []byte { return gzipOf(t, b) },
		"bzip2": func(b []byte) []byte { return bzip2Of(t, b) },
		"xz":    func(b []byte) []byte { return xzOf(t, b) },
		"zstd":  func(b []byte) []byte { return zstdOf(t, b) },
		"zlib":  func(b []byte) []byte { return zlibOf(t, b) },
	}
}

func TestOpensEveryContainerUnderEveryName(t *testing.T) {
	text := "prefix " + large() + secret
	members := []member{{name: "conf/.env", content: secret}, {name: "big.txt", content: text}, {name: "stored", content: text, stored: true}}
	inside := func(name, encoding string) []seen {
		return []seen{{name + "!big.txt", encoding, text}, {name + "!conf/.env", encoding, secret}, {name + "!stored", encoding, text}}
	}
	type test struct {
		name string
		data []byte
		want []seen
	}
	var tests []test
	for _, name := range []string{"a.zip", "app.jar", "app.apk", "lib.whl", "letter.docx", "picture.png"} {
		tests = append(tests, test{name, zipOf(t, members...), inside(name, "zip")})
	}
	tests = append(tests, test{"a.tar", tarOf(t, members...), inside("a.tar", "tar")})
	for format, compress := range compressors(t) {
		tests = append(tests,
			test{"notes." + format, compress([]byte(text)), []seen{{"notes." + format, format, text}}},
			test{"a.tar." + format, compress(tarOf(t, members...)), inside("a.tar."+format, format+" tar")})
	}
	tests = append(tests, test{"a.deb", arOf(
		member{name: "debian-binary", content: "2.0\n"},
		member{name: "control.tar.xz", content: string(xzOf(t, tarOf(t, member{name: "./postinst", content: "exit 0"})))},
		member{name: "data.tar.zst", content: string(zstdOf(t, tarOf(t, member{name: "./etc/app.env", content: secret})))},
	), []seen{
		{"a.deb!control.tar.xz!postinst", "ar xz tar", "exit 0"},
		{"a.deb!data.tar.zst!etc/app.env", "ar zstd tar", secret},
		{"a.deb!debian-binary", "ar", "2.0\n"},
	}})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			everyWay(t, Options{MaxArchiveDepth: 8, BufferSize: 16 << 10}, tt.name, tt.data, func(t *testing.T, r *record) {
				r.blobs = slices.DeleteFunc(r.blobs, isTable)
				wantBlobs(t, r, tt.want...)
				wantSkips(t, r)
			})
		})
	}
}

// isTable recognizes the table of contents of a zip archive, which is shown under the
// archive's own name: comments stand there.
func isTable(b seen) bool { return strings.HasPrefix(b.content, zipCentral) }

// A saved container image is archives in an archive; a build server's upload
// is that image in one more.
func TestOpensArchivesInsideOneAnotherToADepth(t *testing.T) {
	layer := tarOf(t, member{name: "app/.env", content: secret})
	image := tarOf(t, member{name: "manifest.json", content: "[]"},
		member{name: "blobs/sha256/1", content: string(layer)}, member{name: "blobs/sha256/2", content: string(gzipOf(t, layer))})
	upload := zipOf(t, member{name: "image.tar", content: string(image)}, member{name: "stored.tar", content: string(image), stored: true})
	for depth, want := range []int{0, 0, 0, 4, 4} {
		everyWay(t, Options{MaxArchiveDepth: depth}, "upload.zip", upload, func(t *testing.T, r *record) {
			found := 0
			for _, b := range r.blobs {
				if strings.HasSuffix(b.path, "!app/.env") && b.content == secret {
					found++
				}
			}
			if found != want {
				t.Errorf("depth %d: %d found, want %d", depth, found, want)
			}
			said := slices.ContainsFunc(r.skips, func(s coverage.Entry) bool {
				return strings.Contains(s.Reason, "archives: not opened; its bytes were scanned as they are")
			})
			if wantSaid := depth == 1 || depth == 2; said != wantSaid {
				t.Errorf("depth %d: said %+v", depth, r.skips)
			}
		})
	}
}

func TestWhatIsCutOffIsReadUpToThereAndSaid(t *testing.T) {
	members := []member{{name: "first", content: secret + large()[:300]}, {name: "second", content: large()[:5000]}}
	all := map[string][]byte{"zip": zipOf(t, members...), "tar": tarOf(t, members...)[:1536+512+5120], "ar": arOf(append([]member{{name: "debian-binary", content: "2.0\n"}}, members...)...)}
	for format, compress := range compressors(t) {
		all[format] = compress([]byte(secret + large()[:5000]))
	}
	for format, data := range all {
		t.Run(format, func(t *testing.T) {
			for cut := 24; cut < len(data)-1; cut += max(1, len(data)/47) {
				r := expand(t, Options{MaxArchiveDepth: 8}, "a", data[:cut])
				if len(r.skips) == 0 && (format != "tar" || cut > 512 && cut%512 != 0) {
					// A tar archive may end behind any member; tar says nothing then, either.
					t.Errorf("cut to %d of %d bytes: nothing said", cut, len(data))
				}
				if len(r.blobs) == 0 {
					t.Errorf("cut to %d of %d bytes: nothing shown", cut, len(data))
				}
			}
			// Most of the way in, the beginning is there. bzip2 and zstd give whole
			// blocks only.
			if format == "bzip2" || format == "zstd" {
				data = compressors(t)[format]([]byte(secret + numbers(100_000)))
			}
			r := expand(t, Options{MaxArchiveDepth: 8}, "a", data[:len(data)*9/10])
			if !slices.ContainsFunc(r.blobs, func(b seen) bool { return strings.HasPrefix(b.content, secret) }) {
				t.Errorf("the beginning is lost: %q", r.paths())
			}
		})
	}
}

// A container that ended well does not excuse what it holds.
func TestATruncatedArchiveInAWholeOneIsSaid(t *testing.T) {
	half := tarOf(t, member{name: "a", content: secret + large()})[:5000]
	z := zipOf(t, member{name: "a", content: secret + large()})
	for format, compress := range compressors(t) {
		r := expand(t, Options{MaxArchiveDepth: 2}, "x", compress(half))
		wantSkips(t, r, "x", "damaged or truncated tar archive")
		r = expand(t, Options{MaxArchiveDepth: 2}, "x", compress(z[:len(z)/2]))
		if len(r.skips) == 0 {
			t.Errorf("zip in %s: nothing said", format)
		}
	}
}

func TestDamageIsSaidAndNothingElseIsLost(t *testing.T) {
	z := zipOf(t, member{name: "first", content: strings.Repeat("x", 500), stored: true}, member{name: "second", content: secret})
	flipped := bytes.Replace(z, []byte("xxxx"), []byte("xxyx"), 1)
	r := expand(t, Options{MaxArchiveDepth: 1}, "a.zip", flipped)
	wantSkips(t, r, "a.zip!first", "checksum mismatch")
	if !slices.Contains(r.blobs, seen{"a.zip!second", "zip", secret}) {
		t.Errorf("saw %+v", r.paths())
	}

	for _, format := range []string{"gzip", "xz", "zstd"} {
		data := compressors(t)[format]([]byte(secret + numbers(60_000)))
		data[len(data)/2] ^= 0x55
		r := expand(t, Options{MaxArchiveDepth: 1}, "a", data)
		if len(r.skips) == 0 || !slices.ContainsFunc(r.blobs, func(b seen) bool { return strings.HasPrefix(b.content, secret) || format == "xz" }) {
			t.Errorf("%s: said %+v", format, r.skips)
		}
	}
	// A header that promises an archive before something else is no archive.
	for name, data := range map[string]string{
		"zip":   "PK\x03\x04 this is a text about zip: " + secret,
		"gzip":  "\x1f\x8b\x08\x00 and text about gzip: " + secret,
		"xz":    "\xfd7zXZ\x00 and text about xz: " + secret,
		"zstd":  "\x28\xb5\x2f\xfd and text about zstd: " + secret,
		"bzip2": "BZh9\x31\x41\x59\x26\x53\x59 and text about bzip2: " + secret,
	} {
		everyWay(t, Options{MaxArchiveDepth: 1}, "a", []byte(data), func(t *testing.T, r *record) {
			if !slices.ContainsFunc(r.blobs, func(b seen) bool { return strings.Contains(b.content, secret) }) {
				t.Errorf("%s: the text is lost: %+v", name, r.blobs)
			}
			if len(r.skips) == 0 {
				t.Errorf("%s: nothing said", name)
			}
		})
	}
}

func TestEncryptedMembersAreSaidAndOthersRead(t *testing.T) {
	z := zipOf(t, member{name: "locked", content: strings.Repeat("x", 99)}, member{name: "open", content: secret})
	// The flag is in the local header and in the table of contents.
	z[6] |= zipEncrypted
	i := bytes.Index(z, []byte(zipCentral))
	z[i+8] |= zipEncrypted
	everyWay(t, Options{MaxArchiveDepth: 1}, "a.zip", z, func(t *testing.T, r *record) {
		wantSkips(t, r, "a.zip!locked", "encrypted")
		if !slices.Contains(r.blobs, seen{"a.zip!open", "zip", secret}) {
			t.Errorf("saw %q", r.paths())
		}
	})
}

func TestContainersThatAreNotOpenedAreSaidAndReadAsTheyAre(t *testing.T) {
	for name, magic := range map[string]string{
		"7z archive": "7z\xbc\xaf\x27\x1c", "rar archive": "Rar!\x1a\x07\x01\x00", "lz4 data": "\x04\x22\x4d\x18", "rpm package": "\xed\xab\xee\xdb",
		"compound document": "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "age-encrypted data": "age-encryption.org/v1\n", "OpenSSL-encrypted data": "Salted__",
		"PDF document": "%PDF-1.7\n",
	} {
		r := expand(t, Options{MaxArchiveDepth: 1}, "a", []byte(magic+strings.Repeat("\x00", 20)+secret))
		wantSkips(t, r, "a", name+" not opened; its bytes were scanned as they are")
		if len(r.blobs) != 1 || !strings.HasSuffix(r.blobs[0].content, secret) {
			t.Errorf("%s: saw %+v", name, r.blobs)
		}
	}
}

// A container after one that is not opened is opened all the same, and the first
// is recorded.
func TestContainersAfterOneThatIsNotOpenedAreOpened(t *testing.T) {
	inner := map[string][]byte{
		"zip":  zipOf(t, member{name: "m", content: strings.Repeat("x", 100) + secret}),
		"gzip": compressors(t)["gzip"]([]byte(strings.Repeat("x", 100) + secret)),
	}
	for name, magic := range map[string]string{
		"PDF document": "%PDF-1.7\n", "compound document": "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
	} {
		for format, data := range inner {
			t.Run(name+", "+format, func(t *testing.T) {
				everyWay(t, Options{MaxArchiveDepth: 1}, "a", append([]byte(magic+strings.Repeat("\x01", 60)), data...), func(t *testing.T, r *record) {
					if !slices.ContainsFunc(r.blobs, func(b seen) bool { return strings.Contains(b.content, secret) }) {
						t.Errorf("not shown; saw %q", r.paths())
					}
					wantSkips(t, r, "a", name+" not opened; its bytes were scanned as they are")
				})
			})
		}
	}
}

func TestEverythingInAZipFileIsShown(t *testing.T) {
	var buf bytes.Buffer
	buf.WriteString("#!/bin/sh\n# " + secret + " before\nexec java -jar \"$0\"\n")
	w := zip.NewWriter(&buf)
	w.SetOffset(int64(buf.Len()))
	must(t, w.SetComment(secret+" in the comment"))
	f, err := w.CreateHeader(&zip.FileHeader{Name: "a", Method: zip.Deflate, Comment: secret + " of a member"})
	must(t, err)
	_, err = io.WriteString(f, secret+" inside")
	must(t, err)
	must(t, w.Close())
	everyWay(t, Options{MaxArchiveDepth: 1}, "run.jar", buf.Bytes(), func(t *testing.T, r *record) {
		all := ""
		for _, b := range r.blobs {
			all += b.content + "\n"
		}
		for _, where := range []string{"before", "in the comment", "of a member", "inside"} {
			if !strings.Contains(all, secret+" "+where) {
				t.Errorf("what stands %s is not shown; saw %q", where, r.paths())
			}
		}
		wantSkips(t, r)
	})
}

func TestMembersThatTheTableOfContentsHidesAreShown(t *testing.T) {
	z := zipOf(t, member{name: "hidden", content: secret}, member{name: "shown", content: "nothing"})
	// Take the first entry out of the table, as a tool that deletes does.
	table := bytes.Index(z, []byte(zipCentral))
	next := table + 4 + bytes.Index(z[table+4:], []byte(zipCentral))
	end := bytes.Index(z, []byte(zipEnd))
	cut := append(slices.Clone(z[:table]), z[next:]...)
	end -= next - table
	le := binary.LittleEndian
	le.PutUint16(cut[end+8:], 1)
	le.PutUint16(cut[end+10:], 1)
	le.PutUint32(cut[end+12:], uint32(end-table))
	everyWay(t, Options{MaxArchiveDepth: 1}, "a.zip", cut, func(t *testing.T, r *record) {
		if !slices.Contains(r.blobs, seen{"a.zip!hidden", "zip", secret}) {
			t.Errorf("saw %q", r.paths())
		}
	})
}

func TestAZipFileWithoutItsTableIsReadMemberByMember(t *testing.T) {
	z := zipOf(t, member{name: "a", content: secret}, member{name: "b", content: large()})
	for name, data := range map[string][]byte{"deflated": z[:bytes.Index(z, []byte(zipCentral))]} {
		everyWay(t, Options{MaxArchiveDepth: 1}, "a.zip", data, func(t *testing.T, r *record) {
			if !slices.Contains(r.blobs, seen{"a.zip!a", "zip", secret}) || !slices.Contains(r.blobs, seen{"a.zip!b", "zip", large()}) {
				t.Errorf("%s: saw %q", name, r.paths())
			}
			wantSkips(t, r, "a.zip", "it ends without a table of contents")
		})
	}
}

func TestTooManyMembersAreSaid(t *testing.T) {
	var list []member
	for i := range 50 {
		list = append(list, member{name: fmt.Sprint(i), content: "x"})
	}
	for name, data := range map[string][]byte{"a.zip": zipOf(t, list...), "a.tar": tarOf(t, list...)} {
		r := expand(t, Options{MaxArchiveDepth: 1, MaxMembers: 20}, name, data)
		if len(r.blobs) != 20 {
			t.Errorf("%s: saw %d members", name, len(r.blobs))
		}
		wantSkips(t, r, name, "holds more than 20 members")
	}
}

func TestTroubleInsideOneFileIsNotToldWithoutEnd(t *testing.T) {
	var list []member
	for i := range 500 {
		list = append(list, member{name: fmt.Sprint(i), content: "Rar!\x1a\x07" + strings.Repeat("x", 30)})
	}
	r := expand(t, Options{MaxArchiveDepth: 1}, "a.tar", tarOf(t, list...))
	if len(r.blobs) != 500 || len(r.skips) != mostComplaints+1 {
		t.Errorf("%d shown, %d said", len(r.blobs), len(r.skips))
	}
}

func TestNamesOfMembersCannotLeadAstray(t *testing.T) {
	for in, want := range map[string]string{
		"../../etc/passwd": "etc/passwd", "/etc/passwd": "etc/passwd", `..\..\boot.ini`: "boot.ini", "./a": "a",
		"a\x1b[2Jb": "a\uFFFD[2Jb", "a\u202eb": "a\uFFFDb", "": "(no name)", "..": "(no name)", "a\nb": "a\uFFFDb",
	} {
		r := expand(t, Options{MaxArchiveDepth: 1}, "a.zip", zipOf(t, member{name: in + "x", content: secret}, member{name: "y", content: secret}))
		_ = r
		if got := memberName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if n := len(memberName(strings.Repeat("long/", 10000))); n > 1100 {
		t.Errorf("a name of %d bytes", n)
	}
}

func TestWhatFollowsAnArchiveIsShown(t *testing.T) {
	gz := append(gzipOf(t, []byte("one")), gzipOf(t, []byte(" two"))...)
	tars := append(tarOf(t, member{name: "a", content: "1"}), tarOf(t, member{name: "b", content: "2"})...)
	for name, tt := range map[string]struct {
		data []byte
		want []seen
	}{
		"x.gz":  {append(gz, []byte("and "+secret)...), []seen{{"x.gz", "", "and " + secret}, {"x.gz", "gzip", "one two"}}},
		"x.tar": {append(tars, []byte("and "+secret)...), []seen{{"x.tar", "", "and " + secret}, {"x.tar!a", "tar", "1"}, {"x.tar!b", "tar", "2"}}},
		"x.xz":  {append(xzOf(t, []byte("one")), make([]byte, 64)...), []seen{{"x.xz", "xz", "one"}}},
	} {
		everyWay(t, Options{MaxArchiveDepth: 2}, name, tt.data, func(t *testing.T, r *record) { wantBlobs(t, r, tt.want...) })
	}
}

func TestSizeLimitAndExcludeReachIntoArchives(t *testing.T) {
	list := []member{{name: "big", content: strings.Repeat("x", 5000)}, {name: "small", content: secret}, {name: "vendor/a", content: secret}}
	o := Options{MaxArchiveDepth: 1, MaxFileSize: 1000, Exclude: func(path string, _ bool) bool { return strings.HasSuffix(path, "!vendor/a") }}
	for name, data := range map[string][]byte{"a.zip": zipOf(t, list...), "a.tar": tarOf(t, list...)} {
		r := expand(t, o, name, data)
		r.blobs = slices.DeleteFunc(r.blobs, isTable)
		wantBlobs(t, r, seen{name + "!small", strings.TrimPrefix(filepath.Ext(name), "."), secret})
		wantSkips(t, r, name+"!big", "larger than the limit of 1000 bytes", name+"!vendor/a", "")
		for i, by := range []coverage.By{coverage.ByMaxFileSize, coverage.ByExclude} {
			if e := r.skips[i]; e.Class != coverage.Excluded || e.By != by {
				t.Errorf("%s: recorded as class %d by %q, want excluded by %s", e.Path, e.Class, e.By, by)
			}
		}
	}
}

// Zip64 sizes stand in an extra field; the standard library only writes them
// for members above 4 GiB, so the header is written here.
func TestSixtyFourBitHeadersAreRead(t *testing.T) {
	content := secret
	le := binary.LittleEndian
	extra := le.AppendUint16(nil, 1)
	extra = le.AppendUint16(extra, 16)
	extra = le.AppendUint64(extra, uint64(len(content)))
	extra = le.AppendUint64(extra, uint64(len(content)))
	sum := crc32.ChecksumIEEE([]byte(content))
	local := []byte(zipLocal)
	for _, v := range []uint16{45, 0, 0, 0, 0} {
		local = le.AppendUint16(local, v)
	}
	local = le.AppendUint32(local, sum)
	local = le.AppendUint32(local, 1<<32-1)
	local = le.AppendUint32(local, 1<<32-1)
	local = le.AppendUint16(local, 1)
	local = le.AppendUint16(local, uint16(len(extra)))
	local = append(append(append(local, 'a'), extra...), content...)
	r := expand(t, Options{MaxArchiveDepth: 1}, "a.zip", local)
	if !slices.Contains(r.blobs, seen{"a.zip!a", "zip", secret}) {
		t.Errorf("saw %+v", r.blobs)
	}
}

// A zip archive that ends anywhere is recorded once, and as one that cannot be
// opened only where no member of it was read.
func TestZipArchivesThatAreCutOff(t *testing.T) {
	whole := zipOf(t, member{name: "a", content: secret}, member{name: "b", content: secret, stored: true})
	for n := 16; n < len(whole); n++ {
		r := expand(t, Options{MaxArchiveDepth: 4}, "z.zip", whole[:n])
		read := slices.ContainsFunc(r.blobs, func(b seen) bool { return strings.HasPrefix(b.path, "z.zip!") })
		var of []string
		for _, e := range r.skips {
			if e.Path == "z.zip" {
				of = append(of, e.Reason)
			}
		}
		if len(of) != 1 || strings.Contains(of[0], "cannot be opened") == read {
			t.Errorf("cut off after %d of %d bytes, a member read: %v, recorded %q", n, len(whole), read, of)
		}
	}
}

// A header that ends in the middle is damage that is said. What is shorter than
// 16 bytes is not taken for gzip, but read as it is.
func TestGzipHeadersThatAreCutOff(t *testing.T) {
	// FLG announces extra data, a name, a comment and a checksum.
	header := "\x1f\x8b\x08\x1e\x00\x00\x00\x00\x00\x03" + "\x04\x00more" + "name\x00" + "comment\x00"
	for n := 16; n < len(header); n++ {
		r := expand(t, Options{MaxArchiveDepth: 4}, "f", []byte(header[:n]))
		if len(r.skips) != 1 || len(r.blobs) != 1 || r.blobs[0].content != header[:n] {
			t.Errorf("cut off after %d bytes: %d blobs, said %+v", n, len(r.blobs), r.skips)
		}
	}
}

// FuzzExpand promises that no container, however broken, makes the reader panic
// or expand without bound.
func FuzzExpand(f *testing.F) {
	z := zipOf(f, member{name: "a", content: secret}, member{name: "b", content: secret, stored: true})
	t := tarOf(f, member{name: "a", content: secret}, member{name: "b.zip", content: string(z)})
	f.Add(z)
	f.Add(t)
	f.Add(gzipOf(f, t))
	f.Add(xzOf(f, t))
	f.Add(zstdOf(f, t))
	f.Add(bzip2Of(f, t))
	f.Add(zlibOf(f, t))
	r := gittest.New(f)
	r.Write("a.zip", string(z))
	r.Commit("a")
	pack, err := r.Command("pack-objects", "--all", "--stdout", "-q").Output()
	must(f, err)
	f.Add(pack)
	f.Add([]byte("\x1f\x8b\b\x18000000000000"))
	f.Add(arOf(member{name: "debian-binary", content: "2.0\n"}, member{name: "data.tar", content: string(t)}))
	f.Fuzz(func(t *testing.T, data []byte) {
		total := 0
		o := Options{MaxArchiveDepth: 4, MaxExpansion: 1 << 20, BufferSize: 4096, Record: func(coverage.Entry) {}}
		_, err := Expand(t.Context(), 0, "f", data, o, func(_ int, b *Blob) error {
			total += len(b.Head)
			if b.Rest != nil {
				n, err := io.Copy(io.Discard, b.Rest)
				total += int(n)
				return err
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		if total > 1<<20+8*len(data)+1<<20 {
			t.Errorf("%d bytes came out of %d", total, len(data))
		}
	})
}

func TestMembersAreCountedInWords(t *testing.T) {
	for n, want := range map[int]string{0: "0 members were read", 1: "1 member was read", 2: "2 members were read"} {
		if got := membersRead(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

// What begins like zlib data and is none is read as it is, without a word.
func TestTextIsNotTakenForZlib(t *testing.T) {
	for _, text := range []string{
		// Two of these decompress to something and end too early.
		"x^2 + y^2 = z^2\n", "x^kkq2krs=u0^hbtyv", "x^=14dkt4rw8oz4zl^", "x^2 = " + secret, "x^n\r\n\tx^m\n", "x\u06a9\u06be\u0644\u0627\u0698 " + secret,
		"\x78\x01 not compressed \xff" + secret, "\x78\x9c" + strings.Repeat("\xff\x00", 100) + secret,
	} {
		r := expand(t, Options{MaxArchiveDepth: 8}, "a", []byte(text))
		wantSkips(t, r)
		wantBlobs(t, r, seen{"a", "", text})
	}
}

// A saved directory has git's objects in it: loose ones are zlib data.
func TestLooseObjectsInAnArchiveAreRead(t *testing.T) {
	object := "blob 99\x00" + secret
	r := expand(t, Options{MaxArchiveDepth: 2}, "a.tar", tarOf(t, member{name: "r/.git/objects/45/f6", content: string(zlibOf(t, []byte(object)))}))
	wantSkips(t, r)
	wantBlobs(t, r, seen{"a.tar!r/.git/objects/45/f6", "tar zlib", object})
}
