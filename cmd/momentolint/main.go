// Command momentolint finds Momento credentials and code that creates unsafe
// ones, says what they are and whether they work, and helps to revoke them.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	// Hooks and the vet tool start often.
	_ "github.com/momentolint/momentolint/internal/prefault"
)

func main() {
	if isVetCall(os.Args[1:]) {
		vetTool()
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal ends the program at once.
	context.AfterFunc(ctx, stop)
	code := newApp(os.Stdin, os.Stdout, os.Stderr, os.LookupEnv).run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
