//go:build unix

package gitcmd

import (
	"os"
	"os/exec"
	"syscall"
)

// group has all processes that git starts end when its context does, and hands
// a lock on to them: a fetch consists of several.
func group(cmd *exec.Cmd, lock *os.File) {
	if lock != nil {
		cmd.ExtraFiles = append(cmd.ExtraFiles, lock)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
