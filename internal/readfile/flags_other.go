//go:build !unix

package readfile

const waitNot = 0
