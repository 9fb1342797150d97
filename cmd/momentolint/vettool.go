package main

import (
	"strings"

	"golang.org/x/tools/go/analysis/unitchecker"

	"github.com/momentolint/momentolint/analyzers"
)

// isVetCall tells whether the go command calls the program as a vet tool
// (go vet -vettool, go fix -fixtool): to ask for its version or its flags, or
// to analyze the package that a .cfg file describes. This is looked at before
// any flag is parsed, as these flags have one dash.
func isVetCall(args []string) bool {
	if len(args) == 0 {
		return false
	}
	if len(args) == 1 && (strings.HasPrefix(args[0], "-V=") || args[0] == "-flags") {
		return true
	}
	last := len(args) - 1
	for _, a := range args[:last] {
		if !strings.HasPrefix(a, "-") {
			return false
		}
	}
	return !strings.HasPrefix(args[last], "-") && strings.HasSuffix(args[last], ".cfg")
}

// vetTool speaks the go command's protocol, and ends the program.
func vetTool() {
	o := analyzers.DefaultOptions()
	// There is no golangci-lint around us that would look at these comments.
	o.Nolint = true
	unitchecker.Main(analyzers.New(o)...)
}
