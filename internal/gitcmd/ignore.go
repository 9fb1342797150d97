package gitcmd

import (
	"context"
	"path/filepath"
	"strings"
)

// Ignored returns those of the absolute paths that git ignores in the
// repository around its directory. A path outside of the repository makes it
// fail.
func (g *Git) Ignored(ctx context.Context, paths []string) (map[string]bool, error) {
	ignored := map[string]bool{}
	if len(paths) == 0 {
		return ignored, nil
	}
	// git reads the patterns of every directory on the way.
	w := walker{}
	dirs := map[string]bool{}
	for _, path := range paths {
		for dir := filepath.Dir(path); !dirs[dir]; dir = filepath.Dir(dir) {
			dirs[dir] = true
			if err := w.file(filepath.Join(dir, ".gitignore")); err != nil {
				return nil, err
			}
		}
	}
	out, err := g.Pipe(ctx, []byte(strings.Join(paths, "\x00")+"\x00"), "check-ignore", "-z", "--stdin")
	if err != nil && ExitCode(err) != 1 { // 1: it ignores none
		return nil, err
	}
	for path := range strings.SplitSeq(string(out), "\x00") {
		if path != "" {
			ignored[path] = true
		}
	}
	return ignored, nil
}
