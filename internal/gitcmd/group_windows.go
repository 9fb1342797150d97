package gitcmd

import (
	"os"
	"os/exec"
)

// group does nothing here: a process of Windows keeps its locks to itself, and
// what it started ends when its output is closed.
func group(*exec.Cmd, *os.File) {}
