// Command momentolint finds Momento credentials and code that creates unsafe
// ones, says what they are and whether they work, and helps to revoke them.
package main

import (
	"os"

	"github.com/momentolint/momentolint/internal/cli"
	"github.com/momentolint/momentolint/internal/lint"
)

func main() {
	if lint.IsVetCall(os.Args[1:]) {
		lint.VetTool()
	}
	ctx, stop := cli.Start()
	code := newApp(os.Stdin, os.Stdout, os.Stderr, os.LookupEnv).run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
