//go:build unix

package userfile

import "syscall"

// nonblock keeps open(2) from waiting where another file has taken the place of
// the regular one.
const nonblock = syscall.O_NONBLOCK | syscall.O_NOCTTY
