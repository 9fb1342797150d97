package main

import (
	"os"
	"testing"
)

// asProgram is the variable that makes the test's own executable be
// momentolint, for hooks that call it.
const asProgram = "MOMENTOLINT_TEST_AS_PROGRAM"

// TestMain lets the test's own executable stand for the program: where the go
// command calls it as a vet tool, and where a test asks for it.
func TestMain(m *testing.M) {
	if isVetCall(os.Args[1:]) || os.Getenv(asProgram) == "1" {
		main()
	}
	os.Exit(m.Run())
}
