package fleet

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
)

// estimateObjects estimates the number of objects of a repository without opening
// it: from the indexes of its packs, and from one of the 256 directories of loose
// objects, like git gc. It returns 0 if it fails.
func estimateObjects(dir string) int64 {
	objects := filepath.Join(dir, ".git", "objects")
	if info, err := os.Stat(objects); err != nil || !info.IsDir() {
		objects = filepath.Join(dir, "objects")
	}
	var n int64
	packs, err := os.ReadDir(filepath.Join(objects, "pack"))
	if err != nil {
		return 0
	}
	for _, e := range packs {
		if strings.HasSuffix(e.Name(), ".idx") {
			n += packObjects(filepath.Join(objects, "pack", e.Name()))
		}
	}
	// The ids are random, so each directory has about the same number of objects.
	if loose, err := os.ReadDir(filepath.Join(objects, "17")); err == nil {
		n += int64(len(loose)) * 256
	}
	return n
}

// packObjects reads the number of objects of a pack index, the last entry of its
// fan-out table (gitformat-pack, "pack-*.idx files").
func packObjects(path string) int64 {
	f, err := os.Open(path)
	if err != nil {
		return 0
	}
	defer func() { _ = f.Close() }()
	head := make([]byte, 8+256*4)
	if _, err := f.ReadAt(head, 0); err != nil {
		return 0
	}
	if string(head[:4]) != "\xfftOc" {
		return int64(binary.BigEndian.Uint32(head[255*4:])) // version 1 has no header
	}
	return int64(binary.BigEndian.Uint32(head[8+255*4:]))
}
