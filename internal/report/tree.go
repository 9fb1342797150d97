package report

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/momentolint/momentolint/internal/finding"
)

// tree relates the report's file names to the repository around them: code
// hosts know files by their path from its top. It reads files, nothing else;
// no git is called.
type tree struct {
	// top is the repository's work tree, or the scanned directory where there is
	// none; absolute. root is Report.Root, absolute; "" if there is none.
	top, root string
	// open reads below top and nowhere else; nil if it cannot be opened.
	open *os.Root
	// files caches what was read; wanted must be complete before the first read.
	wanted map[string]map[int]bool
	files  map[string]*fileFacts
}

// maxHashed is the largest file that is read for line hashes and columns.
const maxHashed = 32 << 20

// fileFacts is what a report needs from one file.
type fileFacts struct {
	// lines are the wanted lines, without their line breaks; hashes what
	// GitHub calls primaryLocationLineHash.
	lines  map[int][]byte
	hashes map[int]string
}

// newTree looks for the repository around root. No root means the directory that
// the program runs in.
func newTree(root string) *tree {
	t := &tree{wanted: map[string]map[int]bool{}, files: map[string]*fileFacts{}}
	if info, err := os.Stat(root); root == "" || err == nil && !info.IsDir() {
		// File names are as given on the command line.
		root = "."
	}
	abs, err := filepath.Abs(root)
	if err != nil {
		return t
	}
	t.root, t.top = abs, abs
	for dir := abs; ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			t.top = dir
			break
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	if open, err := os.OpenRoot(t.top); err == nil {
		t.open = open
	}
	return t
}

func (t *tree) close() {
	if t.open != nil {
		_ = t.open.Close()
	}
}

// location is a finding's place as code hosts know it.
type location struct {
	// file is the path from the top of the repository, slash-separated; inside
	// is false where it is not in the repository at all.
	file   string
	inside bool
	// member is the path inside of an archive; packed tells that lines and
	// columns are not the file's own.
	member string
	packed bool
}

// locate relates a finding's place to the repository.
func (t *tree) locate(f *finding.Finding) location {
	var out location
	if f.Commit != nil {
		// Paths of a history begin at the top.
		out.file, out.member, out.packed = splitMember(f.Location, nil)
		out.inside = localPath(out.file)
		return out
	}
	out.file, out.member, out.packed = splitMember(f.Location, t.isFile)
	full := filepath.FromSlash(out.file)
	if !filepath.IsAbs(full) {
		if hasDrive(out.file) && !t.isFile(out.file) {
			return out // from a report of another computer
		}
		if t.root == "" {
			out.inside = localPath(out.file)
			return out
		}
		full = filepath.Join(t.root, full)
	}
	rel, err := filepath.Rel(t.top, full)
	if err != nil || !filepath.IsLocal(rel) {
		// Cleaned, so that two slashes at the beginning are a share's of Windows.
		out.file = filepath.ToSlash(filepath.Clean(full))
		return out
	}
	out.file, out.inside = filepath.ToSlash(rel), true
	return out
}

// isFile reports whether a name of the report is that of a file on disk.
func (t *tree) isFile(name string) bool {
	full := filepath.FromSlash(name)
	if !filepath.IsAbs(full) {
		full = filepath.Join(t.root, full)
	}
	info, err := os.Lstat(full)
	return err == nil && info.Mode().IsRegular()
}

func localPath(p string) bool { return p != "" && filepath.IsLocal(filepath.FromSlash(p)) }

// want notes that lines of a file will be asked for.
func (t *tree) want(f *finding.Finding) {
	at := t.locate(f)
	if at.packed || !at.inside {
		return
	}
	if t.wanted[at.file] == nil {
		t.wanted[at.file] = map[int]bool{}
	}
	t.wanted[at.file][f.Location.StartLine] = true
	t.wanted[at.file][f.Location.EndLine] = true
}

// lines returns the wanted lines of a file, nil if they are not to be had.
func (t *tree) lines(at location) map[int][]byte {
	if at.packed || !at.inside {
		return nil
	}
	if facts := t.facts(at.file); facts != nil {
		return facts.lines
	}
	return nil
}

