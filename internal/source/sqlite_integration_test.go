//go:build integration

package source

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Databases that SQLite itself writes: in tables, in indexes, without row ids,
// with incremental vacuum, after values were deleted.
func TestReadsDatabasesOfSQLite(t *testing.T) {
	const script = `
import sqlite3, sys
path, size, variant, value = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.stdin.read()
db = sqlite3.connect(path)
db.execute(f"pragma page_size={size}")
db.execute(f"pragma auto_vacuum={1 if variant == 'vacuum' else 0}")
rowid = " without rowid" if variant == "index" else ""
db.execute("create table ItemTable (key text primary key, value blob)" + rowid)
filler = "x" * (3 * size)
for i in range(40):
    db.execute("insert into ItemTable values (?, ?)", (f"filler-{i}", filler))
db.commit()
db.execute("delete from ItemTable where key like 'filler-%3' or key like 'filler-%7'")
for i in range(3):
    db.execute("insert into ItemTable values (?, ?)", (value + f"-{i}" if variant == "key" else f"k-{i}", value + f"-{i}"))
db.commit()
assert db.execute("pragma page_size").fetchone()[0] == size
`
	for size := 512; size <= 65536; size *= 2 {
		for _, variant := range []string{"table", "index", "key", "vacuum"} {
			t.Run(fmt.Sprintf("%d-%s", size, variant), func(t *testing.T) {
				var b strings.Builder
				for i := 0; b.Len() < 4*size+100; i++ {
					fmt.Fprintf(&b, "%d.", i)
				}
				path := filepath.Join(t.TempDir(), "state.vscdb")
				cmd := exec.CommandContext(t.Context(), "python3", "-c", script, path, fmt.Sprint(size), variant)
				cmd.Stdin = strings.NewReader(b.String())
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Fatalf("python3: %v\n%s", err, out)
				}
				data, err := os.ReadFile(path)
				must(t, err)
				everyWay(t, Options{MaxArchiveDepth: 1}, "state.vscdb", data, func(t *testing.T, r *record) {
					wantSkips(t, r)
					for i := range 3 {
						want, found := fmt.Sprintf("%s-%d", b.String(), i), 0
						for _, blob := range r.blobs {
							found += strings.Count(blob.content, want)
						}
						if found < 1 || variant == "table" && found > 1 {
							t.Errorf("value %d is shown %d times", i, found)
						}
					}
				})
			})
		}
	}
}
