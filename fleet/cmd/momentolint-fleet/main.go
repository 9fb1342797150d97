// Command momentolint-fleet is what "momentolint fleet" runs: it scans many
// repositories with many workers, on NATS JetStream. It is a program of its
// own because the server in it would make the command line half as large again
// and slower to start (docs/fleet.md has the figures).
package main

import (
	"context"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"

	"google.golang.org/grpc/grpclog"
)

func main() {
	// As in momentolint: what libraries log may repeat a credential.
	log.SetOutput(io.Discard)
	grpclog.SetLoggerV2(grpclog.NewLoggerV2(io.Discard, io.Discard, io.Discard))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := newApp(os.Stdin, os.Stdout, os.Stderr, os.LookupEnv).run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
