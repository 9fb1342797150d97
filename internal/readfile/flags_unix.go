//go:build unix

package readfile

import "syscall"

// waitNot has opening return at once, and gives no terminal away.
const waitNot = syscall.O_NONBLOCK | syscall.O_NOCTTY
