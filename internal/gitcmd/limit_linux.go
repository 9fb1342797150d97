package gitcmd

import (
	"os/exec"

	"golang.org/x/sys/unix"
)

// maxMemory is how many bytes of memory of its own git may take, besides the files
// that it maps. A pack of a few hundred bytes, whose deltas lead back to themselves,
// has git take 400 MB a second without end.
const maxMemory = 2 << 30

// limitMemory bounds the memory of a process that was started just now.
func limitMemory(cmd *exec.Cmd) {
	limit := unix.Rlimit{Cur: maxMemory, Max: maxMemory}
	_ = unix.Prlimit(cmd.Process.Pid, unix.RLIMIT_DATA, &limit, nil) // it may be over
}
