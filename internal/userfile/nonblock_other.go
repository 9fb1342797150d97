//go:build !unix

package userfile

// nonblock is 0 where opening a regular file's name never waits.
const nonblock = 0
