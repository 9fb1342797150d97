// Command momentolint-fleet is what "momentolint fleet" runs: it scans many
// repositories with many workers, on NATS JetStream. It is a program of its own
// because the embedded NATS server would make momentolint half as large again
// and slower to start (docs/fleet.md has the figures).
package main

import (
	"os"

	"github.com/momentolint/momentolint/internal/cli"
)

func main() {
	ctx, stop := cli.Start()
	code := newApp(os.Stdin, os.Stdout, os.Stderr, os.LookupEnv).run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
