//go:build unix

package source

import (
	"errors"
	"io/fs"
	"syscall"
)

// Flags for opening: never wait for the other end of a pipe, never follow a link.
const (
	waitNot   = syscall.O_NONBLOCK | syscall.O_NOCTTY
	followNot = syscall.O_NOFOLLOW
)

// isLinkError reports whether followNot met a link (BSD has codes of its own for
// it) or that a socket was to be opened.
func isLinkError(err error) bool {
	return errors.Is(err, syscall.ELOOP) || errors.Is(err, syscall.EMLINK) || errors.Is(err, syscall.ENXIO) ||
		errors.Is(err, syscall.EOPNOTSUPP)
}

// fileIdentity tells directories apart.
func fileIdentity(_ string, info fs.FileInfo) (identity, error) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return identity{}, errNotDir
	}
	return identity{uint64(st.Dev), st.Ino}, nil //nolint:unconvert // the field's type differs between systems
}
