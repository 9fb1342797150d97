package gitcmd

import (
	"os"
	"os/exec"
)

// group does nothing here: a process of Windows keeps its locks to itself.
func group(*exec.Cmd, *os.File) {}
