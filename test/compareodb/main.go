// Command compareodb reads all objects of repositories twice, with package odb
// and with "git cat-file", and tells every difference in ids, types, sizes and
// bytes. scripts/compare-odb runs it.
package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/momentolint/momentolint/internal/git/odb"
	"github.com/momentolint/momentolint/internal/gitcmd"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: compare-odb REPOSITORY…")
		os.Exit(2)
	}
	code := 0
	for _, dir := range os.Args[1:] {
		same, err := compare(context.Background(), dir)
		if err != nil {
			fmt.Fprintf(os.Stderr, "compare-odb: %s: %v\n", dir, err)
			code = 2
		} else if !same {
			code = max(code, 1)
		}
	}
	os.Exit(code)
}

// fact is what is compared of an object.
type fact struct {
	kind odb.Type
	size int64
	sum  [sha256.Size]byte
}

// maxTold is how many differences are told one by one.
const maxTold = 20

// compare tells the differences for one repository.
func compare(ctx context.Context, dir string) (same bool, err error) {
	theirs, err := readByGit(ctx, dir)
	if err != nil {
		return false, err
	}
	ours, err := readByOdb(ctx, dir)
	if err != nil {
		return false, err
	}
	var count [odb.Tag + 1]int
	var size int64
	told := 0
	tell := func(format string, args ...any) {
		if told++; told <= maxTold {
			fmt.Printf(format+"\n", args...)
		}
	}
	for id, want := range theirs {
		count[want.kind]++
		size += want.size
		got, ok := ours[id]
		switch {
		case !ok:
			tell("%s: only git has it, a %s of %d bytes", id, want.kind, want.size)
		case got != want:
			tell("%s: git has a %s of %d bytes, odb another %s of %d bytes", id, want.kind, want.size, got.kind, got.size)
		}
	}
	for id, got := range ours {
		if _, ok := theirs[id]; !ok {
			tell("%s: only odb has it, a %s of %d bytes", id, got.kind, got.size)
		}
	}
	fmt.Printf("%s: %d objects of %d bytes (%d commits, %d trees, %d blobs, %d tags): %d differences\n", filepath.Base(dir),
		len(theirs), size, count[odb.Commit], count[odb.Tree], count[odb.Blob], count[odb.Tag], told)
	return told == 0, nil
}

func openGit(dir string) (*gitcmd.Git, error) {
	git, err := gitcmd.New(gitcmd.Options{Dir: dir})
	if err != nil {
		return nil, err
	}
	return git.NoReplace(), nil
}

func readByGit(ctx context.Context, dir string) (map[odb.OID]fact, error) {
	git, err := openGit(dir)
	if err != nil {
		return nil, err
	}
	all := map[odb.OID]fact{}
	return all, git.Stream(ctx, nil, func(in *bufio.Reader) error {
		for {
			line, err := in.ReadString('\n')
			if errors.Is(err, io.EOF) && line == "" {
				return nil
			}
			if err != nil {
				return err
			}
			var hex, kind string
			var f fact
			if _, err := fmt.Sscan(line, &hex, &kind, &f.size); err != nil {
				return fmt.Errorf("%q: %w", line, err)
			}
			id, err := odb.ParseOID(hex)
			if err != nil {
				return err
			}
			if f.kind, err = odb.ParseType(kind); err != nil {
				return err
			}
			if f.sum, err = sum(io.LimitReader(in, f.size)); err != nil {
				return err
			}
			if _, err := in.Discard(1); err != nil {
				return err
			}
			all[id] = f
		}
	}, "cat-file", "--batch-all-objects", "--batch", "--buffer", "--unordered")
}

func readByOdb(ctx context.Context, dir string) (map[odb.OID]fact, error) {
	git, err := openGit(dir)
	if err != nil {
		return nil, err
	}
	ask := func(args ...string) (string, error) {
		out, err := git.Output(ctx, args...)
		return strings.TrimSuffix(string(out), "\n"), err
	}
	objects, err := ask("rev-parse", "--git-path", "objects")
	if err != nil {
		return nil, err
	}
	if !filepath.IsAbs(objects) {
		objects = filepath.Join(dir, objects)
	}
	format, err := ask("rev-parse", "--show-object-format")
	if err != nil {
		return nil, err
	}
	hash, err := odb.ParseHash(format)
	if err != nil {
		return nil, err
	}
	s, err := odb.Open(odb.Options{Dir: objects, Hash: hash})
	if err != nil {
		return nil, err
	}
	defer func() { _ = s.Close() }()
	type named struct {
		id odb.OID
		fact
	}
	jobs := runtime.GOMAXPROCS(0)
	found := make([][]named, jobs)
	result, err := s.Walk(ctx, odb.WalkOptions{Jobs: jobs}, func(worker int, o *odb.Object) error {
		r, err := o.Reader()
		if err != nil {
			return err
		}
		n := named{o.ID, fact{kind: o.Type, size: o.Size}}
		n.sum, err = sum(r)
		found[worker] = append(found[worker], n)
		return errors.Join(err, r.Close())
	})
	if err != nil {
		return nil, err
	}
	for _, d := range result.Damaged {
		fmt.Println(d)
	}
	all := map[odb.OID]fact{}
	for _, list := range found {
		for _, n := range list {
			if _, twice := all[n.id]; twice {
				return nil, fmt.Errorf("object %s was yielded twice", n.id)
			}
			all[n.id] = n.fact
		}
	}
	return all, nil
}

func sum(r io.Reader) (sum [sha256.Size]byte, err error) {
	h := sha256.New()
	_, err = io.Copy(h, r)
	h.Sum(sum[:0])
	return sum, err
}
