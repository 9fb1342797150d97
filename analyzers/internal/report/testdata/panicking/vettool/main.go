// Command vettool is a vet tool whose analyzer panics in some packages.
package main

import (
	"golang.org/x/tools/go/analysis/unitchecker"

	"github.com/momentolint/momentolint/analyzers/internal/report/testdata/panicking"
)

func main() { unitchecker.Main(panicking.New()) }
