package git

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/git/odb"
)

// Describe returns author, date and subject of a commit or tag.
func Describe(h odb.Hash, o *odb.Object) *finding.Commit {
	c := &finding.Commit{ID: o.ID.String()}
	var line, message, encoding []byte
	switch o.Type {
	case odb.Commit:
		var info odb.CommitInfo
		if odb.ParseCommit(h, o.Data, &info) != nil {
			return c
		}
		line, message, encoding = info.Author, info.Message, info.Encoding
	case odb.Tag:
		info, err := odb.ParseTag(h, o.Data)
		if err != nil {
			return c
		}
		line, message = info.Tagger, info.Message
	case odb.Blob, odb.Tree:
		return c
	}
	t := parsePerson(line)
	c.Author = toUTF8(line[:t.nameLen], encoding)
	if t.valid {
		c.Date = time.Unix(t.seconds, 0).In(t.zone())
	}
	subject, _, _ := strings.Cut(strings.TrimLeft(string(message), "\n"), "\n")
	c.Subject = toUTF8([]byte(strings.TrimRight(subject, " \t\r")), encoding)
	return c
}

// CommitTime returns the seconds since 1970 that a committer line ends with, 0
// if it has none.
func CommitTime(committer []byte) int64 { return parsePerson(committer).seconds }

// person is a parsed author or committer line.
type person struct {
	nameLen int // length of "Name <mail>"
	seconds int64
	offset  string
	valid   bool
}

// parsePerson parses "Name <mail> 1700000000 +0100". Like git it looks for the
// last bracket, and ignores a malformed date.
func parsePerson(line []byte) person {
	s := string(line)
	end := strings.LastIndexByte(s, '>') + 1
	m := person{nameLen: end}
	if end == 0 {
		m.nameLen = len(s)
		return m
	}
	fields := strings.Fields(s[end:])
	if len(fields) == 0 {
		return m
	}
	v, err := strconv.ParseInt(fields[0], 10, 64)
	// Beyond the year 9999 no format can write it.
	if err != nil || v < -62135596800 || v > 253402300799 {
		return m
	}
	m.seconds, m.valid = v, true
	if len(fields) > 1 {
		m.offset = fields[1]
	}
	return m
}

// zone returns the time zone of an offset like "+0130".
func (m person) zone() *time.Location {
	v, err := strconv.Atoi(m.offset)
	if err != nil || len(m.offset) != 5 || v < -1400 || v > 1400 {
		return time.UTC
	}
	return time.FixedZone("", (v/100*60+v%100)*60)
}

// toUTF8 decodes text of the declared encoding. Old commits are in Latin-1;
// the bytes of other encodings are replaced.
func toUTF8(b, encoding []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	switch strings.ToLower(string(encoding)) {
	case "iso-8859-1", "iso8859-1", "latin1", "latin-1", "iso-8859-15", "cp1252", "windows-1252", "":
		runes := make([]rune, len(b))
		for i, c := range b {
			runes[i] = rune(c)
		}
		return string(runes)
	}
	return strings.ToValidUTF8(string(b), "�")
}
