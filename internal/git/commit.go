package git

import (
	"container/heap"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/git/odb"
)

// describe says who made a commit or tag, when, and what its first line is.
func describe(h odb.Hash, o *odb.Object) *finding.Commit {
	c := &finding.Commit{ID: o.ID.String()}
	var person, message, encoding []byte
	switch o.Type {
	case odb.Commit:
		var info odb.CommitInfo
		if odb.ParseCommit(h, o.Data, &info) != nil {
			return c
		}
		person, message, encoding = info.Author, info.Message, info.Encoding
	case odb.Tag:
		info, err := odb.ParseTag(h, o.Data)
		if err != nil {
			return c
		}
		person, message = info.Tagger, info.Message
	case odb.Blob, odb.Tree:
		return c
	}
	t := when(person)
	c.Author = toUTF8(person[:t.name], encoding)
	if t.valid {
		c.Date = time.Unix(t.seconds, 0).In(t.zone())
	}
	subject, _, _ := strings.Cut(strings.TrimLeft(string(message), "\n"), "\n")
	c.Subject = toUTF8([]byte(strings.TrimRight(subject, " \t\r")), encoding)
	return c
}

// moment is the end of an author or committer line.
type moment struct {
	name    int // length of "Name <mail>"
	seconds int64
	offset  string
	valid   bool
}

// when reads "Name <mail> 1700000000 +0100". Like git it looks for the last
// bracket and takes what is odd for no date at all.
func when(line []byte) moment {
	s := string(line)
	end := strings.LastIndexByte(s, '>') + 1
	m := moment{name: end}
	if end == 0 {
		m.name = len(s)
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

// zone reads "+0130".
func (m moment) zone() *time.Location {
	v, err := strconv.Atoi(m.offset)
	if err != nil || len(m.offset) != 5 || v < -1400 || v > 1400 {
		return time.UTC
	}
	return time.FixedZone("", (v/100*60+v%100)*60)
}

// toUTF8 makes text of the declared encoding readable. Latin-1 is what old
// commits are written in; bytes of other encodings are replaced.
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

// topological orders the reached commits: parents first, and of those that may
// come next the oldest.
func topological(commits []commitNode, of map[OID]int32) []int32 {
	waits := make([]int32, len(commits))
	children := make([][]int32, len(commits))
	q := commitQueue{commits: commits}
	reached := 0
	for i := range commits {
		c := &commits[i]
		if !c.reached {
			continue
		}
		reached++
		for _, p := range c.parents {
			if j, ok := of[p]; ok {
				children[j] = append(children[j], int32(i))
				waits[i]++
			}
		}
		if waits[i] == 0 {
			q.order = append(q.order, int32(i))
		}
	}
	heap.Init(&q)
	order := make([]int32, 0, reached)
	done := make([]bool, len(commits))
	for {
		for len(q.order) > 0 {
			i, _ := heap.Pop(&q).(int32)
			if done[i] {
				continue
			}
			done[i] = true
			order = append(order, i)
			for _, c := range children[i] {
				if waits[c]--; waits[c] == 0 {
					heap.Push(&q, c)
				}
			}
		}
		if len(order) == reached {
			return order
		}
		// Replacements and grafts may lead round in a circle. Break it anywhere.
		var left []int32
		for i := range commits {
			if commits[i].reached && !done[i] {
				left = append(left, int32(i))
			}
		}
		first := slices.MinFunc(left, func(a, b int32) int {
			if q.before(a, b) {
				return -1
			}
			return 1
		})
		heap.Push(&q, first)
	}
}

// commitQueue is a heap of commits, the oldest first.
type commitQueue struct {
	commits []commitNode
	order   []int32
}

func (q *commitQueue) before(i, j int32) bool {
	a, b := &q.commits[i], &q.commits[j]
	switch {
	case a.date != b.date:
		return a.date < b.date
	case a.standIn != b.standIn:
		return b.standIn
	}
	return a.id.Compare(b.id) < 0
}

// Len, Less, Swap, Push and Pop make it a heap.
func (q *commitQueue) Len() int           { return len(q.order) }
func (q *commitQueue) Less(i, j int) bool { return q.before(q.order[i], q.order[j]) }
func (q *commitQueue) Swap(i, j int)      { q.order[i], q.order[j] = q.order[j], q.order[i] }
func (q *commitQueue) Push(x any) {
	if i, ok := x.(int32); ok {
		q.order = append(q.order, i)
	}
}
func (q *commitQueue) Pop() any {
	last := q.order[len(q.order)-1]
	q.order = q.order[:len(q.order)-1]
	return last
}
