//go:build bounds && linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/testing/gittest"
)

// What a scan costs at one, ten and a hundred times the size, in a table for
// docs/benchmarks ("go test -v"). The memory limit holds for all of them; time
// is for people to judge.
func TestGrowth(t *testing.T) {
	text := strings.Repeat("the quick brown fox jumps over the lazy dog, and eyJ is no key\n", 64)
	for _, g := range []struct {
		name string
		unit int
		make func(t *testing.T, dir string, n int) (args []string, code int)
	}{
		{"files of 4 kB", 1000, func(t *testing.T, dir string, n int) ([]string, int) {
			t.Helper()
			for i := range n {
				sub := filepath.Join(dir, fmt.Sprint(i/1000))
				if i%1000 == 0 {
					if err := os.Mkdir(sub, 0o700); err != nil {
						t.Fatal(err)
					}
				}
				putFile(t, filepath.Join(sub, fmt.Sprint(i)), []byte(text))
			}
			return []string{dir}, exitClean
		}},
		{"MB in one file", 10, func(t *testing.T, dir string, n int) ([]string, int) {
			t.Helper()
			f, err := os.Create(filepath.Join(dir, "large"))
			if err != nil {
				t.Fatal(err)
			}
			part := []byte(strings.Repeat(text, 1_000_000/len(text)))
			for range n {
				if _, err := f.Write(part); err != nil {
					t.Fatal(err)
				}
			}
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
			return []string{dir}, exitClean
		}},
		{"needles in one file", 100_000, func(t *testing.T, dir string, n int) ([]string, int) {
			t.Helper()
			return []string{putFile(t, filepath.Join(dir, "needles"), []byte(strings.Repeat("eyJ ", n)))}, exitClean
		}},
		{"candidates that are none", 1000, func(t *testing.T, dir string, n int) ([]string, int) {
			t.Helper()
			// The JWT of somebody else: read as a whole, and dropped.
			other := "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIn0.c2lnbmF0dXJlc2lnbmF0dXJl\n"
			return []string{putFile(t, filepath.Join(dir, "jwts"), []byte(strings.Repeat(other, n)))}, exitClean
		}},
		{"credentials in one file", 100, func(t *testing.T, dir string, n int) ([]string, int) {
			t.Helper()
			var b bytes.Buffer
			for i := range n {
				fmt.Fprintf(&b, "KEY_%d=%s\n", i, ct.V2(ct.Options{Seed: fmt.Sprint(i)}))
			}
			return []string{putFile(t, filepath.Join(dir, "keys"), b.Bytes())}, exitFound
		}},
		{"members of a zip", 1000, func(t *testing.T, dir string, n int) ([]string, int) {
			t.Helper()
			return []string{putFile(t, filepath.Join(dir, "a.zip"), zippedTimes(t, n, zerosOf4kB))}, exitClean
		}},
		{"folders inside of each other", 1000, func(t *testing.T, dir string, n int) ([]string, int) {
			t.Helper()
			deep(t, dir, n)
			return []string{dir}, exitClean
		}},
		{"commits", 500, func(t *testing.T, _ string, n int) ([]string, int) {
			t.Helper()
			repo := gittest.New(t, "--bare")
			var i gittest.Importer
			for k := range n {
				i.Commit("main", fmt.Sprint("change ", k), "")
				i.File("100644", fmt.Sprintf("dir%d/file%d", k%17, k%97), strings.Repeat(fmt.Sprintln("line", k), 40))
			}
			i.File("100644", "key", ct.V2(ct.Options{}))
			repo.Import(&i, true)
			return []string{"--history", "--no-cache", repo.Dir}, exitFound
		}},
	} {
		for _, times := range []int{1, 10, 100} {
			n := g.unit * times
			t.Run(fmt.Sprintf("%d %s", n, g.name), func(t *testing.T) {
				args, code := g.make(t, inMemory(t), n)
				bounded(t, code, args...)
			})
		}
	}
}