// facts reads a file, once. It returns nil for what cannot or should not be read:
// no file, no regular file, a large one, one outside of the repository.
func (t *tree) facts(file string) *fileFacts {
	if facts, ok := t.files[file]; ok {
		return facts
	}
	facts, err := t.read(file)
	if err != nil {
		facts = nil
	}
	t.files[file] = facts
	return facts
}

var errNotHashed = errors.New("not a regular file of reasonable size")

func (t *tree) read(file string) (*fileFacts, error) {
	wanted := t.wanted[file]
	if t.open == nil || len(wanted) == 0 {
		return nil, fs.ErrNotExist
	}
	name := filepath.FromSlash(file)
	// Before opening: opening a named pipe would wait for its writer.
	info, err := t.open.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("looking at a reported file: %w", err)
	}
	if !info.Mode().IsRegular() || info.Size() > maxHashed {
		return nil, errNotHashed
	}
	in, err := t.open.Open(name)
	if err != nil {
		return nil, fmt.Errorf("opening a reported file: %w", err)
	}
	data, err := io.ReadAll(io.LimitReader(in, maxHashed))
	if err := errors.Join(err, in.Close()); err != nil {
		return nil, fmt.Errorf("reading a reported file: %w", err)
	}
	facts := &fileFacts{lines: pickLines(data, wanted)}
	if facts.hashes, err = lineHashes(bytes.NewReader(data), wanted); err != nil {
		return nil, fmt.Errorf("hashing a reported file: %w", err)
	}
	return facts, nil
}

// pickLines copies the wanted lines (from 1) out of a text.
func pickLines(data []byte, wanted map[int]bool) map[int][]byte {
	lines := make(map[int][]byte, len(wanted))
	for n := 1; len(lines) < len(wanted); n++ {
		line, rest, more := bytes.Cut(data, []byte("\n"))
		if wanted[n] {
			lines[n] = slices.Clone(line)
		}
		if !more {
			break
		}
		data = rest
	}
	return lines
}

// holds reports whether the file still has the finding's text where the finding
// says; a file of the work tree may differ from the version in the history.
func (ff *fileFacts) holds(f *finding.Finding) bool {
	l := f.Location
	line, ok := ff.lines[l.StartLine]
	if !ok || l.StartLine != l.EndLine || l.StartColumn < 1 || l.EndColumn <= l.StartColumn || l.EndColumn-1 > len(line) {
		return false
	}
	return string(line[l.StartColumn-1:l.EndColumn-1]) == f.Credential.RevealWritten()
}

// utf16Column turns a column in bytes (from 1) into one in UTF-16 code units,
// which is how SARIF counts. Lines that are not UTF-8 keep their columns.
func utf16Column(line []byte, column int) int {
	if column < 1 || column-1 > len(line) {
		return column
	}
	prefix := line[:column-1]
	if !utf8.Valid(prefix) {
		return column
	}
	return len(utf16.Encode([]rune(string(prefix)))) + 1
}

// escapePath makes a relative URI of a path (RFC 3986): everything that is not
// unreserved is escaped, byte by byte.
func escapePath(p string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(p) {
		c := p[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~/", c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		}
	}
	return b.String()
}

// uri is the address of a file in reports for code hosts: relative inside of
// the repository, else absolute (RFC 8089; its appendix E.3 for the shares of
// Windows).
func (l location) uri() string {
	if l.inside {
		return escapePath(path.Clean(l.file))
	}
	// The long form that switches off Windows' own parsing of paths.
	file := l.file
	if share, ok := strings.CutPrefix(file, "//?/UNC/"); ok {
		file = "//" + share
	} else if long, ok := strings.CutPrefix(file, "//?/"); ok {
		file = long
	}
	switch {
	case strings.HasPrefix(file, "//"):
		return "file:" + escapePath(file)
	case strings.HasPrefix(file, "/"):
		return "file://" + escapePath(file)
	case hasDrive(file):
		return "file:///" + file[:2] + escapePath(file[2:])
	}
	return escapePath(file)
}

// hasDrive recognizes an absolute path on a drive of Windows, slash-separated.
func hasDrive(file string) bool {
	return len(file) > 2 && file[1] == ':' && file[2] == '/' && ('a' <= file[0] && file[0] <= 'z' || 'A' <= file[0] && file[0] <= 'Z')
}
