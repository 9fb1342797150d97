package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/momentolint/momentolint/internal/atomicfile"
	"github.com/momentolint/momentolint/internal/finding"
)

// output is a file that a flag has written.
type output struct{ flag, path string }

// checkOutputs reports what would keep the files from being written after the
// work: a directory that does not exist, a file that is one, two that are the
// same, a symbolic link out of one of the trees. The error names the flags.
func checkOutputs(list []output, trees []string) error {
	known := map[string]output{}
	for _, o := range list {
		dir := filepath.Dir(o.path)
		switch info, err := os.Stat(dir); {
		case errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("%s: the directory %s does not exist", o.flag, dir)
		case err != nil:
			return fmt.Errorf("%s: %s: %s", o.flag, dir, finding.Reason(err))
		case !info.IsDir():
			return fmt.Errorf("%s: %s is not a directory", o.flag, dir)
		}
		if info, err := os.Stat(o.path); err == nil && info.IsDir() {
			return fmt.Errorf("%s: %s is a directory", o.flag, o.path)
		}
		if err := atomicfile.Check(o.path, trees...); err != nil {
			return fmt.Errorf("%s: %s: %s", o.flag, o.path, finding.Reason(err))
		}
		place, err := placeOf(o.path)
		if err != nil {
			return fmt.Errorf("%s: %s: %s", o.flag, o.path, finding.Reason(err))
		}
		if other, ok := known[place]; ok {
			return fmt.Errorf("%s and %s write to the same file", other.flag, o.flag)
		}
		known[place] = o
	}
	return nil
}

// placeOf is the path that all names of a file share.
func placeOf(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if resolved, err := filepath.EvalSymlinks(abs); err == nil {
		return resolved, nil
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(abs))
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, filepath.Base(abs)), nil
}
