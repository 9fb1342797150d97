//go:build unix

package fleet

import (
	"os"
	"os/exec"
	"syscall"
)

// inherit hands a lock on to a process, and has the whole of its group end
// when its context does.
func inherit(cmd *exec.Cmd, lock *os.File) {
	cmd.ExtraFiles = append(cmd.ExtraFiles, lock)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
