//go:build !linux

package gitcmd

import "os/exec"

// limitMemory does nothing here: only the time limit ends a git that takes ever more.
func limitMemory(*exec.Cmd) {}
