//go:build unix

package golint

import (
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// runGroup runs a command as the leader of a process group, all of which ends
// with the command, with its context, and on Linux when this process ends. The
// go command starts compilers and the vet tool. A context that ends interrupts
// them, so that the go command can remove its temporary files.
func runGroup(cmd *exec.Cmd) error {
	// Linux watches the thread that starts the process.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	endWithParent(cmd.SysProcAttr)
	cmd.Cancel = func() error { return signalGroup(cmd, syscall.SIGINT) }
	err := cmd.Run()
	if cmd.Process != nil {
		_ = signalGroup(cmd, syscall.SIGKILL) // usually none is left
	}
	return err
}

func signalGroup(cmd *exec.Cmd, signal syscall.Signal) error {
	return syscall.Kill(-cmd.Process.Pid, signal)
}

// orphanInterval is how often a vet tool looks whether its parent is there.
const orphanInterval = 200 * time.Millisecond

// exitWithParent ends this process soon after its parent has ended.
func exitWithParent() {
	parent := os.Getppid()
	go func() {
		for os.Getppid() == parent {
			time.Sleep(orphanInterval)
		}
		os.Exit(2) //nolint:forbidigo // as if the signal that ended the parent had come here
	}()
}
