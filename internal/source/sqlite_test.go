package source

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// sqliteOf returns a database with the values in a table leaf on page 2, and the
// overflow pages of each in descending order.
func sqliteOf(pageSize, reserved int, values ...string) []byte {
	u := pageSize - reserved
	least := (u-12)*32/255 - 23
	var order []int // of overflow pages
	type part struct {
		local  string
		chunks []string
	}
	var parts []part
	for _, v := range values {
		local := least + (len(v)-least)%(u-4)
		if local > u-35 {
			local = least
		}
		p := part{local: v[:local]}
		for rest := v[local:]; rest != ""; {
			n := min(len(rest), u-4)
			p.chunks, rest = append(p.chunks, rest[:n]), rest[n:]
			order = append(order, len(order)+3)
		}
		parts = append(parts, p)
	}
	slices.Reverse(order)
	db := make([]byte, pageSize*(len(order)+2))
	copy(db, sqliteMagic)
	binary.BigEndian.PutUint16(db[16:], uint16(pageSize%65535)) // 65536 is written as 1
	db[20], db[21], db[22], db[23] = byte(reserved), 64, 32, 32
	leaf := db[pageSize:]
	leaf[0] = 0x0d
	binary.BigEndian.PutUint16(leaf[3:], uint16(len(parts)))
	end := u
	for i, p := range parts {
		var length []byte
		total := len(p.local)
		for _, c := range p.chunks {
			total += len(c)
		}
		for shift := 21; shift > 0; shift -= 7 {
			length = append(length, byte(total>>shift)|0x80)
		}
		cell := append(length, byte(total&0x7f), byte(i+1))
		cell = binary.BigEndian.AppendUint32(append(cell, p.local...), uint32(order[0]))
		end -= len(cell)
		copy(leaf[end:], cell)
		binary.BigEndian.PutUint16(leaf[8+2*i:], uint16(end))
		for j, c := range p.chunks {
			page := db[(order[0]-1)*pageSize:]
			order = order[1:]
			if j+1 < len(p.chunks) {
				binary.BigEndian.PutUint32(page, uint32(order[0]))
			}
			copy(page[4:], c)
		}
	}
	return db
}

// A value on several pages of a SQLite database is shown in one piece, once.
func TestShowsValuesOnSeveralPagesOfSQLite(t *testing.T) {
	for size := 512; size <= 65536; size *= 2 {
		for _, reserved := range []int{0, 32} {
			t.Run(fmt.Sprintf("%d-%d", size, reserved), func(t *testing.T) {
				// One value ends where a page does, one goes on for several pages.
				first := strings.Repeat("a", 3*(size-reserved)) + secret
				second := strings.Repeat("b", 5*(size-reserved)) + secret
				everyWay(t, Options{MaxArchiveDepth: 1}, "a.db", sqliteOf(size, reserved, first, second), func(t *testing.T, r *record) {
					wantSkips(t, r)
					for i, want := range []string{first, second} {
						path := fmt.Sprintf("a.db!page-2-cell-%d", i)
						at := slices.IndexFunc(r.blobs, func(b seen) bool { return b.path == path })
						if at < 0 || !strings.HasPrefix(r.blobs[at].content, want) || r.blobs[at].encoding != sqlite {
							t.Errorf("%s is not shown; saw %q", path, r.paths())
						}
					}
					var all strings.Builder
					for _, b := range r.blobs {
						all.WriteString(b.content)
					}
					if n := strings.Count(all.String(), "aaaaaaaaaa"); n != len(first)/10 && n != len(first)/10-1 {
						t.Errorf("the first value is not shown exactly once: %d of %d tens", n, len(first)/10)
					}
				})
			})
		}
	}
}

// Space that no value uses holds deleted ones: it is shown, in the value's last
// page and where the chain is broken.
func TestShowsUnusedSpaceOfSQLite(t *testing.T) {
	value := strings.Repeat("a", 1300)
	for name, edit := range map[string]func(db []byte){
		"after the value": func(db []byte) { copy(db[3*512-len(secret):], secret) },
		"after a broken chain": func(db []byte) {
			binary.BigEndian.PutUint32(db[len(db)-512:], 1<<31)
			copy(db[3*512-len(secret):], secret)
		},
		"after a chain in a circle": func(db []byte) {
			binary.BigEndian.PutUint32(db[len(db)-512:], uint32(len(db)/512))
			copy(db[3*512-len(secret):], secret)
		},
		"in the leaf": func(db []byte) { copy(db[512+20:], secret) },
	} {
		t.Run(name, func(t *testing.T) {
			db := sqliteOf(512, 0, value)
			edit(db)
			everyWay(t, Options{MaxArchiveDepth: 1}, "a.db", db, wantShown)
		})
	}
}

// What is shown of a database is bounded by its size, whatever its pages say.
func FuzzSQLite(f *testing.F) {
	f.Add(sqliteOf(512, 0, strings.Repeat("a", 2000)))
	f.Add(sqliteOf(1024, 8, strings.Repeat("b", 9000)))
	random := sqliteOf(512, 0, strings.Repeat("a", 100_000))
	r := rand.New(rand.NewPCG(1, 2))
	for i := sqliteHeader; i < len(random); i++ {
		random[i] = byte(r.Uint32())
	}
	f.Add(random)
	// All cells are the same one.
	same := sqliteOf(65536, 0, strings.Repeat("a", 300_000))
	leaf := same[65536:]
	const count = 10_000
	binary.BigEndian.PutUint16(leaf[3:], count)
	for i := range count {
		copy(leaf[8+2*i:], leaf[8:10])
	}
	f.Add(same)
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < sqliteHeader {
			return
		}
		data = bytes.Clone(data)
		copy(data, sqliteMagic)
		record := expand(t, Options{MaxArchiveDepth: 1}, "a.db", data)
		total := 0
		for _, b := range record.blobs {
			if b.encoding == sqlite || b.encoding == "" {
				total += len(b.content)
			}
		}
		// The file itself, what leaves hold, and overflow pages, each with a line
		// feed more.
		if total > 4*len(data)+1024 {
			t.Errorf("showed %d bytes of %d", total, len(data))
		}
	})
}
