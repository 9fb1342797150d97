//go:build !manpages

package main

import "github.com/spf13/cobra"

// addManCommand adds nothing: the manual pages are written when a release is
// made.
func addManCommand(*cobra.Command) {}
