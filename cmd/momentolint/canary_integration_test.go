//go:build integration && unix

package main

import "testing"

func TestNothingScannedIsExecutedByAnySubcommand(t *testing.T) { canaries(t, subcommands(), 1) }
