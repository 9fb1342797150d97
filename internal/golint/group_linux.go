package golint

import "syscall"

// endWithParent has the kernel kill a process when its parent ends, however it
// ends.
func endWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }
