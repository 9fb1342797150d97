package cache

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestOldFilesGoOnceADay(t *testing.T) {
	x := &file{dir: t.TempDir()}
	const old, half, young = "00112233445566778899aabbccddeeff", tempPrefix + "x", "ffeeddccbbaa99887766554433221100"
	age := func(name string, d time.Duration) {
		t.Helper()
		path, at := filepath.Join(x.dir, name), time.Now().Add(-d)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	there := func(name string) bool { _, err := os.Stat(filepath.Join(x.dir, name)); return err == nil }
	age(old, unused+time.Hour)
	age(half, 25*time.Hour)
	age(young, time.Hour)
	x.prune()
	if there(old) || there(half) || !there(young) {
		t.Errorf("old %v, half written %v, young %v", there(old), there(half), there(young))
	}
	// Not again on the same day: with thousands of files each look costs.
	age(old, unused+time.Hour)
	x.prune()
	if !there(old) {
		t.Error("looked through again at once")
	}
	age(pruned, pruneEvery+time.Hour)
	x.prune()
	if there(old) {
		t.Error("not looked through on the next day")
	}
}
