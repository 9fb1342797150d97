//go:build !unix

package source

import (
	"hash/maphash"
	"io/fs"
	"path/filepath"
)

// There are no flags for these here.
const (
	waitNot   = 0
	followNot = 0
)

func isLinkError(error) bool { return false }

// identitySeed makes paths into numbers.
var identitySeed = maphash.MakeSeed()

// fileIdentity tells directories apart by their path with links resolved: the
// standard library does not give their numbers here. Nothing but links can
// lead in a circle, and those are not followed.
func fileIdentity(path string, _ fs.FileInfo) (identity, error) {
	real, err := filepath.EvalSymlinks(path)
	if err == nil {
		real, err = filepath.Abs(real)
	}
	if err != nil {
		return identity{}, err
	}
	return identity{1, maphash.String(identitySeed, real)}, nil
}
