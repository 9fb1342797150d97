package coverage

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
)

func TestALedgerIsSortedAndCounted(t *testing.T) {
	var l Ledger
	if !l.Unqualified() || l.Incomplete() {
		t.Error("an empty ledger says that something was not scanned")
	}
	for _, e := range []Entry{
		Skip("b", "gone"), Skip("a", "gone"), Skip("b", "gone"),
		Unread("z.zip", "zip", "encrypted"), Unread("z.zip", "zip", "encrypted"),
		Exclude(ByExclude, "c.yaml"), Exclude(ByBaseline, "b.json"), Exclude(ByExclude, "c.yaml"),
	} {
		l.Add(e)
	}
	l.Exclude(Exclusion{ByComment, 0, "a"})
	l.Sort()
	out, err := json.Marshal(&l)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"skipped":[{"path":"a","reason":"gone"},{"path":"b","reason":"gone"}],` +
		`"opaque":[{"path":"z.zip","reason":"encrypted","format":"zip"}],` +
		`"excluded":[{"by":"baseline","count":1,"source":"b.json"},{"by":"exclude","count":2,"source":"c.yaml"}]}`
	if string(out) != want {
		t.Errorf("%s, want %s", out, want)
	}
	if l.ExcludedCount() != 3 || l.ExcludedFindings() != 1 || l.Unqualified() || !l.Incomplete() {
		t.Errorf("%d excluded, %d of them findings", l.ExcludedCount(), l.ExcludedFindings())
	}
}

func TestAnEmptyLedgerHasEmptyLists(t *testing.T) {
	var l Ledger
	l.Sort()
	if out, err := json.Marshal(&l); err != nil || string(out) != `{"skipped":[],"opaque":[],"excluded":[]}` {
		t.Errorf("%s, %v", out, err)
	}
}

// However the sources alternate, each has one entry in the end.
func TestExclusionsOfManySourcesAreJoined(t *testing.T) {
	var l Ledger
	const sources, each = 3 * recent, 5
	for range each {
		for i := range sources {
			l.Add(Exclude(ByComment, fmt.Sprintf("file%d", i)))
		}
	}
	l.Sort()
	if len(l.Excluded) != sources || slices.ContainsFunc(l.Excluded, func(x Exclusion) bool { return x.Count != each }) {
		t.Errorf("%d entries: %v", len(l.Excluded), l.Excluded[:3])
	}
}
