//go:build unix

package gitcmd

import (
	"os"
	"os/exec"
	"syscall"
)

// group hands a lock on to a process, and has the whole of its group end when
// its context does: a fetch consists of several.
func group(cmd *exec.Cmd, lock *os.File) {
	if lock == nil {
		return
	}
	cmd.ExtraFiles = append(cmd.ExtraFiles, lock)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
